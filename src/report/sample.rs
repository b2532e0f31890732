//! Invented reports for tests. Nobody's data.

use jiff::civil::{Date, date};

use super::*;

pub(crate) fn head(from: Date, to: Date) -> Head {
    Head {
        period: Period::new(from, to).unwrap(),
        made_at: "2026-11-27T09:30:00Z".parse().unwrap(),
        zone: Zone::named("Europe/Dublin").unwrap(),
        name: Some("Robin Example".to_owned()),
        version: "0.1.0".to_owned(),
    }
}

pub(crate) fn everything() -> Chosen {
    Section::ALL.into_iter().collect()
}

fn number(value: f64) -> Number {
    Number::try_from(value).unwrap()
}

fn band(name: &str, from: u16, to: u16) -> Band {
    Band { name: name.to_owned(), from, to }
}

fn source(of: &str, address: &str) -> Source {
    Source { of: of.to_owned(), address: Some(address.to_owned()), seen: date(2026, 11, 26) }
}

pub(crate) fn phq9(sheets: Vec<Sheet>) -> Instrument {
    Instrument {
        id: "phq-9".to_owned(),
        short: "PHQ-9".to_owned(),
        title: "Patient Health Questionnaire, nine items".to_owned(),
        asks_about: "the last 2 weeks".to_owned(),
        validated: true,
        limits: "It counts how often something was there in two weeks. It doesn't say why, and it is not a diagnosis."
            .to_owned(),
        licence: "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an \
                  educational grant from Pfizer Inc. No permission required to reproduce, translate, display or \
                  distribute."
            .to_owned(),
        min: 0,
        max: 27,
        direction: Direction::HigherIsMore,
        bands: vec![
            band("minimal", 0, 4),
            band("mild", 5, 9),
            band("moderate", 10, 14),
            band("moderately severe", 15, 19),
            band("severe", 20, 27),
        ],
        sources: vec![
            source(
                "items, answers, LOINC codes, bands",
                "https://github.com/uwcirg/fhir-questionnaires/blob/6939502132c8bf2e40b76ebf0f36798259603b96/CIRG-PHQ-9.json",
            ),
            source("cut-off 10", "https://pmc.ncbi.nlm.nih.gov/articles/PMC2906530"),
        ],
        reliable_change: Some(ReliableChange {
            points: 6,
            why: "English talking therapies (IAPT) count a difference of 6 points or more as reliable.".to_owned(),
        }),
        sheets,
    }
}

fn hiq(sheets: Vec<Sheet>) -> Instrument {
    Instrument {
        id: "hiq".to_owned(),
        short: "HIQ".to_owned(),
        title: "Hyper-Independence Questionnaire".to_owned(),
        asks_about: "how things usually are".to_owned(),
        validated: false,
        limits: "It counts how often fifteen statements fit. It is not a diagnosis.".to_owned(),
        licence: String::new(),
        min: 15,
        max: 75,
        bands: vec![
            band("minimal concerns", 15, 30),
            band("mild patterns", 31, 45),
            band("moderate, requiring attention", 46, 60),
            band("severe, warranting professional support", 61, 75),
        ],
        sources: vec![Source {
            of: "items and bands, from an article on hyper-independence".to_owned(),
            address: None,
            seen: date(2026, 11, 26),
        }],
        reliable_change: None,
        ..phq9(sheets)
    }
}

fn bands_of(instrument: &Instrument, total: u16) -> Option<String> {
    instrument.bands.iter().find(|band| (band.from..=band.to).contains(&total)).map(|band| band.name.clone())
}

fn sheet(id: &str, at: &str, total: u16) -> Sheet {
    Sheet {
        id: id.to_owned(),
        at: at.parse().unwrap(),
        total: Some(total),
        band: bands_of(&phq9(Vec::new()), total),
        change: None,
        answers: Vec::new(),
    }
}

