//! Timeline: `alert_operation_log` and the console's own events as one, newest first.

mod chart;
mod detail;
mod ghosts;
mod histogram;
mod incident_row;
mod incidents;
mod jump;
mod note;
mod prompt;
mod row;
mod shown;
mod steps;
mod tree;

use super::state::Badge;
use super::widgets::{List, split};
use super::{Canvas, Flow, Pane, PaneId, Typed};
use crate::app::theme::Role;
use crate::app::{Action, Context, Counted, Effect, Facts, Looked, Outbox, StoreState};
use crate::timeline::Entry;
use crate::timeline::filter::Filter;
use chart::Chart;
use detail::Reading;
use ghosts::Line;
use incidents::{Incidents, Led};
use jiff::Timestamp;
use jump::Jump;
use note::NotePrompt;
use prompt::Prompt;
use ratatui::layout::Rect;
use shown::Shown;
use std::ops::Range;
use steps::Lines;

/// The Timeline pane.
#[derive(Debug, Default)]
pub struct TimelinePane {
    list: List,
    opened: bool,
    /// The selection was moved away from the newest row, so it stays where it is when rows arrive.
    moved: bool,
    /// The rows that fit the filter.
    shown: Shown,
    /// The lines of the list, each of one row or of a run of steps.
    lines: Lines,
    /// The filter that is being written.
    prompt: Option<Prompt>,
    /// The note that is being written.
    note: Option<NotePrompt>,
    /// How far the detail was read.
    reading: Reading,
    /// The rows by incident.
    incidents: Incidents,
    /// The time that is being written.
    jump: Option<Jump>,
    /// Where the selection goes once there are rows.
    going_to: Option<Timestamp>,
    /// How many rows stand when.
    chart: Chart,
}

/// An older page is asked for when the selection is this close to the oldest row that is known.
const AHEAD: usize = 20;

impl TimelinePane {
    fn seek(&mut self, facts: &Facts, forward: bool) {
        let (shown, lines) = (&self.shown, &self.lines);
        let failed = |at: usize| shown.entry(facts, lines.row(at)).and_then(Entry::success) == Some(false);
        self.list.seek(forward, lines.len(), |at| shown.name(facts, lines.named_by(at)), failed);
        self.moved = self.list.index() != 0;
    }

    /// The rows changed: makes lines of them again.
    fn refold(&mut self, facts: &Facts) {
        self.lines.fold(self.shown.rows(facts), self.shown.filter().is_some(), |id| facts.set_a_field(id));
    }

    /// Selects a line by its place.
    fn select(&mut self, line: usize, facts: &Facts) {
        let (shown, lines) = (&self.shown, &self.lines);
        self.list.select(line, lines.len(), |at| shown.name(facts, lines.named_by(at)));
    }

    /// The newest row of a line.
    fn entry<'a>(&'a self, line: usize, facts: &'a Facts) -> Option<&'a Entry> {
        self.shown.entry(facts, self.lines.row(line))
    }

    /// Steps of reviews one by one, or folded; the selected one stays.
    fn fold_steps(&mut self, facts: &Facts, out: &mut Outbox<'_>) {
        let row = self.lines.row(self.list.index());
        self.lines.toggle();
        self.refold(facts);
        self.select(self.lines.line(row), facts);
        out.tell(match (self.lines.are_folded(), self.shown.filter()) {
            (_, Some(_)) => "a filter stands: every row that fits is shown",
            (true, None) => "the fields that a review set one after the other are one line",
            (false, None) => "each field that a review set has a line",
        });
    }

