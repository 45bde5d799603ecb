//! Parts that pages share give what one run of the engine over the page gives.

use std::sync::Arc;

use hayagriva::archive::ArchivedStyle;
use hayagriva::citationberg::Style as CslStyle;
use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::parts::Page;
use super::*;
use crate::diag::Report;
use crate::text::TextFile;

/// Sources of which some share authors, years and titles, and one has hardly anything.
const SOURCES: &str = r#"
one: { type: article, title: Mud in rivers, author: ["Doe, Jane", "Roe, Richard"], date: 2021-03, parent: { type: periodical, title: Journal of Silt } }
two: { type: article, title: Sand in rivers, author: ["Doe, Jane", "Roe, Richard"], date: 2021-09, parent: { type: periodical, title: Journal of Silt } }
three: { type: book, title: The weir, author: "Ng, Ana", date: 2019, publisher: Bank Press }
four: { type: web, title: Water levels, author: { name: River Office }, date: 2024-05-20, url: "https://example.org/levels" }
five: { type: report, title: Minutes, author: { name: Town Council }, date: 2024-06-02 }
six: { type: book, title: A second weir, author: "Ng, Bo", date: 2019 }
seven: { type: web, title: Water levels, author: { name: River Office }, date: 2024-05-20, url: "https://example.org/more" }
eight: { type: misc, title: Untold }
nine: { type: book, title: Of many, author: ["Abel, A", "Bose, B", "Cole, C", "Dahl, D", "Eco, E"], date: 2020 }
"#;

fn sources() -> Sources {
    let file = Arc::new(TextFile::new("sources.yaml", SOURCES));
    let (mut sources, mut report) = (Sources::default(), Report::default());
    crate::load::sources::read(&file, &mut sources, &mut report);
    assert_eq!(sources.all.len(), 9, "{report:?}");
    sources
}

/// Sources of a group, each with a locator; whether it is narrative, and whether the author's name is left out.
type Group = (Vec<(usize, u8)>, bool, bool);

fn group((items, narrative, nameless): &Group) -> CiteGroup {
    let item = |(_, locator): &(usize, u8)| CiteItem {
        id: String::new(),
        range: 0..0,
        prefix: String::new(),
        suppress_author: *nameless,
        locator: (*locator > 5).then(|| Locator { term: "page", value: locator.to_string() }),
        suffix: String::new(),
    };
    let items: Vec<CiteItem> = items.iter().map(item).collect();
    CiteGroup { narrative: *narrative && items.len() == 1, items, range: 0..0 }
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    let items = prop_oneof![6 => prop::collection::vec((0usize..9, 0u8..8), 1), 1 => prop::collection::vec((0usize..9, 0u8..8), 2..4)];
    prop::collection::vec((items, prop::bool::weighted(0.2), prop::bool::weighted(0.1)), 0..14)
}

fn style(name: &str) -> Style {
    match ArchivedStyle::by_name(name).map(ArchivedStyle::get) {
        Some(CslStyle::Independent(style)) => Style::of(&CitationStyle::of(style, xxh3_128(name.as_bytes()), "en")),
        _ => panic!("no style {name}"),
    }
}

/// What the page gives by parts, if it can be had so, and as a whole.
fn both(
    style: &Style,
    sources: &Sources,
    entries: &Entries,
    reuse: &Reuse,
    groups: &[Group],
    listed: &[usize],
) -> (Option<Formatted>, Formatted) {
    let made: Vec<CiteGroup> = groups.iter().map(group).collect();
    let requests: Vec<Request<'_>> = made
        .iter()
        .zip(groups)
        .map(|(group, (items, ..))| Request { group, sources: items.iter().map(|(source, _)| *source).collect() })
        .collect();
    let page = Page { style, sources, entries, groups: &requests, listed, reuse };
    (page.format(), style.run(sources, &requests, listed))
}

/// A style of notes that says something else in every position that CSL knows, which none of those at hand does.
const POSITIONS: &str = r#"<style xmlns="http://purl.org/net/xbiblio/csl" class="note" version="1.0">
<info><title>P</title><id>p</id><updated>2024-01-01T00:00:00+00:00</updated></info>
<citation et-al-min="3" et-al-use-first="1" near-note-distance="3"><layout delimiter="; ">
<choose>
<if position="ibid-with-locator"><text value="in the same, at "/><text variable="locator"/></if>
<else-if position="ibid"><text value="in the same"/></else-if>
<else-if position="near-note"><names variable="author"/><text value=", near"/></else-if>
<else-if position="subsequent"><names variable="author"/><text variable="title" prefix=", far: " form="short"/></else-if>
<else><names variable="author"/><text variable="title" prefix=", "/>NOTE<text variable="locator" prefix=" at "/></else>
</choose>
</layout></citation>
<bibliography><sort><key variable="title"/></sort><layout><names variable="author"/><text variable="title" prefix=": "/></layout></bibliography>
</style>"#;

