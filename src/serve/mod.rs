//! The preview: HTTP from a site whose files are made when they are asked for.
//!
//! In: a watcher, a closure that builds, options. Out: the site on one address of this machine, kept up to date in the
//! browsers that show it. Entry point: [`serve`]. One thread waits, builds and publishes a new `Shown`; a
//! small runtime answers requests from the newest one, and a few threads beside it make the files.
//! Must never touch the output folder, nor answer anyone but a browser that was pointed at this very address.

mod address;
mod answer;
mod bounded;
mod change;
mod events;
mod exchange;
mod file;
mod findings;
mod kept;
mod open;
mod page;
mod path;
mod rebuild;
mod shown;
mod terminal;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, watch};

use crate::diag::Report;
use crate::output::Files;
use crate::watch::{Ender, Watcher};
use address::Hosts;
use answer::Preview;
use bounded::BoundedListener;
#[doc(hidden)]
pub use exchange::exchange;
use findings::Editor;
use kept::Kept;
use shown::Shown;
use terminal::Terminal;

/// What the command line says about the preview.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The address to listen on (`--interface`); loopback unless the user asks for more.
    pub interface: IpAddr,
    /// The port (`--port`); 0 takes any free one.
    pub port: u16,
    /// Open the browser (`--open`).
    pub open: bool,
    /// The site's root, for links that open a file in the editor.
    pub root: PathBuf,
    /// Such a link with `{path}`, `{line}` and `{column}`, e.g. `vscode://file{path}:{line}:{column}`; plain text
    /// if none.
    pub editor: Option<String>,
}

/// What a build gives the preview.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The site; none if it cannot be shown. The same `Arc` as before says that nothing differs.
    pub files: Option<Arc<dyn Files>>,
    /// Everything that was found, sorted; without what only shows when a page is made. Where it is the same as before,
    /// best the same `Arc`.
    pub report: Arc<Report>,
    /// What the machine refused, if it did. What was built is then not shown.
    pub machine_error: Option<String>,
    /// How many pages the author has written, for the terminal.
    pub pages: usize,
}

/// Bounds that keep strangers and slips from using the machine up.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Connections at once; more wait for a place.
    connections: usize,
    /// Live-reload streams at once; more are refused.
    streams: usize,
    /// A connection on which nothing could be sent for this long is closed: slow requests and slow readers alike.
    silence: Duration,
    /// A stream sends at least this often.
    heartbeat: Duration,
    /// How long a request waits for the first build.
    first_build: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 800,
            streams: 500,
            silence: Duration::from_secs(30),
            heartbeat: Duration::from_secs(10),
            first_build: Duration::from_secs(20),
        }
    }
}

/// The preview cannot run.
#[derive(Debug)]
pub enum ServeError {
    /// The address cannot be listened on.
    Listen(SocketAddr, io::Error),
    /// The system refuses threads, or signals.
    System(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => {
                let (ip, port) = (address.ip(), address.port());
                let next = match error.kind() {
                    ErrorKind::AddrInUse => {
                        let other = if port < u16::MAX { port + 1 } else { 1111 };
                        let cause = "another program, perhaps another preview, uses this port";
                        return write!(f, "cannot listen on {address}: {cause}; end it, or choose another port: `--port {other}`");
                    }
                    ErrorKind::PermissionDenied => "choose a port above 1023 with `--port`",
                    ErrorKind::AddrNotAvailable => {
                        return write!(
                            f,
                            "cannot listen on {address}: this machine has no address {ip}; choose another with `--interface`"
                        );
                    }
                    _ => "choose another address with `--interface` or `--port`",
                };
                write!(f, "cannot listen on {address}: {error}; {next}")
            }
            Self::System(error) => write!(f, "cannot start the preview: {error}; close some programs and try again"),
        }
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(_, error) | Self::System(error) => Some(error),
        }
    }
}

/// Files are made and read in so many threads at most, beside those that answer.
const THREADS_BESIDE: usize = 8;

