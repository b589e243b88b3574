//! The agenda of a session: what to talk about, in the order in which it is worth it, and who has it on the screen.

use super::{here, words};
use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::panes::widgets::{List, Pen};
use crate::review::Review;
use crate::review::agenda::{Scene, Topic, Why, agenda, counts};
use jiff::Timestamp;
use ratatui::layout::Rect;

/// Rows for the words of the selected topic.
const WORDS: u16 = 3;
/// Columns of why.
const WHY: u16 = 25;

/// The topics as the person at this console may see them.
pub(super) fn topics(review: &Review, facts: &Facts) -> Vec<Topic> {
    agenda(&Scene {
        review,
        contract: &facts.contract,
        disposition: &words::disposition(review, facts),
        present: &here::others(review, facts),
        reading: review.reading_of(&facts.setting.actor),
        now: facts.now,
        today: facts.local(facts.now).date(),
    })
}

/// A name that stays while topics come and go.
pub(super) fn key(topic: &Topic) -> String {
    topic.subject.clone()
}

/// Draws them below a line that says how many there are; who is here stands in the heading.
pub(super) fn draw(review: &Review, list: &List, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let topics = topics(review, facts);
    let width = area.width.saturating_sub(1);
    canvas.put(area.x + 1, area.y, width, &head(&topics), Role::Title);
    let below = Rect { y: area.y + area.height.min(1), height: area.height.saturating_sub(1), ..area };
    // What is asked of the selected one in full, where the rows have no room for it.
    let words = if below.height > 2 * WORDS { WORDS } else { 0 };
    let foot = Rect { y: below.bottom() - words, height: words, ..below };
    let below = Rect { height: below.height - words, ..below };
    if let Some(topic) = topics.get(list.index()).filter(|_| words > 0) {
        let inside = Rect { x: foot.x + 1, width: width.saturating_sub(1), ..foot };
        let owed = if topic.gaps > 0 { format!("{} to do: ", topic.gaps) } else { String::new() };
        canvas.wrapped(inside, &format!("{owed}{}", topic.title), Role::Text);
    }
    for (y, at) in (below.y..).zip(list.window(topics.len(), usize::from(below.height))) {
        let place = Rect { y, height: 1, ..below };
        row(&topics[at], facts, canvas, place);
        if at == list.index() {
            canvas.put(place.x, place.y, 1, canvas.glyphs.cursor(), Role::Accent);
            canvas.select(place, place.right());
        }
    }
}

/// How many topics there are of each kind.
fn head(topics: &[Topic]) -> String {
    if topics.is_empty() {
        return "nothing is left to talk about".to_owned();
    }
    format!("agenda: {}", counts(topics))
}

/// Draws beside the checks how many there are, who is where, and as many as there is room for; nothing is selected in it.
/// That a check is open the list of them says.
pub(super) fn beside(review: &Review, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let mut topics = topics(review, facts);
    let mut pen = Pen::new(area, canvas);
    pen.rule(&head(&topics));
    topics.retain(|topic| topic.why != Why::Open);
    let here = here::words(review, facts);
    if !here.is_empty() {
        pen.text(&here, Role::Accent);
    }
    let rest = pen.rest();
    let room = usize::from(rest.height);
    let shown = if topics.len() > room { room.saturating_sub(1) } else { topics.len() };
    for (y, topic) in (rest.y..rest.bottom()).zip(&topics[..shown]) {
        row(topic, facts, canvas, Rect { y, height: 1, ..rest });
    }
    if room > 0 && shown < topics.len() {
        let more = format!("and {} more; A shows all", topics.len() - shown);
        canvas.put(rest.x + 1, rest.bottom() - 1, rest.width.saturating_sub(1), &more, Role::Muted);
    }
}

fn row(topic: &Topic, facts: &Facts, canvas: &mut Canvas<'_>, place: Rect) {
    let (mut why, role) = why(topic.why, facts);
    if topic.gaps > 1 {
        why = format!("{why} ({})", topic.gaps);
    }
    canvas.put(place.x + 1, place.y, WHY, &why, role);
    let x = place.x + 1 + WHY + 1;
    let width = place.right().saturating_sub(x);
    let who = if topic.who.is_empty() { String::new() } else { format!("  {} on it", topic.who.join(", ")) };
    let title = if topic.title.is_empty() { String::new() } else { format!(" {}", topic.title) };
    canvas.spans(x, place.y, width, &[(&topic.subject, Role::Text), (&title, Role::Muted), (&who, Role::Accent)]);
}

fn why(why: Why, facts: &Facts) -> (String, Role) {
    match why {
        Why::Disputed => ("disputed".to_owned(), Role::Fail),
        Why::Lapses(until) if until <= facts.now => ("override lapsed".to_owned(), Role::Fail),
        Why::Lapses(until) => (format!("override to {}", clock(until, facts)), Role::Warn),
        Why::Fails => ("fails".to_owned(), Role::Fail),
        Why::Waits => ("waiting for second reader".to_owned(), Role::Unknown),
        Why::Open => ("open".to_owned(), Role::Unknown),
        Why::Unowned(priority) => (format!("{} without owner", priority.word()), Role::Warn),
        Why::Overdue(due) => (format!("overdue {due}"), Role::Warn),
    }
}

fn clock(at: Timestamp, facts: &Facts) -> String {
    facts.local(at).strftime("%d %H:%M").to_string()
}
