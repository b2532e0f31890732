//! Every sheet of the short questionnaires and 100,000 random ones of the long: the program and
//! the tables agree on all.

use evenkeel::assistant::Assistant;
use evenkeel::crisis::{CountryCode, Date, Tier};
use evenkeel::questionnaire::Sheet;

use crate::questionnaire;
use crate::tables::{TABLES, Table};

/// Sheets of a long questionnaire that are tried.
const TRIED: u64 = 100_000;

/// Numbers that look random and are the same in every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }
}

fn agree(table: &Table, answers: &[Option<u8>], questionnaire: &evenkeel::questionnaire::Questionnaire) {
    let sheet = Sheet::of(questionnaire, answers).unwrap();
    let (said, score) = match (table.says(answers), sheet.score()) {
        (Some(said), Ok(score)) => (said, score),
        (None, Err(_)) => return,
        (said, score) => panic!("{} {answers:?}: {} {score:?}", table.id, said.is_some()),
    };
    assert_eq!((score.total, score.band.id.as_str()), (said.total, said.band), "{} {answers:?}", table.id);
    assert!((score.band.from..=score.band.to).contains(&score.total));
    assert!(score.total <= score.max && score.max == table.max());
    assert_eq!(score.band.advice, said.advice, "{} {answers:?}", table.id);
    let tier = score.danger.map(|danger| danger.tier);
    let expected = match (said.urgent, said.emergency) {
        (_, true) => Some(Tier::Emergency),
        (true, _) => Some(Tier::Urgent),
        _ => None,
    };
    assert_eq!(tier, expected, "{} {answers:?}", table.id);
    match said.groups {
        None => assert!(score.subscales.is_empty() && score.pattern.is_none()),
        Some((sums, met)) => {
            let found: Vec<u16> = score.subscales.iter().map(|one| one.total).collect();
            assert_eq!((found.as_slice(), score.pattern), (sums.as_slice(), Some(met)), "{answers:?}");
            assert_eq!(found.iter().sum::<u16>(), score.total, "the groups are the whole");
        }
    }
}

#[test]
fn the_tables_and_the_program_agree_on_every_sheet() {
    for table in &TABLES {
        let questionnaire = questionnaire(table.id);
        assert_eq!(questionnaire.scored(), table.items, "{}", table.id);
        let values = u64::from(table.most - table.least) + 1;
        let all = values.checked_pow(table.items as u32).filter(|all| *all <= TRIED);
        let mut numbers = Numbers(7);
        for n in 0..all.unwrap_or(TRIED) {
            let mut rest = n;
            let answers: Vec<Option<u8>> = (0..table.items)
                .map(|_| {
                    let value = if all.is_some() {
                        let value = rest % values;
                        rest /= values;
                        value
                    } else {
                        // Now and then an answer is missing, and sheets lean to one side, so that
                        // low and high totals come up too.
                        let lean = n % (values + 1);
                        if numbers.below(30) == 0 {
                            return None;
                        }
                        if lean < values && numbers.below(2) == 0 { lean } else { numbers.below(values) }
                    };
                    Some(table.least + value as u8)
                })
                .collect();
            agree(table, &answers, &questionnaire);
        }
    }
}

#[test]
fn a_higher_answer_never_lowers_a_total_or_its_band() {
    for table in &TABLES {
        let questionnaire = questionnaire(table.id);
        let mut numbers = Numbers(11);
        for _ in 0..2_000 {
            let span = u64::from(table.most - table.least) + 1;
            let mut answers: Vec<Option<u8>> =
                (0..table.items).map(|_| Some(table.least + numbers.below(span) as u8)).collect();
            let place = numbers.below(table.items as u64) as usize;
            let before = Sheet::of(&questionnaire, &answers).unwrap().score().unwrap().total;
            if answers[place] < Some(table.most) {
                answers[place] = answers[place].map(|value| value + 1);
                let score = Sheet::of(&questionnaire, &answers).unwrap().score().unwrap();
                assert_eq!(score.total, before + 1, "{} {answers:?}", table.id);
            }
        }
    }
}

#[test]
fn help_and_advice_are_those_of_the_tables_and_no_total_escalates() {
    let assistant = Assistant::rules_only(Date::new(2026, 11, 26).unwrap()).unwrap();
    for table in &TABLES {
        let questionnaire = questionnaire(table.id);
        let mut numbers = Numbers(13);
        for n in 0..400 {
            let span = u64::from(table.most - table.least) + 1;
            let top = n % 4 == 0;
            let answers: Vec<Option<u8>> = (0..table.items)
                .map(|_| Some(if top { table.most } else { table.least + numbers.below(span) as u8 }))
                .collect();
            let said = table.says(&answers).unwrap();
            let sheet = Sheet::of(&questionnaire, &answers).unwrap();
            let body = assistant.score(&sheet, None, CountryCode::UNKNOWN).unwrap();
            assert_eq!(body.escalation.is_some(), said.urgent || said.emergency, "{} {answers:?}", table.id);
            assert_eq!(
                body.advice.as_ref().map(|advice| advice.tier),
                said.advice.then_some(Tier::Professional)
            );
            let words = format!("{} {} {}", body.says, body.means.join(" "), body.limits).to_lowercase();
            assert!(!words.contains("you have") && !words.contains("you are"), "{words}");
        }
    }
}
