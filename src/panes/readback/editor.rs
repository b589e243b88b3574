//! Writing a text: a field, a reason, a datum that is read back. What the guard catches is recorded as caught, and the
//! text is dropped.

use super::items;
use super::purpose::{Purpose, Target};
use super::{ask, checks, report, until, words};
use crate::app::{Facts, Outbox};
use crate::panes::widgets::TextBox;
use crate::panes::{Canvas, Typed};
use crate::review::actions::{self, Given};
use crate::review::{Answer, Datum, Diligence, HeardBack, Review, hear};
use ratatui::layout::Rect;

/// The rows of a short text, with its frame.
const SHORT: u16 = 3;

/// The text, and what it is for.
#[derive(Debug)]
pub(super) struct Editor {
    target: Target,
    text: TextBox,
}

/// What comes after a text was kept.
#[derive(Debug)]
pub(super) enum Next {
    /// It can't be kept yet.
    Stay,
    /// A text that goes with it.
    Write(Target),
    /// A step was asked for; whether it answers the check.
    Done {
        /// Whether it answers the check.
        answers: bool,
    },
}

impl Editor {
    /// Starts from the draft that was kept, else from what is recorded.
    pub(super) fn new(target: Target, recorded: &str, facts: &Facts) -> Self {
        let text = TextBox::new(target.draft_key(), recorded, facts);
        Self { target, text }
    }

    /// What is being written.
    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Takes a key or a paste.
    pub(super) fn typed(&mut self, typed: &Typed<'_>, facts: &Facts, out: &mut Outbox<'_>) {
        self.text.typed(typed, facts, out);
    }

    /// Keeps the text, unless something was caught in it: then that is recorded, and the text is dropped.
    pub(super) fn save(&mut self, diligence: Diligence, facts: &Facts, out: &mut Outbox<'_>) -> Next {
        let Some(review) = facts.book.get(&self.target.review) else { return Next::Done { answers: false } };
        self.text.scan(facts);
        if let Some((hit, more)) = self.text.caught().split_first() {
            let place = self.target.purpose.place();
            let made = actions::quarantine(review, &place, self.text.caught(), || ask::by(facts, out));
            ask::ask_all(made, facts, out);
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            out.tell(format!("{}{more} was caught: not saved, and the review is in quarantine", hit.detector));
            self.text.forget(out);
            return Next::Done { answers: false };
        }
        let text = self.text.text().trim().to_owned();
        let next = self.keep(review, text, diligence, facts, out);
        match &next {
            Next::Done { .. } => self.target.forget(out),
            // What it was not taken for is still being written.
            Next::Stay | Next::Write(_) => {}
        }
        next
    }

    fn keep(&self, review: &Review, text: String, diligence: Diligence, facts: &Facts, out: &mut Outbox<'_>) -> Next {
        let (contract, guard) = (&facts.contract, &facts.guard);
        let write = |purpose| Next::Write(Target { review: review.id.clone(), purpose });
        let made = match &self.target.purpose {
            Purpose::Field(field) => actions::set_field(review, contract, guard, field, &text, ask::by(facts, out))
                .map(|event| actions::looked_at(event, Some(diligence))),
            Purpose::Reason(check) => {
                let answer = Answer::NotApplicable { reason: text };
                return done(true, answer_as(review, check, answer, diligence, facts, out));
            }
            Purpose::Heard(check, datum) => {
                return match heard(review, check, *datum, &text, facts) {
                    Ok(heard) => done(true, pass(review, check, heard, diligence, facts, out)),
                    Err(why) => {
                        out.tell(why);
                        Next::Stay
                    }
                };
            }
            Purpose::Override(check) if contract.says_something(&text) => {
                return write(Purpose::Until(check.clone(), text));
            }
            Purpose::Correct(field) => return write(Purpose::Why(field.clone(), text)),
            Purpose::Override(_) => {
                out.tell("an override needs a reason");
                return Next::Stay;
            }
            Purpose::Until(check, reason) => {
                let Some(until) = until::parse(&text, facts.now, &facts.setting.zone) else {
                    out.tell("until when: 4h, 2d, or a date such as 2026-02-05");
                    return Next::Stay;
                };
                actions::override_check(review, contract, guard, check, (reason, until), ask::by(facts, out))
            }
            Purpose::Why(field, value) => {
                actions::correct(review, contract, guard, field, (value, &text), ask::by(facts, out))
            }
            Purpose::Reopen => actions::reopen(review, contract, guard, &text, ask::by(facts, out)),
            Purpose::Section(section) => actions::write_section(review, guard, *section, &text, ask::by(facts, out)),
            Purpose::Risk(id) if text.is_empty() => actions::drop_risk(review, id, ask::by(facts, out)),
            Purpose::Risk(_) => {
                let Some(risk) = report::risk(&text) else {
                    out.tell("write its id, two numbers from 1 to 5, and what may happen: R1 4 5 it fills again");
                    return Next::Stay;
                };
                actions::rate_risk(review, guard, risk, ask::by(facts, out))
            }
        };
        done(false, ask::ask(made, facts, out))
    }

