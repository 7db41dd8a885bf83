//! The catalogue of codes keeps its promises.

use crate::support::{files, stem};
use laud::diagnostics::Code;
use std::collections::BTreeSet;

#[test]
fn numbers_are_unique_and_rise_within_their_letter() {
    let numbers: Vec<&str> = Code::ALL.iter().map(|c| c.number()).collect();
    for number in &numbers {
        let (letter, digits) = number.split_at(1);
        assert!(["L", "D"].contains(&letter) && digits.len() == 4, "{number}");
        assert!(digits.bytes().all(|b| b.is_ascii_digit()), "{number}");
    }
    for letter in ["L", "D"] {
        let own: Vec<&&str> = numbers.iter().filter(|n| n.starts_with(letter)).collect();
        assert!(own.is_sorted_by(|a, b| a < b), "numbers of {letter} do not rise: {own:?}");
    }
}

#[test]
fn names_are_unique_and_kebab_case() {
    let names: BTreeSet<&str> = Code::ALL.iter().map(|c| c.name()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for name in names {
        let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        assert!(name.split('-').all(word), "{name}");
    }
}

#[test]
fn codes_are_found_by_number_and_name_in_any_case() {
    for &code in Code::ALL {
        for word in [code.number(), code.name()] {
            assert_eq!(Code::find(word), Some(code));
            assert_eq!(Code::find(&word.to_lowercase()), Some(code));
            assert_eq!(Code::find(&word.to_uppercase()), Some(code));
        }
    }
    assert_eq!(Code::find(""), None);
    assert_eq!(Code::find("L9999"), None);
}

#[test]
fn there_is_no_page_without_a_code() {
    for path in files("src/diagnostics/pages", "md") {
        assert!(Code::find(&stem(&path)).is_some(), "no code is called {}", stem(&path));
    }
}
