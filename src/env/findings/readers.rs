//! Rules about programs that read the file otherwise than Compose.

use super::context::{Context, Said, Subject};
use crate::env::consumers::{Difference, How, Reader};
use crate::env::facts::Facts;
use crate::env::{Layer, Place, Severity};
use std::collections::HashMap;

/// What a reader does to more keys than this is said once for the file.
const MANY: usize = 3;

/// The differences, sorted by what is said of them.
pub(crate) struct Readers<'a> {
    /// Of one key.
    keys: HashMap<&'a str, Vec<&'a Difference>>,
    /// Of the whole file: the first one of each reader and kind, and how many there are.
    file: Vec<(&'a Difference, usize)>,
}

impl<'a> Readers<'a> {
    pub(crate) fn new(facts: &Facts<'a>) -> Self {
        let used = |difference: &&Difference| facts.rules.readers.contains(&difference.reader);
        let all = facts.file().map_or(&[][..], |layer| &layer.differences).iter().filter(used);
        let mut groups: HashMap<(Reader, How), Vec<&Difference>> = HashMap::new();
        for difference in all {
            groups.entry((difference.reader, difference.how)).or_default().push(difference);
        }
        let (mut keys, mut file) = (HashMap::<&str, Vec<&Difference>>::new(), Vec::new());
        for ((_, how), group) in groups {
            let Some(first) = group.first() else { continue };
            // What runs is said of each key, however many there are.
            let is_of_file = first.key.is_empty() || how == How::KeepsQuotes;
            if is_of_file || (group.len() > MANY && how != How::RunsIt) {
                file.push((*first, group.len()));
            } else {
                for one in group {
                    keys.entry(one.key.as_str()).or_default().push(one);
                }
            }
        }
        for list in keys.values_mut() {
            list.sort_by_key(|difference| (difference.how, difference.reader));
        }
        file.sort_by_key(|(difference, _)| (difference.line, difference.reader, difference.how));
        Self { keys, file }
    }
}

/// What a reader does with a key.
fn does(how: How) -> &'static str {
    match how {
        How::RunsIt => "runs a part of it as a command",
        How::ReadsOther => "reads another value",
        How::KeepsQuotes => "keeps its quotes",
        How::Drops => "does not set it",
        How::Refuses => "refuses the file",
        How::CantTell => "can't be foretold",
    }
}

const FIX: &str = "put the value in single quotes, or use letters, digits and _./:@%+,=- only";

pub(super) fn of_key(of: &Subject<'_, '_>) -> Option<Said> {
    let found = of.context.readers.keys.get(of.key)?;
    let said: Vec<String> =
        found.iter().map(|difference| format!("{} {}", difference.reader.word(), does(difference.how))).collect();
    let text = format!("{} is not the same to every program: {}", of.row.key, said.join(", "));
    let said = Said::new(of.place(Layer::File), text, FIX);
    let runs = found.iter().any(|difference| difference.how == How::RunsIt);
    Some(if runs { said.severity(Severity::Warning) } else { said })
}

pub(super) fn of_file(context: &Context<'_, '_>) -> Vec<Said> {
    let Some(layer) = context.facts.file() else { return Vec::new() };
    let said = |(first, many): &(&Difference, usize)| {
        let (who, line) = (first.reader.word(), first.line);
        let keys = if *many == 1 { "1 key".to_owned() } else { format!("{many} keys") };
        let (text, fix) = match first.how {
            How::Refuses => (
                format!("{who} refuses the whole file because of line {line}"),
                "if it reads this file, write that line as KEY=value; nobody else minds",
            ),
            How::CantTell => (
                format!("what {who} reads from line {line} on can't be told"),
                "simplify that line, if it reads this file",
            ),
            How::KeepsQuotes => (
                format!("{who} keeps the quotes of {keys}, the first on line {line}"),
                "start the container with Compose, or write values that need no quotes",
            ),
            How::Drops => (format!("{who} does not set {keys}, the first on line {line}"), FIX),
            How::RunsIt | How::ReadsOther => {
                (format!("{who} reads another value of {keys}, the first on line {line}"), FIX)
            }
        };
        Said::new(Some(Place { file: layer.name.clone(), line }), text, fix)
    };
    context.readers.file.iter().map(said).collect()
}
