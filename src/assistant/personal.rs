//! What a person was shown and what they said of it: out of their journal for the next choice, and
//! back in words for themselves.

use serde::Serialize;

use super::{Content, ReplyBody};
use crate::journal::{
    Clock as _, Id, Journal, JournalError, Line, ReframeHistory, ShownReframe, Stamp, SystemClock, TextSum,
};
use crate::reframe::{Kind, Leaning, Personal, Said, Shown, Strategy, Verdict, line_key};

/// What is kept of what a person said of reframes, and what follows from it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SaidOfReframes {
    /// All of it in sentences.
    pub says: Vec<String>,
    /// What was said of each strategy and kind, and what follows.
    pub leanings: Vec<Leaning>,
    /// The last word on each reframe, the latest first.
    pub said: Vec<SaidOfReframe>,
    /// How many reframes that were shown are remembered, for 30 days, so that none comes twice in a
    /// week and something can be said of them.
    pub shown: usize,
}

/// What a person said of a reframe.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SaidOfReframe {
    /// Its name.
    pub id: Id,
    /// When it was said.
    pub at: Stamp,
    /// The reply in which the reframe was shown.
    pub reframing: String,
    /// How it answers.
    pub strategy: Strategy,
    /// Statement or question.
    pub kind: Kind,
    /// The line of the bank, as it is without the person's words; `null` for what a model wrote, of
    /// which the text is not kept.
    pub text: Option<String>,
    /// What they said.
    pub verdict: Verdict,
    /// What they made of it.
    pub edited: Option<Line>,
}

impl Content {
    /// What follows now, for the choice of reframes, from what a journal knows of earlier ones.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn personal(&self, journal: &Journal) -> Result<Personal, JournalError> {
        Ok(follows(&journal.reframe_history()?, journal.now()))
    }

    /// What is to be kept of the reframes in a reply, so that none comes twice in a week.
    #[must_use]
    pub fn shown_in(&self, reply: &ReplyBody) -> Vec<ShownReframe> {
        let of = |one: &super::ReframeBody| ShownReframe {
            reframing: reply.id.clone(),
            line: one.line.as_deref().and_then(|id| self.library.bank.get(id)).map(line_key),
            text: TextSum::of(&one.text),
            strategy: one.strategy,
            kind: one.kind,
        };
        reply.reframes.iter().map(of).collect()
    }

    /// What is kept of what was said of reframes, and what follows, in words.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be read.
    pub fn said_of_reframes(&self, journal: &Journal) -> Result<SaidOfReframes, JournalError> {
        Ok(self.told(&journal.reframe_history()?, journal.now()))
    }

    /// The same where there is no journal yet.
    #[must_use]
    pub fn nothing_said_of_reframes(&self) -> SaidOfReframes {
        self.told(&ReframeHistory::default(), SystemClock.now())
    }

    fn told(&self, history: &ReframeHistory, now: Stamp) -> SaidOfReframes {
        let personal = follows(history, now);
        let stands = history.said.iter().rev().filter(|one| one.content.verdict != Verdict::TakenBack);
        let said: Vec<SaidOfReframe> = stands
            .map(|kept| {
                let (id, at, one) = (kept.id, kept.written, kept.content.clone());
                let text = one.of.line.as_deref().and_then(|line| self.line_of(line));
                let (verdict, edited, of) = (one.verdict, one.edited, one.of);
                SaidOfReframe {
                    id,
                    at,
                    reframing: of.reframing,
                    strategy: of.strategy,
                    kind: of.kind,
                    text,
                    verdict,
                    edited,
                }
            })
            .collect();
        let leanings = personal.leanings(&self.library.strategies);
        let first = match said.len() {
            0 => "You have said nothing of reframes yet. Where one fits, or does not, you can say so."
                .to_owned(),
            1 => "You said something of one reframe.".to_owned(),
            n => format!("You said something of {n} reframes."),
        };
        let follows = leanings.iter().map(|one| one.says.clone()).chain(personal.says_left_out());
        SaidOfReframes {
            says: std::iter::once(first).chain(follows).collect(),
            leanings,
            said,
            shown: history.shown.len(),
        }
    }

    /// What a line of the bank says, without anybody's words in it, by its name and wording.
    #[must_use]
    pub fn line_of(&self, key: &str) -> Option<String> {
        let (id, _) = key.rsplit_once(':')?;
        let line = self.library.bank.get(id)?;
        (line_key(line) == key).then(|| line.fill(""))
    }
}

fn follows(history: &ReframeHistory, now: Stamp) -> Personal {
    let shown = history
        .shown
        .iter()
        .filter_map(|kept| Some(Shown { line: kept.content.line.clone()?, at_ms: kept.written.ms() }));
    let said = history.said.iter().map(|kept| Said {
        line: kept.content.of.line.clone(),
        strategy: kept.content.of.strategy,
        kind: kept.content.of.kind,
        verdict: kept.content.verdict,
        at_ms: kept.written.ms(),
    });
    Personal::of(&shown.collect::<Vec<_>>(), &said.collect::<Vec<_>>(), now.ms())
}
