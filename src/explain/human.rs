//! The page for people.

use super::toward;
use super::{
    AggregateWhy, CardWhy, Condition, CorrectionWhy, LimitWhy, LineWhy, MetricWhy, RowWhy, RuleWhy, WeighedWhy, Why,
};
use crate::number::Decimal;
use crate::report::accounts::short;
use crate::report::paint::Tone;
use crate::report::table::{Align, Cell, Column, Table, clean, shown_width, wrapped};
use crate::report::{Layout, counted};

/// Where the text behind a label begins, unless names are longer.
/// Rows or relatives of one detail that are printed for people.
const MOST_DETAILS: usize = 20;

const LABEL: usize = 13;

/// The whole page.
pub fn human(why: &Why, layout: &Layout) -> String {
    let mut page = Page { out: String::new(), layout: *layout };
    page.header(why);
    for card in &why.scorecards {
        page.card(card, 0, why.scorecards.len() > 1);
    }
    match why.metrics.as_slice() {
        [metric] if metric.unfolded.is_some() => page.metric(metric),
        metrics => page.metrics(metrics),
    }
    why.details.iter().for_each(|detail| page.detail(detail));
    page.rules(&why.rules);
    why.membership.iter().for_each(|membership| page.membership(membership));
    page.out
}

struct Page {
    out: String,
    layout: Layout,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// `acme  advocacy 46.2 bronze   (silver from 60)      as of 2026-03-31   program 3f9c2e1   data sample`
    fn header(&mut self, why: &Why) {
        let paint = self.layout.paint;
        let cards: Vec<String> = why.scorecards.iter().map(headline).collect();
        let plain = format!("{}  {}", clean(&why.account), cards.join("   "));
        let stamp = format!("as of {}   program {}   data {}", why.as_of, short(&why.program), clean(&why.data));
        let bold = format!("{}  {}", paint.strong(&clean(&why.account)), cards.join("   "));
        if shown_width(&plain) + 6 + shown_width(&stamp) <= self.layout.width {
            self.line(&format!("{}      {}", bold.trim_end(), paint.dim(&stamp)));
        } else {
            self.line(&bold);
            self.line(&format!("  {}", paint.dim(&stamp)));
        }
        for remark in &why.remarks {
            for line in wrapped(&clean(remark), self.layout.width.saturating_sub(2).max(20)) {
                self.line(&format!("  {}", paint.tone(Tone::Warn, &line)));
            }
        }
        if !why.supposed.is_empty() {
            let list: Vec<String> = why.supposed.iter().map(super::SupposedWhy::words).collect();
            let text = format!("hypothetical: supposes {}", list.join(", "));
            for line in wrapped(&clean(&text), self.layout.width.saturating_sub(2).max(20)) {
                self.line(&format!("  {}", paint.tone(Tone::Warn, &line)));
            }
        }
        for card in &why.scorecards {
            let Some(was) = &card.was else { continue };
            let name = if why.scorecards.len() > 1 { format!("{} ", card.name) } else { String::new() };
            let notes = was.notes.iter().map(|note| format!("  {note}"));
            let words = std::iter::once(format!("{name}was {}", was.words(card)));
            for text in words.chain(notes.filter(|_| !was.parts.is_empty())) {
                let pad = if text.starts_with(' ') { 4 } else { 2 };
                for line in wrapped(&clean(text.trim()), self.layout.width.saturating_sub(pad).max(20)) {
                    self.line(&format!("{}{line}", " ".repeat(pad)));
                }
            }
        }
        let mut about: Vec<String> = why.name.iter().map(|n| clean(n)).collect();
        about.extend(why.parts.iter().map(|p| format!("{} {}", p.partition, p.part.as_deref().unwrap_or("unknown"))));
        about.extend(why.segments.iter().cloned());
        about.push(why.row.clone());
        self.line(&format!("  {}", about.join("   ")));
    }

