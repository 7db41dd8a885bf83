//! The edit of a condition that never or always holds, where one sign or word is out of place and the result is proved to
//! decide something.

use super::Proven;
use super::proven::Proofs;
use super::region::Region;
use crate::ast::CompareOp;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, Program, TableId};
use crate::source::Sources;
use crate::span::Span;
use crate::value::Value;
use std::collections::HashMap;

/// What to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// In words.
    pub help: String,
    /// The new text of a place, if there is one most likely meaning.
    pub edit: Option<(Span, String)>,
}

impl Amended {
    /// The finding with this help, and the edit.
    #[must_use]
    pub fn put(self, finding: Diagnostic) -> Diagnostic {
        match self.edit {
            Some((span, text)) => finding.fix(self.help, span, text),
            None => finding.help(self.help),
        }
    }
}

/// What is asked about a condition: what holds where, and how it is written.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// What is proved.
    pub proofs: &'a Proofs<'a>,
    /// The rows that the condition is about.
    pub rows: Option<TableId>,
    /// How it is written.
    pub sources: &'a Sources,
}

/// Gives segments and rules that nobody can meet the edit that was probably meant.
pub fn amend(diagnostics: &mut Diagnostics, sources: &Sources, (program, proven): (&Program, &Proven)) {
    let meant = |d: &Diagnostic| matches!(d.code, Code::ImpossibleSegment | Code::ImpossibleRule) && d.fix.is_none();
    if !diagnostics.iter().any(meant) {
        return;
    }
    let segments = program.segments.iter().map(|s| &s.condition);
    let conditions: HashMap<Span, &Expr> =
        segments.chain(program.rules.iter().map(|r| &r.condition)).map(|c| (c.span, c)).collect();
    let proofs = Proofs::new(program, proven);
    diagnostics.change(|finding| {
        // A rule that another clause bars is told with both places.
        if !meant(&finding) || finding.labels.len() > 1 {
            return finding;
        }
        let ask = Ask { proofs: &proofs, rows: None, sources };
        match conditions.get(&finding.span()).and_then(|condition| never(condition, ask)) {
            Some(amended) => amended.put(finding),
            None => finding,
        }
    });
}

/// For a condition that never holds.
pub fn never(condition: &Expr, ask: Ask) -> Option<Amended> {
    match &condition.kind {
        ExprKind::Compare(op @ (CompareOp::Less | CompareOp::Greater), left, right) => {
            let holds = |op: CompareOp| ask.holds(&with(condition, op, left, right));
            if !holds(CompareOp::Equal) {
                return None;
            }
            let write = |op: CompareOp| format!("`{} {} {}`", ask.of(left), op.symbol(), ask.of(right));
            let sign = ask.sign(*op, left, right)?;
            let turned = if *op == CompareOp::Less { CompareOp::Greater } else { CompareOp::Less };
            let or = if holds(turned) {
                format!(", or with the sign turned round {}", write(turned))
            } else {
                String::new()
            };
            let help = format!("write {}{or}", write(CompareOp::Equal));
            Some(Amended { help, edit: Some((sign, "=".to_string())) })
        }
        ExprKind::And(list) => {
            // One clause is to blame.
            if let Some(alone) = list.iter().find(|clause| !ask.holds(clause)) {
                return never(alone, ask);
            }
            if let Some((value, constants)) = equals(list, ask) {
                let instead = format!("{value} in ({})", constants.join(", "));
                let wrapped = if ask.of(condition).starts_with('(') { format!("({instead})") } else { instead.clone() };
                return Some(Amended { help: format!("write `{instead}`"), edit: Some((condition.span, wrapped)) });
            }
            let [one, other] = list.as_slice() else { return None };
            between(one, other, ask)
        }
        _ => None,
    }
}

