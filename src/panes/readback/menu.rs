//! What is done with a review once in a while, in a small menu: each item says why it can't be, where it can't.

use super::checks::Row;
use super::purpose::{Purpose, Target};
use super::question::Question;
use super::words;
use crate::app::theme::Role;
use crate::app::{Action, Facts};
use crate::panes::Canvas;
use crate::panes::widgets::List;
use crate::review::actions::{self, Refused, Stamp};
use crate::review::{Review, ReviewId};
use jiff::SignedDuration;
use ratatui::layout::Rect;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Join,
    Submit,
    Override,
    Correct,
    Reopen,
}

const ITEMS: [Item; 5] = [Item::Join, Item::Submit, Item::Override, Item::Correct, Item::Reopen];

/// The menu, of the review and the check that were on the screen when it was opened.
#[derive(Debug)]
pub(super) struct Menu {
    review: ReviewId,
    row: Option<Row>,
    list: List,
}

/// What was chosen.
#[derive(Debug)]
pub(super) enum Chosen {
    /// To be asked first.
    Ask(Question),
    /// To be written first.
    Write(Target),
}

impl Menu {
    /// Of this review; `row` is the check that is selected, where one is.
    pub(super) fn new(review: &Review, row: Option<Row>) -> Self {
        Self { review: review.id.clone(), row, list: List::default() }
    }

    /// Moves; returns whether it was a movement.
    pub(super) fn act(&mut self, action: Action) -> bool {
        self.list.act(action, ITEMS.len(), |at| format!("{:?}", ITEMS[at]))
    }

    /// What the selected item leads to, or why it can't be.
    pub(super) fn choose(&self, facts: &Facts) -> Result<Chosen, String> {
        let review = facts.book.get(&self.review).ok_or("the review is gone")?;
        let item = ITEMS[self.list.index().min(ITEMS.len() - 1)];
        self.refusal(item, review, facts).map_or(Ok(()), Err)?;
        let id = review.id.clone();
        let write = |purpose| Chosen::Write(Target { review: id.clone(), purpose });
        Ok(match item {
            Item::Join => Chosen::Ask(Question::Join(id)),
            Item::Submit if words::reads_second(review, facts) => Chosen::Ask(Question::SubmitSecond(id)),
            Item::Submit => Chosen::Ask(Question::Submit(id)),
            Item::Override => write(Purpose::Override(self.check(facts).unwrap_or_default())),
            Item::Correct => write(Purpose::Correct(self.field(review, facts).unwrap_or_default())),
            Item::Reopen => write(Purpose::Reopen),
        })
    }

    fn check(&self, facts: &Facts) -> Option<String> {
        self.row.as_ref()?.check(facts).map(|check| check.id.clone())
    }

    /// The field of the check that was written first of those that are.
    fn field(&self, review: &Review, facts: &Facts) -> Option<String> {
        let fields = self.row.as_ref()?.fields(facts);
        let written = fields.into_iter().filter(|field| review.value(field).is_some());
        written.min_by_key(|field| review.fields.get(field).map_or(0, |state| state.version))
    }

    /// Why an item can't be chosen now. It is asked as the step itself would be.
    fn refusal(&self, item: Item, review: &Review, facts: &Facts) -> Option<String> {
        let (contract, guard) = (&facts.contract, &facts.guard);
        let by = Stamp { id: String::new(), actor: facts.setting.actor.clone(), now: facts.now };
        let reads_second = words::reads_second(review, facts);
        let made = match item {
            Item::Join => actions::join(review, false, by),
            Item::Submit if reads_second => actions::submit_second(review, contract, by),
            // What stands of the first reading is not told to who reads second.
            _ if reads_second => Err(Refused::ReadsSecond),
            Item::Submit => actions::submit(review, by),
            Item::Override => {
                let Some(check) = self.check(facts) else { return Some("select a check first".to_owned()) };
                let until = facts.now.checked_add(SignedDuration::from_hours(1)).unwrap_or(facts.now);
                actions::override_check(review, contract, guard, &check, ("a reason", until), by)
            }
            Item::Correct => {
                return self.field(review, facts).is_none().then(|| "no field of this check is written".to_owned());
            }
            Item::Reopen => actions::reopen(review, contract, guard, "a reason", by),
        };
        made.err().map(|refused| refused.to_string())
    }

    fn word(&self, item: Item, facts: &Facts) -> String {
        match (item, self.check(facts)) {
            (Item::Join, _) => "Read second, without seeing the answers".to_owned(),
            (Item::Submit, _) => "Hand my reading in".to_owned(),
            (Item::Override, Some(check)) => format!("Pass over {check}, for a time"),
            (Item::Override, None) => "Pass a check over, for a time".to_owned(),
            (Item::Correct, Some(check)) => format!("Correct a field of {check}"),
            (Item::Correct, None) => "Correct a field".to_owned(),
            (Item::Reopen, _) => "Reopen the review".to_owned(),
        }
    }

    /// Paints it over the pane.
    pub(super) fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(review) = facts.book.get(&self.review) else { return };
        let height = area.height.min(2 * ITEMS.len() as u16 + 2);
        let place = Rect { y: area.y + (area.height - height) / 2, height, ..area };
        canvas.clear(place);
        let inside = canvas.frame(place, &[(" enter does it, esc closes ", Role::Key)], Role::BorderFocus);
        for (at, item) in ITEMS.into_iter().enumerate() {
            let y = inside.y + 2 * at as u16;
            if y >= inside.bottom() {
                return;
            }
            let row = Rect { y, height: 1, ..inside };
            let refusal = self.refusal(item, review, facts);
            let role = if refusal.is_some() { Role::Muted } else { Role::Text };
            let cursor = if at == self.list.index() { canvas.glyphs.cursor() } else { " " };
            canvas.put(row.x, y, 1, cursor, Role::Accent);
            canvas.put(row.x + 2, y, row.width.saturating_sub(2), &self.word(item, facts), role);
            if at == self.list.index() {
                canvas.select(row, row.x + 48);
            }
            if let Some(why) = refusal.filter(|_| y + 1 < inside.bottom()) {
                canvas.put(row.x + 4, y + 1, row.width.saturating_sub(4), &why, Role::Muted);
            }
        }
    }
}
