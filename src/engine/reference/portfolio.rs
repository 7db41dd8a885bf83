//! Aggregates over accounts, concentration, and portfolio metrics.
//!
//! Sums, means, shares and the rest are those of event rows: an account is a row with a value and a weight.

use super::Subject;
use super::account::Account;
use super::aggregate::Row;
use super::concentration::concentrated;
use super::scope::Scope;
use crate::association::{Side, lacking};
use crate::builtins::AggregateFunction;
use crate::engine::{AccountsTold, Item, PortfolioResult};
use crate::number::Decimal;
use crate::program::{Across, PortfolioId};
use crate::value::{Fault, Missing, Value};

/// An account as an aggregate over accounts sees it.
#[derive(Debug, Clone)]
pub(super) enum Member {
    /// The filter is not met.
    Out,
    /// The filter is unknown.
    Undecided,
    /// In, with a value, what is measured beside it, a weight and a key.
    In { value: Value, other: Option<Value>, weight: Option<Value>, key: Result<Vec<Value>, Missing> },
}

/// What an account brings into an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The account.
    pub id: String,
    /// Its row.
    pub row: u32,
    /// Whether the filter is met; `None` if that is unknown.
    pub met: Option<bool>,
    /// Its value; 1 for a count.
    pub value: Value,
    /// What is measured beside it, for functions of pairs.
    pub other: Option<Value>,
    /// The bin that the pair lies in, or why that is missing.
    pub bin: Result<Vec<Value>, Missing>,
    /// Its weight, where accounts are weighed.
    pub weight: Option<Value>,
}

impl Part {
    pub(super) fn new(subject: &Subject, member: Member) -> Part {
        let nothing = Ok(Vec::new());
        let (met, value, other, weight, bin) = match member {
            Member::Out => (Some(false), Value::Missing(Missing::NotApplicable), None, None, nothing),
            Member::Undecided => (None, Value::Missing(Missing::NoData), None, None, nothing),
            Member::In { value, other, weight, key } => (Some(true), value, other, weight, key),
        };
        Part { id: subject.id.to_string(), row: subject.row, met, value, other, bin, weight }
    }
}

/// What accounts amount to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gathered {
    pub(super) value: Value,
    pub(super) told: AccountsTold,
}

impl Default for Gathered {
    fn default() -> Gathered {
        Gathered { value: Value::Missing(Missing::NoData), told: AccountsTold::default() }
    }
}

impl Scope<'_> {
    pub(super) fn portfolio_member(self, across: &Across) -> Member {
        match across.filter.as_ref().map(|filter| self.eval(filter).truth()) {
            Some(Some(false)) => return Member::Out,
            Some(None) => return Member::Undecided,
            Some(Some(true)) | None => {}
        }
        Member::In {
            value: across.value.as_ref().map_or(Value::Number(Decimal::ONE), |value| self.eval(value)),
            other: across.other.as_ref().map(|other| self.eval(other)),
            weight: across.weight.as_ref().map(|weight| self.eval(weight)),
            key: self.key_of(&across.by, |expr| self.eval(expr)),
        }
    }

    pub(super) fn across(self, across: &Across) -> Value {
        let value = match across.kin {
            Some(kin) => self.kin(across, kin).value,
            None => self.account.evaluator.gathered(across, self.as_of).value.clone(),
        };
        match value {
            Value::Missing(Missing::Error(fault)) => self.fault(fault),
            value => value,
        }
    }

    pub(super) fn gather(self, across: &Across, members: Vec<Member>) -> Gathered {
        let mut told = AccountsTold::default();
        let mut rows = Vec::new();
        let mut too_large = false;
        for member in members {
            let (value, other, weight, key) = match member {
                Member::Out => continue,
                Member::Undecided => {
                    told.undecided += 1;
                    continue;
                }
                Member::In { value, other, weight, key } => (value, other, weight, key),
            };
            told.accounts += 1;
            let lacks = match (across.function, &other) {
                (AggregateFunction::Paired(pairing), Some(other)) => lacking(pairing, &value, other).map(Side::reason),
                _ => value.missing(),
            };
            if let Some(reason) = lacks {
                told.missing(reason);
                too_large |= reason == Missing::Error(Fault::Overflow);
                continue;
            }
            let weight = match weight {
                None => None,
                Some(Value::Number(weight)) => Some(weight),
                Some(missing) => {
                    told.missing(missing.missing().unwrap_or(Missing::NotApplicable));
                    continue;
                }
            };
            let key = match key {
                Ok(key) => key,
                Err(reason) => {
                    told.missing(reason);
                    continue;
                }
            };
            match Row::plain(across.function, value, weight) {
                Some(mut row) => {
                    (row.key, row.other) = (key, other);
                    told.counted += 1;
                    rows.push(row);
                }
                None => too_large = true,
            }
        }
        let pairing = match across.function {
            AggregateFunction::Paired(pairing) => Some(pairing),
            _ => None,
        };
        let value = match (too_large, pairing) {
            (true, _) => Value::Missing(Missing::Error(Fault::Overflow)),
            (false, Some(pairing)) => self.paired(pairing, &rows, across.at_least),
            (false, None) if across.at_least.is_some_and(|least| told.counted < u64::from(least)) => {
                Value::Missing(Missing::TooFew)
            }
            (false, None) if across.function.concentration() => concentrated(across.function, &rows, across.top),
            (false, None) => self.combine(across.function, &rows),
        };
        Gathered { value, told }
    }
}

impl Account<'_> {
    /// A portfolio metric; this account is nobody.
    pub(super) fn portfolio_result(&self, id: PortfolioId) -> PortfolioResult {
        let missing = Value::Missing(Missing::NoData);
        let mut result = PortfolioResult {
            metric: id,
            value: missing,
            band: None,
            points: None,
            accounts: Vec::new(),
            rows: Vec::new(),
            faults: Vec::new(),
        };
        let Some(metric) = self.evaluator.program.portfolio(id) else { return result };
        let scope = Scope { blame: Some(Item::Portfolio(id)), ..self.scope() };
        result.value = scope.eval(&metric.value);
        (result.band, result.points) = scope.points_of(metric, &result.value);
        for across in metric.value.across() {
            result.accounts.push(self.evaluator.gathered(across, self.as_of).told.clone());
        }
        for aggregate in metric.value.aggregates() {
            result.rows.push(self.evaluator.spread(aggregate, self.as_of).told.clone());
        }
        result.faults = self.faults.borrow().iter().map(|fault| fault.fault).collect();
        result
    }
}
