//! Files beside pages that could run a script in a reader's browser.
//!
//! In: a file's name, and its bytes if it is an image of lines (SVG). Out: nothing, or why it is not published. Of a
//! site whose authors are not all trusted, a document or a script of its own would go around everything that makes the
//! HTML of pages safe.
//! Must never change a file: it is published as it is, or not at all.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::picture::is_utf8_declared;

/// Endings of what browsers run, or show as a document in which scripts run.
const ACTIVE: &[&str] = &[
    "html", "htm", "xhtml", "xht", "shtml", "mhtml", "mht", "hta", "js", "mjs", "cjs", "wasm", "swf", "xml", "xsl", "xslt", "svgz", "htc",
];

/// Elements of SVG that run or load something, or change an attribute afterwards.
const ELEMENTS: &[&str] =
    &["script", "foreignobject", "iframe", "embed", "object", "handler", "listener", "audio", "video", "link", "meta"];

/// A larger SVG is not looked through.
pub const LARGEST_SVG: usize = 4 << 20;

/// Why a file of this name is not published, whatever is in it.
pub fn by_name(path: &str) -> Option<String> {
    let ending = ending(path);
    ACTIVE.contains(&ending.as_str()).then(|| format!("a .{ending} file can run scripts in a reader's browser"))
}

/// Whether a file is an SVG, which has to be looked through.
pub fn is_svg(path: &str) -> bool {
    ending(path) == "svg"
}

fn ending(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.trim().to_ascii_lowercase())
}

/// Why an SVG is not published.
pub fn in_svg(bytes: &[u8]) -> Option<String> {
    if bytes.len() > LARGEST_SVG {
        return Some(format!("the SVG has more than {LARGEST_SVG} bytes, too many to look through"));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some("the SVG is not UTF-8 text".to_owned());
    };
    if !is_utf8_declared(text) {
        return Some(
            "the SVG declares an encoding other than UTF-8: browsers would read it otherwise than it was looked through".to_owned(),
        );
    }
    let mut reader = Reader::from_str(text);
    let mut open = 0usize;
    loop {
        let event = reader.read_event();
        match &event {
            Ok(Event::Start(_)) => open += 1,
            Ok(Event::End(_)) => open = open.saturating_sub(1),
            _ => {}
        }
        match event {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                if let Some(why) = in_tag(&tag) {
                    return Some(why);
                }
            }
            Ok(Event::Eof) if open > 0 => return Some("the SVG cannot be read: an element is not closed".to_owned()),
            Ok(Event::DocType(declared)) if declared.contains(&b'[') => return Some("the SVG defines entities".to_owned()),
            Ok(Event::PI(instruction)) if instruction.target() == b"xml-stylesheet" => {
                return Some("the SVG loads a style sheet".to_owned());
            }
            Ok(Event::Eof) => return None,
            Ok(_) => {}
            Err(error) => return Some(format!("the SVG cannot be read: {error}")),
        }
    }
}

fn in_tag(tag: &BytesStart<'_>) -> Option<String> {
    let name = String::from_utf8_lossy(tag.local_name().as_ref()).to_ascii_lowercase();
    if ELEMENTS.contains(&name.as_str()) {
        return Some(format!("the SVG holds the element `{name}`"));
    }
    for attribute in tag.attributes().with_checks(false) {
        let Ok(attribute) = attribute else { return Some("the SVG has an attribute that cannot be read".to_owned()) };
        let key = String::from_utf8_lossy(attribute.key.local_name().as_ref()).to_ascii_lowercase();
        let written = String::from_utf8_lossy(&attribute.value);
        let Ok(value) = unescape(&written) else { return Some("the SVG has an attribute that cannot be read".to_owned()) };
        let plain: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>().to_ascii_lowercase();
        if key.starts_with("on") {
            return Some(format!("the SVG has an event handler, `{key}`"));
        }
        let leads = matches!(key.as_str(), "href" | "src" | "from" | "to" | "by" | "values" | "action" | "attributename");
        let bad =
            plain.contains("javascript:") || plain.contains("vbscript:") || plain.contains("data:text") || plain.contains("data:image/svg");
        if leads && (bad || key == "attributename" && (plain.ends_with("href") || plain.starts_with("on"))) {
            return Some(format!("the SVG has an unsafe address in `{key}`"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_found() {
        for path in ["a.html", "b/A.HTM", "x.js", "x.xhtml", "x.svgz", "x.xml"] {
            assert!(by_name(path).is_some(), "{path}");
        }
        for path in ["a.png", "data.csv", "html", "a.html.txt", "a.svg", "a.json"] {
            assert!(by_name(path).is_none(), "{path}");
        }
        for inner in [
            "<script>alert(1)</script>",
            "<SCRIPT/>",
            "<g onload='x'/>",
            "<a xlink:href='java\tscript:x'/>",
            "<a href='&#106;avascript:x'/>",
            "<foreignObject/>",
            "<set attributeName='href' to='x'/>",
            "<animate attributeName='xlink:href' values='javascript:x'/>",
            "<use href='data:image/svg+xml,x'/>",
            "<g a=b/>",
            "<g",
        ] {
            assert!(in_svg(format!("<svg xmlns='http://www.w3.org/2000/svg'>{inner}</svg>").as_bytes()).is_some(), "{inner}");
        }
        assert!(in_svg(b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>").is_some());
        assert!(in_svg(b"<?xml-stylesheet href='a.xsl'?><svg/>").is_some());
        assert!(in_svg(b"\xff").is_some());
        // In Shift_JIS the last byte of the letter takes in the first bracket, and the script stands in no comment.
        let hidden = "<svg><desc><![CDATA[\u{3043}]]><!--]]><script>alert(1)</script>--></desc></svg>";
        for declared in ["encoding=\"Shift_JIS\"", "encoding = 'iso-2022-jp'", "encoding='UTF-8' encoding='x'", "encoding", "ENCODING='x'"]
        {
            assert!(in_svg(format!("<?xml version='1.0' {declared}?>{hidden}").as_bytes()).is_some(), "{declared}");
            assert!(in_svg(format!("\u{feff}<?xml version='1.0' {declared}?>{hidden}").as_bytes()).is_some(), "{declared}");
        }
        assert_eq!(in_svg(b"<?xml version='1.0' encoding=\"utf-8\" standalone='no'?><svg/>"), None);
        let fine = "<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'><svg xmlns='http://www.w3.org/2000/svg'><style>a{}</style>\
                    <a href='https://example.org/'><path d='M0 0'/></a><use href='#b'/><text>onclick</text></svg>";
        assert_eq!(in_svg(fine.as_bytes()), None);
    }
}
