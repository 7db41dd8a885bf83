//! Metrics, segments, partitions and rules into instructions.

use super::build::{Builder, at};
use super::ladder::{Direct, Rung};
use super::op::{Bands, Expiry, Op, Row, Slope, Table, Test};
use super::{Found, Input, Why};
use crate::calendar::Date;
use crate::engine::Item;
use crate::engine::column::{Cell, Tag, What};
use crate::engine::reference::Step;
use crate::program::{
    BandTable, BandTest, Metric, MetricId, Node, PartTest, Partition, Rule, RuleId, Scale, Stale, Trigger, ValidFor,
};
use crate::value::{Missing, Value};

/// The names of all bands, each once, in the order of the tables: as a symbol, a band is its place among them.
pub fn names(tables: &[BandTable]) -> impl Iterator<Item = &str> {
    let all = move || tables.iter().flat_map(|table| &table.bands).map(|band| band.name.as_str());
    all().enumerate().filter(move |(i, name)| !all().take(*i).any(|earlier| earlier == *name)).map(|(_, name)| name)
}

/// True if thresholds or a scale turn the value into points.
pub(super) fn gives_points(metric: &Metric) -> bool {
    !metric.scales.is_empty() || metric.thresholds.iter().flat_map(|t| &t.bands).any(|band| band.points.is_some())
}

impl Builder<'_, '_> {
    pub(super) fn step(&mut self, (item, date): Step) -> Result<Found, Why> {
        let program = self.program;
        match item {
            Item::Node(Node::Metric(id)) => match program.metric(id) {
                Some(metric) => self.metric_step(id, metric, date),
                None => Ok(Found::Nothing),
            },
            Item::Node(Node::Scorecard(id)) => match program.scorecard(id) {
                Some(card) => self.card_step(card, date),
                None => Ok(Found::Nothing),
            },
            Item::Segment(id) => match program.segments.get(id.index()) {
                Some(segment) => {
                    let value = self.expr(&segment.condition, date)?;
                    Ok(Found::Membership { value: self.keep(value) })
                }
                None => Ok(Found::Nothing),
            },
            Item::Partition(id) => match program.partitions.get(id.index()) {
                Some(partition) => self.partition(partition, date),
                None => Ok(Found::Nothing),
            },
            Item::Rule(id) => match program.rules.get(id.index()) {
                Some(rule) => self.rule(id, rule, date),
                None => Ok(Found::Nothing),
            },
            Item::RowMetric(_) | Item::RowRule(_) => Err(Why::OfRows),
            // Computed once, before the accounts; an account only reads it.
            Item::Portfolio(_) | Item::PortfolioRule(_) => Ok(Found::Nothing),
        }
    }

    fn rule(&mut self, id: RuleId, rule: &Rule, date: Date) -> Result<Found, Why> {
        if matches!(rule.trigger, Trigger::On(_)) {
            return Err(Why::OfRows);
        }
        if !rule.guards.is_empty() {
            return Err(Why::Guards);
        }
        let condition = self.expr(&rule.condition, date)?;
        let unless = rule.unless.as_ref().map(|unless| self.expr(unless, date)).transpose()?;
        let close = rule.close.as_ref().map(|close| self.expr(&close.condition, date)).transpose()?;
        for reg in [Some(condition), unless, close].into_iter().flatten() {
            self.keep(reg);
        }
        self.probes(id, rule, date)?;
        Ok(Found::Rule { condition, unless, close })
    }

    fn metric_step(&mut self, id: MetricId, metric: &Metric, date: Date) -> Result<Found, Why> {
        let begin = self.here();
        let mut given = false;
        let mut value = match self.expr(&metric.value, date) {
            Ok(value) => value,
            Err(why) => {
                if !self.supply.gives(id, date) {
                    return Err(why);
                }
                self.code.truncate(begin);
                self.forget();
                given = true;
                self.input(Input::Given(id, date))
            }
        };
        self.keep(value);
        let points = gives_points(metric).then(|| self.fresh());
        // Who hands over a value says whether it is still good.
        let expiry = match metric.valid_for.filter(|_| !given) {
            Some(valid) => {
                let from = value;
                value = self.fresh();
                self.emit(Op::Copy { to: value, from });
                Some(self.expiry(metric, valid, value, points, date)?)
            }
            None => None,
        };
        if let Some(expiry) = expiry {
            self.emit(Op::Expire { expiry });
        }
        let band = (!metric.thresholds.is_empty()).then(|| self.fresh());
        if band.is_some() || points.is_some() {
            let tables = self.tables(&metric.thresholds, date);
            let slopes = metric.scales.iter().map(|scale| self.slope(scale, date)).collect();
            let bands = at(self.machine.bands.len());
            let direct = Direct::new(value, &tables, band, points);
            self.machine.bands.push(Bands { value, tables, slopes, band, points, direct });
            self.emit(Op::Bands { bands });
        }
        if let (Some(expiry), Some(Stale::Fade { .. }), Some(_)) = (expiry, metric.valid_for.map(|v| v.then), points) {
            self.emit(Op::Fade { expiry });
        }
        Ok(Found::Metric { value, band, points, expiry })
    }

