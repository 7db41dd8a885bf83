//! The instructions for accounts whose inputs have no faults: nothing is noted of inputs, and comparisons that follow one
//! another in an `and` or `or` are one instruction.

use super::Code;
use super::build::at;
use super::flow::jump;
use super::op::{Comparison, List, Op, Place as At, Reg};
use super::values::orders;
use hashbrown::HashSet;
use std::iter::repeat_n;

/// The same code, shorter. The comparisons of its chains are put among the others.
pub(super) fn plain(careful: &Code, comparisons: &mut Vec<Comparison>) -> Code {
    chained(&without_touching(careful), comparisons)
}

/// Where an instruction may go on.
pub(super) fn go(op: &mut Op) -> Option<&mut At> {
    match op {
        Op::Jump { go }
        | Op::IfMissing { go, .. }
        | Op::IfPresent { go, .. }
        | Op::Unless { go, .. }
        | Op::Settle { go, .. }
        | Op::Kleene { go, .. }
        | Op::KleeneCompare { go, .. }
        | Op::StreakEnds { go, .. }
        | Op::Take { go, .. } => Some(go),
        _ => None,
    }
}

fn without_touching(careful: &Code) -> Code {
    let mut places = Vec::with_capacity(careful.ops.len() + 1);
    let mut ops = Vec::with_capacity(careful.ops.len());
    for op in &careful.ops {
        places.push(at(ops.len()));
        if !matches!(op, Op::Touch { .. }) {
            ops.push(*op);
        }
    }
    places.push(at(ops.len()));
    moved(ops, &places, careful)
}

fn chained(code: &Code, comparisons: &mut Vec<Comparison>) -> Code {
    let landings: HashSet<At> = code.ops.iter().filter_map(jump).collect();
    let mut places = Vec::with_capacity(code.ops.len() + 1);
    let mut ops = Vec::with_capacity(code.ops.len());
    let mut rest = code.ops.as_slice();
    while let Some(first) = rest.first() {
        let here = code.ops.len() - rest.len();
        let (op, length) = match chain(rest, here, &landings, comparisons) {
            Some((op, length)) => (op, length),
            None => (*first, 1),
        };
        places.extend(repeat_n(at(ops.len()), length));
        ops.push(op);
        rest = rest.get(length..).unwrap_or_default();
    }
    places.push(at(ops.len()));
    moved(ops, &places, code)
}

/// Comparisons of one `and` or `or` side by side, the first to the last of it, and how many they are.
fn chain(rest: &[Op], here: usize, landings: &HashSet<At>, comparisons: &mut Vec<Comparison>) -> Option<(Op, usize)> {
    let Op::KleeneCompare { to, decisive, first: true, go: end, .. } = *rest.first()? else { return None };
    let ops = rest.get(..(end as usize).checked_sub(here)?).filter(|ops| ops.len() > 1)?;
    let mut found = Vec::with_capacity(ops.len());
    for (i, op) in ops.iter().enumerate() {
        let Op::KleeneCompare { op, left, right, first, go, .. } = *op else { return None };
        let own = |reg: Reg| reg == to;
        if first != (i == 0) || go != end || own(left) || own(right) || i > 0 && landings.contains(&at(here + i)) {
            return None;
        }
        found.push(Comparison { left, right, orders: orders(op) });
    }
    let list = List { start: at(comparisons.len()), len: at(found.len()) };
    comparisons.extend(found);
    Some((Op::Chain { to, comparisons: list, decisive }, ops.len()))
}

/// Jumps and ends of items follow the instructions to their new places.
fn moved(mut ops: Vec<Op>, places: &[At], before: &Code) -> Code {
    let moved = |place: At| places.get(place as usize).copied().unwrap_or(place);
    for op in &mut ops {
        if let Some(go) = go(op) {
            *go = moved(*go);
        }
    }
    Code { ops, ends: before.ends.iter().map(|(end, item)| (moved(*end), *item)).collect() }
}
