//! What the guide says: a turn can often be read in more than one way, each reading leads the dialogue
//! on by itself, and of all the replies to them the one is said that follows best.

use super::{HeardTurn, NAMELESS, PartBody, PartsBody, PartsRequest, PartsSource};
use crate::assistant::{Assistant, AssistantError, Turn as Place};
use crate::crisis::{self, CountryCode, Escalation, Risk, Tier};
use crate::parts::{
    Act, Candidate, Dialogue, Effect, Event, Heard, Mode, Moment, ReplyReader, Role, Saying, Speaker, Stage,
    State, Wanted, candidates, part_name, seed_of,
};

/// Replies that are read after the talk before one is chosen, and of each reading at most.
const MOST_READ: usize = 20;
const MOST_OF_A_READING: usize = 8;
/// How much it weighs beside how well a reply follows how likely its reading is, and how well words
/// alone think of it.
const LIKELY: f32 = 1.0;
const BY_WORDS: f32 = 0.15;
/// What remains of the likelihood that a person tells of their life, once that was heard a few times in
/// a row: the work with what is inside would not begin.
const HEARD_OUT: f32 = 0.3;

/// The part as the person has confirmed it: its name, and what it does, if they said so.
type Confirmed<'a> = Option<(&'a str, Option<Role>)>;

/// Where a dialogue stands after a turn, and what was done.
pub struct Answered {
    /// Where it stands.
    pub dialogue: Dialogue,
    /// What was to be done.
    pub effects: Vec<Effect>,
    /// What is said.
    pub body: PartsBody,
}

/// The ways on that a turn leaves open, the likeliest reading first, and the replies to them with the
/// number of their way, the best first.
type WaysOn = (Vec<Way>, Vec<(usize, Candidate)>);

/// A way on that a turn leaves open.
struct Way {
    heard: Heard,
    likely: f32,
    dialogue: Dialogue,
    effects: Vec<Effect>,
}

impl Way {
    fn of(dialogue: Dialogue, heard: Heard, likely: f32) -> Self {
        let (dialogue, effects) = dialogue.step(Event::Said(heard));
        Self { heard, likely, dialogue, effects }
    }

    /// The reply that it wants, where it goes on with the work.
    fn works(&self) -> Option<Wanted> {
        match self.effects[..] {
            [Effect::Reply(wanted)] if self.dialogue.mode() == Mode::Going && !wanted.asks_leave => {
                Some(wanted)
            }
            _ => None,
        }
    }

    /// What speaks for a reply to it before the model has read it.
    fn speaks_for(&self, reply: &Candidate) -> f32 {
        LIKELY * self.likely.ln() + BY_WORDS * reply.by_words()
    }
}

/// What is asked for, as far as it is the same whatever the guide goes on to say.
struct Asked<'a> {
    request: &'a PartsRequest,
    /// What the part is called.
    called: Option<String>,
    /// What it is, where the person said so.
    role: Option<Role>,
    may_quote: bool,
    misheard: bool,
}

impl Assistant {
    /// Answers a turn that was heard.
    ///
    /// # Errors
    /// [`AssistantError::Country`] if the country is not two letters.
    pub async fn reply_to(
        &self,
        request: &PartsRequest,
        part: Confirmed<'_>,
        dialogue: Dialogue,
        turn: &HeardTurn,
        place: &Place,
    ) -> Result<Answered, AssistantError> {
        let asked = self.asked(request, part, &dialogue);
        let (mut ways, replies) = self.ways_on(&asked, dialogue, turn, place).await;
        let (at, reply) = replies.into_iter().next().map_or((0, None), |(at, reply)| (at, Some(reply)));
        let Way { heard, dialogue, effects, .. } = ways.swap_remove(at);
        let body = self.put(&asked, part, (&dialogue, &effects), Some((turn, heard)), reply)?;
        Ok(Answered { dialogue, effects, body })
    }

    /// Puts into words what follows from something other than a turn.
    ///
    /// # Errors
    /// [`AssistantError::Country`] if the country is not two letters.
    pub fn say(
        &self,
        request: &PartsRequest,
        part: Confirmed<'_>,
        (dialogue, effects): (&Dialogue, &[Effect]),
    ) -> Result<PartsBody, AssistantError> {
        let asked = self.asked(request, part, dialogue);
        let wanted = effects.iter().find_map(|effect| match effect {
            Effect::Reply(wanted) => Some(*wanted),
            _ => None,
        });
        let found = wanted.map(|wanted| self.candidates(&asked, wanted, None));
        let reply = found.and_then(|found| found.into_iter().next());
        self.put(&asked, part, (dialogue, effects), None, reply)
    }

