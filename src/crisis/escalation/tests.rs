#![allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use super::*;
use crate::crisis::helplines::{Date, Helplines};
use crate::crisis::level::{About, Flag, Level, Medical};
use crate::crisis::safety_plan::PlanTexts;
use proptest::prelude::*;

fn texts() -> EscalationTexts {
    EscalationTexts::embedded().unwrap()
}

fn set(code: &str) -> HelplineSet {
    let today: Date = "2026-11-25".parse().unwrap();
    Helplines::embedded().unwrap().for_country(&code.parse().unwrap(), today)
}

/// Everything that can be said for a country, one text a line.
fn all_said(code: &str) -> Vec<String> {
    let (texts, set) = (texts(), set(code));
    let mut said = Vec::new();
    for case in Case::ALL {
        for variant in 0..4 {
            for tier in [Tier::Urgent, Tier::Emergency] {
                let one = texts.compose(case, tier, &set, variant);
                said.push(one.message);
                said.extend(one.steps);
            }
            for tier in [Tier::Support, Tier::Professional] {
                let one = texts.support(case, tier, &set, variant);
                said.push(one.message);
                said.extend(one.steps);
            }
            let one = texts.acknowledged(case, &set, variant);
            said.push(one.message);
            said.extend(one.steps);
        }
    }
    said.extend(PlanTexts::embedded().unwrap().all().into_iter().map(str::to_owned));
    said
}

