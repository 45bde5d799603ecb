//! `cited source impact KEY`: what rests on a source, and what would fall if it were withdrawn.
//!
//! In: the site. Out: a list by page for people, or one JSON object with `--format json`. Must never change the site.

use std::process::ExitCode;
use std::sync::Arc;

use super::number;
use crate::check::impact::{Impact, impact};
use crate::cli::Cli;
use crate::cmd::{Failure, plural};
use crate::diag::Report;
use crate::diag::emit::Format;
use crate::load::Inputs;
use crate::resolve;
use crate::reuse::Reuse;

/// Print what rests on a source.
pub fn print(cli: &Cli, inputs: Inputs, key: &str) -> Result<ExitCode, Failure> {
    let number = number(&inputs, key)?;
    let site = resolve::resolve(Arc::new(inputs), &Reuse::default(), &mut Report::default());
    let impact = impact(&site, number);
    if cli.format == Format::Json {
        outln!("{}", serde_json::to_string_pretty(&impact)?);
        return Ok(ExitCode::SUCCESS);
    }
    out!("{}", text(&impact));
    Ok(ExitCode::SUCCESS)
}

fn text(impact: &Impact) -> String {
    let mut lines = vec![format!("{}: {}", impact.source, impact.title)];
    if !impact.retold_by.is_empty() {
        lines.push(format!("retold by {}, counted here as well", impact.retold_by.join(", ")));
    }
    let claims = impact.pages.iter().map(|p| p.claims.len()).sum();
    lines.push(format!(
        "{} on {}; {} rest on it",
        plural(impact.citations, "citation"),
        plural(impact.pages.len(), "page"),
        plural(claims, "claim")
    ));
    lines.push(format!(
        "would fall: {}, {}, {}",
        plural(impact.falling_claims(), "claim"),
        plural(impact.falling_statements(), "statement"),
        plural(impact.definitions.len(), "definition")
    ));
    for page in &impact.pages {
        lines.push(format!("\n{} (/{})", page.file, page.path));
        for claim in &page.claims {
            let fate = if claim.falls {
                "falls".to_owned()
            } else {
                format!("keeps {} ({})", claim.keeps.join(", "), plural(claim.origins, "origin"))
            };
            lines.push(format!("  {} {}: {fate}", claim.kind, claim.id));
        }
        for statement in &page.statements {
            lines.push(format!("  line {} falls: {}", statement.line, statement.text));
        }
    }
    for term in &impact.definitions {
        lines.push(format!("\nglossary: {term} falls"));
    }
    lines.join("\n") + "\n"
}
