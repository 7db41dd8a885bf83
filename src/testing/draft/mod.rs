//! A test made from live data: `laud test new`. It holds the columns and rows that are read for what it expects, and nothing
//! of a person: personal texts are replaced by stand-ins, the same one for the same text.

mod reads;
mod tried;

pub use tried::{Trial, Untold, Written, written};

use crate::calendar::{Calendar, Date};
use crate::data::{Dataset, TableData};
use crate::engine::reference::Evaluator;
use crate::engine::{Item, RuleStatus};
use crate::explain::words;
use crate::program::{Field, FieldId, MetricId, Node, Program, RuleId, ScorecardId, Table, TableId, Type, Unit};
use crate::syntax::RESERVED;
use crate::value::Value;
use reads::{Reads, reads};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A test that was made from live data.
#[derive(Debug)]
pub struct Draft {
    /// Its title.
    pub title: String,
    as_of: Date,
    given: String,
    expect: Vec<String>,
}

impl Draft {
    /// Its text under a title; expectations at some places are left out, and said to be.
    pub fn text(&self, title: &str, left_out: &HashSet<usize>) -> String {
        let mut out = format!("test \"{}\" as of {} {{\n{}\n", title.replace('"', "'"), self.as_of, self.given);
        for (i, expect) in self.expect.iter().enumerate() {
            match left_out.contains(&i) {
                false => out.push_str(&format!("  {expect}\n")),
                true => out.push_str(&format!("  # left out, it depends on more than this account: {expect}\n")),
            }
        }
        out.push_str("}\n");
        out
    }

    /// The place of an expectation, by its text.
    pub fn place_of(&self, text: &str) -> usize {
        self.expect.iter().position(|expect| expect == text).unwrap_or(usize::MAX)
    }

    /// How many expectations it has.
    pub fn expectations(&self) -> usize {
        self.expect.len()
    }
}

/// Writes a test about an account: of the named metrics, scorecards and rules, or else of all scorecards and rules. What is
/// personal is masked unless it is asked for.
pub fn draft(
    program: &Program,
    data: &Dataset,
    calendar: Calendar,
    id: &str,
    as_of: Date,
    names: &[String],
    personal: bool,
) -> Option<Draft> {
    let items = items(program, names);
    let evaluator = Evaluator::new(program, data, calendar);
    let mut writer = Writer {
        program,
        data,
        calendar,
        as_of,
        reads: reads(program, &items),
        personal,
        stand_ins: HashMap::new(),
        out: String::new(),
    };
    let row = evaluator.row(id, as_of)?;
    let subject = program.subject?;
    let table = program.table(subject)?;
    let key = table.key?;
    let shown = writer.masked(table.fields.get(key.index())?, id);
    writer.account(subject, row, &shown);
    let below = program.tables.iter().enumerate().map(|(i, _)| TableId(i as u32)).filter(|t| *t != subject);
    for table in below.collect::<Vec<_>>() {
        writer.rows(table, subject, row, &shown);
    }
    let account = evaluator.account(id, as_of)?;
    let name = named(&shown);
    let mut expect = Vec::new();
    for item in items {
        match item {
            Item::Node(Node::Metric(id)) => {
                let (metric, result) = (program.metric(id)?, account.metric(id));
                let label = &metric.header.name;
                expect.push(format!("expect {name}.{label}{}", writer.is(metric.value.ty, &result.value)));
                expect.extend(result.band.map(|band| format!("expect {name}.{label} is {band}")));
            }
            Item::Node(Node::Scorecard(id)) => {
                let (card, result) = (program.scorecard(id)?, account.score(id));
                let (label, ty) = (&card.header.name, Type::Number(card.combine.unit()));
                expect.push(format!("expect {name}.{label}{}", writer.is(ty, &result.value)));
                expect.extend(result.grade.map(|grade| format!("expect {name}.{label} is {grade}")));
            }
            Item::Rule(id) => {
                let outcome = match account.rule(id).status {
                    RuleStatus::Holds => "fires",
                    RuleStatus::DoesNotHold | RuleStatus::HeldBack => "does not fire",
                    RuleStatus::Suppressed => "is suppressed",
                    RuleStatus::Undecided => "is undecided",
                };
                expect.push(format!("expect {} {outcome} for {name}", program.rules.get(id.index())?.header.name));
            }
            _ => {}
        }
    }
    let title = title(program, &format!("{shown} as of {as_of}"));
    Some(Draft { title, as_of, given: writer.out, expect })
}

/// A title that no other test has.
fn title(program: &Program, wanted: &str) -> String {
    let taken = |title: &str| program.tests.iter().any(|t| t.header.name == title);
    let mut title = wanted.to_string();
    let mut n = 2;
    while taken(&title) {
        title = format!("{wanted} ({n})");
        n += 1;
    }
    title
}

