//! The versions of the rules that are code. A policy is the digest of a check set and of one of them, so that what was
//! signed under an older one can still be computed by it.

use super::contract::Contract;

/// A version of the rules: the precedence of lanes, how a check is decided, and what goes into the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The fields of a decisive check were enough, unless somebody answered it.
    Two,
    /// A decisive check takes an answer, heard against attached evidence; who acted judges nothing.
    #[default]
    Three,
}

impl Version {
    /// Those that this code still computes, the newest first.
    const ALL: [Self; 2] = [Self::Three, Self::Two];

    /// Its name in a policy.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Two => "lanes-2",
            Self::Three => "lanes-3",
        }
    }
}

impl Contract {
    /// The same check set under every version of the rules that can still be computed, the newest first.
    pub(super) fn versions(&self) -> [Self; 2] {
        Version::ALL.map(|version| self.under(version))
    }

    /// The same check set under the version of the rules that this policy (as an old sign-off or a bundle names it) was
    /// made with; `None` where it is another set, or older rules than are known here.
    pub fn of_policy(&self, policy: &str) -> Option<Self> {
        self.versions().into_iter().find(|contract| contract.digest() == policy)
    }

    /// Whether a decisive check takes an answer that was heard, and who acted judges nothing.
    pub(super) fn hears(&self) -> bool {
        self.version() >= Version::Three
    }
}
