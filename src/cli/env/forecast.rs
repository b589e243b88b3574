//! `readback env forecast`: what a restart keeps, what a recreate loads, and whether the application would work.

use super::files::word;
use super::select::is_asked;
use super::{Answer, StartError};
use crate::cli::EnvArgs;
use crate::env::forecast::{Forecast, Host, Outcome, Reason, Safety, forecast};
use crate::env::{Cell, Finding, Layer, Matrix, Severity};
use crate::evidence::Known;
use crate::guard::line;
use serde::Serialize;
use std::fmt::Write;
use std::time::Duration;

/// How long a name may take to be looked up.
const WITHIN: Duration = Duration::from_secs(3);

/// What both ways of starting again would do.
#[derive(Debug, Serialize)]
pub struct ForecastReport {
    /// The name of this shape; docs/schemas/env.json describes it.
    pub schema: &'static str,
    /// The forecast.
    #[serde(flatten)]
    pub forecast: Forecast,
}

/// Looks the hosts up, and judges.
pub(super) fn of(matrix: &Matrix, options: &EnvArgs) -> Result<ForecastReport, StartError> {
    let runtime = crate::cli::console::runtime()?;
    let hosts = runtime.block_on(hosts(matrix));
    runtime.shutdown_background();
    let mut forecast = forecast(matrix, &hosts);
    for outcome in [&mut forecast.restart, &mut forecast.recreate] {
        outcome.changes.retain(|change| is_asked(options, &change.key));
    }
    Ok(ForecastReport { schema: "readback_env_forecast_v1", forecast })
}

/// The hosts that the keys name, and whether they resolve.
async fn hosts(matrix: &Matrix) -> Vec<Host> {
    let mut hosts = Vec::new();
    for row in &matrix.rows {
        let next = [Layer::Compose, Layer::File].into_iter().find_map(|layer| match row.cell(layer) {
            Cell::Value(shown) => shown.text.as_deref(),
            _ => None,
        });
        let Some(name) = next.filter(|_| row.key == "HOST" || row.key.ends_with("_HOST")) else { continue };
        hosts.push(Host { key: row.key.clone(), resolves: resolves(name).await });
    }
    hosts
}

/// Whether a name resolves from here. A name without a dot is one of the containers' own network, of which this host
/// knows nothing.
async fn resolves(name: &str) -> Known {
    if !name.contains('.') && name != "localhost" {
        return Known::Unknown(format!("{} is a name of the containers' network", line(name)));
    }
    match tokio::time::timeout(WITHIN, tokio::net::lookup_host((name, 0))).await {
        Ok(Ok(mut found)) => match found.next() {
            Some(_) => Known::Holds,
            None => Known::Broken(format!("{} has no address", line(name))),
        },
        Ok(Err(_)) => Known::Broken(format!("{} has no address, as seen from this host", line(name))),
        Err(_) => Known::Unknown("no answer in time".to_owned()),
    }
}

impl Answer for ForecastReport {
    fn exit_code(&self) -> u8 {
        let code = |outcome: &Outcome| match outcome.safety {
            Safety::Safe => 0,
            Safety::Breaks(_) => 2,
            Safety::Unknown(_) => 3,
        };
        let codes = [code(&self.forecast.restart), code(&self.forecast.recreate)];
        if codes.contains(&2) { 2 } else { codes.into_iter().max().unwrap_or(3) }
    }

    fn human(&self) -> String {
        let mut out = String::new();
        for (command, outcome) in commands(&self.forecast) {
            let (is, reasons): (_, &[Reason]) = match &outcome.safety {
                Safety::Safe => ("safe", &[]),
                Safety::Breaks(reasons) => ("BREAKS", reasons),
                Safety::Unknown(reasons) => ("not known", reasons),
            };
            let _ = writeln!(out, "{command}: {is}; keeps {} keys, changes {}", outcome.kept, outcome.changes.len());
            for reason in reasons {
                let key = reason.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
                let _ = writeln!(out, "  because  {}{}", line(&key), line(&reason.text));
            }
            for change in &outcome.changes {
                let _ = writeln!(out, "  {:<8} {}", word(change.change), line(&change.key));
            }
        }
        out
    }

    fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (command, outcome) in commands(&self.forecast) {
            let (severity, reasons): (_, &[Reason]) = match &outcome.safety {
                Safety::Safe => continue,
                Safety::Breaks(reasons) => (Severity::Error, reasons),
                Safety::Unknown(reasons) => (Severity::Warning, reasons),
            };
            findings.extend(reasons.iter().map(|reason| Finding {
                id: if severity == Severity::Error { "restart_breaks" } else { "restart_unknown" }.to_owned(),
                severity,
                key: reason.key.clone(),
                place: None,
                text: format!("{command}: {}", reason.text),
                fix: String::new(),
            }));
        }
        findings
    }
}

fn commands(forecast: &Forecast) -> [(&'static str, &Outcome); 2] {
    [("docker compose restart", &forecast.restart), ("docker compose up -d --force-recreate", &forecast.recreate)]
}
