//! People's output: a page of 72 columns that works without colour.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use textwrap::Options;
use unicode_width::UnicodeWidthChar;

use super::error::CliError;
use crate::assistant::{DistortionBody, Outcome, ReplyBody};
use crate::crisis::safety_plan::{OwnPlan, OwnPlanState};
use crate::crisis::{Escalation, Helpline, Level, Risk, Support, Tier};
use crate::reframe::{Kind, Source};

/// Columns of a page.
const WIDTH: usize = 72;
/// Columns that everything is set in by.
const INDENT: &str = "  ";

/// A page being written.
pub(super) struct Page {
    text: String,
    colour: bool,
}

impl Page {
    /// A page for standard output: colour on a terminal only, and never against `NO_COLOR`.
    pub(super) fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        Self { text: String::from("\n"), colour: wanted && !dumb && std::io::stdout().is_terminal() }
    }

    /// A page that goes on where another ended.
    pub(super) fn bare() -> Self {
        Self { text: String::new(), ..Self::new() }
    }

    /// A page, without emphasis if that is wanted.
    pub(super) fn plain_if(plain: bool) -> Self {
        let page = Self::new();
        Self { colour: page.colour && !plain, ..page }
    }

    /// A page that goes on where another ended, without emphasis if that is wanted.
    pub(super) fn bare_if(plain: bool) -> Self {
        Self { text: String::new(), ..Self::plain_if(plain) }
    }

    /// The page as it would be written.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The page so far.
    #[cfg(test)]
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A mark where the person writes.
    pub(super) fn prompt(&mut self) {
        self.text.push_str("  > ");
    }

    /// Writes the page to standard output.
    pub(super) fn print(self) -> Result<(), CliError> {
        let mut out = std::io::stdout().lock();
        out.write_all(self.text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A paragraph; line breaks in it are kept.
    pub(super) fn say(&mut self, text: &str) {
        self.set(text, INDENT, INDENT, Style::new());
    }

    /// A paragraph set in once more.
    pub(super) fn inset(&mut self, text: &str) {
        self.set(text, "     ", "     ", Style::new());
    }

    /// The program's aside.
    pub(super) fn aside(&mut self, text: &str) {
        self.set(text, INDENT, INDENT, Style::new().dimmed());
    }

    /// A step or a line of a list.
    pub(super) fn item(&mut self, mark: &str, text: &str) {
        self.set(
            text,
            &format!("{INDENT}{mark} "),
            &format!("{INDENT}{}", " ".repeat(mark.chars().count() + 1)),
            Style::new(),
        );
    }

    /// An address on a line of its own, whole, so that it can be copied.
    pub(super) fn address(&mut self, text: &str) {
        let _ = writeln!(self.text, "{INDENT}  {text}");
    }

    /// What stands out.
    pub(super) fn strong(&mut self, text: &str) {
        self.set(text, INDENT, INDENT, Style::new().bold());
    }

    fn set(&mut self, text: &str, first: &str, rest: &str, style: Style) {
        for (i, line) in text.lines().enumerate() {
            let options =
                Options::new(WIDTH).initial_indent(if i == 0 { first } else { rest }).subsequent_indent(rest);
            for line in textwrap::wrap(line, options) {
                self.styled(&line, style);
                self.text.push('\n');
            }
        }
    }

    fn styled(&mut self, text: &str, style: Style) {
        if self.colour && style != Style::new() {
            let _ = write!(self.text, "{style}{text}{style:#}");
        } else {
            self.text.push_str(text);
        }
    }

    /// The person's words, with marks under those that carry a distortion. Mark `n` belongs to
    /// the n-th distortion; where two want the same words the likelier one has them. Gives which
    /// distortions have marks.
    fn entry(&mut self, text: &str, distortions: &[DistortionBody]) -> Vec<bool> {
        let mut owner: Vec<Option<usize>> = vec![None; text.chars().count()];
        for (n, distortion) in distortions.iter().enumerate() {
            for span in &distortion.spans {
                let free = owner.get(span.start..span.end).is_some_and(|o| o.iter().all(Option::is_none));
                if free && let Some(cells) = owner.get_mut(span.start..span.end) {
                    cells.fill(Some(n));
                }
            }
        }
        let characters: Vec<char> = text.chars().collect();
        for line in lines(&characters, WIDTH - INDENT.len()) {
            let words: String = characters[line.clone()].iter().collect();
            let _ = writeln!(self.text, "{INDENT}{words}");
            let marks = marks(&characters, &owner, line);
            if !marks.trim().is_empty() {
                self.text.push_str(INDENT);
                self.styled(marks.trim_end(), Style::new().fg_color(Some(AnsiColor::Yellow.into())));
                self.text.push('\n');
            }
        }
        (0..distortions.len()).map(|n| owner.contains(&Some(n))).collect()
    }
}

/// Cuts text into lines of at most `width` columns at white space, and at line breaks.
fn lines(characters: &[char], width: usize) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let (mut start, mut columns) = (0, 0);
    let mut space = None;
    let mut at = 0;
    while at < characters.len() {
        let c = characters[at];
        if c == '\n' {
            all.push(start..at);
            (start, columns, space) = (at + 1, 0, None);
        } else {
            if c.is_whitespace() {
                space = Some(at);
            }
            columns += c.width().unwrap_or(0);
            if columns > width && at > start {
                let end = space.filter(|s| *s > start).unwrap_or(at);
                all.push(start..end);
                start = if space == Some(end) { end + 1 } else { end };
                at = start;
                (columns, space) = (0, None);
                continue;
            }
        }
        at += 1;
    }
    if start < characters.len() {
        all.push(start..characters.len());
    }
    all
}

