//! Metadata statements.

use super::literal::period;
use super::{Builder, Node};
use crate::ast::{DurationLit, Meta, MetaKind};
use crate::calendar::{Date, Duration};
use crate::diagnostics::Code;
use crate::span::Span;
use crate::syntax::grammar::Rule;
use crate::syntax::words::meant_type;

impl Builder<'_> {
    /// True if the node is a metadata statement; then it has been added.
    pub(super) fn meta(&mut self, node: Node<'_>, meta: &mut Vec<Meta>, seen: &mut Vec<(String, Span)>) {
        let (span, rule) = (self.span(&node), node.as_rule());
        let word = crate::syntax::recover::word_at(self.text, span.start as usize).to_string();
        let mut kids = self.kids(node);
        let kind = match rule {
            Rule::owner => MetaKind::Owner(self.next_name(&mut kids)),
            Rule::accountable => MetaKind::Accountable(self.next_name(&mut kids)),
            Rule::consulted => MetaKind::Consulted(self.rest_names(kids)),
            Rule::informed => MetaKind::Informed(self.rest_names(kids)),
            Rule::supports => MetaKind::Supports(self.rest_names(kids)),
            Rule::kind => MetaKind::Kind(self.rest_names(kids)),
            Rule::pairs_with => MetaKind::PairsWith(self.next_name(&mut kids)),
            Rule::review => {
                let every = match kids.next() {
                    Some(kid) if kid.as_rule() == Rule::duration => self.duration(kid),
                    Some(kid) => {
                        let duration = Duration { count: 1, unit: period(kid.as_str()) };
                        DurationLit { duration, span: self.span(&kid) }
                    }
                    None => DurationLit { duration: Duration { count: 1, unit: period("") }, span },
                };
                let last = kids.take(Rule::date).map(|kid| self.date(&kid));
                MetaKind::Review { every, last }
            }
            Rule::since => MetaKind::Since(self.next_date(&mut kids, span)),
            Rule::deprecated => {
                let since = self.next_date(&mut kids, span);
                MetaKind::Deprecated { since, replaced_by: kids.take(Rule::name).map(|kid| self.name(&kid)) }
            }
            Rule::note => match kids.next() {
                Some(kid) => MetaKind::Note(self.text_literal(&kid)),
                None => return,
            },
            Rule::direction => {
                MetaKind::Direction { higher_is_better: kids.next().is_some_and(|kid| kid.as_str() == "better") }
            }
            _ => {
                self.broken = true;
                return;
            }
        };
        // Several notes and several lists of objectives may stand; of everything else the first counts.
        let repeats = matches!(kind, MetaKind::Note(_) | MetaKind::Supports(_) | MetaKind::PairsWith(_));
        if repeats || self.once(seen, word, span) {
            meta.push(Meta { kind, span });
        }
    }

    pub(super) fn next_date(&mut self, kids: &mut super::Kids<'_>, span: Span) -> crate::ast::DateLit {
        match kids.take(Rule::date) {
            Some(kid) => self.date(&kid),
            None => {
                self.broken = true;
                crate::ast::DateLit { date: Date::default(), span }
            }
        }
    }

    /// Among columns `owner txet` looks like a team; it is more likely a column whose type is misspelt.
    pub(super) fn suspicious_field(&mut self, meta: &Meta) {
        let name = match &meta.kind {
            MetaKind::Owner(name) | MetaKind::Accountable(name) => name,
            MetaKind::Kind(names) | MetaKind::Consulted(names) | MetaKind::Informed(names) => match names.first() {
                Some(name) => name,
                None => return,
            },
            _ => return,
        };
        if let Some(near) = meant_type(&name.text) {
            let (span, written) = (name.span, name.text.clone());
            self.fail(Code::UnknownWord, span, format!("unknown type `{written}`"), |d| {
                d.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near)
            });
        }
    }
}
