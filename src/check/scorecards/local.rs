//! `local at most 10%`: how much of a scorecard the lines that others add may have together.

use super::WeightTable;
use super::weights::percent;
use crate::ast;
use crate::check::Checker;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::Combine;

impl Checker<'_, '_> {
    /// Their weight comes on top of what the other lines total; the share is of all together, in general and for each segment.
    pub(super) fn local_share(
        &mut self,
        item: &ast::Item,
        card: &ast::Scorecard,
        tables: &[WeightTable],
        combine: Combine,
    ) {
        let Some(local) = &card.local else { return };
        let Some(share) = self.share(&local.share, "the share of local lines") else { return };
        if !combine.has_shares() {
            self.error(
                Code::CombineMisuse,
                local.span,
                "only a weighted mean has shares to leave to others",
                "says nothing here",
                "take `local at most` out",
            );
            return;
        }
        let mut told: Option<Decimal> = None;
        for WeightTable { segment, lines, .. } in tables {
            let sum = |local: bool| {
                lines.iter().filter(|l| l.local == local).try_fold(Decimal::ZERO, |sum, line| sum.add(line.weight?))
            };
            let (Some(added), Some(own)) = (sum(true), sum(false)) else { continue };
            let over = own.add(added).and_then(|all| added.div(all)).filter(|part| *part > share);
            // What holds for everybody is not said again for each segment.
            if over.is_none() || over == told {
                continue;
            }
            told = told.or(over);
            let (Some(part), Some(first)) = (over, lines.iter().find(|l| l.local && !l.informational)) else {
                continue;
            };
            let whom = segment.as_ref().map_or(String::new(), |s| format!(" for `{s}`"));
            let names: Vec<String> = lines.iter().filter(|l| l.local).map(|l| format!("`{}`", l.name)).collect();
            let (verb, together) = if names.len() == 1 { ("has", "") } else { ("have", " together") };
            let message = format!(
                "{} {verb}{together} {} of the weight of `{}`{whom}, more than the {} that local lines may have",
                names.join(", "),
                percent(part),
                item.name.text,
                percent(share)
            );
            // x / (own + x) = share
            let room = Decimal::ONE.sub(share).and_then(|rest| own.mul(share)?.div(rest)).map(|most| most.floor());
            let label = format!("{added} on top of {own}");
            let mut diagnostic =
                Diagnostic::new(Code::LocalShare, first.span, message).label(label).also(local.span, "allowed here");
            for other in lines.iter().filter(|l| l.local && l.span != first.span) {
                diagnostic = diagnostic.also(other.span, "added too");
            }
            self.push(match room {
                Some(room) => diagnostic.help(format!("lower what is added to {room} in all")),
                None => diagnostic.help("take a line out"),
            });
        }
    }
}
