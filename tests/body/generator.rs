//! Writes an Apple Health export of any size: ten years of a phone and a watch, invented.

use std::io::{self, Write};

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record
  type          CDATA #REQUIRED
  unit          CDATA #IMPLIED
  value         CDATA #IMPLIED
  sourceName    CDATA #REQUIRED
  startDate     CDATA #REQUIRED
  endDate       CDATA #REQUIRED
>
]>
<HealthData locale="en_IE">
 <ExportDate value="2026-01-01 09:00:00 +0000"/>
"#;

const WATCH: &str = "&lt;&lt;HKDevice: 0x28&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, \
                     hardware:Watch6,2, software:10.1&gt;";

const DAYS: u64 = 3650;

struct Export<'a, W> {
    out: &'a mut W,
    written: u64,
}

impl<W: Write> Export<'_, W> {
    fn record(
        &mut self,
        kind: &str,
        by: &str,
        unit: &str,
        from: DateTime,
        to: DateTime,
        value: &str,
    ) -> io::Result<()> {
        let time = |at: DateTime| at.strftime("%Y-%m-%d %H:%M:%S +0000").to_string();
        let (from, to) = (time(from), time(to));
        let line = format!(
            " <Record type=\"{kind}\" sourceName=\"{by}\" sourceVersion=\"10.1\" device=\"{WATCH}\"{unit} \
             creationDate=\"{to}\" startDate=\"{from}\" endDate=\"{to}\" value=\"{value}\"/>\n"
        );
        self.written += line.len() as u64;
        self.out.write_all(line.as_bytes())
    }

    fn day(&mut self, day: Date, number: u64, until: u64) -> io::Result<()> {
        const SLEEP: &str = "HKCategoryTypeIdentifierSleepAnalysis";
        const PERSON: &str = "Someone’s Apple Watch";
        let noon = day.to_datetime(jiff::civil::time(12, 0, 0, 0));
        for part in 0..24_i64 {
            let stage = ["AsleepCore", "AsleepDeep", "AsleepCore", "AsleepREM", "AsleepCore", "Awake"]
                [part as usize % 6];
            let from = day.to_datetime(jiff::civil::time(0, 0, 0, 0)) + (part * 17).minutes();
            let value = format!("HKCategoryValueSleepAnalysis{stage}");
            self.record(SLEEP, PERSON, "", from, from + 17.minutes(), &value)?;
        }
        for sample in 0..5_u64 {
            let at = noon - (sample.cast_signed() * 2).hours();
            let value = (30 + (number + sample * 7) % 40).to_string();
            self.record(
                "HKQuantityTypeIdentifierHeartRateVariabilitySDNN",
                PERSON,
                " unit=\"ms\"",
                at,
                at,
                &value,
            )?;
        }
        let value = (52 + number % 9).to_string();
        self.record(
            "HKQuantityTypeIdentifierRestingHeartRate",
            PERSON,
            " unit=\"count/min\"",
            noon,
            noon,
            &value,
        )?;
        let mut second = 0_i64;
        while self.written < until {
            let from = noon - 5.hours() + (second % 50_000).seconds();
            second += 131;
            let to = from + 90.seconds();
            let value = (40 + second % 80).to_string();
            if second % 5 < 2 {
                let by = if second % 10 < 5 { PERSON } else { "Someone’s iPhone" };
                self.record("HKQuantityTypeIdentifierStepCount", by, " unit=\"count\"", from, to, &value)?;
            } else {
                self.record(
                    "HKQuantityTypeIdentifierHeartRate",
                    PERSON,
                    " unit=\"count/min\"",
                    from,
                    from,
                    &value,
                )?;
            }
        }
        Ok(())
    }
}

/// Writes an export of about so many bytes, and gives how many it became.
pub(crate) fn write(out: &mut impl Write, bytes: u64) -> io::Result<u64> {
    out.write_all(HEAD.as_bytes())?;
    let mut export = Export { out, written: HEAD.len() as u64 };
    for number in 0..DAYS {
        let day = date(2016, 1, 1) + number.cast_signed().days();
        export.day(day, number, bytes / DAYS * (number + 1))?;
    }
    export.out.write_all(b"</HealthData>\n")?;
    Ok(export.written)
}
