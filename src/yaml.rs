//! YAML as typed values, with places for what is wrong in it.
//!
//! In: a YAML text inside a file (a whole file, or the front matter of a page). Out: a typed value, or one
//! diagnostic with the narrowest place. [`locate`] finds the place of a field afterwards, when there is something
//! to report about it: the good case costs nothing.
//! Must never panic, recurse without bound, or expand aliases (a bomb is refused by the reader's own limit).

use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser};
use serde::de::DeserializeOwned;

use crate::diag::{Code, Diagnostic, did_you_mean, near_match};
use crate::text::{Span, TextFile};

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
    ($($step:expr),* $(,)?) => { vec![$($crate::yaml::Step::from($step)),*] };
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
    /// A file that is YAML from end to end.
    pub fn whole(file: &Arc<TextFile>) -> Self {
        Self { file: file.clone(), range: 0..file.text.len() }
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
        let prefix: String = base
            .iter()
            .map(|step| match step {
                Step::Key(key) => format!(".{key}"),
                Step::Item(i) => format!("[{i}]"),
            })
            .collect();
        let raw = error.to_string();
        let (field, message) = split_path(strip_position(&raw));
        let field = match field {
            "" => prefix.trim_start_matches('.').to_owned(),
            field => format!("{}.{field}", prefix.trim_start_matches('.')),
        };
        let mut diagnostic = self.describe(&field, message, None);
        let place = locate(self.text(), base);
        if diagnostic.code == Code::KeyUnknown {
            let written = unknown_field(message).map_or("", |(written, _)| written);
            if let Some(found) = find_key(self.text(), place, written) {
                diagnostic.span = Some(self.span(found));
            }
        }
        diagnostic
    }

    fn diagnose(&self, error: &serde_yaml::Error) -> Diagnostic {
        let raw = error.to_string();
        let text = self.text();
        let offset = error.location().map(|l| {
            let line = text.split_inclusive('\n').take(l.line().saturating_sub(1)).map(str::len).sum::<usize>();
            let rest = &text[line.min(text.len())..];
            let column = rest.char_indices().nth(l.column().saturating_sub(1)).map_or(rest.len(), |(i, _)| i);
            (line + column).min(text.len())
        });
        let (field, message) = split_path(strip_position(&raw));
        self.describe(field, message, offset)
    }

    fn describe(&self, field: &str, message: &str, offset: Option<usize>) -> Diagnostic {
        let text = self.text();
        let base = self.path_place(field);
        if let Some((written, expected)) = unknown_field(message) {
            let place = base
                .and_then(|range| find_key(text, range, written))
                .or_else(|| find_key(text, 0..text.len(), written))
                .or(offset.map(|o| o..o))
                .unwrap_or(0..0);
            let at = if field.is_empty() { String::new() } else { format!(" in `{field}`") };
            return Diagnostic::at(Code::KeyUnknown, self.span(place), format!("unknown key `{written}`{at}")).help(did_you_mean(
                written,
                expected.iter().copied(),
                || format!("known keys: {}", expected.join(", ")),
            ));
        }
        if let Some(missing) = message.strip_prefix("missing field `").and_then(|m| m.split('`').next()) {
            let place = base.or(offset.map(|o| o..o)).unwrap_or(0..0);
            let at = if field.is_empty() { String::new() } else { format!(" in `{field}`") };
            return Diagnostic::at(Code::ValueInvalid, self.span(first_line(text, place)), format!("the key `{missing}` is missing{at}"))
                .help(format!("add `{missing}:`"));
        }
        let syntax = offset.is_some() && field.is_empty() && !message.starts_with("invalid");
        let code = if syntax { Code::YamlInvalid } else { Code::ValueInvalid };
        let place = if syntax { offset.map(|o| to_line_end(text, o)) } else { None };
        let place = place.or(base.filter(|_| !field.is_empty())).or(offset.map(|o| to_line_end(text, o))).unwrap_or(0..0);
        let at = if field.is_empty() || syntax { String::new() } else { format!("`{field}`: ") };
        let mut diagnostic = Diagnostic::at(code, self.span(first_line(text, place)), format!("{at}{}", lower_first(message)));
        if let Some((written, expected)) = unknown_variant(message) {
            diagnostic.message = format!("{at}`{written}` is not one of {}", expected.join(", "));
            if let Some(near) = near_match(written, expected) {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
        } else if syntax {
            diagnostic = diagnostic.help("values that hold `: `, ` #` or begin with a quote mark must be quoted as a whole");
        }
        diagnostic
    }

    fn path_place(&self, field: &str) -> Option<Range<usize>> {
        let mut path = Vec::new();
        for part in field.split('.').filter(|p| !p.is_empty()) {
            let mut rest = part;
            if let Some(at) = part.find('[') {
                if at > 0 {
                    path.push(Step::Key(part[..at].to_owned()));
                }
                rest = &part[at..];
                for index in rest.split('[').filter_map(|i| i.strip_suffix(']')) {
                    path.push(Step::Item(index.parse().ok()?));
                }
                continue;
            }
            path.push(Step::Key(rest.to_owned()));
        }
        Some(locate(self.text(), &path))
    }
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

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Drop ` at line 3 column 4` from the reader's message: the place is shown by the span.
fn strip_position(message: &str) -> &str {
    message.find(" at line ").map_or(message, |at| &message[..at])
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
    Some((written, expected.to_vec()))
}

fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let end = text[range.start..range.end].find('\n').map_or(range.end, |i| range.start + i);
    range.start..end
}

