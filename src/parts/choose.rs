//! Which reply is shown: one that answers the step and the state, whose slots read well, that the
//! checks let pass, and that takes up what the person said.

use super::bank::{Line, Replies, quoted};
use super::checks::Checks;
use super::dialogue::Wanted;
use super::rules::plain;
use super::stage::{Role, Speaker, State, Turn};
use super::words::{quotable, takes_up};

/// Openers of the guide's that do not come again.
const OPENERS: usize = 3;
/// Words of a reply together with the words it gives back.
const MOST_WORDS: usize = 48;

/// What a reply is chosen for.
pub struct Moment<'a> {
    /// What was said; the last turn is the person's.
    pub history: &'a [Turn],
    /// What is wanted.
    pub wanted: Wanted,
    /// What the part is called.
    pub part: Option<&'a str>,
    /// What the part is, or seems to be.
    pub role: Option<Role>,
    /// Whether the person's own words may be given back.
    pub may_quote: bool,
    /// Whether the person has just said that the guide passed over what they said.
    pub misheard: bool,
    /// For the choice among equals.
    pub seed: u64,
}

/// A reply that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its line in the bank.
    pub line: String,
    /// What it says.
    pub text: String,
}

/// Chooses; the same for the same moment. `None` if nothing passes, which the bank is too large for.
#[must_use]
pub fn choose(replies: &Replies, checks: &Checks, moment: &Moment<'_>) -> Option<Chosen> {
    // After a pause or a wish to go on the guide spoke last, and its words are not the person's.
    let spoke = moment.history.last().filter(|turn| turn.from == Speaker::Person);
    let said = spoke.map_or("", |turn| turn.text.as_str());
    let guide: Vec<&str> =
        moment.history.iter().filter(|t| t.from == Speaker::Guide).map(|t| t.text.as_str()).collect();
    let last: Vec<&str> = guide.iter().rev().take(OPENERS).copied().collect();
    // Who is flooded needs the room, not their own words; and twice running they sound like a parrot's.
    let flooded = moment.wanted.state == State::Overwhelmed;
    let quoted_before = guide.last().is_some_and(|text| text.contains('“'));
    let words = quotable(said).filter(|_| moment.may_quote && !flooded && !quoted_before);
    let spoken = format!(" {} ", plain(said));
    let mut best: Option<(i64, Chosen)> = None;
    for line in replies.lines().iter().filter(|line| line.answers(moment.wanted)) {
        if !line.asks_leave && !line.role.suits(moment.role) {
            continue;
        }
        let cued = line.cues.iter().any(|cue| spoken.contains(&format!(" {cue} ")));
        if !line.cues.is_empty() && !cued {
            continue;
        }
        let Some(text) = line.fill(moment.part, words.as_deref()) else { continue };
        if was_said(&text, &guide) {
            continue;
        }
        let text = with_echo(replies, line, text, words.as_deref(), moment);
        let text = match checks.pass(&text, &last) {
            Ok(()) => text,
            // The bare line may pass where its echo does not.
            Err(_) => match line.fill(moment.part, words.as_deref()) {
                Some(bare) if checks.pass(&bare, &last).is_ok() => bare,
                _ => continue,
            },
        };
        let score = score(line, &text, said, cued, &guide) * 1_000
            + i64::from((mixed(moment.seed, &line.id) % 1_000) as u16);
        if best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, Chosen { line: line.id.clone(), text }));
        }
    }
    best.map(|(_, chosen)| chosen)
}

/// How well a line suits, beside that it fits at all.
fn score(line: &Line, text: &str, said: &str, cued: bool, guide: &[&str]) -> i64 {
    let mut score = 0;
    if cued {
        score += 6;
    }
    if takes_up(text, said) {
        score += 3;
    }
    if line.role != super::bank::ForRole::Any {
        score += 1;
    }
    // What was asked in other words shortly before is not asked again.
    if guide.iter().rev().take(3).any(|other| shares_much(text, other)) {
        score -= 4;
    }
    score
}

/// The reply after the person's own words, where they read well there.
fn with_echo(
    replies: &Replies,
    line: &Line,
    text: String,
    words: Option<&str>,
    moment: &Moment<'_>,
) -> String {
    let pick = |texts: &'_ [String], of: &str| {
        let at = mixed(moment.seed, of) as usize % texts.len().max(1);
        texts.get(at).cloned()
    };
    let count = text.matches(['.', '?']).count();
    if moment.misheard && count <= 2 && moment.wanted.state != State::Overwhelmed {
        return match pick(replies.amends(), &text) {
            Some(begun) => format!("{begun} {text}"),
            None => text,
        };
    }
    let (Some(words), false) = (words, line.quotes() || !line.cues.is_empty()) else {
        return text;
    };
    let Some(echo) = pick(replies.echoes(line.state), words) else {
        return text;
    };
    let whole = format!("{} {text}", quoted(&echo, words));
    if count > 2 || whole.split_whitespace().count() > MOST_WORDS { text } else { whole }
}

