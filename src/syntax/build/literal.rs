//! Numbers, dates, durations and types.

use super::{Builder, Node};
use crate::ast::{DateLit, DurationLit, ExprKind, Name, Range, TypeExpr, TypeExprKind};
use crate::calendar::{Date, Duration, PeriodKind};
use crate::diagnostics::Code;
use crate::number::Decimal;
use crate::span::Span;
use crate::syntax::amount::Amount;
use crate::syntax::grammar::Rule;
use crate::syntax::recover;

impl Builder<'_> {
    /// A number with what stands behind it: `%`, a currency, a unit of time.
    pub(super) fn numeric(&mut self, node: Node<'_>) -> ExprKind {
        let span = self.span(&node);
        let mut negative = false;
        let mut digits = String::new();
        let mut tail = None;
        for kid in node.into_inner() {
            match kid.as_rule() {
                Rule::foreign_amount => return self.foreign_amount(&kid),
                Rule::minus => negative = true,
                Rule::number => digits = kid.as_str().to_string(),
                _ => tail = Some(kid),
            }
        }
        let sign = |n: Decimal| if negative { n.neg() } else { n };
        match tail {
            None => ExprKind::Number(sign(self.decimal(&digits, 0, span))),
            Some(kid) if kid.as_rule() == Rule::percent => ExprKind::Percent(sign(self.decimal(&digits, -2, span))),
            Some(kid) if kid.as_rule() == Rule::currency => {
                let amount = sign(self.decimal(&digits, 0, span));
                ExprKind::Money(amount, self.name(&kid))
            }
            Some(kid) => {
                let unit = period(kid.as_str());
                ExprKind::Duration(Duration { count: self.whole(&digits, negative, kid.as_str(), span), unit })
            }
        }
    }

    /// `$250,000` is mended and taken for what it means.
    fn foreign_amount(&mut self, node: &Node<'_>) -> ExprKind {
        let (span, written) = (self.span(node), node.as_str());
        let message = format!("`{written}` is not how an amount is written");
        let found = Amount::at(written, 0).filter(|a| a.end == written.len());
        let Some((amount, currency)) = found.and_then(|a| Some((a.written(), (a.number, a.currency?)))) else {
            self.fail(Code::UnexpectedText, span, message, |d| {
                d.help("write the currency behind the amount, and thousands with `_`: `250_000 USD`")
            });
            return ExprKind::Number(Decimal::ZERO);
        };
        self.report(Code::UnexpectedText, span, message, |d| d.fix(format!("write `{amount}`"), span, amount));
        let (number, text) = currency;
        let value = self.decimal(&number, 0, span);
        // Where all columns are in other currencies, that is for the next run: one mistake, one finding.
        let foreign = self.listing() && self.text.contains("money ") && !self.text.contains(&format!("money {text}"));
        if foreign { ExprKind::Number(value) } else { ExprKind::Money(value, Name { text, span }) }
    }

    /// How many days and so on: a whole number.
    fn whole(&mut self, digits: &str, negative: bool, unit: &str, span: Span) -> u32 {
        let plain: String = digits.chars().filter(|c| *c != '_').collect();
        let whole = plain.chars().all(|c| c.is_ascii_digit()) && !negative;
        match plain.parse() {
            Ok(count) if whole => return count,
            _ if whole => self.fail(Code::TooLarge, span, format!("`{digits}` is too large"), |d| {
                d.help("counts go up to four billion")
            }),
            _ => self.fail(Code::UnexpectedText, span, format!("`{digits}` is not a count of {unit}"), |d| {
                d.help("write a whole number, in a shorter unit if need be")
            }),
        }
        0
    }

    /// The exact value of `12_000.5k`, moved by so many powers of ten.
    fn decimal(&mut self, written: &str, shift: i32, span: Span) -> Decimal {
        match exact(written, shift) {
            Ok(value) => value,
            Err(problem) => {
                let message = match problem {
                    Problem::TooLarge => format!("`{written}` is too large"),
                    Problem::TooFine => format!("`{written}` has more than nine decimal places"),
                };
                self.fail(Code::TooLarge, span, message, |d| {
                    d.help("numbers have up to 29 digits before the point and nine behind it")
                });
                Decimal::ZERO
            }
        }
    }

    pub(super) fn count(&mut self, node: &Node<'_>) -> u32 {
        node.as_str().parse().unwrap_or_else(|_| {
            let span = self.span(node);
            self.fail(Code::TooLarge, span, format!("`{}` is too large", node.as_str()), |d| {
                d.help("counts go up to four billion")
            });
            0
        })
    }

    pub(super) fn duration(&mut self, node: Node<'_>) -> DurationLit {
        let span = self.span(&node);
        let mut duration = Duration { count: 0, unit: PeriodKind::Day };
        for kid in node.into_inner() {
            match kid.as_rule() {
                Rule::unit => duration.unit = period(kid.as_str()),
                _ => duration.count = self.count(&kid),
            }
        }
        DurationLit { duration, span }
    }

    pub(super) fn date(&mut self, node: &Node<'_>) -> DateLit {
        let (span, written) = (self.span(node), node.as_str());
        let date = Date::parse(written).unwrap_or_else(|| {
            self.fail(Code::BadDate, span, bad_date(written), |d| {
                match Date::repaired(written).or_else(|| last_of_month(written)) {
                    Some(right) => d.fix(format!("write `{right}`"), span, right.to_string()),
                    None => d.help("a date is written year-month-day: `2026-03-31`"),
                }
            });
            Date::default()
        });
        DateLit { date, span }
    }

    /// A value of a list. A reserved word is taken for one all the same, so that the column is not lost.
    fn value_name(&mut self, node: &Node<'_>) -> Name {
        let (span, word) = (self.span(node), node.as_str());
        if node.as_rule() == Rule::reserved_name {
            let found = recover::reserved_value(word, span);
            self.push(found);
        }
        Name { text: word.to_string(), span }
    }

    /// `0 to 10`, `0 or more`, `up to 5`
    pub(super) fn range(&mut self, node: Node<'_>) -> Range {
        let span = self.span(&node);
        let mut ends = Vec::new();
        let mut up_to = false;
        let mut queue: Vec<Node<'_>> = node.into_inner().collect();
        queue.reverse();
        while let Some(kid) = queue.pop() {
            match kid.as_rule() {
                Rule::up_to => {
                    up_to = true;
                    queue.extend(kid.into_inner());
                }
                Rule::signed => ends.push(self.end_of_range(kid)),
                _ => {}
            }
        }
        let mut ends = ends.into_iter();
        let (low, high) = if up_to { (None, ends.next()) } else { (ends.next(), ends.next()) };
        Range { low, high, span }
    }

    fn end_of_range(&mut self, node: Node<'_>) -> Decimal {
        let span = self.span(&node);
        match self.numeric(node) {
            ExprKind::Number(n) | ExprKind::Percent(n) => n,
            _ => {
                self.fail(Code::UnexpectedText, span, "a range is given in plain numbers", |d| {
                    d.help("leave out the currency or unit: the column's type says it")
                });
                Decimal::ZERO
            }
        }
    }

    pub(super) fn type_expr(&mut self, node: Node<'_>) -> TypeExpr {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let kind = match kids.next() {
            Some(kid) if kid.as_rule() == Rule::money => {
                let mut inner = self.kids(kid);
                match inner.take(Rule::money_by) {
                    Some(by) => {
                        let mut names = self.kids(by);
                        TypeExprKind::MoneyBy(self.next_name(&mut names))
                    }
                    None => TypeExprKind::Money(inner.take(Rule::currency).map(|c| self.name(&c))),
                }
            }
            Some(kid) if kid.as_rule() == Rule::one_of => {
                let inner = self.kids(kid);
                TypeExprKind::OneOf(inner.list.map(|kid| self.value_name(&kid)).collect())
            }
            Some(kid) => match kid.as_str() {
                "boolean" => TypeExprKind::Boolean,
                "integer" => TypeExprKind::Integer,
                "number" => TypeExprKind::Number,
                "ratio" => TypeExprKind::Ratio,
                "points" => TypeExprKind::Points,
                "nps" => TypeExprKind::Nps,
                "duration" => TypeExprKind::Duration,
                "date" => TypeExprKind::Date,
                "instant" => TypeExprKind::Instant,
                _ => TypeExprKind::Text,
            },
            None => {
                self.broken = true;
                TypeExprKind::Text
            }
        };
        TypeExpr { kind, span }
    }
}

