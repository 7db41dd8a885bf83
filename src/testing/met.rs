//! Whether a test finds nothing amiss, without a word about it: what is asked over and over while rules are changed.

use super::judge::{World, agree, holds, stands};
use super::{Problem, Setup, Unit, build, finding};
use crate::engine::RuleResult;
use crate::engine::reference::{Account, Evaluator};
use crate::program::{Expectation, ExpectationKind, Expr};

/// True if all that a test, or a case of it, expects is so; goes no further than to the first expectation that is not.
pub(super) fn passes(setup: &Setup, unit: Unit) -> bool {
    let Ok(data) = build::dataset(setup, unit) else { return false };
    let evaluator = Evaluator::new(setup.program, &data, setup.calendar);
    let world = World::new(setup, unit, &evaluator, &data);
    let all = || unit.test.expect.iter().chain(unit.case.into_iter().flat_map(|case| &case.expect));
    let met = |expectation: &Expectation| world.is_met(expectation).unwrap_or(false);
    // Runs take longest, and what is seen without them need not wait.
    let ran = |expectation: &&Expectation| matches!(expectation.kind, ExpectationKind::Ran { .. });
    all().filter(|one| !ran(one)).all(met) && all().filter(ran).all(met)
}

impl World<'_> {
    /// Whether what is expected is so.
    fn is_met(&self, expectation: &Expectation) -> Result<bool, Problem> {
        Ok(match &expectation.kind {
            ExpectationKind::Holds { whose, condition, within, .. } => {
                holds(&mut self.account(whose, expectation)?, condition, *within)
            }
            ExpectationKind::Snapshot { .. } => false,
            ExpectationKind::Rule { whose, rule, outcome, because, reason } => {
                let mut account = self.account(whose, expectation)?;
                let found = self.outcome(&mut account, whose, *rule);
                let told = |account: &mut Account, why: &Expr| self.value(account, whose, why).truth() == Some(true);
                let named = |result: &RuleResult| {
                    reason.is_none_or(|reason| result.suppressed_by().any(|by| (by.guard, by.reason) == reason))
                };
                found.is_none_or(|result| agree(*outcome, stands(&result)) && named(&result))
                    && because.as_ref().is_none_or(|why| told(&mut account, why))
            }
            ExpectationKind::Ran { whose, .. } => {
                self.account(whose, expectation)?;
                self.ran_so(expectation)
            }
            ExpectationKind::Finding { errors_only, code, text, set } => {
                finding::look(self.setup, *errors_only, *code, text.as_ref(), set).is_none()
            }
        })
    }
}
