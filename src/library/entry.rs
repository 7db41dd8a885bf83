//! One definition of the package: its text, and what the comment above it says.

use crate::ast::{Item, ItemKind};
use crate::source::Source;

/// A definition, with what people read about it.
#[derive(Debug)]
pub struct Definition {
    /// The declaration.
    pub item: Item,
    /// The file that it stands in.
    pub file: String,
    /// Its text as written, with the comment above.
    pub text: String,
    /// What it means.
    pub meaning: String,
    /// Calls, each with what it gives.
    pub examples: Vec<Example>,
    qualified: String,
}

/// `# example: std.roi(300k USD, 114k USD) is 163.2%`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The call.
    pub call: String,
    /// What it gives, as it is shown.
    pub gives: String,
}

impl Definition {
    pub(super) fn new(item: Item, source: &Source) -> Definition {
        let doc = item.doc.clone().unwrap_or_default();
        let (examples, prose): (Vec<&str>, Vec<&str>) = doc.lines().partition(|line| example(line).is_some());
        let (above, _) = source.line_column(item.span.start);
        let height = doc.lines().count();
        let first = source.line_range(above.saturating_sub(height)).start;
        Definition {
            meaning: prose.join(" ").split_whitespace().collect::<Vec<_>>().join(" "),
            examples: examples.into_iter().filter_map(example).collect(),
            text: source.text.get(first..item.span.end as usize).unwrap_or("").to_string(),
            file: source.name.clone(),
            qualified: format!("{}.{}", super::NAME, item.name.text),
            item,
        }
    }

    /// Its name, without that of the package.
    pub fn name(&self) -> &str {
        &self.item.name.text
    }

    /// Its name as it is called: `std.roi`.
    pub fn qualified(&self) -> &str {
        &self.qualified
    }

    /// How it is called: `std.roi(benefit: money, cost: money)`.
    pub fn signature(&self, source: &Source) -> String {
        let ItemKind::Define(define) = &self.item.kind else { return String::new() };
        let text = |span: crate::span::Span| source.text.get(span.start as usize..span.end as usize).unwrap_or("");
        let parameters: Vec<String> =
            define.parameters.iter().map(|p| format!("{}: {}", p.name.text, text(p.ty.span))).collect();
        format!("{}({})", self.qualified, parameters.join(", "))
    }
}

/// What an example line says.
fn example(line: &str) -> Option<Example> {
    let (call, gives) = line.trim().strip_prefix("example:")?.rsplit_once(" is ")?;
    Some(Example { call: call.trim().to_string(), gives: gives.trim().to_string() })
}
