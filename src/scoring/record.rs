//! A record: what is known of one account, by field.

use super::Inner;
use super::cell;
use crate::engine::column::{Cell, Texts};
use crate::number::Decimal;
use crate::program::{self, Type};
use crate::value::{Missing, Value};
use std::fmt;
use std::sync::Arc;

/// A field of a record, found once by name and set as often as needed.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its place in a record; nothing, if the program never reads it.
    place: Option<usize>,
    ty: Type,
    /// The column of the account table.
    column: Option<usize>,
}

impl Field {
    pub(super) fn column(column: usize, field: &program::Field) -> Field {
        Field { place: None, ty: field.ty, column: Some(column) }
    }

    pub(super) fn metric(place: usize, ty: Type) -> Field {
        Field { place: Some(place), ty, column: None }
    }

    pub(super) fn read_at(&mut self, place: usize) {
        self.place = Some(place);
    }

    /// True if the program reads it.
    pub fn is_read(self) -> bool {
        self.place.is_some()
    }

    /// The type.
    pub fn ty(self) -> Type {
        self.ty
    }
}

/// Why a field was not set; it keeps what it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    /// The field as it was named.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.message)
    }
}

impl std::error::Error for RecordError {}

/// What is known of one account. Fields that were never set are missing.
#[derive(Debug, Clone)]
pub struct Record {
    inner: Arc<Inner>,
    cells: Vec<Cell>,
    texts: Arc<Texts>,
    careful: bool,
}

impl Record {
    pub(super) fn new(inner: Arc<Inner>) -> Record {
        let cells = vec![Cell::default(); inner.machine.inputs().len()];
        Record { cells, texts: inner.texts.clone(), careful: false, inner }
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.cells.fill(Cell::default());
        self.texts = self.inner.texts.clone();
        self.careful = false;
    }

    /// Sets a number, in the unit of the field: a ratio of 15 % is 0.15, a duration is a number of days. Ranges are not
    /// looked at; nothing happens where the field is no number.
    #[inline]
    pub fn number(&mut self, field: Field, number: Decimal) {
        if field.ty.is_number() {
            self.put(field, Cell::number(number));
        }
    }

    /// Sets a value of the field's own type, or a missing one; of dates and instants either will do.
    pub fn set(&mut self, field: Field, value: &Value) -> Result<(), RecordError> {
        if !cell::fits(&self.inner.program, field.ty, value) {
            return Err(self.error(field, format!("is {}, not this", field.ty)));
        }
        if matches!(value, Value::Missing(Missing::Error(_))) {
            self.careful = true;
        }
        let cell = match value {
            Value::Text(_) => Cell::of(value, Arc::make_mut(&mut self.texts)),
            other => Cell::of(other, &mut Texts::default()),
        };
        self.put(field, cell);
        Ok(())
    }

    /// Sets a field by name from text, as a file would have it: `0.15`, `yes`, `2026-03-31`, `enterprise`. An empty text is missing.
    pub fn read(&mut self, name: &str, text: &str) -> Result<(), RecordError> {
        let field = self.find(name)?;
        let value = cell::read(&self.inner.program, self.declared(field), field.ty, text);
        self.take(name, field, value)
    }

    /// Sets fields by name from a JSON object. Names that the program does not declare are passed over; all else that is wrong is
    /// told, and the rest is set.
    pub fn read_json(&mut self, object: &serde_json::Map<String, serde_json::Value>) -> Result<(), Vec<RecordError>> {
        let mut errors = Vec::new();
        for (name, value) in object {
            let Ok(field) = self.find(name) else { continue };
            let value = cell::from_json(&self.inner.program, self.declared(field), field.ty, value);
            errors.extend(self.take(name, field, value).err());
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// A field is missing again.
    pub fn clear(&mut self, name: &str) -> Result<(), RecordError> {
        let field = self.find(name)?;
        self.put(field, Cell::default());
        Ok(())
    }

    fn take(&mut self, name: &str, field: Field, value: Result<Value, String>) -> Result<(), RecordError> {
        let value = value.map_err(|message| RecordError { field: name.to_string(), message })?;
        self.set(field, &value)
    }

    fn find(&self, name: &str) -> Result<Field, RecordError> {
        self.inner.fields.get(name).copied().ok_or_else(|| {
            let known = self.inner.fields.keys().map(String::as_str);
            let meant =
                crate::diagnostics::nearest(name, known).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            RecordError { field: name.to_string(), message: format!("is no field of a record{meant}") }
        })
    }

    fn declared(&self, field: Field) -> Option<&program::Field> {
        self.inner.program.subject_table()?.fields.get(field.column?)
    }

    fn error(&self, field: Field, message: String) -> RecordError {
        let named = self.inner.fields.iter().find(|(_, f)| f.place == field.place && f.column == field.column);
        RecordError { field: named.map_or_else(String::new, |(name, _)| name.clone()), message }
    }

    #[inline]
    fn put(&mut self, field: Field, cell: Cell) {
        if let Some(place) = field.place.and_then(|place| self.cells.get_mut(place)) {
            *place = cell;
        }
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn texts(&self) -> &Arc<Texts> {
        &self.texts
    }

    pub(super) fn is_careful(&self) -> bool {
        self.careful
    }
}
