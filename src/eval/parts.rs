//! How the guide of the parts dialogue reads our own moments, and what it would say.

use super::metrics::share;
use super::report::{Findings, Miss, Table};
use super::{Bench, EvalError};
use crate::assistant::{HeardTurn, Led, PartsBody, PartsRequest, PartsSource};
use crate::corpus::{Moment, ReadTurn, ReplyFit, ReplyVerdict};
use crate::parts::{Act, Heard, Stage, State, opener, part_name, takes_up};

/// Misses shown.
const WORST: usize = 25;

/// A moment beside what was made of it.
struct Read<'a> {
    moment: &'a Moment,
    body: PartsBody,
    /// Whether the program's own screen alone called for help.
    screened: bool,
    /// The step that the heads alone would have taken.
    heads_stage: Stage,
    heads_state: State,
    /// What readers made of the best of the replies that they judged, as the guide orders them, and of
    /// the one that was said, if they judged it.
    first: Option<ReplyVerdict>,
    said: Option<ReplyVerdict>,
    ms: f64,
}

/// A person's turn as a reader took it, beside what was made of it.
struct Taken<'a> {
    gold: &'a ReadTurn,
    heard: Heard,
    alarmed: bool,
}

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Findings, EvalError> {
    if !bench.has_model() {
        return Err(EvalError::NeedsModel(bench.suite.name.clone()));
    }
    let (corpus, is_wanted) = bench.corpus()?;
    let moments: Vec<&Moment> = corpus.moments.iter().filter(|m| is_wanted(&m.id)).collect();
    let mut found = Findings { items: moments.len(), ..Findings::default() };
    let place = bench.assistant.turn().await?;
    let (mut read, mut taken) = (Vec::new(), Vec::new());
    let turns: Vec<&ReadTurn> = corpus.turns.iter().filter(|turn| is_wanted(&turn.id)).collect();
    for (done, moment) in moments.iter().enumerate() {
        (bench.progress)(done, moments.len());
        let request = PartsRequest {
            id: moment.id.clone(),
            history: moment.history.clone(),
            ..PartsRequest::default()
        };
        let hear = bench.assistant.hear(&moment.history, Led::ByOthers, &place);
        let turn = hear.await.map_err(EvalError::item(&moment.id))?;
        let judged = corpus.reply_fits.iter().find(|fit| fit.moment_id == moment.id);
        let first = match judged {
            Some(fit) => first_judged(fit, &bench.assistant.replies_in_order(&request, &turn, &place).await),
            None => None,
        };
        let HeardTurn { heard, risk, noticed, .. } = turn;
        if let Some(gold) = turns.iter().find(|turn| turn.id == moment.id) {
            taken.push(Taken { gold, heard, alarmed: risk.tier.escalates() });
        }
        let begun = std::time::Instant::now();
        let body = bench.assistant.parts(&request, &place).await.map_err(EvalError::item(&moment.id))?;
        let ms = begun.elapsed().as_secs_f64() * 1_000.0;
        let heads_state = noticed.state();
        let heads_stage = noticed.toward(heads_state);
        let line = body.line.as_ref();
        let said = judged.zip(line).and_then(|(fit, line)| first_judged(fit, std::slice::from_ref(line)));
        let screened = risk.tier.escalates();
        read.push(Read { moment, body, screened, heads_stage, heads_state, first, said, ms });
    }
    for gold in turns.into_iter().filter(|turn| turn.talk().is_some()) {
        let hear = bench.assistant.hear(&gold.history, Led::ByUs, &place);
        let HeardTurn { heard, risk, .. } = hear.await.map_err(EvalError::item(&gold.id))?;
        taken.push(Taken { gold, heard, alarmed: risk.tier.escalates() });
    }
    (bench.progress)(moments.len(), moments.len());

    states(&mut found, &read);
    acts(&mut found, &taken);
    stages(&mut found, &read);
    replies(&mut found, &read);
    found.misses = read
        .iter()
        .filter(|r| r.body.state != r.moment.state || r.body.stage != r.moment.stage())
        .take(WORST)
        .map(|r| Miss {
            id: r.moment.id.clone(),
            what: format!(
                "{}, {}; taken as {}, {}",
                r.moment.state.slug(),
                r.moment.stage().slug(),
                r.body.state.slug(),
                r.body.stage.slug()
            ),
            text: format!("{} => {}", r.moment.last(), r.body.reply),
        })
        .collect();
    Ok(found)
}

