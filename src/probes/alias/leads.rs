//! Where a name leads, for who asks without a probe: the forecast of a restart.

use super::{Alias, verdict};
use crate::evidence::Verdict;
use crate::probes::{Judgement, Kind, Place};
use std::time::Duration;

/// Where a name leads inside the application's container.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    /// To a container that runs, or to an address that nobody has to look up.
    Somewhere,
    /// Nowhere, and why.
    Nowhere(String),
    /// None of the containers is meant; the world outside may know it.
    Outside,
    /// It can't be said, and why.
    NotKnown(String),
}

/// Asks the engine within this time.
pub(crate) async fn leads(place: &Place, app: &str, host: &str, within: Duration) -> Leads {
    let alias =
        Alias { app: app.to_owned(), host: Some(host.to_owned()), variable: None, external: false, docker_host: None };
    let deadline = tokio::time::Instant::now() + within;
    match alias.observe(place, deadline).await {
        Ok(seen) => of(verdict::judge(&alias, &seen)),
        Err(error) => Leads::NotKnown(error.to_string()),
    }
}

/// By the judge's own reasons: only those that speak of the name say that it leads nowhere.
fn of(judged: Judgement) -> Leads {
    match judged.reason {
        None if judged.verdict == Verdict::Pass => Leads::Somewhere,
        Some("address" | "fixed_outside" | "not_a_name" | "ambiguous") => Leads::Somewhere,
        Some("external_name" | "host_network") => Leads::Outside,
        Some("no_carrier" | "not_shared" | "target_stopped" | "target_paused" | "address_dead") => {
            Leads::Nowhere(judged.summary)
        }
        _ => Leads::NotKnown(judged.summary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_the_name_says_that_it_leads_nowhere() {
        let said = |verdict, reason| of(Judgement::new(verdict, "words").reason(reason));
        assert_eq!(of(Judgement::new(Verdict::Pass, "words")), Leads::Somewhere);
        assert_eq!(said(Verdict::Fail, "no_carrier"), Leads::Nowhere("words".to_owned()));
        assert_eq!(said(Verdict::Fail, "app_missing"), Leads::NotKnown("words".to_owned()));
        assert_eq!(said(Verdict::Fail, "app_stopped"), Leads::NotKnown("words".to_owned()));
        assert_eq!(said(Verdict::Warn, "itself"), Leads::NotKnown("words".to_owned()));
    }
}
