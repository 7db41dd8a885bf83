//! Walking through expressions.

use super::{Across, Aggregate, Convert, CurrencyOf, Expr, ExprKind, Ranked};

impl Expr {
    /// The expressions directly inside this one, in the order in which they are written.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Literal(_)
            | ExprKind::Param(_)
            | ExprKind::Field(_)
            | ExprKind::RowField(_)
            | ExprKind::Metric(_)
            | ExprKind::RowMetric { .. }
            | ExprKind::Related { .. }
            | ExprKind::Points(_)
            | ExprKind::Score(_)
            | ExprKind::Segment(_)
            | ExprKind::Part(..)
            | ExprKind::Partition(_)
            | ExprKind::IsBand { .. }
            | ExprKind::IsGrade { .. }
            | ExprKind::Portfolio(_)
            | ExprKind::Benchmark { .. }
            | ExprKind::AsOfDate => Vec::new(),
            ExprKind::Not(inner)
            | ExprKind::Negate(inner)
            | ExprKind::Within { value: inner, .. }
            | ExprKind::IsMissing { value: inner, .. }
            | ExprKind::Elapsed { date: inner, .. }
            | ExprKind::AsOf { value: inner, .. }
            | ExprKind::Change { value: inner, .. }
            | ExprKind::Trend { value: inner, .. }
            | ExprKind::Held { condition: inner, .. }
            | ExprKind::Streak { condition: inner, .. } => vec![&**inner],
            ExprKind::Until { enter, leave, .. } => vec![&**enter, &**leave],
            ExprKind::Paired { one, other, .. } => vec![&**one, &**other],
            ExprKind::And(list) | ExprKind::Or(list) | ExprKind::OrElse(list) | ExprKind::Function(_, list) => {
                list.iter().collect()
            }
            ExprKind::Sum(terms) | ExprKind::Product(terms) => terms.iter().map(|(_, term)| term).collect(),
            ExprKind::Compare(_, left, right) => vec![&**left, &**right],
            ExprKind::In { value, list, .. } => std::iter::once(&**value).chain(list).collect(),
            ExprKind::If { condition, then, otherwise } => vec![&**condition, &**then, &**otherwise],
            ExprKind::Aggregate(aggregate) => {
                let mut children = aggregate.children();
                children.extend(aggregate.with.iter().flat_map(|with| with.other.children()));
                children
            }
            ExprKind::Ranked(ranked) => vec![&ranked.value],
            ExprKind::Across(across) => across.children(),
            ExprKind::Convert(convert) => convert.children(),
        }
    }

    /// True for what evaluates its parts at other as-of dates.
    pub fn looks_back(&self) -> bool {
        matches!(
            self.kind,
            ExprKind::AsOf { .. }
                | ExprKind::Change { .. }
                | ExprKind::Trend { .. }
                | ExprKind::Held { .. }
                | ExprKind::Streak { .. }
                | ExprKind::Until { .. }
                | ExprKind::Paired { .. }
        )
    }

    /// What `visit` finds from left to right; it says of each part what is wanted of it, and whether to go into it.
    fn gathered<'a, T>(&'a self, mut visit: impl FnMut(&'a Expr) -> (Option<T>, bool)) -> Vec<T> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(expr) = open.pop() {
            let (wanted, inside) = visit(expr);
            found.extend(wanted);
            if inside {
                open.extend(expr.children().into_iter().rev());
            }
        }
        found
    }

    /// True for parts with an as-of date of this expression's own, about the account that it is about itself.
    fn is_here(&self) -> bool {
        !self.looks_back() && !matches!(self.kind, ExprKind::Across(_))
    }

    /// The aggregates of this expression that look at its own as-of date: those under `as of`, `change`, `trend` and
    /// `for 3 quarters` are left out, and those that every account has its own of, inside an aggregate over accounts.
    pub fn aggregates(&self) -> Vec<&Aggregate> {
        self.gathered(|expr| match &expr.kind {
            ExprKind::Aggregate(aggregate) => (Some(&**aggregate), false),
            _ => (None, expr.is_here()),
        })
    }

    /// The aggregates over accounts that look at this expression's own as-of date, not those inside others.
    pub fn across(&self) -> Vec<&Across> {
        self.gathered(|expr| match &expr.kind {
            ExprKind::Across(across) => (Some(&**across), false),
            _ => (None, expr.is_here()),
        })
    }

    /// The parts of this expression that look at other as-of dates, not those inside others.
    pub fn past(&self) -> Vec<&Expr> {
        self.gathered(|expr| match &expr.kind {
            _ if expr.looks_back() => (Some(expr), false),
            ExprKind::Ranked(_) => (None, false),
            _ => (None, expr.is_here()),
        })
    }

    /// The places among other accounts that this expression asks for at its own as-of date.
    pub fn ranked(&self) -> Vec<&Ranked> {
        self.gathered(|expr| match &expr.kind {
            ExprKind::Ranked(ranked) => (Some(&**ranked), true),
            _ => (None, expr.is_here()),
        })
    }

    /// The benchmarks that this expression asks for at its own as-of date.
    pub fn benchmarks(&self) -> Vec<super::BenchmarkId> {
        let mut known = Vec::new();
        self.gathered(|expr| match &expr.kind {
            ExprKind::Benchmark { id, .. } if !known.contains(id) => {
                known.push(*id);
                (Some(*id), false)
            }
            ExprKind::Aggregate(_) => (None, false),
            _ => (None, expr.is_here()),
        })
    }

    /// What is replayed over periods in this expression at its own as-of date: `for 3 quarters`, `streak of`, `until`.
    pub fn replayed(&self) -> Vec<&Expr> {
        self.gathered(|expr| match &expr.kind {
            ExprKind::Held { .. } | ExprKind::Streak { .. } | ExprKind::Until { .. } | ExprKind::Paired { .. } => {
                (Some(expr), false)
            }
            ExprKind::Aggregate(_) => (None, false),
            _ => (None, expr.is_here()),
        })
    }

    /// True for `missing` as it is written, and for choices of nothing else: it takes any type.
    pub fn is_missing_literal(&self) -> bool {
        match &self.kind {
            ExprKind::Literal(crate::value::Value::Missing(_)) => self.ty != super::Type::Unknown,
            ExprKind::If { then, otherwise, .. } => then.is_missing_literal() && otherwise.is_missing_literal(),
            ExprKind::OrElse(list) => list.iter().all(Expr::is_missing_literal),
            _ => false,
        }
    }
}

impl Across {
    /// The value, filter and weight, as far as there are any.
    pub fn children(&self) -> Vec<&Expr> {
        [&self.value, &self.other, &self.filter, &self.weight].into_iter().flatten().chain(&self.by).collect()
    }
}

impl Aggregate {
    /// The value, filter, weight and what `keep highest` looks at, as far as there are any.
    pub fn children(&self) -> Vec<&Expr> {
        let keeps = [self.dedupe.as_ref().map(|d| &d.keep), self.cap.as_ref().map(|c| &c.keep)];
        let highest = keeps.into_iter().flatten().filter_map(|keep| match keep {
            crate::program::Keep::Highest(by) => Some(by),
            _ => None,
        });
        [&self.value, &self.other, &self.filter, &self.weight]
            .into_iter()
            .flatten()
            .chain(highest)
            .chain(&self.by)
            .collect()
    }
}

impl Convert {
    /// The amount, the column of its currency and the date, as far as there are any.
    pub fn children(&self) -> Vec<&Expr> {
        let column = match &self.from {
            CurrencyOf::Type(_) => None,
            CurrencyOf::Column(column) => Some(column),
        };
        std::iter::once(&self.amount).chain(column).chain(&self.on).collect()
    }
}
