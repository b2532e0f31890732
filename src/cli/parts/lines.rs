//! Dialogues that others lead: the last turn of each is answered, a line for a line.

use std::path::Path;

use serde::Deserialize;

use super::PartsArgs;
use crate::archive::{ItemId, typed};
use crate::assistant::PartsRequest;
use crate::cli::args::Global;
use crate::cli::error::CliError;
use crate::cli::{jsonl, setup};
use crate::entry::Limit;
use crate::parts::Turn;

const NEEDS: &str = "The line needs \"id\" (text or number) and \"history\", a list of turns with \"from\" (guide or person) and \"text\"; \"theme\" may be there.";

/// A dialogue up to a turn of the person.
#[derive(Deserialize)]
struct Line {
    id: ItemId,
    #[serde(default)]
    theme: Option<String>,
    history: Vec<Turn>,
}

pub(super) async fn run(global: &Global, source: &Path, args: &PartsArgs) -> Result<(), CliError> {
    let lines = jsonl::open(source, Limit::Screening)?;
    let assistant = setup::with_safety_plan(global, setup::assistant(global).await?);
    let read = |value| typed::<Line>(value, NEEDS).map(|line| (line.id.clone(), line));
    let mut out = std::io::stdout();
    jsonl::answer_each(lines, &mut out, read, |line| {
        let request = PartsRequest {
            id: line.id.to_string(),
            theme: line.theme,
            history: line.history,
            country: args.country.clone(),
        };
        let assistant = &assistant;
        async move {
            let place = assistant.turn().await?;
            assistant.parts(&request, &place).await
        }
    })
    .await
}
