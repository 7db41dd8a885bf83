//! Accounts above and below each other.

use super::Evaluator;
use super::account::Account;
use super::portfolio::{Gathered, Member, Part};
use super::scope::Scope;
use crate::calendar::Date;
use crate::program::{Across, FieldId, Kin};
use crate::value::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// By account, by place: those right below it, by id.
pub(super) type Tree = Vec<Vec<usize>>;

impl Evaluator<'_> {
    /// Who stands right below whom at a date.
    pub(super) fn tree(&self, date: Date) -> Arc<Tree> {
        let date = self.others_at(date);
        if let Some(tree) = self.collectives.trees.borrow().get(&date) {
            return tree.clone();
        }
        let mut tree: Tree = vec![Vec::new(); self.subjects.len()];
        let table = self.program.subject_table();
        let parent = table.and_then(|t| t.fields.iter().position(|f| f.parent)).map(|i| FieldId(i as u32));
        if let (Some(parent), Some(data)) = (parent, self.program.subject.and_then(|id| self.data.table(id))) {
            for subject in self.subjects.iter() {
                let Some(row) = subject.row_at(date) else { continue };
                let Value::Text(above) = data.value(parent, row) else { continue };
                let Ok(above) = self.subjects.binary_search_by(|s| (*s.id).cmp(&above)) else { continue };
                if let Some(below) = tree.get_mut(above) {
                    below.push(subject.place());
                }
            }
        }
        let tree = Arc::new(tree);
        self.collectives.trees.borrow_mut().insert(date, tree.clone());
        tree
    }

    /// The accounts that stand so to one, by place, itself left out. An account that came to stand above itself at some
    /// date, which today's rows cannot, is met once.
    fn kin(&self, of: usize, kin: Kin, date: Date) -> Vec<usize> {
        let tree = self.tree(date);
        let below = |of: usize| tree.get(of).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<usize> = Vec::new();
        let mut seen = HashSet::from([of]);
        let mut open: Vec<usize> = below(of).to_vec();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                found.push(next);
                if kin != Kin::Children {
                    open.extend(below(next));
                }
            }
        }
        found.sort_unstable();
        found
    }
}

impl Account<'_> {
    /// What each relative of this account brings into an aggregate over them, by id.
    pub fn relatives(&self, across: &Across) -> Vec<Part> {
        let Some(kin) = across.kin else { return Vec::new() };
        let relatives = self.scope().relatives(across, kin);
        let part = |(place, member)| Some(Part::new(self.evaluator.subjects.get(place)?, member));
        relatives.into_iter().filter_map(part).collect()
    }
}

impl Scope<'_> {
    /// What an aggregate over relatives amounts to, with who counted.
    pub(super) fn kin(self, across: &Across, kin: Kin) -> Gathered {
        let members = self.relatives(across, kin).into_iter().map(|(_, member)| member).collect();
        self.gather(across, members)
    }

    /// The relatives by place, each with what it brings in.
    pub(super) fn relatives(self, across: &Across, kin: Kin) -> Vec<(usize, Member)> {
        let evaluator = self.account.evaluator;
        let own = self.account.subject.place();
        let all = evaluator.members(across, self.as_of);
        let mut places = evaluator.kin(own, kin, self.as_of);
        if kin == Kin::Family {
            places.push(own);
            places.sort_unstable();
        }
        let mut out = Vec::new();
        for place in places {
            if place == own {
                // Its own value may be supposed to be another one.
                out.push((place, self.portfolio_member(across)));
            } else if let Ok(at) = all.binary_search_by_key(&place, |(place, _)| *place) {
                out.extend(all.get(at).cloned());
            }
        }
        out
    }
}
