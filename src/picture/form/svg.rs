//! SVG files: their size, and whether anything in them runs.
//!
//! A browser runs no script of an SVG file that an `<img>` shows, but it does where a reader opens the file itself, with
//! the rights of the site. Host servers that send no policy are many, so such files are refused.

use roxmltree::{Document, ParsingOptions};

use super::{Fault, Picture};

/// Elements that no drawing has.
const MOST_NODES: u32 = 1_000_000;

pub(super) fn read(bytes: &[u8], picture: &mut Picture) {
    let damaged = |why: String| Some(Fault::Damaged(why));
    let Ok(text) = std::str::from_utf8(bytes) else {
        picture.fault = damaged("it is not UTF-8 text".to_owned());
        return;
    };
    if !is_utf8_declared(text) {
        picture.fault = damaged("it declares an encoding other than UTF-8".to_owned());
        return;
    }
    // Entities are expanded within the parser's own limits.
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(text.trim_start_matches('\u{feff}'), options) {
        Ok(document) => document,
        Err(error) => {
            picture.fault = damaged(format!("as XML: {error}"));
            return;
        }
    };
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        picture.fault = damaged(format!("its outermost element is `{}`, not `svg`", root.tag_name().name()));
        return;
    }
    picture.size = size(root);
    picture.fault = document.descendants().find_map(runs).map(Fault::Runs);
}

/// Whether an XML text declares UTF-8, or nothing (XML 1.0, 4.3.3: then it is UTF-8). Browsers obey the declaration, and read in
/// another encoding other words than stand here.
pub fn is_utf8_declared(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let Some(declaration) = text.strip_prefix("<?xml").map(|rest| rest.split("?>").next().unwrap_or(rest)) else { return true };
    let plain: String = declaration.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>().to_ascii_lowercase();
    match plain.matches("encoding").count() {
        0 => true,
        1 => plain.contains("encoding=\"utf-8\"") || plain.contains("encoding='utf-8'"),
        _ => false,
    }
}

/// What would run, as it is written.
fn runs(node: roxmltree::Node<'_, '_>) -> Option<String> {
    if !node.is_element() {
        return None;
    }
    let name = node.tag_name().name();
    if matches!(name.to_ascii_lowercase().as_str(), "script" | "foreignobject" | "iframe" | "object" | "embed" | "handler" | "listener") {
        return Some(format!("<{name}>"));
    }
    node.attributes().find_map(|attribute| {
        let name = attribute.name();
        let value: String = attribute.value().chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>().to_lowercase();
        let handles = name.len() > 2 && name.to_ascii_lowercase().starts_with("on");
        let leads = value.starts_with("javascript:") || value.starts_with("data:text/");
        (handles || leads).then(|| format!("{name}=\"{}\"", attribute.value().chars().take(40).collect::<String>()))
    })
}

/// `width` and `height` in pixels, else those of `viewBox`.
fn size(root: roxmltree::Node<'_, '_>) -> Option<(u32, u32)> {
    let length = |name: &str| {
        let value = root.attribute(name)?.trim();
        let number = value.strip_suffix("px").unwrap_or(value);
        number.parse::<f64>().ok()
    };
    let of_box = || {
        let parts: Vec<f64> =
            root.attribute("viewBox")?.split([' ', ',', '\n', '\t']).filter(|p| !p.is_empty()).filter_map(|p| p.parse().ok()).collect();
        (parts.len() == 4).then(|| (parts[2], parts[3]))
    };
    let (width, height) = match (length("width"), length("height"), of_box()) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width * h / w),
        (None, Some(height), Some((w, h))) => (height * w / h, height),
        (_, _, Some(size)) => size,
        _ => return None,
    };
    // Fractions are rounded, as browsers lay out in whole pixels.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
    let whole = |n: f64| (n.is_finite() && (0.5..=100_000.0).contains(&n)).then(|| n.round() as u32);
    Some((whole(width)?, whole(height)?))
}
