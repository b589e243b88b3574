//! How many rows of each type there are, and how they went: what the first service called its statistics.

use super::{Bin, EventType, OwnKind};
use std::collections::BTreeMap;

/// The rows of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeStats {
    /// The type's name; foreign text.
    pub type_name: String,
    /// How many rows there are.
    pub rows: u64,
    /// How many went well.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
}

impl TypeStats {
    /// How many of those that went one way or the other went well, of a hundred; `None` where none did.
    pub fn success_percent(&self) -> Option<f64> {
        let done = self.succeeded + self.failed;
        (done > 0).then(|| self.succeeded as f64 * 100.0 / done as f64)
    }

    /// How many are neither: it does not apply to them.
    pub fn neither(&self) -> u64 {
        self.rows - self.succeeded - self.failed
    }

    fn add(&mut self, bin: &Bin) {
        self.rows += bin.rows;
        match bin.success {
            Some(true) => self.succeeded += bin.rows,
            Some(false) => self.failed += bin.rows,
            None => {}
        }
    }
}

/// The statistics of each type that has rows, in the order of the log's types, then the console's own, then others'; and
/// of all together.
pub fn statistics<'a>(bins: impl IntoIterator<Item = &'a Bin>) -> (Vec<TypeStats>, TypeStats) {
    let mut by_type: BTreeMap<(usize, &str), TypeStats> = BTreeMap::new();
    let mut all = TypeStats { type_name: "all".to_owned(), ..TypeStats::default() };
    for bin in bins {
        let stats = by_type.entry((place(&bin.type_name), &bin.type_name)).or_default();
        stats.type_name.clone_from(&bin.type_name);
        stats.add(bin);
        all.add(bin);
    }
    (by_type.into_values().collect(), all)
}

fn place(type_name: &str) -> usize {
    let known = EventType::ALL.into_iter().map(EventType::name).chain(OwnKind::ALL.into_iter().map(OwnKind::name));
    known.into_iter().position(|known| known == type_name).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_counted_in_the_order_of_the_log_and_a_rate_is_of_what_went_one_way_or_the_other() {
        let bin = |type_name: &str, success, rows| Bin { bucket: 0, type_name: type_name.to_owned(), success, rows };
        let bins = [
            bin("ZZZ", None, 1),
            bin("NOTE", None, 2),
            bin("USER_ACTION", Some(true), 260),
            bin("ALERT_RECEIVED", None, 14),
            bin("USER_ACTION", Some(false), 5),
            bin("USER_ACTION", None, 7),
        ];
        let (types, all) = statistics(&bins);
        let names: Vec<_> = types.iter().map(|stats| stats.type_name.as_str()).collect();
        assert_eq!(names, ["ALERT_RECEIVED", "USER_ACTION", "NOTE", "ZZZ"]);
        assert_eq!((types[1].rows, types[1].succeeded, types[1].failed, types[1].neither()), (272, 260, 5, 7));
        assert_eq!(types[1].success_percent().map(|percent| format!("{percent:.1}")).as_deref(), Some("98.1"));
        assert_eq!(types[0].success_percent(), None);
        assert_eq!((all.rows, all.neither()), (289, 24));
        assert_eq!(statistics(&[]).1.rows, 0);
    }
}
