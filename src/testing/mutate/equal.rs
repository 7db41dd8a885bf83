//! Whether a mutant means the same as the program, by proof; and where it does not, what would tell them apart.
//!
//! Two programs are compared declaration by declaration. Where conditions differ, they are followed down to the comparison
//! that does: the numbers that it takes before and after are intervals over the declared range, in whole numbers where only
//! those occur. `> 2` and `>= 3` are the same there, also of what is missing, as both look at one quantity. Rows of
//! thresholds, grades and partitions are compared by the numbers that each takes once those above it have had theirs.

use super::super::coverage::suggest;
use super::acting;
use crate::ast::CompareOp;
use crate::check::interval::{Numbers, shown_number};
use crate::check::region::band_numbers;
use crate::check::{Domain, Proofs, Proven};
use crate::explain::words::Words;
use crate::number::Decimal;
use crate::program::{Band, BandTest, Expr, ExprKind, PartTest, Program, TableId, Type, Unit};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A program with what was proved of it.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    program: &'a Program,
    proofs: Proofs<'a>,
}

impl<'a> Side<'a> {
    pub(super) fn new(program: &'a Program, proven: &'a Proven) -> Side<'a> {
        Side { program, proofs: Proofs::new(program, proven) }
    }
}

/// How two programs compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Compared {
    /// They mean the same.
    Same,
    /// They may differ, and this would tell them apart, if that is known.
    Differ(Option<Tell>),
}

/// What would tell a mutant from the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tell {
    /// The account or row, in words.
    pub what: String,
    /// A test that would, as far as one can be written down.
    pub case: Option<String>,
}

impl Compared {
    fn and(self, other: impl FnOnce() -> Compared) -> Compared {
        match self {
            Compared::Same => other(),
            Compared::Differ(Some(_)) => self,
            Compared::Differ(None) => match other() {
                Compared::Differ(Some(tell)) => Compared::Differ(Some(tell)),
                _ => self,
            },
        }
    }

    fn of(same: bool) -> Compared {
        if same { Compared::Same } else { Compared::Differ(None) }
    }
}

/// Compares a program with a mutant of it.
pub(super) fn compare(before: Side, after: Side) -> Compared {
    if before.program.hash == after.program.hash {
        return Compared::Same;
    }
    let params = || before.program.params.iter().zip(&after.program.params);
    let moved = params().enumerate().filter(|(_, (a, b))| a.value != b.value).map(|(i, _)| i).collect();
    Pair { before, after, moved }.programs()
}

struct Pair<'a> {
    before: Side<'a>,
    after: Side<'a>,
    /// Parameters that have another value.
    moved: Vec<usize>,
}

