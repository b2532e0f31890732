//! Parts and dialogues.

use super::*;
use crate::journal::{Answer, KeptDialogue};
use crate::parts::{Act, Danger, Dialogue, Event, Field, Heard, PartNotes, Role, Stage, State, Tie, Topic};

fn lid() -> PartNotes {
    let mut lid = PartNotes {
        role: Some(Role::Manager),
        ties: vec![(Tie::Protects, "the small one".into()), (Tie::Against, "the drinker".into())],
        agreements: vec!["it is asked first".into()],
        quotes: vec!["nobody can open it".into(), "=not yet".into()],
        ..PartNotes::named("the Lid")
    };
    lid.fields.insert(Field::Place, "in my throat".into());
    lid.fields.insert(Field::Since, "since year three".into());
    lid
}

fn stands(state: State) -> Dialogue {
    let heard = Heard {
        danger: Danger::None,
        topic: Topic::Work,
        act: Act::Works,
        found: true,
        state,
        toward: Stage::Find,
        leave: None,
        seems: None,
    };
    Dialogue::new().step(Event::Said(heard)).0
}

fn answer<'a>(text: &'a str, risk: Option<&'a crate::crisis::Risk>) -> Answer<'a> {
    Answer {
        text,
        stage: Stage::Find,
        state: State::Refusing,
        source: "bank",
        risk,
        stands: stands(State::Refusing),
    }
}

/// A part, and a dialogue about it, for whoever wants some of everything.
pub(super) fn full_dialogue(journal: &Journal) -> KeptDialogue {
    let part = journal.add_part(&lid()).unwrap();
    let dialogue = journal.begin_dialogue(None).unwrap();
    journal.keep_turn(dialogue.id, 0, &text("a part of me won't let anyone help")).unwrap();
    let risk = risk("a part of me won't let anyone help");
    journal.keep_answer(dialogue.id, 1, &answer("Then we leave it be.", Some(&risk))).unwrap();
    let note = Line::new("it likes to be asked").unwrap();
    journal.note_dialogue(dialogue.id, Some(part.id), Some(&note)).unwrap();
    journal.dialogue(dialogue.id).unwrap()
}

#[test]
fn ties_follow_a_part_that_is_renamed_or_joined() {
    let (_folder, journal) = journal();
    let named = |name: &str, ties: &[&str]| PartNotes {
        name: name.into(),
        ties: ties.iter().map(|other| (Tie::Protects, (*other).to_owned())).collect(),
        ..PartNotes::default()
    };
    let small = journal.add_part(&named("the small one", &[])).unwrap();
    let lid = journal.add_part(&named("the Lid", &["The small one"])).unwrap();
    journal.edit_part(small.id, Some(1), &named("Ada", &[])).unwrap();
    let followed = journal.part(lid.id).unwrap();
    assert_eq!((followed.notes.ties[0].1.as_str(), followed.version), ("Ada", 2));

    let cork = journal.add_part(&named("the Cork", &["the Lid"])).unwrap();
    let bottle = journal.add_part(&named("the Bottle", &["the Cork"])).unwrap();
    journal.merge_parts(lid.id, cork.id).unwrap();
    assert_eq!(journal.part(bottle.id).unwrap().notes.ties, [(Tie::Protects, "the Lid".to_owned())]);
    let joined = journal.part(lid.id).unwrap();
    assert!(joined.notes.ties.iter().all(|tie| tie.1 != "the Lid"), "no part is tied to itself");
}