/// Numeric styles that print or ask more than numbers, and one that does not: what stands in their marks, and how those sort.
const NUMERIC: [(&str, &str, &str); 4] = [
    ("a name and a number", r#"<names variable="author" suffix=" "/><text variable="citation-number"/>"#, ""),
    (
        "a number once",
        r#"<choose><if position="first"><text variable="citation-number"/></if><else><text value="again"/></else></choose>"#,
        "",
    ),
    ("numbers by name", r#"<text variable="citation-number"/>"#, r#"<sort><key variable="author"/></sort>"#),
    ("numbers", r#"<text variable="citation-number"/>"#, r#"<sort><key variable="citation-number"/></sort>"#),
];

fn numeric(layout: &str, sort: &str) -> String {
    format!(
        r#"<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>N</title><id>n</id><category citation-format="numeric"/><updated>2024-01-01T00:00:00+00:00</updated></info>
<citation>{sort}<layout prefix="[" suffix="]" delimiter=", ">{layout}</layout></citation>
<bibliography><layout><names variable="author"/><text variable="title" prefix=": "/></layout></bibliography>
</style>"#
    )
}

fn own(text: &str) -> Style {
    let read = CitationStyle::read(&TextFile::new("own.csl", text), "en").unwrap_or_else(|finding| panic!("{finding:?}"));
    Style::of(&read)
}

#[test]
fn parts_give_what_the_whole_page_gives() {
    let sources = sources();
    let (mut by_parts, mut whole) = (0, 0);
    let mut styles: Vec<(&str, Style)> = ArchivedStyle::all().iter().map(|s| (s.names()[0], style(s.names()[0]))).collect();
    styles.push(("positions", own(&POSITIONS.replace("NOTE", ""))));
    for distance in ["1", "2", "4"] {
        styles
            .push(("other distances", own(&POSITIONS.replace("NOTE", "").replace("distance=\"3\"", &format!("distance=\"{distance}\"")))));
    }
    let no_ibid = POSITIONS
        .replace("NOTE", "")
        .replace("position=\"ibid-with-locator\"", "type=\"song\"")
        .replace("position=\"ibid\"", "type=\"bill\"");
    styles.push(("no ibid", own(&no_ibid)));
    for (name, layout, sort) in NUMERIC {
        styles.push((name, own(&numeric(layout, sort))));
    }
    styles.push(("numbers of notes", own(&POSITIONS.replace("NOTE", r#"<text variable="first-reference-note-number"/>"#))));
    for (name, style) in styles {
        let (entries, reuse) = (Entries::of(&sources), Reuse::default());
        let mut runner =
            proptest::test_runner::TestRunner::new(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() });
        let pages = (groups(), prop::collection::vec(0usize..9, 0..3));
        runner
            .run(&pages, |(groups, mut listed)| {
                listed.retain(|source| !groups.iter().any(|(items, ..)| items.iter().any(|(cited, _)| cited == source)));
                listed.dedup();
                let (parts, page) = both(&style, &sources, &entries, &reuse, &groups, &listed);
                if let Some(parts) = parts {
                    prop_assert_eq!(format!("{parts:#?}"), format!("{page:#?}"), "{}", name);
                }
                Ok(())
            })
            .unwrap();
        let (parts, _) = both(&style, &sources, &entries, &reuse, &[(vec![(2, 0)], false, false), (vec![(4, 7)], false, false)], &[]);
        *(if parts.is_some() { &mut by_parts } else { &mut whole }) += 1;
    }
    // A change that takes away the parts of most styles would make every build slow, and nothing else would tell.
    assert!(by_parts > 60 && whole < 25, "{by_parts} styles give parts, {whole} do not");
}

#[test]
fn notes_of_unlike_sources_are_parts_and_those_of_like_ones_are_not() {
    let (sources, reuse) = (sources(), Reuse::default());
    let entries = Entries::of(&sources);
    let positions = own(&POSITIONS.replace("NOTE", ""));
    assert_eq!(positions.kind, Kind::Places { ibid: true, near: Some(3) });
    for (i, (_, layout, sort)) in NUMERIC.into_iter().enumerate() {
        let wanted = if i == 3 { Kind::Numbers } else { Kind::Whole };
        assert_eq!(own(&numeric(layout, sort)).kind, wanted, "{layout} {sort}");
    }
    assert_eq!(style("ieee").kind, Kind::Numbers);
    let notes = style("chicago-notes");
    let cite = |source: usize| (vec![(source, 0)], false, false);
    let is_by_parts = |groups: &[Group]| both(&notes, &sources, &entries, &reuse, groups, &[]).0.is_some();
    assert!(is_by_parts(&[cite(0), cite(2), cite(0), cite(4), cite(4), cite(0)]));
    assert!(is_by_parts(&[cite(3), cite(6)]), "two pages of one office with one title, but both addresses are told");
    assert!(!is_by_parts(&[cite(3), cite(6), cite(3), cite(6)]), "in short they look the same");
}

#[test]
fn sources_are_listed_in_the_order_of_the_engine() {
    let sources = sources();
    let entries = Entries::of(&sources);
    let apa = style("apa");
    let mut listed: Vec<usize> = (0..sources.all.len()).rev().collect();
    let whole: Vec<usize> = apa.run(&sources, &[], &listed).references.into_iter().map(|(source, _)| source).collect();
    // Once a few at a time, then all of them.
    entries.sort(&mut listed.clone()[2..5], &apa, &sources);
    entries.sort(&mut listed, &apa, &sources);
    assert_eq!(listed, whole);
}

#[test]
fn what_is_kept_is_of_one_language() {
    let Some(CslStyle::Independent(apa)) = ArchivedStyle::by_name("apa").map(ArchivedStyle::get) else { panic!("no style") };
    let sources = sources();
    let (entries, reuse) = (Entries::of(&sources), Reuse::default());
    let mark = |language: &str| {
        let style = Style::of(&CitationStyle::of(apa.clone(), 1, language));
        let (parts, page) = both(&style, &sources, &entries, &reuse, &[(vec![(7, 0)], false, false)], &[]);
        assert_eq!(format!("{parts:?}"), format!("{:?}", Some(page)), "{language}");
        parts.map(|parts| format!("{:?}", parts.marks))
    };
    assert_ne!(mark("en"), mark("de"));
}
