//! A filled-in sheet and what stands beside its total: help where an answer speaks of danger,
//! the advice to see a professional where the band asks for it. What a total means is told on a
//! scale; nothing here says what a person has.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Assistant;
use super::reply::SCHEMA;
use crate::crisis::{CountryCode, Escalation, Support};
use crate::journal::{Response, ResponseAnswer, ResponseContent, ResponseResult};
use crate::questionnaire::{Answer, Danger, Given, Questionnaire, Score, Sheet, SheetError};

/// An earlier total of the same questionnaire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastTime {
    /// The total.
    pub total: u16,
    /// The day, as a person reads it.
    pub on: String,
}

/// What the answers of a sheet add up to, and what stands beside it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SheetBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// The questionnaire.
    pub id: String,
    /// Its edition.
    pub edition: u32,
    /// The total.
    pub total: u16,
    /// The greatest total that there is.
    pub max: u16,
    /// What the scale calls it.
    pub band: BandBody,
    /// Sums of groups of items, by their ids.
    pub subscales: BTreeMap<String, u16>,
    /// Whether every group meets its criterion; for screening only.
    pub pattern: Option<PatternBody>,
    /// Totals from which something is suggested, and whether this one reaches them.
    pub cutoffs: Vec<ReachedBody>,
    /// The items with their answers.
    pub items: Vec<AnswerBody>,
    /// Answers that count and are missing; the mean of the others stands in for them.
    pub missing: usize,
    /// Whether its number was ever shown to mean what it says.
    pub validated: bool,
    /// The total and its band in a sentence.
    pub says: String,
    /// What it means, sentence by sentence.
    pub means: Vec<String>,
    /// What it does not mean.
    pub limits: String,
    /// Against the last time; `null` where there is none.
    pub change: Option<ChangeBody>,
    /// Help, where an answer speaks of danger; else `null`.
    pub escalation: Option<Escalation>,
    /// The advice to see a professional, where the total asks for it; else `null`.
    pub advice: Option<Support>,
    /// The id under which it was kept in the journal; `null` if it was not.
    pub response: Option<String>,
}

/// What the scale calls a total.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BandBody {
    /// In snake case.
    pub id: String,
    /// As in a sentence.
    pub name: String,
}

/// A rule over all groups; for screening only.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PatternBody {
    /// What it is called.
    pub name: String,
    /// Whether every group meets its criterion.
    pub met: bool,
    /// The groups.
    pub groups: BTreeMap<String, GroupBody>,
}

/// A group of items and its criterion.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct GroupBody {
    /// Its name in a sentence.
    pub name: String,
    /// Its sum.
    pub total: u16,
    /// The greatest sum that there is.
    pub max: u16,
    /// How many of its items count.
    pub counted: usize,
    /// How many are needed.
    pub needed: usize,
    /// Whether there are as many.
    pub met: bool,
}

/// A cut-off.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReachedBody {
    /// The total.
    pub at: u16,
    /// For whom, or what is suggested.
    pub about: String,
    /// Whether this total reaches it.
    pub reached: bool,
}

/// An item with its answer.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AnswerBody {
    /// Its number, or a word for one beside the count.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Whether it counts for the total.
    pub scored: bool,
    /// What was answered; `null` if it was left out or not asked.
    pub answer: Option<u8>,
    /// What the answer says.
    pub label: Option<String>,
    /// Its LOINC code.
    pub loinc: Option<String>,
}

/// How a total differs from the last one.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChangeBody {
    /// The last total.
    pub before: u16,
    /// The day of the last total.
    pub on: String,
    /// How many points this one is higher; negative if it is lower.
    pub points: i32,
    /// Whether that is more than chance; `null` where nothing is published about it.
    pub reliable: Option<bool>,
    /// In a sentence.
    pub says: String,
}

