//! Pulling weights, from outside: against a small server on this machine, and with a stand-in
//! for Python that hands out wheels from a folder.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "weights/merging.rs"]
mod merging;
#[path = "weights/server.rs"]
mod server;
#[path = "support/tiny_gguf.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod tiny_gguf;
#[cfg(unix)]
#[path = "weights/wheels.rs"]
mod wheels;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use evenkeel::weights::{
    Cancel, ModelCache, ModelSpec, ModelStatus, NewModel, Progress, Registry, SourceError, WeightsError,
    sha256_of,
};
use server::{head, say, serve, serve_file};
use tempfile::TempDir;

/// Bytes that look like nothing in particular, different for each seed.
fn model(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

struct Home {
    dir: TempDir,
    cache: ModelCache,
}

fn home() -> Home {
    let dir = tempfile::tempdir().unwrap();
    let cache = ModelCache::locate(Some(dir.path().join("models"))).unwrap();
    Home { dir, cache }
}

impl Home {
    /// A model named `m` with these bytes and these sources.
    fn spec(&self, bytes: &[u8], sources: &str) -> ModelSpec {
        let sample = self.dir.path().join("sample");
        fs::write(&sample, bytes).unwrap();
        let sha256 = sha256_of(&sample, &(), &Cancel::new()).unwrap();
        let text = format!(
            "[[model]]\nname = \"m\"\nsummary = \"\"\narchitecture = \"llama\"\nlicence = \"x\"\n\
             bytes = {}\nsha256 = \"{sha256}\"\nsources = [{sources}]\n",
            bytes.len()
        );
        fs::create_dir_all(self.cache.folder()).unwrap();
        fs::write(self.cache.folder().join("registry.toml"), text).unwrap();
        let registry = Registry::load(self.cache.folder()).unwrap();
        registry.find(&"m".parse().unwrap()).unwrap().clone()
    }

    fn pull(&self, spec: &ModelSpec) -> Result<PathBuf, WeightsError> {
        self.cache.pull(spec, &(), &Cancel::new())
    }

    /// What lies in the cache, without the registry and the lock.
    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.cache.folder()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| !matches!(name.as_str(), "registry.toml" | "m.lock"));
        names.sort();
        names
    }
}

fn cause(pulled: Result<PathBuf, WeightsError>) -> SourceError {
    match pulled.unwrap_err() {
        WeightsError::NotFetched { mut causes, .. } => causes.pop().unwrap(),
        other => unreachable!("{other}"),
    }
}

/// Remembers the stages, and does something at the first progress.
struct Listener<F: Fn(u64)> {
    stages: Mutex<Vec<String>>,
    at: F,
}

impl<F: Fn(u64)> Listener<F> {
    fn new(at: F) -> Self {
        Self { stages: Mutex::default(), at }
    }
}

impl<F: Fn(u64)> Progress for Listener<F> {
    fn stage(&self, name: &str) {
        self.stages.lock().unwrap().push(name.to_owned());
    }
    fn advanced(&self, done: u64, total: u64) {
        assert!(done <= total);
        (self.at)(done);
    }
}

