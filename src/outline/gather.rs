//! Gathering the entries of an outline: declarations from the text, types from the program, then what each reads.

use super::types::{one_of, type_words};
use super::{Entry, Kind, Outline, Reference};
use crate::ast::{self, Item, ItemKind, Name, Row, Thresholds, TypeExprKind};
use crate::builtins::CATALOGUE;
use crate::diagnostics::Diagnostics;
use crate::library::library;
use crate::program::{Program, Type};
use crate::resolve::reads::{Read, Reader};
use crate::resolve::{self, Symbol};
use crate::source::Sources;
use crate::span::Span;
use std::collections::HashMap;

/// The outline of files that have been parsed.
pub(super) fn outline(files: &[ast::File], sources: &Sources, program: Option<&Program>) -> Outline {
    let mut unheard = Diagnostics::new();
    let merged = resolve::extend::merged(files, &mut unheard);
    let symbols = resolve::resolve(&merged.files, &mut unheard);
    let mut gather = Gather { sources, program, entries: Vec::new() };
    let mut items: Vec<(&Item, usize)> = Vec::new();
    for file in merged.files.iter() {
        for item in &file.items {
            items.push((item, gather.entries.len()));
            gather.item(item, file.package.as_ref().map(|p| p.name.to_string()));
        }
    }
    gather.built_in();
    let mut entries = gather.entries;
    let places = Places::new(&entries);
    let reader = Reader::new(&symbols);
    for (item, place) in &items {
        let found = reader.of(item);
        let mut reads: Vec<Reference> = found
            .into_iter()
            .filter_map(|(read, place)| {
                let entry = match read {
                    Read::Symbol(Symbol::Part(partition, part)) => {
                        let partition = symbols.partitions.get(partition)?;
                        let ItemKind::Partition(ast::Partition { parts, .. }) = &partition.kind else { return None };
                        places.member(places.declaration(&partition.name)?, &parts.get(part)?.name.text)?
                    }
                    Read::Symbol(symbol) => places.declaration(&symbols.item(symbol)?.name)?,
                    Read::Library(name) => *places.top.get(name)?,
                    Read::Column(table, column) => {
                        places.member(places.declaration(&symbols.tables.get(table)?.name)?, column)?
                    }
                };
                Some(Reference { entry, place })
            })
            .collect();
        reads.sort_by_key(|read| read.place);
        reads.dedup();
        for read in &reads {
            if let Some(entry) = entries.get_mut(read.entry).filter(|_| read.entry != *place) {
                entry.read_by.push(Reference { entry: *place, place: read.place });
            }
        }
        if let Some(entry) = entries.get_mut(*place) {
            entry.reads = reads;
        }
    }
    finished(entries)
}

/// Where entries stand, by name.
struct Places {
    /// Declarations by the source and place of their name.
    spans: HashMap<(u16, u32), usize>,
    /// Declarations and what is built in, by name.
    top: HashMap<String, usize>,
    /// What belongs to a declaration.
    members: HashMap<(usize, String), usize>,
}

impl Places {
    fn new(entries: &[Entry]) -> Places {
        let mut places = Places { spans: HashMap::new(), top: HashMap::new(), members: HashMap::new() };
        for (i, entry) in entries.iter().enumerate() {
            match entry.inside {
                None => {
                    places.top.entry(entry.name.clone()).or_insert(i);
                    if let Some(place) = entry.place {
                        places.spans.insert((place.source, place.start), i);
                    }
                }
                Some(owner) => {
                    places.members.entry((owner, entry.name.clone())).or_insert(i);
                }
            }
        }
        places
    }

    fn declaration(&self, name: &Name) -> Option<usize> {
        self.spans.get(&(name.span.source, name.span.start)).or_else(|| self.top.get(&name.text)).copied()
    }

    fn member(&self, owner: usize, name: &str) -> Option<usize> {
        self.members.get(&(owner, name.to_string())).copied()
    }
}

/// How soon a kind is meant by a bare word.
fn rank(entry: &Entry, subject: Option<usize>) -> u8 {
    match entry.kind {
        Kind::Column if entry.inside == subject => 0,
        Kind::Part => 2,
        Kind::Column => 3,
        Kind::Function => 4,
        Kind::Band | Kind::Grade => 5,
        Kind::Value => 6,
        Kind::Test | Kind::Fixture => 7,
        // `std` is called by its full name anyway.
        _ if entry.place.is_none() => 4,
        _ => 1,
    }
}