/// What a test is to expect.
fn items(program: &Program, names: &[String]) -> Vec<Item> {
    let ids = |count: usize| 0..u32::try_from(count).unwrap_or(u32::MAX);
    let wanted = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    let metrics = ids(program.metrics.len()).map(MetricId);
    let metrics = metrics.filter(|id| {
        let name = program.metric(*id).map_or("", |m| m.header.name.as_str());
        wanted(name) && (!names.is_empty() || program.scorecards.is_empty())
    });
    let cards = ids(program.scorecards.len()).map(ScorecardId);
    let cards = cards.filter(|id| program.scorecard(*id).is_some_and(|c| wanted(&c.header.name)));
    let rules = ids(program.rules.len()).map(RuleId);
    let rules = rules.filter(|id| program.rules.get(id.index()).is_some_and(|r| wanted(&r.header.name)));
    let nodes = metrics.map(Node::Metric).chain(cards.map(Node::Scorecard));
    nodes.map(Item::Node).chain(rules.map(Item::Rule)).collect()
}

struct Writer<'a> {
    program: &'a Program,
    data: &'a Dataset,
    calendar: Calendar,
    as_of: Date,
    reads: Reads,
    /// Personal columns are written as they are.
    personal: bool,
    stand_ins: HashMap<String, String>,
    out: String,
}