fn hashed(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Compares lists pair by pair; lists of other lengths differ.
fn all<T>(one: &[T], other: &[T], mut each: impl FnMut(&T, &T) -> Compared) -> Compared {
    let start = Compared::of(one.len() == other.len());
    one.iter().zip(other).fold(start, |sofar, (a, b)| sofar.and(|| each(a, b)))
}

impl Pair<'_> {
    fn programs(&self) -> Compared {
        let (a, b) = (self.before.program, self.after.program);
        // Whatever is compared as a whole below has been looked into before.
        Compared::of(a.tables.len() == b.tables.len())
            .and(|| {
                all(&a.metrics, &b.metrics, |m, n| {
                    let known = self.before.proofs.domain(&m.value);
                    self.expr(&m.value, &n.value, None)
                        .and(|| {
                            all(&m.thresholds, &n.thresholds, |t, u| {
                                Compared::of(t.segment == u.segment).and(|| {
                                    let name = |band: &Band| (band.name.clone(), band.points);
                                    self.bands((&list(&t.bands, name), &list(&u.bands, name)), known, |value, label| {
                                        let value = shown_number(value, m.value.ty);
                                        self.metric_case(&m.header.name, &value, label)
                                    })
                                })
                            })
                        })
                        .and(|| self.plain(&m.scales, &n.scales))
                        .and(|| self.plain(&m.valid_for, &n.valid_for))
                })
            })
            .and(|| all(&a.portfolio, &b.portfolio, |m, n| self.metric(m, n)))
            .and(|| all(&a.row_metrics, &b.row_metrics, |m, n| self.expr(&m.value, &n.value, Some(m.of))))
            .and(|| all(&a.segments, &b.segments, |s, t| self.expr(&s.condition, &t.condition, None)))
            .and(|| all(&a.partitions, &b.partitions, |p, q| self.partition(p, q)))
            .and(|| all(&a.scorecards, &b.scorecards, |s, t| self.scorecard(s, t)))
            .and(|| all(&a.rules, &b.rules, |r, s| self.rule(r, s)))
            .and(|| all(&a.portfolio_rules, &b.portfolio_rules, |r, s| self.rule(r, s)))
            .and(|| all(&a.row_rules, &b.row_rules, |r, s| self.rule(r, s)))
            .and(|| all(&a.guards, &b.guards, |g, h| self.guard(g, h)))
            .and(|| self.plain(&a.benchmarks, &b.benchmarks))
            .and(|| self.plain(&a.attributions, &b.attributions))
            .and(|| {
                let inside = |x: &crate::program::Attribution| {
                    let key = match &x.model {
                        crate::program::CreditModel::W(_, key) => Some(&**key),
                        _ => None,
                    };
                    let all = [Some(&x.amount), x.when.as_ref(), x.filter.as_ref(), key];
                    all.into_iter().flatten().any(|e| self.moves(e))
                };
                Compared::of(!a.attributions.iter().any(inside))
            })
    }

    fn plain(&self, one: &impl Hash, other: &impl Hash) -> Compared {
        Compared::of(hashed(one) == hashed(other))
    }

    fn metric(&self, m: &crate::program::Metric, n: &crate::program::Metric) -> Compared {
        self.expr(&m.value, &n.value, None)
            .and(|| self.plain(&m.thresholds, &n.thresholds))
            .and(|| self.plain(&m.scales, &n.scales))
    }

    fn metric_case(&self, name: &str, value: &str, label: &str) -> Tell {
        let what = format!("an account with `{name}` {value}");
        Tell { what, case: Some(suggest::case(name, value, name, label)) }
    }

    fn partition(&self, p: &crate::program::Partition, q: &crate::program::Partition) -> Compared {
        let (Some(by), Some(to)) = (&p.by, &q.by) else {
            return all(&p.parts, &q.parts, |x, y| match (&x.test, &y.test) {
                (PartTest::Condition(c), PartTest::Condition(d)) if x.name == y.name => self.expr(c, d, None),
                _ => Compared::Differ(None),
            });
        };
        let rows = |parts: &[crate::program::Part]| -> Option<Vec<Taker<String>>> {
            let row = |part: &crate::program::Part| match &part.test {
                PartTest::By(test) => Some((test.clone(), part.name.clone())),
                PartTest::Condition(_) => None,
            };
            parts.iter().map(row).collect()
        };
        let (Some(one), Some(other)) = (rows(&p.parts), rows(&q.parts)) else { return Compared::Differ(None) };
        let known = self.before.proofs.domain(by);
        // The parts are numbered in their order: another order is the same partition.
        self.expr(by, to, None).and(|| {
            self.bands((&one, &other), known, |value, part| {
                let by_name = Words::new(self.before.program).expr(by);
                let value = shown_number(value, by.ty);
                let name = &p.header.name;
                let case = matches!(by.kind, ExprKind::Field(_) | ExprKind::Metric(_))
                    .then(|| suggest::case(&by_name, &value, name, part));
                Tell { what: format!("an account with `{by_name}` {value}"), case }
            })
        })
    }

    fn scorecard(&self, s: &crate::program::Scorecard, t: &crate::program::Scorecard) -> Compared {
        let place = self.before.program.scorecards.iter().position(|card| std::ptr::eq(card, s));
        let id = place.and_then(|i| u32::try_from(i).ok()).map(crate::program::ScorecardId);
        let known = id.map_or(Domain::ANY, |id| {
            let score = Expr { kind: ExprKind::Score(id), ty: Type::Number(s.combine.unit()), span: s.header.span };
            self.before.proofs.domain(&score)
        });
        let name = |band: &Band| band.name.clone();
        let limits = |x: &crate::program::Limit, y: &crate::program::Limit| {
            Compared::of((x.verb, x.value) == (y.verb, y.value)).and(|| self.option(&x.when, &y.when, None))
        };
        all(&s.grades, &t.grades, |x, y| {
            Compared::of(x.segment == y.segment).and(|| {
                self.bands((&list(&x.bands, name), &list(&y.bands, name)), known, |value, grade| {
                    let (card, value) = (&s.header.name, shown_number(value, Type::Number(Unit::Points)));
                    let case = Some(format!("`expect ACCOUNT.{card} is {grade}`"));
                    Tell { what: format!("an account with a score `{card}` of {value}"), case }
                })
            })
        })
        .and(|| all(&s.limits, &t.limits, limits))
        .and(|| self.plain(&s.lines, &t.lines))
        .and(|| self.plain(&s.overrides, &t.overrides))
        .and(|| self.plain(&(s.missing, s.combine, s.base), &(t.missing, t.combine, t.base)))
        .and(|| self.plain(&s.correction, &t.correction))
        .and(|| {
            let filter = s.correction.as_ref().and_then(|correction| correction.filter.as_ref());
            Compared::of(!filter.is_some_and(|filter| self.moves(filter)))
        })
    }

    fn rule(&self, r: &crate::program::Rule, s: &crate::program::Rule) -> Compared {
        let rows = r.about.rows();
        let close = |x: &crate::program::Rule| x.close.as_ref().map(|close| close.condition.clone());
        self.expr(&r.condition, &s.condition, r.looks_at())
            .and(|| self.option(&r.unless, &s.unless, rows))
            .and(|| self.option(&close(r), &close(s), rows))
            .and(|| self.plain(&acting::said(r), &acting::said(s)))
    }

    fn guard(&self, g: &crate::program::Guard, h: &crate::program::Guard) -> Compared {
        use crate::program::ReasonKind::When;
        all(&g.reasons, &h.reasons, |a, b| match (&a.kind, &b.kind) {
            (When(one), When(other)) => self.expr(one, other, g.about.rows()),
            (one, other) => self.plain(one, other),
        })
    }

    fn option(&self, one: &Option<Expr>, other: &Option<Expr>, rows: Option<TableId>) -> Compared {
        match (one, other) {
            (Some(one), Some(other)) => self.expr(one, other, rows),
            (None, None) => Compared::Same,
            _ => Compared::Differ(None),
        }
    }

    // ---------- expressions ----------

    /// True if a parameter with another value is in it.
    fn moves(&self, expr: &Expr) -> bool {
        let own = matches!(&expr.kind, ExprKind::Param(id) if self.moved.contains(&id.index()));
        own || (!self.moved.is_empty() && expr.children().into_iter().any(|child| self.moves(child)))
    }

    fn expr(&self, one: &Expr, other: &Expr, rows: Option<TableId>) -> Compared {
        if hashed(one) == hashed(other) && !self.moves(one) {
            return Compared::Same;
        }
        let pairs = |a: &[Expr], b: &[Expr]| all(a, b, |x, y| self.expr(x, y, rows));
        let same_length = |a: &[Expr], b: &[Expr]| a.len() == b.len();
        match (&one.kind, &other.kind) {
            (ExprKind::Not(a), ExprKind::Not(b)) => self.expr(a, b, rows),
            (ExprKind::And(a), ExprKind::And(b)) if same_length(a, b) => pairs(a, b),
            (ExprKind::Or(a), ExprKind::Or(b)) if same_length(a, b) => pairs(a, b),
            (ExprKind::OrElse(a), ExprKind::OrElse(b)) if same_length(a, b) => pairs(a, b),
            (
                ExprKind::If { condition: a, then: b, otherwise: c },
                ExprKind::If { condition: x, then: y, otherwise: z },
            ) => self.expr(a, x, rows).and(|| self.expr(b, y, rows)).and(|| self.expr(c, z, rows)),
            (ExprKind::Aggregate(a), ExprKind::Aggregate(b)) => {
                let bare = |aggregate: &crate::program::Aggregate| {
                    let mut bare = aggregate.clone();
                    bare.filter = None;
                    bare
                };
                let source = Some(a.source);
                match (&a.filter, &b.filter) {
                    (Some(f), Some(g)) if a.children().len() == 1 || !self.moves(one) => {
                        Compared::of(hashed(&bare(a)) == hashed(&bare(b))).and(|| self.expr(f, g, source))
                    }
                    _ => Compared::Differ(None),
                }
            }
            (ExprKind::Compare(op, a, b), ExprKind::Compare(to, c, d)) => {
                let numbers =
                    self.taken(&self.before, (*op, a, b), rows).zip(self.taken(&self.after, (*to, c, d), rows));
                match numbers {
                    Some((x, y)) if hashed(x.quantity) == hashed(y.quantity) && !self.moves(x.quantity) => {
                        self.apart(&x, &y, rows)
                    }
                    _ if op == to => self.expr(a, c, rows).and(|| self.expr(b, d, rows)),
                    _ => Compared::Differ(None),
                }
            }
            _ if one.ty == Type::Boolean => self.conditions(one, other, rows),
            _ => Compared::Differ(None),
        }
    }

    /// Which numbers a comparison with a constant lets through.
    fn taken<'e>(
        &self,
        side: &Side,
        (op, left, right): (CompareOp, &'e Expr, &'e Expr),
        rows: Option<TableId>,
    ) -> Option<Taken<'e>> {
        let constant = |expr: &Expr| constant(side.program, expr);
        let (quantity, op, bound) = match (constant(left), constant(right)) {
            (None, Some(bound)) => (left, op, bound),
            (Some(bound), None) => (right, turned(op), bound),
            _ => return None,
        };
        let domain = rows.map_or_else(|| side.proofs.domain(quantity), |rows| side.proofs.row_domain(quantity, rows));
        let all = domain.numbers();
        let inside = all.and(&Numbers::compared(op, bound));
        Some(Taken { quantity, whole: domain.whole, all, inside })
    }

    /// Two comparisons of one quantity.
    fn apart(&self, x: &Taken, y: &Taken, rows: Option<TableId>) -> Compared {
        let only = |a: &Taken, b: &Taken| {
            let found = a.inside.and(&a.all.without(&b.inside));
            if a.whole { found.whole() } else { found }
        };
        let gone = only(x, y);
        let found = if gone.is_empty() { only(y, x) } else { gone };
        if found.is_empty() {
            return Compared::Same;
        }
        let words = Words::new(self.before.program);
        let value = found.example().map(|n| shown_number(n, x.quantity.ty));
        let tell = value.filter(|_| matches!(x.quantity.ty, Type::Number(_))).map(|value| match rows {
            None => Tell { what: format!("an account with `{}` {value}", words.expr(x.quantity)), case: None },
            Some(table) => {
                let name = self.before.program.table(table).map_or("?", |t| &t.header.name);
                let column = words.row_expr(table, x.quantity);
                Tell { what: format!("a row of `{name}` with `{column}` {value}"), case: None }
            }
        });
        Compared::Differ(tell)
    }

    /// Conditions of any shape: the same if they hold for the same accounts and look at one quantity only, as then nothing
    /// else can be missing.
    fn conditions(&self, one: &Expr, other: &Expr, rows: Option<TableId>) -> Compared {
        let region = |side: &Side, expr: &Expr, wanted| side.proofs.region(expr, rows, wanted);
        let only = |a: (&Side, &Expr), b: (&Side, &Expr)| {
            let both = region(a.0, a.1, true)?.and(&region(b.0, b.1, false)?)?;
            Some(both)
        };
        let (before, after) = ((&self.before, one), (&self.after, other));
        let (Some(gone), Some(new)) = (only(before, after), only(after, before)) else { return Compared::Differ(None) };
        if gone.is_empty() && new.is_empty() {
            let (mut a, mut b) = (BTreeSet::new(), BTreeSet::new());
            self.quantities(one, &mut a);
            self.quantities(other, &mut b);
            return Compared::of(a == b && a.len() < 2);
        }
        let witness = [gone, new].iter().find_map(|region| self.before.proofs.witness(region, rows));
        let text = witness.filter(|w| w.certain && !w.text.is_empty()).map(|w| w.text);
        let whose = match rows.and_then(|rows| self.before.program.table(rows)) {
            Some(table) => format!("a row of `{}`", table.header.name),
            None => "an account".to_string(),
        };
        Compared::Differ(text.map(|text| Tell { what: format!("{whose} with `{text}`"), case: None }))
    }

    fn quantities(&self, expr: &Expr, into: &mut BTreeSet<u64>) {
        match &expr.kind {
            ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) | ExprKind::Compare(..) => {
                expr.children().into_iter().for_each(|child| self.quantities(child, into));
            }
            ExprKind::Literal(_) => {}
            ExprKind::Param(id) if !self.moved.contains(&id.index()) => {}
            other => {
                into.insert(hashed(other));
            }
        }
    }

    // ---------- rows ----------

    /// Rows of which the first that takes a number decides what becomes of it.
    fn bands<T: PartialEq + Label>(
        &self,
        (one, other): (&[Taker<T>], &[Taker<T>]),
        known: Domain,
        tell: impl Fn(Decimal, &str) -> Tell,
    ) -> Compared {
        let numeric = |(test, _): &Taker<T>| match test {
            BandTest::In(values) => values.iter().all(|value| value.number().is_some()),
            _ => true,
        };
        let missing = |rows: &[Taker<T>]| rows.iter().position(|(test, _)| *test == BandTest::Missing);
        let same_rows = || one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a == b);
        if !one.iter().chain(other).all(numeric) {
            return Compared::of(same_rows());
        }
        let of_missing = |rows: &'_ [Taker<T>]| missing(rows).and_then(|i| rows.get(i)).map(|(_, what)| what.text());
        if of_missing(one) != of_missing(other) {
            return Compared::Differ(None);
        }
        let (before, after) = (shares(one, known), shares(other, known));
        for (mine, what) in &before {
            for (theirs, instead) in &after {
                let both = mine.and(theirs);
                let both = if known.whole { both.whole() } else { both };
                if what != instead && !both.is_empty() {
                    return Compared::Differ(both.example().map(|n| tell(n, &what.label())));
                }
            }
        }
        Compared::Same
    }
}

