//! Which band a number falls into, and which comes next: the small part of the engine's table reading that a page about
//! a score needs again.

use crate::ast::CompareOp;
use crate::engine::AccountResult;
use crate::number::Decimal;
use crate::program::{Band, BandTable, BandTest, Line, Scale, Scorecard, SegmentRef};
use crate::value::Value;

/// Whether the account belongs.
pub fn member(account: &AccountResult, segment: SegmentRef) -> Option<bool> {
    match segment {
        SegmentRef::Segment(id) => account.segments.get(id.index()).copied().flatten(),
        SegmentRef::Part(id, part) => account.parts.get(id.index()).copied().flatten().map(|p| p == part),
    }
}

fn applies(account: &AccountResult, segment: Option<SegmentRef>) -> bool {
    segment.is_none_or(|s| member(account, s) == Some(true))
}

/// The table that holds for the account: its segment's, or else the general one.
pub fn table_for<'a>(tables: &'a [BandTable], account: &AccountResult) -> Option<&'a BandTable> {
    tables.iter().find(|t| applies(account, t.segment))
}

/// The scale that holds for the account.
pub fn scale_for<'a>(scales: &'a [Scale], account: &AccountResult) -> Option<&'a Scale> {
    scales.iter().find(|s| applies(account, s.segment))
}

/// The lines that hold for the account.
pub fn lines_for(card: &Scorecard, applied: Option<usize>) -> &[Line] {
    applied.and_then(|i| card.overrides.get(i)).map_or(&card.lines, |o| &o.lines)
}

/// True if a number passes.
pub fn passes(test: &BandTest, n: Decimal) -> bool {
    match test {
        BandTest::Compare(op, bound) => match op {
            CompareOp::Equal => n == *bound,
            CompareOp::NotEqual => n != *bound,
            CompareOp::Less => n < *bound,
            CompareOp::LessEqual => n <= *bound,
            CompareOp::Greater => n > *bound,
            CompareOp::GreaterEqual => n >= *bound,
        },
        BandTest::Between(low, high) => *low <= n && n <= *high,
        BandTest::In(values) => values.iter().any(|v| v.number() == Some(n)),
        BandTest::Missing => false,
        BandTest::Otherwise => true,
    }
}

/// The band of a number.
pub fn band_at(table: &BandTable, n: Decimal) -> Option<&Band> {
    table.bands.iter().find(|band| passes(&band.test, n))
}

/// The band above the one that a number is in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Next<'a> {
    /// Which.
    pub band: &'a Band,
    /// Where it begins.
    pub from: Decimal,
    /// It begins right above `from`, which itself is not in it.
    pub above: bool,
}

/// The first other band met on the way up from `n`.
pub fn next_above(table: &BandTable, n: Decimal) -> Option<Next<'_>> {
    let here = band_at(table, n)?;
    let mut steps: Vec<(Decimal, bool)> = Vec::new();
    for band in &table.bands {
        match &band.test {
            BandTest::Compare(_, bound) => steps.extend([(*bound, false), (*bound, true)]),
            BandTest::Between(low, high) => steps.extend([(*low, false), (*high, true)]),
            BandTest::In(values) => steps.extend(values.iter().filter_map(Value::number).map(|v| (v, false))),
            BandTest::Missing | BandTest::Otherwise => {}
        }
    }
    steps.sort();
    steps.into_iter().find_map(|(from, above)| {
        let at = if above { from.add(Decimal::STEP)? } else { from };
        let band = band_at(table, at).filter(|band| at > n && band.name != here.name)?;
        Some(Next { band, from, above })
    })
}

/// The numbers at which a table may change, each a step on its side too, rising.
fn steps(table: &BandTable) -> Vec<(Decimal, Decimal)> {
    let mut out: Vec<(Decimal, Decimal)> = Vec::new();
    let mut add = |bound: Decimal| {
        let beside = [bound.sub(Decimal::STEP), Some(bound), bound.add(Decimal::STEP)];
        out.extend(beside.into_iter().flatten().map(|at| (at, bound)));
    };
    for band in &table.bands {
        match &band.test {
            BandTest::Compare(_, bound) => add(*bound),
            BandTest::Between(low, high) => [*low, *high].into_iter().for_each(&mut add),
            BandTest::In(values) => values.iter().filter_map(Value::number).for_each(&mut add),
            BandTest::Missing | BandTest::Otherwise => {}
        }
    }
    out.sort();
    out
}

/// The first other band on the way up, or down: its name, the first number in it, and the bound that is written.
pub fn next(table: &BandTable, n: Decimal, down: bool) -> Option<(String, Decimal, Decimal)> {
    let here = band_at(table, n)?;
    let mut steps = steps(table);
    if down {
        steps.reverse();
    }
    steps.into_iter().filter(|(at, _)| if down { *at < n } else { *at > n }).find_map(|(at, bound)| {
        let band = band_at(table, at).filter(|band| band.name != here.name)?;
        Some((band.name.clone(), at, bound))
    })
}

/// Where a band begins on the way up, or down.
pub fn begins(table: &BandTable, name: &str, down: bool) -> Option<(Decimal, Decimal)> {
    let mut steps = steps(table);
    if down {
        steps.reverse();
    }
    steps.into_iter().find(|(at, _)| band_at(table, *at).is_some_and(|band| band.name == name))
}

/// The worst band: the lowest, or the highest where less is better.
pub fn worst(table: &BandTable, down: bool) -> Option<(String, Decimal, Decimal)> {
    let steps = steps(table);
    let (at, bound) = if down { steps.last() } else { steps.first() }.copied()?;
    band_at(table, at).map(|band| (band.name.clone(), at, bound))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::span::Span;

    fn table(rows: &[(&str, BandTest)]) -> BandTable {
        let band = |(name, test): &(&str, BandTest)| Band {
            name: name.to_string(),
            test: test.clone(),
            points: None,
            span: Span::default(),
        };
        BandTable { segment: None, bands: rows.iter().map(band).collect(), span: Span::default() }
    }

    fn at_least(n: i64) -> BandTest {
        BandTest::Compare(CompareOp::GreaterEqual, Decimal::int(n))
    }

    #[test]
    fn the_next_grade_is_the_nearest_above() {
        let grades = table(&[
            ("gold", at_least(85)),
            ("silver", at_least(60)),
            ("bronze", at_least(30)),
            ("none", BandTest::Otherwise),
        ]);
        let next = |n: &str| next_above(&grades, n.parse().unwrap()).map(|n| (n.band.name.clone(), n.from, n.above));
        assert_eq!(next("46.2"), Some(("silver".into(), Decimal::int(60), false)));
        assert_eq!(next("59.999999999"), Some(("silver".into(), Decimal::int(60), false)));
        assert_eq!(next("0"), Some(("bronze".into(), Decimal::int(30), false)));
        assert_eq!(next("85"), None);
    }

    #[test]
    fn tables_written_from_below_work_too() {
        let grades = table(&[
            ("risk", BandTest::Compare(CompareOp::LessEqual, Decimal::int(40))),
            ("ok", BandTest::Compare(CompareOp::Less, Decimal::int(70))),
            ("good", BandTest::Otherwise),
        ]);
        let next = |n: i64| next_above(&grades, Decimal::int(n)).map(|n| (n.band.name.as_str(), n.from, n.above));
        assert_eq!(next(10), Some(("ok", Decimal::int(40), true)));
        assert_eq!(next(41), Some(("good", Decimal::int(70), false)));
        assert_eq!(next(70), None);
    }
}
