//! `readback ingest`: what others tell becomes rows.

mod absorb;
mod args;
mod health;
mod http;
mod jsonl;
mod lines;
mod listen;
mod metrics;
mod quarantine;
mod rate;
mod tally;
mod token;
mod writer;

pub use absorb::{Absorbed, absorb};
pub use args::{BackfillArgs, IngestCommand, JsonlArgs, ListenArgs};
pub(super) use jsonl::{open, reader};
pub(super) use lines::Lines;
pub use listen::Listener;
pub(super) use tally::Tally;
pub use token::Token;

use super::context::{Context, StartError};
use super::{Args, UNKNOWN, nothing, say};
use crate::app::shell::LayerTask;
use crate::guard::Watch;
use crate::store::{self, AnyStore};
use std::io::stdout;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long is waited for the stack's secrets, so that they can be withheld; the files' own are always known.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often they are asked for anew.
const REFRESH: Duration = Duration::from_mins(1);

/// Runs it; the exit code.
pub(super) fn run(args: &Args, command: &IngestCommand) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    match command {
        IngestCommand::Alertmanager(options) => listen(&context, options),
        IngestCommand::Jsonl(options) => jsonl::run(&context, options),
    }
}

fn listen(context: &Context, options: &ListenArgs) -> Result<u8, StartError> {
    may_write(context)?;
    let token = token(context, options).map_err(StartError::Other)?;
    if token.is_none() && !options.listen.ip().is_loopback() {
        return Err(StartError::Other(format!(
            "{} can be reached by others, and nobody would have to show a token: give --token-file, or listen on 127.0.0.1",
            options.listen
        )));
    }
    let runtime = super::console::runtime()?;
    let done = runtime.block_on(serve(context, options, token));
    // A layer that hangs in a system call must not keep the end.
    runtime.shutdown_background();
    done
}

async fn serve(context: &Context, options: &ListenArgs, token: Option<Token>) -> Result<u8, StartError> {
    let io = |what: &'static str| StartError::io(what);
    let mut terminate = signal(SignalKind::terminate()).map_err(io("SIGTERM can't be handled"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(io("Ctrl-C can't be handled"))?;
    let store = Arc::new(AnyStore::open(&context.store_url()?, store::Access::ReadWrite).await?);
    // One for as long as it runs: what it learned once it does not forget when a layer can't be read.
    let layers = LayerTask::new(&context.config, context.place(), context.fingerprinter()?);
    let (known, watch) = watch::channel(first_of(&layers).await);
    let refreshing = tokio::spawn(async move {
        loop {
            tokio::time::sleep(REFRESH).await;
            known.send_replace(Box::pin(layers.read()).await.guard);
        }
    });
    let socket = TcpListener::bind(options.listen).await;
    let socket = socket.map_err(StartError::io(format!("{} can't be listened on", options.listen)))?;
    let address = socket.local_addr().map_err(io("the address can't be read"))?;
    say(&mut stdout(), &format!("listening on http://{address}/alertmanager"));
    let (settings, key) = (context.config.ingest.clone(), context.fingerprinter()?);
    let listener = Listener { store: Arc::clone(&store), settings, token, watch, key };
    listener
        .serve(socket, async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await;
    refreshing.abort();
    store.close().await;
    Ok(0)
}

/// What senders must show: as the arguments say, else as the configuration does.
fn token(context: &Context, options: &ListenArgs) -> Result<Option<Token>, String> {
    let settings = &context.config.ingest;
    let is_asked = options.token_file.is_some() || options.token_env.is_some();
    let (file, variable) = if is_asked {
        (options.token_file.clone(), options.token_env.clone())
    } else {
        (settings.token_file.as_ref().map(|file| context.root.join(file)), settings.token_env.clone())
    };
    match (file, variable) {
        (Some(_), Some(_)) => Err("[ingest] has token_file and token_env; one is enough".to_owned()),
        (Some(file), None) => Token::read(&file).map(Some),
        (None, Some(name)) => {
            let value =
                std::env::var(&name).map_err(|_| format!("the variable {} is not set", crate::guard::line(&name)))?;
            Token::new(value.as_bytes()).map(Some).map_err(|error| format!("{}: {error}", crate::guard::line(&name)))
        }
        (None, None) => Ok(None),
    }
}

/// What must not be recorded: every shape, and the values that the stack knows.
pub(super) async fn watch_of(context: &Context) -> Result<Watch, StartError> {
    Ok(first_of(&LayerTask::new(&context.config, context.place(), context.fingerprinter()?)).await)
}

/// What the layers tell in time, else what their files do.
async fn first_of(layers: &LayerTask) -> Watch {
    match tokio::time::timeout(PATIENCE, Box::pin(layers.read())).await {
        Ok(compared) => compared.guard,
        Err(_) => layers.known().await,
    }
}

/// Nothing can be taken in where nothing may be written.
pub(super) fn may_write(context: &Context) -> Result<(), StartError> {
    if context.access.may_write() {
        return Ok(());
    }
    Err(StartError::Other("--read-only records nothing; leave it out, or use --dry-run where there is one".to_owned()))
}
