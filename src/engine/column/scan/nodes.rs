//! Conditions on rows as tests of lanes: each test once, however many aggregates ask for it.
//!
//! A condition is compiled for one as-of date into nodes; nodes that say the same are one node. For a piece every node
//! becomes a [`Mask`]: which rows meet it, and of which it is unknown. What has no test of its own is evaluated row by row.

use super::row::{self, Rows};
use crate::ast::CompareOp;
use crate::calendar::{Calendar, Date};
use crate::data::stream::{Lane, LaneCells, Piece, Validity};
use crate::engine::reference::{compare, passes};
use crate::program::{Expr, ExprKind, FieldId, MissingWord, Program, TableId, Type};
use crate::value::{DAY_MICROS, Value};
use std::collections::HashMap;

/// A place among nodes.
pub(super) type NodeId = u32;

/// A lane, by its place in a piece.
pub(super) type LaneId = u32;

/// A condition on rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// The same for all rows.
    Same(Option<bool>),
    /// One of these symbols, a bit per symbol.
    Symbols { lane: LaneId, set: Vec<u64> },
    /// Yes, or no.
    Flag { lane: LaneId, is: bool },
    /// A number against a bound.
    Number { lane: LaneId, op: CompareOp, bound: i128 },
    /// A date, or the date of an instant, against a day.
    Day { lane: LaneId, op: CompareOp, bound: i32 },
    /// An instant against another.
    Micros { lane: LaneId, op: CompareOp, bound: i64 },
    /// A text against another.
    Text { lane: LaneId, op: CompareOp, text: String },
    /// No value, for this reason if one is given.
    Missing { lane: LaneId, because: Option<MissingWord>, negated: bool },
    /// All of these.
    All(Vec<NodeId>),
    /// One of these.
    Any(Vec<NodeId>),
    /// The opposite.
    Not(NodeId),
    /// Row by row: an expression by its place in [`Nodes::exprs`].
    Rows(u32),
}

/// Which rows meet a condition, and of which that is unknown; a bit per row.
#[derive(Debug, Clone, Default)]
pub(super) struct Mask {
    pub(super) yes: Vec<u64>,
    pub(super) unknown: Vec<u64>,
}

/// The conditions on the rows of one table.
#[derive(Debug)]
pub(super) struct Nodes<'p> {
    pub(super) program: &'p Program,
    pub(super) calendar: Calendar,
    table: TableId,
    /// Each after what it is made of.
    list: Vec<Node>,
    known: HashMap<Node, NodeId>,
    /// The columns that are looked at; a lane each.
    pub(super) fields: Vec<FieldId>,
    /// What is evaluated row by row, and at which as-of date.
    pub(super) exprs: Vec<(&'p Expr, Date)>,
}

impl<'p> Nodes<'p> {
    pub(super) fn new(program: &'p Program, calendar: Calendar, table: TableId) -> Nodes<'p> {
        let (list, known, fields, exprs) = Default::default();
        Nodes { program, calendar, table, list, known, fields, exprs }
    }

    /// The lane of a column, which will be asked for.
    pub(super) fn lane(&mut self, field: FieldId) -> LaneId {
        let place = self.fields.iter().position(|known| *known == field).unwrap_or_else(|| {
            self.fields.push(field);
            self.fields.len() - 1
        });
        place as LaneId
    }

    /// All columns that an expression reads get a lane; gives the lanes.
    pub(super) fn lanes_of(&mut self, expr: &Expr) -> Vec<LaneId> {
        let mut lanes = Vec::new();
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            if let ExprKind::RowField(field) = &expr.kind {
                let lane = self.lane(*field);
                if !lanes.contains(&lane) {
                    lanes.push(lane);
                }
            }
            open.extend(expr.children());
        }
        lanes
    }

    fn add(&mut self, node: Node) -> NodeId {
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        let id = self.list.len() as NodeId;
        self.list.push(node.clone());
        self.known.insert(node, id);
        id
    }

    /// The condition that everything meets.
    pub(super) fn everything(&mut self) -> NodeId {
        self.add(Node::Same(Some(true)))
    }

