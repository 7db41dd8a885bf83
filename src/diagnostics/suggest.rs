//! "Did you mean": the nearest of the names that would have been right.

use std::collections::BTreeSet;

/// The candidate nearest to `word`, if one is near enough: the same but for case, or at most a third of its letters off,
/// or the same word in the singular or plural.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.is_empty() {
        return None;
    }
    let folded = word.to_lowercase();
    let letters = word.chars().count();
    let limit = (letters / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // So many letters more or less are so many letters off; a plural has up to three more.
        let longer = candidate.chars().count().abs_diff(letters);
        if candidate == word || longer > limit.max(3) {
            continue;
        }
        let other = candidate.to_lowercase();
        let distance = match same_stem(&folded, &other) {
            true => 1,
            false if longer > limit => continue,
            false => strsim::damerau_levenshtein(&folded, &other),
        };
        let better = best.is_none_or(|(d, name)| distance < d || (distance == d && candidate < name));
        if distance <= limit && better {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// `story` and `stories`, `case` and `cases`.
fn same_stem(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    if short.len() < 3 {
        return false;
    }
    let ending = |more: &str, less: &str| {
        long.strip_suffix(more).zip(short.strip_suffix(less)).is_some_and(|(long, short)| long == short)
    };
    ending("ies", "y") || ending("es", "") || ending("s", "")
}

/// ``did you mean `x`?``, or a list of what there is if nothing is near and the list is short.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(name) = nearest(word, candidates.clone()) {
        return Some(format!("did you mean `{name}`?"));
    }
    let mut all = BTreeSet::new();
    for candidate in candidates {
        all.insert(candidate);
        if all.len() > 8 {
            return None;
        }
    }
    if all.is_empty() {
        return None;
    }
    let list: Vec<String> = all.iter().map(|n| format!("`{n}`")).collect();
    Some(format!("there {} {}", if list.len() == 1 { "is only" } else { "are" }, list.join(", ")))
}
