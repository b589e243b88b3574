//! What the judge makes of each thing a server can say, and how its replies are read.
#![allow(clippy::unwrap_used)]

use super::look::info;
use super::resp::{Reply, Trouble, command, reply};
use super::{Answer, Info, Redis, Seen};
use crate::evidence::{Unknown, Verdict};
use crate::probes::{Control, Judgement, Kind};
use jiff::Timestamp;
use proptest::prelude::*;

const INFO: &str = "# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:99\r\n\r\n# Clients\r\nconnected_clients:3\r\n\
                    used_memory:1048576\r\nused_memory_human:1.00M\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n\
                    loading:0\r\nrdb_last_bgsave_status:ok\r\naof_last_write_status:ok\r\nrole:master\r\n";

fn options() -> Redis {
    Redis {
        host: "cache".to_owned(),
        port: "6379".to_owned(),
        user: None,
        password_key: None,
        allow_replica: false,
        warn_ms: Some(100),
    }
}

fn good() -> Answer {
    Answer { lookup_ms: 0, connect_ms: 1, ping_ms: 1, info: Some(info(INFO)), control: Control::Refused }
}

fn judge(seen: &Seen) -> Judgement {
    options().judge(seen, Timestamp::UNIX_EPOCH)
}

fn answered(change: impl FnOnce(&mut Answer)) -> Verdict {
    let mut answer = good();
    change(&mut answer);
    judge(&Seen::Answered(answer)).verdict
}

fn shown(change: impl FnOnce(&mut Info)) -> Verdict {
    answered(|answer| change(answer.info.as_mut().unwrap()))
}

#[test]
fn a_master_that_keeps_its_data_passes() {
    let judgement = judge(&Seen::Answered(good()));
    assert_eq!((judgement.verdict, judgement.summary.as_str()), (Verdict::Pass, "Redis 7.0.15 answers as master"));
}

#[test]
fn a_pong_is_not_enough() {
    let replica = |link_up| move |info: &mut Info| (info.role, info.link_up) = (Some("slave".to_owned()), link_up);
    assert_eq!(shown(replica(Some(true))), Verdict::Warn);
    assert_eq!(shown(replica(Some(false))), Verdict::Fail);
    assert_eq!(shown(replica(None)), Verdict::Fail);
    assert_eq!(shown(|info| info.loading = Some(true)), Verdict::Fail);
    assert_eq!(shown(|info| info.append_ok = Some(false)), Verdict::Fail);
    assert_eq!(shown(|info| info.snapshot_ok = Some(false)), Verdict::Warn);
    assert_eq!(shown(|info| info.role = None), Verdict::Unknown(Unknown::Garbled));
    assert_eq!(shown(|info| (info.max_memory, info.used_memory) = (Some(100), Some(95))), Verdict::Warn);
    assert_eq!(shown(|info| (info.max_memory, info.used_memory) = (Some(100), Some(94))), Verdict::Pass);
    let evicts = |info: &mut Info| {
        (info.max_memory, info.used_memory, info.policy) = (Some(9), Some(9), Some("allkeys-lru".to_owned()));
    };
    assert_eq!(shown(evicts), Verdict::Pass);
    let evicts_what_ends = |ends| {
        move |info: &mut Info| {
            (info.max_memory, info.used_memory, info.can_expire) = (Some(9), Some(9), ends);
            info.policy = Some("volatile-lru".to_owned());
        }
    };
    assert_eq!(shown(evicts_what_ends(Some(true))), Verdict::Pass);
    assert_eq!(shown(evicts_what_ends(Some(false))), Verdict::Warn);
    assert_eq!(shown(evicts_what_ends(None)), Verdict::Warn);
    assert_eq!(shown(|info| info.mode = Some("sentinel".to_owned())), Verdict::Fail);
    assert_eq!(shown(|info| info.good_replicas = Some(0)), Verdict::Fail);
    assert_eq!(shown(|info| (info.cluster, info.cluster_ok) = (Some(true), Some(false))), Verdict::Fail);
    assert_eq!(shown(|info| (info.cluster, info.cluster_ok) = (Some(true), Some(true))), Verdict::Pass);
    assert_eq!(answered(|answer| answer.info = None), Verdict::Unknown(Unknown::Denied));
    assert_eq!(answered(|answer| answer.control = Control::Passed), Verdict::Unknown(Unknown::Void));
    assert_eq!(answered(|answer| answer.control = Control::Unclear), Verdict::Warn);
    assert_eq!(answered(|answer| answer.ping_ms = 100), Verdict::Warn);
}

