//! The chain of evidence as a user meets it: the commands about sources, changes and exports, the reports, and what
//! the program says of bad archives, quotes and locks.
//!
//! In: the built program and the fixture site `tests/sites/base`. Each module header says what its tests hold fast.

mod bad_input;
mod bundle;
mod changes;
#[path = "../suite/harness.rs"]
mod harness;
mod reports;
mod review;
mod sources;
