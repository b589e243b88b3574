//! The bundle: what was recorded, checked without a database. Whatever byte is changed has a name.

use super::scene::{self, ROW, agreed, open, read_twice, signed};
use crate::story::{SNAPSHOT, Story, contract, current, now};
use crate::support::pg::TestDb;
use jiff::ToSpan;
use readback::guard;
use readback::review::{Book, Recorded, ReviewId};
use readback::store::bundle::{Contents, Row, bundle, check, mirrored, referred};
use readback::store::{Access, AnyStore, MemoryStore, Outcome, Store, StoreUrl, Stored};
use readback::timeline::{Entry, row_digest};
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// Records the story and its incident.
pub(crate) async fn record(store: &AnyStore, told: &Story) {
    for step in &told.steps {
        store.record(&Outcome { event: step.event.clone(), operation: None }).await.unwrap();
    }
}

/// What a console would put into the bundle of this store's review.
pub(crate) async fn made(store: &AnyStore) -> Vec<u8> {
    let (records, head) = store.chain("INC-2031").await.unwrap();
    let read: Vec<Recorded> = records.iter().filter_map(Stored::recorded).collect();
    let book = Book::fold(&read);
    let ids = referred(&read);
    let found = store.find(&ids).await.unwrap().into_iter().map(Entry::Operation);
    let found = found.map(|entry| Row { digest: row_digest(&entry), entry });
    let rows: Vec<Row> = found.chain(mirrored(&read, &ids)).collect();
    bundle(&Contents {
        review: book.get(&ReviewId("review-1".to_owned())).unwrap(),
        records: &records,
        head: head.as_ref(),
        rows: &rows,
        contract: contract(),
        around: &current(),
        snapshot: Some(SNAPSHOT),
        made_at: now().checked_add(1.hours()).unwrap(),
    })
}

/// The bundle of a review with everything in it.
pub(crate) async fn sample() -> Vec<u8> {
    sample_of(&signed(agreed(read_twice(open())))).await
}

async fn sample_of(told: &Story) -> Vec<u8> {
    let memory = MemoryStore::new(Access::ReadWrite);
    memory.set_now(now());
    for row in scene::rows() {
        memory.put(row);
    }
    let store = AnyStore::Memory(Box::new(memory));
    record(&store, told).await;
    made(&store).await
}

/// The name of each line.
fn names(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    let manifest: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let listed = manifest["members"].as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap());
    ["manifest"].into_iter().chain(listed).chain(["end"]).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_bundle_holds_and_says_what_was_checked() {
    let bytes = sample().await;
    let checked = check(&bytes);
    assert_eq!(checked.findings, []);
    assert_eq!((checked.records, checked.reviews, checked.rows, checked.masked), (names(&bytes).len() - 5, 1, 1, 0));
    assert_eq!((checked.signed, checked.not_computed), (1, 0));
    assert_eq!(checked.lane.unwrap().id(), "waiting_runtime_gate");
    assert_eq!(checked.head.unwrap().seq, checked.records as u64);
    assert_eq!(bytes, sample().await, "the same review makes the same bundle");
    // Whoever has nothing but a JSON reader and sha256 can check a record.
    let text = String::from_utf8(bytes).unwrap();
    let record = text.lines().find(|line| line.contains("\"member\":\"record\"")).unwrap();
    let record: Value = serde_json::from_str(record).unwrap();
    assert_eq!(record["hash"], guard::digest_bytes(record["body"].as_str().unwrap().as_bytes()));
}

/// A generator that is the same everywhere (splitmix64).
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[tokio::test]
async fn one_byte_changed_anywhere_is_found_and_its_line_is_named() {
    let bytes = sample_of(&signed(scene::short())).await;
    assert!(check(&bytes).holds());
    let names = names(&bytes);
    let mut seeded = Seeded(7);
    let mut places: Vec<(usize, u8)> = Vec::new();
    // Every line break, what stands beside it, and each line's first bracket and colon; then anywhere.
    let breaks: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
    for at in &breaks {
        places.extend([at - 1, *at, (at + 1).min(bytes.len() - 1), (at + 9).min(bytes.len() - 1)].map(|at| (at, 1)));
    }
    // Every byte of the last line, which is what nothing else vouches for.
    places.extend((breaks[breaks.len() - 2]..bytes.len()).map(|at| (at, 2)));
    for _ in 0..520 {
        let at = (seeded.next() % bytes.len() as u64) as usize;
        places.push((at, (seeded.next() % 255) as u8 + 1));
    }
    let try_all = |places: &[(usize, u8)]| {
        for (at, with) in places {
            let mut changed = bytes.clone();
            changed[*at] ^= with;
            let line = breaks.partition_point(|end| end < at);
            let findings = check(&changed).findings;
            assert!(!findings.is_empty(), "byte {at} of line {} was changed, and nobody saw", names[line]);
            // What the end says of the manifest can be wrong on either side; a line break belongs to two lines.
            let near = [names.get(line), names.get(line + 1).filter(|_| bytes[*at] == b'\n')];
            let is_near = |member: &str| {
                near.iter().flatten().any(|name| *name == member || (*name == "end" && member == "manifest"))
            };
            let first = &findings[0];
            assert!(findings.iter().any(|finding| is_near(&finding.member)), "byte {at} of {}: {first:?}", names[line]);
        }
    };
    let half = places.len() / 2;
    std::thread::scope(|scope| {
        scope.spawn(|| try_all(&places[..half]));
        scope.spawn(|| try_all(&places[half..]));
    });
}

