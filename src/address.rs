//! Web addresses: their scheme, and which may be published.
//!
//! In: an address as an author or a bibliography wrote it. Out: what it is. Must never change an address.

/// The scheme of an address, if it has one (RFC 3986, 3.1).
pub fn scheme(address: &str) -> Option<&str> {
    let trimmed = address.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
    let end = trimmed.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))?;
    (end > 0 && trimmed[end..].starts_with(':') && trimmed.starts_with(|c: char| c.is_ascii_alphabetic())).then(|| &trimmed[..end])
}

/// Whether an address from the bibliography may be published: http, https, mailto or a DOI.
pub fn is_publishable(address: &str) -> bool {
    scheme(address).is_some_and(|s| matches!(s.to_ascii_lowercase().as_str(), "http" | "https" | "mailto" | "doi"))
        && !address.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_recognised_through_tricks() {
        assert_eq!(scheme("javascript:alert(1)"), Some("javascript"));
        assert_eq!(scheme(" \u{1}javascript:x"), Some("javascript"));
        assert_eq!(scheme("a/b:c"), None);
        assert_eq!(scheme("losses.md#a:b"), None);
        assert_eq!(scheme("10:30"), None);
    }

    #[test]
    fn only_what_may_be_published_is() {
        for address in ["https://example.org/a", "HTTP://example.org", "mailto:a@example.org", "doi:10.1/x"] {
            assert!(is_publishable(address), "{address}");
        }
        for address in ["javascript:x", "data:text/html,x", "//example.org", "https://example.org/a b", "java\nscript:x", ""] {
            assert!(!is_publishable(address), "{address}");
        }
    }
}
