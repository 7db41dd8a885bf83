//! Parquet.
use super::binding::Place;
use super::table::TableBuilder;
pub fn read(_b: &mut TableBuilder<'_>, _f: &Place) {}
