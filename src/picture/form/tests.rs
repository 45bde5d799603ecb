//! Headers, and what is left out of files: real files with metadata put into them, and broken ones.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, RgbImage};
use proptest::prelude::*;

use super::*;

/// What no published file may hold.
const SECRET: &[u8] = b"GPS 49.98 N, 36.25 E";

fn photograph() -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(40, 20, |x, y| image::Rgb([(x * 6) as u8, (y * 12) as u8, 90])))
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut file = Vec::new();
    match format {
        ImageFormat::Jpeg => JpegEncoder::new_with_quality(&mut file, 90).encode_image(&photograph()).unwrap(),
        format => photograph().write_to(&mut Cursor::new(&mut file), format).unwrap(),
    }
    file
}

fn segment(marker: u8, start: &[u8], rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(2 + start.len() + rest.len()).unwrap();
    [&[0xff, marker][..], &length.to_be_bytes(), start, rest].concat()
}

/// A JPEG file with everything that cameras and editors put into one.
fn jpeg(turned: Orientation) -> Vec<u8> {
    let plain = encoded(ImageFormat::Jpeg);
    let exif = [&turned_only(turned)[..], SECRET].concat();
    let mut file = plain[..2].to_vec();
    file.extend(segment(0xe1, b"Exif\0\0", &exif));
    file.extend(segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0", SECRET));
    file.extend(segment(0xe2, b"MPF\0", SECRET));
    file.extend(segment(0xed, b"Photoshop 3.0\0", SECRET));
    file.extend(segment(0xfe, b"", SECRET));
    file.extend_from_slice(&plain[2..]);
    // A moving photograph has its film behind the end.
    file.extend_from_slice(SECRET);
    file
}

fn png() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, 40, 20);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.add_text_chunk("Comment".to_owned(), String::from_utf8(SECRET.to_vec()).unwrap()).unwrap();
    encoder.write_header().unwrap().write_image_data(photograph().as_bytes()).unwrap();
    file.extend_from_slice(SECRET);
    file
}

fn webp() -> Vec<u8> {
    let plain = encoded(ImageFormat::WebP);
    // VP8X (RFC 9649, 2.7) with the flags of Exif and XMP, 40 by 20.
    let mut file = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x0c\0\0\0\x27\0\0\x13\0\0".to_vec();
    file.extend_from_slice(&plain[12..]);
    for name in [b"EXIF", b"XMP "] {
        file.extend_from_slice(name);
        file.extend_from_slice(&u32::try_from(SECRET.len()).unwrap().to_le_bytes());
        file.extend_from_slice(SECRET);
    }
    let length = u32::try_from(file.len() - 8).unwrap();
    file[4..8].copy_from_slice(&length.to_le_bytes());
    file
}