fn answers() -> Vec<Answered> {
    let items = [
        ("1", "Little interest or pleasure in doing things", "Several days", 1),
        ("2", "Feeling down, depressed, or hopeless", "More than half the days", 2),
        ("3", "Trouble falling or staying asleep, or sleeping too much", "Nearly every day", 3),
        ("4", "Feeling tired or having little energy", "More than half the days", 2),
        ("5", "Poor appetite or overeating", "Not at all", 0),
        (
            "6",
            "Feeling bad about yourself \u{2014} or that you are a failure or have let yourself or your family down",
            "More than half the days",
            2,
        ),
        (
            "7",
            "Trouble concentrating on things, such as reading the newspaper or watching television",
            "Several days",
            1,
        ),
        (
            "8",
            "Moving or speaking so slowly that other people could have noticed. Or the opposite \u{2014} being so \
             fidgety or restless that you have been moving around a lot more than usual",
            "Not at all",
            0,
        ),
        (
            "9",
            "Thoughts that you would be better off dead, or of hurting yourself in some way",
            "Not at all",
            0,
        ),
    ];
    items
        .into_iter()
        .map(|(item, text, answer, value)| Answered {
            item: item.to_owned(),
            text: text.to_owned(),
            answer: Some(answer.to_owned()),
            value: Some(value),
        })
        .collect()
}

/// A wave that looks like life, without chance.
fn wave(day: i64, mean: f64, swing: f64) -> f64 {
    let day = day as f64;
    mean + swing * ((day / 9.0).sin() * 0.6 + (day * 1.7).sin() * 0.3 + (day * 0.37).cos() * 0.4)
}

fn series(measure: Measure, from: Date, days: i64, mean: f64, swing: f64) -> BodySeries {
    let days = (0..days)
        .filter(|day| day % 11 != 4)
        .map(|day| BodyDay {
            day: from.checked_add(jiff::Span::new().days(day)).unwrap(),
            value: number(wave(day, mean, swing).round()),
            source: Some("A watch".to_owned()),
        })
        .collect();
    BodySeries { measure, days }
}

fn weeks(from: Date, n: i64) -> Vec<CheckInWeek> {
    (0..n)
        .filter(|week| week % 9 != 5)
        .map(|week| {
            let mean =
                |of, mean: f64, swing: f64| Mean { of, mean: number(wave(week * 7, mean, swing)), n: 5 };
            CheckInWeek {
                monday: from.checked_add(jiff::Span::new().weeks(week)).unwrap(),
                check_ins: 5,
                means: vec![
                    mean(Checked::Mood, 5.2, 1.6),
                    mean(Checked::Stress, 6.1, -1.4),
                    mean(Checked::Anxiety, 4.4, -1.2),
                    mean(Checked::Tension, 5.0, -1.0),
                    mean(Checked::Sleep, 6.6, 0.7),
                ],
                help: HelpCounts { offered: 2, needed: 3, asked: 1, accepted: 1, refused: 1 },
            }
        })
        .collect()
}