impl SheetBody {
    /// Of a score, without what stands beside it.
    fn of(sheet: &Sheet<'_>, score: &Score<'_>, last: Option<&LastTime>) -> Self {
        let questionnaire = score.questionnaire;
        let items = questionnaire.items.iter().zip(sheet.slots());
        let ended = sheet.is_ended();
        let items = items.map(|(item, slot)| {
            let answer = slot.answer().filter(|_| !ended || item.ends_at.is_some());
            AnswerBody {
                id: item.id.clone(),
                text: item.text.clone(),
                scored: item.scored,
                answer: answer.map(Answer::value),
                label: answer.map(|answer| item.label(answer).to_owned()),
                loinc: item.loinc.clone(),
            }
        });
        let cutoffs = questionnaire.cutoffs.iter().map(|cutoff| ReachedBody {
            at: cutoff.at,
            about: cutoff.about.clone(),
            reached: score.total >= cutoff.at,
        });
        let verdict = questionnaire.verdict.replace("{band}", &score.band.name);
        Self {
            schema: SCHEMA,
            id: questionnaire.id.clone(),
            edition: questionnaire.edition,
            total: score.total,
            max: score.max,
            band: BandBody { id: score.band.id.clone(), name: score.band.name.clone() },
            subscales: score.subscales.iter().map(|one| (one.subscale.id.clone(), one.total)).collect(),
            pattern: pattern(score),
            cutoffs: cutoffs.collect(),
            items: items.collect(),
            missing: score.missing,
            validated: questionnaire.validated,
            says: format!("Your answers add up to {} of {}, {verdict}.", score.total, score.max),
            means: means(sheet, score),
            limits: questionnaire.limits.clone(),
            change: last.map(|last| change(questionnaire, score.total, last)),
            escalation: None,
            advice: None,
            response: None,
        }
    }
}

fn pattern(score: &Score<'_>) -> Option<PatternBody> {
    let (pattern, met) = (score.questionnaire.pattern.as_ref()?, score.pattern?);
    let group = |one: &crate::questionnaire::SubscaleScore<'_>| {
        let body = GroupBody {
            name: one.subscale.name.clone(),
            total: one.total,
            max: one.max,
            counted: one.counted,
            needed: one.subscale.criterion.map_or(0, |criterion| criterion.needed),
            met: one.met().unwrap_or(false),
        };
        (one.subscale.id.clone(), body)
    };
    Some(PatternBody { name: pattern.name.clone(), met, groups: score.subscales.iter().map(group).collect() })
}

fn means(sheet: &Sheet<'_>, score: &Score<'_>) -> Vec<String> {
    let questionnaire = score.questionnaire;
    let mut means = vec![score.band.means.clone()];
    if let (Some(pattern), Some(met)) = (&questionnaire.pattern, score.pattern) {
        means.push(if met { pattern.met.clone() } else { pattern.not_met.clone() });
    }
    if score.missing > 0 {
        let answers = if score.missing == 1 { "One answer is" } else { "Some answers are" };
        means
            .push(format!("{answers} missing, so the total is an estimate. {}", questionnaire.missing.why()));
    }
    let unanswered = questionnaire.items.iter().zip(sheet.slots());
    if unanswered.into_iter().any(|(item, slot)| item.danger.is_some() && slot.answer().is_none()) {
        means.push(
            "The question about being better off dead was left out, so this says nothing about it.".into(),
        );
    }
    let after_the_end = sheet.is_ended()
        && questionnaire.items.iter().zip(sheet.slots()).any(|(item, slot)| {
            item.scored && slot.answer().is_some_and(|answer| answer.value() > item.range().0)
        });
    if after_the_end {
        means.push("The first answer ends the sheet. What was answered after it is not counted.".into());
    }
    means
}

