//! `cited build --watch`.
//!
//! In: what was touched. Out: the output folder, file by file: a page whose words alone changed at once, the rest behind it.
//! A newer change ends the work for an older one. With errors nothing is written.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::build::publish;
use super::{Failure, deny, exit, print, tally};
use crate::check::{self, Checker};
use crate::cli::Cli;
use crate::diag::Report;
use crate::load::Options;
use crate::output::{Output, OutputTree, Sink};
use crate::pipeline::model::{Model, Step};
use crate::pipeline::{self, Built};
use crate::render::Renderer;
use crate::resolve::Site;
use crate::reuse::Reuse;
use crate::watch::{Wake, Watched, Watcher};
use crate::write::{self, Differing, Mode, Stage};

/// More pages than this at once are left to the whole build.
const FEW: usize = 8;

/// Build, then build again whenever the site changes, until the user ends it.
pub fn watch(cli: &Cli, poll: bool, options: Options, out: &Path) -> Result<ExitCode, Failure> {
    let mut watcher = Watcher::new(Watched { root: cli.root.clone(), ignored: vec![std::path::absolute(out)?], poll })?;
    let (reuse, also) = (Reuse::kept(), watcher.also());
    let mut model = Model::new(options, reuse.clone());
    let mut shown = match model.step(None)? {
        Step::Same(site) | Step::Revised { site, .. } | Step::Anew(site) | Step::Broken { site: Some(site), .. } => {
            let stage = Stage::beside(out);
            let built = whole(cli, &site, &reuse, &stage, &AtomicBool::new(false)).unwrap_or_default();
            also.set(built.also.clone());
            publish(cli, &built, out, |tree| stage.finish(tree))?;
            Shown { report: built.report, site: built.tree.is_some().then_some(site) }
        }
        Step::Broken { report, .. } => Shown::broken(cli, report, out),
    };
    eprintln!("watching {} (end it with Ctrl-C)", cli.root.display());
    // What the folder does not hold yet.
    let mut owed: Option<Arc<Site>> = None;
    loop {
        let wake = match owed.take() {
            None => watcher.wait(),
            Some(site) => {
                let stop = AtomicBool::new(false);
                let (wake, done) = std::thread::scope(|scope| {
                    let pass = scope.spawn(|| settle(cli, &site, &reuse, out, &stop));
                    let wake = watcher.wait();
                    stop.store(true, Ordering::Relaxed);
                    (wake, pass.join().unwrap_or_default())
                });
                match done {
                    Some(built) => shown = Shown { report: built.report, site: built.tree.is_some().then_some(site) },
                    None => owed = Some(site),
                }
                wake
            }
        };
        let touched = match wake {
            Wake::Changed(touched) => touched,
            Wake::Polling(why) => {
                eprintln!("{why}");
                None
            }
            Wake::Ended => return Ok(exit(&shown.report)),
        };
        // What the machine refuses now it may grant at the next save: say so, and go on.
        let step = match model.step(touched.as_ref()) {
            // What else is wrong is told as well.
            Ok(Step::Broken { files: Some(_), .. }) => model.step(None),
            step => step,
        };
        match step {
            Ok(Step::Same(_)) => {}
            Ok(Step::Anew(site) | Step::Broken { site: Some(site), .. }) => {
                also.set(pipeline::also(&site.inputs));
                owed = Some(site);
            }
            Ok(Step::Revised { site, pages, theme }) => {
                if !theme && at_once(cli, &shown, &site, &pages, &reuse, out) {
                    shown.site = Some(site.clone());
                }
                owed = Some(site);
            }
            Ok(Step::Broken { report, .. }) => {
                owed = None;
                shown = Shown::broken(cli, report, out);
            }
            Err(error) => eprintln!("error: {error}"),
        }
    }
}

/// What the folder holds.
struct Shown {
    /// What was found when it was last looked through.
    report: Report,
    /// The site whose pages it holds; none if that is not known.
    site: Option<Arc<Site>>,
}

impl Shown {
    fn broken(cli: &Cli, mut report: Report, out: &Path) -> Self {
        deny(cli, &mut report);
        report.finish();
        print(cli, &report);
        eprintln!("{}: nothing is written, {} is as it was", tally(&report), out.display());
        Self { report, site: None }
    }
}

fn whole(cli: &Cli, site: &Arc<Site>, reuse: &Reuse, sink: &dyn Sink, stop: &AtomicBool) -> Option<Built> {
    let mut built = pipeline::build_site(site, reuse, |report| deny(cli, report), sink, stop)?;
    let spent = std::mem::take(&mut built.spent);
    rayon::spawn(move || drop(spent));
    Some(built)
}

/// Make the folder hold the whole site; none if something changed meanwhile.
fn settle(cli: &Cli, site: &Arc<Site>, reuse: &Reuse, out: &Path, stop: &AtomicBool) -> Option<Built> {
    let built = Differing::from(out).map_err(Failure::from).and_then(|sink| {
        let Some(built) = whole(cli, site, reuse, &sink, stop) else { return Ok(None) };
        publish(cli, &built, out, |tree| write::write(tree, out, Mode::InPlace))?;
        Ok(Some(built))
    });
    built.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        Some(Built::default())
    })
}

/// Write the pages whose words changed, if that is all that readers see of the change but for the search index, and nothing
/// is wrong with them. Whether it was done.
fn at_once(cli: &Cli, shown: &Shown, site: &Arc<Site>, pages: &[usize], reuse: &Reuse, out: &Path) -> bool {
    let Some(before) = shown.site.as_ref().filter(|_| pages.len() <= FEW) else { return false };
    if !Arc::ptr_eq(&before.claims, &site.claims) || !check::stands_alone(site) {
        return false;
    }
    let texts: Vec<_> = pages.iter().map(|page| (*page, site.text(*page))).collect();
    if texts.iter().any(|(page, _)| before.facts(*page) != site.facts(*page)) {
        return false;
    }
    let checker = Checker::new(site);
    let Some(renderer) = Renderer::new(&checker.checked, false, reuse) else { return false };
    let (mut report, mut files) = (Report::default(), OutputTree::default());
    for (page, text) in texts {
        report.extend(checker.page(page, &text).report);
        for (path, bytes) in renderer.page(page, &text, &mut report) {
            files.add_output(path.clone(), Output::of_bytes(bytes));
        }
    }
    deny(cli, &mut report);
    // What is refused now is told when the whole site is written.
    !report.has_errors() && write::replace(&files, out).unwrap_or(false)
}