    /// The lines of the bank that could answer the last turn of a dialogue that others led, the best
    /// first.
    pub(crate) async fn replies_in_order(
        &self,
        request: &PartsRequest,
        turn: &HeardTurn,
        place: &Place,
    ) -> Vec<String> {
        let dialogue = self.joined(&request.history);
        let asked = self.asked(request, None, &dialogue);
        let (_, replies) = self.ways_on(&asked, dialogue, turn, place).await;
        replies.into_iter().map(|(_, reply)| reply.line).collect()
    }

    fn asked<'a>(&self, request: &'a PartsRequest, part: Confirmed<'_>, dialogue: &Dialogue) -> Asked<'a> {
        let rules = &self.content.guide.rules;
        let mut person = request.history.iter().filter(|turn| turn.from == Speaker::Person);
        let last = request.history.last().filter(|turn| turn.from == Speaker::Person);
        Asked {
            request,
            called: part.map(|(name, _)| name.to_owned()).or_else(|| part_name(&request.history)),
            role: part.and_then(|(_, role)| role).or(dialogue.role()),
            may_quote: !person.any(|turn| rules.minds_quotes(&turn.text)),
            misheard: last.is_some_and(|turn| rules.is_misheard(&turn.text)),
        }
    }

    /// What the last turn leaves open.
    async fn ways_on(
        &self,
        asked: &Asked<'_>,
        dialogue: Dialogue,
        turn: &HeardTurn,
        place: &Place,
    ) -> WaysOn {
        // What counted as the reading has its say, however unlikely the heads find it.
        let most = turn.readings.iter().map(|(_, likely)| *likely).reduce(f32::max);
        let mut ways = vec![Way::of(dialogue, turn.heard, 0.0)];
        if let Some(first) = self.answered_first(asked, dialogue, &ways[0]) {
            return first;
        }
        if ways[0].works().is_some() {
            for (heard, likely) in &turn.readings {
                let tells = heard.act.tells() && dialogue.has_heard_out();
                let likely = if tells { likely * HEARD_OUT } else { *likely };
                let way = Way::of(dialogue, *heard, likely);
                let Some(wanted) = way.works() else { continue };
                match ways.iter_mut().find(|known| known.works() == Some(wanted)) {
                    Some(known) => known.likely = known.likely.max(likely),
                    None => ways.push(way),
                }
            }
        }
        if ways[0].likely <= 0.0 {
            ways[0].likely = most.unwrap_or(1.0).max(f32::MIN_POSITIVE);
        }
        let most = if ways.len() == 1 { MOST_READ } else { MOST_OF_A_READING };
        let mut replies: Vec<(usize, Candidate)> = Vec::new();
        for (at, way) in ways.iter().enumerate() {
            for effect in &way.effects {
                let Effect::Reply(wanted) = effect else { continue };
                let found = self.candidates(asked, *wanted, way.heard.seems);
                replies.extend(found.into_iter().take(most).map(|reply| (at, reply)));
            }
        }
        let by = |(at, reply): &(usize, Candidate)| ways[*at].speaks_for(reply);
        replies.sort_by(|a, b| by(b).total_cmp(&by(a)));
        replies.truncate(MOST_READ);
        self.order(&mut replies, &ways, asked.request, place).await;
        (ways, replies)
    }

    /// The way and the replies where something was said that is answered before anything else, such as a
    /// death. The talk goes back to its first step with it.
    fn answered_first(&self, asked: &Asked<'_>, dialogue: Dialogue, way: &Way) -> Option<WaysOn> {
        let wanted = way.works().filter(|wanted| wanted.state != State::Refusing)?;
        // Who doubts is told so without talk of parts, where there is such a reply.
        let (mut ways, mut replies) = (Vec::new(), Vec::new());
        for state in [wanted.state, State::Open] {
            let heard = Heard { state, toward: Stage::Find, act: Act::Works, ..way.heard };
            let back = Way::of(dialogue, heard, 1.0);
            let Some(wanted) = back.works().filter(|wanted| wanted.stage == Stage::Find) else { continue };
            let found = self.candidates(asked, wanted, None);
            let at = ways.len();
            replies.extend(found.into_iter().filter(|reply| reply.comes_first).map(|reply| (at, reply)));
            ways.push(back);
        }
        (!replies.is_empty()).then_some((ways, replies))
    }

    /// Puts first what follows best from what was said, to the model. Without it, or where it fails,
    /// they stay as they are: somebody waits for the answer, and where there is no choice, as in danger,
    /// nothing is read for it.
    async fn order(
        &self,
        replies: &mut Vec<(usize, Candidate)>,
        ways: &[Way],
        request: &PartsRequest,
        place: &Place,
    ) {
        if replies.len() < 2 {
            return;
        }
        let (Some(mind), Some(session)) = (self.mind.get(), &place.0) else { return };
        let heads = mind.heads.as_deref();
        let Some(reader) = heads.and_then(|heads| ReplyReader::of(heads).ok()) else { return };
        let bare: Vec<&str> = replies.iter().map(|(_, reply)| reply.bare.as_str()).collect();
        let Ok(fitness) = reader.read(session, &request.history, &bare, &mind.alone).await else { return };
        let mut ranked: Vec<(f32, (usize, Candidate))> = std::mem::take(replies)
            .into_iter()
            .zip(fitness)
            .map(|((at, reply), mut fitness)| {
                // What repeats the person's words is likely after them, whatever else it says.
                if reply.quotes {
                    fitness.gain = 0.0;
                }
                (fitness.rank() + ways[at].speaks_for(&reply), (at, reply))
            })
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        replies.extend(ranked.into_iter().map(|(_, reply)| reply));
    }

