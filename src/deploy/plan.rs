//! What a deploy will do, made before anything is touched.
//!
//! In: what a target found out. Out: [`Plan`], which prints as one line a file, with the reason.
//! Must never list a file to remove that no earlier deploy put there: that is for the target to see to.

use std::fmt;

use super::DeployError;
use crate::output::Rank;

/// Why a file is put or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The target has no such file.
    New,
    /// An earlier deploy put another version there.
    Changed,
    /// An earlier deploy put it there, and it is there no more.
    Missing,
    /// An earlier deploy was cut while it put it there.
    Unfinished,
    /// The site has it no more.
    Gone,
}

impl Why {
    /// As people read it.
    pub fn text(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Missing => "an earlier deploy put it there, and it is gone",
            Self::Unfinished => "an earlier deploy was cut here",
            Self::Gone => "no longer part of the site",
        }
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its path in the output.
    pub path: String,
    /// The reason.
    pub why: Why,
}

/// Everything that will be done, in the order in which it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files to put: assets, pages, feeds.
    pub puts: Vec<Step>,
    /// Files to remove: feeds, pages, assets.
    pub deletes: Vec<Step>,
    /// How many files are as they should be.
    pub unchanged: usize,
}

impl Plan {
    /// In order.
    pub fn of(mut puts: Vec<Step>, mut deletes: Vec<Step>, unchanged: usize) -> Self {
        puts.sort_unstable_by(|a, b| (Rank::of(&a.path), &a.path).cmp(&(Rank::of(&b.path), &b.path)));
        deletes.sort_unstable_by(|a, b| (Rank::of(&b.path), &a.path).cmp(&(Rank::of(&a.path), &b.path)));
        Self { puts, deletes, unchanged }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.puts.is_empty() && self.deletes.is_empty()
    }

    /// Object when more files would be removed than may be.
    pub fn allow(&self, max_deletes: usize) -> Result<(), DeployError> {
        if self.deletes.len() <= max_deletes {
            return Ok(());
        }
        let found = format!("{} files would be removed, and {max_deletes} may be", self.deletes.len());
        Err(DeployError::new(found, "look at them with `--dry-run`; to go on, give `--max-deletes N`, or set `max_deletes:`"))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (verb, steps) in [("put", &self.puts), ("delete", &self.deletes)] {
            for Step { path, why } in steps {
                writeln!(f, "{verb:<6}  {path}  ({})", why.text())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(paths: &[&str], why: Why) -> Vec<Step> {
        paths.iter().map(|path| Step { path: (*path).to_owned(), why }).collect()
    }

    #[test]
    fn assets_come_first_and_go_last() {
        let paths = ["a/index.html", "assets/x.css", "atom.xml", "b.html"];
        let plan = Plan::of(steps(&paths, Why::New), steps(&paths, Why::Gone), 0);
        let order = |steps: &[Step]| steps.iter().map(|s| s.path.clone()).collect::<Vec<_>>();
        assert_eq!(order(&plan.puts), ["assets/x.css", "a/index.html", "b.html", "atom.xml"]);
        assert_eq!(order(&plan.deletes), ["atom.xml", "a/index.html", "b.html", "assets/x.css"]);
        assert!(plan.to_string().starts_with("put     assets/x.css  (new)\n"), "{plan}");
        assert!(plan.allow(4).is_ok());
        assert_eq!(
            plan.allow(3).unwrap_err().to_string(),
            "4 files would be removed, and 3 may be; look at them with `--dry-run`; to go on, give `--max-deletes N`, or set `max_deletes:`"
        );
    }
}
