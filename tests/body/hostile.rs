//! Bytes of all kinds: what is wrong is told as an error, never as a panic, and soon.

use std::fs;

use evenkeel::body::{Cortisol, Specimen};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::read_at;

const APPLE: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (Record*)>\n]>\n\
    <HealthData locale=\"en_IE\">\n\
    <Record type=\"HKQuantityTypeIdentifierStepCount\" sourceName=\"A &amp; B\" unit=\"count\" startDate=\"2026-03-01 \
    23:50:00 +0100\" endDate=\"2026-03-02 00:10:00 +0100\" value=\"120\"/>\n\
    <Record type=\"HKCategoryTypeIdentifierSleepAnalysis\" sourceName=\"W\" startDate=\"2026-03-01 23:50:00 +0100\" \
    endDate=\"2026-03-02 06:10:00 +0100\" value=\"HKCategoryValueSleepAnalysisAsleepCore\">\n<MetadataEntry key=\"HKTimeZone\" \
    value=\"Asia/Tokyo\"/></Record>\n</HealthData>\n";

const SLEEP: &str = r#"[{"logId":1,"dateOfSleep":"2026-03-02","startTime":"2026-03-01T23:30:00.000",
    "endTime":"2026-03-02T07:00:00.000","minutesAsleep":400,"minutesAwake":50,"mainSleep":true,
    "levels":{"summary":{"deep":{"minutes":80},"light":{"minutes":230},"rem":{"minutes":90}}}}]"#;

const STEPS: &str =
    r#"[{"dateTime":"03/02/26 22:30:00","value":"10"},{"dateTime":"03/02/26 23:30:00","value":"5"}]"#;

const OURA: &str = r#"{"sleep":[{"day":"2026-03-02","bedtime_start":"2026-03-01T23:00:00+01:00","bedtime_end":"2026-03-02T07:00:00+01:00",
    "type":"long_sleep","total_sleep_duration":25200,"average_hrv":65,"lowest_heart_rate":48}],
    "daily_activity":[{"day":"2026-03-02","steps":8421,"medium_activity_time":1800}]}"#;

const OURA_CSV: &str = "id;average_hrv;bedtime_end;bedtime_start;day;total_sleep_duration;type\n\
    a;65;2026-03-02T07:00:00+01:00;2026-03-01T23:00:00+01:00;2026-03-02;25200;long_sleep\n";

const GARMIN: &str = ",Actual,Goal\n03/04/2026,\"12,431\",8000\n03/13/2026,5,8\n";

const NIGHT: &str = "Sleep Score 1 Day,\nDate,2026-05-19\nSleep Duration,8h 37m\nResting Heart Rate,62 bpm\n\
    Avg Overnight HRV,30 ms\nREM Duration,1h 10m\n";

const STAGES: &str = "sleep_id,sleep_stage_type,start_utc_offset,sleep_stage_start,end_utc_offset,sleep_stage_end,data_source\n\
    1,LIGHT,+05:30,2026-03-01T17:30:00Z,+05:30,2026-03-01T22:00:00Z,BAND\n";

const SAMPLES: [(&str, &str); 8] = [
    ("export.xml", APPLE),
    ("sleep-2026-03-01.json", SLEEP),
    ("steps-2026-03-01.json", STEPS),
    ("oura.json", OURA),
    ("sleepmodel.csv", OURA_CSV),
    ("Steps.csv", GARMIN),
    ("Sleep.csv", NIGHT),
    ("UserSleepStages_1.csv", STAGES),
];

fn read_bytes(name: &str, bytes: &[u8]) {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join(name), bytes).unwrap();
    if let Ok(taken) = read_at(home.path(), "Asia/Kolkata") {
        assert!(taken.values.iter().all(|v| v.measure.plausible().contains(&v.value.get())));
        assert!(taken.values.is_sorted_by_key(|v| (v.day, v.measure)));
    }
}

/// One change of a file.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Cut(usize),
    Drop(usize, usize),
    Repeat(usize, usize),
    Insert(usize, String),
}

fn change() -> impl Strategy<Value = Change> {
    let at = || any::<prop::sample::Index>().prop_map(|i| i.index(1 << 16));
    let odd = prop::sample::select(vec![
        "<!ENTITY a 'b'>",
        "&lol;",
        "\"",
        ">",
        "<",
        "]]>",
        "<!--",
        ";",
        ",",
        "\t",
        "\r\n",
        "-",
        "99999999999999999999",
        "1e308",
        "NaN",
        "\u{202f}",
        "é",
        "0000",
        "2090-01-01",
        "null",
        "[",
        "{",
        "\\u0000",
        "+1500",
        " PM",
    ]);
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        at().prop_map(Change::Cut),
        (at(), 1..40_usize).prop_map(|(at, n)| Change::Drop(at, n)),
        (at(), 1..200_usize).prop_map(|(at, n)| Change::Repeat(at, n)),
        (at(), odd).prop_map(|(at, text)| Change::Insert(at, text.to_owned())),
    ]
}

fn changed(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        let length = bytes.len().max(1);
        match change {
            Change::Set(at, byte) => {
                if let Some(old) = bytes.get_mut(at % length) {
                    *old = *byte;
                }
            }
            Change::Cut(at) => bytes.truncate(at % length),
            Change::Drop(at, n) => {
                let from = (at % length).min(bytes.len());
                bytes.drain(from..(from + n).min(bytes.len()));
            }
            Change::Repeat(at, n) => {
                let from = (at % length).min(bytes.len());
                let part = bytes[from..(from + n).min(bytes.len())].to_vec();
                bytes.splice(from..from, part);
            }
            Change::Insert(at, text) => {
                let from = (at % length).min(bytes.len());
                bytes.splice(from..from, text.bytes());
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(
        name in prop::sample::select(vec!["export.xml", "sleep-1.json", "a.csv", "export.zip"]),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        read_bytes(name, &bytes);
    }

    #[test]
    fn a_changed_export_is_read_or_refused(
        sample in 0..SAMPLES.len(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let (name, text) = SAMPLES[sample];
        read_bytes(name, &changed(text, &changes));
    }

    #[test]
    fn any_amount_of_cortisol_is_read_or_refused(text in ".{0,30}") {
        let noon = jiff::civil::date(2026, 3, 2).at(12, 0, 0, 0);
        if let Ok(cortisol) = Cortisol::parse(&text, Specimen::Blood, noon) {
            prop_assert!(Specimen::Blood.plausible().contains(&cortisol.nmol_per_litre.get()));
        }
    }
}

#[test]
fn the_samples_themselves_are_read() {
    for (name, text) in SAMPLES {
        let home = TempDir::new().unwrap();
        fs::write(home.path().join(name), text).unwrap();
        let taken = read_at(home.path(), "Asia/Kolkata").unwrap();
        assert!(!taken.values.is_empty(), "{name}");
    }
}
