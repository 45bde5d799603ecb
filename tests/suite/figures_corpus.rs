//! The corpus of test sentences: how often `number-uncited` and `number-unsupported` are right.
//!
//! In: the files `figures_*.tsv` beside this one (their form is told at the top of the first). Out: precision and recall,
//! printed and asserted. The findings are made as the site's check makes them.

use cited::figures::{Lexicon, Stated, sentences};
use std::fmt::Write as _;
use std::ops::Range;

struct Case {
    line: usize,
    honest: bool,
    expected: Vec<(String, String)>,
    text: String,
    /// For each citation mark of the text, its quote.
    quotes: Vec<String>,
}

struct Corpus {
    cases: Vec<Case>,
    lexicon: Lexicon,
}

fn read(file: &str) -> Corpus {
    let path = format!("{}/tests/figures/{file}", env!("CARGO_MANIFEST_DIR"));
    let all = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (mut names, mut units, mut cases) = (Vec::new(), Vec::new(), Vec::new());
    for (index, line) in all.lines().enumerate() {
        let columns: Vec<&str> = line.split('\t').collect();
        let list = |column: &str| column.split('|').map(|item| item.trim().to_owned()).collect::<Vec<_>>();
        match columns[0] {
            "" => {}
            remark if remark.starts_with('#') => {}
            "@names" => names = list(columns[1]),
            "@units" => units = list(columns[1]),
            kind => {
                let expected = columns[1]
                    .split(';')
                    .map(str::trim)
                    .filter(|finding| *finding != "-")
                    .map(|finding| {
                        let (code, words) = finding.split_once(' ').expect("code and words");
                        (format!("number-{code}"), words.to_owned())
                    })
                    .collect::<Vec<_>>();
                assert_eq!(kind == "honest", expected.is_empty(), "line {}", index + 1);
                let quotes: Vec<&str> = columns.get(3).map_or(Vec::new(), |quotes| quotes.split("||").map(str::trim).collect());
                let (text, quotes) = stand_ins(columns[2], &quotes, index + 1);
                cases.push(Case { line: index + 1, honest: kind == "honest", expected, text, quotes });
            }
        }
    }
    let lexicon = Lexicon::new(names.iter().map(String::as_str), units.iter().map(String::as_str));
    Corpus { cases, lexicon }
}

/// Replaces `{1}`, `{calc}`, `{code}` and `{note}` by the characters that stand for them.
fn stand_ins(written: &str, quotes: &[&str], line: usize) -> (String, Vec<String>) {
    let (mut text, mut marks) = (String::new(), Vec::new());
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or_else(|| panic!("line {line}: no closing brace"));
        text.push_str(before);
        text.push(match name {
            "calc" => '\u{E001}',
            "code" => '\u{E002}',
            "note" => '\u{E003}',
            number => {
                let number: usize = number.parse().unwrap_or_else(|_| panic!("line {line}: {name}"));
                marks.push(quotes.get(number - 1).unwrap_or_else(|| panic!("line {line}: quote {number}")).to_string());
                '\u{E000}'
            }
        });
        rest = after;
    }
    text.push_str(rest);
    (text, marks)
}

/// The findings of one block, as `check` makes them.
fn findings(case: &Case, lexicon: &Lexicon) -> Vec<(String, Range<usize>)> {
    let mut findings = Vec::new();
    for sentence in sentences(&case.text, lexicon) {
        let quotes: Vec<Stated> = sentence.marks.iter().map(|&mark| Stated::new(&case.quotes[mark])).collect();
        for figure in &sentence.figures {
            if sentence.marks.is_empty() && sentence.calcs.is_empty() {
                findings.push(("number-uncited".to_owned(), figure.range.clone()));
            } else if !sentence.marks.is_empty() && !Stated::support(quotes.iter(), figure) {
                findings.push(("number-unsupported".to_owned(), figure.range.clone()));
            }
        }
    }
    findings
}

