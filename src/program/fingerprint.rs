//! A short hash of what a program means: equal programs have equal hashes wherever their text stands.

use super::{Header, Program};
use std::hash::{Hash, Hasher};

/// FNV-1a with 64 bits: the same on every machine and in every release.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    fn write_u32(&mut self, n: u32) {
        self.write(&n.to_le_bytes());
    }
    fn write_u64(&mut self, n: u64) {
        self.write(&n.to_le_bytes());
    }
    fn write_i128(&mut self, n: i128) {
        self.write(&n.to_le_bytes());
    }
    fn write_usize(&mut self, n: usize) {
        self.write(&(n as u64).to_le_bytes());
    }
    fn write_isize(&mut self, n: isize) {
        self.write(&(n as i64).to_le_bytes());
    }
}

/// Only the name: labels, comments and metadata do not change what is computed.
impl Hash for Header {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Program {
    /// Seven hexadecimal digits over everything that is computed, whatever the order and layout of the text. The order
    /// of declarations across files shows in ids, so declarations are hashed by name.
    pub(crate) fn fingerprint(&self) -> String {
        let one = |item: &dyn Fn(&mut Fnv)| {
            let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
            item(&mut hasher);
            hasher.finish()
        };
        let mut parts: Vec<u64> = Vec::new();
        parts.extend(self.tables.iter().map(|x| one(&|h| x.hash(h))));
        parts.extend(self.enums.iter().map(|x| one(&|h| x.hash(h))));
        parts.extend(self.params.iter().map(|x| one(&|h| x.hash(h))));
        parts.extend(self.segments.iter().map(|x| one(&|h| x.hash(h))));
        parts.extend(self.partitions.iter().map(|x| one(&|h| x.hash(h))));
        parts.extend(self.metrics.iter().map(|x| one(&|h| x.hash(h))));
        parts.extend(self.portfolio.iter().map(|x| one(&|h| ("portfolio", x).hash(h))));
        parts.extend(self.benchmarks.iter().map(|x| one(&|h| ("benchmark", x).hash(h))));
        parts.extend(self.row_metrics.iter().map(|x| one(&|h| ("row", x).hash(h))));
        parts.extend(self.portfolio_rules.iter().map(|x| one(&|h| ("portfolio", x).hash(h))));
        parts.extend(self.scorecards.iter().map(|x| one(&|h| x.hash(h))));
        parts.extend(self.rules.iter().map(|x| one(&|h| x.hash(h))));
        parts.extend(self.row_rules.iter().map(|x| one(&|h| ("row", x).hash(h))));
        parts.extend(self.guards.iter().map(|x| one(&|h| ("guard", x).hash(h))));
        parts.extend(self.playbooks.iter().map(|x| one(&|h| ("playbook", x).hash(h))));
        parts.extend(self.calendars.iter().map(|x| one(&|h| ("calendar", x).hash(h))));
        parts.extend(self.attributions.iter().map(|x| one(&|h| ("attribution", x).hash(h))));
        parts.extend(self.rates.iter().map(|x| one(&|h| ("rates", x.valid_for).hash(h))));
        parts.sort_unstable();
        let total = one(&|h| parts.hash(h));
        format!("{total:016x}").chars().take(7).collect()
    }
}
