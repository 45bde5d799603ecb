//! The YAML reader's messages in an author's words.
//!
//! In: what the reader says (libyaml's faults of syntax, serde's of type). Out: one line that says what is wrong, and
//! the next step. Must never lose a message: what is not known here is passed on.

/// A fault of syntax.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slip {
    pub message: String,
    pub help: String,
    /// Line and column, from 1, of what was opened and not closed.
    pub opened: Option<(usize, usize)>,
}

const QUOTE: &str = "put the whole value in quotes; in single quotes, write `''` for one quote mark";
const APART: &str = "put the whole value in quotes, with `''` for a quote mark within single quotes; keys of one level begin in one column";
const COLUMNS: &str = "put a value that holds `: ` in quotes; keys of one level begin in one column";

/// The reader's words, what they mean, and the next step.
const SLIPS: &[(&str, &str, &str)] = &[
    ("mapping values are not allowed", "a `: ` stands where YAML allows none", COLUMNS),
    ("found a tab character", "a tab stands in the indentation", "indent with spaces"),
    ("while scanning a quoted scalar", "a quote mark is not closed", "close it; in single quotes, write `''` for one quote mark"),
    ("while parsing a flow sequence", "a `[` is not closed", "close it with `]`, and put a value that begins with `[` in quotes"),
    ("while parsing a flow mapping", "a `{` is not closed", "close it with `}`, and put a value that begins with `{` in quotes"),
    ("unknown anchor", "`*` begins an alias, and nothing of that name is defined", QUOTE),
    ("recursion limit exceeded", "the YAML is nested too deep", "flatten the structure"),
    ("cannot start any token", "a value cannot begin with this character", QUOTE),
    ("unknown escape character", "an escape that YAML does not know", "write `\\\\` for a backslash, or use single quotes"),
    ("did not find expected '-' indicator", "a list goes on with something else than `- `", "begin each item with `- ` in one column"),
    ("block sequence entries are not allowed", "a list cannot begin beside its key", "begin it on the next line"),
    ("could not find expected ':'", "a key without a `:`", "write `key: value`, and indent a value of several lines"),
    ("did not find expected key", "this does not fit what stands before it", APART),
    ("more than one document", "a second `---` begins another document", "remove it"),
    ("control characters are not allowed", "a control character stands in the text", "remove it"),
];

/// A fault of syntax in an author's words; none if the message is not of syntax, or not known.
pub(super) fn slip(raw: &str) -> Option<Slip> {
    let (_, message, help) = SLIPS.iter().find(|(words, ..)| raw.contains(words))?;
    let opened = message.ends_with("not closed").then(|| position(raw.rsplit_once(" at line ")?.1)).flatten();
    Some(Slip { message: (*message).to_owned(), help: (*help).to_owned(), opened })
}

/// Where a fault really began that the reader noticed at `offset`, and what it is: a quote mark that the end of its line did
/// not close, or a colon without a space behind it, which both make text of what follows.
pub(super) fn began(text: &str, offset: usize, message: &str) -> Option<(usize, &'static str, &'static str)> {
    if !["a key without a `:`", "this does not fit what stands before it"].contains(&message) {
        return None;
    }
    let before = &text[..text[..offset].rfind('\n').map_or(0, |at| at)];
    let mut at = 0;
    let mut found = None;
    for line in before.split_inclusive('\n') {
        let key = line.trim_start().trim_start_matches("- ");
        let start = at + (line.len() - key.len());
        at += line.len();
        let name = key.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(key.len());
        let Some(value) = key[name..].strip_prefix(':').filter(|_| name > 0) else { continue };
        let written = value.trim();
        if let Some(quote) = written.chars().next().filter(|c| matches!(c, '"' | '\'') && value.starts_with(' ')) {
            let inside = written[1..].replace("\\\"", "").replace("''", "");
            if !inside.contains(quote) {
                let opens = start + name + 1 + value.find(quote).unwrap_or(0);
                return Some((
                    opens,
                    "a quote mark opens here, and its line does not close it",
                    "close it; in single quotes, write `''` for one quote mark",
                ));
            }
        }
        let is_address = value.starts_with("//");
        if !written.is_empty() && !value.starts_with(char::is_whitespace) && !is_address {
            found = Some((start, "no space stands behind the colon", "write `key: value`"));
        } else if !written.is_empty() {
            found = None;
        }
    }
    found
}

