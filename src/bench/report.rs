//! Results as a table of 72 columns, as JSON and as CSV.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use super::machine::Machine;
use super::measure::{Paired, Row, Spread};
use super::process::{Cold, Fresh};
use super::rival::RivalProcess;
use super::service::Warm;

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct About {
    /// Version of Evenkeel.
    pub version: &'static str,
    /// How it was compiled: figures of a debug build are too low.
    pub build: &'static str,
    /// The day, in UTC.
    pub date: String,
    /// The model's name.
    pub model: String,
    /// Checksum of its file.
    pub sha256: String,
    /// Size of its file in bytes.
    pub bytes: u64,
    /// Runs of each test.
    pub turns: usize,
    /// Tokens written in a run of a decode test, for each text.
    pub steps: usize,
}

/// What was measured beside it.
#[derive(Debug, Clone, Serialize)]
pub struct RivalAbout {
    /// llama.cpp's commit.
    pub build: String,
    /// The file's name, without its folder.
    pub model: String,
    /// What llama.cpp calls the model.
    pub model_type: String,
    /// Size of its file in bytes.
    pub bytes: u64,
    /// What its process costs.
    pub processes: Vec<RivalProcess>,
}

/// The real reframe.
#[derive(Debug, Clone, Serialize)]
pub struct Reframing {
    /// Threads.
    pub threads: usize,
    /// In fresh processes.
    pub cold: Cold,
    /// In a service that is warm.
    pub warm: Warm,
}

/// All results.
#[derive(Debug, Clone)]
pub struct Report {
    /// The machine.
    pub machine: Machine,
    /// What was measured.
    pub about: About,
    /// The bare network.
    pub rows: Vec<Row>,
    /// Fresh processes, for each number of threads.
    pub fresh: Vec<Fresh>,
    /// The real reframe, for each number of threads; empty if it was left out.
    pub reframing: Vec<Reframing>,
    /// The rival, if one ran.
    pub rival: Option<RivalAbout>,
}

impl Report {
    /// The contract's JSON, with every sample. Speeds are tokens a second; a ratio is our median
    /// over theirs, so above 1 we are faster (for times and memory: below 1 we are better).
    #[must_use]
    pub fn json(&self) -> Value {
        let measured = self.rows.iter().filter_map(|row| row.ours.as_ref().map(|ours| (row, ours)));
        let tests: Vec<Value> = measured
            .clone()
            .map(|(row, ours)| {
                let mut value = json!(ours);
                value["test"] = row.test.name().into();
                value["threads"] = row.threads.into();
                value["unit"] = "tokens_per_s".into();
                value
            })
            .collect();
        let against: Vec<Value> = measured
            .filter_map(|(row, ours)| {
                let Paired { theirs, ratio, ratio_min, ratio_max } = row.against.as_ref()?;
                Some(json!({
                    "test": row.test.name(), "threads": row.threads, "unit": "tokens_per_s",
                    "ours": ours.median, "theirs": theirs.median, "ratio": ratio,
                    "ratio_min": ratio_min, "ratio_max": ratio_max,
                    "ours_samples": ours.samples, "theirs_samples": theirs.samples,
                }))
            })
            .collect();
        json!({
            "schema": 1, "about": self.about, "machine": self.machine, "tests": tests,
            "left_out": self.left_out().collect::<Vec<_>>(), "process": self.fresh,
            "reframe": self.reframing, "against": against, "rival": self.rival,
        })
    }

