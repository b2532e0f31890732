use std::fs;
use std::io::Write as _;
use std::path::Path;

use jiff::civil::date;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

/// Reads files that lie in a folder, with the zone of Dublin.
fn folder(files: &[(&str, &str)]) -> Result<Taken, BodyError> {
    let home = TempDir::new().unwrap();
    for (name, text) in files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    at(home.path())
}

fn at(path: &Path) -> Result<Taken, BodyError> {
    let zone = TimeZone::get("Europe/Dublin").unwrap();
    read(&Source::at(path)?, &zone, &Options::new(date(2026, 6, 1)), &mut |_| {})
}

fn zipped(files: &[(&str, &[u8])]) -> Result<Taken, BodyError> {
    let home = TempDir::new().unwrap();
    let path = home.path().join("export.zip");
    let mut zip = ZipWriter::new(fs::File::create(&path).unwrap());
    for (name, bytes) in files {
        let packed = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(*name, packed).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    at(&path)
}

fn values(taken: &Taken) -> Vec<(&'static str, String, f64)> {
    taken.values.iter().map(|v| (v.measure.slug(), v.day.to_string(), v.value.get())).collect()
}

fn value(taken: &Taken, measure: Measure, day: &str) -> Option<f64> {
    let found = taken.values.iter().find(|v| v.measure == measure && v.day.to_string() == day);
    found.map(|v| v.value.get())
}

fn place(result: Result<Taken, BodyError>) -> (&'static str, Option<At>) {
    let error = result.unwrap_err();
    (error.kind(), error.place().map(|place| place.at))
}

const DTD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE HealthData [\n<!-- HealthKit Export \
                   Version: 14 -->\n<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation)*)>\n<!ATTLIST \
                   HealthData\n  locale CDATA #REQUIRED\n>\n]>\n";

fn apple(records: &str) -> String {
    format!(
        "{DTD}<HealthData locale=\"en_IE\">\n<ExportDate value=\"2026-05-01 10:00:00 +0100\"/>\n{records}</HealthData>\n"
    )
}

fn quantity(kind: &str, unit: &str, source: &str, start: &str, end: &str, value: &str) -> String {
    format!(
        " <Record type=\"HKQuantityTypeIdentifier{kind}\" sourceName=\"{source}\" unit=\"{unit}\" \
         startDate=\"{start}\" endDate=\"{end}\" value=\"{value}\"/>\n"
    )
}

fn sleep(source: &str, start: &str, end: &str, stage: &str) -> String {
    format!(
        " <Record type=\"HKCategoryTypeIdentifierSleepAnalysis\" sourceName=\"{source}\" startDate=\"{start}\" \
         endDate=\"{end}\" value=\"HKCategoryValueSleepAnalysis{stage}\"/>\n"
    )
}

fn hrv(start: &str, value: &str) -> String {
    quantity("HeartRateVariabilitySDNN", "ms", "Watch", start, start, value)
}

#[test]
fn an_apple_export_gives_values_of_days() {
    let records = hrv("2026-03-01 23:50:00 +0100", "40")
        + &hrv("2026-03-02 00:10:00 +0100", "60")
        + &hrv("2026-03-02 04:10:00 +0100", "50")
        + &quantity(
            "RestingHeartRate",
            "count/min",
            "Watch",
            "2026-03-02 00:00:00 +0100",
            "2026-03-02 23:00:00 +0100",
            "58",
        )
        + &sleep("Watch", "2026-03-01 23:00:00 +0100", "2026-03-02 03:00:00 +0100", "AsleepCore")
        + &sleep("Watch", "2026-03-02 03:00:00 +0100", "2026-03-02 03:10:00 +0100", "Awake")
        + &sleep("Watch", "2026-03-02 03:10:00 +0100", "2026-03-02 05:10:00 +0100", "AsleepDeep")
        + &sleep("Watch", "2026-03-01 22:30:00 +0100", "2026-03-02 06:00:00 +0100", "InBed")
        + " <Correlation type=\"x\">\n <Record type=\"HKQuantityTypeIdentifierStepCount\" unit=\"odd\"/>\n</Correlation>\n";
    let taken = folder(&[("export.xml", &apple(&records))]).unwrap();
    let day = || "2026-03-02".to_owned();
    assert_eq!(
        values(&taken),
        [
            ("hrv_sdnn", "2026-03-01".to_owned(), 40.0),
            ("hrv_sdnn", day(), 55.0),
            ("resting_heart_rate", day(), 58.0),
            ("sleep", day(), 360.0),
            ("sleep_deep", day(), 120.0),
            ("sleep_light", day(), 240.0),
            ("sleep_awake", day(), 10.0),
        ]
    );
    assert_eq!(taken.format, Format::AppleHealth);
    assert_eq!(taken.left_out, LeftOut { other_kinds: 2, ..LeftOut::default() });
}

