use proptest::prelude::*;

use super::*;

fn heard(state: State, toward: Stage) -> Heard {
    Heard { danger: Danger::None, topic: Topic::Work, state, toward, leave: None, seems: None }
}

fn said(state: State, toward: Stage) -> Event {
    Event::Said(heard(state, toward))
}

fn after(events: &[Event]) -> (Dialogue, Vec<Effect>) {
    events.iter().fold((Dialogue::new(), Vec::new()), |(dialogue, _), event| dialogue.step(*event))
}

fn wanted(effects: &[Effect]) -> Option<Wanted> {
    effects.iter().find_map(|effect| match effect {
        Effect::Reply(wanted) => Some(*wanted),
        _ => None,
    })
}

#[test]
fn an_open_person_is_led_from_step_to_step_and_thanked_at_the_end() {
    let way = [
        Stage::Find,
        Stage::Focus,
        Stage::FleshOut,
        Stage::FeelToward,
        Stage::Befriend,
        Stage::Needs,
        Stage::ThankAndClose,
    ];
    let mut dialogue = Dialogue::new();
    for stage in way {
        let (next, effects) = dialogue.step(said(State::Open, stage));
        assert_eq!(wanted(&effects).map(|w| w.stage), Some(stage));
        dialogue = next;
    }
    let (dialogue, effects) = dialogue.step(said(State::Open, Stage::ThankAndClose));
    assert_eq!(dialogue.mode(), Mode::Closed);
    assert_eq!(effects.last(), Some(&Effect::Note));
}

#[test]
fn nobody_is_led_further_than_one_step_on() {
    let (_, effects) = after(&[said(State::Open, Stage::Needs)]);
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Find));
    let (_, effects) = after(&[said(State::Open, Stage::Find), said(State::Open, Stage::Needs)]);
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Focus));
    // Who joins a talk that others led takes it as it is.
    let (_, effects) = Dialogue::joined(0, Leave::Unknown).step(said(State::Open, Stage::Needs));
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Needs));
}

#[test]
fn a_step_that_leads_nowhere_is_left_after_a_while() {
    let stays = said(State::Open, Stage::Find);
    let (_, effects) = after(&[stays, stays, stays]);
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Focus));
}

#[test]
fn a_no_ends_its_line_until_the_person_opens_it_again() {
    let begun = [said(State::Open, Stage::Find), said(State::Open, Stage::Focus)];
    let (dialogue, _) = after(&begun);
    let (dialogue, effects) = dialogue.step(said(State::Refusing, Stage::Focus));
    assert_eq!(
        wanted(&effects),
        Some(Wanted { stage: Stage::Focus, state: State::Refusing, asks_leave: false })
    );
    let (next, effects) = dialogue.step(said(State::Open, Stage::Focus));
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::FleshOut));
    assert!(next.ended().contains(Stage::Focus));
    let (dialogue, _) = dialogue.step(Event::Open(Stage::Focus));
    let (_, effects) = dialogue.step(said(State::Open, Stage::Focus));
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Focus));
}

#[test]
fn three_noes_in_a_row_lead_to_the_end() {
    let no = said(State::Refusing, Stage::Find);
    let (dialogue, effects) = after(&[no, no, no]);
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::ThankAndClose));
    let (dialogue, effects) = dialogue.step(no);
    assert_eq!((dialogue.mode(), effects.last()), (Mode::Closed, Some(&Effect::Note)));
}

#[test]
fn a_vulnerable_part_is_met_only_with_leave() {
    let (dialogue, _) = after(&[Event::IsA(Role::Exile), said(State::Open, Stage::Find)]);
    let (dialogue, effects) = dialogue.step(said(State::Open, Stage::Focus));
    assert_eq!(wanted(&effects).map(|w| w.asks_leave), Some(true));
    let given = Heard { leave: Some(Leave::Given), ..heard(State::Open, Stage::Focus) };
    let (_, effects) = dialogue.step(Event::Said(given));
    assert_eq!(wanted(&effects), Some(Wanted { stage: Stage::Focus, state: State::Open, asks_leave: false }));
    let withheld = Heard { leave: Some(Leave::Withheld), ..heard(State::Open, Stage::Focus) };
    let (_, effects) = dialogue.step(Event::Said(withheld));
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::ThankAndClose));
}

