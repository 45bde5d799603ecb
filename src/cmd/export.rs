//! `cited export`: `--bundle FILE.zip`, the evidence bundle; `--snapshot DATE`, a permanent copy of the site.
//!
//! In: the site, which must be fit to publish. Out: the zip file, replaced as a whole. Must never export what the
//! site itself would not publish.

mod snapshot;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use super::{Failure, deny, exit, options, plural, print, replace, tally};
use crate::bundle;
use crate::cli::{Cli, Export, SiteArgs};
use crate::config::{CONFIG_FILE, Config, stays_inside};
use crate::diag::Report;
use crate::load::files;
use crate::output::InMemory;
use crate::pipeline;
use crate::resolve::routes::DATA_FILES;
use crate::reuse::Reuse;

/// Records that data files name by id, beside the bibliography.
const RECORDS: [&str; 5] = [CONFIG_FILE, "content/actors.yaml", "content/questions.yaml", "content/glossary.yaml", "content/sources.lock"];

/// Write what was asked for; the command line lets exactly one through.
pub fn export(cli: &Cli, args: &Export) -> Result<ExitCode, Failure> {
    match (&args.bundle, args.snapshot) {
        (Some(file), _) => bundled(cli, args, file),
        (None, Some(date)) => snapshot::snapshot(cli, args, date),
        (None, None) => Err("say what to export: `--bundle FILE.zip` or `--snapshot DATE`".into()),
    }
}

/// Write the bundle.
fn bundled(cli: &Cli, args: &Export, zip: &Path) -> Result<ExitCode, Failure> {
    let site = SiteArgs { archive: args.archive.clone(), ..SiteArgs::default() };
    let built = pipeline::build(&options(cli, &site), &Reuse::default(), |report| deny(cli, report), &InMemory)?;
    let Some(tree) = &built.tree else {
        print(cli, &built.report);
        eprintln!("{}; nothing was exported", tally(&built.report));
        return Ok(exit(&built.report));
    };
    let mut report = Report::default();
    let file = files::read_text(&cli.root, CONFIG_FILE, &mut report)?.ok_or_else(|| format!("there is no {CONFIG_FILE}"))?;
    let config = Config::read(&file, None, &mut report).ok_or_else(|| format!("{CONFIG_FILE} cannot be read"))?;
    let mut bundled: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for path in DATA_FILES {
        if let Some(output) = tree.get(path) {
            bundled.insert((*path).to_owned(), output.bytes()?.to_vec());
        }
    }
    let bibliography = config.bibliography.iter().map(String::as_str).filter(|path| stays_inside(path.as_ref()));
    for path in RECORDS.into_iter().chain(bibliography) {
        let read = if path.ends_with(".lock") { files::read_lock } else { files::read_text };
        if let Some(file) = read(&cli.root, path, &mut report)? {
            bundled.insert(path.to_owned(), file.text.as_bytes().to_vec());
        }
    }
    let count = bundled.len();
    let bytes = bundle::bundle(&config, bundled).map_err(|_| "the bundle would be larger than 4 GB, which a plain zip file cannot hold")?;
    replace(zip, &bytes)?;
    eprintln!("{}: {} and their manifest, {} bytes", zip.display(), plural(count, "file"), bytes.len());
    Ok(ExitCode::SUCCESS)
}
