//! The guard over a text, as it is typed or pasted.

use divan::Bencher;
use divan::counter::BytesCount;
use readback::guard::scan::scan;

/// What a note holds at most, in bytes.
const SIZE: usize = 64 * 1024;

/// As people write it: names, numbers, paths, and no secret.
const PROSE: &str = "At 09:31 the web container was up for two minutes and its health check was older than the restart. \
    We compared .env with docker-compose.yml (line 21): DB_HOST=old-db.internal is set twice. The runbook in \
    docs/runbooks/restore.md says to look at https://status.example/incidents/4711 first; commit 3f2a9c1 changed it.\n";

fn main() {
    divan::main();
}

/// The text, repeated up to a size.
fn repeated(text: &str) -> String {
    text.chars().cycle().take(SIZE).collect()
}

fn scanned(bencher: Bencher<'_, '_>, text: &str) {
    bencher.counter(BytesCount::of_str(text)).bench(|| scan(text));
}

/// Sentences.
#[divan::bench]
fn of_64_kib_of_prose(bencher: Bencher<'_, '_>) {
    scanned(bencher, &repeated(PROSE));
}

/// One word without an end, which looks like a token all the way.
#[divan::bench]
fn of_64_kib_without_a_space(bencher: Bencher<'_, '_>) {
    scanned(bencher, &repeated("aZ4kQ9"));
}
