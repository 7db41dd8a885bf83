//! Extensions: what one package changes of another's declarations, worked into them before names are resolved.
//!
//! A declaration of a package is `final` unless it says `tighten only` or `open`. What is added or replaced here is text
//! only; whether it makes a `tighten only` declaration easier takes types and constants, so each such change is noted as a
//! [`Change`] for [`crate::check`] to prove.

mod metric;
mod scorecard;
mod small;

use crate::ast::{AccessKind, File, Item, ItemKind, Line, Local, MissingClause, Name, Scale, Thresholds};
use crate::ast::{Expr, Limit};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::Package;
use crate::span::Span;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The files with all extensions worked in.
#[derive(Debug)]
pub struct Merged<'a> {
    /// The files; those of packages come before those that use them.
    pub files: Cow<'a, [File]>,
    /// What was changed of `tighten only` declarations.
    pub changes: Vec<Change>,
}

/// A change that must not make anything easier.
#[derive(Debug, Clone)]
pub struct Change {
    /// The declaration that is extended.
    pub declaration: String,
    /// The package that it belongs to.
    pub package: String,
    /// The package that has it as it was before.
    pub had: String,
    /// What was before, and what is instead.
    pub part: Part,
    /// Where the new text stands.
    pub span: Span,
    /// Where the old text stands.
    pub before: Span,
}

/// What was changed.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields of a variant are told by the line above it
pub enum Part {
    /// Points of a metric's values.
    Points { before: Points, now: Points },
    /// A scale on a line; without one before, the metric's own points.
    LineScale { line: String, before: Option<Scale>, now: Scale },
    /// Grades by score.
    Grades { before: Option<Thresholds>, now: Thresholds },
    /// The weight of a line.
    Weight { line: String, before: Option<Expr>, now: Expr },
    /// The largest share of a line, or of what others add.
    Most { what: String, before: Option<Expr>, now: Expr },
    /// What happens with missing parts.
    Missing { before: Option<MissingClause>, now: MissingClause },
    /// A cap, beside those that were there.
    Cap { before: Vec<Limit>, now: Limit },
}

/// What gives points to the values of a metric.
#[derive(Debug, Clone)]
pub enum Points {
    /// Rows.
    Thresholds(Thresholds),
    /// A scale.
    Scale(Scale),
}

/// Works all extensions into what they extend.
pub fn merged<'a>(files: &'a [File], diagnostics: &mut Diagnostics) -> Merged<'a> {
    let extends = |item: &Item| item.access.is_some_and(|a| a.kind == AccessKind::Extend);
    let plain = files.iter().all(|f| f.package.is_none() && !f.items.iter().any(extends));
    if plain {
        return Merged { files: Cow::Borrowed(files), changes: Vec::new() };
    }
    let mut ordered: Vec<File> = files.to_vec();
    ordered.sort_by_key(rank);
    let mut extensions: Vec<(Item, Option<Package>)> = Vec::new();
    for file in &mut ordered {
        let package = file.package.clone();
        let (own, others): (Vec<Item>, Vec<Item>) =
            std::mem::take(&mut file.items).into_iter().partition(|i| !extends(i));
        // The tests of a package hold for the package by itself.
        file.items = own
            .into_iter()
            .filter(|i| package.is_none() || !matches!(i.kind, ItemKind::Test(_) | ItemKind::Fixture(_)))
            .collect();
        extensions.extend(others.into_iter().map(|item| (item, package.clone())));
    }
    let mut packages: HashMap<u16, String> = HashMap::new();
    for file in files {
        let (Some(package), Some(item)) = (&file.package, file.items.first()) else { continue };
        packages.insert(item.span.source, package.name.to_string());
    }
    let (places, replaced, changes) = (HashMap::new(), HashMap::new(), Vec::new());
    let mut merge = Merge { places, replaced, changes, packages, diagnostics };
    for (i, file) in ordered.iter().enumerate() {
        for (j, item) in file
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| !matches!(item.kind, ItemKind::Test(_) | ItemKind::Fixture(_)))
        {
            merge.places.entry(item.name.text.clone()).or_insert((i, j));
            merge.misplaced_access(item);
        }
    }
    for (item, package) in extensions {
        merge.extension(item, package.as_ref(), &mut ordered);
    }
    let changes = merge.changes;
    Merged { files: Cow::Owned(ordered), changes }
}

