//! The steps of a thought record, one question at a time, with the thought in sight on each. Pure:
//! it is given lines and gives pages, and knows nothing of the journal or of the screen.

use super::texts::{Text, Texts};
use crate::cli::page::Page;
use crate::crisis::Date;
use crate::distortion::{Catalogue, Distortion};
use crate::journal::{Balanced, Feeling, Line, Percent, RecordContent, Stamp, Verdict};

/// A reframe that may be chosen, with the id of its line in the bank.
pub(super) struct Choice {
    pub(super) text: String,
    pub(super) line: Option<String>,
}

/// What the assistant offers once it has read the thought.
#[derive(Default)]
pub(super) struct Offers {
    pub(super) distortions: Vec<Distortion>,
    pub(super) reframes: Vec<Choice>,
}

/// Where the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Situation,
    Thought,
    Belief,
    Feelings,
    /// The n-th distortion that is offered.
    Offered(usize),
    Own,
    For,
    Against,
    Balanced,
    BeliefAfter,
    /// The n-th feeling.
    FeelingAfter(usize),
    Review,
    Done,
}

/// What became of a typed line.
pub(super) enum Taken {
    /// It was not understood, or there is something to say; the step goes on.
    Said(Page),
    /// It was taken; the step goes on.
    More,
    /// On to the next step.
    Next,
}

/// A record on its way.
pub(super) struct Steps<'a> {
    texts: &'a Texts,
    catalogue: &'a Catalogue,
    now: Stamp,
    situation: Option<Line>,
    content: Option<RecordContent>,
    offers: Offers,
    step: Step,
}

impl<'a> Steps<'a> {
    /// A new record, or one that is worked on again.
    pub(super) fn of(
        content: Option<RecordContent>,
        texts: &'a Texts,
        catalogue: &'a Catalogue,
        now: Stamp,
    ) -> Self {
        let situation = content.as_ref().and_then(|content| content.situation.clone());
        Self { texts, catalogue, now, situation, content, offers: Offers::default(), step: Step::Situation }
    }

    /// The record so far; none before there is a thought.
    pub(super) fn content(&self) -> Option<&RecordContent> {
        self.content.as_ref()
    }

    pub(super) fn step(&self) -> Step {
        self.step
    }

    /// What the assistant found in the thought; what the person has judged already is not asked
    /// about again.
    pub(super) fn offer(&mut self, mut offers: Offers) {
        if let Some(content) = &self.content {
            offers.distortions.retain(|one| !content.distortions.contains_key(one));
        }
        self.offers = offers;
    }

    /// What the person sees now.
    pub(super) fn page(&self) -> Page {
        let mut page = Page::new();
        if let Some(content) = self.content.as_ref().filter(|_| self.step > Step::Thought) {
            page.aside("The thought:");
            page.inset(content.thought.as_str());
            page.blank();
        }
        let text = self.text();
        match self.step {
            Step::Offered(n) => {
                let about = self.offers.distortions.get(n).map(|one| self.catalogue.get(*one));
                if let Some(about) = about {
                    page.strong(&text.title);
                    page.blank();
                    page.say(&about.name);
                    page.inset(&about.definition);
                }
            }
            Step::FeelingAfter(n) => {
                let name = self.feeling(n).map(|feeling| feeling.name.as_str()).unwrap_or_default();
                page.strong(&format!("{}: {}", text.title.trim_end_matches('?'), name));
            }
            _ => page.strong(&text.title),
        }
        page.blank();
        page.say(&text.hint);
        self.there(&mut page);
        page.blank();
        page.aside(match self.step {
            Step::Feelings | Step::Own | Step::For | Step::Against => "Enter alone goes on.",
            Step::Thought if self.content.is_none() => "Ctrl-C leaves; nothing is kept yet.",
            Step::Thought => "Enter alone leaves it as it is.",
            _ => "Enter alone leaves it open.",
        });
        page
    }

