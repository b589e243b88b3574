//! The filter's prompt: one line, what is wrong with it under the place, what could be written next.

use crate::app::theme::Role;
use crate::app::{Facts, Outbox};
use crate::guard;
use crate::panes::{Canvas, Typed};
use crate::timeline::filter::{Filter, FilterError, complete};
use ratatui::layout::Rect;
use tui_textarea::{CursorMove, TextArea};
use unicode_width::UnicodeWidthStr;

/// The rows that it takes.
pub(super) const HEIGHT: u16 = 3;
/// What stands before the text.
const MARK: &str = "/ ";
/// The longest text that is taken, in characters.
const LONGEST: usize = 4_000;
/// The columns that a message needs to stand behind its mark.
const ROOM: u16 = 30;

/// The text that is being written.
#[derive(Debug)]
pub(super) struct Prompt {
    area: TextArea<'static>,
    parsed: Result<Filter, FilterError>,
    /// Which saved filter stands there.
    saved: Option<usize>,
}

impl Prompt {
    pub(super) fn new(text: &str, facts: &Facts) -> Self {
        let mut prompt = Self { area: TextArea::default(), parsed: Ok(Filter::default()), saved: None };
        prompt.put(text, text.chars().count(), facts);
        prompt
    }

    fn text(&self) -> String {
        self.area.lines().join(" ")
    }

    /// What was written: a filter, or what is wrong with it.
    pub(super) fn parsed(&self) -> &Result<Filter, FilterError> {
        &self.parsed
    }

    fn put(&mut self, text: &str, cursor: usize, facts: &Facts) {
        self.area = TextArea::new(vec![text.to_owned()]);
        self.area.move_cursor(CursorMove::Jump(0, u16::try_from(cursor).unwrap_or(u16::MAX)));
        self.parsed = Filter::parse(text, &facts.setting.zone);
    }

    /// Takes a key or a paste; the text stays one line.
    pub(super) fn typed(&mut self, typed: &Typed<'_>, facts: &Facts) {
        match typed {
            Typed::Key(key) => {
                self.area.input(**key);
            }
            Typed::Paste(text) => {
                let room = LONGEST.saturating_sub(self.text().chars().count());
                let text: String = text.replace(['\n', '\r', '\t'], " ").chars().take(room).collect();
                self.area.insert_str(guard::line(&text));
            }
        }
        let text = self.text();
        if self.area.lines().len() > 1 {
            self.put(&text, text.chars().count(), facts);
        }
        self.parsed = Filter::parse(&text, &facts.setting.zone);
    }

    fn cursor_column(&self) -> usize {
        self.area.cursor().1
    }

    /// Writes the likeliest that could stand at the cursor.
    pub(super) fn complete(&mut self, facts: &Facts) {
        let text = self.text();
        let Some(first) = complete(&text, self.cursor_column(), &facts.log.entries).into_iter().next() else { return };
        let head = text.chars().take(first.replaces.start).collect::<String>() + &first.text;
        let tail: String = text.chars().skip(first.replaces.end).collect();
        self.put(&format!("{head}{tail}"), head.chars().count(), facts);
    }

    /// The next saved filter, or the one before.
    pub(super) fn saved(&mut self, forward: bool, facts: &Facts, out: &mut Outbox<'_>) {
        let count = facts.filters.len();
        if count == 0 {
            out.tell("no saved filters; name some in readback.toml, [timeline] filters");
            return;
        }
        let at = match self.saved {
            Some(at) => (at + if forward { 1 } else { count - 1 }) % count,
            None if forward => 0,
            None => count - 1,
        };
        if let Some((name, text)) = facts.filters.iter().nth(at) {
            out.tell(format!("saved filter {at} of {count}: {name}", at = at + 1));
            self.put(text, text.chars().count(), facts);
        }
        self.saved = Some(at);
    }

    /// How many characters are out of view at the left.
    fn skipped(&self, width: u16) -> usize {
        (self.cursor_column() + MARK.len() + 2).saturating_sub(usize::from(width))
    }

    pub(super) fn draw(&self, facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
        let skipped = self.skipped(area.width);
        let tail: String = self.text().chars().skip(skipped).collect();
        canvas.spans(area.x, area.y, area.width, &[(MARK, Role::Key), (&tail, Role::Text)]);
        if area.height > 1
            && let Err(error) = &self.parsed
        {
            self.point(error, skipped, canvas, Rect { y: area.y + 1, height: 1, ..area });
        }
        if area.height > 2 {
            let offers = complete(&self.text(), self.cursor_column(), &facts.log.entries);
            let words: Vec<_> = offers.into_iter().map(|offer| offer.text).collect();
            canvas.put(area.x + 2, area.y + 2, area.width.saturating_sub(2), &words.join("  "), Role::Muted);
        }
    }

    /// Says what is wrong under the place.
    fn point(&self, error: &FilterError, skipped: usize, canvas: &mut Canvas<'_>, row: Rect) {
        let before: String = self.text().chars().take(error.column - 1).skip(skipped).collect();
        let x = (MARK.width() + before.width()).min(usize::from(row.width.saturating_sub(1))) as u16;
        let says = match &error.suggestion {
            Some(word) => format!("did you mean {word}? {}", error.what),
            None => error.what.clone(),
        };
        canvas.put(row.x + x, row.y, 1, "^", Role::Fail);
        let right = row.width.saturating_sub(x + 2);
        let needed = u16::try_from(says.width()).unwrap_or(u16::MAX);
        if right >= needed.min(ROOM) || right >= x {
            canvas.put(row.x + x + 2, row.y, right, &says, Role::Fail);
        } else {
            let width = needed.min(x.saturating_sub(1));
            canvas.put(row.x + x.saturating_sub(width + 1), row.y, width, &says, Role::Fail);
        }
    }

    /// Where the cursor stands on the screen.
    pub(super) fn cursor(&self, area: Rect) -> Option<(u16, u16)> {
        let skipped = self.skipped(area.width);
        let before: String = self.text().chars().take(self.cursor_column()).skip(skipped).collect();
        let x = (MARK.width() + before.width()) as u16;
        (area.height > 0 && x < area.width).then_some((area.x + x, area.y))
    }
}
