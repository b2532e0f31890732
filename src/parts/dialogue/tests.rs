use proptest::prelude::*;

use super::*;

fn heard(state: State, toward: Stage) -> Heard {
    let (danger, topic, act) = (Danger::None, Topic::Work, Act::Works);
    Heard { danger, topic, act, found: true, state, toward, leave: None, seems: None }
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
        Some(Wanted { stage: Stage::Focus, state: State::Refusing, asks_leave: false, act: None })
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
    assert_eq!(
        wanted(&effects),
        Some(Wanted { stage: Stage::Focus, state: State::Open, asks_leave: false, act: None })
    );
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
fn of_a_suspicion_the_persons_word_is_taken() {
    let suspicion = |surely| {
        Event::Said(Heard { danger: Danger::Suspected { surely }, ..heard(State::Open, Stage::Focus) })
    };
    let denial = Event::Said(Heard { danger: Danger::Denied, ..heard(State::Open, Stage::Focus) });
    let (dialogue, effects) = after(&[said(State::Open, Stage::Find), suspicion(false)]);
    assert_eq!((dialogue.mode(), effects), (Mode::WithHelp, vec![Effect::Escalate]));
    let (stays, effects) = dialogue.step(said(State::Open, Stage::Focus));
    assert_eq!((stays.mode(), effects), (Mode::WithHelp, vec![Effect::Say(Saying::WithHelpIfNeeded)]));
    let (dialogue, effects) = dialogue.step(denial);
    assert_eq!((dialogue.mode(), effects), (Mode::Going, vec![Effect::Say(Saying::FalseAlarm)]));
    let (dialogue, effects) = dialogue.step(suspicion(false));
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Focus), "it was told once");
    let (dialogue, effects) = dialogue.step(suspicion(true));
    assert_eq!((dialogue.mode(), effects), (Mode::WithHelp, vec![Effect::Escalate]), "sure is sure");
    // What rules heard is not ended by a denial, nor does a later suspicion make it one.
    let alarm = Event::Said(Heard { danger: Danger::Present, ..heard(State::Open, Stage::Focus) });
    let (dialogue, _) = after(&[alarm, suspicion(true)]);
    let (dialogue, effects) = dialogue.step(denial);
    assert_eq!((dialogue.mode(), effects), (Mode::WithHelp, vec![Effect::Say(Saying::WithHelp)]));
}

#[test]
fn until_something_is_found_nothing_is_asked_of_it() {
    let nothing = |state, toward| Event::Said(Heard { found: false, ..heard(state, toward) });
    let open = nothing(State::Open, Stage::Focus);
    for events in [&[open][..], &[open; 4], &[nothing(State::Blended, Stage::Unblend)]] {
        let (_, effects) = after(events);
        assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Find));
    }
    let (dialogue, effects) = after(&[open, nothing(State::Refusing, Stage::Find), open]);
    assert_eq!(wanted(&effects).and_then(|w| w.act), Some(Act::Assents), "who said no is left room");
    let (_, effects) = dialogue.step(said(State::Open, Stage::Focus));
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Focus));
}

#[test]
fn the_end_does_not_come_before_the_work_is_done_unless_the_person_says_goodbye() {
    let ends = said(State::Open, Stage::ThankAndClose);
    let (dialogue, effects) = after(&[said(State::Open, Stage::Find), ends]);
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Focus));
    let goodbye = Event::Said(Heard { act: Act::Leaves, ..heard(State::Open, Stage::ThankAndClose) });
    let (_, effects) = dialogue.step(goodbye);
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::ThankAndClose));
    let (_, effects) = after(&[said(State::Overwhelmed, Stage::Ground), ends]);
    assert_eq!(wanted(&effects).map(|w| w.stage), Some(Stage::Find), "nor after the room");
}

#[test]
fn the_guide_does_not_own_up_twice_running() {
    let corrects = Event::Said(Heard { act: Act::Corrects, ..heard(State::Open, Stage::Find) });
    let (dialogue, effects) = after(&[said(State::Open, Stage::Find), corrects]);
    assert_eq!(wanted(&effects).and_then(|w| w.act), Some(Act::Corrects));
    let (_, effects) = dialogue.step(corrects);
    assert_eq!(wanted(&effects).and_then(|w| w.act), Some(Act::Offers));
}