#[test]
fn a_file_is_fetched_once_and_found_again_without_a_request() {
    let (home, bytes) = (home(), model(1, 5_000_000));
    let server = serve_file(bytes.clone(), 0);
    let spec = home.spec(&bytes, &server.source());
    assert_eq!(home.cache.status(&spec).unwrap(), ModelStatus::Absent);
    let path = home.pull(&spec).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(home.cache.status(&spec).unwrap(), ModelStatus::Present);
    assert_eq!(home.files(), ["m.gguf", "m.verified"]);

    let again = Instant::now();
    assert_eq!(home.pull(&spec).unwrap(), path);
    assert!(again.elapsed() < Duration::from_millis(50), "{:?}", again.elapsed());
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_connection_that_ends_early_is_taken_up_where_it_ended() {
    let (home, bytes) = (home(), model(2, 900_000));
    let server = serve_file(bytes.clone(), 2);
    let spec = home.spec(&bytes, &server.source());
    assert_eq!(fs::read(home.pull(&spec).unwrap()).unwrap(), bytes);
    let from: Vec<_> = server.asked().iter().map(|asked| asked.from).collect();
    assert_eq!(from, [None, Some(300_000), Some(500_000)]);
    assert_eq!(server.asked()[1].if_range.as_deref(), Some("\"v1\""));
}

#[test]
fn what_came_before_a_break_is_kept_for_the_next_pull() {
    let (home, bytes) = (home(), model(3, 900_000));
    let server = serve_file(bytes.clone(), 4);
    let spec = home.spec(&bytes, &server.source());
    let SourceError::Interrupted { done, total: 900_000 } = cause(home.pull(&spec)) else {
        unreachable!("the server always ends early");
    };
    assert_eq!(home.cache.status(&spec).unwrap(), ModelStatus::Partial { bytes: done });
    assert_eq!(fs::read(home.pull(&spec).unwrap()).unwrap(), bytes);
    assert_eq!(server.asked()[4].from, Some(done as usize));
}

#[test]
fn a_server_that_knows_no_ranges_starts_over() {
    let (home, bytes) = (home(), model(4, 400_000));
    let whole = bytes.clone();
    let server = serve(move |_, before, stream| {
        say(stream, format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", whole.len()));
        say(stream, if before == 0 { &whole[..100_000] } else { &whole[..] });
    });
    let spec = home.spec(&bytes, &server.source());
    assert_eq!(fs::read(home.pull(&spec).unwrap()).unwrap(), bytes);
    assert_eq!(server.asked()[1].from, Some(100_000));
}

#[test]
fn a_part_of_an_older_version_is_thrown_away() {
    let (home, bytes) = (home(), model(5, 400_000));
    // With the server's word for it (If-Range), and without.
    for etag in ["\"new\"", "W/\"weak\""] {
        let server = serve_file(bytes.clone(), 0);
        let url = format!("{}/m.gguf\n{etag}", server.address);
        let spec = home.spec(&bytes, &server.source());
        fs::write(home.cache.folder().join("m.part"), model(6, 100_000)).unwrap();
        if etag.starts_with('"') {
            fs::write(home.cache.folder().join("m.part.etag"), url).unwrap();
        }
        assert_eq!(fs::read(home.pull(&spec).unwrap()).unwrap(), bytes);
        home.cache.remove(&spec).unwrap();
    }
}

#[test]
fn a_wrong_file_is_removed_and_the_one_before_stays() {
    let (home, right, old) = (home(), model(7, 200_000), model(8, 200_000));
    let server = serve_file(model(9, 200_000), 0);
    let spec = home.spec(&right, &server.source());
    fs::write(home.cache.path_of(&spec), &old).unwrap();
    let error = home.pull(&spec).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&spec.sha256.to_string()) && text.contains("verify m"), "{text}");
    assert!(
        matches!(cause(Err(error)), SourceError::WrongHash { expected, got } if expected == spec.sha256 && got != expected)
    );
    assert_eq!(fs::read(home.cache.path_of(&spec)).unwrap(), old);
    assert_eq!(home.files(), ["m.gguf"]);
}