/// `3 column 4`.
fn position(text: &str) -> Option<(usize, usize)> {
    let (line, column) = text.split_once(" column ")?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// The key that stands twice, if that is what the message says.
pub(super) fn duplicate(message: &str) -> Option<&str> {
    let field = message.strip_prefix("duplicate field `").and_then(|m| m.split_once('`'));
    let entry = message.strip_prefix("duplicate entry with key \"").and_then(|m| m.rsplit_once('"'));
    field.or(entry).map(|(key, _)| key)
}

/// `invalid type: integer `5`, expected a string` → (`must be text, not `5``, `put it in quotes`).
pub(super) fn type_fault(message: &str) -> Option<(String, Option<&'static str>)> {
    if message.contains("did not match any variant of untagged enum") {
        return Some(("has none of the forms that are allowed here".to_owned(), None));
    }
    let rest = ["invalid type: ", "invalid value: ", "invalid length "].iter().find_map(|p| message.strip_prefix(p))?;
    let (found, wanted) = rest.rsplit_once(", expected ")?;
    let (wanted, help) = wanted_words(wanted);
    let (found, single) = found_words(found);
    let help = match (wanted, single) {
        ("text", true) => Some("put it in quotes"),
        ("text", false) => Some("write one value; text that begins with `[` or `{` stands in quotes"),
        _ => help,
    };
    Some((format!("must be {wanted}, not {found}"), help))
}

fn wanted_words(wanted: &str) -> (&str, Option<&'static str>) {
    match wanted {
        "a string" => ("text", None),
        "f32" | "f64" => ("a number", Some("write digits, without quotes and without separators")),
        "i8" | "i16" | "i32" | "i64" | "isize" => ("a whole number", Some("write digits, without quotes and without separators")),
        "u8" | "u16" | "u32" | "u64" | "usize" => ("a whole number from 0", Some("write digits, without quotes and without separators")),
        "a boolean" => ("`true` or `false`", Some("write `true` or `false`, without quotes")),
        "a sequence" => ("a list", Some("write it as `[a, b]`, or each item on its own line behind `- `")),
        "a map" => ("a mapping of keys", Some("write its keys below it, indented, each as `key: value`")),
        "a name or a list of names" => (wanted, Some("write one name, or several as `[a, b]`")),
        "a YAML tag starting with '!'" => ("one of the words that are allowed here", Some("write the word alone, such as `off`")),
        w if w.starts_with("struct ") => ("a mapping of keys", Some("write its keys below it, indented, each as `key: value`")),
        w if w.starts_with("a date") => (w, Some("write a day, month or year that exists, without quotes or words")),
        w => (w, None),
    }
}

/// What was found, and whether it is a single value.
fn found_words(found: &str) -> (String, bool) {
    match found {
        "sequence" => ("a list".to_owned(), false),
        "map" => ("a mapping".to_owned(), false),
        "unit value" => ("nothing".to_owned(), false),
        _ => {
            let value = found.strip_prefix("string ").map_or_else(|| found.split('`').nth(1).unwrap_or(found), |s| s.trim_matches('"'));
            let mut short: String = value.chars().take(LONGEST).collect();
            if short.len() < value.len() {
                short.push('…');
            }
            (format!("`{short}`"), true)
        }
    }
}

/// A value is shown up to so many characters.
const LONGEST: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_in_an_authors_words() {
        let said = |message| type_fault(message).unwrap();
        assert_eq!(said("invalid type: integer `5`, expected a string"), ("must be text, not `5`".to_owned(), Some("put it in quotes")));
        assert_eq!(said("invalid type: sequence, expected i64").0, "must be a whole number, not a list");
        assert_eq!(said("invalid type: string \"a, expected b\", expected f64").0, "must be a number, not `a, expected b`");
        assert_eq!(said("invalid type: unit value, expected struct Citation").0, "must be a mapping of keys, not nothing");
        assert_eq!(type_fault("something else"), None);
    }

    #[test]
    fn a_fault_is_told_where_it_began() {
        // The reader notices it on the last line.
        let noticed = |text: &str| text.trim_end().rfind('\n').map_or(0, |at| at + 1);
        let message = "this does not fit what stands before it";
        let began = |text: &str| began(text, noticed(text), message).map(|(at, message, _)| (at, message));
        let quote = "a quote mark opens here, and its line does not close it";
        assert_eq!(began("a: b\ntitle: \"How many\nc: d\n"), Some((12, quote)));
        assert_eq!(began("- id: 'it''s\n  c: d\n"), Some((6, quote)));
        assert_eq!(began("a: b\ndate:2024-12-15\nc: d\n"), Some((5, "no space stands behind the colon")));
        assert_eq!(began("a: \"b\"\nurl: https://x\nb:\n  - c: 'd'\ne\n"), None);
    }

    #[test]
    fn slips_name_what_was_opened() {
        let raw = "found unexpected end of stream at line 2 column 1, while scanning a quoted scalar at line 1 column 8";
        assert_eq!(slip(raw).unwrap().opened, Some((1, 8)));
        assert_eq!(slip("mapping values are not allowed in this context at line 1 column 5").unwrap().opened, None);
        assert_eq!(duplicate("duplicate field `title`"), Some("title"));
        assert_eq!(duplicate("duplicate entry with key \"a\""), Some("a"));
    }
}
