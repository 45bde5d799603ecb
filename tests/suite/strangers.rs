//! The preview as a program, over real sockets: many open pages, requests of every shape, and what it says.
//!
//! In: `cited serve` on a small site. Out: what a browser, and what a stranger, gets. The clauses one by one are tested
//! beside the code (`src/serve/tests`); here is what needs a process of its own.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::harness::TestSite;

const SOON: Duration = Duration::from_secs(60);

/// A preview that ends with the test.
struct Preview {
    site: TestSite,
    child: Child,
    address: SocketAddr,
    said: String,
}

impl Preview {
    fn start(args: &[&str]) -> Self {
        let site = TestSite::copy("base");
        let mut child = Command::new(env!("CARGO_BIN_EXE_cited"))
            .args(["serve", "--port", "0"])
            .args(args)
            .current_dir(site.root())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let mut lines = BufReader::new(child.stderr.take().expect("piped"));
        let mut said = String::new();
        while !said.contains("preview at http://") {
            assert_ne!(lines.read_line(&mut said).expect("the program says where it is"), 0, "{said}");
        }
        let url = said.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address");
        let address = url.parse().expect("an address");
        let has_more = !args.is_empty();
        if has_more {
            lines.read_line(&mut said).expect("what it opens");
        }
        // What it says later must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { site, child, address, said }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("connected");
        stream.set_read_timeout(Some(SOON)).expect("set");
        stream
    }

    /// Everything that comes back for these bytes. Who says that no more comes may not wait for a page to be made.
    fn raw(&self, bytes: &[u8], ends: bool) -> String {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes);
        if ends {
            let _ = stream.shutdown(std::net::Shutdown::Write);
        }
        let mut answer = Vec::new();
        let _ = stream.take(1 << 20).read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).as_bytes(), false)
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn five_hundred_pages_may_be_open() {
    let preview = Preview::start(&[]);
    assert!(preview.get("/").contains(" 200 "));
    let open = || {
        let mut stream = preview.connect();
        let request = format!("GET /__cited/events?page=%2F&version=x HTTP/1.1\r\nHost: {}\r\n\r\n", preview.address);
        stream.write_all(request.as_bytes()).expect("sent");
        let mut lines = BufReader::new(stream);
        let mut status = String::new();
        lines.read_line(&mut status).expect("an answer");
        (lines, status)
    };
    let mut pages: Vec<_> = (0..500).map(|_| open()).collect();
    assert!(pages.iter().all(|(_, status)| status.contains(" 200 ")));
    assert!(open().1.contains(" 503 "), "one more is refused");
    assert!(preview.get("/").contains(" 200 "), "pages are served all the same");
    preview.site.replace("content/_index.md", "title: The river", "title: The other river");
    let start = Instant::now();
    for (lines, _) in &mut pages {
        // The first event says what is; one of the next says what changed.
        let mut events = 0;
        let mut line = String::new();
        while events < 2 {
            line.clear();
            assert_ne!(lines.read_line(&mut line).expect("an event"), 0, "the stream ended");
            events += u32::from(line.starts_with("data: "));
        }
    }
    println!("500 open pages were told of a change within {:?}", start.elapsed());
}

#[test]
fn asking_for_the_network_says_what_it_opens() {
    let preview = Preview::start(&["--interface", "0.0.0.0"]);
    assert!(preview.said.contains("everyone on your network can read it"), "{}", preview.said);
    let local = Preview::start(&[]);
    assert!(local.address.ip().is_loopback() && !local.said.contains("network"), "{}", local.said);
}

/// Paths that try to leave the tree, written in every way.
fn traversal() -> impl Strategy<Value = String> {
    let dot = prop_oneof![Just("."), Just("%2e"), Just("%2E"), Just("%252e"), Just("%c0%ae"), Just("%e0%80%ae"), Just("\u{ff0e}")];
    let slash =
        prop_oneof![Just("/"), Just("%2f"), Just("%2F"), Just("\\"), Just("%5c"), Just("%252f"), Just("%c0%af"), Just("//"), Just("/./")];
    let up = (dot.clone(), dot, slash).prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    let end = prop_oneof![
        Just("site.yaml"),
        Just("content/_index.md"),
        Just("archive/survey.txt"),
        Just("etc/passwd"),
        Just(".cited-manifest"),
        Just(".git/config"),
        Just("content"),
        Just(""),
        Just("site.yaml%00.html"),
        Just("site.yaml;x"),
        Just("site.yaml#x"),
        Just("site.yaml?x"),
    ];
    (
        prop_oneof![
            Just("/"),
            Just("//"),
            Just("/assets/"),
            Just("/__cited/"),
            Just("/__cited/findings/"),
            Just("http://localhost/"),
            Just("")
        ],
        prop::collection::vec(up, 0..6),
        end,
    )
        .prop_map(|(start, ups, end)| format!("{start}{}{end}", ups.concat()))
}

