//! The guard over a text, as it is typed or pasted.

#![allow(clippy::expect_used, reason = "the corpus is test code")]

use divan::Bencher;
use divan::counter::BytesCount;
use readback::guard::{Secret, Watch};

#[path = "../tests/guard_corpus/corpus.rs"]
#[allow(dead_code, reason = "the test uses the rest of it")]
mod corpus;
#[path = "../tests/guard_corpus/fake.rs"]
mod fake;
#[path = "../tests/guard_corpus/innocent.rs"]
mod innocent;
#[path = "../tests/guard_corpus/kinds.rs"]
mod kinds;

/// What a note holds at most, in bytes.
const SIZE: usize = 64 * 1024;

/// As people write it: names, numbers, paths, and no secret.
const PROSE: &str = "At 09:31 the web container was up for two minutes and its health check was older than the restart. \
    We compared .env with docker-compose.yml (line 21): DB_HOST=old-db.internal is set twice. The runbook in \
    docs/runbooks/restore.md says to look at https://status.example/incidents/4711 first; commit 3f2a9c1 changed it.\n";
const ZH: &str = "資料庫連線字串指向錯誤的主機，等待輪換後再重啟；值班人員已通知平台組。\n";
const LOG: &str = "2026-02-02 03:04:05,678 1 INFO prod odoo.http: 10.0.0.7 GET /web/login?x=1 HTTP/1.1 200 - 3 0.002\n";
const DUMP: &str = "APP_SETTING_17=value-of-17-x\n";

fn main() {
    divan::main();
}

/// The text over and over, up to a size.
fn repeated(text: &str) -> String {
    let mut many = text.repeat(SIZE / text.len() + 1);
    many.truncate(many.floor_char_boundary(SIZE));
    many
}

/// A guard that knows as many values as a large stack has.
fn knowing() -> Watch {
    let mut fake = fake::Fake(3);
    let values: Vec<Secret> = (0..500).map(|_| Secret::new(fake.fill("<sym 20>"))).collect();
    Watch::knowing(&Secret::new("a key of this bench"), &values)
}

fn scanned(bencher: Bencher<'_, '_>, watch: &Watch, text: &str) {
    bencher.counter(BytesCount::of_str(text)).bench(|| watch.catch(text));
}

/// 64 KiB of sentences, a log, an env dump, random letters in lines and without a space.
#[divan::bench(args = ["prose", "chinese", "log", "dump", "base64", "one word"])]
fn of_64_kib(bencher: Bencher<'_, '_>, what: &str) {
    scanned(bencher, &Watch::default(), &text_of(what));
}

/// The same, with 500 values that the console knows.
#[divan::bench(args = ["prose", "chinese", "log", "dump", "base64", "one word"])]
fn of_64_kib_with_500_known_values(bencher: Bencher<'_, '_>, what: &str) {
    scanned(bencher, &knowing(), &text_of(what));
}

/// The innocent lines of the corpus: nearly every one holds what looks like a secret.
#[divan::bench]
fn of_the_innocent_lines(bencher: Bencher<'_, '_>) {
    scanned(bencher, &Watch::default(), &corpus::innocents().join("\n"));
}

fn text_of(what: &str) -> String {
    match what {
        "prose" => repeated(PROSE),
        "chinese" => repeated(ZH),
        "log" => repeated(LOG),
        "dump" => repeated(DUMP),
        "base64" => repeated(&fake::Fake(5).fill("<lines 1010>")),
        _ => repeated("aZ4kQ9"),
    }
}
