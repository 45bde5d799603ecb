//! How much one rendering may do, and the functions and filters of templates that count it.
//!
//! In: the pieces that were added to templates, as they are run. Out: an error of the template engine when there is
//! more than a page can need: steps (of loops, calls, comparisons), bytes of text and lists that are built, the size and
//! depth of one value. Must never change what a template makes within its bounds.

use std::cell::Cell;
use std::io;

use tera::{Kwargs, State, Tera, TeraResult, Value};

use super::costs;
use super::pieces::Counted;

/// Steps of one rendering.
pub const STEPS: u64 = 10_000_000;
/// Bytes of text and of lists that one rendering builds, all together.
pub const BYTES: u64 = 256 << 20;
/// Bytes of one value, everything in it counted as often as it is in it.
pub const LARGEST_VALUE: u64 = 128 << 20;
/// Lists and maps in one another.
pub const DEEPEST: u32 = 200;

/// What a value takes beside its text.
pub(super) const OF_A_VALUE: u64 = 32;
/// Bytes that are compared or searched in one step.
pub(super) const READ_IN_A_STEP: u64 = 1024;
/// Bytes that are built in one step.
pub(super) const MADE_IN_A_STEP: u64 = 128;
/// Values that are looked at in one step.
pub(super) const VALUES_IN_A_STEP: u64 = 8;

/// The filters whose work grows with what they are given. In templates, those that count stand in their place.
pub(super) const FILTERS: &[&str] = &[
    "capitalize",
    "escape",
    "escape_html",
    "escape_xml",
    "fit",
    "float",
    "group_by",
    "indent",
    "int",
    "join",
    "keys",
    "length",
    "lower",
    "newlines_to_br",
    "pairs",
    "pluralize",
    "replace",
    "reverse",
    "safe",
    "sort",
    "split",
    "str",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "values",
    "wordcount",
];

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Steps.
    Steps,
    /// Bytes that are built.
    Bytes,
    /// One value.
    Value,
    /// Lists in lists.
    Depth,
}

impl Over {
    /// What to say of the template, after its name.
    pub fn words(self) -> String {
        match self {
            Self::Steps => format!("takes more than {STEPS} steps"),
            Self::Bytes => format!("builds more than {} MB of text and lists", BYTES >> 20),
            Self::Value => format!("builds a value of more than {} MB", LARGEST_VALUE >> 20),
            Self::Depth => format!("puts more than {DEEPEST} lists and maps into one another"),
        }
    }

    /// What to do.
    pub fn help(self) -> &'static str {
        match self {
            Self::Steps => "look for loops in loops, and for components that call themselves more than once",
            Self::Bytes | Self::Value | Self::Depth => "look for a value that grows with every round of a loop",
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Left {
    steps: u64,
    bytes: u64,
    over: Option<Over>,
}

thread_local! {
    // Nothing is left before a rendering starts: one that does not start here fails.
    static LEFT: Cell<Left> = const { Cell::new(Left { steps: 0, bytes: 0, over: None }) };
}

/// Start a rendering on this thread that may take so many steps, and build so many bytes.
pub(super) fn start(steps: u64, bytes: u64) {
    LEFT.set(Left { steps, bytes, over: None });
}

/// What the rendering on this thread had too much of.
pub fn over() -> Option<Over> {
    LEFT.get().over
}

pub(super) fn fail<T>(over: Over) -> TeraResult<T> {
    LEFT.set(Left { over: Some(over), ..LEFT.get() });
    Err(tera::Error::message(format!("The template {}", over.words())))
}

/// Take steps, and build bytes.
pub(super) fn spend(steps: u64, bytes: u64) -> TeraResult<()> {
    let left = LEFT.get();
    match (left.steps.checked_sub(steps), left.bytes.checked_sub(bytes)) {
        (None, _) => fail(Over::Steps),
        (_, None) => fail(Over::Bytes),
        (Some(steps), Some(bytes)) => {
            LEFT.set(Left { steps, bytes, over: None });
            Ok(())
        }
    }
}

/// See that so many bytes could be built.
pub(super) fn reserve(bytes: u64) -> TeraResult<()> {
    if bytes > LEFT.get().bytes { fail(Over::Bytes) } else { Ok(()) }
}

/// Build bytes of text.
pub(super) fn made(bytes: usize) -> TeraResult<()> {
    spend(bytes as u64 / MADE_IN_A_STEP, bytes as u64)
}

/// Read bytes of text.
pub(super) fn read(bytes: usize) -> TeraResult<()> {
    if (bytes as u64) < READ_IN_A_STEP { Ok(()) } else { spend(bytes as u64 / READ_IN_A_STEP, 0) }
}

/// What a template escapes is text that it makes.
fn escape(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    made(text.len()).map_err(|_| io::Error::other("too much text"))?;
    tera::escape_html(text, out)
}

/// Give an engine everything that prepared templates call; `collects` says whether they collect output anywhere: what is
/// written to a file at once is counted there.
pub(super) fn register(tera: &mut Tera, counted: &Counted, collects: bool) {
    for (name, (steps, bytes)) in counted {
        let (steps, bytes) = (*steps as u64, *bytes as u64);
        if name.starts_with("__step") {
            tera.register_function(name.to_owned(), move |_: Kwargs, _: &State<'_>| spend(steps, bytes).map(|()| false));
        } else {
            tera.register_filter(name.to_owned(), move |over: &Value, _: Kwargs, _: &State<'_>| {
                let rounds = costs::rounds(over);
                spend(rounds.saturating_mul(steps), rounds.saturating_mul(bytes))?;
                Ok::<_, tera::Error>(over.clone())
            });
        }
    }
    tera.register_filter("__text", |of: &Value, _: Kwargs, _: &State<'_>| {
        made(costs::text(of)?)?;
        Ok::<_, tera::Error>(of.clone())
    });
    tera.register_filter("__out", |of: &Value, _: Kwargs, _: &State<'_>| {
        // What is escaped is counted when it is; here it can still be said where.
        match of.as_str() {
            Some(text) if !of.is_safe() => reserve(text.len() as u64)?,
            Some(text) => made(text.len())?,
            None => {
                let length = costs::text(of)?;
                made(length)?;
                reserve(length as u64)?;
            }
        }
        Ok::<_, tera::Error>(of.clone())
    });
    tera.register_filter("__seen", |of: &Value, _: Kwargs, _: &State<'_>| {
        costs::seen(of)?;
        Ok::<_, tera::Error>(of.clone())
    });
    tera.register_filter("__list", |of: &Value, _: Kwargs, _: &State<'_>| {
        costs::list(of)?;
        Ok::<_, tera::Error>(of.clone())
    });
    tera.register_function("__rest", |args: Kwargs, _: &State<'_>| {
        costs::list(args.must_get::<&Value>("of")?)?;
        Ok::<_, tera::Error>(false)
    });
    for (name, slices) in [("__index", false), ("__slice", true)] {
        tera.register_filter(name, move |at: &Value, args: Kwargs, _: &State<'_>| {
            costs::part(args.must_get::<&Value>("of")?, slices)?;
            Ok::<_, tera::Error>(at.clone())
        });
    }
    for name in FILTERS.iter().copied() {
        tera.register_filter(format!("__{name}"), move |of: &Value, args: Kwargs, state: &State<'_>| {
            costs::before(name, of, &args)?;
            if let ("unique", Some(items)) = (name, of.as_array()) {
                return costs::unique(items);
            }
            let made = state.call_filter(name, of, args)?;
            costs::after(name, &made)?;
            Ok(made)
        });
    }
    if collects {
        tera.set_escape_fn(escape);
    }
}
