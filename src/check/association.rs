//! Functions of pairs: what is measured of an account, a row or a period, and what is measured beside it.

use super::{Checker, Scope, unknown};
use crate::ast::{self, Argument, ArgumentKind, Call, Clause, ClauseKind, DurationLit};
use crate::builtins::{AggregateFunction as A, Entry, Pairing as P, Scalar};
use crate::diagnostics::Code;
use crate::program::{Expr, ExprKind, Type, Unit};
use crate::span::Span;

/// Fewer pairs than this are no correlation to rely on, unless `at least` says otherwise.
const LEAST: u32 = 12;

impl Checker<'_, '_> {
    /// `correlation(references, renewed of accounts where …, at least 20 accounts)`
    pub(super) fn paired(&mut self, pairing: P, entry: &Entry, call: &Call, span: Span, scope: &Scope) -> Expr {
        let Some((Argument { kind: ArgumentKind::Value(one), .. }, rest)) = call.arguments.split_first() else {
            return self.unpaired(entry, span);
        };
        if let Some((Argument { kind: ArgumentKind::Over { value, over }, .. }, rest)) = rest.split_first() {
            return self.paired_over(pairing, entry, (one, value), *over, rest, span, scope);
        }
        let clauses = match rest.first().map(|argument| &argument.kind) {
            Some(ArgumentKind::Rows { value: Some(_), clauses, .. }) => clauses,
            _ => return self.unpaired(entry, span),
        };
        if !self.fit_pairs(pairing, entry, clauses, span) {
            return unknown(span);
        }
        // Without its first argument it is an aggregate like others.
        let others = Call { function: call.function.clone(), arguments: rest.to_vec() };
        let function = A::Paired(pairing);
        let typed = match self.over_accounts(Some((function, entry)), &[entry], &others, span, scope) {
            Some(typed) => typed,
            None => self.aggregate(function, entry, &others, span, scope),
        };
        let (row, beside) = match &typed.kind {
            ExprKind::Across(across) => (Scope::Account, across.value.as_ref()),
            ExprKind::Aggregate(rows) => (Scope::Row(rows.source), rows.value.as_ref()),
            _ => return unknown(span),
        };
        let Some(one) = self.first_of_pair(pairing, entry, one, beside, &row) else { return unknown(span) };
        let ty = match pairing {
            P::Correlation | P::RankCorrelation | P::InformationValue | P::Psi => Type::PLAIN,
            P::Auc | P::Ks | P::CalibrationError => Type::Number(Unit::Ratio),
            P::KsAt => one.ty,
        };
        let least = |given: Option<u32>| given.or(pairing.correlates().then_some(LEAST));
        let kind = match typed.kind {
            ExprKind::Across(mut across) => {
                (across.other, across.at_least) = (across.value.take(), least(across.at_least));
                across.value = Some(one);
                ExprKind::Across(across)
            }
            ExprKind::Aggregate(mut rows) => {
                (rows.other, rows.at_least) = (rows.value.take(), least(rows.at_least));
                rows.value = Some(one);
                ExprKind::Aggregate(rows)
            }
            other => other,
        };
        Expr { kind, ty, span }
    }

    /// `correlation(mentions as of 1 quarter ago, perception over 12 quarters, at least 8 periods)`
    #[allow(clippy::too_many_arguments)]
    fn paired_over(
        &mut self,
        pairing: P,
        entry: &Entry,
        (one, other): (&ast::Expr, &ast::Expr),
        over: DurationLit,
        rest: &[Argument],
        span: Span,
        scope: &Scope,
    ) -> Expr {
        if let Scope::Constant(what) = scope {
            self.not_constant("this", span, what, "differs from date to date");
            return unknown(span);
        }
        if !pairing.correlates() {
            let message = format!("`{}` is taken over accounts or rows, not over time", entry.name);
            let help = format!("it is called `{}`", entry.signature);
            self.error(Code::WrongArguments, over.span, message, "periods", help);
            return unknown(span);
        }
        self.no_rows(scope, span);
        let at_least = match rest {
            [] => Some(LEAST),
            [Argument { kind: ArgumentKind::AtLeast(least), .. }] => self.whole(least, "the least number of periods"),
            [argument, ..] => {
                let help = "behind the periods there is only `at least 12 periods`";
                let message = format!("`{}` does not take this", entry.name);
                self.error(Code::WrongArguments, argument.span, message, "not expected here", help);
                None
            }
        };
        let (one, other) = (self.measurable(entry, one, scope), self.measurable(entry, other, scope));
        self.periods(over.duration.count, over.span);
        let (Some(at_least), Some(one), Some(other)) = (at_least, one, other) else { return unknown(span) };
        if over.duration.count < at_least {
            let message = format!("{} are never {at_least} or more", over.duration);
            let help =
                format!("look back further, or say that fewer will do: `at least {} periods`", over.duration.count);
            self.error(Code::WrongArguments, over.span, message, "always too few", help);
            return unknown(span);
        }
        let (one, other) = (Box::new(one), Box::new(other));
        let kind = ExprKind::Paired { pairing, one, other, over: over.duration, at_least };
        Expr { kind, ty: Type::PLAIN, span }
    }

    fn unpaired(&mut self, entry: &Entry, span: Span) -> Expr {
        let message = format!("`{}` wants two values, and whose they are", entry.name);
        let help = format!("it is called `{}`", entry.signature);
        self.error(Code::WrongArguments, span, message, "the second value has `of` behind it", help);
        unknown(span)
    }

