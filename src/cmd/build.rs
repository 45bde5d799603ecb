//! `cited build`, `cited build --watch` and `cited serve`.

use std::process::ExitCode;

use super::{Failure, deny, exit, options, print, tally};
use crate::cli::{Build, Cli, Serve};
use crate::pipeline;
use crate::reuse::Reuse;

/// Build the site.
pub fn build(cli: &Cli, args: &Build) -> Result<ExitCode, Failure> {
    let reuse = Reuse::default();
    let built = pipeline::build(&options(cli, &args.site), &reuse, |report| deny(cli, report))?;
    print(cli, &built.report);
    let out = args.output_dir.clone().unwrap_or_else(|| cli.root.join("public"));
    if let Some(tree) = &built.tree {
        for (path, output) in tree.iter() {
            let path = out.join(path);
            std::fs::create_dir_all(path.parent().unwrap())?;
            std::fs::write(path, output.bytes()?)?;
        }
    }
    eprintln!("{}", tally(&built.report));
    Ok(exit(&built.report))
}

/// Preview.
pub fn serve(_cli: &Cli, _args: &Serve) -> Result<ExitCode, Failure> {
    todo!()
}
