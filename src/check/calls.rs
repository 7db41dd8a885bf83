//! Calls: functions of the catalogue, aggregates over rows, and definitions, which are expanded where they are called.

use super::domain;
use super::pipeline::is_money;
use super::{Checker, Scope, unknown};
use crate::ast::{self, ArgumentKind, Call, Clause, ClauseKind, ItemKind, Name};
use crate::builtins::{AggregateFunction as A, CATALOGUE, Entry, Function, Scalar};
use crate::diagnostics::{Code, Diagnostic, Edit, Fix};
use crate::number::Decimal;
use crate::program::{Aggregate, Decay, Dedupe, Expr, ExprKind, FieldId, MetricId, TableId, TableKind, Type, Unit};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::HashMap;

/// Definitions may call each other this deep, and one declaration may grow to so many expanded nodes.
const EXPANSION_DEPTH: usize = 32;
const EXPANSION_SIZE: usize = 20_000;
/// Written out, they may be nested this deep.
const NESTING: usize = 160;

impl Checker<'_, '_> {
    pub(super) fn call(&mut self, call: &Call, span: Span, scope: &Scope, expected: Option<Type>) -> Expr {
        let name = call.function.text.as_str();
        if let Some(Symbol::Define(index)) = self.symbol(name) {
            return self.expand(index, call, span, scope);
        }
        let entries: Vec<&Entry> = CATALOGUE.iter().filter(|e| e.name == name).collect();
        if entries.is_empty() {
            self.unknown_function(call);
            return unknown(span);
        }
        let aggregate = entries.iter().find_map(|e| match e.function {
            Function::Aggregate(a) => Some((a, *e)),
            Function::Scalar(_) => None,
        });
        let scalar = entries.iter().find_map(|e| match e.function {
            Function::Scalar(s) => Some((s, *e)),
            Function::Aggregate(_) => None,
        });
        let rows = call.arguments.iter().any(|a| matches!(a.kind, ArgumentKind::Rows { .. }))
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

    fn unknown_function(&mut self, call: &Call) {
        let function = &call.function;
        if self.symbols.left_out(&function.text) {
            return;
        }
        let mut names: Vec<&str> = CATALOGUE.iter().map(|e| e.name).collect();
        names.extend(self.symbols.defines.iter().map(|d| d.name.text.as_str()));
        let mut diagnostic =
            Diagnostic::new(Code::UnknownFunction, function.span, format!("there is no function `{}`", function.text))
                .label("not a function");
        if self.many_errors() {
            names.clear();
        }
        if let Some((help, edits)) = spreadsheet(call) {
            diagnostic = diagnostic.help(help.clone());
            if !edits.is_empty() {
                diagnostic.fix = Some(Fix { title: help, edits });
            }
        } else if let Some(near) = crate::diagnostics::nearest(&function.text, names.iter().copied()) {
            diagnostic = diagnostic.fix(format!("did you mean `{near}`?"), function.span, near);
        } else {
            diagnostic.help = Some(format!("define it: `define {}(…) = …`", function.text));
        }
        self.push(diagnostic);
    }

    fn names_events(&self, argument: &ArgumentKind) -> bool {
        let ArgumentKind::Value(value) = argument else { return false };
        let ast::ExprKind::Name(name) = &value.kind else { return false };
        self.events(name).is_some()
    }

    fn events(&self, name: &str) -> Option<TableId> {
        match self.symbol(name) {
            Some(Symbol::Table(i)) => {
                let table = self.program.tables.get(i)?;
                matches!(table.kind, TableKind::Events { .. }).then_some(TableId(i as u32))
            }
            _ => None,
        }
    }

    // ---------- functions of values ----------

    fn scalar(
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
            Scalar::Clamp => count == 3,
            Scalar::WilsonLow | Scalar::WilsonHigh => count == 2,
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
        if let Some(wrong) = args.iter().find(|a| !a.ty.is_number()) {
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
            Scalar::Sqrt | Scalar::Exp | Scalar::Ln | Scalar::Log10 | Scalar::Logistic => {
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
                if function == Scalar::Logistic { Type::Number(Unit::Ratio) } else { Type::PLAIN }
            }
            Scalar::WilsonLow | Scalar::WilsonHigh | Scalar::Shrunk => {
                args = args
                    .into_iter()
                    .enumerate()
                    .map(|(i, a)| {
                        let unit = if i == 3 { Type::Number(Unit::Ratio) } else { Type::PLAIN };
                        self.want(a, unit, &format!("argument {} of `{}`", i + 1, entry.name))
                    })
                    .collect();
                if args.iter().any(|a| a.ty == Type::Unknown) {
                    return unknown(span);
                }
                Type::Number(Unit::Ratio)
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
            Scalar::Abs | Scalar::Floor | Scalar::Ceil | Scalar::Points => first,
        };
        Expr { kind: ExprKind::Function(function, args), ty, span }
    }

    fn points_of(&mut self, call: &Call, span: Span, scope: &Scope) -> Expr {
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

    // ---------- aggregates ----------

    fn aggregate(&mut self, function: A, entry: &Entry, call: &Call, span: Span, scope: &Scope) -> Expr {
        match scope {
            Scope::Constant(what) => {
                self.not_constant("this", span, what, "counted for each account");
                return unknown(span);
            }
            _ if matches!(scope, Scope::Row(_)) || self.called_in_rows => {
                self.error(
                    Code::ClauseMisplaced,
                    span,
                    "an aggregate cannot stand inside another",
                    "rows within rows",
                    "declare it as a metric of its own and name that",
                );
                return unknown(span);
            }
            _ => {}
        }
        let mut value: Option<&ast::Expr> = None;
        let mut source: Option<(TableId, Span)> = None;
        let mut clauses: &[Clause] = &[];
        let mut at_least = None;
        let mut all_answers = None;
        for (i, argument) in call.arguments.iter().enumerate() {
            match &argument.kind {
                ArgumentKind::Rows { value: v, source: s, clauses: c } if i == 0 => {
                    value = v.as_ref();
                    clauses = c;
                    source = self.source(s).map(|id| (id, s.span));
                    if source.is_none() {
                        return unknown(span);
                    }
                }
                ArgumentKind::Value(ast::Expr { kind: ast::ExprKind::Name(name), span: at }) if i == 0 => {
                    let name = Name { text: name.clone(), span: *at };
                    source = self.source(&name).map(|id| (id, *at));
                    if source.is_none() {
                        return unknown(span);
                    }
                }
                ArgumentKind::AtLeast(n) if i > 0 => {
                    let count = self.constant(n, Type::PLAIN, "the least number of answers");
                    match count.and_then(Decimal::to_int).and_then(|n| u32::try_from(n).ok()) {
                        Some(n) => at_least = Some(n),
                        None if count.is_some() => self.error(
                            Code::WrongArguments,
                            n.span,
                            "a whole number is wanted here",
                            "not a count",
                            "write `at least 5 answers`",
                        ),
                        None => {}
                    }
                }
                ArgumentKind::AllAnswers if i > 0 => all_answers = Some(argument.span),
                _ => {
                    self.error(
                        Code::WrongArguments,
                        argument.span,
                        format!("`{}` does not take this", entry.name),
                        "not expected here",
                        format!("it is called `{}`", entry.signature),
                    );
                    return unknown(span);
                }
            }
        }
        let Some((table, source_span)) = source else {
            self.error(
                Code::WrongArguments,
                span,
                format!("`{}` wants rows to look at", entry.name),
                "no event table is named",
                format!("it is called `{}`", entry.signature),
            );
            return unknown(span);
        };
        let row = Scope::Row(table);
        let (value, ty) = match self.aggregate_value(function, entry, value, &row, span, source_span) {
            Some(found) => found,
            None => return unknown(span),
        };
        let mut out = Aggregate {
            function,
            source: table,
            value,
            filter: None,
            window: None,
            dedupe: None,
            latest_per: Vec::new(),
            cap: None,
            diminish: None,
            value_cap: None,
            decay: None,
            weight: None,
            at_least,
        };
        let mut seen: HashMap<&'static str, Span> = HashMap::new();
        for clause in clauses {
            self.clause(clause, &mut out, &row, &mut seen, entry);
        }
        if matches!(function, A::Nps | A::NpsMargin)
            && out.latest_per.is_empty()
            && out.dedupe.is_none()
            && all_answers.is_none()
        {
            out.latest_per.extend(self.table_field(table, "contact").map(|(id, _)| id));
        }
        if let (Some(at), true) = (all_answers, !matches!(function, A::Nps | A::NpsMargin)) {
            self.error(
                Code::ClauseMisplaced,
                at,
                "only `nps` keeps the latest answer per contact by itself",
                "says nothing here",
                "take `all answers` out",
            );
        }
        Expr { kind: ExprKind::Aggregate(Box::new(out)), ty, span }
    }

    fn source(&mut self, name: &Name) -> Option<TableId> {
        if let Some(id) = self.events(&name.text) {
            return Some(id);
        }
        if self.symbols.left_out(&name.text) {
            return None;
        }
        let events: Vec<&str> = self
            .program
            .tables
            .iter()
            .filter(|t| matches!(t.kind, TableKind::Events { .. }))
            .map(|t| t.header.name.as_str())
            .collect();
        let (code, message) = match self.symbol(&name.text) {
            Some(Symbol::Table(_)) => (
                Code::WrongKind,
                format!("`{}` has one row per key, so there is nothing to aggregate for an account", name.text),
            ),
            Some(symbol) => (Code::WrongKind, format!("`{}` is {}, not an event table", name.text, symbol.words())),
            None => (Code::UnknownName, format!("there is no event table `{}`", name.text)),
        };
        let diagnostic = Diagnostic::new(code, name.span, message).label("rows of an event table are wanted");
        let otherwise = format!("declare it: `events {} of account at date {{ … }}`", name.text);
        let diagnostic = self.suggest(diagnostic, &name.text, name.span, events.iter().copied(), otherwise);
        self.push(diagnostic);
        None
    }

    /// The value per row, and the type of the whole.
    fn aggregate_value(
        &mut self,
        function: A,
        entry: &Entry,
        value: Option<&ast::Expr>,
        row: &Scope,
        span: Span,
        source_span: Span,
    ) -> Option<(Option<Expr>, Type)> {
        let wants_value = !matches!(function, A::Count | A::First | A::Last);
        let Some(value) = value else {
            if wants_value {
                self.error(
                    Code::WrongArguments,
                    source_span,
                    format!("`{}` of what?", entry.name),
                    "only the rows are named",
                    format!("it is called `{}`", entry.signature),
                );
                return None;
            }
            let ty = if function == A::Count { Type::PLAIN } else { Type::Date };
            return Some((None, ty));
        };
        if function == A::Count {
            self.error(
                Code::WrongArguments,
                value.span,
                "`count` counts rows, not values",
                "says nothing here",
                "write `count(SOURCE where …)`, or `distinct(… of SOURCE)`",
            );
            return None;
        }
        if function == A::Share {
            let condition = self.condition(value, row);
            return (condition.ty != Type::Unknown).then_some((Some(condition), Type::Number(Unit::Ratio)));
        }
        let typed = self.expr(value, row, None);
        if typed.ty == Type::Unknown {
            return None;
        }
        let ordered = typed.ty.is_number() || typed.ty.is_date();
        let fits = match function {
            A::Sum | A::Avg | A::Median | A::Nps | A::NpsMargin | A::Csat | A::CsatMean | A::Ces => {
                typed.ty.is_number()
            }
            A::Min | A::Max => ordered,
            _ => true,
        };
        if !fits {
            let help = match typed.ty {
                Type::Boolean => "take the share: `share(… of …)`".to_string(),
                _ => format!("it is called `{}`", entry.signature),
            };
            self.error(
                Code::TypeMismatch,
                value.span,
                format!("`{}` wants numbers", entry.name),
                &format!("this is {}", typed.ty),
                help,
            );
            return None;
        }
        if let Some((low, high)) = answers_of(function) {
            let Scope::Row(table) = row else { return None };
            let answers = domain::of(&typed, self, Some(*table));
            let within = answers.low.is_some_and(|l| l >= Decimal::int(low))
                && answers.high.is_some_and(|h| h <= Decimal::int(high));
            let question = match function {
                A::Nps | A::NpsMargin => "the recommendation question".to_string(),
                _ => format!("`{}`", entry.name),
            };
            if !within {
                self.error(
                    Code::NpsRange,
                    value.span,
                    match (answers.low, answers.high) {
                        (None, None) => format!("answers to {question} are {low} to {high}, but nothing limits this"),
                        (least, most) => format!(
                            "answers to {question} are {low} to {high}, but this may be {}",
                            super::interval::words(least, most, true, Type::PLAIN)
                        ),
                    },
                    &match function {
                        A::Nps | A::NpsMargin => {
                            "a code such as 11 for no answer would count as a promoter".to_string()
                        }
                        _ => "a code such as 99 for no answer would count as the best of all".to_string(),
                    },
                    format!(
                        "declare the column `integer {low} to {high}`; other answers are then rejected and counted"
                    ),
                );
                return None;
            }
        }
        let ty = match function {
            A::Distinct => Type::PLAIN,
            A::Nps | A::NpsMargin => Type::Number(Unit::Nps),
            A::Csat => Type::Number(Unit::Ratio),
            A::CsatMean => Type::Number(Unit::Points),
            A::Ces => Type::PLAIN,
            _ => typed.ty,
        };
        let _ = span;
        Some((Some(typed), ty))
    }

    fn clause(
        &mut self,
        clause: &Clause,
        out: &mut Aggregate,
        row: &Scope,
        seen: &mut HashMap<&'static str, Span>,
        entry: &Entry,
    ) {
        let word = match &clause.kind {
            ClauseKind::Where(_) => "where",
            ClauseKind::In(_) => "in",
            ClauseKind::Dedupe { .. } => "dedupe",
            ClauseKind::LatestPer(_) => "latest per",
            ClauseKind::Cap { points: Some(_), .. } => "cap … points",
            ClauseKind::Cap { most, .. } if is_money(most) => "cap … points",
            ClauseKind::Cap { .. } => "cap",
            ClauseKind::Diminish { .. } => "diminish",
            ClauseKind::Decay { .. } | ClauseKind::DecaySteps { .. } => "decay",
            ClauseKind::WeightedBy(_) => "weighted by",
        };
        if let Some(first) = seen.insert(word, clause.span) {
            self.push(
                Diagnostic::new(Code::ClauseMisplaced, clause.span, format!("`{word}` is said twice"))
                    .label("second time")
                    .also(first, "first time")
                    .help(if word == "where" { "join the two conditions with `and`" } else { "take one of them out" }),
            );
            return;
        }
        match &clause.kind {
            ClauseKind::Where(condition) => {
                let typed = self.condition(condition, row);
                self.optional_decides(&typed, row, false);
                out.filter = Some(typed);
            }
            ClauseKind::In(window) => {
                if matches!(window.kind, ast::WindowKind::Next(_)) {
                    self.error(
                        Code::ClauseMisplaced,
                        window.span,
                        "rows after the as-of date are never seen",
                        "looks ahead",
                        "look back: `in last 90 days`",
                    );
                }
                if let ast::WindowKind::LastComplete(count, _) = window.kind {
                    self.periods(count, window.span);
                }
                out.window = Some(window.kind);
            }
            ClauseKind::Dedupe { by, within, chain, keep } => {
                let by = self.columns(by, row);
                let within_days = match within.map(|w| (w.duration.days(), w.span)) {
                    Some((Some(days), _)) => Some(days),
                    Some((None, at)) => {
                        self.error(
                            Code::TypeMismatch,
                            at,
                            "`within` wants a number of days",
                            "months differ in length",
                            "write the days: `within 30 days`",
                        );
                        None
                    }
                    None => None,
                };
                let keep = self.keep(keep.as_ref(), "which of the repeats?", out, row);
                out.dedupe = Some(Dedupe { by, within_days, chain: *chain, keep });
            }
            ClauseKind::LatestPer(by) => out.latest_per = self.columns(by, row),
            ClauseKind::Cap { most, points, period, keep } if points.is_some() || is_money(most) => {
                out.value_cap = self.value_cap(clause.span, most, *period, keep.as_ref(), out, entry);
            }
            ClauseKind::Cap { most, period, keep, .. } => {
                out.cap = self.row_cap(most, *period, keep.as_ref(), out, row);
            }
            ClauseKind::Diminish { by, period } => {
                out.diminish = self.diminish(clause.span, by, *period, out, entry);
            }
            ClauseKind::DecaySteps { steps, otherwise } => {
                if self.fades(clause.span, "decay half-life 90 days", out, entry) {
                    out.decay = self.decay_steps(steps, otherwise);
                }
            }
            ClauseKind::Decay { linear, over } => {
                if !self.fades(clause.span, "decay half-life 90 days", out, entry) {
                    return;
                }
                match over.duration.days() {
                    Some(days) if days > 0 => {
                        out.decay = Some(if *linear { Decay::Linear(days) } else { Decay::HalfLife(days) });
                    }
                    _ => self.error(
                        Code::TypeMismatch,
                        over.span,
                        "`decay` wants a number of days",
                        "months differ in length, and 0 is none",
                        "write the days: `90 days`",
                    ),
                }
            }
            ClauseKind::WeightedBy(weight) => {
                if !matches!(out.function, A::Avg | A::Share | A::Nps | A::Csat | A::CsatMean | A::Ces) {
                    self.error(
                        Code::ClauseMisplaced,
                        clause.span,
                        format!("`{}` is not weighted", entry.name),
                        "only `avg`, `share` and `nps` are",
                        "multiply the value instead",
                    );
                    return;
                }
                let typed = self.expr(weight, row, None);
                if typed.ty.is_number() {
                    out.weight = Some(typed);
                } else if typed.ty != Type::Unknown {
                    self.error(
                        Code::TypeMismatch,
                        weight.span,
                        "a weight is a number",
                        &format!("this is {}", typed.ty),
                        "name a number column",
                    );
                }
            }
        }
    }

    fn columns(&mut self, names: &[Name], row: &Scope) -> Vec<FieldId> {
        let Scope::Row(table) = row else { return Vec::new() };
        let mut out = Vec::new();
        for name in names {
            match self.table_field(*table, &name.text) {
                Some((id, _)) => out.push(id),
                None => {
                    self.unknown_column(name, *table);
                }
            }
        }
        out
    }

    /// Points out where an optional column decides silently: a condition on its missing cells counts as not met.
    pub(super) fn optional_decides(&mut self, condition: &Expr, scope: &Scope, branch: bool) {
        let clauses: &[Expr] = match &condition.kind {
            ExprKind::And(list) | ExprKind::Or(list) => list,
            _ => std::slice::from_ref(condition),
        };
        let column = |expr: &Expr| match (&expr.kind, scope) {
            (ExprKind::RowField(id), Scope::Row(table)) => Some((*table, *id)),
            (ExprKind::Field(id), _) => self.program.subject.map(|table| (table, *id)),
            _ => None,
        };
        let guarded: Vec<(TableId, FieldId)> = clauses
            .iter()
            .filter_map(|clause| match &clause.kind {
                ExprKind::IsMissing { value, .. } => column(value),
                _ => None,
            })
            .collect();
        let mut found: Vec<(String, Span)> = Vec::new();
        for clause in clauses {
            let value = match &clause.kind {
                ExprKind::Compare(_, a, _) => a,
                ExprKind::In { value, .. } | ExprKind::Within { value, .. } => value,
                ExprKind::Not(inner) => inner,
                _ => clause,
            };
            if let Some(place @ (table, id)) = column(value)
                && !guarded.contains(&place)
                && let Some(field) = self.program.table(table).and_then(|t| t.fields.get(id.index()))
                && field.optional
            {
                found.push((field.name.clone(), clause.span));
            }
        }
        for (name, span) in found {
            let diagnostic = if branch {
                Diagnostic::new(Code::OptionalDecides, span, format!("without `{name}` the `else` is taken here"))
                    .help(format!("if that is not meant, ask for `{name} is missing` first; if it is, all is well"))
            } else {
                Diagnostic::new(Code::OptionalDecides, span, format!("rows without `{name}` do not count here"))
                    .help(format!("if they should count, add `or {name} is missing`; if not, all is well"))
            };
            self.push(diagnostic.label(format!("`{name}` is optional, and unknown counts as not met")));
        }
    }

    // ---------- definitions ----------

    /// Checks the body of a definition once by itself, so that its mistakes are told even if nobody calls it.
    pub(super) fn define(&mut self, item: &ast::Item, define: &ast::Define) {
        let mut frame = HashMap::new();
        for parameter in &define.parameters {
            let ty = match &parameter.ty.kind {
                // Any currency: XXX is ISO 4217's code for none.
                ast::TypeExprKind::Money(None) => Type::Number(Unit::Money(crate::program::Currency(*b"XXX"))),
                _ => self.type_of(&parameter.ty, &format!("{}.{}", item.name.text, parameter.name.text)),
            };
            // A stand-in that is no constant and adopts no unit.
            let kind = ExprKind::AsOfDate;
            let stand_in = Expr { kind, ty, span: parameter.name.span };
            if frame.insert(parameter.name.text.clone(), (stand_in, Size { parts: 1, depth: 1 })).is_some() {
                self.error(
                    Code::DuplicateName,
                    parameter.name.span,
                    format!("`{}` is taken twice", parameter.name.text),
                    "second parameter of this name",
                    "give it another name",
                );
            }
        }
        if CATALOGUE.iter().any(|e| e.name == item.name.text) {
            self.error(
                Code::DuplicateName,
                item.name.span,
                format!("`{}` is a function of the language", item.name.text),
                "already taken",
                "give the definition another name",
            );
        }
        self.arguments.push(frame);
        self.expr(&define.body, &Scope::Account, None);
        self.arguments.pop();
    }

    /// True once the definitions of a declaration, written out, are larger than they may be; told once.
    pub(super) fn grows_too_large(&mut self, span: Span) -> bool {
        if self.expanded <= EXPANSION_SIZE && self.arguments.len() <= EXPANSION_DEPTH {
            return false;
        }
        self.too_large(span);
        true
    }

    /// The same for how deep they are nested, with `more` below this place: what runs the program goes down as deep.
    pub(super) fn grows_too_deep(&mut self, more: usize, span: Span) -> bool {
        let grown = self.depth + more > NESTING;
        if grown {
            self.too_large(span);
        }
        grown
    }

    fn too_large(&mut self, span: Span) {
        if self.expanded != usize::MAX {
            self.expanded = usize::MAX;
            self.error(
                Code::ExpansionTooLarge,
                span,
                "these definitions grow too large when written out",
                "too deep or too many",
                "declare the inner steps as metrics; a metric is computed once however often it is read",
            );
        }
    }

    /// Money of whichever currency.
    fn want_money(&mut self, expr: Expr, what: &str) -> Expr {
        if expr.ty == Type::Unknown || matches!(expr.ty, Type::Number(Unit::Money(_))) || super::units::adoptable(&expr)
        {
            return expr;
        }
        let message = format!("{what} is money");
        self.error(Code::UnitMismatch, expr.span, message, &format!("this is {}", expr.ty), "give an amount of money");
        unknown(expr.span)
    }

    fn expand(&mut self, index: usize, call: &Call, span: Span, scope: &Scope) -> Expr {
        let Some(item) = self.symbols.defines.get(index).copied() else { return unknown(span) };
        let ItemKind::Define(define) = &item.kind else { return unknown(span) };
        if self.broken.contains(&Symbol::Define(index)) {
            return unknown(span);
        }
        if call.arguments.len() != define.parameters.len() {
            let wanted: Vec<&str> = define.parameters.iter().map(|p| p.name.text.as_str()).collect();
            let message = format!(
                "`{}` takes {} argument{}, not {}",
                item.name.text,
                wanted.len(),
                if wanted.len() == 1 { "" } else { "s" },
                call.arguments.len()
            );
            self.error(
                Code::WrongArguments,
                span,
                message,
                "wrong number of arguments",
                format!("write `{}({})`", item.name.text, wanted.join(", ")),
            );
            return unknown(span);
        }
        self.expanded = self.expanded.saturating_add(1);
        if self.grows_too_large(span) {
            return unknown(span);
        }
        let mut frame = HashMap::new();
        let mut sound = true;
        for (argument, parameter) in call.arguments.iter().zip(&define.parameters) {
            let ArgumentKind::Value(value) = &argument.kind else {
                self.error(
                    Code::WrongArguments,
                    argument.span,
                    format!("`{}` takes values, not rows", item.name.text),
                    "names rows",
                    "declare the aggregate as a metric and name that",
                );
                return unknown(span);
            };
            let ty = self.parameter_type(item, parameter);
            let typed = self.expr(value, scope, ty);
            let what = format!("`{}` of `{}`", parameter.name.text, item.name.text);
            let any_money = matches!(parameter.ty.kind, ast::TypeExprKind::Money(None));
            let typed = match ty {
                Some(ty) => self.want(typed, ty, &what),
                None if any_money => self.want_money(typed, &what),
                None => typed,
            };
            sound &= typed.ty != Type::Unknown;
            let size = size(&typed);
            frame.insert(parameter.name.text.clone(), (typed, size));
        }
        if !sound {
            return unknown(span);
        }
        self.arguments.push(frame);
        let outer = self.called_at;
        let outer_rows = self.called_in_rows;
        self.called_at.get_or_insert(span);
        self.called_in_rows |= matches!(scope, Scope::Row(_));
        // What is wrong inside for every call was told at the definition; here is what depends on this one.
        let mut body = self.expr(&define.body, &Scope::Account, None);
        self.called_at = outer;
        self.called_in_rows = outer_rows;
        self.arguments.pop();
        if outer.is_none() {
            body.span = span;
        }
        body
    }

    /// The type of a parameter, without telling its mistakes again. Lists are told apart by their owner's name.
    fn parameter_type(&self, item: &ast::Item, parameter: &ast::Parameter) -> Option<Type> {
        use ast::TypeExprKind as T;
        Some(match &parameter.ty.kind {
            T::Boolean => Type::Boolean,
            T::Integer | T::Number => Type::PLAIN,
            T::Ratio => Type::Number(Unit::Ratio),
            T::Points => Type::Number(Unit::Points),
            T::Nps => Type::Number(Unit::Nps),
            T::Money(name) => Type::Number(Unit::Money(crate::program::Currency::new(&name.as_ref()?.text)?)),
            T::Duration => Type::Number(Unit::Days),
            T::Date => Type::Date,
            T::Instant => Type::Instant,
            T::Text => Type::Text,
            T::OneOf(_) => Type::Enum(*self.lists.get(&format!("{}.{}", item.name.text, parameter.name.text))?),
        })
    }
}

/// How large an expression is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Its parts, itself among them.
    pub(super) parts: usize,
    /// How deep they are nested.
    pub(super) depth: usize,
}

fn size(expr: &Expr) -> Size {
    let mut size = Size { parts: 0, depth: 0 };
    let mut open = vec![(expr, 1)];
    while let Some((next, depth)) = open.pop() {
        size.parts += 1;
        size.depth = size.depth.max(depth);
        open.extend(next.children().into_iter().map(|child| (child, depth + 1)));
    }
    size
}

/// The answers that a survey function understands.
fn answers_of(function: A) -> Option<(i64, i64)> {
    match function {
        A::Nps | A::NpsMargin => Some((0, 10)),
        A::Csat | A::CsatMean => Some((1, 5)),
        A::Ces => Some((1, 7)),
        _ => None,
    }
}

/// What a function of spreadsheets and queries is called here, with the edits where they can be told.
fn spreadsheet(call: &Call) -> Option<(String, Vec<Edit>)> {
    let function = &call.function;
    let name = function.text.to_lowercase();
    let (right, conditional) = match name.as_str() {
        "countif" | "countifs" | "count_if" | "counta" => ("count", true),
        "sumif" | "sumifs" | "sum_if" => ("sum", true),
        "average" | "mean" => ("avg", false),
        "averageif" | "averageifs" | "avgif" | "avg_if" => ("avg", true),
        "maxif" | "maxifs" | "max_if" => ("max", true),
        "minif" | "minifs" | "min_if" => ("min", true),
        "countdistinct" | "count_distinct" | "countunique" | "unique" => ("distinct", false),
        "maximum" | "greatest" => ("max", false),
        "minimum" | "least" => ("min", false),
        "coalesce" | "ifnull" | "isnull" | "nvl" | "iferror" => {
            return Some(("write `x or else y`".to_string(), Vec::new()));
        }
        "iif" => return Some(("write `if CONDITION then A else B`".to_string(), Vec::new())),
        "datediff" | "datedif" => {
            return Some(("write `days since DATE`, or subtract two dates".to_string(), Vec::new()));
        }
        "today" | "now" => {
            return Some((
                "write `days since DATE` or `in last 90 days`: both count from the as-of date".to_string(),
                Vec::new(),
            ));
        }
        _ => return None,
    };
    let rename = Edit { span: function.span, text: right.to_string() };
    let rows = call.arguments.iter().any(|a| matches!(a.kind, ArgumentKind::Rows { .. }));
    if rows || !conditional {
        return Some((format!("did you mean `{right}`?"), vec![rename]));
    }
    if right != "count" {
        return Some((format!("write `{right}(VALUE of SOURCE where CONDITION)`"), Vec::new()));
    }
    // `countif(activity, type = review)`: the source, then conditions.
    let mut edits = vec![rename];
    for (i, pair) in call.arguments.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let condition = matches!(&after.kind, ArgumentKind::Value(value) if !matches!(value.kind, ast::ExprKind::Name(_) | ast::ExprKind::Text(_)));
        let source =
            i > 0 || matches!(&before.kind, ArgumentKind::Value(ast::Expr { kind: ast::ExprKind::Name(_), .. }));
        if !condition || !source {
            return Some(("write `count(SOURCE where CONDITION)`".to_string(), Vec::new()));
        }
        let span = Span { start: before.span.end, end: after.span.start, ..before.span };
        edits.push(Edit { span, text: if i == 0 { " where " } else { " and " }.to_string() });
    }
    let help = if edits.len() > 1 { "write `count(SOURCE where CONDITION)`" } else { "did you mean `count`?" };
    Some((help.to_string(), edits))
}
