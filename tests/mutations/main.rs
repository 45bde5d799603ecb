//! Mutations of the real site: one slip at a time, at seeded pseudo-random places, must be found by the checks.
//!
//! In: this repository's own site and the archived texts beside the repository (`../shared/sources`). Each mutation
//! changes one place of a copy: a digit of a figure, a word of a quote, a source key, a date, a `derived_from`. Out: how
//! many were found, by sort; at least 99 of 100 figures, words and keys must be. Found means: the run has a finding
//! that the untouched site has not. Dates and origins are printed apart, since many of them contradict nothing.

mod places;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cited::load::Options;
use cited::pipeline;
use cited::reuse::Reuse;
use places::{Place, Sort};

/// How many places of each sort are tried.
const TRIES: [(Sort, usize); 7] = [
    (Sort::TextFigure, 60),
    (Sort::RecordFigure, 40),
    (Sort::Word, 60),
    (Sort::KeySlip, 20),
    (Sort::OtherKey, 20),
    (Sort::Date, 40),
    (Sort::DerivedFrom, 20),
];

/// The same places every time.
const SEED: u64 = 20_250_715;

/// SplitMix64 (Steele, Lea, Flood 2014): enough to choose places by.
pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below a usize")
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file()) {
        let path = to.join(entry.path().strip_prefix(from).expect("below the folder"));
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        std::fs::copy(entry.path(), path).expect("a file can be copied");
    }
}

/// What the checks say, each finding without its column, which a longer word may shift.
fn findings(options: &Options, reuse: &Reuse) -> BTreeSet<String> {
    let built = pipeline::check(options, reuse).expect("the copy can be read");
    built
        .report
        .iter()
        .map(|d| format!("{} {:?} {}", d.code, d.place().map(|(path, line, _)| (path.to_owned(), line)), d.message))
        .collect()
}

#[test]
fn slips_in_the_real_site_are_found() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive = repository.join("../shared/sources");
    assert!(archive.is_dir(), "the archived texts are not at hand: {} must be there for this test", archive.display());
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let root: PathBuf = folder.path().join("site");
    for name in ["content", "themes"] {
        copy(&repository.join(name), &root.join(name));
    }
    std::fs::copy(repository.join("site.yaml"), root.join("site.yaml")).expect("site.yaml can be copied");
    let options = Options { root: root.clone(), archive: Some(archive), ..Options::default() };
    let reuse = Reuse::default();
    let before = findings(&options, &reuse);
    let (all, names) = places::find(&options, &reuse);
    let mut random = Random(SEED);
    let mut found = Vec::new();
    let mut missed = Vec::new();
    for (sort, tries) in TRIES {
        let candidates: Vec<&Place> = all.iter().filter(|p| p.sort == sort).collect();
        assert!(candidates.len() >= tries / 2, "only {} places for {sort:?}", candidates.len());
        for _ in 0..tries {
            let place = candidates[random.below(candidates.len())];
            let path = root.join(&place.path);
            let text = std::fs::read_to_string(&path).expect("a file of the copy");
            let changed = place.mutate(&text, &names, &mut random);
            assert_ne!(changed, text, "{place:?}");
            std::fs::write(&path, &changed).expect("the copy can be written");
            let after = findings(&options, &reuse);
            std::fs::write(&path, &text).expect("the copy can be written");
            if after.difference(&before).next().is_some() {
                found.push(sort);
            } else {
                let line = text[..place.range.start].matches('\n').count();
                let shown = |text: &str| text.lines().nth(line).unwrap_or("").trim().to_owned();
                missed.push((sort, format!("{}:{}: {}\n      {}", place.path, line + 1, shown(&text), shown(&changed))));
            }
        }
    }
    for (sort, line) in &missed {
        println!("missed {sort:?}: {line}");
    }
    let rate = |sorts: &[Sort]| {
        let hits = found.iter().filter(|s| sorts.contains(s)).count();
        let all = hits + missed.iter().filter(|(s, _)| sorts.contains(s)).count();
        println!("{sorts:?}: {hits} of {all} found ({:.1} %)", 100.0 * hits as f64 / all as f64);
        hits as f64 / all as f64
    };
    for (sort, _) in TRIES {
        rate(&[sort]);
    }
    let asserted = rate(&[Sort::TextFigure, Sort::RecordFigure, Sort::Word, Sort::KeySlip, Sort::OtherKey]);
    assert!(asserted >= 0.99, "figures, words and keys: {:.1} % found", 100.0 * asserted);
}
