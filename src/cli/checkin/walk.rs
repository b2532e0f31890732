//! The check-in asked one by one: Enter takes the number of the last time, `-` leaves out, `b`
//! goes back, `d` keeps what is there, `q` stops and keeps nothing.

use crate::checkin::{CheckIn, Field};
use crate::cli::asking::Asking;
use crate::cli::error::CliError;
use crate::cli::page::Page;
use crate::journal::Kept;

/// Asks all fields. `None` if the person stopped, or said nothing.
pub(super) fn walk(
    asking: &mut Asking<'_>,
    last: Option<&Kept<CheckIn>>,
) -> Result<Option<CheckIn>, CliError> {
    let before = last.map(|last| last.content.as_default()).unwrap_or_default();
    let mut now = CheckIn::default();
    let mut at = 0;
    let mut page = question(asking.plain, at, &now, &before);
    let mut fresh = true;
    while let Some(field) = Field::ALL.get(at).copied() {
        let Some(typed) = asking.ask(page, fresh)? else { break };
        let mut wrong = None;
        match typed.to_lowercase().as_str() {
            "q" | "quit" => return Ok(None),
            "d" | "done" => break,
            "b" | "back" if at == 0 => wrong = Some("This is the first question.".to_owned()),
            "b" | "back" => at -= 1,
            "-" => {
                field.clear(&mut now);
                at += 1;
            }
            "" => {
                if field.shown(&now).is_none() {
                    field.take_over(&before, &mut now);
                }
                at += 1;
            }
            _ => match field.answer(&mut now, &typed) {
                Ok(()) if field.repeats() => {}
                Ok(()) => at += 1,
                Err(error) => wrong = Some(error.to_string()),
            },
        }
        fresh = wrong.is_none();
        page = if let Some(wrong) = wrong {
            let mut page = Page::bare_if(asking.plain);
            page.say(&wrong);
            page
        } else {
            question(asking.plain, at, &now, &before)
        };
    }
    Ok(Some(now).filter(|now| !now.is_empty()))
}

fn question(plain: bool, at: usize, now: &CheckIn, before: &CheckIn) -> Page {
    let mut page = Page::plain_if(plain);
    let Some(field) = Field::ALL.get(at) else { return page };
    page.aside(&format!("{} of {}", at + 1, Field::ALL.len()));
    page.strong(field.question());
    let enter = match (field.shown(now), field.shown(before)) {
        (Some(now), _) if field.repeats() => {
            page.say(&now);
            "Another one, or Enter goes on".to_owned()
        }
        (Some(now), _) => format!("Enter leaves it: {now}"),
        (None, Some(before)) => format!("Enter: as last time, {before}"),
        (None, None) => "Enter leaves it out".to_owned(),
    };
    page.aside(&format!("{enter}. - leaves out, b back, d done, q stops."));
    page
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;
    use crate::checkin::{parse, tokens};
    use crate::journal::{Id, Stamp};

    fn walked(typed: &str, last: Option<&str>) -> (Option<CheckIn>, String) {
        let at = Stamp::new(1_800_000_000_000, 0).unwrap();
        let last = last.map(|line| Kept {
            id: Id::new(at),
            written: at,
            saved: at,
            content: parse(&tokens(line).unwrap()).unwrap(),
        });
        let mut shown = String::new();
        let mut show = |page: &Page, _: bool| {
            shown.push_str(page.text());
            Ok(())
        };
        let mut input = typed.as_bytes();
        let mut asking = Asking { input: &mut input, show: &mut show, plain: true, asks: false, lines: 0 };
        let now = walk(&mut asking, last.as_ref()).unwrap();
        assert!(shown.lines().all(|line| line.chars().count() <= 72), "{shown}");
        (now, shown)
    }

    #[test]
    fn enter_takes_the_numbers_of_the_last_time_as_far_as_it_is_pressed() {
        let (now, shown) = walked("\n3\n-\nd\n", Some("mood 4 stress 7 sleep 6.5 caffeine 2 note old"));
        let now = now.unwrap();
        assert_eq!((now.mood.unwrap().get(), now.stress.unwrap().get()), (4, 3));
        assert!(now.sleep_minutes.is_none() && now.caffeine.is_none() && now.note.is_none());
        assert!(shown.contains("as last time, 4 of 10"), "{shown}");
    }

    #[test]
    fn every_field_is_asked_and_slips_are_asked_again() {
        let typed = "b\n11\n4\n7\n6:30\n2\n0\n20\n6\n5\n3\ngiven\nrefused boxes\nasked\n\ntired\nAna 8\na walk 7\n\nfine\n";
        let (now, shown) = walked(typed, None);
        let now = now.unwrap();
        assert!(Field::ALL.into_iter().all(|field| field.shown(&now).is_some()), "{shown}");
        assert!(shown.contains("first question") && shown.contains("`mood` takes"), "{shown}");
        assert_eq!(now.help.len(), 2);
    }

    #[test]
    fn stopping_keeps_nothing_and_the_end_of_the_input_what_is_there() {
        assert!(walked("4\nq\n", None).0.is_none());
        assert!(walked("", None).0.is_none());
        assert!(walked("d\n", Some("mood 4")).0.is_none());
        let (now, _) = walked("4\nb\n5\n", None);
        assert_eq!(now.unwrap().mood.unwrap().get(), 5);
    }
}
