//! The one table of actions. Default keys, footer hints, help, the read-only filter and
//! `docs/keys.md` are all drawn from it, so none of them can disagree with another.

/// Something a person can ask the console to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Leave.
    Quit,
    /// Show the keys.
    Help,
    /// Show every reason why the state is not green.
    Why,
    /// Go to the Health pane.
    Health,
    /// Go to the Env pane.
    Env,
    /// Go to the Timeline pane.
    Timeline,
    /// Go to the Readback pane.
    Readback,
    /// Go to the next pane.
    NextPane,
    /// Go to the pane before.
    PrevPane,
    /// One pane over the whole screen, or all four.
    Zoom,
    /// Ask again: the selected probe, the files, the log.
    Refresh,
    /// Ask everything again.
    RefreshAll,
    /// Stop asking by itself, or go on.
    Pause,
    /// Copy what is selected.
    Copy,
    /// One down.
    Down,
    /// One up.
    Up,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
    /// Open what is selected.
    Open,
    /// Back, or close.
    Back,
    /// To the next row that has a finding, or the next check that is open.
    NextFinding,
    /// To the one before.
    PrevFinding,
    /// Only rows with findings, or all.
    FindingsOnly,
    /// What became of the selected key.
    Blame,
    /// Every key, the one that changed last first.
    Since,
    /// What the next restart would do.
    Forecast,
    /// Ask which keys are shown.
    FilterKeys,
    /// Keys in another order.
    SortKeys,
    /// Keys under other headings.
    GroupKeys,
    /// The rows of the timeline by incident, or all.
    Group,
    /// Ask which rows of the timeline are shown.
    Filter,
    /// Write a note on the selected row.
    Annotate,
    /// Correct the selected row's words, or the note that it is.
    Correct,
    /// Mark the selected row as evidence for the open review, or take the mark back.
    MarkEvidence,
    /// One line further in the detail.
    ScrollDown,
    /// One line back.
    ScrollUp,
    /// Fold the tree of the context, or unfold it.
    FoldTree,
    /// Each field that a review set, or runs of them in one line.
    FoldSteps,
    /// Ask which time the timeline is shown at.
    Jump,
    /// A shorter stretch of time in the histogram.
    ZoomIn,
    /// A longer one.
    ZoomOut,
    /// Show the rows that fit what was written.
    ApplyFilter,
    /// Show every row again.
    ClearFilter,
    /// Write what could stand at the cursor.
    CompleteFilter,
    /// The next saved filter.
    NextFilter,
    /// The saved filter before.
    PrevFilter,
    /// Write into the field.
    Edit,
    /// Go through the checks that need a look, one by one.
    Guide,
    /// Attach the evidence that is offered, and refer to it in the field.
    Attach,
    /// Attach anew the evidence that is stale.
    AttachAnew,
    /// Open the evidence that is offered.
    OpenEvidence,
    /// Take evidence off the check.
    Detach,
    /// The check holds.
    AnswerPass,
    /// The check does not hold.
    AnswerFail,
    /// The check does not apply.
    AnswerNotApplicable,
    /// The reviewer can't tell.
    AnswerUnknown,
    /// Why the review is in its lane, and what is least needed.
    LaneView,
    /// What to talk about in a session.
    AgendaView,
    /// What is still owed.
    FollowUpsView,
    /// What the report tells besides the checks.
    ReportView,
    /// Everything else that can be done with a review.
    More,
    /// Sign the outcome.
    SignOff,
    /// Take what was quarantined out of the review.
    ClearQuarantine,
    /// Take the step again that lost against another's.
    TakeAgain,
    /// Leave it, and what stands stands.
    LeaveIt,
    /// Keep what was written.
    Save,
    /// Leave the text as it was.
    Cancel,
    /// Yes, do it.
    Confirm,
    /// No.
    Decline,
}

/// Where a key press is heard. An inner context hears it before the outer ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere but in a text or a question.
    Global,
    /// Wherever there is a list.
    List,
    /// The Env pane.
    Env,
    /// The Timeline pane.
    Timeline,
    /// The prompt of a filter; only its own keys count.
    Prompt,
    /// An open review.
    Review,
    /// A conflict in a review.
    Conflict,
    /// A text is being written; only its own keys count.
    Editing,
    /// A question stands; only its own keys count.
    Asking,
}

