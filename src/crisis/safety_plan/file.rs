//! The plan as a plain file in the person's own folder: `safety-plan.json`, mode 0600.
//!
//! A new state is written beside the old one, flushed to the disk and renamed into its place, so
//! that a kill leaves one whole plan. Writers take turns through a lock on the folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use uuid::Uuid;

use super::{KeptPlan, PlanStore, PlanStoreError, Revision, SCHEMA, SafetyPlan, SafetyPlanBody};
use crate::disk;

/// Name of the file.
const NAME: &str = "safety-plan.json";
/// What a plan being written ends in.
const PART: &str = ".part";
/// Bytes of a plan at most; a full one has less than a third of it.
const MOST_BYTES: u64 = 1024 * 1024;

/// The file of a plan, whether it is there or not.
#[derive(Debug, Clone)]
pub struct PlanFile {
    folder: PathBuf,
}

impl PlanFile {
    /// The plan in a folder; the folder is made when a plan is first kept.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where the plan lies, once there is one.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// Holds others off until it is dropped, where the system can do that.
    fn lock(&self) -> Result<Option<File>, PlanStoreError> {
        if !cfg!(unix) {
            return Ok(None);
        }
        let fail = |source| self.failed("locked", source);
        let folder = File::open(&self.folder).map_err(fail)?;
        match folder.lock() {
            // Some file systems know no locks.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(fail(error)),
            _ => Ok(Some(folder)),
        }
    }

    /// Takes away what a kill left half-written. Only under the lock.
    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let left = name.to_str().is_some_and(|n| n.starts_with(NAME) && n.ends_with(PART));
            if left {
                fs::remove_file(self.folder.join(name))?;
            }
        }
        Ok(())
    }

    fn put(&self, bytes: &[u8]) -> io::Result<()> {
        let part = self.folder.join(format!("{NAME}.{}{PART}", Uuid::now_v7().simple()));
        let written = disk::write_new(&part, bytes).and_then(|()| fs::rename(&part, self.path()));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written.and_then(|()| disk::sync_folder_of(&self.path()))
    }

    fn is_still(&self, looked_at: Option<&Revision>) -> Result<(), PlanStoreError> {
        let now = self.read()?;
        if now.as_ref().map(|kept| &kept.revision) == looked_at {
            Ok(())
        } else {
            Err(PlanStoreError::Changed)
        }
    }

    fn failed(&self, what: &'static str, source: io::Error) -> PlanStoreError {
        PlanStoreError::Io { path: self.path(), what, source }
    }
}

impl PlanStore for PlanFile {
    fn read(&self) -> Result<Option<KeptPlan>, PlanStoreError> {
        let path = self.path();
        let bytes = match read_some(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed("read", error)),
        };
        parse(&bytes, &path).map(Some)
    }

    fn write(
        &self,
        plan: &SafetyPlan,
        readable_when_locked: bool,
        over: Option<&Revision>,
    ) -> Result<KeptPlan, PlanStoreError> {
        disk::make_folder(&self.folder).map_err(|source| PlanStoreError::Io {
            path: self.folder.clone(),
            what: "made",
            source,
        })?;
        let _lock = self.lock()?;
        self.is_still(over)?;
        let fail = |source| self.failed("written", source);
        self.sweep().map_err(fail)?;
        let body = SafetyPlanBody::new(plan, readable_when_locked);
        let mut bytes = serde_json::to_vec_pretty(&body).map_err(|error| fail(error.into()))?;
        bytes.push(b'\n');
        self.put(&bytes).map_err(fail)?;
        Ok(KeptPlan { plan: plan.clone(), readable_when_locked, revision: Revision::of(&bytes) })
    }

    fn erase(&self, looked_at: &Revision) -> Result<(), PlanStoreError> {
        let fail = |source| self.failed("removed", source);
        let _lock = self.lock()?;
        self.is_still(Some(looked_at))?;
        self.sweep().map_err(fail)?;
        fs::remove_file(self.path()).map_err(fail)?;
        disk::sync_folder_of(&self.path()).map_err(fail)
    }
}

