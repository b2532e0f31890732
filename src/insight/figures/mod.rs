//! The statistics that the findings stand on: plain numbers in, plain numbers out. Each is checked
//! against `SciPy` in `tests`.

mod counts;
mod groups;
mod memory;
mod order;
mod resample;
mod slope;
mod smooth;

pub(in crate::insight) use counts::{benjamini_hochberg, hypergeometric_tail, sign_test};
pub(in crate::insight) use groups::kruskal_wallis;
pub(in crate::insight) use memory::Memory;
pub(in crate::insight) use order::{equal, mean, median, ranks, spearman};
pub(in crate::insight) use resample::{block_length, even, permuted_p, stationary_bootstrap};
pub(in crate::insight) use slope::{mann_kendall, theil_sen};
pub(in crate::insight) use smooth::lowess;

#[cfg(test)]
mod tests;

use statrs::distribution::{ContinuousCDF as _, Normal, StudentsT};

/// The quantile of the standard normal distribution, `share` in 0 to 1.
pub(in crate::insight) fn normal_quantile(share: f64) -> f64 {
    Normal::standard().inverse_cdf(share)
}

/// Twice the upper tail of the standard normal distribution beyond `|z|`.
pub(in crate::insight) fn normal_two_sided(z: f64) -> f64 {
    (2.0 * Normal::standard().sf(z.abs())).min(1.0)
}

/// The quantile of Student's t with `freedom` degrees, `None` below one degree.
pub(in crate::insight) fn t_quantile(share: f64, freedom: f64) -> Option<f64> {
    StudentsT::new(0.0, 1.0, freedom).ok().filter(|_| freedom >= 1.0).map(|t| t.inverse_cdf(share))
}
