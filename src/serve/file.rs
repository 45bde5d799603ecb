//! One file of the tree as an HTTP response.
//!
//! In: an [`Output`], its path, the request's fields. Out: 200, 206, 304 or 416, with type, length, `ETag`
//! (RFC 9110: 8.8, 13, 14).
//! Must never read more of a file on disk than is sent, nor hold a large one in memory: it goes out piece by piece.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{Response, StatusCode};
use futures_util::stream::{Stream, try_unfold};

use crate::headers::content_type;
use crate::output::{Content, Output};

use super::page;

/// The bytes `from..to` of something that has `total`; `to` is at most `total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    from: u64,
    to: u64,
}

/// A range as the request asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    From(u64),
    Between(u64, u64),
    Last(u64),
}

/// Respond with a file; pages get the script that keeps them up to date. `status` is 404 for the page that says that
/// there is none, which is never cut or cached. `body` is false for `HEAD`.
pub(super) async fn respond(
    output: &Output,
    path: &str,
    version: &str,
    status: StatusCode,
    fields: &HeaderMap,
    body: bool,
) -> Response<Body> {
    let is_page = path.ends_with(".html");
    let tag = if is_page { format!("\"{version}-p\"") } else { format!("\"{version}\"") };
    let usual = status == StatusCode::OK;
    if usual && matches_tag(fields, &tag) {
        return with_tag(Response::new(Body::empty()), StatusCode::NOT_MODIFIED, &tag);
    }
    let wanted = if usual { wanted(fields, &tag) } else { Wanted::All };
    let content = match (&output.content, is_page) {
        (Content::Bytes(bytes), true) => Ok(Content::Bytes(page::with_script(bytes, version).into())),
        (Content::Bytes(bytes), false) => Ok(Content::Bytes(bytes.clone())),
        (Content::File(_) | Content::Later(_), true) => {
            let (output, version) = (output.clone(), version.to_owned());
            off_thread(move || Ok(Content::Bytes(page::with_script(&output.bytes()?, &version).into()))).await
        }
        (Content::File(source), false) => Ok(Content::File(source.clone())),
        (Content::Later(_), false) => {
            let output = output.clone();
            off_thread(move || Ok(Content::Bytes(output.bytes()?))).await
        }
    };
    let read = match content {
        Ok(Content::Bytes(bytes)) => {
            let total = bytes.len() as u64;
            let owned = Bytes::from_owner(bytes);
            Ok(part_of(wanted, total).map(|part| (Body::from(cut(&owned, part)), part, total)).ok_or(total))
        }
        Ok(Content::File(source)) => off_thread(move || read_part(File::open(source)?, wanted, body)).await,
        Ok(Content::Later(_)) => Err(io::Error::other("it was not made")),
        Err(e) => Err(e),
    };
    let (content, part, total) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(total)) => {
            let mut response = with_tag(Response::new(Body::empty()), StatusCode::RANGE_NOT_SATISFIABLE, &tag);
            response.headers_mut().insert(CONTENT_RANGE, field(&format!("bytes */{total}")));
            return response;
        }
        Err(error) => {
            let text = format!("cannot read the file behind {path}: {error}; save it again\n");
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            return response;
        }
    };
    let length = part.to - part.from;
    let body = if body { content } else { Body::empty() };
    let mut response = with_tag(Response::new(body), status, &tag);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if wanted != Wanted::All {
        let last = part.to.saturating_sub(1);
        headers.insert(CONTENT_RANGE, field(&format!("bytes {}-{last}/{total}", part.from)));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

fn with_tag(mut response: Response<Body>, status: StatusCode, tag: &str) -> Response<Body> {
    *response.status_mut() = status;
    response.headers_mut().insert(ETAG, field(tag));
    response
}

/// A field made of digits and ASCII words, which every field may hold.
fn field(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""))
}

