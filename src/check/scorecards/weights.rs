//! Weights: what they total, and the largest share of a line.

use super::{WeightTable, Written};
use crate::ast;
use crate::check::Checker;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{Combine, Line, Override, Type, Unit};

impl Checker<'_, '_> {
    /// The weights total what is declared, in general and for each segment.
    pub(super) fn weights(
        &mut self,
        item: &ast::Item,
        card: &ast::Scorecard,
        tables: &[WeightTable],
        combine: Combine,
    ) {
        let wanted = match (&card.total, combine) {
            (Some(total), _) => match &total.total {
                Some(total) => match self.constant(total, Type::PLAIN, "the total of the weights") {
                    Some(total) => total,
                    None => return,
                },
                None => return,
            },
            (None, combine) if combine.has_shares() => Decimal::HUNDRED,
            _ => return,
        };
        for WeightTable { segment, span, lines } in tables {
            let lines: Vec<&Written> = lines.iter().filter(|line| !line.local).collect();
            let total = lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.add(line.weight?));
            let Some(total) = total.filter(|total| *total != wanted) else { continue };
            let whom = segment.as_ref().map_or(String::new(), |s| format!(" for `{s}`"));
            let scored: Vec<(&str, Decimal)> =
                lines.iter().filter(|l| !l.informational).filter_map(|l| Some((l.name.as_str(), l.weight?))).collect();
            let terms: Vec<String> = scored.iter().take(12).map(|(_, weight)| weight.to_string()).collect();
            let more = if scored.len() > terms.len() { " + …" } else { "" };
            let mut diagnostic = Diagnostic::new(
                Code::WeightsTotal,
                *span,
                format!("the weights of `{}`{whom} total {total}, not {wanted}", item.name.text),
            )
            .label(format!("{}{more} = {total}", terms.join(" + ")));
            let change = one_alone(&scored, wanted, total).unwrap_or_else(|| "change a weight".to_string());
            diagnostic = diagnostic.help(match (rescaled(&scored, wanted, total), whom.is_empty()) {
                (Some(list), true) => {
                    format!("{change}, or keep the proportions with {list}; `weights free` lifts the check")
                }
                (Some(list), false) => {
                    format!("{change}, or keep the proportions with {list}; lines that are not repeated keep their general weight")
                }
                (None, _) => format!("{change}; `weights free` lifts the check"),
            });
            self.push(diagnostic);
        }
    }
    pub(super) fn weight_limits(&mut self, lines: &[Line], overrides: &[Override], combine: Combine) {
        if !combine.has_shares() {
            if let Some(line) = lines.iter().find(|l| l.at_most.is_some()) {
                let span = line.span;
                self.error(
                    Code::CombineMisuse,
                    span,
                    "only a mean has shares to limit",
                    "says nothing here",
                    "take `at most` out",
                );
            }
            return;
        }
        let mut tables: Vec<(Option<String>, &[Line])> = vec![(None, lines)];
        for part in overrides {
            tables.push((Some(self.segment_name(part.segment)), &part.lines));
        }
        for (segment, lines) in tables {
            let Some(total) = lines.iter().try_fold(Decimal::ZERO, |sum, l| sum.add(l.weight)) else { continue };
            for line in lines {
                let (Some(limit), Some(share)) = (line.at_most, line.weight.div(total)) else { continue };
                if share > limit {
                    let whom = segment.as_ref().map_or(String::new(), |s| format!(" for `{s}`"));
                    let message = format!(
                        "`{}` has {} of the weight{whom}, more than the {} that it may have",
                        self.node_name(line.item),
                        percent(share),
                        percent(limit)
                    );
                    let allowed = limit.mul(total).unwrap_or(limit).floor();
                    self.error(
                        Code::WeightLimit,
                        line.span,
                        message,
                        "over its limit",
                        format!("lower its weight to {allowed}, or raise the limit"),
                    );
                }
            }
        }
    }

    /// A constant share of a whole, from 0% to 100%.
    pub(in crate::check) fn share(&mut self, expr: &ast::Expr, what: &'static str) -> Option<Decimal> {
        // A forgotten percent sign is told here as the one mistake that it is.
        let plain = match &expr.kind {
            ast::ExprKind::Number(n) => Some(*n),
            _ => None,
        };
        let value = match plain {
            Some(n) => n,
            None => self.constant(expr, Type::Number(Unit::Ratio), what)?,
        };
        if !value.is_negative() && value <= Decimal::ONE {
            return Some(value);
        }
        let message = format!("{what} lies between 0% and 100%");
        let diagnostic = Diagnostic::new(Code::EmptyRange, expr.span, message);
        let diagnostic = match plain.filter(|n| *n <= Decimal::HUNDRED) {
            Some(n) => {
                let percent = n.mul(Decimal::HUNDRED).unwrap_or(n);
                diagnostic.label(format!("this is {percent}%")).fix(format!("write `{n}%`"), expr.span, format!("{n}%"))
            }
            None => {
                let diagnostic = diagnostic.label("outside");
                // A zero too many: `600%`.
                match value.div(Decimal::int(10)).filter(|tenth| *tenth <= Decimal::ONE && !tenth.is_negative()) {
                    Some(tenth) => {
                        let percent = tenth.mul(Decimal::HUNDRED).unwrap_or(tenth);
                        diagnostic.fix(format!("did you mean `{percent}%`?"), expr.span, format!("{percent}%"))
                    }
                    None => diagnostic.help("write a share such as `60%`"),
                }
            }
        };
        self.push(diagnostic);
        None
    }
}

