//! Ranks, medians, quantiles and rank correlation.

/// The arithmetic mean, `None` of nothing.
pub(in crate::insight) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The median, `None` of nothing.
pub(in crate::insight) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

/// A quantile of sorted values with linear interpolation (type 7 of Hyndman & Fan 1996, `NumPy`'s
/// default), `None` of nothing.
pub(in crate::insight) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let part = place - below as f64;
    Some(sorted[below] + part * (sorted[above] - sorted[below]))
}

/// Whether two numbers are the same, 0 and -0 too.
pub(in crate::insight) fn equal(a: f64, b: f64) -> bool {
    a.partial_cmp(&b).is_some_and(std::cmp::Ordering::is_eq)
}

/// Ranks from 1; equal values share the mean of their ranks.
pub(in crate::insight) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let mut end = start + 1;
        while end < order.len() && equal(values[order[end]], value) {
            end += 1;
        }
        let shared = (start + 1 + end) as f64 / 2.0;
        for &place in &order[start..end] {
            ranks[place] = shared;
        }
        start = end;
    }
    ranks
}

/// Pearson's correlation of two lists of one length, `None` if one of them does not vary.
pub(in crate::insight) fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mx, my) = (mean(x)?, mean(y)?);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (a, b) in x.iter().zip(y) {
        let (a, b) = (a - mx, b - my);
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    let scale = (xx * yy).sqrt();
    (scale > 0.0).then(|| (xy / scale).clamp(-1.0, 1.0))
}

/// Spearman's rank correlation, `None` if one of the lists does not vary.
pub(in crate::insight) fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    pearson(&ranks(x), &ranks(y))
}
