//! Content from strangers: some four hundred hostile or faulty inputs, and what must be seen of each.
//!
//! In: a table of inputs, each a few files over a small site with the reference theme. Out: for each either a site in
//! which nothing runs and nothing leads elsewhere, judged by an HTML parser, an XML parser and a JSON parser; or a
//! finding in the right file, on the right line, and no site. Figures: how many are handled, unsafe, located.

mod cases;
mod outputs;
mod templates;

use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::{Duration, Instant};

use cited::load::Options;
use cited::output::InMemory;
use cited::pipeline;
use cited::reuse::Reuse;
use rayon::prelude::*;

use crate::harness::{TestSite, read_tree};

/// One input and what must be seen.
pub struct Case {
    pub name: String,
    /// Paths below the site's root, or beside it with `../`.
    pub files: Vec<(String, Vec<u8>)>,
    /// Links to make: path and target.
    pub links: Vec<(String, String)>,
    pub wanted: Wanted,
}

/// What must be seen.
pub enum Wanted {
    /// A site, with nothing unsafe in it.
    Clean,
    /// Findings at these places: code and `path:line`. No site.
    Findings(Vec<(&'static str, String)>),
}

/// What came of a case.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Right,
    /// Not what was wanted, but harmless.
    Wrong(String),
    /// A finding of the right code at another place.
    Misplaced(String),
    Unsafe(String),
}

/// A case may take this long, unoptimised, on a busy machine: none is large.
const PATIENCE: Duration = Duration::from_secs(60);

fn run(case: &Case) -> Seen {
    let site = TestSite::empty();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (from, to) in [("src/cmd/lesson", ""), ("themes/explainer", "themes/explainer/")] {
        for (path, bytes) in read_tree(&repository.join(from)) {
            site.write(&format!("{to}{path}"), bytes);
        }
    }
    let outside = site.outside().join("outside");
    fs::create_dir_all(&outside).expect("a folder can be made");
    for name in ["secret.md", "secret.txt", "secret.yaml"] {
        fs::write(outside.join(name), "---\ntitle: SECRET\n---\nSECRET\n").expect("a file can be written");
    }
    for (path, bytes) in &case.files {
        site.write(path, bytes);
    }
    for (path, target) in &case.links {
        let link = site.root().join(path);
        let _ = fs::remove_dir_all(&link);
        let _ = fs::remove_file(&link);
        fs::create_dir_all(link.parent().expect("a link lies in a folder")).expect("a folder can be made");
        #[cfg(unix)]
        std::os::unix::fs::symlink(target, &link).expect("a link can be made");
    }
    let before = read_tree(site.outside());
    let options = Options { root: site.root(), ..Options::default() };
    let start = Instant::now();
    let reuse = Reuse::default();
    let levels = |_: &mut cited::diag::Report| ();
    let built = std::panic::catch_unwind(AssertUnwindSafe(|| pipeline::build(&options, &reuse, levels, &InMemory)));
    let built = match built {
        Ok(Ok(built)) => built,
        Ok(Err(error)) => return Seen::Wrong(format!("the machine refuses: {error}")),
        Err(_) => return Seen::Unsafe("a panic".to_owned()),
    };
    if start.elapsed() > PATIENCE {
        return Seen::Unsafe(format!("it takes {:?}", start.elapsed()));
    }
    if read_tree(site.outside()) != before {
        return Seen::Unsafe("the site was written to".to_owned());
    }
    let found: Vec<(String, String)> = built
        .report
        .iter()
        .map(|d| (d.code.name().to_owned(), d.place().map_or_else(|| "-".to_owned(), |(path, line, _)| format!("{path}:{line}"))))
        .collect();
    if let Some(tree) = &built.tree {
        let faults = outputs::faults(tree);
        if !faults.is_empty() {
            return Seen::Unsafe(faults.join("; "));
        }
    }
    match (&case.wanted, &built.tree) {
        (Wanted::Clean, Some(_)) => Seen::Right,
        (Wanted::Clean, None) => Seen::Wrong(format!("refused: {found:?}")),
        (Wanted::Findings(_), Some(_)) => Seen::Wrong(format!("built, with {found:?}")),
        (Wanted::Findings(wanted), None) => {
            let missing: Vec<_> = wanted.iter().filter(|(code, place)| !found.contains(&((*code).to_owned(), place.clone()))).collect();
            let codes = wanted.iter().all(|(code, _)| found.iter().any(|(c, _)| c == code));
            match (missing.is_empty(), codes) {
                (true, _) => Seen::Right,
                (false, true) => Seen::Misplaced(format!("{missing:?} not in {found:?}")),
                (false, false) => Seen::Wrong(format!("{missing:?} not in {found:?}")),
            }
        }
    }
}

#[test]
fn every_hostile_input_is_handled() {
    let mut cases: Vec<Case> = cases::all().into_iter().chain(templates::all()).collect();
    // To look at some of them alone.
    let only = std::env::var("CITED_CASES").unwrap_or_default();
    cases.retain(|case| case.name.contains(&only));
    let seen: Vec<Seen> = cases.par_iter().map(run).collect();
    let count = |wanted: fn(&Seen) -> bool| seen.iter().filter(|s| wanted(s)).count();
    let (right, wrong) = (count(|s| *s == Seen::Right), count(|s| matches!(s, Seen::Wrong(_))));
    let (misplaced, bad) = (count(|s| matches!(s, Seen::Misplaced(_))), count(|s| matches!(s, Seen::Unsafe(_))));
    let located = cases.iter().filter(|c| matches!(c.wanted, Wanted::Findings(_))).count();
    println!("hostile inputs: {} tried, {right} handled as they should be, {bad} unsafe, {wrong} otherwise", cases.len());
    println!("findings in the right file, on the right line: {} of {located}", located - misplaced);
    let told: Vec<String> = cases
        .iter()
        .zip(&seen)
        .filter(|(_, seen)| **seen != Seen::Right)
        .map(|(case, seen)| {
            let mut line = format!("{}: {seen:?}", case.name);
            line.truncate((0..=600.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0));
            line
        })
        .collect();
    assert!(cases.len() >= 400 || !only.is_empty(), "{} cases", cases.len());
    assert!(told.is_empty(), "{} of {}:\n{}", told.len(), cases.len(), told.join("\n"));
}
