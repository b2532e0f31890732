//! How far the probabilities of distortions can be taken at their word: of the thoughts to which
//! 70 % was given, about 70 % should have it.

use super::answers::{Answer, LABELS, gold};
use super::{BINS, RESAMPLES, SEED, ask, by_words, of_length};
use crate::corpus::Thought;
use crate::distortion::Distortion;
use crate::eval::metrics::{bootstrap, calibration_error, mean};
use crate::eval::report::{Findings, Table};
use crate::eval::{Bench, EvalError};

/// Steps of the table of stated against observed.
const STEPS: usize = 10;

/// A stated probability, and whether it was so.
type Stated = (f32, bool);

pub(in crate::eval) async fn measure(bench: &Bench<'_>) -> Result<Findings, EvalError> {
    let (corpus, is_wanted) = bench.corpus()?;
    let (items, others): (Vec<&Thought>, Vec<&Thought>) =
        corpus.thoughts.iter().partition(|t| is_wanted(&t.id));
    let mut found = Findings { items: items.len(), ..Findings::default() };
    let guessed = by_words(&others, &items);
    let mut table = Table::new("Compared", &["ECE", "Brier"]);
    table.row("words and word pairs", summarise(&mut found, "baseline.ngram.", &items, &guessed));
    if bench.has_model() {
        let answers = ask(bench, bench.assistant, &items).await?;
        // Nothing was stated about a thought that the screen stopped.
        let (items, answers): (Vec<&Thought>, Vec<Answer>) =
            items.iter().copied().zip(answers).filter(|(_, a)| !a.held).unzip();
        found.notes.push(format!(
            "{} of {} thoughts were stopped by the screen and are left out.",
            found.items - items.len(),
            found.items
        ));
        table.row("the assistant", summarise(&mut found, "", &items, &answers));
        details(&mut found, &items, &answers);
    } else {
        found
            .notes
            .push("Probabilities need the model. Without it only the baseline was measured.".to_owned());
    }
    found.tables.insert(0, table);
    Ok(found)
}

/// Calibration error with its interval and Brier score, over all labels.
fn summarise(found: &mut Findings, prefix: &str, items: &[&Thought], answers: &[Answer]) -> Vec<Option<f64>> {
    let all: Vec<usize> = (0..items.len()).collect();
    let ece = |among: &[usize]| calibration_error(&every(items, answers, among), BINS);
    let interval = bootstrap(items.len(), RESAMPLES, SEED, ece);
    let brier = brier(&every(items, answers, &all));
    found.metric(format!("{prefix}ece"), ece(&all));
    found.metric(format!("{prefix}ece.low"), interval.map(|i| i.0));
    found.metric(format!("{prefix}ece.high"), interval.map(|i| i.1));
    found.metric(format!("{prefix}brier"), brier);
    vec![ece(&all), brier]
}

fn details(found: &mut Findings, items: &[&Thought], answers: &[Answer]) {
    let all: Vec<usize> = (0..items.len()).collect();
    let mut table = Table::new("Stated and observed", &["n", "stated", "seen"]);
    for step in 0..STEPS {
        let inside = |p: f32| ((p * STEPS as f32) as usize).min(STEPS - 1) == step;
        let here: Vec<Stated> = every(items, answers, &all).into_iter().filter(|(p, _)| inside(*p)).collect();
        let stated = mean(here.iter().map(|(p, _)| Some(f64::from(*p))));
        let seen = mean(here.iter().map(|(_, so)| Some(f64::from(u8::from(*so)))));
        let name = format!("{} to {} %", step * 100 / STEPS, (step + 1) * 100 / STEPS);
        table.row(name, vec![Some(here.len() as f64), stated, seen]);
    }
    found.tables.push(table);

    let mut table = Table::new("By distortion", &["n", "ECE", "Brier"]);
    for distortion in Distortion::ALL {
        let label = distortion.index();
        let stated: Vec<Stated> =
            items.iter().zip(answers).map(|(t, a)| (a.probabilities[label], gold(t)[label])).collect();
        let n = stated.iter().filter(|(_, so)| *so).count() as f64;
        let ece = calibration_error(&stated, BINS);
        found.metric(format!("ece.{}", distortion.slug()), ece);
        table.row(distortion.slug(), vec![Some(n), ece, brier(&stated)]);
    }
    found.tables.push(table);

    let mut table = Table::new("By length", &["n", "ECE", "Brier"]);
    for (key, name, least, most) in super::LENGTHS {
        let among = of_length(items, least, most);
        let stated = every(items, answers, &among);
        let ece = calibration_error(&stated, BINS);
        found.metric(format!("ece.{key}"), ece);
        table.row(name, vec![Some(among.len() as f64), ece, brier(&stated)]);
    }
    found.tables.push(table);
}

fn every(items: &[&Thought], answers: &[Answer], among: &[usize]) -> Vec<Stated> {
    let of = |i: &usize| (0..LABELS).map(|l| (answers[*i].probabilities[l], gold(items[*i])[l])).collect();
    among.iter().flat_map(|i| -> Vec<Stated> { of(i) }).collect()
}

/// Mean square of the distance between what was stated and what is so (Brier 1950), 0–1.
fn brier(stated: &[Stated]) -> Option<f64> {
    mean(stated.iter().map(|(p, so)| Some((f64::from(*p) - f64::from(u8::from(*so))).powi(2))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn the_brier_score_is_the_hand_computed_one() {
        let score = brier(&[(0.9, true), (0.2, false), (0.5, true)]).unwrap();
        assert!((score - (0.01 + 0.04 + 0.25) / 3.0).abs() < 1e-6);
        assert!(brier(&[]).is_none());
    }
}
