//! One declaration: who answers for it, what it reads, and what it says.

use super::{View, number};
use crate::ast::{
    ActionTarget, Field, Guard, Item, ItemKind, Line, Meta, MetaKind, Name, Playbook, Reason, Row, Rule, Scale,
    Scorecard, Test, Thresholds, TriggerKind,
};
use crate::outline::Kind;
use serde_json::{Map, Value as Json, json};

impl View<'_> {
    /// A declaration with all that is known about it.
    pub(super) fn declaration(&self, item: &Item, package: Option<&str>) -> Json {
        let entry = self.entry(item.name.span);
        let sources = self.of.sources;
        let place = crate::diagnostics::render::Place::of(item.span, sources);
        let mut out = json!({
            "kind": item.kind.word(),
            "name": item.name.text,
            "title": item.label.as_ref().map(|label| &label.text),
            "doc": item.doc,
            "file": place.map(|p| p.file),
            "line": place.map(|p| p.line),
            "end_line": place.map(|p| p.end_line),
            "package": package,
            "access": item.access.map(|access| access.kind.word()),
            "type": entry.and_then(|entry| entry.ty.as_ref()),
            "metadata": metadata(&item.meta),
        });
        let Some(map) = out.as_object_mut() else { return out };
        if let Some(entry) = entry.filter(|entry| !matches!(entry.kind, Kind::Test | Kind::Fixture)) {
            let names = |list: Vec<&crate::outline::Entry>| -> Vec<String> {
                list.into_iter().map(|entry| self.outline.qualified(entry)).collect()
            };
            let built_in = |entry: &&crate::outline::Entry| entry.kind != Kind::Function;
            let reads = self.outline.reads(entry).into_iter().filter(built_in).collect();
            map.insert("reads".into(), json!(names(reads)));
            map.insert("read_by".into(), json!(names(self.outline.read_by(entry))));
            map.insert("tested".into(), json!(self.tested.contains(&entry.name)));
        }
        if let Json::Object(details) = self.details(item) {
            map.extend(details);
        }
        out
    }

    /// What only declarations of this kind have.
    fn details(&self, item: &Item) -> Json {
        let text = |span| self.text(span);
        match &item.kind {
            ItemKind::Table(table) => json!({ "columns": self.columns(&table.fields) }),
            ItemKind::Events(events) => json!({
                "of": events.of.as_ref().map(|of| &of.text), "at": events.at.text,
                "columns": self.columns(&events.fields),
            }),
            ItemKind::Rates(rates) => json!({ "at": rates.at.text, "columns": self.columns(&rates.fields) }),
            ItemKind::Param(param) => json!({ "value": text(param.value.span) }),
            ItemKind::Segment(segment) => json!({ "condition": text(segment.condition.span) }),
            ItemKind::Partition(partition) => json!({
                "by": partition.by.as_ref().map(|by| text(by.span)), "parts": self.rows(&partition.parts),
            }),
            ItemKind::Define(define) => json!({
                "parameters": define.parameters.iter()
                    .map(|p| json!({ "name": p.name.text, "type": text(p.ty.span) })).collect::<Vec<_>>(),
                "value": text(define.body.span),
            }),
            ItemKind::Metric(metric) | ItemKind::Portfolio(metric) => self.metric(metric),
            ItemKind::RowMetric(of) => {
                let mut out = self.metric(&of.metric);
                if let Some(map) = out.as_object_mut() {
                    map.insert("of".into(), json!(of.of.text));
                }
                out
            }
            ItemKind::Scorecard(card) => self.scorecard(&item.name, card),
            ItemKind::Rule(rule) | ItemKind::PortfolioRule(rule) => self.rule(rule),
            ItemKind::RowRule(rows) => {
                let mut out = self.rule(&rows.rule);
                if let Some(map) = out.as_object_mut() {
                    map.insert("of".into(), json!(rows.of.text));
                }
                out
            }
            ItemKind::Guard(guard) => self.guard(guard),
            ItemKind::Playbook(playbook) => self.playbook(playbook),
            ItemKind::Calendar(calendar) => json!({
                "weekend": names(&calendar.weekend),
                "holidays": calendar.holidays.iter().map(|day| json!({
                    "from": day.from.date.to_string(), "to": day.to.date.to_string(),
                    "name": day.name.as_ref().map(|name| &name.text),
                })).collect::<Vec<_>>(),
            }),
            ItemKind::Objective(objective) => {
                json!({ "target": objective.target.as_ref().map(|target| text(target.span)) })
            }
            ItemKind::Test(test) => self.test(test),
            ItemKind::Fixture(_) => json!({}),
            ItemKind::Benchmark(_) | ItemKind::Attribution(_) => json!({ "text": text(item.span) }),
        }
    }

    fn columns(&self, fields: &[Field]) -> Vec<Json> {
        let column = |field: &Field| {
            json!({
                "name": field.name.text, "type": self.text(field.ty.span),
                "range": field.range.as_ref().map(|range| self.text(range.span)),
                "attributes": field.attributes.iter().map(|a| self.text(a.span)).collect::<Vec<_>>(),
                "doc": field.doc,
                "read_by": self.entry(field.name.span).map_or_else(Vec::new, |entry| {
                    self.outline.read_by(entry).into_iter().map(|by| self.outline.qualified(by)).collect()
                }),
            })
        };
        fields.iter().map(column).collect()
    }

    fn metric(&self, metric: &crate::ast::Metric) -> Json {
        json!({
            "value": metric.value.as_ref().map(|value| self.text(value.span)),
            "thresholds": self.tables(&metric.thresholds),
            "scales": metric.scales.iter().map(|scale| self.scale(scale)).collect::<Vec<_>>(),
            "valid_for": metric.valid_for.as_ref().map(|valid| self.text(valid.span)),
        })
    }

    fn tables(&self, tables: &[Thresholds]) -> Vec<Json> {
        let table = |t: &Thresholds| json!({ "for": t.segment.as_ref().map(|s| &s.text), "rows": self.rows(&t.rows) });
        tables.iter().map(table).collect()
    }

    fn rows(&self, rows: &[Row]) -> Vec<Json> {
        let row = |row: &Row| {
            let points = row.points.as_ref().map(|points| self.text(points.span));
            json!({ "name": row.name.text, "test": self.text(row.test.span), "points": points })
        };
        rows.iter().map(row).collect()
    }

    fn scale(&self, scale: &Scale) -> Json {
        let points: Vec<Json> =
            scale.points.iter().map(|(value, points)| json!([self.text(value.span), self.text(points.span)])).collect();
        json!({ "for": scale.segment.as_ref().map(|s| &s.text), "points": points })
    }

    fn scorecard(&self, name: &Name, card: &Scorecard) -> Json {
        let limits: Vec<Json> = card
            .limits
            .iter()
            .map(|limit| {
                let because = limit.because.as_ref().map(|b| &b.text);
                json!({
                    "verb": format!("{:?}", limit.verb).to_lowercase(), "value": self.text(limit.value.span),
                    "when": limit.when.as_ref().map(|when| self.text(when.span)), "because": because,
                })
            })
            .collect();
        let overrides: Vec<Json> = card
            .overrides
            .iter()
            .map(|other| {
                let lines: Vec<Json> = other.lines.iter().map(|line| self.line(line)).collect();
                json!({ "for": other.segment.text, "lines": lines })
            })
            .collect();
        let share = |share: &super::weights::Share| {
            let paths: Vec<Json> = share
                .paths
                .iter()
                .map(|path| json!({ "through": path.through, "share": number(path.share) }))
                .collect();
            json!({ "name": share.name, "share": number(share.share), "paths": paths })
        };
        let shares = |list: &[super::weights::Share]| list.iter().map(share).collect::<Vec<_>>();
        let weights: Vec<Json> = self
            .weights
            .of(&name.text)
            .iter()
            .map(|(segment, list)| json!({ "for": segment, "metrics": shares(list) }))
            .collect();
        json!({
            "lines": card.lines.iter().map(|line| self.line(line)).collect::<Vec<_>>(),
            "overrides": overrides,
            "missing": card.missing.as_ref().map(|missing| self.text(missing.span)),
            "combine": card.combine.as_ref().map(|combine| &combine.text),
            "limits": limits,
            "grades": self.tables(&card.grades),
            "effective_weights": weights,
        })
    }

    fn line(&self, line: &Line) -> Json {
        json!({
            "name": line.name.text,
            "weight": line.weight.as_ref().map(|weight| self.text(weight.span)),
            "informational": line.informational.is_some(),
            "at_most": line.at_most.as_ref().map(|most| self.text(most.span)),
            "scale": line.scale.as_ref().map(|scale| self.scale(scale)),
            "missing": line.missing.as_ref().map(|missing| self.text(missing.span)),
            "because": line.because.as_ref().map(|because| &because.text),
        })
    }

    fn rule(&self, rule: &Rule) -> Json {
        let trigger = rule.trigger.as_ref();
        let actions: Vec<Json> = rule.actions.iter().map(|action| {
            let what = match &action.what {
                ActionTarget::Text(text) => &text.text,
                ActionTarget::Name(name) => &name.text,
            };
            json!({
                "verb": action.verb.text, "what": what,
                "assign": action.assign.as_ref().map(|n| &n.text), "fallback": action.fallback.as_ref().map(|n| &n.text),
                "due_in": action.due.map(|due| due.to_string()),
            })
        }).collect();
        let escalate: Vec<Json> = rule
            .escalate
            .iter()
            .map(|step| {
                json!({
                    "after": step.after.to_string(), "to": step.to.text,
                    "meeting": step.meeting.as_ref().map(|text| &text.text),
                })
            })
            .collect();
        json!({
            "trigger": trigger.map(|t| t.kind.word()),
            "on": trigger.and_then(|t| t.source.as_ref()).map(|n| &n.text),
            "every": trigger.and_then(|t| match t.kind {
                TriggerKind::Every(period) => Some(period.word()),
                _ => None,
            }),
            "condition": trigger.map(|t| self.text(t.condition.span)),
            "unless": rule.unless.as_ref().map(|unless| self.text(unless.span)),
            "actions": actions,
            "escalate": escalate,
            "approval": rule.approval.iter().map(|approval| &approval.team.text).collect::<Vec<_>>(),
            "approvals": rule.approval.iter().map(|approval| json!({
                "team": approval.team.text, "within": approval.within.map(|within| within.to_string()),
                "escalate_to": approval.escalate_to.as_ref().map(|to| &to.text),
            })).collect::<Vec<_>>(),
            "cooldown": rule.cooldown.map(|cooldown| cooldown.duration.to_string()),
            "cooldown_after": rule.cooldown_after.iter()
                .map(|after| json!({ "outcome": after.outcome.text, "cooldown": after.duration.duration.to_string() }))
                .collect::<Vec<_>>(),
            "pilot": rule.pilot.as_ref().map(|pilot| self.text(pilot.span)),
            "priority": rule.priority.as_ref().map(|priority| self.text(priority.span)),
            "close": rule.close.as_ref().map(|close| self.text(close.span)),
            "exclusive": rule.exclusive.as_ref().map(|n| &n.text),
            "limit": rule.limit.as_ref().map(|limit| self.text(limit.span)),
            "dedupe": names(&rule.dedupe),
            "fire_on_first_run": rule.fire_on_first_run.is_some(),
            "unguarded": rule.unguarded.as_ref().map(|text| &text.text),
            "renamed_from": rule.renamed_from.as_ref().map(|n| &n.text),
            "calendar": rule.calendar.as_ref().map(|n| &n.text),
        })
    }

    fn guard(&self, guard: &Guard) -> Json {
        let reason = |reason: &Reason| {
            json!({
                "name": reason.name.text, "text": self.text(reason.span),
                "because": reason.because.as_ref().map(|because| &because.text),
            })
        };
        json!({
            "of": guard.of.as_ref().map(|of| &of.text), "applies": names(&guard.applies), "except": names(&guard.except),
            "reasons": guard.reasons.iter().map(reason).collect::<Vec<_>>(),
        })
    }

    fn playbook(&self, playbook: &Playbook) -> Json {
        let text = |name: &Option<Name>| name.as_ref().map(|name| name.text.clone());
        let tasks = playbook.tasks.iter().map(|task| {
            json!({
                "text": task.text.text, "assign": text(&task.assign), "fallback": text(&task.fallback),
                "due_in": task.due.map(|due| due.to_string()),
                "after": task.after.iter().map(|after| &after.text).collect::<Vec<_>>(),
                "via": text(&task.via), "template": text(&task.template),
            })
        });
        json!({ "version": playbook.version, "tasks": tasks.collect::<Vec<_>>() })
    }

    fn test(&self, test: &Test) -> Json {
        let mut out = json!({
            "as_of": test.as_of.date.to_string(),
            "expect": test.expect.iter().map(|expect| self.text(expect.span)).collect::<Vec<_>>(),
        });
        if let (Some(run), Some(map)) = (&test.run, out.as_object_mut()) {
            map.insert("run".to_string(), json!(self.text(run.span)));
        }
        out
    }
}