    /// True if the clauses say which pairs count, and into which bins they go; told if not.
    fn fit_pairs(&mut self, pairing: P, entry: &Entry, clauses: &[Clause], span: Span) -> bool {
        let name = entry.name;
        for clause in clauses {
            let fits = match &clause.kind {
                ClauseKind::Where(_) | ClauseKind::In(_) | ClauseKind::Dedupe { .. } | ClauseKind::LatestPer(_) => true,
                ClauseKind::Cap { points: None, .. } => true,
                ClauseKind::By { .. } => pairing == P::CalibrationError,
                _ => false,
            };
            if !fits {
                let help = "leave pairs out with `where`, `in`, `dedupe by` or `latest per`";
                let message = format!("every pair of `{name}` counts the same");
                self.error(Code::ClauseMisplaced, clause.span, message, "says nothing here", help);
                return false;
            }
        }
        let binned = clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::By { .. }));
        if pairing == P::CalibrationError && !binned {
            let help = "declare them, `segments likelihood_bin by likelihood { … }`, and write `by likelihood_bin`";
            self.error(Code::WrongArguments, span, "in which bins?", "likelihoods are judged bin by bin", help);
            return false;
        }
        true
    }

    /// What is measured beside: it is written last, with whose it is.
    pub(super) fn second_of_pair(
        &mut self,
        pairing: P,
        entry: &Entry,
        value: &ast::Expr,
        scope: &Scope,
    ) -> Option<(Option<Expr>, Type)> {
        let typed = match pairing {
            P::Correlation | P::RankCorrelation => self.measurable(entry, value, scope)?,
            P::Psi => self.category(entry, value, scope, None)?,
            _ => {
                let condition = self.condition(value, scope);
                (condition.ty != Type::Unknown).then_some(condition)?
            }
        };
        let ty = typed.ty;
        Some((Some(typed), ty))
    }

    fn first_of_pair(
        &mut self,
        pairing: P,
        entry: &Entry,
        value: &ast::Expr,
        beside: Option<&Expr>,
        scope: &Scope,
    ) -> Option<Expr> {
        match pairing {
            P::Correlation | P::RankCorrelation => self.measurable(entry, value, scope),
            P::InformationValue => self.category(entry, value, scope, None),
            P::Psi => self.category(entry, value, scope, beside.map(|beside| beside.ty)),
            P::Auc | P::Ks | P::KsAt => {
                let typed = self.expr(value, scope, None);
                self.number(&typed).then_some(typed)
            }
            P::CalibrationError => {
                let typed = self.expr(value, scope, None);
                let ratio = self.want(typed, Type::Number(Unit::Ratio), "a likelihood");
                (ratio.ty != Type::Unknown).then_some(ratio)
            }
        }
    }

    /// A number, or a condition that counts 1 where it holds.
    pub(super) fn measurable(&mut self, entry: &Entry, value: &ast::Expr, scope: &Scope) -> Option<Expr> {
        let typed = self.expr(value, scope, None);
        if typed.ty.is_number() || typed.ty == Type::Boolean {
            return Some(typed);
        }
        if typed.ty != Type::Unknown {
            let message = format!("`{}` wants numbers or conditions", entry.name);
            let help = match typed.ty {
                Type::Date | Type::Instant => "count the time: `days since …`",
                _ => "ask a question that is yes or no: `… = …`",
            };
            self.error(Code::TypeMismatch, value.span, message, &format!("this is {}", typed.ty), help);
        }
        None
    }

    /// One of a list of bands.
    fn category(&mut self, entry: &Entry, value: &ast::Expr, scope: &Scope, like: Option<Type>) -> Option<Expr> {
        let typed = self.expr(value, scope, like);
        if typed.ty == Type::Unknown {
            return None;
        }
        let Some(like) = like else {
            if matches!(typed.ty, Type::Enum(_) | Type::Text | Type::Boolean) {
                return Some(typed);
            }
            let message = format!("`{}` compares bands", entry.name);
            let name = super::operators::called(value).unwrap_or_else(|| "x".to_string());
            let help = format!("put it into bands, and name those: `segments {name}_band by {name} {{ … }}`");
            self.error(Code::TypeMismatch, value.span, message, &format!("this is {}", typed.ty), help);
            return None;
        };
        let typed = self.want(typed, like, "what is compared");
        (typed.ty != Type::Unknown).then_some(typed)
    }

    /// `pilot_bucket("pilot_2026q1", id)`
    pub(super) fn pilot_bucket(&mut self, entry: &Entry, call: &Call, span: Span, scope: &Scope) -> Expr {
        let mut list = Vec::new();
        for argument in &call.arguments {
            let ArgumentKind::Value(value) = &argument.kind else { break };
            let typed = self.expr(value, scope, Some(Type::Text));
            let typed = self.want(typed, Type::Text, "each argument of `pilot_bucket`");
            if typed.ty == Type::Unknown {
                return unknown(span);
            }
            list.push(typed);
        }
        if list.len() != 2 || call.arguments.len() != 2 {
            let help = format!("it is called `{}`", entry.signature);
            let message = "`pilot_bucket` wants the name of the pilot and who is assigned";
            self.error(Code::WrongArguments, span, message, "two texts are wanted", help);
            return unknown(span);
        }
        Expr { kind: ExprKind::Function(Scalar::PilotBucket, list), ty: Type::PLAIN, span }
    }
}
