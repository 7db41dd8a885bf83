//! What is added to the rows of an account, and at which dates.

/// By date what is added to a count and a sum; nothing of it stays when it was taken.
#[derive(Debug)]
pub(super) struct Steps {
    counts: Vec<i32>,
    sums: Vec<i64>,
    /// A bit for each date at which anything changes.
    at: Vec<u64>,
}

impl Steps {
    pub(super) fn new(dates: usize) -> Steps {
        Steps { counts: vec![0; dates], sums: vec![0; dates], at: vec![0; dates.div_ceil(64)] }
    }

    /// Something changes at a date.
    #[inline]
    pub(super) fn touch(&mut self, date: u32) {
        if let Some(word) = self.at.get_mut(date as usize / 64) {
            *word |= 1 << (date % 64);
        }
    }

    /// So much is added at a date.
    #[inline]
    pub(super) fn add(&mut self, date: u32, count: i32, sum: i64) {
        if let (Some(counts), Some(sums)) = (self.counts.get_mut(date as usize), self.sums.get_mut(date as usize)) {
            *counts = counts.wrapping_add(count);
            *sums = sums.wrapping_add(sum);
        }
        self.touch(date);
    }

    /// The first date at which anything changes, and what is added there: each is told once.
    #[inline]
    pub(super) fn next(&mut self) -> Option<(u32, i32, i64)> {
        let (i, word) = self.at.iter_mut().enumerate().find(|(_, word)| **word != 0)?;
        let date = i * 64 + word.trailing_zeros() as usize;
        *word &= *word - 1;
        let count = self.counts.get_mut(date).map_or(0, std::mem::take);
        Some((date as u32, count, self.sums.get_mut(date).map_or(0, std::mem::take)))
    }

    /// Nothing is added.
    pub(super) fn clear(&mut self) {
        self.counts.fill(0);
        self.sums.fill(0);
        self.at.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::Steps;

    #[test]
    fn dates_come_in_order_with_the_sum_of_what_was_added() {
        let mut steps = Steps::new(130);
        for (date, count, sum) in [(129, 2, 20), (3, 1, 5), (64, -4, 0), (3, 1, -9), (63, 1, 1)] {
            steps.add(date, count, sum);
        }
        steps.touch(65);
        let all: Vec<_> = std::iter::from_fn(|| steps.next()).collect();
        assert_eq!(all, [(3, 2, -4), (63, 1, 1), (64, -4, 0), (65, 0, 0), (129, 2, 20)]);
        steps.add(3, 7, 7);
        steps.clear();
        steps.touch(3);
        assert_eq!(steps.next(), Some((3, 0, 0)));
        assert_eq!(steps.next(), None);
    }
}
