//! Values the console knows, and every way in which a piece of one may be written.

use super::encodings::{base32, base64, bytes_as, hex, written};
use super::fake::Fake;
use readback::guard::Secret;
use readback::guard::scan::{Hit, KnownValues};
use std::collections::BTreeMap;

/// How many were made and how many found.
pub type Counts = BTreeMap<&'static str, (usize, usize)>;

fn knowing(value: &str) -> KnownValues {
    KnownValues::new(&Secret::new("a key of this test"), [&Secret::new(value)])
}

/// Whether something in a text is found, nothing before or behind it, and nothing once that is masked.
fn is_found_and_covered(known: &KnownValues, text: &str) -> bool {
    let (before, behind) = ("資料「", "」結束");
    let whole = [before, text, behind].concat();
    let hits = known.find(&whole);
    let inside = |hit: &Hit| hit.offset >= before.len() && hit.end() <= whole.len() - behind.len();
    let mut rest = whole.clone().into_bytes();
    for hit in &hits {
        rest[hit.offset..hit.end()].fill(b'.');
    }
    let rest = String::from_utf8(rest).expect("a hit covers whole characters");
    !hits.is_empty() && hits.iter().all(inside) && known.find(&rest).is_empty()
}

/// For each encoding of pieces of eight bytes and more.
pub fn counted() -> Counts {
    let mut fake = Fake(13);
    let mut counts = Counts::new();
    for (n, length) in [8, 10, 16, 24, 40].into_iter().cycle().take(60).enumerate() {
        let value = fake.fill(&format!("<any {length}>"));
        let known = knowing(&value);
        for from in 0..=length - 8 {
            for to in [from + 8, length] {
                for (encoding, text) in written(&value[from..to], n % 5) {
                    let found = is_found_and_covered(&known, &text);
                    let count = counts.entry(encoding).or_default();
                    count.0 += 1;
                    count.1 += usize::from(found);
                }
            }
        }
    }
    counts
}

/// The digests of values, as programs print them, and what is left of one that was cut.
pub fn digests(digest: impl Fn(&str, &[u8]) -> Vec<u8>) -> (Counts, usize) {
    let mut fake = Fake(29);
    let mut counts = Counts::new();
    let mut cut = 0;
    for length in [4, 7, 8, 12, 20, 40].into_iter().cycle().take(60) {
        let value = fake.fill(&format!("<any {length}>"));
        let known = knowing(&value);
        for name in ["MD5", "SHA-1", "SHA-256", "SHA-512"] {
            for text in [value.clone(), value.clone() + "\n"] {
                let bytes = digest(name, text.as_bytes());
                let forms = [
                    ("hex", hex(&bytes)),
                    ("HEX", hex(&bytes).to_uppercase()),
                    ("hex with colons", bytes_as(&bytes, ":", |byte| format!("{byte:02X}"))),
                    ("base64", base64(&bytes)),
                    ("base32", base32(&bytes)),
                ];
                for (form, text) in forms {
                    let count = counts.entry(form).or_default();
                    count.0 += 1;
                    count.1 += usize::from(is_found_and_covered(&known, &text));
                    let whole = text.trim_end_matches('=');
                    let most = &whole[..whole.len() - 3];
                    cut += usize::from(!known.find(&format!("資料 {most} 結束")).is_empty());
                }
            }
        }
    }
    (counts, cut)
}

/// Many values, known at once.
pub fn many() -> KnownValues {
    let mut fake = Fake(17);
    let values: Vec<Secret> = (0..300).map(|n| Secret::new(fake.fill(&format!("<any {}>", 4 + n % 40)))).collect();
    KnownValues::new(&Secret::new("a key of this test"), &values)
}
