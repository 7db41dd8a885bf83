//! Calls of the functions of the catalogue.

use super::{Checker, Scope, unknown};
use crate::ast::{self, ArgumentKind, Call};
use crate::builtins::{AggregateFunction as A, CATALOGUE, Entry, Function, Scalar};
use crate::diagnostics::{Code, Diagnostic, Fix};
use crate::library::{self, library};
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, MetricId, TableId, TableKind, Type, Unit};
use crate::resolve::Symbol;
use crate::span::Span;

impl Checker<'_, '_> {
    pub(super) fn call(&mut self, call: &Call, span: Span, scope: &Scope, expected: Option<Type>) -> Expr {
        let name = call.function.text.as_str();
        if let Some(Symbol::Define(index)) = self.symbol(name) {
            return self.expand(index, call, span, scope);
        }
        if let Some(definition) = library::find(name) {
            return self.expand_item(&definition.item, call, span, scope);
        }
        let entries: Vec<&Entry> = CATALOGUE.iter().filter(|e| e.name == name).collect();
        if entries.is_empty() {
            self.unknown_function(call);
            return unknown(span);
        }
        let aggregate = entries.iter().find_map(|e| match e.function {
            Function::Aggregate(a) => Some((a, *e)),
            Function::Scalar(_) | Function::Ranking(_) => None,
        });
        let scalar = entries.iter().find_map(|e| match e.function {
            Function::Scalar(s) => Some((s, *e)),
            Function::Aggregate(_) | Function::Ranking(_) => None,
        });
        if let Some((A::Paired(pairing), entry)) = aggregate {
            return self.paired(pairing, entry, call, span, scope);
        }
        if let Some(found) = self.over_accounts(aggregate, &entries, call, span, scope) {
            return found;
        }
        let rows =
            call.arguments.iter().any(|a| matches!(a.kind, ArgumentKind::Rows { .. } | ArgumentKind::Pairs { .. }))
                || call.arguments.first().is_some_and(|a| self.names_events(&a.kind));
        match (aggregate, scalar) {
            (Some((function, entry)), other) if rows || other.is_none() => {
                self.aggregate(function, entry, call, span, scope)
            }
            (_, Some((function, entry))) => {
                if rows {
                    self.error(
                        Code::WrongArguments,
                        span,
                        format!("`{name}` takes values, not rows"),
                        "this names rows",
                        format!("it is called `{}`", entry.signature),
                    );
                    return unknown(span);
                }
                self.scalar(function, entry, call, span, scope, expected)
            }
            _ => unknown(span),
        }
    }

    pub(super) fn unknown_function(&mut self, call: &Call) {
        let function = &call.function;
        if self.symbols.left_out(&function.text) {
            return;
        }
        let mut names: Vec<&str> = CATALOGUE.iter().map(|e| e.name).collect();
        names.extend(self.symbols.defines.iter().map(|d| d.name.text.as_str()));
        let package = function.text.split_once('.');
        if package.is_none_or(|(package, _)| package == library::NAME) {
            names.extend(library().names());
        }
        let mut diagnostic =
            Diagnostic::new(Code::UnknownFunction, function.span, format!("there is no function `{}`", function.text))
                .label("not a function");
        if self.many_errors() {
            names.clear();
        }
        let bare = format!("{}.{}", library::NAME, function.text);
        if let Some(definition) = library::find(&bare) {
            diagnostic = diagnostic.fix(format!("did you mean `{bare}`?"), function.span, definition.qualified());
        } else if let Some((help, edits)) = self.spreadsheet(call) {
            diagnostic = diagnostic.help(help.clone());
            if !edits.is_empty() {
                diagnostic.fix = Some(Fix { title: help, edits });
            }
        } else if let Some(near) = crate::diagnostics::nearest(&function.text, names.iter().copied()) {
            diagnostic = diagnostic.fix(format!("did you mean `{near}`?"), function.span, near);
        } else {
            diagnostic.help = Some(match package {
                Some((library::NAME, _)) => "`laud explain std` lists what there is".to_string(),
                Some((_, name)) => format!("only `std` is called by its name: write `{name}(…)`"),
                None => format!("define it: `define {}(…) = …`", function.text),
            });
        }
        self.push(diagnostic);
    }

    pub(super) fn names_events(&self, argument: &ArgumentKind) -> bool {
        let ArgumentKind::Value(value) = argument else { return false };
        let ast::ExprKind::Name(name) = &value.kind else { return false };
        self.events(name).is_some()
    }

    pub(super) fn events(&self, name: &str) -> Option<TableId> {
        match self.symbol(name) {
            Some(Symbol::Table(i)) => {
                let table = self.program.tables.get(i)?;
                (!matches!(table.kind, TableKind::Rows { .. })).then_some(TableId(i as u32))
            }
            _ => None,
        }
    }