#[test]
fn after_an_alarm_the_talk_stays_with_help_until_the_person_says_otherwise() {
    let alarm = Event::Said(Heard { danger: Danger::Present, ..heard(State::Open, Stage::Needs) });
    let (dialogue, effects) = after(&[said(State::Open, Stage::Find), alarm]);
    assert_eq!(effects, [Effect::Escalate]);
    let (dialogue, effects) = dialogue.step(said(State::Open, Stage::Needs));
    assert_eq!(effects, [Effect::Say(Saying::WithHelp)]);
    for flooded in [said(State::Overwhelmed, Stage::Needs), Event::Ground] {
        let (dialogue, effects) = dialogue.step(flooded);
        assert_eq!((dialogue.mode(), effects), (Mode::WithHelp, vec![Effect::Say(Saying::GroundWithHelp)]));
    }
    let (dialogue, _) = dialogue.step(Event::GoOn);
    assert_eq!(dialogue.mode(), Mode::Grounding);
    let (_, effects) = dialogue.step(said(State::Open, Stage::Needs));
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Find), "no further than before");
}

#[test]
fn who_says_that_they_are_safe_comes_back_through_the_room() {
    let alarm = Event::Said(Heard { danger: Danger::Present, ..heard(State::Open, Stage::Needs) });
    let safe = Event::Said(Heard { danger: Danger::Passed, ..heard(State::Open, Stage::Needs) });
    let (dialogue, _) = after(&[said(State::Open, Stage::Find), alarm]);
    let (dialogue, effects) = dialogue.step(safe);
    assert_eq!((dialogue.mode(), effects), (Mode::Grounding, vec![Effect::Say(Saying::GoOn)]));
    let (dialogue, effects) = dialogue.step(alarm);
    assert_eq!(
        (dialogue.mode(), effects),
        (Mode::WithHelp, vec![Effect::Escalate]),
        "danger is danger again"
    );
    // Without an alarm it is a word like any other; after a talk that others led it leads through the room.
    let (_, effects) = after(&[said(State::Open, Stage::Find), safe]);
    assert_eq!(wanted(&effects).map(|w| w.state), Some(State::Open));
    let (_, effects) = Dialogue::joined(0, Leave::Unknown).step(safe);
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Ground));
}

#[test]
fn what_is_kept_reads_back() {
    let (dialogue, _) = after(&[said(State::Open, Stage::Find), said(State::Refusing, Stage::Focus)]);
    let kept = serde_json::to_string(&dialogue).unwrap_or_default();
    assert_eq!(serde_json::from_str::<Dialogue>(&kept).ok(), Some(dialogue));
}

