//! A turn of the person is screened for danger, and then read: a few sure rules and the heads tell how
//! the person is, what the turn does and what would follow.

use super::{HeardTurn, Led};
use crate::assistant::{Assistant, AssistantError, SaidBody, Turn as Place};
use crate::crisis::{CountryCode, Coverage, Level, ModelOpinion, Part, PartName, Risk, Tier};
use crate::entry::{Entry, EntryError, Limit};
use crate::parts::{
    Act, Danger, Dialogue, Heard, Leave, Noticed, Noticing, Reading, Speaker, Stage, State, Topic, Turn,
};

/// Earlier turns of the person that are screened together with the last.
const TOGETHER: usize = 2;
/// Words from which on a turn is read as an entry, for which the heads of danger were learnt.
const AS_AN_ENTRY: usize = 16;
/// Fewer words say too little out of a talk for the dialogue's own head.
const A_FEW: usize = 6;
/// How likely danger has to be to one of the two readings of a turn, as an entry and as a turn of a talk, to
/// count, and how likely to the other: each by itself takes much for danger that is none. The second
/// reading's own threshold was chosen when its head was learnt. Of 200 grave screening texts of the
/// development part, read as first turns, 150 lead to help so, as many as when either was enough; of 145
/// harmless moments 6 (14), of 118 turns of played talks, some in danger, 8 (14). That was with an earlier
/// head of the second reading, whose threshold was .51.
const AS_ENTRY: f32 = 0.6;
const AS_TURN_TOO: f32 = 0.1;
const AS_ENTRY_TOO: f32 = 0.2;
/// How sure the reading as an entry has to be alone where there are too few words for the other.
const VERY_SURE: f32 = 0.9;
/// Characters that those may have; of more, the last count.
const MOST_TOGETHER: usize = 4_000;

/// What the screen found in a turn.
struct Screened {
    risk: Risk,
    danger: Danger,
    /// Whether it is in a language that cannot be read.
    unread: bool,
    /// Whether people to turn to are named beside a reply that goes on.
    beside: bool,
}

