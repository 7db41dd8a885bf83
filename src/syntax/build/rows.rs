//! Rows of thresholds, grades and partitions, and the steps of a scale.

use super::{Builder, Node};
use crate::ast::{CompareOp, Expr, Name, Row, RowTest, RowTestKind, Scale, Thresholds};
use crate::syntax::grammar::Rule;
use crate::syntax::words::Place;

impl Builder<'_> {
    /// `thresholds for smb { … }` and `grades { … }`
    pub(super) fn table_of_rows(&mut self, node: Node<'_>) -> Thresholds {
        let span = self.span(&node);
        let mut table = Thresholds { segment: None, rows: Vec::new(), span };
        let mut kids = self.kids(node);
        table.segment = kids.take(Rule::for_segment).map(|kid| self.for_segment(kid));
        if let Some(block) = kids.take(Rule::rows_block) {
            self.block(block, Place::Rows, |me, kid| {
                let row = me.row(kid);
                table.rows.push(row);
            });
        }
        table
    }

    pub(super) fn for_segment(&mut self, node: Node<'_>) -> Name {
        let mut kids = self.kids(node);
        self.next_name(&mut kids)
    }

    pub(super) fn row(&mut self, node: Node<'_>) -> Row {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let name = self.next_name(&mut kids);
        let test = match kids.take(Rule::row_test) {
            Some(kid) => self.row_test(kid),
            None => RowTest { kind: RowTestKind::Otherwise, span },
        };
        let points = kids.take(Rule::bound).map(|kid| self.expr(kid));
        Row { name, test, points, span }
    }

    fn row_test(&mut self, node: Node<'_>) -> RowTest {
        let span = self.span(&node);
        let Some(kid) = node.into_inner().next() else {
            self.broken = true;
            return RowTest { kind: RowTestKind::Otherwise, span };
        };
        let rule = kid.as_rule();
        let mut kids = self.kids(kid);
        let kind = match rule {
            Rule::row_missing => RowTestKind::Missing,
            Rule::row_when => RowTestKind::When(self.next_expr(&mut kids, span)),
            Rule::row_in => match kids.take(Rule::list) {
                Some(list) => RowTestKind::In(self.list(list)),
                None => RowTestKind::In(Vec::new()),
            },
            Rule::row_compare => {
                let op = kids.take(Rule::compare).map_or(CompareOp::Equal, |kid| self.compare_op(&kid));
                RowTestKind::Compare(op, self.next_expr(&mut kids, span))
            }
            Rule::row_between => {
                let low = self.next_expr(&mut kids, span);
                RowTestKind::Between(low, self.next_expr(&mut kids, span))
            }
            _ => RowTestKind::Otherwise,
        };
        RowTest { kind, span }
    }

    /// `scale for smb 0 -> 0, 3 -> 100`
    pub(super) fn scale(&mut self, node: Node<'_>) -> Scale {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let segment = kids.take(Rule::for_segment).map(|kid| self.for_segment(kid));
        let mut points: Vec<(Expr, Expr)> = Vec::new();
        while let Some(step) = kids.take(Rule::scale_point) {
            let mut inner = self.kids(step);
            let value = self.next_expr(&mut inner, span);
            points.push((value, self.next_expr(&mut inner, span)));
        }
        Scale { segment, points, span }
    }
}
