//! Triggers: which feelings and which habits of thought come up in which situations more often than
//! chance gives. Counted in entries; "more often" by the exact hypergeometric tail, corrected for the
//! number of pairs. Entries of one time resemble each other, which makes chance wider: by how much is
//! seen by setting the situations beside the entries some places later, for every number of places.

use std::collections::{BTreeMap, BTreeSet};

use super::Text;
use super::common::{Enough, LEVEL, counted, number, said};
use super::figures::{benjamini_hochberg, hypergeometric_tail};
use super::held::{Held, Written};
use super::period::{Period, day_of};

/// Entries it takes before links are looked for.
const ENTRIES: usize = 20;
/// Entries that a situation, a feeling or a distortion must be in.
const EACH: usize = 5;
/// Entries that they must share.
const SHARED: usize = 3;

/// The triggers of a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Triggers {
    /// What a person reads first.
    pub says: Text,
    /// Entries that have a situation, a feeling or a distortion, and how many it takes.
    pub enough: Enough,
    /// Situations, the most frequent first.
    pub situations: Vec<Situation>,
    /// What was looked at together, what is clear first.
    pub links: Vec<Link>,
}

/// A situation.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Situation {
    /// Its label, as the person has it.
    pub label: Text,
    /// Entries it is in.
    pub entries: usize,
    /// What is most often felt in them.
    pub feelings: Vec<Count>,
    /// The distortions most often found in them.
    pub distortions: Vec<Count>,
}

/// Something, and in how many entries it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Count {
    /// Its label.
    pub label: Text,
    /// Entries.
    pub entries: usize,
}

/// A situation beside a feeling or a distortion.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Link {
    /// What a person reads first.
    pub says: Text,
    /// The situation.
    pub situation: Text,
    /// What kind of thing is beside it.
    pub kind: LinkKind,
    /// The feeling or the distortion.
    pub with: Text,
    /// Entries with both.
    pub both: usize,
    /// Entries with the situation.
    pub in_situation: usize,
    /// Entries with the feeling or the distortion.
    pub in_all: usize,
    /// How many times more often than chance gives.
    pub lift: f64,
    /// The chance of as many together by chance, corrected for the number of links.
    pub p: f64,
    /// Whether that is more than chance.
    pub clear: bool,
}

/// What is beside a situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// A feeling.
    Feeling,
    /// A distortion.
    Distortion,
}

/// In which entries each label is, by its key.
type Index = BTreeMap<String, (Text, BTreeSet<usize>)>;

impl Triggers {
    /// The triggers of a period.
    #[must_use]
    pub fn of(held: &Held, period: Period) -> Self {
        let mut entries: Vec<&Written> = held
            .written
            .iter()
            .filter(|written| !written.escalated && period.holds(day_of(written.moment)))
            .filter(|w| !(w.situations.is_empty() && w.feelings.is_empty() && w.distortions.is_empty()))
            .collect();
        entries.sort_by(|a, b| (a.moment, &a.id).cmp(&(b.moment, &b.id)));
        let situations = index(&entries, |written| written.situations.clone());
        let feelings = index(&entries, |w| w.feelings.iter().map(|feeling| feeling.name.clone()).collect());
        let distortions =
            index(&entries, |w| w.distortions.iter().map(|d| Text::from(d.name.as_str())).collect());
        let enough = Enough::of(entries.len(), ENTRIES);
        let mut links = Vec::new();
        if enough.met {
            let all = entries.len();
            for (kind, others) in [(LinkKind::Feeling, &feelings), (LinkKind::Distortion, &distortions)] {
                links.extend(situations.values().flat_map(|situation| {
                    others.values().filter_map(move |other| link(kind, situation, other, all))
                }));
            }
        }
        correct(&mut links);
        let mut situations: Vec<Situation> = situations
            .values()
            .map(|(label, places)| Situation {
                label: label.clone(),
                entries: places.len(),
                feelings: among(places, &feelings),
                distortions: among(places, &distortions),
            })
            .collect();
        situations.sort_by_key(|situation| std::cmp::Reverse(situation.entries));
        Self { says: says(enough, &situations, &links), enough, situations, links }
    }
}

fn index(entries: &[&Written], labels: impl Fn(&Written) -> Vec<Text>) -> Index {
    let mut index = Index::new();
    for (place, written) in entries.iter().enumerate() {
        for label in labels(written).into_iter().filter(|label| !label.is_empty()) {
            index.entry(label.key()).or_insert_with(|| (label, BTreeSet::new())).1.insert(place);
        }
    }
    index
}

