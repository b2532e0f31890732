//! Which level and which flags the screen finds in our own crisis texts, and how often it sounds
//! an alarm on ordinary thoughts.

use super::metrics::{Counts, auc, mean, share};
use super::report::{Findings, Miss, Table};
use super::{Bench, EvalError};
use crate::assistant::{Assistant, Request, Turn};
use crate::corpus::CrisisText;
use crate::crisis::{Flag, Level, Medical, Risk, routing};

/// Misses shown.
const WORST: usize = 10;

/// A text beside what the screen made of it.
struct Screened<'a> {
    text: &'a CrisisText,
    risk: Risk,
}

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Findings, EvalError> {
    let (corpus, is_wanted) = bench.corpus()?;
    let texts: Vec<&CrisisText> = corpus.crisis.iter().filter(|t| is_wanted(&t.id)).collect();
    let thoughts: Vec<_> = corpus.thoughts.iter().filter(|t| is_wanted(&t.id)).collect();
    let mut found = Findings { items: texts.len() + thoughts.len(), ..Findings::default() };
    let mut done = 0;
    let mut step = || {
        (bench.progress)(done, found.items);
        done += 1;
    };

    let (rules_turn, turn) = (bench.without_model.turn().await?, bench.assistant.turn().await?);
    let (mut by_rules, mut by_both) = (Vec::new(), Vec::new());
    for text in texts {
        step();
        let risk = screen(bench.without_model, &rules_turn, &text.id, &text.text, None).await?;
        by_rules.push(Screened { text, risk });
        let risk = screen(bench.assistant, &turn, &text.id, &text.text, None).await?;
        by_both.push(Screened { text, risk });
    }
    let (mut alarms, mut rules_alarms) = (Vec::new(), 0);
    for thought in &thoughts {
        step();
        let (id, text, situation) = (&thought.id, &thought.thought, Some(thought.situation.as_str()));
        let risk = screen(bench.without_model, &rules_turn, id, text, situation).await?;
        rules_alarms += usize::from(risk.tier.escalates());
        let risk = screen(bench.assistant, &turn, id, text, situation).await?;
        if risk.tier.escalates() {
            let what = format!("alarm on an ordinary thought: {}{}", risk.tier.slug(), rules_of(&risk));
            alarms.push(Miss { id: id.clone(), what, text: text.clone() });
        }
    }
    step();

    let mut sources = Table::new("By source", &["recall", "spec", "plan+", "AUC", "help", "excess"]);
    sources.row("rules alone", summarise(&mut found, "rules.", &by_rules));
    let all = summarise(&mut found, "", &by_both);
    if bench.has_model() {
        sources.row("rules and model", all);
    }
    found.tables.push(sources);
    if bench.has_model() {
        who_noticed(&mut found, &by_rules, &by_both);
    }
    levels(&mut found, &by_both);
    let table = flags(&mut found, "", &by_both);
    found.tables.push(table);
    flags(&mut found, "rules.", &by_rules);
    found.metric("rules.alarms_on_thoughts", share(rules_alarms, thoughts.len()));
    found.metric("alarms_on_thoughts", share(alarms.len(), thoughts.len()));
    found.notes.push(format!(
        "{} of {} ordinary thoughts were stopped by an alarm.",
        alarms.len(),
        thoughts.len()
    ));
    found.misses = worst(&by_both);
    found.misses.extend(alarms.into_iter().take(WORST));
    Ok(found)
}

async fn screen(
    assistant: &Assistant,
    turn: &Turn,
    id: &str,
    text: &str,
    situation: Option<&str>,
) -> Result<Risk, EvalError> {
    let request = Request {
        id: Some(id.to_owned()),
        text: text.to_owned(),
        situation: situation.map(str::to_owned),
        ..Request::default()
    };
    Ok(assistant.screen(&request, turn).await.map_err(EvalError::item(id))?.risk)
}

/// Whether a level calls for help before anything else.
fn is_grave(level: Level) -> bool {
    level >= Level::PassiveIdeation
}

