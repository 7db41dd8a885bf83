//! Plain JSON: where values, names and spaces end. What is not plain, or no JSON, ends nowhere.

/// Objects and lists within each other up to here are plain.
pub(super) const DEEP: u32 = 16;

/// Where a value begins and ends: within its quotes, if it is a text. `null` is where it begins, and has no length; what is
/// not there is nowhere.
pub(super) type Span = (u32, u32);

/// Behind the spaces from here on; a line end is none.
#[inline]
pub(super) fn blank(block: &[u8], from: usize) -> usize {
    let mut at = from;
    while matches!(block.get(at), Some(b' ' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

/// The value that begins here, and what is behind it.
#[inline]
pub(super) fn value(block: &[u8], at: usize) -> Option<(Span, usize)> {
    let (start, end, behind) = match block.get(at)? {
        b'"' => {
            let end = text_end(block, at + 1);
            if block.get(end) != Some(&b'"') {
                return None;
            }
            (at + 1, end, end + 1)
        }
        b'n' => (at, at, word(block, at)?),
        b't' | b'f' => {
            let end = word(block, at)?;
            (at, end, end)
        }
        b'-' | b'0'..=b'9' => {
            let end = number(block, at)?;
            if matches!(block.get(end), Some(b'e' | b'E')) {
                return None;
            }
            (at, end, end)
        }
        _ => return None,
    };
    Some(((u32::try_from(start).ok()?, u32::try_from(end).ok()?), behind))
}

/// Behind a value that nobody wants.
pub(super) fn skip(block: &[u8], at: usize, deep: u32) -> Option<usize> {
    let open = match block.get(at)? {
        b'"' => return any_text(block, at + 1),
        b'n' | b't' | b'f' => return word(block, at),
        b'-' | b'0'..=b'9' => {
            let end = number(block, at)?;
            return match block.get(end) {
                Some(b'e' | b'E') => {
                    let sign = matches!(block.get(end + 1), Some(b'+' | b'-'));
                    digits(block, end + 1 + usize::from(sign))
                }
                _ => Some(end),
            };
        }
        open @ (b'{' | b'[') if deep < DEEP => *open,
        _ => return None,
    };
    let (named, close) = if open == b'{' { (true, b'}') } else { (false, b']') };
    let mut at = blank(block, at + 1);
    if block.get(at) == Some(&close) {
        return Some(at + 1);
    }
    loop {
        if named {
            if block.get(at) != Some(&b'"') {
                return None;
            }
            at = blank(block, any_text(block, at + 1)?);
            if block.get(at) != Some(&b':') {
                return None;
            }
            at = blank(block, at + 1);
        }
        at = blank(block, skip(block, at, deep + 1)?);
        match block.get(at)? {
            b',' => at = blank(block, at + 1),
            end if *end == close => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Behind `null`, `true` or `false`.
#[inline]
fn word(block: &[u8], at: usize) -> Option<usize> {
    let rest = block.get(at..)?;
    if rest.starts_with(b"null") || rest.starts_with(b"true") {
        Some(at + 4)
    } else if rest.starts_with(b"false") {
        Some(at + 5)
    } else {
        None
    }
}

/// Behind a number, up to its exponent.
#[inline]
fn number(block: &[u8], at: usize) -> Option<usize> {
    let at = at + usize::from(block.get(at) == Some(&b'-'));
    let whole = match block.get(at)? {
        b'0' => at + 1,
        _ => digits(block, at)?,
    };
    if block.get(whole) == Some(&b'.') { digits(block, whole + 1) } else { Some(whole) }
}

/// Behind the digits from here on, if there is one.
#[inline]
fn digits(block: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while matches!(block.get(at), Some(b'0'..=b'9')) {
        at += 1;
    }
    (at > from).then_some(at)
}

/// Where the name ends that begins with the quote here.
pub(super) fn name_end(block: &[u8], quote: usize) -> Option<usize> {
    if block.get(quote) != Some(&b'"') {
        return None;
    }
    let end = text_end(block, quote + 1);
    (block.get(end) == Some(&b'"')).then_some(end)
}

/// The first quote, backslash or control character from here on.
#[inline]
fn text_end(block: &[u8], from: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = from;
    while let Some(bytes) = block.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let x = u64::from_le_bytes(*bytes);
        let (quote, escape) = (x ^ (ONES * b'"' as u64), x ^ (ONES * b'\\' as u64));
        // The highest bit of each byte that is one of these; of bytes behind the first perhaps of others too.
        let found = (quote.wrapping_sub(ONES) & !quote)
            | (escape.wrapping_sub(ONES) & !escape)
            | (x.wrapping_sub(ONES * 0x20) & !x);
        if found & HIGH != 0 {
            return at + (found & HIGH).trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while block.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

/// Behind the text that goes on here, which may have escapes in it.
fn any_text(block: &[u8], from: usize) -> Option<usize> {
    let mut at = text_end(block, from);
    loop {
        at = match block.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match block.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at + 2,
                b'u' => {
                    let digits = block.get(at + 2..at + 6).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
                    // Halves of characters have to come in pairs.
                    if let [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..] = digits {
                        return None;
                    }
                    at + 6
                }
                _ => return None,
            },
            _ => return None,
        };
        at = text_end(block, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text() {
        for before in 0..20 {
            for behind in 0..20 {
                for (byte, ends) in (0..=255u8).map(|byte| (byte, matches!(byte, b'"' | b'\\' | 0..0x20))) {
                    let text = [vec![0xc3; before], vec![byte], vec![0xff; behind]].concat();
                    assert_eq!(text_end(&text, 0), if ends { before } else { text.len() }, "{text:?}");
                }
            }
        }
    }
}
