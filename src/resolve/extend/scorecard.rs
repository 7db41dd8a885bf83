//! Extensions of scorecards: lines of one's own within the share that is left for them, caps, stricter grades and coverage.

use super::metric::same;
use super::{Merge, Part, Target, line_of, share_of, whom};
use crate::ast::{LimitVerb, Line, MissingClause, Name, Override, Scorecard};
use crate::diagnostics::{Code, Diagnostic};
use crate::span::Span;

impl Merge<'_> {
    pub(super) fn scorecard(&mut self, target: &Target<'_>, base: &mut Scorecard, card: Scorecard) {
        let general_missing = base.missing.clone();
        for line in card.lines {
            match line_of(&mut base.lines, &line.name.text) {
                Some(slot) => self.line(target, slot, line, None, general_missing.as_ref(), None),
                None => self.new_line(target, base, line),
            }
        }
        for part in card.overrides {
            self.overrides(target, base, part);
        }
        if let Some(now) = card.missing
            && self.alone(target, "what happens with missing parts", now.span)
        {
            if !target.open {
                let before = base.missing.clone();
                let place = before.as_ref().map(|m| m.span);
                self.change(target, Part::Missing { before, now: now.clone() }, now.span, place);
            }
            base.missing = Some(now);
        }
        if let Some(combine) = card.combine
            && self.may_replace(target, "how it combines", combine.span, base.combine.as_ref().map(|c| c.span))
        {
            base.combine = Some(combine);
        }
        if let Some(start) = card.base
            && self.may_replace(target, "its base", start.span, base.base.as_ref().map(|b| b.span))
        {
            base.base = Some(start);
        }
        if let Some(total) = card.total
            && self.may_replace(target, "what the weights total", total.span, base.total.as_ref().map(|t| t.span))
        {
            base.total = Some(total);
        }
        if let Some(local) = card.local {
            if !target.open {
                let what = "what others may add".to_string();
                let (before, now) = (share_of(base.local.as_ref()), local.share.clone());
                let place = base.local.as_ref().map(|l| l.span);
                self.change(target, Part::Most { what, before, now }, local.span, place);
            }
            base.local = Some(local);
        }
        let caps: Vec<_> = base.limits.iter().filter(|l| l.verb == LimitVerb::Cap).cloned().collect();
        for limit in card.limits {
            if !target.open && limit.verb != LimitVerb::Cap {
                let verb = match limit.verb {
                    LimitVerb::Floor => "a floor",
                    LimitVerb::Hold => "a hold",
                    LimitVerb::Cap | LimitVerb::Set => "a setting",
                };
                self.report(
                    Diagnostic::new(
                        Code::Loosened,
                        limit.span,
                        format!("{verb} could raise `{}`, which may only be made stricter", target.name),
                    )
                    .label("not a cap")
                    .also(target.declared, format!("declared here, in `{}`", target.owner))
                    .help("take it out; a `cap` can only lower a score"),
                );
                continue;
            }
            if !target.open {
                self.change(target, Part::Cap { before: caps.clone(), now: limit.clone() }, limit.span, None);
            }
            base.limits.push(limit);
        }
        // Another limit of a weight is only a check more.
        base.share_limits.extend(card.share_limits);
        if let Some(correction) = card.correction
            && self.may_replace(target, "who overrides it", correction.span, base.correction.as_ref().map(|c| c.span))
        {
            base.correction = Some(correction);
        }
        if let Some(below) = card.below
            && self.may_replace(target, "what it counts", below.span, base.below.as_ref().map(|b| b.span))
        {
            base.below = Some(below);
        }
        for table in card.grades {
            let segment = table.segment.as_ref();
            if !self.alone(target, &format!("the grades{}", whom(segment)), table.span) {
                continue;
            }
            let find = |wanted: Option<&Name>| base.grades.iter().position(|g| same(g.segment.as_ref(), wanted));
            let own = find(segment);
            if !target.open {
                let before = own.or_else(|| find(None)).and_then(|i| base.grades.get(i)).cloned();
                let place = before.as_ref().map(|g| g.span);
                self.change(target, Part::Grades { before, now: table.clone() }, table.span, place);
            }
            match own.and_then(|i| base.grades.get_mut(i)) {
                Some(slot) => *slot = table,
                None => base.grades.push(table),
            }
        }
    }

    /// A line that the scorecard does not have yet.
    fn new_line(&mut self, target: &Target<'_>, base: &mut Scorecard, line: Line) {
        let unweighed = line.informational.is_some();
        let lowest = base.combine.as_ref().is_some_and(|c| c.text == "min");
        if base.local.is_none() && !target.open && !unweighed && !lowest {
            let name = &line.name;
            self.report(
                Diagnostic::new(
                    Code::LocalShare,
                    name.span,
                    format!("`{}` of the package `{}` leaves no share for lines of others", target.name, target.owner),
                )
                .label("added here")
                .also(target.declared, "declared here, without `local at most …`")
                .help(format!(
                    "write `{} informational` to show it only, or ask `{}` for `local at most 10%`",
                    name.text, target.owner
                )),
            );
            return;
        }
        let local = base.local.is_some() && !unweighed;
        base.lines.push(Line { local, ..line });
    }

    /// A line that the scorecard has, here or for a segment.
    fn line(
        &mut self,
        target: &Target<'_>,
        slot: &mut Line,
        line: Line,
        segment: Option<&Name>,
        general_missing: Option<&MissingClause>,
        origin: Option<Span>,
    ) {
        let own = slot.local;
        let had = origin.unwrap_or(slot.span);
        let name = line.name.text.clone();
        if !self.alone(target, &format!("the line `{name}`{}", whom(segment)), line.span) {
            return;
        }
        let free = target.open || own;
        match line.weight {
            // It may be said again, but not otherwise.
            Some(now) if !free => {
                let (before, place, at) = (slot.weight.clone(), had, now.span);
                self.change(target, Part::Weight { line: name.clone(), before, now }, at, Some(place));
            }
            Some(now) => {
                slot.weight = Some(now);
                slot.informational = None;
            }
            None => {}
        }
        if let Some(at) = line.informational {
            if !free && slot.informational.is_none() {
                self.locked(target, &format!("the weight of `{name}`"), at, Some(had));
                return;
            }
            slot.weight = None;
            slot.informational = Some(at);
        }
        if let Some(now) = line.at_most {
            if !free {
                let what = format!("the share of `{name}`");
                let (before, at) = (slot.at_most.clone(), now.span);
                let place = had;
                self.change(target, Part::Most { what, before, now: now.clone() }, at, Some(place));
            }
            slot.at_most = Some(now);
        }
        if let Some(now) = line.scale {
            if !free {
                let part = Part::LineScale { line: name.clone(), before: slot.scale.clone(), now: now.clone() };
                let (at, place) = (now.span, slot.scale.as_ref().map_or(had, |s| s.span));
                self.change(target, part, at, Some(place));
            }
            slot.scale = Some(now);
        }
        if let Some(now) = line.missing {
            if !free {
                let before = slot.missing.clone().or_else(|| general_missing.cloned());
                let place = before.as_ref().map_or(had, |m| m.span);
                self.change(target, Part::Missing { before, now: now.clone() }, now.span, Some(place));
            }
            slot.missing = Some(now);
        }
        if let Some(because) = line.because {
            slot.because = Some(because);
        }
    }

    /// What differs for a segment: lines that are not said again there are as in general.
    fn overrides(&mut self, target: &Target<'_>, base: &mut Scorecard, part: Override) {
        let at = match base.overrides.iter().position(|o| o.segment.text == part.segment.text) {
            Some(at) => at,
            None => {
                base.overrides.push(Override { lines: Vec::new(), ..part.clone() });
                base.overrides.len() - 1
            }
        };
        let (general, missing) = (base.lines.clone(), base.missing.clone());
        let Some(slot) = base.overrides.get_mut(at) else { return };
        for line in part.lines {
            let name = line.name.text.clone();
            let mut origin = None;
            if line_of(&mut slot.lines, &name).is_none() {
                // What it differs from is the general line; one that is not there is told by the checker.
                match general.iter().find(|l| l.name.text == name) {
                    Some(found) => {
                        origin = Some(found.span);
                        slot.lines.push(Line { span: line.span, name: line.name.clone(), ..found.clone() });
                    }
                    None => {
                        slot.lines.push(line);
                        continue;
                    }
                }
            }
            if let Some(found) = line_of(&mut slot.lines, &name) {
                self.line(target, found, line, Some(&part.segment), missing.as_ref(), origin);
            }
        }
    }
}
