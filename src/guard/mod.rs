//! What may leave. Secrets are compared by keyed fingerprint and never shown; foreign text is made
//! safe for a terminal; what looks like a secret is caught before it is stored. Pure.

mod allow;
mod digest;
mod fingerprint;
pub mod scan;
mod secret;
mod text;
mod watch;
mod wiped;

pub use allow::{Allow, AllowError};
pub use digest::{canonical, digest_bytes, digest_of};
pub use fingerprint::{Fingerprint, Fingerprinter};
pub use secret::Secret;
pub use text::{line, multiline};
pub use watch::{Allowed, Watch};
pub use wiped::Wiped;