fn change(questionnaire: &Questionnaire, now: u16, last: &LastTime) -> ChangeBody {
    let difference = questionnaire.difference(last.total, now);
    let points = difference.points.unsigned_abs();
    let counted = if points == 1 { "1 point".to_owned() } else { format!("{points} points") };
    let moved = match difference.points {
        0 => format!("That is as on {}.", last.on),
        1.. => format!("That is {counted} more than on {} ({}).", last.on, last.total),
        _ => format!("That is {counted} fewer than on {} ({}).", last.on, last.total),
    };
    let weighed = match (difference.points, difference.reliable) {
        (0, _) => "",
        (_, None) => " Nothing is published about how much of that is chance.",
        (_, Some(true)) => " By the published measure that is more than chance.",
        (_, Some(false)) => " By the published measure that can be chance.",
    };
    ChangeBody {
        before: last.total,
        on: last.on.clone(),
        points: difference.points,
        reliable: difference.reliable,
        says: format!("{moved}{weighed}"),
    }
}

impl Assistant {
    /// Adds a sheet up and says what stands beside it. An answer that speaks of danger leads to
    /// help whatever the total; no total leads to more than advice.
    ///
    /// # Errors
    /// [`SheetError::Missing`] if more answers are missing than the rule lets through.
    pub fn score(
        &self,
        sheet: &Sheet<'_>,
        last: Option<&LastTime>,
        country: CountryCode,
    ) -> Result<SheetBody, SheetError> {
        let score = sheet.score()?;
        let body = SheetBody::of(sheet, &score, last);
        let escalation = score.danger.map(|danger| self.help_for(&danger, country));
        let advice = score.questionnaire.advice.as_ref().filter(|_| score.band.advice).map(|advice| {
            let screen = &self.content.screen;
            let lines = screen.helplines().for_country(&country, self.today);
            let turn = self.acknowledgements.turn();
            screen.advice(advice.case, &advice.message, &advice.steps, &lines, turn)
        });
        Ok(SheetBody { escalation, advice, ..body })
    }

    /// The help that an answer leads to, with what the person's own plan has for it.
    #[must_use]
    pub fn help_for(&self, danger: &Danger<'_>, country: CountryCode) -> Escalation {
        let screen = &self.content.screen;
        let lines = screen.helplines().for_country(&country, self.today);
        let turn = self.acknowledgements.turn();
        let message = danger.message(turn);
        let escalation = screen.escalation_of_answer(danger.case(), danger.tier, message, &lines, turn);
        self.with_own_plan(escalation)
    }
}

impl LastTime {
    /// Of the last finished sheet that was kept, if it is of the same edition.
    #[must_use]
    pub fn of(last: Option<Response>, questionnaire: &Questionnaire) -> Option<Self> {
        let last = last.filter(|last| last.content.edition == questionnaire.edition)?;
        Some(Self { total: last.content.result.as_ref()?.total, on: last.saved.day() })
    }
}

/// A sheet as the journal keeps it, with what it adds up to if it is done.
#[must_use]
pub fn kept_content(sheet: &Sheet<'_>, score: Option<&Score<'_>>) -> ResponseContent {
    let answers = sheet.given().into_iter();
    let result = score.map(|score| ResponseResult {
        total: score.total,
        max: score.max,
        band: score.band.id.clone(),
        subscales: score.subscales.iter().map(|one| (one.subscale.id.clone(), one.total)).collect(),
        missing: u16::try_from(score.missing).unwrap_or(u16::MAX),
    });
    ResponseContent {
        questionnaire: sheet.questionnaire().id.clone(),
        edition: sheet.questionnaire().edition,
        answers: answers.map(|given| ResponseAnswer { item: given.item, value: given.value }).collect(),
        result,
        help: sheet.danger().map(|danger| danger.tier),
    }
}

