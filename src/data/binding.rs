//! Which files and headers a program's tables are read from: the project file checked against the program, or names alone.

use super::cells::{CellReader, Raw};
use super::config::{Config, Profile};
use super::progress::Progress;
use super::settings::{CellOptions, ColumnBinding, ColumnSettings, Format, Located, TableSettings};
use crate::calendar::Date;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, did_you_mean};
use crate::program::{Field, Program, Table, Type, Unit};
use chrono_tz::Tz;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everything that [`super::load`] is told besides the program.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The zone in which an instant becomes a date.
    pub time_zone: Tz,
    /// Unreadable, unknown and blank cells are errors.
    pub strict: bool,
    /// The profile, if one was chosen.
    pub profile: Option<String>,
    /// Where files are looked for.
    pub directory: Place,
    /// By [`crate::program::TableId`].
    pub tables: Vec<TableBinding>,
}

/// A path, and how a person knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// To open.
    pub path: PathBuf,
    /// To show.
    pub shown: String,
}

impl Place {
    /// A path within.
    pub fn join(&self, name: &str) -> Place {
        let inner = Path::new(name);
        if inner.is_absolute() {
            return Place { path: inner.to_path_buf(), shown: name.to_string() };
        }
        let name = name.strip_prefix("./").unwrap_or(name);
        let shown = match self.shown.trim_end_matches(['/', '\\']) {
            "" | "." => name.to_string(),
            directory => format!("{directory}/{name}"),
        };
        Place { path: self.path.join(name), shown }
    }
}

/// Where a table is read from.
#[derive(Debug, Clone, Default)]
pub struct TableBinding {
    /// Its files, in order; looked for by the table's name if there are none.
    pub files: Vec<Place>,
    /// The format of the files; by their names, if absent.
    pub format: Option<Format>,
    /// What separates cells; by the file's name, if absent.
    pub delimiter: Option<u8>,
    /// First date that the source vouches for.
    pub covers_from: Option<Date>,
    /// Last date that the source vouches for.
    pub covers_to: Option<Date>,
    /// By [`crate::program::FieldId`].
    pub columns: Vec<ColumnBinding>,
    /// Columns that a file does not have are missing, as in the rows of a test, and no mistake.
    pub partial: bool,
    /// Counts what has been read: see [`Binding::watch`].
    pub progress: Option<Arc<Progress>>,
}

impl Default for Place {
    fn default() -> Self {
        Place { path: PathBuf::from("."), shown: String::new() }
    }
}

impl Binding {
    /// Files by the names of the tables in a directory, written in the usual ways: what holds without a project file.
    pub fn by_convention(program: &Program, directory: Place, time_zone: Tz) -> Binding {
        let table = |t: &Table| TableBinding {
            columns: vec![ColumnBinding::default(); t.fields.len()],
            ..TableBinding::default()
        };
        Binding {
            time_zone,
            strict: false,
            profile: None,
            directory,
            tables: program.tables.iter().map(table).collect(),
        }
    }
}

/// What a run without a project file reads: `data` is a directory, by default `data` in the project's own.
pub fn without_config(program: &Program, data: Option<&str>, project_dir: &Path) -> Binding {
    let directory = match data {
        Some(data) => Place { path: PathBuf::from(data), shown: data.to_string() },
        None => Place { path: project_dir.join("data"), shown: "data".to_string() },
    };
    Binding::by_convention(program, directory, Tz::UTC)
}