impl Context {
    /// The heading in help.
    pub fn word(self) -> &'static str {
        match self {
            Self::Global => "everywhere",
            Self::List => "in a list",
            Self::Env => "in Env",
            Self::Timeline => "in Timeline",
            Self::Prompt => "in the filter",
            Self::Review => "in a review",
            Self::Conflict => "at a conflict",
            Self::Editing => "while writing",
            Self::Asking => "at a question",
        }
    }

    /// Every context, in the order of help.
    pub const ALL: [Self; 9] = [
        Self::Global,
        Self::List,
        Self::Env,
        Self::Timeline,
        Self::Prompt,
        Self::Review,
        Self::Conflict,
        Self::Editing,
        Self::Asking,
    ];
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct ActionInfo {
    /// The action.
    pub action: Action,
    /// Its name in a keymap and in the palette.
    pub name: &'static str,
    /// One or two words for the footer.
    pub hint: &'static str,
    /// A sentence for help.
    pub help: &'static str,
    /// Where it is heard.
    pub context: Context,
    /// Whether it can lead to a write; hidden and refused when the console is read-only.
    pub writes: bool,
    /// Its default keys.
    pub keys: &'static [&'static str],
}

/// Builds a row of the table.
const fn row(
    action: Action,
    context: Context,
    name: &'static str,
    keys: &'static [&'static str],
    hint: &'static str,
    help: &'static str,
) -> ActionInfo {
    ActionInfo { action, name, hint, help, context, writes: false, keys }
}

/// The same for an action that can lead to a write.
const fn writing(info: ActionInfo) -> ActionInfo {
    ActionInfo { writes: true, ..info }
}

use Action as A;
use Context as C;

