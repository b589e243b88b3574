//! The checks of an open review, and the required fields that no check asks for.

use super::words;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::evidence::{Unknown, Verdict};
use crate::panes::Canvas;
use crate::panes::widgets::List;
use crate::review::{Answer, Check, CheckKind, CheckState, Disposition, Lane, Reading, Review, Standing, Subject};
use ratatui::layout::Rect;

/// Columns of a row's name.
const NAME: u16 = 38;

/// A row: a check of the contract, or a required field that stands for itself.
#[derive(Clone, Debug)]
pub(super) enum Row {
    /// By its place in the contract.
    Check(usize),
    /// By its name.
    Field(String),
}

/// The rows of a review, in the contract's order.
pub(super) fn rows(facts: &Facts) -> Vec<Row> {
    let contract = &facts.contract;
    let asked = |field: &String| contract.checks.iter().any(|check| check.fields.contains(field));
    let loose = contract.fields.required.iter().filter(|field| !asked(field)).cloned().map(Row::Field);
    (0..contract.checks.len()).map(Row::Check).chain(loose).collect()
}

/// The row of a check.
pub(super) fn row_of(check: &str, facts: &Facts) -> Option<Row> {
    facts.contract.checks.iter().position(|known| known.id == check).map(Row::Check)
}

impl Row {
    /// The check, where the row is one.
    pub(super) fn check<'a>(&self, facts: &'a Facts) -> Option<&'a Check> {
        match self {
            Self::Check(at) => facts.contract.checks.get(*at),
            Self::Field(_) => None,
        }
    }

    /// Its name.
    pub(super) fn name(&self, facts: &Facts) -> String {
        match self {
            Self::Check(_) => self.check(facts).map(|check| check.id.clone()).unwrap_or_default(),
            Self::Field(name) => name.clone(),
        }
    }

    /// The fields that answer it.
    pub(super) fn fields(&self, facts: &Facts) -> Vec<String> {
        match self {
            Self::Check(_) => self.check(facts).map(|check| check.fields.clone()).unwrap_or_default(),
            Self::Field(name) => vec![name.clone()],
        }
    }

    /// How it stands. Without a disposition (the person reads second, and blind) only their own answer counts.
    pub(super) fn standing(&self, review: &Review, disposition: Option<&Disposition>, facts: &Facts) -> Standing {
        match (self, disposition) {
            (Self::Field(name), _) if review.value(name).is_some() => Standing::Passed,
            (Self::Field(_), _) => Standing::Open,
            (Self::Check(_), Some(disposition)) => {
                self.state(disposition, facts).map_or(Standing::Open, |state| state.standing)
            }
            (Self::Check(_), None) => match self.own(review, facts) {
                Some(Answer::Pass) => Standing::Passed,
                Some(Answer::Fail) => Standing::Failed,
                Some(Answer::NotApplicable { .. }) => Standing::NotApplicable,
                Some(Answer::Unknown) | None => Standing::Open,
            },
        }
    }

    /// The lane that it asks for: as it stands, or else while it is open. The same for every row where no lane is told.
    pub(super) fn asks(&self, disposition: Option<&Disposition>, facts: &Facts) -> Lane {
        let Some(disposition) = disposition else { return Lane::WaitingReadback };
        let name = self.name(facts);
        let is_it = |subject: &Subject| match subject {
            Subject::Check { id } | Subject::Field { name: id } => *id == name,
            _ => false,
        };
        let asked = disposition.trace.iter().find(|step| is_it(&step.subject)).map(|step| step.asks);
        let open = || match self {
            Self::Check(_) => self.check(facts).map(|check| check.open),
            Self::Field(name) => facts.contract.fields.open.get(name).copied(),
        };
        asked.or_else(open).unwrap_or(Lane::Ready)
    }

    /// The check's state in a disposition.
    pub(super) fn state<'a>(&self, disposition: &'a Disposition, facts: &Facts) -> Option<&'a CheckState> {
        let id = &self.check(facts)?.id;
        disposition.checks.iter().find(|state| state.check == *id)
    }

    fn own<'a>(&self, review: &'a Review, facts: &Facts) -> Option<&'a Answer> {
        let check = self.check(facts)?;
        words::own_answer(review, &check.id, facts).map(|decision| &decision.answer)
    }

    /// Whether the two readings differ on it, as far as the person may see that.
    pub(super) fn is_disputed(&self, review: &Review, facts: &Facts) -> bool {
        words::reading(review, facts) == Reading::Both
            && self.check(facts).is_some_and(|check| review.disputes().contains(&check.id.as_str()))
    }

    /// Whether it keeps the review from being ready, or the readings differ on it.
    pub(super) fn needs_a_look(&self, review: &Review, disposition: Option<&Disposition>, facts: &Facts) -> bool {
        if disposition.is_none() {
            return self.awaits(review, disposition, facts);
        }
        matches!(self.standing(review, disposition, facts), Standing::Open | Standing::Failed)
            || self.is_disputed(review, facts)
    }

    /// Whether the guided readback stops at it: it is open, a decisive datum was not read back, or the readings differ.
    pub(super) fn awaits(&self, review: &Review, disposition: Option<&Disposition>, facts: &Facts) -> bool {
        let Some(check) = self.check(facts) else {
            return disposition.is_some() && self.standing(review, disposition, facts) == Standing::Open;
        };
        let answered = self.own(review, facts).is_some();
        if self.is_disputed(review, facts) {
            return true;
        }
        if words::reads_second(review, facts) {
            return !answered && check.kind != CheckKind::Auto;
        }
        self.standing(review, disposition, facts) == Standing::Open || (check.readback.is_some() && !answered)
    }
}

