//! What holds of every form.

use jiff::civil::date;

use super::*;

/// A word in each section that is found nowhere else.
fn marker(section: Section) -> String {
    format!("Zebra{}", section.slug().replace('_', ""))
}

/// A report's data with the section's marker in it.
fn marked() -> Held {
    let mut held = sample::full().held().clone();
    held.note = Some(marker(Section::Note));
    held.questionnaires[0].title = marker(Section::Questionnaires);
    held.questionnaires[0].sheets[0].band = Some(marker(Section::Questionnaires));
    held.body.series[0].days[0].source = Some(marker(Section::Body));
    held.habits_of_thought.counts[0].name = marker(Section::HabitsOfThought);
    held.practice[0].step = Some(marker(Section::Practice));
    held.associations[0].says = marker(Section::Associations);
    held.thought_records[0].thought = marker(Section::ThoughtRecords);
    held.parts[0].name = marker(Section::Parts);
    held.entries[0].text = marker(Section::Entries);
    held
}

/// Sections that hold words from outside; the others hold numbers and closed lists alone.
const WORDED: [Section; 9] = [
    Section::Note,
    Section::Questionnaires,
    Section::Body,
    Section::HabitsOfThought,
    Section::Practice,
    Section::Associations,
    Section::ThoughtRecords,
    Section::Parts,
    Section::Entries,
];

/// All that a form says, as text. Text in FHIR attachments is looked for in base64.
fn says(report: &Report, form: Form, word: &str) -> bool {
    let bytes = match form {
        Form::Pdf => pdf::text(report).into_bytes(),
        _ => report.make(form).unwrap(),
    };
    let text = String::from_utf8(bytes).unwrap();
    // Attachments begin at any of three places within a group of base64.
    let coded = base64::of(word.as_bytes());
    let inside = form == Form::Fhir
        && (0..3).any(|shift| {
            let shifted = base64::of(format!("{}{word}", &"xxx"[..shift]).as_bytes());
            shifted.len() > 12 && text.contains(&shifted[4..shifted.len() - 4])
        });
    text.contains(word) || inside || (form == Form::Fhir && text.contains(coded.trim_end_matches('=')))
}

fn period() -> Head {
    sample::head(date(2026, 9, 1), date(2026, 11, 30))
}

#[test]
fn what_was_not_chosen_is_in_no_form() {
    let all = Report::of(period(), sample::everything(), marked());
    for section in WORDED {
        let without: Chosen = Section::ALL.into_iter().filter(|s| *s != section).collect();
        let without = Report::of(period(), without, marked());
        for form in Form::ALL {
            assert!(says(&all, form, &marker(section)), "{section:?} is missing from the {}", form.slug());
            assert!(!says(&without, form, &marker(section)), "{section:?} is in the {}", form.slug());
        }
    }
}

#[test]
fn red_flags_and_check_ins_that_were_not_chosen_are_in_no_form() {
    for (section, words) in [
        (Section::RedFlags, ["a wish to be dead", "passive_ideation"]),
        (Section::CheckIns, ["Anxiety", "anxiety"]),
    ] {
        let without: Chosen = Section::ALL.into_iter().filter(|s| *s != section).collect();
        let report = Report::of(period(), without, sample::full().held().clone());
        for form in Form::ALL {
            for word in words {
                assert!(!says(&report, form, word), "{word} is in the {}", form.slug());
            }
        }
    }
}

#[test]
fn nothing_is_chosen_by_default() {
    assert!(Chosen::default().is_empty());
    let report = sample::nothing();
    assert_eq!(*report.held(), Held::default());
    assert_eq!(report.preview().lines, []);
    for form in Form::ALL {
        assert!(!report.make(form).unwrap().is_empty());
    }
}

#[test]
fn what_lies_outside_the_period_is_left_out() {
    let head = sample::head(date(2026, 10, 14), date(2026, 11, 1));
    let report = Report::of(head, sample::everything(), sample::full().held().clone());
    let held = report.held();
    assert!(
        held.questionnaires.iter().all(|instrument| instrument.sheets.iter().all(|sheet| sheet.id == "s4"))
    );
    assert_eq!(held.red_flags.len(), 1);
    assert_eq!(held.check_ins.first().map(|week| week.monday), Some(date(2026, 10, 12)));
    assert_eq!(held.check_ins.last().map(|week| week.monday), Some(date(2026, 10, 26)));
    assert!(held.body.series.iter().all(|series| series.days.len() < 20));
    assert!(held.body.cortisol.is_empty() && held.practice.is_empty());
    assert_eq!((held.thought_records.len(), held.entries.len()), (1, 1));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for form in Form::ALL {
        assert_eq!(sample::full().make(form), sample::full().make(form), "{}", form.slug());
    }
}