#[test]
fn steps_of_two_devices_are_not_added_and_a_record_counts_once() {
    let steps = |source, from: &str, to: &str, value| {
        let time = |clock: &str| format!("2026-03-01 {clock} +0000");
        quantity("StepCount", "count", source, &time(from), &time(to), value)
    };
    let phone = steps("Phone", "10:00:00", "10:10:00", "300");
    let records = phone.clone()
        + &phone
        + &steps("Watch", "10:05:00", "10:15:00", "500")
        + &steps("Phone", "11:50:00", "12:10:00", "200")
        + &steps("Watch", "23:30:00", "23:40:00", "10");
    let taken = folder(&[("export.xml", &apple(&records))]).unwrap();
    assert_eq!(values(&taken), [("steps", "2026-03-01".to_owned(), 710.0)]);
    assert_eq!(taken.values[0].source.as_str(), "Watch");
    assert_eq!(taken.left_out.duplicate, 1);
}

#[test]
fn wrong_clocks_and_implausible_values_are_left_out_and_counted() {
    let records = hrv("1970-01-01 00:00:00 +0000", "40")
        + &hrv("2090-01-01 00:00:00 +0000", "40")
        + &hrv("2026-03-01 10:00:00 +0000", "4000")
        + &hrv("2026-03-01 11:00:00 +0000", "44");
    let taken = folder(&[("export.xml", &apple(&records))]).unwrap();
    assert_eq!(values(&taken), [("hrv_sdnn", "2026-03-01".to_owned(), 44.0)]);
    assert_eq!((taken.left_out.wrong_clock, taken.left_out.implausible), (2, 1));
    assert_eq!(taken.records_read, 4);
}

#[test]
fn a_wrong_unit_stops_the_whole_import_and_is_named_with_its_line() {
    let records = hrv("2026-03-01 10:00:00 +0000", "44").repeat(2)
        + &quantity("HeartRateVariabilitySDNN", "s", "Watch", "2026-03-02 10:00:00 +0000", "", "0.04");
    let error = folder(&[("export.xml", &apple(&records).replace(" endDate=\"\"", ""))]).unwrap_err();
    assert_eq!(error.place(), Some(&Place::line("export.xml", 13)));
    assert!(error.to_string().contains("\"s\"") && error.to_string().contains("only ms"), "{error}");
}

#[test]
fn entities_are_refused_and_never_expanded() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE HealthData [\n<!ENTITY a \"ha\">\n<!ENTITY b \"&a;&a;\">\n]>\n\
                <HealthData locale=\"&b;\"></HealthData>";
    assert_eq!(place(folder(&[("export.xml", bomb)])), ("entities", Some(At::Line(3))));
    let other = apple(&hrv("2026-03-01 10:00:00 +0000", "44").replace("Watch", "&lol;"));
    assert_eq!(place(folder(&[("export.xml", &other)])).0, "entities");
    let late = apple("<!DOCTYPE x>\n");
    assert_eq!(place(folder(&[("export.xml", &late)])).0, "broken");
}

#[test]
fn an_export_cut_in_the_middle_is_refused_wherever_it_is_cut() {
    let text = apple(&hrv("2026-03-01 10:00:00 +0000", "44").repeat(3));
    let from = text.find("<HealthData locale").unwrap() + 12;
    for end in from..text.trim_end().len() {
        let (kind, at) = place(folder(&[("export.xml", &text[..end])]));
        assert!(kind == "cut" && matches!(at, Some(At::Line(_))), "{kind} at {end}");
    }
}