    /// A scorecard: its table, what was done about the whole, and the scorecards inside it.
    fn card(&mut self, card: &CardWhy, indent: usize, titled: bool) {
        self.gap();
        let pad = " ".repeat(indent);
        if titled {
            let (name, rest) = (self.layout.paint.strong(&card.name), headline(card));
            let rest = rest.strip_prefix(&card.name).unwrap_or("").to_string();
            self.line(&format!("{pad}{name}{rest}"));
        }
        if let Some(title) = &card.label {
            self.line(&format!("{pad}{}", self.layout.paint.dim(&clean(title))));
        }
        let label = card.lines.iter().map(|l| shown_width(&l.name) + 2).max().unwrap_or(0).max(LABEL);
        let text = lines_table(card, label).human(indent, &self.layout);
        self.out.push_str(&text);
        let mut notes: Vec<(&str, String)> = Vec::new();
        if let Some(segment) = &card.lines_for {
            notes.push(("weights", format!("those for {segment}")));
        }
        if card.combine != "weighted mean" {
            notes.push(("combined", format!("as {}", card.combine)));
        }
        // Inside another scorecard only what is out of the ordinary is said.
        let needed = card.needed.as_ref().map_or(String::new(), |n| format!(" ({} needed)", n.shown));
        if indent == 0 || card.coverage.exact != Decimal::ONE {
            notes.push(("coverage", format!("{} of weight{needed}", card.coverage.shown)));
        }
        if indent == 0 && card.limits.is_empty() {
            notes.push(("caps", "none".to_string()));
        }
        for (i, limit) in card.limits.iter().enumerate() {
            notes.push((if i == 0 { "caps" } else { "" }, limit_words(limit)));
        }
        for (i, correction) in card.corrections.iter().enumerate().take(SET_BY_HAND) {
            notes.push((if i == 0 { "overrides" } else { "" }, correction_words(correction)));
        }
        if let Some(more) = card.corrections.len().checked_sub(SET_BY_HAND).filter(|n| *n > 0) {
            notes.push(("", format!("and {more} earlier (all of them with --format json or md)")));
        }
        if !card.effective_weights.is_empty() {
            let list: Vec<String> = card
                .effective_weights
                .iter()
                .map(|w| {
                    let paths = if w.paths > 1 { format!(" over {} paths", w.paths) } else { String::new() };
                    format!("{} {}{paths}", w.metric, w.weight.shown)
                })
                .collect();
            notes.push(("in all", list.join(", ")));
        }
        notes.extend(card.rounding.iter().map(|r| ("rounding", r.clone())));
        notes.extend(
            card.lines.iter().filter_map(|l| l.rounding.as_ref().map(|r| ("rounding", format!("{}: {r}", l.name)))),
        );
        for (name, text) in notes {
            self.labelled(name, &text, indent, label);
        }
        self.outlook(card, indent, label);
        for inner in card.lines.iter().filter_map(|l| l.scorecard.as_deref()) {
            self.card(inner, indent + 2, true);
        }
    }

    /// What it was line by line, what would change it, and what will.
    fn outlook(&mut self, card: &CardWhy, indent: usize, label: usize) {
        if let Some(to) = &card.to {
            let mut name = to.label();
            if let Some(words) = to.words() {
                self.labelled(&std::mem::take(&mut name), &words, indent, label.max(shown_width(&to.label()) + 2));
            }
            let first = Column { least: label.saturating_sub(2), ..Column::default() };
            let mut table = Table::new(vec![first, Column::default(), Column::default(), Column::default()]);
            for way in to.ways.iter().take(toward::LISTED) {
                let changes = counted(way.changes.len() as u64, "change", "changes");
                let head = Cell::toned(std::mem::take(&mut name), Tone::Dim);
                table.row(vec![head, clean(&way.words()).into(), way.then().into(), changes.into()]);
            }
            let text = table.human(indent, &self.layout);
            self.out.push_str(&text);
            if let Some(text) = to.not_alone() {
                self.labelled("not alone", &text, indent, label);
            }
        }
        if let Some(ahead) = &card.on_its_own {
            for (i, text) in ahead.lines().iter().enumerate() {
                self.labelled(if i == 0 { "on its own" } else { "" }, text, indent, label);
            }
        }
        if let Some(was) = card.was.as_ref().filter(|was| !was.lines.is_empty()) {
            if indent > 0 {
                self.labelled("was", &was.words(card), indent, label);
            }
            self.out.push('\n');
            let text = was.table(label).human(indent, &self.layout);
            self.out.push_str(&text);
        }
    }