#[test]
fn odd_reports_are_made_in_every_form() {
    for report in [sample::bare(), sample::one_point(), sample::scripts()] {
        for form in Form::ALL {
            assert!(report.make(form).is_ok(), "{}", form.slug());
        }
    }
}

#[test]
fn a_report_read_back_is_the_same_and_holds_nothing_that_was_not_chosen() {
    let report = sample::full();
    let json = report.make(Form::Json).unwrap();
    assert_eq!(Report::read(&json).unwrap(), report);
    let text = String::from_utf8(json).unwrap();
    let forged = text.replacen("    \"entries\"\n", "    \"note\"\n", 1);
    assert_ne!(forged, text);
    assert!(Report::read(forged.as_bytes()).unwrap().held().entries.is_empty());
    assert_eq!(Report::read(b"{}"), Err(ReportError::Read));
    assert_eq!(
        Report::read(text.replace("\"version\": 1", "\"version\": 2").as_bytes()),
        Err(ReportError::Read)
    );
}

#[test]
fn hostile_words_stay_words_on_the_page() {
    let page = String::from_utf8(sample::scripts().make(Form::Page).unwrap()).unwrap();
    assert!(!page.contains("<script"));
    assert!(!page.contains("<b>"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;"));
    assert!(page.contains("{{ 7 * 7 }}"));
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("http-equiv=\"refresh\"") && !page.contains("src=") && !page.contains("href="));
}

#[test]
fn headings_of_the_page_never_skip_a_rank() {
    for report in [sample::full(), sample::nothing(), sample::one_point()] {
        let page = String::from_utf8(report.make(Form::Page).unwrap()).unwrap();
        let ranks = page.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10));
        let mut before = 0;
        for rank in ranks {
            assert!(rank <= before + 1, "{rank} after {before}");
            before = rank;
        }
    }
}

#[test]
fn the_table_has_six_columns_and_runs_nothing() {
    let mut held = Held { note: Some("=HYPERLINK(\"x\")".to_owned()), ..Held::default() };
    held.entries.push(Entry {
        id: "1".to_owned(),
        at: "2026-11-01T00:00:00Z".parse().unwrap(),
        text: "+1\n@x, \"y\"".to_owned(),
    });
    let report = Report::of(period(), sample::everything(), held);
    let bytes = report.make(Form::Csv).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    assert_eq!(reader.headers().unwrap(), &csv::StringRecord::from(table::COLUMNS.to_vec()));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(&rows[0][5], "'=HYPERLINK(\"x\")");
    assert_eq!(&rows[1][5], "'+1\n@x, \"y\"");
}

#[test]
fn file_names_tell_nobody_what_is_inside() {
    let names: Vec<String> = Form::ALL.into_iter().map(|form| form.file_name(&period())).collect();
    let expected = [
        "notes-2026-11.html",
        "notes-2026-11.pdf",
        "notes-2026-11.json",
        "notes-2026-11.csv",
        "notes-2026-11.fhir.json",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_preview_counts_without_making() {
    let preview = sample::full().preview();
    let line = |section| preview.lines.iter().find(|line| line.section == section).unwrap();
    assert_eq!(line(Section::Questionnaires).count, 7);
    assert_eq!(line(Section::Questionnaires).first, Some(date(2026, 9, 2)));
    assert_eq!(line(Section::Questionnaires).last, Some(date(2026, 11, 20)));
    assert!(!line(Section::RedFlags).own_words);
    assert!(line(Section::Entries).own_words);
    assert!(preview.own_words);
}

#[test]
fn a_period_has_its_days_in_order() {
    assert_eq!(Period::new(date(2026, 2, 1), date(2026, 1, 1)), Err(ReportError::Period));
    assert_eq!(Period::new(date(2026, 2, 1), date(2026, 2, 1)).unwrap().days(), 1);
    assert_eq!(Period::new(date(2026, 3, 1), date(2026, 3, 31)).unwrap().days(), 31);
    assert_eq!(Zone::named("Nowhere/Land"), Err(ReportError::Zone));
}

#[test]
fn numbers_that_are_none_can_not_be_held() {
    assert!(Number::try_from(f64::NAN).is_err());
    assert!(Number::try_from(f64::INFINITY).is_err());
    assert!(serde_json::from_str::<Number>("1e999").is_err());
}

#[test]
fn words_of_the_person_do_not_reach_a_log() {
    let report = sample::full();
    let shown =
        format!("{:?} {:?} {:?}", report.held().entries, report.held().thought_records, report.held().parts);
    assert!(!shown.contains("walking") && !shown.contains("cope") && !shown.contains("porter"));
}
