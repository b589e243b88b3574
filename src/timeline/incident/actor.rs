//! Who did something, and what kind of one that is. The question is whether somebody is accountable, never who is
//! to blame.

use crate::timeline::Entry;

/// What kind of actor a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActorClass {
    /// One person: `telegram:<id>`, `console:<user>`.
    Human,
    /// A program that acts for people: `auto_repair`, `bot:<name>`.
    Bot,
    /// The machinery: `alertmanager`, `system`, `readback@<host>`.
    System,
    /// Nobody is named, or a name that several share, or one of no known form.
    Unknown,
}

/// Names that name nobody; the review contract's, held to it by a test.
const SHARED: [&str; 18] = [
    "anonymous",
    "anon",
    "root",
    "admin",
    "administrator",
    "unknown",
    "nobody",
    "somebody",
    "someone",
    "shared",
    "user",
    "ubuntu",
    "ec2-user",
    "debian",
    "sudo",
    "cron",
    "me",
    "team",
];

impl ActorClass {
    /// The class of the actor of this name. Total: what is not known to be one person is not taken for one.
    pub fn of(name: Option<&str>) -> Self {
        let Some(name) = name.map(str::trim) else { return Self::Unknown };
        match name {
            "alertmanager" | "system" => return Self::System,
            "auto_repair" => return Self::Bot,
            _ => {}
        }
        if name.strip_prefix("readback@").is_some_and(|host| !host.is_empty()) {
            return Self::System;
        }
        let Some((scheme, who)) = name.split_once(':') else { return Self::Unknown };
        match scheme {
            "telegram" if is_id(who) => Self::Human,
            "console" if is_person(who) => Self::Human,
            "auto_repair" | "bot" if !who.trim().is_empty() => Self::Bot,
            _ => Self::Unknown,
        }
    }

    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Bot => "bot",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }
}

/// A chat's number for one account: digits, and not nothing but zeros. A group's is below zero.
fn is_id(who: &str) -> bool {
    !who.is_empty() && who.bytes().all(|byte| byte.is_ascii_digit()) && who.bytes().any(|byte| byte != b'0')
}

/// An account's name that one person has.
fn is_person(who: &str) -> bool {
    let bare = who.split_once('@').map_or(who, |(user, _)| user).trim().to_lowercase();
    !bare.is_empty() && bare != "uid-0" && !is_shared(&bare)
}

fn is_shared(bare: &str) -> bool {
    bare == "system" || SHARED.contains(&bare)
}

/// Somebody who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The name as the rows have it; `None` for rows that name nobody. Foreign text.
    pub name: Option<String>,
    /// What kind.
    pub class: ActorClass,
    /// How many rows.
    pub rows: usize,
}

/// Counts the row for its actor.
pub(super) fn count(actors: &mut Vec<Actor>, row: &Entry) {
    let name = row.actor().map(str::trim).filter(|name| !name.is_empty());
    match actors.iter_mut().find(|actor| actor.name.as_deref() == name) {
        Some(actor) => actor.rows += 1,
        None => actors.push(Actor { name: name.map(str::to_owned), class: ActorClass::of(name), rows: 1 }),
    }
}

/// The busiest first; ties in a fixed order.
pub(super) fn sort(actors: &mut [Actor]) {
    actors.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.class.cmp(&b.class)).then_with(|| a.name.cmp(&b.name)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Contract;

    #[test]
    fn a_name_is_a_person_only_where_one_person_has_it() {
        let class = |name| ActorClass::of(Some(name));
        for name in ["telegram:700100001", "console:ann", "console:uid-1000", " console:ann@host "] {
            assert_eq!(class(name), ActorClass::Human, "{name}");
        }
        assert_eq!([class("auto_repair"), class("bot:repair")], [ActorClass::Bot; 2]);
        assert_eq!([class("alertmanager"), class("system"), class("readback@db-1")], [ActorClass::System; 3]);
        for name in ["", "ann", "telegram:", "telegram:0", "telegram:-100200", "telegram:ann", "console:", "bot:"] {
            assert_eq!(class(name), ActorClass::Unknown, "{name}");
        }
        for name in ["console:uid-0", "console:Root", "console:ubuntu@web-1", "root", "readback@"] {
            assert_eq!(class(name), ActorClass::Unknown, "{name}");
        }
        assert_eq!(ActorClass::of(None), ActorClass::Unknown);
    }

    #[test]
    fn who_is_nobody_to_the_review_is_nobody_here() {
        let contract = Contract::builtin();
        for word in &contract.words.anonymous {
            assert!(is_shared(word), "{word}");
        }
        assert!(SHARED.iter().all(|word| contract.is_anonymous(word)));
    }
}