#[tokio::test]
async fn what_is_cut_off_put_in_doubled_or_moved_is_named() {
    let bytes = sample().await;
    let text = String::from_utf8(bytes.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let told = |lines: &[&str]| {
        let text = format!("{}\n", lines.join("\n"));
        let findings = check(text.as_bytes()).findings;
        findings.iter().map(|finding| format!("{}: {}", finding.member, finding.what)).collect::<Vec<_>>().join("\n")
    };
    let without = |at: usize| {
        let mut some = lines.clone();
        some.remove(at);
        told(&some)
    };
    assert!(without(0).contains("manifest: the first line is the policy"), "{}", without(0));
    assert!(without(1).contains("policy: there are 0 of it"), "{}", without(1));
    assert!(without(4).contains("record 3 (event event-2): in its place stands record 4"), "{}", without(4));
    assert!(without(4).contains("its number is not the next"), "{}", without(4));
    assert!(without(lines.len() - 1).contains("end: the last line is lane"), "{}", without(lines.len() - 1));
    assert!(without(lines.len() - 3).contains(&format!("row {ROW}: it is evidence for")));
    let mut twice = lines.clone();
    twice.insert(3, lines[3]);
    assert!(told(&twice).contains("in its place stands record 2"), "{}", told(&twice));
    let mut moved = lines.clone();
    moved.swap(5, 6);
    assert!(told(&moved).contains("in its place stands record 5"), "{}", told(&moved));
    for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        assert!(!check(&bytes[..cut]).holds(), "{cut}");
    }
}

/// Writes the manifest and the end anew, as somebody would who knows the format.
fn forged(lines: &[String]) -> Vec<u8> {
    let mut manifest: Value = serde_json::from_str(&lines[0]).unwrap();
    let inner = &lines[1..lines.len() - 1];
    for (member, line) in manifest["members"].as_array_mut().unwrap().iter_mut().zip(inner) {
        member["bytes"] = line.len().into();
        member["sha256"] = guard::digest_bytes(line.as_bytes()).into();
    }
    let manifest = String::from_utf8(guard::canonical(&manifest)).unwrap();
    let end = format!("{{\"manifest\":\"{}\",\"member\":\"end\"}}", guard::digest_bytes(manifest.as_bytes()));
    let all = [manifest.as_str()].into_iter().chain(inner.iter().map(String::as_str)).chain([end.as_str()]);
    format!("{}\n", all.collect::<Vec<_>>().join("\n")).into_bytes()
}

#[tokio::test]
async fn a_manifest_written_anew_hides_no_change_of_a_record_a_row_a_lane_or_the_policy() {
    let text = String::from_utf8(sample().await).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert!(check(&forged(&lines)).holds());
    let forge = |from: &str, to: &str| {
        let mut some = lines.clone();
        let place = some.iter().position(|line| !line.contains("\"member\":\"manifest\"") && line.contains(from));
        let place = place.unwrap_or_else(|| panic!("{from}"));
        some[place] = some[place].replacen(from, to, 1);
        let findings = check(&forged(&some)).findings;
        findings.iter().map(|finding| format!("{}: {}", finding.member, finding.what)).collect::<Vec<_>>().join("\n")
    };
    for (from, to, says) in [
        // A word of a record: its hash.
        ("ref of rollback_owner", "ref of rollback_ownex", "it was changed after it was recorded"),
        // A column.
        ("\"version\":3}", "\"version\":4}", "its columns say something else than its bytes"),
        ("the proxy was recreated", "the proxy was not there ", &format!("row {ROW}: its digest is not that")),
        ("\"lane\":\"waiting_runtime_gate\"", "\"lane\":\"request_impact_supplement\"", "lane: it says request_impact"),
        ("\"snapshot_current\":true", "\"snapshot_current\":false", "lane: what it says of the snapshot"),
        ("A traceable change", "Any traceable change", "policy: its digest is another"),
    ] {
        let told = forge(from, to);
        assert!(told.contains(says), "{from}: {told}");
    }
}

