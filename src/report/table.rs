//! Aligned columns: one writer for every table that laud prints, as text, Markdown or csv.
//!
//! Widths are counted as a terminal shows them, so names in any script line up. Cells come from data files: for people,
//! control characters are replaced before they reach a terminal.

use super::Layout;
use super::paint::Tone;
use memchr::{memchr, memchr3};
use unicode_width::UnicodeWidthStr;

/// On which side a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// On which side its cells stand.
    pub align: Align,
    /// Longer cells are cut with `…`, for people.
    pub limit: Option<usize>,
    /// At least so wide, for people.
    pub least: usize,
}

impl Column {
    /// A column of words.
    pub fn words(title: impl Into<String>) -> Column {
        Column { title: title.into(), ..Column::default() }
    }

    /// A column of numbers.
    pub fn numbers(title: impl Into<String>) -> Column {
        Column { title: title.into(), align: Align::Right, ..Column::default() }
    }
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

impl Cell {
    /// In this tone.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Cell {
        Cell { text: text.into(), tone }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell { text: text.into(), tone: Tone::Plain }
    }
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; a row may be shorter than the columns.
    pub rows: Vec<Vec<Cell>>,
}

/// Between columns, for people.
const GAP: &str = "  ";

impl Table {
    /// No rows yet.
    pub fn new(columns: Vec<Column>) -> Table {
        Table { columns, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The width of each column as people see it.
    fn widths(&self) -> Vec<usize> {
        let cells = |i: usize| self.rows.iter().filter_map(move |row| row.get(i));
        let shown = |column: &Column, text: &str| {
            let width = shown_width(text);
            column.limit.map_or(width, |limit| width.min(limit))
        };
        let widest = |(i, column): (usize, &Column)| {
            let longest = cells(i).map(|cell| shown(column, &cell.text)).max().unwrap_or(0);
            longest.max(column.title.width()).max(column.least)
        };
        self.columns.iter().enumerate().map(widest).collect()
    }

    /// How wide the table is for people, if its last column is not wrapped.
    pub fn width(&self) -> usize {
        let widths = self.widths();
        widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1)
    }

    /// For people: aligned, indented by `indent`; the last column wraps where the line is full. A table without titles
    /// has no heading line.
    pub fn human(&self, indent: usize, layout: &Layout) -> String {
        let mut widths = self.widths();
        let before: usize = widths.iter().rev().skip(1).map(|w| w + GAP.len()).sum();
        if let (Some(last), Some(column)) = (widths.last_mut(), self.columns.last()) {
            let room = layout.width.saturating_sub(indent + before).max(column.title.width()).max(20);
            if column.align == Align::Left {
                *last = (*last).min(room);
            }
        }
        let mut out = String::new();
        if self.columns.iter().any(|c| !c.title.is_empty()) {
            let titles: Vec<Cell> = self.columns.iter().map(|c| Cell::toned(c.title.as_str(), Tone::Dim)).collect();
            self.human_row(&titles, &widths, indent, layout, &mut out);
        }
        for row in &self.rows {
            self.human_row(row, &widths, indent, layout, &mut out);
        }
        out
    }

    fn human_row(&self, row: &[Cell], widths: &[usize], indent: usize, layout: &Layout, out: &mut String) {
        let last = self.columns.len().saturating_sub(1);
        let mut line = " ".repeat(indent);
        let mut more: Vec<String> = Vec::new();
        let mut offset = indent;
        let mut pending = 0; // blanks owed before the next cell, so that no line ends in blanks
        for (i, (column, width)) in self.columns.iter().zip(widths).enumerate() {
            if i > 0 {
                pending += GAP.len();
                offset += GAP.len();
            }
            let Some(cell) = row.get(i).filter(|c| !c.text.is_empty()) else {
                pending += width;
                offset += width;
                continue;
            };
            let mut text = clean(&cell.text);
            if let Some(limit) = column.limit {
                text = shortened(&text, limit);
            }
            if i == last && column.align == Align::Left && text.width() > *width {
                let mut lines = wrapped(&text, *width).into_iter();
                text = lines.next().unwrap_or_default();
                more = lines.collect();
            }
            let free = width.saturating_sub(text.width());
            if column.align == Align::Right {
                pending += free;
            }
            line.push_str(&" ".repeat(pending));
            line.push_str(&layout.paint.tone(cell.tone, &text));
            pending = if column.align == Align::Left { free } else { 0 };
            offset += width;
            if i == last {
                offset -= width;
            }
        }
        out.push_str(line.trim_end_matches(' '));
        out.push('\n');
        let tone = row.get(last).map(|c| c.tone).unwrap_or_default();
        for text in more {
            out.push_str(&" ".repeat(offset));
            out.push_str(&layout.paint.tone(tone, &text));
            out.push('\n');
        }
    }

    /// As a Markdown table.
    pub fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = line(self.columns.iter().map(|c| escaped(&c.title)).collect());
        let rule = |c: &Column| if c.align == Align::Right { "---:" } else { "---" }.to_string();
        out.push_str(&line(self.columns.iter().map(rule).collect()));
        for row in &self.rows {
            let cell = |i: usize| row.get(i).map_or(String::new(), |c| escaped(&c.text));
            out.push_str(&line((0..self.columns.len()).map(cell).collect()));
        }
        out
    }

