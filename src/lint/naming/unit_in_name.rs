//! `unit-in-name`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Type, Unit};
use crate::span::Span;

/// A name that promises another unit than the value has.
pub const LINT: Lint = Lint {
    code: Code::UnitInName,
    options: &[],
    run,
    page: r##"# unit-in-name

A name ends in a unit, and the value has another one.

`quiet_days` that is a ratio, or `discount_pct` that holds 15 rather than 15%, will be compared with the wrong kind of number sooner or
later; nobody looks a name up that says its unit. Rename it, or turn the value into what the name says.

## Avoid

```laud
table account {
  id            text key
  used          integer 0 or more
  seats         integer 1 or more
  # warning: unit-in-name
  discount_pct  number 0 to 100
}

# warning: unit-in-name
metric usage_days = to_ratio(used / seats)
```

## Prefer

```laud
table account {
  id            text key
  used          integer 0 or more
  seats         integer 1 or more
  discount_pct  ratio
}

metric usage_pct = to_ratio(used / seats)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let program = facts.program;
    for field in program.tables.iter().flat_map(|table| &table.fields) {
        look(&field.name, field.ty, field.span, "column", found);
    }
    for param in &program.params {
        look(&param.header.name, param.ty, param.header.span, "param", found);
    }
    for metric in program.metrics.iter().chain(&program.portfolio) {
        look(&metric.header.name, metric.value.ty, metric.header.span, "metric", found);
    }
    for metric in &program.row_metrics {
        look(&metric.header.name, metric.value.ty, metric.header.span, "metric", found);
    }
}

fn look(name: &str, ty: Type, span: Span, what: &str, found: &mut Findings) {
    let Some((stem, suffix)) = name.rsplit_once('_') else { return };
    // `revenue_90_days` says over how long, not in what.
    if stem.ends_with(|c: char| c.is_ascii_digit()) {
        return;
    }
    let lower = suffix.to_ascii_lowercase();
    let Type::Number(unit) = ty else { return };
    let (promised, kept) = match lower.as_str() {
        // A bare number may well count days.
        "days" => ("days".to_string(), matches!(unit, Unit::Days | Unit::Plain)),
        "pct" | "percent" | "percentage" => ("a ratio".to_string(), unit == Unit::Ratio),
        "points" | "pts" => ("points".to_string(), matches!(unit, Unit::Points | Unit::Plain)),
        "nps" => ("an nps".to_string(), matches!(unit, Unit::Nps | Unit::Plain | Unit::Points)),
        "usd" | "eur" | "gbp" | "chf" | "jpy" | "cad" | "aud" => {
            let code = lower.to_ascii_uppercase();
            let kept = match unit {
                Unit::Money(currency) => currency.code() == code,
                _ => false,
            };
            (format!("money in {code}"), kept)
        }
        _ => return,
    };
    if kept {
        return;
    }
    let help = match (promised.as_str(), what) {
        ("a ratio", "column") => {
            "declare it as `ratio`; `percent = \"number\"` in laud.toml reads 15 as 15%, or rename it".to_string()
        }
        _ => "rename it, or turn the value into what the name says".to_string(),
    };
    found.push(
        Diagnostic::new(Code::UnitInName, span, format!("`{name}` promises {promised} and is {ty}"))
            .label(format!("the name ends in `_{suffix}`"))
            .help(help),
    );
}
