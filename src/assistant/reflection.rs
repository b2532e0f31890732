//! What came of a reflection, as JSON, with the help that its words lead to.

use serde::Serialize;

use super::SaidBody;
use super::reply::SCHEMA;
use crate::crisis::{Escalation, Risk};
use crate::journal::{Id, Kept, Stamp};
use crate::reflection::{Reflected, Reflection, StyleTicked};

/// What came of a reflection. Nothing in it is a number, and nothing is concluded.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReflectedBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// The id under which it was kept; `null` if it was not.
    #[schema(value_type = Option<String>)]
    pub id: Option<Id>,
    /// When it was begun; `null` if it was not kept.
    pub written: Option<Stamp>,
    /// When it was last changed.
    pub saved: Option<Stamp>,
    /// What was ticked and written.
    pub reflected: Reflected,
    /// What was ticked, by style, where the reflection has styles. They mix; none is declared.
    pub styles: Vec<StyleTicked>,
    /// What is said beside statements that were ticked.
    pub beside: Vec<String>,
    /// What is said at its end, and what it does not say.
    pub says: Vec<String>,
    /// What the screen said of the words; `null` where there was nothing to read, or where it was
    /// not read now.
    pub risk: Option<Risk>,
    /// Help, where the words lead to it; else `null`.
    pub escalation: Option<Escalation>,
}

impl ReflectedBody {
    /// Of what was given, beside the reflection that it belongs to, if that is still known.
    #[must_use]
    pub fn of(reflection: Option<&Reflection>, reflected: &Reflected) -> Self {
        let beside = reflection.map(|one| one.says_beside(reflected)).unwrap_or_default();
        Self {
            schema: SCHEMA,
            id: None,
            written: None,
            saved: None,
            reflected: reflected.clone(),
            styles: reflection.map(|one| one.by_style(reflected)).unwrap_or_default(),
            beside: beside.into_iter().map(str::to_owned).collect(),
            says: reflection.map(|one| vec![one.closing.clone(), one.limits.clone()]).unwrap_or_default(),
            risk: None,
            escalation: None,
        }
    }

    /// Of what was kept.
    #[must_use]
    pub fn of_kept(reflection: Option<&Reflection>, kept: &Kept<Reflected>) -> Self {
        Self {
            id: Some(kept.id),
            written: Some(kept.written),
            saved: Some(kept.saved),
            ..Self::of(reflection, &kept.content)
        }
    }

    /// With what the screen said.
    #[must_use]
    pub fn with(self, said: Option<SaidBody>) -> Self {
        let (risk, escalation) = said.map_or((None, None), |said| (Some(said.risk), said.escalation));
        Self { risk, escalation, ..self }
    }
}
