//! Glossary terms in place: the first use of each term on a page becomes a link to its definition.
//!
//! In: a page's finished body. Out: the body with links. The links lead to the glossary, from where a
//! theme's script may fetch the definition to show it in place.
//! Must never touch markup, headings, links or code: only running text is looked at.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::load::markdown::{escape, slug};
use crate::resolve::Site;

/// The terms of a site, ready to be looked for.
#[derive(Debug)]
pub struct Terms {
    finder: AhoCorasick,
    /// For each pattern: its term.
    of_pattern: Vec<usize>,
    /// For each term: its anchor.
    anchors: Vec<String>,
    /// The route of the glossary.
    path: String,
}

/// Elements whose text is left alone.
const SKIPPED: &[&str] = &[
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "code",
    "pre",
    "button",
    "script",
    "style",
    "summary",
    "figcaption",
    "svg",
    "dt",
    "th",
    "caption",
    "q",
    "blockquote",
    "time",
    "label",
    "select",
    "textarea",
];

impl Terms {
    /// The terms of a site; none if it has no glossary page to link to.
    pub fn of(site: &Site) -> Option<Self> {
        let page = site.inputs.pages.iter().position(|p| p.front.template.as_deref() == Some("glossary.html"))?;
        let mut patterns = Vec::new();
        let mut of_pattern = Vec::new();
        let mut anchors = Vec::new();
        for (i, term) in site.inputs.glossary.all.iter().enumerate() {
            anchors.push(format!("term-{}", slug(&term.term)));
            for name in std::iter::once(&term.term).chain(&term.aliases).filter(|n| !n.trim().is_empty()) {
                patterns.push(escape(name));
                of_pattern.push(i);
            }
        }
        if patterns.is_empty() {
            return None;
        }
        // As fast as the largest kind with so few matches, and made in no time.
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let finder = AhoCorasick::builder().kind(kind).match_kind(MatchKind::LeftmostLongest).build(&patterns).ok()?;
        Some(Self { finder, of_pattern, anchors, path: site.routes.pages[page].path.clone() })
    }

    /// Link the first use of each term.
    pub fn link(&self, html: &str, root: &str, own_path: &str) -> String {
        if own_path == self.path {
            return html.to_owned();
        }
        let mut out = String::with_capacity(html.len() + 512);
        let mut seen = vec![false; self.anchors.len()];
        let mut skipping: Vec<&str> = Vec::new();
        let mut rest = html;
        while !rest.is_empty() {
            let tag_at = rest.find('<').unwrap_or(rest.len());
            let (text, after) = rest.split_at(tag_at);
            if skipping.is_empty() {
                self.link_text(text, root, &mut seen, &mut out)
            } else {
                out.push_str(text)
            }
            let end = if after.starts_with("<!--") { after.find("-->").map(|i| i + 3) } else { after.find('>').map(|i| i + 1) };
            let (tag, next) = after.split_at(end.unwrap_or(after.len()));
            out.push_str(tag);
            rest = next;
            let closing = tag.starts_with("</");
            let name = tag.trim_start_matches(['<', '/']).split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
            if let Some(known) = SKIPPED.iter().find(|s| **s == name) {
                if !closing && !tag.ends_with("/>") {
                    skipping.push(known);
                } else if closing && let Some(at) = skipping.iter().rposition(|s| s == known) {
                    skipping.truncate(at);
                }
            }
        }
        out
    }

    fn link_text(&self, text: &str, root: &str, seen: &mut [bool], out: &mut String) {
        let mut from = 0;
        for found in self.finder.find_iter(text) {
            let term = self.of_pattern[found.pattern().as_usize()];
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
            let cut = inside(text[..found.start()].chars().next_back()) || inside(text[found.end()..].chars().next());
            if seen[term] || cut || found.start() < from {
                continue;
            }
            seen[term] = true;
            let anchor = &self.anchors[term];
            out.push_str(&text[from..found.start()]);
            out.push_str(&format!("<a class=\"term\" href=\"{root}{}#{anchor}\">", self.path));
            out.push_str(&text[found.range()]);
            out.push_str("</a>");
            from = found.end();
        }
        out.push_str(&text[from..]);
    }
}
