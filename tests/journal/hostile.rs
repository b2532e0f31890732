//! Places where keeping is hard: folders that can't be written to, full disks, clocks that go
//! back, and texts that are long or strange.

#![allow(clippy::print_stderr, reason = "a test that can't run here says why")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use evenkeel::journal::{Clock, EntryText, Filter, NewEntry, Stamp};
use serde_json::json;

use super::*;

/// A user that is nobody else's.
const NOBODY: u32 = 65_534;

/// The same command as somebody who is not root, where we are; `None` where such a person could
/// not even start the program.
fn as_nobody(mut command: Command) -> Option<Command> {
    let is_root =
        fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if !is_root {
        return Some(command);
    }
    command.uid(NOBODY).gid(NOBODY);
    let mut trial = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
    trial.arg("--version").uid(NOBODY).gid(NOBODY).stdout(Stdio::null());
    trial.status().is_ok_and(|status| status.success()).then_some(command)
}

#[test]
fn a_folder_that_may_not_be_written_to_is_told_and_left_as_it_is() {
    let above = tempfile::tempdir().unwrap();
    fs::set_permissions(above.path(), Permissions::from_mode(0o755)).unwrap();
    let folder = above.path().join("data");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o555)).unwrap();
    let mut command = evenkeel(&folder);
    command.args(["journal", "add", "--rules-only", "-"]);
    let Some(mut command) = as_nobody(command) else {
        eprintln!("skipped: nobody but root can start the program here");
        return;
    };
    let output = run(&mut command, b"secret words");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("--data-dir") && !said(&output).contains("secret"), "{}", said(&output));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_journal_that_may_only_be_read_is_told_and_stays_whole() {
    let above = tempfile::tempdir().unwrap();
    fs::set_permissions(above.path(), Permissions::from_mode(0o755)).unwrap();
    let folder = above.path().join("data");
    json(evenkeel(&folder).args(["journal", "add", "--json", "--rules-only"]), b"first");
    let of_all = |file: Permissions, dir: Permissions| {
        for name in ["journal.db", "vault.json"] {
            fs::set_permissions(folder.join(name), file.clone()).unwrap();
        }
        fs::set_permissions(&folder, dir).unwrap();
    };
    of_all(Permissions::from_mode(0o444), Permissions::from_mode(0o555));
    let before = fs::read(folder.join("journal.db")).unwrap();
    let mut command = evenkeel(&folder);
    command.args(["journal", "add", "--rules-only", "-"]);
    let Some(mut command) = as_nobody(command) else {
        eprintln!("skipped: nobody but root can start the program here");
        return;
    };
    let output = run(&mut command, b"secret words");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("Nothing was changed") && !said(&output).contains("secret"),
        "{}",
        said(&output)
    );
    assert_eq!(fs::read(folder.join("journal.db")).unwrap(), before);
    of_all(Permissions::from_mode(0o600), Permissions::from_mode(0o700));
    assert!(open(&folder).check().unwrap().is_good());
}

/// Adds texts of 40 kB until one is refused; then lists what is there.
const UNTIL_REFUSED: &str = r#"
n=0
while [ $n -lt 200 ]; do
  yes 'some words and more of them' | head -c 40000 | "$@" journal add --rules-only --json - >>"$OUT/kept" 2>"$OUT/told"
  code=$?
  [ $code -ne 0 ] && break
  n=$((n + 1))
done
echo "$n $code" >"$OUT/count"
"#;

/// What the loop left behind: how many were kept, the last exit code, and what was said then.
fn refused(out: &Path) -> (usize, i32, String) {
    let count = fs::read_to_string(out.join("count")).unwrap();
    let (kept, code) = count.trim().split_once(' ').unwrap();
    (kept.parse().unwrap(), code.parse().unwrap(), fs::read_to_string(out.join("told")).unwrap())
}

fn script(folder: &Path, out: &Path, before: &str, after: &str) -> Command {
    let plain = evenkeel(folder);
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{before}\n{UNTIL_REFUSED}\n{after}")).arg("sh");
    command.arg(plain.get_program()).args(plain.get_args()).env("OUT", out);
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

#[test]
fn files_that_may_grow_no_more_lose_nothing_that_was_kept() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // In blocks of 512 bytes; the signal would end the program before it can tell.
    let limits = "trap '' XFSZ; ulimit -f 2000 || ulimit -f 1000";
    let output = run(&mut script(folder.path(), out.path(), limits, ""), b"");
    assert!(output.status.success(), "{}", said(&output));
    let (kept, code, told) = refused(out.path());
    assert_eq!(code, 1, "{told}");
    assert!(kept > 1 && !told.contains("some words"), "{kept}: {told}");
    assert!(told.contains("What was kept before is still there") || told.contains("disk is full"), "{told}");
    let journal = open(folder.path());
    assert_eq!(journal.count().unwrap(), kept as u64);
    assert!(journal.check().unwrap().is_good());
}

