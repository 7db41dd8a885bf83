//! The page of an account.

use super::figures::{adding_up, figure, share, weight};
use super::limits::{corrections, limits};
use super::membership;
use super::rules::{row_rules_why, rule_why};
use super::words;
use super::{
    CardWhy, Case, EffectiveWeight, LineWhy, MetricWhy, MissingWhy, NextGrade, Part, Shown, Topic, Unfolded,
    WeighedWhy, Why, bands, personal, unfold,
};
use crate::engine::{LineResult, MetricResult, ScoreResult};
use crate::number::Decimal;
use crate::program::{
    About, BandTable, Combine, DEFAULT_COVERAGE, Line, Metric, MissingPolicy, Node, Program, Scorecard, Stale, Type,
    Unit,
};
use crate::report::accounts::{account_name, personal_key};
use crate::report::value;
use crate::value::Value;

/// All facts about an account, or about one topic of it.
pub fn why(case: Case, topic: Topic) -> Why {
    let (program, account) = (case.program, case.account);
    let mut seen = vec![false; program.scorecards.len()];
    let mut cards = Vec::new();
    for i in 0..program.scorecards.len() {
        let wanted = match topic {
            Topic::Account => !held(program, i),
            Topic::Scorecard(id) => id.index() == i,
            _ => false,
        };
        if wanted {
            cards.extend(
                card_why(case, i, &mut seen)
                    .map(|card| CardWhy { effective_weights: effective_weights(case, i), ..card }),
            );
        }
    }
    let metrics = program.metrics.iter().zip(&account.metrics).enumerate().filter_map(|(i, (metric, result))| {
        let why = metric_why(case, metric, result);
        match topic {
            Topic::Account => (!weighed(program.scorecards.as_slice(), i)).then_some(why),
            Topic::Metric(id) if id.index() == i => {
                let unfolded = Unfolded { weighed: lines_of(case, i), ..unfold::metric(case, metric, result) };
                Some(MetricWhy { unfolded: Some(unfolded), ..why })
            }
            _ => None,
        }
    });
    let rules = program.rules.iter().zip(&account.rules).enumerate().filter_map(|(i, (rule, result))| {
        let wanted = topic == Topic::Account || matches!(topic, Topic::Rule(id) if id.index() == i);
        wanted.then(|| rule_why(case, rule, result))
    });
    let of_rows = program
        .row_rules
        .iter()
        .zip(&account.row_rules)
        .enumerate()
        .filter(|(i, _)| topic == Topic::Account || matches!(topic, Topic::RowRule(id) if id.index() == *i));
    let rules = rules.chain(of_rows.flat_map(|(_, (rule, result))| row_rules_why(case, rule, result)));
    let parts = program.partitions.iter().zip(&account.parts).map(|(partition, part)| Part {
        partition: partition.header.name.clone(),
        part: part.and_then(|p| partition.parts.get(p as usize)).map(|p| p.name.clone()),
    });
    let segments = program.segments.iter().zip(&account.segments).filter(|(_, member)| **member == Some(true));
    let rows = program.subject.and_then(|id| case.data.table(id));
    let masked = personal_key(program) && !case.personal;
    Why {
        account: if masked { value::MASK.to_string() } else { account.id.clone() },
        name: account_name(program, case.data, account.row, case.personal),
        row: rows.map_or_else(|| "?".to_string(), |rows| rows.place(account.row)),
        project: case.stamp.project.clone(),
        as_of: case.stamp.as_of,
        program: case.stamp.program.clone(),
        data: case.stamp.data.clone(),
        remarks: case.stamp.remarks().into_iter().chain(no_rows(case, topic)).collect(),
        supposed: Vec::new(),
        topic: topic_name(case, topic),
        parts: parts.collect(),
        segments: segments.map(|(segment, _)| segment.header.name.clone()).collect(),
        scorecards: cards,
        metrics: metrics.collect(),
        details: match topic {
            Topic::RowMetric(id) => super::detail::row_metric(case, id).into_iter().collect(),
            _ => Vec::new(),
        },
        rules: rules.collect(),
        membership: match topic {
            Topic::Segment(id) => program.segments.get(id.index()).map(|s| membership::segment(case, id, s)),
            Topic::Partition(id) => program.partitions.get(id.index()).map(|p| membership::partition(case, id, p)),
            _ => None,
        },
    }
}

/// Said where a rule about rows finds none.
fn no_rows(case: Case, topic: Topic) -> Option<String> {
    let Topic::RowRule(id) = topic else { return None };
    let rule = case.program.row_rules.get(id.index())?;
    let About::Row(table) = rule.about else { return None };
    let none = case.account.row_rules.get(id.index()).is_none_or(|result| result.rows.is_empty());
    let table = &case.program.table(table)?.header.name;
    none.then(|| format!("`{}` is about rows of `{table}`, and the account has none", rule.header.name))
}

