//! Conditions as sets of accounts: which two conditions can hold together, and which accounts no condition takes.
//!
//! A condition becomes a list of boxes; a box says for each quantity which values it may have. Quantities are columns,
//! metrics and scores; comparisons with constants, lists, yes-and-no and their negations are exact. Anything else is an
//! opaque yes-or-no quantity of its own, so a proof that two conditions exclude each other is always right, and a
//! witness is a real one only if no opaque quantity is involved; [`Witness::certain`] says so. Missing values satisfy no
//! condition and are left out here.

use super::domain;
use super::interval::{Numbers, shown_number};
use crate::ast::CompareOp;
use crate::calendar::Date;
use crate::number::Decimal;
use crate::program::{BandTest, Expr, ExprKind, Field, Program, SegmentRef, Table, TableId, Type};
use crate::resolve::Symbol;
use crate::value::Value;
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// More boxes than this are not worth it: the proof is given up.
const MAX_BOXES: usize = 500;

/// Lists longer than this are not looked into.
const MAX_LISTED: u32 = 1_000;

/// What a quantity may be.
#[derive(Debug, Clone, PartialEq)]
enum Values {
    Numbers(Numbers),
    /// One bit per value of a list; bit 0 and 1 for no and yes.
    Listed(Vec<bool>),
}

impl Values {
    fn and(&self, other: &Values) -> Values {
        match (self, other) {
            (Values::Numbers(a), Values::Numbers(b)) => Values::Numbers(a.and(b)),
            (Values::Listed(a), Values::Listed(b)) => Values::Listed(a.iter().zip(b).map(|(x, y)| *x && *y).collect()),
            _ => self.clone(),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Values::Numbers(set) => set.is_empty(),
            Values::Listed(bits) => !bits.contains(&true),
        }
    }
}

/// One box: every quantity that is limited.
#[derive(Debug, Clone, Default)]
struct Cell(BTreeMap<String, (Values, bool)>);

/// A set of accounts.
#[derive(Debug, Clone)]
pub struct Region(Vec<Cell>);

/// An account, told by its quantities.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// `arr = 300000, industry = fintech`
    pub text: String,
    /// False if a condition was involved that could not be looked into.
    pub certain: bool,
}

/// Turns conditions into regions; `None` where it would grow too large.
pub struct Regions<'k> {
    /// The program so far, for names.
    pub program: &'k Program,
    /// What is known about ranges.
    pub known: &'k dyn domain::Known,
    /// The table of the rows that conditions are about, if they are about rows.
    pub rows: Option<TableId>,
}