#[test]
fn deep_nesting_long_parts_and_wrong_bytes_have_an_end() {
    let deep = apple(&"<a>".repeat(100));
    assert_eq!(place(folder(&[("export.xml", &deep)])).0, "too_deep");
    for (begin, end) in [("<Record type=\"", "\"/>"), ("<!--", "-->"), ("", ""), ("<![CDATA[", "]]>")] {
        let long = apple(&format!("{begin}{}{end}", "> ".repeat(3 << 20)));
        assert_eq!(place(folder(&[("export.xml", &long)])).0, "too_long", "{begin}");
    }
    let mut bytes = apple(&hrv("2026-03-01 10:00:00 +0000", "44")).into_bytes();
    let at = bytes.windows(5).position(|w| w == b"Watch").unwrap();
    bytes[at] = 0xff;
    assert_eq!(place(zipped(&[("export.xml", &bytes)])), ("not_text", Some(At::Line(11))));
    let list = format!("[{{\"logId\":1,\"dateOfSleep\":{}", "[".repeat(5000));
    assert_eq!(place(folder(&[("sleep-2026-01-01.json", &list)])).0, "too_deep");
    let long = format!("[{{\"logId\":1,\"dateOfSleep\":\"{}", "x".repeat(3 << 20));
    assert_eq!(place(folder(&[("sleep-2026-01-01.json", &long)])).0, "too_long");
    let row = format!("timestamp,rmssd,nremhr,entropy\n\"{}", "x\n".repeat(3 << 20));
    assert_eq!(place(folder(&[("a.csv", &row)])).0, "too_long");
}

#[test]
fn an_archive_is_read_and_names_that_lead_out_of_it_are_refused() {
    let text = apple(&hrv("2026-03-01 10:00:00 +0000", "44"));
    let taken = zipped(&[
        ("apple_health_export/export.xml", text.as_bytes()),
        ("apple_health_export/export_cda.xml", b"<ClinicalDocument/>"),
        ("apple_health_export/workout-routes/route.gpx", b"<gpx></gpx>"),
    ])
    .unwrap();
    assert_eq!(values(&taken).len(), 1);
    for name in ["../export.xml", "/etc/export.xml", "a/../../export.xml", "C:\\export.xml", "..\\export.xml"]
    {
        assert_eq!(place(zipped(&[(name, text.as_bytes())])).0, "zip_name", "{name}");
    }
    assert_eq!(place(folder(&[("export.zip", "PK\u{3}\u{4}broken")])).0, "unknown");
}

#[test]
fn archives_in_a_folder_are_read_together() {
    let home = TempDir::new().unwrap();
    let pack = |name: &str, file: &str, text: &str| {
        let mut zip = ZipWriter::new(fs::File::create(home.path().join(name)).unwrap());
        zip.start_file(file, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
        zip.finish().unwrap();
    };
    let steps = r#"[{"dateTime":"03/02/26 12:30:00","value":"10"}]"#;
    pack("takeout-001.zip", "Takeout/Fitbit/sleep-2026-03-01.json", FITBIT_SLEEP);
    pack("takeout-002.zip", "Takeout/Fitbit/steps-2026-03-01.json", steps);
    let taken = at(home.path()).unwrap();
    assert_eq!(value(&taken, Measure::Steps, "2026-03-02"), Some(10.0));
    assert_eq!(value(&taken, Measure::Sleep, "2026-03-02"), Some(400.0));
    let wrong = FITBIT_SLEEP.replace("2026-03-02T07", "soon");
    pack("takeout-001.zip", "Takeout/Fitbit/sleep-2026-03-01.json", &wrong);
    let error = at(home.path()).unwrap_err();
    assert_eq!(
        error.place(),
        Some(&Place::record("takeout-001.zip/Takeout/Fitbit/sleep-2026-03-01.json", 1))
    );
}

#[test]
fn an_archive_that_swells_is_stopped() {
    let mut text = apple("").into_bytes();
    text.truncate(text.len() - "</HealthData>\n".len());
    text.extend_from_slice(&[b"<Record type=\"x\"/>", &[b' '; 4096][..]].concat().repeat(24 << 10));
    assert_eq!(place(zipped(&[("export.xml", &text)])).0, "zip_bomb");
}

#[test]
fn what_is_not_known_is_told_with_what_can_be_read() {
    let error = folder(&[("notes.txt", "just a note"), ("b.json", "{\"a\":1}")]).unwrap_err();
    assert_eq!(error.kind(), "unknown");
    for name in ["Apple Health", "Fitbit", "Oura", "Garmin"] {
        assert!(error.to_string().contains(name), "{error}");
    }
    assert_eq!(place(folder(&[])).0, "empty");
    assert_eq!(place(folder(&[("a.csv", " \n")])).0, "empty");
    let both = [("export.xml", &*apple("")), ("steps.csv", ",Actual,Goal\n03/13/2026,5000,8000\n")];
    assert_eq!(place(folder(&both)).0, "several_formats");
}

const FITBIT_SLEEP: &str = r#"[{"logId":1,"dateOfSleep":"2026-03-02","startTime":"2026-03-01T23:30:00.000",
 "endTime":"2026-03-02T07:00:00.000","minutesAsleep":400,"minutesAwake":50,"type":"stages","mainSleep":true,
 "levels":{"summary":{"deep":{"minutes":80},"light":{"minutes":230},"rem":{"minutes":90},"wake":{"minutes":50}},
 "data":[{"dateTime":"x","level":"light","seconds":30}]}},
 {"logId":2,"dateOfSleep":"2026-03-02","startTime":"2026-03-02T14:00:00.000","endTime":"2026-03-02T14:40:00.000",
 "minutesAsleep":38,"minutesAwake":2,"type":"classic","mainSleep":false}]"#;