impl Assistant {
    /// Screens and reads the last turn.
    ///
    /// # Errors
    /// As [`Assistant::parts`].
    pub async fn hear(&self, history: &[Turn], led: Led, place: &Place) -> Result<HeardTurn, AssistantError> {
        let last =
            history.last().filter(|turn| turn.from == Speaker::Person).ok_or(AssistantError::History)?;
        let entry = Entry::new(last.text.as_str(), Limit::Screening)?;
        let mind = self.mind.get();
        let heads = mind.and_then(|mind| mind.heads.as_deref()).ok_or(AssistantError::PartsUnlearnt)?;
        let noticing = Noticing::of(heads).map_err(|_| AssistantError::PartsUnlearnt)?;
        let session = place.0.as_ref().ok_or(AssistantError::PartsUnlearnt)?;

        // Danger first. Phrase rules read the turn, then the turn with those before it. The model reads
        // it as a turn of a talk, and as an entry.
        let noticed = noticing.read(session, history).await?;
        let as_entry = self.opinion(&entry, place).await?.1;
        let rules = &self.content.guide.rules;
        let (sure, sure_act) = (rules.state(&last.text), rules.act(&last.text));
        // A plain no is no danger.
        let words = entry.normalised().split_whitespace().count();
        let plain_no = words < AS_AN_ENTRY && sure == Some(State::Refusing);
        let as_entry = as_entry.filter(|_| !plain_no);
        let Screened { risk, danger, unread, beside } =
            self.screened(history, (&entry, words), (as_entry, &noticed), led)?;
        let is_first = history.iter().filter(|turn| turn.from == Speaker::Person).count() == 1;
        let state = match sure {
            Some(sure) => sure,
            // Danger that counts is in the risk.
            None => match noticed.state() {
                State::Crisis => State::Open,
                // What is said first tells of a part that refuses; a no to the guide comes later.
                State::Refusing if is_first => State::Open,
                State::Overwhelmed if rules.is_calm(&last.text) => State::Open,
                state => state,
            },
        };
        let stays = rules.is_staying(&last.text);
        let act = match (sure_act, sure) {
            (Some(act), _) => act,
            (None, Some(State::Refusing | State::Overwhelmed | State::Blended)) => Act::Works,
            (None, _) => noticed.act(),
        };
        let closes = act == Act::Leaves && !stays;
        let state = if stays && state == State::Refusing { State::Open } else { state };
        let toward = match noticed.toward(state) {
            _ if closes => Stage::ThankAndClose,
            // A short answer is soon taken for a no, and a no for a goodbye. Whom we led so far we do not
            // send away for that: three noes offer an end, and the person's own word brings it.
            Stage::ThankAndClose if stays || led == Led::ByUs && state == State::Refusing => Stage::Find,
            toward => toward,
        };
        let topic = if unread { Topic::Unread } else { rules.topic(&last.text) };
        let found = noticed.has_found();
        let heard = Heard {
            danger,
            topic,
            act,
            found,
            // What has no words, or none that can be read, says nothing of how the person is.
            state: if matches!(topic, Topic::NoWords | Topic::Unread) { State::Open } else { state },
            toward,
            leave: rules.leave(&last.text),
            // Nothing that is there yet could be anything.
            seems: noticed.seems().filter(|_| found),
        };
        let unsure = topic == Topic::Work
            && !matches!(state, State::Overwhelmed | State::Refusing)
            && sure.is_none()
            && sure_act.is_none()
            && !closes;
        // A no is heard where it is the likeliest, and then nothing else is.
        let may_be = |reading: &Reading| unsure && reading.state != State::Refusing;
        let readings = noticed.readings().into_iter().filter(may_be);
        let readings =
            readings.map(|r| (Heard { act: r.act, state: r.state, toward: r.toward, ..heard }, r.likely));
        let readings = readings.collect();
        Ok(HeardTurn { heard, readings, risk, beside, noticed })
    }

    /// What the screen makes of the last turn.
    fn screened(
        &self,
        history: &[Turn],
        (entry, words): (&Entry, usize),
        (as_entry, noticed): (Option<ModelOpinion>, &Noticed),
        led: Led,
    ) -> Result<Screened, AssistantError> {
        let last = history.last().map_or("", |turn| turn.text.as_str());
        let rules = &self.content.guide.rules;
        let both_sure = as_entry.as_ref().is_some_and(|read| is_sure(read, noticed));
        let opinion = as_entry.map_or_else(ModelOpinion::none, |read| both(read, noticed, words));
        let assess =
            |opinion: ModelOpinion| self.graver_as_own(last, self.risk_of(PartName::Text, entry, opinion));
        let (mut alone, without_model) = (assess(opinion)?, assess(ModelOpinion::none())?);
        // Who says that there is no danger is believed before a model that is not sure of it.
        let is_safe = rules.is_safe(last);
        let denies = is_safe || rules.is_denying(last);
        let suspected = alone.tier.escalates() && !without_model.tier.escalates();
        let to_rules = without_model.tier;
        if suspected && denies && !both_sure && led == Led::ByUs {
            alone = without_model;
        }
        let suspected = suspected && alone.tier.escalates();
        let mut risk = alone.clone();
        let mut unread = alone.coverage == Coverage::UnsupportedLanguage;
        let by_rules = |entry: &Entry| self.risk_of(PartName::Situation, entry, ModelOpinion::none());
        // A person may say that they are safe now.
        let said = said_of_late(history);
        let safe_now = !alone.tier.escalates()
            && is_safe
            && !self.was_emergency(&said[..said.len().saturating_sub(1)])?;
        let mut passed = safe_now && led == Led::ByUs;
        if let [earlier @ .., _] = &said[..]
            && !earlier.is_empty()
            && let Some(entry) = as_one(&said)?
        {
            let before = by_rules(&entry);
            // A few words tell no language; what came before them does.
            unread |= words < A_FEW && before.coverage == Coverage::UnsupportedLanguage;
            if before.tier.escalates() && !alone.tier.escalates() {
                passed = safe_now && before.tier < Tier::Emergency;
                // What the earlier turns say without the last was answered with help when it was said.
                let answered = led == Led::ByUs
                    && as_one(earlier)?.is_some_and(|earlier| by_rules(&earlier).tier >= before.tier);
                if !passed && !answered {
                    risk = Risk { coverage: alone.coverage, ..before };
                }
            }
        }
        let danger = if suspected {
            Danger::Suspected { surely: both_sure }
        } else if risk.tier.escalates() {
            Danger::Present
        } else if risk.unmoored {
            Danger::Unmoored
        } else if passed {
            Danger::Passed
        } else if denies {
            Danger::Denied
        } else {
            Danger::None
        };
        // Distress is what such a talk is for, and what the model alone makes of a turn is too often nothing:
        // in a talk that is led here the note stands where rules find more than that.
        let beside = match led {
            Led::ByOthers => risk.tier > Tier::None,
            Led::ByUs => to_rules >= Tier::Professional,
        };
        Ok(Screened { risk, danger, unread, beside })
    }