/// The lines of which one alone, with another weight, would make the total right: `` write `calls weight 40` ``. Not
/// where there are more of them than one can choose from.
fn one_alone(scored: &[(&str, Decimal)], wanted: Decimal, total: Decimal) -> Option<String> {
    let ways: Vec<String> = scored
        .iter()
        .filter_map(|(name, weight)| Some((name, wanted.sub(total)?.add(*weight)?)))
        .filter(|(_, weight)| !weight.is_negative() && !weight.is_zero())
        .map(|(name, weight)| format!("`{name} weight {weight}`"))
        .collect();
    (1..=3).contains(&ways.len()).then(|| format!("write {}", ways.join(" or ")))
}

/// Whole weights in the same proportions with the wanted total, by largest remainder.
fn rescaled(scored: &[(&str, Decimal)], wanted: Decimal, total: Decimal) -> Option<String> {
    let whole = wanted.to_int()?;
    let mut parts: Vec<(i64, Decimal, usize)> = Vec::new();
    for (i, (_, weight)) in scored.iter().enumerate() {
        let exact = weight.mul(wanted)?.div(total)?;
        let floor = exact.floor();
        parts.push((floor.to_int()?, exact.sub(floor)?, i));
    }
    let mut left = whole - parts.iter().map(|p| p.0).sum::<i64>();
    let mut by_rest: Vec<usize> = (0..parts.len()).collect();
    by_rest.sort_by(|a, b| {
        let rest = |i: &usize| parts.get(*i).map(|p| p.1);
        rest(b).cmp(&rest(a)).then(a.cmp(b))
    });
    for i in by_rest {
        if left <= 0 {
            break;
        }
        if let Some(part) = parts.get_mut(i) {
            part.0 += 1;
            left -= 1;
        }
    }
    if parts.len() > 8 || parts.iter().any(|p| p.0 == 0) {
        return None;
    }
    let list: Vec<String> =
        parts.iter().filter_map(|(weight, _, i)| Some(format!("{} {weight}", scored.get(*i)?.0))).collect();
    Some(list.join(", "))
}

/// A share as people write it, with one digit where it needs one.
pub(super) fn percent(share: Decimal) -> String {
    format!("{}%", share.mul(Decimal::HUNDRED).unwrap_or(share).round(1))
}
