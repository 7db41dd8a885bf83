//! Lines of csv that are printed while the accounts behind them are computed: of accounts nothing is held but those of which
//! there is something to say beside their line.

use super::terminal::Terminal;
use crate::data::LoadReport;
use crate::engine::column::{Seen, Stage};
use crate::engine::{AccountResult, Results};
use crate::program::FieldId;
use crate::report::Stamp;
use crate::report::accounts::{self as report, Evaluation, Extras, Part, Sheet};

/// The lines of one as-of date.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// So many parts are printed. Where rows turn out to be needed that were not held, the rest follows later.
    done: usize,
    remarkable: Vec<AccountResult>,
}

/// What lines show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) stamp: &'a Stamp,
    /// Columns of the accounts that are shown too.
    pub(super) columns: &'a [FieldId],
    pub(super) personal: bool,
    /// The names of the columns come first.
    pub(super) headed: bool,
}

impl Lines {
    /// Prints the lines of all accounts, as far as that was not done before; gives what is known of the portfolio, and the
    /// accounts of which there is something to say.
    pub(super) fn print(&mut self, stage: &Stage<'_, '_>, shown: Shown<'_>, terminal: &mut Terminal) -> Results {
        let Shown { stamp, columns, personal, headed } = shown;
        let (evaluator, portfolio, load) = (stage.evaluator(), stage.portfolio(), LoadReport::default());
        let tasks = report::tasks(evaluator, &portfolio, personal);
        let extras = Extras { bare: terminal.quiet(), columns: columns.to_vec(), tasks, ..Extras::default() };
        let (program, data, load) = (evaluator.program, evaluator.data, &load);
        let of = Evaluation { program, data, load, results: &portfolio, stamp, personal, extras: &extras };
        let sheet = Sheet::new(of, stage.machine());
        if headed && self.done == 0 {
            terminal.print(&sheet.head());
        }
        let start = || (sheet.part(), Vec::new());
        let visit = |(part, kept): &mut (Part, Vec<AccountResult>), seen: &mut Seen<'_>| {
            sheet.live(seen, part);
            if sheet.is_remarkable(seen) {
                kept.push(seen.result());
            }
        };
        stage.in_order(self.done, start, visit, |count, (part, kept)| {
            terminal.print_lines(part.lines());
            sheet.take_back(part);
            self.remarkable.extend(kept);
            self.done = count;
        });
        drop(sheet);
        Results { accounts: self.remarkable.clone(), ..portfolio }
    }
}
