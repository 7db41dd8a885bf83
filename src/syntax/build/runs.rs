//! Runs of the rules in a test: their days, and what is expected of them.

use super::{Builder, Kids, Node};
use crate::ast::{Became, DateLit, Days, Ran, RanWhen, RunDays};
use crate::syntax::grammar::Rule;

impl Builder<'_> {
    /// `run weekly from 2026-01-05`, `run on 2026-01-05, 2026-04-05`
    pub(super) fn run_days(&mut self, node: Node<'_>) -> RunDays {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let days = match kids.take(Rule::repeated) {
            Some(kid) => Days::Every(self.repeated(kid)),
            None => {
                let on = kids.take(Rule::run_on);
                Days::On(on.map(|kid| self.dates(kid)).unwrap_or_default())
            }
        };
        RunDays { days, fire_on_first_run: kids.take(Rule::first_run).is_some(), span }
    }

    fn dates(&mut self, node: Node<'_>) -> Vec<DateLit> {
        let kids = self.kids(node).list.filter(|kid| kid.as_rule() == Rule::date);
        kids.map(|kid| self.date(&kid)).collect()
    }

    /// What became of a rule in runs.
    pub(super) fn ran(&mut self, mut kids: Kids<'_>) -> Ran {
        let rule = self.next_name(&mut kids);
        let said = kids.next();
        let span = said.as_ref().map_or(rule.span, |kid| self.span(kid));
        let words = said.map(|kid| kid.as_str().split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
        let (what, negated) = Became::find(&words).unwrap_or_else(|| {
            self.broken = true;
            (Became::Fired, false)
        });
        let (when, place) = (RanWhen::Ever, span.after());
        let mut ran = Ran { rule, what, negated, subject: None, when, place, because: None, span };
        let mut seen = Vec::new();
        for kid in kids.list {
            let place = self.span(&kid);
            match kid.as_rule() {
                Rule::run_for if self.once(&mut seen, "for", place) => {
                    let mut inner = self.kids(kid);
                    ran.subject = Some(self.next_name(&mut inner));
                }
                Rule::run_because if self.once(&mut seen, "because", place) => {
                    ran.because = self.kids(kid).take(Rule::expr).map(|kid| self.expr(kid));
                }
                Rule::run_on | Rule::run_span | Rule::run_times if self.once(&mut seen, "on", place) => {
                    ran.place = place;
                    ran.when = self.ran_when(kid);
                }
                _ => {}
            }
        }
        ran
    }

    fn ran_when(&mut self, node: Node<'_>) -> RanWhen {
        match node.as_rule() {
            Rule::run_times => {
                let times = self.kids(node).take(Rule::count).map(|kid| self.count(&kid));
                RanWhen::Times(times.unwrap_or(0))
            }
            Rule::run_span => match self.dates(node).as_slice() {
                [from, to] => RanWhen::Between(*from, *to),
                _ => {
                    self.broken = true;
                    RanWhen::Ever
                }
            },
            _ => RanWhen::On(self.dates(node)),
        }
    }
}