/// `days` and `day` alike.
pub(super) fn period(word: &str) -> PeriodKind {
    match word.trim_end_matches('s') {
        "week" => PeriodKind::Week,
        "month" => PeriodKind::Month,
        "quarter" => PeriodKind::Quarter,
        "year" => PeriodKind::Year,
        _ => PeriodKind::Day,
    }
}

enum Problem {
    TooLarge,
    TooFine,
}

fn exact(written: &str, shift: i32) -> Result<Decimal, Problem> {
    let scale = match written.chars().last() {
        Some('k' | 'K') => 3,
        Some('M') => 6,
        Some('B') => 9,
        _ => 0,
    };
    let digits = written.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction: String = fraction.chars().filter(|c| *c != '_').collect();
    let fraction = fraction.trim_end_matches('0');
    let mut raw: i128 = 0;
    for digit in whole.chars().chain(fraction.chars()).filter_map(|c| c.to_digit(10)) {
        raw = raw.checked_mul(10).and_then(|n| n.checked_add(i128::from(digit))).ok_or(Problem::TooLarge)?;
    }
    // In billionths: nine places, less those that the fraction has used.
    let power = 9 + scale + shift - i32::try_from(fraction.len()).map_err(|_| Problem::TooFine)?;
    if raw == 0 {
        return Ok(Decimal::ZERO);
    }
    if power < 0 {
        let divisor = 10i128.checked_pow(power.unsigned_abs()).ok_or(Problem::TooFine)?;
        if raw % divisor != 0 {
            return Err(Problem::TooFine);
        }
        raw /= divisor;
    } else {
        let factor = 10i128.checked_pow(power.unsigned_abs()).ok_or(Problem::TooLarge)?;
        raw = raw.checked_mul(factor).ok_or(Problem::TooLarge)?;
    }
    Decimal::from_raw(raw).ok_or(Problem::TooLarge)
}

/// The last day of a month that ends before the day that is asked for: `2026-02-30`.
fn last_of_month(written: &str) -> Option<Date> {
    let (month, day) = written.rsplit_once('-').filter(|(month, _)| month.len() == 7)?;
    day.parse::<u32>().ok().filter(|day| *day <= 31)?;
    [30, 29, 28].iter().find_map(|day| Date::parse(&format!("{month}-{day}")))
}

fn bad_date(written: &str) -> String {
    let parts: Vec<&str> = written.split('-').collect();
    if let [year, month, day] = parts.as_slice()
        && month.len() == 2
        && day.len() == 2
    {
        let known = month.parse::<u32>().is_ok_and(|m| (1..=12).contains(&m));
        let day = day.trim_start_matches('0');
        return if known {
            format!("`{written}` does not exist: month {month} of {year} has no day {day}")
        } else {
            format!("`{written}` does not exist: there is no month {month}")
        };
    }
    format!("`{written}` is not written as a date")
}
