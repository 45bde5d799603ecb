//! `cited schema FILE` and `cited completions SHELL`.
//!
//! The schemas are files in `docs/schemas/`, made from the types that read the site; a test compares them, so that no
//! program has to carry what makes them.

use std::process::ExitCode;

use clap::CommandFactory;

use super::Failure;
use crate::cli::{Cli, Completions, Schema, SchemaFile};

/// Print a JSON schema.
pub fn schema(args: &Schema) -> Result<ExitCode, Failure> {
    out!("{}", text(args.file));
    Ok(ExitCode::SUCCESS)
}

fn text(file: SchemaFile) -> &'static str {
    match file {
        SchemaFile::Site => include_str!("../../docs/schemas/site.json"),
        SchemaFile::Page => include_str!("../../docs/schemas/page.json"),
        SchemaFile::Actors => include_str!("../../docs/schemas/actors.json"),
        SchemaFile::Questions => include_str!("../../docs/schemas/questions.json"),
        SchemaFile::Glossary => include_str!("../../docs/schemas/glossary.json"),
        SchemaFile::Evidence => include_str!("../../docs/schemas/evidence.json"),
        SchemaFile::Theme => include_str!("../../docs/schemas/theme.json"),
    }
}

/// Print completions.
pub fn completions(args: &Completions) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cited", &mut script);
    out!("{}", String::from_utf8_lossy(&script));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use schemars::schema_for;

    use super::*;
    use crate::load::front_matter::FrontMatter;
    use crate::load::records::{Actor, Question, Term};
    use crate::load::sources::Evidence;
    use crate::load::theme::ThemeFile;

    #[test]
    fn schemas_are_those_of_the_types_that_read_the_files() {
        for file in SchemaFile::value_variants() {
            let schema = match file {
                SchemaFile::Site => crate::config::schema(),
                SchemaFile::Page => schema_for!(FrontMatter),
                SchemaFile::Actors => schema_for!(Vec<Actor>),
                SchemaFile::Questions => schema_for!(Vec<Question>),
                SchemaFile::Glossary => schema_for!(Vec<Term>),
                SchemaFile::Evidence => schema_for!(Evidence),
                SchemaFile::Theme => schema_for!(ThemeFile),
            };
            let made = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
            let name = file.to_possible_value().expect("every file has a name").get_name().to_owned();
            let path = format!("{}/docs/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
            if std::env::var_os("ACCEPT").is_some() {
                std::fs::write(&path, &made).expect("the schema can be written");
            } else {
                assert!(text(*file) == made, "{path} is not up to date: run this test with ACCEPT=1, and read the diff");
            }
        }
    }
}
