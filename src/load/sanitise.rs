//! HTML that authors write, made safe.
//!
//! In: the HTML of a body in which an author wrote markup. Out: the same without scripts, event handlers, styles, frames
//! and addresses of unpublished schemes: an allow-list, kept by a library that is made for it.
//! Must keep what the Markdown writer itself makes: ids, classes, roles and the holes of the body.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .add_tags(["section"])
        .add_generic_attributes(["id", "class", "role", "tabindex", "aria-label", "aria-labelledby", "aria-hidden", "lang", "dir"])
        .add_tag_attributes("ol", ["start", "type", "reversed"])
        .add_tag_attributes("details", ["open"])
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(None);
    builder
});

/// The safe part of a body's HTML.
pub fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_gets_through() {
        for (dirty, safe) in [
            ("<script>alert(1)</script>a", "a"),
            ("<img src=x onerror=alert(1)>", "<img src=\"x\">"),
            ("<a href=\"javascript:alert(1)\">a</a>", "<a>a</a>"),
            ("<svg onload=alert(1)><p>a", "<p>a</p>"),
            ("<p style=\"color:red\">a</p>", "<p>a</p>"),
            ("<iframe src=\"https://example.org\"></iframe>a", "a"),
        ] {
            assert_eq!(clean(dirty), safe, "{dirty}");
        }
    }

    #[test]
    fn what_the_writer_makes_is_kept() {
        let own = "<h2 id=\"a\">A <a class=\"anchor\" href=\"#a\"><span class=\"vh\">x</span></a></h2>\n<p>\u{1}C0\u{1} <a href=\"\u{1}L3\u{1}\">b</a></p>";
        assert_eq!(clean(own), own);
    }
}
