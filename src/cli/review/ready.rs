//! `readback review ready`: whether anything may be called production ready.

use super::NO;
use super::args::ReadyArgs;
use super::desk::Desk;
use crate::cli::console::runtime;
use crate::cli::context::{Context, StartError};
use crate::cli::{Args, UNKNOWN, nothing, say};
use crate::guard::line;
use crate::review::remediation::{Refusal, production_ready};
use crate::store::Access;
use std::io::stdout;

/// Asks, and says what is open.
pub(super) fn run(args: &Args, options: &ReadyArgs) -> Result<u8, StartError> {
    let Some(context) = Context::find(args)? else {
        nothing::explain();
        return Ok(UNKNOWN);
    };
    let desk = runtime()?.block_on(async {
        let (desk, store) = Desk::open(&context, Access::ReadOnly).await?;
        store.close().await;
        Ok::<_, StartError>(desk)
    })?;
    let review = desk.find(&options.review)?;
    match production_ready(review.follow_ups.values().map(|state| &state.item)) {
        Ok(()) => {
            // What they allow; a gate is opened elsewhere.
            say(&mut stdout(), "every P0 follow-up is done with evidence; this opens no runtime gate");
            Ok(0)
        }
        Err(refusal) => {
            say(&mut stdout(), &refusal.to_string());
            if let Refusal::Open(open) = refusal {
                for item in &open {
                    let (id, title) = (line(&item.id), line(&item.title));
                    say(&mut stdout(), &format!("  {id}  {}  {title}", item.standing));
                }
            }
            Ok(NO)
        }
    }
}