    /// A condition at an as-of date.
    pub(super) fn condition(&mut self, expr: &'p Expr, date: Date) -> NodeId {
        let node = self.simple(expr, date).unwrap_or_else(|| {
            self.lanes_of(expr);
            let same = |(known, at): &(&Expr, Date)| std::ptr::eq(*known, expr) && *at == date;
            let place = self.exprs.iter().position(same).unwrap_or_else(|| {
                self.exprs.push((expr, date));
                self.exprs.len() - 1
            });
            Node::Rows(place as u32)
        });
        self.add(node)
    }

    /// A condition at an as-of date, if none of it is evaluated row by row.
    pub(super) fn quick(&mut self, expr: &'p Expr, date: Date) -> Option<NodeId> {
        let (nodes, exprs) = (self.list.len(), self.exprs.len());
        let id = self.condition(expr, date);
        let parts = self.parts_of(id);
        if !self.list.iter().zip(&parts).any(|(node, part)| *part && matches!(node, Node::Rows(_))) {
            return Some(id);
        }
        self.list.truncate(nodes);
        self.exprs.truncate(exprs);
        self.known.retain(|_, id| (*id as usize) < nodes);
        None
    }

    fn simple(&mut self, expr: &'p Expr, date: Date) -> Option<Node> {
        if let Some(value) = self.constant(expr, date) {
            return Some(Node::Same(value.truth()));
        }
        Some(match &expr.kind {
            ExprKind::RowField(field) if self.type_of(*field)? == Type::Boolean => {
                Node::Flag { lane: self.lane(*field), is: true }
            }
            ExprKind::Not(inner) => Node::Not(self.condition(inner, date)),
            ExprKind::And(list) => Node::All(list.iter().map(|part| self.condition(part, date)).collect()),
            ExprKind::Or(list) => Node::Any(list.iter().map(|part| self.condition(part, date)).collect()),
            ExprKind::Compare(op, left, right) => match (&left.kind, &right.kind) {
                (ExprKind::RowField(field), _) => self.test(*field, *op, &self.constant(right, date)?)?,
                (_, ExprKind::RowField(field)) => self.test(*field, turned(*op), &self.constant(left, date)?)?,
                _ => return None,
            },
            ExprKind::In { value, list, negated } => {
                let ExprKind::RowField(field) = &value.kind else { return None };
                let list: Vec<Value> = list.iter().map(|member| self.constant(member, date)).collect::<Option<_>>()?;
                if list.iter().any(Value::is_missing) {
                    return None;
                }
                let any = self.one_of(*field, &list)?;
                if *negated { Node::Not(self.add(any)) } else { any }
            }
            ExprKind::Within { value, window, negated } => {
                let ExprKind::RowField(field) = &value.kind else { return None };
                let range = self.calendar.range(*window, date);
                let ends = [(CompareOp::GreaterEqual, range.first), (CompareOp::LessEqual, range.last)];
                let tests = ends.into_iter().map(|(op, end)| self.test(*field, op, &Value::Date(end)));
                let tests: Vec<Node> = tests.collect::<Option<_>>()?;
                let within = Node::All(tests.into_iter().map(|test| self.add(test)).collect());
                if *negated { Node::Not(self.add(within)) } else { within }
            }
            ExprKind::IsMissing { value, because, negated } => {
                let ExprKind::RowField(field) = &value.kind else { return None };
                Node::Missing { lane: self.lane(*field), because: *because, negated: *negated }
            }
            _ => return None,
        })
    }

    fn type_of(&self, field: FieldId) -> Option<Type> {
        self.program.table(self.table)?.fields.get(field.index()).map(|field| field.ty)
    }

    /// What is the same for all rows.
    pub(super) fn constant(&self, expr: &Expr, date: Date) -> Option<Value> {
        match &expr.kind {
            ExprKind::Literal(value) => Some(value.clone()),
            ExprKind::Param(id) => self.program.params.get(id.index()).map(|param| param.value.clone()),
            ExprKind::AsOfDate => Some(Value::Date(date)),
            ExprKind::Negate(inner) => match self.constant(inner, date)? {
                Value::Number(number) => Some(Value::Number(number.neg())),
                _ => None,
            },
            _ => None,
        }
    }

