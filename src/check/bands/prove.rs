//! What is proved about rows: gaps, overlaps, rows out of reach, points that go up and down, values named twice.

use super::super::Checker;
use super::super::domain::Domain;
use super::super::interval::{Numbers, shown_number, words};
use super::super::region::band_numbers;
use super::Purpose;
use crate::ast::CompareOp;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{Band, BandTest, Type};
use crate::span::Span;
use crate::value::Value;
use std::collections::HashMap;

/// The rows of a table of numbers, each with the numbers that its test takes; rows for missing values take none.
struct Ranges<'b> {
    bands: &'b [Band],
    sets: &'b [Option<Numbers>],
    all: &'b Numbers,
    whole: bool,
    ty: Type,
    purpose: Purpose,
}

impl<'b> Ranges<'b> {
    /// True for whole numbers without a unit: their bounds can be written as they are.
    fn counts(&self) -> bool {
        self.whole && self.ty == Type::PLAIN
    }

    fn row(&self, index: usize) -> Option<(&'b Band, &'b Numbers)> {
        Some((self.bands.get(index)?, self.sets.get(index)?.as_ref()?))
    }

    fn before(&self, index: usize) -> impl Iterator<Item = (&'b Band, &'b Numbers)> {
        self.bands.iter().zip(self.sets).take(index).filter_map(|(band, set)| Some((band, set.as_ref()?)))
    }
}

impl Checker<'_, '_> {
    /// Everything that can be proved about the rows of a table.
    pub(super) fn prove(&mut self, bands: &[Band], ty: Type, domain: Option<Domain>, purpose: Purpose, block: Span) {
        if let Some(first_otherwise) = bands.iter().position(|b| b.test == BandTest::Otherwise) {
            for late in bands.iter().skip(first_otherwise + 1).filter(|b| b.test != BandTest::Missing) {
                self.push(
                    Diagnostic::new(
                        Code::UnreachableRow,
                        late.span,
                        format!("{} `{}` is never reached", purpose.row(), late.name),
                    )
                    .label("comes after `otherwise`")
                    .help("move `otherwise` to the end"),
                );
            }
        }
        self.same_names(bands, purpose);
        if purpose == Purpose::Thresholds {
            self.points_complete(bands);
        }
        // What comes after `otherwise` has been told.
        let end = bands.iter().position(|b| b.test == BandTest::Otherwise).map_or(bands.len(), |i| i + 1);
        let bands = bands.get(..end).unwrap_or(bands);
        if ty.is_number() {
            self.prove_numbers(bands, ty, domain, purpose, block);
        } else if let Some(all) = self.all_values(ty) {
            self.prove_values(bands, ty, &all, purpose, block);
        } else if !bands.iter().any(|b| b.test == BandTest::Otherwise) && !bands.is_empty() {
            let at = bands.last().map_or(block, |b| b.span);
            let rest = rest_row(bands, purpose);
            self.push(
                Diagnostic::new(purpose.gap(), at, format!("texts that no {} names fall through", purpose.row()))
                    .label("no row takes everything else")
                    .help(format!("add a last row `{rest}`")),
            );
        }
    }

    fn same_names(&mut self, bands: &[Band], purpose: Purpose) {
        if purpose == Purpose::Parts {
            return;
        }
        let mut firsts: HashMap<&str, &Band> = HashMap::new();
        for band in bands {
            let first = *firsts.entry(&band.name).or_insert(band);
            if first.points != band.points {
                self.push(
                    Diagnostic::new(
                        Code::DuplicateBand,
                        band.span,
                        format!("{} `{}` stands twice with different points", purpose.row(), band.name),
                    )
                    .label("second row")
                    .also(first.span, "first row")
                    .help("give one of them another name"),
                );
            }
        }
    }

    fn points_complete(&mut self, bands: &[Band]) {
        let (with, without): (Vec<&Band>, Vec<&Band>) = bands.iter().partition(|b| b.points.is_some());
        // Between its neighbours lies what it is most likely worth.
        let between = bands.windows(3).find_map(|near| match near {
            [above, bare, below] if bare.points.is_none() => {
                let sum = above.points?.add(below.points?)?;
                sum.div(Decimal::int(2))
            }
            _ => None,
        });
        if let (Some(example), Some(bare)) = (with.first(), without.first()) {
            self.push(
                Diagnostic::new(
                    Code::PointsIncomplete,
                    bare.span,
                    format!("band `{}` gives no points, though others do", bare.name),
                )
                .label("no points")
                .also(example.span, "this one gives points")
                .help(match between {
                    Some(points) => format!("say what it is worth, such as `-> {points}`, or `-> 0` for nothing"),
                    None => "write `-> 0` behind the row if it is worth nothing".to_string(),
                }),
            );
        }
    }

