//! The reference interpreter: it says what every program means, and is written to be read.
//!
//! One account at a time, everything that the account needs is computed once per as-of date, in an order that
//! `schedule` lays out beforehand; so expressions only ever look up what is already known, and a chain of thousands of
//! metrics needs no deep recursion. `Scope::eval` gives the value of an expression. The stories that `trace` and `rows`
//! tell are made of the same calls, so that they cannot disagree with the numbers.
//!
//! | file | what |
//! |---|---|
//! | `schedule` | what has to be computed, at which dates, in which order |
//! | `account` | one account, everything about it known |
//! | `scope` | where an expression is evaluated: account, as-of date, event row |
//! | `expr`, `logic`, `arithmetic`, `functions`, `time` | expressions |
//! | `related` | rows that belong to an account, to each other, or name each other; metrics of rows |
//! | `rates` | what currencies are worth in each other |
//! | `rows`, `aggregate` | which rows count, and what they amount to |
//! | `concentration` | how much of a sum lies with few |
//! | `pairs` | rows of one source beside those of another |
//! | `credit` | attribution: what was won, shared out among touches |
//! | `bands`, `score` | thresholds, scales, grades; scorecards |
//! | `correction` | scores that people set |
//! | `collective` | what takes all accounts at once, computed once |
//! | `everyone` | rows of all accounts together |
//! | `kin` | accounts above and below each other |
//! | `population` | where an account stands among others |
//! | `portfolio` | what all accounts amount to |
//! | `benchmark` | how a value compares with what others reach |
//! | `assist` | single questions, for an engine that computes the rest |
//! | `suppose` | what if a value were another one |
//! | `given` | what is known of rows before accounts are looked at |
//! | `view` | what an evaluator does not see |
//! | `trace` | the same, told clause by clause |

mod account;
mod aggregate;
mod arithmetic;
mod assist;
mod bands;
mod benchmark;
mod collective;
mod concentration;
mod correction;
mod credit;
mod everyone;
mod expr;
mod functions;
mod given;
mod kin;
mod logic;
mod pairs;
mod population;
mod portfolio;
mod rates;
mod related;
mod rows;
mod rules;
mod schedule;
mod scope;
mod score;
mod suppose;
mod time;
mod trace;
mod view;

pub use crate::engine::Unknown;
pub use account::Account;
pub use assist::{Assistant, Computed};
pub use bands::interpolate;
pub use benchmark::Compared;
pub use credit::derive;
pub(crate) use expr::is_because;
pub(crate) use given::Given;
pub(crate) use logic::passes;
pub use logic::{compare, fold, order};
pub use pairs::Pair;
pub use population::Standing;
pub use portfolio::Part;
pub use rates::RateUsed;
pub use related::OfRow;
pub use rows::{Counted, Dropped, Outcome, RowTrace, RowsTrace};
pub(crate) use rules::met;
pub use schedule::earliest_asked;
pub(crate) use schedule::{Schedule, Step, aggregates_asked, reads_others};
pub(crate) use score::{limited, unlimited};
pub use suppose::{Supposed, Supposition, Suppositions};
pub use time::Replayed;
pub(crate) use time::carry_dates;
pub use time::dates as looked_at;
pub use trace::{Clause, ConditionTrace, Operand, RuleTrace};
pub use view::View;

use super::{Engine, Options, PortfolioResult, Results};
use crate::calendar::{Calendar, Date};
use crate::data::{Dataset, TableData};
use crate::program::{FieldId, PortfolioId, Program, Table};
use crate::value::Value;
use collective::Collectives;
use std::sync::Arc;

/// The engine that defines what programs mean.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reference;

impl Engine for Reference {
    fn evaluate(&self, program: &Program, data: &Dataset, options: &Options) -> Results {
        Evaluator::new(program, data, options.calendar).evaluate(options)
    }
}

