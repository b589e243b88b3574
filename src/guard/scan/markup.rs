//! Secrets between tags: `<password>value</password>`.

use super::names::{self, Kind};
use super::places::Mark;
use super::{Hit, Places, bytes, innocent};

/// The longest name and value that are looked at.
const NAME: usize = 80;
const VALUE: usize = 1024;

pub(super) fn scan(text: &str, places: &Places, hits: &mut Vec<Hit>) {
    let all = text.as_bytes();
    for at in places.marked(Mark::Close) {
        let name = bytes::run(all, at + 2, NAME, |byte| bytes::is_word(byte) || matches!(byte, b'-' | b'.' | b':'));
        if all.get(name) != Some(&b'>') || names::kind(&all[at + 2..name], false) != Some(Kind::Secret) {
            continue;
        }
        let from = bytes::run_back(all, at, VALUE, |byte| !matches!(byte, b'>' | b'<'));
        let value = text.get(from..at).filter(|value| !innocent::is_placeholder(value) && !value.trim().is_empty());
        if from > 0 && all[from - 1] == b'>' && value.is_some() {
            hits.push(Hit::new("secret_assignment", from, at));
        }
    }
}
