//! How rules stand: their conditions, what holds them back, and what guards say.

use super::account::count;
use super::scope::Scope;
use super::{Account, Evaluator};
use crate::calendar::Date;
use crate::data::TableData;
use crate::engine::{RowStanding, RuleResult, RuleStatus, Standing, Suppression, Unknown};
use crate::program::{About, Expr, ReasonKind, Rule, RuleId, Staff, TableId, Trigger};
use crate::value::Value;

impl Scope<'_> {
    /// How a rule stands for the account.
    pub(super) fn rule_result(self, id: RuleId, rule: &Rule) -> RuleResult {
        match rule.trigger {
            Trigger::On(table) => self.by_rows(id, rule, table),
            _ => self.stands(id, rule, self),
        }
    }

    /// How a rule about rows stands for each row of the account.
    pub(super) fn row_rule_result(self, id: RuleId, rule: &Rule) -> Vec<RowStanding> {
        let About::Row(table) = rule.about else { return Vec::new() };
        let rows = self.rows_of_account(table).into_iter();
        rows.map(|(row, date)| {
            let here = self.on(table, row);
            RowStanding { row, date, result: here.stands(id, rule, here) }
        })
        .collect()
    }

    /// A rule that rows set off: it holds if it does for one of them.
    fn by_rows(self, id: RuleId, rule: &Rule, table: TableId) -> RuleResult {
        let seen = self.rows_of_account(table).into_iter().filter(|row| self.is_seen(table, *row));
        let standing = |(row, date)| RowStanding { row, date, result: self.stands(id, rule, self.on(table, row)) };
        let rows: Vec<RowStanding> =
            seen.map(standing).filter(|row| row.result.status != RuleStatus::DoesNotHold).collect();
        let with = |status| rows.iter().find(|row| row.result.status == status).map(|row| &row.result);
        let order = [RuleStatus::Holds, RuleStatus::Undecided, RuleStatus::Suppressed, RuleStatus::HeldBack];
        let Some(first) = order.into_iter().find_map(with) else {
            return RuleResult {
                status: RuleStatus::DoesNotHold,
                met: Some(false),
                closes: self.closes(rule),
                ..RuleResult::unknown(id)
            };
        };
        let RuleResult { status, met, guards, closes, unknown, .. } = first.clone();
        RuleResult { rule: id, status, met, guards, rows, closes, unknown }
    }

    fn closes(self, rule: &Rule) -> Option<bool> {
        rule.close.as_ref().and_then(|close| self.eval(&close.condition).truth())
    }

    /// `acting` is where the condition looks: at the row that sets the rule off, if one does.
    fn stands(self, id: RuleId, rule: &Rule, acting: Scope) -> RuleResult {
        let condition = acting.eval(&rule.condition).truth();
        let unless = rule.unless.as_ref().map_or(Some(false), |unless| self.eval(unless).truth());
        let met = met(condition, unless);
        // Where `unless` holds too, all that holds it back is still to be told.
        let cannot = condition == Some(false) || (condition.is_none() && unless == Some(true));
        let guards = if cannot { Vec::new() } else { self.guards(rule) };
        let status = match rule_status(condition, unless) {
            RuleStatus::Holds if guards.iter().any(|found| found.standing == Standing::Holds) => RuleStatus::Suppressed,
            RuleStatus::Holds if guards.iter().any(|found| found.standing == Standing::Unknown) => {
                RuleStatus::Undecided
            }
            status => status,
        };
        let mut unknown: Vec<Unknown> = Vec::new();
        if status == RuleStatus::Undecided {
            let (told, acting) = (Scope { blame: None, ..self }, Scope { blame: None, ..acting });
            let mut found = acting.unknowns(&rule.condition, true);
            found.extend(rule.unless.iter().flat_map(|unless| told.unknowns(unless, true)));
            let unsure = guards.iter().filter(|found| found.standing == Standing::Unknown);
            found.extend(unsure.filter_map(|found| told.guard_condition(found)).flat_map(|c| told.unknowns(c, true)));
            for found in found {
                if found.name.is_none() || !unknown.iter().any(|u| u.says_the_same_as(&found)) {
                    unknown.push(found);
                }
            }
        }
        RuleResult { rule: id, status, met, guards, rows: Vec::new(), closes: self.closes(rule), unknown }
    }

    /// All that guards have against a rule, the conditions of each evaluated whether others hold or not.
    fn guards(self, rule: &Rule) -> Vec<Suppression> {
        let mut out = Vec::new();
        for guard in &rule.guards {
            let reasons = self.account.evaluator.program.guard(*guard).map_or(&[][..], |g| &g.reasons);
            for (reason, told) in reasons.iter().enumerate() {
                let standing = match &told.kind {
                    ReasonKind::When(condition) => match self.eval(condition).truth() {
                        Some(true) => Standing::Holds,
                        Some(false) => continue,
                        None => Standing::Unknown,
                    },
                    ReasonKind::Blackout(from, to) if (*from..=*to).contains(&self.as_of) => Standing::Holds,
                    ReasonKind::Blackout(..) => continue,
                    ReasonKind::Lock(_) => Standing::AskLedger,
                };
                out.push(Suppression { guard: *guard, reason, standing });
            }
        }
        out
    }

    fn guard_condition(&self, found: &Suppression) -> Option<&Expr> {
        let guard = self.account.evaluator.program.guard(found.guard)?;
        match &guard.reasons.get(found.reason)?.kind {
            ReasonKind::When(condition) => Some(condition),
            ReasonKind::Lock(_) | ReasonKind::Blackout(..) => None,
        }
    }
}

