//! Expressions and what they come to: one value about the account or the portfolio, or a table of the first accounts.

use super::session::{Format, Session};
use super::{Host, Reply};
use crate::engine::reference::Evaluator;
use crate::explain::personal;
use crate::outline::type_words;
use crate::program::{Expr, ExprKind, Program, Reach, Type, Unit};
use crate::report::accounts::account_name;
use crate::report::table::{Align, Cell, Column, Table, clean, shortened};
use crate::report::{counted, value};
use crate::value::{MASK, Value};
use serde_json::json;

/// So many accounts are shown at first.
const FIRST: usize = 10;
/// And so many with each `:more`.
const PAGE: usize = 50;
/// A longer expression is cut where it is a heading.
const HEADING: usize = 40;

/// True if accounts can have different values of an expression.
pub(super) fn differs(expr: &Expr) -> bool {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Field(_)
            | ExprKind::Metric(_)
            | ExprKind::Points(_)
            | ExprKind::Score(_)
            | ExprKind::Segment(_)
            | ExprKind::Part(..)
            | ExprKind::Partition(_)
            | ExprKind::IsBand { .. }
            | ExprKind::IsGrade { .. }
            | ExprKind::Ranked(_)
            | ExprKind::Benchmark { .. }
            | ExprKind::RowField(_)
            | ExprKind::RowMetric { .. }
            | ExprKind::Related { .. } => return true,
            ExprKind::Aggregate(aggregate) if aggregate.reach != Reach::Everyone => return true,
            ExprKind::Across(across) if across.kin.is_some() => return true,
            // What stands inside is about each of all accounts, or rows of all of them.
            ExprKind::Aggregate(_) | ExprKind::Across(_) => {}
            _ => open.extend(expr.children()),
        }
    }
    false
}

/// A value with its unit, for people.
pub(super) fn words(program: &Program, ty: Type, v: &Value) -> String {
    let unit = match (v, ty) {
        (Value::Missing(why), _) => return format!("missing ({why})"),
        (Value::Number(_), Type::Number(Unit::Points)) => " points",
        (Value::Number(_), Type::Number(Unit::Nps)) => " nps",
        _ => "",
    };
    format!("{}{unit}", clean(&value::shown(program, ty, v)))
}

/// What an expression that is one name says besides its value: the band of a metric, the grade of a score.
fn besides(evaluator: &Evaluator, id: &str, as_of: crate::calendar::Date, expr: &Expr) -> Option<String> {
    let account = evaluator.account(id, as_of)?;
    match &expr.kind {
        ExprKind::Metric(id) => {
            let result = account.metric(*id);
            let points = result.points.as_ref().and_then(Value::number);
            let points = points.map(|n| format!("{} points", value::points(n)));
            let told: Vec<String> = result.band.into_iter().chain(points).collect();
            (!told.is_empty()).then(|| told.join(", "))
        }
        ExprKind::Score(id) => account.score(*id).grade,
        _ => None,
    }
}

impl<H: Host> Session<H> {
    pub(super) fn expression(&mut self, text: &str, line: usize) -> Reply {
        let expr = match self.typed(text, line) {
            Ok(expr) => expr,
            Err(mut reply) => {
                let first = text.split_whitespace().next().unwrap_or("");
                let command = super::command::find(first).filter(|_| self.draft.outline.find(first).is_empty());
                if let Some(command) = command.filter(|_| first.chars().count() > 1) {
                    let help = format!("a command begins with a colon: `:{}`", command.name);
                    return Reply { code: reply.code, ..Reply::failed(format!("there is no `{first}`"), help) };
                }
                if let Some(name) = named(text) {
                    let known = !self.draft.outline.find(name).is_empty();
                    let hint = format!(
                        "to give something a name: `metric {name} = …`, or `param {name} = 3` for a constant\n"
                    );
                    reply.err.push_str(if known { "" } else { &hint });
                }
                return reply;
            }
        };
        self.rest = None;
        self.asked_of(&expr);
        let shown = match (differs(&expr), self.bound().map(str::to_string)) {
            (false, _) => self.whole(text, &expr),
            (true, Some(id)) => self.of_account(text, &expr, &id),
            (true, None) => self.of_accounts(text, &expr, 0, FIRST),
        };
        shown.unwrap_or_else(|reply| reply)
    }

