//! What is turned down: rows that cannot be read, rows that are refused for one of their cells, and cells of rows that are
//! kept all the same.

use super::take::{Refused, Taker};
use crate::data::account::Refusal;
use crate::data::cells::{Bad, Raw, Shift, shown};
use crate::data::wording::{clip, shorten, told};
use crate::data::{Origin, RejectReason};
use crate::number::Decimal;
use std::sync::Arc;

/// What is to be said about a cell if its row is kept.
pub(super) enum Remark {
    Blank,
    Bad(Bad, String),
    Shift(Shift),
    Ratio(Decimal),
}

/// What comes first in a list of rejects: the part of the list, where it is, which of the parts of the table that are read
/// at once, which of the worker's rows, which column. Where lines end with a bare carriage return many rows are on one line.
pub(super) type Rank = (u8, Origin, u64, u64, usize);

impl Taker<'_> {
    /// The rank of the row at hand.
    pub(super) fn rank(&self, part: u8, origin: Origin, column: usize) -> Rank {
        (part, origin, self.turn, self.read, column)
    }

    /// A row that cannot be read at all.
    pub(super) fn reject_row(&mut self, origin: Origin, reason: RejectReason, detail: impl FnOnce() -> String) {
        self.count_row(origin.file, false);
        *self.refused.entry(reason).or_default() += 1;
        if self.plan.request.rejects {
            let reject = self.plan.about.reject(&self.plan.files, origin, Refusal::new(reason, detail()));
            self.rejects.push((self.rank(0, origin, 0), reject));
        }
    }

    /// Takes note of the cells of a row that is kept.
    pub(super) fn remark(&mut self, row: usize) {
        let origin = self.origin;
        for (i, remark) in std::mem::take(&mut self.remarks) {
            let (Some(column), Some(wanted)) = (self.columns.get_mut(i), self.plan.wanted.get(i)) else { continue };
            match remark {
                Remark::Blank => column.tally.blanks.add(origin),
                Remark::Shift(shift) => column.tally.shift(shift, origin),
                Remark::Ratio(number) => column.tally.ratio(number),
                Remark::Bad(bad, text) => {
                    column.tally.unreadable(bad, &text, origin);
                    if let Some(lane) = wanted.lane.and_then(|lane| self.piece.lanes.get_mut(lane)) {
                        lane.unreadable.push(row as u32);
                    }
                    if self.plan.request.rejects {
                        let unknown = bad == Bad::NotInList;
                        let reason = if unknown { RejectReason::UnknownValue } else { RejectReason::UnreadableCell };
                        let said = told(wanted.field, clip(&text));
                        let detail = format!("`{said}` in `{}` {}", wanted.field.name, bad.words());
                        let refusal = Refusal {
                            account: self.plan.account(self.key_now()),
                            field: Some(wanted.field.name.clone()),
                            value: Some(text),
                            ..Refusal::new(reason, detail)
                        };
                        let reject = self.plan.about.reject(&self.plan.files, origin, refusal);
                        self.rejects.push((self.rank(2, origin, wanted.index), reject));
                    }
                }
            }
        }
    }

    #[cold]
    pub(super) fn refuse(
        &mut self,
        i: usize,
        reason: RejectReason,
        raw: Option<&Raw<'_>>,
        detail: impl FnOnce() -> String,
    ) -> Refused {
        *self.refused.entry(reason).or_default() += 1;
        if let Some(key) = self.key.as_ref()
            && let Some(new) = self.plan.request.owners.and_then(|owners| owners.merged_into(key))
            && let Some(count) = self.moved.get_mut(&(Arc::clone(key), Arc::clone(new)))
        {
            *count -= 1;
        }
        if self.plan.request.rejects
            && let Some(wanted) = self.plan.wanted.get(i)
        {
            let refusal = Refusal {
                account: self.plan.account(self.key.as_ref()),
                field: Some(wanted.field.name.clone()),
                value: raw.map(|raw| shorten(&shown(raw), 200)),
                ..Refusal::new(reason, detail())
            };
            let reject = self.plan.about.reject(&self.plan.files, self.origin, refusal);
            self.rejects.push((self.rank(0, self.origin, 0), reject));
        }
        Refused
    }
}
