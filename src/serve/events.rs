//! What open pages are told.
//!
//! In: the path a page was opened at, and the version of it that the browser has. Out: server-sent events; each says
//! whether to reload, which styles to swap, which other files differ, and what is in the way of a new site. What a
//! client missed while it was away is made up for: it says which version it has.
//! Must never tell a page to reload when only its styles changed, or while nothing new can be built; nor hold a state
//! that is over: a stream keeps only its own page.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use axum::http::{HeaderName, Response, StatusCode};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use crate::diag::Report;
use crate::output::{Digests, Output, PageSummary};

use super::answer::{self, Preview};
use super::change::{Change, Swap};
use super::findings::Trouble;
use super::path;
use super::shown::Shown;
use super::view::{self, Found, View, Views};

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
    /// Output paths of other files that pages load, and that came, went or differ.
    files: &'a [String],
    /// There are too many to list.
    many: bool,
    /// The page's check results may differ.
    checks: bool,
    /// Why there is no new site, or no new version of this page; `null` when there is one.
    trouble: Option<&'a Trouble>,
}

/// Open a stream for the page at the query's `page`, in its `version`.
pub(super) fn stream(preview: &Arc<Preview>, query: &str, fields: &HeaderMap, body: bool) -> Response<Body> {
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
    let client = Client { path, version, last: None };
    // One event may wait; a browser that does not read is told of the newest state once it does.
    let (sender, events) = mpsc::channel(1);
    let preview_of_task = preview.clone();
    tokio::spawn(async move {
        let _place = place;
        client.follow(&preview_of_task, &sender).await;
    });
    let events = ReceiverStream::new(events).map(Ok::<_, Infallible>);
    Sse::new(events).keep_alive(KeepAlive::new().interval(preview.limits.heartbeat)).into_response()
}

/// One open page.
struct Client {
    path: String,
    /// Of the page as the browser has it.
    version: String,
    /// What it was told of last.
    last: Option<Last>,
}

/// What a client knows of the state it was told of last. Not the state itself: it would live for as long as a browser
/// does not read.
struct Last {
    build: u64,
    /// The page, with its output path; or the page that says that there is none.
    page: Option<(Option<String>, Output)>,
    loose: Option<Arc<Digests>>,
    report: Arc<Report>,
    summary: Option<PageSummary>,
    trouble: Option<Arc<Trouble>>,
}

impl Client {
    /// Tell of every state until the browser is gone or the preview ends.
    async fn follow(mut self, preview: &Arc<Preview>, sender: &mpsc::Sender<Event>) {
        let mut states = preview.shown.clone();
        loop {
            let now = states.borrow_and_update().clone();
            if now.build > 0
                && let Some(event) = self.told(preview, now).await
                && sender.send(event).await.is_err()
            {
                return;
            }
            tokio::select! {
                () = sender.closed() => return,
                changed = states.changed() => if changed.is_err() { return },
            }
        }
    }

    /// What to tell of a new state; nothing when it makes no difference.
    async fn told(&mut self, preview: &Arc<Preview>, now: Arc<Shown>) -> Option<Event> {
        let view = Views::of(preview, &now, &self.path).await;
        let loose = now.site.as_ref().map(|site| site.loose.clone());
        let trouble = now.trouble.clone().or_else(|| view.trouble.clone());
        let last = Last {
            build: now.build,
            page: page_of(&view),
            loose,
            report: now.report.clone(),
            summary: view.summary.clone(),
            trouble: trouble.clone(),
        };
        let before = self.last.replace(last);
        let change = match &before {
            None => Cow::Owned(Change::default()),
            Some(before) if before.build + 1 == now.build => Cow::Borrowed(&now.change),
            // Builds were passed over while the client was slow.
            Some(before) => match (&before.loose, &now.site) {
                (Some(old), Some(new)) => Cow::Owned(Change::between(old, &new.loose)),
                _ => Cow::Owned(Change::default()),
            },
        };
        let version = view.version();
        // One that has a page keeps it until there is another to take its place.
        let keeps = view::is_of_page(&self.version) && matches!(view.found, Found::Report(_));
        // A client that does not say what it has is not sent in circles.
        let same = keeps
            || self.version.is_empty()
            || version == self.version
            || before.as_ref().is_some_and(|before| same_but_styles(before.page.as_ref(), &view, &change));
        let reload = !same;
        if !keeps {
            self.version = version;
        }
        let checks = before.as_ref().is_some_and(|before| !Arc::ptr_eq(&before.report, &now.report) || before.summary != view.summary);
        let trouble_before = before.as_ref().and_then(|before| before.trouble.as_ref());
        let news = reload || checks || !change.is_empty() || trouble_before != trouble.as_ref();
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
            checks,
            trouble: trouble.as_deref(),
        };
        // A value of strings, numbers and booleans always serialises.
        let json = serde_json::to_string(&message).ok()?;
        Some(Event::default().event("state").id(&self.version).data(json))
    }
}

fn page_of(view: &View) -> Option<(Option<String>, Output)> {
    match &view.found {
        Found::File(path, output) => Some((Some(path.clone()), output.clone())),
        Found::Missing(Some(output)) => Some((None, output.clone())),
        _ => None,
    }
}

/// Whether a page differs in nothing but the names of styles that are swapped in place.
fn same_but_styles(before: Option<&(Option<String>, Output)>, now: &View, change: &Change) -> bool {
    match (before, page_of(now)) {
        (Some((old_path, old)), Some((new_path, new))) => *old_path == new_path && change.only_styles(old, &new),
        _ => false,
    }
}
