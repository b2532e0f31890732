//! How far a second reader, who saw the thoughts without their labels, agrees with those labels:
//! a yardstick for the assistant.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;

use super::answers::{Answer, span_overlaps};
use super::{any_counts, macro_f1};
use crate::corpus::{CorpusError, Label, Thought, read};
use crate::eval::metrics::mean;
use crate::eval::report::{Findings, Table};

/// What the second reader saw in a thought.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Second {
    id: String,
    distortions: Vec<Label>,
}

/// Adds the second reader's figures to what was found; the assistant's on the same thoughts too,
/// if it was asked.
///
/// # Errors
/// [`CorpusError`] if the labels cannot be read.
pub(super) fn compare(
    found: &mut Findings,
    labels: &Path,
    items: &[&Thought],
    answers: Option<&[Answer]>,
) -> Result<(), CorpusError> {
    let mut seen = HashSet::new();
    let second: Vec<Second> = read::file(labels, &mut |one: &Second| {
        let Some(thought) = items.iter().find(|t| t.id == one.id) else {
            return Err(format!("{} is none of the thoughts that are measured", one.id));
        };
        if !seen.insert(one.id.clone()) {
            return Err(format!("the id {} stands here twice", one.id));
        }
        match one.distortions.iter().find(|l| !thought.thought.contains(&l.span)) {
            Some(label) => Err(format!("the words of {} are not in the thought", label.slug.slug())),
            None => Ok(()),
        }
    })?;
    let (mut thoughts, mut theirs, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    for one in &second {
        let Some(place) = items.iter().position(|t| t.id == one.id) else { continue };
        thoughts.push(items[place]);
        theirs.push(answer(items[place], &one.distortions));
        ours.extend(answers.map(|answers| answers[place].clone()));
    }
    let mut table = Table::new("A second, blind reader", &["n", "macro", "spec", "recall", "span"]);
    let mut row = |name: &str, key: &str, answers: &[Answer]| {
        let all: Vec<usize> = (0..thoughts.len()).collect();
        let any = any_counts(&thoughts, answers, &all);
        let macro_f1 = macro_f1(&thoughts, answers, &all);
        let words = mean(span_overlaps(&thoughts, answers).into_iter().map(|(_, f1)| Some(f1)));
        found.metric(format!("second.{key}.macro_f1"), macro_f1);
        found.metric(format!("second.{key}.span_f1"), words);
        table.row(name, vec![Some(thoughts.len() as f64), macro_f1, any.specificity(), any.recall(), words]);
    };
    row("the reader", "reader", &theirs);
    if answers.is_some() {
        row("the assistant", "assistant", &ours);
    }
    found.tables.push(table);
    Ok(())
}

fn answer(thought: &Thought, labels: &[Label]) -> Answer {
    let mut answer = Answer::default();
    for label in labels {
        let at = label.slug.index();
        answer.found[at] = true;
        if let Some(byte) = thought.thought.find(&label.span) {
            let start = thought.thought[..byte].chars().count();
            answer.spans[at].push((start, start + label.span.chars().count()));
        }
    }
    answer
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::corpus::Domain;
    use crate::distortion::Distortion::{Labeling, MindReading};

    #[test]
    fn agreement_is_the_hand_computed_one() {
        let thought = |id: &str, text: &str, slug, span: &str| Thought {
            id: id.into(),
            domain: Domain::Work,
            situation: String::new(),
            thought: text.into(),
            distortions: vec![Label { slug, span: span.into() }],
            reframes: Vec::new(),
        };
        let items = [
            thought("x-1", "né, she hates me", MindReading, "she hates me"),
            thought("x-2", "i'm an idiot", Labeling, "an idiot"),
        ];
        let items: Vec<&Thought> = items.iter().collect();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("second.jsonl");
        let lines = r#"{"id":"x-1","distortions":[{"slug":"mind_reading","span":"hates me"}]}
{"id":"x-2","distortions":[]}"#;
        std::fs::write(&file, lines).unwrap();
        let mut found = Findings::default();
        compare(&mut found, &file, &items, None).unwrap();
        // One of two labels is agreed on; of its three words two.
        assert!((found.metrics["second.reader.macro_f1"] - 0.5).abs() < 1e-9);
        assert!((found.metrics["second.reader.span_f1"] - 0.8).abs() < 1e-9);

        std::fs::write(&file, lines.replace("hates me", "hates you")).unwrap();
        let error = compare(&mut found, &file, &items, None).unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains("mind_reading"), "{error}");
    }
}
