//! Extensions of `tighten only` declarations: what is new must nowhere be easier than what was there, shown with a value
//! where it is.
//!
//! Two tables of points are compared at the ends of all their intervals, which are closed, so that nothing lies between;
//! scales are straight between their points, so that those suffice.

use super::bands::Purpose;
use super::domain::Domain;
use super::interval::{Numbers, shown_number};
use super::{Checker, region};
use crate::ast::{self, MissingPolicy};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::number::Decimal;
use crate::program::{Band, BandTest, Type, Unit};
use crate::resolve::Symbol;
use crate::resolve::extend::{Change, Part, Points};
use crate::value::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What gives points, with its constants.
enum Giver {
    /// Rows.
    Bands(Vec<Band>),
    /// A scale: value and points, by rising value.
    Scale(Vec<(Decimal, Decimal)>),
}

impl Checker<'_, '_> {
    /// Proves every change of a `tighten only` declaration.
    pub(super) fn tightened(&mut self, changes: &[Change]) {
        for change in changes {
            match &change.part {
                Part::Points { before, now } => self.points_not_easier(change, before, now),
                Part::LineScale { line, before, now } => self.line_scale(change, line, before.as_ref(), now),
                Part::Grades { before, now } => self.grades_not_easier(change, before.as_ref(), now),
                Part::Weight { line, before, now } => self.same_weight(change, line, before.as_ref(), now),
                Part::Most { what, before, now } => self.not_more(change, what, before.as_ref(), now),
                Part::Missing { before, now } => self.policy_not_easier(change, before.as_ref(), now),
                Part::Cap { before, now } => self.cap_not_higher(change, before, now),
            }
        }
    }

    fn loosened(&mut self, change: &Change, message: String, label: String, help: &str, witness: Option<String>) {
        let mut diagnostic = Diagnostic::new(Code::Loosened, change.span, message)
            .label(label)
            .also(change.before, format!("as `{}` has it", change.had))
            .help(help);
        diagnostic.witness = witness;
        self.push(diagnostic);
    }

