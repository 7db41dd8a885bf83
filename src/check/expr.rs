//! Typing expressions: what each name means here, and whether both sides fit.

use super::units::{self, adoptable};
use super::{Checker, Scope, unknown};
use crate::ast::{self, CompareOp, ExprKind as Ast, HeldPeriod, Name};
use crate::calendar::PeriodKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{
    BandTable, EnumId, Expr, ExprKind, MetricId, MissingWord, ParamId, PartitionId, ScorecardId, SegmentId, TableId,
    Type, Unit,
};
use crate::resolve::Symbol;
use crate::span::Span;
use crate::value::Value;

/// The most periods that a trend, a `for …` or a window may span.
pub(super) const MAX_PERIODS: u32 = 1_000;

impl Checker<'_, '_> {
    /// A condition: an expression that is yes, no or unknown.
    pub(super) fn condition(&mut self, expr: &ast::Expr, scope: &Scope) -> Expr {
        let typed = self.expr(expr, scope, Some(Type::Boolean));
        if typed.ty != Type::Boolean && typed.ty != Type::Unknown {
            let name = called(expr);
            let it = name.as_deref().unwrap_or("…");
            let help = match typed.ty {
                Type::Number(_) => format!("compare it with something: `{it} > 0`"),
                Type::Enum(list) => match self.program.enums.get(list.index()).and_then(|e| e.values.first()) {
                    Some(value) => format!("compare it with one of its values: `{it} = {value}`"),
                    None => "compare it with one of its values".to_string(),
                },
                Type::Date | Type::Instant => format!("compare it, or ask `{it} in last 90 days`"),
                Type::Text => format!("compare it with a text: `{it} = \"…\"`"),
                _ => "write a comparison".to_string(),
            };
            let message = match &name {
                Some(name) => format!("`{name}` by itself is not a condition"),
                None => "a condition is wanted here".to_string(),
            };
            let label = format!("this is {}", self.type_words(typed.ty));
            self.error(Code::TypeMismatch, expr.span, message, &label, help);
            return unknown(expr.span);
        }
        typed
    }

    /// Types an expression. `expected` is what the surroundings would like: it tells bare list values apart from names,
    /// and is not enforced.
    pub(super) fn expr(&mut self, expr: &ast::Expr, scope: &Scope, expected: Option<Type>) -> Expr {
        self.depth += 1;
        let typed = match self.called_at.is_some() && self.grows_too_deep(0, expr.span) {
            true => unknown(expr.span),
            false => self.typed(expr, scope, expected),
        };
        self.depth -= 1;
        typed
    }

