//! The preview over real sockets: what a browser gets, what strangers do not, and what open pages are told.

mod live;
mod on_demand;
mod requests;
mod strangers;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::*;
use crate::diag::emit::{Format, emit};
use crate::diag::{Code, Diagnostic};
use crate::output::{Content, Digests, Output, OutputTree, is_page};
use crate::text::{Span, TextFile};
use crate::watch::Watched;

/// Long enough for a busy machine.
const SOON: Duration = Duration::from_secs(5);
/// Long enough to believe that nothing comes.
const SILENCE: Duration = Duration::from_millis(400);

/// A site whose files below `content/` are its output, with a preview that watches them.
struct TestPreview {
    /// Ended before its folder is removed.
    running: Running,
    dir: tempfile::TempDir,
    /// Every report that was printed, a line for each finding.
    printed: Arc<Mutex<Vec<String>>>,
}

impl TestPreview {
    fn of(files: &[(&str, &str)]) -> Self {
        Self::within(files, Limits::default())
    }

    fn within(files: &[(&str, &str)], limits: Limits) -> Self {
        Self::built_by(files, limits, |root, _| build(root))
    }

    /// With a build of the test's own.
    fn built_by(
        files: &[(&str, &str)],
        limits: Limits,
        mut build: impl FnMut(&Path, Option<&BTreeSet<PathBuf>>) -> Outcome + Send + 'static,
    ) -> Self {
        let dir = tempfile::tempdir().expect("temporary folder");
        fs::write(dir.path().join("site.yaml"), "").expect("file");
        fs::create_dir_all(dir.path().join("content")).expect("folder");
        files.iter().for_each(|(path, text)| save(dir.path(), path, text));
        let watched = Watched { root: dir.path().to_path_buf(), ignored: vec!["public".into()], poll: false };
        let watcher = Watcher::new(watched).expect("watched");
        let root = dir.path().to_path_buf();
        let options = ServeOptions {
            interface: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            open: false,
            root: root.clone(),
            editor: Some("vscode://file{path}:{line}:{column}".to_owned()),
        };
        let printed = Arc::new(Mutex::new(Vec::new()));
        let reports = printed.clone();
        let print = move |report: &Report| reports.lock().expect("sound").push(emit(report, Format::Short, false));
        let running = start(options, limits, watcher, move |changed| build(&root, changed), print).expect("started");
        Self { running, dir, printed }
    }

    fn address(&self) -> SocketAddr {
        self.running.hosts.url().trim_start_matches("http://").trim_end_matches('/').parse().expect("an address")
    }

    /// Save a content file at once, as an editor does.
    fn save(&self, path: &str, text: &str) {
        save(self.dir.path(), path, text);
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.dir.path().join("content").join(path)).expect("removed");
    }

    fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[])
    }

    fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            text.push_str(&format!("Host: {}\r\n", self.address()));
        }
        fields.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
        self.raw(format!("{text}\r\n").as_bytes()).unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    /// Send these very bytes; `None` if the connection ends without a response.
    fn raw(&self, bytes: &[u8]) -> Option<Reply> {
        let mut stream = TcpStream::connect(self.address()).expect("connected");
        stream.set_read_timeout(Some(SOON)).expect("set");
        // The preview may answer, and close, before it has read everything.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        while let Ok(n) = stream.read(&mut chunk) {
            if n == 0 {
                break;
            }
            answer.extend_from_slice(&chunk[..n]);
        }
        Reply::parse(&answer)
    }

    /// Wait until a path gives what is wanted.
    fn until(&self, path: &str, wanted: impl Fn(&Reply) -> bool) -> Reply {
        let end = Instant::now() + SOON;
        loop {
            let reply = self.get(path);
            if wanted(&reply) {
                return reply;
            }
            assert!(Instant::now() < end, "{path} stays {} {}", reply.status, reply.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The version of a page, as its script would say it.
    fn version(&self, path: &str) -> String {
        let text = self.get(path).text();
        let start = text.find("data-page=\"").expect("a script") + "data-page=\"".len();
        text[start..].split('"').next().expect("a version").to_owned()
    }

    /// An open page: its stream, past the first event.
    fn open(&self, path: &str) -> Stream {
        let mut stream = self.stream(path, &self.version(path), &[]);
        let first = stream.next().expect("a first event");
        assert_eq!(first["reload"], false, "{first}");
        stream
    }

    fn stream(&self, path: &str, version: &str, fields: &[(&str, &str)]) -> Stream {
        let mut socket = TcpStream::connect(self.address()).expect("connected");
        let mut text = format!("GET /__cited/events?page={}&version={version} HTTP/1.1\r\n", path.replace('/', "%2F"));
        text.push_str(&format!("Host: {}\r\n", self.address()));
        fields.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
        socket.write_all(format!("{text}\r\n").as_bytes()).expect("sent");
        let mut lines = BufReader::new(socket);
        let mut status = String::new();
        lines.get_ref().set_read_timeout(Some(SOON)).expect("set");
        lines.read_line(&mut status).expect("an answer");
        Stream { lines, status, id: String::new() }
    }
}

/// An event stream.
struct Stream {
    lines: BufReader<TcpStream>,
    status: String,
    /// Of the last event.
    id: String,
}

impl Stream {
    /// The next event; `None` if nothing comes for a while.
    fn next(&mut self) -> Option<serde_json::Value> {
        self.within(SOON)
    }

    fn within(&mut self, patience: Duration) -> Option<serde_json::Value> {
        self.lines.get_ref().set_read_timeout(Some(patience)).expect("set");
        let mut line = String::new();
        loop {
            line.clear();
            match self.lines.read_line(&mut line) {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
            if let Some(id) = line.strip_prefix("id: ") {
                self.id = id.trim_end().to_owned();
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).expect("JSON"));
            }
        }
    }

    /// The next event that is about something else than a save seen halfway.
    fn until(&mut self, what: &str, wanted: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        loop {
            let event = self.next().unwrap_or_else(|| panic!("no event: {what}"));
            if wanted(&event) {
                return event;
            }
        }
    }
}

/// A response.
#[derive(Debug)]
struct Reply {
    status: u16,
    fields: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Reply {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let fields = lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()));
        Some(Self { status, fields: fields.collect(), body: bytes[end + 4..].to_vec() })
    }

    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn save(root: &Path, path: &str, text: &str) {
    let file = root.join("content").join(path);
    fs::create_dir_all(file.parent().expect("has a parent")).expect("folder");
    let fresh = file.with_extension("tmp");
    fs::write(&fresh, text).expect("written");
    fs::rename(fresh, file).expect("saved");
}

