//! Rules about layers that disagree.

use super::context::{Context, Said, Subject};
use super::distance::nearest;
use crate::env::compose::Origin;
use crate::env::layers::{Reading, RunningLayer};
use crate::env::sensitive::matches;
use crate::env::{Cell, Layer, Place, Severity};
use crate::guard;

pub(super) fn differs_from_secret(of: &Subject<'_, '_>) -> Option<Said> {
    let secret = of.value(Layer::Secret).filter(|value| !value.is_empty())?;
    of.context.facts.file()?;
    let (key, source) = (&of.row.key, of.place(Layer::Secret)?);
    let text = match of.value(Layer::File) {
        Some(value) if value == secret => return None,
        None => format!("{key} is not in the file, but in the secret {source}"),
        Some([]) => format!("{key} is empty in the file, but not in the secret {source}"),
        Some(_) => format!("{key} differs from the secret {source}"),
    };
    Some(Said::new(
        of.place(Layer::File),
        text,
        "put the secret's value into the file, or the file's into the secret: one of them is old",
    ))
}

pub(super) fn unknown_key(of: &Subject<'_, '_>) -> Option<Said> {
    let facts = of.context.facts;
    let template = facts.template_layer()?;
    if facts.template_key(of.key).is_some() || of.value(Layer::File).is_none() {
        return None;
    }
    // Of a key that may be a piece of a value it is not told either what it is like.
    let near = nearest(of.key, &of.context.missing).filter(|_| !facts.is_stray(of.key));
    let key = &of.row.key;
    let text = format!("{key} is not in {}", template.name);
    Some(match near {
        None => Said::new(of.place(Layer::File), text, format!("add it to {}, or take it out", template.name)),
        Some(near) => {
            let near = guard::line(near);
            let text = format!("{text}; did you mean {near}?");
            Said::new(of.place(Layer::File), text, format!("rename it to {near}")).severity(Severity::Warning)
        }
    })
}

/// Keys of which a fixed value has broken stacks before: things that move.
const MOVES: [&str; 4] = ["HOST", "*_HOST", "*_URL", "*_ENDPOINT"];

pub(super) fn hardcoded_in_compose(of: &Subject<'_, '_>) -> Option<Said> {
    let effective = of.context.facts.effective(of.key).filter(|found| found.origin == Origin::HardCoded)?;
    let value = effective.value.as_ref()?.expose();
    let (key, name) = (&of.row.key, guard::line(&effective.key).into_owned());
    let same = of.value(Layer::File).or_else(|| of.value(Layer::Secret)).map(|other| other == value);
    let moves = MOVES.iter().any(|pattern| matches(pattern, &name));
    let fix = format!("write {name}: ${{{}}} instead, and keep the value in the env file", of.key_for_fix());
    let said = |text| Some(Said::new(Some(effective.place.clone()), text, fix.clone()));
    match same {
        Some(false) => {
            said(format!("the compose file sets {name} to another value than {key} has; .env can't change it"))
                .map(|said| said.severity(Severity::Error))
        }
        Some(true) => said(format!("the compose file sets {name} itself; a change of {key} in .env would do nothing")),
        None if of.row.sensitive && !value.is_empty() => {
            said(format!("the compose file holds the value of {name}, which may be a secret"))
        }
        None if moves => said(format!("the compose file sets {name} itself; .env can't change it")),
        None => None,
    }
}

pub(super) fn shadowed(of: &Subject<'_, '_>) -> Option<Said> {
    let place = of.context.facts.app_blocks(of.key)?;
    let key = &of.row.key;
    let said = match (of.value(Layer::App), of.value(Layer::File)) {
        (None | Some([]), _) => Said::new(
            Some(place.clone()),
            format!("{place} keeps {key} from the application and gives it none itself"),
            "",
        ),
        (Some(app), Some(file)) if app == file => {
            Said::new(Some(place.clone()), format!("{place} overrides {key}; the values are the same now"), "")
                .severity(Severity::Warning)
        }
        _ => Said::new(Some(place.clone()), format!("{place} overrides {key}"), ""),
    };
    Some(Said { fix: format!("comment out line {} of {}", place.line, place.file), ..said })
}

pub(super) fn running_differs(of: &Subject<'_, '_>) -> Option<Said> {
    let facts = of.context.facts;
    facts.compose_layer()?;
    facts.layers.running.read()?;
    let key = &of.row.key;
    let drift = facts.drift(of.key)?;
    let (text, severity) = match (drift.now, drift.next) {
        (None, None) => return None,
        (Some(_), Some(_)) => (format!("the container runs with another {key} than the next recreate loads"), None),
        (None, Some(_)) => (format!("the container runs without {key}; the next recreate adds it"), None),
        (Some(_), None) => {
            (format!("the container runs with {key}; the next recreate takes it away"), Some(Severity::Error))
        }
    };
    let place = of.place(Layer::File).or_else(|| of.place(Layer::Compose)).or_else(|| of.place(Layer::Running));
    let fix = "settle which value is right before the container is made anew; a restart keeps the old one";
    Some(Said { severity, ..Said::new(place, text, fix) })
}

