//! Findings as text: one file per format, the same positions in all.