#[test]
fn fitbit_files_of_one_takeout_are_read_together() {
    let resting = r#"[{"dateTime":"03/01/26 00:00:00","value":{"date":null,"value":0.0,"error":0.0}},
        {"dateTime":"03/02/26 00:00:00","value":{"date":"03/02/26","value":61.25,"error":6.8}}]"#;
    let steps =
        r#"[{"dateTime":"07/02/26 22:30:00","value":"10"},{"dateTime":"07/02/26 23:30:00","value":"5"}]"#;
    let files = [
        ("Takeout/Fitbit/Global Export Data/sleep-2026-03-01.json", FITBIT_SLEEP),
        ("Takeout/Fitbit/Global Export Data/resting_heart_rate-2026-01-01.json", resting),
        ("Takeout/Fitbit/Global Export Data/steps-2026-05-01.json", &steps.replace("07/", "05/")),
        ("Takeout/Fitbit/Global Export Data/altitude-2026-05-01.json", &steps.replace("07/", "05/")),
        (
            "Takeout/Fitbit/HRV/Daily Heart Rate Variability Summary - 2026-03-(02).csv",
            "timestamp,rmssd,nremhr,entropy\n2026-03-02T00:00:00,29.232,49.6,2.4\n",
        ),
        (
            "Takeout/Fitbit/Global Export Data/very_active_minutes-1.json",
            r#"[{"dateTime":"03/02/26 00:00:00","value":"12"}]"#,
        ),
        (
            "Takeout/Fitbit/Global Export Data/moderately_active_minutes-1.json",
            r#"[{"dateTime":"03/02/26 00:00:00","value":"20"}]"#,
        ),
    ];
    let taken = folder(&files).unwrap();
    let day = "2026-03-02";
    for (measure, expected) in [
        (Measure::Sleep, 400.0),
        (Measure::SleepDeep, 80.0),
        (Measure::SleepAwake, 50.0),
        (Measure::RestingHeartRate, 61.25),
        (Measure::HrvRmssd, 29.232),
        (Measure::ActiveMinutes, 32.0),
    ] {
        assert_eq!(value(&taken, measure, day), Some(expected), "{measure:?}");
    }
    // Minutes are stamped in UTC, and Dublin is an hour ahead in May.
    assert_eq!(value(&taken, Measure::Steps, "2026-05-02"), Some(10.0));
    assert_eq!(value(&taken, Measure::Steps, "2026-05-03"), Some(5.0));
    assert_eq!(taken.left_out.other_kinds, 2);
    assert_eq!(taken.format, Format::FitbitTakeout);
}

#[test]
fn fitbit_stages_and_sleeps_of_one_night_are_one_night() {
    let sleeps = "sleep_id,sleep_type,minutes_asleep,minutes_awake,start_utc_offset,sleep_start,end_utc_offset,sleep_end,data_source\n\
        1,STAGES,410,40,+05:30,2026-03-01T17:30:00Z,+05:30,2026-03-02T01:00:00Z,BAND\n";
    let stages = "sleep_id,sleep_stage_type,start_utc_offset,sleep_stage_start,end_utc_offset,sleep_stage_end,data_source\n\
        1,LIGHT,+05:30,2026-03-01T17:30:00Z,+05:30,2026-03-01T22:00:00Z,BAND\n\
        1,AWAKE,+05:30,2026-03-01T22:00:00Z,+05:30,2026-03-01T22:40:00Z,BAND\n\
        1,DEEP,+05:30,2026-03-01T22:40:00Z,+05:30,2026-03-02T01:00:00Z,BAND\n";
    let taken = folder(&[("UserSleeps_1.csv", sleeps), ("UserSleepStages_1.csv", stages)]).unwrap();
    assert_eq!(value(&taken, Measure::Sleep, "2026-03-02"), Some(410.0));
    assert_eq!(value(&taken, Measure::SleepLight, "2026-03-02"), Some(270.0));
    assert_eq!(value(&taken, Measure::SleepAwake, "2026-03-02"), Some(40.0));
}