    fn typed(&mut self, expr: &ast::Expr, scope: &Scope, expected: Option<Type>) -> Expr {
        let span = expr.span;
        let make = |kind: ExprKind, ty: Type| Expr { kind, ty, span };
        if let Some(Type::Enum(list)) = expected
            && let Some(written) = self.hyphenated(expr, scope)
        {
            self.unknown_list_value(list, &written, span);
            return unknown(span);
        }
        match &expr.kind {
            Ast::Number(n) => make(ExprKind::Literal(Value::Number(*n)), Type::PLAIN),
            Ast::Percent(n) => make(ExprKind::Literal(Value::Number(*n)), Type::Number(Unit::Ratio)),
            Ast::Money(n, currency) => match crate::program::Currency::new(&currency.text) {
                Some(code) => make(ExprKind::Literal(Value::Number(*n)), Type::Number(Unit::Money(code))),
                None => {
                    let message = format!("`{}` is not a currency code", currency.text);
                    self.error(
                        Code::MoneyWithoutCurrency,
                        currency.span,
                        message,
                        "three capital letters are wanted",
                        "write a code such as `USD`",
                    );
                    unknown(span)
                }
            },
            Ast::Text(text) => {
                if let Some(Type::Enum(list)) = expected {
                    return self.list_value(list, text, span);
                }
                make(ExprKind::Literal(Value::Text(text.as_str().into())), Type::Text)
            }
            Ast::Boolean(b) => make(ExprKind::Literal(Value::Boolean(*b)), Type::Boolean),
            Ast::Date(date) => make(ExprKind::Literal(Value::Date(*date)), Type::Date),
            Ast::Duration(duration) => match duration.days() {
                Some(days) => make(ExprKind::Literal(Value::Number(Decimal::int(days))), Type::Number(Unit::Days)),
                None => {
                    let message = format!("`{duration}` has no fixed length in days");
                    let help =
                        format!("compare in {0}s: `{0}s since …`, or write a number of days", duration.unit.word());
                    self.error(Code::TypeMismatch, span, message, "months differ in length", help);
                    unknown(span)
                }
            },
            Ast::Name(name) => self.name(name, span, scope, expected),
            Ast::Member(table, field) => self.member(table, field, span, scope),
            Ast::Not(inner) => {
                let inner = self.condition(inner, scope);
                make(ExprKind::Not(Box::new(inner)), Type::Boolean)
            }
            Ast::Negate(inner) => {
                let inner = self.expr(inner, scope, expected);
                if !self.number(&inner) {
                    return unknown(span);
                }
                let ty = inner.ty;
                make(ExprKind::Negate(Box::new(inner)), ty)
            }
            Ast::And(list) => {
                make(ExprKind::And(list.iter().map(|e| self.condition(e, scope)).collect()), Type::Boolean)
            }
            Ast::Or(list) => make(ExprKind::Or(list.iter().map(|e| self.condition(e, scope)).collect()), Type::Boolean),
            Ast::Sum(terms) => self.sum(terms, span, scope),
            Ast::Product(factors) => self.product(factors, span, scope),
            Ast::Compare(op, left, right) => self.compare(*op, left, right, span, scope),
            Ast::In { value, list, negated } => self.membership(value, list, *negated, span, scope),
            Ast::Within { value, window, negated } => {
                let typed = self.expr(value, scope, Some(Type::Date));
                if !typed.ty.is_date() {
                    if typed.ty != Type::Unknown {
                        let help = match (typed.ty, scope) {
                            (Type::Boolean, Scope::Row(_)) => {
                                "put the window before `where`, or write `… = yes` in front of it"
                            }
                            _ => "ask this of a date column",
                        };
                        self.error(
                            Code::TypeMismatch,
                            value.span,
                            "only a date can lie in a window",
                            &format!("this is {}", typed.ty),
                            help,
                        );
                    }
                    return unknown(span);
                }
                make(ExprKind::Within { value: Box::new(typed), window: window.kind, negated: *negated }, Type::Boolean)
            }
            Ast::IsMissing { value, because, negated } => {
                let typed = self.expr(value, scope, None);
                let because = because.as_ref().and_then(|name| self.missing_word(name));
                make(ExprKind::IsMissing { value: Box::new(typed), because, negated: *negated }, Type::Boolean)
            }
            Ast::Is { value, label, negated } => self.is_label(value, label, *negated, span, scope),
            Ast::OrElse(list) => self.or_else(list, span, scope, expected),
            Ast::If { condition, then, otherwise } => {
                let condition = self.condition(condition, scope);
                self.optional_decides(&condition, scope, true);
                let then = self.expr(then, scope, expected);
                let otherwise = self.expr(otherwise, scope, expected.or(Some(then.ty)));
                match self.unify(then, otherwise, "the two branches of `if`") {
                    Some((then, otherwise)) => {
                        let ty = then.ty;
                        let (condition, then, otherwise) = (Box::new(condition), Box::new(then), Box::new(otherwise));
                        make(ExprKind::If { condition, then, otherwise }, ty)
                    }
                    None => unknown(span),
                }
            }
            Ast::Call(call) => self.call(call, span, scope, expected),
            Ast::Elapsed { unit, until, date } => {
                let typed = self.expr(date, scope, Some(Type::Date));
                if !typed.ty.is_date() {
                    if typed.ty != Type::Unknown {
                        let message =
                            format!("`{}s {}` wants a date", unit.word(), if *until { "until" } else { "since" });
                        self.error(
                            Code::TypeMismatch,
                            date.span,
                            message,
                            &format!("this is {}", typed.ty),
                            "name a date column, or `last(…)` of an event table",
                        );
                    }
                    return unknown(span);
                }
                let ty = if *unit == PeriodKind::Day { Type::Number(Unit::Days) } else { Type::PLAIN };
                make(ExprKind::Elapsed { unit: *unit, until: *until, date: Box::new(typed) }, ty)
            }
            Ast::AsOf { value, shift } => {
                self.no_rows(scope, span);
                let typed = self.expr(value, scope, expected);
                let ty = typed.ty;
                make(ExprKind::AsOf { value: Box::new(typed), shift: *shift }, ty)
            }
            Ast::Change { value, percent, over } => {
                self.no_rows(scope, span);
                let typed = self.expr(value, scope, None);
                if !self.number(&typed) {
                    return unknown(span);
                }
                let ty = if *percent { Type::Number(Unit::Ratio) } else { typed.ty };
                make(ExprKind::Change { value: Box::new(typed), percent: *percent, over: over.duration }, ty)
            }
            Ast::Trend { value, over } => {
                self.no_rows(scope, span);
                let typed = self.expr(value, scope, None);
                if !self.number(&typed) {
                    return unknown(span);
                }
                if over.duration.count < 3 {
                    self.error(
                        Code::WrongArguments,
                        over.span,
                        "a trend needs at least three points",
                        "too short",
                        format!("write `over 3 {}s` or more", over.duration.unit.word()),
                    );
                }
                self.periods(over.duration.count, over.span);
                let ty = typed.ty;
                make(ExprKind::Trend { value: Box::new(typed), over: over.duration }, ty)
            }
            Ast::Held { condition, count, of, period } => {
                self.no_rows(scope, span);
                let typed = self.condition(condition, scope);
                let of = of.unwrap_or(*count);
                self.periods(of, span);
                match period {
                    HeldPeriod::Calendar(period) => {
                        if *count == 0 || *count > of {
                            self.error(
                                Code::WrongArguments,
                                span,
                                format!("this can never be: {count} of {of}"),
                                "check the two counts",
                                "ask for at least 1 and at most all periods",
                            );
                        }
                        make(
                            ExprKind::Held { condition: Box::new(typed), count: *count, of, period: *period },
                            Type::Boolean,
                        )
                    }
                    HeldPeriod::Runs => {
                        self.not_yet(
                            span,
                            "`for … runs`",
                            "it needs the state of earlier runs; ask for days, weeks, months or quarters instead",
                        );
                        unknown(span)
                    }
                }
            }
            Ast::Ranked { function, value, within } => {
                self.expr(value, scope, None);
                if let Some(within) = within
                    && !matches!(
                        self.symbol(&within.text),
                        Some(Symbol::Partition(_) | Symbol::Segment(_) | Symbol::Part(..))
                    )
                {
                    self.segment_ref(within);
                }
                self.not_yet(
                    span,
                    &format!("`{} of …`", function.text),
                    "it compares accounts with each other; take it out for now",
                );
                unknown(span)
            }
        }
    }

    /// Looking back is bounded: every period end is a date at which all is computed again.
    pub(super) fn periods(&mut self, count: u32, span: Span) {
        if count > MAX_PERIODS {
            self.error(
                Code::WrongArguments,
                span,
                format!("{count} periods are more than the {MAX_PERIODS} that can be looked back"),
                "too many",
                "take a longer period, such as months for days",
            );
        }
    }

    /// Says that something is understood but cannot be run yet.
    pub(super) fn not_yet(&mut self, span: Span, what: &str, help: &str) {
        self.error(
            Code::NotEvaluatedYet,
            span,
            format!("{what} is understood, but cannot be evaluated yet"),
            "checked, but not run",
            help,
        );
    }

    fn no_rows(&mut self, scope: &Scope, span: Span) {
        if matches!(scope, Scope::Row(_)) || self.called_in_rows {
            self.error(
                Code::ClauseMisplaced,
                span,
                "earlier dates cannot be asked for inside an aggregate",
                "rows are looked at as of one date",
                "shift the whole aggregate: `count(…) as of 90 days ago`",
            );
        }
    }

    // ---------- names ----------

    /// What a bare name means.
    pub(super) fn name(&mut self, name: &str, span: Span, scope: &Scope, expected: Option<Type>) -> Expr {
        if let Some(Type::Enum(list)) = expected
            && let Some(value) = self.enum_value(list, name, span)
        {
            return value;
        }
        if let Some((argument, size)) = self.arguments.last().and_then(|frame| frame.get(name)) {
            let (argument, depth) = (argument.clone(), size.depth);
            self.expanded = self.expanded.saturating_add(size.parts);
            let grown = self.grows_too_large(span) || self.grows_too_deep(depth, span);
            return if grown { unknown(span) } else { argument };
        }
        if let Some(found) = self.lookup(name, span, scope) {
            return found;
        }
        self.unknown_name(name, span, scope, expected);
        unknown(span)
    }

