//! Which reframes are offered: whether the lines that rank first among those a reader judged fit
//! their thought, and what the whole path shows. Whether what is shown is worth reading only
//! readers can say: [`blind`] writes their sheets.

mod blind;

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::OnceLock;
use std::time::Instant;

use super::metrics::{auc, mean, share};
use super::report::{Findings, Miss, Table};
use super::{Bench, EvalError};
use crate::assistant::{Event, Outcome, ReplyBody, Request, Turn};
use crate::corpus::{JudgedLine, Thought, Verdict, judged_lines};
use crate::reframe::{Bank, Kind, Source};

/// Of the thoughts with a distortion one in so many goes the whole path.
const SHOWN_STEP: usize = 8;
/// And of those one in so many is also answered by the model's own words.
const WRITTEN_STEP: usize = 4;
/// Misses listed.
const WORST: usize = 20;
/// Lines that a person sees.
const SEEN: usize = 3;

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Findings, EvalError> {
    if !bench.has_model() {
        return Err(EvalError::NeedsModel(bench.suite.name.clone()));
    }
    let (corpus, is_wanted) = bench.corpus()?;
    let bank = Bank::embedded().map_err(|e| EvalError::Content(e.into()))?;
    let turn = bench.assistant.turn().await?;

    let thoughts = judged_lines(&corpus, &is_wanted, &bank);
    let distorted = |t: &&Thought| is_wanted(&t.id) && !t.distortions.is_empty();
    let path: Vec<&Thought> = corpus.thoughts.iter().filter(distorted).step_by(SHOWN_STEP).collect();
    let read = blind::thoughts(&corpus, &is_wanted);
    let sheets = if bench.blind.is_some() { read.len() } else { 0 };
    let steps = thoughts.len() + path.len() + sheets;
    let done = Cell::new(0);
    let step = || {
        (bench.progress)(done.get(), steps);
        done.set(done.get() + 1);
    };

    let mut found = Findings { items: thoughts.len() + path.len(), ..Findings::default() };
    ranking(bench, &turn, &thoughts, &mut found, &step).await?;
    shown(bench, &turn, &path, &mut found, &step).await?;
    if let Some(folder) = bench.blind {
        blind::write(bench, &turn, &read, folder, &step).await?;
        found.notes.push(format!("{} thoughts stand on the sheet for blind readers.", read.len()));
    }
    step();
    Ok(found)
}

