//! Pixels as a small PNG file.
//!
//! In: RGBA pixels, as runs of one colour. Out: the file: with a palette where few colours do, else with three or four channels. Nearly equal
//! colours may be put together when the caller allows it: a drawing's smooth edges need no 256 steps each.
//! Must never change a pixel unless told so.

use std::collections::HashMap;
use std::iter::repeat_n;

use ::png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};

/// Red, green, blue, alpha.
pub type Colour = [u8; 4];

/// A palette is sought only among so many colours.
const MOST_COLOURS: usize = 8192;

/// How hard deflate tries: one more takes cards a third longer for one per cent less.
const LEVEL: u8 = 5;
/// The same where rows are like those above them, for which the least does: icons take a third of the time.
const FLAT_LEVEL: u8 = 2;
/// Rows are like those above them where runs have so many pixels.
const FLAT_RUN: usize = 32;

/// Pixels of one colour, one after the other: how many. Drawings are mostly flat.
pub type Run = (Colour, usize);

/// Single pixels as runs.
pub fn runs(pixels: &[Colour]) -> impl Iterator<Item = Run> + Clone {
    pixels.chunk_by(|a, b| a == b).map(|run| (run[0], run.len()))
}

/// Encode `width` × `height` pixels, row by row; they are gone through more than once. `steps`: to how many bits of each
/// channel colours may be rounded so that a palette holds them; 8 keeps every pixel as it is.
pub fn encode(pixels: impl Iterator<Item = Run> + Clone, width: u32, height: u32, steps: u8) -> Option<Vec<u8>> {
    let area = width as usize * height as usize;
    if let Some((palette, indices)) = with_palette(pixels.clone(), area, steps) {
        // Neighbouring numbers of a palette say nothing about each other, unless they are the same.
        let is_flat = pixels.count().saturating_mul(FLAT_RUN) < area;
        let effort = if is_flat { (FLAT_LEVEL, Filter::Up) } else { (LEVEL, Filter::NoFilter) };
        return write(&indices, width, height, Some(&palette), ColorType::Indexed, effort);
    }
    let opaque = pixels.clone().all(|(colour, _)| colour[3] == 255);
    let (channels, kind) = if opaque { (3, ColorType::Rgb) } else { (4, ColorType::Rgba) };
    let mut bytes = Vec::with_capacity(area * channels);
    for (colour, length) in pixels {
        repeat_n(&colour[..channels], length).for_each(|pixel| bytes.extend_from_slice(pixel));
    }
    write(&bytes, width, height, None, kind, (LEVEL, Filter::Adaptive))
}

/// The colours, commonest first, and for each pixel its number among them.
fn with_palette(pixels: impl Iterator<Item = Run> + Clone, area: usize, steps: u8) -> Option<(Vec<Colour>, Vec<u8>)> {
    let counts = count(pixels.clone())?;
    let (palette, numbers) = (steps.min(8)..=8).rev().find_map(|bits| rounded(&counts, bits))?;
    let mut indices = Vec::with_capacity(area);
    for (colour, length) in pixels {
        indices.resize(indices.len() + length, *numbers.get(&colour)?);
    }
    Some((palette, indices))
}

/// How often each colour stands in the pixels; none if there are too many.
fn count(pixels: impl Iterator<Item = Run>) -> Option<Vec<(Colour, usize)>> {
    let mut counts: HashMap<Colour, usize> = HashMap::new();
    for (colour, length) in pixels {
        *counts.entry(colour).or_default() += length;
        if counts.len() > MOST_COLOURS {
            return None;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    Some(counts)
}

/// Colours that are one when rounded share a number, and are drawn as the commonest of them.
fn rounded(counts: &[(Colour, usize)], bits: u8) -> Option<(Vec<Colour>, HashMap<Colour, u8>)> {
    let half = (1u16 << (8 - bits)) / 2;
    let round = |channel: u8| (u16::from(channel) + half).min(255) >> (8 - bits);
    let mut palette = Vec::new();
    let mut groups: HashMap<[u16; 4], u8> = HashMap::new();
    let mut numbers = HashMap::with_capacity(counts.len());
    for (colour, _) in counts {
        let number = match groups.get(&colour.map(round)) {
            Some(number) => *number,
            None => {
                let number = u8::try_from(palette.len()).ok()?;
                groups.insert(colour.map(round), number);
                palette.push(*colour);
                number
            }
        };
        numbers.insert(*colour, number);
    }
    Some((palette, numbers))
}

fn write(
    bytes: &[u8],
    width: u32,
    height: u32,
    palette: Option<&[Colour]>,
    colour: ColorType,
    (level, filter): (u8, Filter),
) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(colour);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_deflate_compression(DeflateCompression::Level(level));
    encoder.set_filter(filter);
    if let Some(palette) = palette {
        encoder.set_palette(palette.iter().flat_map(|c| [c[0], c[1], c[2]]).collect::<Vec<u8>>());
        if palette.iter().any(|c| c[3] < 255) {
            encoder.set_trns(palette.iter().map(|c| c[3]).collect::<Vec<u8>>());
        }
    }
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(bytes).ok()?;
    writer.finish().ok()?;
    Some(file)
}
