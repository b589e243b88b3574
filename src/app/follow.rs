//! What the console does by itself once an event was judged: it records that a recovery was verified, and reads
//! restarts back.

use super::{App, Effect, Outbox};
use crate::evidence::restart::{self, Told};
use crate::evidence::{Evidence, RecoveryState};
use crate::timeline;
use jiff::Timestamp;

impl App {
    /// Follows up on what is known now.
    pub(super) fn follow(&mut self, out: &mut Outbox<'_>) {
        self.record_proofs(out);
        self.read_back(out);
    }

    /// The second clock stops when the gate is green for the first time after the claim, by evidence that was seen since.
    /// Asked for once; again
    /// after each reading of the log that does not show it.
    fn record_proofs(&mut self, out: &mut Outbox<'_>) {
        if self.facts.recovery.state != RecoveryState::VerifiedRecovery {
            return;
        }
        let required = || self.facts.evidence.iter().filter(|seen| seen.required);
        let is_new =
            |claim: &&timeline::Claim| !self.asked.contains(&claim.row) && required().all(|seen| seen.as_of > claim.at);
        let claims: Vec<_> = self.facts.reading.unverified().iter().filter(is_new).cloned().collect();
        if claims.is_empty() {
            return;
        }
        let evidence: Vec<String> = required().map(Evidence::digest).collect();
        for claim in claims {
            let event = timeline::proof(&claim, &self.facts.setting.actor, &evidence, self.facts.now);
            self.asked.insert(claim.row);
            self.tell_own(event, out);
        }
    }

    fn read_back(&mut self, out: &mut Outbox<'_>) {
        let now = self.facts.now;
        let told = self.restarts.fold(&self.facts.evidence, now);
        self.tell_restarts(told, out);
        for probe in self.restarts.ask(&self.facts.evidence, now) {
            out.ask(Effect::RunProbe(probe));
        }
        let is_over = |unread: &&restart::Unread| {
            let is_ours = self.restarts.is_walking(&unread.probe, &unread.life.container);
            unread.over_at <= now && !is_ours && !self.asked.contains(&key(unread))
        };
        let over: Vec<_> = self.facts.reading.unread_restarts().iter().filter(is_over).cloned().collect();
        for unread in over {
            let event = restart::interrupted(&unread, &self.facts.setting.actor, now);
            self.asked.insert(key(&unread));
            self.tell_own(event, out);
        }
    }

    /// Takes a new evidence in, before it takes its place among the others.
    pub(super) fn watch_restarts(&mut self, seen: &Evidence, out: &mut Outbox<'_>) {
        let told = self.restarts.see(&self.facts.evidence, seen, self.facts.now);
        self.tell_restarts(told, out);
    }

    fn tell_restarts(&mut self, told: Vec<Told>, out: &mut Outbox<'_>) {
        let incident = self.facts.latest_incident().and_then(|incident| incident.key.number()).map(str::to_owned);
        let actor = self.facts.setting.actor.clone();
        for told in told {
            let event = match told {
                Told::Seen(restart) => restart.event(incident.as_deref(), &actor),
                Told::Read(pair) => pair.event(incident.as_deref(), &actor),
            };
            self.tell_own(event, out);
        }
    }

    /// When something is due by time alone.
    pub(super) fn follow_at(&self) -> Option<Timestamp> {
        let over = self.facts.reading.unread_restarts().iter().map(|unread| unread.over_at);
        let over = over.filter(|at| *at > self.facts.now);
        self.restarts.next().into_iter().chain(over).min()
    }
}

fn key(unread: &restart::Unread) -> String {
    format!("{}/{}/{}", unread.probe, unread.life.container, unread.life.started_at)
}
