//! `cited init DIR` and `cited new PATH`.

use std::path::Path;
use std::process::ExitCode;

use include_dir::{Dir, File, include_dir};

use super::{Failure, ci};
use crate::cli::{Cli, Init, New};
use crate::load::files;
use crate::load::front_matter;
use crate::resolve::routes::check_part;

/// The files of a new site: a lesson that builds at once.
static LESSON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/cmd/lesson");
/// The reference theme, which a new site gets a copy of.
static THEME: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes/explainer");

/// Make a site.
pub fn init(args: &Init) -> Result<ExitCode, Failure> {
    let dir = &args.dir;
    if let Some(ci) = args.ci
        && dir.join(crate::config::CONFIG_FILE).is_file()
    {
        ci::add(ci, dir)?;
        return Ok(ExitCode::SUCCESS);
    }
    if dir.exists() && (!dir.is_dir() || dir.read_dir()?.next().is_some()) {
        return Err(format!("{} exists and is not an empty folder; name a new one", dir.display()).into());
    }
    for file in files_of(&LESSON) {
        put(&dir.join(file.path()), file.contents())?;
    }
    for file in files_of(&THEME) {
        put(&dir.join("themes/explainer").join(file.path()), file.contents())?;
    }
    put(&dir.join(".gitignore"), b"/public/*\n!/public/.gitignore\n")?;
    put(&dir.join("public/.gitignore"), b"*\n!.gitignore\n")?;
    if let Some(ci) = args.ci {
        ci::write(ci, dir)?;
        let config = dir.join(crate::config::CONFIG_FILE);
        put(&config, (std::fs::read_to_string(&config)? + &ci::settings(ci)).as_bytes())?;
    }
    outln!(
        "made a site in {0}\n\n  cited serve --root {0}    to preview it while you write\n  cited build --root {0}    to make {0}/public",
        dir.display()
    );
    Ok(ExitCode::SUCCESS)
}

fn files_of<'a>(dir: &'a Dir<'a>) -> Vec<&'a File<'a>> {
    let below = dir.dirs().flat_map(files_of);
    dir.files().chain(below).collect()
}

pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let at = |e: std::io::Error| format!("cannot write {}: {e}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(at)?;
    }
    std::fs::write(path, bytes).map_err(at)?;
    Ok(())
}

/// Make a page.
pub fn page(cli: &Cli, args: &New) -> Result<ExitCode, Failure> {
    if !cli.root.join(crate::config::CONFIG_FILE).is_file() {
        return Err(format!("there is no {} in {}; name the site with `--root DIR`", crate::config::CONFIG_FILE, cli.root.display()).into());
    }
    let given = args.path.trim_start_matches("content/").trim_start_matches('/');
    let path = if given.ends_with(".md") { given.to_owned() } else { format!("{}.md", given.trim_end_matches('/')) };
    for part in path.split('/') {
        let stem = part.strip_suffix(".md").unwrap_or(part);
        check_part(stem).map_err(|why| format!("`{}` cannot be a page's path: {why}", args.path))?;
        if files::is_ignored(part) {
            return Err(format!("`{part}` would be passed over as a hidden or backup file").into());
        }
    }
    let full = cli.root.join("content").join(&path);
    if full.exists() {
        return Err(format!("{} exists", full.display()).into());
    }
    let name = path.trim_end_matches("/_index.md").trim_end_matches("/index.md").trim_end_matches(".md");
    let name = name.rsplit('/').next().unwrap_or(name).replace(['-', '_'], " ");
    let mut letters = name.chars();
    let made: String = letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect());
    let title = args.title.clone().unwrap_or(made);
    let text = format!(
        "---\ntitle: {}\nsummary: \ndraft: true\ncitations:\n#  - id: short-name\n#    source: a key of content/sources.yaml\n#    quote: \"a few exact words\"\n---\n\nWrite the answer first. Cite each statement: `[@short-name]`.\n",
        serde_json::to_string(&title)?
    )
    .replace("summary: \n", "");
    let file = crate::text::TextFile::new(&path, text.clone());
    debug_assert!(front_matter::split(&file).is_ok());
    put(&full, text.as_bytes())?;
    outln!("{}", full.display());
    eprintln!("it is a draft: `cited serve` shows it, and a build leaves it out until `draft: true` is removed");
    Ok(ExitCode::SUCCESS)
}
