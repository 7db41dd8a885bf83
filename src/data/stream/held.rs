//! Tables that are held, read part by part on all cores by the readers of those that go by. What is plain is read on the
//! spot; all else is left to the careful readers, which say what there is to say about it.

use super::cut::{Cut, Cutter, Ends};
use super::object::{Headers, Names, Objects, Seen};
use super::plan::{Fast, NOTHING, fast};
use super::quick;
use super::split::Splitter;
use super::walk::Walk;
use crate::data::account::About;
use crate::data::cells::{Cell, CellReader, Moment, Raw};
use crate::data::csv::{Header, TOO_LONG, UNCLOSED, not_text, ragged, rows};
use crate::data::input::MAX_ROW;
use crate::data::parts;
use crate::data::table::{Source, TableBuilder};
use crate::data::{RejectReason, ndjson};
use crate::number::Decimal;
use crate::program::{Field, Type};
use crate::threads;
use crate::value::DAY_MICROS;
use std::cell::{Cell as Counter, RefCell};
use std::io::{self, BufRead};

/// Some rows of a text.
enum Job {
    Rows { block: Vec<u8>, line: u64, last: bool },
    TooLong(u64),
}

/// The rows of a block, the line on which it begins, and whether the file ends with it.
type Block<'b> = (&'b [u8], u64, bool);

/// Reads rows of separated cells, which begin on this line.
pub(in crate::data) fn csv(
    builder: &mut TableBuilder<'_>,
    input: Box<dyn BufRead + Send>,
    line: u64,
    delimiter: u8,
    header: &Header,
) -> io::Result<()> {
    let small =
        |builder: &mut TableBuilder<'_>, (block, line, _): Block<'_>| rows(builder, block, line, delimiter, header);
    let about = builder.about();
    let read = |builder: &mut TableBuilder<'_>, columns: &mut Columns, block: Block<'_>| {
        block_of(builder, columns, block, delimiter, header);
    };
    let cutter = Cutter::new(input, Ends::Rows(delimiter), line);
    let (all, ended) = blocks(builder, cutter, TOO_LONG, small, || Columns::new(about), read);
    all.into_iter().for_each(|columns| columns.settle(builder));
    ended
}

/// Reads objects, one to a line.
pub(in crate::data) fn ndjson(
    builder: &mut TableBuilder<'_>,
    input: Box<dyn BufRead + Send>,
    file: &str,
) -> io::Result<()> {
    let about = builder.about();
    let name = |(i, field): (usize, &Field)| builder.header_of(i).unwrap_or(&field.name).to_string();
    let objects = Objects::new(about.table.fields.iter().enumerate().map(name));
    let at = builder.here(0).file;
    let names = || {
        let mut names = Names::default();
        names.turn_to(at);
        names
    };
    let mut first = names();
    let small = |builder: &mut TableBuilder<'_>, (block, line, _): Block<'_>| {
        for (line, bytes) in ndjson::lines(block, line) {
            careful(builder, &objects, &mut first, (bytes, line), None);
        }
        Ok(())
    };
    let start = || (Columns::new(about), names(), Walk::default());
    let read =
        |builder: &mut TableBuilder<'_>, (columns, names, walk): &mut (Columns, Names, Walk), block: Block<'_>| {
            lines_of(builder, columns, (names, walk), block, &objects);
        };
    let cutter = Cutter::new(input, Ends::Lines, 1);
    let (all, ended) = blocks(builder, cutter, ndjson::TOO_LONG, small, start, read);
    let mut met = vec![first];
    for (columns, names, _) in all {
        columns.settle(builder);
        met.push(names);
    }
    Headers::new(&met).tell(builder, at, file);
    ended
}

