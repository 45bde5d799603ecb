//! Everything beside pages: sources, styles, archived texts, the lock, settings; and numbers in running text.

use cited::archive::{ArchivedText, Find, Lock, LockedSource, fold_digest, vet};
use cited::config::Config;
use cited::diag::Report;
use cited::figures::{Lexicon, Stated, calc, figures, sentences, supports, supports_value};
use cited::load::cite_syntax::{CiteGroup, parse_group};
use cited::load::settings;
use cited::load::sources::{self as bibliography, Sources, is_key};
use cited::load::style::CitationStyle;
use cited::load::theme::ThemeFile;
use cited::resolve::csl::{Entries, MarkPart, Request, Style};
use cited::reuse::Reuse;
use cited::text::TextFile;
use cited::yaml::Yaml;

use super::{findings_hold, html, text};

/// A bibliography. The first byte says in which format; the rest is the file.
pub fn sources(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Some(text) = text(rest) else { return };
    let path = match first % 4 {
        0 => "content/sources.yaml",
        1 => "content/a.bib",
        2 => "content/a.json",
        _ => "content/a.ris",
    };
    let mut report = Report::default();
    let mut found = Sources::default();
    bibliography::read(&TextFile::new(path, text), &mut found, &mut report);
    found.finish(&mut report);
    for source in &found.all {
        assert!(is_key(&source.key), "{:?}", source.key);
        assert!(source.place.file.text.get(source.place.start..source.place.end).is_some());
        let _ = (source.title(), source.named("and", "et al."), source.date());
        if let Some(url) = source.url() {
            assert!(cited::address::is_publishable(&url), "{url}");
        }
    }
    findings_hold(report);
}

/// A few works whose every field tries to be markup.
const WORKS: &str = r#"
a: { type: web, title: "<script>alert(1)</script>", author: ["Ng, <b>A</b>", "Ito, C"], date: 2024-05-20, url: "https://example.org/?a=1&b=<x>" }
b: { type: article, title: "Mud \" onload=x", author: "Ng, A", date: 2024, parent: { type: periodical, title: "The 'River'", volume: 3, issue: 4 }, page-range: 12-19 }
c: { type: book, title: "No author", publisher: { name: P, location: L }, serial-number: { doi: "10.1/x", isbn: "1" } }
"#;

/// A citation style: read, then used on a few works.
pub fn csl_style(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let style = match CitationStyle::read(&TextFile::new("style.csl", text), "en") {
        Ok(read) => Style::of(&read),
        Err(fault) => return findings_hold([fault].into_iter().collect()),
    };
    let mut found = Sources::default();
    bibliography::read(&TextFile::new("content/sources.yaml", WORKS), &mut found, &mut Report::default());
    let group = |text: &str, narrative| CiteGroup { items: parse_group(text, 0).0, narrative, range: 0..0 };
    let groups = [group("see @a, p. 3; -@b", false), group("@c", true), group("@a", false)];
    let requests = [
        Request { group: &groups[0], sources: vec![0, 1] },
        Request { group: &groups[1], sources: vec![2] },
        Request { group: &groups[2], sources: vec![0] },
    ];
    let formatted = style.format(&found, &Entries::of(&found), &requests, &[], &Reuse::default());
    assert_eq!(format!("{formatted:?}"), format!("{:?}", style.run(&found, &requests, &[])), "the parts of a page are not the page");
    let marks = formatted.marks.iter().flatten().map(|part| match part {
        MarkPart::Between(html) | MarkPart::Item(_, html) => html,
    });
    for made in marks.chain(&formatted.notes).chain(formatted.references.iter().map(|(_, html)| html)) {
        let faults = html::faults_of_content(made);
        assert!(faults.is_empty(), "{}\nfrom {made}", faults.join("\n"));
        assert!(!html::elements(made).iter().any(|e| e.name == "b" && e.text == "A"), "markup from a field: {made}");
    }
}

/// Names and units that the scanner is tried with.
pub fn lexicon() -> Lexicon {
    let names = ["Article 4", "Mirage 2000", "810th Brigade", "9/11", "Six-Party Talks", "Ocean’s Eleven", "é 5", "1 1"];
    Lexicon::new(names, ["soldiers", "US dollars", "days", "tonnes of rice", "%", ""])
}

/// Running text: sentences, numbers, quotations.
pub fn numbers(bytes: &[u8]) {
    if let Some(text) = text(bytes) {
        numbers_hold(text);
    }
}

