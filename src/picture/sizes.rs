//! Smaller copies of a picture, so that a phone does not load what a wide screen needs.
//!
//! In: the bytes of a JPEG, PNG or WebP file, and widths. Out: files of those widths, turned as they are shown, without
//! metadata but the colour profile. Photographs become JPEG; drawings PNG, and WebP without loss where that is smaller.
//! Must never make a picture larger than it is, nor decode one whose size was not looked at first.

use std::io::Cursor;
use std::sync::Arc;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageReader, Limits};

use super::form::{self, Form, Picture};
use super::png;

/// Of JPEG files, from 1 to 100. Between widths of a photograph nobody sees the difference to more.
const QUALITY: u8 = 80;
/// Memory for one picture, in bytes.
const MOST_MEMORY: u64 = 1 << 30;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Of the file.
    pub form: Form,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// The copies of one picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copies {
    /// JPEG or PNG, narrowest first; never empty.
    pub plain: Vec<Copy>,
    /// WebP, narrowest first; empty where it saves nothing.
    pub webp: Vec<Copy>,
}

/// Make copies of the given widths, which ascend; the picture's own width is one of them unless it is wider than all.
/// The error says what is wrong with the file.
pub fn copies(picture: &Picture, bytes: &[u8], widths: &[u32]) -> Result<Copies, String> {
    let Decoded { pixels, profile, photograph } = decode(picture, bytes)?;
    let own = pixels.width();
    // The file itself, where its pixels are those of a copy and it is of the copies' form.
    let unturned = picture.turned == image::metadata::Orientation::NoTransforms;
    let same_form = picture.form == if photograph { Form::Jpeg } else { Form::Png };
    let original = if unturned && same_form { form::clean(picture.form, bytes) } else { None };
    let original = original.as_deref();
    let mut wanted: Vec<u32> = widths.iter().copied().filter(|w| *w < own).collect();
    if widths.last().is_none_or(|w| *w >= own) {
        wanted.push(own);
    }
    let mut copies = Copies::default();
    let mut pixels = pixels;
    // Each copy is made of the one before it: the widest costs most, the others little.
    for width in wanted.into_iter().rev() {
        if width < pixels.width() {
            pixels = narrowed(&pixels, width);
        }
        let whole = width == own;
        let (plain, webp) = encode(photograph, &pixels, &profile, original.filter(|_| whole)).ok_or("it cannot be encoded")?;
        let copy = |form, bytes: Vec<u8>| Copy { width, height: pixels.height(), form, bytes: bytes.into() };
        let form = if photograph { Form::Jpeg } else { Form::Png };
        keep(&mut copies.plain, copy(form, plain));
        if let Some(webp) = webp {
            keep(&mut copies.webp, copy(Form::WebP, webp));
        }
    }
    copies.plain.reverse();
    copies.webp.reverse();
    Ok(copies)
}

/// A narrower copy that is no smaller than a wider one has no use.
fn keep(copies: &mut Vec<Copy>, copy: Copy) {
    if copies.last().is_none_or(|wider| copy.bytes.len() < wider.bytes.len()) {
        copies.push(copy);
    }
}

/// A picture in memory.
struct Decoded {
    /// Eight bits a channel, turned as they are shown.
    pixels: DynamicImage,
    /// The colour profile that fits them.
    profile: Option<Vec<u8>>,
    /// Whether loss does it no harm: it was compressed with loss, and nothing of it is clear.
    photograph: bool,
}

fn decode(picture: &Picture, bytes: &[u8]) -> Result<Decoded, String> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader.set_format(match picture.form {
        Form::Jpeg => image::ImageFormat::Jpeg,
        Form::WebP => image::ImageFormat::WebP,
        _ => image::ImageFormat::Png,
    });
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let words = |error: image::ImageError| error.to_string();
    let mut decoder = reader.into_decoder().map_err(words)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > form::MOST_PIXELS {
        return Err(format!("its pixels are {width} × {height}"));
    }
    let profile = decoder.icc_profile().ok().flatten();
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(words)?;
    pixels.apply_orientation(picture.turned);
    let clear = pixels.color().has_alpha() && pixels.to_rgba8().pixels().any(|p| p[3] < 255);
    let photograph = picture.lossy && !clear;
    let pixels = match (photograph && !pixels.color().has_color(), clear) {
        (true, _) => DynamicImage::ImageLuma8(pixels.into_luma8()),
        (_, true) => DynamicImage::ImageRgba8(pixels.into_rgba8()),
        _ => DynamicImage::ImageRgb8(pixels.into_rgb8()),
    };
    // A profile names the colours it is for (ICC.1, 7.2.8): those of print do not fit pixels made into RGB.
    let space: &[u8] = if pixels.color().has_color() { b"RGB " } else { b"GRAY" };
    let profile = profile.filter(|p| p.get(16..20) == Some(space));
    Ok(Decoded { pixels, profile, photograph })
}

/// With the height that keeps the proportions.
fn narrowed(pixels: &DynamicImage, width: u32) -> DynamicImage {
    let height = (u64::from(pixels.height()) * u64::from(width) + u64::from(pixels.width()) / 2) / u64::from(pixels.width());
    let height = u32::try_from(height).unwrap_or(1).max(1);
    pixels.resize_exact(width, height, FilterType::CatmullRom)
}

/// The plain file, and the WebP file if it is smaller. `original` is a file of these very pixels.
fn encode(
    photograph: bool,
    pixels: &DynamicImage,
    profile: &Option<Vec<u8>>,
    original: Option<&[u8]>,
) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    if photograph {
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, QUALITY);
        if let Some(profile) = profile {
            encoder.set_icc_profile(profile.clone()).ok()?;
        }
        encoder.encode_image(pixels).ok()?;
        // The original loses nothing more: it is preferred where it is hardly larger.
        let original = original.filter(|o| o.len() <= file.len() + file.len() / 4);
        return Some((original.map_or(file, <[u8]>::to_vec), None));
    }
    let (width, height) = (pixels.width(), pixels.height());
    let made = match profile {
        None => png::encode(png::runs(pixels.to_rgba8().as_raw().as_chunks().0), width, height, 8)?,
        Some(profile) => {
            let mut file = Vec::new();
            let mut encoder = PngEncoder::new(&mut file);
            encoder.set_icc_profile(profile.clone()).ok()?;
            encoder.write_image(pixels.as_bytes(), width, height, pixels.color().into()).ok()?;
            file
        }
    };
    let plain = match original {
        Some(original) if original.len() <= made.len() => original.to_vec(),
        _ => made,
    };
    let mut webp = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut webp);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.clone()).ok()?;
    }
    encoder.write_image(pixels.as_bytes(), width, height, pixels.color().into()).ok()?;
    let webp = (webp.len() < plain.len()).then_some(webp);
    Some((plain, webp))
}
