//! The loader: what is shipped holds together, and what a clinician breaks is told by its line.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

use super::*;

fn text(name: &str) -> &'static str {
    FILES.iter().find(|(file, _)| *file == name).unwrap().1
}

/// A shipped file with one place changed, and the line of that place.
fn broken(name: &str, from: &str, to: &str) -> (QuestionnaireError, usize) {
    let whole = text(name);
    let at = whole.find(from).unwrap_or_else(|| panic!("{from}"));
    let line = whole[..at].matches('\n').count() + 1;
    (Questionnaire::parse(name, &whole.replacen(from, to, 1)).unwrap_err(), line)
}

#[test]
fn every_shipped_file_keeps_every_rule() {
    let all = Questionnaires::embedded().unwrap();
    assert_eq!(all.iter().count(), FILES.len());
    for one in all.iter() {
        assert!(!one.sources.is_empty(), "{}", one.id);
        assert!(one.sources.iter().all(|source| source.address.is_some() || !one.validated), "{}", one.id);
        let (least, most) = one.range();
        assert!((least..=most).all(|total| one.band(total).is_some()), "{}", one.id);
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/questionnaires");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), FILES.len(), "every file is carried");
}

#[test]
fn a_questionnaire_is_found_however_its_name_is_typed() {
    let all = Questionnaires::embedded().unwrap();
    for typed in ["phq-9", "PHQ-9", "phq9", " Phq 9 ", "PHQ_9"] {
        assert_eq!(all.find(typed).unwrap().id, "phq-9", "{typed}");
    }
    assert!(all.find("phq-8").is_none() && all.find("").is_none());
}

#[test]
fn what_breaks_a_rule_is_told_by_file_line_and_rule() {
    let cases = [
        ("phq-9.toml", "to = 9", "to = 10", "begins at 11"),
        ("phq-9.toml", "from = 10", "from = 11", "begins at 10"),
        ("phq-9.toml", "to = 27", "to = 26", "ends at 27"),
        ("phq-9.toml", "to = 27", "to = 28", "greatest total is 27"),
        ("phq-9.toml", "44250-9", "44250-8", "last digit fits"),
        ("phq-9.toml", "loinc = \"44255-8\"", "loinc = \"44250-9\"", "don't share"),
        ("phq-9.toml", "id = \"phq-9\"", "id = \"phq-8\"", "the file's name"),
        ("phq-9.toml", "id = \"moderately_severe\"", "id = \"moderately severe\"", "underscores"),
        ("phq-9.toml", "1 = \"urgent\", ", "", "every answer above the least"),
        ("phq-9.toml", "1 = \"urgent\"", "1 = \"support\"", "urgent or emergency"),
        ("phq-9.toml", "at = 10", "at = 28", "between the least"),
        ("phq-9.toml", "reliable = 6", "reliable = 27", "less than the whole scale"),
        ("phq-9.toml", "verdict = \"which", "verdict = \"you have {band}\" # ", "never says"),
        ("phq-9.toml", "seen = \"2026-11-26\"", "seen = \"2026-11-31\"", "can't be read"),
        ("phq-9.toml", "edition = 1", "edtion = 1", "can't be read"),
        ("phq-9.toml", "edition = 1", "edition = 0", "counted from 1"),
        ("phq-9.toml", "value = 2, label = \"More", "value = 1, label = \"More", "rise"),
        ("phq-9.toml", "scale = \"difficulty\"", "scale = \"trouble\"", "[[scale]]"),
        ("phq-9.toml", "address = \"https://pmc", "address = \"pmc", "address of a page"),
        ("pcl-5.toml", "items = [\"6\", \"7\"]", "items = [\"5\", \"7\"]", "one subscale"),
        (
            "pcl-5.toml",
            "criterion = { answer = 2, needed = 1 }",
            "criterion = { answer = 5, needed = 1 }",
            "scale",
        ),
        ("pc-ptsd-5.toml", "gate = { ends_at = 0 }", "gate = { ends_at = 2 }", "gate ends"),
        ("gad-7.toml", "rule = \"refuse\"", "rule = \"prorate\"", "at_most"),
        ("hiq.toml", "validated = false", "validated = true", "address of a page"),
        ("audit-c.toml", "label = \"3 or 4\"", "label = \"\"", "label"),
    ];
    for (name, from, to, rule) in cases {
        let (error, line) = broken(name, from, to);
        let said = error.to_string();
        assert!(said.contains(rule), "{from} → {to}: {said}");
        assert!(said.starts_with(&format!("content/questionnaires/{name}, line ")), "{said}");
        // Some rules speak of a later line than the one that was changed.
        assert!(error.line >= line.min(error.line) && error.line > 0, "{said}");
        if !["begins at 11", "address of a page"].contains(&rule) {
            assert!(error.line.abs_diff(line) <= 1, "{from} → {to}: line {line}, told {said}");
        }
    }
}

#[test]
fn an_answer_off_the_scale_cannot_be_built() {
    let all = Questionnaires::embedded().unwrap();
    for one in all.iter() {
        for item in &one.items {
            let (least, most) = item.range();
            for value in 0..=u8::MAX {
                assert_eq!(
                    item.answer(value).is_some(),
                    (least..=most).contains(&value),
                    "{} {}",
                    one.id,
                    item.id
                );
            }
        }
    }
}

#[test]
fn a_sheet_comes_back_as_it_was_kept() {
    let all = Questionnaires::embedded().unwrap();
    let phq = all.find("phq-9").unwrap();
    let mut sheet = Sheet::open(phq);
    sheet.give(0, 2).unwrap();
    assert!(sheet.skip(1));
    assert_eq!(sheet.next(), Some(2));
    let again = Sheet::from_given(phq, &sheet.given()).unwrap();
    assert_eq!(again.slots(), sheet.slots());
    let strange = [Given { item: "12".into(), value: Some(1) }];
    assert!(matches!(Sheet::from_given(phq, &strange), Err(SheetError::UnknownItem { .. })));
}

#[test]
fn only_as_many_are_left_out_as_the_rule_lets_through() {
    let all = Questionnaires::embedded().unwrap();
    let mut sheet = Sheet::open(all.find("phq-9").unwrap());
    assert!(sheet.skip(0) && sheet.skip(1) && !sheet.skip(2));
    assert!(sheet.skip(1), "one that is left out already");
    assert!(sheet.skip(9), "the item that is not scored");
    let mut sheet = Sheet::open(all.find("pc-ptsd-5").unwrap());
    assert!(!sheet.skip(0) && !sheet.skip(1), "the gate, and where nothing may be missing");
}

#[test]
fn no_text_of_ours_names_a_method_or_orders_about() {
    let forbidden = [
        "pills",
        "overdose",
        "rope",
        "knife",
        "gun",
        "bridge",
        "must",
        "should",
        "just",
        "simply",
        "don't worry",
        "calm down",
        "promise",
        "secret",
        "amazing",
        "journey",
        "great",
        "proud",
    ];
    let words = |text: &str| {
        let plain: String = text
            .to_lowercase()
            .chars()
            .map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' })
            .collect();
        format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    for one in Questionnaires::embedded().unwrap().iter() {
        let mut said = vec![one.about.clone(), one.limits.clone(), one.verdict.clone()];
        said.extend(one.bands.iter().map(|band| format!("{} {}", band.name, band.means)));
        said.extend(one.cutoffs.iter().map(|cutoff| cutoff.about.clone()));
        said.extend(one.pattern.iter().flat_map(|p| [p.met.clone(), p.not_met.clone()]));
        said.extend(one.advice.iter().flat_map(|a| [a.message.clone(), a.steps.join(" ")]));
        let dangers = one.items.iter().filter_map(|item| item.danger.as_ref());
        said.extend(dangers.flat_map(|danger| danger.messages.clone()));
        for text in &said {
            for word in forbidden {
                assert!(!words(text).contains(&format!(" {word} ")), "{}: {word:?} in {text:?}", one.id);
            }
            assert!(!text.contains('!'), "{text}");
        }
    }
}
