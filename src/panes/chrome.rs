//! What stands around the panes: header, strip, footer.

use super::state::{Badge, of_recovery};
use super::{Canvas, PaneId, canvas};
use crate::app::theme::Role;
use crate::app::{Action, Facts, StoreState};
use crate::guard;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Columns from which the header has a place for the clocks.
const WIDE: u16 = 110;

/// The header: stack and environment, recovery state with the first reason why it is not green, access
/// and bytes sent. On one row the state is what stays.
pub fn header(facts: &Facts, canvas: &mut Canvas<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    canvas.restyle(area, Role::Header);
    let state_row = if area.height > 1 {
        identity(facts, canvas, Rect { height: 1, ..area });
        area.y + 1
    } else {
        area.y
    };
    recovery(facts, canvas, Rect { y: state_row, height: 1, ..area });
}

fn identity(facts: &Facts, canvas: &mut Canvas<'_>, row: Rect) {
    let access = facts.setting.access;
    let badge_role = if access.may_write() { Role::Danger } else { Role::Badge };
    let bytes = format!(" sent {} ", bytes(facts.bytes_sent));
    let mut right = row;
    right.width -= canvas.put_right(right, row.y, &bytes, Role::Muted).min(right.width);
    right.width -= canvas.put_right(right, row.y, access.badge(), badge_role).min(right.width);
    if let Some(badge) = store_badge(facts) {
        right.width = right.width.saturating_sub(1);
        right.width -= canvas.put_right(right, row.y, &badge.text, badge.role).min(right.width);
    }
    let room = right.width.saturating_sub(2);
    // Health says it too, where it is not cut.
    let incident = facts.latest_incident().filter(|_| row.width >= WIDE);
    let clocks = incident.map(|incident| incident.words(facts.now)).unwrap_or_default();
    canvas.spans(
        row.x + 1,
        row.y,
        room,
        &[
            ("readback  ", Role::Title),
            (&facts.setting.stack, Role::Text),
            ("  ", Role::Text),
            (&facts.setting.environment, Role::Accent),
            ("  ", Role::Text),
            (&clocks, Role::Muted),
        ],
    );
}

/// What a person has to know of the store: that it is not there, or that something is not recorded yet.
fn store_badge(facts: &Facts) -> Option<Badge> {
    let waiting = facts.pending.len();
    match &facts.store {
        StoreState::Unavailable(_) if waiting > 0 => {
            Some(Badge::new(format!("no database, {waiting} kept "), Role::Fail))
        }
        StoreState::Unavailable(_) => Some(Badge::new("no database ", Role::Fail)),
        _ if waiting > 0 => Some(Badge::new(format!("{waiting} not recorded yet "), Role::Warn)),
        StoreState::Opening => Some(Badge::new("opening database ", Role::Muted)),
        StoreState::Ready => None,
    }
}

fn recovery(facts: &Facts, canvas: &mut Canvas<'_>, row: Rect) {
    let role = of_recovery(facts.recovery.state);
    let room = row.width.saturating_sub(2);
    let mut spans = vec![(facts.recovery.state.word(), role)];
    if facts.paused.is_some() {
        spans.splice(..0, [("PAUSED", Role::Danger), ("  ", Role::Text)]);
    }
    let more;
    if let Some(first) = facts.recovery.why_not.first() {
        let others = facts.recovery.why_not.len() - 1;
        more = if others > 0 { format!("  (+{others}, w)") } else { String::new() };
        spans.extend([("  ", Role::Text), (first.text.as_str(), Role::Text)]);
        let reserved = more.width() as u16;
        let used = canvas.spans(row.x + 1, row.y, room.saturating_sub(reserved), &spans);
        canvas.put(row.x + 1 + used, row.y, room.saturating_sub(used), &more, Role::Muted);
    } else {
        canvas.spans(row.x + 1, row.y, room, &spans);
    }
}

/// The strip: every pane with its number and its state; the focused one stands out.
pub fn strip(focus: PaneId, badges: &[(PaneId, Badge)], canvas: &mut Canvas<'_>, row: Rect) {
    if row.height == 0 {
        return;
    }
    let full: usize = badges.iter().map(|(id, badge)| 6 + id.word().len() + badge.text.width()).sum();
    let roomy = full <= usize::from(row.width);
    let mut x = row.x;
    for (id, badge) in badges {
        let room = row.right().saturating_sub(x);
        let name = if roomy || *id == focus { id.word() } else { &id.word()[..1] };
        let label = format!(" {} {name} ", id.number());
        let role = if *id == focus { Role::Selection } else { Role::Muted };
        x += canvas.put(x, row.y, room, &label, role) + u16::from(*id == focus);
        let room = row.right().saturating_sub(x);
        x += canvas.put(x, row.y, room, &badge.text, badge.role);
        x += u16::from(x < row.right());
    }
}

