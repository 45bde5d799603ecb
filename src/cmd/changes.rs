//! `cited changes --since REV`.
use std::process::ExitCode;

use super::Failure;
use crate::cli::{Changes, Cli};

/// Compare claim records with those of a git revision.
pub fn changes(_cli: &Cli, _args: &Changes) -> Result<ExitCode, Failure> {
    Err("not yet".into())
}