impl Config {
    /// What a run reads. `data` is what the run was told: a profile, or a directory that is read as the default profile
    /// says; by default the default profile, or else the directory `data`. `None` after reporting an error.
    pub fn binding(
        &self,
        program: &Program,
        data: Option<&str>,
        project_dir: &Path,
        diagnostics: &mut Diagnostics,
    ) -> Option<Binding> {
        let named = |name: &str| self.profiles.iter().find(|p| p.name.value == name);
        let names = || self.profiles.iter().map(|p| p.name.value.as_str());
        let default = match &self.profile {
            Some(default) => match named(&default.value) {
                Some(profile) => Some(profile),
                None => {
                    let mut finding = Diagnostic::new(
                        Code::UnknownProfile,
                        default.span,
                        format!("there is no profile `{}`", default.value),
                    )
                    .label("no `[profile.…]` has this name");
                    finding.help = did_you_mean(&default.value, names());
                    diagnostics.push(finding);
                    return None;
                }
            },
            None if self.profiles.len() == 1 => self.profiles.first(),
            None => None,
        };
        let (profile, directory) = match data {
            Some(data) => match named(data) {
                Some(profile) => (Some(profile), None),
                None if Path::new(data).is_dir() => {
                    (default, Some(Place { path: PathBuf::from(data), shown: data.to_string() }))
                }
                None => {
                    let mut finding = Diagnostic::new(
                        Code::UnknownProfile,
                        self.profiles.first().map_or(self.span, |p| p.name.span),
                        format!("`{data}` is neither a profile of the project file nor a directory"),
                    )
                    .label("profiles are declared like this");
                    finding.help = did_you_mean(data, names());
                    diagnostics.push(finding);
                    return None;
                }
            },
            None => (default, None),
        };
        if let (None, [first, second, ..], None) = (profile, self.profiles.as_slice(), &directory) {
            diagnostics.push(
                Diagnostic::new(
                    Code::UnknownProfile,
                    first.name.span,
                    "there are several profiles and none is the default",
                )
                .label("one profile")
                .also(second.name.span, "another")
                .help(format!(
                    "write `profile = \"{}\"` under `[project]`, or name one with `--data`",
                    first.name.value
                )),
            );
            return None;
        }
        let directory = directory.unwrap_or_else(|| {
            let name = profile.and_then(|p| p.directory.as_ref()).map_or("data", |d| d.value.as_str());
            let shown = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
            Place { path: project_dir.join(name), shown: shown.to_string() }
        });
        let mut binding = Binding::by_convention(program, directory, self.time_zone);
        let Some(profile) = profile else { return Some(binding) };
        binding.strict = profile.strict;
        binding.profile = Some(profile.name.value.clone());
        let mut binder = Binder { program, profile, zone: self.time_zone, diagnostics, failed: false };
        binder.bind(&mut binding);
        (!binder.failed).then_some(binding)
    }
}

struct Binder<'a> {
    program: &'a Program,
    profile: &'a Profile,
    zone: Tz,
    diagnostics: &'a mut Diagnostics,
    failed: bool,
}

