//! The rules that evidence alone decides.

use super::{Answer, Hit, Scene, Subject};
use crate::evidence::{Evidence, Unknown, Verdict, pair};

fn of(seen: &Evidence, what: String) -> Hit {
    Hit { what, at: Some(seen.as_of), subject: Subject::Probe(seen.probe.clone()) }
}

/// FG04.
pub(super) fn older_than_restart(scene: &Scene<'_>) -> Answer {
    let Some(restart) = scene.last_restart else { return Answer::Quiet };
    let older = scene.fresh_passes().filter(|seen| seen.required && seen.as_of < restart);
    let say = |seen: &Evidence| of(seen, format!("{}: its evidence is older than the last restart", seen.probe));
    older.map(say).collect::<Vec<_>>().into()
}

/// FG07.
pub(super) fn control_passed(scene: &Scene<'_>) -> Answer {
    let void = scene.evidence.iter().filter(|seen| seen.verdict == Verdict::Unknown(Unknown::Void));
    let say = |seen: &Evidence| of(seen, format!("{}: {} - {}", seen.probe, Unknown::Void.word(), seen.summary));
    void.map(say).collect::<Vec<_>>().into()
}

/// FG08.
pub(super) fn only_answers(scene: &Scene<'_>) -> Answer {
    let mut passes = scene.fresh_passes().peekable();
    if passes.peek().is_none() || passes.any(|seen| !pair::is_thin(&seen.kind)) {
        return Answer::Quiet;
    }
    let what = "all that passes is a route, a port or a container: nothing shows that it works";
    Answer::Found(vec![Hit { what: what.to_owned(), at: None, subject: Subject::Stack }])
}
