//! `cited export --bundle FILE.zip`.
use std::process::ExitCode;

use super::Failure;
use crate::cli::{Cli, Export};

/// Write the evidence bundle.
pub fn export(_cli: &Cli, _args: &Export) -> Result<ExitCode, Failure> {
    Err("not yet".into())
}
