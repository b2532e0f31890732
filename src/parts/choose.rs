//! Which reply is shown: one that answers the step and the state, whose slots read well, that the
//! checks let pass, and that takes up what the person said.

use super::act::Act;
use super::bank::{Line, Occasion, Replies, quoted};
use super::checks::Checks;
use super::dialogue::Wanted;
use super::rules::plain;
use super::stage::{Role, Speaker, State, Turn};
use super::words::{quotable, takes_up};

/// Openers of the guide's that do not come again.
const OPENERS: usize = 3;
/// Words of an answer that is short enough for its own to be given back.
const QUOTED_WHOLE: usize = 10;
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

/// A reply that could be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its line in the bank.
    pub line: String,
    /// What the line says by itself.
    pub bare: String,
    /// What would be said: the line, perhaps after the person's own words.
    pub text: String,
    /// Whether it answers what comes before anything else.
    pub comes_first: bool,
    /// Whether the line itself gives the person's words back.
    pub quotes: bool,
    /// How well it suits, as far as words tell, in thousandths.
    score: i64,
}

impl Candidate {
    /// How well it suits, as far as words tell: −4 to 11.
    #[must_use]
    pub fn by_words(&self) -> f32 {
        self.score as f32 / 1_000.0
    }
}

/// Replies that pass, the best suited first, as far as words tell; the same for the same moment. None
/// if nothing passes, which the bank is too large for.
#[must_use]
pub fn candidates(replies: &Replies, checks: &Checks, moment: &Moment<'_>) -> Vec<Candidate> {
    // After a pause or a wish to go on the guide spoke last, and its words are not the person's.
    let spoke = moment.history.last().filter(|turn| turn.from == Speaker::Person);
    let said = spoke.map_or("", |turn| turn.text.as_str());
    let guide: Vec<&str> =
        moment.history.iter().filter(|t| t.from == Speaker::Guide).map(|t| t.text.as_str()).collect();
    let last: Vec<&str> = guide.iter().rev().take(OPENERS).copied().collect();
    // Who is flooded needs the room, not their own words; and twice running they sound like a parrot's.
    let flooded = moment.wanted.state == State::Overwhelmed;
    let quoted_before = guide.last().is_some_and(|text| text.contains('“'));
    // Of a long answer a few words stand for nothing; a short one is what it says.
    let short = said.split_whitespace().count() <= QUOTED_WHOLE;
    let words = quotable(said).filter(|_| moment.may_quote && short && !flooded && !quoted_before);
    let spoken = plain(said);
    let mut found = Vec::new();
    for line in replies.lines().iter().filter(|line| line.answers(moment.wanted)) {
        if line.occasion != Occasion::Leave && !line.role.suits(moment.role) {
            continue;
        }
        let cued = line.is_cued_by(&spoken);
        if !line.cues.is_empty() && !cued {
            continue;
        }
        let Some(bare) = line.fill(moment.part, words.as_deref()) else { continue };
        if was_said(&bare, &guide) {
            continue;
        }
        let whole = with_echo(replies, line, bare.clone(), words.as_deref(), moment);
        let text = match checks.pass(&whole, &last) {
            Ok(()) => whole,
            // The bare line may pass where its echo does not.
            Err(_) if checks.pass(&bare, &last).is_ok() => bare.clone(),
            Err(_) => continue,
        };
        let score = score(line, &text, said, cued, &guide) * 1_000
            + i64::from((mixed(moment.seed, &line.id) % 1_000) as u16);
        found.push(Candidate {
            line: line.id.clone(),
            bare,
            text,
            comes_first: line.comes_first,
            quotes: line.quotes(),
            score,
        });
    }
    found.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    found
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
    let owns_up = moment.wanted.act == Some(Act::Corrects) || moment.wanted.state == State::Overwhelmed;
    if moment.misheard && count <= 2 && !owns_up {
        return match pick(replies.amends(), &text) {
            Some(begun) => format!("{begun} {text}"),
            None => text,
        };
    }
    let (Some(words), false) = (words, line.quotes() || !line.cues.is_empty()) else {
        return text;
    };
    let Occasion::Step(_, state) = line.occasion else { return text };
    let Some(echo) = pick(replies.echoes(state), words) else {
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
        Wanted { stage, state, asks_leave: false, act: None }
    }

    /// The one that words alone would choose.
    fn first(moment: &Moment<'_>) -> Candidate {
        let (replies, checks) = (Replies::embedded().unwrap(), Checks::embedded().unwrap());
        candidates(&replies, &checks, moment).into_iter().next().unwrap()
    }

    fn moment(history: &[Turn], wanted: Wanted) -> Moment<'_> {
        Moment {
            history,
            wanted,
            part: None,
            role: None,
            may_quote: true,
            misheard: false,
            seed: seed_of(history),
        }
    }

    fn chosen(history: &[Turn], wanted: Wanted) -> Candidate {
        first(&moment(history, wanted))
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
        let quotes = |before: &str, may_quote: bool| {
            let history = [Turn::guide(before), Turn::person("boxes come. i like boxes")];
            let wanted = wanted(Stage::Befriend, State::Open);
            first(&Moment { may_quote, seed: 1, ..moment(&history, wanted) }).text.contains('“')
        };
        assert!(quotes("What comes?", true));
        assert!(!quotes("I hear “boxes come”. What else?", true));
        assert!(!quotes("What comes?", false));
    }

    #[test]
    fn a_few_words_of_a_long_answer_are_not_given_back() {
        let long = "i like boxes, and my brother came by on sunday with the dog and we sat there and said nothing at all";
        let history = [Turn::person(long)];
        let moment = moment(&history, wanted(Stage::Befriend, State::Open));
        let (replies, checks) = (Replies::embedded().unwrap(), Checks::embedded().unwrap());
        for reply in candidates(&replies, &checks, &moment) {
            assert!(!reply.text.contains('“'), "{}", reply.text);
        }
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
            let found = candidates(&replies, &checks, &moment);
            prop_assert!(!found.is_empty());
            for reply in found {
                prop_assert!(reply.text.matches('?').count() <= 1 + history[0].text.matches('?').count());
                prop_assert_eq!(checks.pass(&reply.text, &[]), Ok(()));
            }
        }
    }
}
