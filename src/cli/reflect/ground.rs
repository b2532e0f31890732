//! Grounding between two questions: the exercise runs in its own time, a line ends it sooner, and
//! the same question comes again.

use std::time::{Duration, Instant};

use super::lines::{Lines, Waited};
use super::walk::Show;
use crate::cli::error::CliError;
use crate::cli::page::Page;
use crate::exercise::{Exercise, Exercises};

/// What is run first, and what `w` changes to.
const FIRST: &str = "grounding";
const OTHER: &str = "breathing";

pub(super) fn ground(
    all: &Exercises,
    plain: bool,
    lines: &mut dyn Lines,
    show: Show<'_>,
) -> Result<(), CliError> {
    let mut exercise = all.find(FIRST);
    while let Some(now) = exercise {
        exercise = match run(now, plain, lines, show)? {
            Then::Back => None,
            Then::Other => all.find(if now.id == FIRST { OTHER } else { FIRST }),
        };
    }
    Ok(())
}

enum Then {
    Back,
    Other,
}

fn run(exercise: &Exercise, plain: bool, lines: &mut dyn Lines, show: Show<'_>) -> Result<Then, CliError> {
    let Some(variant) = exercise.variants.first() else { return Ok(Then::Back) };
    let mut page = Page::plain_if(plain);
    page.strong(&exercise.name);
    page.say(&exercise.about);
    page.aside(&exercise.caution);
    let other = if exercise.id == FIRST { "breathing" } else { "5-4-3-2-1" };
    page.aside(&format!(
        "It goes on by itself. Enter goes on sooner, w takes {other} instead, b goes back to the question."
    ));
    page.blank();
    show(&page, true)?;
    let mut end = Instant::now();
    for step in &variant.steps {
        let mut page = Page::bare_if(plain);
        page.say(&step.say);
        show(&page, false)?;
        end += Duration::from_secs(u64::from(step.seconds));
        match lines.next_within(end.saturating_duration_since(Instant::now()))? {
            Waited::Nothing => {}
            Waited::End => return Ok(Then::Back),
            Waited::Line(line) => match line.trim().to_lowercase().as_str() {
                "" => end = Instant::now(),
                "w" => return Ok(Then::Other),
                _ => return Ok(Then::Back),
            },
        }
    }
    let mut page = Page::bare_if(plain);
    page.blank();
    page.say(&exercise.end);
    page.aside("Enter goes back to the question.");
    show(&page, false)?;
    lines.next().map(|_| Then::Back)
}
