//! Pictures, cards and icons of a built site: what readers load, what nobody must learn, and what is refused.
//!
//! In: photographs and drawings made here, with a position and other metadata in them. The files that are built are
//! decoded and looked at pixel by pixel.

use std::collections::BTreeMap;
use std::sync::Arc;

use cited::load::Options;
use cited::picture::{Picture, png};
use cited::pipeline::live::Live;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GenericImageView, ImageEncoder, RgbImage};

use super::harness::TestSite;

/// Where the photograph was taken. No file of a site may say so.
const POSITION: &[u8] = b"49.9935 N 36.2304 E";

const SITE: &str = "
-- site.yaml --
title: River
base_url: https://example.org/sub/
theme: explainer
as_of: 2024-12-15
-- content/_index.md --
---
title: The river
---

Text.
";

/// A site with the explainer's theme and these files.
fn site(text: &str) -> TestSite {
    let site = TestSite::empty();
    site.lay("../../themes", "themes");
    site.overlay(SITE);
    site.overlay(text);
    site
}

fn page(body: &str) -> String {
    format!("-- content/bridge/index.md --\n---\ntitle: The bridge\n---\n\n{body}\n")
}

/// 2000 by 1000 pixels, red above and blue below; stored lying on its side, as a telephone does.
fn photograph() -> Vec<u8> {
    let upright = RgbImage::from_fn(1000, 2000, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) as u8 % 24;
        if y < 1000 { image::Rgb([200 + noise, 20, 20]) } else { image::Rgb([20, 20, 200 + noise]) }
    });
    let stored = DynamicImage::ImageRgb8(upright).rotate270();
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 95);
    // Orientation 6, turn right to see it; behind it the position.
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(POSITION);
    encoder.set_exif_metadata(exif).expect("JPEG files can hold it");
    encoder.encode_image(&stored).expect("it can be encoded");
    assert!(holds(&file, POSITION));
    file
}

/// Bands of a few colours, `width` by 300 pixels.
fn drawing(width: u32) -> Vec<u8> {
    let bands = |i: u32| if (i / 40).is_multiple_of(3) { [163, 21, 46, 255] } else { [253, 253, 252, 255] };
    let pixels: Vec<[u8; 4]> = (0..300 * width).map(|i| bands(i % width)).collect();
    png::encode(png::runs(&pixels), width, 300, 8).expect("it can be encoded")
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}

/// The value of an attribute in the first element that begins so.
fn attribute<'a>(html: &'a str, element: &str, name: &str) -> Option<&'a str> {
    let rest = &html[html.find(element)?..];
    let element = &rest[..rest.find('>')?];
    element.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

/// `srcset` as a map from the width it promises to the path in the output.
fn sources(srcset: &str) -> BTreeMap<u32, String> {
    let one = |source: &str| {
        let (path, width) = source.trim().rsplit_once(' ')?;
        Some((width.strip_suffix('w')?.parse().ok()?, path.trim_start_matches("../").trim_start_matches("./").to_owned()))
    };
    srcset.split(',').map(|s| one(s).unwrap_or_else(|| panic!("{s}"))).collect()
}

