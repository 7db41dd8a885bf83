//! Machines of the same program at different dates.

use super::flow::{jump, reads, sources, writes};
use super::op::{Op, Reg, Source};
use super::{Found, Input, Machine};

/// True if two machines differ in nothing but dates, slots and what tables say, and ask nobody else.
pub(in crate::engine::column) fn alike(a: &Machine, b: &Machine) -> bool {
    let kinds = |machine: &Machine| -> Vec<_> { machine.inputs.iter().map(std::mem::discriminant).collect() };
    let fields = a.inputs.iter().zip(&b.inputs).all(|pair| match pair {
        (Input::Field(a, _), Input::Field(b, _)) => a == b,
        (Input::Slot(_), Input::Slot(_)) => true,
        _ => false,
    });
    let registers = |machine: &Machine| -> Vec<Reg> { machine.constants.iter().map(|(reg, _)| *reg).collect() };
    let results = |machine: &Machine| -> Vec<Found> {
        let now = &machine.now;
        let all = now.metrics.iter().chain(&now.scores).chain(&now.rules);
        all.map(|place| place.found).collect()
    };
    a.interpreted.is_empty()
        && b.interpreted.is_empty()
        && a.plain.ops.len() == b.plain.ops.len()
        && a.plain.ends == b.plain.ends
        && a.registers == b.registers
        && kinds(a) == kinds(b)
        && fields
        && a.input_registers == b.input_registers
        && registers(a) == registers(b)
        && a.lists == b.lists
        && results(a) == results(b)
        && [a.bands.len(), a.expiries.len(), a.figures.len(), a.parts.len(), a.cards.len()]
            == [b.bands.len(), b.expiries.len(), b.figures.len(), b.parts.len(), b.cards.len()]
        && a.plain.ops.iter().zip(&b.plain.ops).all(|(x, y)| {
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for (list, op, machine) in [(&mut left, x, a), (&mut right, y, b)] {
                reads(op, machine, list);
                list.push(Reg::MAX);
                writes(op, machine, list);
            }
            std::mem::discriminant(x) == std::mem::discriminant(y) && left == right && jump(x) == jump(y)
        })
}

/// True if what an instruction reads beside registers is the same in both.
pub(super) fn same_tables(a: &Machine, b: &Machine, op: &Op) -> bool {
    match *op {
        Op::Chain { comparisons, .. } => a.chained(comparisons) == b.chained(comparisons),
        Op::Bands { bands } => a.bands.get(bands as usize) == b.bands.get(bands as usize),
        Op::Expire { expiry } | Op::Fade { expiry } => {
            a.expiries.get(expiry as usize) == b.expiries.get(expiry as usize)
        }
        Op::Benchmark { figures, .. } => a.figures.get(figures as usize) == b.figures.get(figures as usize),
        Op::Parts { parts, .. } | Op::Passes { parts, .. } => {
            a.parts.get(parts as usize) == b.parts.get(parts as usize)
        }
        Op::Card { card } | Op::Limits { card } | Op::Grade { card } => {
            let (x, y) = (a.cards.get(card as usize), b.cards.get(card as usize));
            x == y && x.is_none_or(|card| sources(card).all(|source| same_expiry(a, b, source)))
        }
        _ => true,
    }
}

/// Points that fade are read with their age.
fn same_expiry(a: &Machine, b: &Machine, source: &Source) -> bool {
    source.expiry.is_none_or(|expiry| a.expiries.get(expiry as usize) == b.expiries.get(expiry as usize))
}
