//! Which condition makes another one certain: `arr > 250k` makes `arr > 100k` true, whatever the account.
//!
//! Only conditions about one and the same quantity are compared by their values. A condition that holds is known, so one
//! that it implies is known too: leaving that out changes nothing for missing values either.

use super::written::print;
use crate::check::Proofs;
use crate::check::region::Region;
use crate::program::{Expr, ExprKind, TableId};

/// A condition and where it holds.
#[derive(Debug)]
pub struct Clause<'e> {
    /// The condition.
    pub expr: &'e Expr,
    print: u64,
    /// The one quantity that it is about, and where it holds and where it does not.
    about: Option<(String, Region, Region)>,
}

impl<'e> Clause<'e> {
    /// Of a condition about accounts, or about rows.
    pub fn new(expr: &'e Expr, proofs: &Proofs, rows: Option<TableId>) -> Clause<'e> {
        Clause { expr, print: print(expr), about: about(expr, proofs, rows) }
    }

    /// The accounts or rows for which it holds, where it is about one quantity.
    pub fn holds(&self) -> Option<&Region> {
        self.about.as_ref().map(|(_, holds, _)| holds)
    }

    /// The accounts or rows for which it does not, where it is about one quantity.
    pub fn fails(&self) -> Option<&Region> {
        self.about.as_ref().map(|(.., fails)| fails)
    }

    /// The quantity that it is about, if that is one.
    pub fn quantity(&self) -> Option<&str> {
        self.about.as_ref().map(|(quantity, ..)| quantity.as_str())
    }

    /// True if the other one surely holds where this one does.
    pub fn implies(&self, other: &Clause) -> bool {
        if self.print == other.print {
            return true;
        }
        let parts = |clause: &Clause, or: bool| -> Vec<u64> {
            match &clause.expr.kind {
                ExprKind::And(list) if !or => list.iter().map(print).collect(),
                ExprKind::Or(list) if or => list.iter().map(print).collect(),
                _ => Vec::new(),
            }
        };
        if parts(self, false).contains(&other.print) || parts(other, true).contains(&self.print) {
            return true;
        }
        match (&self.about, &other.about) {
            (Some((own, holds, _)), Some((quantity, _, fails))) => own == quantity && holds.common(fails).is_empty(),
            _ => false,
        }
    }
}

fn about(expr: &Expr, proofs: &Proofs, rows: Option<TableId>) -> Option<(String, Region, Region)> {
    let holds = proofs.region(expr, rows, true)?;
    let fails = proofs.region(expr, rows, false)?;
    let mut keys: Vec<&str> = holds.keys().chain(fails.keys()).collect();
    keys.dedup();
    match keys.as_slice() {
        [only] if !holds.is_empty() && !fails.is_empty() => Some((only.to_string(), holds.clone(), fails.clone())),
        _ => None,
    }
}