#[test]
fn a_photograph_is_upright_fits_the_screen_and_tells_no_position() {
    let site = site(&page("![The bridge from the south](photo.jpg)\nThe bridge in [spring](photo.jpg).\n\nMore text."));
    site.write("content/bridge/photo.jpg", photograph());
    site.write("content/bridge/unused.jpg", photograph());
    site.build();
    let html = site.output("bridge/index.html");
    assert!(html.contains("<figure class=\"picture\"><img "), "{html}");
    assert!(html.contains("<figcaption>The bridge in <a href=\"../bridge/photo.jpg\">spring</a>.</figcaption></figure>"), "{html}");
    assert_eq!(attribute(&html, "<img ", "alt"), Some("The bridge from the south"));
    assert_eq!((attribute(&html, "<img ", "width"), attribute(&html, "<img ", "height")), (Some("1000"), Some("2000")));
    assert_eq!(attribute(&html, "<img ", "sizes"), Some("(min-width: 40rem) 37rem, calc(100vw - 2rem)"));
    // The first picture that a reader sees is not put off.
    assert_eq!((attribute(&html, "<img ", "fetchpriority"), attribute(&html, "<img ", "loading")), (Some("high"), None));
    let listed = sources(attribute(&html, "<img ", "srcset").expect("several sizes"));
    assert_eq!(listed.keys().copied().collect::<Vec<_>>(), [400, 800, 1000], "never wider than it is");
    let tree = site.tree("public");
    for (width, path) in &listed {
        let picture = image::load_from_memory(&tree[path]).expect("a picture");
        assert_eq!(picture.dimensions(), (*width, width * 2), "{path}");
        let (above, below) = (picture.to_rgb8()[(width / 2, 20)], picture.to_rgb8()[(width / 2, width * 2 - 20)]);
        assert!(above[0] > 150 && below[2] > 150, "{path} does not stand upright: {above:?}, {below:?}");
    }
    assert!(tree[&listed[&400]].len() < tree[&listed[&1000]].len() / 2);
    for (path, bytes) in &tree {
        assert!(!holds(bytes, POSITION), "{path} tells where the photograph was taken");
    }
    // The originals can still be linked, and are still upright.
    for original in ["bridge/photo.jpg", "bridge/unused.jpg"] {
        assert_eq!(Picture::read(original, &tree[original]).expect("a picture").size, Some((1000, 2000)));
    }
}

#[test]
fn a_drawing_is_offered_as_webp_where_that_is_smaller_and_never_enlarged() {
    let body = "![\"\"](small.png)\n\n![Bands](bands.png \"Red bands\") in the text.\n\n![An animal](cat.gif)";
    let site = site(&page(body));
    site.write("content/bridge/small.png", drawing(200));
    site.write("content/bridge/bands.png", drawing(1000));
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";
    site.write("content/bridge/cat.gif", gif);
    site.build();
    let html = site.output("bridge/index.html");
    let tree = site.tree("public");
    assert!(
        html.contains("<figure class=\"picture\"><picture><source type=\"image/webp\" ")
            || html.contains("<figure class=\"picture\"><img ")
    );
    let small = &html[html.find("small-200").expect("it is shown")..];
    assert_eq!(attribute(&html, "<img ", "alt"), Some(""), "it decorates");
    assert_eq!((attribute(&html, "<img ", "width"), attribute(&html, "<img ", "srcset")), (Some("200"), None), "{small}");
    let bands = &html[html.find("bands-").expect("it is shown")..];
    assert_eq!(
        attribute(bands, "<img ", "title").or(attribute(&html[..html.find("bands-").unwrap()], "<img ", "title")),
        Some("Red bands")
    );
    let mut forms = 0;
    for part in html.split("srcset=\"").skip(1) {
        let mut lengths = Vec::new();
        for (width, path) in sources(part.split('"').next().unwrap()) {
            let picture = image::load_from_memory(&tree[&path]).expect("a picture");
            assert_eq!(picture.width(), width, "{path}");
            lengths.push(tree[&path].len());
        }
        assert!(lengths.is_sorted(), "a narrower file is never larger: {lengths:?}");
        forms += 1;
    }
    assert!(forms >= 1, "{html}");
    assert!(html.contains("src=\"../bridge/cat.gif\" alt=\"An animal\" width=\"1\" height=\"1\" loading=\"lazy\""), "{html}");
    assert_eq!(tree["bridge/cat.gif"], gif);
}

