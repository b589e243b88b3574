//! What the terminal can do, as far as the environment tells. The terminal itself is never asked.

use crate::app::theme::Depth;
use std::time::Duration;

/// What the environment says about the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, in any combination")]
pub struct Caps {
    /// How many colours to use. A command-line option may override it.
    pub depth: Depth,
    /// The terminal is at the other end of an SSH connection.
    pub ssh: bool,
    /// tmux stands between us and the terminal.
    pub tmux: bool,
    /// The locale's character set is UTF-8; without it the chrome is drawn in ASCII.
    pub utf8: bool,
    /// `TERM` is `dumb` or not set: no full-screen console.
    pub dumb: bool,
}

impl Caps {
    /// Reads the environment through `env`, which returns the value of a variable.
    pub fn detect(env: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_else(|| "dumb".to_owned());
        let dumb = term == "dumb";
        let direct = set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        let depth = if dumb || set("NO_COLOR").is_some() {
            Depth::Mono
        } else if direct {
            Depth::True
        } else if term.contains("256") {
            Depth::Ansi256
        } else {
            Depth::Ansi16
        };
        // As POSIX orders them: the first that is set decides.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
        Self {
            depth,
            ssh: ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].into_iter().any(|name| set(name).is_some()),
            tmux: set("TMUX").is_some() || term.starts_with("tmux"),
            utf8: locale.ends_with("utf-8") || locale.ends_with("utf8"),
            dumb,
        }
    }

    /// The least time between two frames: a local terminal can show 60 a second, a far one need not.
    pub fn min_gap(&self) -> Duration {
        Duration::from_millis(if self.ssh { 50 } else { 16 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(env: &[(&str, &str)]) -> Caps {
        Caps::detect(|name| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn colour_depth_follows_the_environment() {
        assert_eq!(caps(&[("TERM", "xterm")]).depth, Depth::Ansi16);
        assert_eq!(caps(&[("TERM", "xterm-256color")]).depth, Depth::Ansi256);
        assert_eq!(caps(&[("TERM", "xterm"), ("COLORTERM", "24bit")]).depth, Depth::True);
        assert_eq!(caps(&[("TERM", "xterm"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")]).depth, Depth::Mono);
        assert_eq!(caps(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]).depth, Depth::Ansi256);
        assert_eq!(caps(&[("TERM", "dumb"), ("COLORTERM", "truecolor")]).depth, Depth::Mono);
        assert!(caps(&[]).dumb && caps(&[("TERM", "dumb")]).dumb && !caps(&[("TERM", "xterm")]).dumb);
    }

    #[test]
    fn a_far_terminal_gets_fewer_frames() {
        let far = caps(&[("TERM", "tmux-256color"), ("SSH_CONNECTION", "192.0.2.1 5000 192.0.2.2 22")]);
        assert!(far.ssh && far.tmux);
        assert_eq!(far.min_gap(), Duration::from_millis(50));
        assert_eq!(caps(&[("TERM", "xterm")]).min_gap(), Duration::from_millis(16));
        assert!(caps(&[("TERM", "screen"), ("TMUX", "/tmp/tmux-0/default,1,0")]).tmux);
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        assert!(caps(&[("LANG", "zh_TW.UTF-8")]).utf8);
        assert!(caps(&[("LANG", "C.utf8"), ("LC_ALL", "")]).utf8);
        assert!(!caps(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]).utf8);
        assert!(!caps(&[]).utf8);
    }
}