/// Requests of every shape: sound, half sound and noise.
fn request(host: &str) -> impl Strategy<Value = (Vec<u8>, bool)> + use<> {
    let good = host.to_owned();
    let hosts = prop_oneof![
        3 => Just(good.clone()),
        1 => Just("evil.example".to_owned()),
        1 => Just(good.replace("127.0.0.1", "127.0.0.1.nip.io")),
        1 => Just(good.replace("127.0.0.1", "localhost.evil.example")),
        1 => Just(format!("{good}, evil.example")),
        1 => Just(format!("evil.example@{good}")),
    ];
    let methods =
        prop_oneof![4 => Just("GET"), 1 => Just("HEAD"), 1 => Just("POST"), 1 => Just("OPTIONS"), 1 => Just("get"), 1 => Just("CONNECT")];
    let fields = prop::collection::vec(
        prop_oneof![
            Just("Range: bytes=0-".to_owned()),
            Just("Range: bytes=-1".to_owned()),
            Just("Range: bytes=18446744073709551615-".to_owned()),
            Just("Range: bytes=5-1,7-".to_owned()),
            Just("If-None-Match: *".to_owned()),
            Just("If-Range: \"x\"".to_owned()),
            Just("Origin: null".to_owned()),
            Just("Origin: http://evil.example".to_owned()),
            Just("Sec-Fetch-Site: cross-site".to_owned()),
            Just("Content-Length: 5".to_owned()),
            Just("Transfer-Encoding: chunked".to_owned()),
            Just("Expect: 100-continue".to_owned()),
            Just("Upgrade: h2c".to_owned()),
            Just(format!("X: {}", "y".repeat(5000))),
            Just(" folded".to_owned()),
            Just("no colon".to_owned()),
            Just("A\u{0}B: c".to_owned()),
        ],
        0..4,
    );
    let version = prop_oneof![5 => Just("HTTP/1.1"), 1 => Just("HTTP/1.0"), 1 => Just("HTTP/2.0"), 1 => Just("")];
    (
        methods,
        prop_oneof![traversal(), Just("/".to_owned()), Just("*".to_owned())],
        hosts,
        fields,
        version,
        prop::collection::vec(any::<(u16, u8)>(), 0..3),
    )
        .prop_map(move |(method, path, host, fields, version, noise)| {
            let text = format!(
                "{method} {path} {version}\r\nHost: {host}\r\n{}Connection: close\r\n\r\n",
                fields.iter().map(|f| format!("{f}\r\n")).collect::<String>()
            );
            let mut bytes = text.into_bytes();
            for (at, byte) in &noise {
                let at = usize::from(*at) % bytes.len();
                bytes[at] = *byte;
            }
            (bytes, host == good && noise.is_empty())
        })
}

#[test]
fn requests_of_every_shape_get_pages_or_refusals() {
    let preview = Preview::start(&[]);
    assert!(preview.get("/").contains("The river"));
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    runner
        .run(&request(&preview.address.to_string()), |(bytes, ours)| {
            let answer = preview.raw(&bytes, true);
            let asked = String::from_utf8_lossy(&bytes).into_owned();
            prop_assert!(answer.is_empty() || answer.starts_with("HTTP/1."), "{asked}\n{answer}");
            // Of the site's own files, only pages come out: `archive:` stands in site.yaml, `root:` in /etc/passwd.
            for secret in ["archive: archive", "root:", "The water stood high", "source: survey"] {
                prop_assert!(!answer.contains(secret), "{asked}\n{answer}");
            }
            let shows = answer.contains("carried 40 tonnes");
            let rebinds = asked.contains("evil") || asked.contains("nip.io");
            prop_assert!(!(shows && rebinds), "a page for a stranger: {asked}\n{answer}");
            prop_assert!(ours || !answer.to_ascii_lowercase().contains("access-control-allow"), "{asked}\n{answer}");
            Ok(())
        })
        .expect("every answer is a page or a refusal");
    assert!(preview.get("/").contains("The river"), "the preview goes on");
}