/// A tree whose pages were made of the files of the same name.
#[derive(Debug)]
struct Tree(OutputTree);

impl Files for Tree {
    fn file(&self, path: &str) -> Result<Option<Output>, Arc<Report>> {
        self.0.file(path)
    }

    fn loose(&self) -> Arc<Digests> {
        self.0.loose()
    }

    fn page_file(&self, path: &str) -> Option<String> {
        self.0.get(path).filter(|_| is_page(path)).map(|_| format!("content/{path}"))
    }
}

/// A build for tests: `content/x` becomes `x`. In a page, `UNBUILDABLE` and `UNCITED` are findings, `PANIC` is a fault
/// and `REFUSED` an error of the machine. `*.copy.*` files are copied, not held.
fn build(root: &Path) -> Outcome {
    let content = root.join("content");
    let (mut report, mut tree, mut pages) = (Report::default(), OutputTree::default(), 0);
    let (mut broken, mut machine_error) = (false, None);
    for entry in walkdir::WalkDir::new(&content).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file()) {
        let name = entry.path().strip_prefix(&content).expect("below").to_string_lossy().into_owned();
        let Ok(bytes) = fs::read(entry.path()) else { continue };
        if name.ends_with(".tmp") {
            continue;
        }
        if name.contains(".copy.") {
            let digest = xxhash_rust::xxh3::xxh3_128(&bytes);
            tree.add_output(name, Output { content: Content::File(entry.path().to_path_buf()), digest });
            continue;
        }
        if name.ends_with(".html") {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let file = TextFile::new(format!("content/{name}"), text.clone());
            let find = |word: &str| text.find(word).map(|at| Span::new(&file, at..at + word.len()));
            assert!(!text.contains("PANIC"), "a fault in the test's build");
            if text.contains("REFUSED") {
                machine_error = Some("cannot read content: too many open files".to_owned());
            }
            if let Some(span) = find("UNBUILDABLE") {
                report.push(Diagnostic::at(Code::TemplateError, span, "the template `<b>` fails").help("mend it"));
                broken = true;
            }
            if let Some(span) = find("UNCITED 5,000") {
                report.push(Diagnostic::at(Code::NumberUncited, span, "`5,000` has no citation").help("cite it"));
            }
            pages += 1;
        }
        tree.add(name, bytes);
    }
    report.finish();
    let files = (!broken).then(|| Arc::new(Tree(tree)) as Arc<dyn Files>);
    Outcome { files, report: Arc::new(report), machine_error, pages }
}

/// A page with this text.
fn page(text: &str) -> String {
    format!("<!doctype html><html><body><main>{text}</main></body></html>")
}
