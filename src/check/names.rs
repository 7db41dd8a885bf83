//! Names in expressions: what each means where it stands, and what was meant where it means nothing.

use super::{Checker, Scope, unknown};
use crate::ast::{self, ExprKind as Ast, Name};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{
    EnumId, Expr, ExprKind, MetricId, MissingWord, ParamId, PartitionId, ScorecardId, SegmentId, TableId, Type,
};
use crate::resolve::Symbol;
use crate::span::Span;
use crate::value::Value;

impl Checker<'_, '_> {
    // ---------- names ----------

    /// What a bare name means.
    pub(super) fn name(&mut self, name: &str, span: Span, scope: &Scope, expected: Option<Type>) -> Expr {
        if let Some(Type::Enum(list)) = expected
            && let Some(value) = self.enum_value(list, name, span)
        {
            return value;
        }
        if let Some((argument, size)) = self.arguments.last().and_then(|frame| frame.get(name)) {
            let (argument, depth) = (argument.clone(), size.depth);
            self.expanded = self.expanded.saturating_add(size.parts);
            let grown = self.grows_too_large(span) || self.grows_too_deep(depth, span);
            return if grown { unknown(span) } else { argument };
        }
        if let Some(found) = self.lookup(name, span, scope) {
            return found;
        }
        self.unknown_name(name, span, scope, expected);
        unknown(span)
    }

    /// The meaning of a name without any complaint, for deciding which side of a comparison to type first.
    pub(super) fn means_something(&self, name: &str, scope: &Scope) -> bool {
        let constant = matches!(scope, Scope::Constant(_));
        self.arguments.last().is_some_and(|frame| frame.contains_key(name))
            || scope.table().is_some_and(|table| self.table_field(table, name).is_some())
            || (!constant && self.subject_field(name).is_some())
            || self.declared(name).is_some()
    }

    /// True for a bare word that means nothing by itself: compared with something of unknown type, it may be right.
    pub(super) fn may_be_value(&self, expr: &ast::Expr, scope: &Scope) -> bool {
        matches!(&expr.kind, Ast::Name(word) if !self.means_something(word, scope))
            || self.hyphenated(expr, scope).is_some()
    }

    /// `case-study`, `n/a`: words that mean nothing by themselves with a sign between, as data is written.
    pub(super) fn hyphenated(&self, expr: &ast::Expr, scope: &Scope) -> Option<String> {
        let parts: Vec<(&str, &ast::Expr)> = match &expr.kind {
            Ast::Sum(terms) => terms.iter().map(|t| (if t.negative { "-" } else { "+" }, &t.value)).collect(),
            Ast::Product(factors) => factors.iter().map(|f| (if f.divide { "/" } else { "*" }, &f.value)).collect(),
            _ => return None,
        };
        let mut written = String::new();
        for (i, (sign, part)) in parts.iter().enumerate() {
            if i > 0 {
                written.push_str(sign);
            }
            match &part.kind {
                Ast::Name(word) if !self.means_something(word, scope) => written.push_str(word),
                Ast::Number(n) if i > 0 => written.push_str(&n.to_string()),
                _ => return None,
            }
        }
        (!written.contains(['+', '*'])).then_some(written)
    }

    /// True for `fintech` in `fintech = industry`: a value of the other side's list, and not of that type itself.
    pub(super) fn is_value_of(&self, word: &str, other: &str, scope: &Scope) -> bool {
        let of = |name: &str| -> Option<Type> {
            if let Some(argument) = self.arguments.last().and_then(|frame| frame.get(name)) {
                return Some(argument.0.ty);
            }
            if let Some(table) = scope.table()
                && let Some((_, field)) = self.table_field(table, name)
            {
                return Some(field.ty);
            }
            if let Some((_, field)) = self.subject_field(name) {
                return Some(field.ty);
            }
            match self.declared(name)? {
                Symbol::Partition(i) => Some(Type::Enum(self.partitions.get(i)?.as_ref()?.values)),
                Symbol::Metric(i) => Some(self.metrics.get(i)?.as_ref()?.value.ty),
                Symbol::Portfolio(i) => Some(self.portfolio.get(i)?.as_ref()?.value.ty),
                Symbol::RowMetric(i) => Some(self.row_metrics.get(i)?.as_ref()?.value.ty),
                Symbol::Param(i) => Some(self.params.get(i)?.as_ref()?.ty),
                _ => None,
            }
        };
        let Some(ty @ Type::Enum(list)) = of(other) else { return false };
        of(word) != Some(ty) && self.enum_value(list, word, Span::default()).is_some()
    }

