//! `readback env sync`: makes `.env` what the secrets say. The plan is printed; `--apply` carries it out, the only
//! write of this program to a production file.

mod ask;
mod record;
mod replace;
mod target;

use super::super::context::{Context, StartError};
use super::files::word;
use super::human::held;
use super::{say, stdout};
use crate::cli::args::{SyncArgs, SyncFormat};
use crate::env::diff::Change;
use crate::env::dotenv::{self, EnvFile, Values};
use crate::env::layers::{FileFormat, SecretValue};
use crate::env::sync::{Note, Plan, SyncError, plan, render};
use crate::env::{Reading, template};
use crate::guard::{Fingerprinter, line};
use crate::probes::files::{MOST_KEPT, read_regular};
use crate::probes::layers::StackLayers;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write;
use std::io;
use target::{Contents, Target};

/// Why nothing was synced, or what was left half done. One line.
#[derive(Debug, thiserror::Error)]
pub(super) enum SyncFailure {
    /// The plan can't be made, or what it makes is not what was planned.
    #[error("{0}")]
    Plan(#[from] SyncError),
    /// Another sync of this folder is under way.
    #[error("another sync of this folder is under way; nothing was changed")]
    Busy,
    /// The file is not the one that the plan was made for.
    #[error("the file was changed since the plan was made; nothing was written; look at it and plan again")]
    Changed,
    /// The system refuses.
    #[error("{what}: {why}")]
    Io {
        /// What was being done, and what that means.
        what: String,
        /// What the system said.
        why: String,
    },
    /// Something else, in words.
    #[error("{0}")]
    Said(String),
}

impl SyncFailure {
    fn io(what: String, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::StorageFull => "the disk is full".to_owned(),
            io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
            io::ErrorKind::PermissionDenied => "not permitted; run it as the file's owner".to_owned(),
            kind => kind.to_string(),
        };
        Self::Io { what, why }
    }
}

impl From<SyncFailure> for StartError {
    fn from(failure: SyncFailure) -> Self {
        Self::Other(failure.to_string())
    }
}

/// How many backups of one second can be told apart.
const MOST_BACKUPS: u32 = 1_000;

/// What was planned, and what was done.
#[derive(Debug, Serialize)]
struct SyncReport<'a> {
    schema: &'static str,
    file: String,
    #[serde(flatten)]
    plan: &'a Plan,
    /// Why `--apply` would refuse, where that is known beforehand.
    refuses: Option<String>,
    applied: Option<Applied>,
}

/// What was done.
#[derive(Debug, Serialize)]
struct Applied {
    at: Timestamp,
    backup: String,
    /// Why it is not in the store, where that is so.
    unrecorded: Option<String>,
}

/// Plans; applies where that is asked for. Exits 0 where nothing is to do or all is done, 1 where there is.
pub(super) fn run(context: &Context, options: &SyncArgs) -> Result<u8, StartError> {
    let sync = Sync::open(context)?;
    let (contents, file, values) = sync.read()?;
    let plan = plan(&file, &values, &sync.secrets, &sync.fingerprinter).map_err(SyncFailure::Plan)?;
    let refuses = (!plan.is_empty()).then(|| sync.refuses(&contents)).flatten();
    if plan.is_empty() || !options.apply {
        sync.print(&plan, refuses, None, options.format);
        return Ok(u8::from(!plan.is_empty()));
    }
    if !context.access.may_write() {
        return Err(StartError::Other("--apply and --read-only don't go together".to_owned()));
    }
    drop(contents);
    if let Some(why) = refuses {
        return Err(StartError::Other(why));
    }
    if options.format == SyncFormat::Human {
        sync.print(&plan, None, None, options.format);
    }
    ask::for_the_name(&context.config.stack.name, options.stack_name.as_deref())?;
    let why = options.why.as_deref().unwrap_or("sync from the secrets");
    let applied = sync.apply(context, &plan, why)?;
    sync.print(&plan, None, Some(applied), options.format);
    Ok(0)
}

/// A stack's file, and what its secrets say.
struct Sync {
    target: Target,
    secrets: Vec<SecretValue>,
    /// The template's keys in their order: where an added key goes.
    order: Vec<String>,
    fingerprinter: Fingerprinter,
    zone: jiff::tz::TimeZone,
}

impl Sync {
    fn open(context: &Context) -> Result<Self, StartError> {
        let (config, place) = (&context.config, context.place());
        if config.env.format == FileFormat::Systemd {
            let text =
                "sync writes files as Compose reads them, and [env] says format = \"systemd\": nothing is planned";
            return Err(StartError::Other(text.to_owned()));
        }
        let fingerprinter = context.fingerprinter()?;
        let layers = StackLayers::new(&config.env, &config.secrets);
        let runtime = crate::cli::console::runtime()?;
        let secrets = runtime.block_on(layers.secrets(&place));
        runtime.shutdown_background();
        let secrets = match secrets {
            Reading::Read(secrets) => secrets,
            Reading::Unread(why) | Reading::Refused { reason: why, .. } => {
                return Err(StartError::Other(format!("the secrets can't be read, so nothing is planned: {why}")));
            }
            Reading::NotConfigured(words) => return Err(StartError::Other(format!("nothing is planned: {words}"))),
        };
        let template = config.env.template.as_ref().and_then(|path| read_regular(&place.path(path), MOST_KEPT).ok());
        let template = template.and_then(|read| template::parse(&read.bytes).ok()).unwrap_or_default();
        Ok(Self {
            target: Target::find(&place.path(&config.env.file))?,
            secrets,
            order: template.keys.into_iter().map(|key| key.key).collect(),
            fingerprinter,
            zone: config.display.timezone.time_zone().clone(),
        })
    }