    /// A label and a text that wraps beside it.
    fn labelled(&mut self, label: &str, text: &str, indent: usize, width: usize) {
        let room = self.layout.width.saturating_sub(indent + width).max(30);
        for (i, part) in wrapped(&clean(text), room).iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            let gap = " ".repeat(width.saturating_sub(label.len()));
            let label = self.layout.paint.dim(label);
            self.line(&format!("{}{label}{gap}{part}", " ".repeat(indent)));
        }
    }

    /// Metrics that no scorecard weighs.
    fn metrics(&mut self, metrics: &[MetricWhy]) {
        if metrics.is_empty() {
            return;
        }
        self.gap();
        let first = Column { least: LABEL - 2, ..Column::words("not scored") };
        let mut table = Table::new(vec![first, Column::numbers("value"), Column::words("band"), Column::words("from")]);
        for m in metrics {
            let tone = if m.value.missing.is_some() { Tone::Warn } else { Tone::Plain };
            let value = match m.value.missing {
                Some(_) => Cell::toned("missing", tone),
                None => m.value.shown.as_str().into(),
            };
            let band = m.value.missing.map(|why| why.words().to_string()).or_else(|| m.band.clone());
            table.row(vec![
                m.name.as_str().into(),
                value,
                band.as_deref().unwrap_or("-").into(),
                m.from.as_str().into(),
            ]);
        }
        let text = table.human(0, &self.layout);
        self.out.push_str(&text);
    }

    fn rules(&mut self, rules: &[RuleWhy]) {
        if rules.is_empty() {
            return;
        }
        self.gap();
        let width = rules.iter().map(|r| r.name.len()).max().unwrap_or(0) + 2;
        for (i, rule) in rules.iter().enumerate() {
            let tone = match rule.status {
                "holds" => Tone::Good,
                "undecided" => Tone::Warn,
                _ => Tone::Plain,
            };
            let label = if i == 0 { "rules" } else { "" };
            let lacking = match (rule.missing.is_empty(), rule.suppressed.is_empty()) {
                (false, _) => format!(": missing {}", rule.missing.join(", ")),
                (true, false) => format!(" by {}", rule.suppressed.join("; ")),
                (true, true) => String::new(),
            };
            let whom = rule.row.as_ref().map_or(String::new(), |row| format!(" for {}", clean(row)));
            let room = self.layout.width.saturating_sub(LABEL + width).max(30);
            for (j, part) in wrapped(&format!("{}{whom}{lacking}", rule.status), room).iter().enumerate() {
                let part = match (&rule.label, j) {
                    (Some(title), 0) => &format!("{part}   {}", clean(title)),
                    _ => part,
                };
                let (label, name) = if j == 0 { (label, rule.name.as_str()) } else { ("", "") };
                let head = format!("{}{}", self.layout.paint.dim(label), " ".repeat(LABEL.saturating_sub(label.len())));
                let gap = " ".repeat(width.saturating_sub(name.len()));
                self.line(&format!("{head}{name}{gap}{}", self.layout.paint.tone(tone, part)));
            }
            let mut table = Table::new(vec![Column::default(); 3]);
            clauses(&rule.condition, rule.trigger, 0, &mut table);
            if let Some(unless) = &rule.unless {
                clauses(unless, "unless", 0, &mut table);
            }
            let text = table.human(LABEL + 2, &self.layout);
            self.out.push_str(&text);
            let mut table = Table::new(vec![Column::default(); 2]);
            for (label, text) in rule.ledger.iter().flat_map(|ledger| ledger.lines()) {
                table.row(vec![Cell::toned(label, Tone::Dim), clean(&text).into()]);
            }
            let text = table.human(LABEL + 2, &self.layout);
            self.out.push_str(&text);
        }
    }

    /// One segment or partition.
    fn membership(&mut self, membership: &super::MembershipWhy) {
        self.gap();
        let paint = self.layout.paint;
        let (name, position) = (paint.strong(&membership.name), paint.dim(&membership.position));
        self.line(&format!("{name}  {}   {position}", membership.verdict()));
        let about = membership.label.iter().chain(&membership.doc).flat_map(|text| text.lines());
        for line in about {
            self.line(&format!("  {}", paint.dim(&clean(line))));
        }
        let table = Table { columns: vec![Column::default(); 3], ..membership.table() };
        let text = table.human(2, &self.layout);
        self.out.push_str(&text);
    }

    /// One metric, down to its rows.
    fn metric(&mut self, metric: &MetricWhy) {
        self.gap();
        let paint = self.layout.paint;
        let mut head = format!("{}  {}", paint.strong(&metric.name), value_words(metric));
        if let Some(band) = &metric.band {
            head.push_str(&format!(" {band}"));
        }
        if let Some(points) = metric.points.as_ref().filter(|p| p.missing.is_none()) {
            head.push_str(&format!("   {} points", points.shown));
        }
        self.line(&format!("{head}   {}", paint.dim(&metric.position)));
        if let Some(title) = &metric.label {
            self.line(&format!("  {}", paint.dim(&clean(title))));
        }
        for line in metric.doc.iter().flat_map(|doc| doc.lines()) {
            self.line(&format!("  {}", paint.dim(&clean(line))));
        }
        let Some(unfolded) = &metric.unfolded else { return };
        if !matches!(unfolded.aggregates.as_slice(), [one] if one.text == unfolded.definition) {
            self.labelled("is", &unfolded.definition, 2, LABEL - 2);
        }
        for (i, read) in unfolded.reads.iter().enumerate() {
            let label = if i == 0 { "reads" } else { "" };
            let missing = if read.value.missing.is_some() { "missing: " } else { "" };
            self.labelled(label, &format!("{} {missing}{}", read.text, read.value.shown), 2, LABEL - 2);
        }
        if let Some(note) = &metric.stale {
            self.labelled("stale", note, 2, LABEL - 2);
        }
        if let Some(note) = &metric.rounding {
            self.labelled("rounding", note, 2, LABEL - 2);
        }
        if let Some(thresholds) = &unfolded.thresholds {
            let whom = thresholds.segment.as_ref().map_or(String::new(), |s| format!(" for {s}"));
            let points = Column { align: Align::Right, ..Column::default() };
            let mut table =
                Table::new(vec![Column::default(), Column::default(), Column::default(), points, Column::default()]);
            for row in &thresholds.rows {
                let (tone, mark) = if row.taken { (Tone::Strong, "<- here") } else { (Tone::Plain, "") };
                let (arrow, points) = row.points.as_ref().map_or(("", ""), |p| ("->", p.shown.as_str()));
                table.row([&row.name, &row.test, arrow, points, mark].map(|t| Cell::toned(t, tone)).to_vec());
            }
            self.labelled("bands", &format!("first that passes{whom}"), 2, LABEL - 2);
            let text = table.human(LABEL, &self.layout);
            self.out.push_str(&text);
        }
        if let Some(scale) = &unfolded.scale {
            let whom = scale.segment.as_ref().map_or(String::new(), |s| format!(" for {s}"));
            self.labelled("scale", &format!("{}{whom}, clamped", scale.text), 2, LABEL - 2);
        }
        for (i, line) in unfolded.weighed.iter().enumerate() {
            self.labelled(if i == 0 { "counts in" } else { "" }, &weighed_words(line), 2, LABEL - 2);
        }
        unfolded.details.iter().for_each(|detail| self.detail(detail));
        for standing in &unfolded.standings {
            let value =
                standing.value.missing.map_or_else(|| standing.value.shown.clone(), |m| format!("missing ({m})"));
            self.gap();
            self.line(&format!("{} = {value}", standing.text));
            for (label, text) in standing.lines() {
                self.labelled(label, &text, 2, LABEL - 2);
            }
        }
        for benchmark in &unfolded.benchmarks {
            self.gap();
            self.line(&format!("benchmark {}", benchmark.name));
            for (label, text) in benchmark.lines() {
                self.labelled(label, &text, 2, LABEL - 2);
            }
        }
        for periods in &unfolded.periods {
            self.gap();
            self.line(&clean(&periods.words()));
            let text = periods.table().human(LABEL - 2, &self.layout);
            self.out.push_str(&text);
        }
        for aggregate in &unfolded.aggregates {
            self.aggregate(aggregate);
        }
    }

    /// What each row or relative brings in.
    fn detail(&mut self, detail: &super::DetailWhy) {
        self.gap();
        self.line(&clean(&detail.text));
        for (label, text) in detail.lines().into_iter().take(MOST_DETAILS) {
            self.labelled(&clean(&label), &text, 2, LABEL - 2);
        }
        if let Some(more) = detail.members.len().checked_sub(MOST_DETAILS).filter(|n| *n > 0) {
            self.labelled("", &format!("and {more} more (all of them with --format json or md)"), 2, LABEL - 2);
        }
    }

    fn aggregate(&mut self, aggregate: &AggregateWhy) {
        self.gap();
        let paint = self.layout.paint;
        let value = match aggregate.value.missing {
            Some(why) => format!("missing ({why})"),
            None => aggregate.value.shown.clone(),
        };
        let text = format!("{} = {value}", aggregate.text);
        for (i, line) in wrapped(&text, self.layout.width.saturating_sub(4)).iter().enumerate() {
            self.line(&format!("{}{line}", if i == 0 { "" } else { "    " }));
        }
        let mut steps = Table::new(vec![Column::default(); 3]);
        for step in &aggregate.steps {
            let rows = counted(step.rows, "row", "rows");
            steps.row(vec![Cell::toned(step.step, Tone::Dim), rows.into(), step.detail.as_str().into()]);
        }
        let text = steps.human(2, &self.layout);
        self.out.push_str(&text);
        for note in &aggregate.notes {
            self.labelled("note", note, 2, 9);
        }
        if aggregate.rows.is_empty() {
            return;
        }
        self.out.push('\n');
        let text = rows_table(aggregate, Some(LISTED)).human(2, &self.layout);
        self.out.push_str(&text);
        if let Some(more) = aggregate.rows.len().checked_sub(LISTED).filter(|n| *n > 0) {
            let more = counted(more as u64, "earlier row", "earlier rows");
            self.line(&paint.dim(&format!("  and {more} (all of them with --format json, md or csv)")));
        }
    }
}
/// At most so many scores that people set are printed for people, the latest.
const SET_BY_HAND: usize = 4;

