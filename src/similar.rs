//! Which texts nearly repeat an earlier one.
//!
//! A text is folded to lower case and taken apart into words: runs of letters and digits. Its parts are all runs of three
//! words that follow each other; a text of fewer words is one part. Two texts are as alike as the parts that both have,
//! over all parts of either (Jaccard). The cost is bounded: only so many texts and words are looked at.

use crate::number::Decimal;
use std::collections::{HashMap, HashSet};

/// Texts that are compared: the latest.
const MOST_TEXTS: usize = 1_000;
/// Words of a text that are looked at: the first.
const MOST_WORDS: usize = 300;
/// Words that make a part.
const RUN: usize = 3;

/// For each text: the earlier text that it nearly repeats, and how alike they are. A text is compared with earlier ones
/// that are no repeats themselves; of several the most alike is told, of equal ones the earliest.
pub fn repeats(texts: &[&str], at_least: Decimal) -> Vec<Option<(usize, Decimal)>> {
    let mut out: Vec<Option<(usize, Decimal)>> = vec![None; texts.len()];
    // By part: the texts that have it, as far as they are no repeats.
    let mut having: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    let skip = texts.len().saturating_sub(MOST_TEXTS);
    for (i, text) in texts.iter().enumerate().skip(skip) {
        let parts = parts(text);
        if parts.is_empty() {
            continue;
        }
        let mut common: HashMap<usize, usize> = HashMap::new();
        for other in parts.iter().filter_map(|part| having.get(part)).flatten() {
            *common.entry(*other).or_default() += 1;
        }
        let mut best: Option<(usize, Decimal)> = None;
        let mut others: Vec<(usize, usize)> = common.into_iter().collect();
        others.sort_unstable();
        for (other, both) in others {
            let either = parts.len() + sizes.get(&other).copied().unwrap_or(0) - both;
            let Some(alike) = ratio(both, either).filter(|alike| *alike >= at_least) else { continue };
            if best.is_none_or(|(_, most)| alike > most) {
                best = Some((other, alike));
            }
        }
        if best.is_none() {
            sizes.insert(i, parts.len());
            for part in parts {
                having.entry(part).or_default().push(i);
            }
        }
        if let Some(place) = out.get_mut(i) {
            *place = best;
        }
    }
    out
}

fn ratio(part: usize, whole: usize) -> Option<Decimal> {
    Decimal::int(i64::try_from(part).ok()?).div(Decimal::int(i64::try_from(whole).ok()?))
}

/// The different runs of words.
fn parts(text: &str) -> HashSet<Vec<String>> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.take(MOST_WORDS).map(str::to_string).collect();
    match words.len() {
        0 => HashSet::new(),
        n if n < RUN => HashSet::from([words]),
        _ => words.windows(RUN).map(<[String]>::to_vec).collect(),
    }
}
