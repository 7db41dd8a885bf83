//! Programs and data by hand, in few words.

use laud::ast::CompareOp;
use laud::builtins::AggregateFunction;
use laud::calendar::{Calendar, Date, Duration, PeriodKind};
use laud::data::{ByKey, Cells, Column, Dataset, TableData};
use laud::engine::reference::{Evaluator, Reference};
use laud::engine::{AccountResult, Engine, Options};
use laud::number::Decimal;
use laud::program::*;
use laud::value::Value;
use std::collections::HashMap;
use std::sync::Arc;

pub fn d(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

pub fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub fn n(text: &str) -> Value {
    Value::Number(d(text))
}

pub fn days(count: u32) -> Duration {
    Duration { count, unit: PeriodKind::Day }
}

pub fn quarters(count: u32) -> Duration {
    Duration { count, unit: PeriodKind::Quarter }
}

pub fn header(name: &str) -> Header {
    Header { name: name.to_string(), ..Header::default() }
}

// ---------- expressions ----------

pub fn e(kind: ExprKind) -> Expr {
    Expr { kind, ty: Type::Unknown, span: Default::default() }
}

pub fn bx(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

pub fn num(text: &str) -> Expr {
    e(ExprKind::Literal(n(text)))
}

pub fn truth(value: bool) -> Expr {
    e(ExprKind::Literal(Value::Boolean(value)))
}

pub fn unknown() -> Expr {
    e(ExprKind::Literal(Value::Missing(laud::value::Missing::NoData)))
}

pub fn metric(id: u32) -> Expr {
    e(ExprKind::Metric(MetricId(id)))
}

pub fn score(id: u32) -> Expr {
    e(ExprKind::Score(ScorecardId(id)))
}

pub fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    e(ExprKind::Compare(op, bx(left), bx(right)))
}

pub fn at_least(left: Expr, right: &str) -> Expr {
    compare(CompareOp::GreaterEqual, left, num(right))
}

pub fn below(left: Expr, right: &str) -> Expr {
    compare(CompareOp::Less, left, num(right))
}

pub fn and(list: Vec<Expr>) -> Expr {
    e(ExprKind::And(list))
}

pub fn aggregate(function: AggregateFunction, source: TableId) -> Aggregate {
    Aggregate::of(function, source)
}

pub fn keep(last: bool) -> Keep {
    if last { Keep::Last } else { Keep::First }
}

pub fn rows(aggregate: Aggregate) -> Expr {
    e(ExprKind::Aggregate(Box::new(aggregate)))
}

// ---------- bands ----------

pub fn band(name: &str, test: BandTest, points: Option<&str>) -> Band {
    Band { name: name.to_string(), test, points: points.map(d), span: Default::default() }
}

pub fn from(bound: &str) -> BandTest {
    BandTest::Compare(CompareOp::GreaterEqual, d(bound))
}

pub fn above(bound: &str) -> BandTest {
    BandTest::Compare(CompareOp::Greater, d(bound))
}

pub fn bands(bands: Vec<Band>) -> BandTable {
    BandTable { segment: None, bands, span: Default::default() }
}

pub fn scale(points: &[(&str, &str)]) -> Scale {
    Scale { segment: None, points: points.iter().map(|(x, p)| (d(x), d(p))).collect(), span: Default::default() }
}

pub fn line(item: Node, weight: &str) -> Line {
    Line {
        item,
        weight: d(weight),
        informational: false,
        at_most: None,
        scale: None,
        missing: None,
        because: None,
        span: Default::default(),
    }
}

pub const RENORMALISE: MissingPolicy = MissingPolicy::Renormalise { at_least: Decimal::ZERO };

pub fn card(name: &str, lines: Vec<Line>) -> Scorecard {
    Scorecard {
        header: header(name),
        lines,
        overrides: Vec::new(),
        missing: RENORMALISE,
        combine: Combine::WeightedMean,
        base: Decimal::ZERO,
        correction: None,
        limits: Vec::new(),
        grades: Vec::new(),
    }
}

// ---------- program and data ----------

/// A program with its data.
#[derive(Default)]
pub struct World {
    pub program: Program,
    pub data: Dataset,
    pub calendar: Calendar,
}

impl World {
    /// Accounts of these ids and nothing else.
    pub fn of(ids: &[&str]) -> World {
        let mut world = World::default();
        world.table("account", "id text", &ids.join("\n"));
        world
    }

    /// The table of accounts; the first column is the key. Columns are `name type`, split by `|`; a type is one of
    /// boolean, number, date, instant, text or a list `a/b/c`. A blank cell is missing, `!` is unreadable.
    pub fn table(&mut self, name: &str, columns: &str, rows: &str) -> TableId {
        let (fields, mut data) = self.read(name, columns, rows);
        let keys = (0..data.rows).map(|row| match data.value(FieldId(0), row) {
            Value::Text(key) => key,
            _ => panic!("row {row} has no key"),
        });
        data.by_key = ByKey::new(keys.collect(), |_, _| true);
        let kind = TableKind::Rows { as_of: None };
        let id = self.add(Table { header: header(name), kind, fields, key: Some(FieldId(0)) }, data);
        self.program.subject = Some(id);
        id
    }

    /// An event table of the accounts: the first column is the account, the second the date.
    pub fn events(&mut self, name: &str, columns: &str, rows: &str) -> TableId {
        let (fields, mut data) = self.read(name, columns, rows);
        let parent = self.program.subject.unwrap();
        let parents = &self.data.tables[parent.index()];
        data.by_parent = vec![Vec::new(); parents.rows as usize];
        let mut order: Vec<u32> = (0..data.rows).collect();
        let instant = |row: u32| match data.value(FieldId(1), row) {
            Value::Instant(micros) => micros,
            value => i64::from(value.date().unwrap().0) * laud::value::DAY_MICROS,
        };
        order.sort_by_key(|row| instant(*row));
        let last = order.last().and_then(|row| data.value(FieldId(1), *row).date());
        for row in order {
            let Value::Text(key) = data.value(FieldId(0), row) else { panic!("row {row} has no account") };
            data.by_parent[parents.by_key.get(&key).expect("an account") as usize].push(row);
        }
        data.covers_to = last;
        let kind = TableKind::Events { of: parent, parent: FieldId(0), at: FieldId(1) };
        self.add(Table { header: header(name), kind, fields, key: None }, data)
    }

    fn add(&mut self, table: Table, data: TableData) -> TableId {
        self.program.tables.push(table);
        self.data.tables.push(data);
        TableId(self.program.tables.len() as u32 - 1)
    }

    fn read(&mut self, table: &str, columns: &str, rows: &str) -> (Vec<Field>, TableData) {
        let lines: Vec<Vec<&str>> = rows
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.split('|').map(|cell| cell.strip_prefix(' ').unwrap_or(cell)).collect())
            .collect();
        let mut fields = Vec::new();
        let mut data = TableData { loaded: true, rows: lines.len() as u32, ..TableData::default() };
        for (i, column) in columns.split('|').enumerate() {
            let (name, ty) = column.trim().split_once(' ').unwrap();
            // Only text keeps its blanks.
            let cells: Vec<&str> = lines
                .iter()
                .map(|line| line.get(i).copied().unwrap_or(""))
                .map(|cell| if ty == "text" { cell.strip_suffix(' ').unwrap_or(cell) } else { cell.trim() })
                .map(|cell| if cell.trim().is_empty() { "" } else { cell })
                .collect();
            let ty = self.ty(table, name, ty);
            let unreadable = (0u32..).zip(&cells).filter(|(_, cell)| **cell == "!").map(|(row, _)| row).collect();
            data.columns.push(Column { cells: self.cells(ty, &cells), unreadable });
            fields.push(Field {
                name: name.to_string(),
                ty,
                integer: false,
                low: None,
                high: None,
                optional: true,
                personal: false,
                recorded: false,
                merged: false,
                parent: false,
                currency: None,
                doc: None,
                span: Default::default(),
            });
        }
        (fields, data)
    }

    fn ty(&mut self, table: &str, name: &str, ty: &str) -> Type {
        match ty {
            "boolean" => Type::Boolean,
            "number" => Type::PLAIN,
            "date" => Type::Date,
            "instant" => Type::Instant,
            "text" => Type::Text,
            list => {
                let values = list.split('/').map(str::to_string).collect();
                self.program.enums.push(EnumType { name: format!("{table}.{name}"), values });
                Type::Enum(EnumId(self.program.enums.len() as u32 - 1))
            }
        }
    }

    fn cells(&self, ty: Type, cells: &[&str]) -> Cells {
        fn read<T>(cells: &[&str], read: impl Fn(&str) -> T) -> Vec<Option<T>> {
            cells.iter().map(|cell| (!cell.is_empty() && *cell != "!").then(|| read(cell))).collect()
        }
        match ty {
            Type::Boolean => Cells::Boolean(read(cells, |cell| cell == "yes")),
            Type::Date => Cells::Date(read(cells, date).into_iter().collect()),
            Type::Instant => Cells::Instant(read(cells, |cell| {
                let (day, time) = cell.split_once('T').unwrap();
                let (hour, minute) = time.split_once(':').unwrap();
                let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
                i64::from(date(day).0) * laud::value::DAY_MICROS + minutes * 60_000_000
            })),
            Type::Text => Cells::Text(read(cells, |cell| Arc::from(cell))),
            Type::Enum(id) => Cells::Symbol(read(cells, |cell| self.symbol_of(id, cell))),
            _ => Cells::Number(read(cells, d).into_iter().collect()),
        }
    }

    fn symbol_of(&self, id: EnumId, name: &str) -> u32 {
        self.program.enums[id.index()].values.iter().position(|value| value == name).unwrap() as u32
    }

    pub fn field(&self, table: TableId, name: &str) -> FieldId {
        let fields = &self.program.tables[table.index()].fields;
        FieldId(fields.iter().position(|f| f.name == name).unwrap_or_else(|| panic!("no field {name}")) as u32)
    }

    /// A column of the account.
    pub fn own(&self, name: &str) -> Expr {
        e(ExprKind::Field(self.field(self.program.subject.unwrap(), name)))
    }

    /// A column of the event row.
    pub fn row(&self, table: TableId, name: &str) -> Expr {
        e(ExprKind::RowField(self.field(table, name)))
    }

    /// `name = value`, of an event row.
    pub fn row_is(&self, table: TableId, name: &str, value: &str) -> Expr {
        let field = self.field(table, name);
        let right = match self.program.tables[table.index()].fields[field.index()].ty {
            Type::Enum(id) => Value::Symbol(self.symbol_of(id, value)),
            Type::Boolean => Value::Boolean(value == "yes"),
            _ => Value::Text(value.into()),
        };
        compare(CompareOp::Equal, self.row(table, name), e(ExprKind::Literal(right)))
    }

    pub fn metric(&mut self, name: &str, value: Expr) -> Node {
        self.full_metric(Metric {
            header: header(name),
            value,
            thresholds: Vec::new(),
            scales: Vec::new(),
            valid_for: None,
        })
    }

    pub fn full_metric(&mut self, metric: Metric) -> Node {
        self.program.metrics.push(metric);
        let node = Node::Metric(MetricId(self.program.metrics.len() as u32 - 1));
        self.program.order.push(node);
        node
    }

    /// Points that are the same for everyone, or missing.
    pub fn fixed(&mut self, name: &str, points: Option<&str>) -> Node {
        let value = points.map_or_else(unknown, num);
        self.metric(name, value)
    }

    pub fn card(&mut self, card: Scorecard) -> Node {
        self.program.scorecards.push(card);
        let node = Node::Scorecard(ScorecardId(self.program.scorecards.len() as u32 - 1));
        self.program.order.push(node);
        node
    }

    pub fn segment(&mut self, name: &str, condition: Expr) -> SegmentRef {
        self.program.segments.push(Segment { header: header(name), condition });
        SegmentRef::Segment(SegmentId(self.program.segments.len() as u32 - 1))
    }

    pub fn rule(&mut self, name: &str, condition: Expr, unless: Option<Expr>) -> RuleId {
        self.program.rules.push(Rule { unless, ..Rule::of(header(name), Trigger::When, condition) });
        RuleId(self.program.rules.len() as u32 - 1)
    }

    pub fn options(&self, as_of: &str) -> Options {
        Options { as_of: date(as_of), calendar: self.calendar, accounts: Vec::new() }
    }

    pub fn run(&self, as_of: &str) -> HashMap<String, AccountResult> {
        let results = Reference.evaluate(&self.program, &self.data, &self.options(as_of));
        results.accounts.into_iter().map(|account| (account.id.clone(), account)).collect()
    }

    pub fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(&self.program, &self.data, self.calendar)
    }

    /// The value of an expression for the account `A`.
    pub fn value(&self, expr: &Expr, as_of: &str) -> Value {
        self.evaluator().account("A", date(as_of)).unwrap().value_of(expr)
    }
}

/// The metric of this place.
pub fn value(account: &AccountResult, metric: usize) -> String {
    show(&account.metrics[metric].value)
}

pub fn show(value: &Value) -> String {
    match value {
        Value::Missing(reason) => reason.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Date(date) => date.to_string(),
        other => format!("{other:?}"),
    }
}
