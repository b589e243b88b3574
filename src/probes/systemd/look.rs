//! Runs systemctl. It exits with 0 in many a case where it could ask nothing, so what counts is what it prints:
//! a block for every unit that was asked for.

use super::{Seen, Systemd, unit};
use crate::evidence::Unknown;
use crate::guard::line;
use crate::probes::program::{Output, Program};
use crate::probes::{Control, Place, ProbeError};
use tokio::time::Instant;

/// The most failed units that are kept.
const MOST_FAILED: usize = 100;

pub(super) async fn look(options: &Systemd, at: &Place, deadline: Instant) -> Result<Seen, ProbeError> {
    if options.units.is_empty() && !options.failed {
        return Err(ProbeError::new(Unknown::NotConfigured, "no units, and failed = false: there is nothing to ask"));
    }
    let control = format!("readback-control-{}.service", uuid::Uuid::now_v7());
    let mut names = options.units.clone();
    // Also where no control is wanted: without one asked-for block, silence of a dead systemd is no answer.
    names.push(control);
    let properties = format!("--property={}", unit::PROPERTIES.join(","));
    let mut arguments = vec!["show".to_owned(), "--no-pager".to_owned(), properties, "--".to_owned()];
    arguments.extend(names.iter().cloned());
    let output = ask(options, arguments, at, deadline).await?;
    let text = String::from_utf8_lossy(&output.bytes);
    let mut units = unit::units(&text);
    if units.is_empty() {
        return Err(no_systemd("it shows no unit at all"));
    }
    if units.len() != names.len() || output.is_cut {
        let message = format!("systemctl shows {} units, {} were asked for", units.len(), names.len());
        return Err(ProbeError::new(Unknown::Garbled, message).id("garbled"));
    }
    // They come in the order of the question; under the name of an alias stands the unit behind it.
    for (unit, name) in units.iter_mut().zip(&names) {
        unit.name = line(name).into_owned();
    }
    let control = match units.pop() {
        _ if !options.negative_control => Control::NotAsked,
        Some(unit) if unit.load == "not-found" => Control::Refused,
        Some(unit) if unit.load.is_empty() => Control::Unclear,
        _ => Control::Passed,
    };
    let failed = if options.failed { Some(failed(options, at, deadline).await?) } else { None };
    Ok(Seen { units, failed, control })
}

async fn failed(options: &Systemd, at: &Place, deadline: Instant) -> Result<Vec<String>, ProbeError> {
    let arguments = ["list-units", "--failed", "--plain", "--no-legend", "--no-pager", "--full"];
    let output = ask(options, arguments.map(str::to_owned).to_vec(), at, deadline).await?;
    let text = String::from_utf8_lossy(&output.bytes);
    // Old versions print a mark before the name, `--plain` or not.
    let name = |row: &str| row.split_whitespace().find(|word| word.len() > 1 && word.is_ascii()).map(str::to_owned);
    let names = text.lines().filter_map(name).map(|name| line(&name).into_owned());
    Ok(names.take(MOST_FAILED).collect())
}

/// In one language and one zone, whatever the console's.
async fn ask(options: &Systemd, arguments: Vec<String>, at: &Place, deadline: Instant) -> Result<Output, ProbeError> {
    let mut argv = vec![options.program.clone()];
    argv.extend(options.user.then(|| "--user".to_owned()));
    argv.extend(arguments);
    let environment = [("LC_ALL", "C"), ("TZ", "UTC"), ("SYSTEMD_COLORS", "0"), ("SYSTEMD_PAGER", "")];
    let program = Program { argv: &argv, environment: &environment, with_errors: true };
    let output = program.run(at, deadline).await.map_err(|error| match error.id.as_deref() {
        Some("not_installed" | "not_runnable") => error.id("no_systemd"),
        _ => error,
    })?;
    let errors = String::from_utf8_lossy(&output.errors).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| errors.contains(word));
    if says(&["permission denied", "access denied", "not permitted", "authentication required"]) {
        let error = ProbeError::new(Unknown::Denied, "this user may not ask systemd");
        return Err(error.id("not_permitted").hint("id; ls -l /run/systemd/private /run/dbus/system_bus_socket"));
    }
    match output.exit {
        Some(0) => Ok(output),
        _ if says(&["not been booted", "connect to bus", "connect to system", "chroot"]) => {
            Err(no_systemd("there is no bus to ask"))
        }
        Some(code) => Err(no_systemd(&format!("systemctl ended with {code}"))),
        None => Err(no_systemd("systemctl was ended by a signal")),
    }
}

fn no_systemd(why: &str) -> ProbeError {
    ProbeError::new(Unknown::Unreachable, format!("systemd can't be asked here: {why}"))
        .id("no_systemd")
        .hint("ps -p 1 -o comm=; systemctl is-system-running")
}
