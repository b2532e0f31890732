//! Questionnaires: published instruments as data, scored to the letter.
//!
//! `content/questionnaires/` holds one file for each; [`Questionnaires::embedded`] reads and
//! checks them. An [`Answer`] off its scale cannot be built, a [`Score`] can only be made from a
//! [`Sheet`] that its instrument's rule for missing answers lets through, and an answer that
//! speaks of danger is part of both. A score is a number on a scale, never a diagnosis. This room
//! knows nothing of HTTP, SQL or the terminal.

mod body;
mod check;
mod file;
mod instrument;
mod score;
mod sheet;

pub use body::{QuestionnaireBody, QuestionnaireListed, QuestionnairesBody};
pub use file::QuestionnaireError;
pub use instrument::{
    Advice, Answer, Band, Change, Choice, Criterion, Cutoff, DangerRule, Item, Missing, Pattern,
    Questionnaire, Source, Subscale,
};
pub use score::{Difference, Score, SubscaleScore};
pub use sheet::{Danger, Given, Sheet, SheetError, Slot};

/// The files that this program carries, by the names that they have on disk.
const FILES: [(&str, &str); 8] = [
    ("hiq.toml", include_str!("../../content/questionnaires/hiq.toml")),
    ("phq-9.toml", include_str!("../../content/questionnaires/phq-9.toml")),
    ("phq-2.toml", include_str!("../../content/questionnaires/phq-2.toml")),
    ("gad-7.toml", include_str!("../../content/questionnaires/gad-7.toml")),
    ("gad-2.toml", include_str!("../../content/questionnaires/gad-2.toml")),
    ("pc-ptsd-5.toml", include_str!("../../content/questionnaires/pc-ptsd-5.toml")),
    ("pcl-5.toml", include_str!("../../content/questionnaires/pcl-5.toml")),
    ("audit-c.toml", include_str!("../../content/questionnaires/audit-c.toml")),
];

/// All questionnaires, checked.
#[derive(Debug, Clone)]
pub struct Questionnaires(Vec<Questionnaire>);

impl Questionnaires {
    /// The questionnaires that this program carries.
    ///
    /// # Errors
    /// [`QuestionnaireError`] with file, line and rule if a file was edited and breaks one.
    pub fn embedded() -> Result<Self, QuestionnaireError> {
        FILES.iter().map(|(name, text)| Questionnaire::parse(name, text)).collect::<Result<_, _>>().map(Self)
    }

    /// The questionnaire of this id, in whatever case and with or without its hyphens.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Questionnaire> {
        let plain = |text: &str| text.trim().to_lowercase().replace(['-', '_', ' '], "");
        self.0.iter().find(|one| plain(&one.id) == plain(id))
    }

    /// All of them, in the order in which they are listed.
    pub fn iter(&self) -> impl Iterator<Item = &Questionnaire> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests;
