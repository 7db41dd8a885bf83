//! Where the cells of many rows end: delimiters and line ends outside quotes, found 64 bytes at a time.
//!
//! Behind an odd number of quotes a delimiter is text. That holds as long as every cell with quotes in it begins with one
//! and ends with one; at the first that does not the search stops, and its row is left to [`super::split`].

/// So many bytes are looked at together.
const WIDE: usize = 64;

/// Where cells end in some text: at marks, which are delimiters and line ends.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// Where they are, rising; the first stands before the text, and behind the last there is room.
    places: Vec<u32>,
    count: usize,
    /// The second of two quotes that stand for one.
    pub(super) doubled: Vec<u32>,
    /// Line ends within quotes.
    pub(super) inner: Vec<u32>,
}

/// What has been seen of quotes.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// All ones within quotes.
    inside: u64,
    /// The last byte was a mark, or the closing quote of a cell.
    mark: u64,
    closed: u64,
}

/// A bit for each byte that is one of these, the first the lowest. On its own it is compiled to a few dozen instructions
/// that know no loop; in the midst of other things it is not.
#[inline(never)]
fn places_of(bytes: &[u8; WIDE], one_of: [u8; 3]) -> u64 {
    let [a, b, c] = one_of;
    let mut flags = [0u8; WIDE];
    for (flag, byte) in flags.iter_mut().zip(bytes) {
        *flag = u8::from((*byte == a) | (*byte == b) | (*byte == c));
    }
    // Of eight bytes that are 0 or 1 the product has the lowest bits side by side in its highest byte.
    let (eights, _) = flags.as_chunks::<8>();
    let mut all = 0;
    for eight in eights.iter().rev() {
        all = all << 8 | u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    }
    all
}

/// By bit: the sum of all bits up to it, the bit itself included, is odd.
#[inline]
fn parity(bits: u64) -> u64 {
    let sum = bits ^ bits << 1;
    let sum = sum ^ sum << 2;
    let sum = sum ^ sum << 4;
    let sum = sum ^ sum << 8;
    let sum = sum ^ sum << 16;
    sum ^ sum << 32
}

impl Edges {
    /// The marks, the first of which stands before the text: a mark is where the cell behind it begins, less one.
    #[inline]
    pub(super) fn places(&self) -> &[u32] {
        self.places.get(..self.count).unwrap_or(&[])
    }

    /// Finds the marks of a text that begins with a row, `from` bytes behind the beginning of the block.
    pub(super) fn find(&mut self, text: &[u8], from: usize, delimiter: u8, quotes: bool) {
        // Those of any text of this length fit, and a whole word of further ones.
        let room = text.len() + 2 * WIDE;
        if self.places.len() < room {
            self.places.resize(room, 0);
        }
        self.doubled.clear();
        self.inner.clear();
        let mut base = from as u32;
        if let Some(first) = self.places.first_mut() {
            *first = base.wrapping_sub(1);
        }
        self.count = 1;
        let mut seen = Seen { inside: 0, mark: 1, closed: 0 };
        let (whole, rest) = text.as_chunks::<WIDE>();
        let mut last = [0u8; WIDE];
        last.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
        let there = !(u64::MAX << (rest.len() % WIDE));
        let all = whole.iter().map(|bytes| (bytes, u64::MAX)).chain([(&last, there)]);
        for (bytes, there) in all {
            let marks = places_of(bytes, [delimiter, b'\n', b'\r']) & there;
            if !quotes {
                self.add(marks, base);
            } else if !self.outside(bytes, marks, there, base, &mut seen) {
                return;
            }
            base += WIDE as u32;
        }
    }

    /// Adds marks that are not within quotes; false if quotes are not where they belong.
    #[inline]
    fn outside(&mut self, bytes: &[u8; WIDE], marks: u64, there: u64, base: u32, seen: &mut Seen) -> bool {
        let quotes = places_of(bytes, [b'"'; 3]) & there;
        let inside = parity(quotes) ^ seen.inside;
        let (opening, closing, marks) = (quotes & inside, quotes & !inside, marks & !inside);
        let (behind_mark, behind_closing) = (marks << 1 | seen.mark, closing << 1 | seen.closed);
        let doubled = opening & behind_closing;
        // A quote opens at the beginning of a cell, and what closes is followed by the end of one.
        let wrong = (opening & !behind_mark & !doubled) | (behind_closing & !marks & !doubled & there);
        *seen = Seen { inside: ((inside as i64) >> 63) as u64, mark: marks >> 63, closed: closing >> 63 };
        // Up to the first that is wrong all is as it seems.
        let sound = (wrong & wrong.wrapping_neg()).wrapping_sub(1);
        if doubled & sound != 0 {
            list(&mut self.doubled, doubled & sound, base);
        }
        if inside & sound != 0 {
            let inner = places_of(bytes, [b'\n'; 3]) & inside & sound;
            list(&mut self.inner, inner, base);
        }
        self.add(marks & sound, base);
        wrong == 0
    }

    #[inline]
    fn add(&mut self, marks: u64, base: u32) {
        let Some(slots) = self.places.get_mut(self.count..).and_then(|rest| rest.first_chunk_mut::<WIDE>()) else {
            return;
        };
        self.count += marks.count_ones() as usize;
        let (some, more) = slots.split_at_mut(8);
        let mut left = marks;
        // Eight at once, be there so many or not: what is too much is written over.
        for slot in some {
            *slot = base + (left | 1 << 63).trailing_zeros();
            left &= left.wrapping_sub(1);
        }
        for slot in more {
            if left == 0 {
                return;
            }
            *slot = base + left.trailing_zeros();
            left &= left.wrapping_sub(1);
        }
    }
}

/// Adds the places of bits.
fn list(to: &mut Vec<u32>, bits: u64, base: u32) {
    let mut left = bits;
    while left != 0 {
        to.push(base + left.trailing_zeros());
        left &= left - 1;
    }
}