impl Regions<'_> {
    /// Accounts for which the condition is `wanted`.
    pub fn of(&self, condition: &Expr, wanted: bool) -> Option<Region> {
        match (&condition.kind, wanted) {
            (ExprKind::Not(inner), _) => self.of(inner, !wanted),
            (ExprKind::And(list), true) | (ExprKind::Or(list), false) => {
                let mut all = Region(vec![Cell::default()]);
                for part in list {
                    all = all.and(&self.of(part, wanted)?)?;
                }
                Some(all)
            }
            (ExprKind::Or(list), true) | (ExprKind::And(list), false) => {
                let mut all = Region::nothing();
                for part in list {
                    all = all.or(&self.of(part, wanted)?)?;
                }
                Some(all)
            }
            (ExprKind::Segment(id), _) => self.known.members(SegmentRef::Segment(*id), wanted),
            (ExprKind::Part(id, part), _) => self.known.members(SegmentRef::Part(*id, *part), wanted),
            (ExprKind::Compare(CompareOp::Equal | CompareOp::NotEqual, left, right), _) => {
                match (&left.kind, self.constant(right)) {
                    (ExprKind::Partition(id), Some(Value::Symbol(part))) => {
                        let equal = matches!(&condition.kind, ExprKind::Compare(CompareOp::Equal, ..));
                        self.known.members(SegmentRef::Part(*id, part), equal == wanted)
                    }
                    _ => Some(self.atom(condition, wanted)),
                }
            }
            (ExprKind::In { value, list, negated }, _) if matches!(value.kind, ExprKind::Partition(_)) => {
                let ExprKind::Partition(id) = value.kind else { return None };
                let named: Vec<Value> = list.iter().map(|e| self.constant(e)).collect::<Option<_>>()?;
                let Type::Enum(values) = value.ty else { return None };
                let count = self.program.enums.get(values.index())?.values.len() as u32;
                let mut all = Region::nothing();
                for part in (0..count).filter(|p| named.contains(&Value::Symbol(*p)) == (*negated != wanted)) {
                    all = all.or(&self.known.members(SegmentRef::Part(id, part), true)?)?;
                }
                Some(all)
            }
            _ => Some(self.atom(condition, wanted)),
        }
    }

    /// The accounts of each part of a partition by one value; texts cannot be listed, there
    /// the partition itself is the quantity.
    pub fn of_bands(&self, by: &Expr, bands: &[BandTest], partition: &str) -> Vec<Region> {
        let certain = matches!(by.kind, ExprKind::Field(_) | ExprKind::Metric(_) | ExprKind::Score(_));
        let one = |key: String, values: Values, sure: bool| match values.is_empty() {
            true => Region(Vec::new()),
            false => Region(vec![Cell(BTreeMap::from([(key, (values, sure))]))]),
        };
        let count = match by.ty {
            Type::Number(_) => {
                let mut rest = self.range(by);
                return bands
                    .iter()
                    .map(|band| {
                        let own = rest.and(&band_numbers(band));
                        rest.remove(&own, false);
                        one(self.key(by), Values::Numbers(own), certain)
                    })
                    .collect();
            }
            Type::Boolean => Some(2),
            Type::Enum(list) => self.program.enums.get(list.index()).map(|e| e.values.len()),
            _ => None,
        };
        match count {
            Some(count) => {
                let mut left = vec![true; count];
                bands
                    .iter()
                    .map(|band| {
                        let takes = |place: usize| match band {
                            BandTest::In(values) => {
                                values.contains(&Value::Symbol(place as u32))
                                    || (by.ty == Type::Boolean && values.contains(&Value::Boolean(place == 1)))
                            }
                            BandTest::Otherwise => true,
                            _ => false,
                        };
                        let own: Vec<bool> = left.iter().enumerate().map(|(i, free)| *free && takes(i)).collect();
                        left.iter_mut().zip(&own).for_each(|(free, taken)| *free &= !taken);
                        one(self.key(by), Values::Listed(own), certain)
                    })
                    .collect()
            }
            None => (0..bands.len())
                .map(|i| {
                    let bits = (0..bands.len()).map(|j| i == j).collect();
                    one(partition.to_string(), Values::Listed(bits), true)
                })
                .collect(),
        }
    }

    fn atom(&self, condition: &Expr, wanted: bool) -> Region {
        let found = match &condition.kind {
            ExprKind::Compare(op, left, right) => self.compared(*op, left, right, wanted),
            ExprKind::In { value, list, negated } => self.listed(value, list, *negated != wanted),
            ExprKind::Field(_) | ExprKind::RowField(_) | ExprKind::Metric(_) if condition.ty == Type::Boolean => {
                Some((self.key(condition), Values::Listed(vec![!wanted, wanted]), true))
            }
            _ => None,
        };
        let (key, values, certain) =
            found.unwrap_or_else(|| (opaque(&condition.kind), Values::Listed(vec![!wanted, wanted]), false));
        if values.is_empty() {
            return Region(Vec::new());
        }
        Region(vec![Cell(BTreeMap::from([(key, (values, certain))]))])
    }

    fn key(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Field(id) => {
                let fields = self.program.subject_table().map(|t| t.fields.as_slice()).unwrap_or(&[]);
                fields.get(id.index()).map_or(String::new(), |f| f.name.clone())
            }
            ExprKind::RowField(id) => match self.table() {
                Some(table) => table.fields.get(id.index()).map_or(String::new(), |f| row_key(table, f)),
                None => opaque(&expr.kind),
            },
            ExprKind::Metric(id) => self.known.name(Symbol::Metric(id.index())).to_string(),
            ExprKind::Score(id) => self.known.name(Symbol::Scorecard(id.index())).to_string(),
            ExprKind::Partition(id) => self.known.name(Symbol::Partition(id.index())).to_string(),
            other => opaque(other),
        }
    }

    fn compared(&self, op: CompareOp, left: &Expr, right: &Expr, wanted: bool) -> Option<(String, Values, bool)> {
        let (quantity, op, bound) = match (self.constant(left), self.constant(right)) {
            (None, Some(bound)) => (left, op, bound),
            (Some(bound), None) => (right, mirrored(op), bound),
            _ => return None,
        };
        let op = if wanted { op } else { opposite(op) };
        let certain = is_plain(quantity);
        let values = match bound {
            Value::Number(bound) => Values::Numbers(self.range(quantity).and(&Numbers::compared(op, bound))),
            Value::Date(date) => Values::Numbers(Numbers::compared(op, Decimal::int(i64::from(date.0))).whole()),
            Value::Symbol(symbol) => self.symbols(quantity.ty, |s| (s == symbol) == (op == CompareOp::Equal))?,
            Value::Boolean(yes) => {
                let yes = yes == (op == CompareOp::Equal);
                Values::Listed(vec![!yes, yes])
            }
            _ => return None,
        };
        Some((self.key(quantity), values, certain))
    }

    fn listed(&self, value: &Expr, list: &[Expr], inside: bool) -> Option<(String, Values, bool)> {
        let constants: Vec<Value> = list.iter().map(|e| self.constant(e)).collect::<Option<_>>()?;
        let values = match value.ty {
            Type::Enum(_) => self.symbols(value.ty, |s| constants.contains(&Value::Symbol(s)) == inside)?,
            Type::Number(_) => {
                let points = Numbers::points(constants.iter().filter_map(Value::number));
                let range = self.range(value);
                Values::Numbers(if inside { range.and(&points) } else { range.without(&points) })
            }
            _ => return None,
        };
        let certain = is_plain(value);
        Some((self.key(value), values, certain))
    }

    fn symbols(&self, ty: Type, keep: impl Fn(u32) -> bool) -> Option<Values> {
        let Type::Enum(list) = ty else { return None };
        let count = self.program.enums.get(list.index())?.values.len() as u32;
        (count <= MAX_LISTED).then(|| Values::Listed((0..count).map(keep).collect()))
    }

    fn range(&self, quantity: &Expr) -> Numbers {
        domain::of(quantity, self.known, self.rows).numbers()
    }

    fn constant(&self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Literal(value) => Some(value.clone()),
            ExprKind::Param(id) => self.known.param(*id).map(Value::Number),
            ExprKind::Negate(inner) => match self.constant(inner)? {
                Value::Number(n) => Some(Value::Number(n.neg())),
                _ => None,
            },
            _ => None,
        }
    }

    /// An account of the region in words, if there is one.
    pub fn witness(&self, region: &Region) -> Option<Witness> {
        let cell = region.0.first()?;
        let mut parts = Vec::new();
        let mut certain = true;
        for (key, (values, sure)) in &cell.0 {
            if !sure {
                certain = false;
                continue;
            }
            let text = match values {
                Values::Numbers(set) => set.example().map(|n| self.number(key, n)),
                Values::Listed(bits) => {
                    let place = bits.iter().position(|b| *b)?;
                    Some(self.value_name(key, place, bits.len()))
                }
            };
            parts.push(format!("{key} = {}", text?));
        }
        Some(Witness { text: parts.join(", "), certain })
    }

    /// The table of the rows that conditions are about.
    fn table(&self) -> Option<&Table> {
        self.program.table(self.rows?)
    }

    /// The column of a quantity, if it is one.
    fn column(&self, key: &str) -> Option<&Field> {
        let of_row = || {
            let table = self.table()?;
            table.fields.iter().find(|f| row_key(table, f) == key)
        };
        of_row().or_else(|| self.program.subject_table()?.fields.iter().find(|f| f.name == key))
    }

    /// A number as the column of this name holds it.
    fn number(&self, key: &str, n: Decimal) -> String {
        match self.column(key).map(|f| f.ty) {
            Some(Type::Date) => {
                n.to_int().and_then(|d| i32::try_from(d).ok()).map_or(n.to_string(), |d| Date(d).to_string())
            }
            Some(ty) => shown_number(n, ty),
            None => n.to_string(),
        }
    }

    fn value_name(&self, key: &str, place: usize, count: usize) -> String {
        let list = match self.column(key).map(|f| f.ty) {
            Some(Type::Enum(id)) => Some(id),
            _ => self.known.list(key),
        };
        match list {
            Some(id) => self.program.symbol(id, place as u32).to_string(),
            _ if count == 2 => if place == 1 { "yes" } else { "no" }.to_string(),
            _ => place.to_string(),
        }
    }
}

