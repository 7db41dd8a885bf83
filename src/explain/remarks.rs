//! What there is to say about a row that counts: by which rate it was converted, which earlier text it repeats.

use super::words::{Words, plural};
use crate::builtins::AggregateFunction;
use crate::data::Dataset;
use crate::engine::reference::{Account, Evaluator, Outcome, Pair, RateUsed, RowsTrace};
use crate::program::{Aggregate, Convert, Expr, ExprKind, Program};
use crate::similar;
use crate::value::Missing;
use std::collections::HashMap;

/// By row, what is remarkable about it.
pub fn of_rows(
    evaluator: &Evaluator<'_>,
    account: &Account<'_>,
    aggregate: &Aggregate,
    trace: &RowsTrace,
) -> HashMap<u32, String> {
    let mut out: HashMap<u32, Vec<String>> = HashMap::new();
    let mut converts = Vec::new();
    aggregate.value.iter().for_each(|value| conversions(value, &mut converts));
    if !converts.is_empty() {
        for row in trace.rows.iter().filter(|row| !matches!(&row.outcome, Outcome::Dropped(why) if why.before_value()))
        {
            for convert in &converts {
                let used = account.rate(convert, Some((aggregate.source, row.row)));
                // Why there is none, the row says itself.
                if used.is_err() && matches!(row.outcome, Outcome::Dropped(_)) {
                    continue;
                }
                out.entry(row.row).or_default().push(rate(evaluator.program, evaluator.data, convert, &used));
            }
        }
    }
    for row in trace.rows.iter().filter(|row| matches!(row.outcome, Outcome::Counted(_))) {
        let remark = evaluator.data.table(aggregate.source).and_then(|data| data.remarks.get(&row.row));
        out.entry(row.row).or_default().extend(remark.map(|remark| remark.to_string()));
    }
    if let Some(with) = &aggregate.with {
        let (pairs, _) = account.pairs(aggregate);
        let others = evaluator.data.table(with.other.source);
        let partners: HashMap<u32, Pair> = pairs.into_iter().map(|pair| (pair.left, pair)).collect();
        for row in trace.rows.iter().filter(|row| matches!(row.outcome, Outcome::Counted(_))) {
            let remark = match partners.get(&row.row) {
                Some(pair) => {
                    let place = others.map_or_else(|| "another row".to_string(), |others| others.place(pair.right));
                    format!("matches {place}, {} apart", plural(pair.apart, "day"))
                }
                None => "no partner".to_string(),
            };
            out.entry(row.row).or_default().push(remark);
        }
    }
    if aggregate.function == AggregateFunction::NearDuplicates {
        let kept = trace.rows.iter().filter_map(|row| match &row.outcome {
            Outcome::Counted(counted) => Some((row.row, counted.value.text()?)),
            Outcome::Dropped(_) => None,
        });
        let (rows, texts): (Vec<u32>, Vec<&str>) = kept.unzip();
        let data = evaluator.data.table(aggregate.source);
        for (row, repeat) in rows.iter().zip(similar::repeats(&texts, aggregate.alike)) {
            let Some((of, alike)) = repeat else { continue };
            let place = rows.get(of).zip(data).map_or_else(|| "another row".to_string(), |(of, data)| data.place(*of));
            let percent = alike.mul(crate::number::Decimal::HUNDRED).unwrap_or(alike).fixed(1);
            out.entry(*row).or_default().push(format!("nearly repeats {place}: {percent}% alike"));
        }
    }
    out.into_iter().filter(|(_, remarks)| !remarks.is_empty()).map(|(row, remarks)| (row, remarks.join("; "))).collect()
}

/// The conversions inside an expression, those of inner aggregates left out.
pub fn conversions<'e>(expr: &'e Expr, out: &mut Vec<&'e Convert>) {
    match &expr.kind {
        ExprKind::Aggregate(_) | ExprKind::Across(_) => return,
        ExprKind::Convert(convert) => out.push(convert),
        _ => {}
    }
    expr.children().into_iter().for_each(|child| conversions(child, out));
}

/// Which rate of which day was taken: `at 1.08 USD per EUR of 2026-03-28 (fx.csv:3)`.
pub fn rate(program: &Program, data: &Dataset, convert: &Convert, used: &Result<RateUsed, Missing>) -> String {
    let to = convert.to;
    let used = match used {
        Ok(used) => used,
        Err(why) => {
            return format!("{} has no value: {why}", Words::new(program).operand(&convert.amount));
        }
    };
    let Some(row) = used.row else { return format!("in {to} already") };
    let place = program
        .rates
        .and_then(|rates| data.table(rates.table))
        .map_or(String::new(), |t| format!(" ({})", t.place(row)));
    let from = &used.from;
    match used.inverse {
        false => format!("at {} {to} per {from} of {}{place}", used.rate, used.day),
        true => format!("divided by {} {from} per {to} of {}{place}", used.rate, used.day),
    }
}
