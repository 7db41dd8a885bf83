//! What a person sees who waits for large files: how much of them has been read. Nobody else sees anything.

use crate::data::{Binding, Progress};
use crate::program::Program;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, park_timeout, spawn};
use std::time::Duration;

/// Shows nothing of what takes no longer than this.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is drawn.
const STEP: Duration = Duration::from_millis(100);

/// A line on the standard error for as long as it is held, if files take their time and a terminal is there.
#[derive(Debug, Default)]
pub struct Bar {
    running: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Bar {
    /// Watches the reading of all tables; not with `--quiet`, and not where nobody looks.
    pub fn watch(program: &Program, binding: &mut Binding, quiet: bool) -> Bar {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if quiet || dumb || !io::stderr().is_terminal() {
            return Bar::default();
        }
        let progress = Arc::new(Progress::default());
        binding.watch(program, &progress);
        let done = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&done);
        Bar { running: Some((done, spawn(move || draw(&progress, &until)))) }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.running.take() {
            done.store(true, Ordering::Relaxed);
            thread.thread().unpark();
            // A line that could not be drawn is no reason to fail.
            let _ = thread.join();
        }
    }
}

fn draw(progress: &Progress, done: &AtomicBool) {
    let mut wait = PATIENCE;
    let mut drawn = false;
    loop {
        park_timeout(wait);
        wait = STEP;
        let mut err = io::stderr().lock();
        if done.load(Ordering::Relaxed) {
            if drawn {
                let _ = write!(err, "\r\x1b[K");
            }
            return;
        }
        let (read, total) = progress.bytes();
        let _ = write!(err, "\r\x1b[K{}", line(read, total)).and_then(|()| err.flush());
        drawn = true;
    }
}

/// `reading 120 of 350 MB  ██████░░░░░░░░░░░░░░  34 %`
fn line(read: u64, total: u64) -> String {
    const WIDTH: u64 = 20;
    let (read, mega) = (read.min(total), 1_000_000);
    let part = |of: u64| if total == 0 { 0 } else { (u128::from(read) * u128::from(of) / u128::from(total)) as u64 };
    let full = part(WIDTH);
    let bar = "\u{2588}".repeat(full as usize) + &"\u{2591}".repeat((WIDTH - full) as usize);
    format!("reading {} of {} MB  {bar}  {} %", read.div_ceil(mega), total.div_ceil(mega), part(100))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn the_line_says_how_far_it_is() {
        assert_eq!(line(119_500_000, 350_000_000), "reading 120 of 350 MB  ██████░░░░░░░░░░░░░░  34 %");
        assert_eq!(line(0, 0), "reading 0 of 0 MB  ░░░░░░░░░░░░░░░░░░░░  0 %");
        assert_eq!(line(9, 7), "reading 1 of 1 MB  ████████████████████  100 %");
    }
}
