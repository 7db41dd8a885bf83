//! The same work on several cores at once.

/// What `work` gives on each of so many threads, of which the caller's is the first; at least there. They share out among
/// themselves what is to be done. Where one of them panics, so does the caller.
pub(crate) fn on<R: Send>(threads: usize, work: impl Fn() -> R + Sync) -> Vec<R> {
    beside(threads, &work, &work)
}

/// The same, where the caller's thread does more than the others.
pub(crate) fn beside<R: Send>(threads: usize, work: impl Fn() -> R + Sync, own: impl FnOnce() -> R) -> Vec<R> {
    if threads <= 1 {
        return vec![own()];
    }
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(&work)).collect();
        let mut all = vec![own()];
        for other in others {
            match other.join() {
                Ok(given) => all.push(given),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// As many threads as there are cores.
pub(crate) fn all() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::on;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_thread_is_heard_of() {
        for (threads, many) in [(0, 1), (1, 1), (3, 3)] {
            let next = AtomicUsize::new(0);
            let mut given = on(threads, || next.fetch_add(1, Ordering::Relaxed));
            given.sort_unstable();
            assert_eq!(given, (0..many).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_elsewhere_is_one_here() {
        let next = AtomicUsize::new(0);
        let work = || assert_ne!(next.fetch_add(1, Ordering::Relaxed), 1, "the second");
        assert!(std::panic::catch_unwind(|| on(2, work)).is_err());
    }
}