    /// Paints it at the bottom of the pane.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        self.text.draw(&self.target.purpose.title(), canvas, self.place(area));
    }

    /// Where the cursor stands on the screen.
    pub(super) fn cursor(&self, area: Rect) -> Option<(u16, u16)> {
        self.text.cursor(self.place(area))
    }

    /// A word or two take one row, so that what they are about stays in view.
    fn place(&self, area: Rect) -> Rect {
        let height = if self.target.purpose.is_short() { area.height.min(SHORT) } else { area.height };
        Rect { y: area.bottom() - height, height, ..area }
    }
}

fn done(answers: bool, asked: bool) -> Next {
    if asked { Next::Done { answers } } else { Next::Stay }
}

/// Answers a check in the reading of the person at this console; returns whether it was asked for.
pub(super) fn answer_as(
    review: &Review,
    check: &str,
    answer: Answer,
    diligence: Diligence,
    facts: &Facts,
    out: &mut Outbox<'_>,
) -> bool {
    let (contract, guard, by) = (&facts.contract, &facts.guard, ask::by(facts, out));
    let made = if words::reads_second(review, facts) {
        actions::answer_second(review, contract, guard, check, (answer, Some(diligence)), by)
    } else {
        let given = Given { answer, heard: None, diligence: Some(diligence) };
        actions::decide(review, contract, guard, check, given, by)
    };
    ask::ask(made, facts, out)
}

/// Compares the datum that was typed with the evidence that is attached, or says why it was not heard.
fn heard(review: &Review, check: &str, datum: Datum, typed: &str, facts: &Facts) -> Result<HeardBack, String> {
    let row = checks::row_of(check, facts).ok_or("there is no such check")?;
    let against = items::against(&row, datum, review, facts).map_err(|misheard| misheard.to_string())?;
    hear(datum, typed, &against, &facts.setting.zone).map_err(|misheard| misheard.to_string())
}

/// Answers that a decisive check holds. What it was heard against is attached as it was then.
fn pass(
    review: &Review,
    check: &str,
    heard: HeardBack,
    diligence: Diligence,
    facts: &Facts,
    out: &mut Outbox<'_>,
) -> bool {
    let (contract, guard) = (&facts.contract, &facts.guard);
    let evidence = heard.evidence.clone();
    let is_attached = review.attached.get(check).is_some_and(|all| all.iter().any(|one| one.evidence.is(&evidence)));
    let mut before = 0;
    if !is_attached {
        let made = actions::attach(review, contract, guard, check, evidence, ask::by(facts, out));
        let Some(asked) = ask::ask_after(0, made, facts, out) else { return false };
        before = asked;
    }
    let given = Given { answer: Answer::Pass, heard: Some(heard), diligence: Some(diligence) };
    let made = actions::decide(review, contract, guard, check, given, ask::by(facts, out));
    ask::ask_after(before, made, facts, out).is_some()
}
