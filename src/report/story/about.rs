//! For the professional who reads it: what the program is, what it is not, what its words mean.

use super::{Block, Column, Table, aside, heading, says};
use crate::report::{Report, Tier};

pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = vec![
        heading(1, "About this report"),
        says(
            "Evenkeel is a self-help program. A person writes down what worries them; the program names habits of \
             thought, offers other ways to see it, keeps questionnaires and check-ins, and leads to help where words \
             speak of danger. All of it happens on the person's own machine.",
        ),
        says(
            "It is not a medical device and not a therapist. It makes no diagnosis and gives no advice on medicine. \
             No clinician has reviewed its content, and no clinician sees what is written.",
        ),
        says(
            "The person chose each part of this report and the days that it covers, made it themselves, and hands it \
             over themselves. The program sent it to nobody.",
        ),
    ];
    if !report.held().questionnaires.is_empty() {
        blocks.push(heading(2, "How to read the totals"));
        blocks.push(says(
            "Questionnaires were filled in alone, without anybody there. They are scored by their published rules; \
             the bands are the scale's own words, read from the sources named with each. A band describes a total, \
             not a person. \u{201c}More than chance\u{201d} means that a total moved by at least the published \
             reliable change.",
        ));
    }
    if !report.held().red_flags.is_empty() {
        blocks.push(heading(2, "What the tiers mean"));
        blocks.push(Block::Table(Table {
            columns: vec![Column::words("Tier", 1.0), Column::words("What the program did", 4.0)],
            rows: Tier::ALL
                .into_iter()
                .rev()
                .map(|tier| vec![tier.slug().to_owned(), meaning(tier).to_owned()])
                .collect(),
        }));
        blocks.push(says(
            "A flag is a sign in words, found by fixed rules and by a small language model. It is not an assessment \
             of risk, and a day without a flag is not a day without risk. Ask the person.",
        ));
    }
    blocks.push(aside(format!("Made by evenkeel {}.", report.head().version)));
    blocks
}

const fn meaning(tier: Tier) -> &'static str {
    match tier {
        Tier::Support => "It went on as usual and offered people to talk to beside the reply.",
        Tier::Professional => "It went on as usual and advised seeing a professional.",
        Tier::Urgent => "It stopped, and named helplines and people to talk to that day.",
        Tier::Emergency => "It stopped, and led to the emergency number and helplines at once.",
    }
}