    /// One line for each result, after RFC 4180; the first line names the columns.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut lines = Csv::default();
        lines.add([
            "model",
            "test",
            "threads",
            "unit",
            "median",
            "min",
            "max",
            "turns",
            "theirs_median",
            "theirs_min",
            "theirs_max",
            "ratio",
        ]);
        for row in &self.rows {
            if let Some(ours) = &row.ours {
                let against = row.against.as_ref();
                lines.row(&self.about.model, &row.test.name(), row.threads, "tokens_per_s", ours, against);
            }
        }
        let peak = |bytes: Option<u64>| bytes.map(|b| Spread::of([b as f64]));
        let rivals = self.rival.iter().flat_map(|r| &r.processes);
        for fresh in &self.fresh {
            let theirs = rivals.clone().find(|p| p.threads == fresh.threads);
            let name = &self.about.model;
            lines.row(name, "load", fresh.threads, "ms", &fresh.load_ms, theirs.map(|p| &p.load_ms));
            if let Some(ours) = peak(fresh.peak_bytes) {
                let theirs = theirs.and_then(|p| p.peak_bytes);
                let against = theirs.map(|bytes| Paired::of(&ours, vec![bytes as f64]));
                lines.row(name, "peak_memory", fresh.threads, "bytes", &ours, against.as_ref());
            }
        }
        for reframing in &self.reframing {
            for (test, spread) in reframing.times() {
                lines.row(&self.about.model, test.0, reframing.threads, "ms", spread, None);
            }
            if let Some(bytes) = peak(reframing.cold.peak_bytes) {
                lines.row(&self.about.model, "reframe_peak_memory", reframing.threads, "bytes", &bytes, None);
            }
        }
        lines.0
    }

    /// A table for people, at most 72 columns wide.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        let machine = &self.machine;
        let memory = machine.memory_bytes.map_or(String::new(), |b| format!(", {}", bytes(b)));
        let _ = writeln!(text, "\n  {}, {}", self.about.model, bytes(self.about.bytes));
        let _ =
            writeln!(text, "  {}, {} cores{memory}, {}", machine.processor, machine.cores, machine.system);
        if let Some(rival) = &self.rival {
            let _ = writeln!(text, "  beside llama.cpp {} on {}", rival.build, rival.model);
        }
        let _ = writeln!(text, "  medians of {} turns; least and most in brackets", self.about.turns);
        if self.about.build != "release" {
            let _ = writeln!(text, "  a {} build: these figures are too low", self.about.build);
        }
        for fresh in &self.fresh {
            self.table_of(&mut text, fresh);
        }
        let left_out: Vec<String> = self.left_out().collect();
        if !left_out.is_empty() {
            let _ = writeln!(text, "\n  Left out, longer than the model can hold:");
            for name in left_out {
                let _ = writeln!(text, "  {name}");
            }
        }
        text
    }

    fn table_of(&self, text: &mut String, fresh: &Fresh) {
        let threads = fresh.threads;
        heading(text, &format!("{threads} {}", if threads == 1 { "thread" } else { "threads" }));
        let titles = if self.rival.is_some() { ["ours", "llama.cpp", "ratio"] } else { [""; 3] };
        heading(
            text,
            &format!("{:<21}{:>7}{:>20}{:>21}", "tokens a second", titles[0], titles[1], titles[2]),
        );
        for row in self.rows.iter().filter(|row| row.threads == threads) {
            if let Some(ours) = &row.ours {
                line(text, &row.test.label(), ours, row.against.as_ref());
            }
        }
        heading(text, "milliseconds");
        let rival = self.rival.iter().flat_map(|r| &r.processes).find(|p| p.threads == threads);
        line(text, "load", &fresh.load_ms, rival.map(|p| &p.load_ms));
        let reframing = self.reframing.iter().filter(|r| r.threads == threads);
        for ((_, label), times) in reframing.clone().flat_map(Reframing::times) {
            line(text, label, times, None);
        }
        heading(text, "peak memory, MB");
        let megabytes = |b: u64| Spread::of([b as f64 / 1e6]);
        for (label, ours, theirs) in [
            ("network, 512 + 32", fresh.peak_bytes, rival.and_then(|p| p.peak_bytes)),
            ("reframe", reframing.clone().find_map(|r| r.cold.peak_bytes), None),
        ] {
            if let Some(ours) = ours.map(megabytes) {
                let against = theirs.map(|b| Paired::of(&ours, megabytes(b).samples));
                line(text, label, &ours, against.as_ref());
            }
        }
    }

    fn left_out(&self) -> impl Iterator<Item = String> + '_ {
        let mut seen = Vec::new();
        self.rows.iter().filter(|row| row.ours.is_none()).filter_map(move |row| {
            let name = row.test.name();
            let new = !seen.contains(&name);
            seen.push(name.clone());
            new.then_some(name)
        })
    }
}

impl Reframing {
    /// Its times with their names in CSV and in the table.
    fn times(&self) -> impl Iterator<Item = ((&'static str, &'static str), &Spread)> + '_ {
        [
            (("reframe_cold_first", "reframe, first word"), Some(&self.cold.first_ms)),
            (("reframe_cold", "reframe, whole"), Some(&self.cold.whole_ms)),
            (("reframe_warm_first", "warm, first word"), Some(&self.warm.first_ms)),
            (("reframe_warm_first_reframe", "warm, first reframe"), self.warm.first_reframe_ms.as_ref()),
            (("reframe_warm", "warm, whole"), Some(&self.warm.whole_ms)),
            (("recognise_60_words", "recognise 60 words"), Some(&self.warm.recognise_60_words_ms)),
        ]
        .into_iter()
        .filter_map(|(names, spread)| Some((names, spread?)))
    }
}

/// What the lines below it are.
fn heading(text: &mut String, what: &str) {
    let _ = writeln!(text, "\n  {}", what.trim_end());
}

/// One line of the table.
fn line(text: &mut String, label: &str, ours: &Spread, against: Option<&Paired>) {
    let mut line = format!("  {label:<21}{}", cells(ours));
    if let Some(Paired { theirs, ratio, .. }) = against {
        let _ = write!(line, "{}{:>8}", cells(theirs), format!("{ratio:.2}"));
    }
    let _ = writeln!(text, "{}", line.trim_end());
}

/// A median and its spread, 20 columns.
fn cells(spread: &Spread) -> String {
    let range = match spread.samples.len() {
        0 | 1 => String::new(),
        _ => format!("({}–{})", number(spread.min), number(spread.max)),
    };
    format!("{:>7} {range:<12}", number(spread.median))
}