fn topic_name(case: Case, topic: Topic) -> Option<String> {
    let name = match topic {
        Topic::Account => return None,
        Topic::Metric(id) => case.program.node_name(Node::Metric(id)),
        Topic::Scorecard(id) => case.program.node_name(Node::Scorecard(id)),
        Topic::Rule(id) => case.program.rules.get(id.index()).map_or("?", |r| &r.header.name),
        Topic::RowRule(id) => case.program.row_rules.get(id.index()).map_or("?", |r| &r.header.name),
        Topic::Segment(id) => case.program.segments.get(id.index()).map_or("?", |s| &s.header.name),
        Topic::Partition(id) => case.program.partitions.get(id.index()).map_or("?", |p| &p.header.name),
        Topic::RowMetric(id) => case.program.row_metric(id).map_or("?", |m| &m.header.name),
    };
    Some(name.to_string())
}

/// All lines of a scorecard, those for segments too.
fn all_lines(card: &Scorecard) -> impl Iterator<Item = &Line> {
    card.lines.iter().chain(card.overrides.iter().flat_map(|o| &o.lines))
}

/// True if another scorecard holds this one.
pub fn held(program: &Program, i: usize) -> bool {
    let is = |line: &Line| matches!(line.item, Node::Scorecard(id) if id.index() == i);
    program.scorecards.iter().any(|card| all_lines(card).any(is))
}

/// True if a scorecard holds this metric.
fn weighed(cards: &[Scorecard], i: usize) -> bool {
    let is = |line: &Line| matches!(line.item, Node::Metric(id) if id.index() == i);
    cards.iter().any(|card| all_lines(card).any(is))
}

// ---------- scorecards ----------

fn card_why(case: Case, index: usize, seen: &mut Vec<bool>) -> Option<CardWhy> {
    let card = case.program.scorecards.get(index)?;
    let score = case.account.scores.get(index)?;
    if let Some(seen) = seen.get_mut(index) {
        *seen = true;
    }
    let lines = bands::lines_for(card, score.applied);
    let total = score.unlimited.number().map(|n| n.round(1));
    let base = (card.combine == Combine::Sum && !card.base.is_zero()).then_some(card.base);
    let contributions: Vec<Option<Decimal>> =
        std::iter::once(base).chain(score.lines.iter().map(|l| l.contribution)).collect();
    let counts = matches!(card.combine, Combine::CountBelow(_));
    let mut contributes = match counts {
        true => contributions.iter().map(|n| n.map(weight)).collect::<Vec<_>>(),
        false => adding_up(&contributions, total.unwrap_or_default()),
    }
    .into_iter();
    let base = contributes.next().flatten();
    let losses: Vec<Option<Decimal>> = score.lines.iter().map(|l| l.lost).collect();
    let lost = adding_up(&losses, total_lost(card, total, &losses));

    let mut out = Vec::new();
    for (((line, result), contributes), lost) in lines.iter().zip(&score.lines).zip(contributes).zip(lost) {
        let mut why = line_why(case, card, score, line, result);
        (why.contributes, why.lost) = (contributes, lost);
        if let Node::Scorecard(id) = line.item
            && seen.get(id.index()) == Some(&false)
        {
            why.scorecard = card_why(case, id.index(), seen).map(Box::new);
        }
        out.push(why);
    }
    let grades = bands::table_for(&card.grades, case.account);
    let limited = score.value != score.unlimited;
    Some(CardWhy {
        name: card.header.name.clone(),
        label: card.header.label.clone(),
        score: Shown::score(card, &score.value),
        unlimited: limited.then(|| Shown::score(card, &score.unlimited)),
        grade: score.grade.clone(),
        // More of what is bad is no next step.
        next: grades.filter(|_| !counts).zip(score.value.number()).and_then(|(table, n)| next_grade(table, n)),
        rounding: grades.and_then(|table| rounding(table, &score.value, card.combine.unit())),
        combine: match card.combine {
            Combine::WeightedMean => "weighted mean".to_string(),
            Combine::Sum => "sum".to_string(),
            Combine::Min => "min".to_string(),
            Combine::Max => "max".to_string(),
            Combine::Geometric => "geometric mean".to_string(),
            Combine::CountBelow(bound) => format!("count below {bound}"),
        },
        base,
        lines_for: score.applied.and_then(|i| card.overrides.get(i)).map(|o| words::segment(case.program, o.segment)),
        lines: out,
        coverage: share(score.coverage),
        needed: match card.missing {
            MissingPolicy::Renormalise { at_least } => Some(share(at_least)),
            MissingPolicy::CarryLast { .. } => Some(share(DEFAULT_COVERAGE)),
            _ => None,
        },
        limits: limits(case, card, score),
        corrections: corrections(case, card, score),
        effective_weights: Vec::new(),
        was: None,
        to: None,
        on_its_own: None,
        position: case.sources.position(card.header.span),
    })
}

