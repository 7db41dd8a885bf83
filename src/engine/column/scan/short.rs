//! Short texts as numbers: equal numbers are equal texts, without a list in which texts are looked up.

/// The number of a text of at most nine ASCII characters, in small letters; never negative.
#[inline]
pub(super) fn short(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    match (bytes.split_first_chunk::<8>(), bytes) {
        (Some((eight, [])), _) => eight_of(u64::from_le_bytes(*eight), 8),
        // ASCII has seven bits: those of the ninth character are the highest of seven others.
        (Some((eight, [ninth])), _) => {
            let (word, ninth) = (eight_of(u64::from_le_bytes(*eight), 8)?, eight_of(u64::from(*ninth), 1)?);
            Some(word | (ninth.wrapping_mul(0x0002_0408_1020_4081) & 0x0101_0101_0101_0101) << 7)
        }
        (Some(_), _) => None,
        (None, few) => eight_of(few.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)), few.len()),
    }
}

/// So many characters, at most eight, as one word.
#[inline]
fn eight_of(word: u64, count: usize) -> Option<i64> {
    const ONES: u64 = u64::MAX / 255;
    // Eight bytes at a time; none is above 127, so no sum goes over into the next.
    if word & (ONES << 7) != 0 {
        return None;
    }
    let from_a = word + ONES * (0x80 - u64::from(b'A'));
    let beyond_z = word + ONES * (0x7f - u64::from(b'Z'));
    let capitals = from_a & !beyond_z & (ONES << 7);
    // What is not there is a zero byte, so that a text cannot have one.
    let there = word + ONES * 0x7f;
    let zeros = (!there & (ONES << 7)).count_ones() as usize;
    (zeros == 8 - count).then_some((word | capitals >> 2).cast_signed())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn numbers_are_equal_where_small_letters_are() {
        let parts =
            ["", "a", "Z", "z", "@", "[", "{", "~", "\u{0}", "E0", "0", " ", "xyz", "XYZ", "é", "\u{7f}", "ABCDEFGH"];
        let mut known: HashMap<i64, String> = HashMap::new();
        let mut texts = 0;
        for a in parts {
            for b in parts {
                for c in parts {
                    let text = format!("{a}{b}{c}");
                    let fits = text.len() <= 9 && text.is_ascii() && !text.contains('\u{0}');
                    let number = short(&text);
                    assert_eq!(number.is_some(), fits, "{text:?}");
                    let Some(number) = number else { continue };
                    assert!(number >= 0);
                    let small = text.to_ascii_lowercase();
                    assert_eq!(*known.entry(number).or_insert_with(|| small.clone()), small);
                    assert_eq!(short(&small), Some(number));
                    texts += 1;
                }
            }
        }
        assert!(texts > 1000);
    }
}
