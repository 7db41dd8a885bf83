//! The page as Markdown, for a ticket or the comment of a pull request.

use super::human::{clauses, correction_words, headline, limit_words, lines_table, rows_table};
use super::{CardWhy, MetricWhy, RuleWhy, Why};
use crate::report::accounts::short;
use crate::report::table::{Cell, Column, Table, clean, escaped};

/// The whole page.
pub fn markdown(why: &Why) -> String {
    let name = why.name.as_ref().map_or(String::new(), |n| format!(" {}", escaped(n)));
    let mut out = format!("## {}{name}\n\n", escaped(&why.account));
    let mut about: Vec<String> =
        why.parts.iter().map(|p| format!("{} {}", p.partition, p.part.as_deref().unwrap_or("unknown"))).collect();
    about.extend(why.segments.iter().cloned());
    about.push(format!("as of {}", why.as_of));
    about.push(format!("program `{}`", short(&why.program)));
    about.push(format!("data `{}`", clean(&why.data)));
    out.push_str(&format!("{}.\n", about.join(", ")));
    for remark in &why.remarks {
        out.push_str(&format!("\n**{}**\n", escaped(remark)));
    }
    if !why.supposed.is_empty() {
        let list: Vec<String> = why.supposed.iter().map(super::SupposedWhy::words).collect();
        out.push_str(&format!("\n**hypothetical: supposes {}**\n", escaped(&list.join(", "))));
    }
    for card in &why.scorecards {
        scorecard(card, 3, &mut out);
    }
    if why.metrics.iter().any(|m| m.unfolded.is_none()) {
        out.push('\n');
    }
    for metric in &why.metrics {
        unfolded(metric, &mut out);
    }
    why.details.iter().for_each(|of| detail(of, &mut out));
    for rule in &why.rules {
        conditions(rule, &mut out);
    }
    if let Some(membership) = &why.membership {
        let (kind, name) = (membership.kind, &membership.name);
        out.push_str(&format!("\n### {kind} {name}: {}\n\n", escaped(membership.verdict())));
        out.extend(membership.label.iter().map(|label| format!("{}\n\n", escaped(label))));
        out.push_str(&unindented(membership.table()).markdown());
    }
    out
}

fn scorecard(card: &CardWhy, level: usize, out: &mut String) {
    out.push_str(&format!("\n{} {}\n\n", "#".repeat(level.min(6)), headline(card)));
    out.extend(card.label.iter().map(|label| format!("{}\n\n", escaped(label))));
    out.push_str(&lines_table(card, 0).markdown());
    let needed = card.needed.as_ref().map_or(String::new(), |n| format!(" ({} needed)", n.shown));
    out.push_str(&format!("\n- coverage: {} of weight{needed}\n", card.coverage.shown));
    out.extend(card.limits.iter().map(|limit| format!("- {}\n", escaped(&limit_words(limit)))));
    out.extend(card.corrections.iter().map(|c| format!("- override {}\n", escaped(&correction_words(c)))));
    out.extend(card.rounding.iter().map(|text| format!("- {}\n", escaped(text))));
    outlook(card, out);
    for inner in card.lines.iter().filter_map(|line| line.scorecard.as_deref()) {
        scorecard(inner, level + 1, out);
    }
}

/// What it was, what would change it, and what will.
fn outlook(card: &CardWhy, out: &mut String) {
    if let Some(was) = &card.was {
        out.push_str(&format!("- was {}\n", escaped(&was.words(card))));
        out.extend(was.notes.iter().map(|note| format!("- {}\n", escaped(note))));
    }
    if let Some(to) = &card.to {
        out.extend(to.words().map(|words| format!("- {}: {}\n", to.label(), escaped(&words))));
        for way in &to.ways {
            out.push_str(&format!("- {}: {}, {}\n", to.label(), escaped(&way.words()), way.then()));
        }
        out.extend(to.not_alone().map(|text| format!("- not alone: {}\n", escaped(&text))));
    }
    for text in card.on_its_own.iter().flat_map(super::AheadWhy::lines) {
        out.push_str(&format!("- on its own: {}\n", escaped(&text)));
    }
    if let Some(was) = card.was.as_ref().filter(|was| !was.lines.is_empty()) {
        out.push_str(&format!("\n{}", was.table(0).markdown()));
    }
}

