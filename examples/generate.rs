//! A large site for measuring: `cargo run --release --example generate -- DIR --pages 10000 --sources 500 --cites 5`.
//!
//! In: a folder that does not exist, and numbers. Out: a site with the theme `explainer`, sections of 50 pages of about
//! 500 words (lists, a table, three footnotes, links, a figure in each cited sentence), sources of 5,000 words in
//! `archive/`, and quotes that stand in them. The same numbers give the same site. With `--archive`, `site.yaml` names
//! the archive, so that every build reads it; without, write the lock first: `cited source lock --archive DIR/archive`.
//! Must never use real words of a source.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Pages of a section, its own page not counted.
const SECTION: usize = 50;
/// Words of an archived text.
const SOURCE_WORDS: usize = 5_000;

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    /// A made word of two or three syllables.
    fn word(&mut self) -> String {
        const SYLLABLES: [&str; 24] = [
            "ba", "del", "fo", "gan", "hu", "ja", "kel", "lo", "mir", "na", "por", "qua", "ras", "sol", "tu", "vel", "wa", "xen", "yor",
            "zu", "bri", "cla", "dro", "fle",
        ];
        (0..2 + self.below(2)).map(|_| SYLLABLES[self.below(SYLLABLES.len())]).collect()
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// A sentence of an archived text that can be quoted: its figure and the words around it.
struct Sentence {
    quote: String,
    figure: String,
}

struct Options {
    root: PathBuf,
    pages: usize,
    sources: usize,
    cites: usize,
    archive: bool,
}

fn options() -> Result<Options, String> {
    let mut options = Options { root: PathBuf::new(), pages: 1000, sources: 500, cites: 5, archive: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number =
            || arguments.next().and_then(|n| n.parse::<usize>().ok()).filter(|n| *n > 0).ok_or(format!("{argument} takes a number"));
        match argument.as_str() {
            "--pages" => options.pages = number()?,
            "--sources" => options.sources = number()?,
            "--cites" => options.cites = number()?,
            "--archive" => options.archive = true,
            folder if !folder.starts_with('-') && options.root.as_os_str().is_empty() => options.root = folder.into(),
            other => return Err(format!("unexpected {other}")),
        }
    }
    if options.root.as_os_str().is_empty() || options.root.exists() {
        return Err("name a folder that does not exist: generate DIR [--pages N] [--sources N] [--cites N] [--archive]".to_owned());
    }
    Ok(options)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(path, text)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = options()?;
    let mut random = Random(1);
    let root = &options.root;
    let archive = if options.archive { "archive: archive\n" } else { "" };
    write(
        &root.join("site.yaml"),
        &format!("title: A large site\nbase_url: https://example.org/\ntheme: explainer\nlanguage: en\n{archive}"),
    )?;
    copy_theme(&Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/explainer"), &root.join("themes/explainer"))?;
    let mut bibliography = String::new();
    let mut sources = Vec::new();
    for number in 0..options.sources {
        let (text, sentences) = source(&mut random);
        write(&root.join(format!("archive/{number:03}.txt")), &text)?;
        let (name, title, day) = (random.word(), random.words(6), 1 + number % 28);
        let _ = write!(
            bibliography,
            "source-{number:03}:\n  type: article\n  title: {title}\n  author: {name}, {name}\n  date: 2024-10-{day:02}\n  evidence: {{ kind: news, trust: moderate, archive: {number:03}.txt }}\n"
        );
        sources.push(sentences);
    }
    write(&root.join("content/sources.yaml"), &bibliography)?;
    write(&root.join("content/_index.md"), "---\ntitle: A large site\n---\n\nFor measuring.\n")?;
    for section in 0..options.pages.div_ceil(SECTION) {
        let index = format!("---\ntitle: Section {}\n---\n\nPages for measuring.\n", name(section));
        write(&root.join(format!("content/s{section:03}/_index.md")), &index)?;
    }
    for number in 0..options.pages {
        let text = page(number, &options, &sources, &mut random);
        write(&root.join(format!("content/s{:03}/p{number:05}.md", number / SECTION)), &text)?;
    }
    println!("{} pages, {} quotes, {} sources", options.pages, options.pages * options.cites, options.sources);
    Ok(())
}

/// A number in letters: digits in a title would have to be cited.
fn name(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(b'A' + (digit - b'0'))).collect()
}

fn copy_theme(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() { copy_theme(&entry.path(), &target)? } else { std::fs::copy(entry.path(), target).map(drop)? }
    }
    Ok(())
}

/// An archived text, five sentences a paragraph, each with a figure.
fn source(random: &mut Random) -> (String, Vec<Sentence>) {
    let (mut text, mut sentences, mut words) = (String::new(), Vec::new(), 0);
    while words < SOURCE_WORDS {
        let figure = format!("{},{:03}", 1 + random.below(900), random.below(1000));
        let quote = format!("{} {figure} {}", random.words(4), random.words(4));
        let _ = write!(text, "The {} {quote} {}.", random.word(), random.words(2));
        words += 13;
        sentences.push(Sentence { quote, figure });
        text.push_str(if sentences.len() % 5 == 0 { "\n\n" } else { " " });
    }
    (text + "\n", sentences)
}

fn page(number: usize, options: &Options, sources: &[Vec<Sentence>], random: &mut Random) -> String {
    let mut front =
        format!("---\ntitle: Page {}\nsummary: {}.\ndate: 2024-11-{:02}\ncitations:\n", name(number), random.words(12), 1 + number % 28);
    let mut figures = Vec::new();
    for cite in 0..options.cites {
        let source = random.below(sources.len());
        let sentence = &sources[source][random.below(sources[source].len())];
        let _ = writeln!(front, "  - {{ id: c{cite}, source: source-{source:03}, quote: \"{}\" }}", sentence.quote);
        figures.push(sentence.figure.clone());
    }
    let cite = |at: usize| at % options.cites;
    let cited = |random: &mut Random, at: usize, words: usize| {
        let before = random.words(words);
        format!("The {before} had {} {} [@c{}].", figures[cite(at)], random.word(), cite(at))
    };
    let link = |random: &mut Random| {
        let to = random.below(options.pages);
        format!("[{}](../s{:03}/p{to:05}.md)", random.words(2), to / SECTION)
    };
    let mut body = String::new();
    for part in 0..4 {
        let _ = write!(body, "## {}\n\n", random.words(3));
        let _ = write!(body, "{} {}\n\n", cited(random, part, 20), cited(random, part + 1, 25));
        let _ = write!(body, "The {} {}. See {}.[^{}]\n\n", random.words(18), link(random), link(random), 1 + part % 3);
    }
    for item in 0..4 {
        let _ = writeln!(body, "- {} *{}* **{}** [@c{}]", random.words(14), random.word(), random.word(), cite(item));
    }
    body.push_str("\n| Name | Figure | Source |\n| --- | ---: | --- |\n");
    for (row, figure) in figures.iter().enumerate().take(options.cites) {
        let _ = writeln!(body, "| {} | {figure} | [@c{row}] |", random.words(2));
    }
    body.push('\n');
    for note in 1..=3 {
        let _ = write!(body, "[^{note}]: {} [@c{}].\n\n", random.words(12), cite(note));
    }
    format!("{front}---\n\n{body}")
}
