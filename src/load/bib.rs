//! BibLaTeX files, read within bounds.
//!
//! In: a `.bib` file. Out: its entries, or findings. The parser follows `@string` and `crossref` wherever they lead, so
//! circles, long chains and texts that double at every step are looked for first, on what it gives before it follows
//! them.
//! Must never hand the parser a file whose braces, abbreviations or inheritance have no bound.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use biblatex::{Bibliography, Pair, RawBibliography, RawChunk};
use hayagriva::Library;

use crate::diag::{Code, Diagnostic};
use crate::text::{Span, TextFile};

/// Braces may be nested this deep.
const DEEPEST: usize = 50;
/// Abbreviations may stand for abbreviations, and entries inherit from entries, this often.
const LONGEST_CHAIN: usize = 20;
/// All fields together, abbreviations written out, in bytes.
const LARGEST: usize = 16 << 20;
/// Entries that one entry may inherit from, with repetitions.
const MOST_PARENTS: usize = 200;

/// What is wrong, and where in the text.
type Fault = (String, Range<usize>);

/// Read the file.
pub fn read(file: &Arc<TextFile>) -> Result<Library, Vec<Diagnostic>> {
    parse(&file.text).map_err(|faults| {
        let diagnostic = |(message, range)| {
            Diagnostic::at(Code::SourceInvalid, Span::new(file, range), format!("the bibliography cannot be read: {message}"))
                .help("mend the entry; BibLaTeX's manual lists the fields of each type")
        };
        faults.into_iter().map(diagnostic).collect()
    })
}

fn parse(text: &str) -> Result<Library, Vec<Fault>> {
    if let Some(at) = deep(text) {
        return Err(vec![(format!("braces are nested more than {DEEPEST} levels deep"), at..at + 1)]);
    }
    let syntax = |error: biblatex::ParseError| vec![(error.kind.to_string(), error.span)];
    let raw = RawBibliography::parse(text).map_err(syntax)?;
    abbreviations(&raw).map_err(|fault| vec![fault])?;
    inheritance(&raw).map_err(|fault| vec![fault])?;
    let bibliography = Bibliography::from_raw(raw).map_err(syntax)?;
    hayagriva::io::from_biblatex(&bibliography).map_err(|errors| errors.into_iter().map(|e| (e.kind.to_string(), e.span)).collect())
}

/// Where braces pass [`DEEPEST`].
fn deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if !escaped => depth += 1,
            b'}' if !escaped => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
        if depth > DEEPEST {
            return Some(at);
        }
    }
    None
}

/// Refuse abbreviations that never end, or grow too long.
fn abbreviations(raw: &RawBibliography<'_>) -> Result<(), Fault> {
    let defined: HashMap<&str, &Pair<'_>> = raw.abbreviations.iter().map(|pair| (pair.key.v, pair)).collect();
    let mut sizes = HashMap::new();
    let mut total = 0usize;
    for pair in raw.entries.iter().flat_map(|entry| &entry.v.fields) {
        total = total.saturating_add(size(pair, &defined, &mut sizes, 0)?.0);
        if total > LARGEST {
            return Err((format!("with its abbreviations written out it is larger than {LARGEST} bytes"), pair.key.span.clone()));
        }
    }
    Ok(())
}

/// The bytes of a value with its abbreviations written out, and how many stand one in another there.
fn size<'r>(
    pair: &'r Pair<'r>,
    defined: &HashMap<&'r str, &'r Pair<'r>>,
    sizes: &mut HashMap<&'r str, (usize, usize)>,
    depth: usize,
) -> Result<(usize, usize), Fault> {
    if depth > LONGEST_CHAIN {
        let message = format!("the abbreviation `{}` leads through more than {LONGEST_CHAIN} others, or to itself", pair.key.v);
        return Err((message, pair.key.span.clone()));
    }
    let (mut bytes, mut height) = (0usize, 0);
    for chunk in &pair.value.v {
        let (more, below) = match chunk.v {
            RawChunk::Normal(text) => (text.len(), 0),
            RawChunk::Abbreviation(name) => {
                let known = sizes.get(name).copied().filter(|(_, height)| depth + 1 + height <= LONGEST_CHAIN);
                match (known, defined.get(name)) {
                    (Some((bytes, below)), _) => (bytes, below + 1),
                    (None, Some(other)) => {
                        let found = size(other, defined, sizes, depth + 1)?;
                        sizes.insert(name, found);
                        (found.0, found.1 + 1)
                    }
                    (None, None) => (name.len(), 0),
                }
            }
        };
        bytes = bytes.saturating_add(more);
        height = height.max(below);
    }
    Ok((bytes, height))
}

