//! From the key in a cell to the row of the table above.

use crate::data::TableData;
use std::collections::HashMap;
use std::sync::Arc;

/// The rows of a table by key, those of keys that were merged away too.
#[derive(Debug, Clone, Default)]
pub struct Owners {
    rows: HashMap<Arc<str>, u32>,
    /// Keys that were merged away, with the key that holds their rows now.
    merged: HashMap<Arc<str>, Arc<str>>,
}

impl Owners {
    /// The rows of a table that was loaded.
    pub fn new(above: &TableData) -> Owners {
        let mut rows = above.by_key.clone();
        for (old, new) in &above.merged {
            if let Some(row) = above.by_key.get(new) {
                rows.insert(Arc::clone(old), *row);
            }
        }
        Owners { rows, merged: above.merged.clone() }
    }

    /// The row that a key belongs to.
    pub fn get(&self, key: &str) -> Option<u32> {
        self.rows.get(key).copied()
    }

    /// The key that holds the rows of one that was merged away.
    pub fn merged_into(&self, key: &str) -> Option<&Arc<str>> {
        self.merged.get(key)
    }
}
