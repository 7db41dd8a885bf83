//! Rows in the order of their accounts, without comparing all with all.

/// Sorts rows by account, and those of an account by a key. Rows come more or less in the order of their dates, so that once
/// they lie with their accounts there is little left to do.
pub(super) fn by_account<T: Copy, K: Ord>(list: &mut Vec<T>, account: impl Fn(&T) -> u32, key: impl Fn(&T) -> K) {
    let accounts = list.iter().map(&account).max().map_or(0, |most| most as usize + 1);
    // There is a place for every account.
    if list.len() < accounts || u32::try_from(list.len()).is_err() {
        list.sort_unstable_by(|a, b| account(a).cmp(&account(b)).then_with(|| key(a).cmp(&key(b))));
        return;
    }
    let mut ends = vec![0u32; accounts];
    for row in &*list {
        if let Some(count) = ends.get_mut(account(row) as usize) {
            *count += 1;
        }
    }
    // First where those of an account begin; each moves on to where they end.
    let mut begin = 0;
    for end in &mut ends {
        begin += std::mem::replace(end, begin);
    }
    let mut sorted = list.clone();
    for row in &*list {
        if let Some(end) = ends.get_mut(account(row) as usize) {
            if let Some(place) = sorted.get_mut(*end as usize) {
                *place = *row;
            }
            *end += 1;
        }
    }
    let mut begin = 0;
    for end in ends {
        if let Some(rows) = sorted.get_mut(begin..end as usize).filter(|rows| rows.len() > 1) {
            rows.sort_unstable_by_key(&key);
        }
        begin = end as usize;
    }
    *list = sorted;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_sorting() {
        let mut seed = 1u64;
        for (count, accounts) in [(0, 1), (1, 1), (5000, 30), (5000, 4999), (5000, 90_000), (3, u32::MAX)] {
            let mut list: Vec<(u32, u16)> = (0..count)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    ((seed >> 32) as u32 % accounts, (seed >> 16) as u16 % 100)
                })
                .collect();
            let mut expected = list.clone();
            expected.sort_unstable();
            by_account(&mut list, |row| row.0, |row| row.1);
            assert_eq!(list, expected, "{count} of {accounts}");
        }
    }
}
