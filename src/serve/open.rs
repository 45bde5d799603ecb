//! Open the browser.
//!
//! In: an address. Out: a browser window, if the system has a way to open one; else a sentence on standard error.
//! Must never fail, nor wait for the browser.

use std::process::{Command, Stdio};

/// Ask the system to show an address of the preview.
pub(super) fn open(url: &str) {
    let (program, arguments) = opener(url);
    let command = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    match command {
        Ok(mut child) => {
            // Waited for elsewhere, so that no dead process stays in the table.
            let _ = std::thread::Builder::new().name("browser".to_owned()).spawn(move || child.wait());
        }
        Err(error) => eprintln!("no browser could be opened ({program}: {error}); open {url} yourself"),
    }
}

fn opener(url: &str) -> (&'static str, Vec<&str>) {
    if cfg!(target_os = "macos") {
        ("open", vec![url])
    } else if cfg!(windows) {
        // `start` takes its first quoted argument for a title.
        ("cmd", vec!["/C", "start", "", url])
    } else {
        ("xdg-open", vec![url])
    }
}