    /// The meaning of a name without any complaint, for deciding which side of a comparison to type first.
    fn means_something(&self, name: &str, scope: &Scope) -> bool {
        let constant = matches!(scope, Scope::Constant(_));
        self.arguments.last().is_some_and(|frame| frame.contains_key(name))
            || matches!(scope, Scope::Row(table) if self.table_field(*table, name).is_some())
            || (!constant && self.subject_field(name).is_some())
            || self.declared(name).is_some()
    }

    /// True for a bare word that means nothing by itself: compared with something of unknown type, it may be right.
    fn may_be_value(&self, expr: &ast::Expr, scope: &Scope) -> bool {
        matches!(&expr.kind, Ast::Name(word) if !self.means_something(word, scope))
            || self.hyphenated(expr, scope).is_some()
    }

    /// `case-study`, `n/a`: words that mean nothing by themselves with a sign between, as data is written.
    fn hyphenated(&self, expr: &ast::Expr, scope: &Scope) -> Option<String> {
        let parts: Vec<(&str, &ast::Expr)> = match &expr.kind {
            Ast::Sum(terms) => terms.iter().map(|t| (if t.negative { "-" } else { "+" }, &t.value)).collect(),
            Ast::Product(factors) => factors.iter().map(|f| (if f.divide { "/" } else { "*" }, &f.value)).collect(),
            _ => return None,
        };
        let mut written = String::new();
        for (i, (sign, part)) in parts.iter().enumerate() {
            if i > 0 {
                written.push_str(sign);
            }
            match &part.kind {
                Ast::Name(word) if !self.means_something(word, scope) => written.push_str(word),
                Ast::Number(n) if i > 0 => written.push_str(&n.to_string()),
                _ => return None,
            }
        }
        (!written.contains(['+', '*'])).then_some(written)
    }

    /// True for `fintech` in `fintech = industry`: a value of the other side's list, and not of that type itself.
    fn is_value_of(&self, word: &str, other: &str, scope: &Scope) -> bool {
        let of = |name: &str| -> Option<Type> {
            if let Some(argument) = self.arguments.last().and_then(|frame| frame.get(name)) {
                return Some(argument.0.ty);
            }
            if let Scope::Row(table) = scope
                && let Some((_, field)) = self.table_field(*table, name)
            {
                return Some(field.ty);
            }
            if let Some((_, field)) = self.subject_field(name) {
                return Some(field.ty);
            }
            match self.declared(name)? {
                Symbol::Partition(i) => Some(Type::Enum(self.partitions.get(i)?.as_ref()?.values)),
                Symbol::Metric(i) => Some(self.metrics.get(i)?.as_ref()?.value.ty),
                Symbol::Param(i) => Some(self.params.get(i)?.as_ref()?.ty),
                _ => None,
            }
        };
        let Some(ty @ Type::Enum(list)) = of(other) else { return false };
        of(word) != Some(ty) && self.enum_value(list, word, Span::default()).is_some()
    }