fn to_line_end(text: &str, offset: usize) -> Range<usize> {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    start..text[start..].find('\n').map_or(text.len(), |i| start + i)
}

/// Where `key:` is written within a range of the text.
fn find_key(text: &str, range: Range<usize>, key: &str) -> Option<Range<usize>> {
    // The place of a mapping may begin at its first key's value; look from the start of that line.
    let in_braces = text[range.start..].starts_with('{');
    let from = if in_braces { range.start } else { text[..range.start].rfind('\n').map_or(0, |i| i + 1) };
    let mut at = from;
    while let Some(found) = text[at..].find(key) {
        let start = at + found;
        let end = start + key.len();
        let before = text[..start].chars().next_back();
        let after = text[end..].trim_start_matches(['"', '\'']).trim_start_matches(' ');
        if before.is_none_or(|c| c.is_whitespace() || matches!(c, '{' | ',' | '"' | '\'')) && after.starts_with(':') {
            return Some(start..end);
        }
        at = end;
    }
    None
}

fn byte_of(text: &str, char_index: usize) -> usize {
    text.char_indices().nth(char_index).map_or(text.len(), |(i, _)| i)
}

/// The bytes of the value at `path`; if it does not exist, of its nearest existing parent. A key's value is given
/// where there is one, so `locate(text, ["title"])` points at the title itself. Never fails: at worst `0..0`.
pub fn locate(text: &str, path: &[Step]) -> Range<usize> {
    struct Open {
        /// How many steps of the path lead here, if this collection lies on the path.
        on_path: Option<usize>,
        mapping: bool,
        item: usize,
        key: Option<String>,
    }
    let mut stack: Vec<Open> = Vec::new();
    let mut best = 0..0;
    let mut best_depth = 0;
    let mut whole_of: Option<(usize, usize)> = None; // (stack depth, start) of the collection that is the target
    let ascii = text.is_ascii();
    let byte = |index: usize| if ascii { index.min(text.len()) } else { byte_of(text, index) };
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let opens = matches!(event, Event::MappingStart(..) | Event::SequenceStart(..));
        match event {
            Event::MappingEnd | Event::SequenceEnd => {
                stack.pop();
                if let Some((depth, start)) = whole_of {
                    if stack.len() == depth {
                        let end = byte(span.end.index());
                        let end = start + text[start..end.max(start)].trim_end().len();
                        return start..end;
                    }
                }
                if let Some(top) = stack.last_mut() {
                    top.advance();
                }
            }
            Event::Scalar(..) | Event::Alias(..) | Event::MappingStart(..) | Event::SequenceStart(..) => {
                let (start, end) = (byte(span.start.index()), byte(span.end.index()));
                let depth = match stack.last_mut() {
                    None => Some(0),
                    Some(top) if top.mapping && top.key.is_none() => {
                        let key = if let Event::Scalar(value, ..) = &event { value.to_string() } else { String::new() };
                        if let (Some(d), Some(Step::Key(wanted))) = (top.on_path, path.get(top.on_path.unwrap_or(0))) {
                            if *wanted == key && d + 1 > best_depth {
                                (best, best_depth) = (start..end, d + 1);
                            }
                        }
                        top.key = Some(key);
                        if opens {
                            stack.push(Open { on_path: None, mapping: matches!(event, Event::MappingStart(..)), item: 0, key: None });
                        }
                        continue;
                    }
                    Some(top) => {
                        let step = if top.mapping { top.key.clone().map(Step::Key) } else { Some(Step::Item(top.item)) };
                        top.on_path.filter(|d| path.get(*d) == step.as_ref()).map(|d| d + 1)
                    }
                };
                if let Some(d) = depth {
                    if d == path.len() {
                        if opens {
                            whole_of = Some((stack.len(), start));
                        } else if end > start {
                            return start..start + text[start..end].trim_end().len();
                        } else {
                            return best;
                        }
                    } else if d > best_depth || (d == best_depth && !matches!(event, Event::Scalar(..)) && d > 0) {
                        (best, best_depth) = (to_line_end(text, start), d);
                    }
                }
                if opens {
                    stack.push(Open { on_path: depth, mapping: matches!(event, Event::MappingStart(..)), item: 0, key: None });
                } else if let Some(top) = stack.last_mut() {
                    top.advance();
                }
            }
            _ => {}
        }
    }
    impl Open {
        fn advance(&mut self) {
            // A key that is itself a collection has just ended when no key is held yet.
            if self.mapping && self.key.is_none() {
                self.key = Some(String::new());
            } else {
                self.key = None;
                self.item += 1;
            }
        }
    }
    if best.is_empty() && !text.is_empty() { first_line(text, 0..text.len().min(1)) } else { best }
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
    fn deep_nesting_is_refused() {
        let (code, ..) = fault(&format!("title: {}\n", "[".repeat(100_000)));
        assert_eq!(code, Code::YamlInvalid);
    }
}