/// A row: when it is taken, and what it then means.
type Taker<T> = (BandTest, T);

fn list<T>(bands: &[Band], what: impl Fn(&Band) -> T) -> Vec<Taker<T>> {
    bands.iter().map(|band| (band.test.clone(), what(band))).collect()
}

/// What each row takes once those above it have taken theirs.
fn shares<T>(rows: &[Taker<T>], known: Domain) -> Vec<(Numbers, &T)> {
    let mut rest = known.numbers();
    let mut out = Vec::new();
    for (test, what) in rows {
        let own = rest.and(&band_numbers(test));
        rest.remove(&own, known.whole);
        out.push((own, what));
    }
    out
}

/// What a row is called, and all that it means.
trait Label {
    fn label(&self) -> String;
    fn text(&self) -> String;
}

impl Label for String {
    fn label(&self) -> String {
        self.clone()
    }
    fn text(&self) -> String {
        self.clone()
    }
}

impl Label for (String, Option<Decimal>) {
    fn label(&self) -> String {
        self.0.clone()
    }
    fn text(&self) -> String {
        format!("{} {:?}", self.0, self.1)
    }
}

struct Taken<'e> {
    quantity: &'e Expr,
    whole: bool,
    all: Numbers,
    inside: Numbers,
}

fn constant(program: &Program, expr: &Expr) -> Option<Decimal> {
    match &expr.kind {
        ExprKind::Literal(value) => value.number(),
        ExprKind::Param(id) => program.params.get(id.index())?.value.number(),
        ExprKind::Negate(inner) => constant(program, inner).map(Decimal::neg),
        _ => None,
    }
}

fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        same => same,
    }
}
