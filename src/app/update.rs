//! One event in, one turn out. The only place where facts change.

use super::effect::{Effect, Step, admit};
use super::event::{Event, Stepped, StoreState};
use super::{Access, Action, App, Context, Flip, Outbox, Turn, history, keymap, wake};
use crate::evidence::{Evidence, ProbeId};
use crate::panes::overlay::Overlay;
use crate::panes::{Flow, Pane, PaneId, Typed};
use crate::timeline::{Entry, OwnEvent, Target};
use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeSet, HashSet};

/// How long the cursor has to rest before the detail follows it.
const REST: SignedDuration = SignedDuration::from_millis(120);

impl App {
    /// Takes an event that happened at `now`; returns what it leads to.
    pub fn update(&mut self, event: Event, now: Timestamp) -> Turn {
        self.facts.now = now;
        let mut ids = self.ids.clone();
        let mut out = Outbox::new(&mut ids, now);
        self.route(event, &mut out);
        let (asked, notice) = out.take();
        self.ids = ids;
        if notice.is_some() {
            self.notice = notice;
        }
        let mut effects = self.pass_gate(asked);
        self.facts.refold();
        self.facts.judge_recovery();
        effects.extend(self.follow_up(now));
        self.settle();
        self.resume();
        let more = self.timeline.more(&self.facts);
        effects.extend(self.pass_gate(more));
        let wake = wake::next(&self.facts).into_iter().chain(self.follow_at()).chain(self.rest_cursor());
        effects.extend(self.attend());
        let wake = wake.chain(self.attend_at()).min();
        effects.extend(wake.map(Effect::WakeAt));
        Turn { effects, dirty: true }
    }

    /// What the console asks for by itself; what it can't record is in its own timeline, and judged at once.
    fn follow_up(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut ids = self.ids.clone();
        let mut out = Outbox::new(&mut ids, now);
        self.follow(&mut out);
        let (asked, _) = out.take();
        self.ids = ids;
        self.facts.judge_recovery();
        self.pass_gate(asked)
    }

    /// Lets the details follow the cursors that have rested for a moment; returns when to look again.
    fn rest_cursor(&mut self) -> Option<Timestamp> {
        let now = self.facts.now;
        let panes: [&mut dyn Pane; 4] = [&mut self.health, &mut self.env, &mut self.timeline, &mut self.readback];
        let mut moving: Vec<_> = panes.into_iter().filter(|pane| pane.is_moving()).collect();
        if moving.is_empty() {
            self.moved_at = None;
            return None;
        }
        let due = self.moved_at.unwrap_or(now).checked_add(REST).unwrap_or(now);
        if due <= now {
            for pane in &mut moving {
                pane.rest();
            }
            self.moved_at = None;
            return None;
        }
        Some(due)
    }

    fn settle(&mut self) {
        let facts = &self.facts;
        self.health.settle(facts);
        self.env.settle(facts);
        self.timeline.settle(facts);
        self.readback.settle(facts);
    }

    fn route(&mut self, event: Event, out: &mut Outbox<'_>) {
        match event {
            Event::Key(key) => self.key(&key, out),
            Event::Paste(text) => self.typed(&Typed::Paste(&text), out),
            Event::Resize(columns, rows) => self.size = (columns, rows),
            Event::Judged(evidence) => self.judged(*evidence, out),
            Event::Guard(guard) => self.facts.guard = guard,
            Event::EnvCompared(matrix) => {
                self.facts.matrix = Some(*matrix);
                self.facts.compared_at = self.facts.now;
            }
            Event::HostsLooked(hosts) => self.facts.hosts = hosts,
            Event::PastRead(read) => self.facts.past.take(read, &self.facts.log.entries),
            Event::EnvChanged(event) => {
                out.tell(format!("{} {}", event.subject, event.summary));
                self.tell_own(*event, out);
            }
            Event::SnapshotRead(snapshot) => self.facts.snapshot = snapshot.map(|snapshot| *snapshot),
            Event::StoreRead { entries, complete, reviews } => {
                self.facts.put_steps(reviews);
                self.newest_read(entries, complete, false);
            }
            Event::NewsRead { entries, complete, joined, steps } => {
                self.facts.add_steps(steps);
                let entries = self.facts.log.near(entries);
                self.newest_read(entries, complete, joined);
            }
            Event::OlderRead { entries, complete } => self.older_read(entries, complete),
            Event::Margin { annotations, digests } => self.margin_read(&annotations, digests, out),
            Event::NotAppended { id, why } => {
                let facts = &mut self.facts;
                if let Some(event) = facts.margin.notes.get(&id) {
                    let text = event.context.get("text").and_then(|text| text.as_str()).unwrap_or_default();
                    facts.drafts.insert(Target::draft_key(event), text.to_owned());
                }
                facts.margin.notes.forget(&id);
                out.tell(format!("not recorded, the text is kept as a draft: {why}"));
            }
            Event::Looked(looked) => self.timeline.looked(*looked, &self.facts),
            Event::Counted(counted) => self.timeline.counted(*counted, &self.facts),
            Event::HistoryRead(rows) => self.recall(&rows, out),
            Event::Store(state) => self.facts.store = state,
            Event::Stepped { id, outcome } => self.stepped(&id, outcome, out),
            Event::Present(present) => self.facts.present = present,
            Event::Kept(step) => self.facts.pending.kept(*step),
            Event::Draft { key, text } => {
                self.facts.drafts.insert(key, text);
            }
            Event::Trouble(text) => self.notice = Some(text),
            Event::Shutdown(code) => out.ask(Effect::Quit(code)),
            Event::Woken => {}
        }
    }

