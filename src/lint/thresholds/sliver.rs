//! `sliver`: its page is below.

use crate::check::domain::Domain;
use crate::check::interval::{Numbers, shown_number};
use crate::check::region::band_numbers;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::{Band, BandTable, Type, Unit};

/// A band far narrower than its neighbours.
pub const LINT: Lint = Lint {
    code: Code::Sliver,
    options: &[],
    run,
    page: r##"# sliver

A band is so narrow that hardly any value falls into it.

A band a tenth of a point wide between two that are thirty points wide is a slip of the decimal point: no account is ever in it,
and those that should be are graded by its neighbour. Bands with a bound on both sides are compared with the narrower of their
bounded neighbours; ten times narrower is a sliver.

## Avoid

```laud
table account { id text key  usage number 0 to 100 }

metric use {
  value  usage
  thresholds {
    high    >= 70     -> 100
    # warning: sliver
    middle  >= 69.5   -> 50
    low     >= 30     -> 20
    none    otherwise -> 0
  }
}
```

## Prefer

```laud
table account { id text key  usage number 0 to 100 }

metric use {
  value  usage
  thresholds {
    high    >= 70     -> 100
    middle  >= 50     -> 50
    low     >= 30     -> 20
    none    otherwise -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for metric in &facts.program.metrics {
        let domain = facts.proofs.domain(&metric.value).numbers();
        for table in &metric.thresholds {
            tables(table, domain.clone(), metric.value.ty, found);
        }
    }
    for card in &facts.program.scorecards {
        let hundred = Domain::within(0, 100).numbers();
        for table in card.grades.iter().filter(|_| card.combine.has_shares()) {
            tables(table, hundred.clone(), Type::Number(Unit::Points), found);
        }
    }
}

/// Compares each band with its neighbours.
fn tables(table: &BandTable, domain: Numbers, ty: Type, found: &mut Findings) {
    let mut rest = domain;
    let mut widths: Vec<(Decimal, Option<Decimal>, &Band)> = Vec::new();
    for band in &table.bands {
        let own = rest.and(&band_numbers(&band.test));
        rest = rest.without(&own);
        if let Some(low) = own.low() {
            widths.push((low, own.high().and_then(|high| high.sub(low)), band));
        }
    }
    widths.sort_by_key(|(low, ..)| *low);
    for (i, (_, width, band)) in widths.iter().enumerate() {
        let Some(width) = width.filter(|w| !w.is_zero()) else { continue };
        let neighbour = |at: Option<usize>| widths.get(at?).and_then(|(_, width, _)| *width);
        let near: Vec<Decimal> =
            [neighbour(i.checked_sub(1)), neighbour(i.checked_add(1))].into_iter().flatten().collect();
        let narrowest = near.iter().min().copied();
        let sliver = narrowest.zip(width.mul(Decimal::int(10))).is_some_and(|(other, tenfold)| tenfold <= other);
        if sliver && near.len() == 2 {
            let shown = |n: Decimal| shown_number(n.round(6), ty);
            let other = narrowest.map_or(String::new(), shown);
            let message = format!("`{}` is {} wide, beside bands of {other} and more", band.name, shown(width));
            found.push(
                Diagnostic::new(Code::Sliver, band.span, message)
                    .label("hardly any value falls into it")
                    .help("look for a slip of the decimal point, or leave the band out"),
            );
        }
    }
}
