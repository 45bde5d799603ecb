//! YAML as typed values, with places for what is wrong in it.
//!
//! In: a YAML text inside a file (a whole file, or the front matter of a page). Out: a typed value, or one
//! diagnostic with the narrowest place. [`locate`] finds the place of a field afterwards, when there is something
//! to report about it: the good case costs nothing.
//! Must never panic, recurse without bound, or expand aliases (a bomb is refused by the reader's own limit).

mod locate;
mod names;
mod tree;
mod words;

use std::ops::Range;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::text::{Span, TextFile};
pub use locate::locate;
use locate::{find_key, first_line, to_line_end};
pub use names::Names;
use tree::{MOST_ALIASED, Tree};

/// One step of a path into YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of a mapping.
    Key(String),
    /// An item of a sequence, from 0.
    Item(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Step::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Step::Item(index)
    }
}

/// A path into YAML from its parts: `path!["citations", 2, "source"]`.
#[macro_export]
macro_rules! yaml_path {
    ($($step:expr),* $(,)?) => { [$($crate::yaml::Step::from($step)),*] };
}

/// A piece of YAML in a file.
#[derive(Debug, Clone)]
pub struct Yaml {
    /// The file.
    pub file: Arc<TextFile>,
    /// Which bytes of it are YAML.
    pub range: Range<usize>,
}

impl Yaml {
    /// A file that is YAML from end to end, but for a byte-order mark.
    pub fn whole(file: &Arc<TextFile>) -> Self {
        let mark = if file.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { file: file.clone(), range: mark..file.text.len() }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.file.text[self.range.clone()]
    }