#[test]
fn a_file_of_another_length_is_refused_before_it_fills_the_disk() {
    let (home, bytes) = (home(), model(10, 100_000));
    // One that says so, and one that only goes on and on.
    let honest = serve_file(model(10, 100_001), 0);
    let spec = home.spec(&bytes, &honest.source());
    assert!(matches!(cause(home.pull(&spec)), SourceError::WrongSize { expected: 100_000, got: 100_001 }));
    let endless = serve(|_, _, stream| {
        say(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        let noise = vec![7; 65_536];
        while stream.write_all(&noise).is_ok() {}
    });
    let spec = home.spec(&bytes, &endless.source());
    assert!(matches!(cause(home.pull(&spec)), SourceError::WrongSize { expected: 100_000, .. }));
    assert!(home.files().is_empty());
}

#[test]
fn redirects_are_followed_but_never_to_an_unsafe_address() {
    let (home, bytes) = (home(), model(11, 100_000));
    let whole = bytes.clone();
    let server = serve(move |asked, _, stream| match asked.path.as_str() {
        "/m.gguf" => say(stream, "HTTP/1.1 302 Found\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n"),
        "/out" => {
            say(stream, "HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/m\r\ncontent-length: 0\r\n\r\n");
        }
        "/round" => say(stream, "HTTP/1.1 302 Found\r\nlocation: /round\r\ncontent-length: 0\r\n\r\n"),
        _ => {
            let (from, head) = head(asked, whole.len(), "\"v1\"");
            say(stream, head);
            say(stream, &whole[from..]);
        }
    });
    for path in ["/out", "/round"] {
        let spec = home.spec(&bytes, &server.source().replace("/m.gguf", path));
        assert!(matches!(cause(home.pull(&spec)), SourceError::Connection { .. }));
    }
    let spec = home.spec(&bytes, &server.source());
    assert_eq!(fs::read(home.pull(&spec).unwrap()).unwrap(), bytes);
}

#[test]
fn a_refusal_and_a_missing_server_say_what_to_do() {
    let (home, bytes) = (home(), model(12, 10));
    let server = serve(|_, _, stream| {
        say(stream, "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    });
    let spec = home.spec(&bytes, &server.source());
    let error = home.pull(&spec).unwrap_err();
    assert!(error.to_string().contains(&home.cache.path_of(&spec).display().to_string()), "{error}");
    assert_eq!(cause(Err(error)), SourceError::Refused { status: 404 });
    let spec = home.spec(&bytes, "{ kind = \"https\", url = \"http://127.0.0.1:9/m\" }");
    assert!(matches!(cause(home.pull(&spec)), SourceError::Connection { .. }));
}

#[test]
fn a_silent_server_does_not_delay_a_cancel() {
    let (home, bytes) = (home(), model(13, 600_000));
    let whole = bytes.clone();
    let server = serve(move |asked, before, stream| {
        let (from, head) = head(asked, whole.len(), "\"v1\"");
        say(stream, head);
        say(stream, &whole[from..from + (whole.len() - from) / 2]);
        if before == 0 {
            thread::sleep(Duration::from_secs(20));
        }
        say(stream, &whole[from + (whole.len() - from) / 2..]);
    });
    let spec = home.spec(&bytes, &server.source());
    let cancel = Cancel::new();
    let listener = Listener::new(|done| {
        if done == 300_000 {
            cancel.cancel();
        }
    });
    let start = Instant::now();
    assert!(matches!(home.cache.pull(&spec, &listener, &cancel), Err(WeightsError::Cancelled)));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(home.cache.status(&spec).unwrap(), ModelStatus::Partial { bytes: 300_000 });
    assert_eq!(fs::read(home.pull(&spec).unwrap()).unwrap(), bytes);
}

#[test]
fn two_pulls_at_once_fetch_once() {
    let (home, bytes) = (home(), model(14, 200_000));
    let whole = bytes.clone();
    let server = serve(move |asked, _, stream| {
        thread::sleep(Duration::from_millis(600));
        say(stream, head(asked, whole.len(), "\"v1\"").1);
        say(stream, &whole);
    });
    let spec = home.spec(&bytes, &server.source());
    let second = Listener::new(|_| ());
    thread::scope(|scope| {
        let first = scope.spawn(|| home.pull(&spec));
        thread::sleep(Duration::from_millis(200));
        assert!(matches!(home.cache.remove(&spec), Err(WeightsError::Busy { .. })));
        let path = home.cache.pull(&spec, &second, &Cancel::new()).unwrap();
        assert_eq!(first.join().unwrap().unwrap(), path);
    });
    assert_eq!(*second.stages.lock().unwrap(), ["another pull is under way; waiting"]);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn without_the_network_nothing_is_tried_and_nothing_is_created() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("models");
    let cache = ModelCache::locate(Some(folder.clone())).unwrap().offline(true);
    let registry = Registry::load(&folder).unwrap();
    let spec = registry.default_model().unwrap();
    let error = cache.pull(spec, &(), &Cancel::new()).unwrap_err();
    assert!(matches!(error, WeightsError::Offline { bytes: 98_362_432, .. }));
    assert!(error.to_string().contains("99 MB"), "{error}");
    assert!(!folder.exists());
}

#[test]
fn a_file_copied_by_hand_is_checked_and_then_used() {
    let (home, bytes) = (home(), model(15, 100_000));
    let spec = home.spec(&bytes, "");
    fs::write(home.cache.path_of(&spec), &bytes[..9]).unwrap();
    assert_eq!(home.cache.status(&spec).unwrap(), ModelStatus::WrongSize);
    fs::write(home.cache.path_of(&spec), &bytes).unwrap();
    assert_eq!(home.cache.status(&spec).unwrap(), ModelStatus::Unverified);
    home.cache.clone().offline(true).pull(&spec, &(), &Cancel::new()).unwrap();
    assert_eq!(home.cache.status(&spec).unwrap(), ModelStatus::Present);

    let mut changed = bytes.clone();
    changed[500] ^= 1;
    fs::write(home.cache.path_of(&spec), &changed).unwrap();
    assert_eq!(home.cache.status(&spec).unwrap(), ModelStatus::Unverified);
    let error = home.cache.verify(&spec, &(), &Cancel::new()).unwrap_err();
    assert!(matches!(error, WeightsError::WrongHash { .. }), "{error}");
    assert_eq!(fs::read(home.cache.path_of(&spec)).unwrap(), changed);
}

#[test]
fn a_model_too_large_for_the_disk_is_not_begun() {
    let home = home();
    let server = serve_file(vec![1], 0);
    let mut spec = home.spec(&[1], &server.source());
    spec.bytes = 1 << 60;
    assert!(matches!(home.pull(&spec), Err(WeightsError::NoSpace { needed: Some(_), .. })));
    assert!(server.asked().is_empty());
}

#[test]
fn a_persons_own_model_is_added_fetched_listed_and_removed() {
    let (home, bytes) = (home(), model(16, 50_000));
    let server = serve_file(bytes.clone(), 0);
    let sha256 = home.spec(&bytes, "").sha256;
    fs::remove_file(home.cache.folder().join("registry.toml")).unwrap();
    let new = NewModel {
        name: "mine".parse().unwrap(),
        url: format!("{}/m.gguf", server.address).parse().unwrap(),
        sha256,
        bytes: None,
        summary: None,
    };
    let spec = home.cache.add(new.clone(), &Cancel::new()).unwrap();
    assert_eq!(spec.bytes, 50_000);
    assert!(matches!(home.cache.add(new, &Cancel::new()), Err(WeightsError::NameTaken { .. })));
    home.pull(&spec).unwrap();

    let registry = Registry::load(home.cache.folder()).unwrap();
    let list = serde_json::to_value(home.cache.list(&registry).unwrap()).unwrap();
    let models = list["models"].as_array().unwrap();
    assert_eq!(models.len(), 5);
    assert_eq!(models.iter().filter(|model| model["default"] == true).count(), 1);
    assert!(models[0]["path"].is_null());
    assert_eq!(models[4]["name"], "mine");
    assert_eq!(models[4]["path"], home.cache.path_of(&spec).display().to_string());
    assert_eq!(models[4]["sha256"], sha256.to_string());

    let removed = home.cache.remove(&spec).unwrap();
    assert!(removed.forgotten && removed.bytes >= 50_000);
    let error = Registry::load(home.cache.folder()).unwrap().find(&spec.name).unwrap_err();
    assert!(error.to_string().contains("smollm2-135m-instruct-q4_1"), "{error}");
}
