//! What stands in memory while a journal is open is not to end on a disk when a program crashes.

/// Forbids core dumps, for this program and those that it starts. Where a system does not let it,
/// all else goes on.
pub(super) fn forbid() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        static FORBIDDEN: std::sync::Once = std::sync::Once::new();
        FORBIDDEN.call_once(|| {
            let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        });
    }
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::{Resource, getrlimit};

    #[test]
    fn no_core_is_dumped_once_a_journal_is_open() {
        super::forbid();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
