//! Who may talk to the preview.
//!
//! In: the address that is listened on, and the `Host`, `Origin` and `Sec-Fetch-*` fields of a request. Out: whether to
//! answer. A page on another site can make a browser send requests here, and a name that its owner lets point to
//! 127.0.0.1 (DNS rebinding) would make that page "same origin"; both are refused.
//! Must never look a name up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::header::{HOST, HeaderMap, ORIGIN};
use axum::http::{HeaderName, Uri};

/// The names under which this preview is reached.
#[derive(Debug, Clone)]
pub(super) struct Hosts {
    address: SocketAddr,
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

impl Hosts {
    /// For the address that is really listened on, its port included.
    pub fn of(address: SocketAddr) -> Self {
        Self { address }
    }

    /// Whether only this machine can connect.
    pub fn is_loopback(&self) -> bool {
        self.address.ip().is_loopback()
    }

    /// What to type into a browser.
    pub fn url(&self) -> String {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        format!("http://{}/", SocketAddr::new(ip, self.address.port()))
    }

    /// The reason to refuse a request, if there is one.
    pub fn objection(&self, uri: &Uri, headers: &HeaderMap) -> Option<&'static str> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|value| value.to_str().ok());
        if hosts.next().is_some() || !host.is_some_and(|host| self.is_ours(host)) {
            return Some("the `Host` is not this preview");
        }
        // In the absolute form of a request, the address in the first line counts (RFC 9112, 3.2.2).
        if uri.authority().is_some_and(|authority| !self.is_ours(authority.as_str())) {
            return Some("the address is not this preview");
        }
        let ours = |origin: &str| origin.strip_prefix("http://").is_some_and(|host| self.is_ours(host));
        if headers.get_all(ORIGIN).iter().any(|origin| !origin.to_str().is_ok_and(ours)) {
            return Some("the request comes from another site");
        }
        // Scripts and images are asked for without `Origin`. Following a link from elsewhere is fine.
        let says = |name: &HeaderName, word: &str| headers.get(name).is_some_and(|value| value == word);
        let elsewhere = says(&SEC_FETCH_SITE, "cross-site") || says(&SEC_FETCH_SITE, "same-site");
        if elsewhere && !says(&SEC_FETCH_MODE, "navigate") {
            return Some("the request comes from another site");
        }
        None
    }

    /// Whether `host:port` is this preview: `localhost`, a loopback address or the interface's own, and the right port.
    /// When all interfaces are listened on, any address written in numbers: those cannot be rebound.
    fn is_ours(&self, authority: &str) -> bool {
        let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => match host.parse::<Ipv6Addr>() {
                Ok(ip) => (Some(IpAddr::V6(ip)), rest.strip_prefix(':').unwrap_or(if rest.is_empty() { "80" } else { "" })),
                Err(_) => return false,
            },
            None => {
                let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
                match host.parse::<Ipv4Addr>() {
                    Ok(ip) => (Some(IpAddr::V4(ip)), port),
                    Err(_) if host.eq_ignore_ascii_case("localhost") => (None, port),
                    Err(_) => return false,
                }
            }
        };
        let named = match host {
            None => true,
            Some(ip) => {
                ip == IpAddr::V4(Ipv4Addr::LOCALHOST)
                    || ip == IpAddr::V6(Ipv6Addr::LOCALHOST)
                    || ip == self.address.ip()
                    || self.address.ip().is_unspecified()
            }
        };
        named && port.bytes().all(|b| b.is_ascii_digit()) && port.parse() == Ok(self.address.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(address: &str) -> Hosts {
        Hosts::of(address.parse().expect("an address"))
    }

    #[test]
    fn only_the_preview_s_own_names_are_answered() {
        let local = hosts("127.0.0.1:1111");
        for host in ["localhost:1111", "LOCALHOST:1111", "127.0.0.1:1111", "[::1]:1111"] {
            assert!(local.is_ours(host), "{host}");
        }
        for host in [
            "localhost",
            "localhost:1112",
            "127.0.0.1",
            "evil.example:1111",
            "localhost.:1111",
            "localhost.evil:1111",
            "127.0.0.1.evil:1111",
            "192.168.1.5:1111",
            "[::1]",
            "[::1]1111",
            "[::1",
            "::1:1111",
            "",
            ":1111",
            "user@localhost:1111",
            "localhost:1111:1111",
            "localhost:+1111",
            "localhost:01111x",
            "0x7f.1:1111",
        ] {
            assert!(!local.is_ours(host), "{host}");
        }
        assert!(hosts("192.168.1.5:80").is_ours("192.168.1.5"));
        assert!(!hosts("192.168.1.5:80").is_ours("192.168.1.6"));
        let all = hosts("0.0.0.0:1111");
        assert!(all.is_ours("192.168.1.5:1111") && !all.is_ours("evil.example:1111"));
        assert_eq!(all.url(), "http://127.0.0.1:1111/");
        assert_eq!(hosts("[::]:1111").url(), "http://[::1]:1111/");
    }
}