    fn key(&mut self, key: &KeyEvent, out: &mut Outbox<'_>) {
        self.notice = None;
        // Who has begun something is not taken away from it.
        self.resumed |= self.facts.log.read;
        self.moved_at = Some(self.facts.now);
        let contexts = self.contexts();
        match keymap::resolve(key, &contexts) {
            Some(action) if action.info().writes && !self.facts.setting.access.may_write() => {
                out.tell(refusal(self.facts.setting.access));
            }
            Some(action) => self.act(action, out),
            None if contexts.contains(&Context::Editing) || contexts.contains(&Context::Prompt) => {
                self.typed(&Typed::Key(key), out);
            }
            None => {}
        }
    }

    fn typed(&mut self, typed: &Typed<'_>, out: &mut Outbox<'_>) {
        if self.overlay.is_some() {
            return;
        }
        let _ = match self.focus {
            PaneId::Timeline => self.timeline.typed(typed, &self.facts, out),
            PaneId::Readback => self.readback.typed(typed, &self.facts, out),
            PaneId::Env => self.env.typed(typed, &self.facts, out),
            PaneId::Health => Flow::Pass,
        };
    }

    fn act(&mut self, action: Action, out: &mut Outbox<'_>) {
        if self.overlay.is_some()
            && matches!(action, Action::Back | Action::Help | Action::Why | Action::Quit | Action::Open)
        {
            self.overlay = None;
            return;
        }
        if let Some(overlay) = &mut self.overlay
            && overlay.act(action)
        {
            return;
        }
        match action {
            Action::Quit => self.leave(out),
            Action::TakeAgain => self.settle_conflict(true, out),
            Action::LeaveIt => self.settle_conflict(false, out),
            Action::Help => self.overlay = Some(Overlay::help()),
            Action::Why => self.overlay = Some(Overlay::why()),
            Action::Health => self.focus(PaneId::Health),
            Action::Env => self.focus(PaneId::Env),
            Action::Timeline => self.focus(PaneId::Timeline),
            Action::Readback => self.focus(PaneId::Readback),
            Action::NextPane => self.focus(neighbour(self.focus, 1)),
            Action::PrevPane => self.focus(neighbour(self.focus, 3)),
            Action::Zoom if self.reviews() => self.beside = !self.beside,
            Action::Zoom => self.zoom = !self.zoom,
            Action::Refresh | Action::RefreshAll | Action::Pause if self.facts.setting.access == Access::Demo => {
                out.tell("the demo plays a script: it can't be asked again");
            }
            Action::Pause => {
                let is_paused = self.facts.paused.is_some();
                self.facts.paused = if is_paused { None } else { Some(self.facts.now) };
                out.tell(if is_paused { "the probes look again" } else { "paused: r and R still ask; P goes on" });
                out.ask(Effect::Pause(!is_paused));
            }
            Action::RefreshAll => {
                out.tell("asking everything again");
                out.ask(Effect::RunAllProbes);
                out.ask(Effect::ReadEnv);
                out.ask(Effect::ReadStore);
            }
            action => self.act_in_pane(action, out),
        }
    }

    fn act_in_pane(&mut self, action: Action, out: &mut Outbox<'_>) {
        let facts = &self.facts;
        let flow = match self.focus {
            PaneId::Health => self.health.act(action, facts, out),
            PaneId::Env => self.env.act(action, facts, out),
            PaneId::Timeline => self.timeline.act(action, facts, out),
            PaneId::Readback => self.readback.act(action, facts, out),
        };
        if flow == Flow::Pass && action == Action::Back {
            self.zoom = false;
        }
    }