/// Three months with something of everything.
pub(crate) fn full() -> Report {
    let from = date(2026, 9, 1);
    let mut phq = vec![
        sheet("s1", "2026-09-02T19:00:00Z", 18),
        sheet("s2", "2026-09-16T19:10:00Z", 16),
        sheet("s3", "2026-10-07T20:00:00Z", 13),
        sheet("s4", "2026-11-04T20:00:00Z", 12),
        sheet("s5", "2026-11-20T21:14:00Z", 11),
    ];
    phq[4].change = Some("7 points lower than the first; more than chance".to_owned());
    phq[4].answers = answers();
    let mut his = vec![sheet("h1", "2026-09-03T19:00:00Z", 58), sheet("h2", "2026-11-19T19:00:00Z", 52)];
    let scale = hiq(Vec::new());
    for sheet in &mut his {
        sheet.band = sheet.total.and_then(|total| bands_of(&scale, total));
    }
    let held = Held {
        note: Some(
            "I'd like to talk about why I can't let anybody drive me home.\nIt sounds small. It isn't.".to_owned(),
        ),
        questionnaires: vec![phq9(phq), hiq(his)],
        red_flags: vec![
            RedFlag { on: date(2026, 9, 12), tier: Tier::Urgent, noticed: Noticed::PassiveIdeation },
            RedFlag { on: date(2026, 9, 12), tier: Tier::Support, noticed: Noticed::PerceivedBurden },
            RedFlag { on: date(2026, 10, 20), tier: Tier::Professional, noticed: Noticed::RefusingMedicalCare },
        ],
        check_ins: weeks(date(2026, 8, 31), 13),
        body: Body {
            series: vec![
                series(Measure::HrvSdnn, from, 91, 44.0, 9.0),
                series(Measure::RestingHeartRate, from, 91, 61.0, -4.0),
                series(Measure::Sleep, from, 91, 402.0, 52.0),
                series(Measure::Steps, from, 91, 7400.0, 2900.0),
            ],
            cortisol: vec![Cortisol {
                at: "2026-10-05T07:10:00Z".parse().unwrap(),
                value: number(14.2),
                specimen: Specimen::Saliva,
            }],
        },
        habits_of_thought: Habits {
            entries: 41,
            counts: [("mind_reading", "mind reading", 17), ("catastrophizing", "catastrophizing", 12), ("shoulds", "should statements", 9)]
                .into_iter()
                .map(|(id, name, entries)| HabitCount { id: id.to_owned(), name: name.to_owned(), entries })
                .collect(),
        },
        practice: vec![
            Try {
                at: "2026-10-02T16:00:00Z".parse().unwrap(),
                level: 1,
                step: Some("Ask a colleague for a small favour.".to_owned()),
                predicted: Some("They sigh and say yes.".to_owned()),
                happened: Some("They said yes before I had finished.".to_owned()),
                against: Some(Against::Better),
                distress: Some(55),
            },
            Try {
                at: "2026-11-11T16:00:00Z".parse().unwrap(),
                level: 2,
                step: Some("Share a minor struggle with a friend you trust.".to_owned()),
                predicted: None,
                happened: None,
                against: Some(Against::Same),
                distress: Some(60),
            },
        ],
        associations: vec![Association {
            says: "On days after longer sleep your mood tended to be higher (Spearman 0.41, 95 % interval 0.22 to 0.57, 63 days). This doesn't say that one brings about the other.".to_owned(),
            days: 63,
        }],
        thought_records: vec![ThoughtRecord {
            id: "t1".to_owned(),
            at: "2026-10-14T21:30:00Z".parse().unwrap(),
            situation: Some("A friend offered to bring food after the operation.".to_owned()),
            thought: "If I say yes, they will see that I can't cope.".to_owned(),
            habits: vec!["mind reading".to_owned(), "all-or-nothing thinking".to_owned()],
            balanced: Some("They offered. Saying yes to soup is not the same as not coping.".to_owned()),
            belief: Some(Rating { before: 80, after: Some(45) }),
            feelings: vec![Feeling { name: "shame".to_owned(), rating: Rating { before: 70, after: Some(40) } }],
        }],
        parts: vec![Part {
            name: "The porter".to_owned(),
            role: Some(Role::Manager),
            job: Some("Carries everything so that nobody is asked.".to_owned()),
            fear: Some("That asking once means owing for ever.".to_owned()),
            protects: Some("The small one at the window".to_owned()),
            talks: 3,
            first: Some(date(2026, 9, 20)),
            last: Some(date(2026, 11, 8)),
        }],
        entries: vec![Entry {
            id: "e1".to_owned(),
            at: "2026-11-01T22:05:00Z".parse().unwrap(),
            text: "She asked twice whether I wanted a lift. I said I liked walking.\n\nIt was raining. I don't like walking in the rain. I walked for forty minutes and was proud, and then I wasn't proud at all, I was only wet. I keep thinking that if I had said yes, she would have had a reason to think less of me. Reading this back I can't say what the reason would have been.".to_owned(),
        }],
    };
    Report::of(head(from, date(2026, 11, 30)), everything(), held)
}

/// Nothing was chosen.
pub(crate) fn nothing() -> Report {
    let full = full();
    Report::of(full.head().clone(), Chosen::default(), full.held().clone())
}

/// All was chosen, and there is nothing in the period.
pub(crate) fn bare() -> Report {
    let mut head = head(date(2026, 11, 3), date(2026, 11, 3));
    head.name = None;
    Report::of(head, everything(), Held::default())
}

/// One of each.
pub(crate) fn one_point() -> Report {
    let mut held = full().held().clone();
    held.questionnaires.iter_mut().for_each(|instrument| instrument.sheets.truncate(1));
    held.check_ins.truncate(1);
    held.body.series.iter_mut().for_each(|series| series.days.truncate(1));
    held.red_flags.truncate(1);
    Report::of(head(date(2026, 9, 1), date(2026, 9, 14)), everything(), held)
}