#[test]
fn oura_as_json_and_as_csv_gives_the_same_values() {
    let json = r#"{"sleep":[{"day":"2026-03-02","bedtime_start":"2026-03-01T23:00:00+01:00","bedtime_end":"2026-03-02T07:00:00+01:00",
        "type":"long_sleep","total_sleep_duration":25200,"deep_sleep_duration":5400,"rem_sleep_duration":6000,
        "light_sleep_duration":13800,"awake_time":900,"average_hrv":65,"lowest_heart_rate":48,"hrv":{"items":[1,null]}},
        {"day":"2026-03-02","bedtime_start":"2026-03-02T15:00:00+01:00","bedtime_end":"2026-03-02T15:30:00+01:00",
        "type":"late_nap","total_sleep_duration":1500,"average_hrv":90}],
        "heartrate":[{"bpm":60}],"daily_activity":[{"day":"2026-03-02","steps":8421,"medium_activity_time":1800,"high_activity_time":600}]}"#;
    let sleep = "id;average_hrv;awake_time;bedtime_end;bedtime_start;day;deep_sleep_duration;light_sleep_duration;lowest_heart_rate;rem_sleep_duration;total_sleep_duration;type\n\
        a;65;900;2026-03-02T07:00:00+01:00;2026-03-01T23:00:00+01:00;2026-03-02;5400;13800;48;6000;25200;long_sleep\n\
        b;0;0;2026-03-03T01:00:00+00:00;2026-03-03T00:30:00+00:00;2026-03-03;0;0;0;0;0;deleted\n";
    let activity = "id;active_calories;day;high_activity_time;medium_activity_time;steps\nc;520;2026-03-02;600;1800;8421\n";
    let from_json = folder(&[("oura.json", json)]).unwrap();
    let from_csv =
        folder(&[("App Data/sleepmodel.csv", sleep), ("App Data/dailyactivity.csv", activity)]).unwrap();
    assert_eq!(values(&from_json), values(&from_csv));
    assert_eq!(value(&from_csv, Measure::ActiveMinutes, "2026-03-02"), Some(40.0));
    assert_eq!(value(&from_csv, Measure::HrvRmssd, "2026-03-02"), Some(65.0));
    assert_eq!(value(&from_csv, Measure::Sleep, "2026-03-02"), Some(420.0));
    assert_eq!(from_csv.values.len(), 9);
}

#[test]
fn garmin_reports_are_read_with_the_dates_of_their_country() {
    let nights = "Sleep Score 7 Days,Score,Resting Heart Rate,Body Battery,HRV Status,Quality,Duration,Sleep Need,Bedtime,Wake Time\n\
        2026-05-19,73,62,34,31,Fair,8h 37min,7h 40min,10:10 PM,7:11 AM\n2026-05-18,--,--,--,31,--,--,--,--,--\n";
    let taken = folder(&[("Sleep.csv", nights)]).unwrap();
    assert_eq!(value(&taken, Measure::Sleep, "2026-05-19"), Some(517.0));
    assert_eq!(value(&taken, Measure::HrvRmssd, "2026-05-19"), None);
    let steps = |rows: &str| folder(&[("Steps.csv", &format!(",Actual,Goal\n{rows}"))]);
    let first = |taken: Taken| taken.first_day.unwrap().to_string();
    assert_eq!(first(steps("03/04/2026,\"12,431\",8000\n03/13/2026,5,8\n").unwrap()), "2026-03-04");
    assert_eq!(first(steps("03/04/2026,12431,8000\n13/04/2026,5,8\n").unwrap()), "2026-04-03");
    let run = "01/03/2026,10,8\n02/03/2026,10,8\n03/03/2026,10,8\n04/03/2026,10,8\n";
    assert_eq!(first(steps(run).unwrap()), "2026-03-01");
    assert_eq!(place(steps("03/04/2026,1,1\n05/04/2026,1,1\n")), ("ambiguous_date", Some(At::Line(2))));
    assert_eq!(place(steps("13/04/2026,1,1\n04/14/2026,1,1\n")), ("mixed_locale", Some(At::Line(3))));
    assert_eq!(place(steps("03/01/2026,1,1\n03/08/2026,1,1\n03/15/2026,1,1\n")).0, "not_daily");
    let hrv = |rows: &str| folder(&[("HRV.csv", &format!("Date,Overnight HRV,Baseline,7d Avg\n{rows}"))]);
    assert_eq!(place(hrv("Nov 11,42ms,35ms - 51ms,34ms\n")), ("no_year", Some(At::Line(2))));
    assert_eq!(place(hrv("2026-03-01,42s,1,1\n")), ("unit", Some(At::Line(2))));
    assert_eq!(first(hrv("\"Mar 1, 2026\",42ms,35ms - 51ms,34ms\n").unwrap()), "2026-03-01");
}

