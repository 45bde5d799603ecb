//! The `git` program, on a repository of its own.
//!
//! In: the site's root, and the target's repository. Out: what git says. The user's repository is only asked: for the
//! address of a remote, the commit the site was built from, the identity, and the settings for reaching other hosts,
//! which are passed on in the environment, where no list of processes shows them.
//! Must never print an address with a name and password, nor leave anything in the temporary folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::deploy::{DeployError, redact};

/// Variables that would lead git to another repository than the one meant.
const ELSEWHERE: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// Settings of the user's repository that say how to reach others, by the beginning of their names.
const PASSED_ON: [&str; 7] = ["http.", "credential.", "url.", "ssh.", "protocol.", "core.sshcommand", "core.askpass"];

/// A repository of our own, and the target.
#[derive(Debug)]
pub struct Git {
    root: PathBuf,
    own: TempDir,
    address: String,
    settings: Vec<(String, String)>,
}

impl Git {
    /// Make the repository, and find out what `repository` means: a remote's name, a path, an address.
    pub fn open(root: &Path, repository: &str) -> Result<Self, DeployError> {
        let mut git = Self { root: root.to_path_buf(), own: folder()?, address: String::new(), settings: Vec::new() };
        git.settings = git.settings_of_user();
        git.address = git.find(repository)?;
        git.init("sha1")?;
        Ok(git)
    }

    /// An empty repository, without the hooks that the user's templates bring.
    fn init(&self, format: &str) -> Result<(), DeployError> {
        let format = format!("--object-format={format}");
        self.run(&["init", "--quiet", "--bare", "--template=", &format])?;
        for (key, value) in [
            ("gc.auto", "0"),
            ("core.compression", "1"),
            ("remote.target.promisor", "true"),
            ("remote.target.partialclonefilter", "blob:none"),
            ("remote.target.url", &self.address),
        ] {
            self.run(&["config", key, value])?;
        }
        Ok(())
    }

    fn find(&self, repository: &str) -> Result<String, DeployError> {
        let remote = self.ask_user(&["remote", "get-url", "--push", "--", repository]);
        // A path in git's settings counts from the top of the work tree, one in site.yaml from the site's root.
        let (address, start) = match remote {
            Ok(address) => (address, self.ask_user(&["rev-parse", "--show-toplevel"]).map_or_else(|_| self.root.clone(), PathBuf::from)),
            Err(_) => (repository.to_owned(), self.root.clone()),
        };
        let path = start.join(&address);
        if path.is_dir() {
            return Ok(path.canonicalize().unwrap_or(path).to_string_lossy().into_owned());
        }
        // `host:path` and `scheme://…` are addresses; a lone word can only have been meant for a remote.
        if address.contains(':') {
            return Ok(address);
        }
        let found = format!("`{repository}` is no remote of the site's repository that can be reached, and no folder");
        Err(DeployError::new(found, "see `git remote -v`, or write the address of the repository"))
    }

    /// The target's address, for git.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The target's address, for people.
    pub fn shown(&self) -> String {
        redact(&self.address)
    }

    /// The newest commit of a reference of the target.
    pub fn remote_tip(&self, reference: &str) -> Result<Option<String>, DeployError> {
        let said = self.attempt(&["ls-remote", "--", &self.address, reference]).map_err(|said| self.unreachable("read", &said))?;
        Ok(said.lines().filter_map(|line| line.split_once('\t')).find(|(_, name)| *name == reference).map(|(id, _)| id.to_owned()))
    }

    /// Fetch the newest commit of a branch, without those before it and without its files; its name.
    pub fn fetch(&mut self, reference: &str, own: &str) -> Result<Option<String>, DeployError> {
        let Some(tip) = self.remote_tip(reference)? else { return Ok(None) };
        // A repository keeps the kind of names that it began with, so begin anew.
        if tip.len() == 64 {
            self.own = folder()?;
            self.init("sha256")?;
        }
        let what = format!("+{reference}:{own}");
        self.attempt(&["fetch", "--quiet", "--no-tags", "--depth=1", "--filter=blob:none", "target", &what])
            .map_err(|said| self.unreachable("fetch from", &said))?;
        self.line(&["rev-parse", "--verify", own]).map(Some)
    }

    /// Name, mail and time for the commit: the user's, else ours.
    pub fn identity(&self) -> Result<String, DeployError> {
        let of_user = self.ask_user(&["var", "GIT_COMMITTER_IDENT"]);
        let ours = || self.ask_user(&["-c", "user.name=cited", "-c", "user.email=cited@localhost", "var", "GIT_COMMITTER_IDENT"]);
        of_user
            .or_else(|_| ours())
            .map_err(|said| DeployError::new(format!("git gives no name for the commit: {said}"), "set `user.name` and `user.email`"))
    }

    /// The commit that the site's repository is at, if it has one.
    pub fn source_commit(&self) -> Option<String> {
        self.ask_user(&["rev-parse", "--verify", "--quiet", "HEAD"]).ok().filter(|id| !id.is_empty())
    }

    /// The tree without a file, in this repository's kind of name.
    pub fn empty_tree(&self) -> Result<String, DeployError> {
        self.line(&["hash-object", "-t", "tree", "-w", "--stdin"])
    }

