//! Which arm of a pilot somebody is in: a stable hash of the pilot and the subject, so that nothing has to be remembered.
//!
//! FNV-1a of `pilot/subject` alone steps evenly through names that end in a number; a step of SplitMix64 scatters it. Raising
//! the share of those treated keeps everyone who is treated already.

/// The place of a subject in a pilot, from 0 to 9,999.
pub fn bucket(pilot: &str, subject: &str) -> i64 {
    let hash = scattered(fnv1a([pilot, "/", subject].iter().flat_map(|part| part.bytes())));
    i64::try_from(hash % 10_000).unwrap_or(0)
}

/// FNV-1a with 64 bits.
fn fnv1a(text: impl Iterator<Item = u8>) -> u64 {
    text.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// One step of SplitMix64.
fn scattered(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published vectors of FNV-1a and SplitMix64, and eight accounts worked with another program.
    #[test]
    fn vectors() {
        assert_eq!(fnv1a("".bytes()), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a("a".bytes()), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(scattered(0), 0xe220_a839_7b1d_cdaf);
        let buckets: Vec<i64> = (1..=8).map(|i| bucket("pilot_2026q1", &format!("A{i}"))).collect();
        assert_eq!(buckets, [7390, 561, 9284, 1162, 6431, 6493, 9105, 6246]);
    }
}