/// Preview the site until the user interrupts. `build` runs in a thread of its own, at the start and whenever the
/// watcher wakes. It is told what was touched, as [`Wake::Changed`](crate::watch::Wake) has it: since it last came back
/// without a refusal of the machine; `None` is anything, and an empty set nothing: the caller's own
/// [`Waker`](crate::watch::Waker) asked, because more is known than when `build` came back last. `print` gets the report of every build that found something
/// other than the one before, and what keeps a page that was asked for from being made. A panic in `build`, or in
/// making a file, is shown in the browser as a fault of the program, and the preview goes on.
///
/// # Errors
/// When the address cannot be listened on (said before the first build), or the system refuses threads.
pub fn serve<B, P>(options: ServeOptions, watcher: Watcher, build: B, print: P) -> Result<(), ServeError>
where
    B: FnMut(Option<&BTreeSet<PathBuf>>) -> Outcome + Send + 'static,
    P: Fn(&Report) + Send + Sync + 'static,
{
    let opens = options.open;
    let running = start(options, Limits::default(), watcher, build, print)?;
    let url = running.hosts.url();
    eprintln!("preview at {url} (end it with Ctrl-C)");
    if !running.hosts.is_loopback() {
        eprintln!("warning: everyone on your network can read it, drafts included; without `--interface` only you can");
    }
    if opens {
        open::open(&url);
    }
    running.until_interrupted()
}

/// A preview that runs; it ends when this is dropped.
struct Running {
    hosts: Hosts,
    runtime: Option<Runtime>,
    ender: Ender,
}

fn start<B, P>(options: ServeOptions, limits: Limits, watcher: Watcher, build: B, print: P) -> Result<Running, ServeError>
where
    B: FnMut(Option<&BTreeSet<PathBuf>>) -> Outcome + Send + 'static,
    P: Fn(&Report) + Send + Sync + 'static,
{
    let ServeOptions { interface, port, open: _, root, editor } = options;
    let asked = SocketAddr::new(interface, port);
    let refused = |error| ServeError::Listen(asked, error);
    let listener = TcpListener::bind(asked).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    let hosts = Hosts::of(listener.local_addr().map_err(refused)?);
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    threads.worker_threads(2).max_blocking_threads(THREADS_BESIDE).enable_all();
    let runtime = threads.build().map_err(ServeError::System)?;
    let (sender, shown) = watch::channel(Arc::new(Shown::nothing_yet()));
    let terminal = Arc::new(Terminal::new(print));
    let editor = Arc::new(Editor { root, template: editor });
    let ender = watcher.ender();
    let preview = Arc::new(Preview {
        shown,
        hosts: hosts.clone(),
        editor: editor.clone(),
        streams: Arc::new(Semaphore::new(limits.streams)),
        kept: Kept::default(),
        terminal: terminal.clone(),
        limits,
    });
    std::thread::Builder::new()
        .name("rebuild".to_owned())
        .spawn(move || rebuild::run(watcher, build, &terminal, &editor, &sender))
        .map_err(ServeError::System)?;
    {
        let _inside = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener).map_err(refused)?;
        let listener = BoundedListener::new(listener, limits.connections, limits.silence);
        let router = axum::Router::new().fallback(answer::answer).with_state(preview);
        runtime.spawn(axum::serve(listener, router).into_future());
    }
    Ok(Running { hosts, runtime: Some(runtime), ender })
}

impl Running {
    /// Go on until Ctrl-C, or until the system asks the process to end.
    fn until_interrupted(self) -> Result<(), ServeError> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(interrupted()).map_err(ServeError::System),
            None => Ok(()),
        }
    }
}

#[cfg(unix)]
async fn interrupted() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ender.end();
        if let Some(runtime) = self.runtime.take() {
            // Event streams never end by themselves, so nothing is waited for.
            runtime.shutdown_background();
        }
    }
}
