//! Whose rows are: the key in a cell, and the row of the table above that it leads to, if it leads to any.

use super::NOBODY;
use super::owners::Asked;
use super::take::Taker;
use crate::data::account::{Count, Refusal};
use crate::data::{Origin, Reject};
use std::sync::Arc;

/// A row whose owner has not been found yet.
pub(super) struct Waiting {
    pub(super) asked: Asked,
    pub(super) row: usize,
    pub(super) origin: Origin,
}

/// So many keys are looked for together.
pub(super) const TOGETHER: usize = 32;

impl Taker<'_> {
    /// Says whose the row is, where that is known already.
    #[cfg(feature = "parquet")]
    pub(super) fn owned_by(&mut self, owner: Option<u32>) {
        self.owner = owner.unwrap_or(NOBODY);
    }

    /// True if the owner of the row is known.
    pub(super) fn is_owned(&self) -> bool {
        self.owner != NOBODY
    }

    /// Finds the owner of the row.
    #[inline]
    pub(super) fn belongs(&mut self, key: &str) {
        let Some(owners) = self.plan.request.owners else { return };
        if self.later {
            self.asked = owners.ask(key.as_bytes());
            if self.asked.is_some() {
                return;
            }
        }
        match owners.get(key) {
            Some(owner) => {
                self.owner = owner;
                if let Some(new) = owners.merged_into(key) {
                    self.key = Some(Arc::from(key));
                    let new = Arc::clone(new);
                    self.key_moved(key, new);
                } else if self.plan.request.rejects {
                    self.key = Some(Arc::from(key));
                }
            }
            None => self.key = Some(Arc::from(key)),
        }
    }

    #[cold]
    fn key_moved(&mut self, key: &str, new: Arc<str>) {
        // Counted at once; taken back if the row is refused after all.
        *self.moved.entry((Arc::from(key), new)).or_default() += 1;
    }

    /// Finds the owners of rows that wait for them.
    pub(super) fn answer(&mut self) {
        let mut waiting = std::mem::take(&mut self.waiting);
        for Waiting { asked, row, origin } in waiting.drain(..) {
            self.owner = NOBODY;
            self.answered(asked);
            if let Some(owner) = self.piece.owners.get_mut(row) {
                *owner = self.owner;
            }
            if self.owner == NOBODY {
                self.origin = origin;
                self.orphan();
            } else {
                self.piece.kept += 1;
                self.kept += 1;
            }
        }
        self.waiting = waiting;
    }

    #[inline]
    pub(super) fn answered(&mut self, asked: Asked) {
        match self.plan.request.owners.and_then(|owners| owners.answer(asked)) {
            Some(owner) => self.owner = owner,
            None => self.key = Some(Arc::from(String::from_utf8_lossy(&asked.bytes()))),
        }
    }

    /// The key that holds the row now.
    pub(super) fn key_now(&self) -> Option<&Arc<str>> {
        let key = self.key.as_ref()?;
        Some(self.plan.request.owners.and_then(|owners| owners.merged_into(key)).unwrap_or(key))
    }

    /// Takes note of a row that belongs to nothing, as this key does.
    pub(super) fn orphan_of(&mut self, origin: Origin, key: &str) {
        self.origin = origin;
        self.key = Some(Arc::from(key));
        self.orphan();
    }

    /// Takes note of a row that belongs to nothing.
    pub(super) fn orphan(&mut self) {
        let key = self.key.take().unwrap_or_default();
        *self.refused.entry(self.plan.orphan).or_default() += 1;
        let one = Count { count: 1, first: self.origin };
        if self.plan.request.rejects {
            // What exactly is wrong is found when all are known.
            let parent = self.plan.parent.and_then(|i| self.plan.about.table.fields.get(i));
            let refusal = Refusal {
                account: self.plan.account(Some(&key)),
                field: parent.map(|field| field.name.clone()),
                value: Some(key.to_string()),
                ..Refusal::new(self.plan.orphan, String::new())
            };
            let reject = self.plan.about.reject(&self.plan.files, self.origin, refusal);
            self.rejects.push((self.rank(1, self.origin, 0), Reject { detail: key.to_string(), ..reject }));
        }
        self.orphans.entry((self.origin.file, key)).or_default().merge(one);
    }
}
