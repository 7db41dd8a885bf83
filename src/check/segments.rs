//! Segments and partitions: that every account is in exactly one part, and that clauses for segments do not collide.

use super::bands::Purpose;
use super::domain;
use super::near::earlier_near;
use super::region::{Region, Regions};
use super::{Checker, Scope, header, put, unknown};
use crate::ast::{self, RowTestKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{BandTest, Expr, Part, PartTest, Partition, PartitionId, Segment, SegmentRef, Type};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::{BTreeMap, HashMap, HashSet};

impl Checker<'_, '_> {
    pub(super) fn segment(&mut self, index: usize, item: &ast::Item, segment: &ast::Segment) {
        let cyclic = self.symbols.cyclic.contains(&Symbol::Segment(index));
        let condition = if cyclic { unknown(item.span) } else { self.condition(&segment.condition, &Scope::Account) };
        let inside = self.region(&condition, true);
        let outside = self.region(&condition, false);
        if inside.as_ref().is_some_and(Region::is_empty) {
            self.push(
                Diagnostic::new(
                    Code::ImpossibleSegment,
                    segment.condition.span,
                    format!("no account can be in `{}`", item.name.text),
                )
                .label("never true for the ranges and lists that are declared")
                .help("check the conditions against each other and against the columns"),
            );
        }
        self.members.insert((Symbol::Segment(index), 0), inside);
        self.members.insert((Symbol::Segment(index), 1), outside);
        let found = Segment { header: header(item), condition };
        put(&mut self.segments, index, Some(found));
    }

    pub(super) fn partition(&mut self, index: usize, item: &ast::Item, partition: &ast::Partition) {
        let names = partition.parts.iter().map(|p| p.name.text.clone()).collect();
        let values = self.add_enum(item.name.text.clone(), names);
        let cyclic = self.symbols.cyclic.contains(&Symbol::Partition(index));
        for row in &partition.parts {
            if let Some(points) = &row.points {
                self.error(
                    Code::ClauseMisplaced,
                    points.span,
                    "parts of a partition give no points",
                    "says nothing here",
                    "give points in the thresholds of a metric",
                );
            }
        }
        let (by, parts) = match &partition.by {
            _ if cyclic => (None, Vec::new()),
            Some(by) => {
                let by = self.expr(by, &Scope::Account, None);
                let domain = domain::of(&by, self, None);
                let bands = self.rows(&partition.parts, by.ty, Some(domain), Purpose::Parts, item.name.span);
                let tests: Vec<BandTest> = bands.iter().map(|b| b.test.clone()).collect();
                let regions = self.regions(|r| r.of_bands(&by, &tests, &item.name.text));
                for (i, region) in regions.into_iter().enumerate() {
                    self.members.insert((Symbol::Partition(index), i), Some(region));
                }
                let parts = bands.into_iter().map(|b| Part { name: b.name, test: PartTest::By(b.test), span: b.span });
                let parts = parts.collect();
                (Some(by), parts)
            }
            None => (None, self.condition_parts(index, item, partition)),
        };
        let found = Partition { header: header(item), by, values, parts };
        put(&mut self.partitions, index, Some(found));
    }

    fn condition_parts(&mut self, index: usize, item: &ast::Item, partition: &ast::Partition) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut regions: Vec<(String, Span, Option<Region>)> = Vec::new();
        let mut otherwise = None;
        let mut left = Some(Region::everything());
        let mut sound = true;
        for row in &partition.parts {
            let test = match &row.test.kind {
                RowTestKind::When(condition) => {
                    let typed = self.condition(condition, &Scope::Account);
                    let region = self.region(&typed, true);
                    left = left.zip(self.region(&typed, false)).and_then(|(left, not)| left.and(&not));
                    regions.push((row.name.text.clone(), row.span, region));
                    PartTest::Condition(typed)
                }
                RowTestKind::Otherwise => {
                    otherwise = Some(row.span);
                    PartTest::By(crate::program::BandTest::Otherwise)
                }
                _ => {
                    self.error(
                        Code::ClauseMisplaced,
                        row.test.span,
                        "compared with what?",
                        "no `by` says what is looked at",
                        "write `segments NAME by COLUMN { … }`, or `when CONDITION` in each row",
                    );
                    sound = false;
                    continue;
                }
            };
            parts.push(Part { name: row.name.text.clone(), test, span: row.span });
        }
        let places: HashMap<Span, usize> = regions.iter().enumerate().map(|(i, (_, span, _))| (*span, i)).collect();
        for (i, row) in partition.parts.iter().enumerate() {
            let found = places.get(&row.span).and_then(|place| regions.get(*place));
            let region = match found {
                Some((_, _, region)) => region.clone(),
                None => left.clone(),
            };
            self.members.insert((Symbol::Partition(index), i), region);
        }
        let known: Vec<Option<Region>> = regions.iter().map(|(_, _, region)| region.clone()).collect();
        for ((name, span, region), near) in regions.iter().zip(earlier_near(&known)) {
            for (other, other_span, other_region) in near.into_iter().filter_map(|j| regions.get(j)) {
                let both = region.as_ref().zip(other_region.as_ref()).map(|(a, b)| a.common(b));
                if let Some(both) = both
                    && !both.is_empty()
                {
                    let witness = self.regions(|r| r.witness(&both));
                    let mut diagnostic = Diagnostic::new(
                        Code::SegmentOverlap,
                        *span,
                        format!("an account can be in `{other}` and `{name}`"),
                    )
                    .label("shares accounts with an earlier part")
                    .also(*other_span, format!("`{other}` takes them first"))
                    .help(format!("exclude here what `{other}` takes: `… and not (…)`"));
                    diagnostic.witness = account(witness);
                    self.push(diagnostic);
                    break;
                }
            }
        }
        if otherwise.is_none()
            && sound
            && let Some(left) = left
            && !left.is_empty()
        {
            let witness = self.regions(|r| r.witness(&left));
            let mut diagnostic = Diagnostic::new(
                Code::SegmentGap,
                partition.parts.last().map_or(item.name.span, |row| row.span),
                format!("an account can be in no part of `{}`", item.name.text),
            )
            .label("the parts end without it")
            .help("add a last row `other otherwise`");
            diagnostic.witness = account(witness);
            self.push(diagnostic);
        }
        parts
    }

    pub(super) fn regions<T>(&self, run: impl FnOnce(&Regions) -> T) -> T {
        run(&Regions { program: &self.program, known: self, rows: None })
    }

    /// The accounts for which a condition is yes (or no); `None` if that cannot be told.
    pub(super) fn region(&self, condition: &Expr, wanted: bool) -> Option<Region> {
        if condition.ty == Type::Unknown {
            return None;
        }
        self.regions(|r| r.of(condition, wanted))
    }

    /// How many parts a partition has.
    fn part_count(&self, id: PartitionId) -> Option<u32> {
        match self.symbols.partitions.get(id.index()).map(|i| &i.kind) {
            Some(ast::ItemKind::Partition(partition)) => u32::try_from(partition.parts.len()).ok(),
            _ => None,
        }
    }

    /// True if nothing can be said of a segment because its declaration has errors.
    fn unclear(&self, segment: SegmentRef) -> bool {
        self.broken.contains(&segment_of(segment))
    }

    /// Clauses for segments must not meet in one account: nothing would say which wins.
    pub(super) fn exclusive_segments(&mut self, clauses: &[(SegmentRef, Span)], what: &str) {
        let regions: Vec<Option<Region>> =
            clauses.iter().map(|(segment, _)| domain::Known::members(self, *segment, true)).collect();
        let near = earlier_near(&regions);
        // Two clauses for one segment are always told, even where nobody can be in it.
        let mut same: HashMap<SegmentRef, Vec<usize>> = HashMap::new();
        for (i, ((segment, span), near)) in clauses.iter().zip(near).enumerate() {
            let twins = same.entry(*segment).or_default();
            let mut earlier = near;
            earlier.extend(twins.iter().copied());
            earlier.sort_unstable();
            earlier.dedup();
            twins.push(i);
            for j in earlier {
                let Some((other, other_span)) = clauses.get(j) else { continue };
                if segment != other
                    && let (SegmentRef::Part(p, _), SegmentRef::Part(q, _)) = (segment, other)
                    && p == q
                {
                    continue; // parts of one partition exclude each other
                }
                let (a, b) = (self.segment_name(*other), self.segment_name(*segment));
                if segment == other {
                    self.push(
                        Diagnostic::new(Code::SegmentOverlap, *span, format!("{what} for `{a}` are given twice"))
                            .label("second time")
                            .also(*other_span, "first time")
                            .help("join the two"),
                    );
                    continue;
                }
                if self.unclear(*segment) || self.unclear(*other) {
                    continue;
                }
                let regions = (regions.get(i).and_then(Option::as_ref)).zip(regions.get(j).and_then(Option::as_ref));
                let both = regions.map(|(a, b)| a.common(b));
                if both.as_ref().is_some_and(Region::is_empty) {
                    continue;
                }
                let witness = both.as_ref().and_then(|both| self.regions(|r| r.witness(both)));
                let mut diagnostic = Diagnostic::new(
                    Code::SegmentOverlap,
                    *span,
                    format!("an account can be in `{a}` and `{b}`, and {what} differ"),
                )
                .label("which would win?")
                .also(*other_span, format!("those for `{a}`"))
                .help(format!("make them parts of one partition, or declare `{b}` with `and not {a}`"));
                diagnostic.witness = account(witness);
                self.push(diagnostic);
                break;
            }
        }
    }
}

