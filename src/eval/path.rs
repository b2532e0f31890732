//! The whole path from a text to a reply, against what each item expects of it. These items are
//! not from the corpus: nothing was trained or tuned on them.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::metrics::share;
use super::report::{Findings, Miss, Table};
use super::{Bench, EvalError};
use crate::assistant::{Outcome, ReplyBody, Request};
use crate::corpus::{CorpusError, read};
use crate::crisis::{Coverage, Level, Tier};
use crate::distortion::Distortion;

/// What a reply must be like. What is not named is not judged.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    /// How it ends.
    outcome: Option<Wanted>,
    /// One of these is among the distortions named.
    distortions_any: Vec<Distortion>,
    /// None of these is among the distortions named.
    distortions_none: Vec<Distortion>,
    /// The help is at least this pressing.
    tier_at_least: Option<Tier>,
    /// The help is at most this pressing.
    tier_at_most: Option<Tier>,
    /// The screen says that it cannot read the language.
    unsupported_language: bool,
    /// There is no reframe.
    no_reframes: bool,
    /// Level and outcome are those of the item with this id.
    level_same_as: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    Reframed,
    NoDistortion,
    Escalated,
}

impl Wanted {
    const fn slug(self) -> &'static str {
        match self {
            Self::Reframed => "reframed",
            Self::NoDistortion => "no_distortion",
            Self::Escalated => "escalated",
        }
    }

    const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Reframed => Self::Reframed,
            Outcome::NoDistortion => Self::NoDistortion,
            Outcome::Escalated => Self::Escalated,
        }
    }
}

/// A text and what is expected of the reply.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: String,
    /// Items that test the same thing.
    group: String,
    text: String,
    #[serde(default)]
    situation: Option<String>,
    expect: Expected,
}

/// What of a reply is judged.
struct Answer {
    outcome: Outcome,
    level: Level,
    tier: Tier,
    coverage: Coverage,
    distortions: Vec<Distortion>,
    reframes: usize,
    /// Names of the rules that matched.
    rules: Vec<String>,
}

impl From<&ReplyBody> for Answer {
    fn from(body: &ReplyBody) -> Self {
        Self {
            outcome: body.outcome,
            level: body.risk.level,
            tier: body.risk.tier,
            coverage: body.risk.coverage,
            distortions: body.distortions.iter().map(|d| d.slug).collect(),
            reframes: body.reframes.len(),
            rules: body.risk.matches.iter().map(|m| m.rule.clone()).collect(),
        }
    }
}

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Findings, EvalError> {
    let items = read_items(bench)?;
    let turn = bench.assistant.turn().await?;
    let mut answers = HashMap::new();
    for (done, item) in items.iter().enumerate() {
        (bench.progress)(done, items.len());
        let request = Request {
            id: Some(item.id.clone()),
            text: item.text.clone(),
            situation: item.situation.clone(),
            ..Request::default()
        };
        let body = bench
            .assistant
            .reframe(&request, &turn, None, &|_| ())
            .await
            .map_err(EvalError::item(&item.id))?;
        answers.insert(item.id.as_str(), Answer::from(&body));
    }
    (bench.progress)(items.len(), items.len());

    let mut found = Findings { items: items.len(), ..Findings::default() };
    let mut groups: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for item in &items {
        let broken = broken(item, &answers, bench.has_model());
        let (held, all) = groups.entry(&item.group).or_default();
        *all += 1;
        if broken.is_empty() {
            *held += 1;
        } else {
            found.misses.push(Miss { id: item.id.clone(), what: broken.join("; "), text: item.text.clone() });
        }
    }
    let mut table = Table::new("By group", &["n", "n held", "share"]);
    for (group, (held, all)) in &groups {
        found.metric(format!("group.{group}"), share(*held, *all));
        table.row(*group, vec![Some(*all as f64), Some(*held as f64), share(*held, *all)]);
    }
    found.tables.push(table);
    let held = groups.values().map(|(held, _)| held).sum();
    found.metric("passed", share(held, items.len()));
    if !bench.has_model() {
        found.notes.push(
            "Without the model no distortion is named: of what is expected only the screening was judged."
                .to_owned(),
        );
    }
    Ok(found)
}

fn read_items(bench: &Bench<'_>) -> Result<Vec<Item>, EvalError> {
    let path = bench.suite.items_path();
    let mut seen = std::collections::HashSet::new();
    let items = read::file(&path, &mut |item: &Item| {
        let other = item.expect.level_same_as.as_ref();
        if let Some(missing) = other.filter(|other| !seen.contains(*other)) {
            return Err(format!("there is no item {missing} before this one"));
        }
        if seen.insert(item.id.clone()) {
            Ok(())
        } else {
            Err(format!("the id {} stands here twice", item.id))
        }
    });
    items.map_err(|error: CorpusError| error.into())
}

