//! Judges a project. What has to be there comes from its files, never from what was found: a service that
//! was removed leaves no trace in the daemon.

use super::image::same;
use super::{Compose, Found, ImageNow, Project, Seen, Wanted};
use crate::evidence::{Fact, Quantity, Unknown, Verdict, age};
use crate::guard::line;
use crate::probes::container::{HealthStatus, Status};
use crate::probes::{Control, Judgement};
use jiff::Timestamp;

/// So many restarts by the policy, and up for less than this, is a loop.
const LOOP_RESTARTS: u64 = 3;
/// In seconds.
const LOOP_UP_S: u64 = 30;
/// The most services that are shown one by one.
const MOST_SHOWN: usize = 40;
const STATUS: &str = "docker compose ps --all";

/// One thing that is wrong.
struct Wrong {
    verdict: Verdict,
    reason: &'static str,
    summary: String,
}

pub(super) fn judge(options: &Compose, seen: &Seen, at: Timestamp) -> Judgement {
    let project = match seen {
        Seen::Refused(why) => {
            let unknown = Verdict::Unknown(Unknown::NotConfigured);
            return Judgement::new(unknown, format!("Compose refuses {why}"))
                .reason("refused_file")
                .hint("docker compose config --quiet");
        }
        Seen::Project(project) => project,
    };
    let mut wrong = about_the_question(project);
    for service in &project.services {
        let containers: Vec<&Found> = of(project, &service.name).collect();
        wrong.extend(about_service(options, service, &containers, at));
    }
    wrong.extend(unexpected(project));
    // The worst first; the sort keeps the order of equals.
    wrong.sort_by_key(|wrong| wrong.verdict.rank());
    let facts = facts(project, &wrong);
    let Some(first) = wrong.first() else {
        let count = project.services.iter().filter(|service| service.active).count();
        let summary = format!("{count} services of {} run as asked", project.name);
        return Judgement::new(Verdict::Pass, summary).facts(facts);
    };
    let more = if wrong.len() > 1 { format!("; and {} more", wrong.len() - 1) } else { String::new() };
    Judgement::new(first.verdict, format!("{}{more}", first.summary)).reason(first.reason).hint(STATUS).facts(facts)
}

/// What makes the answer worth less than it looks.
fn about_the_question(project: &Project) -> Vec<Wrong> {
    let unknown = |why, reason, summary: String| Wrong { verdict: Verdict::Unknown(why), reason, summary };
    let mut wrong = Vec::new();
    if project.control != Control::Refused {
        let summary = "asked for a project that can't be there, the daemon does not say none".to_owned();
        wrong.push(unknown(Unknown::Void, "void", summary));
    }
    if !project.services.iter().any(|service| service.active) {
        let summary = format!("{} wants no service", project.files.join(", "));
        wrong.push(unknown(Unknown::NotConfigured, "no_services", summary));
    }
    if let Some(word) = project.unfollowed.first() {
        let summary = format!("the files say \"{word}\", which is not followed: not all that is wanted is known");
        wrong.push(unknown(Unknown::NotConfigured, "unfollowed", summary));
    }
    if project.more {
        let summary = "the project has more containers than are looked at".to_owned();
        wrong.push(unknown(Unknown::Garbled, "too_many", summary));
    }
    wrong
}

/// The containers of a service; those of `docker compose run` are no part of it.
fn of<'a>(project: &'a Project, service: &'a str) -> impl Iterator<Item = &'a Found> {
    project.containers.iter().filter(move |found| found.service == service && !found.by_run)
}

fn about_service(options: &Compose, service: &Wanted, containers: &[&Found], at: Timestamp) -> Vec<Wrong> {
    if !service.active {
        return Vec::new();
    }
    let name = line(&service.name);
    let is_once = options.one_off.contains(&service.name);
    let mut wrong: Vec<Wrong> = if is_once {
        containers.iter().filter_map(|found| once(found)).collect()
    } else {
        containers.iter().filter_map(|found| about_container(found, at)).collect()
    };
    wrong.extend(containers.iter().filter_map(|found| about_image(service, found)));
    let running = containers.iter().filter(|found| found.status == Status::Running).count() as u64;
    let (count, asked) = (containers.len() as u64, service.replicas);
    let counted = |verdict, reason, summary| Some(Wrong { verdict, reason, summary });
    wrong.extend(match count {
        // Done, and maybe cleared away.
        _ if is_once => None,
        0 if asked > 0 => counted(Verdict::Fail, "missing", format!("service {name} has no container")),
        _ if running < asked && count < asked => {
            counted(Verdict::Fail, "too_few", format!("service {name} runs {running} of {asked} containers"))
        }
        _ if count > asked => {
            counted(Verdict::Warn, "surplus", format!("service {name} has {count} containers, {asked} are asked for"))
        }
        _ => None,
    });
    wrong
}

