//! Web addresses: their scheme, and which may be published.
//!
//! In: an address as an author or a bibliography wrote it. Out: what it is. Must never change an address.

use std::net::{Ipv4Addr, Ipv6Addr};

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

/// Whether a web address can only be reached from this machine or its own network segment: `localhost`, loopback,
/// no particular address, or a name of multicast DNS (RFC 6761, 6762). One without a host counts as such.
pub fn is_local(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((inner, _)) => inner,
        None => host.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if let Ok(ip) = host.parse::<Ipv6Addr>() {
        return ip.to_canonical().is_loopback() || ip.to_canonical().is_unspecified();
    }
    // Browsers read `127.1` and `0` as addresses too: a name that ends in a number is one (WHATWG URL, 3.5).
    let numeric = host.rsplit('.').next().is_some_and(|last| !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()));
    let loopback = numeric && (host.starts_with("127.") || host.parse::<u64>().is_ok_and(|n| n == 0 || n >> 24 == 127));
    let unspecified = host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_unspecified());
    let named = ["localhost", "local", "localdomain"].iter().any(|n| host == *n || host.ends_with(&format!(".{n}")));
    host.is_empty() || loopback || unspecified || named
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

    #[test]
    fn local_addresses_are_known_in_every_spelling() {
        for address in [
            "http://localhost/",
            "http://LOCALHOST:1111/a",
            "http://a.localhost./",
            "http://127.0.0.1/",
            "http://127.9.9.9:80/",
            "http://127.1/",
            "http://2130706433/",
            "http://0.0.0.0/",
            "http://[::1]:80/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "https://printer.local/",
            "https://u@localhost/",
            "https:///x",
            "",
        ] {
            assert!(is_local(address), "{address}");
        }
        for address in [
            "https://example.org/",
            "https://127.example.org/",
            "https://localhost.example.org/",
            "http://192.168.1.4/",
            "http://[2001:db8::1]/",
        ] {
            assert!(!is_local(address), "{address}");
        }
    }
}
