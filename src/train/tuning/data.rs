//! Texts as examples: tokens, and what is to be learnt from them.

use std::collections::HashSet;
use std::ops::Range;

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::TuneError;
use super::network::LONGEST;
use super::tasks::DISTORTIONS;
use crate::corpus::{Corpus, CrisisText, JudgedLine, Moment, Split, Splits, Thought, Verdict, judged_lines};
use crate::crisis::{About, Flag, Level};
use crate::distortion::Catalogue;
use crate::entry::{Entry, Limit};
use crate::heads::windows;
use crate::language::{ChatTemplate, Message, Role, Token, Tokenizer};
use crate::parts::{Stage, State, TURNS, conversation};
use crate::prompt::{Prompt, ReframeSystem, ReframeTask};
use crate::reframe::{BETWEEN, Bank, Strategies};
use crate::train::token_labels;
use crate::train::wrapping::wrap;

/// One text, and what is to be learnt from it.
pub(super) struct Example {
    pub(super) tokens: Vec<Token>,
    pub(super) task: Task,
}

/// What is to be learnt. Labels are 0 or 1.
pub(super) enum Task {
    /// Which distortions a thought has, and for each token which of them it carries.
    Thought { distortions: Vec<f32>, carrying: Vec<f32> },
    /// How grave a text is, counted from `none`; its flags; whom it is about.
    Danger { level: usize, flags: Vec<f32>, about: usize },
    /// How a person is in a parts dialogue and what the next step is. Their last message begins
    /// at the token `last`.
    Moment { state: usize, stage: usize, last: usize },
    /// How well the line that begins at the token `line` fits the thought before it. Whether
    /// anything in it is untrue is known only where it was `read` for this thought.
    Match { verdict: Verdict, read: bool, line: usize },
    /// The tokens from `from` on are to be written.
    Write { from: usize },
}

/// The texts of one side of the split.
pub(super) struct Texts<'a> {
    pub(super) thoughts: Vec<&'a Thought>,
    pub(super) dangers: Vec<&'a CrisisText>,
    pub(super) moments: Vec<&'a Moment>,
    /// A thought and one of its reframes.
    pub(super) reframes: Vec<(&'a Thought, usize)>,
    /// Lines of the bank that fit their thought, and others.
    pub(super) fitting: Vec<JudgedLine<'a>>,
    pub(super) unfitting: Vec<JudgedLine<'a>>,
}

impl<'a> Texts<'a> {
    pub(super) fn of(corpus: &'a Corpus, bank: &'a Bank, splits: &Splits, side: Split) -> Self {
        let thoughts: Vec<&Thought> = corpus.thoughts.iter().filter(|t| splits.of(&t.id) == side).collect();
        let reframes = thoughts.iter().flat_map(|t| (0..t.reframes.len()).map(|r| (*t, r))).collect();
        let (fitting, unfitting) = judged_lines(corpus, &|id| splits.of(id) == side, bank)
            .into_iter()
            .flatten()
            .partition(|judged| judged.verdict >= Verdict::Fits);
        Self {
            fitting,
            unfitting,
            thoughts,
            dangers: corpus.crisis.iter().filter(|t| splits.of(&t.id) == side).collect(),
            moments: corpus.moments.iter().filter(|m| splits.of(&m.id) == side).collect(),
            reframes,
        }
    }
}

impl Texts<'_> {
    /// Part of all texts of each kind, evenly from first to last; lines and reframes of the thoughts
    /// that are left.
    pub(super) fn part(self, share: f64) -> Self {
        fn thin<T>(all: Vec<T>, share: f64) -> Vec<T> {
            let passed = |i: usize| (i as f64 * share).floor();
            let keep = |i: usize| passed(i + 1) > passed(i);
            all.into_iter().enumerate().filter(|(i, _)| keep(*i)).map(|(_, text)| text).collect()
        }
        if share >= 1.0 {
            return self;
        }
        let thoughts = thin(self.thoughts, share);
        let ids: HashSet<&str> = thoughts.iter().map(|t| t.id.as_str()).collect();
        let left = |id: &str| ids.contains(id);
        Self {
            dangers: thin(self.dangers, share),
            moments: thin(self.moments, share),
            reframes: self.reframes.into_iter().filter(|(t, _)| left(&t.id)).collect(),
            fitting: self.fitting.into_iter().filter(|j| left(&j.thought.id)).collect(),
            unfitting: self.unfitting.into_iter().filter(|j| left(&j.thought.id)).collect(),
            thoughts,
        }
    }

    /// Everything that a run depends on, text by text.
    pub(super) fn all(&self) -> impl Iterator<Item = String> {
        let thoughts = self.thoughts.iter().map(|t| format!("{t:?}"));
        let dangers = self.dangers.iter().map(|d| format!("{d:?}"));
        let judged = self.fitting.iter().chain(&self.unfitting);
        let judged = judged.map(|j| format!("{} {} {:?}", j.thought.id, j.text, j.verdict));
        let moments = self.moments.iter().map(|m| {
            // What was said is not printed by `Debug`.
            let said: Vec<&str> = m.history.iter().map(|turn| turn.text.as_str()).collect();
            format!("{m:?} {}", said.join("\n"))
        });
        thoughts.chain(dangers).chain(moments).chain(judged)
    }
}

