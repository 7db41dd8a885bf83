//! Numbers that can be read two ways: in `1.234` and `1,234` the mark stands before a fraction or between thousands.
//!
//! Where nothing is declared a point is the decimal mark. That stands as long as the cells do not say otherwise: if more of
//! them are numbers with a decimal comma only, as `2.345,00` is, than with a point only, every cell is doubtful that can be
//! read both ways. A stray cell of the other kind is one that cannot be read, and no more.

use super::advice::Home;
use super::cells::NumberReader;
use super::wording::{clip, plural};
use super::{DataError, Origin};
use crate::number::Decimal;
use crate::program::{Field, Unit};

/// What the marks of a column say so far.
#[derive(Debug)]
pub(super) struct Marks {
    point: NumberReader,
    comma: NumberReader,
    /// The first cell that can be read both ways, its place and its readings.
    both: Option<(Origin, String, Decimal, Decimal)>,
    /// How many can be read so, and with a point before three digits throughout.
    doubtful_points: u64,
    only_point: u64,
    only_comma: u64,
}

impl Marks {
    /// For a column for which no marks are declared.
    pub(super) fn new(unit: Unit, integer: bool) -> Marks {
        let reader = |decimal| NumberReader::new(unit, integer, Some(decimal), None, None);
        Marks { point: reader('.'), comma: reader(','), both: None, doubtful_points: 0, only_point: 0, only_comma: 0 }
    }