/// At most so many rows of an aggregate are printed for people, the latest.
const LISTED: usize = 60;

/// `advocacy 46.2 bronze   (silver from 60)`
pub(super) fn headline(card: &CardWhy) -> String {
    let mut out = format!("{} ", card.name);
    match card.score.missing {
        Some(why) => out.push_str(&format!("missing ({why})")),
        None => out.push_str(&card.score.shown),
    }
    if let Some(grade) = &card.grade {
        out.push_str(&format!(" {grade}"));
    }
    if let Some(next) = &card.next {
        let from = if next.above { "above" } else { "from" };
        out.push_str(&format!("   ({} {from} {})", next.grade, next.from.shown));
    }
    out
}

/// The lines of a scorecard; what they contribute adds up to the score as shown.
pub(super) fn lines_table(card: &CardWhy, label: usize) -> Table {
    let mut table = Table::new(vec![
        Column { least: label.saturating_sub(2), ..Column::words("") },
        Column { title: "value".into(), ..Column::default() },
        Column::words("band"),
        Column::numbers("points"),
        Column::numbers("weight"),
        Column::numbers("contributes"),
        Column::numbers("lost"),
        Column::words("from"),
    ]);
    if let Some(base) = &card.base {
        table.row(vec!["base".into(), "".into(), "".into(), "".into(), "".into(), base.shown.as_str().into()]);
    }
    for line in &card.lines {
        let figure = |f: &Option<super::Figure>| f.as_ref().map_or("-".to_string(), |f| f.shown.clone());
        let (value, band, tone) = match (line.value.missing, &line.missing) {
            (Some(why), _) => ("missing".to_string(), why.words().to_string(), Tone::Warn),
            (None, Some(gap)) => (line.value.shown.clone(), gap.reason.clone(), Tone::Warn),
            _ => (line.value.shown.clone(), line.band.clone().unwrap_or_else(|| "-".to_string()), Tone::Plain),
        };
        let points = line.points.as_ref().filter(|p| p.missing.is_none()).map_or("-", |p| &p.shown);
        let weight = if line.informational { "-" } else { &line.weight.shown };
        table.row(vec![
            Cell::toned(line.name.as_str(), Tone::Strong),
            Cell::toned(value, tone),
            Cell::toned(band, tone),
            points.into(),
            weight.into(),
            figure(&line.contributes).into(),
            figure(&line.lost).into(),
            from_words(line).into(),
        ]);
    }
    table
}