    // ---------- functions of values ----------

    pub(super) fn scalar(
        &mut self,
        function: Scalar,
        entry: &Entry,
        call: &Call,
        span: Span,
        scope: &Scope,
        expected: Option<Type>,
    ) -> Expr {
        if function == Scalar::Points {
            return self.points_of(call, span, scope);
        }
        if function == Scalar::Coverage {
            return self.coverage_of(call, span, scope);
        }
        if function == Scalar::Convert {
            return self.converted(entry, call, span, scope);
        }
        if matches!(function, Scalar::Gap | Scalar::Position) {
            return self.against_benchmark(function, entry, call, span, scope);
        }
        if function == Scalar::PilotBucket {
            return self.pilot_bucket(entry, call, span, scope);
        }
        if matches!(function, Scalar::DaysIn(_) | Scalar::DaysLeft(_)) {
            return self.days_of_period(function, entry, call, span, scope);
        }
        let mut args: Vec<Expr> = Vec::new();
        for argument in &call.arguments {
            match &argument.kind {
                ArgumentKind::Value(value) => args.push(self.expr(value, scope, expected)),
                _ => {
                    self.error(
                        Code::WrongArguments,
                        argument.span,
                        format!("`{}` takes values only", entry.name),
                        "not a value",
                        format!("it is called `{}`", entry.signature),
                    );
                    return unknown(span);
                }
            }
        }
        let count = args.len();
        let fits = match function {
            Scalar::Round => (1..=2).contains(&count),
            Scalar::Least | Scalar::Greatest => count >= 2,
            Scalar::Clamp | Scalar::BinomialTail => count == 3,
            Scalar::WilsonLow | Scalar::WilsonHigh | Scalar::Power => count == 2,
            Scalar::Shrunk => count == 4,
            _ => count == 1,
        };
        if !fits {
            let message =
                format!("`{}` does not take {count} argument{}", entry.name, if count == 1 { "" } else { "s" });
            self.error(
                Code::WrongArguments,
                span,
                message,
                "wrong number of arguments",
                match (function, count) {
                    (Scalar::Least | Scalar::Greatest, 1) => {
                        format!("write `{0}(a, b)` for values, or `{0}(VALUE of SOURCE …)` for rows", entry.name)
                    }
                    _ => format!("it is called `{}`", entry.signature.replace(" or ", "` or `")),
                },
            );
            return unknown(span);
        }
        if args.iter().any(|a| a.ty == Type::Unknown) {
            return unknown(span);
        }
        let ordered = matches!(function, Scalar::Least | Scalar::Greatest) && args.iter().all(|a| a.ty.is_date());
        if let Some(wrong) = args.iter().find(|a| !a.ty.is_number() && !ordered) {
            let (at, ty) = (wrong.span, wrong.ty);
            self.error(
                Code::TypeMismatch,
                at,
                format!("`{}` wants numbers", entry.name),
                &format!("this is {ty}"),
                format!("it is called `{}`", entry.signature),
            );
            return unknown(span);
        }
        let first = args.first().map_or(Type::PLAIN, |a| a.ty);
        let ty = match function {
            Scalar::ToPoints => match first {
                Type::Number(Unit::Plain | Unit::Ratio | Unit::Nps | Unit::Points) => Type::Number(Unit::Points),
                other => {
                    self.error(
                        Code::UnitMismatch,
                        span,
                        format!("{other} cannot become points"),
                        "a ratio, an nps or a bare number can",
                        "use `scale` to say what gives how many points",
                    );
                    return unknown(span);
                }
            },
            Scalar::ToRatio => match first {
                Type::Number(Unit::Plain | Unit::Points | Unit::Ratio) => Type::Number(Unit::Ratio),
                other => {
                    self.error(
                        Code::UnitMismatch,
                        span,
                        format!("{other} cannot become a ratio"),
                        "points or a bare number can",
                        "divide it by something of its own unit",
                    );
                    return unknown(span);
                }
            },
            Scalar::ToNumber => Type::PLAIN,
            Scalar::Sqrt | Scalar::Exp | Scalar::Ln | Scalar::Log10 | Scalar::Logistic | Scalar::Power => {
                if !matches!(first, Type::Number(Unit::Plain | Unit::Ratio)) {
                    self.error(
                        Code::UnitMismatch,
                        span,
                        format!("`{}` wants a bare number, but this is {first}", entry.name),
                        "has a unit",
                        "take the bare number with `to_number(…)`, or divide it by something of its own unit",
                    );
                    return unknown(span);
                }
                if function == Scalar::Power
                    && let Some(exponent) = args.pop()
                {
                    let exponent = self.want(exponent, Type::PLAIN, "the exponent");
                    if exponent.ty == Type::Unknown {
                        return unknown(span);
                    }
                    args.push(exponent);
                }
                match function {
                    Scalar::Logistic => Type::Number(Unit::Ratio),
                    // A ratio times a ratio is a ratio.
                    Scalar::Power => first,
                    _ => Type::PLAIN,
                }
            }
            Scalar::WilsonLow | Scalar::WilsonHigh | Scalar::Shrunk | Scalar::BinomialTail => {
                let shares = if function == Scalar::BinomialTail { 2 } else { 3 };
                args = args
                    .into_iter()
                    .enumerate()
                    .map(|(i, a)| {
                        let unit = if i == shares { Type::Number(Unit::Ratio) } else { Type::PLAIN };
                        self.want(a, unit, &format!("argument {} of `{}`", i + 1, entry.name))
                    })
                    .collect();
                if args.iter().any(|a| a.ty == Type::Unknown) {
                    return unknown(span);
                }
                if function == Scalar::BinomialTail { Type::PLAIN } else { Type::Number(Unit::Ratio) }
            }
            Scalar::Round => {
                if let Some(digits) = args.get(1)
                    && !matches!(&digits.kind, ExprKind::Literal(v) if v.number().and_then(Decimal::to_int).is_some_and(|n| (0..=9).contains(&n)))
                {
                    let at = digits.span;
                    self.error(
                        Code::WrongArguments,
                        at,
                        "the number of digits is a whole number from 0 to 9",
                        "not such a number",
                        "write `round(x, 2)`",
                    );
                    return unknown(span);
                }
                first
            }
            Scalar::Least | Scalar::Greatest | Scalar::Clamp => {
                let unit = args.iter().find(|a| !super::units::adoptable(a)).map_or(first, |a| a.ty);
                args = args
                    .into_iter()
                    .map(|a| self.want(a, unit, &format!("each argument of `{}`", entry.name)))
                    .collect();
                if args.iter().any(|a| a.ty == Type::Unknown) {
                    return unknown(span);
                }
                unit
            }
            Scalar::Abs | Scalar::Floor | Scalar::Ceil | Scalar::Points | Scalar::Convert | Scalar::Coverage => first,
            Scalar::Gap | Scalar::Position | Scalar::DaysIn(_) | Scalar::DaysLeft(_) | Scalar::PilotBucket => {
                return unknown(span);
            }
        };
        Expr { kind: ExprKind::Function(function, args), ty, span }
    }

