//! Which columns are read, in which order, and how the plain cells of each are written.

use super::Request;
use super::quick::Clock;
use crate::data::account::About;
use crate::data::cells::{Cell, CellReader, Raw};
use crate::data::literals::{self, Spellings};
use crate::data::settings::{ColumnBinding, Percent};
use crate::data::{RejectReason, TableBinding};
use crate::number::Decimal;
use crate::program::{Field, FieldId, Table, Type, Unit};
use chrono_tz::Tz;
use std::sync::Arc;

/// What is read of a table, and how.
pub(super) struct Plan<'a> {
    pub(super) request: Request<'a>,
    pub(super) about: About<'a>,
    /// The files, as a person knows them.
    pub(super) files: Vec<String>,
    /// The columns that are read, in the order in which the cells of a row are looked at.
    pub(super) wanted: Vec<Wanted<'a>>,
    /// The types of the columns that are asked for.
    pub(super) lanes: Vec<Type>,
    /// The texts that columns which are asked for are compared with.
    pub(super) spellings: Vec<(usize, Spellings)>,
    /// The column that names the owner.
    pub(super) parent: Option<usize>,
    /// What becomes of rows whose owner does not exist.
    pub(super) orphan: RejectReason,
}

/// A column that is read.
pub(super) struct Wanted<'a> {
    pub(super) index: usize,
    pub(super) field: &'a Field,
    pub(super) bound: &'a ColumnBinding,
    pub(super) reader: CellReader,
    pub(super) fast: Fast,
    /// Where its cells go, if it is asked for.
    pub(super) lane: Option<usize>,
    /// Names the owner.
    pub(super) parent: bool,
    /// Says when.
    pub(super) at: bool,
    /// Blank cells are nothing to speak of.
    pub(super) expected: bool,
    /// A blank cell means nothing, and its row is kept.
    pub(super) plain_blank: bool,
    /// Which of the columns that are read names the currency of its amounts.
    pub(super) currency: Option<usize>,
    /// Names the currency of amounts.
    pub(super) names_currency: bool,
    /// Its table is held: what is to be said of its cells is found out when all are there.
    pub(super) held: bool,
}

/// How plain cells of a column are read without the careful readers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fast {
    /// Not at all.
    Slow,
    /// The key of the owner.
    Owner,
    /// A text.
    Text,
    /// A date or a time.
    Date(Zones),
    /// A number.
    Number(Bounds),
    /// Yes or no.
    Flag,
    /// A value of a list.
    Symbol,
}

/// Whether times with and without a zone are those of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zones {
    zoned: bool,
    naive: bool,
}

impl Zones {
    /// True if a time says when it is without a look at zones.
    #[inline]
    pub(super) fn tell(self, clock: Clock) -> bool {
        match clock {
            Clock::None => true,
            Clock::Utc => self.zoned,
            Clock::Naive => self.naive,
        }
    }
}

/// What numbers a column takes, in billionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    integer: bool,
    low: i64,
    high: i64,
}

impl Bounds {
    /// The bounds of a column, as far as 64 bits go.
    fn of(field: &Field) -> Bounds {
        let clamp = |n: Decimal| i64::try_from(n.raw()).unwrap_or(if n.is_negative() { i64::MIN } else { i64::MAX });
        let (low, high) = (field.low.map_or(i64::MIN, clamp), field.high.map_or(i64::MAX, clamp));
        Bounds { integer: field.integer, low, high }
    }

    /// True if the column takes a number.
    #[inline]
    pub(super) fn hold(self, billionths: i64) -> bool {
        (self.low..=self.high).contains(&billionths) && (!self.integer || billionths % 1_000_000_000 == 0)
    }
}

