//! Each reader's answers against Compose's.

use super::{Answer, Difference, How, Reader};
use crate::env::dotenv::{Assign, Entry, EnvFile, Quote, Values};

/// Files that are larger are compared only if every line is simple, in bytes.
const MAX_MODELLED: usize = 4 << 20;

/// Where other readers of a file differ from Compose; `values` is what Compose reads, `lookup` the
/// environment. Sorted by line. No value is in it.
pub fn differences<F>(file: &EnvFile, values: &Values, lookup: &F) -> Vec<Difference>
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    let bytes = file.bytes();
    let mut out = Vec::new();
    if bytes.split(|byte| *byte == b'\n').all(is_simple) {
        for (key, entry, _) in deciding(file, values).filter(|(_, entry, _)| entry.quote != Quote::None) {
            out.push(Difference {
                key: key.to_owned(),
                line: entry.line,
                reader: Reader::DockerRun,
                how: How::KeepsQuotes,
            });
        }
    } else if bytes.len() > MAX_MODELLED {
        let unknown = |reader| Difference { key: String::new(), line: 1, reader, how: How::CantTell };
        return Reader::ALL.map(unknown).to_vec();
    } else {
        for reader in Reader::ALL {
            of_reader(reader, file, values, lookup, &mut out);
        }
    }
    out.sort_by_key(|difference| difference.line);
    out
}

/// Every key with the entry that decides it and its value.
fn deciding<'a>(file: &'a EnvFile, values: &'a Values) -> impl Iterator<Item = (&'a str, &'a Entry, &'a [u8])> {
    let entry = |at: usize| file.entries().get(at);
    let named = values.iter().filter(|found| !found.key.is_empty());
    named.filter_map(move |found| Some((found.key.as_str(), entry(found.entry)?, found.value.expose())))
}

fn of_reader<F>(reader: Reader, file: &EnvFile, values: &Values, lookup: &F, out: &mut Vec<Difference>)
where
    F: Fn(&str) -> Option<Vec<u8>>,
{
    let read = reader.read(file.bytes(), lookup);
    if let Some(line) = read.refused {
        out.push(Difference { key: String::new(), line, reader, how: How::Refuses });
        return;
    }
    let mut unsure = read.unsure.then_some(1);
    for (key, entry, value) in deciding(file, values) {
        let how = match read.get(key) {
            Answer::Value(other) if other == value => continue,
            Answer::Value(other) if reader == Reader::DockerRun && keeps_quotes(entry, other) => How::KeepsQuotes,
            Answer::Value(_) | Answer::Other => How::ReadsOther,
            Answer::Runs => How::RunsIt,
            // Taken over by name: the environment has it in any case.
            Answer::Nothing if entry.assign == Assign::Inherit => continue,
            Answer::Nothing => How::Drops,
            Answer::Unsure => {
                unsure = Some(unsure.map_or(entry.line, |line: usize| line.min(entry.line)));
                continue;
            }
        };
        out.push(Difference { key: key.to_owned(), line: entry.line, reader, how });
    }
    out.extend(unsure.map(|line| Difference { key: String::new(), line, reader, how: How::CantTell }));
}

fn keeps_quotes(entry: &Entry, other: &[u8]) -> bool {
    let mark = match entry.quote {
        Quote::None => return false,
        Quote::Single => b'\'',
        Quote::Double => b'"',
    };
    other.first() == Some(&mark)
}

/// Longer lines are not simple; docker refuses long ones.
const MAX_SIMPLE: usize = 32 * 1024;

/// A line that every reader reads alike, but that docker keeps quotes: blank, a comment, or a key with a
/// value of characters that mean nothing to anybody.
fn is_simple(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    if text.is_empty() || text.starts_with(b"#") {
        let blank = line.len() - text.len();
        return line.len() < MAX_SIMPLE
            && line.iter().take(blank).all(|byte| matches!(byte, b' ' | b'\t'))
            && text.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t') && *byte != b'\\');
    }
    let Some(equals) = line.iter().position(|byte| *byte == b'=') else { return false };
    let (key, value) = (line.get(..equals).unwrap_or_default(), line.get(equals + 1..).unwrap_or_default());
    line.len() < MAX_SIMPLE && is_key(key) && is_simple_value(value)
}

fn is_key(key: &[u8]) -> bool {
    let starts = key.first().is_some_and(|byte| *byte == b'_' || byte.is_ascii_alphabetic());
    let named = key.iter().all(|byte| *byte == b'_' || byte.is_ascii_alphanumeric());
    starts && named && key != b"_" && !std::str::from_utf8(key).is_ok_and(super::bash::is_own)
}

fn is_simple_value(value: &[u8]) -> bool {
    match value {
        [mark @ (b'\'' | b'"'), inner @ .., end] if end == mark => {
            inner.iter().all(|byte| matches!(byte, b' '..=b'~') && byte != mark && !b"\\$`".contains(byte))
        }
        _ => value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_./:@%+,=-".contains(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::dotenv;

    #[test]
    fn what_is_simple_is_read_alike_by_every_model_but_for_dockers_quotes() {
        for line in ["A=", "A=x", "A=/a:b@c%+,=-.d", "A=''", "A=\"a b\"", "A='a \" # b'", "# x", "  # 'x", "", "\t "] {
            assert!(is_simple(line.as_bytes()), "{line}");
            let read = dotenv::parse(line.as_bytes()).and_then(|file| Ok((file.values(&|_: &str| None)?, file)));
            let Ok((values, file)) = read else { unreachable!("{line}") };
            let mut found = Vec::new();
            for reader in Reader::ALL {
                of_reader(reader, &file, &values, &|_: &str| None, &mut found);
            }
            assert!(found.iter().all(|difference| difference.how == How::KeepsQuotes), "{line}: {found:?}");
        }
        for line in ["A=a b", "A=x ", " A=x", "A=~", "A=$B", "A=\"$B\"", "A='x'y", "A=x\r", "export A=1", "UID=1", "A"]
        {
            assert!(!is_simple(line.as_bytes()), "{line}");
        }
    }
}
