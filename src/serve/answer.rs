//! From a request to a response.
//!
//! In: one HTTP request. Out: a page, a file, an event stream, or a refusal. Order: who asks, what may be asked, then
//! what is there. Every response says what browsers may do with it.
//! Must never build, nor make or read a file in a thread that answers: others would wait.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH,
    LOCATION, REFRESH, TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, Method, Response, StatusCode, Uri};
use tokio::sync::{Semaphore, watch};

use crate::headers::{SECURITY_POLICY, content_type};

use super::address::Hosts;
use super::findings::{self, Editor};
use super::kept::Kept;
use super::page::{self, OWN};
use super::shown::Shown;
use super::terminal::Terminal;
use super::view::{self, Found};
use super::{Limits, events, file, path};

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Bytes of the request line's address, and of all fields. The HTTP library has bounds of its own, far larger.
const LONGEST_ADDRESS: usize = 8 * 1024;
const LARGEST_FIELDS: usize = 32 * 1024;

const SCRIPT: &str = include_str!("preview.js");
const STYLE: &str = include_str!("preview.css");

/// What every request sees.
pub(super) struct Preview {
    /// The newest state.
    pub shown: watch::Receiver<Arc<Shown>>,
    /// Whom to answer.
    pub hosts: Hosts,
    /// How places become links.
    pub editor: Arc<Editor>,
    /// Places for event streams.
    pub streams: Arc<Semaphore>,
    /// Pages as they were when they could last be made.
    pub kept: Kept,
    /// Where it is said what keeps a page from being made.
    pub terminal: Arc<Terminal>,
    /// Bounds.
    pub limits: Limits,
}

/// Answer one request.
pub(super) async fn answer(State(preview): State<Arc<Preview>>, request: Request) -> Response<Body> {
    let mut response = match refusal(&preview, &request) {
        Some(refusal) => refusal,
        None => respond(&preview, request.method(), request.uri(), request.headers()).await,
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SECURITY_POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Requests that are not answered, whatever they ask for.
fn refusal(preview: &Preview, request: &Request) -> Option<Response<Body>> {
    let fields = request.headers();
    if let Some(objection) = preview.hosts.objection(request.uri(), fields) {
        let text = format!("{objection}; open {}\n", preview.hosts.url());
        return Some(plain(StatusCode::FORBIDDEN, text));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Some(closing(response));
    }
    let sends_length = fields.get(CONTENT_LENGTH).is_some_and(|length| length != "0");
    if sends_length || fields.contains_key(TRANSFER_ENCODING) {
        return Some(closing(plain(StatusCode::PAYLOAD_TOO_LARGE, "a request here has no body\n")));
    }
    if request.uri().path_and_query().is_some_and(|address| address.as_str().len() > LONGEST_ADDRESS) {
        return Some(plain(StatusCode::URI_TOO_LONG, "the address is too long\n"));
    }
    if fields.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() > LARGEST_FIELDS {
        return Some(plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the request's fields are too large\n"));
    }
    None
}

async fn respond(preview: &Arc<Preview>, method: &Method, uri: &Uri, fields: &HeaderMap) -> Response<Body> {
    let body = method == Method::GET;
    if let Some(own) = uri.path().strip_prefix(OWN) {
        return respond_own(preview, own, uri.query().unwrap_or_default(), fields, body).await;
    }
    let Some(shown) = newest(preview).await else {
        let mut response = html(StatusCode::SERVICE_UNAVAILABLE, page::waiting());
        response.headers_mut().insert(REFRESH, HeaderValue::from_static("1"));
        return response;
    };
    let view = view::once(preview, &shown, uri.path()).await;
    match &view.found {
        Found::File(path, output) => file::respond(output, path, &view.version(), StatusCode::OK, fields, body).await,
        Found::Missing(Some(output)) => file::respond(output, view::NOT_FOUND, &view.version(), StatusCode::NOT_FOUND, fields, body).await,
        Found::Missing(None) => html(StatusCode::NOT_FOUND, page::not_found()),
        Found::SlashMissing => redirect(uri),
        Found::Malformed => plain(StatusCode::BAD_REQUEST, "the address is malformed\n"),
        Found::Report(trouble) => html(StatusCode::SERVICE_UNAVAILABLE, page::report(trouble)),
        Found::Waiting => html(StatusCode::SERVICE_UNAVAILABLE, page::waiting()),
    }
}

/// The newest state, once there is one.
async fn newest(preview: &Preview) -> Option<Arc<Shown>> {
    let mut shown = preview.shown.clone();
    let built = tokio::time::timeout(preview.limits.first_build, shown.wait_for(|shown| shown.build > 0)).await;
    built.ok()?.ok().map(|shown| shown.clone())
}

/// The preview's own files and streams.
async fn respond_own(preview: &Arc<Preview>, own: &str, query: &str, fields: &HeaderMap, body: bool) -> Response<Body> {
    match own {
        "preview.js" => asset("preview.js", SCRIPT, fields),
        "preview.css" => asset("preview.css", STYLE, fields),
        "events" => events::stream(preview, query, fields, body),
        "checks" => {
            let path = path::field(query, "path").unwrap_or_default();
            let shown = preview.shown.borrow().clone();
            let view = view::once(preview, &shown, &path).await;
            let checks = findings::of_page(&shown.report, &view, &preview.editor);
            let json = serde_json::to_string(&checks).unwrap_or_default();
            typed(StatusCode::OK, "application/json; charset=utf-8", json)
        }
        _ => plain(StatusCode::NOT_FOUND, "the preview has no such file\n"),
    }
}

fn asset(name: &str, text: &'static str, fields: &HeaderMap) -> Response<Body> {
    let tag = format!("\"{:032x}\"", xxhash_rust::xxh3::xxh3_128(text.as_bytes()));
    let known = fields.get(IF_NONE_MATCH).is_some_and(|value| value == tag.as_str());
    let mut response = if known {
        typed(StatusCode::NOT_MODIFIED, content_type(name), String::new())
    } else {
        typed(StatusCode::OK, content_type(name), text.to_owned())
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// To the same address with a slash. Not for ever: another site may be previewed on this port tomorrow.
fn redirect(uri: &Uri) -> Response<Body> {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    // The path begins with one slash and holds no empty part, so it stays on this host.
    match HeaderValue::from_str(&format!("{}/{query}", uri.path())) {
        Ok(location) => {
            let mut response = plain(StatusCode::TEMPORARY_REDIRECT, "the address of a page ends with a slash\n");
            response.headers_mut().insert(LOCATION, location);
            response
        }
        Err(_) => plain(StatusCode::BAD_REQUEST, "the address is malformed\n"),
    }
}

/// A line of text.
pub(super) fn plain(status: StatusCode, text: impl Into<String>) -> Response<Body> {
    typed(status, "text/plain; charset=utf-8", text.into())
}

fn html(status: StatusCode, text: String) -> Response<Body> {
    typed(status, "text/html; charset=utf-8", text)
}

fn typed(status: StatusCode, kind: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// What follows on this connection is not read.
fn closing(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