    pub(super) fn points_of(&mut self, call: &Call, span: Span, scope: &Scope) -> Expr {
        let name = match call.arguments.as_slice() {
            [one] => match &one.kind {
                ArgumentKind::Value(ast::Expr { kind: ast::ExprKind::Name(name), .. }) => Some(name.as_str()),
                _ => None,
            },
            _ => None,
        };
        let id = match name.and_then(|n| self.symbol(n)) {
            Some(Symbol::Metric(i)) if !matches!(scope, Scope::Constant(_)) => MetricId(i as u32),
            _ => {
                self.error(
                    Code::WrongArguments,
                    span,
                    "`points` wants the name of a metric",
                    "not a metric",
                    "write `points(references)`",
                );
                return unknown(span);
            }
        };
        match self.metrics.get(id.index()).and_then(Option::as_ref) {
            Some(metric)
                if metric.thresholds.is_empty() && metric.scales.is_empty() && metric.value.ty != Type::Unknown =>
            {
                let name = metric.header.name.clone();
                self.error(
                    Code::LineWithoutPoints,
                    span,
                    format!("`{name}` has neither thresholds nor a scale, so it has no points"),
                    "nothing gives it points",
                    "use its value, or declare `scale …`",
                );
                unknown(span)
            }
            Some(_) => Expr { kind: ExprKind::Points(id), ty: Type::Number(Unit::Points), span },
            None => unknown(span),
        }
    }

    /// `coverage(advocacy)`
    fn coverage_of(&mut self, call: &Call, span: Span, scope: &Scope) -> Expr {
        let scorecard = match call.arguments.as_slice() {
            [one] => match &one.kind {
                ArgumentKind::Value(value) => match &value.kind {
                    ast::ExprKind::Name(name) if matches!(self.symbol(name), Some(Symbol::Scorecard(_))) => Some(value),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        let Some(scorecard) = scorecard else {
            let message = "`coverage` wants the name of a scorecard";
            self.error(Code::WrongArguments, span, message, "not a scorecard", "write `coverage(advocacy)`");
            return unknown(span);
        };
        let score = self.expr(scorecard, scope, None);
        if score.ty == Type::Unknown {
            return unknown(span);
        }
        let kind = ExprKind::Function(Scalar::Coverage, vec![score]);
        Expr { kind, ty: Type::Number(Unit::Ratio), span }
    }
}
