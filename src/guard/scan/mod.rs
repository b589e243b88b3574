//! Secret and raw-payload detection over text that is typed, pasted, attached or imported. One linear
//! pass per family, no regular expressions; a family is a file, a detector a name in it.
//!
//! A hit says which detector, where and how long, never what. Overlapping secrets are reported as the
//! union: a hit inside another is dropped, a raw shape (a log, an env dump) never hides a secret.

mod assign;
mod aws;
mod bytes;
mod entropy;
mod hash;
mod innocent;
mod jwt;
mod known;
mod pem;
mod shape;
mod token;
mod url;

pub use known::KnownValues;

/// Something that must not be kept: where it stands, never what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hit {
    /// The detector's name, stable (`github_token`).
    pub detector: &'static str,
    /// Byte offset in the text, on a character's border.
    pub offset: usize,
    /// Length in bytes, up to a character's border.
    pub len: usize,
}

impl Hit {
    /// A hit over a range of bytes.
    fn new(detector: &'static str, from: usize, to: usize) -> Self {
        Self { detector, offset: from, len: to.saturating_sub(from) }
    }

    /// Where it ends.
    pub fn end(&self) -> usize {
        self.offset.saturating_add(self.len)
    }
}

/// A family: looks through the text and adds its hits.
type Family = fn(&str, &mut Vec<Hit>);

/// The families of secrets; where two hits cover the same bytes, the earlier family names them.
const SECRETS: [Family; 8] =
    [pem::scan, jwt::scan, token::scan, aws::scan, url::scan, hash::scan, assign::scan, entropy::scan];

/// Everything in a text that must not be kept, in the order it stands there. Total; an empty answer is
/// no proof that there is nothing, only that no detector knows it.
pub fn scan(text: &str) -> Vec<Hit> {
    let mut secrets = Vec::new();
    for family in SECRETS {
        family(text, &mut secrets);
    }
    let mut hits = union(secrets);
    shape::scan(text, &mut hits);
    hits.sort_by_key(|hit| (hit.offset, std::cmp::Reverse(hit.len)));
    hits
}

/// The hits without those inside another; stable, so the earlier family wins a tie.
fn union(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.offset, std::cmp::Reverse(hit.len)));
    let mut end = 0;
    hits.retain(|hit| {
        let keep = hit.len > 0 && hit.end() > end;
        end = end.max(hit.end());
        keep
    });
    hits
}
