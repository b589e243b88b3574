//! The corpus: plants (a secret and where it stands), innocent lines, pastes.

use super::fake::{Fake, unmarked};
use super::innocent::LINES;
use super::notes::NOTES;
use super::pastes::PASTES;
use super::{kinds, vendors};

const SEED: u64 = 20_260_204;
/// How many of each kind.
const OF_EACH: usize = 120;
const INNOCENT: usize = 24_000;

/// A kind and how it is made; a kind and where it stands.
type Token = (&'static str, &'static str);
type InContext = (&'static str, &'static [&'static str]);

/// A made-up secret in its place.
pub struct Plant {
    pub kind: &'static str,
    pub text: String,
    /// Where the secret stands in the text, in bytes.
    pub secret: std::ops::Range<usize>,
}

/// Every kind of secret, many times.
pub fn plants() -> Vec<Plant> {
    let mut plants = planted(kinds::TOKENS, kinds::IN_CONTEXT, SEED);
    plants.extend(planted(vendors::TOKENS, vendors::IN_CONTEXT, SEED + 4));
    plants
}

fn planted(tokens: &[Token], in_context: &[InContext], seed: u64) -> Vec<Plant> {
    let mut fake = Fake(seed);
    let around = kinds::AROUND;
    let mut plants = Vec::new();
    for n in 0..OF_EACH {
        let bare =
            tokens.iter().map(|(kind, token)| (*kind, around[n % around.len()].replace('@', &format!("⟦{token}⟧"))));
        let others = in_context.iter().map(|(kind, texts)| (*kind, texts[n % texts.len()].to_owned()));
        for (kind, template) in bare.chain(others) {
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

/// Notes of several lines without a secret, which are no paste.
pub fn notes() -> Vec<String> {
    let mut fake = Fake(SEED + 3);
    (0..20).flat_map(|_| NOTES).map(|note| fake.fill(note)).collect()
}

/// Pastes, with the detector of their shape.
pub fn pastes() -> Vec<(&'static str, String)> {
    let mut fake = Fake(SEED + 2);
    (0..10).flat_map(|_| PASTES).map(|(detector, text)| (*detector, fake.fill(text))).collect()
}
