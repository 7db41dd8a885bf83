//! Hashes that say nothing about what is not used, so that programs without it keep the hash they always had.

use super::{Across, Aggregate, Field};
use crate::number::Decimal;
use std::hash::{Hash, Hasher};

impl Hash for Aggregate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Aggregate {
            function,
            source,
            reach,
            value,
            other,
            filter,
            window,
            dedupe,
            latest_per,
            cap,
            diminish,
            value_cap,
            decay,
            weight,
            at_least,
            by,
            top,
            alike,
            with,
        } = self;
        function.hash(state);
        source.hash(state);
        reach.hash(state);
        value.hash(state);
        filter.hash(state);
        window.hash(state);
        dedupe.hash(state);
        latest_per.hash(state);
        cap.hash(state);
        diminish.hash(state);
        value_cap.hash(state);
        decay.hash(state);
        weight.hash(state);
        at_least.hash(state);
        if other.is_some() {
            ("other", other).hash(state);
        }
        if !by.is_empty() {
            ("by", by).hash(state);
        }
        if *top > 0 {
            ("top", top).hash(state);
        }
        if *alike != Decimal::ONE {
            ("alike", alike).hash(state);
        }
        if with.is_some() {
            ("with", with).hash(state);
        }
    }
}

impl Hash for Across {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Across { function, value, other, filter, weight, at_least, top, by, kin } = self;
        function.hash(state);
        value.hash(state);
        filter.hash(state);
        weight.hash(state);
        at_least.hash(state);
        top.hash(state);
        if other.is_some() {
            ("other", other).hash(state);
        }
        if !by.is_empty() {
            ("by", by).hash(state);
        }
        if kin.is_some() {
            ("kin", kin).hash(state);
        }
    }
}

impl Hash for Field {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Field { name, ty, integer, low, high, optional, personal, recorded, merged, parent, currency, doc, span } =
            self;
        name.hash(state);
        ty.hash(state);
        integer.hash(state);
        low.hash(state);
        high.hash(state);
        optional.hash(state);
        personal.hash(state);
        recorded.hash(state);
        merged.hash(state);
        parent.hash(state);
        doc.hash(state);
        span.hash(state);
        if currency.is_some() {
            ("currency", currency).hash(state);
        }
    }
}
