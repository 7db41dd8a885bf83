//! Mutations inside conditions and values: comparisons, bounds, clauses, windows.

use super::Kind;
use super::sites::Sites;
use super::text::{Edit, Texts, step};
use crate::ast::{ArgumentKind, Clause, ClauseKind, CompareOp, DurationLit, Expr, ExprKind, Shift, Window, WindowKind};
use crate::span::Span;

impl Sites<'_> {
    /// Everything in an expression.
    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Compare(op, left, right) => {
                self.comparison(*op, left.span, right.span);
                self.opposite(*op, left.span, right.span);
                for side in [left, right] {
                    self.bound(side);
                }
            }
            ExprKind::And(list) => self.chain(expr.span, list, "and", "or"),
            ExprKind::Or(list) => self.chain(expr.span, list, "or", "and"),
            ExprKind::Not(inner) => {
                let text = self.texts.of(inner.span).to_string();
                self.push(Kind::Not, "its `not` is dropped".to_string(), Edit { span: expr.span, text });
            }
            ExprKind::In { value, negated: true, .. }
            | ExprKind::IsMissing { value, negated: true, .. }
            | ExprKind::Is { value, negated: true, .. } => self.without_not(expr.span, value.span),
            ExprKind::Within { value, window, negated } => {
                if *negated {
                    self.without_not(expr.span, value.span);
                }
                self.window(window);
                // Of dates; nothing is counted that did not happen yet.
                match window.kind {
                    WindowKind::Last(_) => self.turned(window.span, "last", "next"),
                    WindowKind::Next(_) => self.turned(window.span, "next", "last"),
                    _ => {}
                }
            }
            ExprKind::Held { condition, .. } => self.longer(behind(expr.span, condition.span), Kind::Window),
            ExprKind::AsOf { value, shift: Shift::Ago(_) } => self.longer(behind(expr.span, value.span), Kind::Window),
            ExprKind::Change { over, .. } | ExprKind::Trend { over, .. } | ExprKind::Streak { over, .. } => {
                self.duration(*over);
            }
            ExprKind::Until { over, .. } => self.duration(*over),
            ExprKind::Call(call) => {
                let (function, span) = (call.function.text.as_str(), call.function.span);
                let pairs = [("first", "last"), ("last", "first"), ("min", "max"), ("max", "min")];
                if let Some((word, other)) = pairs.into_iter().find(|(word, _)| *word == function) {
                    self.turned(span, word, other);
                }
                call.arguments.iter().for_each(|argument| self.argument(&argument.kind));
            }
            _ => {}
        }
        crate::ast::children(expr, &mut |child| self.expr(child));
    }

    /// `>` and `>=`, `<` and `<=`.
    pub(super) fn comparison(&mut self, op: CompareOp, left: Span, right: Span) {
        if let Some(span) = self.texts.sign(left, right, op.symbol()) {
            self.operator(op, span);
        }
    }

    /// `>` and `<`, `>=` and `<=`.
    fn opposite(&mut self, op: CompareOp, left: Span, right: Span) {
        let other = match op {
            CompareOp::Greater => CompareOp::Less,
            CompareOp::GreaterEqual => CompareOp::LessEqual,
            CompareOp::Less => CompareOp::Greater,
            CompareOp::LessEqual => CompareOp::GreaterEqual,
            CompareOp::Equal | CompareOp::NotEqual => return,
        };
        if let Some(span) = self.texts.sign(left, right, op.symbol()) {
            let told = format!("`{}` becomes `{}`", op.symbol(), other.symbol());
            self.push(Kind::Direction, told, Edit { span, text: other.symbol().to_string() });
        }
    }

    /// The first of a place's words for its opposite.
    pub(super) fn turned(&mut self, within: Span, word: &str, other: &str) {
        if let Some(span) = self.texts.word(within, word) {
            let told = format!("`{word}` becomes `{other}`");
            self.push(Kind::Direction, told, Edit { span, text: other.to_string() });
        }
    }

    /// A sign where it stands.
    pub(super) fn operator(&mut self, op: CompareOp, span: Span) {
        let other = match op {
            CompareOp::Greater => CompareOp::GreaterEqual,
            CompareOp::GreaterEqual => CompareOp::Greater,
            CompareOp::Less => CompareOp::LessEqual,
            CompareOp::LessEqual => CompareOp::Less,
            CompareOp::Equal | CompareOp::NotEqual => return,
        };
        let told = format!("`{}` becomes `{}`", op.symbol(), other.symbol());
        self.push(Kind::Comparison, told, Edit { span, text: other.symbol().to_string() });
    }

    /// A number that is written, one step up and one down.
    pub(super) fn bound(&mut self, expr: &Expr) {
        self.stepped(expr, Kind::Bound);
    }

    pub(super) fn stepped(&mut self, expr: &Expr, kind: Kind) {
        match &expr.kind {
            ExprKind::Negate(inner) => self.stepped(inner, kind),
            ExprKind::Number(_) | ExprKind::Percent(_) | ExprKind::Money(..) => {
                let Some(span) = self.texts.number(expr.span) else { return };
                for up in [true, false] {
                    self.one_step(kind, span, up);
                }
            }
            _ => {}
        }
    }

    fn one_step(&mut self, kind: Kind, span: Span, up: bool) {
        let before = self.texts.of(span);
        if let Some(text) = step(before, up) {
            self.push(kind, format!("`{before}` becomes `{text}`"), Edit { span, text });
        }
    }

    /// `and` for `or`, and each clause taken out.
    fn chain(&mut self, whole: Span, list: &[Expr], word: &str, other: &str) {
        let mut text = String::new();
        let mut from = whole.start;
        for pair in list.windows(2) {
            let [left, right] = pair else { continue };
            let Some(found) = self.texts.word(between(left.span, right.span), word) else { return };
            text.push_str(self.texts.of(Span { start: from, end: found.start, ..whole }));
            text.push_str(other);
            from = found.end;
        }
        text.push_str(self.texts.of(Span { start: from, ..whole }));
        self.push(Kind::Joiner, format!("`{word}` becomes `{other}`"), Edit { span: whole, text });
        for (i, clause) in list.iter().enumerate() {
            let span = match (i.checked_sub(1).and_then(|i| list.get(i)), list.get(i + 1)) {
                (Some(before), _) => Span { start: before.span.end, ..clause.span },
                (None, Some(next)) => Span { end: next.span.start, ..clause.span },
                (None, None) => continue,
            };
            let told = format!("the clause `{}` is dropped", self.shown(clause.span));
            self.push(Kind::Clause, told, Edit { span, text: String::new() });
        }
    }

    fn without_not(&mut self, whole: Span, value: Span) {
        if let Some(span) = self.texts.word(behind(whole, value), "not") {
            // The blank behind it goes too.
            let span = Span { end: span.end + 1, ..span };
            self.push(Kind::Not, "its `not` is dropped".to_string(), Edit { span, text: String::new() });
        }
    }

    /// Windows that are so many days or periods long.
    pub(super) fn window(&mut self, window: &Window) {
        match window.kind {
            WindowKind::Last(_) | WindowKind::Next(_) | WindowKind::LastComplete(..) => {
                self.longer(window.span, Kind::Window);
            }
            _ => {}
        }
    }

    /// A duration that is written.
    pub(super) fn duration(&mut self, duration: DurationLit) {
        self.longer(duration.span, Kind::Window);
    }

    /// The first number of a place is one more.
    pub(super) fn longer(&mut self, within: Span, kind: Kind) {
        self.other_length(within, kind, true);
    }

    /// The first number of a place is one less, and still a length.
    pub(super) fn shorter(&mut self, within: Span, kind: Kind) {
        self.other_length(within, kind, false);
    }

    fn other_length(&mut self, within: Span, kind: Kind, longer: bool) {
        let Some(span) = self.texts.number(within) else { return };
        let Some(text) = step(self.texts.of(span), longer).filter(|text| text != "0") else { return };
        let (head, tail) = (Span { end: span.start, ..within }, Span { start: span.end, ..within });
        let after = format!("{}{text}{}", self.texts.of(head), self.texts.of(tail));
        let told = format!("`{}` becomes `{}`", self.texts.of(within).trim(), after.trim());
        self.push(kind, told, Edit { span, text });
    }

    fn argument(&mut self, argument: &ArgumentKind) {
        match argument {
            ArgumentKind::Rows { clauses, .. } => self.clauses(clauses),
            ArgumentKind::Pairs { clauses, with_clauses, .. } => {
                self.clauses(clauses);
                self.clauses(with_clauses);
            }
            ArgumentKind::Over { over, .. } => self.duration(*over),
            ArgumentKind::AtLeast(least) => self.bound(least),
            ArgumentKind::Value(_) | ArgumentKind::AllAnswers => {}
        }
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match &clause.kind {
                ClauseKind::In(window) => self.window(window),
                ClauseKind::Dedupe { within: Some(within), .. } | ClauseKind::By { within: Some(within), .. } => {
                    self.duration(*within);
                }
                ClauseKind::Decay { over, .. } => self.duration(*over),
                ClauseKind::Cap { most, .. } => self.bound(most),
                _ => {}
            }
        }
    }
}

/// What lies between two places.
fn between(left: Span, right: Span) -> Span {
    Texts::place(left, left.end as usize, right.start as usize)
}

/// The rest of a place behind a part of it.
fn behind(whole: Span, part: Span) -> Span {
    Span { start: part.end, ..whole }
}
