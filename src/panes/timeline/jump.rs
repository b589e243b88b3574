//! The prompt for a time to go to: one line, and under it what it means.

use crate::app::Facts;
use crate::app::theme::Role;
use crate::guard;
use crate::panes::{Canvas, Typed};
use crate::timeline::filter;
use jiff::Timestamp;
use ratatui::layout::Rect;
use tui_textarea::TextArea;
use unicode_width::UnicodeWidthStr;

/// The rows that it takes.
pub(super) const HEIGHT: u16 = 2;
/// What stands before the text.
const MARK: &str = "to ";
/// The longest text that is taken, in characters.
const LONGEST: usize = 64;

/// The time that is being written.
#[derive(Debug, Default)]
pub(super) struct Jump {
    area: TextArea<'static>,
}

impl Jump {
    fn text(&self) -> String {
        self.area.lines().concat()
    }

    /// The moment that was written.
    pub(super) fn moment(&self, facts: &Facts) -> Option<Timestamp> {
        let at = filter::moment(self.text().trim(), &facts.setting.zone, facts.now)?;
        // Whole microseconds, as the rows have.
        Timestamp::from_microsecond(at.as_microsecond()).ok()
    }

    /// Takes a key or a paste; the text stays one short line.
    pub(super) fn typed(&mut self, typed: &Typed<'_>) {
        match typed {
            Typed::Key(key) => {
                self.area.input(**key);
            }
            Typed::Paste(text) => {
                self.area.insert_str(guard::line(&text.replace(['\n', '\r', '\t'], " ")));
            }
        }
        let text = self.text();
        if self.area.lines().len() > 1 || text.chars().count() > LONGEST {
            self.area = TextArea::default();
            self.area.insert_str(text.chars().take(LONGEST).collect::<String>());
        }
    }

    pub(super) fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let text = self.text();
        canvas.spans(area.x, area.y, area.width, &[(MARK, Role::Key), (&text, Role::Text)]);
        if area.height < 2 {
            return;
        }
        let (says, role) = match self.moment(facts) {
            Some(at) => (facts.local(at).strftime("%Y-%m-%d %H:%M:%S %:z").to_string(), Role::Muted),
            None if text.trim().is_empty() => {
                ("2h, 3d, 2026-02-04 or 2026-02-04T09:30: so long ago, or a date".to_owned(), Role::Muted)
            }
            None => ("no time: write so long ago (2h, 3d) or a date (2026-02-04T09:30)".to_owned(), Role::Fail),
        };
        canvas.put(area.x + 3, area.y + 1, area.width.saturating_sub(3), &says, role);
    }

    /// Where the cursor stands on the screen.
    pub(super) fn cursor(&self, area: Rect) -> Option<(u16, u16)> {
        let before: String = self.text().chars().take(self.area.cursor().1).collect();
        let x = (MARK.width() + before.width()) as u16;
        (area.height > 0 && x < area.width).then_some((area.x + x, area.y))
    }
}
