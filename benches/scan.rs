//! The guard over a text, as it is typed or pasted.

#![allow(clippy::expect_used, reason = "the corpus is test code")]

use divan::Bencher;
use divan::counter::BytesCount;
use readback::guard::{Secret, Watch};

#[path = "../tests/guard/corpus/fake.rs"]
mod fake;
#[path = "../tests/guard/corpus/innocent.rs"]
mod innocent;
#[path = "../tests/guard/corpus/kinds.rs"]
mod kinds;
#[path = "../tests/guard/corpus/notes.rs"]
mod notes;
#[path = "../tests/guard/corpus/pastes.rs"]
mod pastes;
#[path = "../tests/guard/corpus/samples.rs"]
#[allow(dead_code, reason = "the test uses the rest of it")]
mod samples;
#[path = "../tests/guard/corpus/vendors.rs"]
mod vendors;

/// What a note holds at most, in bytes.
const SIZE: usize = 64 * 1024;

/// As people write it: names, numbers, paths, and no secret.
const PROSE: &str = "At 09:31 the web container was up for two minutes and its health check was older than the restart. \
    We compared .env with docker-compose.yml (line 21): DB_HOST=old-db.internal is set twice. The runbook in \
    docs/runbooks/restore.md says to look at https://status.example/incidents/4711 first; commit 3f2a9c1 changed it.\n";
const ZH: &str = "資料庫連線字串指向錯誤的主機，等待輪換後再重啟；值班人員已通知平台組。\n";
const LOG: &str = "2026-02-02 03:04:05,678 1 INFO prod odoo.http: 10.0.0.7 GET /web/login?x=1 HTTP/1.1 200 - 3 0.002\n";
const DUMP: &str = "APP_SETTING_17=value-of-17-x\n";
const JSON: &str = "{\"a\":\"\",\"b\":\"x\\ny\",\"path\":\"\\/web\\/login\"},";

/// What is the most work to look through for known values: everything is an escape, or nearly, or a number.
const TRAPS: [(&str, &str); 9] = [
    ("entities", "&#97;&#98;&#x63;&#100"),
    ("entities cut", "&#"),
    ("escapes of five kinds", "%41\\u0041&#65;=41''"),
    ("escapes of escapes", "%25%25\\\\\\\\&amp;amp;"),
    ("quoted-printable", "=41=42"),
    ("octal", "\\141\\142"),
    ("hex pairs", "61 62:63 0x64, "),
    ("decimals", "97, 98, 99, "),
    ("digits and semicolons", "1234567890;"),
];

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

/// 64 KiB of sentences, a log, an env dump, JSON, random letters in lines and without a space.
#[divan::bench(args = ["prose", "chinese", "log", "dump", "json", "base64", "one word"])]
fn of_64_kib(bencher: Bencher<'_, '_>, what: &str) {
    scanned(bencher, &Watch::default(), &text_of(what));
}

/// The same, with 500 values that the console knows.
#[divan::bench(args = ["prose", "chinese", "log", "dump", "json", "base64", "one word"])]
fn of_64_kib_with_500_known_values(bencher: Bencher<'_, '_>, what: &str) {
    scanned(bencher, &knowing(), &text_of(what));
}

/// 64 KiB that are all traps, with 500 known values.
#[divan::bench(args = TRAPS.map(|(what, _)| what))]
fn of_traps_with_500_known_values(bencher: Bencher<'_, '_>, what: &str) {
    scanned(bencher, &knowing(), &text_of(what));
}

/// Four times the text takes four times the time: 256 KiB of the same traps.
#[divan::bench(args = TRAPS.map(|(what, _)| what))]
fn of_four_times_as_many_traps(bencher: Bencher<'_, '_>, what: &str) {
    scanned(bencher, &knowing(), &text_of(what).repeat(4));
}

/// The innocent lines of the corpus: nearly every one holds what looks like a secret.
#[divan::bench]
fn of_the_innocent_lines(bencher: Bencher<'_, '_>) {
    scanned(bencher, &Watch::default(), &samples::innocents().join("\n"));
}

fn text_of(what: &str) -> String {
    match what {
        "prose" => repeated(PROSE),
        "chinese" => repeated(ZH),
        "log" => repeated(LOG),
        "dump" => repeated(DUMP),
        "json" => repeated(JSON),
        "base64" => repeated(&fake::Fake(5).fill("<lines 1010>")),
        "one word" => repeated("aZ4kQ9"),
        what => repeated(TRAPS.iter().find(|(name, _)| *name == what).map_or(PROSE, |(_, trap)| trap)),
    }
}
