//! A site that is rebuilt is the site that a clean build makes, byte for byte, after any sequence of edits.
//!
//! In: random edits of pages, records, templates, strings, assets and settings. The same model, store and preview are kept
//! over all of them, told or not told what was touched; after each edit what they give is compared with what is made from
//! nothing. Broken states count too: all must then say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use cited::diag::Report;
use cited::load::Options;
use cited::output::InMemory;
use cited::pipeline::live::Live;
use cited::pipeline::model::{Model, Step};
use cited::pipeline::{self, Built};
use cited::reuse::Reuse;
use proptest::prelude::*;

use crate::harness::{TestSite, read_tree};

/// One change on disk. Names are drawn from few, so that edits meet each other.
#[derive(Debug, Clone)]
enum Edit {
    Page { name: u8, title: u8, text: u8 },
    Section { name: u8, title: u8 },
    RemovePage { name: u8 },
    RenamePage { from: u8, to: u8 },
    Source { title: u8 },
    Actor { name: u8 },
    Glossary { definition: u8 },
    Question { title: u8 },
    Template { name: u8, mark: u8 },
    Strings { word: u8 },
    Asset { colour: u8 },
    Config { title: u8, style: u8 },
    Copied { bytes: u8 },
}

fn edit() -> impl Strategy<Value = Edit> {
    let few = 0..5u8;
    prop_oneof![
        4 => (few.clone(), few.clone(), 0..14u8).prop_map(|(name, title, text)| Edit::Page { name, title, text }),
        1 => (few.clone(), few.clone()).prop_map(|(name, title)| Edit::Section { name, title }),
        1 => few.clone().prop_map(|name| Edit::RemovePage { name }),
        1 => (few.clone(), few.clone()).prop_map(|(from, to)| Edit::RenamePage { from, to }),
        1 => few.clone().prop_map(|title| Edit::Source { title }),
        1 => few.clone().prop_map(|name| Edit::Actor { name }),
        1 => few.clone().prop_map(|definition| Edit::Glossary { definition }),
        1 => few.clone().prop_map(|title| Edit::Question { title }),
        1 => (0..3u8, few.clone()).prop_map(|(name, mark)| Edit::Template { name, mark }),
        1 => few.clone().prop_map(|word| Edit::Strings { word }),
        1 => few.clone().prop_map(|colour| Edit::Asset { colour }),
        1 => (few.clone(), few.clone()).prop_map(|(title, style)| Edit::Config { title, style }),
        1 => few.prop_map(|bytes| Edit::Copied { bytes }),
    ]
}

fn path(name: u8) -> String {
    match name {
        0 | 1 => format!("content/page{name}.md"),
        n => format!("content/s{}/page{n}.md", n % 2),
    }
}

const TEXTS: [&str; 14] = [
    "Plain text.",
    "A link to [the other](page1.md) page.",
    "Cited words. [@a]",
    "Cited twice [@a; @a, para. 2] and @a says so.",
    "## A heading\n\nThe weir stands here.",
    "{{ pages() }}",
    "| a | b |\n|---|---|\n| c | d |\n\nA note.[^1]\n\n[^1]: The note.",
    "![A picture](../picture.png)\n\n<b onclick=\"x()\">bold</b>",
    "Broken [@nobody].",
    "The trust counted 1,240 fish. [@a]",
    "It counted 1,240 fish, and later 77 fish. [@a]",
    "A link to [a place](page0.md#a-heading) and to [a use](page1.md#use-a-2).",
    "Something happened. [@a]",
    "Nothing is cited here.",
];

/// The text whose page has a record, too.
const EVENT: u8 = 12;

/// The text whose page cites nothing.
const UNCITED: u8 = 13;

/// A picture that is resized; an odd number has metadata, which is left out; 4 is none at all.
fn picture(number: u8) -> Vec<u8> {
    let mut file = cited::picture::png::encode([([number, 90, 90, 255], 500 * 20)].into_iter(), 500, 20, 8).expect("it can be encoded");
    match number {
        4 => file.truncate(40),
        n if n % 2 == 1 => file.extend_from_slice(b"taken at Weir 3"),
        _ => {}
    }
    file
}