fn from_words(line: &LineWhy) -> String {
    let mut parts = vec![line.from.clone()];
    if let Some(missing) = &line.missing {
        parts.push(missing.treatment.clone());
    }
    if line.informational && line.missing.is_none() {
        parts.push("not scored".to_string());
    }
    parts.retain(|p| !p.is_empty());
    parts.join("; ")
}

/// `advocacy 46.2: 70.0 points at weight 40 contribute 37.3 and lose 16.0`
fn weighed_words(line: &WeighedWhy) -> String {
    let score = line.score.missing.map_or_else(|| line.score.shown.clone(), |why| format!("missing ({why})"));
    let points = line.points.as_ref().map_or("no", |p| if p.missing.is_some() { "no" } else { &p.shown });
    let lost = line.lost.as_ref().map_or(String::new(), |f| format!(" and lose {}", f.shown));
    let effect = match &line.contributes {
        Some(f) => format!("contribute {}{lost}", f.shown),
        None => "contribute nothing".to_string(),
    };
    format!("{} {score}: {points} points at weight {} {effect}", line.scorecard, line.weight.shown)
}

fn value_words(metric: &MetricWhy) -> String {
    match metric.value.missing {
        Some(why) => format!("missing ({why})"),
        None => metric.value.shown.clone(),
    }
}

