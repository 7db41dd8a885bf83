//! Thresholds, scales, grades and parts: from a value to a name and points.

use super::logic::{compare, passes};
use super::scope::Scope;
use crate::ast::CompareOp;
use crate::engine::Expired;
use crate::number::{Decimal, Products};
use crate::program::{Band, BandTable, BandTest, Metric, PartTest, Partition, Scale, Stale};
use crate::value::{Fault, Missing, Value};

impl Scope<'_> {
    /// The table that holds for the account: the first segment's that it surely belongs to, or else the general one.
    pub(super) fn bands(self, tables: &[BandTable]) -> Option<&BandTable> {
        tables.iter().find(|table| self.applies(table.segment))
    }

    /// The scale that holds for the account.
    pub(super) fn scale(self, scales: &[Scale]) -> Option<&Scale> {
        scales.iter().find(|scale| self.applies(scale.segment))
    }

    /// The value of a metric after expiry, and whether it is too old.
    pub(super) fn metric_value(self, metric: &Metric) -> (Value, Option<Expired>) {
        let value = self.eval(&metric.value);
        let (Some(valid), false) = (metric.valid_for, value.is_missing()) else { return (value, None) };
        let last = metric.value.aggregates().into_iter().filter_map(|a| self.last_counted(a)).max();
        let expired = last.map(|last| (last, valid.duration.after(last))).filter(|(_, until)| *until < self.as_of);
        let Some(mut expired) = expired.map(|(last, until)| Expired { last, until, before: None }) else {
            return (value, None);
        };
        let value = match valid.then {
            Stale::Missing => Value::Missing(Missing::Stale),
            Stale::Flag => value,
            Stale::Fade { .. } if gives_points(metric) => value,
            Stale::Fade { to, days } => {
                expired.before = value.number();
                self.faded(value, to, days, &expired)
            }
        };
        (value, Some(expired))
    }

    /// The points of a metric, a line's own scale included, after what its age does to them.
    pub(super) fn fade(self, metric: &Metric, expired: Option<&Expired>, points: Value) -> Value {
        match (metric.valid_for.map(|valid| valid.then), expired) {
            // Points that are the value itself have faded with it.
            (Some(Stale::Fade { to, days }), Some(expired)) if gives_points(metric) => {
                self.faded(points, to, days, expired)
            }
            _ => points,
        }
    }

    /// In a straight line from its own points on the last usable day to `to`; rounded once.
    fn faded(self, points: Value, to: Decimal, days: i64, expired: &Expired) -> Value {
        let Value::Number(own) = points else { return points };
        let past = self.as_of.days_since(expired.until).clamp(0, days);
        let mut sum = Products::default();
        let both = sum.add(own, Decimal::int(days - past)).and_then(|()| sum.add(to, Decimal::int(past)));
        self.number(both.and_then(|()| sum.divided_by(Decimal::int(days))))
    }

    /// The band of a metric's value, and its points: those of the band, or else of the scale.
    pub(super) fn points_of(self, metric: &Metric, value: &Value) -> (Option<String>, Option<Value>) {
        let table = self.bands(&metric.thresholds);
        let band = table.and_then(|table| first_match(&table.bands, value));
        let name = band.map(|band| band.name.clone());
        if let Some(points) = band.and_then(|band| band.points) {
            return (name, Some(Value::Number(points)));
        }
        if let Some(scale) = self.scale(&metric.scales) {
            return (name, Some(self.scaled(scale, value)));
        }
        // Points that are given to other segments only are missing here; the value never stands in for them.
        let gives_points = !metric.scales.is_empty()
            || metric.thresholds.iter().flat_map(|t| &t.bands).any(|band| band.points.is_some());
        let reason = value.missing().unwrap_or(Missing::NotApplicable);
        (name, gives_points.then_some(Value::Missing(reason)))
    }

    /// The points of a value on a scale.
    pub(super) fn scaled(self, scale: &Scale, value: &Value) -> Value {
        match value {
            Value::Number(x) => match interpolate(&scale.points, *x) {
                Some(points) => Value::Number(points),
                None => self.fault(Fault::Overflow),
            },
            other => Value::Missing(other.missing().unwrap_or(Missing::NotApplicable)),
        }
    }

    /// The part of a partition, as a symbol. As soon as a part is unknown, so is the partition.
    pub(super) fn compute_part(self, partition: &Partition) -> Value {
        let by = partition.by.as_ref().map(|by| self.eval(by));
        for (i, part) in (0u32..).zip(&partition.parts) {
            let holds = match (&part.test, &by) {
                (PartTest::Condition(condition), _) => self.eval(condition),
                (PartTest::By(test), Some(value)) => Value::Boolean(matches(test, value)),
                (PartTest::By(test), None) => Value::Boolean(*test == BandTest::Otherwise),
            };
            match holds {
                Value::Boolean(false) => {}
                Value::Boolean(true) => return Value::Symbol(i),
                unknown => return Value::Missing(unknown.missing().unwrap_or(Missing::NotApplicable)),
            }
        }
        Value::Missing(by.and_then(|value| value.missing()).unwrap_or(Missing::NotApplicable))
    }
}

/// True if thresholds or a scale turn the value into points.
fn gives_points(metric: &Metric) -> bool {
    !metric.scales.is_empty() || metric.thresholds.iter().any(|t| t.bands.iter().any(|b| b.points.is_some()))
}

/// The first band whose test the value passes.
pub(super) fn first_match<'t>(bands: &'t [Band], value: &Value) -> Option<&'t Band> {
    bands.iter().find(|band| matches(&band.test, value))
}

/// A missing value passes `missing` and nothing else.
fn matches(test: &BandTest, value: &Value) -> bool {
    match (test, value) {
        (BandTest::Missing, value) => value.is_missing(),
        (_, Value::Missing(_)) => false,
        (BandTest::Otherwise, _) => true,
        (BandTest::Compare(op, bound), value) => measure(value).is_some_and(|x| passes(*op, x.cmp(bound))),
        (BandTest::Between(low, high), value) => measure(value).is_some_and(|x| *low <= x && x <= *high),
        (BandTest::In(list), value) => list.iter().any(|v| compare(CompareOp::Equal, value, v).truth() == Some(true)),
    }
}

/// The number that bounds are compared with: of a date, its day number.
fn measure(value: &Value) -> Option<Decimal> {
    value.number().or_else(|| value.date().map(|date| Decimal::int(i64::from(date.0))))
}

/// Linear between two points, rounded once; the first and last points hold beyond the ends. `None` on overflow.
pub fn interpolate(points: &[(Decimal, Decimal)], x: Decimal) -> Option<Decimal> {
    let above = points.partition_point(|(at, _)| *at <= x);
    let low = above.checked_sub(1).and_then(|i| points.get(i));
    match (low, points.get(above)) {
        (Some((x0, p0)), Some((x1, p1))) => {
            // (p0 (x1 - x0) + (x - x0) (p1 - p0)) / (x1 - x0)
            let width = x1.sub(*x0)?;
            let mut sum = Products::default();
            sum.add(*p0, width)?;
            sum.add(x.sub(*x0)?, p1.sub(*p0)?)?;
            sum.divided_by(width)
        }
        (Some((_, p)), None) | (None, Some((_, p))) => Some(*p),
        (None, None) => None,
    }
}