impl<'a> Plan<'a> {
    /// For a request; `files` are those of the table.
    pub(super) fn new(request: Request<'a>, table: &'a Table, bound: &'a TableBinding, files: Vec<String>) -> Plan<'a> {
        let Request { program, binding, .. } = request;
        let about =
            About { program, table, binding: bound, profile: binding.profile.as_deref(), zone: binding.time_zone };
        let parent = table.kind.owner().map(|(_, parent)| parent.index());
        let at = table.kind.at().map(FieldId::index);
        let asked = |i: usize| request.fields.iter().position(|field| field.index() == i);
        let ranged = |field: &Field| field.low.is_some() || field.high.is_some();
        let mut needed: Vec<bool> = (0..)
            .zip(&table.fields)
            .map(|(i, field)| {
                binding.strict || asked(i).is_some() || parent == Some(i) || at == Some(i) || ranged(field)
            })
            .collect();
        let currencies: Vec<usize> = needed
            .iter()
            .zip(&table.fields)
            .filter(|(needed, _)| **needed)
            .filter_map(|(_, field)| field.currency.map(FieldId::index))
            .collect();
        for i in &currencies {
            if let Some(needed) = needed.get_mut(*i) {
                *needed = true;
            }
        }
        let mut order: Vec<usize> = Vec::new();
        for i in parent.into_iter().chain(at).chain(currencies.clone()).chain(0..table.fields.len()) {
            if !order.contains(&i) && needed.get(i) == Some(&true) {
                order.push(i);
            }
        }
        let wanted = order.iter().filter_map(|i| {
            let (field, bound) = (table.fields.get(*i)?, bound.columns.get(*i).unwrap_or(&NOTHING));
            let mut reader = CellReader::new(program, field, bound, binding.time_zone);
            let decides = parent == Some(*i) || at == Some(*i);
            let plain_blank = !decides && reader.read(&Raw::Text("")) == Ok(Cell::Blank);
            let names_currency = currencies.contains(i);
            Some(Wanted {
                index: *i,
                field,
                bound,
                fast: if names_currency {
                    Fast::Slow
                } else {
                    fast(field, bound, &reader, binding.time_zone, parent == Some(*i))
                },
                reader,
                lane: asked(*i),
                parent: parent == Some(*i),
                at: at == Some(*i),
                expected: field.optional || field.merged || field.parent,
                plain_blank,
                currency: field.currency.and_then(|code| order.iter().position(|i| *i == code.index())),
                names_currency,
                held: false,
            })
        });
        let wanted = wanted.collect();
        let lanes = request.fields.iter().map(|id| table.fields.get(id.index()).map_or(Type::Unknown, |f| f.ty));
        let of = table.kind.owner().map(|(of, _)| of);
        let orphan = if of == program.subject { RejectReason::UnknownAccount } else { RejectReason::UnknownOwner };
        let spellings = literals::spellings(program, request.table).into_iter();
        let spellings = spellings.filter_map(|s| Some((asked(s.field.index())?, s))).collect();
        Plan { request, about, files, wanted, lanes: lanes.collect(), spellings, parent, orphan }
    }

    /// For a table that is held, all columns of which are read; what decides about a row as a whole may not be blank.
    pub(super) fn held(request: Request<'a>, about: About<'a>, files: Vec<String>) -> Plan<'a> {
        let About { program, table, binding, zone, .. } = about;
        let kind = &table.kind;
        let decide = [table.key, kind.owner().map(|(_, parent)| parent), kind.at().or(kind.since())];
        let currencies: Vec<FieldId> = table.fields.iter().filter_map(|field| field.currency).collect();
        let wanted = (0u32..).map(FieldId).zip(&table.fields).map(|(id, field)| {
            let bound = binding.columns.get(id.index()).unwrap_or(&NOTHING);
            let mut reader = CellReader::new(program, field, bound, zone);
            let at = decide.contains(&Some(id));
            let currency = field.currency.map(FieldId::index);
            let names_currency = currencies.contains(&id);
            Wanted {
                index: id.index(),
                field,
                bound,
                fast: match names_currency || currency.is_some() {
                    true => Fast::Slow,
                    false => fast(field, bound, &reader, zone, false),
                },
                plain_blank: !at && reader.read(&Raw::Text("")) == Ok(Cell::Blank),
                reader,
                lane: Some(id.index()),
                parent: false,
                at,
                expected: true,
                currency,
                names_currency,
                held: true,
            }
        });
        Plan {
            request,
            about,
            files,
            wanted: wanted.collect(),
            lanes: table.fields.iter().map(|field| field.ty).collect(),
            spellings: Vec::new(),
            parent: None,
            orphan: RejectReason::UnknownOwner,
        }
    }

    /// The account that a row with this key is about, if rows of this table are about accounts.
    pub(super) fn account(&self, key: Option<&Arc<str>>) -> Option<String> {
        let of = self.about.table.kind.owner().map(|(of, _)| of);
        key.filter(|_| of.is_some() && of == self.request.program.subject).map(|key| key.to_string())
    }
}

pub(super) static NOTHING: ColumnBinding = ColumnBinding::NOTHING;

/// How cells of a column are read that are written plainly.
pub(super) fn fast(field: &Field, bound: &ColumnBinding, reader: &CellReader, project: Tz, parent: bool) -> Fast {
    let options = &bound.options;
    match field.ty {
        _ if parent => Fast::Owner,
        Type::Text | Type::Unknown => Fast::Text,
        Type::Enum(_) => Fast::Symbol,
        Type::Boolean if bound.yes.is_empty() && bound.no.is_empty() => Fast::Flag,
        Type::Date | Type::Instant if options.date_format.as_ref().is_none_or(Vec::is_empty) => {
            let utc = project == Tz::UTC;
            Fast::Date(Zones { zoned: utc, naive: utc && options.time_zone == Some(Tz::UTC) })
        }
        Type::Number(unit) if !reader.guesses_percent() => {
            let point = match (&options.decimal_mark, &options.thousands_mark) {
                (Some(mark), _) => mark.value == '.',
                (None, Some(mark)) => mark.value != Some('.'),
                (None, None) => true,
            };
            let shifted = match options.percent {
                Some(Percent::Text) => true,
                Some(Percent::Number) => unit == Unit::Ratio,
                Some(Percent::Ratio) | None => false,
            };
            if !point || shifted {
                return Fast::Slow;
            }
            Fast::Number(Bounds::of(field))
        }
        _ => Fast::Slow,
    }
}