    /// The dates of the rows that a value rests on. Their faults are noted as if the rows were looked at once more, which
    /// the reference does only where there is a value.
    fn expiry(
        &mut self,
        metric: &Metric,
        valid: ValidFor,
        value: u32,
        points: Option<u32>,
        date: Date,
    ) -> Result<u32, Why> {
        let jump = self.here();
        self.emit(Op::IfMissing { value, go: 0 });
        let mark = self.perhaps();
        let mut lasts = Vec::new();
        for aggregate in metric.value.aggregates() {
            let last = self.supply.slot(aggregate, date, What::LastCounted).ok_or(Why::Rows)?;
            let slot = self.supply.slot(aggregate, date, What::Value).ok_or(Why::Rows)?;
            self.input(Input::Slot(slot));
            lasts.push(self.input(Input::Slot(last)));
        }
        self.surely(mark);
        self.land(&[jump]);
        let lasts = self.list(&lasts);
        let (last, before) = (self.fresh(), self.fresh());
        let expiry = at(self.machine.expiries.len());
        self.machine.expiries.push(Expiry {
            duration: valid.duration,
            then: valid.then,
            as_of: date,
            value,
            points_fade: gives_points(metric),
            points,
            lasts,
            last,
            before,
        });
        Ok(expiry)
    }

    pub(super) fn tables(&mut self, tables: &[BandTable], date: Date) -> Vec<Table> {
        let codes: Vec<&str> = names(tables).collect();
        let mut out = Vec::with_capacity(tables.len());
        for table in tables {
            let rows = table.bands.iter().map(|band| {
                let name = codes.iter().position(|name| *name == band.name).map_or(u32::MAX, at);
                let name = Cell { tag: Tag::Symbol, bits: name.into() };
                Row { test: self.test(&band.test), gives: Rung { name, points: band.points.map(Cell::number) } }
            });
            let rows = rows.collect();
            out.push(Table::new(self.member(table.segment, date), rows));
        }
        out
    }

    fn slope(&mut self, scale: &Scale, date: Date) -> Slope {
        Slope { member: self.member(scale.segment, date), points: scale.points.clone() }
    }

    fn test(&mut self, test: &BandTest) -> Test {
        match test {
            BandTest::Compare(op, bound) => Test::Compare(*op, bound.raw()),
            BandTest::Between(low, high) => Test::Between(low.raw(), high.raw()),
            BandTest::In(list) => Test::In(list.iter().map(|value| self.constant(value.clone())).collect()),
            BandTest::Missing => Test::Missing,
            BandTest::Otherwise => Test::Otherwise,
        }
    }

    fn partition(&mut self, partition: &Partition, date: Date) -> Result<Found, Why> {
        let by = partition.by.as_ref().map(|by| self.expr(by, date)).transpose()?;
        let to = self.fresh();
        let tests: Vec<Test> = partition
            .parts
            .iter()
            .map(|part| match &part.test {
                PartTest::By(test) => self.test(test),
                PartTest::Condition(_) => Test::Otherwise,
            })
            .collect();
        let parts = at(self.machine.parts.len());
        self.machine.parts.push(tests);
        let simple = partition.parts.iter().all(|part| matches!(part.test, PartTest::By(_)));
        if let (Some(value), true) = (by, simple) {
            self.emit(Op::Parts { to, value, parts });
            return Ok(Found::Membership { value: to });
        }
        let mut jumps = Vec::new();
        let mark = self.perhaps();
        for (part, declared) in (0u32..).zip(&partition.parts) {
            let condition = match (&declared.test, by) {
                (PartTest::Condition(condition), _) => self.expr(condition, date)?,
                (PartTest::By(_), Some(value)) => {
                    let to = self.temporary();
                    self.emit(Op::Passes { to, value, parts, part });
                    to
                }
                (PartTest::By(test), None) => self.constant(Value::Boolean(*test == BandTest::Otherwise)),
            };
            jumps.push(self.here());
            self.emit(Op::Take { to, condition, part, go: 0 });
        }
        self.surely(mark);
        let value = by.unwrap_or_else(|| self.constant(Value::Missing(Missing::NotApplicable)));
        self.emit(Op::Nowhere { to, value });
        self.land(&jumps);
        Ok(Found::Membership { value: to })
    }
}