    fn candidates(&self, asked: &Asked<'_>, wanted: Wanted, seems: Option<Role>) -> Vec<Candidate> {
        let guide = &self.content.guide;
        let history = &asked.request.history;
        let moment = Moment {
            history,
            wanted,
            part: asked.called.as_deref(),
            role: asked.role.or(seems),
            may_quote: asked.may_quote,
            misheard: asked.misheard,
            seed: seed_of(history),
        };
        candidates(&guide.replies, &guide.checks, &moment)
    }

    /// Puts what is to be done into words; `reply` is the line that was chosen, if one is wanted.
    fn put(
        &self,
        asked: &Asked<'_>,
        part: Confirmed<'_>,
        (dialogue, effects): (&Dialogue, &[Effect]),
        turn: Option<(&HeardTurn, Heard)>,
        mut reply: Option<Candidate>,
    ) -> Result<PartsBody, AssistantError> {
        let guide = &self.content.guide;
        let Asked { request, role, .. } = *asked;
        let likeliest = turn.map_or(Role::Manager, |(turn, _)| {
            let of = |role: &Role| turn.noticed.role[role.index()];
            Role::ALL.into_iter().max_by(|a, b| of(a).total_cmp(&of(b))).unwrap_or(Role::Manager)
        });
        let risk = turn.map(|(turn, _)| &turn.risk);
        let mut body = PartsBody {
            id: request.id.clone(),
            stage: dialogue.stage().or(turn.map(|(_, heard)| heard.toward)).unwrap_or(Stage::Find),
            state: turn.map_or(State::Open, |(_, heard)| heard.state),
            part: PartBody {
                name: asked.called.clone().unwrap_or_else(|| NAMELESS.to_owned()),
                role: role.unwrap_or(likeliest),
                confirmed: part.is_some() && role.is_some(),
            },
            reply: String::new(),
            source: PartsSource::Fixed,
            line: None,
            escalation: None,
            support: None,
            asks_for_notes: effects.contains(&Effect::Note),
            risk: risk.cloned(),
        };
        for effect in effects {
            match effect {
                Effect::Note => {}
                Effect::Escalate => {
                    let escalation = self.help(risk, request.country.as_deref())?;
                    body.state = State::Crisis;
                    body.stage = Stage::Ground;
                    body.source = PartsSource::Escalation;
                    body.reply.clone_from(&escalation.message);
                    body.escalation = Some(escalation);
                }
                Effect::Say(saying) => {
                    guide.replies.saying(*saying, request.history.len() / 2).clone_into(&mut body.reply);
                }
                Effect::Reply(wanted) => {
                    if wanted.state == State::Overwhelmed {
                        body.state = State::Overwhelmed;
                    }
                    body.stage = wanted.stage;
                    if let Some(chosen) = reply.take() {
                        body.reply = chosen.text;
                        body.line = Some(chosen.line);
                        body.source = PartsSource::Bank;
                    } else {
                        let saying = guide.replies.saying(Saying::GoOn, request.history.len());
                        saying.clone_into(&mut body.reply);
                    }
                }
            }
        }
        if body.escalation.is_none()
            && let Some(risk) = risk.filter(|_| turn.is_some_and(|(turn, _)| turn.beside))
        {
            let country = CountryCode::named(request.country.as_deref())?;
            let lines = self.content.screen.helplines().for_country(&country, self.today);
            body.support = self.content.screen.support(
                risk,
                crisis::Answer::Unasked,
                &lines,
                self.acknowledgements.turn(),
            );
        }
        Ok(body)
    }

    /// Help for a risk, also where the dialogue's own reading alone called for it.
    fn help(&self, risk: Option<&Risk>, country: Option<&str>) -> Result<Escalation, AssistantError> {
        if let Some(risk) = risk
            && let Some(escalation) = self.escalation(risk, country)?
        {
            return Ok(escalation);
        }
        let country = CountryCode::named(country)?;
        let lines = self.content.screen.helplines().for_country(&country, self.today);
        let case = risk.map_or(crisis::Case::General, Risk::case);
        let escalation =
            self.content.screen.escalation_for(case, Tier::Urgent, &lines, self.acknowledgements.turn());
        Ok(self.with_own_plan(escalation))
    }
}
