//! The catalogue: every code with its number, kebab name, severity and page.
//!
//! A page is documentation, failing example and test in one file, and a code without its page does not build. Numbers are
//! never reused. To add a diagnostic: (1) a line here, (2) `pages/<name>.md` with a `## Fails` and a `## Passes`
//! example, (3) the code that pushes it.

use super::Severity;

macro_rules! catalogue {
    ($($variant:ident $number:literal $name:literal $severity:ident)*) => {
        /// The kinds of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)] // the pages document them
        pub enum Code { $($variant,)* }

        impl Code {
            /// All of them, by number.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// `L0301`
            pub fn number(self) -> &'static str {
                match self { $(Code::$variant => $number,)* }
            }

            /// `threshold-gap`
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// How bad it is unless a place says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// Its page.
            pub fn page(self) -> Page {
                match self { $(Code::$variant => Page(include_str!(concat!("pages/", $name, ".md"))),)* }
            }
        }
    };
}

catalogue! {
    // ---------- L00xx: the text ----------
    UnexpectedText "L0001" "unexpected-text" Error
    MissingBrace "L0002" "missing-brace" Error
    UnclosedText "L0003" "unclosed-text" Error
    WrongOperator "L0004" "wrong-operator" Error
    TooDeep "L0005" "too-deep" Error
    TooLarge "L0006" "too-large" Error
    BadDate "L0007" "bad-date" Error
    ChainedComparison "L0008" "chained-comparison" Error
    ReservedName "L0009" "reserved-name" Error
    UnknownWord "L0010" "unknown-word" Error
    DuplicateStatement "L0011" "duplicate-statement" Error
    MisplacedStatement "L0012" "misplaced-statement" Error
    RowLength "L0013" "row-length" Error
    WrongQuotes "L0014" "wrong-quotes" Error

    // ---------- L01xx: names ----------
    UnknownName "L0101" "unknown-name" Error

    // ---------- L02xx: types and units ----------
    TypeMismatch "L0201" "type-mismatch" Error

    // ---------- L03xx: thresholds, scales, segments ----------
    ThresholdGap "L0301" "threshold-gap" Error

    // ---------- L04xx: scorecards ----------
    WeightsTotal "L0401" "weights-total" Error

    // ---------- L05xx: rules and tests ----------

    // ---------- L06xx: not evaluated yet ----------

    // ---------- L09xx: the project file ----------

    // ---------- D01xx: data ----------
}

impl Code {
    /// By number or kebab name, in any case.
    pub fn find(word: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|c| c.number().eq_ignore_ascii_case(word) || c.name().eq_ignore_ascii_case(word))
    }
}

/// The page of a code: Markdown with a title line `# name`, prose, and the examples that the tests run.
#[derive(Debug, Clone, Copy)]
pub struct Page(pub &'static str);