fn unfolded(metric: &MetricWhy, out: &mut String) {
    let value = metric.value.missing.map_or_else(|| escaped(&metric.value.shown), |why| format!("missing ({why})"));
    let band = metric.band.as_ref().map_or(String::new(), |b| format!(" {b}"));
    let from = if metric.from.is_empty() { String::new() } else { format!(", {}", escaped(&metric.from)) };
    let Some(unfolded) = &metric.unfolded else {
        out.push_str(&format!("- `{}`: {value}{band}{from}\n", metric.name));
        return;
    };
    out.push_str(&format!("\n### {}: {value}{band}\n", metric.name));
    out.extend(metric.label.iter().map(|label| format!("\n{}\n", escaped(label))));
    // What is one aggregate and nothing else is said once.
    if !matches!(unfolded.aggregates.as_slice(), [one] if one.text == unfolded.definition) {
        out.push_str(&format!("\n`{}`\n", clean(&unfolded.definition)));
    }
    out.extend(metric.stale.iter().map(|note| format!("\n- stale: {note}\n")));
    unfolded.details.iter().for_each(|of| detail(of, out));
    for standing in &unfolded.standings {
        out.push_str(&format!("\n`{}`\n\n", clean(&standing.text)));
        out.extend(standing.lines().into_iter().map(|(label, text)| format!("- {label}: {}\n", escaped(&text))));
    }
    for benchmark in &unfolded.benchmarks {
        out.push_str(&format!("\nbenchmark `{}`\n\n", benchmark.name));
        out.extend(benchmark.lines().into_iter().map(|(label, text)| format!("- {label}: {}\n", escaped(&text))));
    }
    unfolded.periods.iter().for_each(|periods| out.push_str(&periods.markdown()));
    for aggregate in &unfolded.aggregates {
        let value =
            aggregate.value.missing.map_or_else(|| escaped(&aggregate.value.shown), |m| format!("missing ({m})"));
        out.push_str(&format!("\n`{}` = {value}\n\n", clean(&aggregate.text)));
        for step in &aggregate.steps {
            out.push_str(&format!("- {}: {} ({} left)\n", step.step, escaped(&step.detail), step.rows));
        }
        for note in &aggregate.notes {
            out.push_str(&format!("- note: {}\n", clean(note)));
        }
        if !aggregate.rows.is_empty() {
            out.push_str(&format!("\n{}", rows_table(aggregate, None).markdown()));
        }
    }
}

fn detail(of: &super::DetailWhy, out: &mut String) {
    out.push_str(&format!("\n`{}`\n\n", clean(&of.text)));
    out.extend(of.lines().into_iter().map(|(key, text)| format!("- {}: {}\n", escaped(&key), escaped(&text))));
}

fn conditions(rule: &RuleWhy, out: &mut String) {
    let title = rule.label.as_ref().map_or(String::new(), |t| format!(" \"{}\"", escaped(t)));
    let whom = rule.row.as_ref().map_or(String::new(), |row| format!(" for {}", escaped(row)));
    out.push_str(&format!("\n### rule {}{title}: {}{whom}\n\n", rule.name, rule.status));
    if !rule.suppressed.is_empty() {
        out.push_str(&format!("Held back by {}.\n\n", escaped(&rule.suppressed.join("; "))));
    }
    if !rule.missing.is_empty() {
        out.push_str(&format!("Missing: {}.\n\n", escaped(&rule.missing.join(", "))));
    }
    let mut table = Table::new(vec![Column::words("clause"), Column::words("holds"), Column::words("with values")]);
    clauses(&rule.condition, rule.trigger, 0, &mut table);
    if let Some(unless) = &rule.unless {
        clauses(unless, "unless", 0, &mut table);
    }
    out.push_str(&unindented(table).markdown());
    let lines = rule.ledger.iter().flat_map(|ledger| ledger.lines());
    let lines: String = lines.map(|(label, text)| format!("- {label}: {}\n", escaped(&text))).collect();
    if !lines.is_empty() {
        out.push_str(&format!("\n{lines}"));
    }
}

/// Clauses without the blanks that show for people what belongs together.
fn unindented(mut table: Table) -> Table {
    for row in &mut table.rows {
        if let Some(last) = row.last_mut() {
            *last = Cell::from(last.text.trim_start().to_string());
        }
    }
    table
}
