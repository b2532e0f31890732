//! Which distortions are named in our own thoughts, and in which words, against their labels.

mod answers;
pub(super) mod calibration;
mod second;

use super::baseline::Ngrams;
use super::metrics::{
    Counts, average_precision, bootstrap, calibration_error, mean, share, specificity_at_recall,
};
use super::report::{Findings, Miss, Table};
use super::{Bench, EvalError};
use crate::assistant::{Assistant, Request};
use crate::corpus::Thought;
use crate::distortion::Distortion;

use answers::{Answer, LABELS, gold, span_overlaps};

/// Resamples for intervals.
const RESAMPLES: usize = 1_000;
/// Seed of the resamples.
const SEED: u64 = 20;
/// Bins of the calibration error.
const BINS: usize = 15;
/// Misses shown.
const WORST: usize = 20;

/// Lengths of thoughts that are told apart: key, name, and words at least and at most.
const LENGTHS: [(&str, &str, usize, usize); 3] = [
    ("short", "up to 20 words", 0, 20),
    ("middle", "21 to 60 words", 21, 60),
    ("long", "more than 60 words", 61, usize::MAX),
];

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Findings, EvalError> {
    let (corpus, is_wanted) = bench.corpus()?;
    let (items, others): (Vec<&Thought>, Vec<&Thought>) =
        corpus.thoughts.iter().partition(|t| is_wanted(&t.id));
    let mut found = Findings { items: items.len(), ..Findings::default() };

    let silent = vec![Answer::default(); items.len()];
    summarise(&mut found, "baseline.none.", &items, &silent);
    let guessed = by_words(&others, &items);
    summarise(&mut found, "baseline.ngram.", &items, &guessed);

    let mut rows = vec![("always none", "baseline.none."), ("words and word pairs", "baseline.ngram.")];
    let mut asked = None;
    if bench.has_model() {
        if let Some(beside) = bench.beside {
            let answers = ask(bench, beside, &items).await?;
            summarise(&mut found, "baseline.frozen.", &items, &answers);
            rows.push(("heads on the untuned model", "baseline.frozen."));
            let model = beside.model().map_or("?", |model| &model.name);
            let held = answers.iter().filter(|a| a.held).count();
            found
                .notes
                .push(format!("The untuned model is {model}; its screen stopped {held} of the thoughts."));
        }
        let answers = ask(bench, bench.assistant, &items).await?;
        summarise(&mut found, "", &items, &answers);
        details(&mut found, &items, &answers);
        rows.push(("the assistant", ""));
        asked = Some(answers);
    } else {
        found
            .notes
            .push("Recognition needs the model. Without it only the baselines were measured.".to_owned());
    }
    let mut table = Table::new("Compared", &["macro", "mAP", "spec90", "spec", "recall", "ECE"]);
    for (name, prefix) in rows {
        let keys = ["macro_f1", "map", "specificity_at_recall_90", "specificity", "recall_any", "ece"];
        table.row(name, keys.map(|key| found.metrics.get(&format!("{prefix}{key}")).copied()).to_vec());
    }
    found.tables.insert(0, table);
    if let Some(labels) = bench.suite.second_path() {
        second::compare(&mut found, &labels, &items, asked.as_deref())?;
    }
    Ok(found)
}

/// What words and word pairs alone tell of some thoughts, learnt from others.
fn by_words(lessons: &[&Thought], items: &[&Thought]) -> Vec<Answer> {
    let lessons: Vec<(&str, Vec<bool>)> =
        lessons.iter().map(|t| (t.thought.as_str(), gold(t).to_vec())).collect();
    let ngrams = Ngrams::train(&lessons);
    items.iter().map(|t| Answer::from_ngrams(&ngrams.predict(&t.thought))).collect()
}

/// Places of the thoughts that have so many words.
fn of_length(items: &[&Thought], least: usize, most: usize) -> Vec<usize> {
    let fits = |i: &usize| (least..=most).contains(&items[*i].thought.split_whitespace().count());
    (0..items.len()).filter(fits).collect()
}

/// Asks the assistant about every thought. The situation is left out: recognition does not read
/// it, and its screening belongs to another suite.
async fn ask(bench: &Bench<'_>, assistant: &Assistant, items: &[&Thought]) -> Result<Vec<Answer>, EvalError> {
    let turn = assistant.turn().await?;
    let mut answers = Vec::with_capacity(items.len());
    for (done, item) in items.iter().enumerate() {
        (bench.progress)(done, items.len());
        let request = Request { id: Some(item.id.clone()), text: item.thought.clone(), ..Request::default() };
        let body = assistant.recognise(&request, &turn, &|_| ()).await.map_err(EvalError::item(&item.id))?;
        answers.push(Answer::from_reply(&body));
    }
    (bench.progress)(items.len(), items.len());
    Ok(answers)
}

