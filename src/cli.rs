//! The command line: types only, no behaviour.
//!
//! Flags keep the names that users of Zola know where the meaning is the same.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::date::Date;
use crate::diag::emit::Format;

/// A static site generator for explainers whose every claim can be checked.
#[derive(Debug, Parser)]
#[command(name = "cited", version, about, propagate_version = true)]
pub struct Cli {
    /// The site's root: the folder with site.yaml.
    #[arg(short, long, global = true, default_value = ".", value_name = "DIR")]
    pub root: PathBuf,
    /// How findings are printed.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub format: Format,
    /// Treat a code, or all warnings, as errors. May be given several times.
    #[arg(long, global = true, value_name = "CODE|warnings")]
    pub deny: Vec<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a small, complete, cited site in a new folder.
    Init(Init),
    /// Make a new page.
    New(New),
    /// Build the site into public/.
    Build(Build),
    /// Build the site, and put it where `deploy:` in site.yaml says.
    Deploy(Deploy),
    /// Preview the site, and rebuild it as it changes.
    Serve(Serve),
    /// Check the site without building it.
    Check(Check),
    /// Find words in an archived source, and print a ready citation.
    Cite(Cite),
    /// Work with the sources.
    #[command(subcommand)]
    Source(SourceCommand),
    /// List pages and estimates that are due for review.
    Stale(Stale),
    /// Compare the claims with those of an earlier revision.
    Changes(Changes),
    /// Write the evidence bundle, or a permanent copy of the site.
    Export(Export),
    /// Explain a finding's code; without one, list the codes.
    Explain(Explain),
    /// Print the JSON schema of a file, for editors.
    Schema(Schema),
    /// Print completions for a shell.
    Completions(Completions),
}

/// What a site is built from.
#[derive(Debug, Args, Clone, Default)]
pub struct SiteArgs {
    /// Build drafts too.
    #[arg(long)]
    pub drafts: bool,
    /// The folder with the archived texts, in place of `archive:` in site.yaml.
    #[arg(long, value_name = "DIR")]
    pub archive: Option<PathBuf>,
    /// The public address, in place of `base_url:` in site.yaml.
    #[arg(short = 'u', long, value_name = "URL")]
    pub base_url: Option<String>,
}

/// `cited init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make; it must not exist, or be empty. With --ci, it may be a site.
    pub dir: PathBuf,
    /// Write a workflow that checks, builds and deploys.
    #[arg(long, value_enum)]
    pub ci: Option<Ci>,
}

/// Services that run workflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[allow(missing_docs)]
pub enum Ci {
    Github,
    Gitlab,
}

/// `cited new`.
#[derive(Debug, Args)]
pub struct New {
    /// The page's path below content/, such as `numbers/losses.md`.
    pub path: String,
    /// Its title; made from the path when absent.
    #[arg(long)]
    pub title: Option<String>,
}

/// `cited build`.
#[derive(Debug, Args)]
pub struct Build {
    /// What to build.
    #[command(flatten)]
    pub site: SiteArgs,
    /// Where to write. Default: public/ below the root.
    #[arg(short, long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
    /// Stay, and replace single files as the site changes.
    #[arg(short, long)]
    pub watch: bool,
    /// With --watch: look for changes on a timer, for network drives.
    #[arg(long)]
    pub poll: bool,
}

/// `cited deploy`.
#[derive(Debug, Args)]
pub struct Deploy {
    /// The target's name in site.yaml; not needed where there is only one.
    pub target: Option<String>,
    /// What to build. Drafts are never deployed.
    #[command(flatten)]
    pub site: SiteArgs,
    /// Print each file that would be put or removed, with the reason, and touch nothing. Of a remote target, what is
    /// there is read.
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Remove no more files than this, in place of `max_deletes:` in site.yaml.
    #[arg(long, value_name = "N")]
    pub max_deletes: Option<usize>,
    /// Try a request that failed this many times again, after longer and longer waits.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub retries: usize,
}

/// `cited serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// What to show.
    #[command(flatten)]
    pub site: SiteArgs,
    /// The address to listen on. Anything but 127.0.0.1 opens the preview to other machines.
    #[arg(short, long, default_value = "127.0.0.1")]
    pub interface: IpAddr,
    /// The port to listen on.
    #[arg(short, long, default_value_t = 1111)]
    pub port: u16,
    /// Open the preview in the browser.
    #[arg(short = 'O', long)]
    pub open: bool,
    /// Look for changes on a timer, for network drives.
    #[arg(long)]
    pub poll: bool,
}

/// `cited check`.
#[derive(Debug, Args)]
pub struct Check {
    /// What to check.
    #[command(flatten)]
    pub site: SiteArgs,
    /// Warn of what is due for review on this day (2025-07-20), in place of `as_of:` in site.yaml. The clock is never read.
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub as_of: Option<Date>,
}

/// `cited cite`.
#[derive(Debug, Args)]
pub struct Cite {
    /// The source's key.
    pub key: String,
    /// Words of the source; several arguments are joined.
    #[arg(required = true)]
    pub words: Vec<String>,
    /// The folder with the archived texts.
    #[arg(long, value_name = "DIR")]
    pub archive: Option<PathBuf>,
}

/// `cited source`.
#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// List the sources.
    List,
    /// Show a source and everything that rests on it.
    Show {
        /// The source's key.
        key: String,
    },
    /// Add sources from a BibTeX, RIS or CSL-JSON file, or one from a text file.
    Add {
        /// The file.
        file: PathBuf,
        /// The key, for a text file.
        #[arg(long)]
        key: Option<String>,
    },
    /// Write content/sources.lock from the archive.
    Lock {
        /// The folder with the archived texts.
        #[arg(long, value_name = "DIR")]
        archive: Option<PathBuf>,
    },
    /// List what would fall if a source were withdrawn.
    Impact {
        /// The source's key.
        key: String,
    },
}

/// `cited stale`.
#[derive(Debug, Args)]
pub struct Stale {
    /// The day to look from: 2025-07-20. The clock is never read.
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub as_of: Date,
}

fn parse_date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "not a date such as 2025-07-20".to_owned())
}

/// `cited changes`.
#[derive(Debug, Args)]
pub struct Changes {
    /// A git revision: a tag, a branch, a commit.
    #[arg(long, value_name = "REV")]
    pub since: String,
}

/// `cited export`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["bundle", "snapshot"])))]
pub struct Export {
    /// Write the evidence bundle: everything that a claim can be checked against, as a zip file.
    #[arg(long, value_name = "FILE.zip")]
    pub bundle: Option<PathBuf>,
    /// Keep the site as it is now as the version of this day, in versions/DATE/, which every build publishes.
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub snapshot: Option<Date>,
    /// The folder with the archived texts.
    #[arg(long, value_name = "DIR")]
    pub archive: Option<PathBuf>,
}

/// `cited explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Such as `number-uncited`.
    pub code: Option<String>,
}

/// `cited schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// Which file.
    #[arg(value_enum)]
    pub file: SchemaFile,
}

/// The files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[allow(missing_docs)]
pub enum SchemaFile {
    Site,
    Page,
    Actors,
    Questions,
    Glossary,
    Evidence,
    Theme,
}

/// `cited completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// Which shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
