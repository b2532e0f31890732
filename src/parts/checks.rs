//! What every reply of the guide must pass before it is shown, whatever wrote it.

use serde::Deserialize;

use super::rules::plain;

/// Words of a reply.
const WORDS: std::ops::RangeInclusive<usize> = 3..=70;
/// Sentences at most.
const SENTENCES: usize = 3;

/// Why a reply may not be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too short or too long.
    Length,
    /// Not plain finished sentences.
    Form,
    /// More than one question.
    Questions,
    /// It claims to be what it is not.
    Claims,
    /// It explains the person or the part.
    Interprets,
    /// It advises or commands.
    Advises,
    /// It pushes.
    Pushes,
    /// It speaks of medicine or names an illness.
    Medicine,
    /// It cheers or promises.
    Cheers,
    /// It blames or contradicts.
    Blames,
    /// It begins as one of the last replies did.
    Opener,
}

/// The lists of what a reply must not hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    claims: Vec<String>,
    interprets: Vec<String>,
    advises: Vec<String>,
    pushes: Vec<String>,
    medicine: Vec<String>,
    cheers: Vec<String>,
    blames: Vec<String>,
}

impl Checks {
    /// The lists that the program carries.
    ///
    /// # Errors
    /// [`toml::de::Error`] if the file was edited and cannot be read.
    pub fn embedded() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../content/parts/checks.toml"))
    }

    /// Whether a reply may be shown after those that were shown last.
    ///
    /// # Errors
    /// [`Refusal`]: the first thing that speaks against it.
    pub fn pass(&self, reply: &str, last: &[&str]) -> Result<(), Refusal> {
        if !WORDS.contains(&reply.split_whitespace().count()) {
            return Err(Refusal::Length);
        }
        let finished = reply.trim_end_matches(['”', '"', '\'', '\u{2019}']).ends_with(['.', '?', '…', ':']);
        if !finished || reply.contains(['{', '}', '<', '>', '*', '#', '\n', '!', '_', '`']) {
            return Err(Refusal::Form);
        }
        let own = without_quotations(reply);
        if own.matches('?').count() > 1 {
            return Err(Refusal::Questions);
        }
        if sentences(&own) > SENTENCES {
            return Err(Refusal::Length);
        }
        let padded = format!(" {} ", plain(&own));
        for (phrases, refusal) in [
            (&self.claims, Refusal::Claims),
            (&self.interprets, Refusal::Interprets),
            (&self.advises, Refusal::Advises),
            (&self.pushes, Refusal::Pushes),
            (&self.medicine, Refusal::Medicine),
            (&self.cheers, Refusal::Cheers),
            (&self.blames, Refusal::Blames),
        ] {
            if phrases.iter().any(|phrase| padded.contains(&format!(" {phrase} "))) {
                return Err(refusal);
            }
        }
        if last.iter().any(|other| opener(other) == opener(reply)) {
            return Err(Refusal::Opener);
        }
        Ok(())
    }
}

/// The first two words of a reply, or that it begins with a quotation.
#[must_use]
pub fn opener(reply: &str) -> String {
    if reply.trim_start().starts_with('“') {
        return "“".to_owned();
    }
    plain(reply).split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// A reply without what stands in curved quotation marks.
fn without_quotations(text: &str) -> String {
    let mut own = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '“' => inside = true,
            '”' => inside = false,
            _ if !inside => own.push(c),
            _ => {}
        }
    }
    own
}

/// Sentences, by their ends.
fn sentences(text: &str) -> usize {
    let mut count = 0;
    let mut open = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let ends = matches!(c, '.' | '?' | '…') && rest.peek().is_none_or(|next| next.is_whitespace());
        if ends && open {
            count += 1;
            open = false;
        } else if c.is_alphanumeric() {
            open = true;
        }
    }
    count + usize::from(open)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn what_a_gentle_guide_says_passes() {
        let checks = Checks::embedded().unwrap();
        for text in [
            "“a lid”, you say. Does it know you've noticed it?",
            "No is fine. If something else comes up that you'd rather talk about, I'm glad to.",
            "Let's leave all of it there. Press both feet into whatever's under them, and keep pressing while you read this.",
            "“i should just die of shame”. That stays as you said it.",
        ] {
            assert_eq!(checks.pass(text, &[]), Ok(()), "{text}");
        }
    }

    #[test]
    fn each_refusal_has_its_texts() {
        let checks = Checks::embedded().unwrap();
        for (refusal, text) in [
            (Refusal::Length, "Yes."),
            (Refusal::Length, "It is here. It is near. It is old. It is tired."),
            (Refusal::Form, "How does it feel to have it there"),
            (Refusal::Form, "What a lovely part you have there!"),
            (Refusal::Questions, "Where is it? And how old is it?"),
            (Refusal::Claims, "As a therapist I can see that it works hard."),
            (Refusal::Interprets, "It sounds as if this stems from what happened at school."),
            (Refusal::Interprets, "Deep down the critic wants to keep you small."),
            (Refusal::Advises, "You should tell it to take a rest this week."),
            (Refusal::Advises, "Have you tried writing a letter to it?"),
            (Refusal::Pushes, "Let's see if we can get past this resistance together."),
            (Refusal::Pushes, "Come on, there must be some feeling there."),
            (Refusal::Medicine, "That sounds like a symptom of something larger."),
            (Refusal::Cheers, "You're doing great, and I'm so proud of you."),
            (Refusal::Blames, "It is your own fault that it shouts."),
        ] {
            assert_eq!(checks.pass(text, &[]).err(), Some(refusal), "{text}");
        }
        let last = ["How do you feel toward it?"];
        assert_eq!(checks.pass("How do you know that it is there?", &last), Err(Refusal::Opener));
    }
}
