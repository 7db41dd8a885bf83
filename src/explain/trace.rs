//! The reference interpreter as a [`Probe`].

use super::{Dropped, Probe, Step, TracedRow, TracedRows};
use crate::association::Pair;
use crate::calendar::{Calendar, Date};
use crate::data::{Dataset, TableData};
use crate::engine::AccountResult;
use crate::engine::reference::{self, Account, Compared, Evaluator, Outcome, RateUsed, Replayed, Standing};
use crate::program::{Aggregate, BenchmarkId, Convert, Expr, Keep, Program, Ranked};
use crate::value::{Missing, Value};

/// An account of the reference interpreter that can be asked.
pub struct Traced<'a> {
    evaluator: &'a Evaluator<'a>,
    account: &'a Account<'a>,
}

impl<'a> Traced<'a> {
    /// About this account.
    pub fn new(evaluator: &'a Evaluator<'a>, account: &'a Account<'a>) -> Traced<'a> {
        Traced { evaluator, account }
    }
}

impl Probe for Traced<'_> {
    fn value(&self, expr: &Expr) -> Value {
        self.account.value(expr)
    }

    fn then(&self, as_of: Date, ask: &mut dyn FnMut(&AccountResult, &dyn Probe)) {
        if as_of == self.account.as_of() {
            // What is supposed of today holds here too.
            return ask(&self.account.result(), self);
        }
        let account = match self.account.id() {
            "" => Some(self.evaluator.nobody(as_of)),
            id => self.evaluator.account(id, as_of),
        };
        if let Some(account) = account {
            ask(&account.result(), &Traced::new(self.evaluator, &account));
        }
    }

    fn rows(&self, aggregate: &Aggregate) -> TracedRows {
        let trace = self.account.rows_of(aggregate);
        let remarks = super::remarks::of_rows(self.evaluator, self.account, aggregate, &trace);
        let data: &Dataset = self.evaluator.data;
        let table = data.table(trace.table);
        let dated = self.evaluator.program.table(trace.table).is_some_and(|t| t.kind.at().is_some());
        let rows = trace.rows.into_iter().map(|row| {
            let mut told = TracedRow {
                row: row.row,
                date: dated.then_some(row.date),
                dropped: None,
                value: None,
                pair: None,
                diminish: None,
                capped: None,
                decay: None,
                weight: None,
                adds: None,
                remark: remarks.get(&row.row).cloned(),
            };
            match row.outcome {
                Outcome::Counted(counted) => {
                    // A count has nothing to say about a row but that it counts.
                    told.value = aggregate.value.as_ref().map(|_| counted.value);
                    told.pair = counted.pair;
                    told.diminish = counted.diminish;
                    told.capped = counted.capped.map(|c| (c.from, c.to));
                    (told.decay, told.weight, told.adds) = (counted.decay, counted.weight, counted.amount);
                }
                Outcome::Dropped(why) => {
                    let mut dropped = reason(self.evaluator.program, aggregate, table, why);
                    if let Some(why) = table.and_then(|t| t.left_out.get(&row.row)) {
                        dropped.reason = why.to_string();
                    }
                    told.dropped = Some(dropped);
                }
            }
            told
        });
        TracedRows {
            window: trace.window,
            covered: trace.covered,
            after_as_of: trace.after_as_of as u64,
            rows: rows.collect(),
            value: trace.value,
        }
    }

    fn standing(&self, ranked: &Ranked) -> Standing {
        self.account.standing(ranked)
    }

    fn unmatched(&self, aggregate: &Aggregate) -> Vec<u32> {
        self.account.pairs(aggregate).1
    }

    fn rate(&self, convert: &Convert) -> Result<RateUsed, Missing> {
        self.account.rate(convert, None)
    }

    fn compared_with(&self, id: BenchmarkId) -> Compared {
        self.account.compared_with(id)
    }

    fn replay(&self, expr: &Expr) -> Vec<Replayed> {
        self.account.replay(expr)
    }

    fn pairs_over_time(&self, expr: &Expr) -> Vec<(Date, Pair)> {
        self.account.pairs_over_time(expr)
    }

    fn relatives(&self, across: &crate::program::Across) -> Vec<reference::Part> {
        self.account.relatives(across)
    }

    fn row_metric(&self, id: crate::program::RowMetricId) -> Vec<reference::OfRow> {
        self.account.metric_of_rows(id)
    }

    fn calendar(&self) -> Calendar {
        self.evaluator.calendar
    }

    fn as_of(&self) -> Date {
        self.account.as_of()
    }
}

fn reason(program: &Program, aggregate: &Aggregate, table: Option<&TableData>, why: reference::Dropped) -> Dropped {
    use reference::Dropped as D;
    let place = |row: u32| table.map_or_else(|| "another row".to_string(), |t| t.place(row));
    let row_words = |e: &Expr| super::words::Words::new(program).row_expr(aggregate.source, e);
    let (step, words) = match why {
        D::Filter { unknown: false } => (Step::Filter, "filter not met".to_string()),
        D::Filter { unknown: true } => (Step::Filter, "filter unknown: something is missing".to_string()),
        D::LeftOut => (Step::Source, "takes no part".to_string()),
        D::Window => (Step::Window, "outside the window".to_string()),
        D::Repeat(of) => (Step::Dedupe, format!("repeats {}", place(of))),
        D::NotLatest(of) => (Step::Latest, format!("{} is later", place(of))),
        D::OverCap => {
            let why = match aggregate.cap.as_ref().map(|cap| &cap.keep) {
                Some(Keep::Highest(by)) => format!("over the cap: others have a higher {}", row_words(by)),
                Some(Keep::Last) => "over the cap: others are later".to_string(),
                _ => "over the cap".to_string(),
            };
            (Step::Cap, why)
        }
        D::NoValue(missing) => {
            let value = aggregate.value.as_ref().map_or_else(|| "value".to_string(), row_words);
            (Step::Value, format!("{value} is missing ({missing})"))
        }
        D::NoOther(missing) => {
            let other = aggregate.other.as_ref().map_or_else(|| "other value".to_string(), row_words);
            (Step::Value, format!("{other} is missing ({missing})"))
        }
        D::NoKey(missing) => {
            let by: Vec<String> = aggregate.by.iter().map(row_words).collect();
            (Step::Value, format!("{} is missing ({missing})", by.join(", ")))
        }
        D::NoWeight(missing) => {
            let weight = aggregate.weight.as_ref().map_or_else(|| "weight".to_string(), row_words);
            (Step::Value, format!("{weight} is missing ({missing})"))
        }
    };
    Dropped { step, reason: words }
}