/// For a condition that always holds.
pub fn always(condition: &Expr, ask: Ask) -> Option<Amended> {
    match &condition.kind {
        ExprKind::Compare(op, left, right) => {
            let strict = match op {
                CompareOp::GreaterEqual => CompareOp::Greater,
                CompareOp::LessEqual => CompareOp::Less,
                _ => return None,
            };
            let instead = with(condition, strict, left, right);
            if !ask.decides(&instead) {
                return None;
            }
            let sign = ask.sign(*op, left, right)?;
            if let (true, ExprKind::Literal(Value::Number(bound))) = (ask.proofs.domain(left).whole, &right.kind)
                && ask.rows.is_none()
                && let Some(next) =
                    if strict == CompareOp::Greater { bound.add(Decimal::ONE) } else { bound.sub(Decimal::ONE) }
            {
                let help = format!("write `{} {} {next}`, or look at the bound", ask.of(left), op.symbol());
                return Some(Amended { help, edit: Some((right.span, next.to_string())) });
            }
            let help = format!("write `{} {} {}`, or look at the bound", ask.of(left), strict.symbol(), ask.of(right));
            Some(Amended { help, edit: Some((sign, strict.symbol().to_string())) })
        }
        ExprKind::Or(list) => {
            let [one, other] = list.as_slice() else { return None };
            let both = Expr { kind: ExprKind::And(list.clone()), ..condition.clone() };
            let word = ask.between(one, other, "or").filter(|_| ask.decides(&both))?;
            let help = format!("write `{} and {}`", ask.of(one), ask.of(other));
            Some(Amended { help, edit: Some((word, "and".to_string())) })
        }
        _ => None,
    }
}

impl<'a> Ask<'a> {
    fn of(self, expr: &Expr) -> &'a str {
        self.sources.text(expr.span)
    }

    fn holds(self, condition: &Expr) -> bool {
        self.proofs.region(condition, self.rows, true).is_none_or(|region| !region.is_empty())
    }

    /// Proved to be true of some and false of others.
    fn decides(self, condition: &Expr) -> bool {
        let some =
            |wanted| self.proofs.region(condition, self.rows, wanted).is_some_and(|region: Region| !region.is_empty());
        some(true) && some(false)
    }

    /// Where the sign of a comparison stands.
    fn sign(self, op: CompareOp, left: &Expr, right: &Expr) -> Option<Span> {
        self.between(left, right, op.symbol())
    }

    /// Where this word stands between two expressions, if nothing else does.
    fn between(self, left: &Expr, right: &Expr, word: &str) -> Option<Span> {
        let gap = Span { start: left.span.end, end: right.span.start, ..left.span };
        if left.span.source != right.span.source || gap.start > gap.end {
            return None;
        }
        let text = self.sources.text(gap);
        let at = u32::try_from(text.find(word)?).ok()?;
        let length = u32::try_from(word.len()).ok()?;
        (text.trim() == word).then_some(Span { start: gap.start + at, end: gap.start + at + length, ..gap })
    }
}

fn with(condition: &Expr, op: CompareOp, left: &Expr, right: &Expr) -> Expr {
    Expr { kind: ExprKind::Compare(op, Box::new(left.clone()), Box::new(right.clone())), ..condition.clone() }
}

/// The one value that all of these ask to be a constant, and the constants as written.
fn equals<'a>(list: &[Expr], ask: Ask<'a>) -> Option<(&'a str, Vec<&'a str>)> {
    let mut value = None;
    let mut constants = Vec::new();
    for clause in list {
        let ExprKind::Compare(CompareOp::Equal, left, right) = &clause.kind else { return None };
        let text = ask.of(left);
        if !matches!(right.kind, ExprKind::Literal(_)) || *value.get_or_insert(text) != text {
            return None;
        }
        constants.push(ask.of(right));
    }
    Some((value?, constants))
}

/// `arr < 20k and arr > 100k`: what lies between, or outside.
fn between(one: &Expr, other: &Expr, ask: Ask) -> Option<Amended> {
    use CompareOp as Op;
    let (ExprKind::Compare(a, x, low), ExprKind::Compare(b, y, high)) = (&one.kind, &other.kind) else { return None };
    let turned = |op: &CompareOp| match op {
        Op::Less => Some(Op::Greater),
        Op::LessEqual => Some(Op::GreaterEqual),
        Op::Greater => Some(Op::Less),
        Op::GreaterEqual => Some(Op::LessEqual),
        Op::Equal | Op::NotEqual => None,
    };
    let (p, q) = (turned(a)?, turned(b)?);
    let upward = |op: &CompareOp| matches!(op, Op::Greater | Op::GreaterEqual);
    if ask.of(x) != ask.of(y) || upward(a) == upward(b) {
        return None;
    }
    let both = [with(one, p, x, low), with(other, q, y, high)];
    let inside = ask.proofs.region_of_all(&both, ask.rows)?;
    let value = ask.of(x);
    let (low, high) = (ask.of(low), ask.of(high));
    let inside = (!inside.is_empty()).then(|| {
        format!("for what lies between write `{value} {} {low} and {value} {} {high}`, ", p.symbol(), q.symbol())
    })?;
    let help = format!("{inside}for what lies outside `{} or {}`", ask.of(one), ask.of(other));
    Some(Amended { help, edit: None })
}