/// The line under a line: `──1──` beneath the words of the first distortion, and so on.
fn marks(characters: &[char], owner: &[Option<usize>], line: Range<usize>) -> String {
    let mut marks = String::new();
    let mut at = line.start;
    while at < line.end {
        let n = owner[at];
        let end = (at..line.end).find(|i| owner[*i] != n).unwrap_or(line.end);
        let columns: usize = characters[at..end].iter().map(|c| c.width().unwrap_or(0)).sum();
        match n {
            None => marks.push_str(&" ".repeat(columns)),
            Some(n) => {
                let label = (n + 1).to_string();
                let left = columns.saturating_sub(label.len()) / 2;
                let right = columns.saturating_sub(label.len() + left);
                marks.push_str(&"─".repeat(left));
                marks.push_str(&label);
                marks.push_str(&"─".repeat(right));
            }
        }
        at = end;
    }
    marks
}

/// The whole reply to a worry.
pub(super) fn reply(page: &mut Page, text: &str, reply: &ReplyBody) {
    let marked = page.entry(text.trim_end(), &reply.distortions);
    page.blank();
    match (&reply.escalation, reply.outcome) {
        (Some(escalation), _) => return help(page, escalation),
        (None, Outcome::NoDistortion) => match &reply.notice {
            Some(notice) => page.say(notice),
            None => page.say("I don't see a distortion in this."),
        },
        (None, _) => found(page, &reply.distortions, &marked),
    }
    for (i, reframe) in reply.reframes.iter().enumerate() {
        page.blank();
        page.aside(match (i, reframe.kind, reframe.source) {
            (_, _, Source::Written) => "In the model's own words:",
            (_, _, Source::Writer) => "In the other model's words:",
            (0, Kind::Question, _) => "A question to start with:",
            (0, Kind::Statement, _) => "One way to look at it:",
            (_, Kind::Question, _) => "Or a question:",
            (_, Kind::Statement, _) => "Or:",
        });
        page.inset(&reframe.text);
    }
    if let (Some(notice), Outcome::Reframed) = (&reply.notice, reply.outcome) {
        page.blank();
        page.say(notice);
    }
    if let Some(says) = reply.personal.as_ref().and_then(|personal| personal.says.as_ref()) {
        page.blank();
        page.aside(says);
    }
    if let Some(support) = &reply.support {
        beside(page, support);
    }
    if !reply.reframes.is_empty() {
        page.blank();
        page.aside(if reply.outcome == Outcome::Reframed {
            "None of these has to fit. This is a program on your machine, not a therapist, and it can be wrong."
        } else {
            "This is a program on your machine, not a therapist, and it can be wrong."
        });
    }
}

