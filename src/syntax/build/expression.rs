//! Expressions: operands, with what the grammar hangs behind them. `grouping` puts them together.

use super::grouping::{Piece, Pieces, Sign, Tail};
use super::literal::period;
use super::{Builder, Kids, Node};
use crate::ast::{Call, DurationLit, Expr, ExprKind, HeldPeriod, Name, Shift};
use crate::calendar::{Date, Duration, PeriodKind};
use crate::diagnostics::Code;
use crate::span::Span;
use crate::syntax::grammar::Rule;
use crate::syntax::scan::MAX_DEPTH;

impl Builder<'_> {
    /// An expression, a bound of a row, or the last branch of an `if`.
    pub(super) fn expr(&mut self, node: Node<'_>) -> Expr {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        match kids.take(Rule::if_expr) {
            Some(kid) => self.if_expr(kid),
            None => {
                let mut pieces = self.pieces(kids, span);
                self.or(&mut pieces, span)
            }
        }
    }

    /// The next child as an expression.
    pub(super) fn next_expr(&mut self, kids: &mut Kids<'_>, span: Span) -> Expr {
        match kids.next() {
            Some(kid) => self.expr(kid),
            None => self.hole(span),
        }
    }

    /// Stands for what could not be read.
    pub(super) fn hole(&mut self, span: Span) -> Expr {
        self.broken = true;
        Expr { kind: ExprKind::Boolean(false), span }
    }

    /// `else if` chains are read flat and nested from the back, so their length counts as depth.
    fn if_expr(&mut self, node: Node<'_>) -> Expr {
        let span = self.span(&node);
        let length = 1 + node.clone().into_inner().filter(|kid| kid.as_rule() == Rule::else_if).count();
        if self.branches + length > MAX_DEPTH {
            let head = Span { end: span.start + 2, ..span };
            self.fail(Code::TooDeep, head, format!("this `if` has more than {MAX_DEPTH} branches"), |d| {
                d.help("use `segments … by …`, or split it into several metrics")
            });
            return self.hole(span);
        }
        self.branches += length;
        let mut kids = self.kids(node);
        let mut branches = vec![self.branch(&mut kids, span)];
        while let Some(kid) = kids.take(Rule::else_if) {
            let place = self.span(&kid);
            let mut inner = self.kids(kid);
            // The branch as an `if` of its own begins at its `if`, behind `else`.
            let written = self.text.get(place.start as usize..).unwrap_or("");
            let begin = place.start as usize + written.find("if").unwrap_or(0);
            branches.push(self.branch(&mut inner, self.at(begin, span.end as usize)));
        }
        let mut last = self.next_expr(&mut kids, span);
        self.branches -= length;
        while let Some((condition, then, span)) = branches.pop() {
            let kind = ExprKind::If { condition: Box::new(condition), then: Box::new(then), otherwise: Box::new(last) };
            last = Expr { kind, span };
        }
        last
    }

    fn branch(&mut self, kids: &mut Kids<'_>, span: Span) -> (Expr, Expr, Span) {
        let condition = self.next_expr(kids, span);
        (condition, self.next_expr(kids, span), span)
    }

    /// Builds the operands of a chain. Only this goes deeper into the text; grouping does not.
    fn pieces(&mut self, mut kids: Kids<'_>, span: Span) -> Pieces {
        let mut list = Vec::new();
        let known = self.found;
        while let Some(rule) = kids.peek() {
            let piece = match rule {
                Rule::or_op
                | Rule::and_op
                | Rule::not_op
                | Rule::compare
                | Rule::or_else_op
                | Rule::add_op
                | Rule::multiply_op
                | Rule::minus => match kids.next() {
                    Some(node) => Piece::Sign(self.sign(&node), self.span(&node)),
                    None => break,
                },
                Rule::in_tail | Rule::is_tail | Rule::held | Rule::until | Rule::as_of => match kids.next() {
                    Some(node) => {
                        let place = self.span(&node);
                        Piece::Tail(self.tail(node), place)
                    }
                    None => break,
                },
                _ => Piece::Value(self.atom(&mut kids, span)),
            };
            list.push(piece);
        }
        Pieces { list: list.into_iter().peekable(), clean: self.found == known }
    }

    pub(super) fn sign(&mut self, node: &Node<'_>) -> Sign {
        let (sign, right) = match (node.as_rule(), node.as_str()) {
            (Rule::compare, _) => return Sign::Compare(self.compare_op(node)),
            (Rule::or_op, _) => (Sign::Or, "or"),
            (Rule::and_op, _) => (Sign::And, "and"),
            (Rule::not_op, _) => (Sign::Not, "not"),
            (Rule::minus, _) => return Sign::Minus,
            (Rule::add_op, "+") => return Sign::Add(false),
            (Rule::add_op, _) => (Sign::Add(true), "-"),
            (Rule::multiply_op, "/" | "÷") => (Sign::Multiply(true), "/"),
            (Rule::multiply_op, _) => (Sign::Multiply(false), "*"),
            _ => return Sign::OrElse,
        };
        self.check_word(node, right);
        sign
    }

    pub(super) fn tail(&mut self, node: Node<'_>) -> Tail {
        match node.as_rule() {
            Rule::in_tail => self.in_tail(node),
            Rule::is_tail => self.is_tail(node),
            Rule::held => self.held(node),
            Rule::until => self.until(node),
            _ => Tail::AsOf(self.shift(node)),
        }
    }

    fn in_tail(&mut self, node: Node<'_>) -> Tail {
        let mut kids = self.kids(node);
        let negated = kids.take(Rule::kw_not).is_some();
        match kids.next() {
            Some(kid) if kid.as_rule() == Rule::window => Tail::Within { window: self.window(kid), negated },
            Some(kid) => Tail::In { list: self.list(kid), negated },
            None => Tail::In { list: Vec::new(), negated },
        }
    }

    pub(super) fn list(&mut self, node: Node<'_>) -> Vec<Expr> {
        let kids = self.kids(node);
        kids.list.map(|kid| self.expr(kid)).collect()
    }

    fn is_tail(&mut self, node: Node<'_>) -> Tail {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let negated = kids.take(Rule::kw_not).is_some();
        match kids.next() {
            Some(kid) if kid.as_rule() == Rule::missing_test => {
                let because = self.kids(kid).take(Rule::reason).map(|reason| self.reason(&reason));
                Tail::IsMissing { because, negated }
            }
            Some(kid) => Tail::Is { label: self.name(&kid), negated },
            None => {
                self.broken = true;
                Tail::Is { label: Name { text: String::new(), span }, negated }
            }
        }
    }

    fn held(&mut self, node: Node<'_>) -> Tail {
        let mut kids = self.kids(node);
        let count = kids.take(Rule::count).map_or(0, |kid| self.count(&kid));
        let of = kids.take(Rule::count).map(|kid| self.count(&kid));
        let period = match kids.next() {
            Some(kid) if kid.as_rule() == Rule::unit => HeldPeriod::Calendar(period(kid.as_str())),
            _ => HeldPeriod::Runs,
        };
        let ignoring = kids.take(Rule::ignoring).map(|kid| self.span(&kid));
        Tail::Held { count, of, period, ignoring }
    }

    fn until(&mut self, node: Node<'_>) -> Tail {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let leave = self.one_condition(&mut kids, span);
        let over = self.next_duration(&mut kids);
        let at_least = kids.take(Rule::duration).map(|kid| self.duration(kid));
        Tail::Until { leave, over, at_least }
    }

    /// A condition without `and` and `or`.
    fn one_condition(&mut self, kids: &mut Kids<'_>, span: Span) -> Expr {
        match kids.take(Rule::one_condition) {
            Some(kid) => {
                let span = self.span(&kid);
                let kids = self.kids(kid);
                let mut pieces = self.pieces(kids, span);
                self.or(&mut pieces, span)
            }
            None => self.hole(span),
        }
    }

    /// Why something is missing, as written.
    fn reason(&mut self, node: &Node<'_>) -> Name {
        let text = node.as_str().replace('_', " ");
        Name { text: text.split_whitespace().collect::<Vec<_>>().join(" "), span: self.span(node) }
    }

    fn shift(&mut self, node: Node<'_>) -> Shift {
        let mut kids = self.kids(node);
        match kids.next() {
            Some(kid) if kid.as_rule() == Rule::date => Shift::On(self.date(&kid).date),
            Some(kid) => {
                let rule = kid.as_rule();
                let mut inner = self.kids(kid);
                if rule == Rule::end_of_previous {
                    Shift::EndOfPrevious(inner.next().map_or(PeriodKind::Day, |unit| period(unit.as_str())))
                } else {
                    Shift::Ago(self.next_duration(&mut inner).duration)
                }
            }
            None => Shift::On(Date::default()),
        }
    }

    pub(super) fn next_duration(&mut self, kids: &mut Kids<'_>) -> DurationLit {
        match kids.take(Rule::duration) {
            Some(kid) => self.duration(kid),
            None => {
                self.broken = true;
                DurationLit { duration: Duration { count: 0, unit: PeriodKind::Day }, span: Span::default() }
            }
        }
    }

    fn atom(&mut self, kids: &mut Kids<'_>, span: Span) -> Expr {
        let Some(node) = kids.next() else { return self.hole(span) };
        let span = self.span(&node);
        let rule = node.as_rule();
        let kind = match rule {
            Rule::date => ExprKind::Date(self.date(&node).date),
            Rule::numeric => self.numeric(node),
            Rule::text => {
                let text = self.text_literal(&node);
                match kids.take(Rule::member) {
                    Some(member) => return self.member(Name { text: text.text, span }, member),
                    None => ExprKind::Text(text.text),
                }
            }
            Rule::name => return self.reference(node, kids),
            Rule::paren => {
                let mut inner = self.kids(node);
                self.next_expr(&mut inner, span).kind
            }
            Rule::elapsed => {
                let mut inner = self.kids(node);
                let head = inner.next().map(|kid| kid.as_str().to_string()).unwrap_or_default();
                let unit = period(head.split_whitespace().next().unwrap_or(""));
                let date = Box::new(self.atom(&mut inner, span));
                ExprKind::Elapsed { unit, until: head.ends_with("until"), date }
            }
            Rule::change => {
                let mut inner = self.kids(node);
                let percent = inner.next().is_some_and(|kid| kid.as_str().starts_with("percent"));
                let value = Box::new(self.atom(&mut inner, span));
                ExprKind::Change { value, percent, over: self.next_duration(&mut inner) }
            }
            Rule::trend => {
                let mut inner = self.kids(node);
                inner.take(Rule::trend_head);
                let value = Box::new(self.atom(&mut inner, span));
                ExprKind::Trend { value, over: self.next_duration(&mut inner) }
            }
            Rule::streak => {
                let mut inner = self.kids(node);
                inner.take(Rule::streak_head);
                let condition = Box::new(self.one_condition(&mut inner, span));
                let over = self.next_duration(&mut inner);
                ExprKind::Streak { condition, over, ignoring: inner.take(Rule::ignoring).is_some() }
            }
            Rule::missing_value => {
                let mut inner = self.kids(node);
                inner.take(Rule::missing_word);
                ExprKind::Missing(inner.take(Rule::reason).map(|reason| self.reason(&reason)))
            }
            Rule::ranked => {
                let mut inner = self.kids(node);
                let function = match inner.take(Rule::ranked_head) {
                    Some(head) => {
                        let written = head.as_str().strip_suffix("of").unwrap_or(head.as_str()).trim_end();
                        let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
                        let start = head.as_span().start();
                        Name { text, span: self.at(start, start + written.len()) }
                    }
                    None => return self.hole(span),
                };
                let value = Box::new(self.atom(&mut inner, span));
                let within = inner.take(Rule::name).map(|kid| self.name(&kid));
                let against = inner.take(Rule::against).map(|kid| self.shift(kid));
                let at_least = inner.take(Rule::least_accounts).map(|kid| {
                    let mut inner = self.kids(kid);
                    Box::new(self.next_expr(&mut inner, span))
                });
                ExprKind::Ranked { function, value, within, against, at_least }
            }
            _ => return self.hole(span),
        };
        Expr { kind, span }
    }

    fn member(&mut self, of: Name, node: Node<'_>) -> Expr {
        let span = of.span.to(self.span(&node));
        let mut kids = self.kids(node);
        let name = self.next_name(&mut kids);
        Expr { kind: ExprKind::Member(of, name), span }
    }

    fn qualified(&mut self, of: &Name, node: Node<'_>) -> Name {
        let span = of.span.to(self.span(&node));
        let mut kids = self.kids(node);
        let name = self.next_name(&mut kids);
        Name { text: format!("{}.{}", of.text, name.text), span }
    }

    /// A name, a member of something, or a call.
    fn reference(&mut self, node: Node<'_>, kids: &mut Kids<'_>) -> Expr {
        let name = self.name(&node);
        let name = match kids.take(Rule::member) {
            // `std.roi(…)`: a function of a package, under its whole name.
            Some(member) if kids.peek() == Some(Rule::args) => self.qualified(&name, member),
            Some(member) => return self.member(name, member),
            None => name,
        };
        if let Some(args) = kids.take(Rule::args) {
            let span = name.span.to(self.span(&args));
            let inner = self.kids(args);
            let arguments = inner.list.map(|arg| self.argument(arg)).collect();
            return Expr { kind: ExprKind::Call(Call { function: name, arguments }), span };
        }
        let span = name.span;
        let kind = match name.text.as_str() {
            "yes" | "true" => ExprKind::Boolean(true),
            "no" | "false" => ExprKind::Boolean(false),
            _ => ExprKind::Name(name.text),
        };
        Expr { kind, span }
    }
}