fn apply(site: &TestSite, edit: &Edit) {
    let exists = |path: &str| site.root().join(path).exists();
    match edit {
        Edit::Page { name, title, text } => site.write(
            &path(*name),
            format!(
                "---\ntitle: Title {}\nsummary: Summary\ndate: 2024-05-0{}\n{}{}---\n\n{}{}\n",
                ["one", "two", "three", "four", "five"][usize::from(*title)],
                title + 1,
                if *text == UNCITED { "" } else { "citations:\n  - { id: a, source: extra }\n" },
                if *text == EVENT { format!("events:\n  - {{ id: event-{name}, date: 2024-05, title: Event {title}, cites: [a] }}\n") } else { String::new() },
                if *text == UNCITED { "" } else { "See [@a].\n\n" },
                TEXTS[usize::from(*text)]
            ),
        ),
        Edit::Section { name, title } => site.write(
            &format!("content/s{}/_index.md", name % 2),
            format!("---\ntitle: Section {}\nslug: slug{}\n---\n", ["a", "b", "c", "d", "e"][usize::from(*title)], ["a", "b", "c", "d", "e"][usize::from(*title)]),
        ),
        Edit::RemovePage { name } => {
            if exists(&path(*name)) {
                site.remove(&path(*name));
            }
        }
        Edit::RenamePage { from, to } => {
            if exists(&path(*from)) && from != to {
                site.rename(&path(*from), &path(*to));
            }
        }
        Edit::Source { title } => site.write("content/more.yaml", format!("extra:\n  type: report\n  title: Extra {title}\n  author: Someone\n  date: 2024\n")),
        Edit::Actor { name } => site.replace_line("content/actors.yaml", "- { id: drawn", &format!("- {{ id: drawn, name: Drawn {name}, kind: person }}")),
        Edit::Glossary { definition } => site.write("content/glossary.yaml", format!("- {{ term: weir, definition: Definition {definition} }}\n")),
        Edit::Question { title } => {
            site.replace_line("content/questions.yaml", "- { id: drawn", &format!("- {{ id: drawn, title: Drawn {title}, unit: fish, counts: [all] }}"));
        }
        Edit::Template { name, mark } => {
            let name = ["page.html", "section.html", "shortcodes/pages.html"][usize::from(*name)];
            let theme = site.read(&format!("themes/minimal/templates/{name}"));
            // Outside of its blocks a template that extends another may say nothing: a mark of 4 breaks it.
            let marked = match theme.rfind("{% endblock") {
                Some(end) if *mark < 4 => format!("{}<!-- {mark} -->{}", &theme[..end], &theme[end..]),
                _ => format!("{theme}<!-- {mark} -->"),
            };
            site.write(&format!("templates/{name}"), marked);
        }
        Edit::Strings { word } => site.write("strings/en.yaml", format!("notes: Notes {word}\nlink_to_section: Link {word}\nsource: Source {word}\n")),
        Edit::Asset { colour } => site.write("assets/site.css", format!("body {{ order: {colour} }}\n")),
        Edit::Config { title, style } => site.write(
            "site.yaml",
            format!(
                "title: Title {title}\nbase_url: https://example.org/{}\ntheme: minimal\narchive: archive\ncitation_style: {}\nbibliography: [content/sources.yaml, content/more.yaml]\n",
                if *title == 3 { "sub/" } else { "" },
                ["ieee", "apa", "chicago-notes", "vancouver", "ieee"][usize::from(*style)]
            ),
        ),
        Edit::Copied { bytes } => site.write("content/picture.png", picture(*bytes)),
    }
}

impl TestSite {
    /// Replace the line that begins so, or add it at the end.
    fn replace_line(&self, path: &str, start: &str, line: &str) {
        let text = if self.root().join(path).exists() { self.read(path) } else { String::new() };
        let kept: Vec<&str> = text.lines().filter(|l| !l.starts_with(start)).collect();
        self.write(path, format!("{}\n{line}\n", kept.join("\n")));
    }
}

type Tree = BTreeMap<String, Vec<u8>>;
type Shown = (Option<Tree>, String);

fn words(report: &Report) -> String {
    cited::diag::emit::emit(report, cited::diag::emit::Format::Short, false)
}

fn shown(built: &Built) -> Shown {
    let tree = built
        .tree
        .as_ref()
        .map(|tree| tree.iter().map(|(path, output)| (path.to_owned(), output.bytes().expect("readable").to_vec())).collect());
    (tree, words(&built.report))
}

/// What differs on the disk from what was there.
fn touched(before: &Tree, now: &Tree) -> BTreeSet<PathBuf> {
    let differs = |path: &&String| before.get(*path) != now.get(*path);
    before.keys().chain(now.keys()).filter(differs).map(PathBuf::from).collect()
}

