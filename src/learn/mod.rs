//! Things to read: kinds of therapy, a first session, stress, boundaries. Data from
//! `content/learn/`. This room knows nothing of the terminal.

use serde::{Deserialize, Serialize};

/// The files that this program carries, by the names that they have on disk.
const FILES: [(&str, &str); 4] = [
    ("therapies.toml", include_str!("../../content/learn/therapies.toml")),
    ("first-session.toml", include_str!("../../content/learn/first-session.toml")),
    ("stress.toml", include_str!("../../content/learn/stress.toml")),
    ("boundaries.toml", include_str!("../../content/learn/boundaries.toml")),
];

/// What is said under each of them.
pub const NOTE: &str = "Written by the makers of this program; no clinician has reviewed it. It is no advice on \
     medicine and names nobody's illness. What fits you is best talked over with a professional.";

/// All topics, checked.
#[derive(Debug, Clone)]
pub struct Topics(Vec<Topic>);

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its name in commands.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// Its sections.
    #[serde(rename(deserialize = "section"))]
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its name in commands.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Paragraphs.
    #[serde(default)]
    pub text: Vec<String>,
    /// Points of a list.
    #[serde(default)]
    pub points: Vec<String>,
}

/// Things to read as they are listed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TopicsBody {
    /// Rises when something breaks.
    pub schema: u32,
    /// All topics.
    pub topics: Vec<ListedTopic>,
    /// What stands under each.
    pub note: String,
}

/// A topic in the list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ListedTopic {
    /// Its name in commands.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// Its sections.
    pub sections: Vec<ListedSection>,
}

/// A section in the list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ListedSection {
    /// Its name in commands.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// A file that breaks a rule: which, where and what the rule is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("content/learn/{file}: {rule} Correct it there.")]
pub struct LearnError {
    /// The file's name.
    pub file: String,
    /// The rule, as a sentence.
    pub rule: String,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// A whole topic.
    Topic(&'a Topic),
    /// A section of one.
    Section(&'a Topic, &'a Section),
}

impl Topics {
    /// The topics that this program carries.
    ///
    /// # Errors
    /// [`LearnError`] with file and rule if a file was edited and breaks one.
    pub fn embedded() -> Result<Self, LearnError> {
        let mut all: Vec<Topic> = Vec::new();
        for (file, text) in FILES {
            let topic = parse(file, text)?;
            let broken = |rule: &str| LearnError { file: file.to_owned(), rule: rule.to_owned() };
            let names = |topic: &Topic| -> Vec<String> {
                std::iter::once(&topic.id).chain(topic.sections.iter().map(|s| &s.id)).cloned().collect()
            };
            let taken: Vec<String> = all.iter().flat_map(names).collect();
            if names(&topic).iter().any(|name| taken.contains(name)) {
                return Err(broken("each topic and section has a name of its own among all files."));
            }
            all.push(topic);
        }
        Ok(Self(all))
    }

    /// The topic or section of this name.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Found<'_>> {
        let id = id.trim().to_lowercase();
        let topic = self.0.iter().find(|one| one.id == id).map(Found::Topic);
        topic.or_else(|| {
            let mut all = self.0.iter().flat_map(|topic| topic.sections.iter().map(move |one| (topic, one)));
            all.find(|(_, one)| one.id == id).map(|(topic, one)| Found::Section(topic, one))
        })
    }

    /// All of them as they are listed.
    #[must_use]
    pub fn body(&self) -> TopicsBody {
        let section = |one: &Section| ListedSection { id: one.id.clone(), title: one.title.clone() };
        let topic = |one: &Topic| ListedTopic {
            id: one.id.clone(),
            title: one.title.clone(),
            about: one.about.clone(),
            sections: one.sections.iter().map(section).collect(),
        };
        TopicsBody { schema: 1, topics: self.iter().map(topic).collect(), note: NOTE.to_owned() }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.0.iter()
    }
}

fn parse(file: &str, text: &str) -> Result<Topic, LearnError> {
    let broken = |rule: String| LearnError { file: file.to_owned(), rule };
    let topic: Topic = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let said = error.message().lines().collect::<Vec<_>>().join(" ");
        broken(format!("line {line} can't be read: {}.", said.trim_end_matches('.')))
    })?;
    if file.strip_suffix(".toml") != Some(topic.id.as_str()) {
        return Err(broken("the id is the file's name.".to_owned()));
    }
    for (n, section) in topic.sections.iter().enumerate() {
        let lines = section.text.iter().chain(&section.points);
        let is_blank = |text: &String| text.trim().is_empty();
        if (section.text.is_empty() && section.points.is_empty()) || lines.clone().any(is_blank) {
            return Err(broken(format!("there is a text in section `{}`.", section.id)));
        }
        if section.id == topic.id || topic.sections[..n].iter().any(|other| other.id == section.id) {
            return Err(broken(format!("`{}` is the name of one section only.", section.id)));
        }
    }
    Ok(topic)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_file_keeps_every_rule() {
        let all = Topics::embedded().unwrap();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/learn");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), all.iter().count());
        let Some(Found::Topic(therapies)) = all.find("Therapies ") else { unreachable!() };
        assert_eq!(therapies.sections.len(), 9);
        assert!(
            therapies.sections.iter().all(|one| one.text.iter().any(|text| text.starts_with("Meant for: ")))
        );
        assert!(matches!(all.find("emdr"), Some(Found::Section(_, one)) if one.id == "emdr"));
        assert!(all.find("none").is_none());
    }

    #[test]
    fn what_breaks_a_rule_is_told_by_file_and_rule() {
        let (file, text) = FILES[0];
        let told = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            parse(file, &text.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert!(
            told("id = \"therapies\"", "id = \"x\"").contains("therapies.toml: the id is the file's name")
        );
        assert!(told("id = \"dbt\"", "id = \"cbt\"").contains("one section only"));
        assert!(told("about = ", "abut = ").contains("can't be read"));
    }
}
