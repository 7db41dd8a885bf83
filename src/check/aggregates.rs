//! Aggregates over rows: their value, their clauses, and what an optional column decides silently.

use super::concentration::takes_more;
use super::domain;
use super::pipeline::is_money;
use super::{Checker, Scope, unknown};
use crate::ast::{self, ArgumentKind, Call, Clause, ClauseKind, Name};
use crate::builtins::{AggregateFunction as A, Entry};
use crate::diagnostics::{Code, Diagnostic, Edit, Fix};
use crate::number::Decimal;
use crate::program::{Aggregate, Decay, Dedupe, Expr, ExprKind, FieldId, Kin, TableId, TableKind, Type, Unit};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::HashMap;

impl Checker<'_, '_> {
    // ---------- aggregates ----------

    pub(super) fn aggregate(&mut self, function: A, entry: &Entry, call: &Call, span: Span, scope: &Scope) -> Expr {
        match scope {
            Scope::Constant(what) => {
                self.not_constant("this", span, what, "counted for each account");
                return unknown(span);
            }
            _ if matches!(scope, Scope::Row(_)) || self.called_in_rows => {
                self.error(
                    Code::ClauseMisplaced,
                    span,
                    "an aggregate cannot stand inside another",
                    "rows within rows",
                    "declare it as a metric of its own and name that",
                );
                return unknown(span);
            }
            _ => {}
        }
        if function == A::Matches {
            return self.matched(entry, call, span, scope);
        }
        let mut value: Option<&ast::Expr> = None;
        let mut source: Option<(TableId, Span)> = None;
        let mut clauses: &[Clause] = &[];
        let mut at_least = None;
        let mut all_answers = None;
        let mut extra: Option<&ast::Expr> = None;
        for (i, argument) in call.arguments.iter().enumerate() {
            match &argument.kind {
                ArgumentKind::Rows { value: v, source: s, clauses: c } if i == 0 => {
                    value = v.as_ref();
                    clauses = c;
                    source = self.source(s).map(|id| (id, s.span));
                    if source.is_none() {
                        return unknown(span);
                    }
                }
                ArgumentKind::Value(ast::Expr { kind: ast::ExprKind::Name(name), span: at }) if i == 0 => {
                    let name = Name { text: name.clone(), span: *at };
                    source = self.source(&name).map(|id| (id, *at));
                    if source.is_none() {
                        return unknown(span);
                    }
                }
                ArgumentKind::AtLeast(n) if i > 0 => {
                    let count = self.constant(n, Type::PLAIN, "the least number of answers");
                    match count.and_then(Decimal::to_int).and_then(|n| u32::try_from(n).ok()) {
                        Some(n) => at_least = Some(n),
                        None if count.is_some() => self.error(
                            Code::WrongArguments,
                            n.span,
                            "a whole number is wanted here",
                            "not a count",
                            "write `at least 5 answers`",
                        ),
                        None => {}
                    }
                }
                ArgumentKind::AllAnswers if i > 0 => all_answers = Some(argument.span),
                ArgumentKind::Value(n) if i == 1 && takes_more(function) => extra = Some(n),
                _ => {
                    self.error(
                        Code::WrongArguments,
                        argument.span,
                        format!("`{}` does not take this", entry.name),
                        "not expected here",
                        format!("it is called `{}`", entry.signature),
                    );
                    return unknown(span);
                }
            }
        }
        let Some((table, source_span)) = source else {
            self.error(
                Code::WrongArguments,
                span,
                format!("`{}` wants rows to look at", entry.name),
                "no event table is named",
                format!("it is called `{}`", entry.signature),
            );
            return unknown(span);
        };
        let Some(reach) = self.reach(table, source_span, scope) else { return unknown(span) };
        if !self.fits_rows(function, entry, table, span) {
            return unknown(span);
        }
        let row = Scope::Row(table);
        let bare = !clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Where(_)));
        let (value, ty) = match self.aggregate_value(function, entry, value, &row, span, (source_span, bare)) {
            Some(found) => found,
            None => return unknown(span),
        };
        let mut out = Aggregate { reach, value, at_least, ..Aggregate::of(function, table) };
        let mut seen: HashMap<&'static str, Span> = HashMap::new();
        let undated = self.program.table(table).is_some_and(|t| t.kind.at().is_none());
        let joined = if undated { super::grains::windows_in_conditions(clauses) } else { None };
        for clause in joined.as_deref().unwrap_or(clauses) {
            if !undated || self.fits_undated(clause, table) {
                self.clause(clause, &mut out, &row, &mut seen, entry);
            }
        }
        let among_keys = self.number_among_keys(function, clauses);
        if !self.extra(&mut out, extra.or(among_keys.as_ref()), entry, span) {
            return unknown(span);
        }
        if matches!(function, A::Nps | A::NpsMargin)
            && out.latest_per.is_empty()
            && out.dedupe.is_none()
            && all_answers.is_none()
        {
            out.latest_per.extend(self.table_field(table, "contact").map(|(id, _)| id));
        }
        if let (Some(at), true) = (all_answers, !matches!(function, A::Nps | A::NpsMargin)) {
            self.error(
                Code::ClauseMisplaced,
                at,
                "only `nps` keeps the latest answer per contact by itself",
                "says nothing here",
                "take `all answers` out",
            );
        }
        Expr { kind: ExprKind::Aggregate(Box::new(out)), ty, span }
    }

    pub(super) fn source(&mut self, name: &Name) -> Option<TableId> {
        if let Some(id) = self.events(&name.text) {
            return Some(id);
        }
        if self.symbols.left_out(&name.text) {
            return None;
        }
        let mut events: Vec<&str> = self
            .program
            .tables
            .iter()
            .filter(|t| !matches!(t.kind, TableKind::Rows { .. }))
            .map(|t| t.header.name.as_str())
            .collect();
        let (code, message) = match self.symbol(&name.text) {
            Some(Symbol::Table(_)) => (
                Code::WrongKind,
                format!("`{}` has one row per key, so there is nothing to aggregate for an account", name.text),
            ),
            Some(symbol) => (Code::WrongKind, format!("`{}` is {}, not an event table", name.text, symbol.words())),
            None => (Code::UnknownName, format!("there is no event table `{}`", name.text)),
        };
        let diagnostic = Diagnostic::new(code, name.span, message).label("rows of an event table are wanted");
        if let Some(help) = self.relatives(&name.text) {
            self.push(diagnostic.help(help));
            return None;
        }
        let own = self.subject().filter(|account| account.fields.iter().any(|field| field.name == name.text));
        if let Some(account) = own.map(|account| account.header.name.clone()) {
            let help = format!(
                "`{0}` is a column of `{account}`, one value each: write `{0}`, or take it of all accounts together: \
                 `avg({0} of {account})`",
                name.text
            );
            self.push(diagnostic.help(help));
            return None;
        }
        if self.subject().is_some_and(|account| account.fields.iter().any(|field| field.parent)) {
            events.extend(Kin::ALL.map(Kin::word));
        }
        let otherwise = format!("declare it: `events {} of account at date {{ … }}`", name.text);
        let diagnostic = self.suggest(diagnostic, &name.text, name.span, events.iter().copied(), otherwise);
        self.push(diagnostic);
        None
    }

    /// What to write for accounts that stand above or below, where a name seems to mean them.
    fn relatives(&self, name: &str) -> Option<String> {
        const WORDS: [&str; 10] = [
            "parent",
            "parents",
            "child",
            "subsidiaries",
            "ancestors",
            "siblings",
            "group",
            "relatives",
            "hierarchy",
            "tree",
        ];
        let account = self.subject()?;
        let above = account.fields.iter().find(|field| field.parent)?;
        let account = &account.header.name;
        (above.name == name || WORDS.contains(&name)).then(|| {
            format!(
                "take the rows around it: `children` are those right below this `{account}`, `descendants` all below, \
                 `family` itself with them"
            )
        })
    }

    /// `sum(status = completed of activity …)` adds up yes and no, where rows are to be counted.
    fn sum_of_condition(&mut self, entry: &Entry, condition: Span, span: Span, (table, source): (&str, Span)) {
        let verb = Span { end: span.start + entry.name.len() as u32, ..span };
        let after = Span { start: condition.end, end: source.end, ..condition };
        let mut finding = Diagnostic::new(Code::TypeMismatch, condition, format!("`{}` wants numbers", entry.name))
            .label("this is yes or no")
            .help(format!("count the rows, `count({table} where …)`, or take their share, `share(… of {table})`"));
        let edits =
            [(verb, "count".to_string()), (condition.before(), format!("{table} where ")), (after, String::new())];
        finding.fix = Some(Fix {
            title: "count the rows for which it holds".to_string(),
            edits: edits.map(|(span, text)| Edit { span, text }).to_vec(),
        });
        self.push(finding);
    }

    /// The value per row, and the type of the whole.
    pub(super) fn aggregate_value(
        &mut self,
        function: A,
        entry: &Entry,
        value: Option<&ast::Expr>,
        row: &Scope,
        span: Span,
        (source_span, bare): (Span, bool),
    ) -> Option<(Option<Expr>, Type)> {
        if let (A::Paired(pairing), Some(value)) = (function, value) {
            return self.second_of_pair(pairing, entry, value, row);
        }
        let wants_value = !matches!(function, A::Count | A::First | A::Last | A::NthLast);
        let Some(value) = value else {
            if wants_value {
                self.error(
                    Code::WrongArguments,
                    source_span,
                    format!("`{}` of what?", entry.name),
                    "only the rows are named",
                    format!("it is called `{}`", entry.signature),
                );
                return None;
            }
            let ty = if function == A::Count { Type::PLAIN } else { Type::Date };
            return Some((None, ty));
        };
        if function == A::Count {
            self.error(
                Code::WrongArguments,
                value.span,
                "`count` counts rows, not values",
                "says nothing here",
                "write `count(SOURCE where …)`, or `distinct(… of SOURCE)`",
            );
            return None;
        }
        if matches!(function, A::Share | A::Run) {
            let condition = self.condition(value, row);
            let ty = if function == A::Run { Type::PLAIN } else { Type::Number(Unit::Ratio) };
            return (condition.ty != Type::Unknown).then_some((Some(condition), ty));
        }
        let typed = self.expr(value, row, None);
        if typed.ty == Type::Unknown {
            return None;
        }
        let ordered = typed.ty.is_number() || typed.ty.is_date();
        let fits = match function {
            A::Sum | A::Avg | A::Median | A::Stddev | A::Nps | A::NpsMargin | A::Csat | A::CsatMean | A::Ces => {
                typed.ty.is_number()
            }
            A::TopShare | A::Hhi | A::EffectiveNumber | A::WithoutTop => typed.ty.is_number(),
            A::NearDuplicates => typed.ty == Type::Text,
            A::Min | A::Max => ordered,
            _ => true,
        };
        if !fits && function == A::Sum && typed.ty == Type::Boolean && bare {
            let Scope::Row(table) = row else { return None };
            let table = self.program.table(*table).map_or(String::new(), |t| t.header.name.clone());
            self.sum_of_condition(entry, value.span, span, (&table, source_span));
            return None;
        }
        if !fits {
            let help = match typed.ty {
                Type::Boolean => "take the share: `share(… of …)`".to_string(),
                _ => format!("it is called `{}`", entry.signature),
            };
            self.error(
                Code::TypeMismatch,
                value.span,
                format!("`{}` wants {}", entry.name, if function == A::NearDuplicates { "a text" } else { "numbers" }),
                &format!("this is {}", typed.ty),
                help,
            );
            return None;
        }
        if let Some((low, high)) = answers_of(function) {
            let Scope::Row(table) = row else { return None };
            let answers = domain::of(&typed, self, Some(*table));
            let within = answers.low.is_some_and(|l| l >= Decimal::int(low))
                && answers.high.is_some_and(|h| h <= Decimal::int(high));
            let question = match function {
                A::Nps | A::NpsMargin => "the recommendation question".to_string(),
                _ => format!("`{}`", entry.name),
            };
            if !within {
                self.error(
                    Code::NpsRange,
                    value.span,
                    match (answers.low, answers.high) {
                        (None, None) => format!("answers to {question} are {low} to {high}, but nothing limits this"),
                        (least, most) => format!(
                            "answers to {question} are {low} to {high}, but this may be {}",
                            super::interval::words(least, most, true, Type::PLAIN)
                        ),
                    },
                    &match function {
                        A::Nps | A::NpsMargin => {
                            "a code such as 11 for no answer would count as a promoter".to_string()
                        }
                        _ => "a code such as 99 for no answer would count as the best of all".to_string(),
                    },
                    format!(
                        "declare the column `integer {low} to {high}`; other answers are then rejected and counted"
                    ),
                );
                return None;
            }
        }
        let ty = match function {
            A::Distinct | A::Hhi | A::EffectiveNumber | A::NearDuplicates => Type::PLAIN,
            A::TopShare => Type::Number(Unit::Ratio),
            A::Nps | A::NpsMargin => Type::Number(Unit::Nps),
            A::Csat => Type::Number(Unit::Ratio),
            A::CsatMean => Type::Number(Unit::Points),
            A::Ces => Type::PLAIN,
            _ => typed.ty,
        };
        let _ = span;
        Some((Some(typed), ty))
    }

    pub(super) fn clause(
        &mut self,
        clause: &Clause,
        out: &mut Aggregate,
        row: &Scope,
        seen: &mut HashMap<&'static str, Span>,
        entry: &Entry,
    ) {
        let word = match &clause.kind {
            ClauseKind::Where(_) => "where",
            ClauseKind::In(_) => "in",
            ClauseKind::Dedupe { .. } => "dedupe",
            ClauseKind::LatestPer(_) => "latest per",
            ClauseKind::Cap { points: Some(_), .. } => "cap … points",
            ClauseKind::Cap { most, .. } if is_money(most) => "cap … points",
            ClauseKind::Cap { .. } => "cap",
            ClauseKind::Diminish { .. } => "diminish",
            ClauseKind::Decay { .. } | ClauseKind::DecaySteps { .. } => "decay",
            ClauseKind::WeightedBy(_) => "weighted by",
            ClauseKind::By { .. } => "by",
        };
        if let Some(first) = seen.insert(word, clause.span) {
            self.push(
                Diagnostic::new(Code::ClauseMisplaced, clause.span, format!("`{word}` is said twice"))
                    .label("second time")
                    .also(first, "first time")
                    .help(if word == "where" { "join the two conditions with `and`" } else { "take one of them out" }),
            );
            return;
        }
        match &clause.kind {
            ClauseKind::Where(condition) => {
                let typed = self.condition(condition, row);
                self.optional_decides(&typed, row, false);
                out.filter = Some(typed);
            }
            ClauseKind::In(window) => {
                if let ast::WindowKind::Next(duration) = window.kind {
                    let message = "rows after the as-of date are never seen";
                    let back = format!("last {duration}");
                    self.push(Diagnostic::new(Code::ClauseMisplaced, window.span, message).label("looks ahead").fix(
                        format!("look back: `in {back}`"),
                        window.span,
                        back,
                    ));
                }
                if let ast::WindowKind::LastComplete(count, _) = window.kind {
                    self.periods(count, window.span);
                }
                out.window = Some(window.kind);
            }
            ClauseKind::Dedupe { by, within, chain, keep } => {
                let by = self.columns(by, row);
                let within_days = match within.map(|w| (w.duration.days(), w.span)) {
                    Some((Some(days), _)) => Some(days),
                    Some((None, at)) => {
                        self.error(
                            Code::TypeMismatch,
                            at,
                            "`within` wants a number of days",
                            "months differ in length",
                            "write the days: `within 30 days`",
                        );
                        None
                    }
                    None => None,
                };
                let keep = self.keep(keep.as_ref(), "which of the repeats?", out, row);
                out.dedupe = Some(Dedupe { by, within_days, chain: *chain, keep });
            }
            ClauseKind::By { keys, within } => {
                out.by = self.shares_by(keys, within.as_ref(), row, out.function, entry, clause.span);
            }
            ClauseKind::LatestPer(by) => out.latest_per = self.columns(by, row),
            ClauseKind::Cap { most, points, period, keep } if points.is_some() || is_money(most) => {
                out.value_cap = self.value_cap(clause.span, most, *period, keep.as_ref(), out, entry);
            }
            ClauseKind::Cap { most, period, keep, .. } => {
                out.cap = self.row_cap(most, *period, keep.as_ref(), out, row);
            }
            ClauseKind::Diminish { by, period } => {
                out.diminish = self.diminish(clause.span, by, *period, out, entry);
            }
            ClauseKind::DecaySteps { steps, otherwise } => {
                if self.fades(clause.span, "decay half-life 90 days", out, entry) {
                    out.decay = self.decay_steps(steps, otherwise);
                }
            }
            ClauseKind::Decay { linear, over } => {
                if !self.fades(clause.span, "decay half-life 90 days", out, entry) {
                    return;
                }
                match over.duration.days() {
                    Some(days) if days > 0 => {
                        out.decay = Some(if *linear { Decay::Linear(days) } else { Decay::HalfLife(days) });
                    }
                    _ => self.error(
                        Code::TypeMismatch,
                        over.span,
                        "`decay` wants a number of days",
                        "months differ in length, and 0 is none",
                        "write the days: `90 days`",
                    ),
                }
            }
            ClauseKind::WeightedBy(weight) => {
                if !matches!(out.function, A::Avg | A::Share | A::Nps | A::Csat | A::CsatMean | A::Ces) {
                    self.error(
                        Code::ClauseMisplaced,
                        clause.span,
                        format!("`{}` is not weighted", entry.name),
                        "only `avg`, `share` and `nps` are",
                        "multiply the value instead",
                    );
                    return;
                }
                let typed = self.expr(weight, row, None);
                if typed.ty.is_number() {
                    out.weight = Some(typed);
                } else if typed.ty != Type::Unknown {
                    self.error(
                        Code::TypeMismatch,
                        weight.span,
                        "a weight is a number",
                        &format!("this is {}", typed.ty),
                        "name a number column",
                    );
                }
            }
        }
    }

    pub(super) fn columns(&mut self, names: &[Name], row: &Scope) -> Vec<FieldId> {
        let Scope::Row(table) = row else { return Vec::new() };
        let mut out = Vec::new();
        for name in names {
            match self.table_field(*table, &name.text) {
                Some((id, _)) => out.push(id),
                None => {
                    self.unknown_column(name, *table);
                }
            }
        }
        out
    }

    /// Points out where an optional column decides silently: a condition on its missing cells counts as not met.
    pub(super) fn optional_decides(&mut self, condition: &Expr, scope: &Scope, branch: bool) {
        let clauses: &[Expr] = match &condition.kind {
            ExprKind::And(list) | ExprKind::Or(list) => list,
            _ => std::slice::from_ref(condition),
        };
        let column = |expr: &Expr| match (&expr.kind, scope) {
            (ExprKind::RowField(id), Scope::Row(table) | Scope::Child(table)) => Some((*table, *id)),
            (ExprKind::Related { of, field }, _) => Some((*of, *field)),
            (ExprKind::Field(id), _) => self.program.subject.map(|table| (table, *id)),
            _ => None,
        };
        let guarded: Vec<(TableId, FieldId)> = clauses
            .iter()
            .filter_map(|clause| match &clause.kind {
                ExprKind::IsMissing { value, .. } => column(value),
                _ => None,
            })
            .collect();
        let mut found: Vec<(String, Span)> = Vec::new();
        for clause in clauses {
            let value = match &clause.kind {
                ExprKind::Compare(_, a, _) => a,
                ExprKind::In { value, .. } | ExprKind::Within { value, .. } => value,
                ExprKind::Not(inner) => inner,
                _ => clause,
            };
            if let Some(place @ (table, id)) = column(value)
                && !guarded.contains(&place)
                && let Some(field) = self.program.table(table).and_then(|t| t.fields.get(id.index()))
                && field.optional
            {
                found.push((field.name.clone(), clause.span));
            }
        }
        for (name, span) in found {
            let diagnostic = if branch {
                Diagnostic::new(Code::OptionalDecides, span, format!("without `{name}` the `else` is taken here"))
                    .help(format!("if that is not meant, ask for `{name} is missing` first; if it is, all is well"))
            } else {
                Diagnostic::new(Code::OptionalDecides, span, format!("rows without `{name}` do not count here"))
                    .help(format!("if they should count, add `or {name} is missing`; if not, all is well"))
            };
            self.push(diagnostic.label(format!("`{name}` is optional, and unknown counts as not met")));
        }
    }
}

/// The answers that a survey function understands.
fn answers_of(function: A) -> Option<(i64, i64)> {
    match function {
        A::Nps | A::NpsMargin => Some((0, 10)),
        A::Csat | A::CsatMean => Some((1, 5)),
        A::Ces => Some((1, 7)),
        _ => None,
    }
}