impl Writer<'_> {
    /// ` = 46.7`, ` is missing because too few`
    fn is(&self, ty: Type, value: &Value) -> String {
        match value {
            Value::Missing(reason) => format!(" is missing because {reason}"),
            Value::Boolean(true) => String::new(),
            Value::Boolean(false) => " = no".to_string(),
            Value::Number(n) if !matches!(ty, Type::Number(Unit::Ratio)) => format!(" = {n}"),
            value => format!(" = {}", words::literal(self.program, ty, value)),
        }
    }

    /// The same stand-in for the same text.
    fn masked(&mut self, field: &Field, text: &str) -> String {
        if !field.personal || self.personal {
            return text.to_string();
        }
        let next = format!("c{}", self.stand_ins.len() + 1);
        self.stand_ins.entry(text.to_string()).or_insert(next).clone()
    }

    /// A cell as a test has it; `None` for what is missing, or personal and no text.
    fn cell(&mut self, field: &Field, value: &Value) -> Option<String> {
        if field.personal && !self.personal && !matches!(value, Value::Text(_)) {
            return None;
        }
        Some(match value {
            Value::Missing(_) => return None,
            Value::Boolean(b) => if *b { "yes" } else { "no" }.to_string(),
            Value::Number(n) => match field.ty {
                Type::Number(Unit::Ratio) => words::literal(self.program, field.ty, value),
                _ => n.to_string(),
            },
            Value::Date(date) => date.to_string(),
            Value::Instant(_) => crate::report::value::csv(self.program, field.ty, value),
            Value::Symbol(symbol) => match field.ty {
                Type::Enum(list) => self.program.symbol(list, *symbol).to_string(),
                _ => return None,
            },
            Value::Text(text) => quoted(&self.masked(field, text)),
        })
    }

    /// Columns of a table that are read, in the order in which they are declared; some of them say themselves.
    fn columns(&self, id: TableId, table: &Table, said: &[Option<FieldId>]) -> Vec<FieldId> {
        let read = self.reads.fields.get(&id);
        let at = table.kind.at().or(table.kind.since());
        // The key of something that happened is of no account; that of a thing is how others name it.
        let key = table.key.filter(|_| table.kind.at().is_none());
        let all = (0..table.fields.len()).map(|i| FieldId(i as u32));
        let wanted = |f: &FieldId| {
            read.is_some_and(|fields| fields.contains(f)) && table.key != Some(*f) || [at, key].contains(&Some(*f))
        };
        let mut columns: Vec<FieldId> = all.filter(wanted).filter(|f| !said.contains(&Some(*f))).collect();
        // When comes first, whatever it is that happened.
        columns.sort_by_key(|f| Some(*f) != at);
        columns
    }

    fn account(&mut self, id: TableId, row: u32, shown: &str) {
        let (Some(table), Some(data)) = (self.program.table(id), self.data.table(id)) else { return };
        let mut cells = Vec::new();
        for column in self.columns(id, table, &[table.key]) {
            let Some(field) = table.fields.get(column.index()) else { continue };
            let cell = self.cell(field, &data.value(column, row));
            cells.extend(cell.map(|cell| format!("{} {cell}", field.name)));
        }
        let name = &table.header.name;
        self.out.push_str(&format!("  {name} {} {{ {} }}\n", named(shown), cells.join("  ")));
    }

    /// The rows of a table that belong to the account, or to the whole portfolio.
    fn rows(&mut self, id: TableId, subject: TableId, account: u32, shown: &str) {
        if !self.reads.fields.contains_key(&id) {
            return;
        }
        let (Some(table), Some(data)) = (self.program.table(id), self.data.table(id)) else { return };
        self.covers(id, table, data);
        match table.kind.owner() {
            Some((of, parent)) if of == subject => {
                let rows = self.seen(id, table, data, data.rows_of(account));
                let head = format!("{} of {}", table.header.name, named(shown));
                self.table(id, table, data, &rows, &head, &[Some(parent)]);
            }
            Some((of, _)) => {
                // They belong to rows that belong to the account: each names its owner in its column.
                let Some(owners) = self.data.table(of) else { return };
                let mine = owners.rows_of(account).to_vec();
                let all: Vec<u32> = mine.iter().flat_map(|owner| data.rows_of(*owner).to_vec()).collect();
                let rows = self.seen(id, table, data, &all);
                let parent = table.kind.owner().map(|(_, parent)| parent);
                self.reads.fields.entry(id).or_default().extend(parent);
                self.table(id, table, data, &rows, &table.header.name, &[]);
            }
            None => {
                let all: Vec<u32> = (0..data.rows).collect();
                let rows = self.seen(id, table, data, &all);
                self.table(id, table, data, &rows, &table.header.name, &[]);
            }
        }
    }

    /// Rows that some aggregate looks at, up to the as-of date.
    fn seen(&self, id: TableId, table: &Table, data: &TableData, rows: &[u32]) -> Vec<u32> {
        let Some(at) = table.kind.at() else { return rows.to_vec() };
        let windows = self.reads.windows.get(&id).map_or(&[][..], Vec::as_slice);
        let seen = |row: &u32| {
            let Some(date) = data.value(at, *row).date().filter(|date| *date <= self.as_of) else { return false };
            windows.is_empty()
                || windows.iter().any(|w| w.is_none_or(|w| self.calendar.range(w, self.as_of).contains(date)))
        };
        rows.iter().copied().filter(seen).collect()
    }

    fn table(
        &mut self,
        id: TableId,
        table: &Table,
        data: &TableData,
        rows: &[u32],
        head: &str,
        said: &[Option<FieldId>],
    ) {
        let columns = self.columns(id, table, said);
        if rows.is_empty() || columns.is_empty() {
            return;
        }
        self.out.push_str(&format!("  {head} {{\n"));
        let fields: Vec<(FieldId, &Field)> =
            columns.iter().filter_map(|c| Some((*c, table.fields.get(c.index())?))).collect();
        if let [(column, field)] = fields.as_slice() {
            // One column alone has no bars: each row is a statement of its own.
            self.out.truncate(self.out.len() - head.len() - 5);
            for row in rows {
                let cell = self.cell(field, &data.value(*column, *row)).unwrap_or_else(|| "missing".to_string());
                self.out.push_str(&format!("  {head} {{ {} {cell} }}\n", field.name));
            }
            return;
        }
        let names: Vec<&str> = fields.iter().map(|(_, f)| f.name.as_str()).collect();
        self.out.push_str(&format!("    {}\n", names.join(" | ")));
        for row in rows {
            let cells: Vec<String> = fields
                .iter()
                .map(|(column, field)| self.cell(field, &data.value(*column, *row)).unwrap_or_default())
                .collect();
            // A first cell that is empty would look like a frame.
            let first = cells.first().is_some_and(String::is_empty);
            let line = cells.join(" | ");
            self.out.push_str(&format!("    {}{line}\n", if first { "missing" } else { "" }));
        }
        self.out.push_str("  }\n");
    }

    /// Says what a source covers where that decides something.
    fn covers(&mut self, id: TableId, table: &Table, data: &TableData) {
        let Some(windows) = self.reads.windows.get(&id).filter(|_| table.kind.at().is_some()) else { return };
        let name = &table.header.name;
        if !data.vouches() {
            self.out.push_str(&format!("  {name} covers nothing\n"));
            return;
        }
        let first = |w: &crate::ast::WindowKind| self.calendar.range(*w, self.as_of).first;
        let late = data.covers_to.filter(|to| windows.iter().flatten().any(|w| first(w) > *to));
        match (data.covers_from, late) {
            (None, None) => {}
            (Some(from), None) => self.out.push_str(&format!("  {name} covers from {from}\n")),
            (None, Some(to)) => self.out.push_str(&format!("  {name} covers to {to}\n")),
            (Some(from), Some(to)) => self.out.push_str(&format!("  {name} covers from {from} to {to}\n")),
        }
    }
}

/// A key as it stands in a test: in quotes, unless it is a name.
fn named(key: &str) -> Arc<str> {
    let mut letters = key.chars();
    let first = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let name = first && letters.all(|c| c.is_ascii_alphanumeric() || c == '_') && !RESERVED.contains(&key);
    let given = ["from", "covers", "daily", "weekly", "monthly", "quarterly", "yearly"].contains(&key);
    if name && !given { Arc::from(key) } else { Arc::from(format!("\"{}\"", escaped(key))) }
}

/// A text as a cell: in quotes, unless it is a plain word.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_') && text != "missing";
    if plain { text.to_string() } else { format!("\"{}\"", escaped(text)) }
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('{', "\\{").replace('}', "\\}");
    text.replace(['\n', '\r', '\t'], " ")
}
