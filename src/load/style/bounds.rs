//! Whether a CSL style can be read and used within bounds.
//!
//! In: the text of a `.csl` file. Out: nothing, or what is wrong and where. The CSL engine reads XML and follows macros
//! by recursion, without a bound: depth, circles of macros, and macros that double at every step are looked for first.
//! Must never judge the style itself: that is the engine's.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

/// Elements may be nested this deep; published styles stay below 20.
const DEEPEST: usize = 60;
/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 40;
/// Macros may call macros this often.
const LONGEST_CHAIN: usize = 30;
/// Elements of a layout with its macros written out; published styles stay below 20,000.
const LARGEST: usize = 200_000;

/// A macro, or everything outside macros.
#[derive(Default)]
struct Part {
    elements: usize,
    calls: Vec<String>,
}

/// What is wrong, and the bytes of the text that it is about.
type Fault = (String, Range<usize>);

/// Look for what the engine could not end.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let mut reader = Reader::from_str(text);
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    let mut places: HashMap<String, Range<usize>> = HashMap::new();
    let mut depth = 0usize;
    let mut current: Option<(String, usize)> = None;
    loop {
        let from = place(&reader);
        let event = reader.read_event().map_err(|error| (error.to_string(), place(&reader)))?;
        let at = from.start..place(&reader).start.max(from.start);
        match event {
            Event::Start(tag) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err((format!("its elements are nested more than {DEEPEST} levels deep"), at));
                }
                let begun = element(&tag, &at, &mut parts, current.as_ref())?;
                if let Some(name) = begun.filter(|_| current.is_none()) {
                    // Which of two the engine would take is not ours to guess.
                    if places.insert(name.clone(), at.clone()).is_some() {
                        return Err((format!("the macro `{name}` is defined twice"), at));
                    }
                    parts.insert(name.clone(), Part::default());
                    current = Some((name, depth));
                }
            }
            Event::Empty(tag) => {
                element(&tag, &at, &mut parts, current.as_ref())?;
            }
            Event::End(_) => {
                if current.as_ref().is_some_and(|(_, begun)| *begun == depth) {
                    current = None;
                }
                depth = depth.saturating_sub(1);
            }
            Event::DocType(_) => return Err(("it has a document type, which no style needs".to_owned(), at)),
            Event::Eof => break,
            _ => {}
        }
    }
    let mut sizes = HashMap::new();
    for name in parts.keys() {
        let place = |name: &str| places.get(name).cloned().unwrap_or(0..0);
        let (elements, _) = size(name, &parts, &mut sizes, 0)
            .map_err(|name| (format!("the macro `{name}` leads through more than {LONGEST_CHAIN} others, or to itself"), place(name)))?;
        if elements > LARGEST {
            let message = format!("with its macros written out it has more than {LARGEST} elements");
            return Err((message, place(name)));
        }
    }
    Ok(())
}

fn place(reader: &Reader<&[u8]>) -> Range<usize> {
    let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    at..at
}

/// Count an element, and the macro that it calls; gives the name of the macro that it begins.
fn element(
    tag: &BytesStart<'_>,
    at: &Range<usize>,
    parts: &mut BTreeMap<String, Part>,
    current: Option<&(String, usize)>,
) -> Result<Option<String>, Fault> {
    let is_macro = tag.local_name().as_ref() == b"macro";
    let mut begun = None;
    let part = parts.entry(current.map_or_else(String::new, |(name, _)| name.clone())).or_default();
    part.elements += 1;
    for (number, attribute) in tag.attributes().with_checks(false).enumerate() {
        let attribute = attribute.map_err(|error| (error.to_string(), at.clone()))?;
        if number >= MOST_ATTRIBUTES {
            return Err((format!("an element has more than {MOST_ATTRIBUTES} attributes"), at.clone()));
        }
        match attribute.key.local_name().as_ref() {
            b"macro" => part.calls.push(value(&attribute.value).map_err(|message| (message, at.clone()))?),
            b"name" if is_macro => begun = Some(value(&attribute.value).map_err(|message| (message, at.clone()))?),
            _ => {}
        }
    }
    Ok(begun)
}

/// A name as the engine sees it, character references undone.
fn value(written: &[u8]) -> Result<String, String> {
    let text = String::from_utf8_lossy(written);
    unescape(&text).map(|plain| plain.into_owned()).map_err(|error| error.to_string())
}

/// The elements of a part with its macros written out, and how many macros stand one in another there; or the name of one that
/// leads too far.
fn size<'p>(
    name: &'p str,
    parts: &'p BTreeMap<String, Part>,
    sizes: &mut HashMap<&'p str, (usize, usize)>,
    depth: usize,
) -> Result<(usize, usize), &'p str> {
    if let Some(known) = sizes.get(name).filter(|(_, height)| depth + height <= LONGEST_CHAIN) {
        return Ok(*known);
    }
    if depth > LONGEST_CHAIN {
        return Err(name);
    }
    let Some(part) = parts.get(name) else { return Ok((0, 0)) };
    let (mut elements, mut height) = (part.elements, 0);
    for call in &part.calls {
        let (more, below) = size(call, parts, sizes, depth + 1)?;
        elements = elements.saturating_add(more);
        height = height.max(below + 1);
    }
    sizes.insert(name, (elements, height));
    Ok((elements, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(body: &str) -> String {
        format!("<style><info/>{body}<citation><layout><text macro=\"m0\"/></layout></citation></style>")
    }

    #[test]
    fn what_would_not_end_is_refused() {
        let doubling: String =
            (0..40).map(|i| format!("<macro name=\"m{i}\"><text macro=\"m{0}\"/><text macro='m{0}'/></macro>", i + 1)).collect();
        let chain: String = (0..10_000).map(|i| format!("<macro name=\"m{i}\"><text macro=\"m{}\"/></macro>", i + 1)).collect();
        let attributes: String = (0..60_000).map(|i| format!("a{i}=\"x\" ")).collect();
        for (body, words) in [
            ("<macro name=\"m0\"><text macro=\"m0\"/></macro>".to_owned(), "to itself"),
            (
                "<macro name=\"m0\"><text macro=\"m1\"/></macro><macro name='m1'><group><key macro='m0'/></group></macro>".to_owned(),
                "to itself",
            ),
            (chain, "more than 30 others"),
            (doubling, "more than 30 others"),
            ("<macro name=\"m0\"><text macro=\"m&#48;\"/></macro>".to_owned(), "to itself"),
            ("<macro name='m0'><text macro='m0'/></macro><macro name='m0'><text value='x'/></macro>".to_owned(), "defined twice"),
            ("<group>".repeat(100_000), "levels deep"),
            (format!("<a {attributes}/>"), "attributes"),
        ] {
            let (message, _) = check(&style(&body)).expect_err("refused");
            assert!(message.contains(words), "{message}");
        }
        let (message, _) = check(&format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{}", style(""))).expect_err("refused");
        assert!(message.contains("document type"), "{message}");
        let doubling: String =
            (0..25).map(|i| format!("<macro name=\"m{i}\"><text macro=\"m{0}\"/><text macro='m{0}'/></macro>", i + 1)).collect();
        let (message, _) = check(&style(&doubling)).expect_err("refused");
        assert!(message.contains("written out"), "{message}");
    }

    #[test]
    fn a_published_style_passes() {
        assert_eq!(check(&style("<macro name=\"m0\"><group><text variable=\"title\"/></group></macro>")), Ok(()));
    }
}
