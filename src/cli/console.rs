//! The console itself: starts the tasks, takes the terminal, runs the shell, and leaves in order.

use super::context::{Context, StartError, private_folder};
use super::files::StackFiles;
use crate::app::shell::{
    Backups, Clock, Door, FileEyes, Hands, Kept, LayerTask, PastReader, Probes, Screen, Shell, Sources, StoreTask,
    judge_observations, keep_drafts,
};
use crate::app::terminal::{Caps, Guard, Hangup, Input, Signals, install_hooks};
use crate::app::theme::{Depth, Theme};
use crate::app::{App, Event, Facts, Ids, Setting, StoreState};
use crate::config::ColorMode;
use crate::guard::Watch;
use crate::probes::{Schedule, never_run};
use crate::review::Contract;
use crate::store;
use jiff::Timestamp;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing_appender::non_blocking::WorkerGuard;

/// How long the tasks may take to put away what they hold.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);
/// How many events may wait for the shell.
pub(super) const EVENTS: usize = 256;

/// Opens the console on a stack; returns its exit code.
pub(super) fn run(context: &Context) -> Result<u8, StartError> {
    let mut caps = Caps::detect(|name| std::env::var(name).ok());
    caps.depth = depth(context.config.display.color, caps.depth);
    let theme = theme(&context.config.display.theme, caps.depth)?;
    let contract = context.contract()?;
    let log = Log::start(context)?;
    let runtime = runtime()?;
    let guard = Guard::enter(&caps)?;
    install_hooks(log.path.clone(), guard.restorer()).map_err(|error| StartError::Other(error.to_string()))?;
    let code = runtime.block_on(open(context, contract, guard, caps, theme));
    // What still hangs in a system call (a name server that does not answer) must not keep the console.
    runtime.shutdown_background();
    Ok(u8::try_from(code?).unwrap_or(1))
}

async fn open(
    context: &Context,
    contract: Contract,
    guard: Guard,
    caps: Caps,
    theme: Theme,
) -> Result<i32, StartError> {
    let io = |what: &'static str| StartError::io(what);
    let (events, received) = mpsc::channel(EVENTS);
    let hangup = Hangup::watch(guard.tty().map_err(io("the terminal can't be watched"))?)
        .map_err(io("the terminal can't be watched"))?;
    let signals = Signals::install().map_err(io("signals can't be handled"))?;
    let input = Input::start().map_err(io("the keyboard can't be read"))?;
    let mut screen = Screen::new(guard, caps, theme).map_err(io("the terminal can't be written to"))?;
    let mut facts = Facts::new(setting(context), first_evidence(context), Timestamp::now());
    facts.contract = contract;
    facts.maintenance.clone_from(&context.config.maintenance);
    facts.filters.clone_from(&context.config.timeline.filters);
    facts.grammar.clone_from(&context.config.timeline.expect);
    let mut app = App::new(facts, Ids::new(uuid::Uuid::now_v7().into_bytes()), screen.size());
    // The first frame goes out before any task competes for the processor.
    screen.draw(&mut app);
    let mut tasks = JoinSet::new();
    let hands = start_tasks(context, &events, &mut tasks)?;
    let mut shell = Shell { app, hands, clock: Clock::Real, screen, wake: None };
    let code = shell.run(Sources { input, signals, hangup, events: received }).await;
    // The hands go first, so that the tasks see that nobody asks any more and put away what they hold.
    drop(shell.hands);
    drop(shell.screen);
    let _ = tokio::time::timeout(LEAVE_WITHIN, async { while tasks.join_next().await.is_some() {} }).await;
    Ok(code)
}

