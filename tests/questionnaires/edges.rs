//! Each published rule at its edges: bands, cut-offs, groups, missing answers, least and most. The
//! pages are those that the files name; each was read on 2026-11-26.

use evenkeel::questionnaire::Sheet;

use crate::tables::TABLES;
use crate::{questionnaire, refused, scored};

/// A sheet of so many items with this total: answers as high as they can be, then the rest.
fn sheet_of(items: usize, least: u8, most: u8, total: u16) -> String {
    let mut left = total - u16::from(least) * items as u16;
    let answers = (0..items).map(|_| {
        let more = left.min(u16::from(most - least));
        left -= more;
        (u16::from(least) + more).to_string()
    });
    let answers: Vec<String> = answers.collect();
    assert_eq!(left, 0);
    answers.join(",")
}

/// That the bands begin and end at these totals.
fn bands(id: &str, expected: &[(u16, u16, &str)]) {
    let table = TABLES.iter().find(|table| table.id == id).unwrap();
    let of = |total| scored(id, &sheet_of(table.items, table.least, table.most, total));
    for (from, to, band) in expected {
        assert_eq!(of(*from), (*from, (*band).to_owned()), "{id}");
        assert_eq!(of(*to), (*to, (*band).to_owned()), "{id}");
    }
    let (least, most) = questionnaire(id).range();
    assert_eq!((least, most), (expected[0].0, expected[expected.len() - 1].1), "{id}");
}

#[test]
fn hiq_15_30_45_60_75() {
    // The article that the project started from: 15–30, 31–45, 46–60, 61–75.
    bands("hiq", &[(15, 30, "minimal"), (31, 45, "mild"), (46, 60, "moderate"), (61, 75, "severe")]);
    let hiq = questionnaire("hiq");
    assert!(!hiq.validated && hiq.local_code.as_deref() == Some("hiq") && hiq.loinc_panel.is_none());
    assert!(refused("hiq", &["0"; 15].join(",")).contains("from 1 to 5"));
}

#[test]
fn phq_9_5_10_15_20() {
    // scriptsandstatistics.wordpress.com/2018/06/29/scoring-the-phq-9-questionnaire-using-r
    bands(
        "phq-9",
        &[
            (0, 4, "minimal"),
            (5, 9, "mild"),
            (10, 14, "moderate"),
            (15, 19, "moderately_severe"),
            (20, 27, "severe"),
        ],
    );
}

#[test]
fn phq_9_the_item_on_difficulty_does_not_count() {
    // The form: nine items are added up, the tenth stands beside them.
    for difficulty in 0..=3 {
        assert_eq!(scored("phq-9", &format!("1,1,1,1,1,0,0,0,0,{difficulty}")).0, 5);
    }
    assert_eq!(scored("phq-9", "1,1,1,1,1,0,0,0,0,-").0, 5);
}

#[test]
fn phq_9_up_to_two_missing_answers_are_prorated() {
    // nrkoehler.github.io/qscorer/reference/scoring_phq9.html
    assert_eq!(scored("phq-9", "2,2,2,2,2,2,2,-,-"), (18, "moderately_severe".into()));
    assert_eq!(scored("phq-9", "1,1,1,1,1,1,1,1,-"), (9, "mild".into()));
    // 4 of 8 answers is a mean of 0.5; 4.5 rounds up.
    assert_eq!(scored("phq-9", "1,1,1,1,0,0,0,0,-"), (5, "mild".into()));
    // 3 of 8: 3.375 rounds down; 1 of 7: 1.29.
    assert_eq!(scored("phq-9", "1,1,1,0,0,0,0,0,-").0, 3);
    assert_eq!(scored("phq-9", "1,0,0,0,0,0,0,-,-").0, 1);
    assert_eq!(scored("phq-9", "3,3,3,3,3,3,3,-,-").0, 27);
    assert!(refused("phq-9", "1,1,1,1,1,1,-,-,-").contains("3 of the answers that count are missing"));
    let phq = questionnaire("phq-9");
    let score = Sheet::parse(&phq, "1,1,1,1,1,1,1,1,-").unwrap().score().unwrap();
    assert_eq!((score.missing, score.danger.is_none()), (1, true));
}

#[test]
fn phq_9_the_ninth_answer_leads_to_help_and_0_does_not() {
    use evenkeel::crisis::Tier;
    let phq = questionnaire("phq-9");
    for (answer, tier) in
        [(0, None), (1, Some(Tier::Urgent)), (2, Some(Tier::Urgent)), (3, Some(Tier::Emergency))]
    {
        for others in ["0,0,0,0,0,0,0,0", "3,3,3,3,3,3,3,3", "-,-,0,0,0,0,0,0"] {
            let score = Sheet::parse(&phq, &format!("{others},{answer}")).unwrap().score().unwrap();
            assert_eq!(score.danger.map(|danger| danger.tier), tier, "{others} {answer}");
        }
    }
}

#[test]
fn phq_2_and_gad_2_at_3() {
    // indiana.pure.elsevier.com; help.yourcabana.com
    for id in ["phq-2", "gad-2"] {
        bands(id, &[(0, 2, "negative"), (3, 6, "positive")]);
        assert!(refused(id, "1,-").contains("Both answers are needed"));
    }
}

#[test]
fn gad_7_5_10_15() {
    // scales.arabpsychology.com/index.php/s/gad-7-anxiety-severity
    bands("gad-7", &[(0, 4, "minimal"), (5, 9, "mild"), (10, 14, "moderate"), (15, 21, "severe")]);
    assert!(refused("gad-7", "1,1,1,1,1,1,-").contains("1 of the answers that count is missing"));
}

