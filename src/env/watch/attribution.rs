//! Who it may have been: what was seen near the time of a change, and how much each of it says. Facts in, leads out.

use crate::guard::line;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Who touched the terminal this shortly before is taken for at work; `who` knows minutes only.
const AT_WORK: SignedDuration = SignedDuration::from_secs(60);

/// How sure it is who changed a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// What was seen speaks of one person only.
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The name of the account.
    pub user: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// From where, if that is known.
    pub from: Option<String>,
    /// When the terminal was last touched, as far as is known.
    pub active: Option<Timestamp>,
}

/// A program that was running: an editor, `sudo` and its like, or a shell in the file's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its name.
    pub program: String,
    /// The account that it runs as.
    pub user: String,
    /// The account that had logged in to run it, where the kernel keeps that.
    pub login: Option<String>,
    /// Who called `sudo`, where its environment may be read.
    pub sudo_user: Option<String>,
    /// When it was started.
    pub since: Option<Timestamp>,
    /// Whether one of its arguments is a file of this name.
    pub names_file: bool,
    /// Whether it runs in the file's folder.
    pub in_folder: bool,
}

impl Process {
    /// The person behind it.
    fn person(&self) -> &str {
        self.sudo_user.as_deref().or(self.login.as_deref()).unwrap_or(&self.user)
    }
}

/// What was seen. A file says who owns it and when it was written, never who wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    /// The file's owner; none where there is no file.
    pub owner: Option<String>,
    /// Who was logged in; `None` where nobody could be asked.
    pub sessions: Option<Vec<Session>>,
    /// What was running; `None` where that can't be seen.
    pub processes: Option<Vec<Process>>,
}

/// A person, and what speaks of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The account.
    pub who: String,
    /// What speaks of them.
    pub why: String,
    /// How sure that makes it.
    pub certainty: Certainty,
}

/// How much a fact says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Somebody was logged in, or an editor ran somewhere.
    Weak,
    /// Somebody was at work here.
    Near,
    /// A program that was told this file's name.
    Strong,
}

impl Attribution {
    /// What was so when the file was written: who came later did not write it.
    #[must_use]
    pub fn at(mut self, written: Timestamp) -> Self {
        let was_there = |since: Option<Timestamp>| since.is_none_or(|since| since <= written);
        self.sessions.iter_mut().for_each(|list| list.retain(|session| was_there(session.since)));
        self.processes.iter_mut().for_each(|list| list.retain(|process| was_there(process.since)));
        self
    }

    /// Everybody of whom something speaks, the most likely first.
    pub fn leads(&self, written: Timestamp) -> Vec<Lead> {
        let mut people: Vec<(&str, Weight, Vec<String>)> = Vec::new();
        let sessions = self.sessions.iter().flatten().map(|session| of_session(session, written));
        for (who, weight, why) in self.processes.iter().flatten().map(of_process).chain(sessions) {
            match people.iter_mut().find(|(known, ..)| *known == who) {
                Some((_, best, whys)) => {
                    *best = weight.max(*best);
                    if !whys.contains(&why) {
                        whys.push(why);
                    }
                }
                None => people.push((who, weight, vec![why])),
            }
        }
        people.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(right.0)));
        let best = people.first().map(|(_, weight, _)| *weight);
        let alone = people.iter().filter(|(_, weight, _)| Some(*weight) == best).count() == 1;
        let certainty = |weight| match weight {
            Weight::Near | Weight::Strong if alone && Some(weight) == best => Certainty::Likely,
            _ => Certainty::Guess,
        };
        let lead = |(who, weight, whys): (&str, Weight, Vec<String>)| Lead {
            who: line(who).into_owned(),
            why: line(&whys.join("; ")).into_owned(),
            certainty: certainty(weight),
        };
        people.into_iter().map(lead).collect()
    }
}

/// Whom to ask first, and how sure that is.
pub fn who(leads: &[Lead]) -> (Option<String>, Certainty) {
    match leads {
        [] => (None, Certainty::Unknown),
        [first, ..] if first.certainty == Certainty::Likely => (Some(first.who.clone()), Certainty::Likely),
        several => {
            let names: Vec<&str> = several.iter().map(|lead| lead.who.as_str()).collect();
            (Some(names.join(" or ")), Certainty::Guess)
        }
    }
}

fn of_process(process: &Process) -> (&str, Weight, String) {
    let who = process.person();
    let program = &process.program;
    let (weight, does) = match (process.names_file, process.in_folder) {
        (true, _) => (Weight::Strong, format!("{program} was called with this file's name")),
        (false, true) => (Weight::Near, format!("{program} runs in its folder")),
        (false, false) => (Weight::Weak, format!("{program} runs")),
    };
    let account = if process.user == who { String::new() } else { format!(" as {}", process.user) };
    (who, weight, does + &account)
}