/// Makes examples of texts.
pub(super) struct Maker {
    pub(super) tokenizer: Tokenizer,
    pub(super) chat: ChatTemplate,
    pub(super) catalogue: Catalogue,
    pub(super) strategies: Strategies,
}

impl Maker {
    fn encode_chat(&self, messages: &[Message]) -> Result<Vec<Token>, TuneError> {
        Ok(self.chat.encode(messages, &self.tokenizer)?.tokens)
    }

    /// A thought in windows, as recognition reads it; one for all but the longest.
    pub(super) fn thought(&self, thought: &Thought, lower: bool) -> Result<Vec<Example>, TuneError> {
        let text = normalised(&thought.thought);
        let text = if lower { text.to_ascii_lowercase() } else { text };
        let encoded = self.tokenizer.encode(&text)?;
        let labels = token_labels(thought, &encoded.ranges);
        let whole = windows(&text, &encoded);
        let several = whole.len() > 1;
        let examples = whole.into_iter().map(|window| {
            let carrying = labels[window.start * DISTORTIONS..window.end * DISTORTIONS].to_vec();
            let distortions = crate::distortion::Distortion::ALL
                .iter()
                .enumerate()
                .map(|(i, d)| {
                    let here = carrying.iter().skip(i).step_by(DISTORTIONS).any(|l| *l > 0.0);
                    f32::from(u8::from(if several { here } else { thought.has(*d) }))
                })
                .collect();
            Example { tokens: encoded.tokens[window].to_vec(), task: Task::Thought { distortions, carrying } }
        });
        Ok(examples.collect())
    }

    pub(super) fn danger(&self, danger: &CrisisText, text: &str) -> Result<Example, TuneError> {
        let mut tokens = self.tokenizer.encode(&normalised(text))?.tokens;
        tokens.truncate(LONGEST);
        let position = |found: Option<usize>| found.unwrap_or_default();
        let task = Task::Danger {
            level: position(Level::ALL.iter().position(|l| *l == danger.level)),
            flags: Flag::ALL.map(|flag| f32::from(u8::from(danger.flags.contains(&flag)))).to_vec(),
            about: position(About::ALL.iter().position(|a| *a == danger.about)),
        };
        Ok(Example { tokens, task })
    }

    /// The last turns of a dialogue, as the conversation that the model would be shown.
    pub(super) fn moment(&self, moment: &Moment) -> Result<Example, TuneError> {
        let before = moment.history.iter().rev().nth(1).map_or("", |turn| &turn.text);
        let mut tokens = self.tokenizer.encode(&(normalised(before) + "\n\n"))?.tokens;
        let last = tokens.len();
        tokens.extend(self.tokenizer.encode(&normalised(moment.last()))?.tokens);
        tokens.truncate(LONGEST);
        let task = Task::Moment {
            state: State::ALL.iter().position(|s| *s == moment.state).unwrap_or_default(),
            stage: Stage::ALL.iter().position(|s| *s == moment.stage()).unwrap_or_default(),
            last: last.min(tokens.len().saturating_sub(1)),
        };
        Ok(Example { tokens, task })
    }

    /// A line after a thought, as in use when the model says whether it fits.
    pub(super) fn matched(&self, judged: &JudgedLine<'_>) -> Result<Example, TuneError> {
        self.after(&judged.thought.thought, &judged.text, judged.verdict, true)
    }

    fn after(&self, thought: &str, line: &str, verdict: Verdict, read: bool) -> Result<Example, TuneError> {
        let own = self.tokenizer.encode(line)?.tokens;
        let mut tokens = self.tokenizer.encode(&(normalised(thought) + BETWEEN))?.tokens;
        tokens.truncate(LONGEST - own.len());
        let line = tokens.len();
        tokens.extend(own);
        Ok(Example { tokens, task: Task::Match { verdict, read, line } })
    }

