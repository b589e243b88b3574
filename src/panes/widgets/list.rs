//! A selection in a list whose rows come and go. The selection is a name, not a number: when rows are
//! inserted above, the same row stays selected.

use crate::app::Action;
use std::ops::Range;

/// What is selected, by key.
#[derive(Clone, Debug, Default)]
pub struct List {
    selected: Option<String>,
    at: usize,
    /// The row whose detail is shown: the selected one, once the cursor rests.
    detail: usize,
}

/// How many rows a page key moves by.
const PAGE: usize = 10;

impl List {
    /// The row that is selected among `len`.
    pub fn index(&self) -> usize {
        self.at
    }

    /// The row whose detail is shown. It follows the selection when the cursor rests, so that running
    /// through a list over a slow line costs two rows a key and not a page.
    pub fn detail(&self) -> usize {
        self.detail
    }

    /// Whether the detail still has to follow.
    pub fn is_moving(&self) -> bool {
        self.detail != self.at
    }

    /// The cursor rests.
    pub fn rest(&mut self) {
        self.detail = self.at;
    }

    /// Moves by an action; `key` names a row. Returns whether the action was a movement.
    pub fn act(&mut self, action: Action, len: usize, key: impl Fn(usize) -> String) -> bool {
        let last = len.saturating_sub(1);
        let to = match action {
            Action::Down => self.at.saturating_add(1),
            Action::Up => self.at.saturating_sub(1),
            Action::PageDown => self.at.saturating_add(PAGE),
            Action::PageUp => self.at.saturating_sub(PAGE),
            Action::Top => 0,
            Action::Bottom => last,
            _ => return false,
        };
        self.go(to.min(last), len, key);
        true
    }

    /// Selects a row and shows its detail.
    pub fn select(&mut self, at: usize, len: usize, key: impl Fn(usize) -> String) {
        self.go(at, len, key);
        self.rest();
    }

    /// Selects the first row, whichever that is now. The detail is not hurried while the cursor moves.
    pub fn follow_first(&mut self, len: usize, key: impl Fn(usize) -> String) {
        let moving = self.is_moving();
        self.go(0, len, key);
        if moving {
            self.detail = self.detail.min(len.saturating_sub(1));
        } else {
            self.rest();
        }
    }

    /// Selects the next row, in either direction and around the ends, that is wanted.
    pub fn seek(&mut self, forward: bool, len: usize, key: impl Fn(usize) -> String, wanted: impl Fn(usize) -> bool) {
        let here = self.at;
        let step = |by: usize| if forward { (here + by) % len } else { (here + len - by) % len };
        if let Some(at) = (1..=len).map(step).find(|at| wanted(*at)) {
            self.select(at, len, key);
        }
    }

    fn go(&mut self, at: usize, len: usize, key: impl Fn(usize) -> String) {
        self.at = at.min(len.saturating_sub(1));
        self.selected = (len > 0).then(|| key(self.at));
    }

    /// The rows changed: finds the selected one again, or stays near where it was.
    pub fn settle(&mut self, len: usize, key: impl Fn(usize) -> String) {
        let found = self.selected.as_ref().and_then(|name| {
            let same = |at: &usize| key(*at) == *name;
            (self.at < len && same(&self.at)).then_some(self.at).or_else(|| (0..len).find(same))
        });
        match found {
            Some(at) => {
                let moving = self.is_moving();
                self.at = at;
                if !moving {
                    self.rest();
                }
                self.detail = self.detail.min(len - 1);
            }
            None => self.select(self.at, len, key),
        }
    }

    /// The rows to show in `height`: as few as keep the selected one in view, in steps of half a screen
    /// so that a cursor move repaints two rows and not all of them.
    pub fn window(&self, len: usize, height: usize) -> Range<usize> {
        if height == 0 || len == 0 {
            return 0..0;
        }
        if len <= height {
            return 0..len;
        }
        let half = (height / 2).max(1);
        let mut start = 0;
        while self.at >= start + height {
            start += half;
        }
        let start = start.min(len - height);
        start..start + height
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_row_stays_selected_when_rows_come_before_it() {
        let before = ["b", "c"];
        let mut list = List::default();
        list.select(1, 2, |at| before[at].to_owned());
        let after = ["a", "b", "c"];
        list.settle(3, |at| after[at].to_owned());
        assert_eq!(list.index(), 2);
        list.settle(1, |_| "a".to_owned());
        assert_eq!(list.index(), 0);
    }

    #[test]
    fn the_window_always_holds_the_selection_and_fills_the_height() {
        for len in 0..40 {
            for height in 0..20 {
                for at in 0..len.max(1) {
                    let list = List { selected: None, at, detail: 0 };
                    let window = list.window(len, height);
                    assert!(window.end <= len && window.len() == height.min(len));
                    assert!(height == 0 || len == 0 || window.contains(&at), "{len} {height} {at}");
                }
            }
        }
    }
}