fn finished(entries: Vec<Entry>) -> Outline {
    let mut outline = Outline { entries, by_name: HashMap::new() };
    let subject = outline.subject().and_then(|s| outline.entries.iter().position(|e| std::ptr::eq(e, s)));
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (i, entry) in outline.entries.iter().enumerate() {
        by_name.entry(entry.name.clone()).or_default().push(i);
        if entry.inside.is_some() {
            by_name.entry(outline.qualified(entry)).or_default().push(i);
        }
    }
    for list in by_name.values_mut() {
        list.sort_by_key(|i| (outline.entry(*i).map_or(u8::MAX, |e| rank(e, subject)), *i));
    }
    outline.by_name = by_name;
    outline
}

struct Gather<'a> {
    sources: &'a Sources,
    program: Option<&'a Program>,
    entries: Vec<Entry>,
}

impl Gather<'_> {
    fn push(&mut self, entry: Entry) -> usize {
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// The text of a place, on one line.
    fn text(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn item(&mut self, item: &Item, package: Option<String>) {
        let kind = match &item.kind {
            ItemKind::Objective(_) => Kind::Objective,
            ItemKind::Table(_) => Kind::Table,
            ItemKind::Events(_) => Kind::Events,
            ItemKind::Rates(_) => Kind::Rates,
            ItemKind::Attribution(_) => Kind::Attribution,
            ItemKind::Param(_) => Kind::Param,
            ItemKind::Segment(_) => Kind::Segment,
            ItemKind::Partition(_) => Kind::Partition,
            ItemKind::Define(_) => Kind::Definition,
            ItemKind::Metric(_) => Kind::Metric,
            ItemKind::Portfolio(_) => Kind::Portfolio,
            ItemKind::Benchmark(_) => Kind::Benchmark,
            ItemKind::RowMetric(_) => Kind::RowMetric,
            ItemKind::Scorecard(_) => Kind::Scorecard,
            ItemKind::Rule(_) => Kind::Rule,
            ItemKind::PortfolioRule(_) => Kind::PortfolioRule,
            ItemKind::RowRule(_) => Kind::RowRule,
            ItemKind::Guard(_) => Kind::Guard,
            ItemKind::Playbook(_) => Kind::Playbook,
            ItemKind::Calendar(_) => Kind::Calendar,
            ItemKind::Test(_) => Kind::Test,
            ItemKind::Fixture(_) => Kind::Fixture,
        };
        let place = self.push(Entry {
            name: item.name.text.clone(),
            kind,
            inside: None,
            ty: self.type_of(item),
            label: item.label.as_ref().map(|label| label.text.clone()),
            doc: item.doc.clone(),
            notes: item.meta.iter().map(|meta| self.text(meta.span)).collect(),
            place: Some(item.name.span),
            whole: Some(item.span),
            package,
            reads: Vec::new(),
            read_by: Vec::new(),
        });
        match &item.kind {
            ItemKind::Table(ast::Table { fields, .. })
            | ItemKind::Events(ast::Events { fields, .. })
            | ItemKind::Rates(ast::Rates { fields, .. }) => self.columns(item, place, fields),
            ItemKind::Attribution(_) => self.columns(item, place, &[]),
            ItemKind::Partition(partition) => self.rows(place, Kind::Part, &partition.parts),
            ItemKind::Metric(metric) | ItemKind::Portfolio(metric) => {
                self.tables(place, Kind::Band, &metric.thresholds);
            }
            ItemKind::RowMetric(row) => self.tables(place, Kind::Band, &row.metric.thresholds),
            ItemKind::Scorecard(card) => self.tables(place, Kind::Grade, &card.grades),
            _ => {}
        }
    }

    /// The type of a declaration, as far as it is known.
    fn type_of(&self, item: &Item) -> Option<String> {
        let name = &item.name.text;
        if let ItemKind::Define(define) = &item.kind {
            let parameter = |p: &ast::Parameter| format!("{}: {}", p.name.text, self.text(p.ty.span));
            let parameters: Vec<String> = define.parameters.iter().map(parameter).collect();
            return Some(format!("{name}({})", parameters.join(", ")));
        }
        if let ItemKind::Segment(_) = &item.kind {
            return Some(Type::Boolean.to_string());
        }
        if let ItemKind::Partition(partition) = &item.kind {
            return Some(one_of(partition.parts.iter().map(|part| part.name.text.as_str())));
        }
        let program = self.program?;
        let ty = match &item.kind {
            ItemKind::Param(_) => program.params.iter().find(|p| p.header.name == *name)?.ty,
            ItemKind::Metric(_) => program.metrics.iter().find(|m| m.header.name == *name)?.value.ty,
            ItemKind::Portfolio(_) => program.portfolio.iter().find(|m| m.header.name == *name)?.value.ty,
            ItemKind::RowMetric(_) => program.row_metrics.iter().find(|m| m.header.name == *name)?.value.ty,
            ItemKind::Benchmark(_) => program.benchmarks.iter().find(|b| b.header.name == *name)?.of.ty,
            ItemKind::Scorecard(_) => {
                Type::Number(program.scorecards.iter().find(|s| s.header.name == *name)?.combine.unit())
            }
            _ => return None,
        };
        Some(type_words(program, ty))
    }

    fn columns(&mut self, item: &Item, owner: usize, fields: &[ast::Field]) {
        let typed = self.program.and_then(|p| p.tables.iter().find(|t| t.header.name == item.name.text));
        for field in fields {
            let known = typed.and_then(|t| t.fields.iter().find(|f| f.name == field.name.text));
            let ty = match (self.program, known) {
                (Some(_), Some(known)) if known.integer && known.ty == Type::PLAIN => "a whole number".to_string(),
                (Some(program), Some(known)) => type_words(program, known.ty),
                _ => self.text(field.ty.span),
            };
            let mut notes: Vec<String> = field.range.iter().map(|range| self.text(range.span)).collect();
            notes.extend(field.attributes.iter().map(|attribute| self.text(attribute.span)));
            let place = self.push(Entry {
                ty: Some(ty),
                doc: field.doc.clone(),
                notes,
                whole: Some(field.span),
                ..member(&field.name, Kind::Column, owner)
            });
            if let TypeExprKind::OneOf(values) = &field.ty.kind {
                for value in values {
                    self.push(member(value, Kind::Value, place));
                }
            }
        }
        // Columns that nobody wrote: whose row it is, when it happened, what credit adds.
        let (Some(program), Some(typed)) = (self.program, typed) else { return };
        for field in typed.fields.iter().filter(|f| fields.iter().all(|own| own.name.text != f.name)) {
            let name = Name { text: field.name.clone(), span: item.name.span };
            let ty = Some(type_words(program, field.ty));
            self.push(Entry { ty, place: None, ..member(&name, Kind::Column, owner) });
        }
    }

    fn tables(&mut self, owner: usize, kind: Kind, tables: &[Thresholds]) {
        // The general table says what people think of as "the bands"; those of segments may add some.
        let general = tables.iter().filter(|t| t.segment.is_none());
        let own = tables.iter().filter(|t| t.segment.is_some());
        let mut seen: Vec<&str> = Vec::new();
        for row in general.chain(own).flat_map(|t| &t.rows) {
            if !seen.contains(&row.name.text.as_str()) {
                seen.push(&row.name.text);
                self.rows(owner, kind, std::slice::from_ref(row));
            }
        }
    }

    fn rows(&mut self, owner: usize, kind: Kind, rows: &[Row]) {
        for row in rows {
            let note = self.text(row.test.span);
            let points = row.points.iter().map(|points| format!("-> {}", self.text(points.span)));
            let notes = std::iter::once(note).chain(points).collect();
            self.push(Entry { notes, whole: Some(row.span), ..member(&row.name, kind, owner) });
        }
    }

    fn built_in(&mut self) {
        let entry = |name: &str, kind, ty: String, doc: String, package: Option<String>| Entry {
            name: name.to_string(),
            kind,
            inside: None,
            ty: Some(ty),
            label: None,
            doc: Some(doc),
            notes: Vec::new(),
            place: None,
            whole: None,
            package,
            reads: Vec::new(),
            read_by: Vec::new(),
        };
        for definition in library().definitions() {
            let source = library().sources().iter().find(|source| source.name == definition.file);
            let signature = source.map_or_else(String::new, |source| definition.signature(source));
            let package = Some(crate::library::NAME.to_string());
            let examples = definition.examples.iter().map(|e| format!("{} is {}", e.call, e.gives)).collect();
            self.push(Entry {
                notes: examples,
                whole: Some(definition.item.span),
                ..entry(definition.qualified(), Kind::Definition, signature, definition.meaning.clone(), package)
            });
        }
        for function in CATALOGUE {
            let mut notes = vec![function.units.to_string(), format!("missing: {}", function.missing)];
            notes.push(format!("{} is {}", function.example, function.gives));
            let (signature, meaning) = (function.signature.to_string(), function.meaning.to_string());
            self.push(Entry { notes, ..entry(function.name, Kind::Function, signature, meaning, None) });
        }
    }
}

/// Something that belongs to a declaration.
fn member(name: &Name, kind: Kind, owner: usize) -> Entry {
    Entry {
        name: name.text.clone(),
        kind,
        inside: Some(owner),
        ty: None,
        label: None,
        doc: None,
        notes: Vec::new(),
        place: Some(name.span),
        whole: Some(name.span),
        package: None,
        reads: Vec::new(),
        read_by: Vec::new(),
    }
}
