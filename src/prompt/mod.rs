//! Prompts: one typed struct for each template under `prompts/`.
//!
//! What a person wrote is never put into a template. It goes to the model as a message of its
//! own and is encoded apart, so nothing in it can change what is asked.

use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

/// A template and what fills it.
pub trait Prompt: Serialize + Sized {
    /// Its text, from `prompts/`.
    const TEMPLATE: &'static str;

    /// The prompt as it goes to the model, without white space around it.
    ///
    /// # Errors
    /// [`minijinja::Error`] if the template was edited and asks for something it is not given.
    fn render(&self) -> Result<String, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        Ok(environment.render_str(Self::TEMPLATE, minijinja::value::Serde(self))?.trim().to_owned())
    }
}

/// Sets the task of answering yes or no about a text.
#[derive(Serialize)]
pub struct JudgeSystem {}

impl Prompt for JudgeSystem {
    const TEMPLATE: &'static str = include_str!("../../prompts/judge_system.jinja");
}

/// Asks whether a statement is true of the text.
#[derive(Serialize)]
pub struct JudgeStatement<'a> {
    /// One sentence in the third person.
    pub statement: &'a str,
}

impl Prompt for JudgeStatement<'_> {
    const TEMPLATE: &'static str = include_str!("../../prompts/judge_statement.jinja");
}

/// Sets the task of offering a balanced thought.
#[derive(Serialize)]
pub struct ReframeSystem {}

impl Prompt for ReframeSystem {
    const TEMPLATE: &'static str = include_str!("../../prompts/reframe_system.jinja");
}

/// Sets the task for another engine, which was not tuned for it.
#[derive(Serialize)]
pub struct WriterSystem {}

impl Prompt for WriterSystem {
    const TEMPLATE: &'static str = include_str!("../../prompts/writer_system.jinja");
}

/// Asks for one balanced thought.
#[derive(Serialize)]
pub struct ReframeTask<'a> {
    /// Name of the distortion, such as "Mind reading".
    pub distortion: &'a str,
    /// What to do in the answer, in one line.
    pub strategy: &'a str,
}

impl Prompt for ReframeTask<'_> {
    const TEMPLATE: &'static str = include_str!("../../prompts/reframe_task.jinja");
}

/// Sets the task of answering in a parts dialogue.
#[derive(Serialize)]
pub struct PartsSystem {}

impl Prompt for PartsSystem {
    const TEMPLATE: &'static str = include_str!("../../prompts/parts_system.jinja");
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn prompts_read_as_they_were_written() {
        insta::assert_snapshot!("judge_system", JudgeSystem {}.render().unwrap());
        let statement = "The writer is sure what someone else thinks, although nobody said so.";
        insta::assert_snapshot!("judge_statement", JudgeStatement { statement }.render().unwrap());
        insta::assert_snapshot!("reframe_system", ReframeSystem {}.render().unwrap());
        insta::assert_snapshot!("writer_system", WriterSystem {}.render().unwrap());
        insta::assert_snapshot!("parts_system", PartsSystem {}.render().unwrap());
        let task = ReframeTask { distortion: "Mind reading", strategy: "Ask what was really seen or said." };
        insta::assert_snapshot!("reframe_task", task.render().unwrap());
    }
}
