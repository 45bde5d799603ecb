//! Pictures in the text: which are shown, in what sizes, and the element that shows them.
//!
//! In: the picture of a page. Out: its element, and smaller copies under fingerprinted names, so that a browser can choose
//! and may keep them for ever. Every picture's metadata is left out, of copies and originals alike: a newsroom's photographs
//! must not tell where they were taken.
//! Must never make a picture twice for two pages, nor again while the file is the same.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::body::href;
use super::{File, Renderer, pictures};
use crate::diag::{Code, Diagnostic, Report};
use crate::html::{escape, slug};
use crate::load::copies::Copied;
use crate::output::{Later, Output};
use crate::picture::form;
use crate::picture::sizes::{self, Copies, Copy};
use crate::resolve::Site;
use crate::resolve::links::Target;
use crate::resolve::text::PageText;
use crate::text::Span;

/// A browser that knows no `srcset` gets a picture of about this width.
const USUAL_WIDTH: u32 = 800;

/// The pictures of a site: for each copied file its sizes, once a page has shown it.
#[derive(Debug, Default)]
pub struct Images {
    made: Vec<OnceLock<Result<Sizes, String>>>,
}

/// Names and widths of the copies of one picture.
#[derive(Debug)]
struct Sizes {
    plain: Vec<Size>,
    webp: Vec<Size>,
}

#[derive(Debug)]
struct Size {
    path: String,
    width: u32,
    height: u32,
}

/// A picture of a page.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The page.
    pub page: usize,
    /// Which of its links.
    pub link: usize,
    /// Whether readers see it at once, so that it must not be put off.
    pub first: bool,
}

impl Images {
    /// Of a site; nothing is made yet.
    pub fn of(site: &Site) -> Self {
        Self { made: site.inputs.copies.iter().map(|_| OnceLock::new()).collect() }
    }
}

/// The element that shows a picture. Copies go to `files` when nobody has made them yet.
pub fn element(renderer: &Renderer, text: &PageText, shown: Shown, files: &mut Vec<File>, report: &mut Report) -> String {
    let (written, target) = (&text.body.links[shown.link], &text.links[shown.link]);
    let root = renderer.root(shown.page);
    let title = if written.title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(&written.title)) };
    let words = format!(" alt=\"{}\"{title}", escape(written.alt.as_deref().unwrap_or("").trim()));
    let haste = if shown.first { " fetchpriority=\"high\"" } else { " loading=\"lazy\" decoding=\"async\"" };
    let number = match target {
        Target::File(path) => renderer.site.routes.copied(path),
        _ => None,
    };
    let picture = number.and_then(|n| renderer.site.inputs.copies[n].picture.as_ref());
    if let Some(number) = number
        && picture.is_some_and(|p| p.is_resized())
    {
        match renderer.images.made[number].get_or_init(|| make(renderer, number, files)) {
            Ok(sizes) => return sizes.element(&root, &renderer.theme.images.sizes, &words, haste),
            Err(why) => {
                let input = &renderer.site.inputs.pages[shown.page];
                let message = format!("content/{} cannot be read: {why}", renderer.site.inputs.copies[number].path);
                let mut finding = Diagnostic::at(Code::ImageInvalid, Span::new(&input.file, written.range.clone()), message)
                    .help("open it in an image editor and save it anew");
                let levels = &renderer.site.inputs.config.checks;
                finding.severity = levels.get(&finding.code).copied().unwrap_or(finding.severity);
                report.push(finding);
            }
        }
    }
    let size = picture.and_then(|p| p.size).map(|(w, h)| format!(" width=\"{w}\" height=\"{h}\"")).unwrap_or_default();
    format!("<img src=\"{}\"{words}{size}{haste}>", escape(&href(renderer, shown.page, target)))
}