/// Draws the rows.
pub(super) fn draw(review: &Review, list: &List, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let rows = rows(facts);
    let disposition = words::shown(review, facts);
    for (y, at) in (area.y..).zip(list.window(rows.len(), usize::from(area.height))) {
        let place = Rect { y, height: 1, ..area };
        row(&rows[at], review, disposition.as_ref(), facts, canvas, place);
        if at == list.index() {
            canvas.put(place.x, place.y, 1, canvas.glyphs.cursor(), Role::Accent);
            canvas.select(place, place.x + 10 + NAME);
        }
    }
}

fn row(
    row: &Row,
    review: &Review,
    disposition: Option<&Disposition>,
    facts: &Facts,
    canvas: &mut Canvas<'_>,
    place: Rect,
) {
    let (glyph, word, role) = look(row.standing(review, disposition, facts), canvas);
    canvas.put(place.x + 1, place.y, 1, glyph, role);
    canvas.put(place.x + 3, place.y, 6, word, role);
    let name = row.name(facts);
    let right = place.right();
    let name_width = NAME.min(right.saturating_sub(place.x + 10));
    canvas.put(place.x + 10, place.y, name_width, &name, Role::Text);
    let x = place.x + 10 + name_width + 1;
    let (text, role) = beside(row, review, disposition, facts);
    canvas.put(x, place.y, right.saturating_sub(x), &text, role);
}

/// What stands beside a row: that the readings differ, that it was passed over, or what keeps it from holding.
fn beside(row: &Row, review: &Review, disposition: Option<&Disposition>, facts: &Facts) -> (String, Role) {
    if row.is_disputed(review, facts) {
        return ("the readings differ".to_owned(), Role::Warn);
    }
    let name = row.name(facts);
    let passed_over = review.overrides.get(&name).filter(|one| one.until > facts.now && disposition.is_some());
    if let Some(one) = passed_over {
        return (format!("overridden until {}", facts.local(one.until).strftime("%m-%d %H:%M")), Role::Warn);
    }
    let gaps = disposition.and_then(|disposition| row.state(disposition, facts)).map_or(&[][..], |state| &state.gaps);
    let text = match (gaps, row) {
        // The words are below or beside the list, for the one that is selected.
        ([gap], _) => words::short(gap).to_owned(),
        ([gap, more @ ..], _) => format!("{}, {} more", words::short(gap), more.len()),
        ([], Row::Field(name)) if review.value(name).is_none() => "empty field (e)".to_owned(),
        ([], Row::Check(_)) if disposition.is_none() && row.own(review, facts) == Some(&Answer::Unknown) => {
            "you can't tell".to_owned()
        }
        ([], _) => String::new(),
    };
    (text, Role::Muted)
}

/// Glyph, word and look of a standing. A check that passes is not green: it is an answer, not a proof.
fn look(standing: Standing, canvas: &Canvas<'_>) -> (&'static str, &'static str, Role) {
    let glyph = |verdict| canvas.glyphs.verdict(verdict);
    match standing {
        Standing::Passed => (glyph(Verdict::Pass), "holds", Role::Accent),
        Standing::Failed => (glyph(Verdict::Fail), "FAILS", Role::Fail),
        Standing::Overridden => (glyph(Verdict::Warn), "bypass", Role::Warn),
        Standing::NotApplicable => (canvas.glyphs.absent(), "n/a", Role::Muted),
        Standing::Open => (glyph(Verdict::Unknown(Unknown::NeverRun)), "open", Role::Unknown),
    }
}
