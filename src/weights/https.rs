//! Models behind a plain address: fetched into `NAME.part`, hashed on the way, and continued
//! where an earlier try ended.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::error::Trouble;
use super::files::{self, HashingFile};
use super::pull::Job;
use super::transfer::{Body, Head, Request};
use super::{FileUrl, SourceError, WeightsError};

/// How often a connection that breaks is taken up again, as long as each one brings something.
const TRIES: usize = 4;

/// How long to wait before that.
const PAUSE: Duration = Duration::from_millis(500);

/// Fetches the file. The one returned has the right length and checksum.
pub(super) fn fetch(job: &Job<'_>, url: &FileUrl) -> Result<PathBuf, Trouble> {
    let download = Download { job, url, part: job.path("part"), etag: job.path("part.etag") };
    let continued = files::bytes_under(&download.part) > 0;
    match download.complete() {
        // What was there may have been of another version of the file: begin again, once.
        Err(trouble) if continued && is_wrong(&trouble) => download.complete(),
        other => other,
    }
}

/// How long the server says the file is, in bytes; `None` where it does not say.
pub(super) fn length_of(url: &FileUrl, cancel: &super::Cancel) -> Result<Option<u64>, Trouble> {
    let (head, _body) = Request { url, from: 0, etag: None }.send(cancel)?;
    match head.status {
        200 => Ok(head.length),
        status => Err(SourceError::Refused { status }.into()),
    }
}

fn is_wrong(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Source(SourceError::WrongHash { .. } | SourceError::WrongSize { .. }))
}

struct Download<'a> {
    job: &'a Job<'a>,
    url: &'a FileUrl,
    part: PathBuf,
    /// Where the server's name for this version of the file is kept, below the address.
    etag: PathBuf,
}

impl Download<'_> {
    /// Fetches what is missing and checks the whole. A wrong file is removed, a short one kept.
    fn complete(&self) -> Result<PathBuf, Trouble> {
        let spec = self.job.spec;
        let missing = spec.bytes.saturating_sub(files::bytes_under(&self.part));
        files::check_room(self.job.cache.folder(), missing)?;
        self.job.progress.stage("fetching");
        let mut file = HashingFile::resume(self.part.clone(), spec.bytes, self.job.cancel)?;
        let whole = self.fill(&mut file).and_then(|()| file.finish(spec.sha256));
        if whole.as_ref().is_err_and(is_wrong) {
            files::remove_all(&self.part)?;
            files::remove_all(&self.etag)?;
        }
        whole
    }

    fn fill(&self, file: &mut HashingFile) -> Result<(), Trouble> {
        let mut tries = 1;
        while !file.is_full() {
            let before = file.written();
            match self.continue_from(file) {
                Ok(()) => {}
                Err(Trouble::Source(SourceError::Interrupted { .. }))
                    if tries < TRIES && file.written() > before =>
                {
                    tries += 1;
                    self.pause()?;
                }
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(())
    }

    /// One request for what is missing.
    fn continue_from(&self, file: &mut HashingFile) -> Result<(), Trouble> {
        let etag = if file.written() > 0 { self.known_etag() } else { None };
        let request = Request { url: self.url, from: file.written(), etag };
        let (head, body) = request.send(self.job.cancel)?;
        match head.status {
            206 if head.range_start == Some(file.written()) => {
                self.check_length(head.range_total)?;
            }
            // The whole file: this server knows no ranges, or the file has changed.
            200 => {
                self.check_length(head.length)?;
                file.restart()?;
            }
            206 | 416 if file.written() > 0 => {
                file.restart()?;
                files::remove_all(&self.etag)?;
                return Ok(());
            }
            status => return Err(SourceError::Refused { status }.into()),
        }
        self.remember_etag(&head)?;
        self.receive(file, &body)
    }

    fn receive(&self, file: &mut HashingFile, body: &Body) -> Result<(), Trouble> {
        let total = self.job.spec.bytes;
        while let Some(chunk) = body.next(self.job.cancel).map_err(|trouble| match trouble {
            Trouble::Source(_) => SourceError::Interrupted { done: file.written(), total }.into(),
            fatal @ Trouble::Fatal(_) => fatal,
        })? {
            file.write(&chunk)?;
            self.job.progress.advanced(file.written(), total);
        }
        if file.is_full() {
            Ok(())
        } else {
            Err(SourceError::Interrupted { done: file.written(), total }.into())
        }
    }

    fn check_length(&self, length: Option<u64>) -> Result<(), SourceError> {
        let expected = self.job.spec.bytes;
        match length {
            Some(got) if got != expected => Err(SourceError::WrongSize { expected, got }),
            _ => Ok(()),
        }
    }

    fn known_etag(&self) -> Option<String> {
        let text = fs::read_to_string(&self.etag).ok()?;
        let (url, etag) = text.split_once('\n')?;
        (url == self.url.as_str()).then(|| etag.to_owned())
    }

    fn remember_etag(&self, head: &Head) -> Result<(), WeightsError> {
        match &head.etag {
            Some(etag) => files::write_whole(&self.etag, format!("{}\n{etag}", self.url).as_bytes()),
            None => files::remove_all(&self.etag).map(|_| ()),
        }
    }

    fn pause(&self) -> Result<(), WeightsError> {
        let steps = 5;
        for _ in 0..steps {
            self.job.cancel.check()?;
            thread::sleep(PAUSE / steps);
        }
        Ok(())
    }
}