    /// The symbol of a name, also where only a finished program is at hand.
    fn declared(&self, name: &str) -> Option<Symbol> {
        if let Some(symbol) = self.symbols.get(name) {
            return Some(symbol);
        }
        if !self.symbols.names.is_empty() {
            return None;
        }
        let place = |names: &mut dyn Iterator<Item = &str>| names.enumerate().find(|(_, n)| *n == name).map(|(i, _)| i);
        let program = &self.program;
        if let Some(i) = place(&mut program.params.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Param(i));
        }
        if let Some(i) = place(&mut program.segments.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Segment(i));
        }
        if let Some(i) = place(&mut program.partitions.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Partition(i));
        }
        for (i, partition) in program.partitions.iter().enumerate() {
            if let Some(part) = partition.parts.iter().position(|p| p.name == name) {
                return Some(Symbol::Part(i, part));
            }
        }
        if let Some(i) = place(&mut program.metrics.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Metric(i));
        }
        if let Some(i) = place(&mut program.scorecards.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Scorecard(i));
        }
        place(&mut program.tables.iter().map(|p| p.header.name.as_str())).map(Symbol::Table)
    }

    /// The symbol of a name; see [`Checker::declared`].
    pub(super) fn symbol(&self, name: &str) -> Option<Symbol> {
        self.declared(name)
    }

    fn lookup(&mut self, name: &str, span: Span, scope: &Scope) -> Option<Expr> {
        let make = |kind: ExprKind, ty: Type| Some(Expr { kind, ty, span });
        if let Scope::Row(table) = scope
            && let Some((id, field)) = self.table_field(*table, name)
        {
            return make(ExprKind::RowField(id), field.ty);
        }
        let constant = match scope {
            Scope::Constant(what) => Some(*what),
            _ => None,
        };
        if let Some((id, field)) = self.subject_field(name) {
            let ty = field.ty;
            let Some(what) = constant else { return make(ExprKind::Field(id), ty) };
            self.not_constant(&format!("`{name}`"), span, what, "a column: it differs between accounts");
            return Some(unknown(span));
        }
        let symbol = self.declared(name)?;
        if let Some(what) = constant
            && !matches!(symbol, Symbol::Param(_))
        {
            self.not_constant(&format!("`{name}`"), span, what, &format!("this is {}", symbol.words()));
            return Some(unknown(span));
        }
        match symbol {
            Symbol::Param(i) => {
                let ty = self.params.get(i).and_then(Option::as_ref).map_or(Type::Unknown, |p| p.ty);
                make(ExprKind::Param(ParamId(i as u32)), ty)
            }
            Symbol::Segment(i) => make(ExprKind::Segment(SegmentId(i as u32)), Type::Boolean),
            Symbol::Part(i, part) => make(ExprKind::Part(PartitionId(i as u32), part as u32), Type::Boolean),
            Symbol::Partition(i) => {
                let ty =
                    self.partitions.get(i).and_then(Option::as_ref).map_or(Type::Unknown, |p| Type::Enum(p.values));
                make(ExprKind::Partition(PartitionId(i as u32)), ty)
            }
            Symbol::Metric(i) => {
                let ty = self.metrics.get(i).and_then(Option::as_ref).map_or(Type::Unknown, |m| m.value.ty);
                make(ExprKind::Metric(MetricId(i as u32)), ty)
            }
            Symbol::Scorecard(i) => {
                let known = self.scorecards.get(i).is_some_and(Option::is_some);
                let ty = if known { Type::Number(Unit::Points) } else { Type::Unknown };
                make(ExprKind::Score(ScorecardId(i as u32)), ty)
            }
            Symbol::Define(_) => {
                self.error(
                    Code::WrongKind,
                    span,
                    format!("`{name}` is a definition and wants arguments"),
                    "called without arguments",
                    format!("write `{name}(…)`"),
                );
                Some(unknown(span))
            }
            Symbol::Table(_) => {
                self.error(
                    Code::WrongKind,
                    span,
                    format!("`{name}` is a table, not a value"),
                    "many rows",
                    format!("say what of them: `count({name} …)`, `last({name} …)`"),
                );
                Some(unknown(span))
            }
            Symbol::Rule(_) | Symbol::Objective(_) => {
                self.error(
                    Code::WrongKind,
                    span,
                    format!("`{name}` is {}, which has no value", symbol.words()),
                    "not a value",
                    "name a metric, a scorecard, a segment or a column",
                );
                Some(unknown(span))
            }
        }
    }

    /// Says that a value differs between accounts where it must be the same for all.
    pub(super) fn not_constant(&mut self, subject: &str, span: Span, what: &str, label: &str) {
        let message = format!("{subject} is not a constant, and {what} must be one");
        self.error(Code::NotConstant, span, message, label, "write a number or a parameter");
    }

    fn unknown_name(&mut self, name: &str, span: Span, scope: &Scope, expected: Option<Type>) {
        if let Some(Type::Enum(list)) = expected {
            self.unknown_list_value(list, name, span);
            return;
        }
        // Without the table of accounts any name could be a column of it; and what was left out has been reported.
        if (self.program.subject.is_none() && !matches!(scope, Scope::Constant(_))) || self.symbols.left_out(name) {
            return;
        }
        let candidates = if self.many_errors() { Vec::new() } else { self.candidates(scope) };
        let mut diagnostic = Diagnostic::new(Code::UnknownName, span, format!("there is no `{name}`"));
        let near = crate::diagnostics::nearest(name, candidates.iter().map(String::as_str)).map(str::to_string);
        diagnostic = match scope {
            Scope::Row(table) => {
                let table = self.program.table(*table).map_or("", |t| t.header.name.as_str());
                diagnostic.label(format!("neither a column of `{table}` nor of the accounts, nor declared"))
            }
            Scope::Account => diagnostic.label("neither a column of the accounts nor declared"),
            Scope::Constant(_) => diagnostic.label("not a parameter"),
        };
        diagnostic = match near {
            Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
            None => match scope {
                Scope::Row(table) => {
                    let fields: Vec<String> = self
                        .program
                        .table(*table)
                        .map_or(Vec::new(), |t| t.fields.iter().map(|f| format!("`{}`", f.name)).collect());
                    diagnostic.help(format!("the columns here are {}", fields.join(", ")))
                }
                Scope::Account => diagnostic.help("declare it, or write a text in quotes"),
                Scope::Constant(_) => diagnostic.help(format!("declare it: `param {name} = …`")),
            },
        };
        self.push(diagnostic);
    }

    /// Every name that would have been right at a place.
    fn candidates(&self, scope: &Scope) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        if let Scope::Row(table) = scope
            && let Some(table) = self.program.table(*table)
        {
            names.extend(table.fields.iter().map(|f| f.name.clone()));
        }
        let constant = matches!(scope, Scope::Constant(_));
        if !constant && let Some(table) = self.subject() {
            names.extend(table.fields.iter().map(|f| f.name.clone()));
        }
        for (name, (symbol, _)) in &self.symbols.names {
            let fits = match symbol {
                Symbol::Param(_) => true,
                Symbol::Rule(_) | Symbol::Objective(_) | Symbol::Table(_) | Symbol::Define(_) => false,
                _ => !constant,
            };
            if fits {
                names.push((*name).to_string());
            }
        }
        if self.symbols.names.is_empty() {
            names.extend(self.program.metrics.iter().map(|m| m.header.name.clone()));
            names.extend(self.program.scorecards.iter().map(|m| m.header.name.clone()));
            names.extend(self.program.segments.iter().map(|m| m.header.name.clone()));
            names.extend(self.program.params.iter().map(|m| m.header.name.clone()));
        }
        if let Some(frame) = self.arguments.last() {
            names.extend(frame.keys().cloned());
        }
        names
    }

    fn member(&mut self, table: &Name, field: &Name, span: Span, scope: &Scope) -> Expr {
        let called = |id: TableId| self.program.table(id).is_some_and(|t| t.header.name == table.text);
        if let Some(subject) = self.program.subject.filter(|id| called(*id)) {
            if let Scope::Constant(what) = scope {
                let label = "a column: it differs between accounts";
                self.not_constant(&format!("`{}.{}`", table.text, field.text), span, what, label);
                return unknown(span);
            }
            return match self.table_field(subject, &field.text) {
                Some((id, found)) => Expr { kind: ExprKind::Field(id), ty: found.ty, span },
                None => {
                    self.unknown_column(field, subject);
                    unknown(span)
                }
            };
        }
        if let Scope::Row(row) = scope
            && called(*row)
        {
            return match self.table_field(*row, &field.text) {
                Some((id, found)) => Expr { kind: ExprKind::RowField(id), ty: found.ty, span },
                None => {
                    self.unknown_column(field, *row);
                    unknown(span)
                }
            };
        }
        if self.program.subject.is_none() || self.symbols.left_out(&table.text) {
            return unknown(span);
        }
        let message = format!("`{}.{}` cannot be read here", table.text, field.text);
        let help = match self.subject() {
            Some(subject) => format!("write the bare name, or `{}.{}`", subject.header.name, field.text),
            None => "write the bare name".to_string(),
        };
        self.error(Code::UnknownName, span, message, "no table of this name whose row is at hand", help);
        unknown(span)
    }

    // ---------- lists of values ----------

    pub(super) fn enum_value(&self, list: EnumId, word: &str, span: Span) -> Option<Expr> {
        let place = *self.values.get(list.index())?.get(word)?;
        Some(Expr { kind: ExprKind::Literal(Value::Symbol(place)), ty: Type::Enum(list), span })
    }

    pub(super) fn list_value(&mut self, list: EnumId, word: &str, span: Span) -> Expr {
        self.enum_value(list, word, span).unwrap_or_else(|| {
            self.unknown_list_value(list, word, span);
            unknown(span)
        })
    }

    fn unknown_list_value(&mut self, list: EnumId, word: &str, span: Span) {
        let Some(found) = self.program.enums.get(list.index()) else { return };
        let mut diagnostic =
            Diagnostic::new(Code::UnknownValue, span, format!("`{word}` is not a value of `{}`", found.name))
                .label("never true");
        let values: Vec<&str> = found.values.iter().map(String::as_str).collect();
        let folded = word.replace(['-', '/'], "_").to_lowercase();
        if word.contains(['-', '/']) && values.contains(&folded.as_str()) {
            self.push(diagnostic.fix(format!("values are written with `_`: `{folded}`"), span, folded));
            return;
        }
        let near = crate::diagnostics::nearest(word, values.iter().copied());
        diagnostic = match near.filter(|_| !self.many_errors()) {
            Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
            None => {
                let shown: Vec<String> = values.iter().take(12).map(|v| format!("`{v}`")).collect();
                let more = if values.len() > shown.len() { " …" } else { "" };
                diagnostic.help(format!("its values are {}{more}", shown.join(", ")))
            }
        };
        self.push(diagnostic);
    }

    fn missing_word(&mut self, name: &Name) -> Option<MissingWord> {
        let words = [
            ("no data", MissingWord::NoData),
            ("not applicable", MissingWord::NotApplicable),
            ("stale", MissingWord::Stale),
            ("too few", MissingWord::TooFew),
            ("error", MissingWord::Error),
            ("division by zero", MissingWord::Error),
            ("number too large", MissingWord::Error),
            ("unreadable cell", MissingWord::Error),
        ];
        let text = name.text.replace('_', " ");
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, m)| *m);
        if found.is_none() {
            let message = format!("`{text}` is not a reason for a missing value");
            let diagnostic = Diagnostic::new(Code::UnknownValue, name.span, message).label("no such reason");
            let all = words.iter().take(5).map(|(word, _)| *word);
            self.push(self.suggest(diagnostic, &text, name.span, all, ""));
        }
        found
    }

    // ---------- operators ----------

    fn number(&mut self, expr: &Expr) -> bool {
        if expr.ty.is_number() {
            return true;
        }
        if expr.ty != Type::Unknown {
            let help = match expr.ty {
                Type::Boolean => "turn it into a number: `if … then 1 else 0`",
                Type::Date | Type::Instant => "count the time from it: `days since …`",
                _ => "name a column or metric that is a number",
            };
            let label = format!("this is {}", self.type_words(expr.ty));
            self.error(Code::TypeMismatch, expr.span, "a number is wanted here", &label, help);
        }
        false
    }

    fn sum(&mut self, terms: &[ast::Term], span: Span, scope: &Scope) -> Expr {
        let typed: Vec<(bool, Expr)> = terms.iter().map(|t| (t.negative, self.expr(&t.value, scope, None))).collect();
        if typed.iter().any(|(_, e)| e.ty == Type::Unknown) {
            return unknown(span);
        }
        // Two dates give days, a date and days give a date.
        if let [(false, a), (negative, b)] = typed.as_slice() {
            if a.ty.is_date() && b.ty.is_date() && *negative {
                return Expr { kind: ExprKind::Sum(typed), ty: Type::Number(Unit::Days), span };
            }
            if a.ty.is_date() && (b.ty == Type::Number(Unit::Days) || adoptable(b)) {
                return Expr { kind: ExprKind::Sum(typed), ty: Type::Date, span };
            }
        }
        if !typed.iter().all(|(_, e)| self.number(e)) {
            return unknown(span);
        }
        let Some(place) = typed.iter().position(|(_, e)| !adoptable(e)) else {
            return Expr { kind: ExprKind::Sum(typed), ty: Type::PLAIN, span };
        };
        let ty = typed.get(place).map_or(Type::PLAIN, |(_, e)| e.ty);
        let mut out: Vec<(bool, Expr)> = Vec::with_capacity(typed.len());
        for (negative, mut term) in typed {
            if adoptable(&term) {
                adopt(&mut term, ty);
            }
            if term.ty != ty {
                if let Some((_, first)) = out.get(place) {
                    let verb = if negative { "subtracted from each other" } else { "added" };
                    self.unit_mismatch(&term, &first.clone(), verb);
                }
                return unknown(span);
            }
            out.push((negative, term));
        }
        Expr { kind: ExprKind::Sum(out), ty, span }
    }

    fn product(&mut self, factors: &[ast::Factor], span: Span, scope: &Scope) -> Expr {
        let mut out: Vec<(bool, Expr)> = Vec::new();
        let mut ty: Option<Type> = None;
        for factor in factors {
            let typed = self.expr(&factor.value, scope, None);
            if typed.ty == Type::Unknown || !self.number(&typed) {
                return unknown(span);
            }
            ty = Some(match ty {
                None => typed.ty,
                Some(sofar) => {
                    let result =
                        if factor.divide { units::quotient(sofar, typed.ty) } else { units::product(sofar, typed.ty) };
                    match result {
                        Some(result) => result,
                        None => {
                            let (verb, word) = if factor.divide { ("divided", "by") } else { ("multiplied", "with") };
                            let message = format!("{sofar} cannot be {verb} {word} {}", typed.ty);
                            self.error(
                                Code::UnitMismatch,
                                typed.span,
                                message,
                                &format!("this is {}", typed.ty),
                                "take the bare number with `to_number(…)` where that is meant",
                            );
                            return unknown(span);
                        }
                    }
                }
            });
            if factor.divide
                && let ExprKind::Literal(Value::Number(n)) = &typed.kind
                && n.is_zero()
            {
                self.error(
                    Code::ConstantFault,
                    typed.span,
                    "this divides by zero",
                    "always zero",
                    "divide by something else",
                );
                return unknown(span);
            }
            out.push((factor.divide, typed));
        }
        Expr { kind: ExprKind::Product(out), ty: ty.unwrap_or(Type::PLAIN), span }
    }

    fn compare(&mut self, op: CompareOp, left: &ast::Expr, right: &ast::Expr, span: Span, scope: &Scope) -> Expr {
        // The side that is not a bare list value says what the other is compared with.
        let left_first = match (&left.kind, &right.kind) {
            (Ast::Name(word), Ast::Name(other)) => !self.is_value_of(word, other, scope),
            (Ast::Name(word), _) => self.means_something(word, scope) || self.hyphenated(right, scope).is_some(),
            (Ast::Text(_), _) => false,
            _ => true,
        };
        let (first, second) = if left_first { (left, right) } else { (right, left) };
        let one = self.expr(first, scope, None);
        if self.label_compared(&one, op, first, second, span) {
            return unknown(span);
        }
        if one.ty == Type::Unknown && self.may_be_value(second, scope) {
            return unknown(span);
        }
        if one.ty == Type::Text
            && let Some(written) = self.hyphenated(second, scope)
        {
            let right = format!("\"{written}\"");
            self.push(
                Diagnostic::new(Code::UnknownName, second.span, format!("there is no `{written}`"))
                    .label("a text?")
                    .fix(format!("write a text in quotes: `{right}`"), second.span, right),
            );
            return unknown(span);
        }
        let other = self.expr(second, scope, wanted(one.ty));
        let (a, b) = if left_first { (one, other) } else { (other, one) };
        let Some((a, b)) = self.comparable(a, b) else { return unknown(span) };
        let ordered = !matches!(op, CompareOp::Equal | CompareOp::NotEqual);
        if ordered && matches!(a.ty, Type::Boolean | Type::Enum(_)) {
            let what = if a.ty == Type::Boolean { "yes and no have" } else { "values of a list have" };
            self.error(
                Code::TypeMismatch,
                span,
                format!("{what} no order"),
                &format!("`{}` wants numbers, dates or texts", op.symbol()),
                "compare with `=`, `!=` or `in (…)`",
            );
            return unknown(span);
        }
        Expr { kind: ExprKind::Compare(op, Box::new(a), Box::new(b)), ty: Type::Boolean, span }
    }

    /// `advocacy = champion`: a score compared with the name of one of its grades, or a metric with one of its bands.
    fn label_compared(&mut self, one: &Expr, op: CompareOp, first: &ast::Expr, second: &ast::Expr, span: Span) -> bool {
        let (Ast::Name(word) | Ast::Text(word)) = &second.kind else { return false };
        let (labels, kind) = match &one.kind {
            ExprKind::Score(id) => (self.grades_of(*id).1, "grade"),
            ExprKind::Metric(id) => (self.bands_of(*id).1, "band"),
            _ => return false,
        };
        if !labels.contains(word) || one.ty == Type::Text {
            return false;
        }
        let Ast::Name(name) = &first.kind else { return false };
        let not = if op == CompareOp::NotEqual { "not " } else { "" };
        let edit = format!("{name} is {not}{word}");
        self.push(
            Diagnostic::new(Code::TypeMismatch, second.span, format!("`{word}` is a {kind} of `{name}`, not a number"))
                .label(format!("a {kind}"))
                .fix(format!("write `{edit}`"), span, edit),
        );
        true
    }

    fn membership(&mut self, value: &ast::Expr, list: &[ast::Expr], negated: bool, span: Span, scope: &Scope) -> Expr {
        let typed = self.expr(value, scope, None);
        let mut value = typed;
        let mut out = Vec::new();
        for element in list {
            if value.ty == Type::Unknown && self.may_be_value(element, scope) {
                continue;
            }
            let element = self.expr(element, scope, wanted(value.ty));
            match self.comparable(value, element) {
                Some((a, b)) => {
                    value = a;
                    out.push(b);
                }
                None => return unknown(span),
            }
        }
        if value.ty == Type::Unknown {
            return unknown(span);
        }
        Expr { kind: ExprKind::In { value: Box::new(value), list: out, negated }, ty: Type::Boolean, span }
    }

    fn or_else(&mut self, list: &[ast::Expr], span: Span, scope: &Scope, expected: Option<Type>) -> Expr {
        let mut out: Vec<Expr> = Vec::new();
        for item in list {
            let expected = out.first().map(|e| e.ty).or(expected);
            let typed = self.expr(item, scope, expected);
            match out.pop() {
                None => out.push(typed),
                Some(last) => match self.unify(last, typed, "both sides of `or else`") {
                    Some((a, b)) => out.extend([a, b]),
                    None => return unknown(span),
                },
            }
        }
        // A unit adopted late holds for the earlier ones too.
        let ty = out.last().map_or(Type::Unknown, |e| e.ty);
        for item in &mut out {
            if adoptable(item) && ty.is_number() {
                adopt(item, ty);
            }
        }
        Expr { kind: ExprKind::OrElse(out), ty, span }
    }

    /// Both sides with one type, or an error that says which edit makes them one.
    fn comparable(&mut self, a: Expr, b: Expr) -> Option<(Expr, Expr)> {
        if a.ty.is_date() && b.ty.is_date() {
            return Some((a, b));
        }
        self.unify(a, b, "the two sides")
    }

    fn unify(&mut self, mut a: Expr, mut b: Expr, what: &str) -> Option<(Expr, Expr)> {
        if a.ty == Type::Unknown || b.ty == Type::Unknown {
            return None;
        }
        if a.ty == b.ty {
            return Some((a, b));
        }
        if a.ty.is_number() && b.ty.is_number() {
            if adoptable(&b) {
                self.ratio_scale(&b, a.ty);
                adopt(&mut b, a.ty);
                return Some((a, b));
            }
            if adoptable(&a) {
                self.ratio_scale(&a, b.ty);
                adopt(&mut a, b.ty);
                return Some((a, b));
            }
            // A number that was written out is the one to change.
            let literal = |e: &Expr| matches!(e.kind, ExprKind::Literal(_));
            let (odd, other) = if literal(&a) && !literal(&b) { (&a, &b) } else { (&b, &a) };
            self.unit_mismatch(odd, other, if what == "the two sides" { "compared" } else { "mixed" });
            return None;
        }
        let (left, right) = (self.type_words(a.ty), self.type_words(b.ty));
        let message = match what {
            "the two sides" => format!("{left} cannot be compared with {right}"),
            _ => format!("{what} do not fit: {left} and {right}"),
        };
        let mut diagnostic = Diagnostic::new(Code::TypeMismatch, b.span, message)
            .label(format!("this is {right}"))
            .also(a.span, format!("this is {left}"));
        if let Some(text) = meant(a.ty, &b) {
            self.push(diagnostic.fix(format!("write `{text}`"), b.span, text));
            return None;
        }
        diagnostic.help = match (a.ty, b.ty) {
            (Type::Enum(list), Type::Text) | (Type::Text, Type::Enum(list)) => self
                .program
                .enums
                .get(list.index())
                .map(|e| format!("the values of `{}` are written without quotes", e.name)),
            (Type::Boolean, Type::Number(_)) | (Type::Number(_), Type::Boolean) => {
                Some("compare yes-or-no columns with `yes` or `no`".to_string())
            }
            (Type::Date | Type::Instant, Type::Number(_)) => {
                Some("compare with a date such as 2026-03-31, or count the time: `days since …`".to_string())
            }
            (Type::Date | Type::Instant, Type::Text) => Some("write the date without quotes: 2026-03-31".to_string()),
            (Type::Number(_), Type::Text) => match &b.kind {
                ExprKind::Literal(_) => Some("write the number without quotes".to_string()),
                _ => Some("name a number on both sides".to_string()),
            },
            (Type::Enum(_), Type::Enum(_)) => Some("compare each with a value of its own list".to_string()),
            _ => None,
        };
        self.push(diagnostic);
        None
    }

    /// A type in words; lists are told apart by the column that they belong to.
    pub(super) fn type_words(&self, ty: Type) -> String {
        match ty {
            Type::Enum(list) => match self.program.enums.get(list.index()) {
                Some(found) => format!("one of the values of `{}`", found.name),
                None => ty.to_string(),
            },
            _ => ty.to_string(),
        }
    }

    /// A literal above 1 compared with a ratio is nearly always a forgotten `%`.
    fn ratio_scale(&mut self, literal: &Expr, ty: Type) {
        if ty != Type::Number(Unit::Ratio) {
            return;
        }
        if let ExprKind::Literal(Value::Number(n)) = &literal.kind
            && *n > Decimal::int(2)
        {
            let percent = n.mul(Decimal::HUNDRED).unwrap_or(*n);
            self.push(
                Diagnostic::new(Code::RatioScale, literal.span, format!("`{n}` as a ratio means {percent}%"))
                    .label("a ratio of 1 is 100%")
                    .fix(format!("write `{n}%`"), literal.span, format!("{n}%")),
            );
        }
    }

    /// Two numbers of different units; `odd` is the one to change.
    fn unit_mismatch(&mut self, odd: &Expr, other: &Expr, verb: &str) {
        let currencies = match (odd.ty, other.ty) {
            (Type::Number(Unit::Money(a)), Type::Number(Unit::Money(b))) => Some(format!("{b} and {a}")),
            _ => None,
        };
        let code = if currencies.is_some() { Code::CurrencyMismatch } else { Code::UnitMismatch };
        let both = currencies.unwrap_or_else(|| format!("{} and {}", other.ty, odd.ty));
        let diagnostic = Diagnostic::new(code, odd.span, format!("{both} cannot be {verb}"))
            .label(format!("this is {}", odd.ty))
            .also(other.span, format!("this is {}", other.ty));
        let quotient = matches!(&other.kind, ExprKind::Product(factors) if factors.iter().any(|(divide, _)| *divide));
        let diagnostic = unit_help(diagnostic, odd, other.ty, quotient);
        self.push(diagnostic);
    }

    /// The expression as type `ty`, adopted if it was written without a unit; an error otherwise.
    pub(super) fn want(&mut self, mut expr: Expr, ty: Type, what: &str) -> Expr {
        if expr.ty == ty || expr.ty == Type::Unknown || ty == Type::Unknown {
            return expr;
        }
        if ty.is_number() && adoptable(&expr) {
            self.ratio_scale(&expr, ty);
            adopt(&mut expr, ty);
            return expr;
        }
        let (wanted, got) = (self.type_words(ty), self.type_words(expr.ty));
        let code = match (expr.ty, ty) {
            (Type::Number(Unit::Money(_)), Type::Number(Unit::Money(_))) => Code::CurrencyMismatch,
            (Type::Number(_), Type::Number(_)) => Code::UnitMismatch,
            _ => Code::TypeMismatch,
        };
        let diagnostic = Diagnostic::new(code, expr.span, format!("{what} must be {wanted}, not {got}"))
            .label(format!("this is {got}"));
        let diagnostic = match code {
            Code::TypeMismatch => diagnostic.help(format!("give {wanted}")),
            _ => unit_help(diagnostic, &expr, ty, false),
        };
        self.push(diagnostic);
        unknown(expr.span)
    }

    // ---------- bands and grades ----------

    fn is_label(&mut self, value: &ast::Expr, label: &Name, negated: bool, span: Span, scope: &Scope) -> Expr {
        let typed = self.expr(value, scope, None);
        let kind = match &typed.kind {
            ExprKind::Metric(id) => {
                let (owner, names) = self.bands_of(*id);
                if !self.has_label(&names, label, "band", &owner) {
                    return unknown(span);
                }
                ExprKind::IsBand { metric: *id, band: label.text.clone(), negated }
            }
            ExprKind::Score(id) => {
                let (owner, names) = self.grades_of(*id);
                if !self.has_label(&names, label, "grade", &owner) {
                    return unknown(span);
                }
                ExprKind::IsGrade { scorecard: *id, grade: label.text.clone(), negated }
            }
            _ if typed.ty == Type::Unknown => return unknown(span),
            _ => {
                let help = match typed.ty {
                    Type::Enum(_) => format!("compare it: `= {}` instead of `is {0}`", label.text),
                    _ => "only metrics have bands, and scorecards grades; compare with `=`".to_string(),
                };
                let label_words = format!("this is {}", self.type_words(typed.ty));
                self.error(
                    Code::WrongKind,
                    value.span,
                    match called(value) {
                        Some(name) => format!("`{name}` has no bands that could be `{}`", label.text),
                        None => format!("this has no bands that could be `{}`", label.text),
                    },
                    &label_words,
                    help,
                );
                return unknown(span);
            }
        };
        Expr { kind, ty: Type::Boolean, span }
    }

    /// True if a metric or scorecard has such a row.
    fn has_label(&mut self, names: &[String], label: &Name, word: &str, owner: &str) -> bool {
        if names.contains(&label.text) {
            return true;
        }
        let message = match names.is_empty() {
            true => format!("`{owner}` has no {word}s, so it is never `{}`", label.text),
            false => format!("`{owner}` has no {word} `{}`", label.text),
        };
        let diagnostic = Diagnostic::new(Code::UnknownValue, label.span, message).label("never true");
        let otherwise = match (word, names.is_empty()) {
            (_, false) => format!("name one of its {word}s"),
            ("band", true) => "declare some: `thresholds { … }`".to_string(),
            _ => format!("declare some: `{word}s {{ … }}`"),
        };
        let names = names.iter().map(String::as_str);
        self.push(self.suggest(diagnostic, &label.text, label.span, names, otherwise));
        false
    }

    /// What a metric is called, and its bands.
    fn bands_of(&self, id: MetricId) -> (String, Vec<String>) {
        if let Some(item) = self.symbols.metrics.get(id.index())
            && let ast::ItemKind::Metric(metric) = &item.kind
        {
            return (item.name.text.clone(), written(&metric.thresholds));
        }
        let metric = self.metrics.get(id.index()).and_then(Option::as_ref);
        metric.map_or_else(Default::default, |m| (m.header.name.clone(), built(&m.thresholds)))
    }

    /// What a scorecard is called, and its grades.
    fn grades_of(&self, id: ScorecardId) -> (String, Vec<String>) {
        if let Some(item) = self.symbols.scorecards.get(id.index())
            && let ast::ItemKind::Scorecard(card) = &item.kind
        {
            return (item.name.text.clone(), written(&card.grades));
        }
        let card = self.scorecards.get(id.index()).and_then(Option::as_ref);
        card.map_or_else(Default::default, |c| (c.header.name.clone(), built(&c.grades)))
    }
}