/// Make the copies of a file.
fn make(renderer: &Renderer, number: usize, files: &mut Vec<File>) -> Result<Sizes, String> {
    let copied = &renderer.site.inputs.copies[number];
    let picture = copied.picture.as_ref().ok_or("it is no picture")?;
    let widths = &renderer.theme.images.widths;
    let mut key = Xxh3::new();
    key.update(&copied.digest.to_le_bytes());
    key.update(format!("{widths:?} {}", env!("CARGO_PKG_VERSION")).as_bytes());
    let key = key.digest128();
    renderer.drawn.uses(key);
    let copies: Arc<Result<Copies, String>> =
        renderer.reuse.copies(key, || sizes::copies(picture, &copied.bytes().map_err(|e| e.to_string())?, widths));
    let copies = copies.as_ref().as_ref().map_err(Clone::clone)?;
    let name = copied.path.rsplit('/').next().unwrap_or(&copied.path).rsplit_once('.').map_or("picture", |(stem, _)| stem);
    let mut give = |copy: &Copy| {
        let path = output_name(name, copy);
        pictures::give(renderer, path.clone(), &copy.bytes, files);
        Size { path, width: copy.width, height: copy.height }
    };
    Ok(Sizes { plain: copies.plain.iter().map(&mut give).collect(), webp: copies.webp.iter().map(&mut give).collect() })
}

impl Sizes {
    fn element(&self, root: &str, sizes: &str, words: &str, haste: &str) -> String {
        let set = |copies: &[Size]| {
            let listed: Vec<String> = copies.iter().map(|size| format!("{root}{} {}w", size.path, size.width)).collect();
            format!("srcset=\"{}\" sizes=\"{}\"", listed.join(", "), escape(sizes))
        };
        let (Some(usual), Some(widest)) = (self.plain.iter().find(|s| s.width >= USUAL_WIDTH).or(self.plain.last()), self.plain.last())
        else {
            return String::new();
        };
        let several = if self.plain.len() > 1 { format!(" {}", set(&self.plain)) } else { String::new() };
        let mut html = String::new();
        if !self.webp.is_empty() {
            let _ = write!(html, "<picture><source type=\"image/webp\" {}>", set(&self.webp));
        }
        let _ = write!(
            html,
            "<img src=\"{root}{}\"{several}{words} width=\"{}\" height=\"{}\"{haste}>",
            usual.path, widest.width, widest.height
        );
        if !self.webp.is_empty() {
            html.push_str("</picture>");
        }
        html
    }
}

/// A file beside a page without its metadata; none, and a finding, if it cannot be had.
pub fn cleaned(renderer: &Renderer, copied: &Copied, report: &mut Report) -> Option<Output> {
    let mut key = Xxh3::new();
    key.update(&copied.digest.to_le_bytes());
    key.update(concat!("cleaned ", env!("CARGO_PKG_VERSION")).as_bytes());
    let own = copied.clone();
    let later = || {
        Later::new(move || {
            let bytes = own.bytes().map_err(|e| e.to_string())?;
            let cleaned = own.picture.as_ref().and_then(|p| form::clean(p.form, &bytes));
            cleaned.ok_or_else(|| "its metadata cannot be taken out".to_owned())
        })
    };
    pictures::output(renderer, key.digest128(), later)
        .map_err(|why| {
            report.push(
                Diagnostic::bare(Code::ImageInvalid, format!("content/{}: {why}", copied.path))
                    .help("build again; if it stays so, open the file in an image editor and save it anew"),
            );
        })
        .ok()
}

/// `assets/images/bridge-800.0123456789.jpg`.
fn output_name(name: &str, copy: &Copy) -> String {
    let name: String = slug(name).chars().filter(char::is_ascii).take(60).collect();
    let name = if name.is_empty() { "picture" } else { name.as_str() };
    let digest = format!("{:016x}", xxh3_64(&copy.bytes));
    format!("assets/images/{name}-{}.{}.{}", copy.width, &digest[..10], copy.form.ending())
}
