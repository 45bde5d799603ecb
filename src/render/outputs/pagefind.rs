//! The index of Pagefind, for sites whose `search:` asks for it.
//!
//! In: the rendered pages. Out: files below `pagefind/`: pieces of the index that a reader's browser fetches as needed,
//! and the WebAssembly that reads them. Must never write them itself, nor ship Pagefind's own interface.

use pagefind::api::PagefindIndex;
use pagefind::options::PagefindServiceConfig;

use crate::output::OutputTree;
use crate::render::Renderer;

/// Files of Pagefind's that no theme of ours loads: its interfaces and what marks words on other pages.
const UNUSED: &[&str] = &["-ui.", "_ui.", "highlight", "playground"];

/// What is not running text: words for screen readers, and references, whose quotes stand on their sources' pages too.
const UNSEARCHED: &[&str] = &[".vh", "[role=doc-bibliography]"];

/// Index every page of the tree. The error is Pagefind's, in words.
pub fn files(renderer: &Renderer, tree: &OutputTree) -> Result<Vec<(String, Vec<u8>)>, String> {
    let site = &renderer.site;
    let pages = site.routes.order.iter().map(|p| site.routes.pages[*p].path.clone());
    let sources = site.inputs.sources.all.iter().map(|s| format!("sources/{}/", s.key));
    let mut html: Vec<(String, String)> = Vec::new();
    for path in pages.chain(sources) {
        let Some(output) = tree.get(&format!("{path}index.html")) else { continue };
        let bytes = output.bytes().map_err(|e| e.to_string())?;
        html.push((path, String::from_utf8_lossy(&bytes).into_owned()));
    }
    let language = site.inputs.config.language.split('-').next().unwrap_or("en").to_owned();
    // Pagefind wants a runtime of its own; the preview calls from within one, so it gets a thread too.
    let made = std::thread::scope(|scope| scope.spawn(|| index(html, language)).join());
    made.unwrap_or_else(|_| Err("it stopped".to_owned()))
}

fn index(pages: Vec<(String, String)>, language: String) -> Result<Vec<(String, Vec<u8>)>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|e| e.to_string())?;
    runtime.block_on(async {
        let config = PagefindServiceConfig::builder().root_selector("main".to_owned()).force_language(language);
        let config = config.exclude_selectors(UNSEARCHED.iter().map(|s| (*s).to_owned()).collect()).build();
        let mut index = PagefindIndex::new(Some(config)).map_err(|e| e.to_string())?;
        for (path, html) in pages {
            index.add_html_file(None, Some(format!("/{path}")), html).await.map_err(|e| format!("{path}: {e}"))?;
        }
        let files = index.get_files().await.map_err(|e| e.to_string())?;
        let named = files.into_iter().map(|f| (f.filename.to_string_lossy().replace('\\', "/"), f.contents));
        Ok(named
            .filter(|(name, _)| !UNUSED.iter().any(|part| name.contains(part)))
            .map(|(name, bytes)| (format!("pagefind/{name}"), bytes))
            .collect())
    })
}