    fn prove_numbers(&mut self, bands: &[Band], ty: Type, known: Option<Domain>, purpose: Purpose, block: Span) {
        let domain = known.unwrap_or(Domain::ANY);
        let all = domain.numbers();
        let sets: Vec<Option<Numbers>> = bands
            .iter()
            .map(|band| {
                if band.test == BandTest::Missing {
                    return None;
                }
                let set = band_numbers(&band.test).and(&all);
                Some(if domain.whole { set.whole() } else { set })
            })
            .collect();
        let table = Ranges { bands, sets: &sets, all: &all, whole: domain.whole, ty, purpose };
        let mut rest = all.clone();
        let mut steps: Vec<(Numbers, Decimal, Span)> = Vec::new();
        let mut above = Shapes::default();
        for (i, (band, set)) in bands.iter().zip(&sets).enumerate() {
            let Some(set) = set else { continue };
            let own = rest.and(set);
            if own.is_empty() {
                self.unreachable(i, &table);
            } else {
                // If it gets all that it asks for, no row above asked for any of it.
                if own != *set && !above.all_intended(&band.test) {
                    self.overlaps(i, &table);
                }
                if let Some(points) = band.points {
                    steps.push((own, points, band.span));
                }
            }
            rest.remove(set, domain.whole);
            above.add(&band.test);
        }
        if known.is_some() && !rest.is_empty() {
            let shown: Vec<String> =
                rest.parts().take(4).map(|(low, high)| words(low, high, domain.whole, ty)).collect();
            let mut diagnostic =
                Diagnostic::new(purpose.gap(), block, format!("no {} takes {}", purpose.row(), shown.join(", or ")))
                    .label("these rows leave a gap");
            // The rows on both sides of the first gap are the ones to move.
            let (low, high) = rest.parts().next().unwrap_or((None, None));
            let touching = |below: bool| {
                let sets = bands.iter().zip(&sets).filter_map(|(b, s)| Some((b, s.as_ref()?)));
                let ends =
                    sets.filter(|(_, s)| !s.is_empty()).map(|(b, s)| (b, if below { s.high() } else { s.low() }));
                if below {
                    ends.filter(|(_, end)| end.zip(low).is_some_and(|(e, l)| e < l)).max_by_key(|(_, end)| *end)
                } else {
                    ends.filter(|(_, end)| end.zip(high).is_some_and(|(e, h)| e > h)).min_by_key(|(_, end)| *end)
                }
                .map(|(band, _)| band)
            };
            match (touching(true), touching(false)) {
                (Some(below), above) => {
                    diagnostic = at_row(diagnostic, below.span, format!("`{}` ends below it", below.name));
                    if let Some(above) = above {
                        diagnostic = diagnostic.also(above.span, format!("`{}` begins above it", above.name));
                    }
                }
                (None, Some(above)) => {
                    diagnostic = at_row(diagnostic, above.span, format!("`{}` begins above it", above.name));
                }
                (None, None) => {}
            }
            let last = rest_row(bands, purpose);
            let parts = rest.parts().count();
            let wider = touching(true).and_then(|below| match (&below.test, high) {
                (BandTest::Between(from, _), Some(to)) if parts == 1 && table.counts() => {
                    Some(format!("write `{} {from} to {to}`, or add a last row `{last}`", below.name))
                }
                _ => None,
            });
            diagnostic = diagnostic.help(match parts {
                _ if wider.is_some() => wider.unwrap_or_default(),
                1 => format!("move a bound so that the rows meet, or add a last row `{last}`"),
                _ => format!("move the bounds so that the rows meet, or add a last row `{last}`"),
            });
            if let Some(example) = rest.example() {
                diagnostic = diagnostic.witness(format!("{} is in no {}", shown_number(example, ty), purpose.row()));
            }
            self.push(diagnostic);
        }
        self.monotone(&steps, ty);
    }

