//! What strangers do not get: other sites in the same browser, other machines, broken and endless requests.

use super::*;

#[test]
fn only_this_address_is_answered() {
    let site = TestPreview::of(&[("index.html", &page("home"))]);
    let port = site.address().port();
    let ask = |fields: &[(&str, &str)]| site.ask("GET", "/", fields).status;
    for host in ["localhost", "127.0.0.1", "[::1]", "LocalHost"] {
        assert_eq!(ask(&[("Host", &format!("{host}:{port}"))]), 200, "{host}");
    }
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "0.0.0.0", "169.254.169.254", ""] {
        assert_eq!(ask(&[("Host", &format!("{host}:{port}"))]), 403, "{host}");
    }
    assert_eq!(ask(&[("Host", "localhost")]), 403, "without the port");
    assert_eq!(ask(&[("Host", "localhost:1")]), 403, "another port");
    let good = format!("localhost:{port}");
    assert_eq!(ask(&[("Host", &good), ("Host", "evil.example")]), 403, "two hosts");
    let refused = site.ask("GET", "/", &[("Host", "evil.example")]);
    assert!(!refused.text().contains("home") && refused.text().contains("open http://127.0.0.1:"), "{}", refused.text());
    let raw = |text: String| site.raw(text.as_bytes()).map_or(0, |reply| reply.status);
    assert!(matches!(raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned()), 400 | 403));
    assert_eq!(raw("GET / HTTP/1.0\r\n\r\n".to_owned()), 403);
    assert_eq!(raw(format!("GET http://evil.example/ HTTP/1.1\r\nHost: {good}\r\nConnection: close\r\n\r\n")), 403);
    assert_eq!(raw(format!("GET http://{good}/ HTTP/1.1\r\nHost: {good}\r\nConnection: close\r\n\r\n")), 200);
}