/// Reads the blocks of a text on all cores; a text of one is left to `small`. What each thread started with, and what
/// stopped the reading.
fn blocks<W: Send>(
    builder: &mut TableBuilder<'_>,
    mut cutter: Cutter,
    too_long: &str,
    small: impl FnOnce(&mut TableBuilder<'_>, Block<'_>) -> io::Result<()>,
    start: impl Fn() -> W + Sync,
    read: impl Fn(&mut TableBuilder<'_>, &mut W, Block<'_>) + Sync,
) -> (Vec<W>, io::Result<()>) {
    let mut cut = || {
        let mut block = Vec::new();
        Ok(match cutter.next(&mut block)? {
            Cut::Rows { line, last, .. } => Some(Job::Rows { block, line, last }),
            Cut::TooLong(line) => Some(Job::TooLong(line)),
            Cut::End => None,
        })
    };
    let mut first = match cut() {
        // Of a small file the careful reader is soon done.
        Ok(Some(Job::Rows { block, line, last: true })) => return (Vec::new(), small(builder, (&block, line, true))),
        Ok(first) => first,
        Err(error) => return (Vec::new(), Err(error)),
    };
    let mut failed = None;
    let next = || {
        if failed.is_none() && first.is_none() {
            cut().unwrap_or_else(|error| {
                failed = Some(error);
                None
            })
        } else {
            first.take()
        }
    };
    let read = |builder: &mut TableBuilder<'_>, state: &mut W, job: Job| match job {
        Job::Rows { block, line, last } => read(builder, state, (&block, line, last)),
        Job::TooLong(line) => builder.reject_row(line, RejectReason::TooLong, too_long.to_string()),
    };
    let threads = if builder.makes_up_keys() { 1 } else { threads::all() };
    let all = parts::read(builder, threads, next, start, read);
    (all, failed.map_or(Ok(()), Err))
}

/// Takes the objects of a block.
fn lines_of(
    builder: &mut TableBuilder<'_>,
    columns: &Columns,
    (names, walk): (&mut Names, &mut Walk),
    (block, line, _): Block<'_>,
    objects: &Objects,
) {
    let Ok(text) = std::str::from_utf8(block) else {
        for (line, bytes) in ndjson::lines(block, line) {
            careful(builder, objects, names, (bytes, line), Some(columns));
        }
        return;
    };
    let (mut from, mut line) = (0, line);
    while from < block.len() {
        let (next, lines) = walk.find(block, from, objects.columns(), usize::MAX, &names.known);
        for (row, found) in walk.lines.iter().enumerate() {
            let line = line + u64::from(found.lines);
            if found.plain {
                builder.row(line, &Object { cell: |field| walk.raw(text, row, field), columns: Some(columns) });
            } else {
                let bytes = block.get(found.start..found.end).unwrap_or(&[]);
                careful(builder, objects, names, (bytes, line), Some(columns));
            }
        }
        line += u64::from(lines);
        from = next;
    }
}

/// Takes a line with all care; its cells with less, if there are columns.
fn careful(
    builder: &mut TableBuilder<'_>,
    objects: &Objects,
    names: &mut Names,
    (bytes, line): (&[u8], u64),
    columns: Option<&Columns>,
) {
    match objects.read(bytes, builder.here(line), names) {
        Seen::Nothing => {}
        Seen::Object => builder.row(line, &Object { cell: |field| names.raw(field), columns }),
        Seen::Refused(reason, detail) => builder.reject_row(line, reason, detail),
    }
}

/// An object.
struct Object<'t, F> {
    cell: F,
    columns: Option<&'t Columns>,
}

impl<'t, F: Fn(usize) -> Raw<'t>> Source for Object<'t, F> {
    fn cell(&self, field: usize) -> Raw<'_> {
        (self.cell)(field)
    }

    fn read(&self, field: usize) -> Option<Cell<'_>> {
        let column = self.columns?.0.get(field)?;
        match ((self.cell)(field), column.fast) {
            (Raw::Text(text), _) => column.read(text),
            (Raw::Number(number), Fast::Number(bounds)) => {
                let held = i64::try_from(number.raw()).is_ok_and(|billionths| bounds.hold(billionths));
                held.then_some(Cell::Number(number))
            }
            _ => None,
        }
    }
}

