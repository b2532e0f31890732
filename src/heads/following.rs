//! Reading lines that follow a text: what heads see of each.

use crate::language::{LanguageError, Session, States, Token};

/// What heads read of each line after `prefix`: the mean of the line's states after `depth` layers, and
/// the last one. The prefix is read once.
///
/// # Errors
/// [`LanguageError`]; `Unsupported` for architectures without hidden states.
pub(crate) async fn following(
    session: &Session,
    depth: usize,
    prefix: Vec<Token>,
    lines: Vec<Vec<Token>>,
) -> Result<Vec<Vec<f32>>, LanguageError> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let states = session.states_after(prefix, lines, vec![depth]).await?;
    let of_line = |depths: &Vec<States>| {
        let states = depths.first().ok_or(LanguageError::Failed)?;
        let end = states.len();
        Ok([states.mean(0..end), states.mean(end.saturating_sub(1)..end)].concat())
    };
    states.iter().map(of_line).collect()
}