#[test]
fn what_must_not_be_published_is_refused_with_its_place() {
    let mut bomb = drawing(200);
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let mut broken = drawing(400);
    let length = broken.len();
    for byte in &mut broken[length / 2..length - 16] {
        *byte ^= 0x5a;
    }
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("a.png", bomb, "60000 × 60000 pixels"),
        ("a.png", broken, "cannot be read"),
        ("a.jpg", drawing(200), "is a PNG file by its content"),
        ("a.jpg", photograph()[..3000].to_vec(), "cannot be read"),
        ("a.tif", b"II*\0\x08\0\0\0".to_vec(), "which browsers do not show"),
    ];
    for (name, bytes, words) in cases {
        let site = site(&page(&format!("Text.\n\n![It]({name})")));
        site.write(&format!("content/bridge/{name}"), bytes);
        let ran = site.run(&["build", "--format", "short"]);
        let found = ran.findings();
        assert_eq!((ran.code, found.len()), (1, 1), "{name} ({words}): {}", ran.stderr);
        assert_eq!((found[0].place.as_str(), found[0].code.as_str()), ("content/bridge/index.md:7:1", "image-invalid"), "{}", ran.stderr);
        assert!(found[0].message.contains(words), "{}", found[0].message);
    }
    // A file that no page shows is published too, so it is looked at too.
    let site = site("");
    site.write("content/bridge/taken.heic", b"\0\0\0\x18ftypheic");
    let found = site.run(&["check", "--format", "short"]).findings();
    assert_eq!(found.len(), 1);
    assert!(found[0].place.starts_with("content/bridge/taken.heic"), "{found:?}");
    // Readers' addresses are no business of another host's.
    site.remove("content/bridge/taken.heic");
    site.overlay(&page("![It](https://elsewhere.example/a.jpg)"));
    assert_eq!(site.run(&["check", "--format", "short"]).codes(), ["image-invalid"]);
}

/// The card of a page, as its head names it.
fn card(site: &TestSite, page: &str) -> (DynamicImage, usize, String) {
    let html = site.output(page);
    let content = |property: &str| {
        let rest =
            html.split(&format!("<meta property=\"{property}\" content=\"")).nth(1).unwrap_or_else(|| panic!("{page}: no {property}"));
        rest.split('"').next().unwrap().to_owned()
    };
    assert_eq!((content("og:image:width").as_str(), content("og:image:height").as_str()), ("1200", "630"));
    assert!(html.contains("<meta name=\"twitter:card\" content=\"summary_large_image\">"));
    let address = content("og:image");
    let path = address.strip_prefix("https://example.org/sub/").unwrap_or_else(|| panic!("{address}"));
    let file = &site.tree("public")[path];
    (image::load_from_memory(file).expect("a PNG file"), file.len(), content("og:image:alt"))
}

/// Dark pixels in the part of a card where the title stands.
fn ink(card: &DynamicImage) -> usize {
    card.crop_imm(60, 180, 1080, 320).to_luma8().pixels().filter(|p| p[0] < 100).count()
}

#[test]
fn a_card_shows_the_title_and_says_the_same_in_words() {
    let titled = |title: &str| {
        let site = site(&format!("-- content/page.md --\n---\ntitle: \"{title}\"\n---\n\nText.\n"));
        site.build();
        site
    };
    let site = titled("How many salmon came back?");
    let (short, length, alt) = card(&site, "page/index.html");
    assert_eq!(short.dimensions(), (1200, 630));
    assert!(length < 60_000, "{length} bytes");
    assert_eq!(alt, "How many salmon came back? River. State of knowledge: 15 December 2024.");
    assert!(ink(&short) > 5_000, "the title is not drawn: {} dark pixels", ink(&short));
    // A home page has a card too.
    assert!(ink(&card(&site, "index.html").0) > 2_000);
    // A long title shrinks, and stays on the card.
    let long = "Which of the many sources that were ".to_owned() + &"quoted and compared and weighed ".repeat(6) + "is right?";
    let (long, length, _) = card(&titled(&long), "page/index.html");
    assert!(length < 60_000 && ink(&long) > 5_000);
    let edge = |card: &DynamicImage| card.crop_imm(1140, 20, 60, 610).to_luma8().pixels().filter(|p| p[0] < 200).count();
    assert_eq!(edge(&long), 0, "it runs over the edge");
    // Letters that the fonts lack are left out, not drawn as boxes; the rest of the card stands.
    let (foreign, _, alt) = card(&titled("연어는 몇 마리?"), "page/index.html");
    assert_eq!(ink(&foreign), 0);
    assert!(alt.starts_with("연어는 몇 마리?"));
    let brand = |card: &DynamicImage| card.crop_imm(140, 60, 400, 60).to_luma8().pixels().filter(|p| p[0] < 100).count();
    assert!(brand(&foreign) > 100, "the site's name is still there");
    assert!(ink(&card(&titled("Сколько лосося вернулось?"), "page/index.html").0) > 5_000, "Cyrillic is drawn");
}

