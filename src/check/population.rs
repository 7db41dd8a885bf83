//! Accounts seen together: where one stands among the others, and what all of them amount to.
//!
//! The whole portfolio has its own grain. A value of each account gets into an expression about the portfolio only through
//! an aggregate over `accounts`; the other way round, a portfolio metric is the same number for every account and may
//! be read anywhere.

use super::{Checker, Scope, put, unknown};
use crate::ast::{self, ArgumentKind, Call, ClauseKind, Name};
use crate::builtins::{AggregateFunction as A, Entry, Function, Ranking as R, Scalar};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Across, Expr, ExprKind, Kin, PartitionId, Ranked, SegmentId, SegmentRef, Type, Unit, Within};
use crate::resolve::Symbol;
use crate::span::Span;

/// Fewer accounts than this are no population to be compared with, unless `at least` says otherwise.
const LEAST: u32 = 8;

impl Checker<'_, '_> {
    pub(super) fn portfolio_metric(&mut self, index: usize, item: &ast::Item, metric: &ast::Metric) {
        let cyclic = self.symbols.cyclic.contains(&Symbol::Portfolio(index));
        let segments = metric.thresholds.iter().filter_map(|t| t.segment.as_ref());
        let segments: Vec<Span> =
            segments.chain(metric.scales.iter().filter_map(|s| s.segment.as_ref())).map(|s| s.span).collect();
        for at in segments {
            let help = "write one table for the whole, or a portfolio metric per segment";
            self.error(Code::GrainMismatch, at, "the portfolio is in no segment", "a segment of accounts", help);
        }
        if let Some(valid) = &metric.valid_for {
            let help = "put it on a metric of the account, or ask for the age: `days since last(…)`";
            let message = "a metric of the whole portfolio does not go stale";
            self.error(Code::ClauseMisplaced, valid.span, message, "goes by the rows of one account", help);
        }
        let bare = ast::Metric { valid_for: None, ..metric.clone() };
        let (built, domain) = self.measured(item, &bare, &Scope::Portfolio, cyclic);
        put(&mut self.portfolio_domains, index, domain);
        put(&mut self.portfolio, index, Some(built));
    }

    // ---------- grains ----------

    /// The type of something that every account has its own of; `None` for what is the same for all.
    pub(super) fn grain_of_accounts(&self, symbol: Symbol) -> Option<Type> {
        match symbol {
            Symbol::Segment(_) | Symbol::Part(..) => Some(Type::Boolean),
            Symbol::Partition(i) => {
                Some(self.partitions.get(i).and_then(Option::as_ref).map_or(Type::Unknown, |p| Type::Enum(p.values)))
            }
            Symbol::Metric(i) => {
                Some(self.metrics.get(i).and_then(Option::as_ref).map_or(Type::Unknown, |m| m.value.ty))
            }
            Symbol::Scorecard(i) => Some(self.score_type(i)),
            _ => None,
        }
    }

    /// Says that a value of each account cannot stand for the portfolio, and which aggregate makes it one.
    pub(super) fn account_grain(&mut self, name: &str, span: Span, ty: Type) -> Expr {
        let help = match ty {
            Type::Boolean => format!("take the share of accounts: `share({name} of accounts)`"),
            Type::Number(Unit::Plain | Unit::Money(_)) => {
                format!("add them up: `sum({name} of accounts)`, or take the mean: `avg({name} of accounts)`")
            }
            Type::Number(_) => {
                format!("take the mean: `avg({name} of accounts)`, or a share: `share({name} >= … of accounts)`")
            }
            Type::Date | Type::Instant => format!("take the latest: `max({name} of accounts)`"),
            Type::Enum(_) | Type::Text | Type::Mixed | Type::Unknown => {
                format!("count accounts: `count(accounts where {name} = …)`")
            }
        };
        let message = format!("every account has its own `{name}`, and this is about the whole portfolio");
        self.error(Code::GrainMismatch, span, message, "of which account?", help);
        unknown(span)
    }

    /// True for the name under which accounts are aggregated: `accounts`, or that of their table.
    fn is_accounts(&self, name: &str) -> bool {
        let table = self.program.subject;
        match self.symbol(name) {
            Some(Symbol::Table(i)) => table.is_some_and(|id| id.index() == i),
            Some(_) => false,
            None => {
                let own = self.subject().map_or("", |t| &t.header.name);
                name == "accounts" || (!own.is_empty() && name.strip_suffix('s') == Some(own))
            }
        }
    }

    // ---------- aggregates over accounts ----------