    /// A commit without parents.
    pub fn commit_tree(&self, tree: &str, message: &str, who: &str) -> Result<String, DeployError> {
        let (name, rest) = who.rsplit_once(" <").unwrap_or(("cited", "cited@localhost> 0 +0000"));
        let (mail, time) = rest.split_once("> ").unwrap_or((rest, "0 +0000"));
        let mut command = self.command();
        command.args(["commit-tree", tree, "-m", message]);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), name).env(format!("GIT_{role}_EMAIL"), mail).env(format!("GIT_{role}_DATE"), time);
        }
        let id = finish(command).map_err(|said| failed("commit-tree", &said))?;
        Ok(String::from_utf8_lossy(&id).trim().to_owned())
    }

    /// Begin to make a commit from a stream (git-fast-import).
    pub fn import(&self) -> Result<Import, DeployError> {
        let mut command = self.command();
        let child =
            command.args(["fast-import", "--quiet", "--done"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|e| no_git(&e))?;
        let stream = child.stdin.take().ok_or_else(|| failed("fast-import", "it takes no input"))?;
        Ok(Import { child, stream })
    }

    /// One line that git says about our repository.
    pub fn line(&self, arguments: &[&str]) -> Result<String, DeployError> {
        self.run(arguments).map(|said| String::from_utf8_lossy(&said).trim().to_owned())
    }

    /// Run git on our repository.
    pub fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, DeployError> {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::null());
        finish(command).map_err(|said| failed(arguments.first().unwrap_or(&""), &said))
    }

    /// Run git on our repository and the target; what it said when it failed.
    pub fn attempt(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = self.command();
        command.args(arguments);
        finish(command).map(|said| String::from_utf8_lossy(&said).into_owned())
    }

    /// The target could not be reached.
    pub fn unreachable(&self, what: &str, said: &str) -> DeployError {
        let message = format!("git cannot {what} {}: {}", self.shown(), one_line(said));
        DeployError::new(message, "see that the address is right, and that you may push there; git's own settings hold the credentials")
    }

    fn command(&self) -> Command {
        let mut command = plain();
        command.env("GIT_DIR", self.own.path()).current_dir(self.own.path());
        let there: usize = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
        for (i, (key, value)) in self.settings.iter().enumerate() {
            let at = there + i;
            command.env(format!("GIT_CONFIG_KEY_{at}"), key).env(format!("GIT_CONFIG_VALUE_{at}"), value);
        }
        command.env("GIT_CONFIG_COUNT", (there + self.settings.len()).to_string());
        command
    }

    /// Ask the user's repository; nothing that changes it.
    fn ask_user(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = plain();
        command.current_dir(&self.root).args(arguments).stdin(Stdio::null());
        finish(command).map(|said| String::from_utf8_lossy(&said).trim().to_owned())
    }

    fn settings_of_user(&self) -> Vec<(String, String)> {
        let listed = self.ask_user(&["config", "--local", "--includes", "--list", "-z"]).unwrap_or_default();
        let entries = listed.split('\0').filter_map(|entry| entry.split_once('\n'));
        entries.filter(|(key, _)| PASSED_ON.iter().any(|start| key.starts_with(start))).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
    }
}

fn folder() -> Result<TempDir, DeployError> {
    tempfile::Builder::new()
        .prefix("cited-deploy-")
        .tempdir()
        .map_err(|e| DeployError::new(format!("cannot make a folder in {}: {e}", std::env::temp_dir().display()), "make some room there"))
}

/// git, in English, without asking where nobody can answer.
fn plain() -> Command {
    use std::io::IsTerminal;
    let mut command = Command::new("git");
    for name in ELSEWHERE {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
    if !std::io::stdin().is_terminal() {
        command.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null());
    }
    command
}

/// Its output, or its words when it fails.
fn finish(mut command: Command) -> Result<Vec<u8>, String> {
    let output = command.output().map_err(|e| no_git(&e).to_string())?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

fn no_git(error: &std::io::Error) -> DeployError {
    DeployError::new(format!("cannot run git: {error}"), "install git, 2.31 or later")
}

fn failed(what: &str, said: &str) -> DeployError {
    DeployError::new(format!("`git {what}` failed: {}", one_line(said)), "see that git is 2.31 or later")
}

/// Several lines as one.
pub fn one_line(said: &str) -> String {
    said.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" / ")
}

/// A commit in the making.
#[derive(Debug)]
pub struct Import {
    child: Child,
    stream: ChildStdin,
}

impl Import {
    /// Send bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), DeployError> {
        self.stream.write_all(bytes).map_err(|e| failed("fast-import", &e.to_string()))
    }

    /// Send a file; its path is quoted already.
    pub fn send_file(&mut self, path: &str, bytes: &[u8]) -> Result<(), DeployError> {
        self.send(format!("M 100644 inline {path}\ndata {}\n", bytes.len()).as_bytes())?;
        self.send(bytes)?;
        self.send(b"\n")
    }

    /// End it.
    pub fn finish(mut self) -> Result<(), DeployError> {
        self.send(b"done\n")?;
        drop(self.stream);
        let output = self.child.wait_with_output().map_err(|e| failed("fast-import", &e.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(failed("fast-import", &String::from_utf8_lossy(&output.stderr)))
    }
}
