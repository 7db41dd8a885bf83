//! Advice about settings: which line to write, and under which heading of the project file.

use super::cells::{Bad, currency_of};
use super::settings::ColumnBinding;
use crate::program::{Field, Program, Type, Unit};
use std::borrow::Cow;

/// The part of the project file that is about a table.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    profile: &'a str,
    table: &'a str,
}

impl<'a> Home<'a> {
    /// For a table in a profile; without one, the profile that reads the usual directory.
    pub fn new(profile: Option<&'a str>, table: &'a str) -> Home<'a> {
        Home { profile: profile.unwrap_or("data"), table }
    }

    /// `` under `[profile.sample.account]` in laud.toml ``
    pub fn under(self) -> String {
        format!("under `[profile.{}.{}]` in laud.toml", bare(self.profile), bare(self.table))
    }

    fn under_columns(self) -> String {
        format!("under `[profile.{}.{}.columns]` in laud.toml", bare(self.profile), bare(self.table))
    }

    /// A setting of the table: `` write `delimiter = ";"` under … ``
    pub fn setting(self, text: &str) -> String {
        format!("write `{text}` {}", self.under())
    }

    /// The header of a column: `` write `arr = "ARR (USD)"` under … ``
    pub fn header(self, field: &str, header: &str) -> String {
        format!("write `{field} = {}` {}", quoted(header), self.under_columns())
    }

    /// Settings of a column, with the header that it has already.
    pub fn column(self, field: &str, header: Option<&str>, settings: &str) -> String {
        let from = header.map_or(String::new(), |h| format!("from = {}, ", quoted(h)));
        format!("write `{field} = {{ {from}{settings} }}` {}", self.under_columns())
    }

    /// What to do about cells that cannot be read, of which `example` is one; `bound` is what is declared of the column.
    pub fn cells(
        self,
        bad: Bad,
        program: &Program,
        field: &Field,
        bound: Option<&ColumnBinding>,
        example: &str,
    ) -> Option<String> {
        let header = bound.and_then(|b| b.header.as_deref());
        let more = bound.is_some_and(|b| !b.values.is_empty());
        let column = |settings: &str| self.column(&field.name, header, settings);
        let example = if field.personal { "…" } else { example };
        Some(match bad {
            Bad::NotNumber => format!(
                "if these mean nothing, add them to `null`; if they are numbers, set `decimal_mark` and \
                 `thousands_mark`, {}",
                self.under()
            ),
            Bad::PercentSign => format!("declare `{}` as `ratio`", field.name),
            Bad::NoPercentSign => {
                format!("if 45 means 45 %, {}; if 0.45 does, `percent = \"ratio\"`", column("percent = \"number\""))
            }
            Bad::NotBoolean => {
                format!("say what they mean: {}", column(&format!("yes = [{}], no = [ … ]", quoted(example))))
            }
            Bad::NotInList => {
                let names: &[String] = match field.ty {
                    Type::Enum(list) => program.enums.get(list.index()).map_or(&[], |e| &e.values),
                    _ => &[],
                };
                let near = crate::diagnostics::nearest(&super::fold::fold(example), names.iter().map(String::as_str));
                let value = format!("{} = {}", quoted(example), quoted(near.unwrap_or("…")));
                let edit = match more {
                    true => format!("add `{value}` to the `values` of `{}` {}", field.name, self.under_columns()),
                    false => column(&format!("values = {{ {value} }}")),
                };
                format!("say what they mean (`\"\"` for nothing): {edit}, or add them to the list in the program")
            }
            Bad::NotDate if is_month(example) => {
                format!(
                    "if they are months, {}: each is read as its first day",
                    self.setting("date_format = \"%Y-%m\"")
                )
            }
            Bad::NotDate => format!("if they are dates, {}", self.setting("date_format = \"…\"")),
            Bad::NeedsEpoch => {
                format!("if they count from 1970, {}, or `\"milliseconds\"`", self.setting("epoch = \"seconds\""))
            }
            Bad::OtherCurrency => match (currency_of(example), field.ty) {
                (Some(found), Type::Number(Unit::Money(declared))) => format!(
                    "have them converted to {declared} before they are loaded, or declare `{}` as `money {found}` if \
                     all are in {found}",
                    field.name
                ),
                _ => return None,
            },
            Bad::RowCurrency => {
                let table = program.tables.iter().find(|t| t.header.name == self.table);
                let code = field.currency.and_then(|code| table?.fields.get(code.index()));
                let code = code.map_or("the currency", |code| code.name.as_str());
                format!(
                    "a sign or code in an amount has to be the one in `{code}` of the same row: correct `{code}`, or \
                     convert the amount and leave the sign out"
                )
            }
            // `1.200` of a language that groups thousands with points.
            Bad::NotWhole if grouped_otherwise(example) => {
                format!("if the point marks thousands, {}", self.setting("decimal_mark = \",\""))
            }
            Bad::NotWhole => format!("declare `{}` as `number` in place of `integer`, or mend the export", field.name),
            Bad::OutOfRange => format!("correct the range of `{}` in the program, or mend the export", field.name),
            _ => return None,
        })
    }
}

/// True for `2026-03`.
fn is_month(text: &str) -> bool {
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    text.trim().split_once('-').is_some_and(|(year, month)| digits(year, 4) && digits(month, 2))
}

/// True for `1.200` and `-12.000.000`, where all behind the first point are groups of three.
fn grouped_otherwise(text: &str) -> bool {
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let mut groups = text.trim().trim_start_matches(['-', '+']).split('.');
    let first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()) && digits(first) && first != "0");
    let mut rest = groups.peekable();
    first && rest.peek().is_some() && rest.all(|group| group.len() == 3 && digits(group))
}

/// A key as TOML wants it.
fn bare(key: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !key.is_empty() && key.chars().all(plain) { Cow::Borrowed(key) } else { Cow::Owned(quoted(key)) }
}

/// A text as TOML wants it.
pub fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    format!("\"{escaped}\"")
}
