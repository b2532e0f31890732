//! Choosing from the bank.
//!
//! A line is a candidate if it answers a recognised distortion. Where the model has learnt to tell
//! which lines fit (`fitting`), it takes a first look at all of them and reads the nearest after
//! the entry; a model that has not is asked how much likelier the entry makes each line
//! (`likelihood`), which is a poorer guess.
//!
//! What a person was shown or said before (`Personal`) leaves lines out before anything is read, and
//! moves those that may be shown a little; it never brings back one that the model or a check
//! refused.

mod fitting;
mod likelihood;

pub use likelihood::ABOUT_HEAD;
pub(super) use likelihood::likeliest;

use super::checks::Candidate;
use super::slot::quotable;
use super::{BankLine, Effect, Kind, Library, Material, Personal, Reframing, Source, Wanted};
use crate::crisis::RuleSet;
use crate::distortion::Distortion;
use crate::entry::sentences;
use crate::language::{LanguageError, Message, PromptTokens, Role, Session};
use crate::prompt::{Prompt, ReframeSystem};

/// Characters of an entry that go into a prompt; of a longer one the words around the likeliest
/// distortion.
const MOST_IN_PROMPT: usize = 900;
/// A question is shown in place of a line that ranks above it by no more than this, if there is
/// none yet: being asked leaves more room than being told.
const QUESTION_BONUS: f32 = 1.0;

/// A line that answers what was found.
struct Answer<'a> {
    line: &'a BankLine,
    /// With the person's words in its slot.
    text: String,
    /// How likely that is which it answers.
    probability: f32,
}

/// A line that may be shown.
#[derive(Clone)]
struct Scored<'a> {
    line: &'a BankLine,
    /// With the person's words in its slot.
    text: String,
    quotes: bool,
    /// What speaks for it: log-odds or a sum of them.
    rank: f32,
}

pub(super) async fn choose(
    material: &Material<'_>,
    library: &Library,
    rules: &RuleSet,
    session: &Session,
    wanted: Wanted<'_>,
    each: &(dyn Fn(&Reframing) + Send + Sync),
) -> Result<(Vec<Reframing>, Effect), LanguageError> {
    let (answers, left_out) = left_in(answering(material, library).collect(), wanted.personal);
    let candidates = match fitting::ranked(material, &answers, session).await? {
        Some(candidates) => candidates,
        None => likelihood::ranked(material, &answers, session).await?,
    };
    let most = if material.recognition.found.is_empty() { 1 } else { wanted.count };
    let pass = |candidate| library.checks.pass(candidate, material.entry, rules).ok();
    let (shown, reordered) = offered(candidates, wanted.personal, most, pass, each);
    let effect = Effect { left_out, reordered, fewer: left_out > 0 && shown.len() < most };
    Ok((shown, effect))
}

/// The lines without those that this person is not to see now, and how many those are.
fn left_in<'a>(mut answers: Vec<Answer<'a>>, personal: &Personal) -> (Vec<Answer<'a>>, usize) {
    let all = answers.len();
    answers.retain(|answer| !personal.leaves_out(answer.line));
    let left_out = all - answers.len();
    (answers, left_out)
}

/// What is shown of lines that hold, and whether that is something else for what the person said of
/// earlier ones.
fn offered(
    mut candidates: Vec<Scored<'_>>,
    personal: &Personal,
    most: usize,
    pass: impl Fn(Candidate) -> Option<Reframing>,
    each: &(dyn Fn(&Reframing) + Send + Sync),
) -> (Vec<Reframing>, bool) {
    let tell = |candidate| pass(candidate).inspect(|reframing| each(reframing));
    if personal.is_neutral() {
        return (show(best_first(candidates), most, tell), false);
    }
    let otherwise = show(best_first(candidates.clone()), most, &pass);
    for candidate in &mut candidates {
        candidate.rank += personal.gain(candidate.line.strategy, candidate.line.kind);
    }
    let shown = show(best_first(candidates), most, tell);
    let reordered = shown != otherwise;
    (shown, reordered)
}

fn best_first(mut candidates: Vec<Scored<'_>>) -> Vec<Scored<'_>> {
    candidates.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(a.line.id.cmp(&b.line.id)));
    candidates
}

