use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use evenkeel::body::Measure;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{generator, read_at};

fn xml(home: &TempDir, bytes: u64) -> PathBuf {
    let path = home.path().join("export.xml");
    let mut out = BufWriter::new(File::create(&path).unwrap());
    let written = generator::write(&mut out, bytes).unwrap();
    out.flush().unwrap();
    assert!(written >= bytes * 9 / 10);
    path
}

fn zip(home: &TempDir, bytes: u64) -> PathBuf {
    let path = home.path().join("export.zip");
    let mut zip = ZipWriter::new(BufWriter::new(File::create(&path).unwrap()));
    let packed =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    zip.start_file("apple_health_export/export.xml", packed).unwrap();
    generator::write(&mut zip, bytes).unwrap();
    zip.finish().unwrap();
    path
}

fn read_of(path: &Path) -> (usize, Duration) {
    let begin = Instant::now();
    let taken = read_at(path, "Europe/Dublin").unwrap();
    let took = begin.elapsed();
    let days = |measure| taken.values.iter().filter(|v| v.measure == measure).count();
    for measure in [Measure::Sleep, Measure::HrvSdnn, Measure::RestingHeartRate] {
        assert_eq!(days(measure), 3650, "{measure:?}");
    }
    let sleep = taken.values.iter().find(|v| v.measure == Measure::Sleep).unwrap();
    assert!((sleep.value.get() - 340.0).abs() < 1e-9);
    (taken.values.len(), took)
}

#[test]
fn ten_years_are_read() {
    let home = TempDir::new().unwrap();
    read_of(&xml(&home, 48 << 20));
}

/// `/usr/bin/time -v` before the test's program, with `a_gigabyte --ignored --nocapture`, says time and memory.
#[test]
#[ignore = "writes and reads a gigabyte"]
fn a_gigabyte_is_read() {
    let home = TempDir::new().unwrap();
    let (values, took) = read_of(&xml(&home, 1_000_000_000));
    println!("{values} values in {took:?}");
}

#[test]
#[ignore = "writes and reads a gigabyte"]
fn a_packed_gigabyte_is_read() {
    let home = TempDir::new().unwrap();
    let path = zip(&home, 1_000_000_000);
    let (values, took) = read_of(&path);
    println!("{values} values in {took:?}, from {} bytes", path.metadata().unwrap().len());
}
