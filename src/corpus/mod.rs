//! Our own texts: thoughts with their distortions, crisis texts with their levels, moments of
//! parts dialogues, and which reframes fit which thought. They train the model and its heads and
//! measure them; the assistant itself never reads them.
//!
//! The files stand in `evals/corpus/`; `SPEC.md` there says what each field means.

mod judged;
mod parts;
pub(crate) mod read;
pub mod split;
mod turns;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::crisis::{About, Flag, Level, Time};
use crate::distortion::Distortion;
use crate::reframe::{AboutTag, Strategy};

pub(crate) use judged::{JudgedLine, JudgedTalk, judged_lines, judged_replies};
pub use parts::{Moment, Part, Speaker, Turn};
pub use split::{Split, SplitError, Splits};
pub use turns::ReadTurn;

/// Where the corpus stands in the repository.
pub const FOLDER: &str = "evals/corpus";
/// Where the split stands in the repository.
pub const SPLIT_FILE: &str = "evals/split.json";

/// The area of life that a thought is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Domain {
    Work,
    Study,
    Family,
    Partner,
    Friends,
    Parenting,
    Health,
    Money,
    Body,
    #[serde(rename = "self")]
    Oneself,
    Social,
    HelpSeeking,
    Loss,
    World,
}

/// A distortion and the words that carry it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Which distortion.
    pub slug: Distortion,
    /// An exact piece of the thought.
    pub span: String,
}

/// A reframe written for one thought.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnReframe {
    /// How it answers.
    pub strategy: Strategy,
    /// One to three sentences, first person.
    pub text: String,
}

/// A thought as a person might type it, with the distortions that readers see in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thought {
    /// Unique in the corpus. Contrast pairs end in `a` and `b`.
    pub id: String,
    /// Its area of life.
    pub domain: Domain,
    /// What happened; may be empty.
    pub situation: String,
    /// The thought itself.
    pub thought: String,
    /// None to four; a distortion at most once.
    pub distortions: Vec<Label>,
    /// Two of different strategies for a distorted thought; else none or one.
    pub reframes: Vec<OwnReframe>,
}

impl Thought {
    /// Whether readers see this distortion in it.
    #[must_use]
    pub fn has(&self, distortion: Distortion) -> bool {
        self.distortions.iter().any(|label| label.slug == distortion)
    }
}

/// A text with its level of danger. Half of them are hard cases without any.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrisisText {
    /// Unique in the corpus.
    pub id: String,
    /// The text.
    pub text: String,
    /// Present risk to the writer.
    pub level: Level,
    /// Signs beside the level.
    pub flags: Vec<Flag>,
    /// Whom the words concern. A level above `none` concerns the writer.
    pub about: About,
    /// When it holds. A level above `none` holds now.
    pub time: Time,
}

/// Which lines of the bank fit a thought, judged by a reader.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    /// The thought.
    pub thought_id: String,
    /// Every tag of the bank that holds for it.
    pub about: Vec<AboutTag>,
    /// The lines that were judged.
    pub shown: Vec<String>,
    /// The best of them, none to three.
    pub best: Vec<String>,
    /// Acceptable ones.
    pub fits: Vec<String>,
    /// Ones that say something untrue of this thought, or would hurt.
    #[serde(rename = "false")]
    pub untrue: Vec<String>,
}

/// What a reader made of a line for a thought, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It says something untrue of this thought, or would hurt.
    Untrue,
    /// True, and beside the point.
    Off,
    /// Acceptable.
    Fits,
    /// As if written for it.
    Best,
}

impl Verdict {
    /// All four, the worst first.
    pub const ALL: [Self; 4] = [Self::Untrue, Self::Off, Self::Fits, Self::Best];

    /// For each verdict above the worst, 1 if it is that good or better, else 0: what is learnt.
    pub(crate) fn steps(self) -> [f32; Self::ALL.len() - 1] {
        std::array::from_fn(|i| f32::from(u8::from(self >= Self::ALL[i + 1])))
    }
}

impl Fit {
    /// What the reader made of a line that was shown.
    #[must_use]
    pub fn verdict(&self, line: &str) -> Verdict {
        let among = |lines: &[String]| lines.iter().any(|l| l == line);
        if among(&self.best) {
            Verdict::Best
        } else if among(&self.fits) {
            Verdict::Fits
        } else if among(&self.untrue) {
            Verdict::Untrue
        } else {
            Verdict::Off
        }
    }
}

/// Which replies of the bank would do as the guide's next words, judged by a reader.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyFit {
    /// The moment of the corpus, or a name for one that stands here itself.
    pub moment_id: String,
    /// What was said, where it is no moment of the corpus; the last turn is the person's.
    #[serde(default)]
    pub history: Vec<Turn>,
    /// The replies that were judged.
    pub shown: Vec<String>,
    /// What a thoughtful guide could well say now.
    pub good: Vec<String>,
    /// Acceptable ones. The rest would jar.
    pub ok: Vec<String>,
}

/// What a reader made of a reply, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReplyVerdict {
    /// It passes over what was said, assumes what was not, or would jar.
    Wrong,
    /// Acceptable; it could stand in many talks.
    Acceptable,
    /// It follows from what was said.
    Good,
}

impl ReplyVerdict {
    /// Whether it is acceptable, and whether it is good, as 0 or 1: what is learnt.
    pub(crate) fn steps(self) -> [f32; 2] {
        [Self::Acceptable, Self::Good].map(|least| f32::from(u8::from(self >= least)))
    }
}

impl ReplyFit {
    /// What the reader made of a reply that was shown.
    #[must_use]
    pub fn verdict(&self, line: &str) -> ReplyVerdict {
        let among = |lines: &[String]| lines.iter().any(|l| l == line);
        if among(&self.good) {
            ReplyVerdict::Good
        } else if among(&self.ok) {
            ReplyVerdict::Acceptable
        } else {
            ReplyVerdict::Wrong
        }
    }
}

