//! `cited explain CODE`: the code's paragraph of the manual.

use std::process::ExitCode;

use super::Failure;
use crate::cli::Explain;
use crate::diag::{Code, Severity, did_you_mean};

const MANUAL: &str = include_str!("../../docs/diagnostics.md");

/// Print a code's paragraph, or the list of codes.
pub fn explain(args: &Explain) -> Result<ExitCode, Failure> {
    let Some(name) = &args.code else {
        for code in Code::ALL {
            let level = match code.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Off => "off",
            };
            outln!("{:24}{level:9}{}", code.name(), code.meaning());
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Ok(code) = name.parse::<Code>() else {
        let help = did_you_mean(name, Code::ALL.iter().map(|c| c.name()), || "`cited explain` lists the codes".to_owned());
        return Err(format!("there is no code `{name}`; {help}").into());
    };
    outln!("{}: {}\n", code.name(), code.meaning());
    out!("{}", paragraph(code).unwrap_or("\n"));
    Ok(ExitCode::SUCCESS)
}

/// What the manual says of a code, below its heading.
pub fn paragraph(code: Code) -> Option<&'static str> {
    let heading = format!("\n## {}\n", code.name());
    let start = MANUAL.find(&heading)? + heading.len();
    let rest = &MANUAL[start..];
    Some(rest[..rest.find("\n## ").map_or(rest.len(), |i| i + 1)].trim_start_matches('\n'))
}
