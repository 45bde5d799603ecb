//! How long to wait for more before looking.
//!
//! In: touches as they come. Out: when to look. A single save is looked at after 2 ms of quiet; the more has come, the
//! longer the quiet must last; a file that is gone or still being written is given time to come back or be closed.
//! Must never wait longer than [`LONGEST`] after the first touch.

use std::collections::HashSet;
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

/// What has come since the wait began.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    first: Option<Instant>,
    last: Option<Instant>,
    count: u32,
    /// Files that went away and did not come back, or are being written.
    unsettled: HashSet<PathBuf>,
}

impl Gathering {
    /// One more.
    pub fn add(&mut self, touched: Option<(PathBuf, Touch)>, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
        self.count = self.count.saturating_add(1);
        let Some((path, touch)) = touched else { return };
        match touch {
            Touch::Went => {
                self.unsettled.insert(path);
            }
            // Only Linux tells when a file is closed; elsewhere there is nothing to wait for.
            Touch::Writing if cfg!(target_os = "linux") => {
                self.unsettled.insert(path);
            }
            Touch::Came | Touch::CameFolder | Touch::Written | Touch::Writing => {
                self.unsettled.remove(&path);
            }
            Touch::Attributes => {}
        }
    }

    /// When the wait is over if nothing more comes; nothing has come yet if there is no such moment.
    pub fn until(&self) -> Option<Instant> {
        let (first, last) = (self.first?, self.last?);
        let quiet = (QUIET + QUIET_EACH * self.count).min(QUIET_MOST);
        let quiet = if self.unsettled.is_empty() { quiet } else { quiet.max(UNSETTLED) };
        Some((last + quiet).min(first + LONGEST))
    }

    /// Whether it is time to look.
    pub fn is_over(&self, now: Instant) -> bool {
        self.until().is_some_and(|until| until <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_after(touches: &[(&str, Touch)]) -> Duration {
        let (mut gathering, start) = (Gathering::default(), Instant::now());
        for (path, touch) in touches {
            gathering.add(Some((PathBuf::from(path), *touch)), start);
        }
        gathering.until().map_or(Duration::MAX, |until| until - start)
    }

    #[test]
    fn a_save_is_quick_and_a_storm_is_gathered() {
        assert_eq!(wait_after(&[]), Duration::MAX);
        assert!(wait_after(&[("a", Touch::Writing), ("a", Touch::Written)]) < Duration::from_millis(4));
        assert!(wait_after(&[("a~", Touch::Came), ("a", Touch::Went), ("a", Touch::Came)]) < Duration::from_millis(4));
        assert_eq!(wait_after(&[("a", Touch::Went)]), UNSETTLED);
        assert_eq!(wait_after(&vec![("a", Touch::Came); 1000]), QUIET_MOST);
    }

    #[test]
    fn nothing_waits_for_ever() {
        let (mut gathering, start) = (Gathering::default(), Instant::now());
        for n in 0..1000 {
            gathering.add(None, start + Duration::from_millis(n));
        }
        assert!(gathering.is_over(start + LONGEST));
        assert!(!gathering.is_over(start + LONGEST / 2));
    }
}
