//! Icons and the web manifest, all made from one SVG file of the theme or of the site.
//!
//! In: the theme's icon and its colours. Out: `favicon.ico`, PNG files for home screens, `site.webmanifest`
//! (W3C, Web Application Manifest), and the lines of a page's head that name them.
//! Must never name a file that is not made.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::json;
use xxhash_rust::xxh3::Xxh3;

use super::{Renderer, pictures};
use crate::config::Config;
use crate::diag::{Code, Diagnostic, Report};
use crate::html::escape;
use crate::load::drawing::rgb;
use crate::load::theme::Theme;
use crate::output::{Later, Output};
use crate::picture::draw::{Frame, draw};
use crate::picture::fonts::Fonts;
use crate::resolve::routes::{FAVICON, MANIFEST};

/// What an icon is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// In tabs of browsers that know no SVG, and in feed readers.
    Favicon,
    /// Shown as it is.
    Any,
    /// Cut to a circle or a rounded square: all that matters lies within 80 % of it.
    Maskable,
    /// iOS cuts the corners itself, and paints what is clear black.
    Touch,
}

/// The manifest says `browser`, so nobody draws a splash screen, for which a large icon that is shown as it is would be needed.
const SIZES: [(u32, Use); 4] = [(32, Use::Favicon), (180, Use::Touch), (192, Use::Any), (512, Use::Maskable)];

/// The icons of a site, with the lines of the head that name them; `{root}` stands for the way to the site's root.
#[derive(Debug, Default)]
pub struct Icons {
    head: String,
    made: Vec<(u32, Use, String, u128)>,
}

impl Icons {
    /// Name them; none if the theme has no icon. `assets` gives the fingerprinted paths.
    pub fn of(theme: &Theme, assets: &BTreeMap<String, String>) -> Self {
        let Some(icon) = &theme.icon else { return Self::default() };
        let Some((asset, path)) = theme.assets.get(&icon.file).zip(assets.get(&icon.file)) else { return Self::default() };
        let made: Vec<_> = SIZES
            .into_iter()
            .map(|(size, usage)| {
                let mut key = Xxh3::new();
                key.update(&asset.bytes);
                key.update(format!("{size} {usage:?} {} {}", icon.background, env!("CARGO_PKG_VERSION")).as_bytes());
                let key = key.digest128();
                let name = if usage == Use::Maskable { "icon-maskable" } else { "icon" };
                let path = if usage == Use::Favicon {
                    FAVICON.to_owned()
                } else {
                    format!("assets/{name}-{size}.{}.png", &format!("{key:032x}")[..10])
                };
                (size, usage, path, key)
            })
            .collect();
        let touch = made.iter().find(|(_, usage, ..)| *usage == Use::Touch).map_or("", |(_, _, path, _)| path.as_str());
        let head = format!(
            "<link rel=\"icon\" href=\"{{root}}{FAVICON}\" sizes=\"32x32\">\n<link rel=\"icon\" href=\"{{root}}{path}\" type=\"image/svg+xml\">\n<link rel=\"apple-touch-icon\" href=\"{{root}}{touch}\">\n<link rel=\"manifest\" href=\"{{root}}{MANIFEST}\">\n<meta name=\"theme-color\" content=\"{}\" media=\"(prefers-color-scheme: light)\">\n<meta name=\"theme-color\" content=\"{}\" media=\"(prefers-color-scheme: dark)\">\n",
            escape(&icon.light),
            escape(&icon.dark)
        );
        Self { head, made }
    }

    /// The lines of the head of a page with this way to the root.
    pub fn head(&self, root: &str) -> String {
        self.head.replace("{root}", &escape(root))
    }

    /// Paths in it count from the manifest itself, so that it works under a sub-path.
    fn manifest(&self, config: &Config, background: &str) -> String {
        let of_manifest = self.made.iter().filter(|(size, ..)| *size >= 192);
        let icons: Vec<_> = of_manifest
            .map(|(size, usage, path, _)| {
                let purpose = if *usage == Use::Maskable { "maskable" } else { "any" };
                json!({ "src": path, "sizes": format!("{size}x{size}"), "type": "image/png", "purpose": purpose })
            })
            .collect();
        let mut manifest = json!({
            "name": config.title, "description": config.description, "lang": config.language, "start_url": "./", "scope": "./", "display": "browser",
            "background_color": background, "theme_color": background, "icons": icons,
        });
        if config.description.is_empty()
            && let Some(map) = manifest.as_object_mut()
        {
            map.shift_remove("description");
        }
        serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n"
    }
}

/// The icons and the manifest. A file of the author's at a fixed path stays.
pub fn outputs(renderer: &Renderer, report: &mut Report) -> Vec<(String, Output)> {
    let theme = &renderer.theme;
    let Some(icon) = &theme.icon else { return Vec::new() };
    let Some(svg) = theme.assets.get(&icon.file).and_then(|a| std::str::from_utf8(&a.bytes).ok()).map(Arc::<str>::from) else {
        return Vec::new();
    };
    let ground = rgb(&icon.background).unwrap_or_default();
    let is_free = |path: &str| !renderer.site.routes.is_copied(path);
    let drawn: Result<Vec<_>, String> = renderer
        .icons
        .made
        .par_iter()
        // One is far larger than the others.
        .with_max_len(1)
        .map(|(size, usage, path, key)| {
            let (share, ground) = match usage {
                Use::Any | Use::Favicon => (1.0, None),
                Use::Maskable => (0.8, Some(ground)),
                Use::Touch => (1.0, Some(ground)),
            };
            let (svg, frame) = (svg.clone(), Frame { width: *size, height: *size, share, ground });
            let in_ico = *usage == Use::Favicon;
            let make = move || {
                let png = draw(&svg, frame, &Fonts::default())?;
                Ok(if in_ico { ico(&png) } else { png })
            };
            Ok((path.clone(), pictures::output(renderer, *key, || Later::new(make))?))
        })
        .collect();
    let mut outputs = drawn.unwrap_or_else(|why| {
        report.push(
            Diagnostic::bare(Code::ThemeInvalid, format!("the icon `{}` cannot be drawn: {why}", icon.file))
                .help("open the SVG file in a browser; text and linked files in it are not drawn"),
        );
        Vec::new()
    });
    let manifest = renderer.icons.manifest(&renderer.site.inputs.config, &icon.light);
    outputs.push((MANIFEST.to_owned(), Output::of_bytes(manifest.into_bytes().into())));
    outputs.retain(|(path, _)| is_free(path));
    outputs
}

/// An ICO file with one PNG file in it, of 32 × 32 pixels.
fn ico(png: &[u8]) -> Vec<u8> {
    // Reserved, type 1, one image; 32 by 32, no palette, one plane, 32 bits, length, offset.
    let mut file = b"\0\0\x01\0\x01\0\x20\x20\0\0\x01\0\x20\0".to_vec();
    file.extend_from_slice(&u32::try_from(png.len()).unwrap_or(0).to_le_bytes());
    file.extend_from_slice(&22u32.to_le_bytes());
    file.extend_from_slice(png);
    file
}
