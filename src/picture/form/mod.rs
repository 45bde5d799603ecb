//! What a picture's file is: its form, its size as shown, and what of it is the picture itself.
//!
//! In: the bytes of a file. Out: [`Picture`], read from the headers alone; [`clean`] gives the file without all that is
//! not needed to show it: position, device, names, times, thumbnails, editing history, whatever follows the end. What is
//! kept is a list, so that what nobody has heard of yet is dropped too.
//! Must never decode pixels.

mod gif;
mod jpeg;
mod png;
mod svg;
mod webp;

use std::ops::Range;

use image::metadata::Orientation;
pub use svg::is_utf8_declared;

/// The forms of picture files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// ISO/IEC 10918-1, with the markers of JFIF, ICC and Adobe.
    Jpeg,
    /// PNG, third edition (W3C 2025), moving ones included.
    Png,
    /// RFC 9649.
    WebP,
    /// GIF87a and GIF89a.
    Gif,
    /// SVG 1.1 or 2.
    Svg,
    /// AVIF: shown, but neither decoded nor cleaned here.
    Avif,
    /// A form that browsers do not show: HEIC, TIFF, BMP, JPEG XL.
    Foreign(&'static str),
}

impl Form {
    /// The form that the first bytes tell of.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let brand = if bytes.get(4..8) == Some(b"ftyp") { bytes.get(8..12).unwrap_or_default() } else { b"" };
        Some(match bytes {
            _ if bytes.starts_with(&[0xff, 0xd8, 0xff]) => Self::Jpeg,
            _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Self::Png,
            _ if bytes.starts_with(b"GIF8") => Self::Gif,
            _ if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Self::WebP,
            _ if matches!(brand, b"avif" | b"avis") => Self::Avif,
            _ if matches!(brand, b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => Self::Foreign("HEIC"),
            _ if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => Self::Foreign("TIFF"),
            _ if bytes.starts_with(b"\0\0\0\x0cJXL ") || bytes.starts_with(&[0xff, 0x0a]) => Self::Foreign("JPEG XL"),
            _ if bytes.starts_with(b"BM") && bytes.get(14..18) == Some(&[40, 0, 0, 0]) => Self::Foreign("BMP"),
            _ => return None,
        })
    }

    /// The form that a file's name tells of.
    pub fn named(path: &str) -> Option<Self> {
        let (_, ending) = path.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" => Self::Jpeg,
            "png" | "apng" => Self::Png,
            "webp" => Self::WebP,
            "gif" => Self::Gif,
            "svg" => Self::Svg,
            "avif" => Self::Avif,
            "heic" | "heif" => Self::Foreign("HEIC"),
            "tif" | "tiff" => Self::Foreign("TIFF"),
            "bmp" => Self::Foreign("BMP"),
            "jxl" => Self::Foreign("JPEG XL"),
            _ => return None,
        })
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Svg => "SVG",
            Self::Avif => "AVIF",
            Self::Foreign(name) => name,
        }
    }

    /// The usual ending of file names.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Svg => "svg",
            Self::Avif => "avif",
            Self::Foreign("HEIC") => "heic",
            Self::Foreign("TIFF") => "tiff",
            Self::Foreign("JPEG XL") => "jxl",
            Self::Foreign(_) => "bmp",
        }
    }
}

/// Pictures of more pixels are refused unread: a file of some kilobytes can ask for more memory than there is.
pub const MOST_PIXELS: u64 = 100_000_000;

/// Why a picture cannot be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The bytes are of this form, the name tells of another.
    Misnamed(Form),
    /// It breaks off, or its parts do not fit together; the words say where.
    Damaged(String),
    /// Width and height come to more than [`MOST_PIXELS`].
    TooLarge(u32, u32),
    /// Browsers do not show this form.
    Foreign(&'static str),
    /// An SVG file with a script in it: its element or attribute.
    Runs(String),
    /// It holds metadata that cannot be taken out here.
    Metadata(&'static str),
}

/// What is known of a picture before its pixels are looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// By its bytes.
    pub form: Form,
    /// Width and height in pixels as shown, after turning; none for an SVG file that does not say.
    pub size: Option<(u32, u32)>,
    /// How the pixels are turned before they are shown.
    pub turned: Orientation,
    /// Whether it moves.
    pub moves: bool,
    /// Whether it was compressed with loss, as photographs are.
    pub lossy: bool,
    /// Whether the file holds what is not needed to show it.
    pub littered: bool,
    /// Why it cannot be published.
    pub fault: Option<Fault>,
}

/// What the reader of one form found.
#[derive(Debug, Default)]
struct Found {
    size: (u32, u32),
    moves: bool,
    lossy: bool,
    /// The TIFF structure of the Exif data.
    exif: Option<Range<usize>>,
    /// The parts that are the picture, in order.
    kept: Vec<Range<usize>>,
}