/// What a column of rows is called beside those of accounts.
fn row_key(table: &Table, field: &Field) -> String {
    format!("{}.{}", table.header.name, field.name)
}

/// What a quantity without a name is called: the same wherever it stands in the text.
fn opaque(kind: &ExprKind) -> String {
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    format!("#{:016x}", hasher.finish())
}

/// True for quantities that a witness can name.
fn is_plain(quantity: &Expr) -> bool {
    matches!(
        quantity.kind,
        ExprKind::Field(_) | ExprKind::RowField(_) | ExprKind::Metric(_) | ExprKind::Score(_) | ExprKind::Partition(_)
    )
}

impl Region {
    /// No account.
    pub fn nothing() -> Region {
        Region(Vec::new())
    }

    /// All accounts.
    pub fn everything() -> Region {
        Region(vec![Cell::default()])
    }

    /// Accounts in both; `None` if that would grow too large.
    pub fn and(mut self, other: &Region) -> Option<Region> {
        // The long way is for alternatives; a chain of single conditions narrows the boxes where they stand.
        if let [only] = other.0.as_slice() {
            self.0.retain_mut(|cell| cell.narrow(only));
            return Some(self);
        }
        let mut cells = Vec::new();
        for a in &self.0 {
            for b in &other.0 {
                if let Some(cell) = a.and(b) {
                    cells.push(cell);
                    if cells.len() > MAX_BOXES {
                        return None;
                    }
                }
            }
        }
        Some(Region(cells).joined())
    }

