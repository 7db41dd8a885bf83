//! What a function takes behind its rows: by which key they are added up, how many of the largest, which from the end.

use super::{Checker, Scope};
use crate::ast::{self, DurationLit, Name};
use crate::builtins::{AggregateFunction as A, Entry};
use crate::diagnostics::Code;
use crate::number::Decimal;
use crate::program::{Aggregate, Expr, ExprKind, Type, Unit};
use crate::span::Span;

/// True for functions with a second argument.
pub(super) fn takes_more(function: A) -> bool {
    function.numbered() || function == A::NearDuplicates
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
        if !function.concentration() {
            let help = "`by` belongs to `top_share`, `without_top`, `hhi` and `effective_number`; to leave out repeats write `dedupe by …`";
            let message = format!("`{}` does not add rows up by a key", entry.name);
            self.error(Code::ClauseMisplaced, span, message, "a key to add up by", help);
            return Vec::new();
        }
        if let Some(within) = within {
            let message = "rows of one key are added up wherever they lie in time";
            self.error(Code::ClauseMisplaced, within.span, message, "says nothing here", "use a window: `in last 90 days`");
        }
        let mut out: Vec<Expr> = Vec::new();
        for key in keys {
            let named = ast::Expr { kind: ast::ExprKind::Name(key.text.clone()), span: key.span };
            let typed = self.expr(&named, scope, None);
            if typed.ty != Type::Unknown {
                out.push(typed);
            }
        }
        out
    }

    /// What stands behind the rows: a count, or how alike two texts must be. False if it is wrong or lacking.
    pub(super) fn extra(&mut self, out: &mut Aggregate, extra: Option<&ast::Expr>, entry: &Entry, span: Span) -> bool {
        let mut extra = extra.cloned();
        if extra.is_none() && out.function.numbered() && out.by.len() > 1 {
            // `top_share(1 of activity by contact, most)`: the last name is the number.
            extra = out.by.pop().and_then(|last| match last.kind {
                ExprKind::Param(id) => {
                    let name = self.program.params.get(id.index()).map(|p| p.header.name.clone());
                    name.map(|name| ast::Expr { kind: ast::ExprKind::Name(name), span: last.span })
                }
                _ => None,
            });
        }
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
            let share = self.constant(&extra, Type::Number(Unit::Ratio), "how alike two texts must be");
            let Some(share) = share else { return false };
            if share <= Decimal::ZERO || share > Decimal::ONE {
                let message = "two texts are alike in more than 0% and up to 100% of their parts";
                self.error(Code::WrongArguments, extra.span, message, "outside of that", "write `80%`");
                return false;
            }
            out.alike = share;
            return true;
        }
        match self.whole(&extra, "the number behind the rows") {
            Some(n) => out.top = n,
            None => return false,
        }
        true
    }
}
