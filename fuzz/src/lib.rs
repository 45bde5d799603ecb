//! What holds of everything that reads input from strangers, for any bytes at all.
//!
//! In: bytes. Out: nothing, or a panic that says which promise was broken. libFuzzer calls these functions through
//! `fuzz_targets/`; the tests of the program include this file and call them with every input kept in `corpus/`.
//! Must never touch the disk or the network, and must use the public functions of the program only.

pub mod html;
mod pages;
mod preview;
mod texts;

pub use pages::{citations, front_matter, markdown};
pub use preview::http;
pub use texts::{csl_style, lexicon, lock, numbers, numbers_hold, quotes, sources, theme_settings};

use cited::diag::Report;
use cited::diag::emit::{Format, emit};

/// A function for every folder of `corpus/`.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("front_matter", front_matter),
    ("citations", citations),
    ("markdown", markdown),
    ("sources", sources),
    ("csl_style", csl_style),
    ("numbers", numbers),
    ("quotes", quotes),
    ("lock", lock),
    ("theme_settings", theme_settings),
    ("http", http),
];

/// Every finding has a place inside its file, a message of one line, and can be printed in every format.
fn findings_hold(mut report: Report) {
    report.finish();
    for found in report.iter() {
        assert!(!found.message.is_empty(), "{found:?}");
        assert!(!found.message.contains('\n'), "a message of several lines: {found:?}");
        if let Some(span) = &found.span {
            assert!(span.file.text.get(span.start..span.end).is_some(), "a place outside its file: {found:?}");
        }
    }
    for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github] {
        let printed = emit(&report, format, false);
        let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
        assert!(format == Format::Github || !printed.contains(control), "control characters reach the terminal: {printed:?}");
    }
}

/// The bytes as a text, as the program reads it: what is not UTF-8 is refused before any reader sees it.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