fn gif() -> Vec<u8> {
    let frame = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let mut file = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    file.extend_from_slice(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0");
    file.extend_from_slice(b"\x21\xfe");
    file.push(u8::try_from(SECRET.len()).unwrap());
    file.extend_from_slice(SECRET);
    file.push(0);
    file.extend_from_slice(frame);
    file.extend_from_slice(frame);
    file.push(0x3b);
    file.extend_from_slice(SECRET);
    file
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

#[test]
fn nothing_but_the_picture_is_left() {
    for (name, form, file) in [
        ("a.jpg", Form::Jpeg, jpeg(Orientation::NoTransforms)),
        ("a.png", Form::Png, png()),
        ("a.webp", Form::WebP, webp()),
        ("a.gif", Form::Gif, gif()),
    ] {
        assert!(holds(&file, SECRET));
        let picture = Picture::read(name, &file).unwrap();
        assert_eq!((picture.form, &picture.fault, picture.littered), (form, &None, true), "{name}");
        let cleaned = clean(form, &file).unwrap();
        assert!(!holds(&cleaned, SECRET) && !holds(&cleaned, b"Exif"), "{name}");
        let again = Picture::read(name, &cleaned).unwrap();
        assert_eq!((again.size, again.littered, &again.fault), (picture.size, false, &None), "{name}");
        assert_eq!(clean(form, &cleaned).unwrap(), cleaned, "{name}: what is clean stays as it is");
        if form != Form::Gif {
            let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
            assert_eq!(pixels(&cleaned), pixels(&file), "{name}");
        }
    }
    assert!(Picture::read("a.gif", &gif()).unwrap().moves);
    assert!(holds(&clean(Form::Gif, &gif()).unwrap(), b"NETSCAPE2.0"));
}

#[test]
fn how_a_photograph_is_turned_is_the_only_thing_kept() {
    let file = jpeg(Orientation::Rotate90);
    let picture = Picture::read("a.jpg", &file).unwrap();
    assert_eq!((picture.size, picture.turned), (Some((20, 40)), Orientation::Rotate90));
    let cleaned = clean(Form::Jpeg, &file).unwrap();
    assert!(!holds(&cleaned, SECRET));
    let again = Picture::read("a.jpg", &cleaned).unwrap();
    assert_eq!((again.size, again.turned), (Some((20, 40)), Orientation::Rotate90));
    assert_eq!(image::load_from_memory(&cleaned).unwrap().into_rgb8(), image::load_from_memory(&file).unwrap().into_rgb8());
}

#[test]
fn faults_are_told_by_the_header() {
    let fault = |name: &str, bytes: &[u8]| Picture::read(name, bytes).unwrap().fault;
    assert_eq!(fault("a.jpg", &encoded(ImageFormat::Png)), Some(Fault::Misnamed(Form::Png)));
    assert_eq!(fault("a.svg", &encoded(ImageFormat::Png)), Some(Fault::Misnamed(Form::Png)));
    assert_eq!(fault("a.png", &encoded(ImageFormat::Png)), None);
    assert!(matches!(fault("a.png", b"no picture"), Some(Fault::Damaged(_))));
    assert!(matches!(fault("a.png", &encoded(ImageFormat::Png)[..60]), Some(Fault::Damaged(_))));
    let mut bomb = encoded(ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    assert_eq!(fault("a.png", &bomb), Some(Fault::TooLarge(60_000, 60_000)));
    assert_eq!(fault("a.heic", b"\0\0\0\x18ftypheic"), Some(Fault::Foreign("HEIC")));
    assert_eq!(fault("a.avif", b"\0\0\0\x18ftypavif....Exif"), Some(Fault::Metadata("AVIF")));
    assert_eq!(Picture::read("a.txt", b"text"), None);
}

#[test]
fn drawings_say_their_size_and_run_nothing() {
    let read = |text: &str| {
        let picture = Picture::read("a.svg", text.as_bytes()).unwrap();
        (picture.size, picture.fault)
    };
    let svg = |inner: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {inner}</svg>");
    assert_eq!(read(&svg("width=\"8px\" height=\"4\">")), (Some((8, 4)), None));
    assert_eq!(read(&svg("viewBox=\"0 0 30 20\">")), (Some((30, 20)), None));
    assert_eq!(read(&svg("width=\"60\" viewBox=\"0,0,30,20\">")), (Some((60, 40)), None));
    assert_eq!(read(&svg("width=\"100%\">")), (None, None));
    for dangerous in [
        svg("><script>alert(1)</script>"),
        svg("onload=\"alert(1)\">"),
        svg("><a href=\"java\nscript:alert(1)\"><path/></a>"),
        svg("><foreignObject/>"),
        svg("><a xmlns:xlink=\"http://www.w3.org/1999/xlink\" xlink:href=\" JavaScript:x\"/>"),
    ] {
        assert!(matches!(read(&dangerous).1, Some(Fault::Runs(_))), "{dangerous}");
    }
    for broken in ["<svg", "<html/>", "", "<!DOCTYPE s [<!ENTITY a \"aaaa\"><!ENTITY b \"&b;\">]><svg>&b;</svg>"] {
        assert!(matches!(read(broken).1, Some(Fault::Damaged(_))), "{broken}");
    }
}

proptest! {
    /// Whatever is wrong with a file, it is read or refused.
    #[test]
    fn no_file_breaks_the_reader(which in 0..5usize, at in 0..2000usize, byte in any::<u8>(), length in 0..2000usize, keep in any::<bool>()) {
        let mut file = match which {
            0 => jpeg(Orientation::Rotate180),
            1 => png(),
            2 => webp(),
            3 => gif(),
            _ => b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='2'/>".to_vec(),
        };
        if let Some(place) = file.get_mut(at) {
            *place = byte;
        }
        if !keep {
            file.truncate(length);
        }
        for name in ["a.jpg", "a.png", "a.webp", "a.gif", "a.svg"] {
            if let Some(picture) = Picture::read(name, &file)
                && let Some(cleaned) = clean(picture.form, &file)
            {
                prop_assert!(cleaned.len() <= file.len() + 64);
            }
        }
    }
}