    /// A column against a constant.
    fn test(&mut self, field: FieldId, op: CompareOp, value: &Value) -> Option<Node> {
        if value.is_missing() {
            return Some(Node::Same(None));
        }
        let ty = self.type_of(field)?;
        let node = match (ty, value) {
            (Type::Enum(_), Value::Symbol(_)) => {
                return self.one_of_symbols(field, ty, op, std::slice::from_ref(value));
            }
            (Type::Boolean, Value::Boolean(is)) => match op {
                CompareOp::Equal => Node::Flag { lane: self.lane(field), is: *is },
                CompareOp::NotEqual => Node::Flag { lane: self.lane(field), is: !*is },
                _ => return None,
            },
            (Type::Number(_), Value::Number(bound)) => Node::Number { lane: self.lane(field), op, bound: bound.raw() },
            (Type::Instant, Value::Instant(bound)) => Node::Micros { lane: self.lane(field), op, bound: *bound },
            (Type::Date | Type::Instant, _) => Node::Day { lane: self.lane(field), op, bound: value.date()?.0 },
            (Type::Text, Value::Text(text)) => Node::Text { lane: self.lane(field), op, text: text.to_string() },
            _ => return None,
        };
        Some(node)
    }

    /// A column that is equal to one of these.
    fn one_of(&mut self, field: FieldId, list: &[Value]) -> Option<Node> {
        let ty = self.type_of(field)?;
        if matches!(ty, Type::Enum(_)) {
            return self.one_of_symbols(field, ty, CompareOp::Equal, list);
        }
        let tests: Vec<Node> =
            list.iter().map(|value| self.test(field, CompareOp::Equal, value)).collect::<Option<_>>()?;
        Some(Node::Any(tests.into_iter().map(|test| self.add(test)).collect()))
    }

    /// The symbols that compare so with one of these.
    fn one_of_symbols(&mut self, field: FieldId, ty: Type, op: CompareOp, list: &[Value]) -> Option<Node> {
        let Type::Enum(of) = ty else { return None };
        let count = self.program.enums.get(of.index())?.values.len();
        let mut set = vec![0u64; count.div_ceil(64)];
        for code in 0..count as u32 {
            let holds = |value: &Value| compare(op, &Value::Symbol(code), value).truth() == Some(true);
            if let Some(word) = set.get_mut(code as usize / 64).filter(|_| list.iter().any(holds)) {
                *word |= 1 << (code % 64);
            }
        }
        Some(Node::Symbols { lane: self.lane(field), set })
    }

    /// By node whether it is a condition or part of it.
    pub(super) fn parts_of(&self, condition: NodeId) -> Vec<bool> {
        let mut parts = vec![false; self.list.len()];
        self.mark_parts(condition, &mut parts);
        parts
    }

    /// The same beside what is marked already.
    pub(super) fn mark_parts(&self, condition: NodeId, parts: &mut [bool]) {
        let mut open = vec![condition];
        while let Some(id) = open.pop() {
            if let Some(part) = parts.get_mut(id as usize) {
                *part = true;
            }
            match self.list.get(id as usize) {
                Some(Node::All(list) | Node::Any(list)) => open.extend(list),
                Some(Node::Not(inner)) => open.push(*inner),
                _ => {}
            }
        }
    }

    /// The nodes that are needed for the rows of a piece, and those that are evaluated row by row, because `suspects` are told
    /// the rows for which something could not be computed.
    pub(super) fn masks(
        &self,
        piece: &Piece,
        needed: impl Fn(NodeId) -> bool,
        masks: &mut Vec<Mask>,
        suspects: &mut Vec<u32>,
    ) {
        masks.resize_with(self.list.len(), Mask::default);
        let words = piece.rows.div_ceil(64);
        let mut planes = Planes::default();
        for (i, node) in self.list.iter().enumerate() {
            if !needed(i as NodeId) && !matches!(node, Node::Rows(_)) {
                continue;
            }
            let (before, rest) = masks.split_at_mut(i);
            let Some(mask) = rest.first_mut() else { continue };
            mask.yes.clear();
            mask.unknown.clear();
            mask.yes.resize(words, 0);
            mask.unknown.resize(words, 0);
            match (node, self.symbols(node, piece)) {
                (Node::Symbols { lane, set }, Some(codes)) => {
                    planes.one_of(*lane, codes, set, &mut mask.yes);
                    valid_only(piece, *lane, mask);
                }
                _ => self.mask(node, piece, before, mask, suspects),
            }
        }
    }