/// The five labels most often among these entries.
fn among(places: &BTreeSet<usize>, index: &Index) -> Vec<Count> {
    let mut counts: Vec<Count> = index
        .values()
        .map(|(label, others)| Count { label: label.clone(), entries: places.intersection(others).count() })
        .filter(|count| count.entries > 0)
        .collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.entries));
    counts.truncate(5);
    counts
}

fn link(
    kind: LinkKind,
    (situation, a): &(Text, BTreeSet<usize>),
    (with, b): &(Text, BTreeSet<usize>),
    all: usize,
) -> Option<Link> {
    // What is in all entries but a few tells nothing of a situation.
    let rare = a.len().min(b.len()).min(all - a.len()).min(all - b.len());
    let both = a.intersection(b).count();
    if rare < EACH {
        return None;
    }
    let expected = a.len() as f64 * b.len() as f64 / all as f64;
    let wider = swelling(a, b, all);
    // The excess in units of the plain chance.
    let shrunk =
        if both as f64 > expected { expected + (both as f64 - expected) / wider.sqrt() } else { both as f64 };
    let tail = |count: f64| hypergeometric_tail(all as u64, a.len() as u64, b.len() as u64, count as u64);
    let (below, above) = (tail(shrunk.floor()), tail(shrunk.ceil()));
    // Between two whole numbers the logarithm of the tail runs straight.
    let p = below * (above / below).powf(shrunk - shrunk.floor());
    Some(Link {
        says: Text::default(),
        situation: situation.clone(),
        kind,
        with: with.clone(),
        both,
        in_situation: a.len(),
        in_all: b.len(),
        lift: both as f64 / expected,
        p,
        clear: false,
    })
}

/// By how much the variance of the number of shared entries exceeds that of entries in any order: over
/// all shifts of one against the other, at least 1.
fn swelling(a: &BTreeSet<usize>, b: &BTreeSet<usize>, all: usize) -> f64 {
    let mut shared = vec![0.0_f64; all];
    for x in a {
        for y in b {
            shared[(y + all - x) % all] += 1.0;
        }
    }
    let n = all as f64;
    let (p, q) = (a.len() as f64 / n, b.len() as f64 / n);
    let plain = n * n / (n - 1.0) * p * q * (1.0 - p) * (1.0 - q);
    let expected = n * p * q;
    let seen: f64 = shared[1..].iter().map(|s| (s - expected).powi(2)).sum::<f64>() / (n - 1.0);
    (seen / plain).max(1.0)
}

fn correct(links: &mut [Link]) {
    let p: Vec<f64> = links.iter().map(|link| link.p).collect();
    for (link, p) in links.iter_mut().zip(benjamini_hochberg(&p)) {
        link.p = p;
        link.clear = p <= LEVEL && link.both >= SHARED && link.lift > 1.0;
        let found = match link.kind {
            LinkKind::Feeling => "was felt",
            LinkKind::Distortion => "was found",
        };
        let than_chance = if link.clear {
            format!(": {} times as often as chance would give", number(link.lift))
        } else {
            ", which is not clearly more than chance would give".to_owned()
        };
        link.says = Text::from(format!(
            "In {} of the {} with \u{201c}{}\u{201d}, {} {found}{than_chance}.",
            link.both,
            counted(link.in_situation, "entry", "entries"),
            link.situation,
            link.with,
        ));
    }
    links.sort_by(|a, b| b.clear.cmp(&a.clear).then(a.p.total_cmp(&b.p)));
}

fn says(enough: Enough, situations: &[Situation], links: &[Link]) -> Text {
    if situations.is_empty() {
        return Text::from("Nothing here yet. Situations that you name in entries show here.");
    }
    if !enough.met {
        return Text::from(enough.not_yet("entries"));
    }
    let clear: Vec<String> =
        links.iter().filter(|link| link.clear).take(2).map(|link| link.says.to_string()).collect();
    if clear.is_empty() {
        let first = &situations[0];
        return Text::from(format!(
            "\u{201c}{}\u{201d} comes up most often, in {}. Nothing goes with one situation clearly more than with others.",
            first.label,
            counted(first.entries, "entry", "entries")
        ));
    }
    said(&clear)
}
