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
    let starts = gather(list, Vec::new(), accounts, account);
    for ends in starts.windows(2) {
        let [start, end] = ends else { continue };
        if let Some(rows) = list.get_mut(*start as usize..*end as usize).filter(|rows| rows.len() > 1) {
            rows.sort_unstable_by_key(&key);
        }
    }
}

/// Brings the rows of these lists together by account, and leaves those of an account in their order. Where those of each
/// account begin, and last where all end.
pub(super) fn gather<T: Copy>(
    list: &mut Vec<T>,
    others: Vec<Vec<T>>,
    accounts: usize,
    account: impl Fn(&T) -> u32,
) -> Vec<u32> {
    // First how many there are, two places on; then where each begins, one place on, which moves to where it ends.
    let mut starts = vec![0u32; accounts + 2];
    for row in std::iter::once(&*list).chain(&others).flatten() {
        if let Some(count) = starts.get_mut(account(row) as usize + 2) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let first = list.first().or_else(|| others.iter().find_map(|list| list.first())).copied();
    let Some(first) = first.filter(|_| !others.is_empty() || !list.is_sorted_by_key(&account)) else {
        starts.remove(0);
        return starts;
    };
    let mut sorted = vec![first; sum as usize];
    for list in std::iter::once(std::mem::take(list)).chain(others) {
        for row in &list {
            let Some(at) = starts.get_mut(account(row) as usize + 1) else { continue };
            if let Some(to) = sorted.get_mut(*at as usize) {
                *to = *row;
            }
            *at += 1;
        }
    }
    *list = sorted;
    starts.pop();
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

    #[test]
    fn lists_are_brought_together() {
        for (mut list, others) in [
            (vec![(2, 'a'), (0, 'b'), (2, 'c')], vec![vec![(0, 'd')], vec![], vec![(3, 'e'), (2, 'f')]]),
            (vec![], vec![vec![(2, 'a'), (0, 'b'), (2, 'c'), (0, 'd')], vec![(2, 'f'), (3, 'e')]]),
            (vec![(0, 'b'), (0, 'd'), (2, 'a'), (2, 'c'), (2, 'f'), (3, 'e')], vec![]),
        ] {
            let starts = gather(&mut list, others, 5, |row| row.0);
            assert_eq!(starts, [0, 2, 2, 5, 6, 6]);
            assert_eq!(list.iter().map(|row| row.1).collect::<String>(), "bdacfe");
        }
        assert_eq!(gather(&mut Vec::<u32>::new(), vec![vec![]], 2, |row| *row), [0, 0, 0]);
    }
}
