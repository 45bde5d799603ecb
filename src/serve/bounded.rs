//! Connections within bounds.
//!
//! In: a listening socket. Out: at most so many connections at once, each closed when nothing could be sent on it for a
//! while. One rule bounds slow requests (nothing is sent before they are complete), idle connections and readers that
//! do not read; event streams live by their heartbeat.
//! Must never drop the listener because one connection failed.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

/// After an error of the system (too many open files), the next attempt waits this long.
const PAUSE: Duration = Duration::from_millis(100);

/// Gives out places for connections.
pub(super) struct BoundedListener {
    listener: TcpListener,
    places: Arc<Semaphore>,
    silence: Duration,
}

impl BoundedListener {
    /// `connections` at once, each closed after `silence` in which nothing could be sent.
    pub fn new(listener: TcpListener, connections: usize, silence: Duration) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(connections)), silence }
    }
}

impl Listener for BoundedListener {
    type Io = BoundedStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (BoundedStream<TcpStream>, SocketAddr) {
        loop {
            let Ok(place) = self.places.clone().acquire_owned().await else {
                // Nobody closes the semaphore.
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            match self.listener.accept().await {
                Ok((stream, from)) => {
                    // An event is small and urgent. If the option fails, it is only late.
                    let _ = stream.set_nodelay(true);
                    return (BoundedStream::new(stream, self.silence, place), from);
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection with a deadline that every byte sent moves on.
pub(super) struct BoundedStream<S> {
    stream: S,
    until: Pin<Box<Sleep>>,
    silence: Duration,
    _place: OwnedSemaphorePermit,
}

impl<S> BoundedStream<S> {
    /// Closed after `silence` in which nothing could be sent; `place` is free again then.
    pub fn new(stream: S, silence: Duration, place: OwnedSemaphorePermit) -> Self {
        Self { stream, until: Box::pin(tokio::time::sleep(silence)), silence, _place: place }
    }

    /// What the socket says, unless it would wait past the deadline.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_pending() && self.until.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::Error::from(io::ErrorKind::TimedOut)));
        }
        polled
    }

    fn sent(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(polled, Poll::Ready(Ok(n)) if n > 0) {
            let until = Instant::now() + self.silence;
            self.until.as_mut().reset(until);
        }
        self.in_time(cx, polled)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for BoundedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.in_time(cx, polled)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for BoundedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.sent(cx, polled)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.sent(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
