//! The table of rules.

use super::{Rule, Sees, log, seen};
use crate::evidence::RecoveryState::{ClearedUnverified, Degraded};

/// Every rule, in the order of the ids.
pub const RULES: &[Rule] = &[
    Rule {
        id: "FG01",
        title: "resolved by nobody",
        asks: "Was something RESOLVED with no execution that went well before it and no postcheck after it?",
        needs: "RESOLVED rows of the last 24 hours, and evidence of more than a route, a port or a container.",
        ends: "When a probe that proves more than an answer passes after the RESOLVED.",
        sees: Sees::Log,
        at_best: ClearedUnverified,
        decide: log::resolved_by_nobody,
    },
    Rule {
        id: "FG02",
        title: "resolved by timeout",
        asks: "Did it resolve because nothing was heard for as long as the resolve timeout, and not because it was measured?",
        needs: "In the context of RESOLVED: `timeout`, a `reason` that says so, or `endsAt` with `last_resend` \
                (`resolve_timeout_s` where it is not 300). A RESOLVED that says none of these is undecided.",
        ends: "When a probe that proves more than an answer passes after the RESOLVED.",
        sees: Sees::Log,
        at_best: ClearedUnverified,
        decide: log::resolved_by_timeout,
    },
    Rule {
        id: "FG03",
        title: "checked by the same hand",
        asks: "Was everything that was checked after the fix checked by the actor, or with the credential, of the fix?",
        needs: "EXECUTION_COMPLETED with an actor (and `credential` in its context), and who looked afterwards.",
        ends: "When somebody or something else sees it work.",
        sees: Sees::Log,
        at_best: ClearedUnverified,
        decide: log::checked_by_the_same_hand,
    },
    Rule {
        id: "FG04",
        title: "seen before the restart",
        asks: "Is a required pass older than the newest restart?",
        needs: "The start time of what the container probe looks at.",
        ends: "When the probe passes after the restart.",
        sees: Sees::Evidence,
        at_best: ClearedUnverified,
        decide: seen::older_than_restart,
    },
    Rule {
        id: "FG05",
        title: "the restart hid it",
        asks: "Is the start newer than what was seen to be wrong, with nothing seen to work a minute after the start?",
        needs: "A probe's change away from pass, or an alert, in the log before the newest restart.",
        ends: "When what had failed passes at least 60 s after the restart.",
        sees: Sees::Log,
        at_best: ClearedUnverified,
        decide: log::restart_hid_it,
    },
    Rule {
        id: "FG06",
        title: "the error page again",
        asks: "Does the route answer 200 with the very body that it had while it failed?",
        needs: "A probe's change to FAIL with the status and the digest of the body in its context, as the console \
                records it, and the same of the pass. A failure recorded without them is undecided. Where the status \
                is the same, it was not the page that was wrong.",
        ends: "When the route answers with another body, or 24 hours after the failure.",
        sees: Sees::Log,
        at_best: ClearedUnverified,
        decide: log::error_page_again,
    },
    Rule {
        id: "FG07",
        title: "the control passed",
        asks: "Did the negative control pass too, so that the positive answer is void?",
        needs: "A probe with a negative control.",
        ends: "When the control is refused.",
        sees: Sees::Evidence,
        at_best: ClearedUnverified,
        decide: seen::control_passed,
    },
    Rule {
        id: "FG08",
        title: "it only answers",
        asks: "Is everything that passes a route, a port, a container or the Docker daemon?",
        needs: "Fresh passes.",
        ends: "When a probe that proves more than an answer passes.",
        sees: Sees::Evidence,
        at_best: ClearedUnverified,
        decide: seen::only_answers,
    },
    Rule {
        id: "FG09",
        title: "nobody could read the message",
        asks: "Was the result sent as the fallback text, and counted as sent?",
        needs: "TELEGRAM_RESULT_SENT with its text: `fallback`, `text`, `message` or `content` in its context, or the \
                fallback's words in its detail. One without is undecided.",
        ends: "When a readable result is sent for the same incident.",
        sees: Sees::Log,
        at_best: ClearedUnverified,
        decide: log::sent_as_fallback,
    },
    Rule {
        id: "FG10",
        title: "silenced while it was checked",
        asks: "Was the alert silenced for the whole time in which it could have fired again?",
        needs: "SILENCED rows with `duration_minutes` or an end (`until`, `endsAt`) in their context; one without is \
                taken to last.",
        ends: "15 minutes after the silence ends.",
        sees: Sees::Log,
        at_best: ClearedUnverified,
        decide: log::silenced_meanwhile,
    },
    Rule {
        id: "FG11",
        title: "it fired again",
        asks: "Did the alert fire again within 15 minutes of RESOLVED?",
        needs: "ALERT_RECEIVED rows after the RESOLVED.",
        ends: "When the same is RESOLVED again, and stays so.",
        sees: Sees::Log,
        at_best: Degraded,
        decide: log::fired_again,
    },
    Rule {
        id: "FG12",
        title: "the metric is gone",
        asks: "Did the alert clear because its series is absent, and not because it is below the threshold?",
        needs: "In the context of RESOLVED: `no_data` or `absent`, a `reason`, `state` or `state_reason` that says so, or \
                a number as `value`, which says that it was there. A RESOLVED that says none of these is undecided: no \
                metric store is asked.",
        ends: "When a probe that proves more than an answer passes after the RESOLVED.",
        sees: Sees::Log,
        at_best: ClearedUnverified,
        decide: log::series_is_gone,
    },
];