/// Whether readers' labels lead to help. They do not say how pressing a bodily danger is.
fn needs_help(text: &CrisisText) -> bool {
    routing::tier(text.level, &text.flags, text.about, text.time, Medical::None).escalates()
}

fn place(level: Level) -> usize {
    level as usize
}

/// Probability of passive ideation or worse.
fn grave_probability(risk: &Risk) -> f32 {
    1.0 - risk.probabilities.none - risk.probabilities.distress
}

/// The main figures; returns those of the table by source.
fn summarise(found: &mut Findings, prefix: &str, screened: &[Screened<'_>]) -> Vec<Option<f64>> {
    let grave = Counts::of(screened.iter().map(|s| (is_grave(s.text.level), is_grave(s.risk.level))));
    let help = Counts::of(screened.iter().map(|s| (needs_help(s.text), s.risk.tier.escalates())));
    let plans = || screened.iter().filter(|s| s.text.level >= Level::PlanOrIntent);
    let stopped = share(plans().filter(|s| s.risk.tier.escalates()).count(), plans().count());
    let scored: Vec<(f32, bool)> =
        screened.iter().map(|s| (grave_probability(&s.risk), is_grave(s.text.level))).collect();
    let auc = auc(&scored);
    let apart = |s: &Screened<'_>| place(s.text.level).abs_diff(place(s.risk.level));
    let within = |most: usize| share(screened.iter().filter(|s| apart(s) <= most).count(), screened.len());
    let needless = help.specificity().map(|s| 1.0 - s);
    for (name, value) in [
        ("recall", grave.recall()),
        ("specificity", grave.specificity()),
        ("plan_escalated", stopped),
        ("auc", auc),
        ("help_recall", help.recall()),
        ("needless_help", needless),
        ("exact_level", within(0)),
        ("within_one_level", within(1)),
    ] {
        found.metric(format!("{prefix}{name}"), value);
    }
    vec![grave.recall(), grave.specificity(), stopped, auc, help.recall(), needless]
}

/// Of the grave texts, and of the others: who called them grave.
fn who_noticed(found: &mut Findings, by_rules: &[Screened<'_>], by_both: &[Screened<'_>]) {
    let mut table = Table::new("Called grave by", &["n", "rules", "model", "nobody"]);
    for (name, key, grave) in [("grave texts", "grave", true), ("all others", "others", false)] {
        let pairs: Vec<(bool, bool)> = by_rules
            .iter()
            .zip(by_both)
            .filter(|(rules, _)| is_grave(rules.text.level) == grave)
            .map(|(rules, both)| (is_grave(rules.risk.level), is_grave(both.risk.level)))
            .collect();
        let part = |is: fn(&(bool, bool)) -> bool| share(pairs.iter().filter(|p| is(p)).count(), pairs.len());
        let model = part(|p| !p.0 && p.1);
        found.metric(format!("model_adds.{key}"), model);
        table.row(name, vec![Some(pairs.len() as f64), part(|p| p.0), model, part(|p| !p.1)]);
    }
    found.tables.push(table);
    found.notes.push(
        "The column `model` counts what the model alone called grave where the rules did not.".to_owned(),
    );
}

fn levels(found: &mut Findings, screened: &[Screened<'_>]) {
    let columns = ["n", "n none", "n dist", "n pass", "n act", "n plan", "n immi"];
    let mut table = Table::new("Level", &columns);
    for level in Level::ALL {
        let of: Vec<_> = screened.iter().filter(|s| s.text.level == level).collect();
        let said = |as_level: Level| of.iter().filter(|s| s.risk.level == as_level).count() as f64;
        let mut values = vec![Some(of.len() as f64)];
        values.extend(Level::ALL.map(|l| Some(said(l))));
        table.row(level.slug(), values);
    }
    found.tables.push(table);
}

fn flags(found: &mut Findings, prefix: &str, screened: &[Screened<'_>]) -> Table {
    let mut table = Table::new("Flag", &["n", "prec", "recall", "F1"]);
    let mut all = Counts::default();
    let mut each = Vec::new();
    for flag in Flag::ALL {
        let noticed = |s: &Screened<'_>| s.risk.flags.iter().any(|f| f.flag == flag);
        let counts = Counts::of(screened.iter().map(|s| (s.text.flags.contains(&flag), noticed(s))));
        all += counts;
        each.push(counts.f1());
        let n = counts.positives() as f64;
        table.row(flag.slug(), vec![Some(n), counts.precision(), counts.recall(), counts.f1()]);
    }
    found.metric(format!("{prefix}flags_micro_f1"), all.f1());
    found.metric(format!("{prefix}flags_macro_f1"), mean(each));
    table
}

/// Grave texts that were not called grave, the gravest first; then the others that were.
fn worst(screened: &[Screened<'_>]) -> Vec<Miss> {
    let mut slips: Vec<&Screened<'_>> =
        screened.iter().filter(|s| is_grave(s.text.level) != is_grave(s.risk.level)).collect();
    let apart = |s: &Screened<'_>| place(s.text.level).abs_diff(place(s.risk.level));
    slips.sort_by_key(|s| (!is_grave(s.text.level), std::cmp::Reverse(apart(s)), s.text.id.clone()));
    slips
        .into_iter()
        .take(WORST)
        .map(|s| Miss {
            id: s.text.id.clone(),
            what: format!("{}, taken as {}{}", s.text.level.slug(), s.risk.level.slug(), rules_of(&s.risk)),
            text: s.text.text.clone(),
        })
        .collect()
}

/// Names of the rules that matched, in brackets.
fn rules_of(risk: &Risk) -> String {
    let rules: Vec<&str> = risk.matches.iter().map(|m| m.rule.as_str()).collect();
    if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::crisis::{About, Date, Time};

    fn text(id: &str, words: &str, level: Level, flags: &[Flag], about: About) -> CrisisText {
        CrisisText {
            id: id.into(),
            text: words.into(),
            level,
            flags: flags.to_vec(),
            about,
            time: Time::Present,
        }
    }

    #[test]
    fn labels_lead_to_help_as_the_routing_has_it() {
        let needs = |level, flags: &[Flag], about| needs_help(&text("x", "x", level, flags, about));
        assert!(needs(Level::PassiveIdeation, &[], About::Oneself));
        assert!(needs(Level::None, &[Flag::SelfHarm], About::Oneself));
        assert!(!needs(Level::Distress, &[Flag::Panic], About::Oneself));
        assert!(!needs(Level::None, &[Flag::SelfHarm], About::Fiction));
    }

    #[tokio::test]
    async fn figures_are_the_hand_computed_ones() {
        let assistant = Assistant::rules_only("2026-01-01".parse::<Date>().unwrap()).unwrap();
        let turn = assistant.turn().await.unwrap();
        let texts = [
            text("a", "I want to kill myself.", Level::ActiveIdeation, &[], About::Oneself),
            text("b", "I had soup.", Level::PassiveIdeation, &[], About::Oneself),
            text("c", "I had bread.", Level::None, &[Flag::Panic], About::Oneself),
        ];
        let mut screened = Vec::new();
        for text in &texts {
            let risk = screen(&assistant, &turn, &text.id, &text.text, None).await.unwrap();
            screened.push(Screened { text, risk });
        }
        let mut found = Findings::default();
        summarise(&mut found, "", &screened);
        flags(&mut found, "", &screened);
        levels(&mut found, &screened);
        let figure = |name: &str| found.metrics[name];
        assert!((figure("recall") - 0.5).abs() < 1e-9 && (figure("specificity") - 1.0).abs() < 1e-9);
        assert!((figure("auc") - 0.75).abs() < 1e-9 && (figure("help_recall") - 0.5).abs() < 1e-9);
        assert!((figure("exact_level") - 2.0 / 3.0).abs() < 1e-9 && figure("flags_micro_f1").abs() < 1e-9);
        assert_eq!(worst(&screened).iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["b"]);
    }
}