/// What stands in the footer, or above it where it is too long for that, until the next key.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// What it says.
    pub text: &'a str,
    /// Whether the next key answers a question or writes: then its keys are not given up for it.
    pub is_asked: bool,
}

/// The keys without which a notice does not stand beside them.
const BESIDE: usize = 2;
/// The most rows that a notice takes above the footer.
const MOST: u16 = 3;

/// How many rows above the footer a notice takes; none where it fits beside the first keys, or the screen is too low.
pub fn notice_rows(facts: &Facts, offers: &[Action], notice: Notice<'_>, area: Rect) -> u16 {
    let text = guard::line(notice.text);
    if text.width() <= usize::from(beside(facts, offers, area)) {
        return 0;
    }
    let lines = canvas::wrap(&text, usize::from(area.width.saturating_sub(2)));
    u16::try_from(lines.len()).unwrap_or(MOST).min(MOST).min(area.height / 6)
}

/// The columns that a notice may have beside the first keys.
fn beside(facts: &Facts, offers: &[Action], row: Rect) -> u16 {
    let (_, own) = apart(facts, offers);
    let keys: usize = own.iter().take(BESIDE).map(|action| hint_width(*action) + 2).sum();
    row.width.saturating_sub(4 + keys as u16)
}

/// What always stands, and the pane's own offers as far as they may be taken.
fn apart(facts: &Facts, offers: &[Action]) -> (Vec<Action>, Vec<Action>) {
    let may = |action: &Action| facts.setting.access.may_write() || !action.info().writes;
    let (always, own): (Vec<Action>, Vec<Action>) = offers.iter().partition(|action| ALWAYS.contains(action));
    (always, own.into_iter().filter(may).collect())
}

/// A notice in rows of its own, cut at the end of the last where there are too few.
pub fn notice(text: &str, canvas: &mut Canvas<'_>, area: Rect) {
    canvas.clear(area);
    let width = area.width.saturating_sub(2);
    let mut lines = canvas::wrap(&guard::line(text), usize::from(width));
    let last = usize::from(area.height).saturating_sub(1);
    if lines.len() > last + 1 {
        let rest = lines.split_off(last).join(" ");
        lines.push(rest);
    }
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        canvas.put(area.x + 1, y, width, &line, Role::Accent);
    }
}

/// The footer: a notice until the next key, where it has no rows of its own, and what can be done here.
pub fn footer(facts: &Facts, offers: &[Action], notice: Option<Notice<'_>>, canvas: &mut Canvas<'_>, row: Rect) {
    if row.height == 0 {
        return;
    }
    // What always stands keeps its place at the right; the pane's own offers take what is left.
    let (always, own) = apart(facts, offers);
    if let Some(Notice { text, is_asked }) = notice {
        let room = if is_asked { beside(facts, offers, row) } else { row.width.saturating_sub(4) };
        let taken = canvas.put(row.x + 1, row.y, room, text, Role::Accent);
        let x = row.x + 1 + taken + 2;
        hints(&own, canvas, Rect { x, width: row.right().saturating_sub(x), ..row });
        return;
    }
    let width: usize = always.iter().map(|action| hint_width(*action) + 2).sum::<usize>();
    let right = Rect { x: row.right().saturating_sub(width as u16).max(row.x), ..row };
    hints(&always, canvas, Rect { width: row.right() - right.x, ..right });
    hints(&own, canvas, Rect { x: row.x + 1, width: right.x.saturating_sub(row.x + 1), ..row });
}

/// What stands in the footer wherever keys mean actions.
const ALWAYS: [Action; 3] = [Action::Why, Action::Help, Action::Quit];

fn hint_width(action: Action) -> usize {
    action.info().keys[0].width() + 1 + action.info().hint.width()
}

/// Keys and what they do, as many as there is room for.
fn hints(actions: &[Action], canvas: &mut Canvas<'_>, row: Rect) {
    let mut x = row.x;
    for action in actions {
        let needed = hint_width(*action) as u16;
        if x + needed + 2 > row.right() {
            return;
        }
        let info = action.info();
        x += canvas.put(x, row.y, needed, info.keys[0], Role::Key) + 1;
        x += canvas.put(x, row.y, needed, info.hint, Role::Muted) + 2;
    }
}

/// Bytes in few columns.
fn bytes(count: u64) -> String {
    match count {
        0..1000 => format!("{count} B"),
        1000..1_000_000 => format!("{}.{} kB", count / 1000, count % 1000 / 100),
        _ => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}
