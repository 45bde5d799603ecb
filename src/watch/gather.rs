//! What has come, and how long to wait for more before looking.
//!
//! In: touches as they come. Out: when to look, and where. A save is looked at as soon as the file is closed; where that
//! is not known, after 2 ms of quiet; the more has come, the longer the quiet must last; a file that is gone or still
//! being written is given time to come back or be closed.
//! Must never wait longer than [`LONGEST`] after the first touch, nor name some of the paths that were touched and not
//! the others.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Touch;

/// Without more events, a save is over after this: editors that write twice do so within a fraction of it.
const QUIET: Duration = Duration::from_millis(2);
/// Added for every event: a branch switch touches a thousand files with gaps between them.
const QUIET_EACH: Duration = Duration::from_micros(250);
/// The longest quiet that is asked for.
const QUIET_MOST: Duration = Duration::from_millis(50);
/// Some editors delete the file, then make it anew; without this wait, the page would be gone for a moment.
const UNSETTLED: Duration = Duration::from_millis(30);
/// However long a storm lasts, the writer sees something.
const LONGEST: Duration = Duration::from_millis(500);
/// A save that comes this soon after another may be part of a storm, and is not looked at before a moment of quiet.
const APART: Duration = Duration::from_millis(20);

/// What has come since the wait began.
#[derive(Debug)]
pub(super) struct Gathering {
    /// When the wait before it ended with something.
    before: Option<Instant>,
    first: Option<Instant>,
    last: Option<Instant>,
    count: u32,
    /// Every path that was touched; none once something cannot be named.
    paths: Option<BTreeSet<PathBuf>>,
    /// Files that were made meanwhile: another name may be theirs in a moment.
    made: HashSet<PathBuf>,
    /// Files that went away and did not come back, or are being written.
    unsettled: HashSet<PathBuf>,
    /// Nothing but whole files.
    whole: bool,
}

impl Gathering {
    /// Begin, after a wait that ended at this moment.
    pub fn after(before: Option<Instant>) -> Self {
        Self {
            before,
            first: None,
            last: None,
            count: 0,
            paths: Some(BTreeSet::new()),
            made: HashSet::new(),
            unsettled: HashSet::new(),
            whole: true,
        }
    }

    /// A wish to look, though nothing was touched.
    pub fn add_nothing(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
        self.count = self.count.saturating_add(1);
    }

    /// One more; `None` for what has no name.
    pub fn add(&mut self, touched: Option<(PathBuf, Touch)>, now: Instant) {
        self.add_nothing(now);
        // Only Linux tells when a file is closed; elsewhere there is nothing to wait for.
        let told_when_closed = cfg!(target_os = "linux");
        let Some((path, touch)) = touched.filter(|(_, touch)| *touch != Touch::Folder) else {
            self.paths = None;
            self.whole = false;
            return;
        };
        match touch {
            Touch::Went if self.made.remove(&path) => {
                self.unsettled.remove(&path);
            }
            Touch::Went => {
                self.unsettled.insert(path.clone());
            }
            Touch::Writing | Touch::Made if told_when_closed => {
                self.unsettled.insert(path.clone());
            }
            _ => {
                self.unsettled.remove(&path);
            }
        }
        if touch == Touch::Made {
            self.made.insert(path.clone());
        }
        self.whole &= touch != Touch::Went && (told_when_closed || touch == Touch::Came);
        if let Some(paths) = &mut self.paths {
            paths.insert(path);
        }
    }

    /// When the wait is over if nothing more comes; nothing has come yet if there is no such moment.
    pub fn until(&self) -> Option<Instant> {
        let (first, last) = (self.first?, self.last?);
        let apart = self.before.is_none_or(|before| first.saturating_duration_since(before) >= APART);
        if apart && self.whole && self.made.is_empty() && self.unsettled.is_empty() && self.paths.as_ref().is_some_and(|p| p.len() <= 1) {
            return Some(last);
        }
        let quiet = (QUIET + QUIET_EACH * self.count).min(QUIET_MOST);
        let quiet = if self.unsettled.is_empty() { quiet } else { quiet.max(UNSETTLED) };
        Some((last + quiet).min(first + LONGEST))
    }

