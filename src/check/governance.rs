//! Names in metadata: objectives that are supported, metrics that are paired, what replaces what.

use super::Checker;
use crate::ast::{Item, MetaKind, Name};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::Symbol;

impl Checker<'_, '_> {
    /// Checks the metadata of all declarations.
    pub(super) fn governance(&mut self) {
        let symbols = &self.symbols;
        let all = [
            &symbols.objectives,
            &symbols.tables,
            &symbols.params,
            &symbols.segments,
            &symbols.partitions,
            &symbols.defines,
            &symbols.metrics,
            &symbols.portfolio,
            &symbols.benchmarks,
            &symbols.scorecards,
            &symbols.rules,
            &symbols.row_rules,
            &symbols.portfolio_rules,
            &symbols.guards,
            &symbols.playbooks,
            &symbols.calendars,
            &symbols.tests,
        ];
        let items: Vec<&Item> = all.into_iter().flatten().copied().filter(|item| !item.meta.is_empty()).collect();
        for item in items {
            for meta in &item.meta {
                match &meta.kind {
                    MetaKind::Supports(names) => {
                        for name in names {
                            self.refers(name, "an objective", |s| matches!(s, Symbol::Objective(_)));
                        }
                    }
                    MetaKind::PairsWith(name) => {
                        self.refers(name, "a metric", |s| matches!(s, Symbol::Metric(_) | Symbol::Portfolio(_)));
                    }
                    MetaKind::Deprecated { replaced_by: Some(name), .. } => {
                        let own = self.symbols.get(&item.name.text).map_or("a declaration", Symbol::words);
                        self.refers(name, own, |s| s.words() == own);
                    }
                    _ => {}
                }
            }
        }
    }

    fn refers(&mut self, name: &Name, wanted: &str, fits: impl Fn(Symbol) -> bool) {
        let found = self.symbols.get(&name.text);
        if found.is_some_and(&fits) || self.symbols.left_out(&name.text) {
            return;
        }
        let bare = wanted.trim_start_matches("an ").trim_start_matches("a ");
        let (code, message) = match found {
            Some(symbol) => (Code::WrongKind, format!("`{}` is {}, not {wanted}", name.text, symbol.words())),
            None => (Code::UnknownName, format!("there is no {bare} `{}`", name.text)),
        };
        let diagnostic = Diagnostic::new(code, name.span, message).label(format!("{wanted} is wanted here"));
        let names: Vec<&str> = self.symbols.names.iter().filter(|(_, (s, _))| fits(*s)).map(|(n, _)| *n).collect();
        let otherwise = format!("declare it: `{bare} {} {{ … }}`", name.text);
        self.push(self.suggest(diagnostic, &name.text, name.span, names.iter().copied(), otherwise));
    }
}
