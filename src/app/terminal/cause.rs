//! Why the console ends.

/// Why the console was told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A signal, by its number.
    Signal(i32),
    /// The terminal is gone.
    Hangup,
}

impl Cause {
    /// The exit code a shell would report: 128 and the number of the signal; a hangup counts as SIGHUP.
    pub fn exit_code(self) -> i32 {
        match self {
            Self::Signal(number) => 128 + number,
            Self::Hangup => 129,
        }
    }
}
