//! The packages of a project, and theirs: folders of rule files that join the program.
//!
//! A folder is read once, however many ways lead to it. What is wrong with the list of packages is a finding in the project
//! file that says so; what is wrong in their rule files is found like anything else.

use super::project::{project_file, read_source, search, shown};
use super::stop::Stop;
use crate::data::{Config, Located};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::library;
use crate::source::{Package, Source};
use crate::span::Span;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was read for a project besides its own files.
#[derive(Debug, Default)]
pub struct Packages {
    /// The project's own rule files: those that belong to no package.
    pub own: Vec<PathBuf>,
    /// The rule files of packages; what a package uses comes before it.
    pub sources: Vec<Source>,
    /// Their project files.
    pub configs: Vec<Source>,
    /// What is wrong; spans carry the place of a project file, the project's own being the first.
    pub problems: Diagnostics,
}

/// A package that was read.
struct Loaded {
    folder: PathBuf,
    name: Arc<str>,
    /// Names of the packages that it uses, directly or not.
    uses: BTreeSet<Arc<str>>,
    files: Vec<PathBuf>,
    /// Where it was asked for first.
    asked: Span,
}

/// A folder whose packages are being read, and what it is called.
struct Open {
    folder: PathBuf,
    name: String,
}

#[derive(Default)]
struct Loader {
    loaded: Vec<Loaded>,
    open: Vec<Open>,
    /// Project files that were read; the project's own first.
    configs: Vec<Source>,
    problems: Diagnostics,
    /// Packages that could not be read.
    absent: Vec<String>,
}

impl Packages {
    /// Reads the packages that a project file names.
    pub fn load(directory: &Path, files: &[PathBuf], config: Option<&Source>) -> Result<Packages, Stop> {
        let Some(config) = config else { return Ok(Packages { own: files.to_vec(), ..Packages::default() }) };
        let mut loader = Loader::default();
        let folder = canonical(directory).unwrap_or_else(|| directory.to_path_buf());
        loader.configs.push(config.clone());
        loader.open.push(Open { folder: folder.clone(), name: "this project".to_string() });
        loader.packages(0, directory)?;
        let folders: Vec<PathBuf> = loader.loaded.iter().map(|p| p.folder.clone()).collect();
        // A file belongs to the innermost folder that is a package, or the project.
        let belongs = |file: &Path, home: &Path| {
            let Some(place) = canonical(file) else { return true };
            !folders.iter().any(|f| f != home && f.starts_with(home) && place.starts_with(f))
        };
        let mut packages = Packages {
            own: files.iter().filter(|file| belongs(file, &folder)).cloned().collect(),
            configs: loader.configs.into_iter().skip(1).collect(),
            problems: loader.problems,
            ..Packages::default()
        };
        for loaded in &loader.loaded {
            let uses: Vec<Arc<str>> = loaded.uses.iter().cloned().collect();
            let package = Package { name: loaded.name.clone(), uses: uses.into() };
            for file in loaded.files.iter().filter(|file| belongs(file, &loaded.folder)) {
                packages.sources.push(read_source(file).of_package(&package));
            }
        }
        for name in loader.absent {
            packages.sources.push(Source::absent(name));
        }
        Ok(packages)
    }
}

impl Loader {
    /// Reads what the project file of this place names; gives the names of all that is used by way of it.
    fn packages(&mut self, place: usize, directory: &Path) -> Result<BTreeSet<Arc<str>>, Stop> {
        let mut uses = BTreeSet::new();
        let Some(source) = self.configs.get(place).filter(|source| source.damage.is_none()) else { return Ok(uses) };
        let id = u16::try_from(place).unwrap_or(u16::MAX);
        // Its mistakes are told when it is read as a whole.
        let config = Config::parse(id, source, &mut Diagnostics::new());
        for (name, path) in config.map_or(Vec::new(), |config| config.packages) {
            if let Some(found) = self.package(&name, &path, directory)? {
                uses.extend(found);
            }
        }
        Ok(uses)
    }

    /// Reads one package; gives its name and those of all that it uses, unless it cannot be read.
    fn package(
        &mut self,
        name: &Located<String>,
        path: &Located<String>,
        directory: &Path,
    ) -> Result<Option<BTreeSet<Arc<str>>>, Stop> {
        let target = directory.join(&path.value);
        if name.value == library::NAME {
            self.problem(
                Diagnostic::new(Code::PackageClash, name.span, "`std` is the package that is always there")
                    .label("another package of this name")
                    .help("give the folder another name"),
            );
            return Ok(None);
        }
        let folder = match canonical(&target).filter(|folder| folder.is_dir()) {
            Some(folder) => folder,
            None => {
                let what = if target.exists() { "is not a folder" } else { "is not there" };
                self.missing(name, path, format!("the package `{}` {what}: `{}`", name.value, shown(&target)));
                return Ok(None);
            }
        };
        if let Some(first) = self.open.iter().position(|open| open.folder == folder) {
            let mut way: Vec<&str> = self.open.iter().skip(first).map(|open| open.name.as_str()).collect();
            way.push(way.first().copied().unwrap_or(""));
            let message = format!("packages use each other in a circle: {}", way.join(" -> "));
            let label = if way.len() == 2 { "this folder itself" } else { "leads back to where it came from" };
            let diagnostic = Diagnostic::new(Code::PackageCycle, path.span, message).label(label);
            self.problem(diagnostic.help("take one of them out; what both need belongs into a package of its own"));
            return Ok(None);
        }
        if let Some(known) = self.loaded.iter().find(|loaded| loaded.folder == folder) {
            return Ok(Some(known.with_itself()));
        }
        if let Some(other) = self.loaded.iter().find(|loaded| *loaded.name == *name.value) {
            let first = other.asked;
            self.problem(
                Diagnostic::new(Code::PackageClash, path.span, format!("two folders are called `{}`", name.value))
                    .label("one folder")
                    .also(first, "another")
                    .help("give one of them another name, or let both name the same folder"),
            );
            return Ok(None);
        }
        let files = search(&target)?.files;
        if files.is_empty() {
            self.missing(
                name,
                path,
                format!("there is no .laud file in the package `{}`: `{}`", name.value, shown(&target)),
            );
            return Ok(None);
        }
        self.open.push(Open { folder: folder.clone(), name: format!("`{}`", name.value) });
        let uses = match project_file(&target) {
            Some(config) => {
                self.configs.push(config);
                self.packages(self.configs.len() - 1, &target)?
            }
            None => BTreeSet::new(),
        };
        self.open.pop();
        let loaded = Loaded { folder, name: name.value.as_str().into(), uses, files, asked: path.span };
        let all = loaded.with_itself();
        self.loaded.push(loaded);
        Ok(Some(all))
    }

    fn missing(&mut self, name: &Located<String>, path: &Located<String>, message: String) {
        self.absent.push(name.value.clone());
        self.problem(
            Diagnostic::new(Code::PackageMissing, path.span, message)
                .label("no rules here")
                .help("name a folder with .laud files, relative to this file"),
        );
    }

    fn problem(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }
}

impl Loaded {
    fn with_itself(&self) -> BTreeSet<Arc<str>> {
        let mut all = self.uses.clone();
        all.insert(self.name.clone());
        all
    }
}

/// The one path of a folder or file, whatever leads to it.
fn canonical(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}