/// The names of all rows as written: those with errors of their own are there too.
fn written(tables: &[ast::Thresholds]) -> Vec<String> {
    tables.iter().flat_map(|table| &table.rows).map(|row| row.name.text.clone()).collect()
}

/// The names of all rows of a program that was checked before.
fn built(tables: &[BandTable]) -> Vec<String> {
    tables.iter().flat_map(|table| &table.bands).map(|band| band.name.clone()).collect()
}

/// What an expression is called, if it is a bare name.
fn called(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        Ast::Name(name) => Some(name.clone()),
        Ast::Member(table, name) => Some(format!("{}.{}", table.text, name.text)),
        _ => None,
    }
}

/// The literal that was meant, where one of another type was written: `"2026-03-31"` for a date, `1` for yes.
fn meant(wanted: Type, literal: &Expr) -> Option<String> {
    let ExprKind::Literal(value) = &literal.kind else { return None };
    match (wanted, value) {
        (Type::Boolean, Value::Number(n)) if *n == Decimal::ONE => Some("yes".to_string()),
        (Type::Boolean, Value::Number(n)) if n.is_zero() => Some("no".to_string()),
        (Type::Date | Type::Instant, Value::Text(text)) => {
            crate::calendar::Date::parse(text).map(|date| date.to_string())
        }
        (Type::Number(_), Value::Text(text)) => Decimal::parse(text).ok().map(|n| n.to_string()),
        _ => None,
    }
}

