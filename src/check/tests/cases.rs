//! A table of cases: what each column gives or expects, and each cell.

use super::expect::scope;
use super::{Runs, World};
use crate::ast::{self, CaseColumn, Cell, CompareOp, Name, RuleOutcome};
use crate::check::Checker;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{
    BandTable, Case, Expectation, ExpectationKind, Expr, ExprKind, Field, FieldId, MetricId, RuleId, Type, Update,
    Whose,
};
use crate::resolve::Symbol;
use crate::span::Span;
use crate::value::{Missing, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// What a column is about.
enum Column {
    Cell(Whose, FieldId, Box<Field>),
    Suppose(Whose, MetricId, Type),
    Value(Whose, Box<Expr>, Option<Decimal>),
    Rule(Whose, RuleId),
    /// What is wrong with it has been said.
    Wrong,
}

impl Checker<'_, '_> {
    pub(super) fn cases(&mut self, cases: &ast::Cases, elsewhere: bool, world: &World) -> Vec<Case> {
        let columns: Vec<Column> = cases.columns.iter().map(|column| self.case_column(column, world)).collect();
        let expects = cases.columns.iter().any(|c| matches!(c, CaseColumn::Expect(..)));
        if !(expects || elsewhere) || cases.rows.is_empty() {
            let (message, help) = match expects || elsewhere {
                false => ("no column says what is expected", "add a column like `expect advocacy`"),
                true => ("this table has no cases", "add a line for each case: its name, then its cells"),
            };
            let label = "these cases could not fail";
            self.error(Code::TestWithoutExpectation, cases.span, message, label, help);
        }
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let mut out = Vec::new();
        for row in &cases.rows {
            let name = row.name.text.as_str();
            if name.is_empty() {
                let help = "say in a word or two what is special about it";
                self.error(Code::BadTestCell, row.name.span, "this case has no name", "the first cell names it", help);
            } else if let Some(first) = seen.insert(name, row.name.span) {
                let message = format!("there are two cases `{name}`");
                let found = Diagnostic::new(Code::DuplicateName, row.name.span, message).label("second time");
                self.push(found.also(first, "first time").help("give one of them another name"));
            }
            let mut case = Case {
                name: name.to_string(),
                span: row.name.span,
                cells: Vec::new(),
                suppose: Vec::new(),
                expect: Vec::new(),
            };
            for ((column, cell), written) in columns.iter().zip(&row.cells).zip(&cases.columns) {
                let known = case.expect.len();
                self.case_cell(column, cell, &mut case, world);
                if let (CaseColumn::Expect(value, _), Some(added)) = (written, case.expect.get_mut(known)) {
                    added.head = Some(value.span);
                }
            }
            out.push(case);
        }
        out
    }

    fn case_column(&mut self, column: &CaseColumn, world: &World) -> Column {
        match column {
            CaseColumn::Given(subject, name) => {
                self.given_column(subject.as_ref(), name, world).unwrap_or(Column::Wrong)
            }
            CaseColumn::Expect(value, within) => {
                self.expected_column(value, within.as_deref(), world).unwrap_or(Column::Wrong)
            }
        }
    }

    fn given_column(&mut self, subject: Option<&Name>, name: &Name, world: &World) -> Option<Column> {
        let table = self.program.subject?;
        let own = self.subject().is_some_and(|t| subject.is_some_and(|s| t.header.name == s.text));
        let whose = match subject.filter(|_| !own) {
            Some(subject) => self.account_named(subject, world),
            None => self.only_account(name.span, world, &format!("whose `{}`?", name.text))?,
        };
        if let Some((id, field)) = self.subject_field(&name.text) {
            if self.subject().is_some_and(|t| t.key == Some(id)) {
                let message = format!("`{}` tells accounts apart", name.text);
                let help = "give the account another name, or leave the column out";
                self.error(Code::BadTestCell, name.span, message, "the key", help);
                return None;
            }
            return Some(Column::Cell(whose, id, Box::new(field.clone())));
        }
        match self.symbols.get(&name.text) {
            Some(Symbol::Metric(_)) if !matches!(world.runs, Runs::None) => {
                let message = format!("`{}` would have this value on the as-of date alone", name.text);
                let help = "give columns of the account, or rows: the runs of a test look at these";
                self.error(Code::TestRun, name.span, message, "and the test has runs before it", help);
                None
            }
            Some(Symbol::Metric(i)) => {
                let metric = self.metrics.get(i)?.as_ref()?;
                Some(Column::Suppose(whose, MetricId(i as u32), metric.value.ty))
            }
            Some(symbol) => {
                let message = format!("`{}` is {}: a case gives columns and metrics", name.text, symbol.words());
                let help = format!("to say what it should be, write `expect {}`", name.text);
                self.error(Code::WrongKind, name.span, message, "neither", help);
                None
            }
            None if self.symbols.left_out(&name.text) => None,
            None => {
                self.unknown_column(name, table);
                None
            }
        }
    }

    fn expected_column(&mut self, value: &ast::Expr, within: Option<&ast::Expr>, world: &World) -> Option<Column> {
        if let ast::ExprKind::Name(name) = &value.kind
            && matches!(self.symbols.get(name), Some(Symbol::Rule(_) | Symbol::PortfolioRule(_)))
        {
            let (rule, whose) = self.expected_rule(&Name { text: name.clone(), span: value.span }, None, world)?;
            return Some(Column::Rule(whose, rule));
        }
        let (named, whose) = self.whose(value, world)?;
        let typed = self.expr(&named, &scope(&whose), None);
        if typed.ty == Type::Unknown {
            return None;
        }
        let within = match within {
            None => None,
            Some(within) => {
                let zero =
                    Expr { kind: ExprKind::Literal(Value::Number(Decimal::ZERO)), ty: typed.ty, span: typed.span };
                let (left, right) = (Box::new(typed.clone()), Box::new(zero));
                let kind = ExprKind::Compare(CompareOp::Equal, left, right);
                Some(self.tolerance(within, &Expr { kind, ty: Type::Boolean, span: typed.span })?)
            }
        };
        Some(Column::Value(whose, Box::new(typed), within))
    }

    fn case_cell(&mut self, column: &Column, cell: &Cell, case: &mut Case, world: &World) {
        let account = |whose: &Whose, case: &Case| match whose {
            Whose::Account(id) => id.clone(),
            Whose::Case | Whose::Portfolio | Whose::Row(..) => Arc::from(case.name.as_str()),
        };
        match column {
            Column::Wrong => {}
            Column::Cell(whose, id, field) => {
                let typed = self.cell(cell, field);
                case.cells.push((account(whose, case), *id, typed));
            }
            Column::Suppose(whose, id, ty) => {
                let name = self.symbols.metrics.get(id.index()).map(|m| m.name.text.clone()).unwrap_or_default();
                let value = match cell.text.trim() {
                    // An empty cell leaves the metric to its rows.
                    "" => return,
                    "missing" => Some(Value::Missing(Missing::NoData)),
                    text => match text.strip_prefix("missing because ") {
                        Some(reason) => self.reason(reason, cell.span).map(Value::Missing),
                        None => self.cell_value(cell, *ty, &name),
                    },
                };
                if let Some(value) = value {
                    case.suppose.push((account(whose, case), *id, value));
                }
            }
            Column::Rule(whose, rule) => {
                let outcome = match cell.text.trim() {
                    "" => return,
                    "fires" | "yes" => RuleOutcome::Fires,
                    "does not fire" | "no" => RuleOutcome::DoesNotFire,
                    "suppressed" | "is suppressed" => RuleOutcome::Suppressed,
                    "undecided" | "is undecided" => RuleOutcome::Undecided,
                    other => {
                        if let Some(kind) = self.ran_cell(other, cell.span, (whose, *rule), world) {
                            case.expect.extend(kind.map(|kind| Expectation { kind, span: cell.span, head: None }));
                            return;
                        }
                        let message = format!("`{other}` is not what becomes of a rule");
                        let help = "write `fires`, `does not fire`, `suppressed` or `undecided`; of runs, for example \
                                    `fired on 2026-01-12` or `fired 2 times`";
                        self.error(Code::BadTestCell, cell.span, message, "a cell of a rule", help);
                        return;
                    }
                };
                let kind =
                    ExpectationKind::Rule { whose: whose.clone(), rule: *rule, outcome, because: None, reason: None };
                case.expect.push(Expectation { kind, span: cell.span, head: None });
            }
            Column::Value(whose, value, within) => {
                let kind = self.expected_cell(whose, value, *within, cell);
                case.expect.extend(kind.map(|kind| Expectation { kind, span: cell.span, head: None }));
            }
        }
    }

    /// An empty cell expects nothing.
    fn expected_cell(
        &mut self,
        whose: &Whose,
        value: &Expr,
        within: Option<Decimal>,
        cell: &Cell,
    ) -> Option<ExpectationKind> {
        let (text, span, whose) = (cell.text.trim(), cell.span, whose.clone());
        let update = |label| Some(Update { span, bare: true, label });
        let holds = |kind: ExprKind, within, label| {
            let condition = Expr { kind, ty: Type::Boolean, span };
            Some(ExpectationKind::Holds { whose: whose.clone(), condition, within, update: update(label) })
        };
        let missing = |because| ExprKind::IsMissing { value: Box::new(value.clone()), because, negated: false };
        match text {
            "" => return None,
            "?" => {
                let update = Update { span, bare: true, label: false };
                return Some(ExpectationKind::Snapshot { whose, value: value.clone(), update });
            }
            "missing" => return holds(missing(None), None, false),
            _ => {}
        }
        if let Some(reason) = text.strip_prefix("missing because ") {
            let word = self.missing_word(&Name { text: reason.trim().to_string(), span })?;
            return holds(missing(Some(word)), None, false);
        }
        let is_word = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        let label = is_word.then(|| self.label_of(value, text, span)).flatten();
        if let Some(kind) = label {
            return kind.and_then(|kind| holds(kind, None, true));
        }
        let found = self.cell_value(cell, value.ty, "expect …")?;
        if let (Type::Boolean, Some(truth)) = (value.ty, found.truth()) {
            let kind = if truth { value.kind.clone() } else { ExprKind::Not(Box::new(value.clone())) };
            return holds(kind, None, false);
        }
        let right = Expr { kind: ExprKind::Literal(found), ty: value.ty, span };
        holds(ExprKind::Compare(CompareOp::Equal, Box::new(value.clone()), Box::new(right)), within, false)
    }

    /// A band of a metric or a grade of a scorecard: `Some(None)` for one that it does not have, which is said.
    fn label_of(&mut self, value: &Expr, word: &str, span: Span) -> Option<Option<ExprKind>> {
        let (tables, kind): (&[BandTable], ExprKind) = match value.kind {
            ExprKind::Metric(metric) => {
                let tables = &self.metrics.get(metric.index())?.as_ref()?.thresholds;
                (tables, ExprKind::IsBand { metric, band: word.to_string(), negated: false })
            }
            ExprKind::Score(scorecard) => {
                let tables = &self.scorecards.get(scorecard.index())?.as_ref()?.grades;
                (tables, ExprKind::IsGrade { scorecard, grade: word.to_string(), negated: false })
            }
            _ => return None,
        };
        if tables.is_empty() || !value.ty.is_number() {
            return None;
        }
        let mut names: Vec<String> = tables.iter().flat_map(|t| t.bands.iter().map(|b| b.name.clone())).collect();
        if names.iter().any(|name| name == word) {
            return Some(Some(kind));
        }
        names.sort();
        names.dedup();
        let message = format!("`{word}` is neither a number nor a band");
        let found = Diagnostic::new(Code::UnknownValue, span, message).label("no such band");
        let list: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
        let otherwise = format!("the bands are {}", list.join(", "));
        self.push(self.suggest(found, word, span, names.iter().map(String::as_str), otherwise));
        Some(None)
    }

    fn reason(&mut self, text: &str, span: Span) -> Option<Missing> {
        use crate::program::MissingWord as W;
        let word = self.missing_word(&Name { text: text.trim().to_string(), span })?;
        Some(match word {
            W::NoData => Missing::NoData,
            W::NotApplicable => Missing::NotApplicable,
            W::Stale => Missing::Stale,
            W::TooFew => Missing::TooFew,
            W::Error => Missing::Error(crate::value::Fault::DivisionByZero),
        })
    }
}