/// What readers made of the first of these lines that they judged.
fn first_judged(fit: &ReplyFit, lines: &[String]) -> Option<ReplyVerdict> {
    lines.iter().find(|line| fit.shown.contains(line)).map(|line| fit.verdict(line))
}

fn of<'a>(read: &'a [Read<'a>], is: impl Fn(&Read<'a>) -> bool + 'a) -> Option<f64> {
    share(read.iter().filter(|r| is(r)).count(), read.len())
}

fn states(found: &mut Findings, read: &[Read<'_>]) {
    found.metric("state_accuracy", of(read, |r| r.body.state == r.moment.state));
    found.metric("heads.state_accuracy", of(read, |r| r.heads_state == r.moment.state));
    let short = ["n open", "n blend", "n refus", "n overw", "n scept", "n crisi"];
    let mut columns = vec!["n", "recall"];
    columns.extend(short);
    let mut table = Table::new("State", &columns);
    for state in State::ALL {
        let here: Vec<&Read<'_>> = read.iter().filter(|r| r.moment.state == state).collect();
        let said = |as_state: State| here.iter().filter(|r| r.body.state == as_state).count();
        let recall = share(said(state), here.len());
        found.metric(format!("recall.{}", state.slug()), recall);
        let mut values = vec![Some(here.len() as f64), recall];
        values.extend(State::ALL.map(|s| Some(said(s) as f64)));
        table.row(state.slug(), values);
    }
    found.tables.push(table);
    let (danger, ordinary): (Vec<_>, Vec<_>) = read.iter().partition(|r| r.moment.state == State::Crisis);
    let by_screen = |of: &[&Read<'_>]| share(of.iter().filter(|r| r.screened).count(), of.len());
    found.metric("screen.crisis_recall", by_screen(&danger));
    found.metric("screen.alarms", by_screen(&ordinary));
    let alarms = ordinary.iter().filter(|r| r.body.escalation.is_some()).count();
    found.metric("alarms", share(alarms, ordinary.len()));
}

/// What turns do, whether something inside was found, and of the talks that were played how the person is.
fn acts(found: &mut Findings, taken: &[Taken<'_>]) {
    let labelled: Vec<(Act, Act)> = taken.iter().filter_map(|t| Some((t.gold.act?, t.heard.act))).collect();
    let right = labelled.iter().filter(|(gold, said)| gold == said).count();
    found.metric("act_accuracy", share(right, labelled.len()));
    let mut table = Table::new("Act", &["n", "recall", "prec"]);
    for act in Act::ALL {
        let count = |is: &dyn Fn(&(Act, Act)) -> bool| labelled.iter().filter(|pair| is(pair)).count();
        let (gold, said) = (count(&|pair| pair.0 == act), count(&|pair| pair.1 == act));
        let hits = count(&|pair| pair.0 == act && pair.1 == act);
        table.row(act.slug(), vec![Some(gold as f64), share(hits, gold), share(hits, said)]);
    }
    found.tables.push(table);
    for (name, is) in [("found.recall", true), ("found.false", false)] {
        let of: Vec<&Taken<'_>> = taken.iter().filter(|t| t.gold.found == is).collect();
        found.metric(name, share(of.iter().filter(|t| t.heard.found).count(), of.len()));
    }
    let played: Vec<&Taken<'_>> = taken.iter().filter(|t| t.gold.talk().is_some()).collect();
    let right = |t: &&&Taken<'_>| t.gold.state == Some(t.heard.state);
    found.metric("played.state_accuracy", share(played.iter().filter(right).count(), played.len()));
    let harmless: Vec<_> = played.iter().filter(|t| t.gold.state != Some(State::Crisis)).collect();
    found.metric("played.alarms", share(harmless.iter().filter(|t| t.alarmed).count(), harmless.len()));
    found.metric("played.n", Some(played.len() as f64));
}

fn stages(found: &mut Findings, read: &[Read<'_>]) {
    found.metric("stage_accuracy", of(read, |r| r.body.stage == r.moment.stage()));
    found.metric("heads.stage_accuracy", of(read, |r| r.heads_stage == r.moment.stage()));
    let mut table = Table::new("Step", &["n", "recall", "prec"]);
    for stage in Stage::ALL {
        let gold = read.iter().filter(|r| r.moment.stage() == stage).count();
        let said = read.iter().filter(|r| r.body.stage == stage).count();
        let hits = read.iter().filter(|r| r.moment.stage() == stage && r.body.stage == stage).count();
        table.row(stage.slug(), vec![Some(gold as f64), share(hits, gold), share(hits, said)]);
    }
    found.tables.push(table);
}

fn replies(found: &mut Findings, read: &[Read<'_>]) {
    for (name, source) in [
        ("from_bank", PartsSource::Bank),
        ("from_fixed", PartsSource::Fixed),
        ("from_escalation", PartsSource::Escalation),
    ] {
        found.metric(name, of(read, |r| r.body.source == source));
    }
    let chosen: Vec<&Read<'_>> = read.iter().filter(|r| r.body.source == PartsSource::Bank).collect();
    for (name, verdicts) in [
        ("judged_first", read.iter().filter_map(|r| r.first).collect::<Vec<_>>()),
        ("judged_said", read.iter().filter_map(|r| r.said).collect()),
    ] {
        let at_least = |least: ReplyVerdict| {
            share(verdicts.iter().filter(|verdict| **verdict >= least).count(), verdicts.len())
        };
        found.metric(format!("{name}.would_do"), at_least(ReplyVerdict::Acceptable));
        found.metric(format!("{name}.good"), at_least(ReplyVerdict::Good));
        found.metric(format!("{name}.n"), Some(verdicts.len() as f64));
    }
    let taken = |r: &&&Read<'_>| takes_up(&r.body.reply, r.moment.last());
    found.metric("takes_up_words", share(chosen.iter().filter(taken).count(), chosen.len()));
    let lines: std::collections::HashSet<_> = chosen.iter().map(|r| r.body.line.clone()).collect();
    found.metric("distinct_lines", share(lines.len(), chosen.len()));
    let openers: std::collections::HashSet<String> = chosen.iter().map(|r| opener(&r.body.reply)).collect();
    found.metric("distinct_openers", share(openers.len(), chosen.len()));
    let asks = chosen.iter().filter(|r| r.body.reply.contains('?')).count();
    found.metric("with_a_question", share(asks, chosen.len()));
    let named: Vec<&Read<'_>> = read.iter().filter(|r| part_name(&r.moment.history).is_some()).collect();
    let right = named.iter().filter(|r| r.body.part.name.eq_ignore_ascii_case(&r.moment.part.name)).count();
    found.metric("named", share(named.len(), read.len()));
    found.metric("name_right_where_named", share(right, named.len()));
    found.metric("role_accuracy", of(read, |r| r.body.part.role == r.moment.part.role));
    let mut times: Vec<f64> = read.iter().map(|r| r.ms).collect();
    times.sort_by(f64::total_cmp);
    found.metric("reply_ms_median", times.get(times.len() / 2).copied());
    found.metric("reply_ms_p95", times.get(times.len() * 95 / 100).copied());
}
