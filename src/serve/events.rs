//! What open pages are told.
//!
//! In: the path a page was opened at, and the version of it that the browser has. Out: server-sent events; each says
//! whether to reload, which styles to swap, which other files differ, and what is in the way of a new site. What a
//! client missed while it was away is made up for: it says which version it has.
//! Must never tell a page to reload when only its styles changed, or while nothing new can be built.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use axum::http::{HeaderName, Response, StatusCode};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use serde::Serialize;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;

use super::answer::{self, Preview};
use super::change::{Change, Swap};
use super::findings::Trouble;
use super::path;
use super::shown::{Found, Shown};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// More names than this are not listed; the page then reloads if it uses any file that can change.
const MOST_FILES: usize = 1000;

/// One event.
#[derive(Debug, Serialize)]
struct Message<'a> {
    /// Which build it is about.
    build: u64,
    /// The page has changed.
    reload: bool,
    /// Styles to swap in place.
    styles: &'a [Swap],
    /// Output paths of other files, no pages, that came, went or differ.
    files: &'a [String],
    /// There are too many to list.
    many: bool,
    /// The findings may differ.
    findings: bool,
    /// Why there is no new site; `null` when there is one.
    trouble: Option<&'a Trouble>,
}

/// Open a stream for the page at the query's `page`, in its `version`.
pub(super) fn stream(preview: &Preview, query: &str, fields: &HeaderMap, body: bool) -> Response<Body> {
    if !body {
        let mut response = Response::new(Body::empty());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        return response;
    }
    let Ok(place) = preview.streams.clone().try_acquire_owned() else {
        let text = "too many pages are open in browsers; close some\n";
        let mut response = answer::plain(StatusCode::SERVICE_UNAVAILABLE, text);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        return response;
    };
    // A browser that comes back by itself repeats the first address, and says which event it saw last.
    let last = fields.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty());
    let version = last.map(str::to_owned).or_else(|| path::field(query, "version")).unwrap_or_default();
    let path = path::field(query, "page").unwrap_or_default();
    let mut client = Client { path, version, seen: None };
    let events = WatchStream::new(preview.shown.clone()).filter_map(move |shown| {
        let _place = &place;
        client.told(shown).map(Ok::<_, Infallible>)
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(preview.limits.heartbeat)).into_response()
}

/// One open page.
struct Client {
    path: String,
    /// Of the page as the browser has it.
    version: String,
    /// The state it was told of last.
    seen: Option<Arc<Shown>>,
}

impl Client {
    /// What to tell of a new state; nothing when it makes no difference.
    fn told(&mut self, now: Arc<Shown>) -> Option<Event> {
        if now.build == 0 {
            return None;
        }
        let before = self.seen.replace(now.clone());
        let change = match &before {
            None => Cow::Owned(Change::default()),
            Some(before) if before.build + 1 == now.build => Cow::Borrowed(&now.change),
            // Builds were passed over while the client was slow.
            Some(before) => match (&before.site, &now.site) {
                (Some(old), Some(new)) => Cow::Owned(Change::between(&old.tree, &new.tree)),
                _ => Cow::Owned(Change::default()),
            },
        };
        let version = now.version(&self.path);
        // A client that does not say what it has is not sent in circles.
        let same = self.version.is_empty()
            || version == self.version
            || before.as_ref().is_some_and(|before| same_but_styles(&self.path, before, &now, &change));
        let reload = !same;
        let findings = before.as_ref().is_some_and(|before| !Arc::ptr_eq(&before.report, &now.report));
        let trouble_before = before.as_ref().and_then(|before| before.trouble.as_ref());
        let news = reload || findings || !change.is_empty() || trouble_before != now.trouble.as_ref();
        self.version.clone_from(&version);
        if before.is_some() && !news {
            return None;
        }
        let many = change.files.len() > MOST_FILES;
        let message = Message {
            build: now.build,
            reload,
            styles: &change.styles,
            files: if many { &[] } else { &change.files },
            many,
            findings,
            trouble: now.trouble.as_deref(),
        };
        // A value of strings, numbers and booleans always serialises.
        let json = serde_json::to_string(&message).ok()?;
        Some(Event::default().event("state").id(version).data(json))
    }
}

/// Whether the page at a path differs in nothing but the names of styles that are swapped in place.
fn same_but_styles(path: &str, before: &Shown, now: &Shown, change: &Change) -> bool {
    match (before.find(path), now.find(path)) {
        (Some(Found::File(old_path, old)), Some(Found::File(new_path, new))) => old_path == new_path && change.only_styles(old, new),
        (Some(Found::Missing(Some(old))), Some(Found::Missing(Some(new)))) => change.only_styles(old, new),
        _ => false,
    }
}