/// Whether the guide has said this, with or without words given back before it.
fn was_said(text: &str, guide: &[&str]) -> bool {
    let text = plain(text);
    guide.iter().any(|other| plain(other).ends_with(&text))
}

/// Whether two texts have most of their longer words in common.
fn shares_much(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        plain(text).split(' ').filter(|w| w.chars().count() > 3).map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    let shared = one.iter().filter(|word| other.contains(word)).count();
    shared * 2 >= one.len().max(1)
}

/// A number that is the same for the same seed and text (FNV-1a).
fn mixed(seed: u64, text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = text.bytes().fold(start, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16
}

/// A seed for a moment: its texts.
#[must_use]
pub fn seed_of(history: &[Turn]) -> u64 {
    history.iter().fold(history.len() as u64, |seed, turn| mixed(seed, &turn.text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::super::checks::opener;
    use super::super::stage::Stage;
    use super::*;
    use proptest::prelude::*;

    fn wanted(stage: Stage, state: State) -> Wanted {
        Wanted { stage, state, asks_leave: false }
    }

    fn chosen(history: &[Turn], wanted: Wanted) -> Chosen {
        let (replies, checks) = (Replies::embedded().unwrap(), Checks::embedded().unwrap());
        let moment = Moment {
            history,
            wanted,
            part: None,
            role: None,
            may_quote: true,
            misheard: false,
            seed: seed_of(history),
        };
        choose(&replies, &checks, &moment).unwrap()
    }

    #[test]
    fn a_long_dialogue_never_says_the_same_twice_nor_opens_alike() {
        let mut history = vec![Turn::person("a part of me won't let anyone help")];
        let mut openers: Vec<String> = Vec::new();
        for n in 0..24 {
            let chosen = chosen(&history, wanted(Stage::ALL[n / 3 % 5], State::Open));
            assert!(!history.iter().any(|turn| turn.text == chosen.text), "{}", chosen.text);
            let opener = opener(&chosen.text);
            assert!(!openers.iter().rev().take(OPENERS).any(|other| *other == opener), "{opener}");
            openers.push(opener);
            history.push(Turn::guide(chosen.text));
            history.push(Turn::person(format!("it sits in my chest and says number {n}")));
        }
    }

    #[test]
    fn what_the_guide_said_is_never_given_back_as_the_persons() {
        for stage in Stage::ALL {
            let history =
                [Turn::person("i like boxes"), Turn::guide("We can go on, at your pace, with the boxes.")];
            let chosen = chosen(&history, wanted(stage, State::Open));
            assert!(!chosen.text.contains('“'), "{}", chosen.text);
        }
    }

    #[test]
    fn what_the_person_said_is_taken_up() {
        let chosen =
            chosen(&[Turn::person("boxes come. i like boxes")], wanted(Stage::Befriend, State::Open));
        assert!(chosen.text.contains("“i like boxes”"), "{}", chosen.text);
    }

    #[test]
    fn words_are_given_back_at_most_every_other_time_and_not_to_who_minds() {
        let (replies, checks) = (Replies::embedded().unwrap(), Checks::embedded().unwrap());
        let quotes = |before: &str, may_quote: bool| {
            let history = [Turn::guide(before), Turn::person("boxes come. i like boxes")];
            let wanted = wanted(Stage::Befriend, State::Open);
            let moment = Moment {
                history: &history,
                wanted,
                part: None,
                role: None,
                may_quote,
                misheard: false,
                seed: 1,
            };
            choose(&replies, &checks, &moment).unwrap().text.contains('“')
        };
        assert!(quotes("What comes?", true));
        assert!(!quotes("I hear “boxes come”. What else?", true));
        assert!(!quotes("What comes?", false));
    }

    #[test]
    fn a_vulnerable_part_is_asked_for_first() {
        let history = [Turn::person("there is a small one under the table")];
        let chosen = chosen(&history, Wanted { asks_leave: true, ..wanted(Stage::Focus, State::Open) });
        assert!(chosen.line.starts_with("qc-"), "{}", chosen.text);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
        #[test]
        fn whatever_was_said_one_checked_reply_is_found(
            text in "\\PC{1,120}",
            stage in prop::sample::select(Stage::ALL[..8].to_vec()),
            state in prop::sample::select(vec![State::Open, State::Refusing, State::Sceptical]),
        ) {
            let replies = Replies::embedded().unwrap();
            let checks = Checks::embedded().unwrap();
            let text_is_odd = text.len() % 2 == 1;
            let history = [Turn::person(text)];
            let moment = Moment {
                history: &history,
                wanted: wanted(stage, state),
                part: Some("the Lid"),
                role: None,
                may_quote: true,
                misheard: text_is_odd,
                seed: 1,
            };
            let chosen = choose(&replies, &checks, &moment).unwrap();
            prop_assert!(chosen.text.matches('?').count() <= 1 + history[0].text.matches('?').count());
            prop_assert_eq!(checks.pass(&chosen.text, &[]), Ok(()));
        }
    }
}