/// A program over a data set, ready to be asked about accounts.
#[derive(Debug)]
pub struct Evaluator<'a> {
    /// The program.
    pub program: &'a Program,
    /// The data.
    pub data: &'a Dataset,
    /// How the project counts its years.
    pub calendar: Calendar,
    /// See [`Evaluator::as_recorded`].
    as_recorded: bool,
    view: View,
    /// What was found out about rows beforehand.
    given: Option<Given<'a>>,
    /// By id.
    subjects: Arc<Vec<Subject>>,
    collectives: Collectives,
    rates: std::cell::OnceCell<rates::RateBook>,
}

/// An account as it stands in the subject table.
#[derive(Debug)]
struct Subject {
    id: Arc<str>,
    /// The row that event tables refer to.
    row: u32,
    /// Its place among all accounts.
    index: u32,
    /// For a table that keeps its history.
    history: Option<Box<History>>,
}

/// The rows of an account by date.
#[derive(Debug)]
struct History(Vec<(Date, u32)>);

impl Subject {
    /// The row as it was known at a date; `None` if the account did not exist yet.
    fn row_at(&self, date: Date) -> Option<u32> {
        let Some(History(rows)) = self.history.as_deref() else { return Some(self.row) };
        let known = rows.partition_point(|(since, _)| *since <= date);
        known.checked_sub(1).and_then(|last| rows.get(last)).map(|(_, row)| *row)
    }

    /// Its place among all accounts.
    fn place(&self) -> usize {
        self.index as usize
    }
}

impl<'a> Evaluator<'a> {
    /// Gets ready; reads the keys of the subject table.
    pub fn new(program: &'a Program, data: &'a Dataset, calendar: Calendar) -> Evaluator<'a> {
        let subjects = match (program.subject_table(), program.subject.and_then(|id| data.table(id))) {
            (Some(table), Some(rows)) => subjects(table, rows),
            _ => Vec::new(),
        };
        Evaluator {
            program,
            data,
            calendar,
            as_recorded: false,
            view: View::default(),
            given: None,
            subjects: Arc::new(subjects),
            collectives: Collectives::default(),
            rates: std::cell::OnceCell::new(),
        }
    }

    /// Sees at every date only what had been recorded by then, as a backtest must: event rows whose `recorded` column
    /// is later than the as-of date are treated like rows dated after it. A row that does not say counts as recorded when it
    /// happened.
    pub fn as_recorded(self) -> Evaluator<'a> {
        Evaluator { as_recorded: true, collectives: Collectives::default(), ..self }
    }

    /// Scores the accounts that the options ask for.
    pub fn evaluate(&self, options: &Options) -> Results {
        let schedule = Schedule::whole(self.program, self.calendar, options.as_of);
        self.get_ready(options.as_of);
        let asked =
            |subject: &&Subject| options.accounts.is_empty() || options.accounts.iter().any(|id| **id == *subject.id);
        let accounts = self
            .subjects
            .iter()
            .filter(asked)
            .filter(|subject| subject.row_at(options.as_of).is_some())
            .map(|subject| Account::new(self, subject, options.as_of, &schedule, &[]).into_result())
            .collect();
        Results {
            as_of: options.as_of,
            accounts,
            portfolio: self.portfolio_results(options.as_of),
            portfolio_rules: self.portfolio_rules(options.as_of),
        }
    }

    /// All portfolio metrics at a date, whichever accounts are asked for.
    pub fn portfolio_results(&self, as_of: Date) -> Vec<PortfolioResult> {
        self.get_ready(as_of);
        let count = u32::try_from(self.program.portfolio.len()).unwrap_or(u32::MAX);
        (0..count).map(|i| self.portfolio(PortfolioId(i), as_of).as_ref().clone()).collect()
    }

    /// Nobody in particular, for asking about the whole portfolio; its id is empty.
    pub fn nobody(&self, as_of: Date) -> Account<'_> {
        Account::new(self, &collective::NOBODY, as_of, &Schedule::default(), &[])
    }

    /// Ids of all accounts that exist at a date, sorted.
    pub fn ids(&self, as_of: Date) -> impl Iterator<Item = &str> {
        self.subjects.iter().filter(move |s| s.row_at(as_of).is_some()).map(|s| &*s.id)
    }

    /// The row of an account in the subject table as it was known at a date.
    pub fn row(&self, id: &str, as_of: Date) -> Option<u32> {
        let index = self.subjects.binary_search_by(|s| (*s.id).cmp(id)).ok()?;
        self.subjects.get(index)?.row_at(as_of)
    }

    /// An account with everything about it computed; `None` if there is none of this id at that date.
    pub fn account(&self, id: &str, as_of: Date) -> Option<Account<'_>> {
        self.account_if(id, as_of, &[])
    }

    /// The same with nothing computed yet: what it is asked for is computed then ([`Account::value_of`]).
    pub fn account_lazily(&self, id: &str, as_of: Date, suppose: &[Supposition]) -> Option<Account<'_>> {
        let index = self.subjects.binary_search_by(|s| (*s.id).cmp(id)).ok()?;
        let subject = self.subjects.get(index).filter(|s| s.row_at(as_of).is_some())?;
        Some(Account::new(self, subject, as_of, &Schedule::default(), suppose))
    }

    /// The same, supposing that some metrics had other values at this as-of date.
    pub fn account_if(
        &self,
        id: &str,
        as_of: Date,
        suppose: &[(crate::program::MetricId, Value)],
    ) -> Option<Account<'_>> {
        let suppose: Vec<Supposition> =
            suppose.iter().map(|(id, value)| (Supposed::Metric(*id), value.clone())).collect();
        self.account_supposing(id, as_of, &suppose)
    }
}

