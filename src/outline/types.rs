//! Types in words, as a person who asks for one wants to read them.

use crate::program::{Program, Type};

/// Values of a list that are written out; of longer lists the rest is counted.
const WRITTEN: usize = 8;

/// `money in USD`, `one of saas, fintech`.
pub fn type_words(program: &Program, ty: Type) -> String {
    let Type::Enum(list) = ty else { return ty.to_string() };
    match program.enums.get(list.index()) {
        Some(list) => one_of(list.values.iter().map(String::as_str)),
        None => ty.to_string(),
    }
}

/// `one of a, b, c … 4 more`
pub(super) fn one_of<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let values: Vec<&str> = values.collect();
    let shown: Vec<&str> = values.iter().copied().take(WRITTEN).collect();
    let rest = values.len() - shown.len();
    let more = if rest > 0 { format!(" … {rest} more") } else { String::new() };
    format!("one of {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    #[test]
    fn long_lists_are_counted_rather_than_written() {
        assert_eq!(super::one_of(["a", "b"].into_iter()), "one of a, b");
        let many: Vec<String> = (1..=10).map(|i| i.to_string()).collect();
        assert_eq!(super::one_of(many.iter().map(String::as_str)), "one of 1, 2, 3, 4, 5, 6, 7, 8 … 2 more");
    }
}