/// The answers of a sheet that the journal kept.
#[must_use]
pub fn given_of(response: &Response) -> Vec<Given> {
    let answers = response.content.answers.iter();
    answers.map(|answer| Given { item: answer.item.clone(), value: answer.value }).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::crisis::{Date, Tier};

    fn score(id: &str, typed: &str, last: Option<&LastTime>) -> SheetBody {
        let assistant = Assistant::rules_only(Date::new(2026, 11, 26).unwrap()).unwrap();
        let questionnaire = assistant.content().questionnaires.find(id).unwrap().clone();
        let sheet = Sheet::parse(&questionnaire, typed).unwrap();
        assistant.score(&sheet, last, "IE".parse().unwrap()).unwrap()
    }

    #[test]
    fn the_ninth_answer_leads_to_help_whatever_the_total() {
        for (answer, tier) in [(1, Tier::Urgent), (2, Tier::Urgent), (3, Tier::Emergency)] {
            let body = score("phq-9", &format!("0,0,0,0,0,0,0,0,{answer}"), None);
            let help = body.escalation.unwrap();
            assert_eq!((help.tier, body.band.id.as_str()), (tier, "minimal"));
            assert!(help.message.contains("better off dead"), "{}", help.message);
            assert!((3..=6).contains(&help.message.lines().count()) && (3..=5).contains(&help.steps.len()));
            assert!(!help.helplines.is_empty() && body.advice.is_none());
        }
        let all_but_the_ninth = score("phq-9", "3,3,3,3,3,3,3,3,0", None);
        assert!(all_but_the_ninth.escalation.is_none());
        let advice = all_but_the_ninth.advice.unwrap();
        assert_eq!(advice.tier, Tier::Professional);
        assert!((3..=5).contains(&advice.steps.len()));
        assert!(advice.steps.iter().any(|step| step.contains("112")), "{:?}", advice.steps);
    }

    #[test]
    fn no_total_leads_to_more_than_advice() {
        for (id, typed) in [
            ("hiq", "5,5,5,5,5,5,5,5,5,5,5,5,5,5,5".to_owned()),
            ("gad-7", "3,3,3,3,3,3,3".to_owned()),
            ("pc-ptsd-5", "1,1,1,1,1".to_owned()),
            ("pcl-5", ["4"; 20].join(",")),
            ("audit-c", "4,4,4".to_owned()),
        ] {
            let body = score(id, &typed, None);
            assert!(body.escalation.is_none(), "{id}");
            assert_eq!(body.advice.unwrap().tier, Tier::Professional, "{id}");
        }
    }

    #[test]
    fn a_total_is_told_on_its_scale_and_against_the_last_time() {
        let last = LastTime { total: 16, on: "2026-10-01".into() };
        let body = score("phq-9", "1,1,1,1,1,1,1,1,0,2", Some(&last));
        assert_eq!(body.says, "Your answers add up to 8 of 27, which the scale calls mild.");
        let change = body.change.unwrap();
        assert_eq!((change.points, change.reliable), (-8, Some(true)));
        assert_eq!(
            change.says,
            "That is 8 points fewer than on 2026-10-01 (16). By the published measure that is more than chance."
        );
        let last = LastTime { total: 3, on: "2026-10-01".into() };
        assert!(
            score("phq-9", "1,1,1,1,1,1,1,1,0", Some(&last)).change.unwrap().says.contains("can be chance")
        );
        let hiq = LastTime { total: 15, on: "2026-10-01".into() };
        assert_eq!(score("hiq", &["3"; 15].join(","), Some(&hiq)).change.unwrap().reliable, None);
    }

    #[test]
    fn what_was_left_out_is_said() {
        let body = score("phq-9", "1,1,1,1,1,1,1,1,-", None);
        assert_eq!((body.total, body.missing), (9, 1));
        let means = body.means.join(" ");
        assert!(means.contains("estimate") && means.contains("left out"), "{means}");
        let body = score("pc-ptsd-5", "0,1,1,1,1,1", None);
        assert_eq!((body.total, body.items[3].answer), (0, None));
        assert!(body.means.join(" ").contains("not counted") && body.advice.is_none());
    }
}
