//! Extensions of metrics: tables of points, and for open ones everything else.

use super::{Merge, Part, Points, Target, whom};
use crate::ast::{Metric, Name, Scale, Thresholds};
use crate::span::Span;

impl Merge<'_> {
    pub(super) fn metric(&mut self, target: &Target<'_>, base: &mut Metric, metric: Metric) {
        if let Some(value) = metric.value {
            let before = base.value.as_ref().map(|v| v.span);
            if self.may_replace(target, "its value", value.span, before) {
                base.value = Some(value);
            }
        }
        if let Some(ty) = metric.ty {
            let before = base.ty.as_ref().map(|t| t.span);
            if self.may_replace(target, "its type", ty.span, before) {
                base.ty = Some(ty);
            }
        }
        if let Some(valid) = metric.valid_for {
            let before = base.valid_for.as_ref().map(|v| v.span);
            if self.may_replace(target, "how long it is valid", valid.span, before) {
                base.valid_for = Some(valid);
            }
        }
        // What holds for those whom a new table is about: their own points so far, else everybody's.
        let (tables, scales) = (base.thresholds.clone(), base.scales.clone());
        let so_far = |segment: Option<&Name>| {
            let table = |wanted: Option<&Name>| tables.iter().find(|t| same(t.segment.as_ref(), wanted)).cloned();
            let scale = |wanted: Option<&Name>| scales.iter().find(|s| same(s.segment.as_ref(), wanted)).cloned();
            let own = table(segment).map(Points::Thresholds).or_else(|| scale(segment).map(Points::Scale));
            own.or_else(|| table(None).map(Points::Thresholds)).or_else(|| scale(None).map(Points::Scale))
        };
        for table in metric.thresholds {
            let segment = table.segment.clone();
            let now = Points::Thresholds(table.clone());
            if !self.points(target, "the thresholds", segment.as_ref(), so_far(segment.as_ref()), now, table.span) {
                continue;
            }
            match base.thresholds.iter_mut().find(|t| same(t.segment.as_ref(), segment.as_ref())) {
                Some(slot) => *slot = table,
                None => base.thresholds.push(table),
            }
        }
        for scale in metric.scales {
            let segment = scale.segment.clone();
            let now = Points::Scale(scale.clone());
            if !self.points(target, "the scale", segment.as_ref(), so_far(segment.as_ref()), now, scale.span) {
                continue;
            }
            match base.scales.iter_mut().find(|s| same(s.segment.as_ref(), segment.as_ref())) {
                Some(slot) => *slot = scale,
                None => base.scales.push(scale),
            }
        }
    }

    /// Notes new points; false if they are not to be taken.
    fn points(
        &mut self,
        target: &Target<'_>,
        what: &str,
        segment: Option<&Name>,
        before: Option<Points>,
        now: Points,
        span: Span,
    ) -> bool {
        if !self.alone(target, &format!("{what}{}", whom(segment)), span) {
            return false;
        }
        if let (false, Some(before)) = (target.open, before) {
            let place = before.span();
            self.change(target, Part::Points { before, now }, span, Some(place));
        }
        true
    }
}

impl Points {
    /// Where they stand.
    pub fn span(&self) -> Span {
        match self {
            Points::Thresholds(Thresholds { span, .. }) | Points::Scale(Scale { span, .. }) => *span,
        }
    }
}

/// True if two clauses are about the same accounts, as written.
pub(super) fn same(a: Option<&Name>, b: Option<&Name>) -> bool {
    a.map(|n| &n.text) == b.map(|n| &n.text)
}