    /// Looks at a cell.
    pub(super) fn see(&mut self, text: &str, origin: Origin) {
        let bytes = text.as_bytes();
        let Some(last) = memchr::memrchr2(b'.', b',', bytes) else { return };
        // Almost every cell has a few digits behind one point: no thousands look like that.
        let plain = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'-');
        if bytes.len() - last != 4 && bytes.iter().all(plain) && memchr::memchr(b'.', bytes) == Some(last) {
            self.only_point += u64::from(bytes.iter().any(u8::is_ascii_digit));
            return;
        }
        let text = text.trim();
        match (self.point.read(text), self.comma.read(text)) {
            (Ok(a), Ok(b)) if a == b => {}
            // No thousands begin with a zero.
            (Ok(a), Ok(_)) if a.abs() < Decimal::ONE => self.only_point += 1,
            (Ok(_), Ok(b)) if b.abs() < Decimal::ONE => self.only_comma += 1,
            (Ok(a), Ok(b)) => {
                self.doubtful_points += u64::from(bytes.get(last) == Some(&b'.'));
                if self.both.as_ref().is_none_or(|(first, ..)| origin < *first) {
                    self.both = Some((origin, clip(text), a, b));
                }
            }
            (Ok(_), Err(_)) => self.only_point += 1,
            (Err(_), Ok(_)) => self.only_comma += 1,
            (Err(_), Err(_)) => {}
        }
    }

    /// Takes note of cells with one point in them that nothing but a decimal point can be.
    pub(super) fn points(&mut self, count: u64) {
        self.only_point += count;
    }

    /// Adds what other cells of the column said.
    pub(super) fn merge(&mut self, other: Marks) {
        if let Some(theirs) = other.both
            && self.both.as_ref().is_none_or(|ours| theirs.0 < ours.0)
        {
            self.both = Some(theirs);
        }
        self.doubtful_points += other.doubtful_points;
        self.only_point += other.only_point;
        self.only_comma += other.only_comma;
    }

    /// The error, if cells contradict the usual reading of others.
    pub(super) fn error(
        &self,
        home: Home<'_>,
        table: &str,
        field: &Field,
        header: Option<&str>,
        place: &dyn Fn(Origin) -> String,
    ) -> Option<DataError> {
        let (origin, text, point, comma) = self.both.as_ref().filter(|_| self.only_comma > self.only_point)?;
        let evidence = |count: u64| match count {
            0 => String::new(),
            1 => " (1 other cell can be read only so)".to_string(),
            n => format!(" ({n} other cells can be read only so)"),
        };
        let name = format!("{table}.{}", field.name);
        let message = match field.personal {
            true => format!("a cell of `{name}` can be read with a decimal comma or a decimal point"),
            false => {
                format!("`{text}` in `{name}` can be {} or {}", point.min(comma).grouped(), point.max(comma).grouped())
            }
        };
        let help = format!(
            "{}{}, or `decimal_mark = \".\"`{}",
            home.column(&field.name, header, "decimal_mark = \",\""),
            evidence(self.only_comma),
            evidence(self.only_point)
        );
        Some(DataError { place: place(*origin), message, help: Some(help) })
    }

    /// What to say if nothing decides: how many cells, the words, and the first place.
    pub(super) fn note(
        &self,
        field: &str,
        hidden: bool,
        place: &dyn Fn(Origin) -> String,
    ) -> Option<(u64, String, String)> {
        let decided = self.only_point > 0 || self.only_comma > 0 || self.doubtful_points == 0;
        let (origin, text, point, _) = self.both.as_ref().filter(|_| !decided)?;
        let place = place(*origin);
        let cells = plural(self.doubtful_points, "cell");
        let example = if hidden { String::new() } else { format!(": `{text}` is read as {point}") };
        let words = format!(
            "{cells} of `{field}` could have thousands marked by a point{example}, the first at {place}; set \
             `decimal_mark` to `\".\"` or `\",\"`"
        );
        Some((self.doubtful_points, words, place))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::program::{Currency, Type};
    use crate::span::Span;

    fn error(marks: &Marks, personal: bool) -> Option<DataError> {
        let field = Field {
            name: "f".to_string(),
            ty: Type::Number(Unit::Plain),
            integer: false,
            low: None,
            high: None,
            optional: false,
            personal,
            recorded: false,
            merged: false,
            parent: false,
            currency: None,
            doc: None,
            span: Span::default(),
        };
        marks.error(Home::new(None, "t"), "t", &field, None, &|origin| format!("t.csv:{}", origin.line))
    }

    /// `error`, `note` or nothing.
    fn verdict(cells: &[&str]) -> &'static str {
        let mut marks = Marks::new(Unit::Money(Currency::new("EUR").unwrap()), false);
        for cell in cells {
            marks.see(cell, Origin { file: 0, line: 2 });
        }
        match (error(&marks, false), marks.note("f", false, &|_| String::new())) {
            (Some(_), None) => "error",
            (None, Some(_)) => "note",
            (None, None) => "",
            (Some(_), Some(_)) => "both",
        }
    }

    #[test]
    fn only_cells_that_contradict_each_other_are_refused() {
        assert_eq!(verdict(&["1.234", "2.345,00"]), "error");
        assert_eq!(verdict(&["1,234", "0,5"]), "error");
        assert_eq!(verdict(&["1,234", "0,500"]), "error");
        assert_eq!(verdict(&["1.234", "2.5", "0,5", "0,7"]), "error");
        assert_eq!(verdict(&["€1.234", "2.345,00 €"]), "error");
        // A stray cell cannot be read; that does not cast doubt on the others.
        assert_eq!(verdict(&["1,234", "2,345.00", "2.345,00"]), "");
        // One reading fits all.
        assert_eq!(verdict(&["1,234", "2,345.00"]), "");
        assert_eq!(verdict(&["1.234", "0.5"]), "");
        assert_eq!(verdict(&["1.234", "0.123"]), "");
        assert_eq!(verdict(&["400,000", "1,234,567"]), "");
        assert_eq!(verdict(&["2.345,00", "0,5"]), "");
        assert_eq!(verdict(&["400,000", "400000", "n.a.", "-"]), "");
        // Either reading fits all; that a comma stands between thousands is usual.
        assert_eq!(verdict(&["400,000", "12,000"]), "");
        assert_eq!(verdict(&["1.234", "12"]), "note");
    }

    #[test]
    fn both_readings_are_named() {
        let mut marks = Marks::new(Unit::Plain, false);
        for (line, cell) in ["1.234", "2.345,00", "0,5", "7.25"].into_iter().enumerate() {
            marks.see(cell, Origin { file: 0, line: line as u32 + 2 });
        }
        let told = error(&marks, false).unwrap();
        assert_eq!(told.place, "t.csv:2");
        assert_eq!(told.message, "`1.234` in `t.f` can be 1.234 or 1,234");
        let help = "write `f = { decimal_mark = \",\" }` under `[profile.data.t.columns]` in laud.toml \
                    (2 other cells can be read only so), or `decimal_mark = \".\"` (1 other cell can be read only so)";
        assert_eq!(told.help.as_deref(), Some(help));
        assert!(!error(&marks, true).unwrap().message.contains("1.234"));
    }
}
