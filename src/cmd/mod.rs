//! The commands: each takes the arguments apart, calls the library and prints.
//!
//! Messages go to standard error, data to standard output. Exit codes: 0 clean or warnings, 1 the site has errors,
//! 2 usage or machine.

/// Data for standard output: `print!`, but for a reader who has enough (`| head`), and a disk that is full.
macro_rules! out {
    ($($arg:tt)*) => { $crate::cmd::put(format_args!($($arg)*)) };
}
/// The same, and the end of the line.
macro_rules! outln {
    ($($arg:tt)*) => { $crate::cmd::put(format_args!("{}\n", format_args!($($arg)*))) };
}

mod build;
mod changes;
mod check;
mod ci;
mod cite;
mod deploy;
mod explain;
mod export;
mod git;
mod new;
mod schema;
mod source;
mod watch;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::{Cli, Command, SiteArgs};
use crate::diag::emit::{Format, emit, emit_below};
use crate::diag::{Code, Report, Severity, did_you_mean};
use crate::load::{self, Inputs, Options};
use crate::pipeline::Built;
use crate::reuse::Reuse;

/// What ended a command early: printed after `error: `, exit code 2.
pub type Failure = Box<dyn std::error::Error>;

/// Run the command that was given.
pub fn run(cli: &Cli) -> Result<ExitCode, Failure> {
    check_deny(cli)?;
    match &cli.command {
        Command::Init(args) => new::init(args),
        Command::New(args) => new::page(cli, args),
        Command::Build(args) => build::build(cli, args),
        Command::Deploy(args) => deploy::deploy(cli, args),
        Command::Serve(args) => build::serve(cli, args),
        Command::Check(args) => check::check(cli, args),
        Command::Cite(args) => cite::cite(cli, args),
        Command::Source(command) => source::run(cli, command),
        Command::Stale(args) => check::stale(cli, args),
        Command::Changes(args) => changes::changes(cli, args),
        Command::Export(args) => export::export(cli, args),
        Command::Explain(args) => explain::explain(args),
        Command::Schema(args) => schema::schema(args),
        Command::Completions(args) => schema::completions(args),
    }
}

fn check_deny(cli: &Cli) -> Result<(), Failure> {
    for name in cli.deny.iter().filter(|n| *n != "warnings") {
        if name.parse::<Code>().is_err() {
            let help =
                did_you_mean(name, Code::ALL.iter().map(|c| c.name()).chain(["warnings"]), || "`cited explain` lists the codes".to_owned());
            return Err(format!("--deny {name}: there is no such code; {help}").into());
        }
    }
    Ok(())
}

/// What the arguments say about a run.
fn options(cli: &Cli, site: &SiteArgs) -> Options {
    Options {
        root: cli.root.clone(),
        base_url: site.base_url.clone(),
        drafts: site.drafts,
        archive: site.archive.clone(),
        preview: false,
        as_of: None,
        version: None,
    }
}

/// The inputs of a command that answers from all of them. Where a page or a list of records cannot be read, what stands in
/// it would be missing from the answer, and nobody would know: then what is wrong with it is printed, and there are none.
fn inputs_in_full(cli: &Cli, site: &SiteArgs) -> Result<Result<Inputs, ExitCode>, Failure> {
    let mut report = Report::default();
    let inputs = load::load(&options(cli, site), &Reuse::default(), &mut report)?;
    report.finish();
    let Some(inputs) = inputs else {
        print(cli, &report);
        return Ok(Err(exit(&report)));
    };
    let is_whole = inputs.unread.is_empty() && !inputs.sources.is_broken() && !inputs.glossary.broken && !inputs.actors.broken;
    if is_whole {
        return Ok(Ok(inputs));
    }
    let errors: Report = report.iter().filter(|d| d.severity == Severity::Error).cloned().collect();
    print(cli, &errors);
    eprintln!("what stands in a file that cannot be read would be missing from the answer: mend that first");
    Ok(Err(ExitCode::from(1)))
}

/// Raise what `--deny` names to errors.
fn deny(cli: &Cli, report: &mut Report) {
    deny_names(&cli.deny, report);
}

fn deny_names(names: &[String], report: &mut Report) {
    let all = names.iter().any(|n| n == "warnings");
    let codes: Vec<Code> = names.iter().filter_map(|n| n.parse().ok()).collect();
    report.relevel(|d| if all || codes.contains(&d.code) { Severity::Error } else { d.severity });
}

/// Print findings: for people to standard error, for programs to standard output.
fn print(cli: &Cli, report: &Report) {
    say(cli.format, &words(cli, report));
}

/// Findings as words, in the format that was asked for.
fn words(cli: &Cli, report: &Report) -> String {
    // From where the program runs, which is the repository; of a site elsewhere nothing is known.
    let below = std::env::current_dir().and_then(|here| Ok(std::path::absolute(&cli.root)?.strip_prefix(here).map(Path::to_path_buf)));
    let folder = match below {
        Ok(Ok(folder)) if !folder.as_os_str().is_empty() => format!("{}/", folder.display()).replace('\\', "/"),
        _ => String::new(),
    };
    emit_below(&folder, report, cli.format, is_coloured())
}

fn print_as(format: Format, report: &Report) {
    say(format, &emit(report, format, is_coloured()));
}

/// Write data. Where nobody reads it any more, there is nothing left to do; where it cannot be written, that is said.
fn put(data: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_fmt(data).and_then(|()| out.flush()) {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        eprintln!("error: the output cannot be written: {error}");
        std::process::exit(2);
    }
}

/// Print findings that are words already.
fn say(format: Format, text: &str) {
    match format {
        Format::Human | Format::Short | Format::Github => eprint!("{text}"),
        Format::Json | Format::Sarif => out!("{text}"),
    }
}

/// Whether messages have colours.
fn is_coloured() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// `2 errors, 1 warning`, or nothing.
fn tally(report: &Report) -> String {
    [(report.count(Severity::Error), "error"), (report.count(Severity::Warning), "warning")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| plural(n, word))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The tally of a build, with the drafts that it left out.
fn tally_of(built: &Built) -> String {
    let drafts = match built.site.as_ref().map_or(0, |site| site.inputs.drafts.len()) {
        0 => None,
        n => Some(format!("{} left out (`--drafts` takes drafts in)", plural(n, "draft"))),
    };
    [Some(tally(&built.report)).filter(|tally| !tally.is_empty()), drafts].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `no errors`, `1 error`, `2 errors`.
fn plural(n: usize, word: &str) -> String {
    match n {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    }
}

/// Put new bytes in the place of a file, in one step: a reader sees the old file or the new one.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.tmp"));
    let written = std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|e| {
        let _ = std::fs::remove_file(&temporary);
        format!("cannot write {}: {e}", path.display()).into()
    })
}

/// The exit code that a report asks for.
fn exit(report: &Report) -> ExitCode {
    if report.has_errors() { ExitCode::from(1) } else { ExitCode::SUCCESS }
}
