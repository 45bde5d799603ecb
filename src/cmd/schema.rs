//! `cited schema FILE` and `cited completions SHELL`.

use std::process::ExitCode;

use clap::CommandFactory;

use super::Failure;
use crate::cli::{Cli, Completions, Schema, SchemaFile};
use crate::load::records::{Actor, Question, Term};
use crate::load::sources::Evidence;
use crate::load::theme::ThemeFile;

/// Print a JSON schema, made from the same types that read the file.
pub fn schema(args: &Schema) -> Result<ExitCode, Failure> {
    let schema = match args.file {
        SchemaFile::Site => crate::config::schema(),
        SchemaFile::Page => crate::load::front_matter::schema(),
        SchemaFile::Actors => schemars::schema_for!(Vec<Actor>),
        SchemaFile::Questions => schemars::schema_for!(Vec<Question>),
        SchemaFile::Glossary => schemars::schema_for!(Vec<Term>),
        SchemaFile::Evidence => schemars::schema_for!(Evidence),
        SchemaFile::Theme => schemars::schema_for!(ThemeFile),
    };
    println!("{}", serde_json::to_string_pretty(&schema)?);
    Ok(ExitCode::SUCCESS)
}

/// Print completions.
pub fn completions(args: &Completions) -> Result<ExitCode, Failure> {
    clap_complete::generate(args.shell, &mut Cli::command(), "cited", &mut std::io::stdout());
    Ok(ExitCode::SUCCESS)
}
