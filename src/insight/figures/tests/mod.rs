//! The statistics against `SciPy`, on random data with and without ties, to 1e-9. `reference.json` holds the
//! figures; `reference.py` beside it made them.

use serde::Deserialize;

use super::memory::Memory;
use super::{
    benjamini_hochberg, hypergeometric_tail, kruskal_wallis, lowess, mann_kendall, normal_quantile,
    normal_two_sided, order, ranks, sign_test, spearman, t_quantile, theil_sen,
};

#[derive(Deserialize)]
struct Figures {
    cases: Vec<Case>,
    hypergeometric: Vec<(u64, u64, u64, u64, f64)>,
    signs: Vec<(u64, u64, f64)>,
    bh: Corrected,
    normal: Vec<(f64, f64)>,
    t: Vec<(f64, f64, f64)>,
}

#[derive(Deserialize)]
struct Case {
    x: Vec<f64>,
    y: Vec<f64>,
    t: Vec<f64>,
    groups: Vec<usize>,
    ranks: Vec<f64>,
    spearman: f64,
    kendall_p: f64,
    sen: [f64; 3],
    kruskal: Option<(f64, f64)>,
    quantiles: Vec<(f64, f64)>,
}

#[derive(Deserialize)]
struct Corrected {
    p: Vec<f64>,
    corrected: Vec<f64>,
}

fn figures() -> Figures {
    serde_json::from_str(include_str!("reference.json")).unwrap()
}

#[track_caller]
fn close(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-9, "{ours} is not {theirs}");
}

#[test]
fn ranks_and_rank_correlation_are_as_scipy_has_them() {
    for case in figures().cases {
        assert_eq!(ranks(&case.y), case.ranks);
        close(spearman(&case.x, &case.y).unwrap(), case.spearman);
    }
}

#[test]
fn kendall_and_theil_sen_are_as_scipy_has_them() {
    for case in figures().cases {
        let kendall = mann_kendall(&case.y);
        close(normal_two_sided(kendall.s / kendall.variance.sqrt()), case.kendall_p);
        let (slope, [low, high]) = theil_sen(&case.t, &case.y, kendall.variance, 0.95).unwrap();
        close(slope, case.sen[0]);
        close(low, case.sen[1]);
        close(high, case.sen[2]);
    }
}

#[test]
fn kruskal_wallis_is_as_scipy_has_it() {
    for case in figures().cases {
        let mut groups = vec![Vec::new(); 3];
        for (group, value) in case.groups.iter().zip(&case.y) {
            groups[*group].push(*value);
        }
        if let Some((h, p)) = case.kruskal {
            let ours = kruskal_wallis(&groups).unwrap();
            close(ours.0, h);
            close(ours.1, p);
        }
    }
}

#[test]
fn quantiles_are_as_numpy_has_them() {
    for case in figures().cases {
        let mut sorted = case.y.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        for (share, value) in case.quantiles {
            close(order::quantile(&sorted, share).unwrap(), value);
        }
    }
}

#[test]
fn exact_tests_and_corrections_are_as_scipy_has_them() {
    let figures = figures();
    for (all, a, b, both, p) in figures.hypergeometric {
        close(hypergeometric_tail(all, a, b, both), p);
    }
    for (up, down, p) in figures.signs {
        close(sign_test(up, down), p);
    }
    for (ours, theirs) in benjamini_hochberg(&figures.bh.p).into_iter().zip(figures.bh.corrected) {
        close(ours, theirs);
    }
    for (share, value) in figures.normal {
        close(normal_quantile(share), value);
    }
    for (share, freedom, value) in figures.t {
        close(t_quantile(share, freedom).unwrap(), value);
    }
}

#[test]
fn a_straight_line_is_its_own_smooth_line_and_one_wild_day_does_not_bend_it() {
    let times: Vec<f64> = (0..60).map(|day| f64::from(day + day / 9)).collect();
    let mut values: Vec<f64> = times.iter().map(|time| 3.0 + 0.1 * time).collect();
    for (smooth, value) in lowess(&times, &values, 15).iter().zip(&values) {
        close(smooth.at, *value);
    }
    values[30] += 1_000.0;
    let smooth = lowess(&times, &values, 15);
    close(smooth[30].at, 3.0 + 0.1 * times[30]);
    close(smooth[29].at, values[29]);
}

#[test]
fn the_surprises_of_a_series_that_remembers_are_what_was_added_each_day() {
    // x[t] = 0.6 x[t-1] + e, with a gap of two days after the third value.
    let times = [0.0, 1.0, 2.0, 4.0];
    let values = [1.0, 2.0, 0.5, 1.0];
    let memory = Memory { lasts: 0.6, share: 1.0 };
    let surprises = memory.surprises(&times, &values);
    close(surprises[0], 1.0);
    close(surprises[1], (2.0 - 0.6) / (1.0_f64 - 0.36).sqrt());
    close(surprises[3], (1.0 - 0.36 * 0.5) / (1.0 - 0.36_f64.powi(2)).sqrt());
}
