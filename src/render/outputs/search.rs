//! `search-index.json.gz`: what the search box looks through.
//!
//! In: titles, running text, records, the glossary, sources. Out: one array, in reading order: an entry for each page,
//! then one for each source. `text` is running text in the reader's words; `at` says where in it a part begins that
//! has an address of its own. Loaded by the reader's browser only when a search is begun, and packed here (gzip, RFC
//! 1952), since not every host packs what it sends.

use std::borrow::Cow;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use rayon::prelude::*;
use serde::Serialize;

use crate::load::markdown::{PlacedCall, slug};
use crate::load::prose::{Block, BlockKind, CALL_MARK, CITE_MARK, CODE_MARK, NOTE_MARK};
use crate::render::Renderer;
use crate::render::views::OwnView;
use crate::resolve::Site;
use crate::resolve::text::PageText;

/// Where it is in the output.
pub const PATH: &str = "search-index.json.gz";

/// The next level makes the explainer's index half of one per cent smaller, and takes twice as long where words are many; the
/// highest 1 or 2 %.
const LEVEL: u32 = 5;

/// Bytes that are packed by themselves, at least: enough that the whole is less than one per cent larger for it.
const PART: usize = 256 * 1024;

/// Above so many bytes of Markdown in all, the index holds titles, summaries and headings alone: a reader's phone loads
/// it whole.
const LARGEST: usize = 2 * 1024 * 1024;

/// Whether a site's texts are small enough to be searched word by word.
pub fn is_searched_in_full(site: &Site) -> bool {
    site.inputs.pages.iter().map(|p| p.file.text.len() - p.body_at).sum::<usize>() <= LARGEST
}

#[derive(Serialize)]
struct Entry<'a> {
    path: &'a str,
    title: &'a str,
    section: Option<&'a str>,
    text: &'a str,
    /// Where in the text a heading or a record begins, how long it is, and its id. UTF-16 code units, as scripts count.
    at: &'a [(usize, usize, String)],
}

/// The index, packed: a page's entries in reading order, then the sources.
pub fn index(renderer: &Renderer, entries: &[Option<Box<str>>]) -> Vec<u8> {
    let listed = renderer.site.routes.order.iter().filter_map(|p| entries.get(*p)?.as_deref());
    let sources: Vec<String> = (0..renderer.site.inputs.sources.all.len()).filter_map(|s| source(renderer, s)).collect();
    let mut texts = Vec::new();
    for entry in listed.chain(sources.iter().map(String::as_str)) {
        texts.extend([if texts.is_empty() { "[" } else { "," }, entry]);
    }
    texts.push(if texts.is_empty() { "[]" } else { "]" });
    packed(&texts)
}

/// Texts one after the other as one gzip file, its parts packed side by side. Neither a date nor the name of a system: the
/// same bytes everywhere.
fn packed(texts: &[&str]) -> Vec<u8> {
    let mut length = 0;
    let is_same_part = |text: &&str, _: &&str| {
        length += text.len();
        let is_full = length >= PART;
        if is_full {
            length = 0;
        }
        !is_full
    };
    let parts: Vec<&[&str]> = texts.chunk_by(is_same_part).collect();
    let last = parts.len().saturating_sub(1);
    let pack = |(n, part): (usize, &&[&str])| pack(part, if n == last { FlushCompress::Finish } else { FlushCompress::Sync });
    let packed: Vec<(Vec<u8>, Crc)> = parts.par_iter().enumerate().map(pack).collect();
    // RFC 1952: no flags, no time, no word on how hard it was packed, system unknown.
    let mut file = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    let mut crc = Crc::new();
    for (part, of_part) in &packed {
        file.extend_from_slice(part);
        crc.combine(of_part);
    }
    file.extend_from_slice(&crc.sum().to_le_bytes());
    file.extend_from_slice(&crc.amount().to_le_bytes());
    file
}

/// A part by itself, and its checksum.
fn pack(texts: &[&str], flush: FlushCompress) -> (Vec<u8>, Crc) {
    let length: usize = texts.iter().map(|text| text.len()).sum();
    let mut out = Vec::with_capacity(length / 2 + 64);
    let mut deflate = Compress::new(Compression::new(LEVEL), false);
    let mut crc = Crc::new();
    let mut push = |mut rest: &[u8], flush| loop {
        out.reserve(rest.len() / 2 + 64);
        let before = deflate.total_in();
        // Packing from memory into memory cannot fail.
        let status = deflate.compress_vec(rest, &mut out, flush);
        rest = usize::try_from(deflate.total_in() - before).ok().and_then(|taken| rest.get(taken..)).unwrap_or_default();
        let has_room = out.len() < out.capacity();
        if rest.is_empty() && (has_room || matches!(status, Ok(Status::StreamEnd))) {
            break;
        }
    };
    for text in texts {
        crc.update(text.as_bytes());
        push(text.as_bytes(), FlushCompress::None);
    }
    push(&[], flush);
    (out, crc)
}

/// A source's entry.
fn source(renderer: &Renderer, number: usize) -> Option<String> {
    let site = &*renderer.site;
    let (source, entry) = (renderer.views.source(number), &site.inputs.sources.all[number].entry);
    let publisher = entry.publisher().and_then(|p| p.name()).map(|n| n.value.to_string());
    let inside = entry.parents().iter().filter_map(|p| p.title()).map(|t| t.value.to_string());
    let said: Vec<String> = source.author.clone().into_iter().chain(inside).chain(publisher).collect();
    let section = site.routes.page("sources/").map(|p| site.inputs.pages[p].front.title.as_str());
    let entry = Entry { path: &source.path, title: &source.title, section, text: &said.join(", "), at: &[] };
    serde_json::to_string(&entry).ok()
}