    /// A reframe after its thought; with or without being told which distortion and strategy.
    pub(super) fn reframe(&self, thought: &Thought, number: usize, told: bool) -> Result<Example, TuneError> {
        let reframe = &thought.reframes[number];
        let mut messages = vec![
            Message::new(Role::System, ReframeSystem {}.render()?),
            Message::new(Role::User, normalised(&thought.thought)),
        ];
        if let (true, Some(label)) = (told, thought.distortions.first()) {
            let task = ReframeTask {
                distortion: &self.catalogue.get(label.slug).name,
                strategy: &self.strategies.get(reframe.strategy).description,
            };
            messages.push(Message::new(Role::User, task.render()?));
        }
        self.written(self.encode_chat(&messages)?, &reframe.text)
    }

    /// The reply of a guide after the last turns.
    pub(super) fn reply(&self, moment: &Moment) -> Result<Example, TuneError> {
        let first = moment.history.len().saturating_sub(TURNS);
        let messages = conversation(&moment.history[first..], usize::MAX)?;
        self.written(self.encode_chat(&messages)?, &moment.reply)
    }

    fn written(&self, mut tokens: Vec<Token>, text: &str) -> Result<Example, TuneError> {
        // Of a prompt that is too long the end counts.
        let own = self.tokenizer.encode(text)?.tokens;
        let room = LONGEST - own.len() - 1;
        tokens.drain(..tokens.len().saturating_sub(room));
        let from = tokens.len();
        tokens.extend(own);
        tokens.extend(self.tokenizer.end());
        Ok(Example { tokens, task: Task::Write { from } })
    }
}

/// Any other thought that has a distortion in common with this one.
fn like<'a>(one: &Thought, all: &[&'a Thought], rng: &mut ChaCha8Rng) -> Option<&'a Thought> {
    let alike = |other: &Thought| other.id != one.id && one.distortions.iter().any(|d| other.has(d.slug));
    (0..64).filter_map(|_| all.choose(rng).copied()).find(|other| alike(other))
}

/// Two thoughts in one entry, with the distortions of both.
fn both(first: &Thought, second: &Thought) -> Thought {
    Thought {
        thought: format!("{} {}", first.thought, second.thought),
        distortions: first.distortions.iter().chain(&second.distortions).cloned().collect(),
        ..first.clone()
    }
}

fn normalised(text: &str) -> String {
    Entry::new(text, Limit::Screening).map(|e| e.normalised().to_owned()).unwrap_or_default()
}

/// Draws the texts of every step, all of a kind before one comes again; the same for the same
/// seed, so that a run that goes on draws what it would have drawn.
pub(super) struct Draws {
    rng: ChaCha8Rng,
    decks: [Deck; 6],
    written: Turns,
    matched: Turns,
}

/// Counts what was drawn so far, so that kinds take turns from one step to the next, however few
/// of them stand in one.
#[derive(Default)]
struct Turns(usize);

impl Turns {
    fn next(&mut self, count: usize) -> Range<usize> {
        let first = self.0;
        self.0 += count;
        first..self.0
    }
}

struct Deck {
    order: Vec<usize>,
    at: usize,
}

impl Deck {
    fn new(size: usize) -> Self {
        Self { order: (0..size).collect(), at: size }
    }

    fn draw(&mut self, rng: &mut ChaCha8Rng) -> Option<usize> {
        if self.at == self.order.len() {
            self.order.shuffle(rng);
            self.at = 0;
        }
        self.at += 1;
        self.order.get(self.at - 1).copied()
    }
}

/// How many texts of each kind stand in a step.
#[derive(Debug, Clone, Copy, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Thoughts.
    pub thoughts: usize,
    /// Screening texts.
    pub dangers: usize,
    /// Moments of parts dialogues.
    pub moments: usize,
    /// Texts to be written: reframes and replies of a guide.
    pub written: usize,
    /// Lines after a thought that they fit or do not fit.
    pub matches: usize,
}

/// What is done to thoughts and screening texts so that a network which sees each of them several
/// times does not learn them by heart. Shares from 0 to 1.
#[derive(Debug, Clone, Copy, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Disguise {
    /// Tokens of thoughts and screening texts that become any other.
    pub noise: f64,
    /// Thoughts that another follows in the same entry.
    pub joined: f64,
}

/// Of the texts to be written one in so many is a guide's reply.
const REPLIES: usize = 5;
/// Of the lines after a thought so many in `MATCHES` are reframes that were written for it or for
/// another thought with the same distortion; the others are lines of the bank that were judged.
const MATCHES: usize = 12;
const OF_REFRAMES: usize = 2;
/// Of the thoughts one in so many is put in small letters.
const LOWERED: u32 = 5;