/// Right, wrong and missed findings, and a line for each wrong or missed one.
fn score(corpus: &Corpus) -> (usize, usize, usize, String) {
    let (mut right, mut wrong, mut missed, mut log) = (0, 0, 0, String::new());
    for case in &corpus.cases {
        let found = findings(case, &corpus.lexicon);
        let mut spent = 0;
        let mut places = Vec::new();
        for (code, words) in &case.expected {
            // The words are looked for from left to right, so that the same figure may be expected twice.
            let at = case.text[spent..].find(words.as_str()).map(|at| at + spent).or_else(|| case.text.find(words.as_str()));
            let at = at.unwrap_or_else(|| panic!("line {}: `{words}` is not in the text", case.line));
            spent = at + words.len();
            places.push((code, at..at + words.len()));
        }
        let meets = |(code, range): &(&String, Range<usize>), finding: &(String, Range<usize>)| {
            **code == finding.0 && range.start < finding.1.end && finding.1.start < range.end
        };
        for place in &places {
            if found.iter().any(|finding| meets(place, finding)) {
                right += 1;
            } else {
                missed += 1;
                writeln!(log, "missed  line {}: {} `{}` in: {}", case.line, place.0, &case.text[place.1.clone()], case.text).unwrap();
            }
        }
        for finding in &found {
            if !places.iter().any(|place| meets(place, finding)) {
                wrong += 1;
                writeln!(log, "wrong   line {}: {} `{}` in: {}", case.line, finding.0, &case.text[finding.1.clone()], case.text).unwrap();
            }
        }
    }
    (right, wrong, missed, log)
}

/// Right, wrong and missed findings of some files, printed for each and for all.
#[allow(clippy::cast_precision_loss)]
fn judge(files: &[&str]) -> (f64, f64) {
    let mut all = (0, 0, 0);
    let rates = |(right, wrong, missed): (usize, usize, usize)| {
        (right as f64 / (right + wrong).max(1) as f64, right as f64 / (right + missed).max(1) as f64)
    };
    let print = |name: &str, cases: &[Case], (right, wrong, missed): (usize, usize, usize)| {
        let honest = cases.iter().filter(|case| case.honest).count();
        let (precision, recall) = rates((right, wrong, missed));
        println!(
            "{name}: {honest} honest and {} faulty cases: {right} findings right, {wrong} wrong, {missed} missed; \
             precision {:.1} %, recall {:.1} %",
            cases.len() - honest,
            100.0 * precision,
            100.0 * recall
        );
    };
    for file in files {
        let corpus = read(file);
        let (right, wrong, missed, log) = score(&corpus);
        print!("{log}");
        print(file, &corpus.cases, (right, wrong, missed));
        all = (all.0 + right, all.1 + wrong, all.2 + missed);
    }
    let (precision, recall) = rates(all);
    println!("together: precision {:.1} %, recall {:.1} %", 100.0 * precision, 100.0 * recall);
    (precision, recall)
}

const FILES: [&str; 3] = ["figures_corpus.tsv", "figures_second.tsv", "figures_third.tsv"];

#[test]
fn the_corpus_is_judged_rightly() {
    let corpus = read(FILES[0]);
    assert!(corpus.cases.iter().filter(|case| case.honest).count() >= 200);
    assert!(corpus.cases.iter().filter(|case| !case.honest).count() >= 100);
    let (precision, recall) = judge(&FILES[..1]);
    assert!(precision >= 0.95, "precision {precision}");
    assert!(recall >= 0.97, "recall {recall}");
}

#[test]
fn all_three_corpora_are_judged_rightly() {
    let (precision, recall) = judge(&FILES);
    assert!(precision >= 0.95, "precision {precision}");
    assert!(recall >= 0.97, "recall {recall}");
}

/// Every digit of every cited figure of the honest sentences, changed: how often it is found.
#[test]
#[allow(clippy::cast_precision_loss)]
fn a_changed_digit_is_found() {
    let (mut found, mut all, mut log) = (0, 0, String::new());
    for file in FILES {
        let corpus = read(file);
        for case in corpus.cases.iter().filter(|case| case.honest && !case.quotes.is_empty()) {
            let before = findings(case, &corpus.lexicon).len();
            for figure in cited::figures::figures(&case.text, &corpus.lexicon) {
                for place in figure.range.clone().filter(|&place| case.text.as_bytes()[place].is_ascii_digit()) {
                    let mut text = case.text.clone().into_bytes();
                    text[place] = b'0' + (text[place] - b'0' + 3) % 10;
                    let text = String::from_utf8(text).expect("digits are ASCII");
                    let changed = Case { text, quotes: case.quotes.clone(), expected: Vec::new(), ..*case };
                    all += 1;
                    if findings(&changed, &corpus.lexicon).len() > before {
                        found += 1;
                    } else {
                        writeln!(log, "not found, {file} line {}: {}", case.line, changed.text).unwrap();
                    }
                }
            }
        }
    }
    println!("{log}{found} of {all} changed digits found: {:.1} %", 100.0 * f64::from(found) / f64::from(all));
    assert!(f64::from(found) >= 0.97 * f64::from(all));
}
