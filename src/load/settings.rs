//! Settings of a theme: declared in its `theme.yaml`, given in `site.yaml`, checked here.
//!
//! In: the declarations, the values of `theme_settings:`. Out: a value for each setting, of its type, and findings,
//! each where the value stands. Whether a colour can be read on its ground, and whether a page exists, is found later.
//! Must never let a value through that would be markup or a rule in a style sheet.

use std::collections::BTreeMap;

use csscolorparser::Color;
use serde::Deserialize;
use serde_json::Value;

use crate::address::is_publishable;
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::yaml::{Step, Yaml};

/// A setting as `theme.yaml` declares it.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What values it takes.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Its value where the site says nothing.
    pub default: Value,
    /// What it does, in a sentence for authors of sites.
    pub description: String,
    /// Of a choice: the words to choose from.
    #[serde(default)]
    pub options: Vec<String>,
    /// Of a colour that text has: the grounds it stands on. It must have a contrast of at least 4.5:1 with each.
    #[serde(default)]
    pub on: Vec<String>,
    /// Of a number: the least.
    #[serde(default)]
    pub min: Option<f64>,
    /// Of a number: the greatest.
    #[serde(default)]
    pub max: Option<f64>,
}

/// The types of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One line of text, or none.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Switch,
    /// One of a few words.
    Choice,
    /// A CSS colour without transparency.
    Colour,
    /// CSS font families, in order of preference.
    Font,
    /// The path of a page, relative to the root, or none. A default holds only where there is such a page.
    Page,
    /// The name of a file below `assets/`, or none.
    Asset,
    /// An address with its scheme, or none.
    Url,
    /// A list of `title` and `path` (of a page) or `url`.
    Menu,
}

/// The least contrast of text with its ground: WCAG 2.2, success criterion 1.4.3.
pub const LEAST_CONTRAST: f32 = 4.5;

/// The value of each setting: the site's where it says something, else the default. `at` is the path of the site's
/// values in its file.
pub fn read(
    declared: &BTreeMap<String, Setting>,
    given: &BTreeMap<String, Value>,
    (theme_yaml, site_yaml): (&Yaml, &Yaml),
    theme: &str,
    report: &mut Report,
) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    for (name, setting) in declared {
        let at = [Step::from("settings"), Step::from(name.as_str()), Step::from("default")];
        values.insert(name.clone(), checked(name, setting, &setting.default, theme_yaml, &at, report));
    }
    for (name, value) in given {
        let at = [Step::from("theme_settings"), Step::from(name.as_str())];
        if let Some(setting) = declared.get(name) {
            values.insert(name.clone(), checked(name, setting, value, site_yaml, &at, report));
        } else {
            let help = did_you_mean(name, declared.keys().map(String::as_str), || {
                format!("settings of this theme: {}", declared.keys().cloned().collect::<Vec<_>>().join(", "))
            });
            let message = format!("the theme `{theme}` has no setting `{name}`");
            report.push(Diagnostic::at(Code::ThemeInvalid, site_yaml.key_place(&at), message).help(help));
        }
    }
    values
}

