//! What a person should know: a table of rules, each with a stable id, a severity and a function.
//! A new rule is a line in the table and a function. No text ever holds a value or a part of one.

mod context;
mod distance;
mod layers;
mod lines;
mod readers;
mod values;

pub(super) use context::{Context, Said, Subject};

use super::Finding;
use super::Severity::{self, Error, Note, Warning};

/// What a rule looks at.
enum Check {
    /// One key over all layers.
    Key(fn(&Subject<'_, '_>) -> Option<Said>),
    /// Whole files and layers.
    Layers(fn(&Context<'_, '_>) -> Vec<Said>),
}

/// A rule.
pub struct Rule {
    /// The stable id.
    pub id: &'static str,
    /// How bad, unless the finding itself says otherwise.
    pub severity: Severity,
    /// What it finds, in one line.
    pub about: &'static str,
    check: Check,
}

const fn key(
    id: &'static str,
    severity: Severity,
    about: &'static str,
    check: fn(&Subject<'_, '_>) -> Option<Said>,
) -> Rule {
    Rule { id, severity, about, check: Check::Key(check) }
}

const fn whole(
    id: &'static str,
    severity: Severity,
    about: &'static str,
    check: fn(&Context<'_, '_>) -> Vec<Said>,
) -> Rule {
    Rule { id, severity, about, check: Check::Layers(check) }
}

/// Every rule.
pub const RULES: [Rule; 24] = [
    key("missing_required", Error, "A required key is not in the file.", values::missing_required),
    key("empty_required", Error, "A required key is empty.", values::empty_required),
    key("too_short", Error, "A value is shorter than it has to be.", values::too_short),
    key("shorter_than_expected", Note, "A value is long enough, but shorter than expected.", values::shorter),
    key("placeholder", Warning, "A value only holds a place.", values::placeholder),
    key("reused_secret", Warning, "Two keys have the same secret value.", values::reused_secret),
    key("differs_from_secret", Error, "The file is not what the secret manager has.", layers::differs_from_secret),
    key("unknown_key", Note, "The file has a key that the template does not know.", layers::unknown_key),
    key("hardcoded_in_compose", Warning, "The compose file sets a key itself.", layers::hardcoded_in_compose),
    key("shadowed_by_app", Error, "The application's own configuration keeps a key from being used.", layers::shadowed),
    key("running_differs_from_disk", Warning, "The next recreate changes a key.", layers::running_differs),
    key("duplicate_key", Warning, "A key stands in the file twice.", lines::duplicate_key),
    key("comment_as_value", Error, "Compose takes a comment for the value.", lines::comment_as_value),
    key("dollar_eaten", Error, "A variable inside a value is not set and vanishes.", lines::dollar_eaten),
    key("whitespace_hazard", Warning, "White space or an invisible character in a value.", lines::whitespace),
    key("text_after_quote", Warning, "Text after a closing quote starts a new key.", lines::text_after_quote),
    key("readers_differ", Note, "Another program would read another value of a key.", readers::of_key),
    whole("reader_differs", Note, "Another program reads the file otherwise as a whole.", readers::of_file),
    whole("lost_last_line", Error, "The last line is a key with no value and no line feed.", lines::lost_last_line),
    whole("nameless_key", Warning, "A line gives a value to a key with no name.", lines::nameless_key),
    whole("layer_refused", Error, "A file is refused by what reads it.", layers::refused),
    whole("compose_unfollowed", Note, "The compose file asks for something that is not followed.", layers::unfollowed),
    whole("profile_not_active", Warning, "Compose would not start the service.", layers::not_started),
    whole("layer_unread", Note, "Nothing is known of a layer.", layers::unread),
];

/// The findings of a key, worst first.
pub(super) fn of_key(subject: &Subject<'_, '_>) -> Vec<Finding> {
    let found = RULES.iter().filter_map(|rule| match rule.check {
        Check::Key(check) => check(subject).map(|said| finding(rule, Some(subject.row.key.clone()), said)),
        Check::Layers(_) => None,
    });
    sorted(found.collect())
}

/// The findings of whole layers, worst first.
pub(super) fn of_layers(context: &Context<'_, '_>) -> Vec<Finding> {
    let found = RULES.iter().flat_map(|rule| match rule.check {
        Check::Key(_) => Vec::new(),
        Check::Layers(check) => check(context).into_iter().map(|said| finding(rule, None, said)).collect(),
    });
    sorted(found.collect())
}

fn finding(rule: &Rule, key: Option<String>, said: Said) -> Finding {
    let Said { severity, key: own, place, text, fix } = said;
    let severity = severity.unwrap_or(rule.severity);
    Finding { id: rule.id.to_owned(), severity, key: own.or(key), place, text, fix }
}

fn sorted(mut list: Vec<Finding>) -> Vec<Finding> {
    list.sort_by_key(|finding| finding.severity);
    list
}