fn of_session(session: &Session, written: Timestamp) -> (&str, Weight, String) {
    let from = session.from.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
    let (weight, state) = match session.active.map(|active| written.duration_since(active)) {
        None => (Weight::Near, String::new()),
        Some(idle) if idle <= AT_WORK => (Weight::Near, ", at work".to_owned()),
        Some(idle) => (Weight::Weak, format!(", idle for {} min then", idle.as_mins())),
    };
    (&session.user, weight, format!("logged in{from}{state}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn session(user: &str, since: i64, active: Option<i64>) -> Session {
        Session { user: user.to_owned(), since: Some(at(since)), from: None, active: active.map(at) }
    }

    fn process(program: &str, user: &str, login: Option<&str>) -> Process {
        Process {
            program: program.to_owned(),
            user: user.to_owned(),
            login: login.map(str::to_owned),
            ..Process::default()
        }
    }

    fn told(sessions: &[Session], processes: &[Process]) -> (Option<String>, Certainty) {
        let seen = Attribution {
            owner: Some("root".to_owned()),
            sessions: Some(sessions.to_vec()),
            processes: Some(processes.to_vec()),
        };
        who(&seen.at(at(10_000)).leads(at(10_000)))
    }

    fn likely(who: &str) -> (Option<String>, Certainty) {
        (Some(who.to_owned()), Certainty::Likely)
    }

    fn guess(who: &str) -> (Option<String>, Certainty) {
        (Some(who.to_owned()), Certainty::Guess)
    }

    #[test]
    fn how_sure_it_is_depends_on_who_was_there() {
        assert_eq!(told(&[session("mira", 900, None), session("mira", 950, None)], &[]), likely("mira"));
        assert_eq!(told(&[session("mira", 900, None), session("jo", 950, None)], &[]), guess("jo or mira"));
        // Somebody who came after it was written did not write it.
        assert_eq!(told(&[session("mira", 10_001, None)], &[]), (None, Certainty::Unknown));
        assert_eq!(who(&Attribution::default().leads(at(1))), (None, Certainty::Unknown));
    }

    #[test]
    fn who_sat_idle_is_less_likely_than_who_was_at_work() {
        let (idle, busy) = (session("jo", 900, Some(2_000)), session("mira", 900, Some(9_990)));
        assert_eq!(told(&[idle.clone(), busy], &[]), likely("mira"));
        // One person who has not touched the keyboard for hours is no more than a guess.
        assert_eq!(told(&[idle], &[]), guess("jo"));
    }

    #[test]
    fn a_program_that_was_called_with_the_file_says_more_than_a_session() {
        let sessions = [session("jo", 900, Some(9_990)), session("ann", 900, Some(9_990))];
        let editor = Process { names_file: true, ..process("vim", "root", Some("mira")) };
        assert_eq!(told(&sessions, std::slice::from_ref(&editor)), likely("mira"));
        let shell = Process { in_folder: true, ..process("bash", "kim", None) };
        assert_eq!(told(&sessions, std::slice::from_ref(&shell)), guess("ann or jo or kim"));
        let late = Process { since: Some(at(10_500)), ..editor };
        assert_eq!(told(&[], &[late]), (None, Certainty::Unknown));
    }

    #[test]
    fn the_person_is_who_called_sudo_then_who_logged_in_then_who_it_runs_as() {
        let near = |process: Process| Process { in_folder: true, ..process };
        let sudo = Process { sudo_user: Some("mira".to_owned()), ..process("sudo", "root", Some("deploy")) };
        assert_eq!(told(&[], &[near(sudo.clone())]), likely("mira"));
        assert_eq!(told(&[], &[near(process("sudo", "root", Some("deploy")))]), likely("deploy"));
        assert_eq!(told(&[], &[near(process("nano", "jo", None))]), likely("jo"));
        // Away from the folder and not called with the file it says little.
        assert_eq!(told(&[], &[sudo]), guess("mira"));
    }

    #[test]
    fn each_lead_says_why() {
        let seen = Attribution {
            owner: None,
            sessions: Some(vec![Session {
                from: Some("192.0.2.7".to_owned()),
                ..session("mira", 900, Some(10_000 - 600))
            }]),
            processes: Some(vec![Process { names_file: true, ..process("vim", "root", Some("mira")) }]),
        };
        let leads = seen.leads(at(10_000));
        assert_eq!(leads.len(), 1);
        let why = "vim was called with this file's name as root; logged in from 192.0.2.7, idle for 10 min then";
        assert_eq!((leads[0].why.as_str(), leads[0].certainty), (why, Certainty::Likely));
    }
}