    /// The cells of a condition on symbols.
    fn symbols<'c>(&self, node: &Node, piece: &'c Piece) -> Option<&'c [u32]> {
        let Node::Symbols { lane, .. } = node else { return None };
        match &piece.lanes.get(*lane as usize)?.cells {
            LaneCells::Codes(codes) => Some(codes),
            _ => None,
        }
    }

    fn mask(&self, node: &Node, piece: &Piece, before: &[Mask], mask: &mut Mask, suspects: &mut Vec<u32>) {
        let lane = |lane: &LaneId| piece.lanes.get(*lane as usize);
        let of = |id: &NodeId| before.get(*id as usize);
        match node {
            Node::Same(Some(true)) => mask.yes.fill(u64::MAX),
            Node::Same(Some(false)) => {}
            Node::Same(None) => mask.unknown.fill(u64::MAX),
            Node::All(list) => {
                // Not no: yes or unknown.
                mask.yes.fill(u64::MAX);
                mask.unknown.fill(u64::MAX);
                for part in list.iter().filter_map(of) {
                    for (to, yes) in mask.yes.iter_mut().zip(&part.yes) {
                        *to &= yes;
                    }
                    for (to, (yes, unknown)) in mask.unknown.iter_mut().zip(part.yes.iter().zip(&part.unknown)) {
                        *to &= yes | unknown;
                    }
                }
                mask.unknown.iter_mut().zip(&mask.yes).for_each(|(unknown, yes)| *unknown &= !yes);
            }
            Node::Any(list) => {
                for part in list.iter().filter_map(of) {
                    mask.yes.iter_mut().zip(&part.yes).for_each(|(to, yes)| *to |= yes);
                    mask.unknown.iter_mut().zip(&part.unknown).for_each(|(to, unknown)| *to |= unknown);
                }
                mask.unknown.iter_mut().zip(&mask.yes).for_each(|(unknown, yes)| *unknown &= !yes);
            }
            Node::Not(inner) => {
                let Some(inner) = of(inner) else { return };
                mask.unknown.copy_from_slice(&inner.unknown);
                for (to, (yes, unknown)) in mask.yes.iter_mut().zip(inner.yes.iter().zip(&inner.unknown)) {
                    *to = !(yes | unknown);
                }
            }
            Node::Rows(place) => {
                let Some((expr, date)) = self.exprs.get(*place as usize) else { return };
                let rows = Rows { nodes: self, piece, date: *date };
                for row in 0..piece.rows {
                    match rows.eval(expr, row, &mut false) {
                        Ok(value) => match value.truth() {
                            Some(true) => set(&mut mask.yes, row),
                            Some(false) => {}
                            None => set(&mut mask.unknown, row),
                        },
                        Err(row::Hard) => suspects.push(row as u32),
                    }
                }
            }
            Node::Missing { lane: place, because, negated } => {
                let Some(lane) = lane(place) else { return };
                match because {
                    None => valid_words(lane, |i, valid| write(&mut mask.yes, i, !valid)),
                    Some(MissingWord::NoData) => {
                        valid_words(lane, |i, valid| write(&mut mask.yes, i, !valid));
                        lane.unreadable.iter().for_each(|row| unset(&mut mask.yes, *row as usize));
                    }
                    Some(MissingWord::Error) => {
                        lane.unreadable.iter().for_each(|row| set(&mut mask.yes, *row as usize))
                    }
                    Some(_) => {}
                }
                if *negated {
                    mask.yes.iter_mut().for_each(|word| *word = !*word);
                }
            }
            Node::Symbols { lane: place, .. }
            | Node::Flag { lane: place, .. }
            | Node::Number { lane: place, .. }
            | Node::Day { lane: place, .. }
            | Node::Micros { lane: place, .. }
            | Node::Text { lane: place, .. } => {
                let Some(lane) = lane(place) else { return mask.unknown.fill(u64::MAX) };
                tested(node, lane, &mut mask.yes);
                valid_only(piece, *place, mask);
            }
        }
    }
}

