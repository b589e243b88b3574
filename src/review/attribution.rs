//! Whether an attribution names a person: reviewer and actor of the change must not be the same.

/// Whether a text (an attribution such as `alice (on-call)`) names the user of an actor such as
/// `console:alice`. Compared word by word, without regard to case; an empty user is named by nothing.
pub fn names_user(text: &str, actor: &str) -> bool {
    let user = actor.rsplit_once(':').map_or(actor, |(_, user)| user).trim().to_lowercase();
    if user.is_empty() {
        return false;
    }
    let text = text.to_lowercase();
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    text.split(|c: char| !is_part(c)).any(|word| word.trim_matches('.') == user)
        || text.split_whitespace().any(|word| word == user)
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
        assert!(!names_user("malice", "console:alice"));
        assert!(!names_user("infra on-call", "console:alice"));
        assert!(!names_user("anything", "console:"));
    }
}
