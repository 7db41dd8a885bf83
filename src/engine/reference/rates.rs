//! What currencies are worth in each other, day by day.

use super::Evaluator;
use super::scope::Scope;
use crate::calendar::Date;
use crate::number::Decimal;
use crate::program::{Convert, CurrencyOf, Expr, Type};
use crate::value::{Fault, Missing, Value};
use std::collections::HashMap;

/// A rate with its day and row.
type Dated = (Date, u32, Decimal);

/// All rates, by pair of codes; those of a pair by date.
#[derive(Debug, Default)]
pub(super) struct RateBook {
    pairs: HashMap<(String, String), Vec<Dated>>,
}

/// The rate that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct RateUsed {
    /// The code of the currency of the amount.
    pub from: String,
    /// The row of the table of rates; `None` for an amount that is in the wanted currency already.
    pub row: Option<u32>,
    /// From which day it is.
    pub day: Date,
    /// The rate as it stands in the table.
    pub rate: Decimal,
    /// True if it leads the other way, so that the amount is divided by it.
    pub inverse: bool,
}

/// `usd ` and `USD` are one currency.
fn code(text: &str) -> String {
    text.trim().to_uppercase()
}

impl Evaluator<'_> {
    fn rate_book(&self) -> &RateBook {
        self.rates.get_or_init(|| {
            let mut book = RateBook::default();
            let Some(rates) = self.program.rates else { return book };
            let Some(table) = self.data.table(rates.table) else { return book };
            for row in 0..table.rows {
                let read = |field| self.code_of(rates.table, field, row);
                let (Some(from), Some(to)) = (read(rates.from), read(rates.to)) else { continue };
                let (Some(day), Some(rate)) =
                    (table.value(rates.at, row).date(), table.value(rates.rate, row).number())
                else {
                    continue;
                };
                book.pairs.entry((from, to)).or_default().push((day, row, rate));
            }
            book.pairs.values_mut().for_each(|list| list.sort_unstable());
            book
        })
    }

    fn code_of(&self, table: crate::program::TableId, field: crate::program::FieldId, row: u32) -> Option<String> {
        let ty = self.program.table(table)?.fields.get(field.index())?.ty;
        self.code_in(ty, &self.data.table(table)?.value(field, row))
    }

    fn code_in(&self, ty: Type, value: &Value) -> Option<String> {
        match (value, ty) {
            (Value::Text(text), _) => Some(code(text)),
            (Value::Symbol(place), Type::Enum(list)) => Some(code(self.program.symbol(list, *place))),
            _ => None,
        }
        .filter(|code| !code.is_empty())
    }

    /// The latest rate of a pair on or before a date; of one day the last in the order of the table.
    fn latest(&self, from: &str, to: &str, on: Date) -> Option<(Date, u32, Decimal)> {
        let list = self.rate_book().pairs.get(&(from.to_string(), to.to_string()))?;
        let known = list.partition_point(|(day, ..)| *day <= on);
        let before = list.get(..known)?;
        before.iter().rev().find(|(_, row, _)| self.rate_is_recorded(*row, on)).copied()
    }

    /// In a backtest a rate is not known before it was recorded.
    fn rate_is_recorded(&self, row: u32, by: Date) -> bool {
        let (true, Some(rates)) = (self.as_recorded, self.program.rates) else { return true };
        let fields = self.program.table(rates.table).map(|t| t.fields.as_slice()).unwrap_or_default();
        let column = fields.iter().position(|f| f.recorded);
        let recorded = column.and_then(|i| self.data.table(rates.table)?.columns.get(i)?.value(row).date());
        recorded.is_none_or(|recorded| recorded <= by)
    }
}

impl Scope<'_> {
    pub(super) fn convert(self, convert: &Convert) -> Value {
        let amount = match self.eval(&convert.amount) {
            Value::Number(amount) => amount,
            missing => return missing,
        };
        match self.rate(convert) {
            Err(Missing::Error(fault)) => self.fault(fault),
            Err(reason) => Value::Missing(reason),
            Ok(RateUsed { row: None, .. }) => Value::Number(amount),
            Ok(used) if used.inverse => self.number(amount.div(used.rate)),
            Ok(used) => self.number(amount.mul(used.rate)),
        }
    }

    /// The rate that a conversion takes here, or why there is none.
    pub(super) fn rate(self, convert: &Convert) -> Result<RateUsed, Missing> {
        let evaluator = self.account.evaluator;
        let to = convert.to.code().to_string();
        let from = match &convert.from {
            CurrencyOf::Type(currency) => currency.code().to_string(),
            CurrencyOf::Column(column) => self.code(column)?,
        };
        let on = match convert.on.as_ref().map(|on| self.eval(on)) {
            None => self.as_of,
            Some(Value::Missing(reason)) => return Err(reason),
            Some(date) => date.date().ok_or(Missing::NoData)?,
        };
        if from == to {
            return Ok(RateUsed { from, row: None, day: on, rate: Decimal::ONE, inverse: false });
        }
        // What is dated after the as-of date is never seen.
        let seen = on.min(evaluator.seen_until(self.as_of));
        let direct = evaluator.latest(&from, &to, seen);
        let inverse = evaluator.latest(&to, &from, seen);
        let direct_wins = direct.map(|(day, ..)| day) >= inverse.map(|(day, ..)| day);
        let found = if direct_wins { direct } else { inverse };
        let Some((day, row, rate)) = found else { return Err(Missing::Error(Fault::NoRate)) };
        let valid = evaluator.program.rates.is_none_or(|rates| rates.valid_for.after(day) >= on);
        if !valid {
            return Err(Missing::Stale);
        }
        Ok(RateUsed { from, row: Some(row), day, rate, inverse: !direct_wins })
    }

    fn code(self, column: &Expr) -> Result<String, Missing> {
        let value = self.eval(column);
        let found = self.account.evaluator.code_in(column.ty, &value);
        found.ok_or(value.missing().unwrap_or(Missing::NoData))
    }
}