#[test]
fn pc_ptsd_5_3_and_4_and_the_stop_after_no() {
    // comorbidityguidelines.org.au, appendix R: "If no, screen total = 0. Please stop here."
    bands("pc-ptsd-5", &[(0, 2, "negative"), (3, 5, "positive")]);
    assert_eq!(scored("pc-ptsd-5", "1,1,1,1,1,1"), (5, "positive".into()));
    assert_eq!(scored("pc-ptsd-5", "0,0,0,0,0,0"), (0, "negative".into()));
    assert_eq!(scored("pc-ptsd-5", "0,-,-,-,-,-").0, 0, "the rest is not asked");
    assert_eq!(scored("pc-ptsd-5", "0,1,1,1,1,1").0, 0, "the screen is complete with a score of 0");
    assert!(refused("pc-ptsd-5", "1,1,1,-,1,1").contains("All five answers are needed"));
    // Cut-offs: PMC5023594 (3), PMC7862990 (4).
    assert_eq!(questionnaire("pc-ptsd-5").cutoffs.iter().map(|cutoff| cutoff.at).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn pcl_5_31_to_33_and_every_group_of_the_provisional_rule() {
    // comorbidityguidelines.org.au, appendix S
    bands("pcl-5", &[(0, 30, "below_cutoff"), (31, 32, "within_cutoff_range"), (33, 80, "above_cutoff")]);
    let pcl = questionnaire("pcl-5");
    let groups = [(0..5, 1), (5..7, 1), (7..14, 2), (14..20, 2)];
    let places: Vec<Vec<usize>> = pcl.subscales.iter().map(|one| one.items.clone()).collect();
    assert_eq!(places, groups.clone().map(|(items, _)| items.collect::<Vec<_>>()));
    // As many items at 2 as each group needs, in its last places.
    let just = |short: Option<usize>, answer: u8| {
        let mut answers = vec![Some(0); 20];
        for (n, (items, needed)) in groups.iter().enumerate() {
            let needed = needed - usize::from(short == Some(n));
            items.clone().rev().take(needed).for_each(|place| answers[place] = Some(answer));
        }
        Sheet::of(&pcl, &answers).unwrap().score().unwrap().pattern
    };
    assert_eq!(just(None, 2), Some(true));
    assert_eq!(just(None, 4), Some(true));
    assert_eq!(just(None, 1), Some(false), "a little bit does not count");
    for group in 0..4 {
        assert_eq!(just(Some(group), 4), Some(false), "one item short in group {group}");
    }
    // A high total alone does not meet it, and a low one can.
    let avoidance_at_1: Vec<Option<u8>> =
        (0..20).map(|n| Some(if n == 5 || n == 6 { 1 } else { 4 })).collect();
    let score = Sheet::of(&pcl, &avoidance_at_1).unwrap().score().unwrap();
    assert_eq!((score.total, score.pattern), (74, Some(false)));
    assert!(refused("pcl-5", &format!("-,{}", ["1"; 19].join(","))).contains("All twenty"));
}

#[test]
fn audit_c_3_and_4() {
    // primarycare.ementalhealth.ca: men 4, women 3; hepatitis.va.gov: 0 to 12
    bands("audit-c", &[(0, 2, "negative"), (3, 3, "positive_for_women"), (4, 12, "positive")]);
    assert!(refused("audit-c", "1,1,-").contains("All three answers are needed"));
}

#[test]
fn reliable_change_is_as_published_or_unknown() {
    // inclinicaltrials.com/…/NCT05134103: PHQ-9 6, GAD-7 4; onlinemedicaltools.com/tools/pcl5: 5 to 10
    for (id, reliable) in [("phq-9", 6), ("gad-7", 4), ("pcl-5", 10)] {
        let one = questionnaire(id);
        for (now, expected) in [(10 + reliable, true), (10 + reliable - 1, false)] {
            assert_eq!(one.difference(10, now).reliable, Some(expected), "{id}");
            assert_eq!(one.difference(now, 10).reliable, Some(expected), "{id}");
        }
        assert_eq!(one.difference(7, 7).points, 0);
    }
    for id in ["hiq", "phq-2", "gad-2", "pc-ptsd-5", "audit-c"] {
        assert_eq!(questionnaire(id).difference(0, 5).reliable, None, "{id}");
    }
}

#[test]
fn a_wrong_sheet_is_told_and_nothing_of_it_is_repeated() {
    for (typed, told) in [
        ("", "takes 9 answers, or 10"),
        ("1,2", "2 came"),
        ("1,1,1,1,1,1,1,1", "8 came"),
        ("1,1,1,1,1,1,1,1,1,1,1", "11 came"),
        ("1,1,1,1,1,1,1,1,4", "Answer 9 is off the scale"),
        ("1,1,1,1,1,1,1,1,-1", "Answer 9 is off the scale"),
        ("1,1,1,1,1,1,1,1,99999999999999999999", "Answer 9 is off the scale"),
        ("1,1,1,secret,1,1,1,1,1", "Answer 4 is not a whole number"),
        ("1,1,1,1.5,1,1,1,1,1", "Answer 4 is not a whole number"),
        ("1,1,1,,1,1,1,1,1", "Answer 4 is not a whole number"),
        ("1,1,1,--,1,1,1,1,1", "Answer 4 is not a whole number"),
    ] {
        let said = refused("phq-9", typed);
        assert!(said.contains(told) && !said.contains("secret"), "{typed}: {said}");
    }
    assert!(refused("pc-ptsd-5", "1,1").contains("5 answers, or 6 with the question before them"));
}