/// A text that grows, and the places in it that have an address of their own.
#[derive(Default)]
struct Text {
    text: String,
    /// In UTF-16 code units.
    length: usize,
    at: Vec<(usize, usize, String)>,
}

impl Text {
    /// Add words; returns where they begin.
    fn push(&mut self, part: &str) -> usize {
        let start = self.length + usize::from(self.length > 0);
        let mut bare = String::new();
        for word in part.split_whitespace() {
            // Most words have neither marks nor letters beyond ASCII.
            let word = if word.is_ascii() { word } else { without_marks(word, &mut bare) };
            if word.is_empty() || word == "|" {
                continue;
            }
            // A citation before a full stop leaves the stop alone.
            let joins = word.bytes().all(|c| matches!(c, b'.' | b',' | b';' | b':' | b'?' | b'!' | b')'));
            if !self.text.is_empty() && !joins {
                self.text.push(' ');
                self.length += 1;
            }
            self.length += if word.is_ascii() { word.len() } else { word.encode_utf16().count() };
            self.text.push_str(word);
        }
        start
    }

    fn heading(&mut self, part: &str, id: String) {
        let start = self.push(part);
        self.at.push((start, self.length.saturating_sub(start), id));
    }
}

/// A word without the marks in it that stand for something else.
fn without_marks<'a>(word: &str, bare: &'a mut String) -> &'a str {
    bare.clear();
    bare.extend(word.chars().filter(|c| ![CITE_MARK, CALL_MARK, CODE_MARK, NOTE_MARK].contains(c)));
    bare
}

/// A page's entry.
pub fn entry(renderer: &Renderer, number: usize, page_text: &PageText) -> Option<Box<str>> {
    let site = &*renderer.site;
    let page = &site.inputs.pages[number];
    let body = &page_text.body;
    let mut text = Text::default();
    text.push(page.front.summary.as_deref().unwrap_or(""));
    let mut headings = body.headings.iter().peekable();
    for block in body.prose.iter().filter(|b| renderer.is_searched_in_full() || b.kind == BlockKind::Heading) {
        let words = shown(block, &body.calls);
        // Defined terms are headings of the prose, but not of the page.
        let is_heading = block.kind == BlockKind::Heading;
        match headings.next_if(|h| is_heading && words.trim() == h.text.trim()) {
            Some(heading) => text.heading(&words, heading.id.clone()),
            None => {
                text.push(&words);
            }
        }
    }
    if renderer.is_searched_in_full() {
        records(renderer, number, &mut text);
    }
    let section = site.routes.pages[number].parent.filter(|s| Some(*s) != site.routes.home);
    let section = section.map(|s| site.inputs.pages[s].front.title.as_str());
    let entry = Entry { path: &site.routes.pages[number].path, title: &page.front.title, section, text: &text.text, at: &text.at };
    // Kept until all pages are made, and so without room to grow.
    serde_json::to_string(&entry).ok().map(|entry| entry.as_str().into())
}

/// The records of a page, and the terms where the glossary stands.
fn records(renderer: &Renderer, number: usize, text: &mut Text) {
    let site = &*renderer.site;
    for claim in &site.claims.by_page[number] {
        let claim = renderer.views.claim(*claim);
        let who: Vec<&str> = match &claim.own {
            OwnView::Response { actor, .. } | OwnView::Motive { actor, .. } => actor.iter().map(|a| a.name.as_str()).collect(),
            _ => claim.by.iter().map(|a| a.name.as_str()).collect(),
        };
        let named = who.iter().filter(|name| !claim.text.contains(**name)).copied().collect::<Vec<_>>().join(", ");
        let told = if named.is_empty() { claim.text.clone() } else { format!("{named}: {}", claim.text) };
        text.heading(&told, claim.anchor.clone());
    }
    if site.template(number) == "glossary.html" {
        for term in &site.inputs.glossary.all {
            text.heading(&term.term, format!("term-{}", slug(&term.term)));
            for alias in &term.aliases {
                text.push(alias);
            }
            text.push(&term.definition);
        }
    }
}

/// A block's text with the results of the author's arithmetic in it.
fn shown<'a>(block: &'a Block, calls: &[PlacedCall]) -> Cow<'a, str> {
    let mut text = Cow::Borrowed(block.text.as_str());
    for call in block.calls.iter().filter_map(|c| calls.get(*c)) {
        let value = call.call.args.get("value").and_then(|v| v.as_str()).unwrap_or("");
        text = Cow::Owned(text.replacen(CALL_MARK, value, 1));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::bufread::GzDecoder;

    use super::*;

    #[test]
    fn what_is_packed_piece_by_piece_comes_out_whole() {
        let words = (0..).flat_map(|n: usize| format!("{{\"title\":\"{n} {:x}\"}},", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).into_bytes());
        let piece = |length: usize| String::from_utf8(words.clone().take(length).collect()).expect("text");
        // Less than a part, whole parts, and many parts of texts of every size.
        for pieces in [vec![1], vec![PART], vec![PART + 1], vec![PART, 1], vec![PART - 1, 2, 9 * PART, 7, PART], vec![1000; 2000]] {
            let texts: Vec<String> = pieces.iter().map(|length| piece(*length)).collect();
            let file = packed(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            let mut unpacked = String::new();
            let mut decoder = GzDecoder::new(&file[..]);
            decoder.read_to_string(&mut unpacked).expect("a gzip file");
            assert!(unpacked == texts.concat(), "{pieces:?}");
            assert!(decoder.into_inner().is_empty(), "{pieces:?}: nothing follows the file");
            if pieces.iter().sum::<usize>() > PART {
                assert!(file.len() < unpacked.len() / 2, "{pieces:?}: {} bytes of {}", file.len(), unpacked.len());
            }
        }
    }
}