    /// What keys mean in the prompt.
    fn act_in_prompt(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        if let Some(jump) = &self.jump {
            match (action, jump.moment(facts)) {
                (Action::ApplyFilter, Some(at)) => self.jump_to(at, facts),
                (Action::ApplyFilter, None) => out.tell("no time to go to"),
                (Action::ClearFilter, _) => self.jump = None,
                _ => return Flow::Pass,
            }
            return Flow::Consumed;
        }
        let Some(prompt) = &mut self.prompt else { return Flow::Pass };
        match action {
            Action::ApplyFilter => match prompt.parsed() {
                Ok(filter) => {
                    let filter = filter.clone();
                    self.show(Some(filter), facts);
                }
                Err(error) => out.tell(error.to_string()),
            },
            Action::ClearFilter => self.show(None, facts),
            Action::CompleteFilter => prompt.complete(facts),
            Action::NextFilter => prompt.saved(true, facts, out),
            Action::PrevFilter => prompt.saved(false, facts, out),
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    /// What keys mean while a note is written.
    fn act_in_note(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let Some(note) = &mut self.note else { return Flow::Pass };
        let done = match action {
            Action::Save => note.save(facts, out),
            Action::Cancel => true,
            _ => return Flow::Pass,
        };
        if done {
            self.note = None;
        }
        Flow::Consumed
    }

    /// What a person does with the selected row.
    fn act_on_row(&mut self, action: Action, facts: &Facts, out: &mut Outbox<'_>) -> Flow {
        let (selected, shown) = (self.entry(self.list.index(), facts), self.list.detail());
        let Some(entry) = selected else { return Flow::Pass };
        let is_run = self.lines.count(self.list.index()) > 1;
        match action {
            Action::Annotate | Action::Correct | Action::MarkEvidence if is_run => {
                out.tell("these are several fields: X shows each in a line of its own");
            }
            Action::Annotate if note::is_recorded(entry, out) => self.note = Some(NotePrompt::note(entry, facts)),
            Action::Correct if note::is_recorded(entry, out) => self.note = Some(NotePrompt::correction(entry, facts)),
            Action::MarkEvidence if note::is_recorded(entry, out) => note::mark(entry, facts, out),
            Action::Annotate | Action::Correct | Action::MarkEvidence => {}
            Action::ScrollDown | Action::ScrollUp | Action::FoldTree => {
                if let Some(entry) = self.shown.entry(facts, self.lines.row(shown)) {
                    self.reading.act(action, entry, facts);
                }
            }
            Action::Copy => {
                out.tell("the row's id was sent to the terminal's clipboard");
                out.ask(Effect::Copy(entry.id().to_owned()));
            }
            _ => return Flow::Pass,
        }
        Flow::Consumed
    }

    /// Shows what fits, from the newest on.
    fn show(&mut self, filter: Option<Filter>, facts: &Facts) {
        self.prompt = None;
        self.shown.ask(filter, facts);
        self.moved = false;
        self.refold(facts);
        self.select(0, facts);
    }

    /// What has to be read or counted for what is shown now.
    pub fn more(&mut self, facts: &Facts) -> Vec<Effect> {
        let read = self.shown.more(self.lines.named_by(self.list.index()), facts);
        if read.is_none() {
            // A window may have taken the place of the newest rows; the selected row is in it.
            self.refold(facts);
            let (shown, lines) = (&self.shown, &self.lines);
            self.list.settle(lines.len(), |at| shown.name(facts, lines.named_by(at)));
        }
        let counted = self.chart.more(facts);
        read.into_iter().chain(counted).collect()
    }

    /// Takes what a look found.
    pub fn looked(&mut self, looked: Looked, facts: &Facts) {
        self.shown.take(looked);
        if let Some(at) = self.going_to.take_if(|_| self.shown.len(facts) > 0) {
            self.select_at(at, facts);
        }
    }

    /// Selects the row at a moment, or the one before it; the oldest, where none is.
    fn select_at(&mut self, at: Timestamp, facts: &Facts) {
        self.refold(facts);
        let row = self.shown.rows(facts).partition_point(|entry| entry.at() > at);
        self.select(self.lines.line(row), facts);
    }

    /// Takes what was counted.
    pub fn counted(&mut self, counted: Counted, facts: &Facts) {
        self.chart.take(counted, facts);
    }

    /// The newest rows were read again; `fresh` are those that were not known. A gap is more of them than were read.
    pub fn arrived(&mut self, fresh: &[Entry], gap: bool, facts: &Facts) {
        self.chart.retry();
        self.shown.arrived(fresh, gap, facts);
    }

    /// To the newest row, or the oldest, wherever they are.
    fn go(&mut self, action: Action, facts: &Facts) -> bool {
        let at = match action {
            Action::Top => {
                self.shown.go_newest(facts);
                Timestamp::MAX
            }
            Action::Bottom => {
                self.going_to = self.shown.go_oldest(facts).then_some(Timestamp::MIN);
                Timestamp::MIN
            }
            _ => return false,
        };
        self.select_at(at, facts);
        self.moved = self.going_to.is_some() || self.list.index() != 0;
        true
    }

    /// To the row at a moment, or the one before it.
    fn jump_to(&mut self, at: Timestamp, facts: &Facts) {
        self.jump = None;
        self.going_to = self.shown.go_to(at, facts).then_some(at);
        self.select_at(at, facts);
        self.moved = self.going_to.is_some() || self.list.index() != 0;
    }

    fn selected_at(&self, facts: &Facts) -> Option<Timestamp> {
        self.entry(self.list.index(), facts).map(Entry::at)
    }

    /// The rows above the list: the prompt, or which filter stands and how many rows fit.
    fn top(&self, area: Rect) -> Rect {
        let height = match (&self.prompt, &self.jump, self.shown.filter()) {
            (Some(_), ..) => prompt::HEIGHT,
            (None, Some(_), _) => jump::HEIGHT,
            (None, None, Some(_)) => 1,
            (None, None, None) => 0,
        };
        Rect { height: height.min(area.height), ..area }
    }

    /// Asks for what is older, when the person comes near the end of what is known.
    fn read_ahead(&self, facts: &Facts, out: &mut Outbox) {
        let selected = self.lines.named_by(self.list.index());
        let near_end = selected + AHEAD >= self.shown.len(facts) && self.shown.is_all_of_the_newest();
        if let (true, false, Some(oldest)) = (near_end, facts.log.complete, facts.log.entries.last()) {
            out.ask(Effect::ReadOlder { at: oldest.at(), id: oldest.id().to_owned() });
        }
    }
}

impl Pane for TimelinePane {
    fn id(&self) -> PaneId {
        PaneId::Timeline
    }

    fn act(&mut self, action: Action, facts: &Facts, out: &mut Outbox) -> Flow {
        if self.note.is_some() {
            return self.act_in_note(action, facts, out);
        }
        if self.prompt.is_some() || self.jump.is_some() {
            return self.act_in_prompt(action, facts, out);
        }
        match self.incidents.act(action, facts, self.shown.filter(), self.opened, out) {
            Led::Nowhere => {}
            Led::Here => return Flow::Consumed,
            Led::To(filter) => {
                self.opened = false;
                self.show(filter, facts);
                return Flow::Consumed;
            }
        }
        if self.go(action, facts) {
            return Flow::Consumed;
        }
        let (shown, lines) = (&self.shown, &self.lines);
        if self.list.act(action, lines.len(), |at| shown.name(facts, lines.named_by(at))) {
            self.moved = self.list.index() != 0;
            self.shown.moved();
            self.read_ahead(facts, out);
            return Flow::Consumed;
        }
        match action {
            Action::Open => {
                self.opened = true;
                self.list.rest();
            }
            Action::Back if self.opened => self.opened = false,
            Action::Filter => {
                let text = self.shown.filter().map(ToString::to_string).unwrap_or_default();
                self.prompt = Some(Prompt::new(&text, facts));
            }
            Action::Jump => self.jump = Some(Jump::default()),
            Action::FoldSteps => self.fold_steps(facts, out),
            Action::ZoomIn | Action::ZoomOut => {
                if !self.chart.zoom(action == Action::ZoomIn, facts) {
                    out.tell("there is no more to see that way");
                }
            }
            Action::NextFinding => self.seek(facts, true),
            Action::PrevFinding => self.seek(facts, false),
            Action::Refresh => {
                self.chart.forget();
                out.ask(Effect::ReadStore);
                // The rows around the selected one, too, where it is not among the newest.
                if let Some(at) = self.selected_at(facts).filter(|_| self.moved) {
                    self.jump_to(at, facts);
                }
            }
            action => return self.act_on_row(action, facts, out),
        }
        Flow::Consumed
    }

    fn typed(&mut self, typed: &Typed<'_>, facts: &Facts, out: &mut Outbox) -> Flow {
        match (&mut self.note, &mut self.prompt, &mut self.jump) {
            (Some(note), ..) => note.typed(typed, facts, out),
            (None, Some(prompt), _) => prompt.typed(typed, facts),
            (None, None, Some(jump)) => jump.typed(typed),
            (None, None, None) => return Flow::Pass,
        }
        Flow::Consumed
    }

    fn settle(&mut self, facts: &Facts) {
        self.shown.settle(!self.moved, facts);
        self.incidents.settle(facts);
        self.refold(facts);
        let (shown, lines) = (&self.shown, &self.lines);
        let (len, name) = (lines.len(), |at: usize| shown.name(facts, lines.named_by(at)));
        if self.moved {
            self.list.settle(len, name);
            self.moved = self.list.index() != 0 || !self.shown.is_live();
        } else {
            self.list.follow_first(len, name);
        }
        self.chart.settle(&self.shown.question(), self.selected_at(facts), facts);
    }

    fn is_moving(&self) -> bool {
        self.list.is_moving() || self.incidents.is_moving()
    }

    fn rest(&mut self) {
        self.incidents.rest();
        self.list.rest();
    }

    fn contexts(&self) -> &'static [Context] {
        match (&self.note, self.prompt.is_some() || self.jump.is_some()) {
            (Some(_), _) => &[Context::Editing],
            (None, true) => &[Context::Prompt],
            (None, false) => &[Context::Timeline, Context::List],
        }
    }

    fn offers(&self, _facts: &Facts) -> Vec<Action> {
        if self.note.is_some() {
            return vec![Action::Save, Action::Cancel];
        }
        if self.prompt.is_some() {
            return vec![Action::ApplyFilter, Action::ClearFilter, Action::CompleteFilter, Action::NextFilter];
        }
        if self.jump.is_some() {
            return vec![Action::ApplyFilter, Action::ClearFilter];
        }
        if self.incidents.are_shown() {
            return Incidents::offers();
        }
        let mut offers = vec![if self.opened { Action::Back } else { Action::Open }];
        offers.extend((self.incidents.is_opened() && !self.opened).then_some(Action::Back));
        offers.extend([Action::Filter, Action::Jump, Action::Group, Action::Annotate, Action::MarkEvidence]);
        offers.extend([Action::Correct, Action::ScrollDown, Action::NextFinding, Action::Refresh, Action::Copy]);
        offers.extend([Action::FoldSteps, Action::ZoomOut]);
        offers
    }

    fn state(&self, facts: &Facts) -> Badge {
        match (&facts.store, facts.log.read) {
            (StoreState::Unavailable(_), _) => Badge::new("no database", Role::Fail),
            (_, false) => Badge::new("not read", Role::Unknown),
            (_, true) if self.incidents.are_shown() => Incidents::state(facts),
            (_, true) => self.shown.badge(facts),
        }
    }

    fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        if self.incidents.are_shown() && facts.log.read {
            return self.incidents.draw(facts, canvas, area);
        }
        let whole = area;
        let top = self.top(area);
        match (&self.prompt, &self.jump) {
            (Some(prompt), _) => prompt.draw(facts, canvas, top),
            (None, Some(jump)) => jump.draw(facts, canvas, top),
            (None, None) => self.shown.draw(facts, canvas, top),
        }
        let area = Rect { y: top.bottom(), height: area.height - top.height, ..area };
        let chart = Rect { height: histogram::height(area.height), ..area };
        histogram::draw(&self.chart, self.selected_at(facts), facts, canvas, chart);
        let area = Rect { y: chart.bottom(), height: area.height - chart.height, ..area };
        let len = self.lines.len();
        let time = |at: usize| self.entry(at, facts).map(Entry::at);
        let missing = |window: &Range<usize>| ghosts::among(window, len, &time, self.shown.filter(), facts);
        // A short list leaves its room to the detail, but not that of what is missing in it.
        let more = if len < usize::from(area.height) { missing(&(0..len)).len() } else { 0 };
        let places = split(area, self.opened, len + more);
        let height = usize::from(places.list.height);
        let window = self.list.window(len, height);
        let missing = missing(&window);
        for (y, line) in (places.list.y..).zip(ghosts::lines(window, height, self.list.index(), &time, &missing)) {
            let place = Rect { y, height: 1, ..places.list };
            match line {
                Line::Ghost(ghost) => ghosts::draw(ghost, facts, canvas, place),
                Line::Row(at) => self.draw_line(at, facts, canvas, place),
            }
        }
        if len == 0 && missing.is_empty() {
            canvas.wrapped(places.list, &self.nothing(facts), Role::Muted);
        }
        if let Some(entry) = self.entry(self.list.detail(), facts) {
            self.reading.draw(entry, facts, canvas, places.detail);
        }
        if let Some(note) = &self.note {
            note.draw(canvas, whole);
        }
    }