/// The words of a text, lower case, each between single spaces.
fn words(text: &str) -> String {
    let plain: String =
        text.to_lowercase().chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn never(code: &str, why: &str, forbidden: &[&str]) {
    for text in all_said(code) {
        let said = words(&text);
        for word in forbidden {
            assert!(!said.contains(&format!(" {word} ")), "{why}: {word:?} in {text:?}");
        }
    }
}

#[test]
fn no_text_names_a_method() {
    let methods = [
        "pill", "pills", "tablet", "tablets", "overdose", "dose", "rope", "noose", "hang", "hanging",
        "knife", "knives", "blade", "blades", "razor", "cut", "cuts", "cutting", "gun", "guns", "firearm",
        "weapon", "weapons", "bridge", "roof", "railing", "jump", "jumping", "train", "tracks", "drown",
        "burn", "poison", "gas", "bleach", "bullet", "shoot", "scissors", "lighter",
    ];
    never("US", "method", &methods);
}

#[test]
fn no_text_argues_or_plays_anything_down() {
    let words = [
        "but think of",
        "think of your",
        "think about your",
        "you must",
        "you must not",
        "must",
        "you should",
        "should",
        "shouldn't",
        "just",
        "simply",
        "calm down",
        "don't worry",
        "at least you",
        "it could be worse",
        "others have it worse",
        "cheer up",
        "selfish",
        "attention",
        "snap out",
        "get over it",
        "everything happens",
        "your family needs you",
        "think positive",
        "no reason to",
        "you're wrong",
        "that's not true",
        "silly",
        "overreacting",
        "only a",
        "actually",
        "the truth is",
        "permanent solution",
    ];
    never("GB", "argument", &words);
}

#[test]
fn no_text_promises_secrecy_or_rescue_or_asks_for_a_promise() {
    let words = [
        "promise",
        "promises",
        "secret",
        "secrets",
        "confidential",
        "between us",
        "contract",
        "swear",
        "guarantee",
        "will be fine",
        "will be okay",
        "will be ok",
        "be alright",
        "get better",
        "i'll help you",
        "we'll help",
        "i will help",
        "help is on its way",
        "help is on the way",
        "i'll call",
        "i'll send",
        "i've called",
        "someone will come",
        "agree not to",
        "i'll save",
    ];
    never("IE", "promise", &words);
}

#[test]
fn no_text_diagnoses() {
    let words = [
        "depression",
        "depressed",
        "depressive",
        "psychosis",
        "psychotic",
        "schizophrenia",
        "bipolar",
        "ptsd",
        "disorder",
        "anorexia",
        "bulimia",
        "addict",
        "addiction",
        "alcoholic",
        "borderline",
        "suicidal",
        "mentally ill",
        "patient",
        "symptom of",
        "diagnosis",
        "syndrome",
        "dissociation",
        "delusion",
        "delusions",
        "hallucination",
        "hallucinations",
        "paranoid",
        "crazy",
    ];
    never("AU", "diagnosis", &words);
}

#[test]
fn no_text_pretends_to_be_human_or_cheers() {
    let words = [
        "i understand",
        "i know how",
        "i feel",
        "i care",
        "i'm here for you",
        "i am here for you",
        "i'm worried",
        "i'm sorry",
        "i love",
        "as a friend",
        "as a therapist",
        "my heart",
        "you've got this",
        "you can do it",
        "amazing",
        "awesome",
        "journey",
        "stay strong",
        "great",
        "wonderful",
        "proud",
        "bright side",
        "light at the end",
        "beautiful",
        "congratulations",
        "well done",
        "good job",
    ];
    never("NZ", "pretence", &words);
    for text in all_said("NZ") {
        assert!(!text.contains('!') && text.is_ascii(), "{text:?}");
    }
}

#[test]
fn lines_are_short_and_messages_are_no_walls_wherever_one_lives() {
    let countries: Vec<String> = Helplines::embedded()
        .unwrap()
        .countries()
        .map(|(code, _)| code.to_string())
        .chain(["AQ".to_owned()])
        .collect();
    for code in countries {
        for text in all_said(&code) {
            assert!(text.chars().count() <= 450, "{text:?}");
            assert!(text.lines().all(|l| l.chars().count() <= 160), "{text:?}");
            assert!(!text.contains('{') && !text.contains('}'), "{text:?}");
        }
    }
}

#[test]
fn an_escalation_has_three_to_five_steps_and_asks_something_plainly() {
    let (texts, set) = (texts(), set("DE"));
    for case in Case::ALL {
        for variant in 0..2 {
            let one = texts.compose(case, Tier::Urgent, &set, variant);
            assert!((3..=5).contains(&one.steps.len()), "{case:?}");
            assert!((3..=6).contains(&one.message.lines().count()), "{case:?}");
            // What is happening now and known is not asked; everything else is.
            assert!(one.message.contains('?') || case == Case::Imminent, "{case:?}");
            let beside = texts.support(case, Tier::Professional, &set, variant);
            assert!((3..=5).contains(&beside.steps.len()), "{case:?}");
        }
    }
}

#[test]
fn the_same_paragraph_is_not_shown_twice_running() {
    let (texts, set) = (texts(), set("DE"));
    for case in Case::ALL {
        for variant in 0..5 {
            let said = |v| texts.compose(case, Tier::Urgent, &set, v).message;
            assert_ne!(said(variant), said(variant + 1), "{case:?}");
            let said = |v| texts.support(case, Tier::Support, &set, v).message;
            assert_ne!(said(variant), said(variant + 1), "{case:?}");
        }
    }
}

#[test]
fn thoughts_of_dying_are_named_and_asked_about() {
    let one = texts().compose(Case::PassiveIdeation, Tier::Urgent, &set("GB"), 0);
    assert!(one.message.starts_with(
        "What you wrote sounds like you may be thinking about dying.\nAre you safe right now?\nYou don't have to sort this out alone."
    ));
    assert_eq!(one.helplines[0].name, "Samaritans");
    assert_eq!(one.emergency_numbers, ["999"]);
    assert_eq!(one.tier, Tier::Urgent);
}

#[test]
fn an_emergency_begins_with_the_countrys_number() {
    for (code, number) in [("US", "911"), ("IE", "112 or 999"), ("AQ", "your local emergency number")] {
        for case in [Case::Imminent, Case::PlanOrIntent, Case::RefusingCare, Case::OtherAtRisk] {
            let one = texts().compose(case, Tier::Emergency, &set(code), 0);
            assert!(one.steps[0].starts_with(&format!("Call {number}")), "{}", one.steps[0]);
        }
    }
}

#[test]
fn without_a_list_there_are_pages_to_find_lines_and_nothing_points_to_numbers_below() {
    let set = set("AQ");
    for case in Case::ALL {
        for variant in 0..2 {
            let one = texts().compose(case, Tier::Urgent, &set, variant);
            assert!(one.helplines.iter().all(|l| l.web.is_some() && l.phone.is_none()));
            assert!(!one.helplines.is_empty() && one.emergency_numbers.is_empty());
            assert!(!one.steps[0].contains("below"), "{}", one.steps[0]);
            assert!(one.note.starts_with("We have no verified helpline"));
            let one = texts().support(case, Tier::Support, &set, variant);
            assert!(!one.steps[0].contains("below"), "{}", one.steps[0]);
        }
    }
}

#[test]
fn the_fittest_lines_stand_first_and_a_card_holds_few() {
    let texts = texts();
    let abuse = texts.compose(Case::Abuse, Tier::Urgent, &set("US"), 0);
    assert_eq!(abuse.helplines[0].name, "National Domestic Violence Hotline");
    let ideation = texts.compose(Case::ActiveIdeation, Tier::Urgent, &set("US"), 0);
    assert_eq!(ideation.helplines[0].name, "988 Suicide & Crisis Lifeline");
    assert!(ideation.helplines.iter().all(|l| l.serves != [Serves::DomesticViolence]));
    assert!(ideation.helplines.len() <= MOST_LINES);
    let beside = texts.support(Case::Distress, Tier::Support, &set("GB"), 0);
    assert!(beside.helplines.len() <= MOST_LINES_BESIDE);
}

#[test]
fn abuse_asks_whether_this_device_is_safe() {
    for variant in 0..2 {
        let one = texts().compose(Case::Abuse, Tier::Urgent, &set("GB"), variant);
        assert!(one.steps[0].contains("safe to be on this device?"));
    }
}

#[test]
fn tiers_stay_in_their_kind() {
    let (texts, set) = (texts(), set("FR"));
    for tier in Tier::ALL {
        assert!(texts.compose(Case::General, tier, &set, 0).tier.escalates());
        let beside = texts.support(Case::General, tier, &set, 0).tier;
        assert!(!beside.escalates() && beside != Tier::None);
    }
}

#[test]
fn a_reading_that_was_wrong_is_taken_back_and_the_help_stays() {
    let one = texts().acknowledged(Case::PassiveIdeation, &set("SE"), 0);
    assert_eq!(one.message, "Thanks for telling me.\nWe can go on.\nThe help stays here if you want it.");
    assert!(!one.helplines.is_empty());
}

#[test]
fn danger_to_life_comes_first() {
    let own = |level, flags: &[Flag]| Case::choose(level, flags, About::Oneself);
    assert_eq!(own(Level::Imminent, &Flag::ALL), Case::Imminent);
    assert_eq!(own(Level::PlanOrIntent, &Flag::ALL), Case::PlanOrIntent);
    assert_eq!(own(Level::ActiveIdeation, &Flag::ALL), Case::HarmToOthers);
    assert_eq!(own(Level::PassiveIdeation, &[Flag::SelfHarm, Flag::PerceivedBurden]), Case::PassiveIdeation);
    assert_eq!(own(Level::Distress, &[Flag::Panic, Flag::AbuseOrViolence]), Case::Abuse);
    assert_eq!(own(Level::Distress, &[]), Case::Distress);
    assert_eq!(own(Level::None, &[Flag::Hypervigilance]), Case::Flashbacks);
    assert_eq!(own(Level::None, &[Flag::PerceivedBurden]), Case::General);
    assert_eq!(own(Level::None, &[]), Case::General);
}

#[test]
fn someone_else_in_danger_leads_to_how_to_help_them() {
    let other = |level, flags: &[Flag]| Case::choose(level, flags, About::Other);
    assert_eq!(other(Level::Imminent, &[]), Case::OtherAtRisk);
    assert_eq!(other(Level::None, &[Flag::SelfHarm]), Case::OtherAtRisk);
    assert_eq!(other(Level::None, &[Flag::HarmToOthers]), Case::OtherAtRisk);
    assert_eq!(other(Level::None, &[]), Case::OtherAtRisk);
    assert_eq!(other(Level::None, &[Flag::Panic]), Case::Panic);
    for about in [About::Fiction, About::Quotation] {
        assert_eq!(Case::choose(Level::Imminent, &Flag::ALL, about), Case::General);
    }
}

#[test]
fn bodily_danger_comes_before_what_can_wait() {
    assert_eq!(Case::General.with_medical(Medical::Acute), Case::RefusingCare);
    assert_eq!(Case::SelfHarm.with_medical(Medical::Now), Case::RefusingCare);
    assert_eq!(Case::Imminent.with_medical(Medical::Now), Case::Imminent);
    assert_eq!(Case::Panic.with_medical(Medical::None), Case::Panic);
}

#[test]
fn what_is_sent_has_the_names_of_the_contract() {
    let one = texts().compose(Case::Imminent, Tier::Emergency, &set("CH"), 0);
    let json = serde_json::to_value(one).unwrap();
    assert_eq!(json["tier"], "emergency");
    assert_eq!(json["case"], "imminent");
    assert_eq!(json["emergency_numbers"], serde_json::json!(["144 (ambulance)", "112", "117 (police)"]));
    for field in ["message", "helplines", "steps", "note"] {
        assert!(json.get(field).is_some(), "{field}");
    }
}

#[test]
fn a_text_that_breaks_a_rule_is_an_error() {
    let good =
        (include_str!("../../../content/escalation.toml"), include_str!("../../../content/support.toml"));
    let what = |e: &str, s: &str| match EscalationTexts::parse(e, s) {
        Err(EscalationError::Text { what, .. }) => what.to_owned(),
        Err(EscalationError::Syntax { .. }) => "syntax".to_owned(),
        Ok(_) => "nothing".to_owned(),
    };
    assert_eq!(what(good.0, good.1), "nothing");
    assert_eq!(what(&good.0.replace("id = \"eating\"", "id = \"general\""), good.1), "its text is missing");
    assert_eq!(
        what(&good.0.replace("[[case]]\nid = \"eating\"", "[[case]]\ncolour = 1\nid = \"eating\""), good.1),
        "syntax"
    );
    let long = good.0.replace("\"Someone can be with you in it.\"", &format!("\"{}\"", "a".repeat(161)));
    assert_eq!(what(&long, good.1), "a line is empty or longer than 160 characters");
    let short = good
        .0
        .replace("  \"I'm a program. I can't call for you.\",\n", "")
        .replace("  \"Please call {emergency} now, or get to someone who can.\",\n", "");
    assert_eq!(what(&short, good.1), "a message has 3 to 6 lines");
    let (head, _) = good.1.rsplit_once("[[acknowledged.variant]]").unwrap();
    assert_eq!(what(good.0, head), "it needs two variants");
}

proptest! {
    #[test]
    fn any_reading_gets_a_text(
        level in 0usize..6,
        flags in proptest::collection::vec(0usize..14, 0..6),
        about in 0usize..4,
        tier in 0usize..5,
        variant in any::<usize>(),
    ) {
        let flags: Vec<Flag> = flags.into_iter().map(|i| Flag::ALL[i]).collect();
        let case = Case::choose(Level::ALL[level], &flags, About::ALL[about]);
        let one = texts().compose(case, Tier::ALL[tier], &set("KE"), variant.min(usize::MAX - 1));
        prop_assert!(!one.message.is_empty() && one.steps.iter().all(|s| !s.is_empty()));
        if Level::ALL[level] >= Level::PlanOrIntent && About::ALL[about] == About::Oneself {
            prop_assert!(case <= Case::PlanOrIntent);
        }
    }
}