fn any_heard() -> impl Strategy<Value = Heard> {
    let danger = prop_oneof![20 => Just(Danger::None), 1 => Just(Danger::Passed), 1 => Just(Danger::Unmoored), 1 => Just(Danger::Present)];
    let topic = prop_oneof![
        12 => Just(Topic::Work),
        1 => Just(Topic::NoWords),
        1 => Just(Topic::OtherRole),
        1 => Just(Topic::Misheard),
        1 => Just(Topic::Unclear),
        1 => Just(Topic::Unread)
    ];
    let state = prop::sample::select(State::ALL.to_vec());
    let toward = prop::sample::select(Stage::ALL.to_vec());
    let leave = prop::option::of(prop_oneof![Just(Leave::Given), Just(Leave::Withheld)]);
    let seems = prop::option::of(prop::sample::select(Role::ALL.to_vec()));
    (danger, topic, state, toward, leave, seems).prop_map(|(danger, topic, state, toward, leave, seems)| {
        Heard { danger, topic, state, toward, leave, seems }
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        20 => any_heard().prop_map(Event::Said),
        1 => prop::sample::select(Role::ALL.to_vec()).prop_map(Event::IsA),
        1 => Just(Event::Ground),
        1 => Just(Event::Pause),
        1 => Just(Event::GoOn),
        1 => prop::sample::select(Stage::ALL.to_vec()).prop_map(Event::Open),
        1 => Just(Event::Stop),
    ]
}

proptest! {
    #[test]
    fn the_protocol_keeps_its_promises(
        events in prop::collection::vec(any_event(), 1..40),
        joined in any::<bool>(),
    ) {
        let mut dialogue = if joined { Dialogue::joined(0, Leave::Unknown) } else { Dialogue::new() };
        let mut ended = Vec::new();
        for event in events {
            let before = dialogue;
            let (next, effects) = dialogue.step(event);
            dialogue = next;
            let speaks = effects.iter().filter(|e| **e != Effect::Note).count();
            prop_assert!(speaks <= 1, "one thing at a time");
            let reply = wanted(&effects);
            if let Event::Said(heard) = event {
                prop_assert_eq!(speaks, 1, "nobody is left without an answer");
                if heard.danger == Danger::Present || heard.state == State::Crisis {
                    prop_assert_eq!(&effects, &[Effect::Escalate], "danger first, in every mode");
                    prop_assert_eq!(dialogue.mode(), Mode::WithHelp);
                    continue;
                }
                let came_through = joined && heard.danger == Danger::Passed;
                let flooded =
                    heard.state == State::Overwhelmed || heard.danger == Danger::Unmoored || came_through;
                if flooded && !matches!(before.mode(), Mode::WithHelp | Mode::Closed) {
                    prop_assert_eq!(reply.map(|w| w.stage), Some(Stage::Ground));
                }
                if let Some(wanted) = reply {
                    if heard.state == State::Blended && !flooded {
                        prop_assert_eq!(wanted.stage, Stage::Unblend);
                    }
                    let seems = before.role() == Some(Role::Exile)
                        || before.role().is_none() && heard.seems == Some(Role::Exile);
                    let invites = !matches!(wanted.state, State::Refusing);
                    if seems && wanted.stage.goes_near() && invites {
                        prop_assert!(wanted.asks_leave || dialogue.leave == Leave::Given);
                    }
                    if wanted.state == State::Refusing && wanted.stage != Stage::ThankAndClose {
                        ended.push(wanted.stage);
                    } else if wanted.state != State::Refusing && !matches!(wanted.stage, Stage::Unblend | Stage::ThankAndClose) {
                        prop_assert!(!ended.contains(&wanted.stage), "a no is a no");
                    }
                }
            }
            if let Event::Open(stage) = event {
                ended.retain(|other| *other != stage);
            }
            if before.mode() == Mode::WithHelp && event != Event::GoOn {
                prop_assert!(reply.is_none(), "the talk stays with help");
            }
            if dialogue.mode() == Mode::Closed && before.mode() != Mode::Closed {
                prop_assert_eq!(effects.last(), Some(&Effect::Note));
                let thanks = matches!(
                    effects.first(),
                    Some(Effect::Reply(Wanted { stage: Stage::ThankAndClose, .. }) | Effect::Say(Saying::EndWithHelp))
                );
                prop_assert!(thanks);
            }
            prop_assert_eq!(dialogue.step(Event::Stop).0.mode(), Mode::Closed, "one can always stop");
            if !matches!(dialogue.mode(), Mode::WithHelp | Mode::Closed) {
                let (paused, _) = dialogue.step(Event::Pause);
                prop_assert_eq!(paused.mode(), Mode::Paused);
                prop_assert_eq!(paused.step(Event::GoOn).0.mode(), Mode::Going);
            }
        }
    }
}