    fn hidden(&self, program: &Program, expr: &Expr) -> bool {
        !self.personal && personal(program, expr)
    }

    /// What is the same for all accounts.
    fn whole(&self, text: &str, expr: &Expr) -> Result<Reply, Reply> {
        let evaluator = self.evaluator()?;
        let v = evaluator.nobody(self.as_of()).value_of(expr);
        Ok(self.one(evaluator.program, text, expr, &v, None, None))
    }

    fn of_account(&self, text: &str, expr: &Expr, id: &str) -> Result<Reply, Reply> {
        let evaluator = self.evaluator()?;
        let Some(mut account) = evaluator.account(id, self.as_of()) else {
            let message = format!("there is no account `{}` on {}", self.shown_id(id), self.as_of());
            return Err(Reply::failed(message, "`:account none` for all of them, or `:as-of` another date"));
        };
        let v = account.value_of(expr);
        let besides = besides(&evaluator, id, self.as_of(), expr).filter(|_| !v.is_missing());
        Ok(self.one(evaluator.program, text, expr, &v, Some(id), besides))
    }

    fn one(
        &self,
        program: &Program,
        text: &str,
        expr: &Expr,
        v: &Value,
        account: Option<&str>,
        besides: Option<String>,
    ) -> Reply {
        let hidden = self.hidden(program, expr) && !v.is_missing();
        let about = account.map(|id| self.shown_id(id));
        let out = match self.format {
            Format::Human | Format::Md => {
                let words = if hidden { MASK.to_string() } else { words(program, expr.ty, v) };
                let besides = besides.map_or(String::new(), |b| self.layout.paint.dim(&format!("   {b}")));
                let words = match v.is_missing() {
                    true => self.layout.paint.tone(crate::report::paint::Tone::Warn, &words),
                    false => words,
                };
                format!("{words}{besides}\n")
            }
            Format::Json => {
                let v = if hidden { json!(MASK) } else { value::json(program, expr.ty, v) };
                let whole = json!({
                    "expression": text, "type": type_words(program, expr.ty), "as_of": self.as_of().to_string(),
                    "account": about, "value": v,
                });
                format!("{whole:#}\n")
            }
            Format::Csv => {
                let mut table = Table::new(["account", "as_of", "value", "missing"].map(Column::words).to_vec());
                table.row(self.csv_row(program, expr, about.unwrap_or_default(), v, hidden));
                table.csv()
            }
        };
        Reply::of(out)
    }

    fn csv_row(&self, program: &Program, expr: &Expr, id: String, v: &Value, hidden: bool) -> Vec<Cell> {
        let text = if hidden { MASK.to_string() } else { value::csv(program, expr.ty, v) };
        let missing = v.missing().map_or("", |why| why.words());
        vec![id.into(), self.as_of().to_string().into(), text.into(), missing.into()]
    }

