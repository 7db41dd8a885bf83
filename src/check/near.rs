//! Which of many regions can have accounts in common: the others are told apart by one quantity, without comparing each
//! with each.

use super::region::Region;
use std::collections::HashMap;

/// So many quantities are tried.
const MOST_KEYS: usize = 8;

/// For each region the places of the earlier ones that have to be compared with it; all other earlier ones surely have no
/// account in common with it. A region that is not known has to be compared with all.
pub(super) fn earlier_near(regions: &[Option<Region>]) -> Vec<Vec<usize>> {
    let mut limited: HashMap<&str, usize> = HashMap::new();
    for region in regions.iter().flatten() {
        for key in region.keys() {
            *limited.entry(key).or_default() += 1;
        }
    }
    let mut keys: Vec<(&str, usize)> = limited.into_iter().collect();
    keys.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let mut best: Option<Vec<(usize, usize)>> = None;
    for (key, _) in keys.into_iter().take(MOST_KEYS) {
        let most = best.as_ref().map_or(usize::MAX, Vec::len);
        best = pairs(regions, key, most).or(best);
        // As good as it gets.
        if best.as_ref().is_some_and(|pairs| pairs.len() <= regions.len()) {
            break;
        }
    }
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); regions.len()];
    match best {
        Some(pairs) => {
            for (first, second) in pairs {
                if let Some(list) = near.get_mut(second) {
                    list.push(first);
                }
            }
            near.iter_mut().for_each(|list| list.sort_unstable());
            near.iter_mut().for_each(Vec::dedup);
        }
        None => near.iter_mut().enumerate().for_each(|(i, list)| list.extend(0..i)),
    }
    near
}

/// All pairs (earlier, later) whose values of this quantity meet; `None` if there are more than `most`.
fn pairs(regions: &[Option<Region>], key: &str, most: usize) -> Option<Vec<(usize, usize)>> {
    let mut spans: Vec<(i128, i128, usize)> = Vec::new();
    for (i, region) in regions.iter().enumerate() {
        match region {
            Some(region) => spans.extend(region.spans(key).into_iter().map(|(low, high)| (low, high, i))),
            None => spans.push((i128::MIN, i128::MAX, i)),
        }
    }
    spans.sort_unstable();
    let mut open: Vec<(i128, usize)> = Vec::new();
    let mut found = Vec::new();
    for (low, high, i) in spans {
        open.retain(|(end, _)| *end >= low);
        found.extend(open.iter().filter(|(_, j)| *j != i).map(|(_, j)| (i.min(*j), i.max(*j))));
        if found.len() > most {
            return None;
        }
        open.push((high, i));
    }
    Some(found)
}
