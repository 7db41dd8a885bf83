//! Declarations, and the blocks of the small ones: objectives, tables, partitions, metrics.

use super::{Builder, Node, item};
use crate::ast::{
    Access, Attribute, AttributeKind, Define, Events, Field, Item, ItemKind, Metric, Name, Objective, Param, Parameter,
    Partition, Rates, RowMetric, RowRule, Segment, Stale, Table, TypeExpr, TypeExprKind, ValidFor,
};
use crate::span::Span;
use crate::syntax::grammar::Rule;
use crate::syntax::words::Place;

/// The columns of a table and what stands among them.
#[derive(Default)]
struct Fields {
    fields: Vec<Field>,
    retain: Option<crate::ast::DurationLit>,
    usable: Option<crate::ast::DurationLit>,
}

impl Builder<'_> {
    /// One declaration.
    pub(super) fn item(&mut self, node: Node<'_>, access: Option<Access>) -> Item {
        let (own, rule) = (self.span(&node), node.as_rule());
        let span = access.map_or(own, |access| access.span.to(own));
        let doc = self.scan.doc_above(self.text, span.start as usize);
        let mut kids = self.kids(node);
        let of_rows = matches!(rule, Rule::row_metric | Rule::row_rule | Rule::row_guard);
        let rows_of = of_rows.then(|| self.next_name(&mut kids));
        let name = self.next_name(&mut kids);
        let label = if rule == Rule::test { None } else { kids.take(Rule::text).map(|kid| self.text_literal(&kid)) };
        let mut meta = Vec::new();
        let kind = match rule {
            Rule::objective => ItemKind::Objective(self.objective(kids.next(), &mut meta)),
            Rule::table => {
                let of = self.owner_table(&mut kids);
                let as_of = kids.take(Rule::history).map(|kid| {
                    let mut inner = self.kids(kid);
                    self.next_name(&mut inner)
                });
                let Fields { fields, retain, usable } = self.fields(kids.next(), &mut meta);
                self.no_valid_for(usable.as_ref());
                ItemKind::Table(Table { of, as_of, fields, retain })
            }
            Rule::events => {
                let of = self.owner_table(&mut kids);
                let at = self.next_name(&mut kids);
                let Fields { fields, retain, usable } = self.fields(kids.next(), &mut meta);
                self.no_valid_for(usable.as_ref());
                ItemKind::Events(Events { of, at, fields, retain })
            }
            Rule::more_events => {
                let nobody = || Name { text: String::new(), span: name.span };
                let Fields { fields, retain, .. } = self.fields(kids.next(), &mut meta);
                ItemKind::Events(Events { of: None, at: nobody(), fields, retain })
            }
            Rule::param => {
                let ty = kids.take(Rule::type_expr).map(|kid| self.type_expr(kid));
                ItemKind::Param(Param { ty, value: self.next_expr(&mut kids, span) })
            }
            Rule::segment => ItemKind::Segment(Segment { condition: self.next_expr(&mut kids, span) }),
            Rule::partition => {
                let by = kids.take(Rule::expr).map(|kid| self.expr(kid));
                ItemKind::Partition(self.partition(by, kids.next(), &mut meta))
            }
            Rule::define => {
                let parameters = kids.take(Rule::parameters).map(|kid| self.parameters(kid)).unwrap_or_default();
                ItemKind::Define(Define { parameters, body: self.next_expr(&mut kids, span) })
            }
            Rule::metric | Rule::portfolio_metric | Rule::row_metric => {
                let metric = match kids.take(Rule::expr) {
                    Some(kid) => Metric { value: Some(self.expr(kid)), ..empty_metric() },
                    None => self.metric(kids.next(), &mut meta),
                };
                match rows_of {
                    Some(of) => ItemKind::RowMetric(RowMetric { of, metric }),
                    None if rule == Rule::metric => ItemKind::Metric(metric),
                    None => ItemKind::Portfolio(metric),
                }
            }
            Rule::benchmark => {
                let of = self.next_name(&mut kids);
                ItemKind::Benchmark(self.benchmark(of, kids.next(), &mut meta))
            }
            Rule::scorecard => ItemKind::Scorecard(Box::new(self.scorecard(kids.next(), &mut meta))),
            Rule::rule_decl => ItemKind::Rule(Box::new(self.rule(kids.next(), &mut meta))),
            Rule::rates => {
                let at = self.next_name(&mut kids);
                let Fields { fields, usable, .. } = self.fields(kids.next(), &mut meta);
                ItemKind::Rates(Rates { at, fields, valid_for: usable })
            }
            Rule::attribution => {
                let touches = self.next_name(&mut kids);
                ItemKind::Attribution(Box::new(self.attribution(touches, kids.next(), &mut meta)))
            }
            Rule::row_rule => {
                let of = rows_of.unwrap_or_else(|| name.clone());
                ItemKind::RowRule(RowRule { of, rule: Box::new(self.rule(kids.next(), &mut meta)) })
            }
            Rule::guard | Rule::row_guard => ItemKind::Guard(self.guard(rows_of, kids.next(), &mut meta)),
            Rule::playbook => {
                let version = kids.take(Rule::version).and_then(|kid| self.kids(kid).next());
                let version = version.map_or(0, |kid| self.count(&kid));
                ItemKind::Playbook(self.playbook(version, kids.next(), &mut meta))
            }
            Rule::work_calendar => ItemKind::Calendar(self.work_calendar(kids.next(), &mut meta)),
            Rule::portfolio_rule => ItemKind::PortfolioRule(Box::new(self.rule(kids.next(), &mut meta))),
            Rule::fixture => ItemKind::Fixture(self.fixture(kids.next(), &mut meta)),
            _ => ItemKind::Test(self.test(kids, &mut meta)),
        };
        Item { doc, meta, access, ..item(kind, name, label, span) }
    }

    /// `of account`: the table to whose rows these rows belong.
    fn owner_table(&mut self, kids: &mut super::Kids<'_>) -> Option<Name> {
        kids.take(Rule::of_table).map(|kid| {
            let mut inner = self.kids(kid);
            self.next_name(&mut inner)
        })
    }

    fn objective(&mut self, block: Option<Node<'_>>, meta: &mut Vec<crate::ast::Meta>) -> Objective {
        let mut objective = Objective { target: None };
        let Some(block) = block else { return objective };
        let mut seen = Vec::new();
        self.block(block, Place::Objective, |me, kid| match kid.as_rule() {
            Rule::target => {
                let span = me.span(&kid);
                let mut kids = me.kids(kid);
                let target = me.next_expr(&mut kids, span);
                if me.once(&mut seen, "target", span) {
                    objective.target = Some(target);
                }
            }
            _ => me.meta(kid, meta, &mut seen),
        });
        objective
    }

    fn fields(&mut self, block: Option<Node<'_>>, meta: &mut Vec<crate::ast::Meta>) -> Fields {
        let mut result = Fields::default();
        let Some(block) = block else { return result };
        let mut seen = Vec::new();
        self.block(block, Place::Fields, |me, kid| match kid.as_rule() {
            Rule::field => {
                let field = me.field(kid);
                result.fields.push(field);
            }
            Rule::retain => {
                let span = me.span(&kid);
                let retain = me.kids(kid).take(Rule::duration).map(|kid| me.duration(kid));
                if me.once(&mut seen, "retain", span) {
                    result.retain = retain;
                }
            }
            Rule::usable => {
                let span = me.span(&kid);
                let usable = me.kids(kid).take(Rule::duration).map(|kid| me.duration(kid));
                if me.once(&mut seen, "valid", span) {
                    result.usable = usable;
                }
            }
            _ => {
                let known = meta.len();
                me.meta(kid, meta, &mut seen);
                if let Some(added) = meta.get(known) {
                    me.suspicious_field(added);
                }
            }
        });
        result
    }

    fn field(&mut self, node: Node<'_>) -> Field {
        let span = self.span(&node);
        let doc = self
            .scan
            .doc_behind(self.text, span.end as usize)
            .or_else(|| self.scan.doc_above(self.text, span.start as usize));
        let mut kids = self.kids(node);
        let name = self.next_name(&mut kids);
        let ty = match kids.take(Rule::type_expr) {
            Some(kid) => self.type_expr(kid),
            None => {
                self.broken = true;
                crate::ast::TypeExpr { kind: crate::ast::TypeExprKind::Text, span }
            }
        };
        let range = kids.take(Rule::range).map(|kid| self.range(kid));
        let mut attributes: Vec<Attribute> = Vec::new();
        let mut seen = Vec::new();
        while let Some(kid) = kids.take(Rule::attribute) {
            let kind = match kid.as_str() {
                "key" => AttributeKind::Key,
                "optional" => AttributeKind::Optional,
                "personal" => AttributeKind::Personal,
                "recorded" => AttributeKind::Recorded,
                "merged" => AttributeKind::Merged,
                _ => AttributeKind::Parent,
            };
            let place = self.span(&kid);
            if self.once(&mut seen, kid.as_str(), place) {
                attributes.push(Attribute { kind, span: place });
            }
        }
        Field { name, ty, range, attributes, doc, span }
    }

    fn partition(
        &mut self,
        by: Option<crate::ast::Expr>,
        block: Option<Node<'_>>,
        meta: &mut Vec<crate::ast::Meta>,
    ) -> Partition {
        let mut partition = Partition { by, parts: Vec::new() };
        let Some(block) = block else { return partition };
        let mut seen = Vec::new();
        self.block(block, Place::Parts, |me, kid| match kid.as_rule() {
            Rule::row => {
                let row = me.row(kid);
                partition.parts.push(row);
            }
            _ => me.meta(kid, meta, &mut seen),
        });
        partition
    }

    fn parameters(&mut self, node: Node<'_>) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        let mut kids = self.kids(node);
        while let Some(kid) = kids.take(Rule::parameter) {
            let mut inner = self.kids(kid);
            let name: Name = self.next_name(&mut inner);
            if let Some(any) = inner.take(Rule::any_number) {
                let ty = TypeExpr { kind: TypeExprKind::AnyNumber, span: self.span(&any) };
                parameters.push(Parameter { name, ty });
            } else if let Some(ty) = inner.take(Rule::type_expr) {
                let ty = self.type_expr(ty);
                parameters.push(Parameter { name, ty });
            }
        }
        parameters
    }

    fn metric(&mut self, block: Option<Node<'_>>, meta: &mut Vec<crate::ast::Meta>) -> Metric {
        let mut metric = empty_metric();
        let Some(block) = block else { return metric };
        let mut seen: Vec<(String, Span)> = Vec::new();
        self.block(block, Place::Metric, |me, kid| {
            let (span, rule) = (me.span(&kid), kid.as_rule());
            match rule {
                Rule::value => {
                    let mut kids = me.kids(kid);
                    let value = me.next_expr(&mut kids, span);
                    if me.once(&mut seen, "value", span) {
                        metric.value = Some(value);
                    }
                }
                Rule::metric_type => {
                    let ty = me.kids(kid).take(Rule::type_expr).map(|kid| me.type_expr(kid));
                    if me.once(&mut seen, "type", span) {
                        metric.ty = ty;
                    }
                }
                Rule::thresholds => {
                    let table = me.table_of_rows(kid);
                    if me.once(&mut seen, key("thresholds", table.segment.as_ref()), span) {
                        metric.thresholds.push(table);
                    }
                }
                Rule::scale => {
                    let scale = me.scale(kid);
                    if me.once(&mut seen, key("scale", scale.segment.as_ref()), span) {
                        metric.scales.push(scale);
                    }
                }
                Rule::valid_for => {
                    let mut kids = me.kids(kid);
                    let duration = kids.take(Rule::duration).map(|kid| me.duration(kid));
                    let then = match kids.next() {
                        Some(kid) if kid.as_rule() == Rule::fade => {
                            let mut inner = me.kids(kid);
                            let to = Box::new(me.next_expr(&mut inner, span));
                            inner.take(Rule::duration).map(|kid| Stale::Fade { to, over: me.duration(kid) })
                        }
                        Some(kid) if kid.as_str() == "flag" => Some(Stale::Flag),
                        _ => Some(Stale::Missing),
                    };
                    if let (Some(duration), Some(then), true) = (duration, then, me.once(&mut seen, "valid", span)) {
                        metric.valid_for = Some(ValidFor { duration, then, span });
                    }
                }
                _ => me.meta(kid, meta, &mut seen),
            }
        });
        metric
    }
}

/// `thresholds`, `thresholds for smb`: each may be given once.
pub(super) fn key(word: &str, segment: Option<&Name>) -> String {
    match segment {
        Some(segment) => format!("{word} for {}", segment.text),
        None => word.to_string(),
    }
}

fn empty_metric() -> Metric {
    Metric { value: None, ty: None, thresholds: Vec::new(), scales: Vec::new(), valid_for: None }
}