    /// Whether a call is an aggregate over accounts, and if so what it is. `None` leaves the call to others.
    pub(super) fn over_accounts(
        &mut self,
        aggregate: Option<(A, &Entry)>,
        entries: &[&Entry],
        call: &Call,
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        let name = call.function.text.as_str();
        if let [entry] = entries
            && let Function::Ranking(_) = entry.function
        {
            let help = format!("it is written `{}`", entry.signature);
            self.error(Code::WrongArguments, span, format!("`{name}` is not called like this"), "no parentheses", help);
            return Some(unknown(span));
        }
        if *scope == Scope::Portfolio
            && entries.iter().any(|e| e.function == Function::Scalar(Scalar::Points))
            && let Some(ast::Argument { kind: ArgumentKind::Value(value), .. }) = call.arguments.first()
            && let ast::ExprKind::Name(metric) = &value.kind
        {
            return Some(self.account_grain(&format!("points({metric})"), span, Type::Number(Unit::Points)));
        }
        let (function, entry) = aggregate?;
        let source = match call.arguments.first().map(|a| &a.kind) {
            Some(ArgumentKind::Rows { source, .. } | ArgumentKind::Pairs { source, .. }) => Some(source.text.as_str()),
            Some(ArgumentKind::Value(ast::Expr { kind: ast::ExprKind::Name(name), .. })) => Some(name.as_str()),
            _ => None,
        };
        let plain = matches!(call.arguments.first().map(|a| &a.kind), Some(ArgumentKind::Value(_)));
        let accounts =
            source.is_some_and(|name| self.is_accounts(name) && !(plain && self.subject_field(name).is_some()));
        let kin = source.filter(|name| self.symbol(name).is_none() && !(plain && self.subject_field(name).is_some()));
        let kin = kin.and_then(|name| Kin::ALL.into_iter().find(|kin| kin.word() == name));
        if !accounts && kin.is_none() {
            return None;
        }
        if let Scope::Constant(what) = scope {
            self.not_constant("this", span, what, "computed from the data");
            return Some(unknown(span));
        }
        if matches!(scope, Scope::Row(_)) || self.called_in_rows {
            self.error(
                Code::ClauseMisplaced,
                span,
                "an aggregate cannot stand inside another",
                "all accounts, for each row",
                "declare it as a portfolio metric and name that",
            );
            return Some(unknown(span));
        }
        if let Some(kin) = kin
            && !self.has_kin(kin, span, scope)
        {
            return Some(unknown(span));
        }
        Some(self.across(function, entry, call, span, kin))
    }

    fn across(&mut self, function: A, entry: &Entry, call: &Call, span: Span, kin: Option<Kin>) -> Expr {
        let mut out = Across {
            function,
            value: None,
            other: None,
            filter: None,
            weight: None,
            at_least: None,
            top: 0,
            by: Vec::new(),
            kin,
        };
        let mut value = None;
        for (i, argument) in call.arguments.iter().enumerate() {
            match &argument.kind {
                ArgumentKind::Rows { value: v, clauses, .. } if i == 0 => {
                    value = v.as_ref();
                    for clause in clauses {
                        if let ClauseKind::By { keys, within } = &clause.kind {
                            let at = clause.span;
                            out.by = self.shares_by(keys, within.as_ref(), &Scope::Account, function, entry, at);
                        } else {
                            self.account_clause(clause, &mut out, entry);
                        }
                    }
                }
                ArgumentKind::Value(_) if i == 0 => {}
                ArgumentKind::AtLeast(n) if i > 0 => out.at_least = self.whole(n, "the least number of accounts"),
                ArgumentKind::Value(n) if i == 1 && function.concentration() && function.numbered() => {
                    out.top = self.whole(n, "how many of the largest").unwrap_or(1);
                }
                _ => {
                    let message = format!("`{}` over accounts does not take this", entry.name);
                    let help = format!("it is called `{}`", entry.signature.replace("SOURCE …", "accounts"));
                    self.error(Code::WrongArguments, argument.span, message, "not expected here", help);
                    return unknown(span);
                }
            }
        }
        if let (Some(ArgumentKind::Rows { clauses, .. }), 0) = (call.arguments.first().map(|a| &a.kind), out.top)
            && let Some(n) = self.number_among_keys(function, clauses)
        {
            out.top = self.whole(&n, "how many of the largest").unwrap_or(1);
        }
        if function.numbered() && out.top == 0 {
            let help = format!("write `{}(… of accounts, 1)`", entry.name);
            self.error(Code::WrongArguments, span, "how many of the largest?", "their number is missing", help);
            return unknown(span);
        }
        match self.account_value(function, entry, value, span) {
            Some((value, ty)) => {
                out.value = value;
                Expr { kind: ExprKind::Across(Box::new(out)), ty, span }
            }
            None => unknown(span),
        }
    }

