//! The plan on a page, and as Markdown.

use std::fmt::Write as _;

use crate::cli::page::Page;
use crate::crisis::HelplineSet;
use crate::crisis::safety_plan::{PlanStep, PlanTexts, SafetyPlan};

/// The whole plan, lines numbered as `plan remove` counts them.
pub(super) fn plan(page: &mut Page, plan: &SafetyPlan, texts: &PlanTexts) {
    page.say("Your safety plan");
    for step in PlanStep::ALL {
        page.blank();
        page.strong(&format!("{}  {}", step.number(), texts.step(step).title));
        for (i, line) in plan.lines(step).iter().enumerate() {
            page.item(&format!("   {}.", i + 1), &line.to_string());
        }
        if plan.lines(step).is_empty() {
            page.aside("   nothing yet");
        }
    }
}

/// That there is none, and how to begin.
pub(super) fn none(page: &mut Page, texts: &PlanTexts) {
    texts.none().iter().for_each(|line| page.say(line));
    page.blank();
    page.say("Begin with `evenkeel plan edit`.");
}

/// Where help is at once.
pub(super) fn help(page: &mut Page, lines: &HelplineSet) {
    let number = lines.emergency_phrase();
    let list = if lines.listed { "`evenkeel help-lines`" } else { "`evenkeel help-lines --country CC`" };
    page.aside(&format!("In danger now? Call {number}. {list} lists people to talk to."));
}

/// The plan as Markdown, its lines as they are and never as markup.
pub(super) fn markdown(plan: &SafetyPlan, texts: &PlanTexts) -> String {
    let mut text = String::from("# My safety plan\n");
    for step in PlanStep::ALL.into_iter().filter(|step| !plan.lines(*step).is_empty()) {
        let _ = write!(text, "\n## {}. {}\n\n", step.number(), texts.step(step).title);
        for line in plan.lines(step) {
            let _ = writeln!(text, "- {}", plain(&line.to_string()));
        }
    }
    text
}

/// Text with a backslash before whatever Markdown would take for its own.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    for (i, c) in text.chars().enumerate() {
        let is_list = i == 0 && "-+".contains(c) || digits > 0 && i == digits && ".)".contains(c);
        if is_list || "\\`*_[]<>#|~&".contains(c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::crisis::safety_plan::PlanLine;

    #[test]
    fn markdown_keeps_every_line_as_text() {
        let mut plan = SafetyPlan::default();
        for text in ["1. breathe *slowly*", "- <b>walk</b>", "[tea](x) #1"] {
            plan.add(PlanStep::Coping, PlanLine::new(text, None).unwrap()).unwrap();
        }
        plan.add(PlanStep::People, PlanLine::new("Mara", Some("+49 (30) 555")).unwrap()).unwrap();
        let text = markdown(&plan, &PlanTexts::embedded().unwrap());
        insta::assert_snapshot!(text, @r"
        # My safety plan

        ## 2. What I can do by myself

        - 1\. breathe \*slowly\*
        - \- \<b\>walk\</b\>
        - \[tea\](x) \#1

        ## 4. People I can ask for help

        - Mara, +49 (30) 555
        ");
    }
}
