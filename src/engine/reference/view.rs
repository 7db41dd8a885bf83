//! What an evaluator does not see: rows after a date, other accounts after a date.
//!
//! With everything in view, the value at a date is what `eval --as-of` prints. Holding back what came later tells apart what time did by
//! itself from what new rows did, and what other accounts did.

use super::Evaluator;
use super::collective::Collectives;
use super::scope::Scope;
use crate::calendar::Date;
use crate::program::Aggregate;

/// What is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct View {
    /// Rows dated later than this are never seen, whatever the as-of date.
    pub rows_until: Option<Date>,
    /// Other accounts are looked at as of this date at the latest: populations, portfolio metrics, relatives.
    pub others_until: Option<Date>,
    /// A source that can say something about a window on this date is taken to go on, without new rows, later on.
    pub goes_on_from: Option<Date>,
}

impl<'a> Evaluator<'a> {
    /// The same with less in view.
    pub fn within(self, view: View) -> Evaluator<'a> {
        Evaluator { view, collectives: Collectives::default(), ..self }
    }

    /// The latest date of which rows can be seen from a date.
    pub(super) fn seen_until(&self, as_of: Date) -> Date {
        self.view.rows_until.map_or(as_of, |until| until.min(as_of))
    }

    /// The date at which other accounts are looked at.
    pub(super) fn others_at(&self, as_of: Date) -> Date {
        self.view.others_until.map_or(as_of, |until| until.min(as_of))
    }

    /// True if anything of the program looks at all accounts.
    pub fn looks_at_others(&self, as_of: Date) -> bool {
        use super::schedule::{Needs, Schedule};
        let needs = Needs::new(self.program, self.calendar, true);
        needs.in_order(Schedule::everything(self.program, as_of), &hashbrown::HashSet::new());
        !needs.collectives().is_empty()
    }
}

impl Scope<'_> {
    /// True if the source can say something about the window at this date, or is taken to go on.
    pub(super) fn covered(self, aggregate: &Aggregate) -> bool {
        let goes_on = self.account.evaluator.view.goes_on_from.filter(|from| *from < self.as_of);
        self.vouched(aggregate) || goes_on.is_some_and(|from| self.at(from).vouched(aggregate))
    }
}