impl Checker<'_, '_> {
    /// Clauses for segments alone must reach every account: the others would have none.
    pub(super) fn covering_segments(&mut self, clauses: &[(SegmentRef, Span)], what: &str, general: &str) {
        let Some((_, last)) = clauses.last() else { return };
        if clauses.iter().any(|(segment, _)| self.unclear(*segment)) {
            return;
        }
        // Parts of one partition leave its other parts; that is told of all of them at once.
        let mut parts: BTreeMap<PartitionId, HashSet<u32>> = BTreeMap::new();
        let mut outside = Some(Region::everything());
        for (segment, _) in clauses {
            match segment {
                SegmentRef::Part(id, part) => {
                    parts.entry(*id).or_default().insert(*part);
                }
                SegmentRef::Segment(_) => {
                    let without = domain::Known::members(self, *segment, false);
                    outside = outside.zip(without).and_then(|(left, without)| left.and(&without));
                }
            }
        }
        for (id, named) in parts {
            let others = self.part_count(id).map(|count| (0..count).filter(|part| !named.contains(part)));
            let others = others.and_then(|others| {
                let symbol = Symbol::Partition(id.index());
                Region::any(others.map(|part| self.members.get(&(symbol, part as usize))?.as_ref()))
            });
            outside = outside.zip(others).and_then(|(left, others)| left.and(&others));
        }
        if outside.as_ref().is_some_and(Region::is_empty) {
            return;
        }
        let names: Vec<String> =
            clauses.iter().map(|(segment, _)| format!("`{}`", self.segment_name(*segment))).collect();
        let mut diagnostic = Diagnostic::new(
            Code::SegmentUncovered,
            *last,
            format!("accounts outside {} have no {what}", names.join(" and ")),
        )
        .label("these are for some accounts only")
        .help(format!("say what holds for everyone else: `{general}`"));
        diagnostic.witness = account(outside.and_then(|left| self.regions(|r| r.witness(&left))));
        self.push(diagnostic);
    }
}

/// The declaration behind a segment or part.
pub(super) fn segment_of(segment: SegmentRef) -> Symbol {
    match segment {
        SegmentRef::Segment(id) => Symbol::Segment(id.index()),
        SegmentRef::Part(id, _) => Symbol::Partition(id.index()),
    }
}

/// An account in words, if it is a real one.
pub(super) fn account(witness: Option<super::region::Witness>) -> Option<String> {
    witness.filter(|w| w.certain && !w.text.is_empty()).map(|w| format!("an account with {}", w.text))
}