impl Picture {
    /// Look at a file that is a picture by its bytes or by its name; none for other files.
    pub fn read(path: &str, bytes: &[u8]) -> Option<Self> {
        let named = Form::named(path);
        let form = match (Form::of(bytes), named) {
            (Some(form), _) => form,
            (None, Some(Form::Svg)) => Form::Svg,
            (None, Some(form)) => {
                let fault = Some(Fault::Damaged(format!("it does not begin as a {} file does", form.name())));
                return Some(Self { fault, ..Self::of(form) });
            }
            (None, None) => return None,
        };
        let mut picture = Self::of(form);
        match form {
            Form::Svg => svg::read(bytes, &mut picture),
            Form::Foreign(name) => picture.fault = Some(Fault::Foreign(name)),
            Form::Avif => avif(bytes, &mut picture),
            Form::Jpeg | Form::Png | Form::WebP | Form::Gif => picture.fill(bytes),
        }
        if named.is_some_and(|n| n != form) {
            picture.fault.get_or_insert(Fault::Misnamed(form));
        }
        Some(picture)
    }

    fn of(form: Form) -> Self {
        Self { form, size: None, turned: Orientation::NoTransforms, moves: false, lossy: false, littered: false, fault: None }
    }

    fn fill(&mut self, bytes: &[u8]) {
        let Some(found) = find(self.form, bytes) else {
            self.fault = Some(Fault::Damaged(format!("it breaks off, or its parts do not fit together, as a {} file", self.form.name())));
            return;
        };
        let (width, height) = found.size;
        if width == 0 || height == 0 {
            self.fault = Some(Fault::Damaged("it says that it has no pixels".to_owned()));
        } else if u64::from(width) * u64::from(height) > MOST_PIXELS {
            self.fault = Some(Fault::TooLarge(width, height));
        }
        self.turned = found.turned(bytes);
        self.size = Some(if self.turned.to_exif() >= 5 { (height, width) } else { (width, height) });
        self.moves = found.moves;
        self.lossy = found.lossy;
        self.littered = found.kept.iter().map(Range::len).sum::<usize>() < bytes.len();
    }

    /// Whether smaller copies of it are made.
    pub fn is_resized(&self) -> bool {
        self.fault.is_none() && !self.moves && matches!(self.form, Form::Jpeg | Form::Png | Form::WebP)
    }
}

fn find(form: Form, bytes: &[u8]) -> Option<Found> {
    match form {
        Form::Jpeg => jpeg::read(bytes),
        Form::Png => png::read(bytes),
        Form::WebP => webp::read(bytes),
        Form::Gif => gif::read(bytes),
        Form::Svg | Form::Avif | Form::Foreign(_) => None,
    }
}

impl Found {
    fn turned(&self, bytes: &[u8]) -> Orientation {
        let exif = self.exif.clone().and_then(|range| bytes.get(range));
        exif.and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms)
    }
}

/// The file without what is not needed to show it; `None` if it cannot be read. How the picture is turned is kept, as
/// the only metadata, in JPEG and WebP files; a turned PNG file cannot say so, and comes out unturned.
pub fn clean(form: Form, bytes: &[u8]) -> Option<Vec<u8>> {
    let found = find(form, bytes)?;
    let turned = found.turned(bytes);
    let turned = (turned != Orientation::NoTransforms).then_some(turned);
    match form {
        Form::Jpeg => Some(jpeg::join(bytes, &found, turned)),
        Form::WebP => Some(webp::join(bytes, &found, turned)),
        _ => Some(joined(bytes, &found)),
    }
}

fn joined(bytes: &[u8], found: &Found) -> Vec<u8> {
    found.kept.iter().flat_map(|range| bytes[range.clone()].iter().copied()).collect()
}

/// Exif data (CIPA DC-008) that says how a picture is turned, and nothing else.
fn turned_only(turned: Orientation) -> [u8; 26] {
    let mut tiff = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    tiff[18] = turned.to_exif();
    tiff
}

/// AVIF (ISO/IEC 23008-12): the first item's size, and whether there are items of metadata.
fn avif(bytes: &[u8], picture: &mut Picture) {
    let find = |what: &[u8]| bytes.windows(what.len()).position(|w| w == what);
    picture.lossy = true;
    picture.size = find(b"ispe").and_then(|at| Some((be32(bytes, at + 8)?, be32(bytes, at + 12)?)));
    if find(b"Exif").is_some() || find(b"application/rdf+xml").is_some() {
        picture.fault = Some(Fault::Metadata("AVIF"));
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    Some(le16(bytes, at)? | u32::from(*bytes.get(at + 2)?) << 16)
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn index(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
