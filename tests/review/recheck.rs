//! Computing old lanes again: by itself, and with the real program on real databases.

use crate::story::{Story, contract, current, in_seconds};
#[allow(dead_code, reason = "a test support module")]
use crate::support::pg;
use crate::support::stack::Stack;
use proptest::prelude::*;
use readback::review::recheck::{Outcome as Again, recheck};
use readback::review::{Around, Contract, Lane, Objection, Recorded, ReviewAct, ReviewId};
use readback::store::{Access, AnyStore, Outcome, Store, StoreUrl};
use serde_json::Value;
use std::process::Output;

fn outcomes(steps: &[Recorded]) -> Vec<Again> {
    recheck(steps, None, contract()).into_iter().map(|one| one.outcome).collect()
}

/// What the last step signs, to be spoilt.
fn signed(story: &mut Story) -> (&mut String, &mut String, &mut String, &mut Option<Around>) {
    match &mut story.steps.last_mut().unwrap().event.act {
        ReviewAct::Signed { lane, input_digest, policy, around } => (lane, input_digest, policy, around),
        other => panic!("{other:?}"),
    }
}

/// A review with something of everything that a lane is computed from, and three sign-offs.
fn story() -> Story {
    let mut story = Story::complete();
    story.step("attach postcheck_independent probe-db 30 60", &current());
    story.step("take compose_stack_state_ref", &current());
    story.sign("reviewer", &current());
    story.step("override compose_stack_state_present 1 the host is gone", &current());
    story.sign("reviewer", &current());
    let objection = Objection { check: "recurrence_guard_present".to_owned(), why: "seen".to_owned() };
    let restarted = Around { last_restart: Some(in_seconds(-10)), objections: vec![objection], ..current() };
    story.sign("reviewer", &restarted);
    story
}

#[test]
fn what_was_signed_comes_out_again_from_what_was_kept() {
    let story = story();
    let again = recheck(&story.steps, None, contract());
    assert!(again.iter().all(|one| one.outcome == Again::Same), "{again:#?}");
    let lanes: Vec<&str> = again.iter().map(|one| one.signed.as_str()).collect();
    let expected = [Lane::RequestServiceState, Lane::Ready, Lane::RequestBeforeAfter].map(Lane::id);
    assert_eq!(lanes, expected);
    assert_eq!(recheck(&story.steps, Some(&ReviewId("another".to_owned())), contract()), []);
    let twice: Vec<_> = story.steps.iter().chain(&story.steps).cloned().collect();
    assert_eq!(recheck(&twice, None, contract()).len(), 3, "a step that is read twice signs once");
}

#[test]
fn a_lane_that_does_not_come_out_and_a_step_changed_before_it_differ() {
    let mut forged = Story::complete();
    forged.step("take compose_stack_state_ref", &current());
    forged.sign("reviewer", &current());
    let mut other = forged.clone();
    Lane::Ready.id().clone_into(signed(&mut forged).0);
    assert_eq!(outcomes(&forged.steps), [Again::Differs { lane: Lane::RequestServiceState, same_input: true }]);
    // The field that was empty when it was signed is not any more.
    for step in &mut other.steps {
        match &mut step.event.act {
            ReviewAct::FieldSet { field, value, .. } if field == "compose_stack_state_ref" => {
                "all up".clone_into(value);
            }
            _ => {}
        }
    }
    assert_eq!(outcomes(&other.steps), [Again::Differs { lane: Lane::Ready, same_input: false }]);
}

#[test]
fn another_time_or_other_surroundings_than_were_signed_differ() {
    let mut late = story();
    let last = late.steps.len() - 1;
    late.steps.truncate(last);
    late.steps[last - 1].event.occurred_at = in_seconds(86_400);
    // The override has lapsed and the evidence is stale by the time that the sign-off claims.
    let again = outcomes(&late.steps);
    assert_eq!(again[1], Again::Differs { lane: Lane::RequestBeforeAfter, same_input: false });
    let mut calm = story();
    signed(&mut calm).3.as_mut().unwrap().objections.clear();
    assert!(matches!(outcomes(&calm.steps)[2], Again::Differs { same_input: false, .. }));
}

#[test]
fn another_policy_says_what_todays_would_and_what_was_not_kept_is_not_guessed() {
    let mut story = Story::complete();
    story.sign("reviewer", &current());
    "of another day".clone_into(signed(&mut story).2);
    assert_eq!(outcomes(&story.steps), [Again::OtherPolicy { today: Lane::Ready }]);
    *signed(&mut story).3 = None;
    assert_eq!(outcomes(&story.steps), [Again::NotKept]);
}

