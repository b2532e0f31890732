//! What the steps of a thought record say (`content/thought_record.toml`).

use serde::Deserialize;

use crate::cli::error::CliError;

/// What a step asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    pub(super) title: String,
    pub(super) hint: String,
}

/// What all of them ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    pub(super) situation: Text,
    pub(super) thought: Text,
    pub(super) belief: Text,
    pub(super) feelings: Text,
    pub(super) offered: Text,
    pub(super) own: Text,
    pub(super) r#for: Text,
    pub(super) against: Text,
    pub(super) balanced: Text,
    pub(super) belief_after: Text,
    pub(super) feeling_after: Text,
    pub(super) review: Text,
}

impl Texts {
    pub(super) fn embedded() -> Result<Self, CliError> {
        let read = toml::from_str(include_str!("../../../../content/thought_record.toml"));
        read.map_err(|error| {
            CliError::Failed(format!(
                "content/thought_record.toml cannot be read ({error}). Correct it there."
            ))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn every_step_asks_something() {
        let texts = Texts::embedded().unwrap();
        for text in [&texts.situation, &texts.r#for, &texts.review] {
            assert!(!text.title.is_empty() && !text.hint.is_empty());
        }
    }
}
