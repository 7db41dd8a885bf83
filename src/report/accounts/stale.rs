//! Values that are past their `valid for` and still count: a number alone does not show its age.

use super::Evaluation;
use crate::engine::AccountResult;
use crate::program::{Metric, Stale};
use crate::report::value::grouped;

/// At most so many accounts are named for one metric.
const ACCOUNTS: usize = 5;

/// True for a metric whose value is stale and there all the same. One that is missing for it says so itself.
pub fn still_shown(of: &Evaluation, account: &AccountResult, metric: usize) -> bool {
    let fades = |m: &Metric| m.valid_for.as_ref().is_some_and(|valid| valid.then != Stale::Missing);
    let expired = account.metrics.get(metric).is_some_and(|result| result.expired.is_some());
    expired && of.program.metrics.get(metric).is_some_and(fades)
}

/// `promoters for 2, older than 90 days: acme Acme since 2026-01-31, bluth since 2026-03-02`
pub fn lines(of: &Evaluation) -> Vec<String> {
    let metrics = of.program.metrics.iter().enumerate();
    let line = |(i, metric): (usize, &Metric)| {
        let valid = metric.valid_for.as_ref()?;
        let stale: Vec<&AccountResult> = of.results.accounts.iter().filter(|a| still_shown(of, a, i)).collect();
        let named = stale.iter().take(ACCOUNTS).filter_map(|account| {
            let since = account.metrics.get(i)?.expired.as_ref()?.until.plus_days(1);
            Some(format!("{} since {since}", of.called(account)))
        });
        let mut named: Vec<String> = named.collect();
        if stale.len() > ACCOUNTS {
            named.push(format!("{} more", grouped((stale.len() - ACCOUNTS) as u64)));
        }
        let count = grouped(stale.len() as u64);
        let line = format!("{} for {count}, valid for {}: {}", metric.header.name, valid.duration, named.join(", "));
        (!stale.is_empty()).then_some(line)
    };
    metrics.filter_map(line).collect()
}