fn found(page: &mut Page, distortions: &[DistortionBody], marked: &[bool]) {
    page.say(match distortions.len() {
        1 => "One habit of thought may be at work here.",
        2 => "Two habits of thought may be at work here.",
        3 => "Three habits of thought may be at work here.",
        _ => "Four habits of thought may be at work here.",
    });
    for (n, distortion) in distortions.iter().enumerate() {
        page.blank();
        let unsure = if distortion.probability < 0.5 { " (I'm not sure of this one)" } else { "" };
        page.strong(&format!("{}  {}{unsure}", n + 1, distortion.name));
        // Words that another distortion has marked already are named here.
        if let (Some(false), Some(span)) = (marked.get(n), distortion.spans.first()) {
            page.inset(&format!("“{}”", span.text.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
        page.inset(&distortion.why);
    }
}

/// Writes a page while the person is being asked, on a fresh screen where there is one; beside
/// JSON it goes to standard error.
pub(super) fn on_screen(page: &Page, fresh: bool, beside_json: bool) -> std::io::Result<()> {
    let clear = if fresh && page.colour { "\u{1b}[2J\u{1b}[H" } else { "" };
    let text = format!("{clear}{}", page.text);
    if beside_json {
        return std::io::stderr().write_all(text.as_bytes());
    }
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Help, where danger was noticed. The person's own plan comes first, after the call for help in
/// an emergency.
pub(super) fn help(page: &mut Page, escalation: &Escalation) {
    page.strong(&escalation.message);
    let (none, own): (Vec<_>, Vec<_>) =
        escalation.plan.iter().partition(|plan| plan.state == OwnPlanState::None);
    let (call, steps) = match escalation.steps.split_first() {
        Some((call, rest)) if escalation.tier == Tier::Emergency && !own.is_empty() => (Some(call), rest),
        _ => (None, escalation.steps.as_slice()),
    };
    if let Some(call) = call {
        page.blank();
        page.item("·", call);
    }
    for plan in own {
        own_plan(page, plan);
    }
    if call.is_some() && !escalation.helplines.is_empty() {
        page.blank();
        helplines(page, &escalation.helplines);
    }
    reach(page, steps, if call.is_some() { &[] } else { &escalation.helplines });
    for plan in none {
        page.blank();
        page.aside(&format!("{} `evenkeel plan edit` begins one.", plan.text));
    }
    if !escalation.note.is_empty() {
        page.blank();
        page.aside(&escalation.note);
    }
}

/// The person's own plan, as far as an escalation shows it.
fn own_plan(page: &mut Page, plan: &OwnPlan) {
    page.blank();
    page.say(&plan.text);
    for person in &plan.people {
        match &person.phone {
            Some(phone) => page.item("·", &format!("{}: call {phone}", person.name)),
            None => page.item("·", &person.name),
        }
    }
    for line in &plan.coping {
        page.item("·", line);
    }
    page.aside(match plan.state {
        OwnPlanState::Unreadable => "`evenkeel plan` says why.",
        _ => "`evenkeel plan` shows all of it.",
    });
}

/// What stands beside an ordinary reply.
pub(super) fn beside(page: &mut Page, support: &Support) {
    page.blank();
    page.say(&support.message);
    reach(page, &support.steps, &support.helplines);
}

/// Steps and lines. The first step speaks of the lines, so they follow it.
fn reach(page: &mut Page, steps: &[String], lines: &[Helpline]) {
    page.blank();
    for (i, step) in steps.iter().enumerate() {
        page.item("·", step);
        if i == 0 && !lines.is_empty() {
            page.blank();
            helplines(page, lines);
            page.blank();
        }
    }
}

/// Lines to call or write to.
pub(super) fn helplines(page: &mut Page, lines: &[Helpline]) {
    for line in lines {
        let ways: Vec<String> = [
            line.phone.as_ref().map(|p| format!("call {p}")),
            line.text.as_ref().map(|t| format!("text {t}")),
            line.chat.as_ref().map(|c| format!("chat {c}")),
            line.web.as_ref().map(|w| format!("look at {w}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        page.strong(&format!("{}: {}", line.name, ways.join(", ")));
        let mut about = vec![line.hours.clone()];
        about.extend(line.cost.clone());
        if line.stale {
            about.push(format!("last checked {}", line.verified_on));
        }
        page.inset(&about.iter().filter(|a| !a.is_empty()).cloned().collect::<Vec<_>>().join(" · "));
    }
}

/// What the screen found.
pub(super) fn risk(page: &mut Page, text: &str, risk: &Risk) {
    page.entry(text.trim_end(), &[]);
    page.blank();
    page.strong(match risk.level {
        Level::None => "I see no sign of a wish to die in this.",
        Level::Distress => "This sounds like strong pain.",
        Level::PassiveIdeation => "This sounds like a wish not to be here.",
        Level::ActiveIdeation => "This sounds like thoughts of ending one's life.",
        Level::PlanOrIntent => "This sounds like a plan, or the will to act.",
        Level::Imminent => "This sounds as if it were happening now.",
    });
    page.aside(&format!("Level: {}. Tier of help: {}.", risk.level.slug(), risk.tier.slug()));
    for noticed in &risk.flags {
        page.item(
            "·",
            &format!("{} ({:.0} %)", noticed.flag.slug().replace('_', " "), noticed.probability * 100.0),
        );
    }
    let characters: Vec<char> = text.chars().collect();
    for found in risk.matches.iter().filter(|m| m.part == crate::crisis::PartName::Text) {
        if let Some(words) = characters.get(found.start..found.end) {
            page.item("·", &format!("“{}” ({})", words.iter().collect::<String>(), found.rule));
        }
    }
    page.blank();
    page.aside(match risk.coverage {
        crate::crisis::Coverage::Full => "Read by phrase rules and by the model. Both can be wrong.",
        crate::crisis::Coverage::RulesOnly => {
            "Read by phrase rules only. They miss what is said in other words."
        }
        crate::crisis::Coverage::UnsupportedLanguage => {
            "This does not seem to be English, which is all I can read. Count it as unscreened."
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_keep_every_word() {
        let characters: Vec<char> = "one two three\nfour".chars().collect();
        let cut: Vec<String> =
            lines(&characters, 8).into_iter().map(|r| characters[r].iter().collect()).collect();
        assert_eq!(cut, ["one two", "three", "four"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut() {
        let characters: Vec<char> = "aaaaaaaaaa b".chars().collect();
        let cut: Vec<String> =
            lines(&characters, 4).into_iter().map(|r| characters[r].iter().collect()).collect();
        assert_eq!(cut, ["aaaa", "aaaa", "aa b"]);
    }

    #[test]
    fn marks_stand_under_their_words() {
        let characters: Vec<char> = "ab cd ef".chars().collect();
        let owner = [Some(0), Some(0), Some(0), Some(0), Some(0), None, Some(1), Some(1)];
        assert_eq!(marks(&characters, &owner, 0..8), "──1── 2─");
    }
}