    fn unreachable(&mut self, index: usize, table: &Ranges) {
        let Ranges { all, whole, ty, purpose, .. } = *table;
        let Some((band, set)) = table.row(index) else { return };
        let mut diagnostic = Diagnostic::new(
            Code::UnreachableRow,
            band.span,
            format!("{} `{}` is never reached", purpose.row(), band.name),
        );
        if band.test == BandTest::Otherwise {
            diagnostic.severity = crate::diagnostics::Severity::Warning;
            diagnostic = diagnostic.label("the rows above take everything").help("take the row out");
        } else if set.is_empty() {
            let (low, high) = (all.low(), all.high());
            let range = words(low, high, whole, ty);
            // A sign too strict by the bound itself.
            let end = match band.test {
                BandTest::Compare(CompareOp::Greater, bound) => high.filter(|high| *high == bound),
                BandTest::Compare(CompareOp::Less, bound) => low.filter(|low| *low == bound),
                _ => None,
            };
            diagnostic = diagnostic.label("the value never gets there").help(match end {
                Some(end) => format!("the value is {range}; write `= {}`, or move the bound", shown_number(end, ty)),
                None => format!("the value is {range}; move the bound or take the row out"),
            });
        } else {
            diagnostic = diagnostic.label("the rows above take all of it");
            if let Some((cover, _)) = table.before(index).filter(|(_, s)| !s.and(set).is_empty()).last() {
                diagnostic = diagnostic.also(cover.span, format!("`{}` takes it first", cover.name));
            }
            if let Some(example) = set.example() {
                diagnostic = diagnostic.witness(format!("{} ends in an earlier row", shown_number(example, ty)));
            }
            diagnostic = diagnostic.help("write the narrower row first");
        }
        self.push(diagnostic);
    }

    fn overlaps(&mut self, index: usize, table: &Ranges) {
        let Ranges { ty, purpose, .. } = *table;
        let Some((band, set)) = table.row(index) else { return };
        for (other, other_set) in table.before(index) {
            if intended(&other.test, &band.test) {
                continue;
            }
            let shared = set.and(other_set);
            if shared.is_empty() {
                continue;
            }
            let (low, high) = shared.parts().next().unwrap_or((None, None));
            let mut diagnostic = Diagnostic::new(
                purpose.overlap(),
                band.span,
                format!(
                    "{}s `{}` and `{}` both take {}",
                    purpose.row(),
                    other.name,
                    band.name,
                    words(low, high, false, ty)
                ),
            )
            .label(format!("shares values with `{}`", other.name))
            .also(other.span, format!("`{}` takes them first", other.name))
            .help(match (table.counts(), &band.test, low.zip(high)) {
                (true, BandTest::Between(from, to), Some((low, high))) if high == *to && low > *from => {
                    format!(
                        "write `{} {from} to {}`, so that each value is in one row",
                        band.name,
                        low.sub(Decimal::ONE).unwrap_or(low)
                    )
                }
                (true, BandTest::Between(from, to), Some((low, high))) if low == *from && high < *to => {
                    format!(
                        "write `{} {} to {to}`, so that each value is in one row",
                        band.name,
                        high.add(Decimal::ONE).unwrap_or(high)
                    )
                }
                _ => "move one bound so that each value is in one row".to_string(),
            });
            if let Some(example) = shared.example() {
                diagnostic = diagnostic.witness(format!("{} is in both", shown_number(example, ty)));
            }
            self.push(diagnostic);
            return;
        }
    }

    /// Points should only rise or only fall with the value.
    fn monotone(&mut self, steps: &[(Numbers, Decimal, Span)], ty: Type) {
        let mut pieces: Vec<(Option<Decimal>, Option<Decimal>, Decimal, Span)> = Vec::new();
        for (set, points, span) in steps {
            pieces.extend(set.parts().map(|(low, high)| (low, high, *points, *span)));
        }
        pieces.sort_by_key(|piece| piece.0);
        let rising = pieces.windows(2).find(|w| matches!(w, [a, b] if b.2 > a.2));
        let falling = pieces.windows(2).find(|w| matches!(w, [a, b] if b.2 < a.2));
        if let (Some([_, up, ..]), Some([_, down, ..])) = (rising, falling) {
            // The later of the two turns is the one that breaks the run.
            let odd = if up.0 > down.0 { up } else { down };
            let mut diagnostic =
                Diagnostic::new(Code::NonMonotonePoints, odd.3, "points go up and down again as the value rises")
                    .label("turns the direction")
                    .help("check the points; where both ends are bad, measure how far the value is from its best");
            if let Some(at) = odd.0.or(odd.1) {
                diagnostic = diagnostic.witness(format!("{} gives {} points", shown_number(at, ty), odd.2));
            }
            self.push(diagnostic);
        }
    }