/// Five years of days and hundreds of entries, one of them of 10,000 words.
pub(crate) fn huge() -> Report {
    let from = date(2021, 12, 1);
    let mut held = full().held().clone();
    held.check_ins = weeks(date(2021, 11, 29), 261);
    held.body.series =
        Measure::ALL.into_iter().map(|measure| series(measure, from, 1826, 300.0, 80.0)).collect();
    let scale = phq9(Vec::new());
    held.questionnaires = (0..8)
        .map(|n| {
            let sheets = (0..130)
                .map(|week| {
                    let day = from.checked_add(jiff::Span::new().weeks(week * 2)).unwrap();
                    let total = wave(week * 3 + n, 12.0, 9.0).clamp(0.0, 27.0) as u16;
                    Sheet {
                        band: bands_of(&scale, total),
                        ..sheet(&format!("{n}-{week}"), &format!("{day}T19:00:00Z"), total)
                    }
                })
                .collect();
            Instrument { short: format!("Scale {n}"), ..phq9(sheets) }
        })
        .collect();
    held.red_flags = (0..150)
        .map(|n| RedFlag {
            on: from.checked_add(jiff::Span::new().days(n * 12)).unwrap(),
            tier: Tier::ALL[usize::try_from(n).unwrap() % 4],
            noticed: Noticed::ALL[usize::try_from(n).unwrap() % Noticed::ALL.len()],
        })
        .collect();
    let one = held.entries[0].clone();
    held.entries = (0..300)
        .map(|n| Entry {
            id: format!("e{n}"),
            at: format!("{}T20:00:00Z", from.checked_add(jiff::Span::new().days(n * 6)).unwrap())
                .parse()
                .unwrap(),
            text: if n == 7 { "a long day with many words in it ".repeat(1250) } else { one.text.clone() },
        })
        .collect();
    Report::of(head(from, date(2026, 11, 30)), everything(), held)
}

/// Words of many scripts, and words that never end.
pub(crate) fn scripts() -> Report {
    let mut held = Held::default();
    let texts = [
        "\u{645}\u{631}\u{62d}\u{628}\u{627} \u{628}\u{627}\u{644}\u{639}\u{627}\u{644}\u{645}. I wrote this in Arabic.",
        "\u{4f60}\u{597d}\u{ff0c}\u{4e16}\u{754c}\u{3002}\u{6211}\u{5f88}\u{7d2f}\u{3002}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{202e}abc\u{202c} \u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{1f44d}\u{1f3fd} \u{2764}\u{fe0f} \u{1f1ee}\u{1f1ea} a\u{301}\u{323}\u{308} z\u{335}\u{336}\u{337}",
        "Ελληνικά, русский, čeština, Tiếng Việt, ﬁ, œuvre, 1½ · 20 °C … \u{0}\u{feff}\u{fffe}\u{e000}\u{10ffff}",
    ];
    let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
    texts.push("Donaudampfschifffahrts".repeat(300));
    texts.push(String::new());
    texts.push("\n\n \t\n".to_owned());
    texts.push("<script>alert(1)</script> & \"quoted\" 'x' ]]> --> {{ 7 * 7 }} {% raw %}".to_owned());
    held.entries = texts
        .into_iter()
        .enumerate()
        .map(|(n, text)| Entry { id: n.to_string(), at: "2026-11-01T22:05:00Z".parse().unwrap(), text })
        .collect();
    held.parts = vec![Part {
        name: "\u{1f525} \u{646}\u{627}\u{631} ".repeat(60),
        role: None,
        job: None,
        fear: None,
        protects: None,
        talks: 0,
        first: None,
        last: None,
    }];
    held.questionnaires =
        vec![Instrument { short: "W".repeat(90), ..phq9(vec![sheet("s", "2026-11-01T22:05:00Z", 27)]) }];
    let mut head = head(date(2026, 11, 1), date(2026, 11, 30));
    head.name = Some("\u{645}\u{631}\u{64a}\u{645} <b>".to_owned());
    Report::of(head, everything(), held)
}