impl Binder<'_> {
    fn error(&mut self, diagnostic: Diagnostic) {
        self.failed = true;
        self.diagnostics.push(diagnostic);
    }

    fn bind(&mut self, binding: &mut Binding) {
        for settings in &self.profile.tables {
            if !self.program.tables.iter().any(|t| t.header.name == settings.name.value) {
                let name = &settings.name;
                let mut finding = Diagnostic::new(
                    Code::UnknownBinding,
                    name.span,
                    format!("the program has no table `{}`", name.value),
                )
                .label("no such table");
                let tables = self.program.tables.iter().map(|t| t.header.name.as_str());
                finding.help = did_you_mean(&name.value, tables);
                self.error(finding);
            }
        }
        for (table, target) in self.program.tables.iter().zip(&mut binding.tables) {
            let settings = self.profile.tables.iter().find(|s| s.name.value == table.header.name);
            if let Some(settings) = settings {
                target.files = settings.files.iter().map(|f| binding.directory.join(&f.value)).collect();
                target.format = settings.format;
                target.delimiter = settings.delimiter;
                target.covers_from = settings.covers_from;
                target.covers_to = settings.covers_to;
            }
            self.columns(table, settings, &mut target.columns);
        }
    }

    fn columns(&mut self, table: &Table, settings: Option<&TableSettings>, target: &mut [ColumnBinding]) {
        let columns: &[ColumnSettings] = settings.map_or(&[], |s| &s.columns);
        for column in columns {
            if !table.fields.iter().any(|f| f.name == column.field.value) {
                let field = &column.field;
                let mut finding = Diagnostic::new(
                    Code::UnknownBinding,
                    field.span,
                    format!("table `{}` has no column `{}`", table.header.name, field.value),
                )
                .label("no such column");
                let names = table.fields.iter().map(|f| f.name.as_str());
                finding.help = did_you_mean(&field.value, names.clone()).or_else(|| {
                    let list: Vec<String> = names.map(|n| format!("`{n}`")).collect();
                    Some(format!("there is {}", list.join(", ")))
                });
                self.error(finding);
            }
        }
        let base = match settings {
            Some(settings) => settings.options.over(&self.profile.options),
            None => self.profile.options.clone(),
        };
        for (field, target) in table.fields.iter().zip(target) {
            let column = columns.iter().find(|c| c.field.value == field.name);
            target.options = match column {
                Some(column) => column.options.over(&base),
                None => base.clone(),
            };
            self.options(table, field, &target.options);
            let Some(column) = column else { continue };
            target.header.clone_from(&column.from);
            self.idle(table, field, column);
            self.values(table, field, column, target);
            let texts = |list: &[Located<String>]| list.iter().map(|t| t.value.clone()).collect::<Vec<_>>();
            (target.yes, target.no) = (texts(&column.yes), texts(&column.no));
            if let Some(blank) = &column.blank {
                let mut reader = CellReader::new(self.program, field, target, self.zone);
                if let Err(bad) = reader.read(&Raw::Text(&blank.value)) {
                    self.error(
                        Diagnostic::new(
                            Code::SettingType,
                            blank.span,
                            format!(
                                "`{}` cannot stand for a blank in `{}`: it {}",
                                blank.value,
                                field.name,
                                bad.words()
                            ),
                        )
                        .label(format!("`{}` is {}", field.name, field.ty))
                        .help("write it as the file writes its cells"),
                    );
                }
                target.blank = Some(blank.value.clone());
            }
        }
    }

    /// Options of a column that nothing in it could follow.
    fn idle(&mut self, table: &Table, field: &Field, column: &ColumnSettings) {
        let own = &column.options;
        let dates = field.ty.is_date();
        let money = matches!(field.ty, Type::Number(Unit::Money(_)));
        let ratio = field.ty == Type::Number(Unit::Ratio);
        // Amounts that name their currency in each row are written with the same marks as others.
        let number = field.ty.is_number() || field.ty == Type::Mixed;
        for (word, set, fits, wanted) in [
            ("time_zone", own.time_zone.is_some(), dates, "dates"),
            ("date_format", own.date_format.is_some(), dates, "dates"),
            ("epoch", own.epoch.is_some(), dates, "dates"),
            ("decimal_mark", own.decimal_mark.is_some(), number, "numbers"),
            ("thousands_mark", own.thousands_mark.is_some(), number, "numbers"),
            ("currency", own.currency.is_some(), money, "money"),
            ("percent", own.percent.is_some(), ratio, "ratios"),
        ] {
            if set && !fits {
                let message = format!(
                    "`{word}` has no meaning for `{}.{}`, which is {}",
                    table.header.name, field.name, field.ty
                );
                self.error(
                    Diagnostic::new(Code::SettingConflict, column.field.span, message)
                        .label(format!("`{word}` is for {wanted}"))
                        .help(format!("leave `{word}` out, or declare the column otherwise")),
                );
            }
        }
    }

    fn values(&mut self, table: &Table, field: &Field, column: &ColumnSettings, target: &mut ColumnBinding) {
        let wrong_type = |what: &str, wanted: &str, at: crate::span::Span| {
            Diagnostic::new(
                Code::SettingConflict,
                at,
                format!("`{what}` has no meaning for `{}.{}`, which is {}", table.header.name, field.name, field.ty),
            )
            .label(format!("only for columns that are {wanted}"))
            .help(format!("leave `{what}` out, or declare the column as {wanted}"))
        };
        if let Type::Enum(list) = field.ty {
            let names: &[String] = self.program.enums.get(list.index()).map_or(&[], |e| &e.values);
            for (_, meaning) in &column.values {
                // A text that means nothing is one to ignore.
                if !meaning.value.is_empty() && !names.contains(&meaning.value) {
                    let mut finding = Diagnostic::new(
                        Code::UnknownBinding,
                        meaning.span,
                        format!("`{}` is not in the list of `{}.{}`", meaning.value, table.header.name, field.name),
                    )
                    .label("not in the list");
                    finding.help = did_you_mean(&meaning.value, names.iter().map(String::as_str));
                    self.error(finding);
                }
            }
            target.values = column.values.iter().map(|(text, meaning)| (text.clone(), meaning.value.clone())).collect();
        } else if let Some((_, meaning)) = column.values.first() {
            self.error(wrong_type("values", "one of a list", meaning.span));
        }
        if field.ty != Type::Boolean
            && let Some((word, first)) = column.yes.first().map(|t| ("yes", t)).or(column.no.first().map(|t| ("no", t)))
        {
            self.error(wrong_type(word, "yes or no", first.span));
        }
    }

    fn options(&mut self, table: &Table, field: &Field, options: &CellOptions) {
        if let (Type::Number(Unit::Money(declared)), Some(written)) = (field.ty, &options.currency)
            && written.value != declared
        {
            self.error(
                Diagnostic::new(
                    Code::SettingConflict,
                    written.span,
                    format!(
                        "amounts in {} cannot be read into `{}.{}`, which is in {declared}",
                        written.value, table.header.name, field.name
                    ),
                )
                .label(format!("{declared} is wanted"))
                .help(format!("convert the file to {declared}, or declare the column as `money {}`", written.value)),
            );
        }
        if let (Some(decimal), Some(thousands)) = (&options.decimal_mark, &options.thousands_mark)
            && thousands.value == Some(decimal.value)
            && (field.ty.is_number() || field.ty == Type::Mixed)
        {
            self.error(
                Diagnostic::new(
                    Code::SettingConflict,
                    thousands.span,
                    format!("`{}` cannot be both the decimal and the thousands mark", decimal.value),
                )
                .label("the same mark")
                .also(decimal.span, "as here")
                .help("set one of them to the other mark"),
            );
        }
    }
}