fn names(list: &[Name]) -> Vec<&str> {
    list.iter().map(|name| name.text.as_str()).collect()
}

/// `{"owner": "cs_ops", "review": {"every": "6 months", "last": "2026-01-15"}}`
fn metadata(meta: &[Meta]) -> Map<String, Json> {
    let mut out = Map::new();
    for one in meta {
        let (key, value) = match &one.kind {
            MetaKind::Owner(name) => ("owner", json!(name.text)),
            MetaKind::Accountable(name) => ("accountable", json!(name.text)),
            MetaKind::Consulted(list) => ("consulted", json!(names(list))),
            MetaKind::Informed(list) => ("informed", json!(names(list))),
            MetaKind::Supports(list) => ("supports", json!(names(list))),
            MetaKind::Kind(list) => ("kind", json!(names(list))),
            MetaKind::PairsWith(name) => ("pairs_with", json!(name.text)),
            MetaKind::Review { every, last } => {
                let last = last.map(|last| last.date.to_string());
                ("review", json!({ "every": every.duration.to_string(), "last": last }))
            }
            MetaKind::Since(date) => ("since", json!(date.date.to_string())),
            MetaKind::Deprecated { since, replaced_by } => {
                let by = replaced_by.as_ref().map(|name| &name.text);
                ("deprecated", json!({ "since": since.date.to_string(), "replaced_by": by }))
            }
            MetaKind::Note(text) => ("note", json!(text.text)),
            MetaKind::Direction { higher_is_better } => {
                ("higher_is", json!(if *higher_is_better { "better" } else { "worse" }))
            }
        };
        out.insert(key.to_string(), value);
    }
    out
}