    /// Read the text as a `T`. An empty text is read as an empty mapping, so that defaults apply.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        let text = self.text();
        if let Some(place) = depth_exceeded(text) {
            return Err(Diagnostic::at(Code::YamlInvalid, self.span(place..place), format!("nested more than {DEEPEST} levels deep"))
                .help("flatten the structure"));
        }
        // What aliases stand for is counted only where there may be one.
        if text.contains('&')
            && text.contains('*')
            && let Some(place) = Tree::parse(text).excess
        {
            let message = format!("the aliases stand for more than {MOST_ALIASED} values");
            return Err(Diagnostic::at(Code::YamlInvalid, self.span(to_line_end(text, place)), message).help("write the values out"));
        }
        let text = if is_blank(text) { "{}" } else { text };
        serde_yaml::from_str(text).map_err(|error| self.diagnose(&error))
    }

    /// A span from a range within this YAML.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span::new(&self.file, self.range.start + range.start..self.range.start + range.end)
    }

    /// The place of the value at `path`, or of the nearest existing parent.
    pub fn place(&self, path: &[Step]) -> Span {
        self.span(locate(self.text(), path))
    }

    /// The place of the key at the end of `path`, for keys that should not be there.
    pub fn key_place(&self, path: &[Step]) -> Span {
        let found = match path.split_last() {
            Some((Step::Key(key), above)) => {
                let within = locate(self.text(), above);
                find_key(self.text(), within.clone(), key).filter(|found| found.end <= within.end)
            }
            _ => None,
        };
        found.map_or_else(|| self.place(path), |range| self.span(range))
    }

    /// The finding for an error that arose in reading a value taken from `base` of this YAML.
    pub fn diagnose_at(&self, base: &[Step], error: &serde_yaml::Error) -> Diagnostic {
        self.fault_at(base, &error.to_string())
    }

    /// The same, for a reader that gives only its message: `date: unknown format`.
    pub fn fault_at(&self, base: &[Step], raw: &str) -> Diagnostic {
        let (field, message) = split_path(strip_position(raw));
        self.describe(base, field, message, None)
    }

    fn diagnose(&self, error: &serde_yaml::Error) -> Diagnostic {
        let raw = error.to_string();
        let text = self.text();
        let (field, message) = split_path(strip_position(&raw));
        if let Some(slip) = words::slip(&raw) {
            let offset = match (slip.opened, error.location().filter(|_| !raw.contains("control characters"))) {
                (Some((line, column)), _) => self.offset(line, column),
                (None, Some(l)) => self.offset(l.line(), l.column()),
                (None, None) => stray(text).unwrap_or(0),
            };
            if let Some((at, message, help)) = words::began(text, offset, &slip.message) {
                return Diagnostic::at(Code::YamlInvalid, self.span(to_line_end(text, at)), message).help(help);
            }
            let place = to_line_end(text, offset);
            return Diagnostic::at(Code::YamlInvalid, self.span(place), slip.message).help(slip.help);
        }
        self.describe(&[], field, message, error.location().map(|l| self.offset(l.line(), l.column())))
    }

    /// The byte at a line and column of this YAML, both from 1.
    fn offset(&self, line: usize, column: usize) -> usize {
        let text = self.text();
        let start = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        let rest = &text[start.min(text.len())..];
        let within = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(i, _)| i);
        (start + within).min(text.len())
    }

    fn describe(&self, above: &[Step], field: &str, message: &str, offset: Option<usize>) -> Diagnostic {
        let text = self.text();
        let path = path_of(above, field);
        let has_path = !path.is_empty();
        let base = locate(text, &path);
        // The number of a record in its file says nothing that its place does not.
        let named = if matches!(path.first(), Some(Step::Item(_))) { &path[1..] } else { &path[..] };
        let field = named.iter().fold(String::new(), |name, step| match step {
            Step::Key(key) if name.is_empty() => key.clone(),
            Step::Key(key) => format!("{name}.{key}"),
            Step::Item(i) => format!("{name}[{i}]"),
        });
        let at = if field.is_empty() { String::new() } else { format!(" in `{field}`") };
        if let Some((written, expected)) = unknown_field(message) {
            let place =
                find_key(text, base, written).or_else(|| find_key(text, 0..text.len(), written)).or(offset.map(|o| o..o)).unwrap_or(0..0);
            // Words that no key has come after a comma that belongs to a value.
            let after_comma = written.contains(' ') && text[..place.start].trim_end().ends_with(',');
            let help = did_you_mean(written, expected.iter().copied(), || match after_comma {
                true => "put a value that holds a comma in quotes: inside `{ }` a comma ends it".to_owned(),
                false => format!("known keys: {}", expected.join(", ")),
            });
            return Diagnostic::at(Code::KeyUnknown, self.span(place), format!("unknown key `{written}`{at}")).help(help);
        }
        if let Some(missing) = message.strip_prefix("missing field `").and_then(|m| m.split('`').next()) {
            return Diagnostic::at(Code::ValueInvalid, self.span(first_line(text, base)), format!("the key `{missing}` is missing{at}"))
                .help(format!("add `{missing}:`"));
        }
        if let Some(key) = words::duplicate(message) {
            let within = base;
            let first = find_key(text, within.clone(), key).unwrap_or(within);
            let next_line = text[first.end..].find('\n').map_or(text.len(), |i| first.end + i + 1);
            let second = find_key(text, next_line..text.len(), key).unwrap_or(first);
            return Diagnostic::at(Code::YamlInvalid, self.span(second), format!("the key `{key}` stands twice{at}"))
                .help("remove one of them");
        }
        let place = has_path.then_some(base).or(offset.map(|o| to_line_end(text, o))).unwrap_or(0..0);
        let name = if field.is_empty() { "this".to_owned() } else { format!("`{field}`") };
        let (code, message, help) = if let Some((said, help)) = words::type_fault(message) {
            let is_level =
                matches!(&path[..], [Step::Key(checks), Step::Key(_)] if checks == "checks") && said.contains("mapping of keys, not");
            let help = if is_level { Some("write `{ level: off, reason: Why. }`: a page says why") } else { help };
            (Code::ValueInvalid, format!("{name} {said}"), help.map(str::to_owned))
        } else if let Some((written, expected)) = unknown_variant(message) {
            let help = did_you_mean(written, expected.iter().copied(), || "write one of them".to_owned());
            (Code::ValueInvalid, format!("{name} must be one of {}, not `{written}`", expected.join(", ")), Some(help))
        } else {
            let code = if field.is_empty() { Code::YamlInvalid } else { Code::ValueInvalid };
            let said = if field.is_empty() { lower_first(message) } else { format!("{name}: {}", lower_first(message)) };
            let help = "values that hold `: `, ` #` or begin with a quote mark must be quoted as a whole";
            (code, said, field.is_empty().then(|| help.to_owned()))
        };
        let diagnostic = Diagnostic::at(code, self.span(first_line(text, place)), message);
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// A path from where reading began and the reader's own: `citations[0].quote`.
fn path_of(above: &[Step], field: &str) -> Vec<Step> {
    let mut path = above.to_vec();
    for part in field.split('.').filter(|p| !p.is_empty()) {
        let (key, items) = part.find('[').map_or((part, ""), |at| part.split_at(at));
        if !key.is_empty() {
            path.push(Step::Key(key.to_owned()));
        }
        path.extend(items.split('[').filter_map(|i| i.strip_suffix(']')?.parse().ok()).map(Step::Item));
    }
    path
}

/// Mappings and sequences may be nested this deep.
const DEEPEST: usize = 64;

/// Where nesting passes [`DEEPEST`]: unclosed brackets, or a run of `- ` at the start of a line. A reckoning over
/// bytes, since the parser's own cost grows with the square of the depth.
fn depth_exceeded(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                if depth > DEEPEST {
                    return Some(i);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let marks = line.bytes().take_while(|b| matches!(b, b' ' | b'-' | b'?')).filter(|b| *b != b' ').count();
        // A line of dashes alone is a document marker or text, not a nest.
        if marks > DEEPEST && line.contains("- -") {
            return Some(start);
        }
        start += line.len();
    }
    None
}

fn is_blank(text: &str) -> bool {
    text.lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#'))
}

/// Where a fault stands that the reader gives no place for: a control character, or a second document.
fn stray(text: &str) -> Option<usize> {
    let control = text.find(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    control.or_else(|| text.find("\n---").map(|i| i + 1))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Drop ` at line 3 column 4` from the reader's message: the place is shown by the span.
fn strip_position(message: &str) -> &str {
    let end = |(at, words): (usize, &str)| message[at + words.len()..].starts_with(|c: char| c.is_ascii_digit()).then_some(at);
    message.match_indices(" at line ").find_map(end).map_or(message, |at| &message[..at])
}

/// `citations[0].quote: invalid type …` → (`citations[0].quote`, `invalid type …`).
fn split_path(message: &str) -> (&str, &str) {
    match message.split_once(": ") {
        Some((path, rest)) if !path.contains(' ') && !matches!(path, "invalid") => (path.trim_start_matches('.'), rest),
        _ => ("", message),
    }
}

fn backquoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let names = message.strip_prefix("unknown field").map(backquoted)?;
    let (written, expected) = names.split_first()?;
    Some((written, expected.to_vec()))
}

fn unknown_variant(message: &str) -> Option<(&str, Vec<&str>)> {
    let names = message.strip_prefix("unknown variant").map(backquoted)?;
    let (written, expected) = names.split_first()?;
    // Some enums take `Web` for `web`: one of the two is enough.
    let twin = |name: &str| name.starts_with(char::is_uppercase) && expected.contains(&name.to_lowercase().as_str());
    Some((written, expected.iter().copied().filter(|name| !twin(name)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'a>(text: &'a str, path: &[Step]) -> &'a str {
        &text[locate(text, path)]
    }

    #[test]
    fn places_of_fields_are_found() {
        let text = "title: Ünï\ncitations:\n  - id: a\n    source: x\n  - { id: b, source: 'y z' }\n";
        assert_eq!(at(text, &yaml_path!["title"]), "Ünï");
        assert_eq!(at(text, &yaml_path!["citations", 0, "source"]), "x");
        assert_eq!(at(text, &yaml_path!["citations", 1, "source"]), "'y z'");
        assert_eq!(at(text, &yaml_path!["citations", 1]), "{ id: b, source: 'y z' }");
        assert!(at(text, &yaml_path!["citations", 0, "quote"]).starts_with("id"));
        let yaml = Yaml::whole(&TextFile::new("x.yaml", text));
        let key = yaml.key_place(&yaml_path!["citations", 1, "source"]);
        assert_eq!((key.slice(), key.start), ("source", text.rfind("source").unwrap()));
        assert_eq!(yaml.key_place(&yaml_path!["citations", 0, "quote"]).slice(), "id: a");
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Record {
        title: String,
        #[serde(default)]
        items: Vec<Item>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Item {
        id: u32,
    }

    fn fault(text: &str) -> (Code, String, String, Option<String>) {
        let d = Yaml::whole(&TextFile::new("x.yaml", text)).read::<Record>().unwrap_err();
        (d.code, d.message, d.span.unwrap().slice().to_owned(), d.help)
    }

    #[test]
    fn faults_name_the_place_and_the_next_step() {
        let (code, message, place, help) = fault("titel: x\n");
        assert_eq!((code, message.as_str(), place.as_str()), (Code::KeyUnknown, "unknown key `titel`", "titel"));
        assert_eq!(help.as_deref(), Some("did you mean `title`?"));
        let (code, _, place, _) = fault("title: x\nitems:\n  - id: 1\n  - id: two\n");
        assert_eq!((code, place.as_str()), (Code::ValueInvalid, "two"));
        let (code, message, place, _) = fault("title: x\nitems:\n  - id: 1\n    idd: 2\n");
        assert_eq!((code, place.as_str()), (Code::KeyUnknown, "idd"), "{message}");
        let (code, ..) = fault("title: \"x\nitems: [\n");
        assert_eq!(code, Code::YamlInvalid);
        let (code, message, ..) = fault("items: []\n");
        assert_eq!((code, message.as_str()), (Code::ValueInvalid, "the key `title` is missing"));
    }

    #[test]
    fn a_key_of_several_lines_is_told_in_one() {
        let (code, message, ..) = fault("title: x\n\"a\\nerror[b]: c\": 1\n");
        assert_eq!((code, message.as_str()), (Code::KeyUnknown, "unknown key `a error[b]: c`"));
    }

    #[test]
    fn an_empty_key_is_told() {
        for text in ["title: x\n\"\": 1\n", "title: x\n: 1\n", "\"\": 1\n\"\": 2\n", "!a b: {c:}\n"] {
            let _ = fault(text);
        }
        assert_eq!(fault("title: x\n\"\": 1\n").1, "unknown key ``");
    }

    #[test]
    fn a_mark_of_byte_order_is_no_text() {
        let file = TextFile::new("x.yaml", "\u{feff}title: x\nitems: [{ id: no }]\n");
        let d = Yaml::whole(&file).read::<Record>().unwrap_err();
        assert_eq!(d.span.unwrap().slice(), "no");
    }

    #[test]
    fn aliases_that_stand_for_too_much_are_refused() {
        let bomb: String = (1..12).map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(","))).collect();
        let many = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(100), "*a,".repeat(20_000));
        for text in [format!("a0: &a0 [x]\n{bomb}"), many, "a: &a [*a]\n".to_owned()] {
            let (code, message, ..) = fault(&text);
            assert_eq!((code, message.contains("aliases stand for")), (Code::YamlInvalid, true), "{message}");
        }
        let few = "title: &a A & *B*\nitems: [{ id: &b 1 }, { id: *b }]\n";
        assert_eq!(Yaml::whole(&TextFile::new("x.yaml", few)).read::<Record>().unwrap().items.len(), 2);
    }

    #[test]
    fn places_are_found_in_time() {
        let text: String = (0..20_000).map(|i| format!("- {{ id: \"é {i}\", source: x }}\n")).collect();
        let start = std::time::Instant::now();
        for i in 0..20_000 {
            assert_eq!(at(&text, &yaml_path![i, "source"]), "x");
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    #[test]
    fn deep_nesting_is_refused() {
        let (code, ..) = fault(&format!("title: {}\n", "[".repeat(100_000)));
        assert_eq!(code, Code::YamlInvalid);
    }
}