    /// Whether it is time to look, unless something is waiting to be taken in.
    pub fn is_over(&self, now: Instant) -> bool {
        self.until().is_some_and(|until| until <= now)
    }

    /// Whether it is time to look, whatever is waiting.
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.first.is_some_and(|first| first + LONGEST <= now)
    }

    /// Every path that was touched, where all are known.
    pub fn into_paths(self) -> Option<BTreeSet<PathBuf>> {
        self.paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(touches: &[(&str, Touch)], before: Option<Duration>) -> (Duration, Gathering) {
        let start = Instant::now();
        let mut gathering = Gathering::after(before.and_then(|before| start.checked_sub(before)));
        for (path, touch) in touches {
            gathering.add(Some((PathBuf::from(path), *touch)), start);
        }
        (gathering.until().map_or(Duration::MAX, |until| until - start), gathering)
    }

    fn wait_after(touches: &[(&str, Touch)]) -> Duration {
        gathered(touches, None).0
    }

    #[test]
    fn a_save_is_quick_and_a_storm_is_gathered() {
        assert_eq!(wait_after(&[]), Duration::MAX);
        assert!(wait_after(&[("a~", Touch::Came), ("a", Touch::Went), ("a", Touch::Came)]) < Duration::from_millis(4));
        assert_eq!(wait_after(&[("a", Touch::Went)]), UNSETTLED);
        assert_eq!(wait_after(&vec![("a", Touch::Went); 1000]), QUIET_MOST);
        assert_eq!(wait_after(&[("a", Touch::Came)]), Duration::ZERO, "renamed over, and whole");
        let temporary = [("sedX", Touch::Made), ("sedX", Touch::Written), ("sedX", Touch::Went), ("a", Touch::Came)];
        assert!(wait_after(&temporary) < Duration::from_millis(4));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_closed_file_is_looked_at_at_once_unless_others_came_just_before() {
        let save = [("a", Touch::Writing), ("a", Touch::Written)];
        assert_eq!(wait_after(&save), Duration::ZERO);
        assert_eq!(gathered(&save, Some(Duration::from_secs(1))).0, Duration::ZERO);
        let soon = gathered(&save, Some(Duration::from_millis(5))).0;
        assert!(soon >= QUIET && soon < Duration::from_millis(4), "{soon:?}");
        assert!(wait_after(&[("a", Touch::Written), ("b", Touch::Written)]) >= QUIET);
        assert_eq!(wait_after(&[("a", Touch::Writing)]), UNSETTLED);
        assert_eq!(wait_after(&[("a", Touch::Made)]), UNSETTLED);
        let new = wait_after(&[("a", Touch::Made), ("a", Touch::Written)]);
        assert!(new >= QUIET && new < Duration::from_millis(4), "a new file may be about to take another's name: {new:?}");
    }

    #[test]
    fn every_path_is_named_or_none() {
        let names = |touches: &[(&str, Touch)]| gathered(touches, None).1.into_paths().map(|p| p.into_iter().collect::<Vec<_>>());
        assert_eq!(names(&[("b", Touch::Went), ("a", Touch::Written)]), Some(vec!["a".into(), "b".into()]));
        assert_eq!(names(&[("a", Touch::Written), ("new", Touch::Folder), ("b", Touch::Written)]), None);
        let mut gathering = Gathering::after(None);
        gathering.add(None, Instant::now());
        assert_eq!(gathering.into_paths(), None);
    }

    #[test]
    fn nothing_waits_for_ever() {
        let (mut gathering, start) = (Gathering::after(None), Instant::now());
        for n in 0..1000 {
            gathering.add(None, start + Duration::from_millis(n));
        }
        assert!(gathering.is_over(start + LONGEST) && gathering.is_overdue(start + LONGEST));
        assert!(!gathering.is_over(start + LONGEST / 2));
    }
}