/// `If-None-Match`: a list of tags or `*`; compared weakly (RFC 9110, 13.1.2).
fn matches_tag(fields: &HeaderMap, tag: &str) -> bool {
    let lists = fields.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

/// `Range` with a single range; several, other units and bad syntax are passed over, as RFC 9110, 14.2 allows, and so is
/// a range of another version (`If-Range`).
fn wanted(fields: &HeaderMap, tag: &str) -> Wanted {
    let text = |name| fields.get(&name).and_then(|value: &HeaderValue| value.to_str().ok());
    if fields.contains_key(IF_RANGE) && text(IF_RANGE) != Some(tag) {
        return Wanted::All;
    }
    let number = |digits: &str| -> Option<u64> { digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())? };
    let parse = |range: &str| match range.trim().split_once('-')? {
        ("", last) => number(last).map(Wanted::Last),
        (from, "") => number(from).map(Wanted::From),
        (from, to) => {
            let (from, to) = (number(from)?, number(to)?);
            (from <= to).then_some(Wanted::Between(from, to))
        }
    };
    text(RANGE).and_then(|range| range.strip_prefix("bytes=")).and_then(parse).unwrap_or(Wanted::All)
}

/// The bytes to send; `None` when the range lies outside.
fn part_of(wanted: Wanted, total: u64) -> Option<Part> {
    let part = match wanted {
        Wanted::All => return Some(Part { from: 0, to: total }),
        Wanted::From(from) => Part { from, to: total },
        Wanted::Between(from, to) => Part { from, to: to.saturating_add(1).min(total) },
        Wanted::Last(count) => Part { from: total.saturating_sub(count), to: total },
    };
    (part.from < part.to).then_some(part)
}

fn cut(bytes: &Bytes, part: Part) -> Bytes {
    // Both ends lie within a length that is a `usize`.
    let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
    bytes.slice(at(part.from)..at(part.to))
}

/// Bytes that are read at once. A reader who is slow, or many at a time, cost no more memory than this each.
const PIECE: u64 = 256 * 1024;

/// What is wanted of a file; its length when that lies outside.
fn read_part(mut file: File, wanted: Wanted, body: bool) -> io::Result<Result<(Body, Part, u64), u64>> {
    let total = file.metadata()?.len();
    let Some(part) = part_of(wanted, total) else {
        return Ok(Err(total));
    };
    if !body {
        return Ok(Ok((Body::empty(), part, total)));
    }
    file.seek(SeekFrom::Start(part.from))?;
    let length = part.to - part.from;
    // A small file is read before anything is said, so that a fault can still be told.
    let body = if length <= PIECE { Body::from(piece(&mut file, length)?) } else { Body::from_stream(pieces(file, length)) };
    Ok(Ok((body, part, total)))
}

/// The next bytes of a file, one after the other as they are sent.
fn pieces(file: File, length: u64) -> impl Stream<Item = io::Result<Bytes>> {
    try_unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let next = move || piece(&mut file, left.min(PIECE)).map(|bytes| (left - bytes.len() as u64, bytes, file));
        off_thread(next).await.map(|(left, bytes, file)| Some((bytes, (file, left))))
    })
}

fn piece(file: &mut File, length: u64) -> io::Result<Bytes> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter while it was read"));
    }
    Ok(Bytes::from(bytes))
}

/// Reading may wait for the disk; other requests must not.
async fn off_thread<T: Send + 'static>(read: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|e| Err(io::Error::other(e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let read = |range: &'static str| {
            let mut fields = HeaderMap::new();
            fields.insert(RANGE, HeaderValue::from_static(range));
            wanted(&fields, "\"t\"")
        };
        assert_eq!(read("bytes=2-4"), Wanted::Between(2, 4));
        assert_eq!(read("bytes=7-"), Wanted::From(7));
        assert_eq!(read("bytes=-3"), Wanted::Last(3));
        for odd in ["bytes=4-2", "bytes=0-1,3-4", "items=0-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=+1-2", "bytes=1"] {
            assert_eq!(read(odd), Wanted::All, "{odd}");
        }
        let part = |wanted| part_of(wanted, 10).map(|p| (p.from, p.to));
        assert_eq!(part(Wanted::Between(2, u64::MAX)), Some((2, 10)));
        assert_eq!(part(Wanted::Last(20)), Some((0, 10)));
        assert_eq!(part(Wanted::From(10)), None);
        assert_eq!(part(Wanted::Last(0)), None);
        assert_eq!(part_of(Wanted::From(0), 0), None);
    }
}