/// Ranges are in the text and in order, and every mark belongs to exactly one sentence.
pub fn numbers_hold(text: &str) {
    let lexicon = lexicon();
    let sentences = sentences(text, &lexicon);
    let mut end = 0;
    let (mut marks, mut calcs, mut found) = (Vec::<usize>::new(), Vec::<usize>::new(), Vec::new());
    for sentence in &sentences {
        assert!(sentence.range.start >= end && sentence.range.end > sentence.range.start, "{text:?}");
        assert!(text.get(sentence.range.clone()).is_some(), "{text:?}");
        assert!(text[end..sentence.range.start].trim().is_empty(), "something is left out between sentences of {text:?}");
        end = sentence.range.end;
        marks.extend(sentence.marks.iter());
        calcs.extend(sentence.calcs.iter());
        let mut last = sentence.range.start;
        for figure in &sentence.figures {
            assert!(figure.range.start >= last && figure.range.end <= sentence.range.end, "{text:?}: {figure:?}");
            assert!(text.get(figure.range.clone()).is_some_and(|words| !words.is_empty()), "{text:?}");
            assert!(!figure.low.is_nan() && figure.low <= figure.high, "{text:?}: {figure:?}");
            last = figure.range.end;
            found.push(figure.clone());
        }
        for quotation in &sentence.quotations {
            assert!(quotation.start >= sentence.range.start && quotation.end <= sentence.range.end, "{text:?}");
            assert!(text.get(quotation.clone()).is_some_and(|words| words.split_whitespace().count() >= 3), "{text:?}");
        }
    }
    assert!(text[end..].trim().is_empty(), "something is left out at the end of {text:?}");
    let count = |sign: char| text.chars().filter(|character| *character == sign).count();
    assert_eq!(marks, (0..count('\u{E000}')).collect::<Vec<_>>(), "{text:?}");
    assert_eq!(calcs, (0..count('\u{E001}')).collect::<Vec<_>>(), "{text:?}");
    assert_eq!(found, figures(text, &lexicon), "{text:?}");
    for figure in &found {
        let _ = supports(text, figure);
        let _ = Stated::new(text).supports(figure);
    }
    let _ = supports_value(text, Some(1.0), Some(2.0));
    let _ = calc(text, text);
    let _ = calc("5", text);
}

/// A quote and the text that it is looked for in: the first line, and the rest.
pub fn quotes(bytes: &[u8]) {
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    let (quote, rest) = bytes.split_at(end);
    let Some(quote) = text(quote) else { return };
    let problem = vet(quote);
    let Ok(archived) = ArchivedText::new(rest.get(1..).unwrap_or_default(), 1) else { return };
    let plain = |words: &str| !words.contains(['…', '.', '[', '(', '‥']);
    match archived.find(quote, None) {
        Find::Found(place) => {
            let words = archived.words_at(&place);
            assert!(!words.is_empty());
            // What was found is the quote but for white space, quotation marks, dashes and what cannot be seen.
            if plain(quote) && plain(words) {
                assert_eq!(fold_digest(words), fold_digest(quote), "{quote:?} is not {words:?}");
            }
            let located = archived.find(quote, Some(&place.locator()));
            assert!(matches!(located, Find::Found(_)), "{quote:?} is not where it is: {located:?}");
        }
        Find::Ambiguous(places) => assert!(places.len() > 1),
        other => {
            let _ = format!("{other:?}");
        }
    }
    if problem.is_none() {
        let (locked, _) = LockedSource::new("a.txt", &archived, [quote]);
        let mut lock = Lock::default();
        lock.insert("a", locked);
        assert_eq!(Lock::parse(&lock.write()).as_ref(), Ok(&lock), "a lock that was written reads as it was");
    }
}

/// The lock: what can be read is written again as it was.
pub fn lock(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    match Lock::parse(text) {
        Ok(lock) => {
            let written = lock.write();
            assert_eq!(Lock::parse(&written).as_ref(), Ok(&lock));
            assert_eq!(Lock::parse(&written).map(|lock| lock.write()), Ok(written));
        }
        Err(fault) => {
            let lines = text.lines().count().max(1) + 1;
            assert!((1..=lines).contains(&(fault.line as usize)), "line {} of {lines}", fault.line);
            assert!(!fault.message.contains('\n') && !fault.next_step.is_empty());
        }
    }
}

/// `theme.yaml` and `site.yaml`, parted by a line `---`.
pub fn theme_settings(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let (theme, site) = text.split_once("\n---\n").unwrap_or((text, "title: A\nbase_url: https://example.org/\n"));
    let mut report = Report::default();
    let theme_yaml = Yaml::whole(&TextFile::new("themes/explainer/theme.yaml", theme));
    let described = match theme_yaml.read::<ThemeFile>() {
        Ok(described) => described,
        Err(fault) => {
            report.push(fault);
            ThemeFile::default()
        }
    };
    let config = Config::read(&TextFile::new("site.yaml", site), None, &mut report);
    if let Some(config) = config {
        let site_yaml = Yaml::whole(&config.file);
        let values = settings::read(&described.settings, &config.theme_settings, (&theme_yaml, &site_yaml), &config.theme, &mut report);
        assert_eq!(values.len(), described.settings.len(), "a value for each setting, and no other");
        assert!(config.base_url.ends_with('/') && config.base_path().starts_with('/'));
    }
    findings_hold(report);
}
