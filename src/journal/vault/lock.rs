//! When a journal that was opened locks itself again: a state machine on the caller's clock. It
//! sleeps nowhere and holds no key; whoever holds one asks it, and drops the key when told.

use std::time::Duration;

/// Whether the journal is open, and since when nobody used it. Times are those of a clock that
/// never goes back, counted from any one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleLock {
    idle: Option<Duration>,
    used: Option<Duration>,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It is locked already.
    Locked,
    /// Drop the key now.
    Lock,
    /// Look again after this long; `None` if it never locks itself.
    Wait(Option<Duration>),
}

impl IdleLock {
    /// Locked; once opened it locks itself after `idle` without use, or never.
    #[must_use]
    pub const fn new(idle: Option<Duration>) -> Self {
        Self { idle, used: None }
    }

    /// After how long without use it locks itself.
    #[must_use]
    pub const fn period(&self) -> Option<Duration> {
        self.idle
    }

    /// The journal was opened.
    pub const fn opened(&mut self, now: Duration) {
        self.used = Some(now);
    }

    /// The journal was used. A journal that is locked, or should be by now, stays so: gives
    /// whether it may be used.
    pub fn used(&mut self, now: Duration) -> bool {
        let open = matches!(self.due(now), Due::Wait(_));
        if open {
            self.used = self.used.max(Some(now));
        }
        open
    }

    /// The person locked it.
    pub const fn locked(&mut self) {
        self.used = None;
    }

    /// What to do at this moment.
    #[must_use]
    pub fn due(&self, now: Duration) -> Due {
        let Some(used) = self.used else { return Due::Locked };
        let Some(idle) = self.idle else { return Due::Wait(None) };
        match (used + idle).checked_sub(now) {
            None | Some(Duration::ZERO) => Due::Lock,
            Some(left) => Due::Wait(Some(left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn it_locks_itself_after_the_time_without_use_and_no_sooner() {
        let mut lock = IdleLock::new(Some(s(300)));
        assert_eq!(lock.due(s(0)), Due::Locked);
        lock.opened(s(10));
        assert_eq!(lock.due(s(309)), Due::Wait(Some(s(1))));
        assert!(lock.used(s(309)));
        assert_eq!(lock.due(s(608)), Due::Wait(Some(s(1))));
        assert_eq!(lock.due(s(609)), Due::Lock);
    }

    #[test]
    fn use_after_the_deadline_does_not_keep_it_open() {
        let mut lock = IdleLock::new(Some(s(300)));
        lock.opened(s(0));
        assert!(!lock.used(s(300)));
        assert_eq!(lock.due(s(301)), Due::Lock);
        lock.locked();
        assert_eq!(lock.due(s(302)), Due::Locked);
        assert!(!lock.used(s(303)));
    }

    #[test]
    fn without_a_deadline_it_stays_open_until_the_person_locks_it() {
        let mut lock = IdleLock::new(None);
        lock.opened(s(0));
        assert!(lock.used(s(1_000_000)));
        assert_eq!(lock.due(s(1_000_000)), Due::Wait(None));
        lock.locked();
        assert!(!lock.used(s(1_000_001)));
    }
}