/// Takes the rows of a block.
fn block_of(
    builder: &mut TableBuilder<'_>,
    columns: &Columns,
    (block, line, last): Block<'_>,
    delimiter: u8,
    Header { names, places }: &Header,
) {
    let whole = std::str::from_utf8(block).ok();
    Splitter::default().rows(block, delimiter, |row| {
        let line = line + row.lines;
        if row.end - row.start + usize::from(!row.open) > MAX_ROW {
            builder.reject_row(line, RejectReason::TooLong, TOO_LONG.to_string());
        } else if last && row.open && super::csv::is_unclosed(block.get(row.start..row.end).unwrap_or(&[])) {
            builder.reject_row(line, RejectReason::Malformed, UNCLOSED.to_string());
        } else if row.width() != names.len() {
            builder.reject_row(line, RejectReason::Malformed, ragged(row.width(), names.len()));
        } else if let Some(text) = whole {
            builder.row(line, &Row { cell: |place| row.text(text, place), places, columns });
        } else {
            let cell = |place: usize| std::str::from_utf8(row.cell(block, place));
            match (0..row.width()).find(|place| cell(*place).is_err()) {
                Some(broken) => {
                    let name = names.get(broken).map_or("?", String::as_str);
                    builder.reject_row(line, RejectReason::Encoding, not_text(name));
                }
                None => builder.row(line, &Row { cell: |place| cell(place).unwrap_or_default(), places, columns }),
            }
        }
    });
}

/// A row of texts.
struct Row<'t, F> {
    cell: F,
    places: &'t [Option<usize>],
    columns: &'t Columns,
}

impl<'t, F: Fn(usize) -> &'t str> Source for Row<'t, F> {
    fn cell(&self, field: usize) -> Raw<'_> {
        let place = self.places.get(field).copied().flatten();
        place.map_or(Raw::Blank, |place| Raw::Text((self.cell)(place)))
    }

    fn read(&self, field: usize) -> Option<Cell<'_>> {
        let place = self.places.get(field).copied().flatten()?;
        self.columns.0.get(field)?.read((self.cell)(place))
    }
}

/// The columns of a table of texts, as one thread reads them.
struct Columns(Vec<Column>);

struct Column {
    fast: Fast,
    reader: CellReader,
    /// It is not declared which mark is the decimal one.
    unmarked: bool,
    /// Cells with one point in them that can be nothing but a decimal point.
    points: Counter<u64>,
    symbols: RefCell<(CellReader, quick::Symbols)>,
}

impl Columns {
    fn new(about: About<'_>) -> Columns {
        let column = |(i, field)| {
            let bound = about.bound(i).unwrap_or(&NOTHING);
            let reader = CellReader::new(about.program, field, bound, about.zone);
            Column {
                fast: match about.table.key {
                    // As it is written it is the key, not as it is read.
                    Some(key) if key.index() == i && field.ty != Type::Text => Fast::Slow,
                    _ => fast(field, bound, &reader, about.zone, false),
                },
                unmarked: bound.options.decimal_mark.is_none() && bound.options.thousands_mark.is_none(),
                points: Counter::new(0),
                symbols: RefCell::new((reader.clone(), quick::Symbols::default())),
                reader,
            }
        };
        Columns(about.table.fields.iter().enumerate().map(column).collect())
    }

    /// Hands over what was put off for speed.
    fn settle(self, builder: &mut TableBuilder<'_>) {
        for (column, filled) in self.0.into_iter().zip(&mut builder.columns) {
            if let Some(marks) = &mut filled.account.marks {
                marks.points(column.points.get());
            }
        }
    }
}