    /// Accounts in either; `None` if that would grow too large.
    pub fn or(mut self, other: &Region) -> Option<Region> {
        self.0.extend(other.0.iter().cloned());
        let all = self.joined();
        (all.0.len() <= MAX_BOXES).then_some(all)
    }

    /// Accounts in any of these; `None` if that would grow too large, or one of them is not known.
    pub fn any<'r>(regions: impl IntoIterator<Item = Option<&'r Region>>) -> Option<Region> {
        let mut cells = Vec::new();
        for region in regions {
            cells.extend(region?.0.iter().cloned());
        }
        let all = Region(cells).joined();
        (all.0.len() <= MAX_BOXES).then_some(all)
    }

    /// Boxes that limit nothing but one and the same number are one box.
    fn joined(self) -> Region {
        let Some((key, sure)) = self.0.first().and_then(Cell::single) else { return self };
        let mut all = Vec::new();
        for cell in &self.0 {
            match (cell.single(), cell.0.get(&key)) {
                (Some((other, also)), Some((Values::Numbers(set), _))) if other == key && also == sure => all.push(set),
                _ => return self,
            }
        }
        if all.len() < 2 {
            return self;
        }
        let set = Numbers::any(all);
        Region(vec![Cell(BTreeMap::from([(key, (Values::Numbers(set), sure))]))])
    }

    /// Some of the accounts in both, nothing if there are none.
    pub fn common(&self, other: &Region) -> Region {
        let found = self.0.iter().find_map(|a| other.0.iter().find_map(|b| a.and(b)));
        Region(found.into_iter().collect())
    }

    /// The quantities that it limits.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let keys: std::collections::BTreeSet<&str> =
            self.0.iter().flat_map(|c| c.0.keys().map(String::as_str)).collect();
        keys.into_iter()
    }

    /// The values of a quantity that its accounts may have, as intervals of numbers or of places in a list; everything where
    /// it is not limited.
    pub fn spans(&self, key: &str) -> Vec<(i128, i128)> {
        let mut spans = Vec::new();
        for cell in &self.0 {
            match cell.0.get(key) {
                Some((Values::Numbers(set), _)) => spans.extend_from_slice(set.spans()),
                Some((Values::Listed(bits), _)) => {
                    spans.extend((0i128..).zip(bits).filter(|(_, bit)| **bit).map(|(i, _)| (i, i)));
                }
                None => spans.push((i128::MIN, i128::MAX)),
            }
        }
        spans
    }

    /// True if no account is in it, as far as can be told.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Cell {
    /// The name of the one number that is limited, if nothing else is.
    fn single(&self) -> Option<(String, bool)> {
        let mut limits = self.0.iter();
        match (limits.next(), limits.next()) {
            (Some((key, (Values::Numbers(_), sure))), None) => Some((key.clone(), *sure)),
            _ => None,
        }
    }

    fn and(&self, other: &Cell) -> Option<Cell> {
        let mut both = self.clone();
        both.narrow(other).then_some(both)
    }

    /// Limits this box by another; false if nothing is left of it.
    fn narrow(&mut self, other: &Cell) -> bool {
        for (key, (values, sure)) in &other.0 {
            match self.0.get_mut(key) {
                Some((mine, _)) => {
                    *mine = mine.and(values);
                    if mine.is_empty() {
                        return false;
                    }
                }
                None => {
                    self.0.insert(key.clone(), (values.clone(), *sure));
                }
            }
        }
        true
    }
}

/// The numbers that a row takes if no row above does.
pub fn band_numbers(test: &BandTest) -> Numbers {
    match test {
        BandTest::Compare(op, bound) => Numbers::compared(*op, *bound),
        BandTest::Between(low, high) => Numbers::between(Some(*low), Some(*high)),
        BandTest::In(values) => Numbers::points(values.iter().filter_map(Value::number)),
        BandTest::Otherwise => Numbers::all(),
        BandTest::Missing => Numbers::none(),
    }
}

fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        same => same,
    }
}

fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal => CompareOp::NotEqual,
        CompareOp::NotEqual => CompareOp::Equal,
        CompareOp::Less => CompareOp::GreaterEqual,
        CompareOp::LessEqual => CompareOp::Greater,
        CompareOp::Greater => CompareOp::LessEqual,
        CompareOp::GreaterEqual => CompareOp::Less,
    }
}
