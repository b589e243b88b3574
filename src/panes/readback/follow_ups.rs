//! What is still owed: how far it is, how ready each domain is, and each item.

use super::lines::Line;
use crate::app::Facts;
use crate::app::theme::Role;
use crate::review::remediation::{days, milestones, percent, production_ready, progress, readiness, readiness_overall};
use crate::review::{FollowUp, FollowUpStatus, Review};
use jiff::civil::Date;

/// All of it.
pub(super) fn lines(review: &Review, facts: &Facts) -> Vec<Line> {
    let items: Vec<&FollowUp> = review.follow_ups.values().map(|state| &state.item).collect();
    if items.is_empty() {
        let how = "`readback review follow-ups import` reads them from a Markdown checklist";
        return vec![Line::rule("no follow-up was listed yet"), Line::new("how", how, Role::Muted)];
    }
    let all = progress(items.iter().copied());
    let mut lines = vec![Line::rule(format!(
        "follow-ups: {} of {} done ({}), {} d remain",
        all.done,
        all.total,
        percent(all.done, all.total),
        days(all.remaining_quarters)
    ))];
    // Never green: that nothing is open is no proof that it works.
    lines.push(match production_ready(items.iter().copied()) {
        Ok(()) => Line::new("P0", "every P0 item is done, with evidence", Role::Accent),
        Err(why) => Line::new("P0", why.to_string(), Role::Fail),
    });
    lines.extend(domains(&items));
    lines.push(Line::rule("due"));
    let today = facts.local(facts.now).date();
    lines.extend(milestones(items.iter().copied()).into_iter().map(|week| {
        let name = week.week.map_or_else(|| "no date".to_owned(), |monday| format!("week of {monday}"));
        let (done, total) = (week.progress.done, week.progress.total);
        let is_late = week.week.and_then(|monday| monday.checked_add(jiff::Span::new().days(7)).ok());
        let role = if done < total && is_late.is_some_and(|end| end <= today) { Role::Warn } else { Role::Text };
        Line::new(name, format!("{done} of {total} done: {}", week.items.join(", ")), role)
    }));
    lines.push(Line::rule("items"));
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
        Line::new(name, text, Role::Text)
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
    Line::new(format!("{} {}", item.id, item.status.word()), format!("{owner}{due}{effort}: {}", item.title), role)
}
