//! What every text must pass before it is shown as a reframe. [`Reframing`] can only be made
//! here, so nothing unchecked reaches a person.

use std::collections::HashSet;

use serde::Deserialize;

use super::{Kind, Source, Strategy};
use crate::crisis::{ClearedEntry, Level, RuleSet};

/// Words in a reframe: fewer say nothing, more are not read at 2 a.m.
const WORDS: std::ops::RangeInclusive<usize> = 6..=60;
/// Share of a written reframe's words that may be those of the thought itself.
const MOST_REPEATED: f32 = 0.8;

/// A text proposed as a reframe.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) strategy: Strategy,
    pub(super) kind: Kind,
    pub(super) source: Source,
    /// The line of the bank that it is.
    pub(super) line: Option<String>,
    pub(super) text: String,
    /// Whether it quotes the person's own words, in typographic quotation marks.
    pub(super) quotes: bool,
}

/// A reframe that passed every check.
#[derive(Clone, PartialEq, Eq)]
pub struct Reframing {
    strategy: Strategy,
    kind: Kind,
    source: Source,
    line: Option<String>,
    text: String,
}

impl Reframing {
    /// How it answers the thought.
    #[must_use]
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// Whether it says or asks something.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it comes from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// The id of the line of the bank that it is, or `None`.
    #[must_use]
    pub fn line(&self) -> Option<&str> {
        self.line.as_deref()
    }

    /// What it says.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Why a text was not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Length,
    Medicine,
    Diagnosis,
    Cheer,
    Blame,
    Machine,
    Crisis,
    /// A name or a number that the person did not write.
    Invention,
    /// It says the thought over again.
    Repetition,
    /// It does not end, or is not plain text.
    Form,
    /// It is not said in the first person, or goes round in circles.
    Voice,
}

/// The lists of what a reframe must not hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    medicine: Vec<String>,
    diagnosis: Vec<String>,
    cheer: Vec<String>,
    blame: Vec<String>,
    machine: Vec<String>,
}

impl Checks {
    /// The lists that the program carries.
    ///
    /// # Errors
    /// [`toml::de::Error`] if the file was edited and cannot be read.
    pub fn embedded() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../content/reframes/checks.toml"))
    }

    pub(super) fn pass(
        &self,
        candidate: Candidate,
        entry: &ClearedEntry<'_>,
        rules: &RuleSet,
    ) -> Result<Reframing, Refusal> {
        let own = if candidate.quotes { without_quotation(&candidate.text) } else { candidate.text.clone() };
        let entry = entry.entry().normalised();
        if !WORDS.contains(&candidate.text.split_whitespace().count()) {
            return Err(Refusal::Length);
        }
        if !candidate.text.trim_end_matches(['”', '"']).ends_with(['.', '?', '!', '…'])
            || candidate.text.contains(['{', '}', '<', '>', '*', '#', '\n', '!'])
        {
            return Err(Refusal::Form);
        }
        for (list, refusal) in [
            (&self.medicine, Refusal::Medicine),
            (&self.diagnosis, Refusal::Diagnosis),
            (&self.cheer, Refusal::Cheer),
            (&self.blame, Refusal::Blame),
            (&self.machine, Refusal::Machine),
        ] {
            if holds_any(&own, list) {
                return Err(refusal);
            }
        }
        if rules.matches(&own).iter().any(|m| m.level > Level::None) {
            return Err(Refusal::Crisis);
        }
        // Hand-written lines were read for this; only what is written now can invent.
        if candidate.source != Source::Bank {
            if !is_first_person(&own) || circles(&own) {
                return Err(Refusal::Voice);
            }
            if invents(&own, entry) {
                return Err(Refusal::Invention);
            }
            if repeats(&own, entry) {
                return Err(Refusal::Repetition);
            }
        }
        let Candidate { strategy, kind, source, line, text, .. } = candidate;
        Ok(Reframing { strategy, kind, source, line, text })
    }
}

/// A text without what stands in its quotation marks.
fn without_quotation(text: &str) -> String {
    match (text.find('“'), text.rfind('”')) {
        (Some(open), Some(close)) if open < close => {
            format!("{} {}", &text[..open], &text[close + '”'.len_utf8()..])
        }
        _ => text.to_owned(),
    }
}

/// Whether a text holds one of the phrases as whole words.
fn holds_any(text: &str, phrases: &[String]) -> bool {
    let text = format!(" {} ", spaced(text));
    phrases.iter().any(|phrase| text.contains(&format!(" {} ", spaced(phrase))))
}