impl Column {
    /// A cell that is written plainly.
    #[inline]
    fn read<'t>(&self, text: &'t str) -> Option<Cell<'t>> {
        if self.reader.is_nothing(text.trim()) {
            return None;
        }
        match self.fast {
            Fast::Slow | Fast::Owner => None,
            Fast::Text => {
                let plain = |byte: &u8| matches!(byte, b'!'..=b'~');
                let bytes = text.as_bytes();
                (bytes.first().is_some_and(plain) && bytes.last().is_some_and(plain)).then(|| Cell::Text(text.into()))
            }
            Fast::Date(zones) => {
                let read = quick::moment(text.as_bytes())?;
                let micros = i64::from(read.day) * DAY_MICROS + read.micros;
                zones.tell(read.clock).then_some(Cell::Moment(Moment { micros, shift: None }))
            }
            Fast::Number(bounds) => {
                let (billionths, after) = quick::number(text.as_bytes())?;
                if !bounds.hold(billionths) || (after == Some(3) && self.unmarked) {
                    return None;
                }
                let number = Decimal::from_raw(i128::from(billionths))?;
                self.points.set(self.points.get() + u64::from(after.is_some()));
                Some(Cell::Number(number))
            }
            Fast::Flag => quick::flag(text.as_bytes()).map(Cell::Boolean),
            Fast::Symbol => {
                let (reader, symbols) = &mut *self.symbols.try_borrow_mut().ok()?;
                if let Some(code) = symbols.get(text) {
                    return Some(Cell::Symbol(code));
                }
                match reader.read(&Raw::Text(text)) {
                    Ok(Cell::Symbol(code)) => {
                        symbols.insert(text, code);
                        Some(Cell::Symbol(code))
                    }
                    _ => None,
                }
            }
        }
    }
}

#[cfg(feature = "parquet")]
pub(in crate::data) use in_columns::{has_plain_keys, parquet};

#[cfg(feature = "parquet")]
mod in_columns {
    use super::super::Request;
    use super::super::parquet::ParquetFile;
    use super::super::plan::Plan;
    use super::super::take::Taker;
    use crate::data::binding::{Binding, Place};
    use crate::data::table::TableBuilder;
    use crate::data::{load, parts};
    use crate::program::{FieldId, TableId, Type, Unit};
    use crate::threads;
    use std::sync::Mutex;
    use std::sync::PoisonError;

    /// True if the keys of rows can be told from cells that were read, or rows have none.
    pub(in crate::data) fn has_plain_keys(builder: &TableBuilder<'_>) -> bool {
        let key = builder.table.key.and_then(|key| builder.table.fields.get(key.index()));
        key.is_none_or(|field| match field.ty {
            Type::Text => true,
            Type::Number(unit) => unit != Unit::Ratio,
            _ => false,
        }) && !builder.makes_up_keys()
    }

    /// Reads a Parquet file.
    pub(in crate::data) fn parquet(builder: &mut TableBuilder<'_>, place: &Place) {
        let about = builder.about();
        let binding = Binding {
            time_zone: about.zone,
            strict: false,
            profile: None,
            directory: Place::default(),
            tables: Vec::new(),
        };
        let fields: Vec<FieldId> = (0u32..).map(FieldId).take(about.table.fields.len()).collect();
        let request = Request {
            program: about.program,
            table: TableId(0),
            binding: &binding,
            fields: &fields,
            dates: None,
            owners: None,
            above: None,
            rejects: false,
        };
        let plan = Plan::held(request, about, builder.files.clone());
        let Some(file) = ParquetFile::open(builder, &plan, place) else { return };
        let (mut groups, trouble) = (0..file.groups(), Mutex::new(Vec::new()));
        let read = |builder: &mut TableBuilder<'_>, taker: &mut Taker<'_>, group: usize| {
            if let Err(problem) = file.hold(group, taker, builder) {
                trouble.lock().unwrap_or_else(PoisonError::into_inner).push((group, problem));
            }
        };
        let threads = threads::all().min(file.groups());
        parts::read(builder, threads, || groups.next(), || Taker::new(&plan), read);
        let trouble = trouble.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, problem)) = trouble.into_iter().min() {
            builder.errors.push(load::broken_parquet(&place.shown, &problem));
        }
    }
}