/// What of an item's expectations does not hold, in words.
fn broken(item: &Item, answers: &HashMap<&str, Answer>, with_model: bool) -> Vec<String> {
    let Some(answer) = answers.get(item.id.as_str()) else { return vec!["no answer".to_owned()] };
    let expect = &item.expect;
    let outcome = Wanted::of(answer.outcome);
    let mut broken = Vec::new();
    let mut demand = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    if let Some(wanted) = expect.outcome {
        // Without the model nothing is reframed, so only help or no help can be told apart.
        let help = |w: Wanted| w == Wanted::Escalated;
        let holds = if with_model { wanted == outcome } else { help(wanted) == help(outcome) };
        demand(holds, format!("outcome {}, not {}", outcome.slug(), wanted.slug()));
    }
    if let Some(least) = expect.tier_at_least {
        demand(answer.tier >= least, format!("tier {} is below {}", answer.tier.slug(), least.slug()));
    }
    if let Some(most) = expect.tier_at_most {
        demand(answer.tier <= most, format!("tier {} is above {}", answer.tier.slug(), most.slug()));
    }
    if expect.unsupported_language {
        demand(answer.coverage == Coverage::UnsupportedLanguage, "the language counts as English".to_owned());
    }
    if expect.no_reframes {
        demand(answer.reframes == 0, format!("{} reframes, not 0", answer.reframes));
    }
    if let Some(other) = expect.level_same_as.as_deref().and_then(|id| answers.get(id)) {
        demand(
            answer.level == other.level,
            format!("level {}, not {}", answer.level.slug(), other.level.slug()),
        );
        demand(
            answer.outcome == other.outcome,
            format!("outcome {}, not {}", outcome.slug(), Wanted::of(other.outcome).slug()),
        );
    }
    if with_model {
        let named = |list: &[Distortion]| list.iter().any(|d| answer.distortions.contains(d));
        let slugs = |list: &[Distortion]| list.iter().map(|d| d.slug()).collect::<Vec<_>>().join(", ");
        let any = &expect.distortions_any;
        demand(
            any.is_empty() || named(any),
            format!("named {}, none of {}", slugs(&answer.distortions), slugs(any)),
        );
        demand(!named(&expect.distortions_none), format!("named {}", slugs(&expect.distortions_none)));
    }
    if !broken.is_empty() && !answer.rules.is_empty() {
        broken.push(format!("rules {}", answer.rules.join(", ")));
    }
    broken
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    fn item(id: &str, expect: &str) -> Item {
        serde_json::from_str(&format!(r#"{{"id":"{id}","group":"g","text":"x","expect":{expect}}}"#)).unwrap()
    }

    fn answer(outcome: Outcome, level: Level, distortions: Vec<Distortion>) -> Answer {
        Answer {
            outcome,
            level,
            tier: Tier::Support,
            coverage: Coverage::Full,
            distortions,
            reframes: 2,
            rules: vec![],
        }
    }

    #[test]
    fn what_does_not_hold_is_told() {
        let answers = HashMap::from([
            ("a", answer(Outcome::Reframed, Level::None, vec![Distortion::Labeling])),
            ("b", answer(Outcome::NoDistortion, Level::Distress, vec![])),
        ]);
        let check = |id, expect, with_model| broken(&item(id, expect), &answers, with_model).len();
        assert_eq!(check("a", r#"{"outcome":"reframed","distortions_any":["labeling","blaming"]}"#, true), 0);
        assert_eq!(check("a", r#"{"outcome":"escalated","distortions_any":["blaming"]}"#, true), 2);
        assert_eq!(check("a", r#"{"distortions_none":["labeling"],"no_reframes":true}"#, true), 2);
        assert_eq!(check("a", r#"{"tier_at_least":"urgent","unsupported_language":true}"#, true), 2);
        assert_eq!(check("a", r#"{"tier_at_most":"none"}"#, true), 1);
        assert_eq!(check("b", r#"{"level_same_as":"a"}"#, true), 2);
        assert_eq!(check("c", "{}", true), 1);
        // Without the model only help or no help is told apart.
        assert_eq!(check("b", r#"{"outcome":"reframed","distortions_any":["blaming"]}"#, false), 0);
    }
}