    /// A whole number of at least 1.
    pub(super) fn whole(&mut self, expr: &ast::Expr, what: &'static str) -> Option<u32> {
        let count = self.constant(expr, Type::PLAIN, what)?;
        let found = count.to_int().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
        if found.is_none() {
            let message = "a whole number of at least 1 is wanted here";
            self.error(Code::WrongArguments, expr.span, message, "not a count", "write a number such as 5");
        }
        found
    }

    /// The value per account, and the type of the whole.
    fn account_value(
        &mut self,
        function: A,
        entry: &Entry,
        value: Option<&ast::Expr>,
        span: Span,
    ) -> Option<(Option<Expr>, Type)> {
        let signature = entry.signature.replace("SOURCE …", "accounts");
        let answers = matches!(function, A::Nps | A::NpsMargin | A::Csat | A::CsatMean | A::Ces);
        if function == A::NearDuplicates {
            let message = "`near_duplicates` compares the texts of rows";
            self.error(Code::WrongArguments, span, message, "over accounts", "name an event table");
            return None;
        }
        if answers || matches!(function, A::First | A::Last | A::NthLast | A::Run | A::Matches) {
            let (message, help) = if answers {
                let message = format!("`{}` is taken over answers, not over accounts", entry.name);
                (message, "take the mean: `avg(… of accounts)`")
            } else {
                let message = "accounts have no order in time".to_string();
                (message, "take the largest or smallest: `max(… of accounts)`")
            };
            self.error(Code::WrongArguments, span, message, "over accounts", help);
            return None;
        }
        if let (A::Paired(pairing), Some(value)) = (function, value) {
            return self.second_of_pair(pairing, entry, value, &Scope::Account);
        }
        let Some(value) = value else {
            if function == A::Count {
                return Some((None, Type::PLAIN));
            }
            let message = format!("`{}` of what?", entry.name);
            self.error(
                Code::WrongArguments,
                span,
                message,
                "only the accounts are named",
                format!("it is called `{signature}`"),
            );
            return None;
        };
        if function == A::Count {
            self.error(
                Code::WrongArguments,
                value.span,
                "`count` counts accounts, not values",
                "says nothing here",
                "write `count(accounts where …)`, or `distinct(… of accounts)`",
            );
            return None;
        }
        if function == A::Share {
            let condition = self.condition(value, &Scope::Account);
            return (condition.ty != Type::Unknown).then_some((Some(condition), Type::Number(Unit::Ratio)));
        }
        let typed = self.expr(value, &Scope::Account, None);
        if typed.ty == Type::Unknown {
            return None;
        }
        let fits = match function {
            A::Distinct => true,
            A::Min | A::Max => typed.ty.is_number() || typed.ty.is_date(),
            _ => typed.ty.is_number(),
        };
        if !fits {
            let help = match typed.ty {
                Type::Boolean => "take the share: `share(… of accounts)`".to_string(),
                _ => format!("it is called `{signature}`"),
            };
            let message = format!("`{}` wants numbers", entry.name);
            self.error(Code::TypeMismatch, value.span, message, &format!("this is {}", typed.ty), help);
            return None;
        }
        let ty = match function {
            A::Distinct | A::Hhi | A::EffectiveNumber => Type::PLAIN,
            A::TopShare => Type::Number(Unit::Ratio),
            _ => typed.ty,
        };
        Some((Some(typed), ty))
    }

    fn account_clause(&mut self, clause: &ast::Clause, out: &mut Across, entry: &Entry) {
        let word = match &clause.kind {
            ClauseKind::Where(condition) => {
                if out.filter.is_none() {
                    out.filter = Some(self.condition(condition, &Scope::Account));
                    return;
                }
                self.error(
                    Code::ClauseMisplaced,
                    clause.span,
                    "`where` is said twice",
                    "second time",
                    "join the two conditions with `and`",
                );
                return;
            }
            ClauseKind::WeightedBy(weight) if matches!(out.function, A::Avg | A::Share) => {
                let typed = self.expr(weight, &Scope::Account, None);
                if !typed.ty.is_number() && typed.ty != Type::Unknown {
                    let label = format!("this is {}", typed.ty);
                    self.error(Code::TypeMismatch, weight.span, "a weight is a number", &label, "name a number");
                }
                out.weight = Some(typed);
                return;
            }
            ClauseKind::WeightedBy(_) => {
                self.error(
                    Code::ClauseMisplaced,
                    clause.span,
                    format!("`{}` is not weighted", entry.name),
                    "only `avg` and `share` are",
                    "multiply the value instead",
                );
                return;
            }
            ClauseKind::In(_) => {
                let help = "put the window into the value of the account, or shift the whole: `… as of 90 days ago`";
                let message = "accounts have no date to lie in a window";
                self.error(Code::ClauseMisplaced, clause.span, message, "a window of rows", help);
                return;
            }
            _ => "this",
        };
        let message = format!("{word} is done to rows, and accounts are not rows of an account");
        let help = "take it out, or put it into the value of each account";
        self.error(Code::ClauseMisplaced, clause.span, message, "a clause for rows", help);
    }