    fn focus(&mut self, id: PaneId) {
        self.focus = id;
    }

    fn judged(&mut self, evidence: Evidence, out: &mut Outbox<'_>) {
        let stack = &self.facts.setting.stack;
        let history = self.facts.history.entry(evidence.probe.clone()).or_default();
        let flip = history.add(&evidence);
        // Before the store was read nothing is known to be missing from it.
        if self.facts.log.read && history.takes_sample(&evidence) && self.facts.setting.access.may_write() {
            out.ask(Effect::AppendOwn(Box::new(history::sample(stack, &evidence))));
        }
        let probe = evidence.probe.clone();
        self.watch_restarts(&evidence, out);
        self.facts.put_evidence(evidence);
        if let Some(flip) = flip {
            self.record_flip(&probe, &flip, out);
        }
    }

    /// Records a change of what a probe says, as it reads now.
    fn record_flip(&mut self, probe: &ProbeId, flip: &Flip, out: &mut Outbox<'_>) {
        self.facts.judge_recovery();
        let Some(shown) = self.facts.evidence.iter().find(|seen| seen.probe == *probe) else { return };
        let event = history::changed(out.id(), &self.facts.setting.stack, shown, flip);
        self.tell_own(event, out);
    }

    /// Asks that an event of the console's own be recorded.
    pub(super) fn tell_own(&mut self, event: OwnEvent, out: &mut Outbox<'_>) {
        if self.facts.setting.access.may_write() {
            out.ask(Effect::AppendOwn(Box::new(event)));
        } else {
            // Seen here and recorded nowhere; its detail says so.
            let known = std::mem::take(&mut self.facts.log.entries);
            self.facts.log.put(merged(vec![Entry::Own(event)], known));
            self.facts.past.heed(&self.facts.log.entries);
        }
    }

    /// Puts what earlier consoles recorded before what this one saw.
    fn recall(&mut self, rows: &[Entry], out: &mut Outbox<'_>) {
        if std::mem::replace(&mut self.facts.recalled, true) {
            return;
        }
        let (history, stack) = (&mut self.facts.history, &self.facts.setting.stack);
        let meanwhile: Vec<(ProbeId, Flip)> = self
            .facts
            .evidence
            .iter()
            .filter_map(|seen| {
                let said = history.entry(seen.probe.clone()).or_default();
                Some((seen.probe.clone(), history::recall(said, rows, stack, seen)?))
            })
            .collect();
        for (probe, flip) in meanwhile {
            self.record_flip(&probe, &flip, out);
        }
    }

    fn newest_read(&mut self, page: Vec<Entry>, complete: bool, joined: bool) {
        self.facts.store = StoreState::Ready;
        let log = &mut self.facts.log;
        let known: HashSet<&str> = log.entries.iter().map(Entry::id).collect();
        // What is older than all that was known was there, and only now is read.
        let oldest = log.entries.last().map(Entry::at).filter(|_| !log.complete);
        let is_late = |entry: &&Entry| oldest.is_none_or(|oldest| entry.at() >= oldest);
        let is_new = |entry: &&Entry| log.read && is_late(entry) && !known.contains(entry.id());
        let fresh: Vec<Entry> = page.iter().filter(is_new).cloned().collect();
        log.read = true;
        // A page that was asked for while the database was away never comes.
        log.loading = false;
        // A full page that ends above everything known leaves a gap: what is below it is read again.
        let oldest = page.last().map(Entry::at);
        let is_above = log.entries.first().is_some_and(|newest| oldest.is_some_and(|oldest| newest.at() < oldest));
        let gap = !complete && !joined && is_above;
        let known = if gap { Vec::new() } else { std::mem::take(&mut log.entries) };
        log.complete = complete || (log.complete && !gap);
        log.put(merged(page, known));
        self.asked.clear();
        self.facts.past.heed(&self.facts.log.entries);
        self.timeline.arrived(&fresh, gap, &self.facts);
    }

