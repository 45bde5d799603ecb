//! What a theme says of pictures: widths of those in the text, the icon, the fonts that cards are drawn with.
//!
//! In: `theme.yaml` and the files of `templates/fonts/`. Out: [`Images`], [`Icon`], [`Fonts`], and the filter `fit`, which
//! cuts text into lines for templates of drawings. Must never let a template read anything but its arguments.

use std::collections::BTreeMap;

use serde::Deserialize;
use tera::{Kwargs, State, Tera, TeraResult, Value};

use super::settings;
use super::theme::Asset;
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::picture::fonts::{Fonts, Room};
use crate::text::TextFile;
use crate::yaml::{Step, Yaml};
use crate::yaml_path;

/// Copies of a picture are not made narrower than this.
const NARROWEST: u32 = 16;

/// How pictures in the text are resized.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Images {
    /// Widths in pixels, ascending. A picture is never made wider than it is.
    pub widths: Vec<u32>,
    /// How wide a picture of the text is on a page, as the attribute `sizes` of `<img>` says it.
    pub sizes: String,
}

impl Default for Images {
    fn default() -> Self {
        Self { widths: vec![400, 800, 1200, 1600], sizes: "100vw".to_owned() }
    }
}

/// The icon and the colours around it, each as CSS writes it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Icon {
    /// A file below `assets/`, which a site replaces by one of the same name.
    pub file: String,
    /// Behind the icon where a system cuts it to a shape of its own.
    pub background: String,
    /// The page's background, by day.
    pub light: String,
    /// The page's background, by night.
    pub dark: String,
}

/// Report what cannot be used.
pub fn check(theme: &Yaml, images: &Images, icon: Option<&Icon>, assets: &BTreeMap<String, Asset>, report: &mut Report) {
    let mut bad = |path: &[Step], message: String, help: String| {
        report.push(Diagnostic::at(Code::ThemeInvalid, theme.place(path), message).help(help));
    };
    if !images.widths.is_sorted_by(|a, b| a < b) || images.widths.first().is_none_or(|w| *w < NARROWEST) {
        bad(
            &yaml_path!["images", "widths"],
            "the widths of pictures do not ascend".to_owned(),
            "write widths in pixels such as `[400, 800, 1200, 1600]`".to_owned(),
        );
    }
    let Some(icon) = icon else { return };
    if !icon.file.ends_with(".svg") || !assets.contains_key(&icon.file) {
        let drawings = assets.keys().map(String::as_str).filter(|name| name.ends_with(".svg"));
        bad(
            &yaml_path!["icon", "file"],
            format!("the icon `{}` is no SVG file below assets/", icon.file),
            did_you_mean(&icon.file, drawings, || "put the file into assets/".to_owned()),
        );
    }
    for (name, colour) in [("background", &icon.background), ("light", &icon.light), ("dark", &icon.dark)] {
        if rgb(colour).is_none() {
            bad(
                &yaml_path!["icon", name],
                format!("`{colour}` is no colour"),
                "write it as `#rrggbb`, or as CSS does otherwise".to_owned(),
            );
        }
    }
}

/// A colour of CSS as three bytes.
pub fn rgb(colour: &str) -> Option<[u8; 3]> {
    let [red, green, blue, _] = settings::colour(colour)?.to_rgba8();
    Some([red, green, blue])
}

/// The fonts of a theme: name → path below the root, and bytes.
pub fn fonts(files: &BTreeMap<String, (String, Vec<u8>)>, report: &mut Report) -> Fonts {
    for (path, _) in files.values().filter(|(_, bytes)| !Fonts::is_font(bytes)) {
        report.push(
            Diagnostic::file(Code::ThemeInvalid, &TextFile::new(path, ""), "this is no font of the forms TrueType or OpenType")
                .help("put a .ttf or .otf file there; fonts for browsers (.woff2) are not read"),
        );
    }
    Fonts::of(files.values().map(|(_, bytes)| bytes.as_slice()))
}

/// `text | fit(width=1000, sizes=[72, 60], lines=3, weight=700)`: lines of a drawing, since SVG does not break text.
pub fn register_fit(tera: &mut Tera, fonts: Fonts) {
    tera.register_filter("fit", move |text: &str, args: Kwargs, _: &State<'_>| -> TeraResult<Value> {
        let room = Room {
            width: args.must_get::<f64>("width")?,
            sizes: args.must_get::<Vec<f64>>("sizes")?,
            lines: args.get::<usize>("lines")?.unwrap_or(1),
            height: args.get::<f64>("height")?,
            weight: args.get::<u16>("weight")?.unwrap_or(400),
        };
        Ok(Value::from_serializable(&fonts.fit(text, &room)))
    });
}