#[test]
fn what_is_no_bundle_is_said_and_takes_no_time() {
    for bytes in [
        &b""[..],
        b"\n",
        b"{}\n",
        b"{\"member\":\"manifest\"}\n",
        b"\xff\xfe\n",
        b"{\"member\":\"end\",\"manifest\":\"\"}\n",
        "[".repeat(100_000).as_bytes(),
        "\n".repeat(300_000).as_bytes(),
    ] {
        let checked = check(bytes);
        assert!(!checked.holds() && checked.findings.len() < 3, "{:?}", checked.findings);
    }
    let deep = format!("{}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!check(deep.as_bytes()).holds());
}

/// Changes one byte of what stands, past every trigger.
async fn tamper_sqlite(file: &std::path::Path, sql: &str) {
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
    let triggers: Vec<String> = sqlx::query_scalar(triggers).fetch_all(&mut connection).await.unwrap();
    for trigger in triggers {
        sqlx::raw_sql(AssertSqlSafe(format!("DROP TRIGGER {trigger}"))).execute(&mut connection).await.unwrap();
    }
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn findings(bytes: &[u8]) -> String {
    let findings = check(bytes).findings;
    findings.iter().map(|finding| format!("{}: {}", finding.member, finding.what)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn one_byte_of_a_row_changed_in_a_file_is_named_there_and_in_a_bundle_of_it() {
    let body = "UPDATE readback_review_event SET body = CAST(replace(CAST(body AS TEXT), 'ref of boot', 'ref if boot') AS \
                BLOB) WHERE seq = 4";
    let column = "UPDATE readback_review_event SET version = version + 1000 WHERE seq = 4";
    let none = "UPDATE readback_review_event SET body = X'ff' || substr(body, 2) WHERE seq = 4";
    let gone = "DELETE FROM readback_review_event WHERE seq = 4";
    let log = "UPDATE alert_operation_log SET action_detail = 'the proxy was recreated!' WHERE id LIKE '%03'";
    let head = "DELETE FROM readback_review_event WHERE seq = (SELECT max(seq) FROM readback_review_event)";
    for (sql, in_the_bundle) in [
        (body, "record 4 (event event-3): its hash is not that of its bytes"),
        (column, "record 4 (event event-3): its columns say something else"),
        (none, "record 4 (event event-3): its bytes are no record"),
        (gone, "record 5 (event event-4): its number is not the next"),
        (log, &format!("row {ROW}: it is not what it was when it became evidence")),
        (head, "the chain's head names another last record"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log.db");
        let url = StoreUrl::sqlite(file.clone());
        let store = AnyStore::open(&url, Access::ReadWrite).await.unwrap();
        let rows: Vec<_> = scene::rows().into_iter().filter_map(Entry::into_operation).collect();
        store.import(&rows).await.unwrap();
        record(&store, &signed(agreed(read_twice(open())))).await;
        assert_eq!(findings(&made(&store).await), "");
        assert!(store.audit(None).await.unwrap().broken.is_none());
        store.close().await;
        tamper_sqlite(&file, sql).await;
        let store = AnyStore::open(&url, Access::ReadOnly).await.unwrap();
        let told = findings(&made(&store).await);
        assert!(told.contains(in_the_bundle), "{sql}: {told}");
        let broken = store.audit(None).await.unwrap().broken;
        // The log is under the seals of its days, not under the chain.
        assert_eq!(broken.is_some(), sql != log, "{sql}");
        store.close().await;
    }
}

#[tokio::test]
async fn one_byte_of_a_row_changed_on_a_server_is_named_there_and_in_a_bundle_of_it() {
    let Some(db) = TestDb::create().await else { return };
    let store = AnyStore::open(&StoreUrl::parse(&db.url()).unwrap(), Access::ReadWrite).await.unwrap();
    store.ready().await.unwrap();
    let row = scene::rows().remove(2).into_operation().unwrap();
    store.append(&row.row).await.unwrap();
    record(&store, &signed(open())).await;
    // The server gives a row its own time, so its digest is another than the story's: that is named, and nothing else.
    let told = findings(&made(&store).await);
    assert!(told.lines().all(|line| line.contains("it is not what it was when it became evidence")), "{told}");
    db.sql(
        "ALTER TABLE readback_review_event DISABLE TRIGGER USER;
         UPDATE readback_review_event SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE seq = 4;
         ALTER TABLE readback_review_event ENABLE TRIGGER USER",
    )
    .await
    .unwrap();
    let broken = store.audit(None).await.unwrap().broken.unwrap();
    assert_eq!((broken.seq, broken.id.as_str()), (4, "event-3"));
    let told = findings(&made(&store).await);
    assert!(told.contains("record 4 (event event-3): its hash is not that of its bytes"), "{told}");
    store.close().await;
    db.drop().await;
}