/// Refuse entries that inherit from themselves, or from too many.
fn inheritance(raw: &RawBibliography<'_>) -> Result<(), Fault> {
    const FIELDS: [(&str, &str); 2] = [("crossref", "cited-crossref"), ("xdata", "cited-xdata")];
    let mut apart = raw.clone();
    let mut inherits = false;
    for pair in apart.entries.iter_mut().flat_map(|entry| &mut entry.v.fields) {
        if let Some((_, other)) = FIELDS.iter().find(|(name, _)| pair.key.v.eq_ignore_ascii_case(name)) {
            // Under another name the parser reads the value, and does not follow it.
            pair.key.v = other;
            inherits = true;
        }
    }
    if !inherits {
        return Ok(());
    }
    let Ok(apart) = Bibliography::from_raw(apart) else { return Ok(()) };
    let parents: HashMap<&str, Vec<String>> = apart
        .iter()
        .map(|entry| {
            let one = entry.get_as::<String>(FIELDS[0].1).ok();
            let several = entry.get_as::<Vec<String>>(FIELDS[1].1).unwrap_or_default();
            (entry.key.as_str(), one.into_iter().chain(several).collect())
        })
        .collect();
    for entry in &raw.entries {
        let mut steps = 0;
        let mut waiting = vec![(entry.v.key.v, 0)];
        while let Some((key, depth)) = waiting.pop() {
            steps += 1;
            if depth > LONGEST_CHAIN || steps > MOST_PARENTS {
                return Err((
                    format!("the entry `{}` inherits from itself, or from too many others", entry.v.key.v),
                    entry.v.key.span.clone(),
                ));
            }
            waiting.extend(parents.get(key).into_iter().flatten().map(|parent| (parent.as_str(), depth + 1)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text).expect_err("refused").remove(0).0
    }

    #[test]
    fn circles_and_growth_are_refused() {
        for text in [
            "@article{a, title={x}, crossref={a}}",
            "@article{a, crossref={b}}\n@article{b, crossref={a}}",
            "@article{a, CrossRef = \"b\"}\n@article{b, crossref = \"a\"}",
            "@xdata{a, xdata={a}}\n@article{b, xdata={a}, title={x}}",
        ] {
            assert!(refused(text).contains("inherits from itself"), "{text}");
        }
        let chain: String = (0..20_000).map(|i| format!("@article{{a{i}, title={{x}}, crossref={{a{}}}}}\n", i + 1)).collect();
        assert!(refused(&chain).contains("too many"));
        let wide: String = (0..30).map(|i| format!("@xdata{{a{i}, xdata={{a{0}, a{0}, a{0}}}}}\n", i + 1)).collect();
        assert!(refused(&wide).contains("too many"));
        for text in ["@string{a=a}\n@article{k, title=a}", "@string{a=b}\n@string{b=a # a}\n@article{k, title=a}"] {
            assert!(refused(text).contains("to itself"), "{text}");
        }
        let bomb: String = (1..20).map(|i| format!("@string{{a{i} = a{0} # a{0} # a{0} # a{0}}}\n", i - 1)).collect();
        assert!(refused(&format!("@string{{a0={{xxxxxxxxxx}}}}\n{bomb}@article{{k, title=a19}}")).contains("written out"));
        assert!(refused(&format!("@article{{k, title={}", "{".repeat(300_000))).contains("levels deep"));
    }

    #[test]
    fn what_is_usual_is_read() {
        let text = "@string{p = {The Press}}\n@book{b, title={{A} {\\\"U}ber}, publisher = p # { of } # p, author={A, B}, year=2024}\n\
                    @inbook{c, title={C}, crossref={b}, author={D, E}}\n@xdata{x, location={Here}}\n@book{d, title={D}, xdata={x}}\n";
        let library = parse(text).expect("read");
        assert!(library.get("b").is_some() && library.get("c").is_some_and(|c| !c.parents().is_empty()));
    }
}
