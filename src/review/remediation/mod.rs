//! What is still owed after an incident: follow-ups from Markdown, how far they are, and whether anything may be
//! called production ready. `docs/follow-ups.md` has the rules in prose.

mod letters;
mod line;
mod listed;
mod parse;
mod progress;
mod ready;
mod render;
mod table;
mod words;

pub use listed::{Held, Listed};
pub use parse::{Checklist, Unread, Why, parse};
pub use progress::{Milestone, Progress, Readiness, days, milestones, percent, progress, readiness, readiness_overall};
pub use ready::{Open, Refusal, production_ready};
pub use render::render;
pub use words::{effort, kind, priority, status};

#[cfg(test)]
mod tests;