/// The built-in set under the rules of before a decisive check had to be heard.
fn lanes_2() -> &'static Contract {
    static CONTRACT: std::sync::OnceLock<Contract> = std::sync::OnceLock::new();
    let policy = "61c52e1f802800e8183617707a4dffd9cb178664e325832babcd5b2dc5faff08";
    CONTRACT.get_or_init(|| contract().of_policy(policy).unwrap())
}

#[test]
fn what_a_console_of_lanes_2_signed_still_comes_out_by_those_rules() {
    // As a console of that version recorded it, the incident given by a field alone.
    let lines = include_str!("../fixtures/review/lanes-2.jsonl").lines();
    let steps: Vec<Recorded> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let again = recheck(&steps, None, contract());
    assert_eq!(
        again.iter().map(|one| (&one.outcome, one.rules)).collect::<Vec<_>>(),
        [(&Again::Same, Some("lanes-2"))]
    );
}

#[test]
fn what_was_ready_without_being_heard_stays_so_by_its_own_rules_and_is_not_accepted_by_todays() {
    let mut story = Story::stamped_under(lanes_2());
    story.sign("reviewer", &current());
    assert_eq!(signed(&mut story).0, Lane::Ready.id());
    assert_eq!(outcomes(&story.steps), [Again::Same]);
    let today = readback::review::lane(&story.review(), contract(), &current());
    assert_eq!((today.lane, today.opened_under_another), (Lane::RequestActor, true));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_signed_when_comes_out_again(
        taken in proptest::collection::vec(0..28_usize, 0..4), ages in proptest::collection::vec(0..900_i64, 0..4),
        hours in 1..800_i64, restart in proptest::option::of(-900..100_i64), snapshot: Option<bool>,
    ) {
        let mut story = Story::complete();
        let around = Around { snapshot_current: snapshot, last_restart: restart.map(in_seconds), ..current() };
        for (taken, age) in taken.iter().zip(ages) {
            let check = &contract().checks[*taken].id;
            story.step(&format!("attach {check} probe-{age} {age} 300"), &around);
            story.set(&contract().fields.required[*taken], "");
            story.pass_over("reviewer", check, hours, "agreed in the call");
            story.sign("reviewer", &around);
        }
        prop_assert!(outcomes(&story.steps).iter().all(|again| *again == Again::Same));
    }
}

/// Records the steps as a console would, under ids of this test's own.
async fn record(url: &StoreUrl, steps: &[Recorded]) {
    let store = AnyStore::open(url, Access::ReadWrite).await.unwrap();
    store.ready().await.unwrap();
    for step in steps {
        store.record(&Outcome { event: step.event.clone(), operation: None }).await.unwrap();
    }
    store.close().await;
}

fn ask(stack: &Stack, args: &[&str], env: &[(&str, &str)]) -> (Option<i32>, Value, Output) {
    let output = stack.run(&[&["review", "recheck", "--format", "json"], args].concat(), env);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null), output)
}

/// Two sign-offs. No override: when one is in force is for the database's clock to say.
fn told() -> Vec<Recorded> {
    let mut story = Story::complete();
    story.step("attach postcheck_independent probe-db 30 60", &current());
    story.step("take compose_stack_state_ref", &current());
    story.sign("reviewer", &current());
    story.set("compose_stack_state_ref", "all up");
    let objection = Objection { check: "recurrence_guard_present".to_owned(), why: "seen".to_owned() };
    story.sign("reviewer", &Around { objections: vec![objection], ..current() });
    story.steps
}