    fn prove_values(&mut self, bands: &[Band], ty: Type, all: &[Value], purpose: Purpose, block: Span) {
        let name = |value: &Value| match (value, ty) {
            (Value::Boolean(b), _) => if *b { "yes" } else { "no" }.to_string(),
            (Value::Symbol(s), Type::Enum(list)) => self.program.symbol(list, *s).to_string(),
            _ => String::new(),
        };
        let mut found = Vec::new();
        let mut taken: Vec<(&Value, &Band)> = Vec::new();
        for band in bands {
            let values: Vec<&Value> = match &band.test {
                BandTest::In(values) => all.iter().filter(|v| values.contains(v)).collect(),
                BandTest::Otherwise => all.iter().filter(|v| !taken.iter().any(|(t, _)| t == v)).collect(),
                _ => continue,
            };
            if band.test == BandTest::Otherwise && values.is_empty() {
                let mut diagnostic = Diagnostic::new(
                    Code::UnreachableRow,
                    band.span,
                    format!("{} `{}` is never reached", purpose.row(), band.name),
                )
                .label("the rows above take every value")
                .help("take the row out");
                diagnostic.severity = crate::diagnostics::Severity::Warning;
                found.push(diagnostic);
            }
            let own: Vec<&Value> = values.iter().copied().filter(|v| !taken.iter().any(|(t, _)| t == v)).collect();
            let left: Vec<String> = own.iter().map(|value| name(value)).collect();
            for value in values {
                if let Some((_, first)) = taken.iter().find(|(t, _)| *t == value) {
                    found.push(
                        Diagnostic::new(
                            purpose.overlap(),
                            band.span,
                            format!("`{}` is in {}s `{}` and `{}`", name(value), purpose.row(), first.name, band.name),
                        )
                        .label("named a second time")
                        .also(first.span, format!("`{}` takes it first", first.name))
                        .witness(format!("{} is in both", name(value)))
                        .help(if left.is_empty() {
                            "name each value once".to_string()
                        } else {
                            format!("name each value once: `{} in ({})`", band.name, left.join(", "))
                        }),
                    );
                }
            }
            taken.extend(own.into_iter().map(|value| (value, band)));
        }
        let left: Vec<String> = all.iter().filter(|v| !taken.iter().any(|(t, _)| t == v)).map(name).collect();
        if let Some(first) = left.first() {
            let list: Vec<String> = left.iter().take(8).map(|v| format!("`{v}`")).collect();
            found.push(
                Diagnostic::new(
                    purpose.gap(),
                    bands.last().map_or(block, |b| b.span),
                    format!("no {} takes {}", purpose.row(), list.join(", ")),
                )
                .label("the rows end without it")
                .witness(format!("{first} is in no {}", purpose.row()))
                .help(format!("name the value in a row, or add a last row `{}`", rest_row(bands, purpose))),
            );
        }
        for diagnostic in found {
            self.push(diagnostic);
        }
    }
}

/// What a row for all that is left could be called.
/// The row that takes everything else, with points where other rows have some.
fn rest_row(bands: &[Band], purpose: Purpose) -> String {
    let name = if purpose == Purpose::Parts { "other" } else { "rest" };
    let points = if bands.iter().any(|band| band.points.is_some()) { " -> 0" } else { "" };
    format!("{name} otherwise{points}")
}

/// Points a finding about a whole table at one of its rows.
fn at_row(mut diagnostic: Diagnostic, span: Span, text: impl Into<String>) -> Diagnostic {
    if let Some(first) = diagnostic.labels.first_mut() {
        first.span = span;
    }
    diagnostic.label(text)
}

/// The rows seen so far by what [`intended`] asks of them, so that a table of thousands need not be gone through again for each.
#[derive(Debug, Default)]
struct Shapes {
    all: usize,
    singles: usize,
    from_below: usize,
    from_above: usize,
}

impl Shapes {
    fn add(&mut self, test: &BandTest) {
        self.all += 1;
        self.singles += usize::from(matches!(test, BandTest::Compare(CompareOp::Equal, _) | BandTest::In(_)));
        self.from_below += usize::from(side(test) == 1);
        self.from_above += usize::from(side(test) == -1);
    }

    /// True if whatever values the row shares with those above, it may.
    fn all_intended(&self, test: &BandTest) -> bool {
        let along = match side(test) {
            1 => self.from_below,
            -1 => self.from_above,
            _ => 0,
        };
        let single = match test {
            BandTest::Otherwise => return true,
            BandTest::Compare(op, _) if *op != CompareOp::Equal => self.singles,
            _ => 0,
        };
        along + single == self.all
    }
}

/// Where a row is open to: above, below, or neither.
fn side(test: &BandTest) -> i8 {
    use CompareOp::{Greater, GreaterEqual, Less, LessEqual};
    match test {
        BandTest::Compare(Greater | GreaterEqual, _) => 1,
        BandTest::Compare(Less | LessEqual, _) => -1,
        _ => 0,
    }
}

/// True where sharing values is the way such rows are read: narrowing down from one side, or single values set apart first.
fn intended(first: &BandTest, second: &BandTest) -> bool {
    use CompareOp::{Greater, GreaterEqual, Less, LessEqual, NotEqual};
    match (first, second) {
        (_, BandTest::Otherwise) => true,
        (BandTest::Compare(CompareOp::Equal, _) | BandTest::In(_), BandTest::Compare(op, _)) => {
            matches!(op, Greater | GreaterEqual | Less | LessEqual | NotEqual)
        }
        _ => side(first) != 0 && side(first) == side(second),
    }
}