/// What the shown losses add up to: for a mean, what the shown score lacks to 100.
fn total_lost(card: &Scorecard, total: Option<Decimal>, losses: &[Option<Decimal>]) -> Decimal {
    let exact = losses.iter().flatten().try_fold(Decimal::ZERO, |sum, n| sum.add(*n)).unwrap_or_default();
    match (card.combine, total.and_then(|t| Decimal::HUNDRED.sub(t))) {
        (combine, Some(rest)) if combine.has_shares() => rest,
        _ => exact.round(1),
    }
}

fn line_why(case: Case, card: &Scorecard, score: &ScoreResult, line: &Line, result: &LineResult) -> LineWhy {
    let (program, account) = (case.program, case.account);
    let mut why = LineWhy {
        name: program.node_name(line.item).to_string(),
        kind: "metric",
        value: Shown::points(&result.points),
        band: None,
        points: Some(Shown::points(&result.points)),
        weight: weight(result.weight),
        counted_weight: weight(result.counted_weight),
        informational: line.informational,
        contributes: None,
        lost: None,
        from: String::new(),
        missing: None,
        because: line.because.clone(),
        rounding: None,
        position: case.sources.position(line.span),
        scorecard: None,
    };
    match line.item {
        Node::Metric(id) => {
            if let (Some(metric), Some(result)) = (program.metric(id), account.metrics.get(id.index())) {
                let facts = metric_why(case, metric, result);
                (why.value, why.from) = (facts.value, facts.from);
                if line.scale.is_none() {
                    (why.band, why.rounding) = (facts.band, facts.rounding);
                }
            }
        }
        Node::Scorecard(id) => {
            why.kind = "scorecard";
            if let Some(inner) = account.scores.get(id.index()) {
                why.value = program.scorecard(id).map_or(why.value, |card| Shown::score(card, &inner.value));
                why.band = inner.grade.clone();
                why.from = match inner.coverage == Decimal::ONE {
                    true => "scorecard".to_string(),
                    false => format!("scorecard, {} of its weight known", value::percent(inner.coverage)),
                };
            }
        }
    }
    if let Some(missing) = result.missing {
        let treatment = if line.informational {
            "not scored".to_string()
        } else if let (Some(points), Some(date)) = (result.stand_in, result.carried) {
            format!("counted as {} points, those of {date}", value::plain(points))
        } else if let Some(points) = result.stand_in {
            format!("counted as {} points", value::plain(points))
        } else {
            match line.missing.unwrap_or(card.missing) {
                MissingPolicy::Fail => "so the score is missing".to_string(),
                _ if score.value.is_missing() => "left out".to_string(),
                _ => "weight shared out".to_string(),
            }
        };
        why.missing = Some(MissingWhy { reason: missing.words().to_string(), treatment });
    }
    why
}

fn next_grade(table: &BandTable, n: Decimal) -> Option<NextGrade> {
    let next = bands::next_above(table, n)?;
    let lacking = next.from.sub(n)?;
    Some(NextGrade {
        grade: next.band.name.clone(),
        from: weight(next.from),
        above: next.above,
        lacking: figure(lacking, 1),
    })
}

/// Said where the number as shown falls into another band than the number itself.
fn rounding(table: &BandTable, v: &Value, unit: Unit) -> Option<String> {
    let n = v.number()?;
    let (is, seems) = (bands::band_at(table, n)?, bands::band_at(table, value::rounded(n, unit))?);
    (is.name != seems.name).then(|| {
        let (precise, shown) = (value::precise(n, unit), value::number(n, unit));
        format!("{precise} is shown as {shown}; the band goes by {precise}: {}, not {}", is.name, seems.name)
    })
}