fn read_some(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All that is read of a plan of whatever form.
#[derive(Deserialize)]
struct Form {
    schema: u64,
}

fn parse(bytes: &[u8], path: &Path) -> Result<KeptPlan, PlanStoreError> {
    let damaged = || PlanStoreError::Damaged { path: path.to_owned() };
    if bytes.len() as u64 > MOST_BYTES {
        return Err(damaged());
    }
    let Form { schema } = serde_json::from_slice(bytes).map_err(|_| damaged())?;
    if schema > u64::from(SCHEMA) {
        return Err(PlanStoreError::Newer { path: path.to_owned(), schema });
    }
    let body: SafetyPlanBody = serde_json::from_slice(bytes).map_err(|_| damaged())?;
    let plan = body.check().map_err(|_| damaged())?;
    let readable_when_locked = body.readable_when_locked.unwrap_or_default();
    Ok(KeptPlan { plan, readable_when_locked, revision: Revision::of(bytes) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::crisis::safety_plan::{PlanLine, PlanStep};

    fn plan(text: &str) -> SafetyPlan {
        let mut plan = SafetyPlan::default();
        plan.add(PlanStep::Coping, PlanLine::new(text, None).unwrap()).unwrap();
        plan
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_plan_is_kept_changed_and_erased_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path().join("new").join("data"));
        assert!(file.read().unwrap().is_none());
        assert!(!file.folder.exists(), "looking makes nothing");
        let first = file.write(&plan("walk"), true, None).unwrap();
        assert_eq!(file.read().unwrap(), Some(first.clone()));
        let second = file.write(&plan("walk further"), true, Some(&first.revision)).unwrap();
        assert_ne!(first.revision, second.revision);
        assert_eq!(names(&file.folder), [NAME]);
        file.erase(&second.revision).unwrap();
        assert!(file.read().unwrap().is_none());
        assert_eq!(names(&file.folder), Vec::<String>::new());
    }

    #[cfg(unix)]
    #[test]
    fn file_and_folder_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path().join("data"));
        file.write(&plan("walk"), false, None).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file.folder), mode(&file.path())), (0o700, 0o600));
    }

    #[test]
    fn a_state_that_was_not_looked_at_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path());
        let first = file.write(&plan("one"), false, None).unwrap();
        let second = file.write(&plan("two"), false, Some(&first.revision)).unwrap();
        for looked_at in [None, Some(&first.revision)] {
            let late = file.write(&plan("three"), false, looked_at);
            assert!(matches!(late, Err(PlanStoreError::Changed)), "{late:?}");
        }
        assert!(matches!(file.erase(&first.revision), Err(PlanStoreError::Changed)));
        assert_eq!(file.read().unwrap(), Some(second));
    }

    #[test]
    fn of_many_writers_at_once_each_write_follows_the_state_it_saw() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path());
        file.write(&plan("0"), false, None).unwrap();
        let add_one = || {
            loop {
                let kept = file.read().unwrap().unwrap();
                let count: usize = kept.plan.lines(PlanStep::Coping)[0].text().parse().unwrap();
                match file.write(&plan(&(count + 1).to_string()), false, Some(&kept.revision)) {
                    Ok(_) => break,
                    Err(PlanStoreError::Changed) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..5).for_each(|_| add_one()));
            }
        });
        assert_eq!(file.read().unwrap().unwrap().plan, plan("40"));
    }

    #[test]
    fn what_a_kill_left_half_written_is_no_plan_and_goes_with_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlanFile::in_folder(folder.path());
        let part = folder.path().join(format!("{NAME}.0123{PART}"));
        fs::write(&part, b"{\"schema\":1,\"cop").unwrap();
        fs::write(folder.path().join("other.part"), b"x").unwrap();
        assert!(file.read().unwrap().is_none());
        file.write(&plan("walk"), false, None).unwrap();
        assert!(!part.exists());
        assert!(folder.path().join("other.part").exists(), "what is not ours stays");
    }

    #[test]
    fn a_damaged_file_and_a_newer_form_are_told_apart_and_left_alone() {
        let newer = r#"{"schema":2,"coping":{"lines":[]}}"#;
        let long = format!(r#"{{"schema":1,"coping":["{}"]}}"#, "a".repeat(1 << 21));
        let damaged = [
            "",
            "{",
            "[]",
            "{}",
            r#"{"schema":1,"coping":["walk"#,
            r#"{"schema":0}"#,
            r#"{"schema":-1}"#,
            r#"{"schema":1,"coping":["a\u001b[2J"]}"#,
            r#"{"schema":1,"colour":["blue"]}"#,
            long.as_str(),
        ];
        for (text, is_newer) in damaged.into_iter().map(|text| (text, false)).chain([(newer, true)]) {
            let folder = tempfile::tempdir().unwrap();
            let file = PlanFile::in_folder(folder.path());
            fs::write(file.path(), text).unwrap();
            let revision = Revision::of(text.as_bytes());
            for done in [
                file.read().map(drop),
                file.write(&plan("walk"), true, None).map(drop),
                file.write(&plan("walk"), true, Some(&revision)).map(drop),
                file.erase(&revision),
            ] {
                let error = done.unwrap_err();
                match error {
                    PlanStoreError::Newer { schema: 2, .. } => assert!(is_newer, "{text}"),
                    PlanStoreError::Damaged { .. } => assert!(!is_newer, "{text}"),
                    other => panic!("{other}"),
                }
            }
            assert_eq!(fs::read_to_string(file.path()).unwrap(), text);
            assert_eq!(names(folder.path()), [NAME]);
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_bytes_are_there_they_are_a_plan_or_an_error(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
            text in "[\\[\\]{}:,\"a-z0-9_ ]{0,80}",
        ) {
            let _ = parse(&bytes, Path::new("x"));
            let _ = parse(format!("{{\"schema\":1,{text}").as_bytes(), Path::new("x"));
        }

        #[test]
        fn every_plan_comes_back_as_it_was(
            lines in proptest::collection::vec((0usize..6, "\\PC{1,40}"), 0..30),
        ) {
            let mut plan = SafetyPlan::default();
            for (step, text) in lines {
                let step = PlanStep::ALL[step];
                if let Ok(line) = PlanLine::typed(step, &text) {
                    let _ = plan.add(step, line);
                }
            }
            let bytes = serde_json::to_vec(&SafetyPlanBody::new(&plan, true)).unwrap();
            proptest::prop_assert_eq!(parse(&bytes, Path::new("x")).unwrap().plan, plan);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_the_system_refuses_is_told_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        // A file stands where the folder belongs.
        let blocked = folder.path().join("data");
        fs::write(&blocked, "mine").unwrap();
        let error = PlanFile::in_folder(&blocked).write(&plan("walk"), true, None).unwrap_err();
        assert!(error.to_string().contains("could not be made"), "{error}");
        assert_eq!(fs::read_to_string(&blocked).unwrap(), "mine");
        // A folder stands where the file belongs.
        fs::create_dir(folder.path().join(NAME)).unwrap();
        let error = PlanFile::in_folder(folder.path()).read().unwrap_err();
        assert!(error.to_string().contains("could not be read"), "{error}");
    }
}