/// A value as templates and style sheets get it.
fn checked(name: &str, setting: &Setting, value: &Value, yaml: &Yaml, at: &[Step], report: &mut Report) -> Value {
    let mut bad = |steps: &[Step], message: String, help: String| {
        let path: Vec<Step> = at.iter().cloned().chain(steps.iter().cloned()).collect();
        report.push(Diagnostic::at(Code::ThemeInvalid, yaml.place(&path), message).help(help));
    };
    let wanted = match setting.kind {
        Kind::Text => "a line of text in quotation marks",
        Kind::Number => "a number",
        Kind::Switch => "`true` or `false`",
        Kind::Choice => "one of its words",
        Kind::Colour => "a CSS colour such as `\"#00586a\"` or `teal`",
        Kind::Font => "font families, such as `Georgia, serif`",
        Kind::Page => "the path of a page, such as `about/`, or `\"\"`",
        Kind::Asset => "the name of a file below assets/, or `\"\"`",
        Kind::Url => "an address such as `mailto:desk@example.org`, or `\"\"`",
        Kind::Menu => "a list such as `[{ title: About, path: about/ }]`",
    };
    let right_type = match setting.kind {
        Kind::Number => value.is_number(),
        Kind::Switch => value.is_boolean(),
        Kind::Menu => value.is_array(),
        _ => value.is_string(),
    };
    if !right_type {
        bad(&[], format!("the setting `{name}` is of the wrong type"), format!("write {wanted}"));
        return setting.default.clone();
    }
    let text = value.as_str().unwrap_or("");
    match setting.kind {
        Kind::Text | Kind::Switch | Kind::Asset => {}
        Kind::Number => {
            let n = value.as_f64().unwrap_or(0.0);
            if setting.min.is_some_and(|min| n < min) || setting.max.is_some_and(|max| n > max) {
                let bound = |b: Option<f64>, word: &str| b.map(|b| format!("{word} {b}"));
                let bounds: Vec<String> = [bound(setting.min, "at least"), bound(setting.max, "at most")].into_iter().flatten().collect();
                bad(&[], format!("the setting `{name}` is {n}"), format!("write a number of {}", bounds.join(" and ")));
            }
        }
        Kind::Choice => {
            if !setting.options.iter().any(|o| o == text) {
                let help = did_you_mean(text, setting.options.iter().map(String::as_str), || {
                    format!("write one of: {}", setting.options.join(", "))
                });
                bad(&[], format!("the setting `{name}` cannot be `{text}`"), help);
            }
        }
        Kind::Colour => match colour(text) {
            // In one form, so that a style sheet gets a colour and nothing else.
            Some(colour) => return Value::String(colour.to_css_hex().to_string()),
            None => bad(&[], format!("`{text}` is not a colour"), format!("write {wanted}, without transparency")),
        },
        Kind::Font => {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | ',' | '"' | '\'');
            let closed = |mark: char| text.matches(mark).count().is_multiple_of(2);
            if text.trim().is_empty() || !text.chars().all(plain) || !closed('"') || !closed('\'') {
                bad(&[], format!("`{text}` does not name fonts"), format!("write {wanted}"));
            }
        }
        Kind::Page => {
            if text.starts_with('/') || text.contains("://") || !(text.is_empty() || text.ends_with('/')) {
                bad(&[], format!("`{text}` is not the path of a page"), "write it from the site's root, such as `about/`".to_owned());
            }
        }
        Kind::Url => {
            if !(text.is_empty() || is_publishable(text) && crate::address::scheme(text).is_some()) {
                bad(&[], format!("`{text}` is not an address that can be published"), format!("write {wanted}"));
            }
        }
        Kind::Menu => {
            for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                if let Some((step, message)) = wrong_item(item) {
                    let steps: Vec<Step> = std::iter::once(Step::from(i)).chain(step.map(Step::from)).collect();
                    bad(
                        &steps,
                        format!("the setting `{name}`: {message}"),
                        "write `{ title: About, path: about/ }`, or `url:` in place of `path:`".to_owned(),
                    );
                }
            }
        }
    }
    value.clone()
}

/// What is wrong with an item of a menu, and at which key.
fn wrong_item(item: &Value) -> Option<(Option<&str>, String)> {
    let Some(map) = item.as_object() else { return Some((None, "an item is not a map".to_owned())) };
    if let Some(key) = map.keys().find(|k| !matches!(k.as_str(), "title" | "path" | "url")) {
        return Some((Some(key), format!("an item has no key `{key}`")));
    }
    let text = |key: &str| map.get(key).map(|v| v.as_str().unwrap_or(""));
    if text("title").is_none_or(|t| t.trim().is_empty()) {
        return Some((None, "an item has no title".to_owned()));
    }
    match (text("path"), text("url")) {
        (Some(_), Some(_)) => Some((Some("url"), "an item leads to a page or to an address, not to both".to_owned())),
        (None, None) => Some((None, "an item leads nowhere".to_owned())),
        (Some(path), None) if path.starts_with('/') || path.contains("://") => {
            Some((Some("path"), format!("`{path}` is not a path below the root")))
        }
        (None, Some(url)) if !is_publishable(url) || crate::address::scheme(url).is_none() => {
            Some((Some("url"), format!("`{url}` is not an address that can be published")))
        }
        _ => None,
    }
}