    /// As csv with a header line; cells as they are, quoted where they must be.
    pub fn csv(&self) -> String {
        let mut out = csv_line(self.columns.iter().map(|c| c.title.as_str()));
        for row in &self.rows {
            let cell = |i: usize| row.get(i).map_or("", |c| c.text.as_str());
            out.push_str(&csv_line((0..self.columns.len()).map(cell)));
        }
        out
    }
}

/// One line of csv (RFC 4180, but with a bare line feed).
pub fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        csv_cell(&mut out, cell);
    }
    out.push('\n');
    out
}

/// One cell of csv, quoted where it has to be.
pub fn csv_cell(out: &mut String, cell: &str) {
    if has_to_be_quoted(cell.as_bytes()) {
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(cell);
    }
}

/// True if a cell of csv would be read otherwise without quotes.
pub fn has_to_be_quoted(cell: &[u8]) -> bool {
    let special = match cell.len() {
        0..16 => cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')),
        _ => memchr3(b',', b'"', b'\n', cell).is_some() || memchr(b'\r', cell).is_some(),
    };
    special || cell.starts_with(b" ") || cell.ends_with(b" ")
}

/// The columns that a text takes on a terminal.
pub fn shown_width(text: &str) -> usize {
    if text.chars().any(steers) { clean(text).width() } else { text.width() }
}

/// Control characters replaced: a name from a file must not move the cursor, nor turn the direction of writing.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if steers(c) { ' ' } else { c }).collect()
}

/// A text from a file, to stand in Markdown as it is.
pub fn escaped(text: &str) -> String {
    let text = clean(text).replace('\\', "\\\\").replace('|', "\\|");
    text.replace('*', "\\*").replace('<', "&lt;").replace('`', "\\`")
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most `limit` columns, cut with `…`.
pub fn shortened(text: &str, limit: usize) -> String {
    if text.width() <= limit {
        return text.to_string();
    }
    let mut out = String::new();
    let mut width = 0;
    for c in text.chars() {
        let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if width + wide + 1 > limit {
            break;
        }
        width += wide;
        out.push(c);
    }
    format!("{}…", out.trim_end())
}

/// Broken between words into lines of at most `width` columns; a longer word stands on a line of its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(vec![Column::words("account"), Column::numbers("score"), Column::words("rules")]);
        table.row(vec!["acme".into(), "46.2".into(), "renewal_at_risk".into()]);
        table.row(vec!["東京".into(), "7".into()]);
        table
    }

    #[test]
    fn columns_line_up_by_display_width() {
        let text = sample().human(0, &Layout::default());
        assert_eq!(text, "account  score  rules\nacme      46.2  renewal_at_risk\n東京         7\n");
    }

    #[test]
    fn the_last_column_wraps_under_itself() {
        let mut table = sample();
        table.row(vec!["b".into(), "1".into(), "one two three four five six seven".into()]);
        let text = table.human(2, &Layout { width: 40, ..Layout::default() });
        assert!(text.ends_with("  b            1  one two three four\n                  five six seven\n"), "{text}");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let mut table = Table::new(vec![Column::words("a")]);
        table.row(vec!["x\u{1b}[31m\ny".into()]);
        table.row(vec!["a\u{202e}b".into()]);
        assert_eq!(table.human(0, &Layout::default()), "a\nx [31m y\na b\n");
        assert_eq!(table.markdown(), "| a |\n| --- |\n| x [31m y |\n| a b |\n");
    }

    #[test]
    fn markdown_and_csv_escape_what_would_break_them() {
        let mut table = Table::new(vec![Column::words("a"), Column::numbers("b")]);
        table.row(vec!["x|y".into(), "1,5".into()]);
        table.row(vec!["say \"hi\"\nthere".into()]);
        assert_eq!(table.markdown(), "| a | b |\n| --- | ---: |\n| x\\|y | 1,5 |\n| say \"hi\" there |  |\n");
        assert_eq!(table.csv(), "a,b\nx|y,\"1,5\"\n\"say \"\"hi\"\"\nthere\",\n");
    }

    #[test]
    fn long_cells_are_cut() {
        assert_eq!(shortened("Acme Ltd", 6), "Acme…");
        assert_eq!(shortened("Acme", 6), "Acme");
    }
}
