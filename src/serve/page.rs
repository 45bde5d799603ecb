//! Pages of the preview's own, and what it adds to the site's.
//!
//! In: trouble, or the bytes of a page. Out: HTML that works without JavaScript and under the preview's
//! Content-Security-Policy. Nothing here is ever part of a built site.
//! Must never put a string in unescaped.

use std::fmt::Write;

use super::findings::Trouble;

/// Where everything of the preview's own is found; no site can have it (`resolve::routes::PREVIEW`).
pub(super) const OWN: &str = "/__cited/";

/// The site's page with the script that keeps it up to date, before the last `</body>`, else at the end.
pub(super) fn with_script(page: &[u8], version: &str) -> Vec<u8> {
    let script = script(version);
    let end = b"</body>";
    let at = page.windows(end.len()).rposition(|part| part.eq_ignore_ascii_case(end)).unwrap_or(page.len());
    let (before, after) = page.split_at(at);
    [before, script.as_bytes(), after].concat()
}

fn script(version: &str) -> String {
    format!("<script src=\"{OWN}preview.js\" defer data-page=\"{}\"></script>", escape(version))
}

/// The whole report, shown while there is no good site yet.
pub(super) fn report(trouble: &Trouble) -> String {
    frame(&trouble.title, &report_body(trouble), &report_version(trouble))
}

/// Changes when the report does.
pub(super) fn report_version(trouble: &Trouble) -> String {
    format!("report-{:032x}", xxhash_rust::xxh3::xxh3_128(report_body(trouble).as_bytes()))
}

fn report_body(trouble: &Trouble) -> String {
    let mut body = format!("<h1>{}</h1>\n", escape(&trouble.title));
    if let Some(note) = &trouble.note {
        let _ = writeln!(body, "<p class=\"note\">{}</p>", escape(note));
    }
    for finding in &trouble.findings {
        let _ = writeln!(body, "<pre tabindex=\"0\">{}</pre>", escape(finding.text.as_deref().unwrap_or_default()));
    }
    if trouble.more > 0 {
        let _ = writeln!(body, "<p>{} more findings are in the terminal.</p>", trouble.more);
    }
    body.push_str("<p>This page goes away by itself once the site can be built.</p>\n");
    body
}

/// While the first build is not done.
pub(super) fn waiting() -> String {
    frame("Building", "<h1>The site is being built for the first time</h1>\n<p>This page reloads by itself.</p>\n", "waiting")
}

/// For paths that lead nowhere, in a site without a page that says so.
pub(super) fn not_found() -> String {
    let body = "<h1>There is no page here</h1>\n<p><a href=\"/\">To the home page</a></p>\n<p>This site has no <code>404.html</code> of its own.</p>\n";
    frame("Not found", body, "none")
}

fn frame(title: &str, body: &str, version: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <link rel=\"stylesheet\" href=\"{OWN}preview.css\">\n</head>\n<body class=\"cited-own\">\n<main>\n{body}</main>\n\
         {}\n</body>\n</html>\n",
        escape(title),
        script(version),
    )
}

/// Text for HTML, also between double quotes.
fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_goes_before_the_end_of_the_body() {
        let tag = "<script src=\"/__cited/preview.js\" defer data-page=\"v\"></script>";
        for (page, expected) in [
            ("<body>a</BODY></html>", format!("<body>a{tag}</BODY></html>")),
            ("<pre>&lt;/body></pre></body>x</body>", format!("<pre>&lt;/body></pre></body>x{tag}</body>")),
            ("no body", format!("no body{tag}")),
            ("", tag.to_owned()),
        ] {
            assert_eq!(String::from_utf8(with_script(page.as_bytes(), "v")).expect("text"), expected);
        }
    }

    #[test]
    fn reports_are_escaped() {
        let html = report(&Trouble::fault("<script>alert(\"x\")</script>"));
        assert!(html.contains("&lt;script&gt;alert(&quot;x&quot;)") && !html.contains("<script>alert"), "{html}");
    }
}
