//! What is owed, how far it is and how ready each domain is: for people, as Markdown, for programs.

use crate::guard::line;
use crate::review::remediation::{
    Milestone, Progress, days, milestones, percent, production_ready, progress, readiness, readiness_overall, render,
};
use crate::review::{FollowUp, Review};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Write;

/// The follow-ups of reviews.
#[derive(Debug, Serialize)]
pub struct FollowUpsReport {
    /// The name of this shape.
    pub schema: &'static str,
    /// The reviews.
    pub reviews: Vec<Owed>,
}

/// What one review owes.
#[derive(Debug, Serialize)]
pub struct Owed {
    /// The review.
    pub review: String,
    /// Its incident.
    pub incident: String,
    /// Why nothing may be called production ready; `None` where the follow-ups allow it.
    pub not_ready: Option<String>,
    /// The figures: all items, those of P0, readiness, weeks.
    pub figures: Value,
    /// The items, in the order of their ids.
    pub items: Vec<FollowUp>,
}

impl FollowUpsReport {
    /// Of these reviews.
    pub fn of(reviews: &[&Review]) -> Self {
        Self { schema: "readback_follow_ups_v1", reviews: reviews.iter().map(|review| Owed::of(review)).collect() }
    }

    /// Whether there is no item in it.
    pub fn is_empty(&self) -> bool {
        self.reviews.iter().all(|owed| owed.items.is_empty())
    }

    /// For people.
    pub fn text(&self, today: Date) -> String {
        if self.is_empty() {
            return "no follow-up was listed yet; `readback review follow-ups import REVIEW FILE.md` reads some"
                .to_owned();
        }
        self.reviews.iter().map(|owed| owed.text(today)).collect::<Vec<_>>().join("\n")
    }

    /// A checklist that can be imported.
    pub fn markdown(&self) -> String {
        self.reviews.iter().map(Owed::markdown).collect::<Vec<_>>().join("\n")
    }
}

impl Owed {
    fn of(review: &Review) -> Self {
        let mut items: Vec<FollowUp> = review.follow_ups.values().map(|state| state.item.clone()).collect();
        items.sort_by(|a, b| a.order().cmp(&b.order()));
        Self {
            review: review.id.0.clone(),
            incident: review.incident_id.clone(),
            not_ready: production_ready(&items).err().map(|refusal| refusal.to_string()),
            figures: figures(&items),
            items,
        }
    }

    fn text(&self, today: Date) -> String {
        let items = &self.items;
        let mut out = format!("{}  {}\n", line(&self.review), line(&self.incident));
        let all = progress(items);
        let p0 = progress(items.iter().filter(|item| item.is_p0()));
        let remain = days(all.remaining_quarters);
        // Writing to a string can't fail.
        let _ = writeln!(out, "{}; P0: {}; {remain} d remain{}", done(all), done(p0), without_estimate(all));
        let ready = "every P0 follow-up is done with evidence; this opens no runtime gate";
        let _ = writeln!(out, "{}", self.not_ready.as_deref().unwrap_or(ready));
        let overall = readiness_overall(&items.iter().collect::<Vec<_>>());
        let overall = overall.map(|(now, then)| ("all domains".to_owned(), now, then));
        let domains = readiness(items).into_iter().map(|domain| (domain.domain, domain.now, domain.then));
        for (domain, now, then) in overall.into_iter().chain(domains) {
            let arrow = if then > now { format!(" -> {then} % with what is in progress") } else { String::new() };
            let _ = writeln!(out, "  ready  {}: {now} %{arrow}", line(&domain));
        }
        for week in milestones(items) {
            let _ = writeln!(out, "  due  {}", milestone(&week));
        }
        for item in items {
            let _ = writeln!(out, "{}", row(item, today));
        }
        out
    }

    fn markdown(&self) -> String {
        format!("# Follow-ups of {}\n\n{}", line(&self.incident), render(&self.items))
    }
}

fn done(of: Progress) -> String {
    format!("{} of {} done ({})", of.done, of.total, percent(of.done, of.total))
}

fn without_estimate(of: Progress) -> String {
    if of.without_estimate == 0 { String::new() } else { format!(", {} without an estimate", of.without_estimate) }
}

fn milestone(week: &Milestone) -> String {
    let name = week.week.map_or_else(|| "no date".to_owned(), |monday| format!("week of {monday}"));
    let ids: Vec<_> = week.items.iter().map(|id| line(id)).collect();
    format!("{name}: {} of {} done: {}", week.progress.done, week.progress.total, ids.join(", "))
}

fn row(item: &FollowUp, today: Date) -> String {
    let owner = if item.owner.is_empty() { "nobody".into() } else { line(&item.owner) };
    let late = if item.is_open() && item.due.is_some_and(|due| due < today) { " (overdue)" } else { "" };
    let due = item.due.map(|due| format!("  due {due}{late}")).unwrap_or_default();
    let effort = if item.effort_quarters > 0 { format!("  {} d", days(item.effort_quarters)) } else { String::new() };
    let (id, priority, status) = (line(&item.id), item.priority.word(), item.status.word());
    format!("{id}  {priority}  {status}  {owner}{due}{effort}  {}", line(&item.title))
}

fn figures(items: &[FollowUp]) -> Value {
    let figures = |of: Progress| {
        json!({
            "total": of.total, "done": of.done, "in_progress": of.in_progress, "dropped": of.dropped,
            "percent": percent(of.done, of.total), "remaining_days": days(of.remaining_quarters),
            "without_estimate": of.without_estimate,
        })
    };
    let ready = readiness_overall(&items.iter().collect::<Vec<_>>());
    let domains = readiness(items).into_iter();
    let weeks = milestones(items).into_iter();
    json!({
        "all": figures(progress(items)),
        "p0": figures(progress(items.iter().filter(|item| item.is_p0()))),
        "readiness": {
            "percent": ready.map(|(now, _)| now), "percent_with_in_progress": ready.map(|(_, then)| then),
            "domains": domains.map(|domain| json!({
                "domain": domain.domain, "percent": domain.now, "percent_with_in_progress": domain.then,
                "figures": figures(domain.progress),
            })).collect::<Vec<_>>(),
        },
        "weeks": weeks.map(|week| json!({
            "monday": week.week, "items": week.items, "figures": figures(week.progress),
        })).collect::<Vec<_>>(),
    })
}
