//! The corpus: plants (a secret and where it stands), innocent lines, pastes.

use super::fake::{Fake, unmarked};
use super::innocent::LINES;
use super::kinds::{AROUND, IN_CONTEXT, PASTES, TOKENS};

const SEED: u64 = 20_260_204;
/// How many of each kind.
const OF_EACH: usize = 120;
const INNOCENT: usize = 24_000;

/// A made-up secret in its place.
pub struct Plant {
    pub kind: &'static str,
    pub text: String,
    /// Where the secret stands in the text, in bytes.
    pub secret: std::ops::Range<usize>,
}

/// Every kind of secret, many times.
pub fn plants() -> Vec<Plant> {
    let mut fake = Fake(SEED);
    let mut plants = Vec::new();
    for n in 0..OF_EACH {
        let tokens =
            TOKENS.iter().map(|(kind, token)| (*kind, AROUND[n % AROUND.len()].replace('@', &format!("⟦{token}⟧"))));
        let others = IN_CONTEXT.iter().map(|(kind, texts)| (*kind, texts[n % texts.len()].to_owned()));
        for (kind, template) in tokens.chain(others) {
            let (text, secret) = unmarked(&fake.fill(&template));
            plants.push(Plant { kind, text, secret });
        }
    }
    plants
}

/// Lines without a secret.
pub fn innocents() -> Vec<String> {
    let mut fake = Fake(SEED + 1);
    (0..INNOCENT).map(|n| fake.fill(LINES[n % LINES.len()])).collect()
}

/// Pastes, with the detector of their shape.
pub fn pastes() -> Vec<(&'static str, String)> {
    let mut fake = Fake(SEED + 2);
    (0..10).flat_map(|_| PASTES).map(|(detector, text)| (*detector, fake.fill(text))).collect()
}