/// The accounts of the subject table by id. A row without a key has no id and is not an account.
fn subjects(table: &Table, rows: &TableData) -> Vec<Subject> {
    // Texts are keys as they stand; numbers may be one however they are written.
    let own = rows.by_key.is_unique() && id_is_text(table);
    let mut subjects: Vec<Subject> = Vec::with_capacity(rows.rows as usize);
    for row in 0..rows.rows {
        let Some(id) = id_of(table.key, rows, row) else { continue };
        let canonical = if own { row } else { rows.by_key.get(&id).unwrap_or(row) };
        subjects.push(Subject { id, row: canonical, index: 0, history: None });
    }
    subjects.sort_by(|a, b| a.id.cmp(&b.id));
    if !own {
        // Of several rows with one id the first is kept, with the history of all.
        subjects.dedup_by(|next, kept| next.id == kept.id);
    }
    for (index, subject) in (0u32..).zip(&mut subjects) {
        subject.index = index;
    }
    if let Some(since) = table.kind.since() {
        let mut histories: Vec<Vec<(Date, u32)>> = vec![Vec::new(); subjects.len()];
        for row in 0..rows.rows {
            let (Some(id), Some(date)) = (id_of(table.key, rows, row), rows.value(since, row).date()) else { continue };
            let place = subjects.binary_search_by(|subject| subject.id.cmp(&id)).ok();
            if let Some(history) = place.and_then(|place| histories.get_mut(place)) {
                history.push((date, row));
            }
        }
        for (subject, mut history) in subjects.iter_mut().zip(histories) {
            history.sort_unstable();
            subject.history = (!history.is_empty()).then(|| Box::new(History(history)));
        }
    }
    subjects
}

/// True if the keys of a table are texts.
fn id_is_text(table: &Table) -> bool {
    table.key.and_then(|key| table.fields.get(key.index())).is_some_and(|field| field.ty == crate::program::Type::Text)
}

fn id_of(key: Option<FieldId>, rows: &TableData, row: u32) -> Option<Arc<str>> {
    match key.map(|field| rows.value(field, row)) {
        None => Some(Arc::from(row.to_string())),
        Some(Value::Text(text)) => Some(text),
        Some(Value::Number(number)) => Some(Arc::from(number.to_string())),
        Some(_) => None,
    }
}