#[test]
fn cards_can_be_switched_off_and_a_theme_need_not_have_any() {
    for change in [("theme: explainer", "theme: explainer\ncards: false"), ("theme: explainer", "theme: plain")] {
        let site = site("");
        site.replace("site.yaml", change.0, change.1);
        site.build();
        let html = site.output("index.html");
        assert!(!html.contains("og:image") && html.contains("<meta name=\"twitter:card\" content=\"summary\">"), "{html}");
        assert!(!site.outputs().iter().any(|p| p.starts_with("assets/cards/")));
    }
}

#[test]
fn icons_are_made_from_one_drawing_and_the_author_s_own_stay() {
    for theme in ["explainer", "plain"] {
        let site = site(
            "-- assets/icon.svg --\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><rect width=\"8\" height=\"8\" fill=\"#00f\"/></svg>\n",
        );
        site.replace("site.yaml", "theme: explainer", &format!("theme: {theme}"));
        site.build();
        let tree = site.tree("public");
        let manifest: serde_json::Value = serde_json::from_slice(&tree["site.webmanifest"]).expect("JSON");
        assert_eq!((manifest["name"].as_str(), manifest["start_url"].as_str()), (Some("River"), Some("./")));
        let mut purposes = Vec::new();
        for icon in manifest["icons"].as_array().expect("a list") {
            let picture = image::load_from_memory(&tree[icon["src"].as_str().unwrap()]).expect("a picture");
            assert_eq!(format!("{0}x{0}", picture.width()), icon["sizes"].as_str().unwrap());
            let middle = picture.to_rgba8()[(picture.width() / 2, picture.height() / 2)];
            assert_eq!(middle.0, [0, 0, 255, 255], "the site's own drawing");
            purposes.push(icon["purpose"].as_str().unwrap().to_owned());
        }
        assert_eq!(purposes, ["any", "maskable"]);
        assert_eq!(image::load_from_memory(&tree["favicon.ico"][22..]).expect("PNG in ICO").dimensions(), (32, 32));
        for page in ["index.html", "404.html"] {
            let html = site.output(page);
            for rel in ["icon", "apple-touch-icon", "manifest"] {
                let href = attribute(&html, &format!("<link rel=\"{rel}\""), "href").unwrap_or_else(|| panic!("{page}: no {rel}"));
                let path = href.trim_start_matches("/sub/").trim_start_matches("./");
                assert!(tree.contains_key(path), "{page}: {href} is not there");
            }
            assert_eq!(html.matches("<meta name=\"theme-color\"").count(), 2);
        }
    }
    let site = site("");
    site.write("content/favicon.ico", b"own");
    site.build();
    assert_eq!(site.tree("public")["favicon.ico"], b"own");
}

#[test]
fn a_preview_makes_cards_when_they_are_asked_for_and_they_are_the_same() {
    let site = site(&page("![Bands](bands.png)"));
    site.write("content/bridge/bands.png", drawing(1000));
    site.build();
    let published = site.tree("public");
    // Asked for before their pages, and after.
    for pages_first in [false, true] {
        let mut live = Live::new(Options { root: site.root(), ..Options::default() }, Arc::new(|_| ()), || ());
        let files = live.step(None).expect("the site can be read").files.expect("the site can be shown");
        if pages_first {
            assert!(files.file("index.html").expect("it can be made").is_some());
        }
        let names: Vec<&String> = published.keys().filter(|path| path.starts_with("assets/")).collect();
        assert_eq!(names.iter().filter(|path| path.starts_with("assets/cards/")).count(), 2);
        for path in names {
            let output = files.file(path).expect("it can be made").unwrap_or_else(|| panic!("{path} is not there"));
            assert_eq!(output.bytes().expect("it can be drawn")[..], published[path][..], "{path}");
        }
        assert!(files.file("assets/cards/0123456789abcdef.png").expect("nothing fails").is_none());
    }
}
