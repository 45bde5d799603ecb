//! Every integration test, in one binary: what a user of the program sees.
//!
//! In: the built program, the library, fixture sites under `tests/sites/` and fixture findings under
//! `tests/diagnostics/`. Each module header says what its tests hold fast.

mod again;
mod answers;
mod bad_input;
mod cites;
mod deploy;
mod determinism;
mod errors;
mod faults;
mod figures_corpus;
mod figures_properties;
#[path = "../../fuzz/src/lib.rs"]
mod fuzzed;
mod harness;
mod hostile;
mod layering;
mod manual;
mod mistakes;
mod originals;
mod pages;
mod pictures;
mod preview;
mod rebuild;
mod replay;
mod strangers;
mod versions;
mod watched;
