//! HTML as a browser reads it, and what in it could run or lead elsewhere.
//!
//! In: HTML. Out: every element with its attributes, through html5ever, the parser of Servo; and what is unsafe.

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// One element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// In lower case.
    pub name: String,
    /// Names in lower case, and values with entities undone.
    pub attributes: Vec<(String, String)>,
    /// The text in it, children included, for scripts, styles and titles.
    pub text: String,
}

impl Element {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Every element of a document, in order, as a browser with scripts on builds it.
pub fn elements(html: &str) -> Vec<Element> {
    let dom: RcDom = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let mut found = Vec::new();
    let mut waiting: Vec<Handle> = vec![dom.document.clone()];
    while let Some(node) = waiting.pop() {
        if let NodeData::Element { name, attrs, template_contents, .. } = &node.data {
            let attributes = attrs.borrow().iter().map(|a| (a.name.local.to_lowercase(), a.value.to_string())).collect();
            let mut text = String::new();
            for child in node.children.borrow().iter() {
                if let NodeData::Text { contents } = &child.data {
                    text.push_str(&contents.borrow());
                }
            }
            found.push(Element { name: name.local.to_lowercase(), attributes, text });
            if let Some(contents) = template_contents.borrow().as_ref() {
                waiting.push(contents.clone());
            }
        }
        waiting.extend(node.children.borrow().iter().rev().cloned());
    }
    found
}

/// Elements that run something, load something or change what the page around them means. Content may hold none.
const UNSAFE: &[&str] = &[
    "script",
    "style",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "base",
    "form",
    "input",
    "button",
    "textarea",
    "select",
    "svg",
    "math",
    "template",
    "noscript",
    "portal",
    "link",
    "meta",
    "marquee",
    "plaintext",
    "xmp",
    "title",
];

/// Attributes that hold an address.
const ADDRESSES: &[&str] = &[
    "href",
    "src",
    "action",
    "formaction",
    "xlink:href",
    "poster",
    "background",
    "cite",
    "data",
    "longdesc",
    "srcset",
    "ping",
    "manifest",
];

/// Schemes that may be published.
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel", "doi"];

/// What in this HTML, made from content alone, must not be there: one line for each.
pub fn faults_of_content(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for element in elements(html) {
        if UNSAFE.contains(&element.name.as_str()) {
            faults.push(format!("an element `{}`: {element:?}", element.name));
        }
        faults.extend(faults_of_attributes(&element));
    }
    faults
}

/// What in the attributes of an element must not be there, whoever wrote it.
pub fn faults_of_attributes(element: &Element) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, value) in &element.attributes {
        if name.starts_with("on") {
            faults.push(format!("an event handler `{name}`: {element:?}"));
        }
        if matches!(name.as_str(), "style" | "srcdoc") {
            faults.push(format!("an attribute `{name}`: {element:?}"));
        }
        if ADDRESSES.contains(&name.as_str())
            && let Some(scheme) = scheme(value)
            && !SCHEMES.contains(&scheme.as_str())
        {
            faults.push(format!("an address of the scheme `{scheme}`: {element:?}"));
        }
    }
    faults
}

/// The scheme of an address as browsers read it (URL standard: control characters and spaces around are cut off, tabs
/// and line ends within are passed over).
fn scheme(address: &str) -> Option<String> {
    let cut = address.trim_matches(|c: char| c <= ' ');
    let plain: String = cut.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let (scheme, _) = plain.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    valid.then(|| scheme.to_ascii_lowercase())
}
