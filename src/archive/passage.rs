//! Links to a passage: an address that leads to the very words of a quote, as a text fragment.
//!
//! In: the address of a source and a quote from it. Out: the address with a text directive (WICG, URL Fragment Text
//! Directives: `#:~:text=START,END`), or nothing where there can be none. Must never change what the address leads to:
//! a browser that knows no text fragments opens the same page.

use super::ellipsis::omission_parts;

/// Quotes of more words are named by their first and last words.
const WHOLE: usize = 10;
/// How many words each end then has.
const END: usize = 5;

/// The address of the passage where a quote stands. None for what is no web page (a PDF among them: its readers take
/// fragments otherwise), and where the address has a fragment that a script of the page reads as its route.
pub fn passage(address: &str, quote: &str) -> Option<String> {
    let lower = address.to_ascii_lowercase();
    let (document, fragment) = address.split_once('#').map_or((address, ""), |(document, fragment)| (document, fragment));
    if !(lower.starts_with("https://") || lower.starts_with("http://")) || is_pdf(document) || !is_anchor(fragment) {
        return None;
    }
    let parts = omission_parts(quote);
    let words = |part: &&str| part.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (first, last) = (parts.first().map(words)?, parts.last().map(words)?);
    let text = if parts.len() == 1 && first.len() <= WHOLE {
        encoded(&first.join(" "))
    } else {
        let start = &first[..first.len().min(END)];
        let end = &last[last.len().saturating_sub(END)..];
        format!("{},{}", encoded(&start.join(" ")), encoded(&end.join(" ")))
    };
    Some(format!("{document}#{fragment}:~:text={text}"))
}

/// Whether an address names a PDF, in its path or in a parameter.
fn is_pdf(document: &str) -> bool {
    document.to_ascii_lowercase().split(['?', '&', '=', ';']).any(|part| part.ends_with(".pdf"))
}

/// Whether a fragment is the id of an element, or empty: not a route such as `#/a` or `#!a`, and no directive.
fn is_anchor(fragment: &str) -> bool {
    !fragment.contains(":~:") && fragment.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '%'))
}

/// Percent-encoded, with the signs that have a meaning in a text directive: `&`, `-` and `,`.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::passage;

    #[test]
    fn a_short_quote_is_named_whole_and_a_long_one_by_its_ends() {
        let to = |address: &str, quote: &str| passage(address, quote).unwrap_or_default();
        assert_eq!(to("https://a.org/x?y=1", "11-fold, \"so\" & so"), "https://a.org/x?y=1#:~:text=11%2Dfold%2C%20%22so%22%20%26%20so");
        assert_eq!(to("http://a.org/#part-2", "größer"), "http://a.org/#part-2:~:text=gr%C3%B6%C3%9Fer");
        assert_eq!(to("https://a.org/", "a b c d e f g h i j"), "https://a.org/#:~:text=a%20b%20c%20d%20e%20f%20g%20h%20i%20j");
        assert_eq!(to("https://a.org/", "a b c d e\n f g h i j k"), "https://a.org/#:~:text=a%20b%20c%20d%20e,g%20h%20i%20j%20k");
        // What was left out stands between the ends.
        assert_eq!(to("https://a.org/", "one two \u{2026} five six"), "https://a.org/#:~:text=one%20two,five%20six");
    }

    #[test]
    fn what_takes_no_text_fragment_gets_none() {
        for address in [
            "https://a.org/report.PDF",
            "https://a.org/get?file=r.pdf&x=1",
            "https://a.org/#/route",
            "https://a.org/#!route",
            "https://a.org/#:~:text=x",
            "mailto:a@a.org",
            "doi:10.1/x",
            "",
        ] {
            assert_eq!(passage(address, "some words"), None, "{address}");
        }
        for quote in ["", "…", " - "] {
            assert_eq!(passage("https://a.org/", quote), None, "{quote}");
        }
    }
}