    /// Takes what stands beside rows. The draft of a note is kept until the note is recorded.
    fn margin_read(&mut self, annotations: &[OwnEvent], digests: Vec<(String, Option<String>)>, out: &mut Outbox<'_>) {
        let (margin, entries) = (&mut self.facts.margin, &self.facts.log.entries);
        for event in annotations {
            let waited = margin.notes.get(&event.id).is_some_and(|known| known.recorded_at.is_none());
            if waited && event.recorded_at.is_some() {
                let key = Target::draft_key(event);
                // A text that was begun since then is the draft now.
                if !self.facts.drafts.contains_key(&key) {
                    out.ask(Effect::SaveDraft { key, text: String::new() });
                }
            }
        }
        margin.take(annotations, digests);
        margin.tidy(entries);
    }

    fn older_read(&mut self, page: Vec<Entry>, complete: bool) {
        let log = &mut self.facts.log;
        log.loading = false;
        log.complete = complete;
        let known = std::mem::take(&mut log.entries);
        log.put(merged(page, known));
        self.facts.past.heed(&self.facts.log.entries);
    }

    fn stepped(&mut self, id: &str, outcome: Stepped, out: &mut Outbox<'_>) {
        match outcome {
            Stepped::Recorded(recorded) => {
                self.facts.add_steps(vec![*recorded]);
                let next = self.facts.pending.recorded(id);
                send(next, out);
            }
            Stepped::Deferred => {
                let next = self.facts.pending.deferred(id);
                out.tell("the database can't be reached: kept here, and sent when it is back");
                send(next, out);
            }
            Stepped::Conflict => {
                let dropped = self.facts.pending.dropped(id);
                self.conflicted(dropped, out);
                out.ask(Effect::ReadStore);
            }
            Stepped::Refused(why) => {
                let dropped = self.facts.pending.dropped(id);
                Self::keep_texts(&dropped, out);
                out.tell(format!("not recorded ({} steps): {why}", dropped.len()));
                out.ask(Effect::ReadStore);
            }
        }
    }

    /// Lets through what this console may do. A step that has to wait for the one before it stays here.
    fn pass_gate(&mut self, asked: Vec<Effect>) -> Vec<Effect> {
        let access = self.facts.setting.access;
        let mut passed = Vec::new();
        for effect in asked {
            if !admit(access, &effect) {
                // Probes change in a read-only console too; only what a person asked for is worth a word.
                if matches!(effect, Effect::Record(_)) {
                    self.notice = Some(refusal(access));
                }
                continue;
            }
            match effect {
                Effect::Record(step) if self.is_new(&step) => {
                    passed.extend(self.facts.pending.push(*step).map(|step| Effect::Record(Box::new(step))));
                }
                Effect::ReadOlder { .. } if self.facts.log.loading || self.facts.log.is_full() => {}
                Effect::ReadOlder { .. } => {
                    self.facts.log.loading = true;
                    passed.push(effect);
                }
                Effect::AppendOwn(event) if event.kind.is_annotation() => {
                    self.facts.margin.notes.apply(&event);
                    self.facts.drafts.remove(&Target::draft_key(&event));
                    passed.push(Effect::AppendOwn(event));
                }
                Effect::SaveDraft { key, text } => {
                    // What was left comes back when it is opened again, in this console too.
                    if text.is_empty() {
                        self.facts.drafts.remove(&key);
                    } else {
                        self.facts.drafts.insert(key.clone(), text.clone());
                    }
                    passed.push(Effect::SaveDraft { key, text });
                }
                effect => passed.push(effect),
            }
        }
        passed
    }

    fn is_new(&self, step: &Step) -> bool {
        !self.facts.pending.of(&step.event.review).any(|queued| queued.event.id == step.event.id)
    }
}

/// Asks for a step whose turn it is.
fn send(step: Option<Step>, out: &mut Outbox<'_>) {
    if let Some(step) = step {
        out.ask(Effect::Record(Box::new(step)));
    }
}

/// Why nothing happens, in words.
fn refusal(access: Access) -> String {
    match access {
        Access::Demo => "the demo is read-only".to_owned(),
        Access::ReadOnly | Access::ReadWrite => {
            "this console is read-only; start it without --read-only to record".to_owned()
        }
    }
}

fn neighbour(id: PaneId, by: usize) -> PaneId {
    let at = PaneId::ALL.iter().position(|pane| *pane == id).unwrap_or_default();
    PaneId::ALL[(at + by) % PaneId::ALL.len()]
}

/// Two parts of the timeline as one: newest first, no row twice.
fn merged(mut page: Vec<Entry>, known: Vec<Entry>) -> Vec<Entry> {
    page.extend(known);
    page.sort_by(Entry::newest_first);
    let mut seen = BTreeSet::new();
    page.retain(|entry| seen.insert(entry.id().to_owned()));
    page
}
