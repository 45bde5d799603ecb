//! The same site after some of its pages were read anew.
//!
//! In: a site, and inputs that differ from its own in some pages, or in the theme. Out: a [`Site`] that shares everything
//! with it that those pages do not touch; or none, when a change reaches so far that all names have to be resolved anew.
//! Entry point: [`Site::revised`].
//! Must never give another site than [`Site::of`] would.

use std::sync::{Arc, OnceLock};

use super::claims::Claims;
use super::{Site, cites};
use crate::load::Inputs;
use crate::load::front_matter::{Citation, FrontMatter};

impl Site {
    /// The site of `inputs`, in which `pages`, and perhaps the theme, were read anew since this one. The work grows with
    /// the number of those pages, and with that of all claims when one of theirs changed.
    pub fn revised(&self, inputs: Inputs, pages: &[usize]) -> Option<Self> {
        let front = |number: &usize| (&self.inputs.pages[*number].front, &inputs.pages[*number].front);
        if !pages.iter().map(front).all(|(old, new)| has_same_place(old, new)) {
            return None;
        }
        let inputs = Arc::new(inputs);
        let keys = self.keys.with(pages.iter().map(|number| (*number, Arc::new(cites::keys(&inputs.pages[*number], &inputs)))));
        let texts = self.texts.with(pages.iter().map(|number| (*number, Arc::default())));
        let front = |number: &usize| (&self.inputs.pages[*number].front, &inputs.pages[*number].front);
        let claims = if pages.iter().map(front).all(|(old, new)| has_same_claims(old, new)) {
            self.claims.clone()
        } else {
            Arc::new(Claims::find(&inputs, &keys))
        };
        let moves = |number: &&usize| {
            let (old, new) = front(number);
            (&old.title, old.weight) != (&new.title, new.weight)
        };
        let routes = pages.iter().filter(moves).fold(self.routes.clone(), |routes, page| routes.reordered(*page, &inputs));
        Some(Self {
            routes,
            keys,
            claims,
            style: self.style.clone(),
            entries: self.entries.clone(),
            found: self.found.clone(),
            texts,
            uses: OnceLock::new(),
            reuse: self.reuse.clone(),
            inputs,
        })
    }
}

/// Whether a page keeps everything by which the whole site knows it.
fn has_same_place(old: &FrontMatter, new: &FrontMatter) -> bool {
    old.slug == new.slug
        && old.aliases == new.aliases
        && old.draft == new.draft
        // The glossary and other listings are found by it.
        && old.template == new.template
        // The site has a feed of corrections when there are any.
        && old.corrections.is_empty() == new.corrections.is_empty()
}

/// Whether the records of a page, and what they rest on, are the same.
fn has_same_claims(old: &FrontMatter, new: &FrontMatter) -> bool {
    let rest_alike = || {
        let alike = |(a, b): (&Citation, &Citation)| a.id == b.id && a.source == b.source && a.origin == b.origin;
        old.citations.len() == new.citations.len() && old.citations.iter().zip(&new.citations).all(alike)
    };
    old.estimates == new.estimates
        && old.events == new.events
        && old.responses == new.responses
        && old.motives == new.motives
        && ((old.estimates.is_empty() && old.events.is_empty() && old.responses.is_empty() && old.motives.is_empty()) || rest_alike())
}