/// Every action, in the order of help.
pub const ACTIONS: &[ActionInfo] = &[
    row(A::Quit, C::Global, "quit", &["q", "ctrl-c"], "quit", "Leave the console"),
    row(A::Help, C::Global, "help", &["?", "f1"], "help", "Show or hide the keys"),
    row(A::Why, C::Global, "why", &["w"], "why", "Show every reason why the state is not green"),
    row(A::Health, C::Global, "health", &["1"], "health", "Go to Health"),
    row(A::Env, C::Global, "env", &["2"], "env", "Go to Env"),
    row(A::Timeline, C::Global, "timeline", &["3"], "timeline", "Go to Timeline"),
    row(A::Readback, C::Global, "readback", &["4"], "readback", "Go to Readback"),
    row(A::NextPane, C::Global, "next-pane", &["tab"], "next pane", "Go to the next pane"),
    row(A::PrevPane, C::Global, "prev-pane", &["shift-tab"], "pane before", "Go to the pane before"),
    row(A::Zoom, C::Global, "zoom", &["z"], "zoom", "One pane over the whole screen, or all four"),
    row(A::Refresh, C::Global, "refresh", &["r"], "ask again", "Ask again: this probe, the files, the log"),
    row(A::RefreshAll, C::Global, "refresh-all", &["R"], "ask all", "Ask everything again"),
    row(A::Pause, C::Global, "pause", &["P"], "pause", "Stop asking by itself, or go on; what is shown ages on"),
    row(A::Copy, C::Global, "copy", &["y"], "copy", "Copy what is selected (the hint, the key's name, the row's id)"),
    row(A::Down, C::List, "down", &["j", "down"], "down", "One down"),
    row(A::Up, C::List, "up", &["k", "up"], "up", "One up"),
    row(A::PageDown, C::List, "page-down", &["pagedown", "ctrl-d"], "page down", "A page down"),
    row(A::PageUp, C::List, "page-up", &["pageup", "ctrl-u"], "page up", "A page up"),
    row(A::Top, C::List, "top", &["g", "home"], "top", "To the first; in Timeline to the newest row, and new ones"),
    row(A::Bottom, C::List, "bottom", &["G", "end"], "bottom", "To the last"),
    row(A::Open, C::List, "open", &["enter", "l", "right"], "open", "Open what is selected"),
    row(A::Back, C::List, "back", &["esc", "h", "left"], "back", "Back, or close"),
    row(A::NextFinding, C::List, "next-finding", &["n"], "next finding", "To the next row that needs a look"),
    row(A::PrevFinding, C::List, "prev-finding", &["N"], "finding before", "To the row before that needs a look"),
    row(A::FindingsOnly, C::Env, "findings-only", &["f"], "findings only", "Only the rows that have a finding, or all"),
    row(
        A::Blame,
        C::Env,
        "blame",
        &["b"],
        "blame",
        "Since when the selected key is what it is, and what happened then",
    ),
    row(A::Since, C::Env, "since", &["s"], "last changed", "Every key by its last change, the latest first"),
    row(
        A::Forecast,
        C::Env,
        "forecast",
        &["F"],
        "forecast",
        "What a restart keeps, what a recreate loads, and what breaks",
    ),
    row(
        A::FilterKeys,
        C::Env,
        "filter-keys",
        &["/"],
        "filter",
        "Write which keys are shown: words or patterns like S3_*",
    ),
    row(A::SortKeys, C::Env, "sort-keys", &["o"], "order", "Keys as the file has them, by name, or the worst first"),
    row(A::GroupKeys, C::Env, "group-keys", &["c"], "group", "Keys by section, source or severity, or in one list"),
    row(A::Group, C::Timeline, "group", &["i"], "incidents", "The incidents that the rows tell of, or the rows"),
    row(A::Filter, C::Timeline, "filter", &["/"], "filter", "Write which rows are shown"),
    writing(row(A::Annotate, C::Timeline, "annotate", &["a"], "note", "Write a note on the row")),
    writing(row(
        A::Correct,
        C::Timeline,
        "correct",
        &["c"],
        "correct",
        "Correct the row's words, or the note; what was recorded stays",
    )),
    writing(row(
        A::MarkEvidence,
        C::Timeline,
        "mark-evidence",
        &["e"],
        "evidence",
        "Mark the row as evidence for the open review, or take that back",
    )),
    row(A::ScrollDown, C::Timeline, "scroll-down", &["J"], "read on", "One line further in the detail"),
    row(A::ScrollUp, C::Timeline, "scroll-up", &["K"], "read back", "One line back in the detail"),
    row(A::FoldTree, C::Timeline, "fold-tree", &["x"], "fold", "Fold the tree of the context, or unfold it"),
    row(
        A::FoldSteps,
        C::Timeline,
        "fold-steps",
        &["X"],
        "steps",
        "Each field that a review set in a line of its own, or folded",
    ),
    row(A::Jump, C::Timeline, "jump", &["t"], "go to a time", "Go to a time: so long ago, or a date"),
    row(A::ZoomIn, C::Timeline, "zoom-in", &["+", "="], "zoom in", "A shorter stretch of time in the histogram"),
    row(A::ZoomOut, C::Timeline, "zoom-out", &["-"], "zoom out", "A longer stretch of time in the histogram"),
    row(A::ApplyFilter, C::Prompt, "apply-filter", &["enter"], "apply", "Show the rows that fit"),
    row(A::ClearFilter, C::Prompt, "clear-filter", &["esc", "ctrl-c"], "clear", "Show every row again"),
    row(A::CompleteFilter, C::Prompt, "complete-filter", &["tab"], "complete", "Write the likeliest at the cursor"),
    row(A::NextFilter, C::Prompt, "next-filter", &["down"], "saved", "The next saved filter"),
    row(A::PrevFilter, C::Prompt, "prev-filter", &["up"], "saved before", "The saved filter before"),
    writing(row(A::Edit, C::Review, "edit", &["e"], "write", "Write into the field that answers the check")),
    row(
        A::Guide,
        C::Review,
        "guide",
        &["s"],
        "step through",
        "Step through the checks that need a look, the one that blocks first",
    ),
    writing(row(
        A::Attach,
        C::Review,
        "attach",
        &["i"],
        "attach",
        "Attach the offered evidence, and name it in an empty field",
    )),
    writing(row(
        A::AttachAnew,
        C::Review,
        "attach-anew",
        &["I"],
        "attach anew",
        "Attach anew what is stale, of this check or of all; asks first",
    )),
    row(
        A::OpenEvidence,
        C::Review,
        "open-evidence",
        &["o"],
        "open evidence",
        "Open the evidence that is offered, or close it",
    ),
    writing(row(A::Detach, C::Review, "detach", &["x"], "take off", "Take the evidence off the check")),
    writing(row(A::AnswerPass, C::Review, "answer-pass", &["p"], "pass", "The check holds")),
    writing(row(A::AnswerFail, C::Review, "answer-fail", &["f"], "fail", "The check does not hold")),
    writing(row(
        A::AnswerNotApplicable,
        C::Review,
        "answer-na",
        &["a"],
        "n/a",
        "The check does not apply; asks for the reason",
    )),
    writing(row(A::AnswerUnknown, C::Review, "answer-unknown", &["u"], "unknown", "You can't tell")),
    row(
        A::LaneView,
        C::Review,
        "lane",
        &["L"],
        "why this lane",
        "Why this lane, and the least that would make it ready",
    ),
    row(A::AgendaView, C::Review, "agenda", &["A"], "agenda", "What to talk about in a session, and who is where"),
    row(A::FollowUpsView, C::Review, "follow-ups", &["O"], "owed", "What is still owed, and how ready each domain is"),
    row(A::ReportView, C::Review, "report", &["E"], "report", "The sections of the report and the risks; e writes one"),
    writing(row(A::More, C::Review, "more", &["m"], "more", "Read second, hand in, pass over, correct, reopen")),
    writing(row(A::SignOff, C::Review, "sign-off", &["S"], "sign off", "Sign the lane as the outcome; asks first")),
    writing(row(
        A::ClearQuarantine,
        C::Review,
        "clear-quarantine",
        &["X"],
        "clear quarantine",
        "Say that what was caught is out; asks first, the record of it stays",
    )),
    writing(row(
        A::TakeAgain,
        C::Conflict,
        "take-again",
        &["T"],
        "take mine again",
        "Take your step again, on what stands now",
    )),
    row(
        A::LeaveIt,
        C::Conflict,
        "leave-it",
        &["D"],
        "leave mine",
        "Leave your step; what you wrote is kept as a draft",
    ),
    writing(row(A::Save, C::Editing, "save", &["ctrl-s", "f2"], "save", "Keep what was written")),
    row(A::Cancel, C::Editing, "cancel", &["esc", "ctrl-c"], "cancel", "Leave the text as it was; the draft is kept"),
    row(A::Confirm, C::Asking, "confirm", &["y"], "yes", "Yes, do it"),
    row(A::Decline, C::Asking, "decline", &["n", "esc", "q", "ctrl-c"], "no", "No"),
];

impl Action {
    /// Whether it does something with the check that is selected.
    pub fn is_about_a_check(self) -> bool {
        use Action as A;
        let answers = matches!(self, A::AnswerPass | A::AnswerFail | A::AnswerNotApplicable | A::AnswerUnknown);
        let others = [A::Edit, A::Attach, A::Detach, A::OpenEvidence, A::NextFinding, A::PrevFinding];
        answers || others.contains(&self)
    }

    /// Its line of the table.
    pub fn info(self) -> &'static ActionInfo {
        // Each action has a line; a test holds the table to that, so the first line never stands in.
        ACTIONS.iter().find(|info| info.action == self).unwrap_or(&ACTIONS[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_action_has_one_line_a_name_of_its_own_and_a_key() {
        let names: BTreeSet<_> = ACTIONS.iter().map(|info| info.name).collect();
        let actions: BTreeSet<_> = ACTIONS.iter().map(|info| info.action).collect();
        assert_eq!(names.len(), ACTIONS.len());
        assert_eq!(actions.len(), ACTIONS.len());
        assert!(ACTIONS.iter().all(|info| !info.keys.is_empty() && info.action.info().name == info.name));
    }
}
