//! Sheets of questionnaires.

use super::*;
use crate::crisis::Tier;

#[test]
fn a_sheet_is_kept_answer_by_answer_and_then_done() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Set::at(NOW);
    let journal = open(folder.path(), &Unlock::KeyFile, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let mut half = sheet(false);
    half.answers.truncate(1);
    let begun = journal.keep_response(None, &half).unwrap();
    assert_eq!(journal.unfinished_response("pcl-5").unwrap().unwrap(), begun);
    clock.to(NOW + 5);
    let more = journal.keep_response(Some(begun.id), &sheet(false)).unwrap();
    assert_eq!((more.id, more.begun, more.saved.ms()), (begun.id, begun.begun, NOW + 5));
    assert_eq!(journal.unfinished_response("pcl-5").unwrap().unwrap(), more);
    assert!(journal.last_response("pcl-5").unwrap().is_none());
    let done = journal.keep_response(Some(begun.id), &sheet(true)).unwrap();
    assert_eq!(journal.last_response("pcl-5").unwrap().unwrap(), done);
    assert!(journal.unfinished_response("pcl-5").unwrap().is_none());
    assert_eq!(done.content.help, Some(Tier::Urgent), "what an answer led to stays with it");
    assert_eq!(reopen(&folder).unwrap().responses(None, 9).unwrap(), [done]);
}

#[test]
fn what_is_done_is_not_changed_and_what_is_not_there_is_told() {
    let (_folder, journal) = journal();
    let done = journal.keep_response(None, &sheet(true)).unwrap();
    let refused = |id| journal.keep_response(Some(id), &sheet(false));
    assert!(matches!(refused(done.id), Err(JournalError::Missing { .. })));
    assert!(matches!(refused(Id::new(journal.now())), Err(JournalError::Missing { .. })));
    assert_eq!(journal.responses(None, 9).unwrap(), std::slice::from_ref(&done));
    journal.delete_response(done.id).unwrap();
    assert!(matches!(journal.delete_response(done.id), Err(JournalError::Missing { .. })));
}

#[test]
fn sheets_are_listed_by_questionnaire_the_latest_first() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Set::at(NOW);
    let journal = open(folder.path(), &Unlock::KeyFile, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let keep = |ms, name: &str| {
        clock.to(ms);
        journal
            .keep_response(None, &ResponseContent { questionnaire: name.into(), ..sheet(true) })
            .unwrap()
            .id
    };
    let (a, b, c) = (keep(NOW, "hiq"), keep(NOW + 2, "gad-7"), keep(NOW + 1, "hiq"));
    let ids = |of, n| -> Vec<Id> { journal.responses(of, n).unwrap().iter().map(|r| r.id).collect() };
    assert_eq!(ids(None, 9), [b, c, a]);
    assert_eq!(ids(Some("hiq"), 1), [c]);
    assert_eq!(ids(Some("phq-9"), 9), []);
    journal
        .erase(Erase::Period { from: Stamp::new(NOW, 0).unwrap(), until: Stamp::new(NOW + 2, 0).unwrap() })
        .unwrap();
    assert_eq!(ids(None, 9), [b]);
    journal.erase(Erase::All).unwrap();
    assert_eq!(ids(None, 9), []);
    assert!(journal.check().unwrap().is_good());
}

#[test]
fn the_database_itself_refuses_what_is_off_its_scale() {
    let (_folder, journal) = journal();
    let with = |change: fn(&mut ResponseContent)| {
        let mut content = sheet(true);
        change(&mut content);
        journal.keep_response(None, &content).is_err()
    };
    assert!(with(|content| content.result.as_mut().unwrap().total = 81));
    assert!(with(|content| content.result.as_mut().unwrap().band.clear()));
    assert!(with(|content| content.questionnaire.clear()));
    assert!(with(|content| content.edition = 0));
    assert!(with(|content| content.help = Some(Tier::Support)));
    assert!(with(|content| content.answers[1].item = "1".into()));
    assert!(journal.responses(None, 9).unwrap().is_empty());
}