/// A CSS colour without transparency.
pub fn colour(text: &str) -> Option<Color> {
    text.parse::<Color>().ok().filter(|c| c.a >= 1.0).map(|c| c.clamp())
}

/// The contrast of two colours, from 1 to 21: WCAG 2.2, "contrast ratio".
pub fn contrast(one: &Color, other: &Color) -> f32 {
    let luminance = |c: &Color| {
        let [r, g, b, _] = c.to_linear_rgba();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TextFile;

    /// What is said about a value of a setting of this type.
    fn said(setting: &str, value: &str) -> Vec<String> {
        let setting: Setting = serde_yaml::from_str(setting).expect("a declaration");
        let file = TextFile::new("site.yaml", format!("theme_settings:\n  it: {value}\n"));
        let given: Value = serde_yaml::from_str(value).expect("a value");
        let mut report = Report::default();
        let yaml = Yaml::whole(&file);
        read(&[("it".to_owned(), setting)].into(), &[("it".to_owned(), given)].into(), (&yaml, &yaml), "mine", &mut report);
        report.iter().map(|d| format!("{:?} {}", d.place().map(|(_, line, column)| (line, column)), d.message)).collect()
    }

    #[test]
    fn values_are_of_their_type() {
        for (kind, default, good, wrong) in [
            ("text", "''", &["Made by us", "''"][..], &["1", "[a]", "true"][..]),
            ("switch", "true", &["false"], &["'yes'", "1"]),
            (
                "colour",
                "black",
                &["teal", "'#05a'", "'rgb(0 88 106)'", "'oklch(40% 0.1 220)'"],
                &["madder", "''", "'#00586a80'", "'red;}'"],
            ),
            ("font", "serif", &["Georgia, serif", "'\"Source Serif 4\", serif'"], &["''", "'x;} body{'", "'\"open'", "'url(a)'"]),
            ("page", "''", &["about/", "''"], &["/about/", "about", "'https://example.org/'"]),
            ("url", "''", &["'mailto:desk@example.org'", "'https://example.org/'"], &["about/", "'javascript:alert(1)'"]),
            (
                "menu",
                "[]",
                &["[]", "[{ title: A, path: a/ }, { title: B, url: 'https://b.example/' }]"],
                &[
                    "about/",
                    "[about/]",
                    "[{ title: A }]",
                    "[{ path: a/ }]",
                    "[{ title: A, path: a/, href: b }]",
                    "[{ title: A, url: 'javascript:b' }]",
                ],
            ),
        ] {
            let declared = format!("{{ type: {kind}, default: {default}, description: x }}");
            for value in good {
                assert_eq!(said(&declared, value), Vec::<String>::new(), "{kind}: {value}");
            }
            for value in wrong {
                assert_eq!(said(&declared, value).len(), 1, "{kind}: {value}");
            }
        }
        let choice = "{ type: choice, options: [wide, narrow], default: wide, description: x }";
        assert_eq!(said(choice, "narrow"), Vec::<String>::new());
        assert_eq!(said(choice, "narow"), ["Some((2, 7)) the setting `it` cannot be `narow`"]);
        let number = "{ type: number, min: 20, max: 90, default: 40, description: x }";
        assert_eq!(said(number, "90"), Vec::<String>::new());
        assert_eq!(said(number, "91"), ["Some((2, 7)) the setting `it` is 91"]);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let ratio = |a: &str, b: &str| contrast(&colour(a).expect("a colour"), &colour(b).expect("a colour"));
        assert!((ratio("black", "white") - 21.0).abs() < 0.01);
        assert!((ratio("#777", "#fff") - 4.48).abs() < 0.01);
        assert!((ratio("#fff", "#767676") - 4.54).abs() < 0.01);
    }
}
