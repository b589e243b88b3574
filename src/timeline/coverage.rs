//! When the alerts' feed was alive: where it was dead, an empty stretch is no quiet one.

use crate::evidence::Verdict;
use jiff::Timestamp;

/// What is known of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Alerts arrived.
    Alive,
    /// They did not.
    Dead,
    /// Nobody could tell.
    Unknown,
}

impl Feed {
    /// What a probe of the feed says of it.
    pub fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass | Verdict::Warn => Self::Alive,
            Verdict::Fail => Self::Dead,
            Verdict::Unknown(_) => Self::Unknown,
        }
    }
}

/// A stretch of time in which a feed was one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub from: Timestamp,
    /// Its end, which is the next one's first moment.
    pub until: Timestamp,
    /// What the feed was.
    pub feed: Feed,
}

/// What a feed was from one moment to another. `changes` says when it was seen to change, and to what, the oldest
/// first; before the first change nothing is known.
pub fn coverage(changes: impl IntoIterator<Item = (Timestamp, Feed)>, from: Timestamp, until: Timestamp) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut open = Span { from, until, feed: Feed::Unknown };
    for (at, feed) in changes {
        if at >= until {
            break;
        }
        if at > open.from {
            push(&mut spans, Span { until: at, ..open });
            open.from = at;
        }
        open.feed = feed;
    }
    if from < until {
        push(&mut spans, open);
    }
    spans
}

/// Puts a span behind the others; one of the same kind makes the last one longer.
fn push(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last) if last.feed == span.feed => last.until = span.until,
        _ => spans.push(span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::constant(1_700_000_000 + second, 0)
    }

    #[test]
    fn a_feed_is_unknown_before_the_first_change_and_dead_between_two() {
        let changes = [(at(10), Feed::Alive), (at(20), Feed::Dead), (at(30), Feed::Alive)];
        let spans = coverage(changes, at(0), at(40));
        let seen: Vec<_> = spans.iter().map(|span| (span.from, span.until, span.feed)).collect();
        assert_eq!(
            seen,
            [
                (at(0), at(10), Feed::Unknown),
                (at(10), at(20), Feed::Alive),
                (at(20), at(30), Feed::Dead),
                (at(30), at(40), Feed::Alive)
            ]
        );
        assert_eq!(coverage(changes, at(25), at(27)), [Span { from: at(25), until: at(27), feed: Feed::Dead }]);
    }

    proptest! {
        #[test]
        fn spans_cover_the_range_without_a_gap(mut times in prop::collection::vec(0i64..100, 0..20), until in 1i64..100) {
            times.sort_unstable();
            let feeds = [Feed::Alive, Feed::Dead, Feed::Unknown];
            let changes = times.iter().enumerate().map(|(n, second)| (at(*second), feeds[n % 3]));
            let spans = coverage(changes, at(5), at(5 + until));
            prop_assert_eq!((spans[0].from, spans[spans.len() - 1].until), (at(5), at(5 + until)));
            prop_assert!(spans.windows(2).all(|pair| pair[0].until == pair[1].from && pair[0].feed != pair[1].feed));
            prop_assert!(spans.iter().all(|span| span.from < span.until));
        }
    }
}
