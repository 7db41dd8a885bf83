//! What instructions read and write.

use super::Machine;
use super::fuse::go;
use super::op::{Bands, Card, CardLine, Expiry, Member, Op, Reg, Source, Table, Test};
use super::run::arguments_of;

/// Where an instruction may go on.
pub(super) fn jump(op: &Op) -> Option<u32> {
    go(&mut { *op }).copied()
}

/// True if an instruction may note that something went wrong.
pub(super) fn can_fail(op: &Op) -> bool {
    !matches!(
        op,
        Op::Copy { .. }
            | Op::Jump { .. }
            | Op::IfMissing { .. }
            | Op::IfPresent { .. }
            | Op::Unless { .. }
            | Op::Settle { .. }
            | Op::Not { .. }
            | Op::Negate { .. }
            | Op::Kleene { .. }
            | Op::KleeneCompare { .. }
            | Op::Chain { .. }
            | Op::Compare { .. }
            | Op::In { .. }
            | Op::InSet { .. }
            | Op::Within { .. }
            | Op::IsMissing { .. }
            | Op::Named { .. }
            | Op::Elapsed { .. }
            | Op::DaysOf { .. }
            | Op::Held { .. }
            | Op::StreakEnds { .. }
            | Op::Streak { .. }
            | Op::Until { .. }
            | Op::Parts { .. }
            | Op::Passes { .. }
            | Op::Take { .. }
            | Op::Nowhere { .. }
    )
}

/// The registers that an instruction reads, those included that it may have written itself.
pub(super) fn reads(op: &Op, machine: &Machine, out: &mut Vec<Reg>) {
    match *op {
        Op::Jump { .. } | Op::Touch { .. } | Op::Ask { .. } => {}
        Op::Copy { from, .. } | Op::Not { from, .. } | Op::Negate { from, .. } | Op::Settle { from, .. } => {
            out.push(from)
        }
        Op::IfMissing { value, .. }
        | Op::IfPresent { value, .. }
        | Op::InSet { value, .. }
        | Op::Within { value, .. }
        | Op::IsMissing { value, .. }
        | Op::StreakEnds { value, .. }
        | Op::Nowhere { value, .. } => out.push(value),
        Op::Unless { condition, .. } | Op::Take { condition, .. } => out.push(condition),
        Op::Kleene { to, value, .. } => out.extend([to, value]),
        Op::KleeneCompare { to, left, right, .. } => out.extend([to, left, right]),
        Op::Compare { left, right, .. } | Op::Plus { left, right, .. } | Op::Times { left, right, .. } => {
            out.extend([left, right]);
        }
        Op::Chain { comparisons, .. } => {
            let all = machine.chained(comparisons);
            out.extend(all.iter().flat_map(|comparison| [comparison.left, comparison.right]));
        }
        Op::In { value, list, .. } => {
            out.push(value);
            out.extend(arguments_of(machine, list));
        }
        Op::Named { name, value, .. } => out.extend([name, value]),
        Op::Call { arguments, .. } => out.extend(arguments_of(machine, arguments)),
        Op::Elapsed { date, .. } | Op::DaysOf { date, .. } => out.push(date),
        Op::Change { now, then, .. } => out.extend([now, then]),
        Op::Trend { values: list, .. }
        | Op::Held { truths: list, .. }
        | Op::Streak { truths: list, .. }
        | Op::Until { points: list, .. } => out.extend(arguments_of(machine, list)),
        Op::Benchmark { value, figures, .. } => {
            out.push(value);
            let rows = machine.figures.get(figures as usize).into_iter().flat_map(|figures| &figures.rows);
            out.extend(rows.filter_map(|(member, _)| member_of(*member)));
        }
        Op::Bands { bands } => {
            if let Some(Bands { value, tables, slopes, .. }) = machine.bands.get(bands as usize) {
                out.push(*value);
                in_tables(tables, out);
                out.extend(slopes.iter().filter_map(|slope| member_of(slope.member)));
            }
        }
        Op::Expire { expiry } | Op::Fade { expiry } => read_expiry(machine, expiry, out),
        Op::Parts { value, parts, .. } | Op::Passes { value, parts, .. } => {
            out.push(value);
            machine.parts.get(parts as usize).into_iter().flatten().for_each(|test| in_test(test, out));
        }
        Op::Card { card } | Op::Limits { card } | Op::Grade { card } => {
            let Some(card) = machine.cards.get(card as usize) else { return };
            out.extend([card.unlimited, card.value, card.coverage, card.applied]);
            out.extend(card.lines.iter().filter_map(|lines| member_of(lines.member)));
            for source in sources(card) {
                out.push(source.reg);
                source.expiry.into_iter().for_each(|expiry| read_expiry(machine, expiry, out));
            }
            out.extend(card.limits.iter().filter_map(|limit| limit.when));
            in_tables(&card.grades, out);
        }
    }
}

