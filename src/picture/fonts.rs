//! The fonts that a theme draws its cards with: what they cover, and how wide words are in them.
//!
//! In: font files (TrueType, OpenType). Out: [`Fonts`], and text cut into lines that fit a width. Widths are the sums of
//! the glyphs' advances, without kerning: a line may come out a little narrower than reckoned, never much wider.
//! Must never look for fonts of the system: the same card on every machine.

use std::sync::Arc;

use resvg::usvg::fontdb;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use xxhash_rust::xxh3::Xxh3;

/// Fonts of one theme.
#[derive(Debug, Clone, Default)]
pub struct Fonts {
    /// For drawing.
    pub(super) db: Arc<fontdb::Database>,
    faces: Vec<Face>,
    /// Of the files.
    pub digest: u128,
}

#[derive(Debug, Clone)]
struct Face {
    bytes: Arc<Vec<u8>>,
    weight: u16,
}

/// From one line of a title to the next, in ems.
const LEADING: f64 = 1.1;

/// Text that fits.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Fitted {
    /// Of the font, in the unit of the given sizes.
    pub size: f64,
    /// Without spaces at their ends; none if the fonts lack a letter of the text.
    pub lines: Vec<String>,
}

/// The room that a text has.
#[derive(Debug, Clone)]
pub struct Room {
    /// Width in the unit of the sizes.
    pub width: f64,
    /// Sizes to try, the best first.
    pub sizes: Vec<f64>,
    /// At most so many lines.
    pub lines: usize,
    /// Height in the unit of the sizes, for lines that stand `LEADING` apart; none if it does not matter.
    pub height: Option<f64>,
    /// 400 is regular, 700 bold.
    pub weight: u16,
}

impl Fonts {
    /// The fonts of these files, in this order; a file that is no font is left out.
    pub fn of<'a>(files: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut db = fontdb::Database::new();
        let mut faces = Vec::new();
        let mut digest = Xxh3::new();
        for file in files {
            digest.update(&file.len().to_le_bytes());
            digest.update(file);
            let bytes = Arc::new(file.to_vec());
            for id in db.load_font_source(fontdb::Source::Binary(bytes.clone())) {
                if let Some(face) = db.face(id) {
                    faces.push(Face { bytes: bytes.clone(), weight: face.weight.0 });
                }
            }
        }
        Self { db: Arc::new(db), faces, digest: digest.digest128() }
    }

    /// Whether a file is a font that can be drawn with.
    pub fn is_font(bytes: &[u8]) -> bool {
        FontRef::from_index(bytes, 0).is_ok()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.faces.is_empty()
    }

    /// Cut a text into lines: in the best of the sizes that needs no more lines than there may be, lines of about equal
    /// length. What does not fit in the smallest ends with an ellipsis. No lines if a letter is in none of the fonts.
    pub fn fit(&self, text: &str, room: &Room) -> Fitted {
        let Some(measure) = Measure::of(self, room.weight) else { return Fitted::default() };
        let words: Option<Vec<Word>> = text.split_whitespace().map(|w| measure.word(w)).collect();
        let (Some(words), Some(space)) = (words, measure.advance(' ')) else { return Fitted::default() };
        let wrap = |size: f64, width: f64| wrap(&words, space, width / size);
        for size in &room.sizes {
            let lines = wrap(*size, room.width);
            if lines.len() <= room.lines_of(*size) && lines.iter().all(|l| l.fits) {
                // The narrowest room with as many lines makes them even.
                let (mut narrow, mut wide) = (room.width / 2.0, room.width);
                for _ in 0..8 {
                    let middle = f64::midpoint(narrow, wide);
                    let tried = wrap(*size, middle);
                    let fits = tried.len() == lines.len() && tried.iter().all(|l| l.fits);
                    if fits { wide = middle } else { narrow = middle }
                }
                return Fitted { size: *size, lines: wrap(*size, wide).into_iter().map(|l| l.text).collect() };
            }
        }
        let Some(size) = room.sizes.last().copied() else { return Fitted::default() };
        let mut lines: Vec<String> = wrap(size, room.width).into_iter().map(|l| l.text).take(room.lines_of(size)).collect();
        if let Some(last) = lines.last_mut() {
            measure.shorten(last, room.width / size);
        }
        Fitted { size, lines }
    }
}

impl Room {
    /// How many lines of a size there may be; at least one.
    fn lines_of(&self, size: f64) -> usize {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float that is too large becomes the largest integer")]
        let high = self.height.map_or(usize::MAX, |height| (height / (size * LEADING)) as usize);
        self.lines.min(high).max(1)
    }
}

/// Advances of one font, with the others for what it lacks.
struct Measure<'a> {
    faces: Vec<FontRef<'a>>,
}

struct Word {
    text: String,
    /// In ems.
    width: f64,
}

struct Line {
    text: String,
    fits: bool,
}

impl<'a> Measure<'a> {
    fn of(fonts: &'a Fonts, weight: u16) -> Option<Self> {
        let mut faces: Vec<&Face> = fonts.faces.iter().collect();
        faces.sort_by_key(|face| face.weight.abs_diff(weight));
        let faces: Vec<_> = faces.into_iter().filter_map(|f| FontRef::from_index(&f.bytes, 0).ok()).collect();
        (!faces.is_empty()).then_some(Self { faces })
    }

    /// Of a letter, in ems; none if no font has it.
    fn advance(&self, letter: char) -> Option<f64> {
        self.faces.iter().find_map(|face| {
            let glyph = face.charmap().map(letter).filter(|g| g.to_u32() != 0)?;
            let metrics = face.glyph_metrics(Size::new(1.0), LocationRef::default());
            metrics.advance_width(glyph).map(f64::from)
        })
    }

    fn word(&self, word: &str) -> Option<Word> {
        let width = word.chars().map(|c| self.advance(c)).sum::<Option<f64>>()?;
        Some(Word { text: word.to_owned(), width })
    }

    /// Put an ellipsis at the end, in place of as many letters as it needs.
    fn shorten(&self, line: &mut String, width: f64) {
        let ellipsis = if self.advance('…').is_some() { "…" } else { "..." };
        loop {
            let text = format!("{}{ellipsis}", line.trim_end_matches([' ', ',', '.', ':', ';', '–', '-']));
            let fits = self.word(&text).is_none_or(|w| w.width <= width);
            if fits || line.pop().is_none() {
                *line = text;
                return;
            }
        }
    }
}

/// Greedy lines; widths in ems. A word that is wider than the room stands alone.
fn wrap(words: &[Word], space: f64, width: f64) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut used = 0.0;
    for word in words {
        match lines.last_mut() {
            Some(line) if used + space + word.width <= width => {
                line.text.push(' ');
                line.text.push_str(&word.text);
                used += space + word.width;
            }
            _ => {
                lines.push(Line { text: word.text.clone(), fits: word.width <= width });
                used = word.width;
            }
        }
    }
    lines
}