/// The figures that baselines and the assistant share.
fn summarise(found: &mut Findings, prefix: &str, items: &[&Thought], answers: &[Answer]) {
    let all: Vec<usize> = (0..items.len()).collect();
    found.metric(format!("{prefix}macro_f1"), macro_f1(items, answers, &all));
    found.metric(format!("{prefix}map"), map(items, answers, &all));
    let any: Vec<(f32, bool)> =
        items.iter().zip(answers).map(|(t, a)| (a.highest(), !t.distortions.is_empty())).collect();
    found.metric(format!("{prefix}specificity_at_recall_90"), specificity_at_recall(&any, 0.9));
    let counts = any_counts(items, answers, &all);
    found.metric(format!("{prefix}specificity"), counts.specificity());
    found.metric(format!("{prefix}recall_any"), counts.recall());
    let every: Vec<(f32, bool)> =
        items.iter().zip(answers).flat_map(|(t, a)| a.probabilities.into_iter().zip(gold(t))).collect();
    found.metric(format!("{prefix}ece"), calibration_error(&every, BINS));
    // The silent baseline has no spread to speak of.
    if answers.iter().any(|a| a.highest() > 0.0) {
        for (name, figure) in [("macro_f1", macro_f1 as Figure), ("map", map)] {
            let interval = bootstrap(items.len(), RESAMPLES, SEED, |drawn| figure(items, answers, drawn));
            found.metric(format!("{prefix}{name}.low"), interval.map(|i| i.0));
            found.metric(format!("{prefix}{name}.high"), interval.map(|i| i.1));
        }
    }
}

/// What only the assistant is measured on.
fn details(found: &mut Findings, items: &[&Thought], answers: &[Answer]) {
    let held = answers.iter().filter(|a| a.held).count();
    found.metric("held_by_screen", share(held, items.len()));
    found.notes.push(format!(
        "{held} of {} thoughts were not read for distortions because the screen stopped them; they count as if nothing was found.",
        items.len()
    ));
    let overlaps = span_overlaps(items, answers);
    found.metric("span_f1", mean(overlaps.iter().map(|(_, f1)| Some(*f1))));
    by_label(found, items, answers, &overlaps);
    by_length(found, items, answers);
    contrast_pairs(found, items, answers);
    found.misses = worst(items, answers);
}

type Figure = fn(&[&Thought], &[Answer], &[usize]) -> Option<f64>;

fn label_counts(items: &[&Thought], answers: &[Answer], among: &[usize], label: usize) -> Counts {
    Counts::of(among.iter().map(|i| (gold(items[*i])[label], answers[*i].found[label])))
}

fn label_scores(items: &[&Thought], answers: &[Answer], among: &[usize], label: usize) -> Vec<(f32, bool)> {
    among.iter().map(|i| (answers[*i].probabilities[label], gold(items[*i])[label])).collect()
}

/// Mean F1 over the labels that occur or were named.
fn macro_f1(items: &[&Thought], answers: &[Answer], among: &[usize]) -> Option<f64> {
    mean((0..LABELS).map(|label| label_counts(items, answers, among, label).f1()))
}

/// Mean average precision over the labels that occur.
fn map(items: &[&Thought], answers: &[Answer], among: &[usize]) -> Option<f64> {
    mean((0..LABELS).map(|label| average_precision(&label_scores(items, answers, among, label))))
}

/// Distorted or not, at the thresholds as shipped.
fn any_counts(items: &[&Thought], answers: &[Answer], among: &[usize]) -> Counts {
    Counts::of(among.iter().map(|i| (!items[*i].distortions.is_empty(), answers[*i].any())))
}

fn by_label(found: &mut Findings, items: &[&Thought], answers: &[Answer], overlaps: &[(usize, f64)]) {
    let all: Vec<usize> = (0..items.len()).collect();
    let mut table = Table::new("By distortion", &["n", "prec", "recall", "F1", "AP", "span"]);
    for distortion in Distortion::ALL {
        let label = distortion.index();
        let counts = label_counts(items, answers, &all, label);
        let ap = average_precision(&label_scores(items, answers, &all, label));
        let span = mean(overlaps.iter().filter(|(l, _)| *l == label).map(|(_, f1)| Some(*f1)));
        let slug = distortion.slug();
        found.metric(format!("f1.{slug}"), counts.f1());
        found.metric(format!("ap.{slug}"), ap);
        let n = counts.positives() as f64;
        table.row(slug, vec![Some(n), counts.precision(), counts.recall(), counts.f1(), ap, span]);
    }
    found.tables.push(table);
}

fn by_length(found: &mut Findings, items: &[&Thought], answers: &[Answer]) {
    let mut table = Table::new("By length", &["n", "micro", "mAP", "spec", "recall"]);
    for (key, name, least, most) in LENGTHS {
        let among = of_length(items, least, most);
        let mut counts = Counts::default();
        for label in 0..LABELS {
            counts += label_counts(items, answers, &among, label);
        }
        let (map, any) = (map(items, answers, &among), any_counts(items, answers, &among));
        found.metric(format!("micro_f1.{key}"), counts.f1());
        found.metric(format!("map.{key}"), map);
        let n = among.len() as f64;
        table.row(name, vec![Some(n), counts.f1(), map, any.specificity(), any.recall()]);
    }
    found.tables.push(table);
}

