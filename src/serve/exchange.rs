//! One connection to a preview, without a socket.
//!
//! In: a tree, and the bytes that a client sends before it falls silent. Out: the bytes that it gets. The router, the
//! HTTP library and the bounds are those of the preview; fuzz targets and tests use it.
//! Must never listen anywhere.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::{Semaphore, watch};

use super::address::Hosts;
use super::answer::{self, Preview};
use super::bounded::BoundedStream;
use super::findings::Editor;
use super::kept::Kept;
use super::shown::Shown;
use super::terminal::Terminal;
use super::{Limits, Outcome};
use crate::output::OutputTree;

/// The address that the preview believes to listen on.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1111);

/// Shorter than the heartbeat of event streams, so that these end too.
const SILENCE: Duration = Duration::from_millis(20);

/// No answer in a test is longer.
const LONGEST: usize = 1 << 20;

/// One connection, which is then gone.
struct Once(Option<BoundedStream<DuplexStream>>);

impl Listener for Once {
    type Io = BoundedStream<DuplexStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        match self.0.take() {
            Some(stream) => (stream, ADDRESS),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(ADDRESS)
    }
}

/// Send `bytes` to a preview of `tree` at `127.0.0.1:1111`, and give what it answers until it closes or falls silent. Empty when the
/// system refuses a runtime.
pub fn exchange(tree: OutputTree, bytes: &[u8]) -> Vec<u8> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else {
        return Vec::new();
    };
    let editor = Arc::new(Editor { root: "/site".into(), template: None });
    let shown = Shown::nothing_yet().after(Outcome { files: Some(Arc::new(tree)), ..Outcome::default() }, &editor);
    let (_sender, shown) = watch::channel(Arc::new(shown));
    let limits = Limits { silence: SILENCE, ..Limits::default() };
    let streams = Arc::new(Semaphore::new(limits.streams));
    let preview = Arc::new(Preview {
        shown,
        hosts: Hosts::of(ADDRESS),
        editor,
        streams,
        kept: Kept::default(),
        terminal: Arc::new(Terminal::new(|_| ())),
        limits,
    });
    runtime.block_on(async move {
        let (mut client, server) = tokio::io::duplex(64 * 1024);
        let Ok(place) = Arc::new(Semaphore::new(1)).acquire_owned().await else { return Vec::new() };
        let listener = Once(Some(BoundedStream::new(server, SILENCE, place)));
        let router = axum::Router::new().fallback(answer::answer).with_state(preview);
        tokio::spawn(axum::serve(listener, router).into_future());
        let mut answer = Vec::new();
        // The preview may answer, and close, before it has read everything.
        let _ = client.write_all(bytes).await;
        let _ = client.shutdown().await;
        let mut chunk = vec![0; 64 * 1024];
        // Event streams never end: what has fallen silent has said what it had to say.
        while let Ok(Ok(read)) = tokio::time::timeout(2 * SILENCE, client.read(&mut chunk)).await
            && read > 0
            && answer.len() < LONGEST
        {
            answer.extend_from_slice(&chunk[..read]);
        }
        answer
    })
}
