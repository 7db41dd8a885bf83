//! SARIF 2.1.0, the static analysis format of OASIS, as code scanning reads it.
//!
//! Columns count characters (`columnKind` says so), ends are one past the last, as the format wants it. Further places are
//! `relatedLocations`, edits are `fixes`. The pages of all kinds that were found come along as help. Message texts are
//! plain: braces and brackets stand for themselves, since no message has arguments or links.

use super::fingerprint::Fingerprints;
use super::json::escape;
use super::words::one_line;
use super::{Place, allowed_too};
use crate::diagnostics::{Allowed, Code, Diagnostic, Fix, Severity};
use crate::source::Sources;
use crate::span::Span;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The findings as one log with one run.
pub fn sarif(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let list = allowed_too(diagnostics);
    let mut codes: Vec<Code> = list.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let mut fingerprints = Fingerprints::default();
    let results: Vec<Value> = list
        .iter()
        .map(|diagnostic| {
            let index = codes.binary_search(&diagnostic.code).unwrap_or_default();
            result(diagnostic, index, &fingerprints.next(diagnostic, sources), sources)
        })
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "laud", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    // Writing plain values to memory cannot fail.
    escape(&serde_json::to_string_pretty(&log).unwrap_or_default())
}

fn rule(code: Code) -> Value {
    let page = code.page().0;
    json!({
        "id": code.number(),
        "name": code.name(),
        "shortDescription": { "text": code.page().summary() },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(diagnostic: &Diagnostic, index: usize, fingerprint: &str, sources: &Sources) -> Value {
    let mut result = Map::new();
    let mut set = |key: &str, value: Value| {
        result.insert(key.to_string(), value);
    };
    set("ruleId", json!(diagnostic.code.number()));
    set("ruleIndex", json!(index));
    set("level", json!(level(diagnostic.severity)));
    set("message", json!({ "text": one_line(diagnostic) }));
    let mut labels = diagnostic.labels.iter();
    if let Some(place) = labels.next().and_then(|first| location(first.span, &first.text, sources)) {
        set("locations", json!([place]));
    }
    let mut related: Vec<Value> = labels.filter_map(|label| location(label.span, &label.text, sources)).collect();
    for (i, place) in related.iter_mut().enumerate() {
        if let Some(place) = place.as_object_mut() {
            place.insert("id".to_string(), json!(i + 1));
        }
    }
    if !related.is_empty() {
        set("relatedLocations", json!(related));
    }
    set("partialFingerprints", json!({ "laudFinding/v1": fingerprint }));
    if let Some(fix) = diagnostic.fix.as_ref().and_then(|fix| changes(fix, sources)) {
        set("fixes", json!([fix]));
    }
    if let Some(witness) = &diagnostic.witness {
        set("properties", json!({ "witness": witness }));
    }
    if let Some(allowed) = &diagnostic.allowed {
        set("suppressions", json!([suppression(allowed)]));
    }
    Value::Object(result)
}

/// Accepted in the source, or by the baseline, which is a file beside it.
fn suppression(allowed: &Allowed) -> Value {
    match allowed {
        Allowed::Here { because, until } => {
            let until = until.map_or(String::new(), |date| format!(" (until {date})"));
            json!({ "kind": "inSource", "status": "accepted", "justification": format!("{because}{until}") })
        }
        Allowed::Baseline => {
            json!({ "kind": "external", "status": "accepted", "justification": "held by the baseline" })
        }
    }
}

fn location(span: Span, text: &str, sources: &Sources) -> Option<Value> {
    let place = Place::of(span, sources)?;
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(place.file), "region": region(span, &place) },
    });
    if let (false, Some(location)) = (text.is_empty(), location.as_object_mut()) {
        location.insert("message".to_string(), json!({ "text": text }));
    }
    Some(location)
}

fn region(span: Span, place: &Place) -> Value {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
        "byteOffset": span.start,
        "byteLength": span.len(),
    })
}

/// A file as a URI: relative ones count from the root of the sources.
fn artifact(file: &str) -> Value {
    let mut uri = String::with_capacity(file.len());
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    if file.starts_with('/') {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
    }
}

/// The edits of a fix, file by file.
fn changes(fix: &Fix, sources: &Sources) -> Option<Value> {
    let mut files: BTreeMap<u16, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let place = Place::of(edit.span, sources)?;
        let replacement =
            json!({ "deletedRegion": region(edit.span, &place), "insertedContent": { "text": edit.text } });
        files.entry(edit.span.source).or_default().push(replacement);
    }
    let changes: Vec<Value> = files
        .into_iter()
        .filter_map(|(id, replacements)| {
            let file = &sources.get(id)?.name;
            Some(json!({ "artifactLocation": artifact(file), "replacements": replacements }))
        })
        .collect();
    (!changes.is_empty()).then(|| json!({ "description": { "text": fix.title }, "artifactChanges": changes }))
}