impl Account<'_> {
    /// The value of an expression about one row of the account, such as a column of the row that a rule is about.
    pub fn value_on(&self, table: TableId, row: u32, expr: &Expr) -> Value {
        self.scope().on(table, row).eval(expr)
    }
}

impl Evaluator<'_> {
    /// Why work cannot be given to somebody whom a column names: not among the staff, or not active there. Nothing where
    /// it can, and where the program has no table of staff or nothing was read for it.
    pub fn not_available(&self, person: &str, as_of: Date) -> Option<&'static str> {
        let staff = self.program.staff()?;
        let rows = self.data.table(staff.table).filter(|rows| rows.vouches())?;
        let Some(row) = self.staff_row(&staff, rows, person, as_of) else { return Some("is not among the staff") };
        let active = staff.active.map(|field| rows.value(field, row));
        matches!(active, Some(Value::Boolean(false))).then_some("is not active")
    }

    /// The row of a person, as it was at a date where the table keeps its history.
    fn staff_row(&self, staff: &Staff, rows: &TableData, person: &str, as_of: Date) -> Option<u32> {
        let latest = rows.by_key.get(person)?;
        let Some(since) = staff.since else { return Some(latest) };
        let began = |row: u32| rows.value(since, row).date().filter(|date| *date <= as_of);
        let theirs = |row: &u32| matches!(rows.value(staff.key, *row), Value::Text(key) if &*key == person);
        match began(latest) {
            Some(_) => Some(latest),
            None => (0..rows.rows).filter(|row| theirs(row) && began(*row).is_some()).max_by_key(|row| began(*row)),
        }
    }

    /// The id of the account that a row belongs to.
    pub fn owner_id(&self, (table, row): (TableId, u32)) -> Option<&str> {
        let owner = self.owner_row(table, row)?;
        self.subjects.iter().find(|subject| subject.row == owner).map(|subject| &*subject.id)
    }

    /// All rules about the whole portfolio at a date.
    pub fn portfolio_rules(&self, as_of: Date) -> Vec<RuleResult> {
        self.get_ready(as_of);
        let nobody = self.nobody(as_of);
        let rules = count(self.program.portfolio_rules.len()).zip(&self.program.portfolio_rules);
        rules.map(|(i, rule)| nobody.scope().rule_result(RuleId(i), rule)).collect()
    }
}

/// Whether a condition holds and nothing written beside it holds it back.
pub(crate) fn met(condition: Option<bool>, unless: Option<bool>) -> Option<bool> {
    match (condition, unless) {
        (Some(false), _) | (_, Some(true)) => Some(false),
        (Some(true), Some(false)) => Some(true),
        (None, _) | (_, None) => None,
    }
}

/// `when … unless …` under Kleene logic.
fn rule_status(condition: Option<bool>, unless: Option<bool>) -> RuleStatus {
    match (condition, unless) {
        (Some(false), _) | (None, Some(true)) => RuleStatus::DoesNotHold,
        (Some(true), Some(true)) => RuleStatus::HeldBack,
        (Some(true), Some(false)) => RuleStatus::Holds,
        (None, _) | (_, None) => RuleStatus::Undecided,
    }
}
