//! Expressions: the grammar's flat rows of operands and operators, grouped by how tightly they bind.
//!
//! From loose to tight: `or`, `and`, `not`, `for 3 quarters`, comparisons, `or else`, `+ -`, `* /`, the sign, `as of`.
//! Chains come out as flat lists, however long.

use super::literal::period;
use super::{Builder, Kids, Node};
use crate::ast::{
    Argument, ArgumentKind, Call, Clause, ClauseKind, CompareOp, DurationLit, Expr, ExprKind, Factor, HeldPeriod, Name,
    Shift, Term, Window, WindowKind,
};
use crate::calendar::{Date, Duration, PeriodKind};
use crate::diagnostics::Code;
use crate::span::Span;
use crate::syntax::grammar::Rule;
use crate::syntax::scan::MAX_DEPTH;

/// A part of a chain: what `expr` holds in the grammar, its operands already built.
enum Piece {
    Value(Expr),
    Sign(Sign, Span),
    Tail(Tail, Span),
}

/// An operator; true means the inverse one.
#[derive(Clone, Copy, PartialEq)]
enum Sign {
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
enum Tail {
    In { list: Vec<Expr>, negated: bool },
    Within { window: Window, negated: bool },
    IsMissing { because: Option<Name>, negated: bool },
    Is { label: Name, negated: bool },
    Held { count: u32, of: Option<u32>, period: HeldPeriod },
    AsOf(Shift),
}

/// The parts of a chain that are left.
struct Pieces {
    list: std::iter::Peekable<std::vec::IntoIter<Piece>>,
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
    fn hole(&mut self, span: Span) -> Expr {
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
                Rule::in_tail | Rule::is_tail | Rule::held | Rule::as_of => match kids.next() {
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
        Pieces { list: list.into_iter().peekable() }
    }

    fn sign(&mut self, node: &Node<'_>) -> Sign {
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

    fn tail(&mut self, node: Node<'_>) -> Tail {
        match node.as_rule() {
            Rule::in_tail => self.in_tail(node),
            Rule::is_tail => self.is_tail(node),
            Rule::held => self.held(node),
            _ => Tail::AsOf(self.shift(node)),
        }
    }

    // ---------- grouping ----------

    fn or(&mut self, pieces: &mut Pieces, span: Span) -> Expr {
        let mut list = vec![self.and(pieces, span)];
        while pieces.sign(|s| s == Sign::Or).is_some() {
            list.push(self.and(pieces, span));
        }
        chain(list, ExprKind::Or)
    }

    fn and(&mut self, pieces: &mut Pieces, span: Span) -> Expr {
        let mut list = vec![self.negation(pieces, span)];
        while pieces.sign(|s| s == Sign::And).is_some() {
            list.push(self.negation(pieces, span));
        }
        chain(list, ExprKind::And)
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
                Tail::Held { count, of, period } => ExprKind::Held { condition: value, count, of, period },
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
    fn check_word(&mut self, node: &Node<'_>, right: &str) {
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

    // ---------- what follows a value ----------

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
                let because = self.kids(kid).take(Rule::reason).map(|reason| {
                    let text = reason.as_str().replace('_', " ");
                    Name { text: text.split_whitespace().collect::<Vec<_>>().join(" "), span: self.span(&reason) }
                });
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
        Tail::Held { count, of, period }
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

    fn next_duration(&mut self, kids: &mut Kids<'_>) -> DurationLit {
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
                let at_least = inner.take(Rule::least_accounts).map(|kid| {
                    let mut inner = self.kids(kid);
                    Box::new(self.next_expr(&mut inner, span))
                });
                ExprKind::Ranked { function, value, within, at_least }
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

    /// A name, a member of something, or a call.
    fn reference(&mut self, node: Node<'_>, kids: &mut Kids<'_>) -> Expr {
        let name = self.name(&node);
        if let Some(member) = kids.take(Rule::member) {
            return self.member(name, member);
        }
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

    fn argument(&mut self, node: Node<'_>) -> Argument {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let kind = match kids.next() {
            Some(kid) if kid.as_rule() == Rule::all_answers => ArgumentKind::AllAnswers,
            Some(kid) if kid.as_rule() == Rule::at_least => {
                let mut inner = self.kids(kid);
                ArgumentKind::AtLeast(self.next_expr(&mut inner, span))
            }
            Some(kid) => {
                let value = self.expr(kid);
                let source = kids.take(Rule::name).map(|kid| self.name(&kid));
                let mut clauses: Vec<Clause> = Vec::new();
                for clause in kids.list {
                    let clause = self.clause(clause);
                    clauses.push(clause);
                }
                self.rows(value, source, clauses, span)
            }
            None => ArgumentKind::Value(self.hole(span)),
        };
        Argument { kind, span }
    }

    /// Tells plain values from rows, and gives windows to the rows they belong to.
    fn rows(&mut self, value: Expr, source: Option<Name>, mut clauses: Vec<Clause>, span: Span) -> ArgumentKind {
        window_of_rows(self.text, &mut clauses);
        if let Some(source) = source {
            return ArgumentKind::Rows { value: Some(value), source, clauses };
        }
        let place = value.span;
        match value.kind {
            // `count(activity in last 12 months)`
            ExprKind::Within { value: inner, window, negated: false } if matches!(inner.kind, ExprKind::Name(_)) => {
                let span = Span { start: inner.span.end, ..place };
                let span = trim_start(self.text, span);
                clauses.insert(0, Clause { kind: ClauseKind::In(window), span });
                self.rows(*inner, None, clauses, span)
            }
            ExprKind::Name(text) if !clauses.is_empty() => {
                ArgumentKind::Rows { value: None, source: Name { text, span: place }, clauses }
            }
            kind if clauses.is_empty() => ArgumentKind::Value(Expr { kind, span: place }),
            kind => {
                let written = self.text.get(place.start as usize..place.end as usize).unwrap_or("").to_string();
                self.fail(Code::UnexpectedText, span, "it is not said which rows are meant", |d| {
                    d.help(format!("write `{written} of SOURCE` in front of the clauses"))
                });
                ArgumentKind::Value(Expr { kind, span: place })
            }
        }
    }

    fn clause(&mut self, node: Node<'_>) -> Clause {
        let (span, rule) = (self.span(&node), node.as_rule());
        let mut kids = self.kids(node);
        let kind = match rule {
            Rule::where_clause => ClauseKind::Where(self.next_expr(&mut kids, span)),
            Rule::in_clause => match kids.next() {
                Some(kid) if kid.as_rule() == Rule::window => ClauseKind::In(self.window(kid)),
                Some(kid) => ClauseKind::In(Window { kind: self.window_kind(kid), span }),
                None => ClauseKind::Where(self.hole(span)),
            },
            Rule::dedupe => {
                let by = self.names_of(&mut kids);
                let within = kids.take(Rule::dedupe_within).map(|kid| {
                    let mut inner = self.kids(kid);
                    self.next_duration(&mut inner)
                });
                let chain = kids.take(Rule::chain).is_some();
                let keep = kids.take(Rule::keep).map(|kid| {
                    let mut inner = self.kids(kid);
                    self.next_name(&mut inner)
                });
                ClauseKind::Dedupe { by, within, chain, keep }
            }
            Rule::latest_per => ClauseKind::LatestPer(self.names_of(&mut kids)),
            Rule::cap => {
                let count = self.next_expr(&mut kids, span);
                ClauseKind::Cap { count, period: kids.next().map_or(PeriodKind::Day, |unit| period(unit.as_str())) }
            }
            Rule::decay => {
                let linear = kids.take(Rule::decay_shape).is_some_and(|kid| kid.as_str() == "linear");
                ClauseKind::Decay { linear, over: self.next_duration(&mut kids) }
            }
            _ => ClauseKind::WeightedBy(self.next_expr(&mut kids, span)),
        };
        Clause { kind, span }
    }

    fn names_of(&mut self, kids: &mut Kids<'_>) -> Vec<Name> {
        let mut names = Vec::new();
        while let Some(kid) = kids.take(Rule::name) {
            names.push(self.name(&kid));
        }
        names
    }

    fn window(&mut self, node: Node<'_>) -> Window {
        let span = self.span(&node);
        let inner = if node.as_rule() == Rule::window { node.into_inner().next() } else { Some(node) };
        let kind = match inner {
            Some(kid) => self.window_kind(kid),
            None => {
                self.broken = true;
                WindowKind::This(PeriodKind::Day)
            }
        };
        Window { kind, span }
    }

    fn window_kind(&mut self, node: Node<'_>) -> WindowKind {
        let (span, rule) = (self.span(&node), node.as_rule());
        let mut kids = self.kids(node);
        let unit = |kids: &mut Kids<'_>| kids.next().map_or(PeriodKind::Day, |kid| period(kid.as_str()));
        match rule {
            Rule::window_next => WindowKind::Next(self.next_duration(&mut kids).duration),
            Rule::window_this => WindowKind::This(unit(&mut kids)),
            Rule::window_previous => WindowKind::Previous(unit(&mut kids)),
            Rule::window_since => WindowKind::Since(self.next_day(&mut kids)),
            Rule::window_between => {
                let first = self.next_day(&mut kids);
                WindowKind::Between(first, self.next_day(&mut kids))
            }
            _ => match kids.next() {
                Some(kid) if kid.as_rule() == Rule::complete => {
                    let mut inner = self.kids(kid);
                    let count = inner.take(Rule::count).map_or(0, |kid| self.count(&kid));
                    WindowKind::LastComplete(count, unit(&mut inner))
                }
                Some(kid) if kid.as_rule() == Rule::duration => WindowKind::Last(self.duration(kid).duration),
                Some(kid) => {
                    let kind = period(kid.as_str());
                    let word = kind.word();
                    self.fail(Code::UnexpectedText, span, format!("`last {word}` does not say which days are meant"), |d| {
                        d.help(format!(
                            "write `previous {word}` for the one before this, `this {word}` for the current one, or `last 1 {word}`"
                        ))
                        .fix(format!("write `previous {word}`"), span, format!("previous {word}"))
                    });
                    WindowKind::Previous(kind)
                }
                None => {
                    self.broken = true;
                    WindowKind::This(PeriodKind::Day)
                }
            },
        }
    }

    fn next_day(&mut self, kids: &mut Kids<'_>) -> Date {
        kids.take(Rule::date).map_or(Date::default(), |kid| self.date(&kid).date)
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

fn trim_start(text: &str, span: Span) -> Span {
    let raw = text.get(span.start as usize..span.end as usize).unwrap_or("");
    let blank = u32::try_from(raw.len() - raw.trim_start().len()).unwrap_or(0);
    Span { start: span.start + blank, ..span }
}

/// `activity where solicited in last 90 days`: with no window of its own, the rows take the one behind the condition's last
/// bare name. `(due in last 90 days)` in parentheses and windows of days to come stay with the name.
fn window_of_rows(text: &str, clauses: &mut Vec<Clause>) {
    if clauses.iter().any(|c| matches!(c.kind, ClauseKind::In(_))) {
        return;
    }
    let Some((index, window)) = clauses.iter_mut().enumerate().find_map(|(index, clause)| match &mut clause.kind {
        ClauseKind::Where(condition) => {
            let window = split_window(text, condition)?;
            clause.span.end = condition.span.end;
            Some((index, window))
        }
        _ => None,
    }) else {
        return;
    };
    let span = window.span;
    clauses.insert(index + 1, Clause { kind: ClauseKind::In(window), span });
}

/// True for what is yes or no by its form and so cannot lie in a window: `(consent = no or consent is missing)`.
fn is_condition(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Not(_)
            | ExprKind::Compare(..)
            | ExprKind::In { .. }
            | ExprKind::Within { .. }
            | ExprKind::IsMissing { .. }
            | ExprKind::Is { .. }
            | ExprKind::Boolean(_)
    )
}

/// Takes the window off the end of a condition. Chains are as deep as `and` in `or`, so this is no deeper either.
fn split_window(text: &str, condition: &mut Expr) -> Option<Window> {
    let end = condition.span.end as usize;
    if text.as_bytes().get(end.checked_sub(1)?) == Some(&b')') {
        return None;
    }
    let window = match &mut condition.kind {
        ExprKind::And(list) | ExprKind::Or(list) => {
            let last = list.last_mut()?;
            let window = split_window(text, last)?;
            condition.span.end = last.span.end;
            window
        }
        ExprKind::Not(inner) => {
            let window = split_window(text, inner)?;
            condition.span.end = inner.span.end;
            window
        }
        ExprKind::Within { value, window, negated: false }
            if (matches!(value.kind, ExprKind::Name(_) | ExprKind::Member(..)) || is_condition(value))
                && !matches!(window.kind, WindowKind::Next(_)) =>
        {
            let window = window.clone();
            let value = std::mem::replace(value.as_mut(), Expr { kind: ExprKind::Boolean(false), span: window.span });
            *condition = value;
            window
        }
        _ => return None,
    };
    Some(window)
}
