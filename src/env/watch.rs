//! A change of the file that no sync made: what changed, when, and who it may have been. Pure.

use super::diff::Change;
use super::snapshot::{KeyChange, Keys, changes};
use crate::guard::{digest_of, line};
use crate::timeline::{OwnEvent, OwnKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How many keys a summary names.
const NAMED: usize = 6;

/// How sure it is who changed a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// One person only was logged in when it was written.
    Likely,
    /// One of several people, or somebody who has left.
    Guess,
    /// Nothing is known of who was there.
    Unknown,
}

impl Certainty {
    /// The word for the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Likely => "likely",
            Self::Guess => "a guess",
            Self::Unknown => "not known",
        }
    }
}

/// A person who was logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The name of the account.
    pub user: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// From where, if that is known.
    pub from: Option<String>,
}

/// Who it may have been. A file says who owns it and when it was written, never who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    /// The file's owner.
    pub owner: String,
    /// Who was logged in when it was written, as far as is known; `None` where nobody could be asked.
    pub sessions: Option<Vec<Session>>,
}

impl Attribution {
    /// Whom to ask first, and how sure that is.
    pub fn who(&self) -> (Option<String>, Certainty) {
        let Some(sessions) = &self.sessions else { return (None, Certainty::Unknown) };
        let mut users: Vec<&str> = sessions.iter().map(|session| session.user.as_str()).collect();
        users.sort_unstable();
        users.dedup();
        match users.as_slice() {
            [] => (None, Certainty::Unknown),
            [one] => (Some((*one).to_owned()), Certainty::Likely),
            several => (Some(several.join(" or ")), Certainty::Guess),
        }
    }
}

/// The sessions that were there when a file was written.
pub fn present(sessions: Vec<Session>, written: Timestamp) -> Vec<Session> {
    sessions.into_iter().filter(|session| session.since.is_none_or(|since| since <= written)).collect()
}

/// The event that tells a change; `None` where nothing changed. Its id is that of the change itself, so that several
/// consoles that see one record one.
pub fn event(file: &str, before: &Keys, after: &Keys, written: Timestamp, by: &Attribution) -> Option<OwnEvent> {
    let changed = changes(before, after);
    if changed.is_empty() {
        return None;
    }
    let (who, certainty) = by.who();
    let id = id_of(file, &changed, written);
    Some(OwnEvent {
        id,
        incident_id: None,
        kind: OwnKind::ConfigChanged,
        subject: line(file).into_owned(),
        actor: who.as_ref().map(|who| line(who).chars().take(100).collect()),
        summary: format!("changed by hand: {} (who: {})", summary(&changed), certainty.word()),
        success: None,
        context: json!({
            "by": "hand", "changes": changed, "written_at": written,
            "attribution": by, "who": who, "certainty": certainty,
        }),
        occurred_at: written,
        recorded_at: None,
    })
}

/// The keys by how they changed, the worst first.
fn summary(changed: &[KeyChange]) -> String {
    let mut said = Vec::new();
    for (how, word) in [
        (Change::Removed, "lost"),
        (Change::Emptied, "emptied"),
        (Change::Changed, "changed"),
        (Change::Added, "added"),
    ] {
        let keys: Vec<&str> = changed.iter().filter(|key| key.how == how).map(|key| key.key.as_str()).collect();
        match keys.len() {
            0 => {}
            few if few <= NAMED => said.push(format!("{word} {}", keys.join(" "))),
            many => said.push(format!("{word} {} and {} more", keys[..NAMED].join(" "), many - NAMED)),
        }
    }
    said.join("; ")
}

/// A name for the change in the shape of a UUID, the same wherever it is seen.
fn id_of(file: &str, changed: &[KeyChange], written: Timestamp) -> String {
    let digest = digest_of(&json!([file, changed, written]));
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or("0");
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::format::FileFormat;
    use super::super::snapshot::keys_of;
    use super::*;
    use crate::guard::{Fingerprinter, Secret};

    fn keys(text: &str) -> Keys {
        keys_of(FileFormat::Dotenv, text.as_bytes(), &Fingerprinter::new(&Secret::new("key of a test"))).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn by(users: &[(&str, i64)]) -> Attribution {
        let session =
            |(user, since): &(&str, i64)| Session { user: (*user).to_owned(), since: Some(at(*since)), from: None };
        Attribution {
            owner: "root".to_owned(),
            sessions: Some(present(users.iter().map(session).collect(), at(1_000))),
        }
    }

    #[test]
    fn a_change_says_which_keys_went_first_and_no_value() {
        let (before, after) = (keys("S3=abc\nP=one\nQ=x\n"), keys("P=two\nQ=\nN=1\n"));
        let event = event(".env", &before, &after, at(1_000), &by(&[("mira", 900)])).unwrap();
        assert_eq!(event.summary, "changed by hand: lost S3; emptied Q; changed P; added N (who: likely)");
        assert_eq!((event.actor.as_deref(), event.occurred_at), (Some("mira"), at(1_000)));
        assert_eq!(event.id.len(), 36);
    }

    #[test]
    fn what_did_not_change_is_no_event_and_what_did_is_the_same_one_everywhere() {
        let (before, after) = (keys("A=1\n"), keys("A=2\n"));
        assert_eq!(event(".env", &before, &before, at(1), &by(&[])), None);
        let one = event(".env", &before, &after, at(1), &by(&[("mira", 0)])).unwrap();
        let other = event(".env", &before, &after, at(1), &by(&[("jo", 0)])).unwrap();
        assert_eq!(one.id, other.id);
        assert_ne!(one.id, event(".env", &before, &after, at(2), &by(&[])).unwrap().id);
    }

    #[test]
    fn how_sure_it_is_depends_on_who_was_there() {
        assert_eq!(by(&[("mira", 900), ("mira", 950)]).who(), (Some("mira".to_owned()), Certainty::Likely));
        assert_eq!(by(&[("mira", 900), ("jo", 950)]).who(), (Some("jo or mira".to_owned()), Certainty::Guess));
        // Somebody who came after it was written did not write it.
        assert_eq!(by(&[("mira", 1_001)]).who(), (None, Certainty::Unknown));
        assert_eq!(Attribution { owner: "root".to_owned(), sessions: None }.who().1, Certainty::Unknown);
    }
}
