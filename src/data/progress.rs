//! How much of what is to be read has been read: counted here, shown by whoever has a terminal.

use super::binding::Binding;
use super::load::find;
use crate::program::{Program, TableId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of files, packed ones as they are on the disk.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Takes note of bytes that have been read.
    pub(super) fn add(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many bytes have been read, and how many there are.
    pub fn bytes(&self) -> (u64, u64) {
        let total = self.total.load(Ordering::Relaxed);
        (self.done.load(Ordering::Relaxed).min(total), total)
    }
}

impl Binding {
    /// Has the reading of all tables counted in `progress`.
    pub fn watch(&mut self, program: &Program, progress: &Arc<Progress>) {
        let mut total = 0;
        for (i, bound) in self.tables.iter().enumerate() {
            let files = find(program, self, bound, TableId(i as u32)).unwrap_or_default();
            total += files.iter().filter_map(|file| Some(file.path.metadata().ok()?.len())).sum::<u64>();
        }
        progress.total.fetch_add(total, Ordering::Relaxed);
        for bound in &mut self.tables {
            bound.progress = Some(Arc::clone(progress));
        }
    }
}