/// Lower case, with white space for everything but letters, digits and apostrophes.
fn spaced(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .replace('’', "'")
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text names a person, place or number that the entry does not.
fn invents(text: &str, entry: &str) -> bool {
    let known: HashSet<String> = spaced(entry).split(' ').map(str::to_owned).collect();
    let mut opens = true;
    for word in text.split_whitespace() {
        let plain = spaced(word);
        let base = plain.trim_end_matches("'s");
        let capital = word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
        let first_person = base == "i" || base.starts_with("i'");
        let named = capital && !opens && !first_person && !known.contains(base);
        let counted = base.chars().any(|c| c.is_ascii_digit()) && !known.contains(base);
        if named || counted {
            return true;
        }
        opens = word.ends_with(['.', '?', '!', ':', '“', '…']);
    }
    false
}

/// Whether a text speaks as the person would to themself.
fn is_first_person(text: &str) -> bool {
    spaced(text).split(' ').any(|w| matches!(w, "i" | "me" | "my" | "myself") || w.starts_with("i'"))
}

/// Whether a text says the same three words twice, as small models do when they lose the thread.
fn circles(text: &str) -> bool {
    let spaced = spaced(text);
    let words: Vec<&str> = spaced.split(' ').collect();
    let mut seen = HashSet::new();
    words.windows(3).any(|run| !seen.insert(run))
}

/// Whether most of a text is the entry over again.
fn repeats(text: &str, entry: &str) -> bool {
    let known: HashSet<String> = spaced(entry).split(' ').map(str::to_owned).collect();
    let spaced = spaced(text);
    let words: Vec<&str> = spaced.split(' ').collect();
    let shared = words.iter().filter(|w| known.contains(**w)).count();
    shared as f32 > MOST_REPEATED * words.len() as f32
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::crisis::ClearedEntry;
    use crate::entry::{Entry, Limit};
    use crate::reframe::Bank;

    const THOUGHT: &str = "Dana asked me to redo a slide. She thinks I'm useless and I always mess up.";

    /// Read once: a test goes through the whole bank.
    static CHECKS: LazyLock<(Checks, RuleSet)> =
        LazyLock::new(|| (Checks::embedded().unwrap(), RuleSet::embedded().unwrap()));

    fn check(text: &str, source: Source, quotes: bool) -> Result<Reframing, Refusal> {
        let entry = Entry::new(THOUGHT, Limit::Reframing).unwrap();
        let candidate = Candidate {
            strategy: Strategy::ExamineEvidence,
            kind: Kind::Statement,
            source,
            line: None,
            text: text.to_owned(),
            quotes,
        };
        let (checks, rules) = &*CHECKS;
        checks.pass(candidate, &ClearedEntry::for_tests(&entry), rules)
    }

    #[test]
    fn plain_kind_sentences_pass_whatever_wrote_them() {
        for text in [
            "She asked me to redo one slide. That tells me about the slide, and not what she thinks of me.",
            "What did Dana say that I could point to, and what did I fill in myself?",
            "I can be someone who made a mistake and someone who does good work, in the same week.",
        ] {
            assert!(check(text, Source::Written, false).is_ok(), "{text}");
            assert!(check(text, Source::Bank, false).is_ok(), "{text}");
        }
    }

    #[test]
    fn each_refusal_has_its_texts() {
        let cases = [
            (Refusal::Length, "It passes."),
            (Refusal::Medicine, "I could ask about a higher dose so that days like this get easier."),
            (Refusal::Diagnosis, "She sounds like a narcissist to me, and that says more about her than me."),
            (Refusal::Cheer, "It was only a slide, and tomorrow is going to be an amazing day."),
            (Refusal::Blame, "You should have checked the slide before you sent it to her."),
            (Refusal::Machine, "As an AI I can tell that this was only one slide among many."),
            (Refusal::Crisis, "If I want to die then at least the slide does not matter any more."),
            (Refusal::Invention, "She kept my other eleven slides, and Marcus said that they were good."),
            (Refusal::Invention, "She asked me for 3 changes, and that is not many for a whole talk."),
            (
                Refusal::Repetition,
                "She thinks I'm useless and I always mess up a slide she asked me to redo.",
            ),
            (Refusal::Voice, "The thought takes a neutral event and makes it into more than it was."),
            (Refusal::Voice, "I look at what speaks for it, and then at what speaks for it again."),
            (Refusal::Form, "One slide is one slide and that is all that it has to be"),
            (Refusal::Form, "One slide is one slide and that is all that it has to be!"),
        ];
        for (refusal, text) in cases {
            assert_eq!(check(text, Source::Written, false).err(), Some(refusal), "{text}");
        }
    }

    #[test]
    fn the_persons_own_words_are_not_held_against_a_line() {
        let quoted = "I should have done better";
        let text = format!("“{quoted}” is a rule, and rules were made by somebody on some day.");
        assert!(check(&text, Source::Bank, true).is_ok());
        assert_eq!(check(&text, Source::Bank, false).err(), Some(Refusal::Blame));
    }

    #[test]
    fn nearly_all_of_the_bank_passes() {
        let bank = Bank::embedded().unwrap();
        let refused: Vec<(&str, Refusal)> = bank
            .lines()
            .iter()
            .filter_map(|line| {
                let text = line.fill("I always mess up");
                check(&text, Source::Bank, line.has_slot()).err().map(|refusal| (line.id.as_str(), refusal))
            })
            .collect();
        assert!(refused.len() <= bank.lines().len() / 50, "{refused:?}");
    }
}
