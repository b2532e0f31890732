//! What is known of a part, on the page.

use crate::cli::page::Page;
use crate::parts::{PartNotes, Role};

/// How a person reads a role.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Manager => "manager: keeps things in hand",
        Role::Firefighter => "firefighter: puts out what flares up",
        Role::Exile => "exile: carries what hurts",
        Role::Oneself => "self: no part, you",
    }
}

/// Everything that is kept of a part.
pub(super) fn show(page: &mut Page, part: &PartNotes) {
    page.strong(&part.name);
    if let Some(is) = part.role {
        page.inset(role(is));
    }
    for (field, words) in &part.fields {
        page.inset(&format!("{}: {words}", field.label()));
    }
    for (tie, other) in &part.ties {
        page.inset(&format!("{} {other}", tie.slug()));
    }
    for agreed in &part.agreements {
        page.inset(&format!("Agreed: {agreed}"));
    }
    for words in &part.quotes {
        page.inset(&format!("“{words}”"));
    }
}
