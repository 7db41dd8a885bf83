//! Conditions on rows as tests of lanes: each test once, however many aggregates ask for it.
//!
//! A condition is compiled for one as-of date into nodes; nodes that say the same are one node. For a piece every node
//! becomes a [`Mask`]: which rows meet it, and of which it is unknown. What has no test of its own is evaluated row by row.

use super::lanes::{Planes, set, tested, unset, valid_only, valid_words, write};
use super::row::{self, Rows};
use crate::ast::CompareOp;
use crate::calendar::{Calendar, Date};
use crate::data::stream::{LaneCells, Piece};
use crate::engine::reference::compare;
use crate::program::{Expr, ExprKind, FieldId, MissingWord, Program, TableId, Type};
use crate::value::Value;
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