async fn comes_out_again(url: &StoreUrl, stack: &Stack, env: &[(&str, &str)]) {
    let steps = told();
    record(url, &steps).await;
    let (code, report, output) = ask(stack, &[], env);
    assert_eq!((code, &report["verdict"]), (Some(0), &"same".into()), "{output:?}");
    assert_eq!(report["sign_offs"].as_array().unwrap().len(), 2);
    assert_eq!(report["policy"], Contract::builtin().digest());
    // Somebody records a sign-off that does not come out of the steps before it.
    let mut forged = Story { contract: contract(), steps };
    forged.sign("other", &current());
    "forged".clone_into(signed(&mut forged).1);
    let last = [forged.steps.pop().unwrap()];
    record(url, &last).await;
    let (code, report, output) = ask(stack, &["INC-2031"], env);
    assert_eq!((code, &report["verdict"]), (Some(1), &"differs".into()), "{output:?}");
    assert_eq!(report["sign_offs"][2]["actor"], "console:other");
    let text = stack.run(&["review", "recheck", "review-1"], env);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.starts_with("SAME  under lanes-3  review-1"), "{text}");
    assert!(text.contains("\nDIFFERS  the steps before it are another input"), "{text}");
    assert_eq!(ask(stack, &["INC-8"], env).0, Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_says_which_sign_off_does_not_come_out_again_on_sqlite() {
    let stack = Stack::new();
    stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    let url = StoreUrl::sqlite(stack.root().join("log.db"));
    AnyStore::open(&url, Access::ReadWrite).await.unwrap().close().await;
    let (code, report, output) = ask(&stack, &[], &[]);
    assert_eq!((code, &report["verdict"]), (Some(3), &"unknown".into()), "nothing was signed: {output:?}");
    comes_out_again(&url, &stack, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_says_which_sign_off_does_not_come_out_again_on_postgresql() {
    let Some(db) = pg::TestDb::create().await else { return };
    let url = db.url();
    comes_out_again(&StoreUrl::parse(&url).unwrap(), &Stack::new(), &[("READBACK_STORE_URL", &url)]).await;
    db.drop().await;
}

/// The worked example of docs/how-to/own-checklist.md.
fn example() -> &'static str {
    let text = include_str!("../../docs/how-to/own-checklist.md");
    let start = text.find("# checks.toml\n").unwrap();
    text[start..].split("```").next().unwrap()
}

#[test]
fn the_documented_check_set_is_one_and_judges_what_it_asks() {
    let set = Contract::parse_own(example()).unwrap();
    assert!(set.rules.second_reader);
    assert_eq!((set.checks.len(), set.fields.required.len()), (7, 6));
    assert_ne!(set.digest(), Contract::builtin().digest());
    assert!(set.is_runtime("docker_restart") && set.is_anonymous("root") && set.lanes.len() == 10);
}

#[test]
fn a_check_set_that_lacks_what_the_lanes_rest_on_says_what() {
    let error = |from: &str, to: &str| {
        let text = example().replacen(from, to, 1);
        assert_ne!(text, example(), "{from}");
        Contract::parse_own(&text).unwrap_err().to_string()
    };
    for (from, to, says) in [
        ("kind = \"judgement\"", "kind = \"guess\"", "line 45, column 8: unknown variant `guess`"),
        ("[rules]", "[ruels]", "line 2, column 2: unknown field `ruels`"),
        ("\"backup_restore_ref\"]", "\"nope\"]", "check `backup_restored_elsewhere` asks for field `nope`"),
        ("kind = \"guard\"", "kind = \"field\"", "no check has kind guard"),
        ("id = \"runtime_stays_zero\"", "id = \"runtime_is_fine\"", "check `runtime_stays_zero`"),
        ("\"backup_restore_ref\",", "\"backup_restore_ref\", \"runtime_gate\",", "field `runtime_gate`"),
        ("rollback_owner = \"request_actor_supplement\"", "", "field `rollback_owner` is required"),
    ] {
        let said = error(from, to);
        assert!(said.contains(says) && !said.contains('\n'), "{said}");
    }
    let nobody = example().replace("    \"actor_attribution_ref\",\n", "").replace("\"actor_attribution_ref\"", "");
    assert!(Contract::parse_own(&nobody).unwrap_err().to_string().contains("actor_attribution_ref"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_follows_the_check_set_of_the_stack_and_says_where_it_is_wrong() {
    let stack = Stack::new();
    stack.change("readback.toml", "[review]\n", "[review]\nchecks = \"checks.toml\"\n");
    stack.change("readback.toml", "url = \"sqlite:\"", "url = \"sqlite:log.db\"");
    stack.write("checks.toml", example());
    let url = StoreUrl::sqlite(stack.root().join("log.db"));
    record(&url, &told()).await;
    let (code, report, output) = ask(&stack, &[], &[]);
    assert_eq!((code, &report["verdict"]), (Some(3), &"unknown".into()), "{output:?}");
    let own = Contract::parse_own(example()).unwrap();
    assert_eq!(report["policy"], own.digest());
    assert_eq!(report["sign_offs"][0]["outcome"], "other_policy");
    assert_eq!(report["sign_offs"][0]["today"], "request_before_after_supplement");
    stack.change("checks.toml", "kind = \"judgement\"", "kind = \"guess\"");
    let wrong = stack.run(&["review", "list"], &[]);
    assert_eq!(wrong.status.code(), Some(3));
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(said.starts_with("readback: checks.toml: check set: line 45, column 8:"), "{said}");
}