/// `cap 49 when open_p1 > 0: 82.0 -> 49.0`
pub(super) fn limit_words(limit: &LimitWhy) -> String {
    let reason = limit.because.as_ref().map_or(String::new(), |b| format!(" ({b})"));
    // The condition itself has been said: a simple one needs only its value.
    let clause = limit.condition.as_ref().filter(|_| limit.applies.is_some());
    let clause = clause.map_or(String::new(), |c| match c.it.is_empty() {
        false => format!("; {}", c.it),
        true if c.clauses.is_empty() => String::new(),
        true => format!("; {}", c.shown),
    });
    let effect = match (limit.applies, &limit.before, &limit.after) {
        (Some(true), Some(before), Some(after)) if before.shown == after.shown => format!("{} stays", after.shown),
        (Some(true), Some(before), Some(after)) => format!("{} -> {}", before.shown, after.shown),
        (Some(true), ..) => "applied".to_string(),
        (Some(false), ..) => "not applied".to_string(),
        (None, ..) => {
            let missing = limit.condition.as_ref().map_or(String::new(), |c| c.missing.join(", "));
            format!("undecided, not applied: missing {missing}")
        }
    };
    format!("{}: {effect}{clause}{reason}", limit.text)
}

/// `40.0 by Ana B. on 2026-03-01 until 2026-04-30: 70.0 -> 40.0 (sponsor left); corrections.csv:3`
pub(super) fn correction_words(correction: &CorrectionWhy) -> String {
    let said = |shown: &super::Shown| shown.missing.map_or_else(|| shown.shown.clone(), |_| "?".to_string());
    let (score, who, until) = (said(&correction.score), said(&correction.who), said(&correction.until));
    let effect = match &correction.before {
        Some(before) => match before.missing {
            Some(why) => format!("missing ({why}) -> {score}"),
            None => format!("{} -> {score}", before.shown),
        },
        None => correction.outcome.clone(),
    };
    let reason = match correction.reason.missing {
        Some(_) => String::new(),
        None => format!(" ({})", correction.reason.shown),
    };
    format!("{score} by {who} on {} until {until}: {effect}{reason}; {}", correction.on, correction.row)
}

