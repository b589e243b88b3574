//! Whether an attribution names a person: reviewer and actor of the change must not be the same.

/// The most words that a user's name is looked for in.
const LONGEST: usize = 4;

/// Whether a text (an attribution such as `Chen Wei (on-call)`) names the user of an actor such as `console:chen.wei`. Neither
/// case nor punctuation makes a difference, nor whether the parts of a name stand together. A part of another's name counts
/// too: a reviewer too many asks somebody else, one too few reviews himself. An empty user is named by nothing.
pub fn names_user(text: &str, actor: &str) -> bool {
    let user = words(actor.rsplit_once(':').map_or(actor, |(_, user)| user)).concat();
    if user.is_empty() {
        return false;
    }
    let words = words(text);
    (1..=LONGEST).any(|length| words.windows(length).any(|together| together.concat() == user))
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_by_a_whole_word_in_any_case_and_with_any_prefix() {
        assert!(names_user("alice", "console:alice"));
        assert!(names_user("Restarted by Alice, on-call.", "console:alice"));
        assert!(names_user("console:alice@jump-1", "console:alice"));
        assert!(names_user("chen.wei", "chen.wei"));
        assert!(names_user("Chen Wei (on-call)", "console:chen.wei"));
        assert!(names_user("ChenWei", "console:chen.wei"));
        assert!(names_user("Chen, Wei", "chenwei"));
        assert!(names_user("chen.wei", "console:wei"));
        assert!(names_user("王小明（值班）", "console:王小明"));
        assert!(!names_user("malice", "console:alice"));
        assert!(!names_user("infra on-call", "console:alice"));
        assert!(!names_user("weiss, chen", "console:chen.wei"));
        assert!(!names_user("anything", "console:"));
        assert!(!names_user("...", "console:-"));
    }
}
