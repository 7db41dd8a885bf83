//! Sums, products, comparisons, lists and labels.

use super::fit::{adopt, wanted};
use super::units::{self, adoptable};
use super::{Checker, Scope, unknown};
use crate::ast::{self, CompareOp, ExprKind as Ast, Name};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{BandTable, Expr, ExprKind, MetricId, ScorecardId, Type, Unit};
use crate::span::Span;
use crate::value::Value;

impl Checker<'_, '_> {
    // ---------- operators ----------

    pub(super) fn number(&mut self, expr: &Expr) -> bool {
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

    pub(super) fn sum(&mut self, terms: &[ast::Term], span: Span, scope: &Scope) -> Expr {
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

    pub(super) fn product(&mut self, factors: &[ast::Factor], span: Span, scope: &Scope) -> Expr {
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

    pub(super) fn compare(
        &mut self,
        op: CompareOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        if self.compared_with_missing(op, (left, right), span) {
            return unknown(span);
        }
        // The side that is not a bare list value says what the other is compared with.
        let left_first = match (&left.kind, &right.kind) {
            (Ast::Name(word), Ast::Name(other)) => !self.is_value_of(word, other, scope),
            (Ast::Name(word), _) => self.means_something(word, scope) || self.hyphenated(right, scope).is_some(),
            (Ast::Text(_), _) => false,
            _ => true,
        };
        let (first, second) = if left_first { (left, right) } else { (right, left) };
        let one = self.expr(first, scope, None);
        if self.compared_with_nothing(&one, op, first, second, scope, span) {
            return unknown(span);
        }
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
        if one.ty == Type::Boolean
            && let Ast::Name(word) = &second.kind
            && self.beside_yes_or_no(word, second.span, scope)
        {
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

    /// `seats = n/a`, `seats != null`: words that data and queries have for what is missing.
    fn compared_with_nothing(
        &mut self,
        one: &Expr,
        op: CompareOp,
        first: &ast::Expr,
        second: &ast::Expr,
        scope: &Scope,
        span: Span,
    ) -> bool {
        let word = match &second.kind {
            Ast::Name(word) if !self.means_something(word, scope) => word.clone(),
            _ => match self.hyphenated(second, scope) {
                Some(written) => written,
                None => return false,
            },
        };
        let nothing = ["n/a", "na", "null", "none", "nil", "nan", "empty", "blank"];
        let list = |ty: Type| matches!(ty, Type::Enum(list) if self.enum_value(list, &word, span).is_some());
        if !nothing.contains(&word.to_lowercase().as_str()) || list(one.ty) {
            return false;
        }
        let not = match op {
            CompareOp::Equal => "",
            CompareOp::NotEqual => "not ",
            _ => return false,
        };
        let (code, message) = match one.ty {
            Type::Enum(list) => {
                let name = self.program.enums.get(list.index()).map_or("", |e| e.name.as_str());
                (Code::UnknownValue, format!("`{word}` is not a value of `{name}`"))
            }
            _ => (Code::UnknownName, format!("there is no `{word}`")),
        };
        let diagnostic = Diagnostic::new(code, second.span, message)
            .label("what is missing is not compared")
            .help(format!("write `… is {not}missing`"));
        // The sign and the word are replaced; the other way round there is no short edit.
        let behind = Span { start: first.span.end, end: second.span.end, ..span };
        self.push(if first.span.end <= second.span.start {
            diagnostic.fix(format!("write `is {not}missing`"), behind, format!(" is {not}missing"))
        } else {
            diagnostic
        });
        true
    }

    /// `advocacy = champion`: a score compared with the name of one of its grades, or a metric with one of its bands.
    pub(super) fn label_compared(
        &mut self,
        one: &Expr,
        op: CompareOp,
        first: &ast::Expr,
        second: &ast::Expr,
        span: Span,
    ) -> bool {
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

    pub(super) fn membership(
        &mut self,
        value: &ast::Expr,
        list: &[ast::Expr],
        negated: bool,
        span: Span,
        scope: &Scope,
    ) -> Expr {
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

    pub(super) fn or_else(&mut self, list: &[ast::Expr], span: Span, scope: &Scope, expected: Option<Type>) -> Expr {
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

    // ---------- bands and grades ----------

    pub(super) fn is_label(
        &mut self,
        value: &ast::Expr,
        label: &Name,
        negated: bool,
        span: Span,
        scope: &Scope,
    ) -> Expr {
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

    /// The one metric or scorecard that has a band or grade of this name; empty if there are none or several.
    /// It comes with the place of that row in its table.
    fn with_label(&self, label: &str) -> (String, usize) {
        let in_its = |tables: &[ast::Thresholds]| {
            tables.iter().find_map(|table| table.rows.iter().position(|row| row.name.text == label))
        };
        let place = |item: &'_ ast::Item| match &item.kind {
            ast::ItemKind::Metric(metric) => in_its(&metric.thresholds),
            ast::ItemKind::Scorecard(card) => in_its(&card.grades),
            _ => None,
        };
        let declared = self.symbols.metrics.iter().chain(&self.symbols.scorecards);
        let mut having = declared.filter_map(|item| Some((item.name.text.as_str(), place(item)?)));
        match (having.next(), having.next()) {
            (Some((one, place)), None) => (one.to_string(), place),
            _ => (String::new(), 0),
        }
    }

    /// True if a metric or scorecard has such a row.
    pub(super) fn has_label(&mut self, names: &[String], label: &Name, word: &str, owner: &str) -> bool {
        if names.contains(&label.text) {
            return true;
        }
        let message = match names.is_empty() {
            true => format!("`{owner}` has no {word}s, so it is never `{}`", label.text),
            false => format!("`{owner}` has no {word} `{}`", label.text),
        };
        let diagnostic = Diagnostic::new(Code::UnknownValue, label.span, message).label("never true");
        let (others, place) = self.with_label(&label.text);
        if let Some(own) = names.get(place).filter(|_| !others.is_empty() && others != owner) {
            let help =
                format!("write `{owner} is {own}`, its own {word} in that place, or `{others} is {}`", label.text);
            self.push(diagnostic.help(help));
            return false;
        }
        let otherwise = match (word, names.is_empty()) {
            _ if !others.is_empty() && others != owner => format!("did you mean `{others} is {}`?", label.text),
            (_, false) => format!("name one of its {word}s"),
            ("band", true) => "declare some: `thresholds { … }`".to_string(),
            _ => format!("declare some: `{word}s {{ … }}`"),
        };
        let names = names.iter().map(String::as_str);
        self.push(self.suggest(diagnostic, &label.text, label.span, names, otherwise));
        false
    }

    /// What a metric is called, and its bands.
    pub(super) fn bands_of(&self, id: MetricId) -> (String, Vec<String>) {
        if let Some(item) = self.symbols.metrics.get(id.index())
            && let ast::ItemKind::Metric(metric) = &item.kind
        {
            return (item.name.text.clone(), written(&metric.thresholds));
        }
        let metric = self.metrics.get(id.index()).and_then(Option::as_ref);
        metric.map_or_else(Default::default, |m| (m.header.name.clone(), built(&m.thresholds)))
    }

    /// What a scorecard is called, and its grades.
    pub(super) fn grades_of(&self, id: ScorecardId) -> (String, Vec<String>) {
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
pub(super) fn called(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        Ast::Name(name) => Some(name.clone()),
        Ast::Member(table, name) => Some(format!("{}.{}", table.text, name.text)),
        _ => None,
    }
}