    /// Whether one of these turns was an emergency by itself, to the rules. What only the model took for
    /// one was a suspicion.
    fn was_emergency(&self, turns: &[&str]) -> Result<bool, AssistantError> {
        for turn in turns {
            let Some(entry) = as_one(&[*turn])? else { continue };
            if self.risk_of(PartName::Text, &entry, ModelOpinion::none()).tier >= Tier::Emergency {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn risk_of(&self, name: PartName, entry: &Entry, opinion: ModelOpinion) -> Risk {
        self.content.screen.assess(&[Part { name, entry, opinion: Some(opinion) }])
    }

    /// What a part wants is what the person wants: rules read a turn as their own words, too.
    fn graver_as_own(&self, turn: &str, risk: Risk) -> Result<Risk, AssistantError> {
        let Some(own) = self.content.guide.rules.as_own(turn) else { return Ok(risk) };
        let entry = match Entry::new(own, Limit::Screening) {
            Ok(entry) => entry,
            Err(EntryError::Blank) => return Ok(risk),
            Err(error) => return Err(error.into()),
        };
        let own = self.risk_of(PartName::Situation, &entry, ModelOpinion::none());
        Ok(if own.tier > risk.tier { Risk { coverage: risk.coverage, ..own } } else { risk })
    }

    /// What rules alone hear in a turn that no model has read: help, if it leads to it, also
    /// where a part says it.
    ///
    /// # Errors
    /// [`AssistantError`] if it cannot be read.
    pub async fn help_by_rules(
        &self,
        turn: &str,
        country: CountryCode,
    ) -> Result<Option<SaidBody>, AssistantError> {
        let own = self.content.guide.rules.as_own(turn);
        let words: Vec<String> = std::iter::once(turn.to_owned()).chain(own).collect();
        self.urgent_among(&words, country).await
    }

    /// The dialogue as far as a history tells of it.
    pub(super) fn joined(&self, history: &[Turn]) -> Dialogue {
        let rules = &self.content.guide.rules;
        let before = history.split_last().map(|(_, before)| before).unwrap_or_default();
        let person = || before.iter().filter(|turn| turn.from == Speaker::Person);
        let noes = person().rev().take_while(|turn| rules.state(&turn.text) == Some(State::Refusing)).count();
        let leave = person().rev().find_map(|turn| rules.leave(&turn.text));
        Dialogue::joined(u8::try_from(noes).unwrap_or(u8::MAX), leave.unwrap_or(Leave::Unknown))
    }
}

/// What the model makes of a turn, from its reading as an entry and that as a turn of a talk. A level
/// above passive ideation it names only where the second reading is sure of danger, too: people answer
/// "nothing is happening" to an emergency that is none, and the talk stays there.
fn both(as_entry: ModelOpinion, as_turn: &Noticed, words: usize) -> ModelOpinion {
    let (entry, turn, sure) = (as_entry.at_least[1], as_turn.danger, as_turn.thresholds[0]);
    let is_danger = match words {
        A_FEW.. => entry >= AS_ENTRY && turn >= AS_TURN_TOO || turn >= sure && entry >= AS_ENTRY_TOO,
        _ => entry >= VERY_SURE,
    };
    // Signs beside the level were learnt from entries, and count where the other reading finds some danger.
    let with_signs = words >= AS_AN_ENTRY && turn >= AS_TURN_TOO;
    let mut opinion = if with_signs { as_entry } else { ModelOpinion::none() };
    if is_danger {
        let most = if turn >= sure { Level::Imminent } else { Level::PassiveIdeation };
        opinion.level = opinion.level.min(most);
        opinion.believe(Level::PassiveIdeation, entry.max(turn), 0.0);
    } else {
        opinion.level = opinion.level.min(Level::Distress);
    }
    opinion
}

/// Whether both readings of a turn are sure of danger.
fn is_sure(as_entry: &ModelOpinion, as_turn: &Noticed) -> bool {
    as_entry.at_least[1] >= AS_ENTRY && as_turn.danger >= as_turn.thresholds[0]
}

/// The last turns of the person, the latest at the end.
fn said_of_late(history: &[Turn]) -> Vec<&str> {
    let person = history.iter().filter(|turn| turn.from == Speaker::Person);
    let mut said: Vec<&str> = person.rev().take(TOGETHER + 1).map(|turn| turn.text.as_str()).collect();
    said.reverse();
    said
}

/// Turns as one text; `None` where they hold no word.
fn as_one(turns: &[&str]) -> Result<Option<Entry>, AssistantError> {
    let text = turns.join("\n");
    let excess = text.chars().count().saturating_sub(MOST_TOGETHER);
    let text: String = text.chars().skip(excess).filter(|c| *c != '\0').collect();
    match Entry::new(text, Limit::Screening) {
        Ok(entry) => Ok(Some(entry)),
        Err(EntryError::Blank) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entry: f32, turn: f32, level: Level, words: usize) -> Level {
        let at_least = [entry; 5];
        let noticed = Noticed {
            state: [0.1; 6],
            stage: [[0.1; 9]; 6],
            role: [0.1; 4],
            act: [0.1; 12],
            found: 0.5,
            danger: turn,
            thresholds: [0.5, 0.5],
        };
        both(ModelOpinion { at_least, level, ..ModelOpinion::none() }, &noticed, words).level
    }

    #[test]
    fn danger_needs_both_readings_of_a_turn() {
        assert_eq!(read(0.7, 0.2, Level::PassiveIdeation, 20), Level::PassiveIdeation);
        assert_eq!(read(0.3, 0.6, Level::None, 8), Level::PassiveIdeation);
        assert_eq!(read(0.9, 0.05, Level::ActiveIdeation, 20), Level::None, "much for an entry alone");
        assert_eq!(read(0.5, 0.2, Level::ActiveIdeation, 20), Level::Distress, "some for both");
        assert_eq!(read(0.1, 0.9, Level::None, 20), Level::None, "much for a turn alone");
    }

    #[test]
    fn an_emergency_is_named_where_both_are_sure() {
        assert_eq!(read(0.9, 0.3, Level::Imminent, 20), Level::PassiveIdeation);
        assert_eq!(read(0.9, 0.6, Level::Imminent, 20), Level::Imminent);
    }

    #[test]
    fn of_a_few_words_only_the_reading_as_an_entry_counts() {
        assert_eq!(read(0.95, 0.0, Level::PassiveIdeation, 4), Level::PassiveIdeation);
        assert_eq!(read(0.8, 0.9, Level::PassiveIdeation, 4), Level::None);
    }
}