/// Packages before what uses them, the project last.
fn rank(file: &File) -> usize {
    file.package.as_ref().map_or(usize::MAX, |package| package.uses.len())
}

/// The state of merging.
struct Merge<'d> {
    /// The file and item of each name.
    places: HashMap<String, (usize, usize)>,
    /// Who replaced which part of which declaration last, and where.
    replaced: HashMap<(String, String), (Option<Package>, Span)>,
    changes: Vec<Change>,
    /// The package of each source.
    packages: HashMap<u16, String>,
    diagnostics: &'d mut Diagnostics,
}

/// One extension being worked in.
struct Target<'p> {
    /// The declaration.
    name: String,
    /// Where it is declared.
    declared: Span,
    /// The package that declares it.
    owner: String,
    /// Anything goes.
    open: bool,
    /// Who extends it.
    by: Option<&'p Package>,
}

impl Merge<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// `tighten only` wants something that has a direction.
    fn misplaced_access(&mut self, item: &Item) {
        let Some(access) = item.access.filter(|a| a.kind == AccessKind::TightenOnly) else { return };
        let directed = matches!(
            item.kind,
            ItemKind::Metric(_)
                | ItemKind::Portfolio(_)
                | ItemKind::RowMetric(_)
                | ItemKind::Scorecard(_)
                | ItemKind::Rule(_)
                | ItemKind::PortfolioRule(_)
                | ItemKind::RowRule(_)
                | ItemKind::Guard(_)
                | ItemKind::Table(_)
                | ItemKind::Events(_)
                | ItemKind::Rates(_)
        );
        if !directed {
            let word = item.kind.word();
            self.report(
                Diagnostic::new(
                    Code::ExtensionMisplaced,
                    access.span,
                    format!("nobody can tell which way `{}` becomes stricter", item.name.text),
                )
                .label(format!("of {}", one(word)))
                .help("write `final` or `open`; `tighten only` is for tables, metrics, scorecards, rules and guards"),
            );
        }
    }

    fn extension(&mut self, item: Item, by: Option<&Package>, files: &mut [File]) {
        let Some(&(file, place)) = self.places.get(&item.name.text) else {
            return self.nothing_to_extend(&item, by, files);
        };
        let Some(base_file) = files.get_mut(file) else { return };
        let owner = base_file.package.clone();
        let Some(base) = base_file.items.get_mut(place) else { return };
        let word = item.kind.word();
        if base.kind.word() != word {
            let is = base.kind.word();
            let (name, at) = (&item.name, base.name.span);
            return self.report(
                Diagnostic::new(
                    Code::WrongKind,
                    name.span,
                    format!("`{}` is {}, not {}", name.text, one(is), one(word)),
                )
                .label(format!("extended as {}", one(word)))
                .also(at, "declared here")
                .help(format!("write `extend {is} {}`", name.text)),
            );
        }
        let by_name = by.map(|p| &p.name);
        let Some(owner) = owner.filter(|owner| Some(&owner.name) != by_name) else {
            return self.report(
                Diagnostic::new(
                    Code::ExtensionMisplaced,
                    item.name.span,
                    format!("`{}` is your own: only what another package declares is extended", item.name.text),
                )
                .label("extended here")
                .also(base.name.span, "declared here")
                .help("change it where it is declared, and take the extension out"),
            );
        };
        if matches!(
            base.kind,
            ItemKind::Partition(_) | ItemKind::Define(_) | ItemKind::Benchmark(_) | ItemKind::Attribution(_)
        ) {
            let message = format!("`{}` cannot be extended: {} is taken as it is", item.name.text, one(word));
            let diagnostic = Diagnostic::new(Code::ExtensionMisplaced, item.name.span, message)
                .label("extended here")
                .also(base.name.span, format!("declared here, in `{}`", owner.name))
                .help(format!("declare {} of your own under another name", one(word)));
            return self.report(diagnostic);
        }
        let kind = base.access.map_or(AccessKind::Final, |a| a.kind);
        if kind == AccessKind::Final {
            return self.is_final(&item, base, &owner);
        }
        let target = Target {
            name: item.name.text.clone(),
            declared: base.name.span,
            owner: owner.name.to_string(),
            open: kind == AccessKind::Open,
            by,
        };
        self.apply(&target, base, item);
    }

    fn is_final(&mut self, item: &Item, base: &Item, owner: &Package) {
        let (name, word) = (&item.name.text, item.kind.word());
        let said = match base.access {
            Some(_) => "declared here, as final".to_string(),
            None => "declared here; what says nothing is final".to_string(),
        };
        let help = match &item.kind {
            ItemKind::Metric(_) | ItemKind::Portfolio(_) | ItemKind::Scorecard(_) | ItemKind::Rule(_) => {
                format!("declare {} of your own, or ask `{}` for `tighten only {word} {name}`", one(word), owner.name)
            }
            _ => format!("declare {} of your own, or ask `{}` for `open {word} {name}`", one(word), owner.name),
        };
        self.report(
            Diagnostic::new(
                Code::FinalDeclaration,
                item.name.span,
                format!("`{name}` of the package `{}` is final", owner.name),
            )
            .label("extended here")
            .also(base.name.span, said)
            .help(help),
        );
    }

    fn nothing_to_extend(&mut self, item: &Item, by: Option<&Package>, files: &[File]) {
        let (name, word) = (&item.name, item.kind.word());
        // What could not be read may have declared it.
        let lost: HashSet<&str> = files.iter().flat_map(|f| &f.lost).map(|n| n.text.as_str()).collect();
        if lost.contains(name.text.as_str()) || files.iter().any(|f| f.unread) {
            return;
        }
        let message = format!("no package declares {} `{}`", one(word), name.text);
        let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message).label("nothing to extend");
        let by_name = by.map(|p| &p.name);
        let others = files.iter().filter(|f| f.package.is_some() && f.package.as_ref().map(|p| &p.name) != by_name);
        let known = others.flat_map(|f| &f.items).filter(|i| i.kind.word() == word).map(|i| i.name.text.as_str());
        let diagnostic = match nearest(&name.text, known) {
            Some(near) => diagnostic.fix(format!("did you mean `{near}`?"), name.span, near),
            None if files.iter().all(|f| f.package.is_none()) => {
                diagnostic.help("name the package in laud.toml: `[packages]`, then `corporate = \"../corporate\"`")
            }
            None => diagnostic.help(format!("take `extend` out to declare {} of your own", one(word))),
        };
        self.report(diagnostic);
    }

    fn apply(&mut self, target: &Target<'_>, base: &mut Item, item: Item) {
        if let Some(label) = item.label
            && self.may_replace(target, "its title", label.span, base.label.as_ref().map(|l| l.span))
        {
            base.label = Some(label);
        }
        self.meta(target, &mut base.meta, item.meta);
        match (&mut base.kind, item.kind) {
            (ItemKind::Metric(base), ItemKind::Metric(metric))
            | (ItemKind::Portfolio(base), ItemKind::Portfolio(metric)) => {
                self.metric(target, base, metric);
            }
            (ItemKind::Scorecard(base), ItemKind::Scorecard(card)) => self.scorecard(target, base, *card),
            (ItemKind::RowMetric(base), ItemKind::RowMetric(metric)) => {
                self.metric(target, &mut base.metric, metric.metric)
            }
            (ItemKind::Rates(base), ItemKind::Rates(rates)) => self.fields(target, &mut base.fields, rates.fields),
            (ItemKind::Rule(base), ItemKind::Rule(rule))
            | (ItemKind::PortfolioRule(base), ItemKind::PortfolioRule(rule)) => self.rule(target, base, *rule),
            (ItemKind::RowRule(base), ItemKind::RowRule(rows)) => self.rule(target, &mut base.rule, *rows.rule),
            (ItemKind::Guard(base), ItemKind::Guard(guard)) => self.guard(target, base, guard),
            (ItemKind::Playbook(base), ItemKind::Playbook(playbook)) => {
                let before = base.tasks.first().map(|task| task.span);
                let now = playbook.tasks.first().map_or(item.name.span, |task| task.span);
                if self.may_replace(target, "its tasks", now, before) {
                    *base = playbook;
                }
            }
            (ItemKind::Calendar(base), ItemKind::Calendar(calendar)) => {
                let before = base.weekend.first().map(|day| day.span);
                if let Some(day) = calendar.weekend.first()
                    && self.may_replace(target, "its weekend", day.span, before)
                {
                    base.weekend = calendar.weekend;
                }
                base.holidays.extend(calendar.holidays);
            }
            (ItemKind::Table(base), ItemKind::Table(table)) => {
                self.fields(target, &mut base.fields, table.fields);
                self.retain(target, &mut base.retain, table.retain);
            }
            (ItemKind::Events(base), ItemKind::Events(events)) => {
                self.fields(target, &mut base.fields, events.fields);
                self.retain(target, &mut base.retain, events.retain);
            }
            (ItemKind::Param(base), ItemKind::Param(param)) => {
                let (now, before) = (param.value.span, base.value.span);
                if self.may_replace(target, "its value", now, Some(before)) {
                    base.value = param.value;
                    base.ty = param.ty.or_else(|| base.ty.take());
                }
            }
            (ItemKind::Segment(base), ItemKind::Segment(segment)) => {
                let (now, before) = (segment.condition.span, base.condition.span);
                if self.may_replace(target, "its condition", now, Some(before)) {
                    base.condition = segment.condition;
                }
            }
            (ItemKind::Objective(base), ItemKind::Objective(objective)) => {
                if let Some(new) = objective.target
                    && self.may_replace(target, "its target", new.span, base.target.as_ref().map(|t| t.span))
                {
                    base.target = Some(new);
                }
            }
            // The kinds are the same, and the rest cannot be extended.
            _ => {}
        }
    }

    /// What has no direction is changed only where everything may be; and only by one of several packages side by side.
    fn may_replace(&mut self, target: &Target<'_>, what: &str, now: Span, before: Option<Span>) -> bool {
        if !target.open {
            self.locked(target, what, now, before);
            return false;
        }
        self.alone(target, what, now)
    }

    /// A part of a `tighten only` declaration that cannot be changed.
    fn locked(&mut self, target: &Target<'_>, what: &str, now: Span, before: Option<Span>) {
        let diagnostic = Diagnostic::new(
            Code::Loosened,
            now,
            format!(
                "`{}` of the package `{}` may only be made stricter, and {what} is locked",
                target.name, target.owner
            ),
        )
        .label("changed here")
        .also(
            before.unwrap_or(target.declared),
            format!("as `{}` has it", self.had(target, before.unwrap_or(target.declared))),
        )
        .help("take this out");
        self.report(diagnostic);
    }

    /// False if another package, which this one does not use, has changed the same part.
    fn alone(&mut self, target: &Target<'_>, what: &str, now: Span) -> bool {
        let key = (target.name.clone(), what.to_string());
        let earlier = self.replaced.insert(key, (target.by.cloned(), now));
        let Some((by, first)) = earlier else { return true };
        let sees = match (target.by, &by) {
            (None, Some(_)) => true,
            (Some(own), Some(other)) => own.uses.contains(&other.name),
            (_, None) => false,
        };
        if sees {
            return true;
        }
        let who = by.map_or("here too".to_string(), |p| format!("in `{}`", p.name));
        self.report(
            Diagnostic::new(Code::ExtensionClash, now, format!("`{}` is changed twice: {what}", target.name))
                .label("changed here")
                .also(first, format!("changed {who}"))
                .also(target.declared, format!("declared here, in `{}`", target.owner))
                .help("keep one of the two changes"),
        );
        false
    }

    fn change(&mut self, target: &Target<'_>, part: Part, span: Span, before: Option<Span>) {
        let before = before.unwrap_or(target.declared);
        self.changes.push(Change {
            declaration: target.name.clone(),
            package: target.owner.clone(),
            had: self.had(target, before),
            part,
            span,
            before,
        });
    }

    /// The package in which something stands.
    fn had(&self, target: &Target<'_>, at: Span) -> String {
        self.packages.get(&at.source).unwrap_or(&target.owner).clone()
    }
}

/// `a metric`
fn one(word: &str) -> String {
    match word {
        "objective" => "an objective".to_string(),
        "events" => "events".to_string(),
        "segments" => "a partition".to_string(),
        "define" => "a definition".to_string(),
        "param" => "a parameter".to_string(),
        "rates" => "rates".to_string(),
        "attribution" => "an attribution".to_string(),
        other => format!("a {other}"),
    }
}

/// ` for NAME`, or nothing.
fn whom(segment: Option<&Name>) -> String {
    segment.map_or(String::new(), |name| format!(" for `{}`", name.text))
}

/// The line of this name.
fn line_of<'l>(lines: &'l mut [Line], name: &str) -> Option<&'l mut Line> {
    lines.iter_mut().find(|line| line.name.text == name)
}

/// The share that others may add, if it is declared.
fn share_of(local: Option<&Local>) -> Option<Expr> {
    local.map(|local| local.share.clone())
}
