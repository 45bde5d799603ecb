//! `cited export --snapshot DATE`: a permanent, dated copy of the whole site.
//!
//! In: the site, which must be fit to publish. Out: `versions/DATE/` in its root, which every later build publishes as it
//! is. Must never read the clock, change a version that is there, nor keep a copy whose readers cannot tell that it is
//! one.

use std::process::ExitCode;

use crate::cli::{Cli, Export, SiteArgs};
use crate::cmd::{Failure, deny, exit, options, plural, print, tally};
use crate::config::VERSIONS;
use crate::date::Date;
use crate::load::Options;
use crate::output::{InMemory, OutputTree};
use crate::pipeline;
use crate::render::{latest_of, root_of};
use crate::reuse::Reuse;
use crate::write::version;

/// What makes sense only at the root of a host.
const LEFT_OUT: [&str; 3] = ["404.html", "robots.txt", "sitemap.xml"];

/// Keep the site as it is as the version of a day.
pub fn snapshot(cli: &Cli, args: &Export, date: Date) -> Result<ExitCode, Failure> {
    if date.day().is_none() {
        return Err(format!("--snapshot {date}: a version is of one day; write it as 2025-07-20").into());
    }
    let site = SiteArgs { archive: args.archive.clone(), ..SiteArgs::default() };
    let options = Options { version: Some(date), ..options(cli, &site) };
    let built = pipeline::build(&options, &Reuse::default(), |report| deny(cli, report), &InMemory)?;
    print(cli, &built.report);
    let Some(tree) = &built.tree else {
        eprintln!("{}; nothing was exported", tally(&built.report));
        return Ok(exit(&built.report));
    };
    says_what_it_is(tree)?;
    let files = tree.iter().filter(|(path, _)| !LEFT_OUT.contains(path));
    let kept = version::keep(&cli.root, date, files)?;
    eprintln!(
        "{VERSIONS}/{date}: {}, {} bytes; commit the folder, and every build publishes it at /{VERSIONS}/{date}/",
        plural(kept.files, "file"),
        kept.bytes
    );
    Ok(ExitCode::SUCCESS)
}

/// Every page of a copy leads to the same page of the latest site: that is the theme's to show.
fn says_what_it_is(tree: &OutputTree) -> Result<(), Failure> {
    for (path, output) in tree.iter().filter(|(path, _)| !LEFT_OUT.contains(path)) {
        let Some(page) = path.strip_suffix("index.html") else { continue };
        let html = String::from_utf8_lossy(&output.bytes()?).replace("&amp;", "&").replace("&#x27;", "'").replace("&#39;", "'");
        if !html.contains(&format!("\"{}{}\"", root_of(page), latest_of(page))) {
            return Err(format!(
                "the theme shows no link to the latest version on /{page}, so readers of the copy could not tell that it is one; \
                 print `page.latest` as docs/themes.md says; nothing was exported"
            )
            .into());
        }
    }
    Ok(())
}
