//! Which keys are shown, in which order, and what stands together. What is left out is said: fewer rows are not fewer
//! faults.

use crate::app::theme::Role;
use crate::env::{Row, wildcard};
use crate::guard;
use crate::panes::{Canvas, Typed};
use ratatui::layout::Rect;
use tui_textarea::TextArea;
use unicode_width::UnicodeWidthStr;

/// The longest filter that is taken, in characters.
const LONGEST: usize = 200;
/// What stands before the filter.
const MARK: &str = "/ ";

/// The order of the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sort {
    /// As the template and the file have them.
    #[default]
    File,
    /// By name.
    Key,
    /// The worst first.
    Severity,
}

/// What stands together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Group {
    /// Nothing.
    #[default]
    None,
    /// The template's sections.
    Section,
    /// The layers that win.
    Source,
    /// The severities.
    Severity,
}

/// What of the rows is shown, and how.
#[derive(Debug, Default)]
pub(super) struct Shown {
    sort: Sort,
    group: Group,
    /// Patterns of keys; any fits.
    filter: String,
    /// While the filter is written.
    prompt: Option<TextArea<'static>>,
}

impl Shown {
    /// The rows that fit, in order; those of a group stand together.
    pub(super) fn of<'a>(&self, rows: impl Iterator<Item = &'a Row>) -> Vec<&'a Row> {
        let mut rows: Vec<&Row> = rows.filter(|row| self.fits(&row.key)).collect();
        match self.sort {
            Sort::File => {}
            Sort::Key => rows.sort_by(|left, right| left.key.cmp(&right.key)),
            Sort::Severity => rows.sort_by_key(|row| row.worst().map_or(3, |worst| worst as u8)),
        }
        let groups = self.groups(&rows);
        if !groups.is_empty() {
            rows.sort_by_key(|row| groups.iter().position(|group| Some(group) == self.heading(row).as_ref()));
        }
        rows
    }

    /// The headings, in the order in which they first come; the worst severity first.
    pub(super) fn groups(&self, rows: &[&Row]) -> Vec<String> {
        let mut groups = Vec::new();
        for heading in rows.iter().filter_map(|row| self.heading(row)) {
            if !groups.contains(&heading) {
                groups.push(heading);
            }
        }
        if self.group == Group::Severity {
            groups.sort_by_key(|group| SEVERITIES.iter().position(|word| word == group));
        }
        groups
    }

    /// What a row stands under.
    pub(super) fn heading(&self, row: &Row) -> Option<String> {
        match self.group {
            Group::None => None,
            Group::Section if row.section.is_empty() => Some("not in the template".to_owned()),
            Group::Section => Some(row.section.clone()),
            Group::Source => Some(match &row.winner {
                Some((layer, _)) => format!("from the {} layer", layer.word()),
                None => "from a layer that is not known".to_owned(),
            }),
            Group::Severity => Some(SEVERITIES[row.worst().map_or(3, |worst| worst as usize)].to_owned()),
        }
    }

    fn fits(&self, key: &str) -> bool {
        let mut patterns = self.filter.split_whitespace().peekable();
        // A word without a star is looked for anywhere in the name.
        let fits =
            |word: &str| if word.contains('*') { wildcard(word, key) } else { wildcard(&format!("*{word}*"), key) };
        patterns.peek().is_none() || patterns.any(fits)
    }

    /// The next order.
    pub(super) fn sort_on(&mut self) {
        self.sort = match self.sort {
            Sort::File => Sort::Key,
            Sort::Key => Sort::Severity,
            Sort::Severity => Sort::File,
        };
    }

    /// The next grouping.
    pub(super) fn group_on(&mut self) {
        self.group = match self.group {
            Group::None => Group::Section,
            Group::Section => Group::Source,
            Group::Source => Group::Severity,
            Group::Severity => Group::None,
        };
    }

    /// Whether the filter is being written.
    pub(super) fn is_asking(&self) -> bool {
        self.prompt.is_some()
    }

    /// Asks for the filter.
    pub(super) fn ask(&mut self) {
        let mut area = TextArea::new(vec![self.filter.clone()]);
        area.move_cursor(tui_textarea::CursorMove::End);
        self.prompt = Some(area);
    }

    /// What was written stands.
    pub(super) fn apply(&mut self) {
        self.prompt = None;
    }

    /// Every key is shown again.
    pub(super) fn clear(&mut self) {
        self.prompt = None;
        self.filter.clear();
    }

    /// Takes a key or a paste; the text stays one short line, and shows what fits at once.
    pub(super) fn typed(&mut self, typed: &Typed<'_>) {
        let Some(area) = &mut self.prompt else { return };
        match typed {
            Typed::Key(key) => {
                area.input(**key);
            }
            Typed::Paste(text) => {
                area.insert_str(guard::line(&text.replace(['\n', '\r', '\t'], " ")));
            }
        }
        let text: String = area.lines().join(" ").chars().take(LONGEST).collect();
        if area.lines().len() > 1 || area.lines().concat() != text {
            *area = TextArea::default();
            area.insert_str(&text);
        }
        self.filter = text;
    }

    /// The rows that the words about it take.
    pub(super) fn height(&self) -> u16 {
        let is_plain = self.sort == Sort::File && self.group == Group::None && self.filter.is_empty();
        u16::from(self.prompt.is_some() || !is_plain)
    }

    /// Says what is shown, of `all` rows `shown`.
    pub(super) fn draw(&self, shown: usize, all: usize, canvas: &mut Canvas<'_>, row: Rect) {
        if row.height == 0 {
            return;
        }
        let sort = match self.sort {
            Sort::File => "",
            Sort::Key => "  by name",
            Sort::Severity => "  the worst first",
        };
        let group = match self.group {
            Group::None => "",
            Group::Section => "  grouped by section",
            Group::Source => "  grouped by source",
            Group::Severity => "  grouped by severity",
        };
        let left_out =
            if shown < all { format!("  {} of {all} keys are not shown", all - shown) } else { String::new() };
        let words = format!("{sort}{group}");
        let mark = if self.filter.is_empty() && self.prompt.is_none() { "" } else { MARK };
        let spans = [
            (mark, Role::Key),
            (self.filter.as_str(), Role::Text),
            (words.as_str(), Role::Muted),
            (left_out.as_str(), Role::Warn),
        ];
        canvas.spans(row.x + 1, row.y, row.width.saturating_sub(1), &spans);
    }

    /// Where the cursor stands while the filter is written.
    pub(super) fn cursor(&self, area: Rect) -> Option<(u16, u16)> {
        let area_of_text = self.prompt.as_ref()?;
        let before: String = self.filter.chars().take(area_of_text.cursor().1).collect();
        let x = (1 + MARK.width() + before.width()) as u16;
        (area.height > 0 && x < area.width).then_some((area.x + x, area.y))
    }
}

/// The severities as headings, in the order of their numbers; the last for a row without a finding.
const SEVERITIES: [&str; 4] = ["errors", "warnings", "notes", "well"];
