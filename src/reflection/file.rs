//! A reflection's file: its form in TOML and the rules that it keeps.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::{Choice, Level, Question, Reflection, Style};

/// Characters of a text at most, and of what can be ticked.
const TEXT: usize = 450;
const STATEMENT: usize = 160;
/// Statements of a question at most: each has a number of one digit.
const CHOICES: usize = 9;
/// Questions of a reflection at most.
const QUESTIONS: usize = 40;
/// What is never said of the person.
const NEVER: [&str; 5] = ["you suffer", "you are traumatised", "your diagnosis", "you have a", "your style"];
/// What would ask for detail, and stands in no question of a reflection that touches trauma.
const DETAIL: [&str; 7] =
    ["describe", "in detail", "what happened", "tell me", "what did they do", "how old were you", "who did"];

/// A file of a reflection that breaks a rule: which, where and what the rule is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("content/reflections/{file}, line {line}: {rule} Correct it there.")]
pub struct ReflectionError {
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
    edition: Spanned<u32>,
    title: Spanned<String>,
    about: Spanned<String>,
    trauma: bool,
    note: Spanned<String>,
    closing: Spanned<String>,
    limits: Spanned<String>,
    #[serde(default)]
    level: Vec<LevelFile>,
    #[serde(default)]
    style: Vec<StyleFile>,
    #[serde(default)]
    question: Vec<QuestionFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelFile {
    id: Spanned<String>,
    name: Spanned<String>,
    characteristics: Spanned<String>,
    help_seeking: Spanned<String>,
    relationships: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StyleFile {
    id: Spanned<String>,
    name: Spanned<String>,
    about: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionFile {
    id: Spanned<String>,
    asks: Spanned<String>,
    hint: Option<Spanned<String>>,
    #[serde(default)]
    choices: Vec<ChoiceFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceFile {
    id: Spanned<String>,
    text: Spanned<String>,
    style: Option<Spanned<String>>,
    says: Option<Spanned<String>>,
}

/// The byte where a rule is broken, and the rule.
type Checked<T> = Result<T, (usize, String)>;

impl Reflection {
    /// Reads a file of this name and checks every rule.
    ///
    /// # Errors
    /// [`ReflectionError`] with the line of the first rule that is broken.
    pub fn parse(name: &str, text: &str) -> Result<Self, ReflectionError> {
        let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let broken = |at, rule: String| ReflectionError { file: name.to_owned(), line: line(at), rule };
        let file: File = toml::from_str(text).map_err(|error| {
            let said = error.message().lines().collect::<Vec<_>>().join(" ");
            let at = error.span().map_or(0, |span| span.start);
            broken(at, format!("this can't be read: {}.", said.trim_end_matches('.')))
        })?;
        checked(name, file).map_err(|(at, rule)| broken(at, rule))
    }
}

fn checked(name: &str, file: File) -> Checked<Reflection> {
    let is_name = name.strip_suffix(".toml") == Some(file.id.get_ref());
    rule(&file.id, is_name, "the id is the file's name.")?;
    kebab(&file.id)?;
    rule(&file.edition, *file.edition.get_ref() >= 1, "editions are counted from 1.")?;
    let note = said(&file.note)?;
    let is_told = ["skip", "stop"].iter().all(|word| note.contains(word));
    rule(
        &file.note,
        is_told || !file.trauma,
        "the note of what can hurt says that one may skip and that one may stop.",
    )?;
    let mut ids = BTreeSet::new();
    let levels = file.level.iter().map(|one| level(one, &mut ids)).collect::<Checked<Vec<_>>>()?;
    let mut ids = BTreeSet::new();
    let styles = file.style.iter().map(|one| style(one, &mut ids)).collect::<Checked<Vec<_>>>()?;
    let fits = (1..=QUESTIONS).contains(&file.question.len());
    rule(&file.id, fits, "there are 1 to 40 questions.")?;
    let mut ids = BTreeSet::new();
    let questions = file
        .question
        .iter()
        .map(|one| question(one, &styles, file.trauma, &mut ids))
        .collect::<Checked<Vec<_>>>()?;
    for (style, at) in styles.iter().zip(&file.style) {
        let mut choices = questions.iter().flat_map(|one: &Question| &one.choices);
        let used = choices.any(|choice| choice.style.as_deref() == Some(&style.id));
        rule(&at.id, used, "a style has a statement at least.")?;
    }
    Ok(Reflection {
        title: said(&file.title)?,
        about: said(&file.about)?,
        closing: said(&file.closing)?,
        limits: said(&file.limits)?,
        id: file.id.into_inner(),
        edition: file.edition.into_inner(),
        trauma: file.trauma,
        note,
        levels,
        styles,
        questions,
    })
}

fn level(file: &LevelFile, ids: &mut BTreeSet<String>) -> Checked<Level> {
    Ok(Level {
        id: own_id(&file.id, ids, "a level has an id of its own.")?,
        name: said(&file.name)?,
        characteristics: said(&file.characteristics)?,
        help_seeking: said(&file.help_seeking)?,
        relationships: said(&file.relationships)?,
    })
}

fn style(file: &StyleFile, ids: &mut BTreeSet<String>) -> Checked<Style> {
    Ok(Style {
        id: own_id(&file.id, ids, "a style has an id of its own.")?,
        name: said(&file.name)?,
        about: said(&file.about)?,
    })
}

fn question(
    file: &QuestionFile,
    styles: &[Style],
    trauma: bool,
    ids: &mut BTreeSet<String>,
) -> Checked<Question> {
    let id = own_id(&file.id, ids, "a question has an id of its own.")?;
    let (asks, hint) = (said(&file.asks)?, file.hint.as_ref().map(said).transpose()?);
    if trauma {
        for text in std::iter::once(&file.asks).chain(&file.hint) {
            let lower = text.get_ref().to_lowercase();
            let asks_for = DETAIL.iter().find(|word| lower.contains(*word));
            rule(text, asks_for.is_none(), "a question that touches trauma never asks for detail.")?;
        }
    }
    rule(&file.id, file.choices.len() <= CHOICES, "a question has nine statements at most.")?;
    let mut choice_ids = BTreeSet::new();
    let mut choices = Vec::new();
    for one in &file.choices {
        let id = own_id(&one.id, &mut choice_ids, "a statement has an id of its own in its question.")?;
        rule(&one.text, one.text.get_ref().chars().count() <= STATEMENT, "a statement has 160 characters.")?;
        let known = |id: &Spanned<String>| styles.iter().any(|style| style.id == *id.get_ref());
        match &one.style {
            Some(style) => rule(style, known(style), "a statement's style is one of [[style]].")?,
            None => rule(&one.id, styles.is_empty(), "where there are styles, each statement has one.")?,
        }
        choices.push(Choice {
            id,
            text: said(&one.text)?,
            style: one.style.as_ref().map(|style| style.get_ref().clone()),
            says: one.says.as_ref().map(said).transpose()?,
        });
    }
    Ok(Question { id, asks, hint, choices })
}

fn rule<T>(at: &Spanned<T>, holds: bool, what: &str) -> Checked<()> {
    if holds { Ok(()) } else { Err((at.span().start, what.to_owned())) }
}

fn own_id(id: &Spanned<String>, ids: &mut BTreeSet<String>, what: &str) -> Checked<String> {
    kebab(id)?;
    rule(id, ids.insert(id.get_ref().clone()), what)?;
    Ok(id.get_ref().clone())
}

fn kebab(id: &Spanned<String>) -> Checked<()> {
    let text = id.get_ref();
    let fits = (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-');
    rule(id, fits, "an id is small letters and hyphens, 32 at most.")
}

fn said(text: &Spanned<String>) -> Checked<String> {
    let words = text.get_ref();
    let fits = !words.trim().is_empty() && !words.contains('\n') && words.chars().count() <= TEXT;
    rule(text, fits, "there is a text here, on one line, of 450 characters at most.")?;
    rule(text, !words.contains('!'), "there is no exclamation mark.")?;
    let lower = words.to_lowercase();
    let never = NEVER.iter().find(|never| lower.contains(*never));
    if let Some(never) = never {
        return Err((text.span().start, format!("“{never}” is never said of the person.")));
    }
    Ok(words.clone())
}