#[test]
fn what_a_person_tells_is_answered_and_the_step_stays() {
    let does = |act| Event::Said(Heard { act, ..heard(State::Open, Stage::Befriend) });
    let (dialogue, _) = after(&[said(State::Open, Stage::Find), said(State::Open, Stage::Focus)]);
    let (dialogue, effects) = dialogue.step(does(Act::Past));
    assert_eq!(wanted(&effects).map(|w| (w.stage, w.act)), Some((Stage::Focus, Some(Act::Past))));
    assert!(!dialogue.has_heard_out());
    assert!(dialogue.step(does(Act::Tells)).0.has_heard_out());
    let (dialogue, effects) = dialogue.step(does(Act::Leaves));
    assert_eq!(
        wanted(&effects).map(|w| w.stage),
        Some(Stage::FleshOut),
        "a goodbye that leads nowhere is none"
    );
    let goodbye = Event::Said(Heard { act: Act::Leaves, ..heard(State::Open, Stage::ThankAndClose) });
    let (dialogue, effects) = dialogue.step(goodbye);
    assert_eq!(wanted(&effects).map(|w| (w.stage, w.act)), Some((Stage::ThankAndClose, Some(Act::Leaves))));
    assert_eq!(dialogue.step(goodbye).0.mode(), Mode::Closed);
}

#[test]
fn what_is_kept_reads_back() {
    let (dialogue, _) = after(&[said(State::Open, Stage::Find), said(State::Refusing, Stage::Focus)]);
    let kept = serde_json::to_string(&dialogue).unwrap_or_default();
    assert_eq!(serde_json::from_str::<Dialogue>(&kept).ok(), Some(dialogue));
    let of_before = r#"{"mode":"going","stage":"find","stayed":1,"reached":"find","ended":0,"noes":0,"role":null,"leave":"Unknown","loose":false}"#;
    assert!(serde_json::from_str::<Dialogue>(of_before).is_ok(), "what an earlier version kept");
}

fn any_heard() -> impl Strategy<Value = Heard> {
    let danger = prop_oneof![20 => Just(Danger::None), 1 => Just(Danger::Denied), 1 => Just(Danger::Passed), 1 => any::<bool>().prop_map(|surely| Danger::Suspected { surely }), 1 => Just(Danger::Unmoored), 1 => Just(Danger::Present)];
    let topic = prop_oneof![
        12 => Just(Topic::Work),
        1 => Just(Topic::NoWords),
        1 => Just(Topic::OtherRole),
        1 => Just(Topic::Unread)
    ];
    let state = prop::sample::select(State::ALL.to_vec());
    let toward = prop::sample::select(Stage::ALL.to_vec());
    let leave = prop::option::of(prop_oneof![Just(Leave::Given), Just(Leave::Withheld)]);
    let seems = prop::option::of(prop::sample::select(Role::ALL.to_vec()));
    let act = prop_oneof![2 => Just(Act::Works), 1 => prop::sample::select(Act::ALL.to_vec())];
    let all = (danger, topic, (act, any::<bool>()), state, toward, leave, seems);
    all.prop_map(|(danger, topic, (act, found), state, toward, leave, seems)| Heard {
        danger,
        topic,
        act,
        found,
        state,
        toward,
        leave,
        seems,
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
                let suspected = matches!(heard.danger, Danger::Suspected { surely } if surely || !before.suspicion.was_denied());
                if heard.danger == Danger::Present || heard.state == State::Crisis || suspected {
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
                    if !dialogue.found && !flooded && wanted.act.is_none() {
                        let nothing_asked = matches!(wanted.stage, Stage::Find | Stage::ThankAndClose | Stage::Ground);
                        prop_assert!(nothing_asked || wanted.state == State::Refusing, "nothing is there yet");
                    } else if dialogue.found && heard.state == State::Blended && !flooded && !heard.act.stands_by_itself() {
                        prop_assert_eq!(wanted.stage, Stage::Unblend);
                    }
                    if heard.act.stands_by_itself() && !flooded {
                        let again = heard.act == Act::Corrects && before.owned_up;
                        let answered = if again { Act::Offers } else { heard.act };
                        prop_assert_eq!(wanted.act, Some(answered), "what they say is answered");
                    }
                    let seems = before.role() == Some(Role::Exile)
                        || before.role().is_none() && heard.seems == Some(Role::Exile);
                    let invites = !matches!(wanted.state, State::Refusing);
                    if seems && wanted.stage.goes_near() && invites && wanted.act.is_none() {
                        prop_assert!(wanted.asks_leave || dialogue.leave == Leave::Given);
                    }
                    if wanted.act.is_some() {
                        // It asks nothing of the step.
                    } else if wanted.state == State::Refusing && wanted.stage != Stage::ThankAndClose {
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
            if before.mode() == Mode::WithHelp && !before.suspicion.stands() && !matches!(event, Event::GoOn | Event::Stop) {
                let passed = matches!(event, Event::Said(Heard { danger: Danger::Passed, .. }));
                prop_assert!(dialogue.mode() == Mode::WithHelp || passed, "a denial does not end a sure alarm");
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
