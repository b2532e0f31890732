//! What came of a reflection: what was ticked, and the person's own words. It holds the texts that
//! were shown, so that it can be read without the file they came from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Choice, Question, Reflection};
use crate::checkin::Words;

/// Answers of one reflection at most, and statements ticked in one of them.
const MOST: usize = 40;
/// Bytes of a name at most.
const NAME: usize = 64;

/// What came of a reflection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Unchecked")]
pub struct Reflected {
    /// The reflection's id.
    pub reflection: String,
    /// Its edition.
    pub edition: u32,
    /// Whether the person came to its end.
    pub finished: bool,
    /// What was answered, in the order of the questions; one that was left out is not here.
    pub answers: Vec<ReflectedAnswer>,
    /// The person's own summary.
    #[schema(value_type = Option<String>)]
    pub summary: Option<Words>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReflectedAnswer {
    /// The question's id.
    pub question: String,
    /// What it asked.
    #[schema(value_type = String)]
    pub asks: Words,
    /// Statements that were ticked.
    #[serde(default)]
    pub ticked: Vec<Ticked>,
    /// The person's words.
    #[schema(value_type = Option<String>)]
    pub words: Option<Words>,
}

/// A statement that was ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReflectionTicked)]
pub struct Ticked {
    /// Its id.
    pub id: String,
    /// What it says.
    #[schema(value_type = String)]
    pub text: Words,
    /// The style that it is often named with.
    pub style: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    reflection: String,
    edition: u32,
    finished: bool,
    answers: Vec<ReflectedAnswer>,
    summary: Option<Words>,
}

impl TryFrom<Unchecked> for Reflected {
    type Error = &'static str;

    fn try_from(one: Unchecked) -> Result<Self, &'static str> {
        let is_name = |name: &str| {
            (1..=NAME).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        };
        let ids: BTreeSet<&str> = one.answers.iter().map(|answer| answer.question.as_str()).collect();
        let ticked = || one.answers.iter().flat_map(|answer| &answer.ticked);
        let names = std::iter::once(one.reflection.as_str())
            .chain(ids.iter().copied())
            .chain(ticked().map(|one| one.id.as_str()))
            .chain(ticked().filter_map(|one| one.style.as_deref()))
            .all(is_name);
        let few = one.answers.len() <= MOST && one.answers.iter().all(|answer| answer.ticked.len() <= MOST);
        if one.edition == 0 || !names || !few || ids.len() != one.answers.len() {
            return Err("This reflection does not hold together.");
        }
        Ok(Self {
            reflection: one.reflection,
            edition: one.edition,
            finished: one.finished,
            answers: one.answers,
            summary: one.summary,
        })
    }
}

/// A reflection as it is given from outside.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The answers; what is left out is not among them.
    #[serde(default)]
    pub answers: Vec<GivenAnswer>,
    /// The person's own summary.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub summary: Option<Words>,
}

/// An answer as it is given.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReflectionAnswer)]
pub struct GivenAnswer {
    /// The question's id.
    pub question: String,
    /// Ids of the statements that were ticked.
    #[serde(default)]
    pub ticked: Vec<String>,
    /// The person's words.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub words: Option<Words>,
}

/// Why answers do not fit a reflection. Never holds what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GivenError {
    /// A question that is not there.
    #[error("Answer {n} is to no question of this reflection.")]
    Question {
        /// The answer, counted from 1.
        n: usize,
    },
    /// A statement that is not there.
    #[error("Answer {n} ticks a statement that its question does not have.")]
    Choice {
        /// The answer, counted from 1.
        n: usize,
    },
    /// A question or a statement twice.
    #[error("Answer {n} is to a question, or ticks a statement, that came before.")]
    Twice {
        /// The answer, counted from 1.
        n: usize,
    },
    /// Nothing at all.
    #[error("There is nothing in these answers.")]
    Nothing,
}

impl Reflection {
    /// Nothing yet.
    #[must_use]
    pub fn begin(&self) -> Reflected {
        Reflected {
            reflection: self.id.clone(),
            edition: self.edition,
            finished: false,
            answers: Vec::new(),
            summary: None,
        }
    }

    /// The question of this id.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|one| one.id == id)
    }

    /// What was given, checked against this reflection.
    ///
    /// # Errors
    /// [`GivenError`] with the number of the first answer that does not fit.
    pub fn of(&self, given: &Given) -> Result<Reflected, GivenError> {
        let mut reflected = Reflected { finished: true, summary: given.summary.clone(), ..self.begin() };
        for (at, one) in given.answers.iter().enumerate() {
            let n = at + 1;
            let question = self.question(&one.question).ok_or(GivenError::Question { n })?;
            if reflected.answer(&question.id).is_some() {
                return Err(GivenError::Twice { n });
            }
            let mut ticked: Vec<&Choice> = Vec::new();
            for id in &one.ticked {
                let choice = question.choice(id).ok_or(GivenError::Choice { n })?;
                if ticked.contains(&choice) {
                    return Err(GivenError::Twice { n });
                }
                ticked.push(choice);
            }
            reflected.put(self, question, &ticked, one.words.clone());
        }
        if reflected.is_empty() { Err(GivenError::Nothing) } else { Ok(reflected) }
    }
}

impl Question {
    /// The statement of this id.
    #[must_use]
    pub fn choice(&self, id: &str) -> Option<&Choice> {
        self.choices.iter().find(|one| one.id == id)
    }
}

impl Reflected {
    /// Whether nothing was ticked or written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.summary.is_none()
    }

    /// The answer to a question.
    #[must_use]
    pub fn answer(&self, question: &str) -> Option<&ReflectedAnswer> {
        self.answers.iter().find(|one| one.question == question)
    }

    /// Puts an answer in its place; one without ticks and words takes it away.
    pub fn put(
        &mut self,
        reflection: &Reflection,
        question: &Question,
        ticked: &[&Choice],
        words: Option<Words>,
    ) {
        self.answers.retain(|one| one.question != question.id);
        // Texts of a reflection were checked when it was read: each is a line of words.
        let Ok(asks) = Words::new(&question.asks) else { return };
        let ticked: Vec<Ticked> = question
            .choices
            .iter()
            .filter(|choice| ticked.contains(choice))
            .filter_map(|choice| {
                let text = Words::new(&choice.text).ok()?;
                Some(Ticked { id: choice.id.clone(), text, style: choice.style.clone() })
            })
            .collect();
        if ticked.is_empty() && words.is_none() {
            return;
        }
        self.answers.push(ReflectedAnswer { question: question.id.clone(), asks, ticked, words });
        let place = |id: &str| reflection.questions.iter().position(|one| one.id == id);
        self.answers.sort_by_key(|one| place(&one.question));
    }

    /// All free words, a line each: what is screened.
    #[must_use]
    pub fn words(&self) -> String {
        let answers = self.answers.iter().filter_map(|answer| answer.words.as_ref());
        answers.chain(&self.summary).map(Words::as_str).collect::<Vec<_>>().join("\n")
    }
}
