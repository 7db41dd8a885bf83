//! Attribution: who is credited with how much of what was won.

use super::header;
use crate::ast;
use crate::program::{Table, TableKind};

/// A place among the tables, until its touches are known.
pub(super) fn no_columns_yet(item: &ast::Item) -> Table {
    Table { header: header(item), kind: TableKind::Rows { as_of: None }, fields: Vec::new(), key: None }
}