/// One that has to run.
fn about_container(found: &Found, at: Timestamp) -> Option<Wrong> {
    let up = found.started_at.map(|start| age(start, at).as_secs());
    let is_loop = found.restart_count >= LOOP_RESTARTS && up.is_none_or(|up| up < LOOP_UP_S);
    let (verdict, reason, what) = match (found.status, found.health) {
        (Status::Running, _) if is_loop => (Verdict::Fail, "restarting", "is started again and again".to_owned()),
        (Status::Running, Some(HealthStatus::Unhealthy)) => (Verdict::Fail, "unhealthy", "is unhealthy".to_owned()),
        (Status::Running, Some(HealthStatus::Starting)) => {
            (Verdict::Warn, "starting", "has not passed a health check yet".to_owned())
        }
        (Status::Running, _) => return None,
        (Status::Exited, _) => (Verdict::Fail, "exited", format!("has ended, exit code {}", found.exit_code)),
        (Status::Created, _) => (Verdict::Fail, "created", "was made and never started".to_owned()),
        (Status::Paused, _) => (Verdict::Fail, "paused", "is paused".to_owned()),
        (Status::Restarting, _) => {
            (Verdict::Fail, "restarting", format!("restarts after exit code {}", found.exit_code))
        }
        (Status::Stopping | Status::Removing | Status::Dead, _) => {
            (Verdict::Fail, "stopping", "is being stopped or removed".to_owned())
        }
        (Status::Other, _) => {
            (Verdict::Fail, "other_state", "is in a state that this program does not know".to_owned())
        }
    };
    Some(Wrong { verdict, reason, summary: format!("{} {what}", found.container) })
}

/// One that has to end with 0.
fn once(found: &Found) -> Option<Wrong> {
    let (verdict, reason, what) = match found.status {
        Status::Exited if found.exit_code == 0 => return None,
        Status::Exited => (Verdict::Fail, "exited", format!("has ended with exit code {}", found.exit_code)),
        Status::Running => (Verdict::Warn, "still_runs", "runs once and has not ended yet".to_owned()),
        Status::Created => (Verdict::Fail, "created", "was made and never started".to_owned()),
        Status::Paused => (Verdict::Fail, "paused", "is paused".to_owned()),
        Status::Restarting => (Verdict::Fail, "restarting", format!("restarts after exit code {}", found.exit_code)),
        Status::Stopping | Status::Removing | Status::Dead | Status::Other => {
            (Verdict::Warn, "stopping", "is being stopped or removed".to_owned())
        }
    };
    Some(Wrong { verdict, reason, summary: format!("{} {what}", found.container) })
}

fn about_image(service: &Wanted, found: &Found) -> Option<Wrong> {
    let asked = service.image.as_deref();
    let (container, image) = (&found.container, &found.image);
    if let Some(asked) = asked.filter(|asked| !same(asked, image)) {
        let summary = format!("{container} was made from {image}, the file asks for {}", line(asked));
        return Some(Wrong { verdict: Verdict::Fail, reason: "other_image", summary });
    }
    let (reason, what) = match found.image_now {
        ImageNow::Same => return None,
        ImageNow::Other => ("image_moved", "leads to a newer image than the one that runs"),
        ImageNow::Gone => ("image_gone", "leads to no image on this host: the next container has to pull it"),
        ImageNow::Unclear => ("image_unclear", "can't be followed: the daemon did not say"),
    };
    Some(Wrong { verdict: Verdict::Warn, reason, summary: format!("{container}: {image} {what}") })
}

/// Containers that no file asks for.
fn unexpected(project: &Project) -> Vec<Wrong> {
    let is_known =
        |found: &&Found| found.by_run || project.services.iter().any(|service| service.name == found.service);
    let strangers = project.containers.iter().filter(|found| !is_known(found));
    strangers
        .map(|found| {
            let summary = format!("{} is of the service {}, which no file names", found.container, found.service);
            Wrong { verdict: Verdict::Warn, reason: "unexpected", summary }
        })
        .collect()
}

fn facts(project: &Project, wrong: &[Wrong]) -> Vec<Fact> {
    let mut facts = vec![
        Fact::text("project", project.name.as_str()),
        Fact::text("files", project.files.join(", ")),
        Fact::new("services", Quantity::Count(project.services.len() as u64)),
        Fact::new("containers", Quantity::Count(project.containers.len() as u64)),
        project.control.fact(),
    ];
    for service in project.services.iter().take(MOST_SHOWN) {
        let running = of(project, &service.name).filter(|found| found.status == Status::Running).count();
        let asked = if service.active { service.replicas.to_string() } else { "none".to_owned() };
        facts
            .push(Fact::text(&format!("service {}", line(&service.name)), format!("{running} run, {asked} asked for")));
    }
    facts.extend(wrong.iter().skip(1).take(MOST_SHOWN).map(|wrong| Fact::text("also", wrong.summary.as_str())));
    facts
}
