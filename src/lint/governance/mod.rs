//! Who answers for what, what it is for, and when it is looked at again.

pub mod unowned;
