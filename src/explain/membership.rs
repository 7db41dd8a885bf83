//! Why an account is in a segment or not, and why it is in the part of a partition that it is in.

use super::conditions::{condition, operand};
use super::human::clauses;
use super::words::{self, Words};
use super::{Case, Condition, Operand};
use crate::program::{PartTest, Partition, PartitionId, Segment, SegmentId};
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table};
use serde::Serialize;

/// A segment or a partition, seen from an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MembershipWhy {
    /// Its name.
    pub name: String,
    /// `segment` or `partition`.
    pub kind: &'static str,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Of a segment: the account is in it; `null` if that is unknown.
    pub member: Option<bool>,
    /// Of a partition: the part; `null` if that is unknown.
    pub part: Option<String>,
    /// Of a segment: its condition, clause by clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Of a partition: what it goes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Operand>,
    /// Of a partition: its parts; the first that passes is taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartWhy>,
    /// Where it is declared.
    pub position: String,
}

/// A part of a partition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartWhy {
    /// Its name.
    pub name: String,
    /// Its test, as written.
    pub test: String,
    /// The account is in it.
    pub taken: bool,
    /// Its test, clause by clause, where it is a condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

/// A segment.
pub(super) fn segment(case: Case, id: SegmentId, segment: &Segment) -> MembershipWhy {
    MembershipWhy {
        name: segment.header.name.clone(),
        kind: "segment",
        label: segment.header.label.clone(),
        doc: segment.header.doc.clone(),
        member: case.account.segments.get(id.index()).copied().flatten(),
        part: None,
        condition: Some(condition(case, &segment.condition)),
        by: None,
        parts: Vec::new(),
        position: case.sources.position(segment.header.span),
    }
}

/// A partition.
pub(super) fn partition(case: Case, id: PartitionId, partition: &Partition) -> MembershipWhy {
    let taken = case.account.parts.get(id.index()).copied().flatten();
    let by = partition.by.as_ref();
    let part = |(place, part): (u32, &crate::program::Part)| PartWhy {
        name: part.name.clone(),
        test: match (&part.test, by) {
            (PartTest::By(test), Some(by)) => words::band_test(case.program, by.ty, test),
            (PartTest::By(test), None) => words::band_test(case.program, crate::program::Type::PLAIN, test),
            (PartTest::Condition(when), _) => Words::new(case.program).expr(when),
        },
        taken: taken == Some(place),
        condition: match &part.test {
            PartTest::Condition(when) => Some(condition(case, when)),
            PartTest::By(_) => None,
        },
    };
    let parts: Vec<PartWhy> = (0u32..).zip(&partition.parts).map(part).collect();
    MembershipWhy {
        name: partition.header.name.clone(),
        kind: "partition",
        label: partition.header.label.clone(),
        doc: partition.header.doc.clone(),
        member: None,
        part: parts.iter().find(|part| part.taken).map(|part| part.name.clone()),
        condition: None,
        by: by.map(|by| operand(case, by)),
        parts,
        position: case.sources.position(partition.header.span),
    }
}

impl MembershipWhy {
    /// `yes`, `no` or `unknown` of a segment, the part of a partition.
    pub(super) fn verdict(&self) -> &str {
        match (self.kind, self.member) {
            ("segment", Some(true)) => "yes",
            ("segment", Some(false)) => "no",
            _ => self.part.as_deref().unwrap_or("unknown"),
        }
    }

    /// Clauses with their values, one per line; the part that was taken is marked.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new(vec![Column::words("clause"), Column::words("holds"), Column::words("with values")]);
        if let Some(condition) = &self.condition {
            clauses(condition, "means", 0, &mut table);
        }
        if let Some(by) = &self.by {
            let value = by.value.missing.map_or_else(|| by.value.shown.clone(), |why| format!("missing ({why})"));
            table.row(vec![Cell::toned("by", Tone::Dim), "".into(), format!("{} is {value}", by.text).into()]);
        }
        for part in &self.parts {
            let tone = if part.taken { Tone::Strong } else { Tone::Plain };
            match &part.condition {
                Some(condition) if part.test != "otherwise" => clauses(condition, &part.name, 0, &mut table),
                _ => {
                    let mark = if part.taken { "  <- here" } else { "" };
                    let text = Cell::toned(format!("{}{mark}", part.test), tone);
                    table.row(vec![Cell::toned(part.name.as_str(), Tone::Dim), "".into(), text]);
                }
            }
        }
        table
    }
}