    /// Runs something whose findings have been told, or will be.
    fn quietly<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let told = std::mem::replace(self.diagnostics, Diagnostics::new());
        let result = run(self);
        *self.diagnostics = told;
        result
    }

    fn giver(&mut self, points: &Points, ty: Type) -> Option<Giver> {
        match points {
            Points::Thresholds(table) => {
                let bands = self.quietly(|me| me.rows(&table.rows, ty, None, Purpose::Thresholds, table.span));
                (bands.len() == table.rows.len()).then_some(Giver::Bands(bands))
            }
            Points::Scale(scale) => self.quietly(|me| me.scale(scale, ty)).map(|scale| Giver::Scale(scale.points)),
        }
    }

    /// The type and the domain of the values of a metric.
    fn measured_values(&self, name: &str) -> Option<(Type, Domain)> {
        let found = match self.symbols.get(name)? {
            Symbol::Metric(i) => Some((
                self.metrics.get(i)?.as_ref()?.value.ty,
                self.metric_domains.get(i).copied().unwrap_or(Domain::ANY),
            )),
            Symbol::Portfolio(i) => Some((
                self.portfolio.get(i)?.as_ref()?.value.ty,
                self.portfolio_domains.get(i).copied().unwrap_or(Domain::ANY),
            )),
            Symbol::RowMetric(i) => Some((
                self.row_metrics.get(i)?.as_ref()?.value.ty,
                self.row_domains.get(i).copied().unwrap_or(Domain::ANY),
            )),
            Symbol::Scorecard(i) => {
                Some((Type::Number(Unit::Points), self.score_domains.get(i).copied().unwrap_or(Domain::ANY)))
            }
            _ => None,
        };
        found.filter(|(ty, _)| *ty != Type::Unknown)
    }

    fn points_not_easier(&mut self, change: &Change, before: &Points, now: &Points) {
        let Some((ty, domain)) = self.measured_values(&change.declaration) else { return };
        self.givers_not_easier(change, &change.declaration, (before, now), ty, domain);
    }

    fn givers_not_easier(
        &mut self,
        change: &Change,
        metric: &str,
        (before, now): (&Points, &Points),
        ty: Type,
        domain: Domain,
    ) {
        let (Some(old), Some(new)) = (self.giver(before, ty), self.giver(now, ty)) else { return };
        let unnamed = |giver: &Giver| matches!(giver, Giver::Bands(bands) if bands.iter().all(|b| b.points.is_none()));
        if unnamed(&old) || unnamed(&new) {
            let message =
                format!("bands of `{}` without points cannot be told stricter from easier", change.declaration);
            self.loosened(change, message, "changed here".to_string(), "take this out", None);
            return;
        }
        let mut values = self.values_to_try(&[&old, &new], ty, domain);
        values.push(Value::Missing(crate::value::Missing::NoData));
        let easier = values.into_iter().find_map(|value| {
            let (then, since) = (old.at(&value, ty), new.at(&value, ty));
            match (then, since) {
                (Some(then), Some(since)) if since > then => Some((value, since, Some(then))),
                (None, Some(since)) if value.is_missing() => Some((value, since, None)),
                _ => None,
            }
        });
        let Some((value, since, then)) = easier else { return };
        let shown = self.value_words(&value, ty);
        let instead = then.map_or("none".to_string(), |points| format!("{points}"));
        let message = format!(
            "`{}` of the package `{}` may only be made stricter, and this is easier",
            change.declaration, change.package
        );
        let label = format!("gives {since} points at {shown}");
        let witness = format!("{metric} = {shown}: {since} points here, {instead} in `{}`", change.had);
        self.loosened(change, message, label, "raise the bound, or lower the points", Some(witness));
    }

    /// Values at which one of the two may change, the plain ones first.
    fn values_to_try(&self, givers: &[&Giver], ty: Type, domain: Domain) -> Vec<Value> {
        if !ty.is_number() {
            let listed = givers.iter().flat_map(|giver| match giver {
                Giver::Bands(bands) => bands.iter().map(|b| &b.test).collect(),
                Giver::Scale(_) => Vec::new(),
            });
            let mut values: Vec<Value> = listed
                .flat_map(|test| match test {
                    BandTest::In(values) => values.clone(),
                    _ => Vec::new(),
                })
                .collect();
            // Everything that no row names.
            values.extend(self.all_values(ty).unwrap_or_else(|| vec![Value::Text("".into())]));
            return values;
        }
        let all = if domain.whole { domain.numbers().whole() } else { domain.numbers() };
        let mut numbers: Vec<Decimal> = vec![Decimal::ZERO];
        let mut ends = |set: &Numbers| numbers.extend(set.parts().flat_map(|(low, high)| [low, high]).flatten());
        ends(&all);
        for giver in givers {
            match giver {
                Giver::Bands(bands) => {
                    let mut rest = all.clone();
                    for band in bands.iter().filter(|b| b.test != BandTest::Missing) {
                        let set = region::band_numbers(&band.test);
                        let set = if domain.whole { set.whole() } else { set };
                        ends(&rest.and(&set));
                        rest = rest.without(&set);
                    }
                }
                Giver::Scale(points) => {
                    let at = points.iter().map(|(value, _)| *value);
                    ends(&Numbers::points(at).and(&all));
                }
            }
        }
        numbers.retain(|n| !all.and(&Numbers::points(std::iter::once(*n))).is_empty());
        numbers.sort_by_key(|n| (!n.is_integer(), n.round(2) != *n, *n));
        numbers.dedup();
        numbers.into_iter().map(Value::Number).collect()
    }

    fn value_words(&self, value: &Value, ty: Type) -> String {
        match value {
            Value::Missing(_) => "a missing value".to_string(),
            Value::Number(n) => shown_number(*n, ty),
            Value::Boolean(b) => if *b { "yes" } else { "no" }.to_string(),
            Value::Symbol(symbol) => match ty {
                Type::Enum(list) => self.program.symbol(list, *symbol).to_string(),
                _ => "?".to_string(),
            },
            Value::Text(text) => format!("\"{text}\""),
            _ => "?".to_string(),
        }
    }

    /// A scale on a line against the one that was there, or against the metric's own points.
    fn line_scale(&mut self, change: &Change, line: &str, before: Option<&ast::Scale>, now: &ast::Scale) {
        let own = match self.symbols.get(line).and_then(|symbol| self.symbols.item(symbol)).map(|i| &i.kind) {
            Some(ast::ItemKind::Metric(metric)) => {
                let table = metric.thresholds.iter().find(|t| t.segment.is_none()).cloned().map(Points::Thresholds);
                table.or_else(|| metric.scales.iter().find(|s| s.segment.is_none()).cloned().map(Points::Scale))
            }
            _ => None,
        };
        let Some((ty, domain)) = self.measured_values(line) else { return };
        let Some(before) = before.cloned().map(Points::Scale).or(own) else { return };
        self.givers_not_easier(change, line, (&before, &Points::Scale(now.clone())), ty, domain);
    }

    /// At no score a better grade than before.
    fn grades_not_easier(&mut self, change: &Change, before: Option<&ast::Thresholds>, now: &ast::Thresholds) {
        let Some(before) = before else { return };
        let Some((ty, domain)) = self.measured_values(&change.declaration) else { return };
        let rows = |me: &mut Self, table: &ast::Thresholds| {
            me.quietly(|me| me.rows(&table.rows, ty, None, Purpose::Grades, table.span))
        };
        let (old, new) = (rows(self, before), rows(self, now));
        if old.len() != before.rows.len() || new.len() != now.rows.len() {
            return;
        }
        // A grade is as good as the lowest score that has it.
        let mut rest = domain.numbers();
        let mut rank: Vec<(&str, Option<Decimal>)> = Vec::new();
        for band in &old {
            let set = rest.and(&region::band_numbers(&band.test));
            rest = rest.without(&set);
            rank.push((&band.name, set.low()));
        }
        let place = |name: &str| rank.iter().find(|(grade, _)| *grade == name).map(|(_, low)| *low);
        if let Some(unknown) = new.iter().find(|band| place(&band.name).is_none()) {
            let known: Vec<String> = rank.iter().map(|(grade, _)| format!("`{grade}`")).collect();
            let message = format!("`{}` has no grade `{}`", change.declaration, unknown.name);
            let label = "nobody can tell how good it is".to_string();
            let help = format!("use the grades of `{}`: {}", change.package, known.join(", "));
            self.loosened(change, message, label, &help, None);
            return;
        }
        let (old, new) = (Giver::Bands(old.clone()), Giver::Bands(new));
        let values = self.values_to_try(&[&old, &new], ty, domain);
        let better = values.iter().find_map(|value| {
            let (then, since) = (old.grade(value, ty)?, new.grade(value, ty)?);
            (place(since)? > place(then)?).then(|| (value.clone(), since.to_string(), then.to_string()))
        });
        let Some((value, since, then)) = better else { return };
        let shown = self.value_words(&value, ty);
        let message = format!(
            "the grades of `{}` of the package `{}` may only be made stricter, and these are easier",
            change.declaration, change.package
        );
        let witness = format!("a score of {shown} is {since} here, {then} in `{}`", change.had);
        self.loosened(change, message, format!("{since} at {shown}"), "raise the bound", Some(witness));
    }

    fn same_weight(&mut self, change: &Change, line: &str, before: Option<&ast::Expr>, now: &ast::Expr) {
        let weight = |me: &mut Self, expr: &ast::Expr| me.quietly(|me| me.constant(expr, Type::PLAIN, "a weight"));
        let since = weight(self, now);
        let then = before.and_then(|expr| weight(self, expr));
        if since.is_none() || since == then {
            return;
        }
        let shown = |n: Option<Decimal>| n.map_or("no weight".to_string(), |n| n.to_string());
        let message =
            format!("the weight of `{line}` is locked by `{}` of the package `{}`", change.declaration, change.package);
        let witness = format!("{line}: {} here, {} in `{}`", shown(since), shown(then), change.had);
        self.loosened(change, message, shown(since), "take the weight out", Some(witness));
    }

    fn not_more(&mut self, change: &Change, what: &str, before: Option<&ast::Expr>, now: &ast::Expr) {
        let share = |me: &mut Self, expr: &ast::Expr| me.quietly(|me| me.share(expr, "a share"));
        let since = share(self, now);
        let then = before.and_then(|expr| share(self, expr));
        // Where nothing was allowed before, nothing is.
        let nothing = (before.is_none() && what == "what others may add").then_some(Decimal::ZERO);
        let (Some(since), Some(then)) = (since, then.or(nothing)) else { return };
        if since <= then {
            return;
        }
        let message =
            format!("{what} in `{}` of the package `{}` may only be made less", change.declaration, change.package);
        let (since, then) = (shown_number(since, RATIO), shown_number(then, RATIO));
        let witness = format!("{since} here, {then} in `{}`", change.had);
        self.loosened(change, message, since, "lower it, or take it out", Some(witness));
    }

    fn policy_not_easier(&mut self, change: &Change, before: Option<&ast::MissingClause>, now: &ast::MissingClause) {
        let built = |me: &mut Self, clause: &ast::MissingClause| me.quietly(|me| me.policy(clause));
        let since = built(self, now);
        let then = match before {
            Some(before) => built(self, before),
            None => crate::program::MissingPolicy::Renormalise { at_least: crate::program::DEFAULT_COVERAGE },
        };
        use crate::program::MissingPolicy as P;
        let stricter = match (then, since) {
            (P::Renormalise { at_least: a }, P::Renormalise { at_least: b }) => b >= a,
            (P::Renormalise { .. }, P::Fail) | (P::Fail, P::Fail) | (P::Zero, P::Zero) => true,
            (P::Neutral(a), P::Neutral(b)) => b <= a,
            (P::Neutral(a), P::Zero) => !a.is_negative(),
            _ => false,
        };
        if stricter {
            return;
        }
        let help = match (then, &now.policy) {
            (P::Renormalise { at_least }, _) => {
                format!("ask for at least {} coverage, or write `missing fail`", shown_number(at_least, RATIO))
            }
            (P::Neutral(n), MissingPolicy::Neutral(_)) => format!("write at most `neutral {n}`"),
            _ => "take this out".to_string(),
        };
        let message = format!(
            "what `{}` of the package `{}` does with missing parts may only be made stricter",
            change.declaration, change.package
        );
        self.loosened(change, message, "easier".to_string(), &help, None);
    }

    /// A cap under the same condition as one that was there is meant instead of it.
    fn cap_not_higher(&mut self, change: &Change, before: &[ast::Limit], now: &ast::Limit) {
        let points = Type::Number(Unit::Points);
        let value = |me: &mut Self, limit: &ast::Limit| me.quietly(|me| me.constant(&limit.value, points, "a cap"));
        let Some(since) = value(self, now) else { return };
        for old in before.iter().filter(|old| meaning(&old.when) == meaning(&now.when)) {
            let Some(then) = value(self, old).filter(|then| since > *then) else { continue };
            let change = Change { before: old.span, ..change.clone() };
            let message =
                format!("the cap of `{}` of the package `{}` may only be lowered", change.declaration, change.package);
            let witness = format!("{since} here, {then} in `{}`", change.had);
            let help = format!("write a cap below {then}, or take it out");
            self.loosened(&change, message, format!("{since} is above {then}"), &help, Some(witness));
        }
    }
}