/// Three digits that count, or all before the point.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn bytes(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    if megabytes < 9_999.0 { format!("{megabytes:.1} MB") } else { format!("{:.1} GB", megabytes / 1e3) }
}

/// Lines of comma-separated values.
#[derive(Default)]
struct Csv(String);

impl Csv {
    fn add<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for (i, cell) in cells.into_iter().enumerate() {
            if i > 0 {
                self.0.push(',');
            }
            if cell.contains([',', '"', '\n', '\r']) {
                let _ = write!(self.0, "\"{}\"", cell.replace('"', "\"\""));
            } else {
                self.0.push_str(cell);
            }
        }
        self.0.push_str("\r\n");
    }

    fn row(
        &mut self,
        model: &str,
        test: &str,
        threads: usize,
        unit: &str,
        ours: &Spread,
        against: Option<&Paired>,
    ) {
        let mut cells = vec![model.to_owned(), test.to_owned(), threads.to_string(), unit.to_owned()];
        cells.extend([ours.median, ours.min, ours.max].map(|v| v.to_string()));
        cells.push(ours.samples.len().to_string());
        match against {
            Some(Paired { theirs, ratio, .. }) => {
                cells.extend([theirs.median, theirs.min, theirs.max, *ratio].map(|v| v.to_string()));
            }
            None => cells.extend([const { String::new() }; 4]),
        }
        self.add(cells.iter().map(String::as_str));
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "values that have an exact double are compared")]
mod tests {
    use super::super::Test;
    use super::*;

    fn report() -> Report {
        let ours = Spread::of([900.0, 1_000.5, 1_100.0]);
        let against = Some(Paired::of(&ours, vec![500.0, 500.25, 510.0]));
        let row = |test, against| Row { test, threads: 1, ours: Some(ours.clone()), against };
        let decode = |depth, batch| Test::Decode { depth, batch };
        Report {
            machine: Machine {
                processor: "A Chip".into(),
                features: vec!["avx2".into()],
                cores: 2,
                memory_bytes: Some(24_000_000_000),
                system: "linux x86_64".into(),
                kernel: Some("6.1".into()),
                load_average: Some("0.00".into()),
            },
            about: About {
                version: "0.1.0",
                build: "release",
                date: "2026-11-25".into(),
                model: "a \"quoted\", model".into(),
                sha256: "00".into(),
                bytes: 98_362_432,
                turns: 3,
                steps: 32,
            },
            rows: vec![
                row(Test::Prefill { tokens: 512 }, against.clone()),
                row(decode(0, 1), against.clone()),
                row(decode(1_024, 8), None),
                Row { test: decode(32_000, 1), threads: 1, ours: None, against: None },
            ],
            fresh: vec![Fresh {
                threads: 1,
                load_ms: Spread::of([80.0, 81.0, 95.0]),
                loaded_bytes: Some(1),
                peak_bytes: Some(600_000_000),
            }],
            reframing: Vec::new(),
            rival: Some(RivalAbout {
                build: "0c1e570".into(),
                model: "m.gguf".into(),
                model_type: "llama".into(),
                bytes: 1,
                processes: Vec::new(),
            }),
        }
    }

    #[test]
    fn the_table_is_72_columns_wide() {
        let table = report().table();
        assert!(table.lines().all(|l| l.chars().count() <= 72), "{table}");
        assert!(
            table.contains("  prefill 512             1000 (900–1100)      500 (500–510)       2.00\n"),
            "{table}"
        );
        assert!(table.contains("decode × 8 at 1024 "), "{table}");
    }

    #[test]
    fn json_has_the_fields_of_the_contract() {
        let json = report().json();
        let against = json["against"].as_array().unwrap();
        assert_eq!(against.len(), 2, "the rival writes one text at a time");
        assert_eq!(against[0]["test"], "prefill512");
        assert_eq!(against[1]["test"], "decode");
        assert_eq!(against[1]["threads"], 1);
        assert_eq!(against[1]["ours"], 1_000.5);
        assert_eq!(against[1]["theirs"], 500.25);
        assert_eq!(against[1]["ratio"], 2.0);
        assert_eq!(json["left_out"][0], "decode_d32000");
        assert_eq!(json["tests"][0]["samples"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn cells_of_csv_are_quoted_where_they_must_be() {
        let mut csv = Csv::default();
        csv.add(["plain", "a,b", "say \"x\"", "two\nlines", ""]);
        assert_eq!(csv.0, "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\r\n");
        let csv = report().csv();
        assert!(
            csv.contains("\"a \"\"quoted\"\", model\",decode,1,tokens_per_s,1000.5,900,1100,3,500.25,"),
            "{csv}"
        );
        let columns = csv.lines().next().unwrap().matches(',').count();
        assert!(csv.lines().skip(1).all(|l| l.matches(',').count() == columns + 1), "{csv}");
    }
}
