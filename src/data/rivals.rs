//! Other formats that the dates of a column might be written in: when some cells are impossible as declared and all of
//! them fit another common format, the declaration is wrong, and the cells that happen to fit it would be read wrongly.

use super::advice::{Home, quoted};
use super::cells::{DateFormat, is_iso};
use super::origins::keep_first;
use super::wording::{clip, told};
use super::{DataError, Origin};
use crate::program::Field;

/// The formats that fit every cell so far.
pub(super) struct Rivals {
    declared: Vec<String>,
    /// Not known before the first cell that is not of the usual format: most columns have none.
    alive: Option<Vec<(String, DateFormat)>>,
    cells: u64,
    fit: u64,
    first: Option<(Origin, String)>,
}

impl Rivals {
    /// For a column whose formats are declared, or none are.
    pub(super) fn new(declared: &[String]) -> Rivals {
        Rivals { declared: declared.to_vec(), alive: None, cells: 0, fit: 0, first: None }
    }

    /// All formats that a column might have instead of those declared.
    fn all(declared: &[String]) -> Vec<(String, DateFormat)> {
        let mut names: Vec<String> = Vec::new();
        for format in declared {
            // First of all the same with day and month exchanged.
            names.push(format.replace("%d", "\0").replace("%m", "%d").replace('\0', "%m"));
        }
        for order in ["%d/%m/", "%m/%d/", "%d.%m.", "%m.%d.", "%d-%m-", "%m-%d-"] {
            names.extend(["%Y", "%y"].map(|year| format!("{order}{year}")));
        }
        names.extend(
            ["%Y.%m.%d", "%Y%m%d", "%d %B %Y", "%B %d, %Y", "%d-%B-%Y", "%d %B %y", "%d-%B-%y", "%d. %B %Y"]
                .map(String::from),
        );
        let dates = names.len();
        for time in [" %H:%M", " %H:%M:%S", " %I:%M %p"] {
            for i in declared.len()..dates {
                names.extend(names.get(i).map(|date| format!("{date}{time}")));
            }
        }
        let mut alive: Vec<(String, DateFormat)> = Vec::new();
        for name in names {
            if !declared.contains(&name)
                && !alive.iter().any(|(known, _)| *known == name)
                && let Some(format) = DateFormat::new(&name)
            {
                alive.push((name, format));
            }
        }
        alive
    }

    /// True if formats were declared; else only cells that could not be read need to be seen.
    pub(super) fn declared(&self) -> bool {
        !self.declared.is_empty()
    }

    /// Takes a cell into account that is not blank; `origin` is where it stands.
    pub(super) fn see(&mut self, text: &str, fits: bool, origin: Origin) {
        let text = text.trim();
        if is_iso(text) {
            return;
        }
        let alive = self.alive.get_or_insert_with(|| Rivals::all(&self.declared));
        // Without any format left that fits all cells there is nothing to say.
        if alive.is_empty() {
            return;
        }
        self.cells += 1;
        if fits {
            self.fit += 1;
        } else {
            keep_first(&mut self.first, origin, || (origin, clip(text)), |known| (known.0, &known.1));
        }
        alive.retain(|(_, format)| format.fits(text));
    }

    /// Adds what other cells of the column said.
    pub(super) fn merge(&mut self, other: Rivals) {
        match (&mut self.alive, other.alive) {
            (Some(ours), Some(theirs)) => ours.retain(|(name, _)| theirs.iter().any(|(their, _)| their == name)),
            (ours @ None, theirs) => *ours = theirs,
            (Some(_), None) => {}
        }
        self.cells += other.cells;
        self.fit += other.fit;
        if let Some(theirs) = other.first {
            keep_first(&mut self.first, theirs.0, || theirs, |known| (known.0, &known.1));
        }
    }

    /// The format that fits all cells, if there is one only.
    pub(super) fn only(&self) -> Option<&str> {
        match self.alive.as_deref().unwrap_or_default() {
            [(name, _)] if self.cells > 0 => Some(name),
            _ => None,
        }
    }

    /// The error, if not all cells fit what is declared but all fit something else.
    pub(super) fn error(
        &self,
        home: Home<'_>,
        field: &Field,
        header: Option<&str>,
        place: &dyn Fn(Origin) -> String,
    ) -> Option<DataError> {
        let (origin, text) = self.first.as_ref()?;
        let (text, name) = (told(field, text.clone()), &field.name);
        let (better, _) = self.alive.as_ref()?.first()?;
        if !self.declared() {
            return None;
        }
        let declared: Vec<String> = self.declared.iter().map(|f| format!("`{f}`")).collect();
        let cells = self.cells;
        let count = match cells {
            1 => "the one cell".to_string(),
            2 => "both cells".to_string(),
            n => format!("all {n} cells"),
        };
        let fit = match self.fit {
            0 => "none fits".to_string(),
            1 => "only 1 fits".to_string(),
            n => format!("only {n} fit"),
        };
        let verb = if cells == 1 { "fits" } else { "fit" };
        let mut help = home.column(name, header, &format!("date_format = {}", quoted(better)));
        for (also, _) in self.alive.iter().flatten().skip(1).take(1) {
            help.push_str(&format!("; they fit {} too, so say which is meant", quoted(also)));
        }
        Some(DataError {
            place: place(*origin),
            message: format!(
                "{count} of `{name}` {verb} `{better}`, {fit} {}: `{text}` does not",
                declared.join(" or ")
            ),
            help: Some(help),
        })
    }
}