#[test]
fn a_full_disk_is_told_and_loses_nothing_that_was_kept() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mount = format!(
        "mount -t tmpfs -o size=1500k,mode=0700 tmpfs '{0}' || {{ echo no >\"$OUT/unable\"; exit 0; }}",
        folder.path().display()
    );
    let keep = format!(
        "\"$@\" doctor --json >\"$OUT/doctor\"; cp '{0}/journal.db' '{0}/vault.json' \"$OUT/\"; [ -s '{0}/journal.db-wal' ] && cp '{0}/journal.db-wal' \"$OUT/\"; true",
        folder.path().display()
    );
    let inner = script(folder.path(), out.path(), &mount, &keep);
    // A space of mounts of its own, so that nobody else sees the disk.
    let mut command = Command::new("unshare");
    command.arg("-rm").arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let started = command.stdin(Stdio::null()).stderr(Stdio::null()).status();
    if !started.is_ok_and(|status| status.success()) || out.path().join("unable").exists() {
        eprintln!("skipped: no small disk can be made here");
        return;
    }
    let (kept, code, told) = refused(out.path());
    assert_eq!(code, 1, "{told}");
    assert!(kept > 1 && told.contains("disk is full") && !told.contains("some words"), "{kept}: {told}");
    let journal = open(out.path());
    assert_eq!(journal.count().unwrap(), kept as u64);
    assert!(journal.check().unwrap().is_good());
    eprintln!("{kept} texts of 40 kB were kept before the disk was full, and none was lost");
}

/// A clock that jumps about.
struct Jumping(std::sync::atomic::AtomicUsize);

const TIMES: [&str; 4] =
    ["2026-11-26T23:00:00+01:00", "2001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "1969-12-31T23:59:59Z"];

impl Clock for Jumping {
    fn now(&self) -> Stamp {
        let n = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        TIMES[n % TIMES.len()].parse().unwrap()
    }
}

#[test]
fn a_clock_that_jumps_about_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Jumping(0.into()));
    let journal = journal::open(folder.path(), &Unlock::KeyFile, clock).unwrap();
    let mut ids = std::collections::BTreeSet::new();
    for n in 0..40 {
        let new = NewEntry::of(EntryText::new(format!("entry {n}")).unwrap());
        ids.insert(journal.add(&new).unwrap().id);
    }
    assert_eq!(ids.len(), 40);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = journal.list(&Filter::default(), after, 7).unwrap();
        seen.extend(page.items.iter().map(|entry| (entry.written, entry.id)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert!(seen.is_sorted_by(|a, b| a.0.ms() >= b.0.ms()), "by the times that were told");
    assert_eq!(seen.into_iter().map(|(_, id)| id).collect::<std::collections::BTreeSet<_>>(), ids);
    let mut out = Vec::new();
    journal.export_json(&mut out).unwrap();
    let other = tempfile::tempdir().unwrap();
    assert_eq!(open(other.path()).import_json(&mut out.as_slice()).unwrap().entries, 40);
    assert!(journal.check().unwrap().is_good());
}

#[test]
fn long_and_strange_texts_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let long =
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} and five megabytes \u{1f469}\u{200d}\u{1f680} of it.\n".repeat(120_000);
    assert!(long.len() > 5_000_000);
    let strange =
        "\u{202e}right to left\u{202c} \u{200f}\u{5e9}\0\u{feff}\u{1f1e9}\u{1f1ea} e\u{301}\r\n\tend";
    for text in [long.as_str(), strange] {
        let added =
            json(evenkeel(folder).args(["journal", "add", "--json", "--rules-only", "-"]), text.as_bytes());
        let shown =
            json(evenkeel(folder).args(["journal", "show", added["id"].as_str().unwrap(), "--json"]), b"");
        assert!(shown["text"] == text, "{} bytes", text.len());
    }
    let listed = run(evenkeel(folder).args(["journal", "list"]), b"");
    assert_eq!(listed.status.code(), Some(0), "{}", said(&listed));
    assert!(!listed.stdout.contains(&0), "a terminal gets no NUL");
    let found = json(evenkeel(folder).args(["journal", "search", "--json", "megabytes"]), b"");
    assert_eq!(found["entries"][0]["marks"].as_array().unwrap().len(), 200);
}

#[test]
fn times_are_shown_as_clocks_had_them_where_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for time in ["2026-11-26T23:04:05.123+05:30", "9999-12-31T23:59:59Z"] {
        json(
            evenkeel(folder).args(["journal", "add", "--json", "--rules-only", "--written", time]),
            b"words",
        );
    }
    for zone in ["UTC", "America/New_York"] {
        let page = run(evenkeel(folder).env("TZ", zone).args(["journal", "list"]), b"");
        let page = String::from_utf8_lossy(&page.stdout).into_owned();
        assert!(
            page.contains("2026-11-26 23:04 (+05:30)") && page.contains("9999-12-31 23:59 (UTC)"),
            "{page}"
        );
    }
    let listed = json(evenkeel(folder).args(["journal", "list", "--json"]), b"");
    assert_eq!(listed["entries"][1]["written"], json!("2026-11-26T23:04:05.123+05:30"));
}