/// Why the corpus could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file or the folder cannot be opened.
    #[error("{} can't be read ({source}). Run this in a checkout of the repository.", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not what `SPEC.md` describes.
    #[error("{}, line {line}: {problem}. Correct the line; SPEC.md beside it describes the fields.", file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// All texts, in the order of the file names and of the lines.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// From `thoughts_*.jsonl`.
    pub thoughts: Vec<Thought>,
    /// From `crisis_*.jsonl`.
    pub crisis: Vec<CrisisText>,
    /// From `fit_*.jsonl`.
    pub fits: Vec<Fit>,
    /// From `parts_*.jsonl`.
    pub moments: Vec<Moment>,
    /// From `replies_*.jsonl`.
    pub reply_fits: Vec<ReplyFit>,
    /// From `turns_*.jsonl`.
    pub turns: Vec<ReadTurn>,
}

impl Corpus {
    /// Reads every file of a folder.
    ///
    /// # Errors
    /// [`CorpusError`] if a file is missing or a line is not as `SPEC.md` describes it.
    pub fn read(folder: &Path) -> Result<Self, CorpusError> {
        let mut ids = HashSet::new();
        let mut fresh = |id: &str| {
            if ids.insert(id.to_owned()) { Ok(()) } else { Err(format!("the id {id} stands here twice")) }
        };
        let thoughts = read::folder(folder, "thoughts_", |t: &Thought| {
            fresh(&t.id)?;
            check_thought(t)
        })?;
        let crisis = read::folder(folder, "crisis_", |t: &CrisisText| {
            fresh(&t.id)?;
            check_crisis(t)
        })?;
        let moments = read::folder(folder, "parts_", |m: &Moment| {
            fresh(&m.id)?;
            parts::check(m)
        })?;
        let known: HashSet<&str> = thoughts.iter().map(|t| t.id.as_str()).collect();
        let fits = read::folder(folder, "fit_", |fit: &Fit| check_fit(fit, &known))?;
        let known: HashSet<&str> = moments.iter().map(|m| m.id.as_str()).collect();
        let reply_fits =
            read::folder(folder, "replies_", |fit: &ReplyFit| parts::check_reply_fit(fit, &known))?;
        let turns = read::folder(folder, "turns_", |turn: &ReadTurn| turns::check(turn, &known))?;
        Ok(Self { thoughts, crisis, fits, moments, reply_fits, turns })
    }
}

fn check_thought(thought: &Thought) -> Result<(), String> {
    if thought.thought.trim().is_empty() {
        return Err("the thought is blank".to_owned());
    }
    let mut seen = HashSet::new();
    for label in &thought.distortions {
        let slug = label.slug.slug();
        if !seen.insert(label.slug) {
            return Err(format!("{slug} is named twice"));
        }
        if label.span.trim().is_empty() || !thought.thought.contains(&label.span) {
            return Err(format!("the span of {slug} is not a piece of the thought"));
        }
    }
    Ok(())
}

fn check_crisis(text: &CrisisText) -> Result<(), String> {
    if text.text.trim().is_empty() {
        return Err("the text is blank".to_owned());
    }
    if text.level > Level::None && (text.about != About::Oneself || text.time != Time::Present) {
        return Err("a level above none must concern the writer now".to_owned());
    }
    Ok(())
}

fn check_fit(fit: &Fit, known: &HashSet<&str>) -> Result<(), String> {
    if !known.contains(fit.thought_id.as_str()) {
        return Err(format!("there is no thought {}", fit.thought_id));
    }
    match fit.best.iter().chain(&fit.fits).chain(&fit.untrue).find(|line| !fit.shown.contains(line)) {
        Some(line) => Err(format!("{line} was judged but not shown")),
        None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
pub(crate) mod tests {
    use super::*;

    /// The root of the repository.
    pub(crate) fn root() -> PathBuf {
        env!("CARGO_MANIFEST_DIR").into()
    }

    #[test]
    fn the_corpus_is_as_its_spec_describes_it() {
        let corpus = Corpus::read(&root().join(FOLDER)).unwrap();
        assert_eq!((corpus.thoughts.len(), corpus.crisis.len(), corpus.fits.len()), (5362, 5290, 2941));
        assert_eq!((corpus.moments.len(), corpus.reply_fits.len()), (960, 640));
        let distorted = corpus.thoughts.iter().filter(|t| !t.distortions.is_empty());
        assert!(distorted.clone().all(|t| t.reframes.len() >= 2 && t.distortions.len() <= 4));
        for distortion in Distortion::ALL {
            assert!(corpus.thoughts.iter().filter(|t| t.has(distortion)).count() >= 300, "{distortion:?}");
        }
    }

    #[test]
    fn an_error_names_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let good = r#"{"id":"a-1","text":"x","level":"none","flags":[],"about":"self","time":"present"}"#;
        let other = good.replace("\"none\"", "\"distress\"").replace("self", "other").replace("a-1", "a-2");
        std::fs::write(folder.path().join("crisis_a.jsonl"), format!("{good}\n{other}\n")).unwrap();
        let error = Corpus::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("crisis_a.jsonl, line 2: a level above none"), "{error}");

        std::fs::write(folder.path().join("crisis_a.jsonl"), format!("{good}\n\n{good}\n")).unwrap();
        let error = Corpus::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 3: the id a-1 stands here twice"), "{error}");

        std::fs::write(folder.path().join("crisis_a.jsonl"), "{}\n").unwrap();
        let error = Corpus::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 1: missing field"), "{error}");
    }
}