    /// The symbol of a name, also where only a finished program is at hand.
    pub(super) fn declared(&self, name: &str) -> Option<Symbol> {
        if let Some(symbol) = self.symbols.get(name) {
            return Some(symbol);
        }
        if !self.symbols.names.is_empty() {
            return None;
        }
        let place = |names: &mut dyn Iterator<Item = &str>| names.enumerate().find(|(_, n)| *n == name).map(|(i, _)| i);
        let program = &self.program;
        if let Some(i) = place(&mut program.params.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Param(i));
        }
        if let Some(i) = place(&mut program.segments.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Segment(i));
        }
        if let Some(i) = place(&mut program.partitions.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Partition(i));
        }
        for (i, partition) in program.partitions.iter().enumerate() {
            if let Some(part) = partition.parts.iter().position(|p| p.name == name) {
                return Some(Symbol::Part(i, part));
            }
        }
        if let Some(i) = place(&mut program.metrics.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Metric(i));
        }
        if let Some(i) = place(&mut program.portfolio.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Portfolio(i));
        }
        if let Some(i) = place(&mut program.row_metrics.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::RowMetric(i));
        }
        if let Some(i) = place(&mut program.benchmarks.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Benchmark(i));
        }
        if let Some(i) = place(&mut program.scorecards.iter().map(|p| p.header.name.as_str())) {
            return Some(Symbol::Scorecard(i));
        }
        place(&mut program.tables.iter().map(|p| p.header.name.as_str())).map(Symbol::Table)
    }

    /// The symbol of a name; see [`Checker::declared`].
    pub(super) fn symbol(&self, name: &str) -> Option<Symbol> {
        self.declared(name)
    }

    pub(super) fn lookup(&mut self, name: &str, span: Span, scope: &Scope) -> Option<Expr> {
        let make = |kind: ExprKind, ty: Type| Some(Expr { kind, ty, span });
        // A definition does not see the row that its caller is about.
        if let Some(table) = scope.table().filter(|_| self.called_at.is_none() || matches!(scope, Scope::Row(_)))
            && let Some((id, field)) = self.table_field(table, name)
        {
            return make(ExprKind::RowField(id), field.ty);
        }
        let constant = match scope {
            Scope::Constant(what) => Some(*what),
            _ => None,
        };
        if let Some((id, field)) = self.subject_field(name) {
            let ty = field.ty;
            if self.is_whole(scope) {
                return Some(self.account_grain(name, span, ty));
            }
            let Some(what) = constant else { return make(ExprKind::Field(id), ty) };
            self.not_constant(&format!("`{name}`"), span, what, "a column: it differs between accounts");
            return Some(unknown(span));
        }
        let symbol = self.declared(name)?;
        if let Some(what) = constant
            && !matches!(symbol, Symbol::Param(_))
        {
            self.not_constant(&format!("`{name}`"), span, what, &format!("this is {}", symbol.words()));
            return Some(unknown(span));
        }
        if self.is_whole(scope)
            && let Some(ty) = self.grain_of_accounts(symbol)
        {
            return Some(self.account_grain(name, span, ty));
        }
        match symbol {
            Symbol::Param(i) => {
                let ty = self.params.get(i).and_then(Option::as_ref).map_or(Type::Unknown, |p| p.ty);
                make(ExprKind::Param(ParamId(i as u32)), ty)
            }
            Symbol::Segment(i) => make(ExprKind::Segment(SegmentId(i as u32)), Type::Boolean),
            Symbol::Part(i, part) => make(ExprKind::Part(PartitionId(i as u32), part as u32), Type::Boolean),
            Symbol::Partition(i) => {
                let ty =
                    self.partitions.get(i).and_then(Option::as_ref).map_or(Type::Unknown, |p| Type::Enum(p.values));
                make(ExprKind::Partition(PartitionId(i as u32)), ty)
            }
            Symbol::Metric(i) => {
                let ty = self.metrics.get(i).and_then(Option::as_ref).map_or(Type::Unknown, |m| m.value.ty);
                make(ExprKind::Metric(MetricId(i as u32)), ty)
            }
            Symbol::Portfolio(i) => {
                let ty = self.portfolio.get(i).and_then(Option::as_ref).map_or(Type::Unknown, |m| m.value.ty);
                make(ExprKind::Portfolio(crate::program::PortfolioId(i as u32)), ty)
            }
            Symbol::RowMetric(i) => Some(self.row_metric_value(name, i, span, scope)),
            Symbol::Scorecard(i) => make(ExprKind::Score(ScorecardId(i as u32)), self.score_type(i)),
            Symbol::Define(_) => {
                self.error(
                    Code::WrongKind,
                    span,
                    format!("`{name}` is a definition and wants arguments"),
                    "called without arguments",
                    format!("write `{name}(…)`"),
                );
                Some(unknown(span))
            }
            Symbol::Table(_) => {
                self.error(
                    Code::WrongKind,
                    span,
                    format!("`{name}` is a table, not a value"),
                    "many rows",
                    format!("say what of them: `count({name} …)`, `last({name} …)`"),
                );
                Some(unknown(span))
            }
            Symbol::Benchmark(_) => {
                self.error(
                    Code::WrongKind,
                    span,
                    format!("`{name}` is a benchmark, not a value"),
                    "three figures",
                    format!("ask for the distance, `gap({name})`, or for the quarter, `position({name})`"),
                );
                Some(unknown(span))
            }
            Symbol::Objective(_)
            | Symbol::Rule(_)
            | Symbol::PortfolioRule(_)
            | Symbol::RowRule(_)
            | Symbol::Guard(_)
            | Symbol::Playbook(_)
            | Symbol::Calendar(_) => {
                self.error(
                    Code::WrongKind,
                    span,
                    format!("`{name}` is {}, which has no value", symbol.words()),
                    "not a value",
                    "name a metric, a scorecard, a segment or a column",
                );
                Some(unknown(span))
            }
        }
    }

    /// Reports a word that means nothing and is compared with yes or no; false if it is none, or near to a name.
    pub(super) fn beside_yes_or_no(&mut self, name: &str, span: Span, scope: &Scope) -> bool {
        let told = self.program.subject.is_none() || self.symbols.left_out(name) || self.many_errors();
        if told || self.means_something(name, scope) {
            return false;
        }
        let candidates = self.candidates(scope);
        if crate::diagnostics::nearest(name, candidates.iter().map(String::as_str)).is_some() {
            return false;
        }
        self.push(
            Diagnostic::new(Code::UnknownName, span, format!("there is no `{name}`"))
                .label("what it is compared with is yes or no")
                .fix("write `yes`", span, "yes"),
        );
        true
    }

    pub(super) fn unknown_name(&mut self, name: &str, span: Span, scope: &Scope, expected: Option<Type>) {
        if let Some(Type::Enum(list)) = expected {
            self.unknown_list_value(list, name, span);
            return;
        }
        // Without the table of accounts any name could be a column of it; and what was left out has been reported.
        if (self.program.subject.is_none() && !matches!(scope, Scope::Constant(_))) || self.symbols.left_out(name) {
            return;
        }
        let candidates = if self.many_errors() { Vec::new() } else { self.candidates(scope) };
        let mut diagnostic = Diagnostic::new(Code::UnknownName, span, format!("there is no `{name}`"));
        let near = crate::diagnostics::nearest(name, candidates.iter().map(String::as_str)).map(str::to_string);
        diagnostic = match scope {
            Scope::Row(table) | Scope::Child(table) => {
                let table = self.program.table(*table).map_or("", |t| t.header.name.as_str());
                diagnostic.label(format!("neither a column of `{table}` nor of the accounts, nor declared"))
            }
            Scope::Account => diagnostic.label("neither a column of the accounts nor declared"),
            Scope::Portfolio => diagnostic.label("not declared"),
            Scope::Constant(_) => diagnostic.label("not a parameter"),
        };
        diagnostic = match near {
            Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
            None => match scope {
                Scope::Row(table) | Scope::Child(table) => {
                    let fields: Vec<String> = self
                        .program
                        .table(*table)
                        .map_or(Vec::new(), |t| t.fields.iter().map(|f| format!("`{}`", f.name)).collect());
                    diagnostic.help(format!("the columns here are {}", fields.join(", ")))
                }
                Scope::Portfolio => diagnostic.help("declare it: `portfolio metric … = …`"),
                Scope::Account => diagnostic.help("declare it, or write a text in quotes"),
                Scope::Constant(_) => diagnostic.help(format!("declare it: `param {name} = …`")),
            },
        };
        self.push(diagnostic);
    }

    /// Every name that would have been right at a place.
    pub(super) fn candidates(&self, scope: &Scope) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        if let Some(table) = scope.table()
            && let Some(table) = self.program.table(table)
        {
            names.extend(table.fields.iter().map(|f| f.name.clone()));
        }
        let constant = matches!(scope, Scope::Constant(_));
        if !constant && let Some(table) = self.subject() {
            names.extend(table.fields.iter().map(|f| f.name.clone()));
        }
        for (name, (symbol, _)) in &self.symbols.names {
            let fits = match symbol {
                Symbol::Param(_) => true,
                symbol if symbol.is_about_work() => false,
                Symbol::Objective(_) | Symbol::Table(_) | Symbol::Define(_) | Symbol::Benchmark(_) => false,
                Symbol::Portfolio(_) => !constant,
                Symbol::RowMetric(i) => self.row_metric_of(*i).is_some_and(|(_, of, _)| scope.table() == Some(of)),
                _ if self.is_whole(scope) => false,
                _ => !constant,
            };
            if fits {
                names.push((*name).to_string());
            }
        }
        if self.symbols.names.is_empty() {
            names.extend(self.program.metrics.iter().map(|m| m.header.name.clone()));
            names.extend(self.program.portfolio.iter().map(|m| m.header.name.clone()));
            names.extend(self.program.scorecards.iter().map(|m| m.header.name.clone()));
            names.extend(self.program.segments.iter().map(|m| m.header.name.clone()));
            names.extend(self.program.params.iter().map(|m| m.header.name.clone()));
        }
        if let Some(frame) = self.arguments.last() {
            names.extend(frame.keys().cloned());
        }
        names
    }

    pub(super) fn member(&mut self, table: &Name, field: &Name, span: Span, scope: &Scope) -> Expr {
        let called = |id: TableId| self.program.table(id).is_some_and(|t| t.header.name == table.text);
        if let Some(subject) = self.program.subject.filter(|id| called(*id)) {
            if let Scope::Constant(what) = scope {
                let label = "a column: it differs between accounts";
                self.not_constant(&format!("`{}.{}`", table.text, field.text), span, what, label);
                return unknown(span);
            }
            return match self.table_field(subject, &field.text).map(|(id, found)| (id, found.ty)) {
                Some((_, ty)) if self.is_whole(scope) => {
                    self.account_grain(&format!("{}.{}", table.text, field.text), span, ty)
                }
                Some((id, ty)) => Expr { kind: ExprKind::Field(id), ty, span },
                None => {
                    self.unknown_column(field, subject);
                    unknown(span)
                }
            };
        }
        if let Some(found) = self.row_member(table, field, span, scope) {
            return found;
        }
        if self.program.subject.is_none() || self.symbols.left_out(&table.text) {
            return unknown(span);
        }
        let message = format!("`{}.{}` cannot be read here", table.text, field.text);
        let help = match self.subject() {
            Some(subject) => format!("write the bare name, or `{}.{}`", subject.header.name, field.text),
            None => "write the bare name".to_string(),
        };
        self.error(Code::UnknownName, span, message, "no table of this name whose row is at hand", help);
        unknown(span)
    }

    // ---------- lists of values ----------

    pub(super) fn enum_value(&self, list: EnumId, word: &str, span: Span) -> Option<Expr> {
        let place = *self.values.get(list.index())?.get(word)?;
        Some(Expr { kind: ExprKind::Literal(Value::Symbol(place)), ty: Type::Enum(list), span })
    }

    pub(super) fn list_value(&mut self, list: EnumId, word: &str, span: Span) -> Expr {
        self.enum_value(list, word, span).unwrap_or_else(|| {
            self.unknown_list_value(list, word, span);
            unknown(span)
        })
    }

    pub(super) fn unknown_list_value(&mut self, list: EnumId, word: &str, span: Span) {
        let Some(found) = self.program.enums.get(list.index()) else { return };
        let mut diagnostic =
            Diagnostic::new(Code::UnknownValue, span, format!("`{word}` is not a value of `{}`", found.name))
                .label("never true");
        let values: Vec<&str> = found.values.iter().map(String::as_str).collect();
        let folded = word.replace(['-', '/'], "_").to_lowercase();
        if word.contains(['-', '/']) && values.contains(&folded.as_str()) {
            self.push(diagnostic.fix(format!("values are written with `_`: `{folded}`"), span, folded));
            return;
        }
        let near = crate::diagnostics::nearest(word, values.iter().copied());
        diagnostic = match near.filter(|_| !self.many_errors()) {
            Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), span, near),
            None if self.one_with_value(word).is_some() => {
                let other = self.one_with_value(word).unwrap_or_default();
                diagnostic.help(format!("it is a value of `{other}`: write `{other} = {word}`"))
            }
            None => {
                let shown: Vec<String> = values.iter().take(12).map(|v| format!("`{v}`")).collect();
                let more = if values.len() > shown.len() { " …" } else { "" };
                diagnostic.help(format!("its values are {}{more}", shown.join(", ")))
            }
        };
        self.push(diagnostic);
    }

    /// The one column of the accounts that has such a value.
    fn one_with_value(&self, word: &str) -> Option<String> {
        let account = self.subject().filter(|_| !self.many_errors())?;
        let has = |ty: Type| matches!(ty, Type::Enum(list) if self.values.get(list.index()).is_some_and(|v| v.contains_key(word)));
        let mut having = account.fields.iter().filter(|field| has(field.ty));
        let one = having.next()?;
        having.next().is_none().then(|| one.name.clone())
    }

    pub(super) fn missing_word(&mut self, name: &Name) -> Option<MissingWord> {
        let words = [
            ("no data", MissingWord::NoData),
            ("not applicable", MissingWord::NotApplicable),
            ("stale", MissingWord::Stale),
            ("too few", MissingWord::TooFew),
            ("error", MissingWord::Error),
            ("division by zero", MissingWord::Error),
            ("number too large", MissingWord::Error),
            ("unreadable cell", MissingWord::Error),
        ];
        let text = name.text.replace('_', " ");
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, m)| *m);
        if found.is_none() {
            let message = format!("`{text}` is not a reason for a missing value");
            let diagnostic = Diagnostic::new(Code::UnknownValue, name.span, message).label("no such reason");
            let all = words.iter().take(5).map(|(word, _)| *word);
            self.push(self.suggest(diagnostic, &text, name.span, all, ""));
        }
        found
    }
}
