//! What is still owed: how far it is, how ready each domain is, and each item.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::panes::Canvas;
use crate::review::remediation::{days, milestones, percent, production_ready, progress, readiness, readiness_overall};
use crate::review::{FollowUp, FollowUpStatus, Review};
use jiff::civil::Date;
use ratatui::layout::Rect;

/// A line: a name at the left, words, and a look; without a name it is a rule.
type Line = (String, String, Role);

/// Columns of a name.
const NAME: u16 = 24;

/// How many lines there are to scroll through.
pub(super) fn len(review: &Review, facts: &Facts) -> usize {
    lines(review, facts).len()
}

/// Draws it from the line that it is scrolled to.
pub(super) fn draw(review: &Review, scroll: usize, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    let lines = lines(review, facts);
    let height = usize::from(area.height);
    let start = scroll.min(lines.len().saturating_sub(height));
    for (y, (name, text, role)) in (area.y..).zip(lines.iter().skip(start).take(height)) {
        let width = area.width.saturating_sub(1);
        if name.is_empty() {
            canvas.put(area.x + 1, y, width, text, *role);
            continue;
        }
        let name_width = NAME.min(width / 2);
        canvas.put(area.x + 1, y, name_width, name, Role::Muted);
        let x = area.x + 1 + name_width + 1;
        canvas.put(x, y, area.right().saturating_sub(x), text, *role);
    }
}

fn lines(review: &Review, facts: &Facts) -> Vec<Line> {
    let items: Vec<&FollowUp> = review.follow_ups.values().map(|state| &state.item).collect();
    let title = |text: String| (String::new(), text, Role::Title);
    if items.is_empty() {
        let how = "`readback review follow-ups import` reads them from a Markdown checklist";
        return vec![title("no follow-up was listed yet".to_owned()), (String::new(), how.to_owned(), Role::Muted)];
    }
    let all = progress(items.iter().copied());
    let mut lines = vec![title(format!(
        "follow-ups: {} of {} done ({}), {} d remain",
        all.done,
        all.total,
        percent(all.done, all.total),
        days(all.remaining_quarters)
    ))];
    // Never green: that nothing is open is no proof that it works.
    lines.push(match production_ready(items.iter().copied()) {
        Ok(()) => ("P0".to_owned(), "every P0 item is done, with evidence".to_owned(), Role::Accent),
        Err(why) => ("P0".to_owned(), why.to_string(), Role::Fail),
    });
    lines.extend(domains(&items));
    lines.push(title("due".to_owned()));
    let today = facts.local(facts.now).date();
    lines.extend(milestones(items.iter().copied()).into_iter().map(|week| {
        let name = week.week.map_or_else(|| "no date".to_owned(), |monday| format!("week of {monday}"));
        let (done, total) = (week.progress.done, week.progress.total);
        let is_late = week.week.and_then(|monday| monday.checked_add(jiff::Span::new().days(7)).ok());
        let role = if done < total && is_late.is_some_and(|end| end <= today) { Role::Warn } else { Role::Text };
        (name, format!("{done} of {total} done: {}", week.items.join(", ")), role)
    }));
    lines.push(title("items".to_owned()));
    let mut items = items;
    items.sort_by_key(|item| (!item.is_open(), item.priority, item.due.is_none(), item.due, item.order()));
    lines.extend(items.into_iter().map(|item| row(item, today)));
    lines
}

fn domains(items: &[&FollowUp]) -> Vec<Line> {
    let overall = readiness_overall(items).map(|(now, then)| ("ready, all domains".to_owned(), now, then));
    let each = readiness(items.iter().copied()).into_iter().map(|domain| (domain.domain, domain.now, domain.then));
    let line = |(name, now, then): (String, u64, u64)| {
        let text = if then > now { format!("{now} %, {then} % with what is in progress") } else { format!("{now} %") };
        (name, text, Role::Text)
    };
    overall.into_iter().chain(each).map(line).collect()
}

fn row(item: &FollowUp, today: Date) -> Line {
    let is_late = item.is_open() && item.due.is_some_and(|due| due < today);
    let owner = if item.owner.is_empty() { "nobody" } else { &item.owner };
    let due = item.due.map(|due| format!(", due {due}")).unwrap_or_default();
    let effort = if item.effort_quarters > 0 { format!(", {} d", days(item.effort_quarters)) } else { String::new() };
    let role = match item.status {
        _ if is_late => Role::Warn,
        FollowUpStatus::Done | FollowUpStatus::Dropped => Role::Muted,
        FollowUpStatus::ToDo | FollowUpStatus::InProgress => Role::Text,
    };
    (format!("{} {}", item.id, item.status.word()), format!("{owner}{due}{effort}: {}", item.title), role)
}