    /// A table: rows from `skip` on, for people no more than `count`; everything else gets all of them.
    fn of_accounts(&mut self, text: &str, expr: &Expr, skip: usize, count: usize) -> Result<Reply, Reply> {
        let people = matches!(self.format, Format::Human | Format::Md);
        let as_of = self.as_of();
        let evaluator = self.evaluator()?;
        let program = evaluator.program;
        let hidden = self.hidden(program, expr);
        let all: Vec<&str> = evaluator.ids(as_of).collect();
        let total = all.len();
        let wanted = all.iter().skip(if people { skip } else { 0 }).take(if people { count } else { total });
        let mut rows: Vec<(String, Option<String>, Value)> = Vec::new();
        for id in wanted {
            let Some(mut account) = evaluator.account(id, as_of) else { continue };
            let name = account_name(program, self.dataset(), account.row(), self.personal);
            rows.push((self.shown_id(id), name, account.value_of(expr)));
        }
        let masked = |v: &Value| hidden && !v.is_missing();
        let out = match self.format {
            Format::Json => {
                let one = |(id, _, v): &(String, Option<String>, Value)| {
                    let v = if masked(v) { json!(MASK) } else { value::json(program, expr.ty, v) };
                    json!({ "account": id, "value": v })
                };
                let list: Vec<serde_json::Value> = rows.iter().map(one).collect();
                let whole = json!({
                    "expression": text, "type": type_words(program, expr.ty), "as_of": as_of.to_string(),
                    "accounts": list,
                });
                format!("{whole:#}\n")
            }
            Format::Csv => {
                let mut table = Table::new(["account", "as_of", "value", "missing"].map(Column::words).to_vec());
                for (id, _, v) in &rows {
                    table.row(self.csv_row(program, expr, id.clone(), v, masked(v)));
                }
                table.csv()
            }
            Format::Human | Format::Md => {
                let named = rows.iter().any(|(_, name, _)| name.is_some());
                let align = if expr.ty.is_number() { Align::Right } else { Align::Left };
                let mut columns = vec![Column { limit: Some(24), ..Column::words("account") }];
                columns.extend(named.then(|| Column { limit: Some(24), ..Column::words("name") }));
                let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                columns.push(Column { title: shortened(&clean(&one_line), HEADING), align, ..Column::default() });
                let mut table = Table::new(columns);
                for (id, name, v) in &rows {
                    let mut cells = vec![Cell::from(id.as_str())];
                    cells.extend(named.then(|| Cell::from(name.clone().unwrap_or_default())));
                    cells.push(if masked(v) { MASK.into() } else { words(program, expr.ty, v).into() });
                    table.row(cells);
                }
                let rest = total.saturating_sub(skip + rows.len());
                let more = match rest {
                    0 if total == 0 => "there are no accounts: `:data` says what was read\n".to_string(),
                    0 => String::new(),
                    rest => format!("… {} more\n", value::grouped(rest as u64)),
                };
                let table = if self.format == Format::Md { table.markdown() } else { table.human(0, &self.layout) };
                format!("{}{more}", if total == 0 { String::new() } else { table })
            }
        };
        let shown = skip + rows.len();
        self.rest = (people && shown < total).then(|| (text.to_string(), shown, total));
        Ok(Reply::of(out))
    }

    pub(super) fn more(&mut self) -> Reply {
        let Some((text, shown, _)) = self.rest.clone() else {
            return Reply::failed("there is no table with more rows", "");
        };
        let typed = self.typed(&text, 1);
        typed.and_then(|expr| self.of_accounts(&text, &expr, shown, PAGE)).unwrap_or_else(|reply| reply)
    }

    pub(super) fn type_of(&mut self, text: &str, line: usize) -> Reply {
        if text.is_empty() {
            return Reply::failed("say what", "`:type arr / seats`");
        }
        let (expr, program) = match (self.typed(text, line), self.program()) {
            (Ok(expr), Ok(program)) => (expr, program),
            (Err(reply), _) | (_, Err(reply)) => return reply,
        };
        let about = match differs(&expr) {
            true => {
                let table = program.subject_table().map_or("account", |t| &t.header.name);
                format!(", for each `{table}`")
            }
            false => ", the same for all".to_string(),
        };
        let mut out = format!("{}{}\n", type_words(program, expr.ty), self.layout.paint.dim(&about));
        if self.hidden(program, &expr) {
            out.push_str("it may be personal, so it is masked\n");
        }
        Reply::of(out)
    }
}

/// The name in front of `=`, where somebody seems to want to give one.
fn named(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once('=')?;
    let name = name.trim();
    let fits = name.chars().all(|c| c.is_alphanumeric() || c == '_') && name.starts_with(|c: char| c.is_alphabetic());
    (fits && !rest.starts_with('=')).then_some(name)
}

/// `3 accounts`
pub(super) fn accounts(count: usize) -> String {
    counted(count as u64, "account", "accounts")
}
