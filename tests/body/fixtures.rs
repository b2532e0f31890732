//! Exports written from the public descriptions by somebody who had not seen the readers, each with what a
//! right reader makes of it (`expected.json`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use evenkeel::body::{At, Measure, Taken};
use serde::Deserialize;

use crate::read_at;

#[derive(Deserialize)]
struct Expected {
    format: String,
    #[serde(default = "dublin")]
    zone: String,
    /// What must come out: these and no others.
    values: Option<Vec<One>>,
    /// The file must be refused, …
    error: Option<String>,
    /// … with this line, if it is told.
    line: Option<u64>,
    /// Beside an error: these values are as right.
    or_values: Option<Vec<One>>,
    or_values_2: Option<Vec<One>>,
    /// Beside values: a refusal is as right.
    #[serde(default)]
    or_error: bool,
    /// Not settled by the descriptions: nothing, or something within bounds.
    #[serde(default)]
    unjudged: Vec<Unjudged>,
}

fn dublin() -> String {
    "Europe/Dublin".to_owned()
}

#[derive(Deserialize)]
struct One {
    measure: String,
    day: String,
    value: f64,
}

#[derive(Deserialize)]
struct Unjudged {
    measure: String,
    day: String,
    between: Option<(f64, f64)>,
}

/// The export of a case: the only file or folder beside `expected.json`, or the whole folder.
fn export(case: &Path) -> PathBuf {
    let others: Vec<_> = fs::read_dir(case)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().is_some_and(|name| name != "expected.json"))
        .collect();
    if let [only] = &others[..] { only.clone() } else { case.to_owned() }
}

type Key = (String, Measure);

fn key(measure: &str, day: &str) -> Key {
    (day.to_owned(), Measure::from_slug(measure).unwrap())
}

/// How the values taken differ from those expected.
fn compared(taken: &Taken, values: &[One], unjudged: &[Unjudged]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut have: BTreeMap<Key, f64> =
        taken.values.iter().map(|v| ((v.day.to_string(), v.measure), v.value.get())).collect();
    for One { measure, day, value } in values {
        match have.remove(&key(measure, day)) {
            Some(own) if (own - value).abs() < 0.01 => {}
            own => wrong.push(format!("{day} {measure}: {own:?} instead of {value}")),
        }
    }
    for Unjudged { measure, day, between } in unjudged {
        if let Some(own) = have.remove(&key(measure, day))
            && between.is_some_and(|(least, most)| own < least - 0.01 || own > most + 0.01)
        {
            wrong.push(format!("{day} {measure}: {own} is not within {between:?}"));
        }
    }
    wrong.extend(have.into_iter().map(|((day, m), value)| format!("{day} {m:?}: {value} was not expected")));
    wrong
}

/// What differs from what was expected.
fn differences(case: &Path) -> Vec<String> {
    let text = fs::read_to_string(case.join("expected.json")).unwrap();
    let expected: Expected = serde_json::from_str(&text).unwrap();
    match (read_at(&export(case), &expected.zone), expected.error) {
        (Err(_), None) if expected.or_error => Vec::new(),
        (Err(error), None) => vec![format!("refused: {error}")],
        (Err(error), Some(_)) => {
            let line = error.place().and_then(|place| match place.at {
                At::Line(line) => Some(line),
                _ => None,
            });
            let right = expected.line.is_none() || line == expected.line;
            if right { Vec::new() } else { vec![format!("{line:?} instead of {:?}: {error}", expected.line)] }
        }
        (Ok(taken), None) => {
            let mut wrong = compared(&taken, &expected.values.unwrap(), &expected.unjudged);
            let format = serde_json::to_value(taken.format).unwrap();
            if format != expected.format.as_str() {
                wrong.push(format!("read as {format}"));
            }
            wrong
        }
        (Ok(taken), Some(why)) => {
            let others = [expected.or_values, expected.or_values_2];
            let right = others.iter().flatten().any(|v| compared(&taken, v, &expected.unjudged).is_empty());
            if right { Vec::new() } else { vec![format!("should be refused: {why}")] }
        }
    }
}

#[test]
fn every_case_is_read_as_its_description_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/body/fixtures");
    let mut cases: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("expected.json").is_file());
    cases.sort();
    assert!(cases.len() >= 44, "only {} cases are there", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy();
        wrong.extend(differences(case).into_iter().map(|what| format!("{name}: {what}")));
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
