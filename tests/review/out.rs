//! What goes out of a review: the report, the plan with its counts, and the bundle.

mod bundle;
mod cli;
mod export;
mod report;
mod scene;
