//! Settings as templates see them.
//!
//! In: the theme's settings and the site. Out: the same, with what leads nowhere left out: a theme's default names
//! the page that most sites have. What the site itself says was checked before.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::load::settings::Kind;
use crate::load::theme::Theme;
use crate::resolve::Site;

/// Every setting by its name. An item of a menu has `title`, and `path` or `url`; the other is none.
pub fn shown(site: &Site, theme: &Theme) -> BTreeMap<String, Value> {
    let leads = |path: &str| site.leads_somewhere(path);
    let mut values = theme.settings.clone();
    for (name, value) in &mut values {
        match theme.declared.get(name).map(|s| s.kind) {
            Some(Kind::Page) if !value.as_str().is_some_and(|path| path.is_empty() || leads(path)) => *value = json!(""),
            Some(Kind::Menu) => {
                let items = value.as_array().cloned().unwrap_or_default();
                let there = items.iter().filter(|item| item["path"].as_str().is_none_or(leads));
                *value = there.map(|i| json!({ "title": i["title"], "path": i["path"], "url": i["url"] })).collect();
            }
            _ => {}
        }
    }
    values
}
