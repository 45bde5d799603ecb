//! Every input that fuzzing kept, again: what was once found stays mended.
//!
//! In: `fuzz/corpus/TARGET/*`, small files that reach each part of the readers. Out: the functions that libFuzzer calls
//! hold for all of them, in time.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::fuzzed::TARGETS;

#[test]
fn every_kept_input_is_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut bytes = 0;
    for (name, target) in TARGETS {
        let folder = fs::read_dir(corpus.join(name)).unwrap_or_else(|e| panic!("no inputs for {name}: {e}"));
        let inputs: Vec<_> = folder.map(|entry| entry.expect("the corpus can be read").path()).collect();
        assert!(inputs.len() >= 5, "{name} has {} inputs", inputs.len());
        bytes += inputs
            .par_iter()
            .map(|path| {
                let input = fs::read(path).expect("the corpus can be read");
                let start = Instant::now();
                let held = std::panic::catch_unwind(|| target(&input));
                assert!(held.is_ok(), "{} does not hold", path.display());
                assert!(start.elapsed() < Duration::from_secs(20), "{} takes {:?}", path.display(), start.elapsed());
                input.len()
            })
            .sum::<usize>();
    }
    assert!(bytes < 1 << 20, "the corpora have grown to {bytes} bytes: minimise them (fuzz/README.md)");
}