    fn read(&self) -> Result<(Contents, EnvFile, Values), SyncFailure> {
        let contents = self.target.read()?;
        let refused = |error| SyncFailure::Said(format!("{} is refused: {error}", self.target.shown()));
        let file = dotenv::parse(&contents.bytes).map_err(refused)?;
        let values = file.values(&|_| None).map_err(refused)?;
        Ok((contents, file, values))
    }

    /// Lock, look again, back up, write, take the place, read back, record.
    fn apply(&self, context: &Context, shown: &Plan, why: &str) -> Result<Applied, StartError> {
        let _lock = self.target.lock()?;
        crate::probes::fault::halt("sync:locked");
        replace::sweep(&self.target);
        // What was changed by hand before this, and nobody has told yet, is told as such.
        let watch = context.env_watch(self.fingerprinter.clone())?;
        let mut events = watch.peek();
        watch.begin();
        let (old, file, values) = self.read()?;
        let plan = plan(&file, &values, &self.secrets, &self.fingerprinter).map_err(SyncFailure::Plan)?;
        if plan.file != shown.file || plan.changes != shown.changes {
            return Err(SyncFailure::Changed.into());
        }
        if let Some(why) = self.refuses(&old) {
            return Err(StartError::Other(why));
        }
        let new = render(&file, &plan, &self.order).map_err(SyncFailure::Plan)?;
        let at = Timestamp::now();
        let backup = self.backup_name(at);
        let backup_path = replace::back_up(&self.target, &old, &backup)?;
        let note = Note {
            id: uuid::Uuid::now_v7().to_string(),
            at,
            by: record::who(),
            why: why.to_owned(),
            file: context.config.env.file.to_string_lossy().into_owned(),
            backup: backup.clone(),
            was_written_at: old.written,
            changes: plan.changes.clone(),
            result: self.fingerprinter.of(new.expose()),
        };
        record::beside(&backup_path, &note);
        let ready = replace::prepare(&self.target, &old, &new)?;
        if self.fingerprinter.of(&self.target.read()?.bytes) != plan.file {
            return Err(SyncFailure::Changed.into());
        }
        ready.take_place(&self.target)?;
        if self.target.read()?.bytes.as_slice() != new.expose() {
            let text = format!("{} does not read back as it was written; the backup is {backup}", self.target.shown());
            return Err(StartError::Other(text));
        }
        events.push(note.event());
        let unrecorded = record::in_the_store(context, &events).err();
        // What was not recorded a console or a watch tells from the note, when it looks next.
        if unrecorded.is_none() {
            watch.take_as_seen();
        }
        Ok(Applied { at, backup, unrecorded })
    }

    /// A file with several names is one under all of them, and would not be any more: the new one has only this name.
    fn refuses(&self, file: &Contents) -> Option<String> {
        let file_name = self.target.shown();
        (file.names > 1).then(|| {
            format!(
                "{file_name} has {} names (hard links), and a new file would take this one only; nothing is written; make \
                 it a file of its own first (`cp -p` it and move the copy over it), or the others symbolic links to it",
                file.names
            )
        })
    }

    /// A name that no file has yet, with the time in it as blame reads it.
    fn backup_name(&self, at: Timestamp) -> String {
        let file = self.target.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let time = at.to_zoned(self.zone.clone()).strftime("%Y%m%d_%H%M%S").to_string();
        let name = |n: u32| if n == 0 { format!("{file}.backup.{time}") } else { format!("{file}.backup.{time}-{n}") };
        (0..MOST_BACKUPS).map(name).find(|name| !self.target.folder.join(name).exists()).unwrap_or_else(|| name(0))
    }

    fn print(&self, plan: &Plan, refuses: Option<String>, applied: Option<Applied>, format: SyncFormat) {
        let file = self.target.shown();
        let report = SyncReport { schema: "readback_env_sync_v1", file, plan, refuses, applied };
        let text = match format {
            SyncFormat::Human => human(&report),
            SyncFormat::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
        };
        say(&mut stdout(), text.trim_end());
    }
}

fn human(report: &SyncReport<'_>) -> String {
    let mut out = String::new();
    if let Some(applied) = &report.applied {
        let _ = writeln!(
            out,
            "{} keys synced into {}; the old file is {}",
            report.plan.changes.len(),
            report.file,
            applied.backup
        );
        if let Some(why) = &applied.unrecorded {
            let _ = writeln!(out, "NOT RECORDED in the store: {}", line(why));
        }
        let _ = writeln!(out, "the container keeps the old values until it is recreated: docker compose up -d");
        return out;
    }
    for planned in &report.plan.changes {
        let change = if planned.line.is_some() { Change::Changed } else { Change::Added };
        let before =
            planned.before.as_ref().map_or("-".to_owned(), |before| held(before.len, before.fingerprint.short()));
        let after = held(planned.after.len, planned.after.fingerprint.short());
        let version = planned.version.as_deref().map(|version| format!(" version {version}")).unwrap_or_default();
        let line_of = planned.line.map(|line| format!(" line {line}")).unwrap_or_default();
        let _ = writeln!(
            out,
            "{:<8} {:<26}{line_of} {before} -> {after} from {}{version}",
            word(change),
            line(&planned.key),
            planned.source
        );
        if planned.is_made_of_others {
            let _ = writeln!(out, "{:<8} the value there is made of others (${{...}}) and becomes a plain one", "");
        }
    }
    let _ = writeln!(
        out,
        "{} keys would change in {}, {} are what the secrets say",
        report.plan.changes.len(),
        report.file,
        report.plan.unchanged
    );
    if let Some(why) = &report.refuses {
        let _ = writeln!(out, "--apply would refuse: {}", line(why));
    }
    out
}
