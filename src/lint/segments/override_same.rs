//! `override-same`: its page is below.

use crate::ast::{Item, ItemKind, Line, Metric, Scale, Scorecard};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::print;
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// What is written for a segment and is the same as for everybody.
pub const LINT: Lint = Lint {
    code: Code::OverrideSame,
    options: &[],
    run,
    page: r##"# override-same

What is written for a segment is the same as for everybody.

It changes nothing today, and tomorrow, when the general bounds move, this segment stays behind without anybody having decided so.
Either the numbers were copied and not yet changed, or the exception has served its time.

## Avoid

```laud
table account { id text key  arr money USD  calls integer 0 or more }

segment large = arr >= 250k

metric references {
  value  calls
  thresholds {
    champion  >= 3       -> 100
    silent    otherwise  -> 0
  }
  # warning: override-same
  thresholds for large {
    champion  >= 3       -> 100
    silent    otherwise  -> 0
  }
}
```

## Prefer

```laud
table account { id text key  arr money USD  calls integer 0 or more }

segment large = arr >= 250k

metric references {
  value  calls
  thresholds {
    champion  >= 3       -> 100
    silent    otherwise  -> 0
  }
  thresholds for large {
    champion  >= 5       -> 100
    silent    otherwise  -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        for (span, general, what) in repeats(item) {
            found.push(
                Diagnostic::new(Code::OverrideSame, span, format!("{what} as for everybody"))
                    .label("changes nothing")
                    .also(general, "these hold for everybody")
                    .help("leave it out, or change what should differ")
                    .fix("leave it out", facts.line_of(span), ""),
            );
        }
    }
}

/// What says the same for a segment as for everybody, and where the latter stands.
fn repeats(item: &Item) -> Vec<(Span, Span, String)> {
    match &item.kind {
        ItemKind::Metric(metric) | ItemKind::Portfolio(metric) => of_metric(metric),
        ItemKind::RowMetric(rows) => of_metric(&rows.metric),
        ItemKind::Scorecard(card) => of_card(card),
        _ => Vec::new(),
    }
}

fn of_metric(metric: &Metric) -> Vec<(Span, Span, String)> {
    let mut all = tables(&metric.thresholds, "thresholds");
    if let Some(general) = metric.scales.iter().find(|scale| scale.segment.is_none()) {
        for scale in &metric.scales {
            if let Some(segment) = &scale.segment
                && print(&scale.points) == print(&general.points)
            {
                all.push((scale.span, general.span, format!("the scale for `{}` is the same", segment.text)));
            }
        }
    }
    all
}

fn tables(tables: &[crate::ast::Thresholds], what: &str) -> Vec<(Span, Span, String)> {
    let Some(general) = tables.iter().find(|table| table.segment.is_none()) else { return Vec::new() };
    let same = |table: &&crate::ast::Thresholds| print(&table.rows) == print(&general.rows);
    let own = tables.iter().filter_map(|table| Some((table, table.segment.as_ref()?)));
    own.filter(|(table, _)| same(table))
        .map(|(table, segment)| (table.span, general.span, format!("the {what} for `{}` are the same", segment.text)))
        .collect()
}

fn of_card(card: &Scorecard) -> Vec<(Span, Span, String)> {
    let mut all = tables(&card.grades, "grades");
    for own in &card.overrides {
        let segment = &own.segment.text;
        let same = |line: &&Line| card.lines.iter().any(|g| g.name.text == line.name.text && says_no_more(line, g));
        if let Some(first) = own.lines.first()
            && own.lines.iter().all(|line| same(&line))
        {
            let general = card.lines.iter().find(|general| general.name.text == first.name.text);
            let place = general.map_or(own.span, |general| general.span);
            all.push((own.span, place, format!("all lines for `{segment}` are the same")));
            continue;
        }
        for line in &own.lines {
            let Some(general) = card.lines.iter().find(|general| general.name.text == line.name.text) else { continue };
            if says_no_more(line, general) {
                let what = format!("the line `{}` for `{segment}` is the same", line.name.text);
                all.push((line.span, general.span, what));
            }
        }
    }
    all
}

/// True if everything that a line for a segment says is what the general line says.
fn says_no_more(line: &Line, general: &Line) -> bool {
    fn same<T: std::hash::Hash>(own: &Option<T>, general: &Option<T>) -> bool {
        own.is_none() || print(own) == print(general)
    }
    let scale = |line: &Line| line.scale.as_ref().map(|scale: &Scale| print(&scale.points));
    same(&line.weight, &general.weight)
        && same(&line.at_most, &general.at_most)
        && same(&scale(line), &scale(general))
        && same(&line.missing, &general.missing)
        && line.informational.is_some() == general.informational.is_some()
        && line.because.is_none()
}
