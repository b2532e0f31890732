//! Asking a language model whether a statement is true of a text, without letting it write: the
//! probabilities of "Yes" and "No" are read, so nothing else can be answered.

use crate::entry::Entry;
use crate::language::{LanguageError, Message, Role, Session};
use crate::prompt::{JudgeStatement, JudgeSystem, Prompt};

/// How likely the model answers yes, against no, 0–1. Not calibrated.
///
/// # Errors
/// [`LanguageError`] if the model fails or the text is too long for it.
pub async fn judge(session: &Session, entry: &Entry, statement: &str) -> Result<f32, LanguageError> {
    let template = |e: minijinja::Error| LanguageError::Chat(e.into());
    let prompt = session.encode_chat(&[
        Message::new(Role::System, JudgeSystem {}.render().map_err(template)?),
        Message::new(Role::User, entry.normalised()),
        Message::new(Role::User, JudgeStatement { statement }.render().map_err(template)?),
    ])?;
    let (yes, no) = (session.encode("Yes")?.tokens, session.encode("No")?.tokens);
    match session.score(prompt, vec![yes, no]).await?.as_slice() {
        [yes, no] => Ok((1.0 / (1.0 + (no.sum - yes.sum).exp())) as f32),
        _ => Err(LanguageError::Failed),
    }
}
