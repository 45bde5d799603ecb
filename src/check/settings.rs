//! What the settings of the theme ask of the site: colours that can be read, pages that exist.
//!
//! In: the site, with the theme's settings by type. Out: findings, each where the value stands.
//! Must never judge what only the eye can.

use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::load::settings::{Kind, LEAST_CONTRAST, Setting, colour, contrast};
use crate::load::theme::Theme;
use crate::resolve::Site;
use crate::yaml::{Step, Yaml};
use crate::yaml_path;

/// Check every setting.
pub fn check(site: &Site, report: &mut Report) {
    let Some(theme) = &site.inputs.theme else { return };
    for (name, setting) in &theme.declared {
        match setting.kind {
            Kind::Colour => readable(site, theme, name, setting, report),
            // A default leads somewhere only in sites that have the page.
            Kind::Page if is_given(site, name) => {
                let path = theme.settings.get(name).and_then(|v| v.as_str()).unwrap_or("");
                if !path.is_empty() {
                    exists(site, path, &yaml_path!["theme_settings", name.as_str()], report);
                }
            }
            Kind::Menu if is_given(site, name) => {
                let items = theme.settings.get(name).and_then(|v| v.as_array()).map_or(&[][..], Vec::as_slice);
                for (i, item) in items.iter().enumerate() {
                    if let Some(path) = item.get("path").and_then(|p| p.as_str()) {
                        exists(site, path, &yaml_path!["theme_settings", name.as_str(), i, "path"], report);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_given(site: &Site, name: &str) -> bool {
    site.inputs.config.theme_settings.contains_key(name)
}

fn exists(site: &Site, path: &str, at: &[Step], report: &mut Report) {
    if !site.leads_somewhere(path) {
        let paths = site.routes.pages.iter().map(|p| p.path.as_str()).filter(|p| !p.is_empty());
        let place = Yaml::whole(&site.inputs.config.file).place(at);
        report.push(Diagnostic::at(Code::LinkBroken, place, format!("there is no page at `{path}`")).help(did_you_mean(
            path,
            paths,
            || "write the address of a page, from the site's root, such as `about/`".to_owned(),
        )));
    }
}

/// Text of a colour must stand out from each of its grounds.
fn readable(site: &Site, theme: &Theme, name: &str, setting: &Setting, report: &mut Report) {
    let written = theme.settings.get(name).and_then(|v| v.as_str()).unwrap_or("");
    let Some(text) = colour(written) else { return };
    let worst = setting
        .on
        .iter()
        .filter_map(|ground| Some((contrast(&text, &colour(ground)?), ground)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(ratio, _)| *ratio < LEAST_CONTRAST);
    let Some((ratio, ground)) = worst else { return };
    let place = match (&theme.file, is_given(site, name)) {
        (Some(file), false) => Yaml::whole(file).place(&yaml_path!["settings", name, "default"]),
        _ => Yaml::whole(&site.inputs.config.file).place(&yaml_path!["theme_settings", name]),
    };
    // Cut, not rounded: 4.49 must not be called 4.5.
    let ratio = (ratio * 100.0).floor() / 100.0;
    let lighter = colour(ground).is_some_and(|g| g.to_linear_rgba()[1] < 0.18);
    report.push(
        Diagnostic::at(Code::ColourContrast, place, format!("`{name}` has a contrast of {ratio}:1 with the ground {ground}"))
            .help(format!("take a {} colour: text needs at least {LEAST_CONTRAST}:1", if lighter { "lighter" } else { "darker" })),
    );
}