/// Orders the lines that a reader judged for each thought, and looks at what comes first.
async fn ranking(
    bench: &Bench<'_>,
    turn: &Turn,
    thoughts: &[Vec<JudgedLine<'_>>],
    found: &mut Findings,
    step: &dyn Fn(),
) -> Result<(), EvalError> {
    let mut ordered: Vec<Vec<Verdict>> = Vec::new();
    let mut scored = Vec::new();
    for lines in thoughts {
        step();
        let thought = lines[0].thought;
        let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
        let fitness = bench.assistant.fitness(&thought.thought, &texts, turn).await;
        let Some(fitness) = fitness.map_err(EvalError::item(&thought.id))? else {
            found
                .notes
                .push("This model has not learnt which lines fit; it asks for likelihoods.".to_owned());
            return Ok(());
        };
        scored.extend(fitness.iter().zip(lines).map(|(f, l)| (f.fits, l.verdict >= Verdict::Fits)));
        let mut ranked: Vec<(f32, &JudgedLine<'_>)> = fitness.iter().map(|f| f.rank()).zip(lines).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        if let Some((_, first)) = ranked.first().filter(|(_, l)| l.verdict == Verdict::Untrue) {
            let what = format!("{} comes first and is untrue", first.line.id);
            let text = format!("{} / {}", thought.thought, first.text);
            found.misses.push(Miss { id: thought.id.clone(), what, text });
        }
        ordered.push(ranked.into_iter().map(|(_, l)| l.verdict).collect());
    }
    found.misses.truncate(WORST);
    let chance: Vec<Vec<Verdict>> =
        thoughts.iter().map(|lines| lines.iter().map(|l| l.verdict).collect()).collect();
    let mut table = Table::new("Judged lines", &["fit@1", "best@1", "false@1", "fit@3", "false@3"]);
    let first = |of: &[Vec<Verdict>], is: fn(Verdict) -> bool| {
        share(of.iter().filter(|v| v.first().is_some_and(|v| is(*v))).count(), of.len())
    };
    let figures = |of: &[Vec<Verdict>]| {
        let top: Vec<&[Verdict]> = of.iter().map(|v| &v[..v.len().min(SEEN)]).collect();
        let any = top.iter().filter(|v| v.iter().any(|v| *v >= Verdict::Fits)).count();
        let untrue = top.iter().flat_map(|v| v.iter()).filter(|v| **v == Verdict::Untrue).count();
        vec![
            first(of, |v| v >= Verdict::Fits),
            first(of, |v| v == Verdict::Best),
            first(of, |v| v == Verdict::Untrue),
            share(any, of.len()),
            share(untrue, top.iter().map(|v| v.len()).sum()),
        ]
    };
    let ours = figures(&ordered);
    for (name, value) in ["fit_at_1", "best_at_1", "false_at_1", "fit_at_3", "false_at_3"].iter().zip(&ours) {
        found.metric(*name, *value);
    }
    found.metric("fit_auc", auc(&scored));
    let possible: Vec<Vec<Verdict>> = chance
        .iter()
        .map(|v| {
            let mut v = v.clone();
            v.sort_by(|a, b| b.cmp(a));
            v
        })
        .collect();
    table.row("Evenkeel", ours);
    table.row("as they stand on the list", figures(&chance));
    table.row("at the very best", figures(&possible));
    found.tables.push(table);
    Ok(())
}

/// What the whole path shows.
async fn shown(
    bench: &Bench<'_>,
    turn: &Turn,
    thoughts: &[&Thought],
    found: &mut Findings,
    step: &dyn Fn(),
) -> Result<(), EvalError> {
    let (mut first_ms, mut lines, mut counts, mut asks) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let (mut outcomes, mut tried, mut written) = ([0_usize; 3], 0, 0);
    for (n, thought) in thoughts.iter().enumerate() {
        step();
        let begun = Instant::now();
        let first = OnceLock::new();
        let on = |event: Event| {
            if matches!(event, Event::Reframe(_)) {
                first.get_or_init(|| begun.elapsed().as_secs_f64() * 1e3);
            }
        };
        let body = answer(bench, turn, thought, false, &on).await?;
        outcomes[body.outcome as usize] += 1;
        if body.outcome != Outcome::Reframed {
            continue;
        }
        first_ms.extend(first.get().copied());
        counts.push(body.reframes.len());
        asks += usize::from(body.reframes.iter().any(|r| r.kind == Kind::Question));
        lines.extend(body.reframes.first().and_then(|r| r.line.clone()));
        if n % WRITTEN_STEP == 0 {
            tried += 1;
            let body = answer(bench, turn, thought, true, &|_| ()).await?;
            written += usize::from(body.reframes.iter().any(|r| r.source != Source::Bank));
        }
    }
    let reframed = counts.len();
    let distinct: HashSet<&String> = lines.iter().collect();
    first_ms.sort_by(f64::total_cmp);
    let at =
        |part: f64| first_ms.get(((first_ms.len() as f64 * part) as usize).min(first_ms.len().max(1) - 1));
    found.metric("reframed", share(reframed, thoughts.len()));
    found.metric("with_none", share(counts.iter().filter(|c| **c == 0).count(), reframed));
    found.metric("with_three", share(counts.iter().filter(|c| **c >= SEEN).count(), reframed));
    found.metric("with_a_question", share(asks, reframed));
    found.metric("distinct_first_lines", share(distinct.len(), lines.len()));
    found.metric("first_ms_median", at(0.5).copied());
    found.metric("first_ms_p95", at(0.95).copied());
    found.metric("written_passes", share(written, tried));
    found.metric("shown_mean", mean(counts.iter().map(|c| Some(*c as f64))));
    found.notes.push(format!(
        "Of {} thoughts with a distortion {} were reframed, {} taken for undistorted and {} stopped by the screen.",
        thoughts.len(),
        outcomes[Outcome::Reframed as usize],
        outcomes[Outcome::NoDistortion as usize],
        outcomes[Outcome::Escalated as usize],
    ));
    Ok(())
}

async fn answer(
    bench: &Bench<'_>,
    turn: &Turn,
    thought: &Thought,
    generate: bool,
    on: &(dyn Fn(Event) + Send + Sync),
) -> Result<ReplyBody, EvalError> {
    let request = Request {
        id: Some(thought.id.clone()),
        text: thought.thought.clone(),
        generate,
        ..Request::default()
    };
    bench.assistant.reframe(&request, turn, None, on).await.map_err(EvalError::item(&thought.id))
}
