//! The templates of a theme, made ready to be rendered within bounds.
//!
//! In: the templates as the author wrote them. Out: the template engine with those templates, prepared so that they
//! count what they do ([`super::limits`]), and the way from the engine's places back to the author's; or what is wrong.
//! Must never hand the engine a template that is not prepared, and no template may read anything but its context.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tera::{Context, Tera};

use super::diagnose;
use super::graph::Graph;
use super::limits;
use super::pieces::{self, Counted, Places};
use super::tokens::{Odd, tokens};
use super::walk::{Seen, walk};
use crate::diag::{Code, Diagnostic};
use crate::text::{Span, TextFile};

/// Templates that include one another, and templates that extend one another.
const LONGEST_CHAIN: usize = 20;

/// Renderings in a row that may go on for too long before the next ones get less time, and how much less.
const PATIENCE: usize = 8;
const HASTE: u64 = 10;

type Templates = BTreeMap<String, Arc<TextFile>>;

/// The engine.
#[derive(Debug)]
pub struct Engine {
    tera: Tera,
    places: BTreeMap<String, Places>,
    /// How many renderings in a row went on for too long.
    failed: AtomicUsize,
}

impl Engine {
    /// Prepare templates. `register` gives the engine the program's own filters.
    pub fn of(templates: &Templates, register: impl Fn(&mut Tera)) -> Result<Self, Diagnostic> {
        let new = || {
            let mut tera = Tera::default();
            tera.autoescape_on(vec![".html", ".svg", ".xml"]);
            register(&mut tera);
            tera
        };
        let mut graph = Graph::default();
        let length = |name: &str| templates.get(name).map_or(0, |file| file.text.len());
        let seen: Result<BTreeMap<&str, Seen>, (&str, Odd)> = templates
            .iter()
            .map(|(name, file)| {
                let seen = tokens(&file.text).and_then(|tokens| walk(name, &file.text, &tokens, &mut graph, &length));
                seen.map(|seen| (name.as_str(), seen)).map_err(|odd| (name.as_str(), odd))
            })
            .collect();
        // What is no template for us is none for the engine, which says why.
        let plain = |otherwise: Diagnostic| {
            let texts = templates.iter().map(|(name, file)| (name.as_str(), &*file.text));
            new().add_raw_templates(texts).err().map_or(otherwise, |error| diagnose(&error, templates, &|_, range| range, None))
        };
        let seen = match seen {
            Ok(seen) => seen,
            Err((name, odd)) => {
                let letter = |text: &str| odd.at..odd.at + text[odd.at..].chars().next().map_or(0, char::len_utf8);
                let place = templates.get(name).map(|file| Span::new(file, letter(&file.text)));
                return Err(plain(cannot_be_counted(place)));
            }
        };
        if let Some(found) = too_long_a_chain(templates, &seen) {
            return Err(found);
        }
        graph.settle();
        let mut counted = Counted::new();
        let mut places = BTreeMap::new();
        let mut texts = Vec::with_capacity(seen.len());
        let is_collected = |c: pieces::Collected| c.within || graph.is_collected(c.node);
        let collects = seen.values().any(|seen| pieces::collects(&seen.pieces, is_collected));
        for (name, seen) in seen {
            let prepared = pieces::add(&templates[name].text, seen.pieces, is_collected, &mut counted);
            places.insert(name.to_owned(), prepared.places);
            texts.push((name, prepared.text));
        }
        let mut tera = new();
        limits::register(&mut tera, &counted, collects);
        match tera.add_raw_templates(texts) {
            Ok(()) => Ok(Self { tera, places, failed: AtomicUsize::new(0) }),
            Err(error) => {
                let found = diagnose(&error, templates, &|name, range| original(&places, name, range), None);
                Err(plain(found))
            }
        }
    }

    /// Render a template. After some in a row went on for too long, each for a second, the next ones get less time.
    pub fn render(&self, template: &str, context: &Context, out: impl Write) -> Result<(), tera::Error> {
        let part = if self.failed.load(Ordering::Relaxed) < PATIENCE { 1 } else { HASTE };
        let result = self.render_within(limits::STEPS / part, limits::BYTES / part, template, context, out);
        match limits::over() {
            Some(_) => self.failed.fetch_add(1, Ordering::Relaxed),
            None => self.failed.swap(0, Ordering::Relaxed),
        };
        result
    }

    pub(super) fn render_within(
        &self,
        steps: u64,
        bytes: u64,
        template: &str,
        context: &Context,
        out: impl Write,
    ) -> Result<(), tera::Error> {
        limits::start(steps, bytes);
        self.tera.render_to(template, context, out)
    }

    /// The author's place of a place that the engine names.
    pub fn original(&self, template: &str, range: Range<usize>) -> Range<usize> {
        original(&self.places, template, range)
    }
}

fn original(places: &BTreeMap<String, Places>, template: &str, range: Range<usize>) -> Range<usize> {
    match places.get(template) {
        Some(places) => places.original(range),
        None => range,
    }
}

fn cannot_be_counted(place: Option<Span>) -> Diagnostic {
    let message = "this cannot be counted, so the template could go on for ever";
    let found = match place {
        Some(place) => Diagnostic::at(Code::TemplateError, place, message),
        None => Diagnostic::bare(Code::TemplateError, message),
    };
    found.help("write it otherwise: docs/themes.md shows what templates may use")
}

/// A template that includes, or extends, one that includes one, and so on, for too long. Circles are the engine's to tell.
fn too_long_a_chain(templates: &Templates, seen: &BTreeMap<&str, Seen>) -> Option<Diagnostic> {
    let found = |name: &str, place: &Range<usize>, word: &str| {
        let message = format!("more than {LONGEST_CHAIN} templates {word} one another");
        let found = Diagnostic::at(Code::TemplateError, Span::new(&templates[name], place.clone()), message);
        Some(found.help("put what they hold into fewer templates"))
    };
    let mut longest = BTreeMap::new();
    for name in seen.keys() {
        let mut chain = vec![*name];
        while let Some((parent, _)) = seen.get(chain[chain.len() - 1]).and_then(|seen| seen.extends.as_ref()) {
            if chain.contains(&parent.as_str()) {
                break;
            }
            chain.push(parent);
            if let (true, Some((_, place))) = (chain.len() > LONGEST_CHAIN + 1, &seen[name].extends) {
                return found(name, place, "extend");
            }
        }
        if let Err(place) = included(seen, name, 0, &mut longest) {
            return found(name, &place, "include");
        }
    }
    None
}

/// How many templates a template includes in a row, or the place where it begins to be too many. One that is being looked
/// at counts as none: it is part of a circle.
fn included<'a>(
    seen: &'a BTreeMap<&str, Seen>,
    name: &'a str,
    depth: usize,
    longest: &mut BTreeMap<&'a str, usize>,
) -> Result<usize, Range<usize>> {
    if let Some(known) = longest.get(name) {
        return Ok(*known);
    }
    longest.insert(name, 0);
    let mut most = 0;
    for (next, place) in seen.get(name).map_or(&[][..], |seen| &seen.includes[..]) {
        let inner =
            if depth < LONGEST_CHAIN { included(seen, next, depth + 1, longest).map_err(|_| place.clone())? } else { LONGEST_CHAIN };
        if inner + 1 > LONGEST_CHAIN {
            return Err(place.clone());
        }
        most = most.max(inner + 1);
    }
    longest.insert(name, most);
    Ok(most)
}
