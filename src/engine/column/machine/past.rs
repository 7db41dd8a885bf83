//! Expressions that look at other dates: what is inside is compiled once for each date.

use super::Why;
use super::build::{Builder, at};
use super::op::{Figures, Op, Reg};
use crate::calendar::Date;
use crate::engine::reference::looked_at;
use crate::program::{BenchmarkId, Expr, ExprKind};
use crate::value::{Missing, Value};

impl Builder<'_, '_> {
    pub(super) fn looking_back(&mut self, expr: &Expr, date: Date) -> Result<Reg, Why> {
        let dates = looked_at(self.calendar, &expr.kind, date).unwrap_or_default();
        match &expr.kind {
            ExprKind::AsOf { value, .. } => match dates.first() {
                Some(date) => self.expr(value, *date),
                None => Ok(self.nothing()),
            },
            ExprKind::Change { value, percent, .. } => {
                let [now, then] = dates.as_slice() else { return Ok(self.nothing()) };
                let (now, then) = (self.expr(value, *now)?, self.expr(value, *then)?);
                let to = self.temporary();
                self.emit(Op::Change { to, now, then, percent: *percent });
                Ok(to)
            }
            ExprKind::Trend { value, .. } => {
                let regs = self.each(value, dates.iter().rev())?;
                let (to, values) = (self.temporary(), self.list(&regs));
                self.emit(Op::Trend { to, values });
                Ok(to)
            }
            ExprKind::Held { condition, count, ignoring, .. } => {
                let regs = self.each(condition, dates.iter())?;
                let (to, truths) = (self.temporary(), self.list(&regs));
                self.emit(Op::Held { to, truths, count: *count, ignoring: *ignoring });
                Ok(to)
            }
            ExprKind::Streak { condition, ignoring, .. } => self.streak(condition, &dates, *ignoring),
            ExprKind::Until { enter, leave, at_least, .. } => {
                let mut regs = Vec::with_capacity(dates.len() * 2);
                for date in dates.iter().rev() {
                    regs.push(self.expr(enter, *date)?);
                    regs.push(self.expr(leave, *date)?);
                }
                let (to, points) = (self.temporary(), self.list(&regs));
                self.emit(Op::Until { to, points, at_least: *at_least });
                Ok(to)
            }
            ExprKind::Benchmark { id, position } => self.benchmark(*id, *position, date),
            ExprKind::Paired { .. } => Err(Why::Pairs),
            _ => Err(Why::Large),
        }
    }

    fn each<'d>(&mut self, expr: &Expr, dates: impl Iterator<Item = &'d Date>) -> Result<Vec<Reg>, Why> {
        dates.map(|date| self.expr(expr, *date)).collect()
    }

    /// Period ends before the run's beginning are not looked at.
    fn streak(&mut self, condition: &Expr, dates: &[Date], ignoring: bool) -> Result<Reg, Why> {
        let mut regs = Vec::with_capacity(dates.len());
        let mut jumps = Vec::new();
        let mut mark = None;
        for date in dates {
            let value = self.expr(condition, *date)?;
            regs.push(value);
            jumps.push(self.here());
            self.emit(Op::StreakEnds { value, ignoring, go: 0 });
            mark = mark.or(Some(self.perhaps()));
        }
        mark.into_iter().for_each(|mark| self.surely(mark));
        self.land(&jumps);
        let (to, truths) = (self.temporary(), self.list(&regs));
        self.emit(Op::Streak { to, truths, ignoring });
        Ok(to)
    }

    fn benchmark(&mut self, id: BenchmarkId, position: bool, date: Date) -> Result<Reg, Why> {
        let Some(benchmark) = self.program.benchmark(id) else {
            return Ok(self.constant(Value::Missing(Missing::NoData)));
        };
        let value = self.expr(&benchmark.of, date)?;
        let holding = benchmark.rows.iter().filter(|row| row.from <= date);
        let rows = holding.map(|row| (self.member(row.segment, date), [row.p25, row.p50, row.p75])).collect();
        let figures = at(self.machine.figures.len());
        self.machine.figures.push(Figures { rows });
        let to = self.temporary();
        self.emit(Op::Benchmark { to, value, figures, position });
        Ok(to)
    }
}