fn is_reply(turn: usize) -> bool {
    turn % REPLIES == REPLIES - 1
}

fn is_of_reframes(turn: usize) -> bool {
    turn % MATCHES >= MATCHES - OF_REFRAMES
}

impl Draws {
    pub(super) fn new(texts: &Texts<'_>, seed: u64) -> Self {
        let deck = Deck::new;
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            decks: [
                deck(texts.thoughts.len()),
                deck(texts.dangers.len()),
                deck(texts.moments.len()),
                deck(texts.reframes.len()),
                deck(texts.fitting.len()),
                deck(texts.unfitting.len()),
            ],
            written: Turns::default(),
            matched: Turns::default(),
        }
    }

    /// The examples of the next step.
    pub(super) fn step(
        &mut self,
        texts: &Texts<'_>,
        maker: &Maker,
        step: Step,
        disguise: Disguise,
    ) -> Result<Vec<Example>, TuneError> {
        let Self { rng, decks: [thoughts, dangers, moments, reframes, fitting, unfitting], .. } = self;
        let mut examples = Vec::new();
        for _ in 0..step.thoughts {
            if let Some(i) = thoughts.draw(rng) {
                let lower = rng.random_ratio(1, LOWERED);
                let further = texts.thoughts.choose(rng).filter(|_| rng.random_bool(disguise.joined));
                examples.extend(match further {
                    Some(further) => maker.thought(&both(texts.thoughts[i], further), lower)?,
                    None => maker.thought(texts.thoughts[i], lower)?,
                });
            }
        }
        for _ in 0..step.dangers {
            if let Some(i) = dangers.draw(rng) {
                let danger = texts.dangers[i];
                // Half of them as they are, half among instructions or other words.
                let text = if rng.random() {
                    danger.text.clone()
                } else {
                    let around: Vec<&str> = (0..8)
                        .filter_map(|_| texts.thoughts.choose(rng))
                        .map(|t| t.thought.as_str())
                        .collect();
                    wrap(&[&danger.text], &around, rng.random()).pop().unwrap_or_default()
                };
                examples.push(maker.danger(danger, &text)?);
            }
        }
        for token in examples.iter_mut().flat_map(|e| &mut e.tokens) {
            if rng.random_bool(disguise.noise) {
                *token = rng.random_range(0..maker.tokenizer.size()) as Token;
            }
        }
        for _ in 0..step.moments {
            if let Some(i) = moments.draw(rng) {
                examples.push(maker.moment(texts.moments[i])?);
            }
        }
        for n in self.written.next(step.written) {
            if is_reply(n)
                && let Some(moment) = texts.moments.choose(rng)
            {
                examples.push(maker.reply(moment)?);
            } else if let Some(i) = reframes.draw(rng) {
                let (thought, number) = texts.reframes[i];
                examples.push(maker.reframe(thought, number, rng.random())?);
            }
        }
        for n in self.matched.next(step.matches) {
            let fits = n % 2 == 0;
            if is_of_reframes(n) {
                let Some((own, number)) = texts.reframes.choose(rng) else { continue };
                let line = &own.reframes[*number].text;
                if fits {
                    examples.push(maker.after(&own.thought, line, Verdict::Best, true)?);
                } else if let Some(other) = like(own, &texts.thoughts, rng) {
                    // It was written for someone else: beside the point, and nobody has read
                    // whether it holds here.
                    examples.push(maker.after(&other.thought, line, Verdict::Off, false)?);
                }
                continue;
            }
            let (deck, lines) =
                if fits { (&mut *fitting, &texts.fitting) } else { (&mut *unfitting, &texts.unfitting) };
            if let Some(judged) = deck.draw(rng).and_then(|i| lines.get(i)) {
                examples.push(maker.matched(judged)?);
            }
        }
        examples.retain(|e| !e.tokens.is_empty());
        Ok(examples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_turn_however_few_stand_in_a_step() {
        for in_a_step in 1..=8 {
            let mut turns = Turns::default();
            let drawn: Vec<usize> = (0..60).flat_map(|_| turns.next(in_a_step)).collect();
            let of = |kind: fn(usize) -> bool| drawn.iter().filter(|n| kind(**n)).count();
            assert_eq!(of(is_reply), drawn.len() / REPLIES);
            assert_eq!(of(is_of_reframes), drawn.len() / MATCHES * OF_REFRAMES);
        }
    }
}