#[test]
fn a_record_belongs_to_the_day_of_the_zone_that_it_names() {
    let night = sleep("Watch", "2026-05-11 15:00:00 +0100", "2026-05-11 22:00:00 +0100", "AsleepCore");
    let entry = "><MetadataEntry key=\"HKTimeZone\" value=\"Asia/Tokyo\"/></Record>";
    let taken = folder(&[("export.xml", &apple(&night.replace("/>", entry)))]).unwrap();
    assert_eq!(value(&taken, Measure::Sleep, "2026-05-12"), Some(420.0));
    let odd = night.replace("/>", &entry.replace("Asia/Tokyo", "Nowhere"));
    assert_eq!(
        value(&folder(&[("export.xml", &apple(&odd))]).unwrap(), Measure::Sleep, "2026-05-11"),
        Some(420.0)
    );
}

#[test]
fn a_day_with_only_a_nap_has_no_night() {
    let nap = |end| sleep("Watch", "2026-05-11 15:00:00 +0100", end, "AsleepCore");
    let taken = |end| folder(&[("export.xml", &apple(&nap(end)))]).unwrap();
    assert!(taken("2026-05-11 15:50:00 +0100").values.is_empty());
    // Somebody who works at night sleeps in the afternoon.
    assert_eq!(value(&taken("2026-05-11 21:50:00 +0100"), Measure::Sleep, "2026-05-11"), Some(410.0));
}

#[test]
fn a_table_cut_in_a_row_is_refused() {
    let csv = |rows: &str| folder(&[("a.csv", &format!("timestamp,rmssd,nremhr,entropy\n{rows}"))]);
    assert_eq!(place(csv("2026-03-01T00:00:00,40,50,2\n2026-03-02T00:00:00,4")), ("cut", Some(At::Line(3))));
    assert_eq!(
        place(csv("2026-03-01T00:00:00,40\n2026-03-02T00:00:00,4,5,6\n")),
        ("broken", Some(At::Line(2)))
    );
    assert!(csv("").unwrap().values.is_empty());
    assert_eq!(
        value(&csv("2026-03-01T00:00:00,\"40,5\",50,2\n\n").unwrap(), Measure::HrvRmssd, "2026-03-01"),
        Some(40.5)
    );
    let mixed = "2026-03-01T00:00:00,\"40,5\",50,2\n2026-03-02T00:00:00,40.5,50,2\n";
    assert_eq!(place(csv(mixed)), ("mixed_locale", Some(At::Line(3))));
}

#[test]
fn apples_own_faulty_document_type_is_read() {
    let faulty =
        DTD.replace("]>\n", "<!ATTLIST Record\n  type CDATA #REQUIRED\n>\n  device CDATA #IMPLIED\n>\n]>\n");
    let text = apple(&hrv("2026-03-01 10:00:00 +0000", "44")).replace(DTD, &faulty);
    assert_eq!(folder(&[("export.xml", &text)]).unwrap().values.len(), 1);
}

#[test]
fn the_same_source_gives_the_same_values_and_tells_how_far_it_is() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("export.xml");
    fs::write(&path, apple(&hrv("2026-03-01 10:00:00 +0000", "44").repeat(20_000))).unwrap();
    let source = Source::at(&path).unwrap();
    let mut told = Vec::new();
    let options = Options::new(date(2026, 6, 1));
    let first = read(&source, &TimeZone::UTC, &options, &mut |bytes| told.push(bytes)).unwrap();
    assert_eq!(first, read(&source, &TimeZone::UTC, &options, &mut |_| {}).unwrap());
    assert!(told.len() > 2 && told.is_sorted());
    assert_eq!(told.last(), Some(&source.bytes().unwrap()));
    assert_eq!(first.left_out.duplicate, 19_999);
    let json = serde_json::to_string(&first).unwrap();
    assert_eq!(serde_json::from_str::<Taken>(&json).unwrap(), first);
}
