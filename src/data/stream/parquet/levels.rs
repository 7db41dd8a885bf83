//! Runs of small numbers, repeated or packed bit by bit: how Parquet writes which rows have a value, and places in
//! dictionaries.

use super::super::Bits;
use bytes::Bytes;

/// A list of small numbers that is being read.
#[derive(Debug, Default)]
pub(super) struct Runs {
    data: Bytes,
    at: usize,
    width: u32,
    /// How often the number at hand comes again.
    repeated: usize,
    number: u32,
    /// How many packed numbers come, and where the next begins, in bits.
    packed: usize,
    bit: usize,
}

/// The numbers end before they should.
#[derive(Debug)]
pub(super) struct Short;

impl Runs {
    /// Numbers of so many bits.
    pub(super) fn new(data: Bytes, width: u32) -> Runs {
        Runs { data, width: width.min(32), ..Runs::default() }
    }

    /// Begins the next run.
    fn next(&mut self) -> Result<(), Short> {
        let mut header: u64 = 0;
        let mut shift = 0;
        loop {
            let byte = *self.data.get(self.at).ok_or(Short)?;
            self.at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
            if shift > 35 {
                return Err(Short);
            }
        }
        if header & 1 == 1 {
            // Groups of eight.
            self.packed = usize::try_from(header >> 1).map_err(|_| Short)?.checked_mul(8).ok_or(Short)?;
            self.bit = self.at * 8;
            self.at = self.at.checked_add(self.packed / 8 * self.width as usize).ok_or(Short)?;
        } else {
            self.repeated = usize::try_from(header >> 1).map_err(|_| Short)?;
            let size = self.width.div_ceil(8) as usize;
            let bytes = self.data.get(self.at..self.at + size).ok_or(Short)?;
            self.number = bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
            self.at += size;
        }
        Ok(())
    }

    /// Adds the next `count` numbers to a list.
    pub(super) fn read(&mut self, count: usize, list: &mut Vec<u32>) -> Result<(), Short> {
        let mut left = count;
        while left > 0 {
            if self.repeated > 0 {
                let n = left.min(self.repeated);
                list.resize(list.len() + n, self.number);
                self.repeated -= n;
                left -= n;
            } else if self.packed > 0 {
                let n = left.min(self.packed);
                self.unpack(n, list)?;
                self.packed -= n;
                left -= n;
            } else {
                self.next()?;
            }
        }
        Ok(())
    }

    fn unpack(&mut self, count: usize, list: &mut Vec<u32>) -> Result<(), Short> {
        let (start, width) = (list.len(), self.width as usize);
        list.resize(start + count, 0);
        let numbers = list.get_mut(start..).unwrap_or_default();
        let groups = numbers.as_chunks_mut::<8>().0;
        // Groups of eight begin with a byte.
        let done = match self.data.get(self.bit / 8..).filter(|_| self.bit.is_multiple_of(8)) {
            Some(bytes) => 8 * unpack_groups(bytes, width, groups),
            None => 0,
        };
        let mask = (1u64 << width) - 1;
        for (i, number) in numbers.iter_mut().enumerate().skip(done) {
            let bit = self.bit + i * width;
            let bytes = self.data.get(bit / 8..).unwrap_or(&[]);
            let word = match bytes.first_chunk::<8>() {
                Some(eight) => u64::from_le_bytes(*eight),
                None if bytes.len() * 8 < bit % 8 + width => return Err(Short),
                None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
            };
            *number = (word >> (bit % 8) & mask) as u32;
        }
        self.bit += count * width;
        Ok(())
    }

    /// Says for the next `count` rows whether the number is `full`; how many are.
    pub(super) fn full(&mut self, count: usize, full: u32, present: &mut Bits) -> Result<usize, Short> {
        let (mut left, mut found) = (count, 0);
        let mut numbers = Vec::new();
        while left > 0 {
            if self.repeated > 0 {
                let n = left.min(self.repeated);
                let is = self.number == full;
                present.extend(is, n);
                found += if is { n } else { 0 };
                self.repeated -= n;
                left -= n;
            } else if self.packed > 0 {
                let n = left.min(self.packed);
                // Numbers of one bit are what is asked for.
                if self.width == 1 && full == 1 && self.bit.is_multiple_of(8) {
                    let bytes = self.data.get(self.bit / 8..).and_then(|rest| rest.get(..n.div_ceil(8)));
                    let mut rest = n;
                    for bytes in bytes.ok_or(Short)?.chunks(8) {
                        let word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
                        let these = rest.min(64);
                        present.push_word(word, these);
                        found += (word << (64 - these)).count_ones() as usize;
                        rest -= these;
                    }
                    self.bit += n;
                } else {
                    numbers.clear();
                    self.unpack(n, &mut numbers)?;
                    for number in &numbers {
                        present.push(*number == full);
                        found += usize::from(*number == full);
                    }
                }
                self.packed -= n;
                left -= n;
            } else {
                self.next()?;
            }
        }
        Ok(found)
    }
}