/// Pairs of thoughts that differ in a few words, one distorted, one not. A side is right if one
/// of its distortions is named, or none where there is none.
fn contrast_pairs(found: &mut Findings, items: &[&Thought], answers: &[Answer]) {
    let right = |i: usize| {
        let gold = gold(items[i]);
        if gold.contains(&true) {
            (0..LABELS).any(|l| gold[l] && answers[i].found[l])
        } else {
            !answers[i].any()
        }
    };
    let place = |id: &str| items.iter().position(|t| t.id == id);
    let pairs: Vec<(bool, bool)> = items
        .iter()
        .filter_map(|t| t.id.strip_suffix('a').filter(|stem| stem.ends_with(|c: char| c.is_ascii_digit())))
        .filter_map(|stem| Some((right(place(&format!("{stem}a"))?), right(place(&format!("{stem}b"))?))))
        .collect();
    let part = |ok: fn(&(bool, bool)) -> bool| share(pairs.iter().filter(|p| ok(p)).count(), pairs.len());
    let mut table = Table::new("Contrast pairs", &["n", "first", "second", "both"]);
    table.row("right", vec![Some(pairs.len() as f64), part(|p| p.0), part(|p| p.1), part(|p| p.0 && p.1)]);
    found.metric("pairs_both_right", part(|p| p.0 && p.1));
    found.tables.push(table);
}

/// The thoughts on which the assistant was surest of something wrong.
fn worst(items: &[&Thought], answers: &[Answer]) -> Vec<Miss> {
    let mut all: Vec<(f32, Miss)> = items
        .iter()
        .zip(answers)
        .filter_map(|(item, answer)| {
            let wrong = |d: &Distortion| item.has(*d) != answer.found[d.index()];
            let off =
                |d: &Distortion| (f32::from(u8::from(item.has(*d))) - answer.probabilities[d.index()]).abs();
            let slip = Distortion::ALL.into_iter().filter(wrong).max_by(|a, b| off(a).total_cmp(&off(b)))?;
            let what = match (item.has(slip), answer.held) {
                (true, true) => "stopped by the screen",
                (true, false) => "missed",
                (false, _) => "not there",
            };
            let what = format!("{} {what} ({:.2})", slip.slug(), answer.probabilities[slip.index()]);
            Some((off(&slip), Miss { id: item.id.clone(), what, text: item.thought.clone() }))
        })
        .collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all.into_iter().take(WORST).map(|(_, miss)| miss).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::corpus::{Domain, Label};

    fn thought(id: &str, text: &str, labels: &[(Distortion, &str)]) -> Thought {
        let distortions = labels.iter().map(|(slug, span)| Label { slug: *slug, span: (*span).to_owned() });
        Thought {
            id: id.into(),
            domain: Domain::Work,
            situation: String::new(),
            thought: text.into(),
            distortions: distortions.collect(),
            reframes: Vec::new(),
        }
    }

    fn answer(found: &[(Distortion, f32)]) -> Answer {
        let mut answer = Answer::default();
        for (distortion, probability) in found {
            answer.probabilities[distortion.index()] = *probability;
            answer.found[distortion.index()] = *probability >= 0.5;
        }
        answer
    }

    #[test]
    fn figures_are_the_hand_computed_ones() {
        use Distortion::{Labeling, MindReading};
        let items = [
            thought("x-1a", "she hates me", &[(MindReading, "she hates me")]),
            thought("x-1b", "she said no", &[]),
            thought("x-2", "i'm an idiot", &[(Labeling, "an idiot")]),
        ];
        let items: Vec<&Thought> = items.iter().collect();
        let answers =
            [answer(&[(MindReading, 0.9)]), answer(&[(MindReading, 0.6)]), answer(&[(Labeling, 0.4)])];
        let all = [0, 1, 2];
        // Mind reading: one hit, one false alarm: 2/3. Labeling: one miss: 0.
        assert!((macro_f1(&items, &answers, &all).unwrap() - 1.0 / 3.0).abs() < 1e-9);
        assert!((map(&items, &answers, &all).unwrap() - 1.0).abs() < 1e-9);
        let mut found = Findings::default();
        summarise(&mut found, "", &items, &answers);
        details(&mut found, &items, &answers);
        let figure = |name: &str| found.metrics[name];
        assert!((figure("recall_any") - 0.5).abs() < 1e-9);
        assert!(figure("specificity").abs() < 1e-9 && figure("pairs_both_right").abs() < 1e-9);
        assert!((figure("micro_f1.short") - 0.5).abs() < 1e-9);
        assert_eq!(found.misses.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["x-1b", "x-2"]);
    }
}