/// Of rows without a value it is unknown whether they pass a test.
fn valid_only(piece: &Piece, lane: LaneId, Mask { yes, unknown }: &mut Mask) {
    let Some(lane) = piece.lanes.get(lane as usize) else { return };
    valid_words(lane, |i, valid| {
        write(unknown, i, !valid);
        if let Some(word) = yes.get_mut(i) {
            *word &= valid;
        }
    });
}

/// The bits of the symbols of a piece: by lane, for each bit of a symbol's place, a bit per row. Few symbols have few bits,
/// and every condition on them is made of the same ones.
#[derive(Default)]
struct Planes {
    lanes: Vec<(LaneId, Vec<Vec<u64>>)>,
}

impl Planes {
    fn of(&mut self, lane: LaneId, codes: &[u32]) -> &[Vec<u64>] {
        let known = self.lanes.iter().position(|(known, _)| *known == lane);
        let place = known.unwrap_or_else(|| {
            let most = codes.iter().fold(0, |most, code| most.max(*code));
            let planes = (0..u32::BITS - most.leading_zeros()).map(|bit| {
                let chunks = codes.chunks(64);
                chunks.map(|codes| tests(codes, |code| code >> bit & 1 == 1)).collect()
            });
            self.lanes.push((lane, planes.collect()));
            self.lanes.len() - 1
        });
        self.lanes.get(place).map_or(&[], |(_, planes)| planes)
    }

    /// Marks the rows whose symbol is in a set.
    fn one_of(&mut self, lane: LaneId, codes: &[u32], set: &[u64], yes: &mut [u64]) {
        let planes = self.of(lane, codes);
        let mut symbols = Vec::new();
        for (i, word) in (0u32..).zip(set) {
            symbols.extend((0..64u32).filter(|bit| word >> bit & 1 == 1).map(|bit| i * 64 + bit));
        }
        // Larger symbols than there are do not occur.
        symbols.retain(|symbol| u32::BITS - symbol.leading_zeros() <= planes.len() as u32);
        if symbols.len() > MANY_SYMBOLS {
            let has = |code: u32| set.get(code as usize / 64).is_some_and(|word| word >> (code % 64) & 1 == 1);
            return each(codes, yes, has);
        }
        let mut is = vec![0u64; yes.len()];
        for symbol in symbols {
            is.fill(u64::MAX);
            for (bit, plane) in planes.iter().enumerate() {
                let turned = if symbol >> bit & 1 == 1 { 0 } else { u64::MAX };
                is.iter_mut().zip(plane).for_each(|(is, plane)| *is &= plane ^ turned);
            }
            yes.iter_mut().zip(&is).for_each(|(yes, is)| *yes |= is);
        }
    }
}

fn write(words: &mut [u64], i: usize, word: u64) {
    if let Some(to) = words.get_mut(i) {
        *to = word;
    }
}

fn set(words: &mut [u64], row: usize) {
    if let Some(word) = words.get_mut(row / 64) {
        *word |= 1 << (row % 64);
    }
}

fn unset(words: &mut [u64], row: usize) {
    if let Some(word) = words.get_mut(row / 64) {
        *word &= !(1 << (row % 64));
    }
}

/// Shows for each word which rows have a value, beyond the last row too.
fn valid_words(lane: &Lane, mut show: impl FnMut(usize, u64)) {
    const WORDS: usize = crate::data::stream::PIECE / 64;
    match &lane.valid {
        Validity::All => (0..WORDS).for_each(|i| show(i, u64::MAX)),
        Validity::None => (0..WORDS).for_each(|i| show(i, 0)),
        Validity::Some(bits) => bits.words().iter().enumerate().for_each(|(i, word)| show(i, *word)),
    }
}

/// A test of each cell, whether or not it is one; a bit per row.
fn each<T: Copy>(cells: &[T], words: &mut [u64], test: impl Fn(T) -> bool) {
    for (word, chunk) in words.iter_mut().zip(cells.chunks(64)) {
        *word = tests(chunk, &test);
    }
}