    // ---------- one among others ----------

    /// `percentile of x within size at least 8 accounts`
    pub(super) fn ranked(
        &mut self,
        function: &Name,
        value: &ast::Expr,
        (within, against, at_least): (Option<&Name>, Option<ast::Shift>, Option<&ast::Expr>),
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let words = format!("`{} of …`", function.text);
        match scope {
            Scope::Constant(what) => {
                self.not_constant(&words, span, what, "computed for each account");
                return unknown(span);
            }
            Scope::Portfolio => {
                let message = format!("{words} places one account among others, and this is about the whole portfolio");
                let help = "take it of accounts: `share(… of accounts)`, or declare a metric";
                self.error(Code::GrainMismatch, span, message, "of which account?", help);
                return unknown(span);
            }
            Scope::Row(_) | Scope::Child(_) | Scope::Account if scope.table().is_some() || self.called_in_rows => {
                let help = "declare it as a metric of its own and name that";
                let message = "accounts are not compared inside an aggregate of rows";
                self.error(Code::ClauseMisplaced, span, message, "all accounts, for each row", help);
                return unknown(span);
            }
            Scope::Row(_) | Scope::Child(_) | Scope::Account => {}
        }
        let typed = self.expr(value, scope, None);
        let sound = self.number(&typed);
        let within = match within {
            None => Some(None),
            Some(name) => self.within(name).map(Some),
        };
        let function = match function.text.as_str() {
            "zscore" => R::Zscore,
            "tscore" => R::Tscore,
            "normal score" => R::NormalScore,
            "rank" => R::Rank,
            _ => R::Percentile,
        };
        let default = if function == R::Rank { 1 } else { LEAST };
        let least = match at_least {
            None => Some(default),
            Some(least) => self.whole(least, "the least number of accounts"),
        };
        if let (Some(1), Some(at), R::Zscore | R::Tscore | R::NormalScore) = (least, at_least, function) {
            let message = "one account has no standard deviation";
            self.error(Code::WrongArguments, at.span, message, "too few", "write `at least 2 accounts` or more");
            return unknown(span);
        }
        let (Some(within), Some(at_least), true) = (within, least, sound) else { return unknown(span) };
        let ty = match function {
            R::Percentile | R::Tscore | R::NormalScore => Type::Number(Unit::Points),
            R::Zscore | R::Rank => Type::PLAIN,
        };
        Expr {
            kind: ExprKind::Ranked(Box::new(Ranked { function, value: typed, within, against, at_least })),
            ty,
            span,
        }
    }

    fn within(&mut self, name: &Name) -> Option<Within> {
        match self.symbol(&name.text) {
            Some(Symbol::Partition(i)) => Some(Within::Partition(PartitionId(i as u32))),
            Some(Symbol::Segment(i)) => Some(Within::Group(SegmentRef::Segment(SegmentId(i as u32)))),
            Some(Symbol::Part(i, part)) => Some(Within::Group(SegmentRef::Part(PartitionId(i as u32), part as u32))),
            None if self.symbols.left_out(&name.text) => None,
            other => {
                let (code, message) = match other {
                    Some(symbol) => (Code::WrongKind, format!("`{}` is {}, not a segment", name.text, symbol.words())),
                    None => (Code::UnknownName, format!("there are no segments `{}`", name.text)),
                };
                let diagnostic = Diagnostic::new(code, name.span, message).label("segments are wanted here");
                let fits = |s: &Symbol| matches!(s, Symbol::Segment(_) | Symbol::Part(..) | Symbol::Partition(_));
                let names: Vec<&str> =
                    self.symbols.names.iter().filter(|(_, (s, _))| fits(s)).map(|(n, _)| *n).collect();
                let otherwise = "name a segment or a partition, or leave `within` out for everyone";
                let diagnostic = self.suggest(diagnostic, &name.text, name.span, names, otherwise);
                self.push(diagnostic);
                None
            }
        }
    }
}
