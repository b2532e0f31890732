//! An exercise's file: its form in TOML and the rules that it keeps.

use serde::Deserialize;
use toml::Spanned;

use super::{Breath, Exercise, Step, Variant};

/// The longest step, in seconds, and the longest variant.
const STEP: u16 = 120;
const VARIANT: u32 = 30 * 60;

/// A file of an exercise that breaks a rule: which, where and what the rule is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("content/exercises/{file}, line {line}: {rule} Correct it there.")]
pub struct ExerciseError {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The rule, as a sentence.
    pub rule: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Spanned<String>,
    name: Spanned<String>,
    about: Spanned<String>,
    caution: Spanned<String>,
    end: Spanned<String>,
    variant: Vec<VariantFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VariantFile {
    id: Spanned<String>,
    name: Spanned<String>,
    about: Spanned<String>,
    part: Vec<PartFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartFile {
    repeat: Option<Spanned<u16>>,
    steps: Vec<StepFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    say: Spanned<String>,
    seconds: Spanned<u16>,
    breath: Option<Breath>,
}

type Checked<T> = Result<T, (usize, &'static str)>;

impl Exercise {
    /// Reads a file of this name and checks every rule.
    ///
    /// # Errors
    /// [`ExerciseError`] with the line of the first rule that is broken.
    pub fn parse(name: &str, text: &str) -> Result<Self, ExerciseError> {
        let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let broken = |at, rule: String| ExerciseError { file: name.to_owned(), line: line(at), rule };
        let file: File = toml::from_str(text).map_err(|error| {
            let said = error.message().lines().collect::<Vec<_>>().join(" ");
            let at = error.span().map_or(0, |span| span.start);
            broken(at, format!("this can't be read: {}.", said.trim_end_matches('.')))
        })?;
        checked(name, file).map_err(|(at, rule)| broken(at, rule.to_owned()))
    }
}

fn checked(name: &str, file: File) -> Checked<Exercise> {
    rule(&file.id, name.strip_suffix(".toml") == Some(file.id.get_ref()), "the id is the file's name.")?;
    rule(&file.id, !file.variant.is_empty(), "there is a variant at least.")?;
    let mut variants: Vec<Variant> = Vec::new();
    for one in file.variant {
        let unused = variants.iter().all(|other| other.id != *one.id.get_ref());
        rule(&one.id, unused, "a variant has an id of its own.")?;
        let mut steps = Vec::new();
        for part in one.part {
            let repeat = part.repeat.as_ref().map_or(1, |repeat| *repeat.get_ref());
            if let Some(given) = &part.repeat {
                rule(given, (1..=100).contains(&repeat), "a part is repeated 1 to 100 times.")?;
            }
            let mut round = Vec::new();
            for step in part.steps {
                let fits = (1..=STEP).contains(step.seconds.get_ref());
                rule(&step.seconds, fits, "a step takes 1 to 120 seconds.")?;
                round.push(Step {
                    say: said(&step.say)?,
                    seconds: *step.seconds.get_ref(),
                    breath: step.breath,
                });
            }
            (0..repeat).for_each(|_| steps.extend_from_slice(&round));
        }
        rule(&one.id, !steps.is_empty(), "a variant has a step at least.")?;
        let variant =
            Variant { id: one.id.get_ref().clone(), name: said(&one.name)?, about: said(&one.about)?, steps };
        rule(&one.id, variant.seconds() <= VARIANT, "a variant takes half an hour at most.")?;
        variants.push(variant);
    }
    Ok(Exercise {
        name: said(&file.name)?,
        about: said(&file.about)?,
        caution: said(&file.caution)?,
        end: said(&file.end)?,
        id: file.id.into_inner(),
        variants,
    })
}

fn rule<T>(at: &Spanned<T>, holds: bool, what: &'static str) -> Checked<()> {
    if holds { Ok(()) } else { Err((at.span().start, what)) }
}

fn said(text: &Spanned<String>) -> Checked<String> {
    let fits = !text.get_ref().trim().is_empty() && !text.get_ref().contains('\n');
    rule(text, fits, "there is a text here, on one line.")?;
    Ok(text.get_ref().clone())
}
