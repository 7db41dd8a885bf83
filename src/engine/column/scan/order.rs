//! Rows in the order of their accounts, without comparing all with all.

/// Sorts rows by account, and those of an account by a key. Rows come more or less in the order of their dates, so that once
/// they lie with their accounts there is little left to do.
pub(super) fn by_account<T: Copy, K: Ord>(
    list: &mut Vec<T>,
    account: impl Fn(&T) -> u32 + Copy,
    key: impl Fn(&T) -> K,
) {
    let accounts = list.iter().map(&account).max().map_or(0, |most| most as usize + 1);
    // There is a place for every account.
    if list.len() < accounts || u32::try_from(list.len()).is_err() {
        list.sort_unstable_by(|a, b| account(a).cmp(&account(b)).then_with(|| key(a).cmp(&key(b))));
        return;
    }
    let starts = gather(list, accounts, account);
    for ends in starts.windows(2) {
        let [start, end] = ends else { continue };
        if let Some(rows) = list.get_mut(*start as usize..*end as usize).filter(|rows| rows.len() > 1) {
            rows.sort_unstable_by_key(&key);
        }
    }
}

/// Brings rows of so many accounts together by account, and leaves those of an account in their order. Where those of each
/// account begin, and last where all end.
pub(super) fn gather<T: Copy>(list: &mut Vec<T>, accounts: usize, account: impl Fn(&T) -> u32) -> Vec<u32> {
    let mut starts = vec![0u32; accounts + 1];
    for row in &*list {
        if let Some(count) = starts.get_mut(account(row) as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    if !list.is_sorted_by_key(&account) {
        let (mut next, mut sorted) = (starts.clone(), list.clone());
        for row in &*list {
            let Some(at) = next.get_mut(account(row) as usize) else { continue };
            if let Some(to) = sorted.get_mut(*at as usize) {
                *to = *row;
            }
            *at += 1;
        }
        *list = sorted;
    }
    starts
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
