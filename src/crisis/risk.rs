//! What rules and model together make of a text.

use serde::{Deserialize, Serialize};

use super::Part;
use super::coverage::{Coverage, is_english};
use super::escalation::Case;
use super::level::{About, Flag, Level, Medical, Tier, Time};
use super::routing::tier;
use super::rules::{RuleMatch, RuleSet};

/// The least probability of a level that a rule found: of a sure rule, and of another.
const SURE: f32 = 0.95;
const LIKELY: f32 = 0.7;

/// Which part of a request words stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    /// The thought or entry itself.
    Text,
    /// The situation given with it.
    Situation,
}

/// How likely each level is; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[allow(missing_docs, reason = "the names are those of the levels")]
pub struct LevelProbabilities {
    pub none: f32,
    pub distress: f32,
    pub passive_ideation: f32,
    pub active_ideation: f32,
    pub plan_or_intent: f32,
    pub imminent: f32,
}

impl LevelProbabilities {
    /// From the probabilities of "this level or graver" for the levels above `none`.
    fn from_at_least(at_least: &[f32; 5]) -> Self {
        let [d, p, a, i, m] = *at_least;
        Self {
            none: 1.0 - d,
            distress: d - p,
            passive_ideation: p - a,
            active_ideation: a - i,
            plan_or_intent: i - m,
            imminent: m,
        }
    }
}

/// A flag that was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NoticedFlag {
    /// Which.
    pub flag: Flag,
    /// How likely it holds, 0–1.
    pub probability: f32,
}

/// Words in which a rule saw something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RiskMatch {
    /// The rule's name.
    pub rule: String,
    /// First Unicode scalar value of the words in the text as given.
    pub start: usize,
    /// One past their last.
    pub end: usize,
    /// The level that the words speak of, whomever they concern.
    pub level: Level,
    /// The flags that they raise.
    pub flags: Vec<Flag>,
    /// Whom they concern.
    pub about: About,
    /// When it holds.
    pub time: Time,
    /// Which part of the request they stand in.
    #[serde(rename = "in")]
    pub part: PartName,
}

/// What was found in a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Risk {
    /// Present risk to the writer.
    pub level: Level,
    /// How likely each level is.
    pub probabilities: LevelProbabilities,
    /// The flags that were noticed.
    pub flags: Vec<NoticedFlag>,
    /// Words in which rules saw something.
    pub matches: Vec<RiskMatch>,
    /// What help follows.
    pub tier: Tier,
    /// Whom what led to the tier concerns.
    pub about: About,
    /// How much could be read.
    pub coverage: Coverage,
    /// How pressing a bodily danger is.
    pub medical: Medical,
    /// Signs of psychosis or dissociation in the writer now: neither reframing nor parts work.
    pub unmoored: bool,
}

impl Risk {
    /// The situation that fixed texts should speak to.
    #[must_use]
    pub fn case(&self) -> Case {
        let flags: Vec<Flag> = self.flags.iter().map(|f| f.flag).collect();
        Case::choose(self.level, &flags, self.about).with_medical(self.medical)
    }
}

pub(super) fn assess(rules: &RuleSet, parts: &[Part<'_>]) -> Risk {
    let mut found = Findings::default();
    let mut coverage = Coverage::Full;
    for part in parts {
        for rule_match in rules.matches(part.entry.normalised()) {
            found.add_rule(rule_match, part);
        }
        match &part.opinion {
            Some(opinion) => found.add_model(opinion),
            None => coverage = coverage.max(Coverage::RulesOnly),
        }
        if !is_english(part.entry.normalised()) {
            coverage = coverage.max(Coverage::UnsupportedLanguage);
        }
    }
    found.into_risk(coverage)
}

#[derive(Default)]
struct Findings {
    level: Level,
    at_least: [f32; 5],
    flags: [Option<f32>; Flag::ALL.len()],
    matches: Vec<RiskMatch>,
    medical: Medical,
    tier: Tier,
    about: Option<About>,
    unmoored: bool,
}

impl Findings {
    fn add_rule(&mut self, rule: RuleMatch, part: &Part<'_>) {
        let present = rule.present_level();
        self.level = self.level.max(present);
        let least = if rule.sure { SURE } else { LIKELY };
        let steps = Level::ALL.iter().position(|l| *l == present).unwrap_or(0);
        for value in self.at_least.iter_mut().take(steps) {
            *value = value.max(least);
        }
        // A flag that concerns the writer is noticed even in the past; the tier tempers it.
        if rule.about == About::Oneself {
            for flag in &rule.flags {
                self.notice(*flag, least);
            }
            if rule.time == Time::Present {
                self.medical = self.medical.max(rule.medical);
                self.unmoored |= unmoors(&rule.flags);
            }
        }
        self.raise(tier(rule.level, &rule.flags, rule.about, rule.time, rule.medical), rule.about);
        let span = part.entry.span_as_given(rule.start..rule.end);
        self.matches.push(RiskMatch {
            rule: rule.rule,
            start: span.start,
            end: span.end,
            level: rule.level,
            flags: rule.flags,
            about: rule.about,
            time: rule.time,
            part: part.name,
        });
    }

    fn add_model(&mut self, opinion: &super::ModelOpinion) {
        self.level = self.level.max(opinion.level);
        for (value, model) in self.at_least.iter_mut().zip(opinion.at_least) {
            *value = value.max(model);
        }
        let mut counted = Vec::new();
        for (flag, (probability, counts)) in Flag::ALL.into_iter().zip(opinion.flags) {
            if counts {
                self.notice(flag, probability);
                counted.push(flag);
            }
        }
        self.unmoored |= unmoors(&counted);
        let found = tier(opinion.level, &counted, About::Oneself, Time::Present, Medical::None);
        self.raise(found, About::Oneself);
    }

    fn notice(&mut self, flag: Flag, probability: f32) {
        if let Some(slot) = Flag::ALL.iter().position(|f| *f == flag).and_then(|i| self.flags.get_mut(i)) {
            *slot = Some(slot.map_or(probability, |p| p.max(probability)));
        }
    }

    /// The highest tier wins; of equal ones what concerns the writer.
    fn raise(&mut self, tier: Tier, about: About) {
        let closer = tier == self.tier && about == About::Oneself;
        if tier > self.tier || closer || self.about.is_none() {
            self.about = Some(about);
        }
        self.tier = self.tier.max(tier);
    }

    fn into_risk(mut self, coverage: Coverage) -> Risk {
        for i in (1..self.at_least.len()).rev() {
            self.at_least[i - 1] = self.at_least[i - 1].max(self.at_least[i]);
        }
        Risk {
            level: self.level,
            probabilities: LevelProbabilities::from_at_least(&self.at_least),
            flags: Flag::ALL
                .into_iter()
                .zip(self.flags)
                .filter_map(|(flag, probability)| Some(NoticedFlag { flag, probability: probability? }))
                .collect(),
            matches: self.matches,
            tier: self.tier,
            about: self.about.unwrap_or(About::Oneself),
            coverage,
            medical: self.medical,
            unmoored: self.unmoored,
        }
    }
}

fn unmoors(flags: &[Flag]) -> bool {
    flags.iter().any(|flag| matches!(flag, Flag::PsychosisSigns | Flag::Dissociation))
}
