//! Calls: plain arguments, and rows of a source with their clauses and windows.

use super::literal::period;
use super::{Builder, Kids, Node};
use crate::ast::{Argument, ArgumentKind, Clause, ClauseKind, Expr, ExprKind, Keep, Name, Window, WindowKind};
use crate::calendar::{Date, PeriodKind};
use crate::diagnostics::Code;
use crate::span::Span;
use crate::syntax::grammar::Rule;

impl Builder<'_> {
    pub(super) fn argument(&mut self, node: Node<'_>) -> Argument {
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
                if let Some(over) = kids.take(Rule::over_periods) {
                    let mut inner = self.kids(over);
                    let over = self.next_duration(&mut inner);
                    return Argument { kind: ArgumentKind::Over { value, over }, span };
                }
                let source = kids.take(Rule::name).map(|kid| self.name(&kid));
                let mut clauses: Vec<Clause> = Vec::new();
                let mut with = None;
                for clause in kids.list {
                    if clause.as_rule() == Rule::with_rows {
                        with = Some(clause);
                        continue;
                    }
                    let clause = self.clause(clause);
                    clauses.push(clause);
                }
                let rows = self.rows(value, source, clauses, span);
                match with {
                    Some(with) => self.pairs(rows, with, span),
                    None => rows,
                }
            }
            None => ArgumentKind::Value(self.hole(span)),
        };
        Argument { kind, span }
    }

    /// Rows, and others that they are matched with.
    fn pairs(&mut self, rows: ArgumentKind, with: Node<'_>, span: Span) -> ArgumentKind {
        let mut kids = self.kids(with);
        let with = self.next_name(&mut kids);
        let mut with_clauses: Vec<Clause> = Vec::new();
        for clause in kids.list {
            let clause = self.clause(clause);
            with_clauses.push(clause);
        }
        window_of_rows(self.text, &mut with_clauses);
        match rows {
            ArgumentKind::Rows { value: None, source, clauses } => {
                ArgumentKind::Pairs { source, clauses, with, with_clauses }
            }
            ArgumentKind::Value(Expr { kind: ExprKind::Name(text), span }) => {
                let source = Name { text, span };
                ArgumentKind::Pairs { source, clauses: Vec::new(), with, with_clauses }
            }
            other => {
                self.fail(Code::UnexpectedText, span, "rows are matched with rows, not with values", |d| {
                    d.help("write `matches(SOURCE where … with SOURCE where … by COLUMN within 7 days)`")
                });
                other
            }
        }
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
                let keep = kids.take(Rule::keep).map(|kid| self.keep(kid));
                ClauseKind::Dedupe { by, within, chain, keep }
            }
            Rule::by_key => {
                let keys = self.names_of(&mut kids);
                let within = kids.take(Rule::dedupe_within).map(|kid| {
                    let mut inner = self.kids(kid);
                    self.next_duration(&mut inner)
                });
                ClauseKind::By { keys, within }
            }
            Rule::latest_per => ClauseKind::LatestPer(self.names_of(&mut kids)),
            Rule::cap => {
                let most = self.next_expr(&mut kids, span);
                let points = kids.take(Rule::points_word).map(|kid| self.span(&kid));
                let period = kids.take(Rule::unit).map_or(PeriodKind::Day, |unit| period(unit.as_str()));
                let keep = kids.take(Rule::keep).map(|kid| self.keep(kid));
                ClauseKind::Cap { most, points, period, keep }
            }
            Rule::diminish => {
                let by = self.next_expr(&mut kids, span);
                ClauseKind::Diminish { by, period: kids.next().map_or(PeriodKind::Day, |unit| period(unit.as_str())) }
            }
            Rule::decay if kids.peek() == Some(Rule::decay_steps) => self.decay_steps(&mut kids, span),
            Rule::decay => {
                let linear = kids.take(Rule::decay_shape).is_some_and(|kid| kid.as_str() == "linear");
                ClauseKind::Decay { linear, over: self.next_duration(&mut kids) }
            }
            _ => ClauseKind::WeightedBy(self.next_expr(&mut kids, span)),
        };
        Clause { kind, span }
    }

    fn keep(&mut self, node: Node<'_>) -> Keep {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let which = match kids.take(Rule::highest) {
            Some(kid) => Name { text: "highest".to_string(), span: self.span(&kid) },
            None => self.next_name(&mut kids),
        };
        let by = kids.take(Rule::bound).map(|kid| self.expr(kid));
        Keep { which, by, span }
    }

    fn decay_steps(&mut self, kids: &mut Kids<'_>, span: Span) -> ClauseKind {
        let Some(node) = kids.next() else { return ClauseKind::Where(self.hole(span)) };
        let mut inner = self.kids(node);
        let mut steps = Vec::new();
        while let Some(step) = inner.take(Rule::decay_step) {
            let mut parts = self.kids(step);
            let until = self.next_duration(&mut parts);
            steps.push((until, self.next_expr(&mut parts, span)));
        }
        ClauseKind::DecaySteps { steps, otherwise: self.next_expr(&mut inner, span) }
    }

    pub(super) fn names_of(&mut self, kids: &mut Kids<'_>) -> Vec<Name> {
        let mut names = Vec::new();
        while let Some(kid) = kids.take(Rule::name) {
            names.push(self.name(&kid));
        }
        names
    }

    pub(super) fn window(&mut self, node: Node<'_>) -> Window {
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
