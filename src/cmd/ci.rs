//! `cited init DIR --ci github|gitlab`: a workflow that checks, builds and deploys.
//!
//! In: a service and a site's folder. Out: its workflow file, and what `site.yaml` needs for it. Must never replace a
//! file.

use std::path::Path;

use super::Failure;
use crate::cli::Ci;

/// What one service reads.
struct Service {
    /// Where its workflow lies.
    path: &'static str,
    /// The workflow; `VERSION` stands for this program's.
    workflow: &'static str,
    /// The target that the workflow deploys to, for `site.yaml`.
    deploy: &'static str,
}

const GITHUB: Service = Service {
    path: ".github/workflows/site.yml",
    workflow: include_str!("ci/github.yml"),
    deploy: "deploy:\n  hosts: [github-pages]\n  targets:\n    pages: { git: origin, branch: gh-pages }\n",
};

const GITLAB: Service = Service {
    path: ".gitlab-ci.yml",
    workflow: include_str!("ci/gitlab.yml"),
    deploy: "deploy:\n  hosts: [gitlab-pages]\n  targets:\n    pages: { folder: public }\n",
};

fn service(ci: Ci) -> &'static Service {
    match ci {
        Ci::Github => &GITHUB,
        Ci::Gitlab => &GITLAB,
    }
}

/// Lines for a new `site.yaml`.
pub fn settings(ci: Ci) -> String {
    format!(
        "\n# Where `cited deploy` puts the site; the workflow runs it. Set `base_url` to the site's address first.\n{}",
        service(ci).deploy
    )
}

/// Write the workflow into a site; its path.
pub fn write(ci: Ci, site: &Path) -> Result<&'static str, Failure> {
    let Service { path, workflow, .. } = service(ci);
    let full = site.join(path);
    if full.exists() {
        return Err(format!("{} exists; move it away, or add the steps of docs/deploying.md to it", full.display()).into());
    }
    super::new::put(&full, workflow.replace("VERSION", env!("CARGO_PKG_VERSION")).as_bytes())?;
    Ok(path)
}

/// Add the workflow to a site that exists, and say what `site.yaml` needs.
pub fn add(ci: Ci, site: &Path) -> Result<(), Failure> {
    let path = write(ci, site)?;
    let config = std::fs::read_to_string(site.join(crate::config::CONFIG_FILE)).unwrap_or_default();
    outln!("wrote {}", site.join(path).display());
    if !config.lines().any(|line| line.starts_with("deploy:")) {
        outln!("\nAdd the target that it deploys to, to {}:\n\n{}", crate::config::CONFIG_FILE, service(ci).deploy);
    }
    Ok(())
}
