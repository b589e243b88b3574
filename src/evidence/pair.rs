//! Is there an independent pair among many proofs? In time that grows with their number, not its square.
//!
//! Two proofs are independent when they differ in three of the four names of their source, or in two of
//! them and in the window of time. For each choice of names, a handful of representatives is enough: what
//! differs from any proof at all in those names differs from one of the representatives.

use super::independence::{WINDOW, independence};
use super::{Evidence, Source};
use std::collections::HashMap;

/// Kinds that prove that something works: they ask what the application asks. Every other kind, a new one
/// included, proves only that something answers or is there. `command` is as thick as what it runs.
pub(super) const THICK_KINDS: [&str; 3] = ["postgres", "redis", "command"];

/// Each choice of three names of the four.
const THREE: [&[usize]; 4] = [&[0, 1, 2], &[0, 1, 3], &[0, 2, 3], &[1, 2, 3]];
/// Each choice of two.
const TWO: [&[usize]; 6] = [&[0, 1], &[0, 2], &[0, 3], &[1, 2], &[1, 3], &[2, 3]];

/// What of a proof matters here.
#[derive(Clone, Copy, Debug)]
struct Point {
    /// Observer, vantage, credential and code path; equal numbers are equal names.
    names: [usize; 4],
    /// When it was observed, in nanoseconds.
    at: i128,
    thick: bool,
}

/// Whether an evidence of this kind proves only that something answers or is there.
pub fn is_thin(kind: &str) -> bool {
    !THICK_KINDS.contains(&kind)
}

/// Whether two of these proofs are independent and one of the two is more than "it answers".
pub fn independent_pair<'a>(proofs: impl IntoIterator<Item = &'a Evidence>) -> bool {
    let proofs: Vec<&Evidence> = proofs.into_iter().collect();
    let Some(anchor) = proofs.iter().find(|seen| !is_thin(&seen.kind)) else { return false };
    // Where there is a pair, this one is mostly of it; where it is not, the others are all like it in two names.
    proofs.iter().any(|seen| independence(anchor, seen) >= 3) || pair_of(&points(&proofs, anchor))
}

fn pair_of(points: &[Point]) -> bool {
    let thick: Vec<Point> = points.iter().copied().filter(|point| point.thick).collect();
    let varies = |names: &&&[usize]| names.iter().all(|n| points.iter().any(|p| p.names[*n] != points[0].names[*n]));
    if THREE.iter().filter(varies).any(|names| any_pair(points, &thick, names, |_, _| true)) {
        return true;
    }
    let window = WINDOW.as_nanos() as i128;
    let is_later = |early: &Point, late: &Point| late.at - early.at > window;
    let lasts = points.first().zip(points.last()).is_some_and(|(first, last)| is_later(first, last));
    lasts
        && TWO
            .iter()
            .filter(varies)
            .any(|names| any_pair(points, &thick, names, is_later) || any_pair(&thick, points, names, is_later))
}

/// The proofs, oldest first. A name that is the anchor's is 0, which spares looking most of them up.
fn points(proofs: &[&Evidence], anchor: &Evidence) -> Vec<Point> {
    fn names(source: &Source) -> [&str; 4] {
        [&source.observer, &source.vantage, &source.credential, &source.code_path]
    }
    let common = names(&anchor.source);
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut points = Vec::with_capacity(proofs.len());
    for seen in proofs {
        let mut numbers = [0; 4];
        for ((number, name), common) in numbers.iter_mut().zip(names(&seen.source)).zip(common) {
            if name != common {
                let next = known.len() + 1;
                *number = *known.entry(name).or_insert(next);
            }
        }
        points.push(Point { names: numbers, at: seen.observed_at.as_nanosecond(), thick: !is_thin(&seen.kind) });
    }
    points.sort_unstable_by_key(|point| point.at);
    points
}

/// Whether one of `early` and one of `late` differ in all of these names and stand as `also` asks; `early` is
/// sorted, and `also` must hold of an older one wherever it holds of a younger.
fn any_pair(early: &[Point], late: &[Point], names: &[usize], also: impl Fn(&Point, &Point) -> bool) -> bool {
    let mut few = Vec::new();
    represent(early, names, &mut Vec::new(), &mut few);
    let differ = |a: &Point, b: &Point| names.iter().all(|name| a.names[*name] != b.names[*name]);
    late.iter().any(|late| few.iter().any(|early| differ(early, late) && also(early, late)))
}

/// The oldest point that avoids these names, and then, for each of its own names, the oldest that avoids that
/// one too. Whoever shares a name with a point looks on among those that avoid the name: at most sixteen.
fn represent(points: &[Point], names: &[usize], avoid: &mut Vec<(usize, usize)>, few: &mut Vec<Point>) {
    let Some(oldest) = points.iter().find(|point| avoid.iter().all(|(name, value)| point.names[*name] != *value))
    else {
        return;
    };
    few.push(*oldest);
    for name in names {
        if avoid.iter().all(|(avoided, _)| avoided != name) {
            avoid.push((*name, oldest.names[*name]));
            represent(points, names, avoid, few);
            avoid.pop();
        }
    }
}