fn unread_reason<T>(reading: &Reading<T>) -> Option<(&str, Option<&Place>)> {
    match reading {
        Reading::Read(_) | Reading::NotConfigured(_) => None,
        Reading::Unread(reason) => Some((reason, None)),
        Reading::Refused { reason, place } => Some((reason, Some(place))),
    }
}

/// Every layer that was not read, with the place where it was refused.
fn all_unread<'a>(context: &Context<'a, '_>) -> Vec<(Layer, &'a str, Option<&'a Place>)> {
    let layers = context.facts.layers;
    let reasons = [
        unread_reason(&layers.template),
        unread_reason(&layers.file),
        unread_reason(&layers.secrets),
        unread_reason(&layers.compose),
        unread_reason(&layers.app),
        unread_reason(&layers.running),
    ];
    let layers = Layer::ALL.into_iter().zip(reasons);
    layers.filter_map(|(layer, reason)| reason.map(|(why, place)| (layer, why, place))).collect()
}

pub(super) fn refused(context: &Context<'_, '_>) -> Vec<Said> {
    let said = |(layer, why, place): (Layer, &str, Option<&Place>)| {
        let text = format!("the {} layer is refused: {}", layer.word(), guard::line(why));
        Some(Said::new(Some(place?.clone()), text, "mend that line; until then nothing of the file is loaded"))
    };
    all_unread(context).into_iter().filter_map(said).collect()
}

pub(super) fn unread(context: &Context<'_, '_>) -> Vec<Said> {
    let unread = all_unread(context).into_iter().filter(|(_, _, place)| place.is_none());
    let said = |(layer, why, _): (Layer, &str, Option<&Place>)| {
        let text = format!("nothing is known of the {} layer: {}", layer.word(), guard::line(why));
        Said::new(None, text, "make it readable, or nothing that depends on it can be green")
    };
    unread.map(said).collect()
}

pub(super) fn unfollowed(context: &Context<'_, '_>) -> Vec<Said> {
    let Some(layer) = context.facts.compose_layer() else { return Vec::new() };
    let said = |(place, word): &(Place, &str)| {
        let text = format!("`{word}` is not followed: settings may come from elsewhere");
        Said::new(Some(place.clone()), text, "check with `docker compose config --variables`, which shows no values")
    };
    layer.unfollowed.iter().map(said).collect()
}

/// Compose run with the environment of this process would not read the file.
pub(super) fn env_file_elsewhere(context: &Context<'_, '_>) -> Vec<Said> {
    let Some(layer) = context.facts.compose_layer() else { return Vec::new() };
    let said = |name: &&str| {
        let place = Place { file: layer.name.clone(), line: 0 };
        let text = format!("{name} is set here: Compose run so takes its variables from elsewhere than the env file");
        Said::new(Some(place), text, format!("unset {name}, or name the file that Compose reads in [env]"))
    };
    let here = layer.elsewhere.iter().map(said);
    here.chain(context.facts.layers.running.read().and_then(made_with_others)).collect()
}

/// The container was made with other env files; the next `up` without them loads another environment.
fn made_with_others(running: &RunningLayer) -> Option<Said> {
    if running.env_files.is_empty() {
        return None;
    }
    let names: Vec<&str> = running.env_files.iter().map(|file| file.rsplit('/').next().unwrap_or(file)).collect();
    let names = guard::line(&names.join(", ")).into_owned();
    let place = Place { file: guard::line(&running.container).into_owned(), line: 0 };
    let text =
        format!("the container was made with --env-file or COMPOSE_ENV_FILES ({names}): that is not what is compared");
    Some(Said::new(Some(place), text, "give the same to the next `docker compose up`, and name the file in [env]"))
}

/// `up` leaves the service out.
pub(super) fn not_started(context: &Context<'_, '_>) -> Vec<Said> {
    let Some(layer) = context.facts.compose_layer().filter(|layer| !layer.waits_for.is_empty()) else {
        return Vec::new();
    };
    let profiles = guard::line(&layer.waits_for.join(", ")).into_owned();
    let place = Place { file: layer.name.clone(), line: 0 };
    let text = format!("the service is started only with a profile that is not asked for here: {profiles}");
    vec![Said::new(Some(place), text, "set COMPOSE_PROFILES, or `up` leaves the service out")]
}

impl Subject<'_, '_> {
    /// The key as it may stand in a text.
    fn key_for_fix(&self) -> &str {
        match self.row.cell(Layer::File) {
            Cell::Unread => "KEY",
            _ => &self.row.key,
        }
    }
}