/// The edit that gives a number another unit; `quotient` says that the other side is one thing divided by another.
fn unit_help(diagnostic: Diagnostic, odd: &Expr, wanted: Type, quotient: bool) -> Diagnostic {
    let (Type::Number(have), Type::Number(want)) = (odd.ty, wanted) else { return diagnostic };
    let literal = match &odd.kind {
        ExprKind::Literal(Value::Number(n)) => Some(*n),
        _ => None,
    };
    match (literal, have, want) {
        (Some(n), Unit::Money(_), Unit::Money(currency)) => {
            diagnostic.help(format!("convert {n} to {currency}, and write that amount"))
        }
        (_, Unit::Money(_), Unit::Money(_)) => {
            diagnostic.help("laud knows no exchange rates: have one of the two converted before it is loaded")
        }
        (_, Unit::Ratio, Unit::Plain) if quotient => {
            diagnostic.help("say that the other side is a ratio: `to_ratio(…)` around it")
        }
        (Some(n), Unit::Ratio, Unit::Points | Unit::Plain | Unit::Nps) => {
            let hundred = n.mul(Decimal::HUNDRED).unwrap_or(n);
            diagnostic.fix(format!("write `{hundred}`"), odd.span, hundred.to_string())
        }
        (_, Unit::Ratio, Unit::Days) => diagnostic.help("write a number of days"),
        (_, Unit::Ratio | Unit::Nps, Unit::Points) => diagnostic.help("convert it: `to_points(…)`"),
        (_, Unit::Points, Unit::Ratio) => diagnostic.help("convert it: `to_ratio(…)`"),
        (_, Unit::Points, Unit::Nps) => diagnostic.help("convert the nps: `to_points(…)`"),
        (_, Unit::Plain, Unit::Ratio) => diagnostic.help("say that it is a ratio: `to_ratio(…)`"),
        (_, Unit::Plain, Unit::Points) => diagnostic.help("say that it is points: `to_points(…)`"),
        (_, Unit::Ratio, Unit::Plain) => diagnostic.help("say that the other side is a ratio: `to_ratio(…)` around it"),
        (_, Unit::Points, Unit::Plain) => {
            diagnostic.help("say that the other side is points: `to_points(…)` around it")
        }
        _ => diagnostic.help("take the bare number with `to_number(…)` where that is meant"),
    }
}

/// Only list types are worth passing down: they tell bare values from names.
fn wanted(ty: Type) -> Option<Type> {
    matches!(ty, Type::Enum(_)).then_some(ty)
}

/// Gives an expression written without a unit the unit of its surroundings, all the way down.
pub(super) fn adopt(expr: &mut Expr, ty: Type) {
    if expr.ty == ty {
        return;
    }
    match &mut expr.kind {
        ExprKind::Negate(inner) => adopt(inner, ty),
        ExprKind::Sum(terms) => terms.iter_mut().for_each(|(_, term)| adopt(term, ty)),
        ExprKind::If { then, otherwise, .. } => {
            adopt(then, ty);
            adopt(otherwise, ty);
        }
        ExprKind::OrElse(list) => list.iter_mut().for_each(|item| adopt(item, ty)),
        _ => {}
    }
    expr.ty = ty;
}