#[test]
fn a_replica_passes_where_one_is_wanted_and_its_master_is_there() {
    let wanted = Redis { allow_replica: true, ..options() };
    for (link_up, verdict) in [(true, Verdict::Pass), (false, Verdict::Fail)] {
        let state = Info { role: Some("slave".to_owned()), link_up: Some(link_up), ..info(INFO) };
        let seen = Seen::Answered(Answer { info: Some(state), ..good() });
        assert_eq!(wanted.judge(&seen, Timestamp::UNIX_EPOCH).verdict, verdict);
    }
}

#[test]
fn each_refusal_fails_with_what_to_do() {
    let codes = [
        "NOAUTH",
        "WRONGPASS",
        "NOPASSWORDSET",
        "NOPERM",
        "LOADING",
        "MISCONF",
        "MASTERDOWN",
        "BUSY",
        "MAXCLIENTS",
        "DENIED",
        "ERR",
        "NEW",
    ];
    let mut said: Vec<String> = codes
        .iter()
        .map(|code| {
            let judgement = judge(&Seen::Rejected((*code).to_owned()));
            assert!(judgement.verdict == Verdict::Fail && judgement.hint.is_some(), "{code}");
            judgement.summary
        })
        .collect();
    said.sort();
    said.dedup();
    assert_eq!(said.len(), codes.len(), "each has words of its own");
    for seen in [Seen::Refused, Seen::Silent, Seen::Dropped] {
        assert_eq!(judge(&seen).verdict, Verdict::Fail);
    }
    assert_eq!(judge(&Seen::NotRedis).verdict, Verdict::Unknown(Unknown::Garbled));
}

async fn read(mut bytes: &[u8]) -> Result<Reply, Trouble> {
    reply(&mut bytes).await
}

#[tokio::test]
async fn replies_are_read_and_an_errors_words_are_not_kept() {
    assert_eq!(command(&[b"AUTH", b"a\r\nb"]), b"*2\r\n$4\r\nAUTH\r\n$4\r\na\r\nb\r\n");
    assert_eq!(read(b"+PONG\r\n").await, Ok(Reply::Simple("PONG".to_owned())));
    assert_eq!(read(b"-WRONGPASS canary\r\n").await, Ok(Reply::Error("WRONGPASS".to_owned())));
    assert_eq!(read(b"-Canary words\r\n").await, Ok(Reply::Error("ERR".to_owned())));
    assert_eq!(read(b"$3\r\na\nb\r\n").await, Ok(Reply::Bulk("a\nb".to_owned())));
    for other in [&b":1\r\n"[..], b"*0\r\n", b"$-1\r\n"] {
        assert_eq!(read(other).await, Ok(Reply::Other));
    }
    for foreign in
        [&b"HTTP/1.1 400 Bad Request\r\n"[..], b"SSH-2.0-x\r\n", b"\x15\x03\x01", b"$99999999\r\n", b"$x\r\n"]
    {
        assert_eq!(read(foreign).await, Err(Trouble::NotResp), "{foreign:?}");
    }
    for broken in [&b""[..], b"+PO", b"$5\r\nab", b"-"] {
        assert_eq!(read(broken).await, Err(Trouble::Ended), "{broken:?}");
    }
}

#[test]
fn info_of_nothing_says_nothing() {
    assert_eq!(info("words without fields\r\n:\r\n"), Info::default());
    assert_eq!(info(INFO).used_memory, Some(1_048_576));
    for (text, can_expire) in [
        ("role:master", None),
        ("db0:keys=2,expires=0,avg_ttl=0", Some(false)),
        ("db0:keys=2,expires=0,avg_ttl=0\ndb3:keys=9,expires=1,avg_ttl=5", Some(true)),
    ] {
        assert_eq!(info(text).can_expire, can_expire, "{text}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_reply_or_a_reason(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Ok(Reply::Error(code)) = runtime.block_on(read(&bytes)) {
            prop_assert!(code.bytes().all(|byte| byte.is_ascii_uppercase()));
        }
    }
}
