//! A drawing (SVG text) as pixels in a PNG file.
//!
//! In: SVG text of our own templates, a size, fonts. Out: the file. Entry point: [`draw`].
//! Must never load what a drawing names: no file, no address, no font of the system.

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

use super::fonts::Fonts;
use super::png;

/// Wider and higher drawings are refused.
const LARGEST: u32 = 4096;
/// Bits of each channel that a drawing's colours may be rounded to, so that a palette holds them.
const STEPS: u8 = 5;

/// How a drawing stands in its picture.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Of the picture, in pixels.
    pub width: u32,
    /// Of the picture, in pixels.
    pub height: u32,
    /// How much of the picture the drawing takes up, in the middle: 1.0 is all.
    pub share: f32,
    /// The colour behind it; none leaves it clear.
    pub ground: Option<[u8; 3]>,
}

/// The drawing, as large as the frame allows with its proportions. The error says why it cannot be drawn.
pub fn draw(svg: &str, frame: Frame, fonts: &Fonts) -> Result<Vec<u8>, String> {
    let options = Options {
        fontdb: fonts.db.clone(),
        image_href_resolver: ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) },
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let too_large = || format!("{} × {} pixels are more than {LARGEST} × {LARGEST}", frame.width, frame.height);
    if frame.width > LARGEST || frame.height > LARGEST {
        return Err(too_large());
    }
    let mut pixels = Pixmap::new(frame.width, frame.height).ok_or_else(too_large)?;
    if let Some([red, green, blue]) = frame.ground {
        pixels.fill(resvg::tiny_skia::Color::from_rgba8(red, green, blue, 255));
    }
    #[allow(clippy::cast_precision_loss, reason = "at most 4096")]
    let (width, height) = (frame.width as f32, frame.height as f32);
    let scale = (width / tree.size().width()).min(height / tree.size().height()) * frame.share;
    let left = (width - tree.size().width() * scale) / 2.0;
    let top = (height - tree.size().height() * scale) / 2.0;
    resvg::render(&tree, Transform::from_row(scale, 0.0, 0.0, scale, left, top), &mut pixels.as_mut());
    let runs: Vec<_> = pixels.pixels().chunk_by(|a, b| a == b).map(|run| (straight(&run[0]), run.len())).collect();
    png::encode(runs.iter().copied(), frame.width, frame.height, STEPS).ok_or_else(|| "it cannot be encoded".to_owned())
}

fn straight(pixel: &PremultipliedColorU8) -> [u8; 4] {
    if pixel.alpha() == 255 {
        return [pixel.red(), pixel.green(), pixel.blue(), 255];
    }
    let colour = pixel.demultiply();
    [colour.red(), colour.green(), colour.blue(), colour.alpha()]
}
