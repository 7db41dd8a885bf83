//! The grouping of a chain of operands and operators by how tightly they bind.
//!
//! From loose to tight: `or`, `and`, `not`, `until …` and `for 3 quarters`, comparisons, `or else`, `+ -`, `* /`, the sign, `as of`.
//! Chains come out as flat lists, however long; nothing here goes deeper than that order.

use super::{Builder, Node};
use crate::ast::{CompareOp, DurationLit, Expr, ExprKind, Factor, HeldPeriod, Name, Shift, Term, Window};
use crate::diagnostics::{Code, Edit, Fix};
use crate::span::Span;

/// A part of a chain: what `expr` holds in the grammar, its operands already built.
pub(super) enum Piece {
    Value(Expr),
    Sign(Sign, Span),
    Tail(Tail, Span),
}

/// An operator; true means the inverse one.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Sign {
    Or,
    And,
    Not,
    Compare(CompareOp),
    OrElse,
    Add(bool),
    Multiply(bool),
    Minus,
}

/// What can follow a value.
pub(super) enum Tail {
    In { list: Vec<Expr>, negated: bool },
    Within { window: Window, negated: bool },
    IsMissing { because: Option<Name>, negated: bool },
    Is { label: Name, negated: bool },
    Held { count: u32, of: Option<u32>, period: HeldPeriod, ignoring: Option<Span> },
    Until { leave: Expr, over: DurationLit, at_least: Option<DurationLit> },
    AsOf(Shift),
}

/// The parts of a chain that are left.
pub(super) struct Pieces {
    pub(super) list: std::iter::Peekable<std::vec::IntoIter<Piece>>,
    /// Nothing was found in them: only then is it worth saying how they are grouped.
    pub(super) clean: bool,
}

impl Pieces {
    fn sign(&mut self, wanted: impl Fn(Sign) -> bool) -> Option<(Sign, Span)> {
        match self.list.next_if(|piece| matches!(piece, Piece::Sign(sign, _) if wanted(*sign))) {
            Some(Piece::Sign(sign, place)) => Some((sign, place)),
            _ => None,
        }
    }

    fn tail(&mut self) -> Option<(Tail, Span)> {
        match self.list.next_if(|piece| matches!(piece, Piece::Tail(..))) {
            Some(Piece::Tail(tail, place)) => Some((tail, place)),
            _ => None,
        }
    }
}

