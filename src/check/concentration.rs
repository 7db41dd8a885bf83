//! What a function takes behind its rows: by which key they are added up, how many of the largest, which from the end.

use super::{Checker, Scope};
use crate::ast::{self, Clause, ClauseKind, DurationLit, Name};
use crate::builtins::{AggregateFunction as A, Entry, Pairing};
use crate::diagnostics::Code;
use crate::number::Decimal;
use crate::program::{Aggregate, Expr, Type, Unit};
use crate::resolve::Symbol;
use crate::span::Span;

/// True for functions with a second argument.
pub(super) fn takes_more(function: A) -> bool {
    function.numbered() || function == A::NearDuplicates
}

/// True if the last of several keys is a parameter, which no row differs in.
fn last_is_number(checker: &Checker, function: A, keys: &[Name]) -> bool {
    let last = keys.last().filter(|_| keys.len() > 1 && function.numbered());
    last.is_some_and(|name| matches!(checker.symbol(&name.text), Some(Symbol::Param(_))))
}

impl Checker<'_, '_> {
    /// `by contact`: the values that rows must agree in to be added up.
    pub(super) fn shares_by(
        &mut self,
        keys: &[Name],
        within: Option<&DurationLit>,
        scope: &Scope,
        function: A,
        entry: &Entry,
        span: Span,
    ) -> Vec<Expr> {
        if !function.concentration() && function != A::Paired(Pairing::CalibrationError) {
            let help = "`by` belongs to `top_share`, `without_top`, `hhi` and `effective_number`; to leave out repeats write `dedupe by …`";
            let message = format!("`{}` does not add rows up by a key", entry.name);
            self.error(Code::ClauseMisplaced, span, message, "a key to add up by", help);
            return Vec::new();
        }
        if let Some(within) = within {
            let message = "rows of one key are added up wherever they lie in time";
            self.error(
                Code::ClauseMisplaced,
                within.span,
                message,
                "says nothing here",
                "use a window: `in last 90 days`",
            );
        }
        let mut out: Vec<Expr> = Vec::new();
        let keys =
            if last_is_number(self, function, keys) { keys.split_last().map_or(keys, |(_, rest)| rest) } else { keys };
        for key in keys {
            let named = ast::Expr { kind: ast::ExprKind::Name(key.text.clone()), span: key.span };
            let typed = self.expr(&named, scope, None);
            if typed.ty != Type::Unknown {
                out.push(typed);
            }
        }
        out
    }

    /// `top_share(1 of activity by contact, most)`: the number behind the rows where a parameter gives it, which reads
    /// like one more key.
    pub(super) fn number_among_keys(&self, function: A, clauses: &[Clause]) -> Option<ast::Expr> {
        let keys = clauses.iter().find_map(|clause| match &clause.kind {
            ClauseKind::By { keys, .. } => Some(keys),
            _ => None,
        })?;
        let last = keys.last().filter(|_| last_is_number(self, function, keys))?;
        Some(ast::Expr { kind: ast::ExprKind::Name(last.text.clone()), span: last.span })
    }

    /// What stands behind the rows: a count, or how alike two texts must be. False if it is wrong or lacking.
    pub(super) fn extra(&mut self, out: &mut Aggregate, extra: Option<&ast::Expr>, entry: &Entry, span: Span) -> bool {
        if !takes_more(out.function) {
            return true;
        }
        let Some(extra) = extra else {
            let (message, label) = match out.function {
                A::NearDuplicates => ("how alike must two texts be?", "a share is missing"),
                A::NthLast => ("which row from the end?", "its number is missing"),
                _ => ("how many of the largest?", "their number is missing"),
            };
            self.error(Code::WrongArguments, span, message, label, format!("it is called `{}`", entry.signature));
            return false;
        };
        if out.function == A::NearDuplicates {
            let share = self.constant(extra, Type::Number(Unit::Ratio), "how alike two texts must be");
            let Some(share) = share else { return false };
            if share <= Decimal::ZERO || share > Decimal::ONE {
                let message = "two texts are alike in more than 0% and up to 100% of their parts";
                self.error(Code::WrongArguments, extra.span, message, "outside of that", "write `80%`");
                return false;
            }
            out.alike = share;
            return true;
        }
        match self.whole(extra, "the number behind the rows") {
            Some(n) => out.top = n,
            None => return false,
        }
        true
    }
}