/// The weight of each metric over all paths, as a share of the whole; nothing where no scorecard is nested, or where one
/// on the way is not a mean, so that shares mean nothing.
fn effective_weights(case: Case, index: usize) -> Vec<EffectiveWeight> {
    let mut found: Vec<(usize, Decimal, u32)> = Vec::new();
    let nested =
        case.program.scorecards.get(index).is_some_and(|card| {
            all_lines(card).any(|line| matches!(line.item, Node::Scorecard(_)) && !line.informational)
        });
    if !nested || spread(case, index, Decimal::ONE, &mut found).is_none() {
        return Vec::new();
    }
    let tenths: Vec<Option<Decimal>> = found.iter().map(|(_, w, _)| w.mul(Decimal::HUNDRED)).collect();
    let shown = adding_up(&tenths, Decimal::HUNDRED);
    let named = |((metric, weight, paths), shown): ((usize, Decimal, u32), Option<super::Figure>)| EffectiveWeight {
        metric: case.program.metrics.get(metric).map_or("?", |m| &m.header.name).to_string(),
        weight: super::Figure { exact: weight, shown: shown.map_or(String::new(), |f| format!("{}%", f.shown)) },
        paths,
    };
    found.into_iter().zip(shown).map(named).collect()
}

fn spread(case: Case, index: usize, part: Decimal, found: &mut Vec<(usize, Decimal, u32)>) -> Option<()> {
    let card = case.program.scorecards.get(index).filter(|c| c.combine.has_shares())?;
    let lines = bands::lines_for(card, case.account.scores.get(index)?.applied);
    let counted = || lines.iter().filter(|l| !l.informational);
    let total = counted().try_fold(Decimal::ZERO, |sum, l| sum.add(l.weight))?;
    for line in counted() {
        let weight = part.mul(line.weight)?.div(total)?;
        match line.item {
            Node::Scorecard(id) => spread(case, id.index(), weight, found)?,
            Node::Metric(id) => match found.iter_mut().find(|(metric, ..)| *metric == id.index()) {
                Some((_, sum, paths)) => (*sum, *paths) = (sum.add(weight)?, *paths + 1),
                None => found.push((id.index(), weight, 1)),
            },
        }
    }
    Some(())
}

/// The lines that weigh a metric.
fn lines_of(case: Case, metric: usize) -> Vec<WeighedWhy> {
    let mut found = Vec::new();
    for (i, (card, score)) in case.program.scorecards.iter().zip(&case.account.scores).enumerate() {
        let is = |line: &Line| matches!(line.item, Node::Metric(id) if id.index() == metric);
        let Some(place) = bands::lines_for(card, score.applied).iter().position(is) else { continue };
        // Nested scorecards are not unfolded: all of them count as seen.
        let mut seen = vec![true; case.program.scorecards.len()];
        let Some(why) = card_why(case, i, &mut seen) else { continue };
        found.extend(why.lines.into_iter().nth(place).map(|line| WeighedWhy {
            scorecard: why.name,
            score: why.score,
            points: line.points,
            weight: line.weight,
            contributes: line.contributes,
            lost: line.lost,
            position: line.position,
        }));
    }
    found
}

// ---------- metrics and rules ----------

fn metric_why(case: Case, metric: &Metric, result: &MetricResult) -> MetricWhy {
    let mut value = Shown::new(case.program, metric.value.ty, &result.value);
    let mut rounding_note = None;
    if let (Some(table), Type::Number(unit)) = (bands::table_for(&metric.thresholds, case.account), metric.value.ty) {
        rounding_note = rounding(table, &result.value, unit);
    }
    if !case.personal && personal(case.program, &metric.value) {
        (value, rounding_note) = (value.masked(), None);
    }
    MetricWhy {
        name: metric.header.name.clone(),
        label: metric.header.label.clone(),
        doc: metric.header.doc.clone(),
        value,
        band: result.band.clone(),
        points: result.points.as_ref().map(Shown::points),
        from: match &result.expired {
            Some(_) => format!("{}, stale", unfold::from(case, &metric.value, &result.value)),
            None => unfold::from(case, &metric.value, &result.value),
        },
        stale: stale(case, metric, result),
        rounding: rounding_note,
        unfolded: None,
        position: case.sources.position(metric.header.span),
    }
}

/// `last row 2025-12-31, valid for 90 days until 2026-03-31, shown as it is`
fn stale(case: Case, metric: &Metric, result: &MetricResult) -> Option<String> {
    let (valid, expired) = metric.valid_for.zip(result.expired.as_ref())?;
    let fate = match valid.then {
        Stale::Missing => "so it is missing".to_string(),
        Stale::Flag => "kept and flagged".to_string(),
        Stale::Fade { to, days } => {
            let hidden = result.points.is_none() && !case.personal && personal(case.program, &metric.value);
            let before =
                expired.before.filter(|_| !hidden).map_or(String::new(), |n| format!(" from {}", value::plain(n)));
            let end = expired.until.plus_days(days);
            format!("its points decay{before} to {to} until {end}")
        }
    };
    Some(format!("last row {}, valid for {} until {}, {fate}", expired.last, valid.duration, expired.until))
}