/// A preview, and what tells that it has found everything.
struct Preview {
    live: Live,
    woken: Receiver<()>,
}

impl Preview {
    fn of(site: &TestSite) -> Self {
        let (sender, woken) = channel();
        let options = Options { root: site.root(), drafts: true, ..Options::default() };
        Self {
            live: Live::new(options, Arc::new(|_| ()), move || {
                let _ = sender.send(());
            }),
            woken,
        }
    }

    /// Whether it shows the site of a clean build, and in the end says the same of it. Pages that are shown at an address
    /// of the site's alone differ in a preview: the one for what is not found.
    fn shows(&mut self, touched: Option<&BTreeSet<PathBuf>>, clean: &Shown) -> Result<(), TestCaseError> {
        let now = self.live.step(touched).expect("the disk answers");
        if let (Some(tree), files) = (&clean.0, now.files) {
            let files = files.expect("the site can be shown");
            // In the order of names, and in the other: what is made first must not matter.
            let paths: Vec<&String> = tree.keys().filter(|path| *path != "404.html").collect();
            let first = paths.iter().rev().take(5);
            for path in first.chain(&paths) {
                let output = files.file(path).map_err(|report| TestCaseError::fail(format!("{path}: {}", words(&report))))?;
                let bytes = output.ok_or_else(|| TestCaseError::fail(format!("{path} is not there")))?.bytes().expect("readable");
                prop_assert_eq!(&*bytes, tree[*path].as_slice(), "{}", path);
            }
        }
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let now = self.live.step(Some(&BTreeSet::new())).expect("the disk answers");
            if words(&now.report) == clean.1 {
                return Ok(());
            }
            if Instant::now() > end {
                prop_assert_eq!(words(&now.report), &*clean.1);
            }
            let _ = self.woken.recv_timeout(Duration::from_secs(1));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn a_rebuilt_tree_equals_a_clean_build(edits in prop::collection::vec(edit(), 12), told in any::<bool>()) {
        let site = TestSite::copy("base");
        apply(&site, &Edit::Config { title: 0, style: 0 });
        apply(&site, &Edit::Source { title: 0 });
        let options = Options { root: site.root(), drafts: true, ..Options::default() };
        let reuse = Reuse::kept();
        let mut model = Model::new(options.clone(), reuse.clone());
        let mut preview = Preview::of(&site);
        let mut before = Tree::new();
        for (number, edit) in edits.iter().enumerate() {
            apply(&site, edit);
            let now = read_tree(&site.root());
            let touched = (told && number > 0).then(|| touched(&before, &now));
            before = now;
            let clean = shown(&pipeline::build(&options, &Reuse::default(), |_| {}, &InMemory).expect("the disk answers"));
            match model.step(touched.as_ref()).expect("the disk answers") {
                Step::Same(site) | Step::Revised { site, .. } | Step::Anew(site) => {
                    let rebuilt = pipeline::build_site(&site, &reuse, |_| {}, &InMemory, &AtomicBool::new(false)).expect("nobody stops it");
                    prop_assert_eq!(shown(&rebuilt), clean.clone(), "after {:?}", edit);
                }
                Step::Broken { report, .. } => prop_assert!(clean.0.is_none(), "after {:?}: {}", edit, words(&report)),
            }
            preview.shows(touched.as_ref().filter(|t| !t.is_empty()), &clean)?;
        }
    }
}

#[test]
fn a_figure_is_told_when_its_other_entry_goes() {
    let site = TestSite::copy("base");
    apply(&site, &Edit::Config { title: 0, style: 0 });
    apply(&site, &Edit::Source { title: 0 });
    let page = |name, text| Edit::Page { name, title: 0, text };
    // Both say it of a source whose text nobody has.
    [page(0, 9), page(1, 9)].iter().for_each(|edit| apply(&site, edit));
    let options = Options { root: site.root(), drafts: true, ..Options::default() };
    let clean = || shown(&pipeline::build(&options, &Reuse::default(), |_| {}, &InMemory).expect("the disk answers"));
    let mut preview = Preview::of(&site);
    let both = clean();
    preview.shows(None, &both).expect("as a clean build");
    apply(&site, &page(0, UNCITED));
    let one = clean();
    assert!(!both.1.contains("number-unsupported") && one.1.contains("number-unsupported"), "{}", one.1);
    preview.shows(Some(&[PathBuf::from(path(0))].into()), &one).expect("as a clean build");
}
