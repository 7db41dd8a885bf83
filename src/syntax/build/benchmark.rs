//! Benchmarks: a source, and dated quartiles.

use super::{Builder, Node};
use crate::ast::{Benchmark, DateLit, Meta, Name, Quartiles};
use crate::calendar::Date;
use crate::syntax::grammar::Rule;
use crate::syntax::words::Place;

impl Builder<'_> {
    pub(super) fn benchmark(&mut self, of: Name, block: Option<Node<'_>>, meta: &mut Vec<Meta>) -> Benchmark {
        let mut benchmark = Benchmark { of, source: None, rows: Vec::new() };
        let Some(block) = block else { return benchmark };
        let mut seen = Vec::new();
        self.block(block, Place::Benchmark, |me, kid| match kid.as_rule() {
            Rule::from_source => {
                let span = me.span(&kid);
                let source = me.kids(kid).take(Rule::text).map(|kid| me.text_literal(&kid));
                if me.once(&mut seen, "source", span) {
                    benchmark.source = source;
                }
            }
            Rule::quartiles => {
                let row = me.quartiles(kid);
                benchmark.rows.push(row);
            }
            _ => me.meta(kid, meta, &mut seen),
        });
        benchmark
    }

    fn quartiles(&mut self, node: Node<'_>) -> Quartiles {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let segment = kids.take(Rule::for_segment).map(|kid| {
            let mut inner = self.kids(kid);
            self.next_name(&mut inner)
        });
        let from = match kids.take(Rule::date) {
            Some(kid) => self.date(&kid),
            None => {
                self.broken = true;
                DateLit { date: Date::default(), span }
            }
        };
        let bounds =
            [self.next_expr(&mut kids, span), self.next_expr(&mut kids, span), self.next_expr(&mut kids, span)];
        Quartiles { segment, from, bounds, span }
    }
}