    fn cursor(&self, _facts: &Facts, area: Rect) -> Option<(u16, u16)> {
        match (&self.note, &self.prompt, &self.jump) {
            (Some(note), ..) => note.cursor(area),
            (None, Some(prompt), _) => prompt.cursor(self.top(area)),
            (None, None, jump) => jump.as_ref()?.cursor(self.top(area)),
        }
    }
}

impl TimelinePane {
    /// A row, or a run of steps.
    fn draw_line(&self, at: usize, facts: &Facts, canvas: &mut Canvas<'_>, place: Rect) {
        let (row, count) = (self.lines.row(at), self.lines.count(at));
        let selected = at == self.list.index();
        match self.shown.rows(facts).get(row..row + count) {
            Some([entry]) => row::draw(entry, facts, canvas, place, selected),
            Some(run) => steps::draw(run, facts, canvas, place, selected),
            None => {}
        }
    }

    /// Why there are no rows: an empty log and a dead database must look different.
    fn nothing(&self, facts: &Facts) -> String {
        match &facts.store {
            StoreState::Unavailable(why) => format!("The timeline can't be read: {why}"),
            StoreState::Opening => "Opening the database".to_owned(),
            StoreState::Ready if !facts.log.read => "Reading the log".to_owned(),
            StoreState::Ready if !self.shown.is_complete(facts) => {
                "None of the rows that were read fits; older ones may".to_owned()
            }
            StoreState::Ready if !facts.log.entries.is_empty() => "No row of the log fits".to_owned(),
            StoreState::Ready => "The log was read and has no rows".to_owned(),
        }
    }
}