/// The first `most` of the best, among them at most `quoting` with the person's words.
fn best(candidates: Vec<Scored<'_>>, most: usize, quoting: usize) -> Vec<Scored<'_>> {
    let mut candidates = best_first(candidates);
    let mut quotes = 0;
    candidates.retain(|c| {
        quotes += usize::from(c.quotes);
        !c.quotes || quotes <= quoting
    });
    candidates.truncate(most);
    candidates
}

/// Takes the first that pass, each of another strategy; the person's words come back to them
/// once, and one of several is a question if that costs little.
fn show(
    mut candidates: Vec<Scored<'_>>,
    most: usize,
    mut pass: impl FnMut(Candidate) -> Option<Reframing>,
) -> Vec<Reframing> {
    let mut shown: Vec<Reframing> = Vec::new();
    let mut quoted = false;
    while shown.len() < most && !candidates.is_empty() {
        candidates.retain(|c| shown.iter().all(|r| r.strategy() != c.line.strategy) && !(quoted && c.quotes));
        let is_last = most > 1 && shown.len() + 1 == most;
        let asks = is_last && shown.iter().all(|r| r.kind() != Kind::Question);
        let near =
            |c: &Scored<'_>, first: f32| c.line.kind == Kind::Question && c.rank >= first - QUESTION_BONUS;
        let first = candidates.first().map_or(0.0, |c| c.rank);
        let next = if asks { candidates.iter().position(|c| near(c, first)).unwrap_or(0) } else { 0 };
        if next >= candidates.len() {
            break;
        }
        let Scored { line, text, quotes, .. } = candidates.remove(next);
        let source = Source::Bank;
        let line_id = Some(line.id.clone());
        let candidate =
            Candidate { strategy: line.strategy, kind: line.kind, source, line: line_id, text, quotes };
        if let Some(reframing) = pass(candidate) {
            shown.push(reframing);
            quoted |= quotes;
        }
    }
    shown
}

/// The lines that answer what was found, as they would read here; those without distortion where
/// nothing was found.
fn answering<'a>(material: &Material<'_>, library: &'a Library) -> impl Iterator<Item = Answer<'a>> {
    let found: Vec<(Distortion, f32, Option<String>)> = material
        .recognition
        .found
        .iter()
        .map(|f| {
            let entry = material.entry.entry();
            let words = f.spans.iter().find_map(|span| quotable(&entry.words(*span)));
            (f.distortion, f.probability, words)
        })
        .collect();
    library.bank.lines().iter().filter_map(move |line| {
        if line.distortions.is_empty() && found.is_empty() {
            return Some(Answer { line, text: line.text.clone(), probability: 1.0 });
        }
        let (_, probability, words) = found.iter().find(|(d, ..)| line.distortions.contains(d))?;
        let text = if line.has_slot() { line.fill(words.as_deref()?) } else { line.text.clone() };
        Some(Answer { line, text, probability: *probability })
    })
}

/// The prompt after which a reframe of this text would stand.
///
/// # Errors
/// [`LanguageError`] if the model's template fails.
pub(super) fn prompt_for(session: &Session, text: &str) -> Result<PromptTokens, LanguageError> {
    let system = ReframeSystem {}.render().map_err(|e| LanguageError::Chat(e.into()))?;
    session.encode_chat(&[Message::new(Role::System, system), Message::new(Role::User, text)])
}

/// As much of an entry as a prompt holds: the sentences around the likeliest distortion.
pub(super) fn excerpt(material: &Material<'_>) -> String {
    let text = material.entry.entry().normalised().trim();
    if text.len() <= MOST_IN_PROMPT {
        return text.to_owned();
    }
    let text = material.entry.entry().normalised();
    let centre = material.recognition.found.iter().flat_map(|f| &f.ranges).next().map_or(0, |r| r.start);
    let all = sentences(text);
    let mut first = all.partition_point(|s| s.end <= centre).min(all.len().saturating_sub(1));
    let mut last = first;
    let length = |first: usize, last: usize| all[last].end - all[first].start;
    while first > 0 && length(first - 1, last) <= MOST_IN_PROMPT / 2 {
        first -= 1;
    }
    while last + 1 < all.len() && length(first, last + 1) <= MOST_IN_PROMPT {
        last += 1;
    }
    let Some(range) = all.get(first).zip(all.get(last)).map(|(a, b)| a.start..b.end) else {
        return String::new();
    };
    // A single sentence can be longer than everything: cut at a character border.
    text[range].chars().take(MOST_IN_PROMPT).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::crisis::ClearedEntry;
    use crate::entry::{Entry, Limit};
    use crate::reframe::{Bank, Checks, Said, Shown, Strategy, Verdict};

    // Read once: a property looks at them many times.
    static BANK: LazyLock<Bank> = LazyLock::new(|| Bank::embedded().unwrap());
    static CHECKS: LazyLock<Checks> = LazyLock::new(|| Checks::embedded().unwrap());
    static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::embedded().unwrap());

    fn line(id: &str, strategy: Strategy, kind: Kind) -> BankLine {
        let text = "I can leave that open for tonight and look at it in daylight.".to_owned();
        BankLine {
            id: id.to_owned(),
            distortions: vec![Distortion::MindReading],
            strategy,
            about: vec![],
            kind,
            text,
        }
    }

    fn shown(lines: &[(&BankLine, f32, bool)], most: usize) -> Vec<String> {
        let entry = Entry::new("She thinks I'm useless.", Limit::Reframing).unwrap();
        let (checks, rules) = (&*CHECKS, &*RULES);
        let cleared = ClearedEntry::for_tests(&entry);
        let scored = lines.iter().map(|(line, rank, quotes)| Scored {
            line,
            text: line.text.clone(),
            quotes: *quotes,
            rank: *rank,
        });
        let pass = |candidate| checks.pass(candidate, &cleared, rules).ok();
        let shown = show(best_first(scored.collect()), most, pass);
        shown.iter().map(|r| r.line().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn each_is_of_another_strategy_and_words_come_back_once() {
        let (a, b) = (
            line("a", Strategy::ExamineEvidence, Kind::Statement),
            line("b", Strategy::ExamineEvidence, Kind::Statement),
        );
        let (c, d) = (
            line("c", Strategy::SelfCompassion, Kind::Statement),
            line("d", Strategy::BehaviouralStep, Kind::Statement),
        );
        let all = [(&a, 3.0, true), (&b, 2.0, false), (&c, 1.0, true), (&d, 0.0, false)];
        assert_eq!(shown(&all, 3), ["a", "d"]);
        assert_eq!(shown(&all, 1), ["a"]);
    }

    #[test]
    fn the_last_is_a_question_where_that_costs_little() {
        let (a, b) = (
            line("a", Strategy::ExamineEvidence, Kind::Statement),
            line("b", Strategy::SelfCompassion, Kind::Statement),
        );
        let c = line("c", Strategy::BehaviouralStep, Kind::Question);
        assert_eq!(shown(&[(&a, 3.0, false), (&b, 2.0, false), (&c, 1.5, false)], 2), ["a", "c"]);
        assert_eq!(shown(&[(&a, 3.0, false), (&b, 2.0, false), (&c, 0.5, false)], 2), ["a", "b"]);
        assert_eq!(shown(&[(&a, 3.0, false), (&b, 2.0, false), (&c, 1.9, false)], 1), ["a"]);
    }

    /// A person who said this of that line so many times.
    fn said(line: &BankLine, verdict: Verdict, times: usize) -> Personal {
        let said = Said {
            line: Some(crate::reframe::line_key(line)),
            strategy: line.strategy,
            kind: line.kind,
            verdict,
            at_ms: 0,
        };
        Personal::of(&[], &vec![said; times], 0)
    }

    /// The lines that are offered, and whether a history changed that.
    fn offered_to(personal: &Personal, lines: &[(BankLine, f32)], most: usize) -> (Vec<String>, bool) {
        let entry = Entry::new("She thinks I'm useless.", Limit::Reframing).unwrap();
        let (checks, rules) = (&*CHECKS, &*RULES);
        let cleared = ClearedEntry::for_tests(&entry);
        let answers =
            lines.iter().map(|(line, rank)| Answer { line, text: line.text.clone(), probability: *rank });
        let (answers, _) = left_in(answers.collect(), personal);
        let scored = answers.iter().map(|Answer { line, text, probability }| Scored {
            line,
            text: text.clone(),
            quotes: line.has_slot(),
            rank: *probability,
        });
        let pass = |candidate| checks.pass(candidate, &cleared, rules).ok();
        let (shown, reordered) = offered(scored.collect(), personal, most, pass, &|_| ());
        (shown.iter().map(|r| r.line().unwrap_or_default().to_owned()).collect(), reordered)
    }

    #[test]
    fn what_was_said_moves_near_lines_and_no_far_ones() {
        let near = line("a", Strategy::ExamineEvidence, Kind::Statement);
        let liked = line("b", Strategy::SelfCompassion, Kind::Statement);
        let personal = said(&liked, Verdict::Fits, 9);
        let lines = |rank| [(near.clone(), 1.0), (liked.clone(), rank)];
        assert_eq!(offered_to(&Personal::default(), &lines(0.8), 2), (vec!["a".into(), "b".into()], false));
        assert_eq!(offered_to(&personal, &lines(0.8), 2), (vec!["b".into(), "a".into()], true));
        assert_eq!(offered_to(&personal, &lines(0.0), 2), (vec!["a".into(), "b".into()], false));
    }

    #[test]
    fn a_line_that_a_check_refuses_stays_away_however_well_such_lines_were_liked() {
        let good = line("a", Strategy::ExamineEvidence, Kind::Statement);
        let text = "I should double my dose of medication tonight and see.".to_owned();
        let refused = BankLine { text, ..line("b", Strategy::SelfCompassion, Kind::Statement) };
        let personal = said(&refused, Verdict::Fits, 99);
        let (shown, _) = offered_to(&personal, &[(good, 0.0), (refused, 5.0)], 2);
        assert_eq!(shown, ["a"]);
    }

    proptest::proptest! {
        #[test]
        fn a_history_shows_nothing_that_is_left_out_and_none_shows_what_there_always_was(
            picked in proptest::collection::vec((0..900_usize, -2.0..2.0_f32), 1..40),
            seen in proptest::collection::vec(0..40_usize, 0..20),
            words in proptest::collection::vec((0..40_usize, 0..4_usize), 0..20),
            most in 1..6_usize,
        ) {
            let bank = &*BANK;
            let mut ids = std::collections::HashSet::new();
            let lines: Vec<(BankLine, f32)> = picked
                .into_iter()
                .filter(|(at, _)| ids.insert(*at))
                .map(|(at, rank)| (bank.lines()[at].clone(), rank))
                .filter(|(line, _)| !line.has_slot())
                .collect();
            let refs: Vec<(&BankLine, f32, bool)> = lines.iter().map(|(line, rank)| (line, *rank, false)).collect();
            let (today, reordered) = offered_to(&Personal::default(), &lines, most);
            proptest::prop_assert_eq!((&today, reordered), (&shown(&refs, most), false));

            let at = |n: usize| lines.get(n).map(|(line, _)| line);
            let seen: Vec<Shown> = seen
                .into_iter()
                .filter_map(|n| Some(Shown { line: crate::reframe::line_key(at(n)?), at_ms: 0 }))
                .collect();
            let words: Vec<Said> = words
                .into_iter()
                .filter_map(|(n, verdict)| {
                    let line = at(n)?;
                    let (key, verdict) = (crate::reframe::line_key(line), Verdict::ALL[verdict]);
                    Some(Said { line: Some(key), strategy: line.strategy, kind: line.kind, verdict, at_ms: 0 })
                })
                .collect();
            let personal = Personal::of(&seen, &words, 0);
            let (chosen, _) = offered_to(&personal, &lines, most);
            for id in &chosen {
                proptest::prop_assert!(!personal.leaves_out(bank.get(id).unwrap()));
            }
            proptest::prop_assert!(chosen.len() <= most);
        }
    }

    #[test]
    fn every_line_of_the_bank_has_a_name_of_its_own() {
        let bank = Bank::embedded().unwrap();
        let keys: std::collections::HashSet<String> =
            bank.lines().iter().map(crate::reframe::line_key).collect();
        assert_eq!(keys.len(), bank.lines().len());
    }
}