/// Starts the tasks behind the shell. Nothing here waits for a disk or a network: the screen opens at
/// once, and fills in.
fn start_tasks(context: &Context, events: &mpsc::Sender<Event>, tasks: &mut JoinSet<()>) -> Result<Hands, StartError> {
    let config = &context.config;
    let (schedule, observations) = Schedule::spawn(config.probes.clone(), context.place(), observer(), config.limits);
    tokio::spawn(judge_observations(config.probes.clone(), observations, Clock::Real, events.clone()));

    // One for all: a console that may write nothing has a key that is made anew each time it is asked for.
    let fingerprinter = context.fingerprinter()?;
    let layers = LayerTask::new(config, context.place(), fingerprinter.clone());
    let backups = Backups::of(&config.env, &context.place());
    let past = PastReader::new(backups, fingerprinter.clone(), config.display.timezone.time_zone().clone());
    let eyes = FileEyes::new(context.env_watch(fingerprinter)?, past);
    let (ask_layers, asked_layers) = mpsc::channel(1);
    let (door, guard) = watch::channel(Watch::default());
    tokio::spawn(layers.run(eyes, asked_layers, events.clone(), door));

    let (ask_store, commands) = mpsc::unbounded_channel();
    let (drafts, texts) = mpsc::channel(64);
    let access = context.access;
    let files = StackFiles::of(context);
    let url = context.store_url()?;
    let console = uuid::Uuid::now_v7().to_string();
    let (events, crashed) = (events.clone(), events.clone());
    let work = tokio::spawn(async move {
        let mut door = Door::new(guard);
        let kept = files.open_drafts(&events).await;
        let seed = files.tell(&events, &mut door).await;
        let access = if access.may_write() { store::Access::ReadWrite } else { store::Access::ReadOnly };
        let task = StoreTask { url, access, seed, drafts: kept.clone(), events, door, console, kept: Kept::default() };
        tokio::join!(task.run(commands), keep_drafts(kept, texts));
    });
    tasks.spawn(async move {
        // What was read before must not pass for what stands now.
        if work.await.is_err() {
            let why = "the task that reads it crashed (a bug; see the log): leave, and open the console again";
            let _ = crashed.send(Event::Store(StoreState::Unavailable(why.to_owned()))).await;
        }
    });
    Ok(Hands { probes: Probes::Live(schedule), layers: ask_layers, store: ask_store, drafts })
}

/// What does not change while the console runs.
fn setting(context: &Context) -> Setting {
    let config = &context.config;
    Setting {
        stack: config.stack.name.clone(),
        environment: config.stack.environment.clone().unwrap_or_default(),
        access: context.access,
        zone: config.display.timezone.time_zone().clone(),
        actor: actor(),
        incident: config.review.incident.clone().unwrap_or_else(|| "unassigned".to_owned()),
    }
}

/// `console:<user>`, within the column's 100 characters.
pub(super) fn actor() -> String {
    let user = ["READBACK_USER", "SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let user = user
        .filter(|user| !user.trim().is_empty())
        .unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw()));
    format!("console:{}", crate::guard::line(&user).chars().take(80).collect::<String>())
}

/// `readback@<host>`.
pub(super) fn observer() -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("readback@{}", crate::guard::line(&host))
}

fn first_evidence(context: &Context) -> Vec<crate::evidence::Evidence> {
    let now = Timestamp::now();
    context.config.probes.iter().map(|spec| never_run(spec, &observer(), now)).collect()
}

/// The runtime of everything but the screen's own threads.
pub(super) fn runtime() -> Result<Runtime, StartError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(StartError::io("the runtime can't start"))
}

/// The theme of this name.
pub(super) fn theme(name: &str, depth: Depth) -> Result<Theme, StartError> {
    Theme::builtin(name, depth).ok_or_else(|| {
        let known = Theme::names().collect::<Vec<_>>().join(", ");
        StartError::NoTheme(name.to_owned(), known)
    })
}

/// How many colours: what was asked for, else what the environment says.
pub(super) fn depth(asked: ColorMode, detected: Depth) -> Depth {
    match asked {
        ColorMode::Auto => detected,
        ColorMode::Truecolor => Depth::True,
        ColorMode::Ansi256 => Depth::Ansi256,
        ColorMode::Ansi16 => Depth::Ansi16,
        ColorMode::Mono => Depth::Mono,
    }
}

/// The log file, and what keeps its writer alive.
struct Log {
    path: PathBuf,
    _writer: WorkerGuard,
}

impl Log {
    fn start(context: &Context) -> Result<Self, StartError> {
        let folder = context.state.join("readback");
        private_folder(&folder)?;
        let path = folder.join("readback.log");
        let open = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
        let file = open.map_err(StartError::io(format!("the log {} can't be written", path.display())))?;
        let (writer, guard) = tracing_appender::non_blocking(file);
        let subscriber =
            tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_max_level(tracing::Level::WARN);
        // A second console in the same process (a test) keeps the first one's log.
        let _ = tracing::subscriber::set_global_default(subscriber.finish());
        Ok(Self { path, _writer: guard })
    }
}
