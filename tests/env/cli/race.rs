//! `readback env sync --apply` on a terminal: what was shown is what is written, or nothing is.

use super::{BROKEN, WELL, shop};
use crate::support::pty::{Pty, binary};
use crate::support::stack::{SOON, Stack};

fn apply(stack: &Stack) -> Pty {
    let (root, own) = (stack.root(), stack.environment());
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let args = ["--stack", root.to_str().unwrap(), "env", "sync", "--apply"];
    Pty::spawn(binary(), &args, &own, 120, 40)
}

fn file(stack: &Stack) -> String {
    std::fs::read_to_string(stack.root().join(".env")).unwrap()
}

#[test]
fn a_file_that_is_edited_between_the_plan_and_the_name_is_left_as_it_is() {
    let stack = shop();
    stack.write(".env", BROKEN);
    let mut pty = apply(&stack);
    pty.wait_for("type the stack's name (shop)", SOON);
    assert!(
        pty.screen(crate::support::screen::Screen::text).contains("DB_PASSWORD"),
        "the plan stands above the question"
    );
    let edited = BROKEN.replace("EXTRA=1", "EXTRA=2");
    stack.write(".env", &edited);
    pty.send("shop\n");
    let exit = pty.wait_exit(SOON);
    let shown = pty.screen(crate::support::screen::Screen::text);
    assert_ne!(exit.code, 0, "{shown}");
    assert!(shown.contains("the file was changed since the plan was made"), "{shown}");
    assert_eq!(file(&stack), edited);
}

#[test]
fn the_name_that_is_typed_right_applies_what_was_shown_and_a_wrong_one_nothing() {
    let stack = shop();
    stack.write(".env", BROKEN);
    let mut wrong = apply(&stack);
    wrong.wait_for("type the stack's name (shop)", SOON);
    wrong.send("shp\n");
    assert_ne!(wrong.wait_exit(SOON).code, 0);
    assert_eq!(file(&stack), BROKEN);
    let mut right = apply(&stack);
    right.wait_for("type the stack's name (shop)", SOON);
    right.send("shop\n");
    assert_eq!(right.wait_exit(SOON).code, 0, "{}", right.screen(crate::support::screen::Screen::text));
    assert!(file(&stack).contains(WELL.lines().nth(1).unwrap()));
}
