//! Caps, floors and settings, and whether they contradict each other.

use crate::ast::{self, LimitVerb};
use crate::check::region::Region;
use crate::check::segments::account;
use crate::check::{Checker, Scope};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::number::Decimal;
use crate::program::{Limit, Type};

impl Checker<'_, '_> {
    pub(super) fn limit(&mut self, limit: &ast::Limit, card: &ast::Scorecard, ty: Type) -> Option<Limit> {
        if let ast::ExprKind::Name(grade) = &limit.value.kind
            && let Some(general) = card.grades.iter().find(|table| table.segment.is_none())
            && let Some(place) = general.rows.iter().position(|row| row.name.text == *grade)
        {
            self.grade_as_limit(limit, grade, general, place);
            return None;
        }
        let value = self.constant(&limit.value, ty, "a limit of a score")?;
        if limit.verb == LimitVerb::Hold && limit.because.is_none() {
            self.error(
                Code::HoldWithoutReason,
                limit.span,
                "a hold needs a reason",
                "it goes before everything else, and nobody would know why",
                "add `because \"…\"` behind it",
            );
        }
        let when = match &limit.when {
            Some(when) => {
                let typed = self.condition(when, &Scope::Account);
                if typed.ty == Type::Unknown {
                    return None;
                }
                Some(typed)
            }
            None => None,
        };
        let because = limit.because.as_ref().map(|b| b.text.clone());
        Some(Limit { verb: limit.verb, value, when, because, span: limit.span })
    }

    /// `cap watch`: limits are points; which ones keep a score in that grade can often be told.
    pub(super) fn grade_as_limit(&mut self, limit: &ast::Limit, grade: &str, table: &ast::Thresholds, place: usize) {
        let bound = |row: Option<&ast::Row>| match &row?.test.kind {
            ast::RowTestKind::Compare(ast::CompareOp::GreaterEqual, bound) => match bound.kind {
                ast::ExprKind::Number(n) => Some(n),
                _ => None,
            },
            _ => None,
        };
        let points = match limit.verb {
            LimitVerb::Cap => {
                bound(place.checked_sub(1).and_then(|i| table.rows.get(i))).and_then(|n| n.sub(Decimal::ONE))
            }
            _ => bound(table.rows.get(place)),
        };
        let verb = match limit.verb {
            LimitVerb::Cap => "cap",
            LimitVerb::Floor => "floor",
            LimitVerb::Set => "set",
            LimitVerb::Hold => "hold",
        };
        let mut diagnostic = Diagnostic::new(
            Code::TypeMismatch,
            limit.value.span,
            format!("`{grade}` is a grade, and a limit is a number of points"),
        )
        .label("a grade");
        diagnostic = match points {
            Some(points) => diagnostic.fix(format!("write `{verb} {points}`"), limit.value.span, points.to_string()),
            None => diagnostic.help(format!("write the points: `{verb} 29`")),
        };
        self.push(diagnostic);
    }

    /// A cap below a floor that can hold at the same time has no meaning.
    pub(super) fn limit_conflicts(&mut self, limits: &[Limit]) {
        for cap in limits.iter().filter(|l| l.verb == LimitVerb::Cap) {
            for floor in limits.iter().filter(|l| l.verb == LimitVerb::Floor && l.value > cap.value) {
                let region = |limit: &Limit| match &limit.when {
                    Some(when) => self.region(when, true),
                    None => Some(Region::everything()),
                };
                let both = region(cap).zip(region(floor)).and_then(|(a, b)| a.and(&b));
                if both.as_ref().is_some_and(Region::is_empty) {
                    continue;
                }
                // Where a condition cannot be looked into, that both hold is possible and no more.
                let witness = both.and_then(|both| self.regions(|r| r.witness(&both)));
                let certain = witness.as_ref().is_some_and(|witness| witness.certain);
                let may = if certain { "can hold at once" } else { "may hold at once: then the cap wins" };
                let mut diagnostic = Diagnostic::new(
                    Code::LimitConflict,
                    floor.span,
                    format!("the floor {} lies above the cap {}, and both {may}", floor.value, cap.value),
                )
                .label("wants more")
                .also(cap.span, "allows less")
                .help("exclude one where the other holds");
                if certain {
                    diagnostic.witness = account(witness);
                } else {
                    diagnostic.severity = Severity::Warning;
                }
                self.push(diagnostic);
            }
        }
    }
}