/// Unpacks groups of eight numbers of so many bits, as long as there are bytes; how many groups.
fn unpack_groups(bytes: &[u8], width: usize, groups: &mut [[u32; 8]]) -> usize {
    macro_rules! by_width {
        ($($width:literal)*) => {
            match width {
                $($width => groups_of::<$width>(bytes, groups),)*
                _ => 0,
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24)
}

/// The same for a width that the compiler knows: where each number lies in its group is then no question.
fn groups_of<const WIDTH: usize>(bytes: &[u8], groups: &mut [[u32; 8]]) -> usize {
    let mask = (1u64 << WIDTH) - 1;
    let mut done = 0;
    // Some more bytes than a group has, so that every number can be read as a word.
    for (i, group) in groups.iter_mut().enumerate() {
        let Some(window) = bytes.get(i * WIDTH..).and_then(|rest| rest.first_chunk::<32>()) else { break };
        let number = |i: usize| {
            let word = window.get(i * WIDTH / 8..).and_then(|rest| rest.first_chunk::<8>());
            (word.map_or(0, |word| u64::from_le_bytes(*word)) >> (i * WIDTH % 8) & mask) as u32
        };
        *group = [number(0), number(1), number(2), number(3), number(4), number(5), number(6), number(7)];
        done += 1;
    }
    done
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn packed_numbers_of_all_widths() {
        for width in 1..=20u32 {
            let numbers: Vec<u32> = (0..72u32).map(|i| i.wrapping_mul(2_654_435_761) >> (32 - width)).collect();
            let mut bytes = vec![0u8; 9 * width as usize];
            for (i, bit) in
                (0..72 * width as usize).map(|bit| (bit, numbers[bit / width as usize] >> (bit % width as usize) & 1))
            {
                bytes[i / 8] |= (bit as u8) << (i % 8);
            }
            bytes.insert(0, 9 << 1 | 1);
            for step in [1, 3, 8, 20, 72] {
                let (mut runs, mut list) = (Runs::new(Bytes::from(bytes.clone()), width), Vec::new());
                while list.len() < 72 {
                    runs.read(step.min(72 - list.len()), &mut list).unwrap();
                }
                assert_eq!(list, numbers, "{width} {step}");
            }
        }
    }

    #[test]
    fn rows_that_have_a_value() {
        // Two hundred bits in groups of eight, then 70 times 1.
        let mut bytes = vec![25 << 1 | 1];
        bytes.extend((0..25u8).map(|i| i.wrapping_mul(37)));
        bytes.extend([140, 1, 1]);
        let data = Bytes::from(bytes);
        for step in [1, 7, 8, 64, 100, 270] {
            let (mut runs, mut present, mut found) = (Runs::new(data.clone(), 1), Bits::default(), 0);
            while present.len() < 270 {
                found += runs.full(step.min(270 - present.len()), 1, &mut present).unwrap();
            }
            for i in 0..270 {
                let is = i >= 200 || (i as u8 / 8).wrapping_mul(37) >> (i % 8) & 1 == 1;
                assert_eq!(present.get(i), is, "{step} {i}");
            }
            assert_eq!(found, present.count());
        }
    }

    #[test]
    fn runs_of_both_kinds() {
        // The numbers 0 to 7 in three bits each, as the format's own documentation packs them; then five times 4.
        let data = Bytes::from_static(&[0x03, 0b1000_1000, 0b1100_0110, 0b1111_1010, 0x0a, 0x04]);
        for step in 1..14 {
            let mut runs = Runs::new(data.clone(), 3);
            let mut list = Vec::new();
            while list.len() < 13 {
                runs.read(step.min(13 - list.len()), &mut list).unwrap();
            }
            assert_eq!(list, [0, 1, 2, 3, 4, 5, 6, 7, 4, 4, 4, 4, 4]);
            assert!(runs.read(1, &mut list).is_err());
        }
        let mut present = Bits::default();
        assert_eq!(Runs::new(data.clone(), 3).full(13, 4, &mut present).unwrap(), 6);
        assert_eq!(present.ones().collect::<Vec<_>>(), [4, 8, 9, 10, 11, 12]);
        assert!(Runs::new(data.slice(..2), 3).read(8, &mut Vec::new()).is_err());
        assert!(Runs::new(Bytes::new(), 1).full(1, 1, &mut present).is_err());
        // A dictionary of one value needs no bits.
        let mut list = Vec::new();
        Runs::new(Bytes::from_static(&[0x14]), 0).read(10, &mut list).unwrap();
        assert_eq!(list, [0; 10]);
    }
}