/// A condition and its clauses, one per line: `when  yes  health 47.2 < 50`.
pub(super) fn clauses(condition: &Condition, label: &str, depth: usize, table: &mut Table) {
    let (mark, tone) = match condition.holds {
        Some(true) => ("yes", Tone::Good),
        Some(false) => ("no", Tone::Plain),
        None => ("?", Tone::Warn),
    };
    let indent = "  ".repeat(depth);
    let single = condition.clauses.iter().all(|c| c.clauses.is_empty());
    let text = match condition.join {
        Some("and") if depth == 0 => {
            for (i, clause) in condition.clauses.iter().enumerate() {
                clauses(clause, if i == 0 { label } else { "and" }, 0, table);
            }
            return;
        }
        Some("and") => "all of".to_string(),
        Some("or") => "one of".to_string(),
        Some("not") if single => condition.shown.clone(),
        Some("not") => "not".to_string(),
        _ => condition.shown.clone(),
    };
    table.row(vec![Cell::toned(label, Tone::Dim), Cell::toned(mark, tone), format!("{indent}{text}").into()]);
    if condition.join == Some("not") && single {
        return;
    }
    for clause in &condition.clauses {
        clauses(clause, "", depth + 1, table);
    }
}

/// The rows of an aggregate, the latest if there are more than `most`.
pub(super) fn rows_table(aggregate: &AggregateWhy, most: Option<usize>) -> Table {
    let any = |of: &dyn Fn(&RowWhy) -> bool| aggregate.rows.iter().any(of);
    // A text that stands in its column is not said twice.
    let said = |r: &RowWhy| r.value.as_ref().is_some_and(|v| v.value.is_string() && r.cells.iter().any(|c| c == v));
    let valued = any(&|r| r.value.is_some() && !said(r));
    let paired = any(&|r| r.other.is_some());
    let diminished = any(&|r| r.diminish.is_some());
    let capped = any(&|r| r.capped.is_some());
    let decayed = any(&|r| r.decay.is_some());
    let weighted = any(&|r| r.weight.is_some());
    // What a row adds is its value, unless something was done to it.
    let other = |r: &RowWhy| {
        let value = r.value.as_ref().map_or("1".to_string(), |v| v.value.to_string());
        r.adds.as_ref().is_some_and(|a| a.exact.to_string() != value)
    };
    let added = any(&other);
    let dated = any(&|r| r.date.is_some());
    let mut columns = Vec::new();
    columns.extend(dated.then(|| Column::words("date")));
    columns.extend(aggregate.columns.iter().map(|c| Column { limit: Some(24), ..Column::words(c.as_str()) }));
    for (wanted, title) in [
        (valued, "value"),
        (paired, "other"),
        (diminished, "left"),
        (capped, "capped"),
        (decayed, "decay"),
        (weighted, "weight"),
        (added, "adds"),
    ] {
        columns.extend(wanted.then(|| Column::numbers(title)));
    }
    columns.extend([Column::words("row"), Column::words("")]);
    let mut table = Table::new(columns);
    let skip = most.map_or(0, |most| aggregate.rows.len().saturating_sub(most));
    for row in aggregate.rows.iter().skip(skip) {
        let tone = if row.kept { Tone::Plain } else { Tone::Dim };
        let cell = |text: &str| Cell::toned(text, tone);
        let shown = |s: &super::Shown| if s.missing.is_some() { "-".to_string() } else { s.shown.clone() };
        let mut cells = Vec::new();
        cells.extend(dated.then(|| cell(row.date.as_deref().unwrap_or("no date"))));
        cells.extend(row.cells.iter().map(|c| cell(&shown(c))));
        if valued {
            cells.push(cell(&row.value.as_ref().map_or(String::new(), shown)));
        }
        if paired {
            cells.push(cell(&row.other.as_ref().map_or(String::new(), shown)));
        }
        for (wanted, figure) in [
            (diminished, &row.diminish),
            (capped, &row.capped),
            (decayed, &row.decay),
            (weighted, &row.weight),
            (added, &row.adds),
        ] {
            cells.extend(wanted.then(|| cell(figure.as_ref().map_or("", |f| &f.shown))));
        }
        let what = if row.kept { "counts".to_string() } else { row.reason.clone().unwrap_or_default() };
        let merged = row.merged_from.as_ref().map_or(String::new(), |from| format!("; from {from}, merged"));
        let remark = row.remark.as_ref().map_or(String::new(), |remark| format!("; {remark}"));
        let what = format!("{what}{merged}{remark}");
        cells.extend([cell(&row.place), cell(&what)]);
        table.row(cells);
    }
    table
}