    /// What is there already, or may be chosen.
    fn there(&self, page: &mut Page) {
        let now = |page: &mut Page, text: &str| {
            page.blank();
            page.aside("Now, until you write something else (- takes it away):");
            page.inset(text);
        };
        let lines = |page: &mut Page, lines: &[Line]| {
            if !lines.is_empty() {
                page.blank();
                for (n, line) in lines.iter().enumerate() {
                    page.item(&format!("{}.", n + 1), line.as_str());
                }
                page.aside("-1 takes the first away.");
            }
        };
        if let (Step::Situation, Some(line)) = (self.step, &self.situation) {
            return now(page, line.as_str());
        }
        let Some(content) = &self.content else { return };
        match self.step {
            Step::Thought => {
                page.blank();
                page.inset(content.thought.as_str());
            }
            Step::Belief => content.belief.iter().for_each(|b| now(page, &b.get().to_string())),
            Step::BeliefAfter => content.belief_after.iter().for_each(|b| now(page, &b.get().to_string())),
            Step::Review => content.review_on.iter().for_each(|day| now(page, &day.to_string())),
            Step::For => lines(page, &content.evidence_for),
            Step::Against => lines(page, &content.evidence_against),
            Step::Feelings if !content.feelings.is_empty() => {
                page.blank();
                for (n, feeling) in content.feelings.iter().enumerate() {
                    let strong = feeling.before.map(|b| format!(" {}", b.get())).unwrap_or_default();
                    page.item(&format!("{}.", n + 1), &format!("{}{strong}", feeling.name.as_str()));
                }
                page.aside("-1 takes the first away.");
            }
            Step::Own => {
                let judged = content.distortions.iter().filter(|(_, verdict)| **verdict != Verdict::Rejected);
                let names: Vec<&str> =
                    judged.map(|(one, _)| self.catalogue.get(*one).name.as_str()).collect();
                if !names.is_empty() {
                    page.blank();
                    page.aside(&format!("So far: {}.", names.join(", ")));
                }
            }
            Step::Balanced => {
                if let Some(balanced) = &content.balanced {
                    now(page, balanced.text().as_str());
                }
                if !self.offers.reframes.is_empty() {
                    page.blank();
                    page.aside("Or one of these, by its number. None of them has to fit.");
                    for (n, choice) in self.offers.reframes.iter().enumerate() {
                        page.item(&format!("{}.", n + 1), &choice.text);
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&self) -> &Text {
        let texts = self.texts;
        match self.step {
            Step::Situation => &texts.situation,
            Step::Thought => &texts.thought,
            Step::Belief => &texts.belief,
            Step::Feelings => &texts.feelings,
            Step::Offered(_) => &texts.offered,
            Step::Own => &texts.own,
            Step::For => &texts.r#for,
            Step::Against => &texts.against,
            Step::Balanced => &texts.balanced,
            Step::BeliefAfter => &texts.belief_after,
            Step::FeelingAfter(_) => &texts.feeling_after,
            Step::Review | Step::Done => &texts.review,
        }
    }

    fn feeling(&self, n: usize) -> Option<&Feeling> {
        self.content.as_ref()?.feelings.get(n)
    }

    /// Takes a typed line.
    pub(super) fn take(&mut self, typed: &str) -> Taken {
        let typed = typed.trim();
        let taken = if self.step == Step::Thought || self.content.is_none() {
            self.begin(typed)
        } else {
            self.go_on(typed)
        };
        match taken {
            Ok(taken) => {
                if matches!(taken, Taken::Next) {
                    self.step = self.next();
                }
                taken
            }
            Err(why) => Taken::Said(said(&why)),
        }
    }

    fn next(&self) -> Step {
        let offered = |n| if n < self.offers.distortions.len() { Step::Offered(n) } else { Step::Own };
        let feeling = |n| if self.feeling(n).is_some() { Step::FeelingAfter(n) } else { Step::Review };
        match self.step {
            Step::Situation => Step::Thought,
            Step::Thought => Step::Belief,
            Step::Belief => Step::Feelings,
            Step::Feelings => offered(0),
            Step::Offered(n) => offered(n + 1),
            Step::Own => Step::For,
            Step::For => Step::Against,
            Step::Against => Step::Balanced,
            Step::Balanced => Step::BeliefAfter,
            Step::BeliefAfter => feeling(0),
            Step::FeelingAfter(n) => feeling(n + 1),
            Step::Review | Step::Done => Step::Done,
        }
    }

    /// The situation and the thought, which come before there is a record.
    fn begin(&mut self, typed: &str) -> Result<Taken, String> {
        if self.step == Step::Situation {
            self.set_situation(typed)?;
            return Ok(Taken::Next);
        }
        match (&mut self.content, typed) {
            (Some(_), "") => {}
            (None, "") => {
                return Err("There is no thought to keep yet. Write it, or leave with Ctrl-C.".into());
            }
            (Some(content), typed) => content.thought = line(typed)?,
            (None, typed) => {
                let situation = self.situation.clone();
                self.content = Some(RecordContent { situation, ..RecordContent::of(line(typed)?) });
            }
        }
        Ok(Taken::Next)
    }

    fn set_situation(&mut self, typed: &str) -> Result<(), String> {
        match typed {
            "" => {}
            "-" => self.situation = None,
            typed => self.situation = Some(line(typed)?),
        }
        if let Some(content) = &mut self.content {
            content.situation.clone_from(&self.situation);
        }
        Ok(())
    }

    fn go_on(&mut self, typed: &str) -> Result<Taken, String> {
        if self.step == Step::Situation {
            self.set_situation(typed)?;
            return Ok(Taken::Next);
        }
        let (now, step) = (self.now, self.step);
        let Some(content) = &mut self.content else { return Ok(Taken::Next) };
        match step {
            Step::Belief => percent(&mut content.belief, typed)?,
            Step::BeliefAfter => percent(&mut content.belief_after, typed)?,
            Step::FeelingAfter(n) => {
                if let Some(feeling) = content.feelings.get_mut(n) {
                    percent(&mut feeling.after, typed)?;
                }
            }
            Step::Review => match typed {
                "" => {}
                "-" => content.review_on = None,
                typed => content.review_on = Some(day(typed, now)?),
            },
            Step::Feelings => return lines(&mut content.feelings, typed, feeling),
            Step::For => return lines(&mut content.evidence_for, typed, line),
            Step::Against => return lines(&mut content.evidence_against, typed, line),
            Step::Offered(n) => {
                let Some(distortion) = self.offers.distortions.get(n).copied() else {
                    return Ok(Taken::Next);
                };
                let verdict = match typed.to_lowercase().as_str() {
                    "" => return Ok(Taken::Next),
                    "y" | "yes" => Verdict::Accepted,
                    "n" | "no" => Verdict::Rejected,
                    _ => return Err("Write y if it fits, n if it doesn't, or Enter alone.".into()),
                };
                content.distortions.insert(distortion, verdict);
            }
            Step::Own => return own(content, self.catalogue, typed),
            Step::Balanced => {
                let chosen = typed.parse::<usize>().ok().filter(|_| !self.offers.reframes.is_empty());
                match (chosen, typed) {
                    (_, "") => {}
                    (_, "-") => content.balanced = None,
                    (Some(number), _) => {
                        let choice = number.checked_sub(1).and_then(|n| self.offers.reframes.get(n));
                        let choice = choice.ok_or("There is no sentence of that number.")?;
                        let (text, line) = (line(&choice.text)?, choice.line.clone());
                        content.balanced = Some(Balanced::Chosen { text, line });
                    }
                    (None, typed) => content.balanced = Some(Balanced::Own { text: line(typed)? }),
                }
            }
            Step::Situation | Step::Thought | Step::Done => {}
        }
        Ok(Taken::Next)
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.place().cmp(&other.place()))
    }
}

impl Step {
    const fn place(self) -> u8 {
        match self {
            Self::Situation => 0,
            Self::Thought => 1,
            Self::Belief => 2,
            Self::Feelings => 3,
            Self::Offered(_) => 4,
            Self::Own => 5,
            Self::For => 6,
            Self::Against => 7,
            Self::Balanced => 8,
            Self::BeliefAfter => 9,
            Self::FeelingAfter(_) => 10,
            Self::Review => 11,
            Self::Done => 12,
        }
    }
}

/// A page of one sentence.
pub(super) fn said(text: &str) -> Page {
    let mut page = Page::bare();
    page.say(text);
    page
}

fn line(text: &str) -> Result<Line, String> {
    Line::new(text).map_err(|error| error.to_string())
}

fn percent(value: &mut Option<Percent>, typed: &str) -> Result<(), String> {
    match typed {
        "" => {}
        "-" => *value = None,
        typed => {
            let number = typed.trim_end_matches('%').trim();
            *value = Some(number.parse().map_err(|error: crate::journal::ValueError| error.to_string())?);
        }
    }
    Ok(())
}

/// A line of a list, or `-2` to take the second away.
fn lines<T>(
    all: &mut Vec<T>,
    typed: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Taken, String> {
    if typed.is_empty() {
        return Ok(Taken::Next);
    }
    if let Some(number) = typed.strip_prefix('-').and_then(|n| n.trim().parse::<usize>().ok()) {
        if number == 0 || number > all.len() {
            return Err("There is no line of that number.".into());
        }
        all.remove(number - 1);
        return Ok(Taken::Said(said("That line is gone.")));
    }
    all.push(read(typed)?);
    Ok(Taken::More)
}

/// `fear 80`, or a feeling alone.
fn feeling(typed: &str) -> Result<Feeling, String> {
    let numbered = typed.rsplit_once(char::is_whitespace).and_then(|(name, number)| {
        let number = number.trim_end_matches('%');
        number.bytes().all(|b| b.is_ascii_digit()).then_some((name.trim_end_matches([' ', ':']), number))
    });
    let Some((name, number)) = numbered.filter(|(_, number)| !number.is_empty()) else {
        return Ok(Feeling { name: line(typed)?, before: None, after: None });
    };
    let before = number.parse::<Percent>().map_err(|error| error.to_string())?;
    Ok(Feeling { name: line(name)?, before: Some(before), after: None })
}

/// A distortion by its number or name.
fn own(content: &mut RecordContent, catalogue: &Catalogue, typed: &str) -> Result<Taken, String> {
    if typed.is_empty() {
        return Ok(Taken::Next);
    }
    if typed == "?" {
        let mut page = Page::bare();
        for (n, distortion) in Distortion::ALL.into_iter().enumerate() {
            let about = catalogue.get(distortion);
            page.item(&format!("{:>2}.", n + 1), &format!("{}. {}", about.name, about.definition));
        }
        return Ok(Taken::Said(page));
    }
    let (taken_away, typed) = typed.strip_prefix('-').map_or((false, typed), |rest| (true, rest.trim()));
    let named = |one: &Distortion| {
        let slug = one.slug().replace('_', " ");
        [slug.as_str(), &catalogue.get(*one).name]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&typed.replace(['_', '-'], " ")))
    };
    let by_number = typed.parse::<usize>().ok().and_then(|n| Distortion::ALL.get(n.checked_sub(1)?).copied());
    let distortion = by_number.or_else(|| Distortion::ALL.into_iter().find(named));
    let distortion = distortion.ok_or("That is none of the thirteen. ? lists them.")?;
    if taken_away {
        content.distortions.remove(&distortion);
    } else {
        content.distortions.insert(distortion, Verdict::Own);
    }
    let name = &catalogue.get(distortion).name;
    Ok(Taken::Said(said(&if taken_away {
        format!("{name}: taken away.")
    } else {
        format!("{name}: noted.")
    })))
}

/// A day, or in how many days.
fn day(typed: &str, now: Stamp) -> Result<Date, String> {
    let in_days = typed.parse::<u16>().ok().filter(|days| *days > 0).and_then(|days| now.day_in(days));
    let day = match in_days {
        Some(day) => day,
        None => typed.parse::<Date>().map_err(|error| error.to_string())?,
    };
    if now.day_in(0).is_some_and(|today| day < today) {
        return Err("That day is past. Write one that is to come.".into());
    }
    Ok(day)
}

#[cfg(test)]
mod tests;