fn read_expiry(machine: &Machine, expiry: u32, out: &mut Vec<Reg>) {
    let Some(Expiry { value, points, lasts, last, before, .. }) = machine.expiries.get(expiry as usize) else { return };
    out.extend([*value, *last, *before]);
    out.extend(*points);
    out.extend(arguments_of(machine, *lasts));
}

fn member_of(member: Option<Member>) -> Option<Reg> {
    member.map(|member| member.reg)
}

fn in_tables(tables: &[Table], out: &mut Vec<Reg>) {
    for table in tables {
        out.extend(member_of(table.member));
        table.rows.iter().for_each(|row| in_test(&row.test, out));
    }
}

fn in_test(test: &Test, out: &mut Vec<Reg>) {
    match test {
        Test::In(list) => out.extend(list),
        Test::Compare(..) | Test::Between(..) | Test::Missing | Test::Otherwise => {}
    }
}

/// The registers that an instruction writes.
pub(super) fn writes(op: &Op, machine: &Machine, out: &mut Vec<Reg>) {
    match *op {
        Op::Jump { .. }
        | Op::IfMissing { .. }
        | Op::IfPresent { .. }
        | Op::Unless { .. }
        | Op::StreakEnds { .. }
        | Op::Touch { .. }
        | Op::Ask { .. } => {}
        Op::Copy { to, .. }
        | Op::Settle { to, .. }
        | Op::Not { to, .. }
        | Op::Negate { to, .. }
        | Op::Kleene { to, .. }
        | Op::KleeneCompare { to, .. }
        | Op::Chain { to, .. }
        | Op::Compare { to, .. }
        | Op::In { to, .. }
        | Op::InSet { to, .. }
        | Op::Within { to, .. }
        | Op::IsMissing { to, .. }
        | Op::Named { to, .. }
        | Op::Plus { to, .. }
        | Op::Times { to, .. }
        | Op::Call { to, .. }
        | Op::Elapsed { to, .. }
        | Op::DaysOf { to, .. }
        | Op::Change { to, .. }
        | Op::Trend { to, .. }
        | Op::Held { to, .. }
        | Op::Streak { to, .. }
        | Op::Until { to, .. }
        | Op::Benchmark { to, .. }
        | Op::Parts { to, .. }
        | Op::Passes { to, .. }
        | Op::Take { to, .. }
        | Op::Nowhere { to, .. } => out.push(to),
        Op::Bands { bands } => {
            let bands = machine.bands.get(bands as usize);
            out.extend(bands.into_iter().flat_map(|bands| [bands.band, bands.points]).flatten());
        }
        Op::Expire { expiry } | Op::Fade { expiry } => {
            if let Some(expiry) = machine.expiries.get(expiry as usize) {
                out.extend([expiry.value, expiry.last, expiry.before]);
                out.extend(expiry.points);
            }
        }
        Op::Card { card } | Op::Limits { card } | Op::Grade { card } => {
            if let Some(card) = machine.cards.get(card as usize) {
                out.extend([card.unlimited, card.value, card.coverage, card.applied]);
                out.extend(card.grade);
            }
        }
    }
}

/// Where the points of all lines come from.
pub(super) fn sources(card: &Card) -> impl Iterator<Item = &Source> {
    let lines = card.lines.iter().flat_map(|lines| &lines.lines);
    lines.flat_map(|line: &CardLine| std::iter::once(&line.source).chain(line.earlier.iter().map(|(_, source)| source)))
}
