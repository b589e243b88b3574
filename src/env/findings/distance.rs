//! Did you mean?

/// How many characters have to be changed to make one key of another.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut costs: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.chars().enumerate() {
        let mut diagonal = costs[0];
        costs[0] = row + 1;
        for (column, y) in b.iter().enumerate() {
            let swap = diagonal + usize::from(x != *y);
            diagonal = costs[column + 1];
            costs[column + 1] = swap.min(diagonal + 1).min(costs[column] + 1);
        }
    }
    costs[b.len()]
}

/// The nearest of some keys, if one is near: a character in four may differ.
pub(super) fn nearest<'a>(key: &str, among: &[&'a str]) -> Option<&'a str> {
    let near =
        |other: &&'a str| (other.len().abs_diff(key.len()) <= key.len() / 4).then(|| (distance(key, other), *other));
    let best = among.iter().filter_map(near).min_by_key(|(far, _)| *far);
    best.filter(|(far, _)| *far <= (key.len() / 4).max(1)).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_keys_are_proposed() {
        let keys = ["DB_PASSWORD", "REDIS_HOST", "DB_HOST"];
        assert_eq!(nearest("DB_PASWORD", &keys), Some("DB_PASSWORD"));
        assert_eq!(nearest("DB_HOTS", &keys), None);
        assert_eq!(nearest("DB_HOSTS", &keys), Some("DB_HOST"));
        assert_eq!(nearest("SMTP_SERVER", &keys), None);
    }
}