const RATIO: Type = Type::Number(Unit::Ratio);

/// What an expression says, wherever it stands: places do not count in its hash.
fn meaning(expr: &Option<ast::Expr>) -> u64 {
    let mut hasher = DefaultHasher::new();
    expr.hash(&mut hasher);
    hasher.finish()
}

impl Giver {
    /// The points of a value; `None` if there are none.
    fn at(&self, value: &Value, ty: Type) -> Option<Decimal> {
        match (self, value) {
            (Giver::Bands(_), _) => self.band(value, ty)?.points,
            (Giver::Scale(points), Value::Number(n)) => interpolated(points, *n),
            (Giver::Scale(_), _) => None,
        }
    }

    fn grade(&self, value: &Value, ty: Type) -> Option<&str> {
        Some(self.band(value, ty)?.name.as_str())
    }

    fn band(&self, value: &Value, ty: Type) -> Option<&Band> {
        let Giver::Bands(bands) = self else { return None };
        bands.iter().find(|band| match (&band.test, value) {
            (BandTest::Missing, value) => value.is_missing(),
            (_, Value::Missing(_)) => false,
            (BandTest::Otherwise, _) => true,
            (BandTest::In(values), value) if !ty.is_number() => values.contains(value),
            (test, Value::Number(n)) => {
                !region::band_numbers(test).and(&Numbers::points(std::iter::once(*n))).is_empty()
            }
            _ => false,
        })
    }
}

/// Points of a value between those of the scale, and those of its ends outside.
fn interpolated(points: &[(Decimal, Decimal)], n: Decimal) -> Option<Decimal> {
    let (first, last) = (points.first()?, points.last()?);
    if n <= first.0 {
        return Some(first.1);
    }
    if n >= last.0 {
        return Some(last.1);
    }
    points.windows(2).find_map(|pair| {
        let [(low, from), (high, to)] = pair else { return None };
        if n < *low || n > *high {
            return None;
        }
        from.add(n.sub(*low)?.mul(to.sub(*from)?)?.div(high.sub(*low)?)?)
    })
}