/// The outcomes of a test of at most 64 cells. Bytes first, which takes many cells at a time; then eight of them at once
/// become bits.
#[inline]
pub(super) fn tests<T: Copy>(cells: &[T], test: impl Fn(T) -> bool) -> u64 {
    let mut bytes = [0u8; 64];
    bytes.iter_mut().zip(cells).for_each(|(byte, cell)| *byte = u8::from(test(*cell)));
    let eights = bytes.as_chunks::<8>().0.iter().enumerate();
    eights.fold(0, |word, (i, eight)| {
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word | bits << (8 * i)
    })
}

/// More symbols than these are looked up row by row.
const MANY_SYMBOLS: usize = 64;

/// The same with the operator outside the loop.
fn against<T: Copy + PartialOrd>(op: CompareOp, cells: &[T], bound: T, words: &mut [u64]) {
    match op {
        CompareOp::Equal => each(cells, words, |cell| cell == bound),
        CompareOp::NotEqual => each(cells, words, |cell| cell != bound),
        CompareOp::Less => each(cells, words, |cell| cell < bound),
        CompareOp::LessEqual => each(cells, words, |cell| cell <= bound),
        CompareOp::Greater => each(cells, words, |cell| cell > bound),
        CompareOp::GreaterEqual => each(cells, words, |cell| cell >= bound),
    }
}

/// Which cells pass a test of a lane.
fn tested(node: &Node, lane: &Lane, words: &mut [u64]) {
    match (node, &lane.cells) {
        (Node::Flag { is, .. }, LaneCells::Flags(bits)) => {
            for (word, flags) in words.iter_mut().zip(bits.words()) {
                *word = if *is { *flags } else { !flags };
            }
        }
        (Node::Number { op, bound, .. }, LaneCells::Small(cells)) => match i64::try_from(*bound) {
            Ok(bound) => against(*op, cells, bound, words),
            Err(_) => each(cells, words, |cell| passes(*op, i128::from(cell).cmp(bound))),
        },
        (Node::Number { op, bound, .. }, LaneCells::Wide(cells)) => against(*op, cells, *bound, words),
        (Node::Day { op, bound, .. }, LaneCells::Days(days)) => against(*op, days, *bound, words),
        (Node::Day { op, bound, .. }, LaneCells::Micros(micros)) => {
            each(micros, words, |micros| passes(*op, micros.div_euclid(DAY_MICROS).cmp(&i64::from(*bound))));
        }
        (Node::Micros { op, bound, .. }, LaneCells::Micros(micros)) => against(*op, micros, *bound, words),
        (Node::Text { op, text, .. }, LaneCells::Texts { list, codes }) => {
            if list.len() < codes.len() {
                let passed: Vec<bool> = list.iter().map(|cell| passes(*op, cell.cmp(text.as_str()))).collect();
                each(codes, words, |code| passed.get(code as usize).copied().unwrap_or(false));
            } else {
                each(codes, words, |code| passes(*op, list.get(code).cmp(text.as_str())));
            }
        }
        _ => {}
    }
}

/// The operator with the sides the other way round.
fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        same => same,
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn outcomes_stand_in_the_order_of_cells() {
        let cells: Vec<u32> = (0..64).map(|i| i * 7 % 11).collect();
        for count in [0, 1, 7, 8, 9, 63, 64] {
            let expected = (0..count).filter(|i| i * 7 % 11 < 5).fold(0u64, |word, i| word | 1 << i);
            assert_eq!(cells.get(..count).map(|cells| tests(cells, |cell| cell < 5)), Some(expected), "{count}");
        }
    }

    #[test]
    fn symbols_are_found_by_their_bits() {
        for most in [0u32, 1, 5, 7, 70, 300] {
            let codes: Vec<u32> = (0..150).map(|i| i * 31 % (most + 1)).collect();
            for every in [1, 2, 3, 40] {
                let mut set = vec![0u64; 6];
                (0..384u32).filter(|symbol| symbol % every == 0).for_each(|symbol| {
                    set.get_mut(symbol as usize / 64).into_iter().for_each(|word| *word |= 1 << (symbol % 64));
                });
                let (mut planes, mut yes) = (Planes::default(), vec![0u64; 3]);
                planes.one_of(4, &codes, &set, &mut yes);
                for (row, code) in codes.iter().enumerate() {
                    let is = yes.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
                    assert_eq!(is, code % every == 0, "{most} {every} {row}");
                }
            }
        }
    }
}
