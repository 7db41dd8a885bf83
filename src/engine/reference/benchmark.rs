//! Benchmarks: the figures that hold for an account at a date, and where its value lies among them.

use super::account::Account;
use super::scope::Scope;
use crate::program::{Benchmark, BenchmarkId, Quartiles};
use crate::value::{Missing, Value};

/// How a value compares with a benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The value that is compared.
    pub value: Value,
    /// Place among the benchmark's rows of the one that holds; nothing if none does yet.
    pub row: Option<usize>,
    /// The value less the middle.
    pub gap: Value,
    /// The quarter, as a symbol.
    pub position: Value,
}

impl Scope<'_> {
    /// The gap to the middle, or the quarter.
    pub(super) fn benchmark(self, id: BenchmarkId, position: bool) -> Value {
        let compared = self.compared_with(id);
        if position { compared.position } else { compared.gap }
    }

    pub(super) fn compared_with(self, id: BenchmarkId) -> Compared {
        let none = Value::Missing(Missing::NoData);
        let mut out = Compared { value: none.clone(), row: None, gap: none.clone(), position: none };
        let Some(benchmark) = self.account.evaluator.program.benchmark(id) else { return out };
        out.value = self.eval(&benchmark.of);
        out.row = self.figures_of(benchmark);
        match (&out.value, out.row.and_then(|row| benchmark.rows.get(row))) {
            (Value::Number(value), Some(row)) => {
                out.gap = self.number(value.sub(row.p50));
                let quarter = [row.p25, row.p50, row.p75].iter().filter(|bound| *value >= **bound).count();
                out.position = Value::Symbol(u32::try_from(quarter).unwrap_or(0));
            }
            (Value::Missing(reason), _) => {
                (out.gap, out.position) = (Value::Missing(*reason), Value::Missing(*reason));
            }
            _ => {}
        }
        out
    }

    /// Rows for segments come first, and of each the latest first: those of the account's own segment win over those
    /// for everyone, however old they are.
    fn figures_of(self, benchmark: &Benchmark) -> Option<usize> {
        let holds = |row: &Quartiles| row.from <= self.as_of && self.applies(row.segment);
        benchmark.rows.iter().position(holds)
    }
}

impl Account<'_> {
    /// How the account compares with a benchmark.
    pub fn compared_with(&self, id: BenchmarkId) -> Compared {
        self.scope().compared_with(id)
    }
}
