//! The tcp and http probes against servers on loopback that misbehave.

use crate::support::probe;
use crate::support::web;
use readback::evidence::{Evidence, Unknown, Verdict};
use std::path::Path;
use std::time::Duration;

/// For answers that come; only a hung machine waits it out.
const LONG: Duration = Duration::from_secs(30);
/// For answers that never come.
const SHORT: Duration = Duration::from_millis(700);

async fn http(url: &str, more: &str, timeout: Duration) -> Evidence {
    probe::look("http", &format!("url = '{url}'\n{more}"), timeout, Path::new("/")).await
}

async fn tcp(host: &str, port: u16) -> Evidence {
    probe::look("tcp", &format!("host = '{host}'\nport = '{port}'"), LONG, Path::new("/")).await
}

#[tokio::test]
async fn an_open_port_passes_and_a_closed_one_fails() {
    let open = tcp("127.0.0.1", web::silent().await).await;
    assert_eq!(open.verdict, Verdict::Pass, "{}", open.summary);
    let refused = tcp("localhost", web::closed().await).await;
    assert_eq!(refused.verdict, Verdict::Fail, "{}", refused.summary);
    assert!(refused.summary.contains("refused") && refused.hint.is_some());
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_unreachable_from_here() {
    let evidence = tcp("no-such-host.invalid", 80).await;
    assert_eq!(evidence.verdict, Verdict::Unknown(Unknown::Unreachable), "{}", evidence.summary);
    assert!(evidence.summary.contains("no-such-host.invalid"));
}

#[tokio::test]
async fn a_host_and_port_come_from_the_env_file_and_only_the_key_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), format!("H=127.0.0.1\nP={}\n", web::silent().await)).unwrap();
    let evidence = probe::look("tcp", "host = '$H'\nport = '${P}'", LONG, folder.path()).await;
    assert_eq!(evidence.verdict, Verdict::Pass, "{}", evidence.summary);
    assert!(!serde_json::to_string(&evidence).unwrap().contains("127.0.0.1"));
    let missing = probe::look("tcp", "host = '$ABSENT'\nport = '1'", LONG, folder.path()).await;
    assert_eq!(missing.verdict, Verdict::Unknown(Unknown::NotConfigured));
    assert_eq!(missing.summary, "ABSENT is not in .env, so there is nothing to ask with");
}

#[tokio::test]
async fn the_right_page_passes_with_its_control_refused() {
    let site = web::serve(false).await;
    let evidence = http(&format!("{site}/health?token=not-a-secret"), "must_contain = '\"pass\"'", LONG).await;
    assert_eq!(evidence.verdict, Verdict::Pass, "{}", evidence.summary);
    assert_eq!(probe::fact(&evidence, "status of the control"), "404");
    assert!(!serde_json::to_string(&evidence).unwrap().contains("not-a-secret"));
}

#[tokio::test]
async fn a_site_that_answers_everything_is_void_unless_the_text_tells() {
    let site = web::serve(true).await;
    let blind = http(&format!("{site}/health"), "", LONG).await;
    assert_eq!(blind.verdict, Verdict::Unknown(Unknown::Void), "{}", blind.summary);
    let absent = http(&format!("{site}/no-health-route"), "must_contain = 'Welcome'", LONG).await;
    assert_eq!(absent.verdict, Verdict::Unknown(Unknown::Void), "{}", absent.summary);
    let told = http(&format!("{site}/health"), "must_contain = 'pass'", LONG).await;
    assert_eq!(told.verdict, Verdict::Pass, "{}", told.summary);
}

#[tokio::test]
async fn each_way_to_be_wrong_has_its_verdict() {
    let site = web::serve(false).await;
    for (path, more, verdict, word) in [
        ("/health-fail", "must_contain = '\"pass\"'", Verdict::Fail, "without the text"),
        ("/health-fail", "must_not_contain = 'fail'", Verdict::Fail, "must not have"),
        ("/absent", "", Verdict::Fail, "404, wanted 200"),
        ("/500", "", Verdict::Fail, "500"),
        ("/429", "", Verdict::Unknown(Unknown::Denied), "throttled"),
        ("/", "", Verdict::Fail, "303 to /login, wanted 200"),
        ("/loop", "", Verdict::Fail, "302 to /loop"),
        ("/empty", "", Verdict::Warn, "empty"),
        ("/cached", "", Verdict::Warn, "cache"),
        ("/large", "must_contain = 'y'", Verdict::Unknown(Unknown::Garbled), "65536 bytes"),
        ("/large", "must_not_contain = 'y'", Verdict::Warn, "first 64 KiB"),
        ("/short", "", Verdict::Fail, "broke off after 3 bytes"),
        ("/garbage", "", Verdict::Unknown(Unknown::Garbled), "HTTP"),
    ] {
        let evidence = http(&format!("{site}{path}"), more, LONG).await;
        assert_eq!(evidence.verdict, verdict, "{path} {more}: {}", evidence.summary);
        assert!(evidence.summary.contains(word), "{path} {more}: {}", evidence.summary);
        assert!(!serde_json::to_string(&evidence).unwrap().contains("not-a-secret"), "{path}");
    }
    let empty = http(&format!("{site}/empty"), "allow_empty = true", LONG).await;
    assert_eq!(empty.verdict, Verdict::Pass, "{}", empty.summary);
}

#[tokio::test]
async fn an_answer_that_does_not_end_in_time_fails_and_says_where_it_stopped() {
    let site = web::serve(false).await;
    let slow = http(&format!("{site}/slow"), "", SHORT).await;
    assert_eq!(
        (slow.verdict, slow.summary.as_str()),
        (Verdict::Fail, "it accepts connections and does not answer: it hangs")
    );
    let drip = http(&format!("{site}/drip"), "", SHORT).await;
    assert_eq!(
        (drip.verdict, drip.summary.as_str()),
        (Verdict::Fail, "it said 200, and the rest did not come in time")
    );
}

#[tokio::test]
async fn a_closed_port_an_unknown_name_and_a_plain_port_are_told_apart() {
    let closed = http(&format!("http://127.0.0.1:{}/", web::closed().await), "", LONG).await;
    assert_eq!(closed.verdict, Verdict::Fail, "{}", closed.summary);
    let dropped = http(&format!("http://127.0.0.1:{}/", web::saying(b"").await), "", LONG).await;
    assert_eq!(dropped.verdict, Verdict::Fail, "{}", dropped.summary);
    let unknown = http("http://no-such-host.invalid/", "", LONG).await;
    assert_eq!(unknown.verdict, Verdict::Unknown(Unknown::Unreachable), "{}", unknown.summary);
    let site = web::serve(false).await.replace("http://", "https://");
    let plain = http(&format!("{site}/health"), "", LONG).await;
    assert_eq!(plain.verdict, Verdict::Fail, "{}", plain.summary);
    assert!(plain.summary.contains("TLS") || plain.summary.contains("dropped"), "{}", plain.summary);
}