#[test]
fn a_part_is_kept_changed_merged_and_deleted() {
    let (folder, journal) = journal();
    let part = journal.add_part(&lid()).unwrap();
    drop(journal);
    let journal = reopen(&folder).unwrap();
    assert_eq!(journal.parts().unwrap(), std::slice::from_ref(&part));
    let changed = PartNotes { role: None, ..PartNotes::named("the Cork") };
    let part = journal.edit_part(part.id, None, &changed).unwrap();
    assert_eq!((part.version, journal.parts().unwrap()), (2, vec![part.clone()]));
    assert!(journal.edit_part(part.id, None, &PartNotes::named(" ")).is_err(), "a part has a name");

    let other = journal.add_part(&lid()).unwrap();
    let dialogue = journal.begin_dialogue(Some(other.id)).unwrap();
    let merged = journal.merge_parts(part.id, other.id).unwrap();
    assert_eq!((merged.notes.name.as_str(), merged.notes.role), ("the Cork", Some(Role::Manager)));
    assert_eq!(journal.parts().unwrap().len(), 1);
    assert_eq!(journal.dialogue(dialogue.id).unwrap().part, Some(part.id));
    journal.delete_part(part.id).unwrap();
    assert_eq!(journal.dialogue(dialogue.id).unwrap().part, None, "its dialogues stay");
    journal.delete_dialogue(dialogue.id).unwrap();
    assert!(journal.delete_dialogue(dialogue.id).is_err());
}

#[test]
fn a_turn_is_kept_once_and_its_answer_with_where_the_talk_stands() {
    let (folder, journal) = journal();
    let id = journal.begin_dialogue(None).unwrap().id;
    let said = text("no");
    journal.keep_turn(id, 0, &said).unwrap();
    // Killed here, the program says it again when it goes on.
    drop(journal);
    let journal = reopen(&folder).unwrap();
    let left = journal.open_dialogue().unwrap().unwrap();
    assert_eq!((left.id, left.turns.len()), (id, 1));
    journal.keep_turn(id, 0, &said).unwrap();
    assert!(matches!(journal.keep_turn(id, 0, &text("yes")), Err(JournalError::Changed { .. })));
    let risk = risk("no");
    journal.keep_answer(id, 1, &answer("Then we leave it be.", Some(&risk))).unwrap();
    assert!(journal.keep_answer(id, 1, &answer("Twice.", None)).is_err(), "a place holds one turn");
    let kept = journal.dialogue(id).unwrap();
    assert_eq!(kept.stands, stands(State::Refusing));
    let turns: Vec<_> = kept.turns.iter().map(|t| (t.text.as_str(), t.state, t.risk.is_some())).collect();
    assert_eq!(turns, [("no", Some(State::Refusing), true), ("Then we leave it be.", None, false)]);
    journal.keep_standing(id, kept.stands.step(Event::Stop).0).unwrap();
    assert_eq!(journal.open_dialogue().unwrap(), None);
}

#[test]
fn parts_and_dialogues_go_along_and_come_back() {
    let (_folder, journal) = journal();
    let dialogue = full_dialogue(&journal);
    let mut out = Vec::new();
    journal.export_json(&mut out).unwrap();
    let (_other, back) = super::journal();
    let imported = back.import_json(&mut out.as_slice()).unwrap();
    assert_eq!((imported.parts, imported.dialogues), (1, 1));
    assert_eq!(back.parts().unwrap(), journal.parts().unwrap());
    assert_eq!(back.dialogue(dialogue.id).unwrap(), dialogue);
    let again = back.import_json(&mut out.as_slice()).unwrap();
    assert_eq!((again.parts, again.dialogues, again.already_here), (0, 0, 2));

    let folder = tempfile::tempdir().unwrap();
    for form in [crate::journal::Form::Markdown, crate::journal::Form::Csv] {
        let to = folder.path().join(format!("{form:?}"));
        journal.export_folder(form, &to).unwrap();
        let all: String = std::fs::read_dir(&to)
            .unwrap()
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
            .collect();
        for words in ["the Lid", "in my throat", "a part of me won't let anyone help", "it likes to be asked"]
        {
            assert!(all.contains(words), "{form:?} {words}");
        }
    }
}

#[test]
fn erasing_takes_parts_and_dialogues_too() {
    let (_folder, journal) = journal();
    full_dialogue(&journal);
    journal.erase(crate::journal::Erase::All).unwrap();
    assert!(journal.parts().unwrap().is_empty() && journal.dialogues().unwrap().is_empty());
}