impl Builder<'_> {
    pub(super) fn or(&mut self, pieces: &mut Pieces, span: Span) -> Expr {
        let mut bare = Vec::new();
        let mut list = vec![self.and(pieces, span, &mut bare)];
        while pieces.sign(|s| s == Sign::Or).is_some() {
            list.push(self.and(pieces, span, &mut bare));
        }
        if list.len() > 1 && pieces.clean {
            let other = self.other_reading(&list, &bare);
            self.mixed(&bare, other);
        }
        chain(list, ExprKind::Or)
    }

    /// Chains of `and` that stand without parentheses are added to `bare`.
    fn and(&mut self, pieces: &mut Pieces, span: Span, bare: &mut Vec<Span>) -> Expr {
        let mut list = vec![self.negation(pieces, span)];
        while pieces.sign(|s| s == Sign::And).is_some() {
            list.push(self.negation(pieces, span));
        }
        let alone = list.len() == 1;
        let all = chain(list, ExprKind::And);
        if !alone {
            bare.push(all.span);
        }
        all
    }

    /// `(a or b) and c` for `a or b and c`, which laud reads as `a or (b and c)`.
    fn other_reading(&self, list: &[Expr], bare: &[Span]) -> Option<String> {
        let ([place], Some(first), Some(last)) = (bare, list.first(), list.last()) else { return None };
        let text = |from: u32, to: u32| {
            let text = self.text.get(from as usize..to as usize)?;
            (!text.contains(['#', '\n'])).then_some(text)
        };
        let chained = list.iter().find(|one| one.span == *place)?;
        let ExprKind::And(clauses) = &chained.kind else { return None };
        let (begin, end) = (clauses.first()?, clauses.last()?);
        if chained.span == last.span {
            let rest = text(begin.span.end, last.span.end)?;
            Some(format!("({}){rest}", text(first.span.start, begin.span.end)?))
        } else if chained.span == first.span {
            let head = text(first.span.start, end.span.start)?;
            Some(format!("{head}({})", text(end.span.start, last.span.end)?))
        } else {
            None
        }
    }

    /// `a or b and c`: which goes with which is shown, because people read it either way.
    fn mixed(&mut self, bare: &[Span], other: Option<String>) {
        let [first, others @ ..] = bare else { return };
        self.report(Code::MixedConditions, *first, "`and` and `or` stand side by side without parentheses", |d| {
            let d = d.label("`and` binds tighter: this is taken together");
            let d = others.iter().fold(d, |d, span| d.also(*span, "and this"));
            let mut d = d.help(match other {
                Some(other) => {
                    format!("the fix sets parentheses as laud reads it; if it is not meant so, write `{other}`")
                }
                None => "set the parentheses that are meant; the fix sets them as laud reads it".to_string(),
            });
            let ends = bare.iter().flat_map(|span| [(span.before(), "("), (span.after(), ")")]);
            let edits = ends.map(|(span, text)| Edit { span, text: text.to_string() }).collect();
            d.fix = Some(Fix { title: "set parentheses around what is taken together".to_string(), edits });
            d
        });
    }

    fn negation(&mut self, pieces: &mut Pieces, span: Span) -> Expr {
        let mut starts = Vec::new();
        while let Some((_, place)) = pieces.sign(|s| s == Sign::Not) {
            starts.push(place);
        }
        let mut value = self.condition(pieces, span);
        for start in starts.into_iter().rev() {
            let span = start.to(value.span);
            value = Expr { kind: ExprKind::Not(Box::new(value)), span };
        }
        value
    }

    fn condition(&mut self, pieces: &mut Pieces, span: Span) -> Expr {
        let mut condition = self.or_else(pieces, span);
        if let Some(Piece::Sign(Sign::Compare(_), _)) = pieces.list.peek() {
            condition = self.comparison(condition, pieces, span);
        }
        while let Some((tail, place)) = pieces.tail() {
            let whole = condition.span.to(place);
            let value = Box::new(condition);
            let kind = match tail {
                Tail::In { list, negated } => ExprKind::In { value, list, negated },
                Tail::Within { window, negated } => ExprKind::Within { value, window, negated },
                Tail::IsMissing { because, negated } => ExprKind::IsMissing { value, because, negated },
                Tail::Is { label, negated } => ExprKind::Is { value, label, negated },
                Tail::Held { count, of, period, ignoring } => {
                    ExprKind::Held { condition: value, count, of, period, ignoring }
                }
                Tail::Until { leave, over, at_least } => {
                    ExprKind::Until { enter: value, leave: Box::new(leave), over, at_least }
                }
                Tail::AsOf(shift) => ExprKind::AsOf { value, shift },
            };
            condition = Expr { kind, span: whole };
        }
        condition
    }

    /// `a >= b`; a chain of comparisons is a mistake that is read as it was meant.
    fn comparison(&mut self, first: Expr, pieces: &mut Pieces, span: Span) -> Expr {
        let mut list: Vec<Expr> = Vec::new();
        let mut left = first;
        let mut places: Vec<(Span, Span)> = Vec::new();
        while let Some((Sign::Compare(op), place)) = pieces.sign(|s| matches!(s, Sign::Compare(_))) {
            let right = self.or_else(pieces, span);
            places.push((place, left.span));
            let whole = left.span.to(right.span);
            let again = matches!(pieces.list.peek(), Some(Piece::Sign(Sign::Compare(_), _))).then(|| right.clone());
            list.push(Expr { kind: ExprKind::Compare(op, Box::new(left), Box::new(right)), span: whole });
            match again {
                Some(next) => left = next,
                None => break,
            }
        }
        if let [_, (sign, middle), ..] = places.as_slice() {
            let shared = self.text.get(middle.start as usize..middle.end as usize).unwrap_or("").to_string();
            let (at, insert) = (*sign, middle.after());
            self.report(Code::ChainedComparison, at, "comparisons cannot be chained", |d| {
                let text = format!(" and {shared}");
                d.label("the second comparison").fix(
                    format!("write `and {shared}` before the second comparison"),
                    insert,
                    text,
                )
            });
        }
        chain(list, ExprKind::And)
    }

    pub(super) fn compare_op(&mut self, node: &Node<'_>) -> CompareOp {
        let (op, right) = match node.as_str() {
            "=" => return CompareOp::Equal,
            "!=" => return CompareOp::NotEqual,
            "<" => return CompareOp::Less,
            "<=" => return CompareOp::LessEqual,
            ">" => return CompareOp::Greater,
            ">=" => return CompareOp::GreaterEqual,
            "==" | "===" => (CompareOp::Equal, "="),
            "<>" | "!==" | "≠" => (CompareOp::NotEqual, "!="),
            "=<" | "≤" => (CompareOp::LessEqual, "<="),
            _ => (CompareOp::GreaterEqual, ">="),
        };
        self.check_word(node, right);
        op
    }

    /// Reports an operator that is written otherwise here.
    pub(super) fn check_word(&mut self, node: &Node<'_>, right: &str) {
        let wrong = node.as_str();
        if wrong != right {
            let span = self.span(node);
            // `!x` becomes `not x`, `a&&b` becomes `a and b`.
            let glued = |end: bool| {
                let near = if end { self.text.get(span.end as usize..) } else { self.text.get(..span.start as usize) };
                let near = near.unwrap_or("");
                let letter = if end { near.chars().next() } else { near.chars().next_back() };
                right.starts_with(char::is_alphabetic) && letter.is_some_and(char::is_alphanumeric)
            };
            let space = |yes: bool| if yes { " " } else { "" };
            let text = format!("{}{right}{}", space(glued(false)), space(glued(true)));
            self.report(Code::WrongOperator, span, format!("`{wrong}` is written `{right}`"), |d| {
                d.fix(format!("write `{right}`"), span, text)
            });
        }
    }

    fn or_else(&mut self, pieces: &mut Pieces, span: Span) -> Expr {
        let mut list = vec![self.sum(pieces, span)];
        while pieces.sign(|s| s == Sign::OrElse).is_some() {
            list.push(self.sum(pieces, span));
        }
        chain(list, ExprKind::OrElse)
    }

    fn sum(&mut self, pieces: &mut Pieces, span: Span) -> Expr {
        let first = self.product(pieces, span);
        let mut whole = first.span;
        let mut terms = vec![Term { negative: false, value: first }];
        while let Some((Sign::Add(negative), _)) = pieces.sign(|s| matches!(s, Sign::Add(_))) {
            let value = self.product(pieces, span);
            whole = whole.to(value.span);
            terms.push(Term { negative, value });
        }
        match (terms.len(), terms.pop()) {
            (1, Some(only)) => only.value,
            (_, last) => {
                terms.extend(last);
                Expr { kind: ExprKind::Sum(terms), span: whole }
            }
        }
    }

    fn product(&mut self, pieces: &mut Pieces, span: Span) -> Expr {
        let first = self.unary(pieces, span);
        let mut whole = first.span;
        let mut factors = vec![Factor { divide: false, value: first }];
        while let Some((Sign::Multiply(divide), _)) = pieces.sign(|s| matches!(s, Sign::Multiply(_))) {
            let value = self.unary(pieces, span);
            whole = whole.to(value.span);
            factors.push(Factor { divide, value });
        }
        match (factors.len(), factors.pop()) {
            (1, Some(only)) => only.value,
            (_, last) => {
                factors.extend(last);
                Expr { kind: ExprKind::Product(factors), span: whole }
            }
        }
    }

    fn unary(&mut self, pieces: &mut Pieces, span: Span) -> Expr {
        let mut starts = Vec::new();
        while let Some((_, place)) = pieces.sign(|s| s == Sign::Minus) {
            starts.push(place);
        }
        let mut value = match pieces.list.next() {
            Some(Piece::Value(value)) => value,
            _ => self.hole(span),
        };
        if let Some(Piece::Tail(Tail::AsOf(_), _)) = pieces.list.peek()
            && let Some(Piece::Tail(Tail::AsOf(shift), place)) = pieces.list.next()
        {
            let whole = value.span.to(place);
            value = Expr { kind: ExprKind::AsOf { value: Box::new(value), shift }, span: whole };
        }
        for start in starts.into_iter().rev() {
            let whole = start.to(value.span);
            value = Expr { kind: ExprKind::Negate(Box::new(value)), span: whole };
        }
        value
    }
}

/// One element stands for itself; several make a chain.
fn chain(mut list: Vec<Expr>, kind: impl FnOnce(Vec<Expr>) -> ExprKind) -> Expr {
    if list.len() == 1
        && let Some(only) = list.pop()
    {
        return only;
    }
    let span = list.iter().map(|e| e.span).reduce(Span::to).unwrap_or_default();
    Expr { kind: kind(list), span }
}