#[test]
fn other_sites_get_neither_pages_nor_events() {
    let site = TestPreview::of(&[("index.html", &page("home"))]);
    let good = format!("http://{}", site.address());
    for path in ["/", "/__cited/events", "/__cited/checks?path=/"] {
        for origin in ["http://evil.example", "null", "https://localhost", "http://localhost:1", "http://evil.example, x", ""] {
            assert_eq!(site.ask("GET", path, &[("Origin", origin)]).status, 403, "{path} {origin}");
        }
        for from in ["cross-site", "same-site"] {
            let fields = [("Sec-Fetch-Site", from), ("Sec-Fetch-Mode", "no-cors")];
            assert_eq!(site.ask("GET", path, &fields).status, 403, "{path} {from}");
        }
    }
    assert_eq!(site.ask("GET", "/", &[("Origin", &good)]).status, 200);
    assert_eq!(site.ask("GET", "/", &[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")]).status, 200);
    assert_eq!(site.ask("GET", "/", &[("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "cors")]).status, 200);
    assert!(site.get("/").field("access-control-allow-origin").is_empty());
}

#[test]
fn only_get_and_head_without_a_body() {
    let site = TestPreview::of(&[("index.html", "home")]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "GOT"] {
        let reply = site.ask(method, "/", &[]);
        assert_eq!((reply.status, reply.field("allow")), (405, "GET, HEAD"), "{method}");
    }
    assert_eq!(site.ask("GET", "/", &[("Content-Length", "999999999999")]).status, 413);
    assert_eq!(site.ask("GET", "/", &[("Transfer-Encoding", "chunked")]).status, 413);
}

#[test]
fn nothing_outside_the_tree_can_be_named() {
    let site = TestPreview::of(&[("index.html", "home"), ("a/index.html", "a")]);
    fs::write(site.dir.path().join("secret.txt"), "secret").expect("file");
    for path in [
        "/../secret.txt",
        "/a/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%252e%252e/secret.txt",
        "/..%5csecret.txt",
        "/a/%2e%2e/%2e%2e/secret.txt",
        "/.git/config",
        "/%2egitignore",
        "/a/.%2e/secret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/\\..\\secret.txt",
        "/__cited/../secret.txt",
        "/__cited/..%2fsecret.txt",
        "/%00",
        "/secret.txt%00.html",
        "/content/index.html",
        "/site.yaml",
        "/..;/secret.txt",
        "/%",
    ] {
        let reply = site.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", site.address()).as_bytes());
        let reply = reply.expect("an answer");
        assert!(matches!(reply.status, 400 | 404), "{path}: {}", reply.status);
        assert!(!reply.text().contains("secret") && !reply.text().contains("home<"), "{path}");
    }
}

#[test]
fn large_requests_are_refused() {
    let site = TestPreview::of(&[("index.html", "home")]);
    let long = "x".repeat(9_000);
    assert_eq!(site.get(&format!("/{long}")).status, 414);
    assert_eq!(site.ask("GET", "/", &[("Cookie", &"y".repeat(40_000))]).status, 431);
    let host = site.address();
    let endless = format!("GET / HTTP/1.1\r\nHost: {host}\r\n{}", "A: b\r\n".repeat(200_000));
    assert!(site.raw(endless.as_bytes()).is_none_or(|reply| matches!(reply.status, 400 | 431)));
    assert_eq!(site.get("/").status, 200, "the preview goes on");
}

#[test]
fn noise_is_survived() {
    let site = TestPreview::of(&[("index.html", "home")]);
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let host = site.address();
    for round in 0..60 {
        let mut bytes = format!("GET /%{:02x} HTTP/1.1\r\nHost: {host}\r\nRange: bytes={}-\r\nConnection: close\r\n\r\n", round * 4, round)
            .into_bytes();
        for _ in 0..=round % 7 {
            let at = usize::try_from(random()).unwrap_or(0) % bytes.len();
            bytes[at] = random().to_le_bytes()[0];
        }
        let mut stream = TcpStream::connect(host).expect("connected");
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        stream.set_read_timeout(Some(SOON)).expect("set");
        let _ = stream.read_to_end(&mut Vec::new());
    }
    assert_eq!(site.get("/").status, 200);
}

#[test]
fn slow_requests_and_slow_readers_are_let_go() {
    let limits = Limits { silence: Duration::from_millis(300), heartbeat: Duration::from_millis(80), ..Limits::default() };
    let big = "x".repeat(30_000_000);
    let site = TestPreview::within(&[("index.html", "home"), ("big.txt", &big)], limits);
    let host = site.address();

    // A byte now and then.
    let mut slow = TcpStream::connect(host).expect("connected");
    let start = Instant::now();
    for byte in format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: {}", "y".repeat(500)).bytes() {
        if slow.write_all(&[byte]).is_err() || start.elapsed() > SOON {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(start.elapsed() < SOON, "the connection is closed");

    // Nothing at all.
    let mut idle = TcpStream::connect(host).expect("connected");
    idle.set_read_timeout(Some(SOON)).expect("set");
    assert_eq!(idle.read(&mut [0; 8]).expect("closed in time"), 0);

    // Asks for much and reads nothing.
    let mut lazy = TcpStream::connect(host).expect("connected");
    lazy.write_all(format!("GET /big.txt HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).expect("sent");
    std::thread::sleep(Duration::from_millis(900));
    lazy.set_read_timeout(Some(SOON)).expect("set");
    let mut read = Vec::new();
    let _ = lazy.read_to_end(&mut read);
    assert!(read.len() < big.len(), "cut off after {} bytes", read.len());

    // A stream lives by its heartbeat.
    let mut open = site.open("/");
    std::thread::sleep(Duration::from_millis(900));
    site.save("index.html", "new");
    assert_eq!(open.next().expect("still told")["reload"], true);
}

#[test]
fn connections_beyond_the_bound_wait_for_a_place() {
    let limits = Limits { connections: 3, silence: Duration::from_millis(400), ..Limits::default() };
    let site = TestPreview::within(&[("index.html", "home")], limits);
    site.until("/", |r| r.status == 200);
    let held: Vec<_> = (0..3).map(|_| TcpStream::connect(site.address()).expect("connected")).collect();
    let start = Instant::now();
    assert_eq!(site.get("/").status, 200, "once the idle ones are let go");
    assert!(start.elapsed() >= Duration::from_millis(200), "{:?}", start.elapsed());
    drop(held);
}

#[test]
fn streams_beyond_the_bound_are_refused() {
    let limits = Limits { streams: 2, ..Limits::default() };
    let site = TestPreview::within(&[("index.html", "home")], limits);
    let first = site.open("/");
    let _second = site.open("/");
    let refused = site.ask("GET", "/__cited/events?page=/&version=x", &[]);
    assert_eq!((refused.status, refused.field("retry-after")), (503, "5"));
    drop(first);
    let end = Instant::now() + SOON;
    while !site.stream("/", "x", &[]).status.contains(" 200 ") {
        assert!(Instant::now() < end, "a place is free again");
        std::thread::sleep(Duration::from_millis(20));
    }
}
