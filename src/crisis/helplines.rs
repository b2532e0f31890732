//! Helplines and emergency numbers by country, each with the source it was read in.
//!
//! The numbers are data in `content/helplines/`. This room knows no clock: who asks gives the
//! date, and a line last checked more than six months before it is marked stale.

mod country;
mod date;

pub use country::{CountryCode, CountryCodeError};
pub use date::{Date, DateError};

use serde::{Deserialize, Serialize};

/// The files of the list, by name.
const FILES: [(&str, &str); 4] = [
    ("africa.toml", include_str!("../../content/helplines/africa.toml")),
    ("americas.toml", include_str!("../../content/helplines/americas.toml")),
    ("asia_pacific.toml", include_str!("../../content/helplines/asia_pacific.toml")),
    ("europe.toml", include_str!("../../content/helplines/europe.toml")),
];
/// How many months a check holds.
const FRESH_MONTHS: u16 = 6;

/// Whom a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Serves {
    /// People who think of suicide, and those who worry about them.
    Suicide,
    /// Anyone in distress.
    Distress,
    /// Children and young people.
    Youth,
    /// Veterans and those who serve.
    Veterans,
    /// People hurt at home or by a partner.
    DomesticViolence,
    /// People with alcohol or drugs.
    Substance,
}

/// What kind of page a number was read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The line itself, or who runs it.
    Operator,
    /// A government or a public health service.
    Government,
    /// A news report.
    News,
    /// A list or guide by someone else.
    List,
}

/// How the source was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum SourceSeen {
    /// A stored copy, which may be older than the page is now.
    #[serde(rename = "stored copy")]
    StoredCopy,
    /// The page itself.
    #[serde(rename = "live page")]
    LivePage,
}

/// What an emergency number reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// The police.
    Police,
    /// The fire brigade.
    Fire,
    /// An ambulance.
    Ambulance,
}

impl Service {
    const fn name(self) -> &'static str {
        match self {
            Self::Police => "police",
            Self::Fire => "fire",
            Self::Ambulance => "ambulance",
        }
    }
}

/// An emergency number and what it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergencyNumber {
    /// As dialled.
    pub number: String,
    /// What answers.
    pub reaches: Vec<Service>,
    /// The address where it was read.
    pub source: String,
}

impl EmergencyNumber {
    /// Whether it reaches the police and an ambulance alike.
    #[must_use]
    pub fn reaches_all(&self) -> bool {
        self.reaches.contains(&Service::Police) && self.reaches.contains(&Service::Ambulance)
    }

    /// The number; if it does not reach all, with what it reaches: "119 (ambulance, fire)".
    #[must_use]
    pub fn as_shown(&self) -> String {
        if self.reaches_all() {
            return self.number.clone();
        }
        let reaches: Vec<&str> = self.reaches.iter().map(|s| s.name()).collect();
        format!("{} ({})", self.number, reaches.join(", "))
    }
}

/// One helpline, as sent to those who show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Helpline {
    /// Its name.
    pub name: String,
    /// The number to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where, or what, to text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The address of its chat, without `https://`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<String>,
    /// The address of a page that leads to lines, without `https://`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<String>,
    /// When it answers.
    pub hours: String,
    /// In which languages; empty where the source does not say.
    pub languages: Vec<String>,
    /// What it costs, where the source says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    /// Whom it is for.
    pub serves: Vec<Serves>,
    /// The address where it was read.
    pub source: String,
    /// What kind of page that is.
    pub source_kind: SourceKind,
    /// The year of the text read, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_dated: Option<u16>,
    /// How it was read.
    pub source_seen: SourceSeen,
    /// The day it was read.
    #[schema(value_type = String, format = Date)]
    pub verified_on: Date,
    /// Whether that is more than six months ago.
    pub stale: bool,
}

/// What this program knows for one country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct HelplineSet {
    /// The country asked for.
    pub country: CountryCode,
    /// Its name, if it is listed.
    pub country_name: Option<String>,
    /// Whether there is a list for it. If not, `emergency` is empty and `lines` holds pages that
    /// lead to lines in many countries.
    pub listed: bool,
    /// Emergency numbers.
    pub emergency: Vec<EmergencyNumber>,
    /// Helplines, those for anyone first.
    pub lines: Vec<Helpline>,
    /// What to say beside the list, or in its place.
    pub note: String,
}

impl HelplineSet {
    /// The emergency number as a sentence names it: "112 or 999", "119 (ambulance, fire) or
    /// 110 (police)", or "your local emergency number".
    #[must_use]
    pub fn emergency_phrase(&self) -> String {
        let general = self.emergency.iter().any(EmergencyNumber::reaches_all);
        let names: Vec<String> = self
            .emergency
            .iter()
            .filter(|e| e.reaches_all() || !general)
            .map(EmergencyNumber::as_shown)
            .collect();
        if names.is_empty() { "your local emergency number".to_owned() } else { names.join(" or ") }
    }
}

/// Why the helplines could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HelplineError {
    /// Not TOML, or a field is missing, unknown or of the wrong kind.
    #[error("{file} can't be read: {source}. Correct the file and try again.")]
    Syntax {
        /// The file.
        file: String,
        /// What TOML says.
        source: Box<toml::de::Error>,
    },
    /// An entry breaks a rule.
    #[error("{file}, country {country}: {what}. Correct the file and try again.")]
    Entry {
        /// The file.
        file: String,
        /// The country.
        country: CountryCode,
        /// The rule.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    country: Vec<Country>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Country {
    code: CountryCode,
    name: String,
    emergency: Vec<EmergencyNumber>,
    line: Vec<Line>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    phone: Option<String>,
    text: Option<String>,
    chat: Option<String>,
    web: Option<String>,
    hours: String,
    languages: Vec<String>,
    cost: Option<String>,
    serves: Vec<Serves>,
    source: String,
    source_kind: SourceKind,
    source_dated: Option<u16>,
    source_seen: SourceSeen,
    verified_on: Date,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fallback {
    unknown: String,
    unlisted: String,
    listed: String,
    stale: String,
    anywhere: Vec<Line>,
}

/// All countries on the list.
#[derive(Debug, Clone)]
pub struct Helplines {
    countries: Vec<Country>,
    fallback: Fallback,
}

impl Helplines {
    /// The list that this program carries.
    ///
    /// # Errors
    /// [`HelplineError`] if a file breaks a rule; a test sees to it that none does.
    pub fn embedded() -> Result<Self, HelplineError> {
        Self::parse(&FILES, ("fallback.toml", include_str!("../../content/helplines/fallback.toml")))
    }

    /// Reads files of countries (name, text) and the fall-back beside them, and checks them
    /// together.
    ///
    /// # Errors
    /// [`HelplineError`] if a file is not TOML of this form or breaks a rule: each country once;
    /// an emergency number and a line at least; each line with a way to reach it, whom it
    /// serves, and the address of its source.
    pub fn parse(files: &[(&str, &str)], fallback: (&str, &str)) -> Result<Self, HelplineError> {
        let mut countries: Vec<Country> = Vec::new();
        for (file, text) in files {
            for country in from_toml::<File>(file, text)?.country {
                let twice = countries.iter().any(|c| c.code == country.code);
                let broken = twice.then_some("it is listed twice").or_else(|| broken_rule(&country));
                if let Some(what) = broken {
                    return Err(HelplineError::Entry {
                        file: (*file).to_owned(),
                        country: country.code,
                        what,
                    });
                }
                countries.push(country);
            }
        }
        countries.sort_by_key(|c| c.code);
        let (file, text) = fallback;
        let fallback: Fallback = from_toml(file, text)?;
        if let Some(what) = broken_line(&fallback.anywhere) {
            let file = file.to_owned();
            return Err(HelplineError::Entry { file, country: CountryCode::UNKNOWN, what });
        }
        Ok(Self { countries, fallback })
    }

    /// The countries on the list, by code.
    #[must_use]
    pub fn countries(&self) -> impl ExactSizeIterator<Item = (CountryCode, &str)> {
        self.countries.iter().map(|c| (c.code, c.name.as_str()))
    }

    /// What is known for a country on the day `today`. For a country that is not listed, or
    /// [`CountryCode::UNKNOWN`], the set has no numbers, only pages that lead to lines in many
    /// countries, and its note says so and what to do.
    #[must_use]
    pub fn for_country(&self, code: &CountryCode, today: Date) -> HelplineSet {
        let Some(country) = self.countries.iter().find(|c| c.code == *code) else {
            return HelplineSet {
                country: *code,
                country_name: None,
                listed: false,
                emergency: Vec::new(),
                lines: self.fallback.anywhere.iter().map(|l| l.on(today)).collect(),
                note: if *code == CountryCode::UNKNOWN {
                    self.fallback.unknown.clone()
                } else {
                    self.fallback.unlisted.clone()
                },
            };
        };
        let lines: Vec<Helpline> = country.line.iter().map(|l| l.on(today)).collect();
        let mut note = self.fallback.listed.clone();
        if lines.iter().any(|l| l.stale) {
            note = format!("{note} {}", self.fallback.stale);
        }
        HelplineSet {
            country: *code,
            country_name: Some(country.name.clone()),
            listed: true,
            emergency: country.emergency.clone(),
            lines,
            note,
        }
    }
}

impl Line {
    fn on(&self, today: Date) -> Helpline {
        Helpline {
            name: self.name.clone(),
            phone: self.phone.clone(),
            text: self.text.clone(),
            chat: self.chat.clone(),
            web: self.web.clone(),
            hours: self.hours.clone(),
            languages: self.languages.clone(),
            cost: self.cost.clone(),
            serves: self.serves.clone(),
            source: self.source.clone(),
            source_kind: self.source_kind,
            source_dated: self.source_dated,
            source_seen: self.source_seen,
            verified_on: self.verified_on,
            stale: self.verified_on.months_later(FRESH_MONTHS) < today,
        }
    }
}

fn from_toml<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, HelplineError> {
    toml::from_str(text)
        .map_err(|source| HelplineError::Syntax { file: file.to_owned(), source: Box::new(source) })
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn broken_rule(country: &Country) -> Option<&'static str> {
    let number = |e: &EmergencyNumber| !e.number.is_empty() && e.number.chars().all(|c| c.is_ascii_digit());
    let rules = [
        (!country.name.trim().is_empty(), "the country needs its name"),
        (
            !country.emergency.is_empty()
                && country.emergency.iter().all(number)
                && country.emergency.iter().all(|e| !e.reaches.is_empty()),
            "it needs an emergency number of digits, with what it reaches",
        ),
        (
            country.emergency.iter().all(|e| is_address(&e.source)),
            "a number needs the address of the page where it was read",
        ),
        (!country.line.is_empty(), "it needs a line"),
    ];
    rules.iter().find(|(holds, _)| !holds).map(|(_, what)| *what).or_else(|| broken_line(&country.line))
}

fn broken_line(lines: &[Line]) -> Option<&'static str> {
    let digits = |text: &String| text.chars().any(|c| c.is_ascii_digit());
    let bare = |text: &String| text.contains('.') && !text.contains("//");
    let rules = [
        (
            lines.iter().all(|l| !l.name.trim().is_empty() && !l.hours.trim().is_empty()),
            "a line needs its name and hours",
        ),
        (
            lines.iter().all(|l| {
                (l.phone.is_some() || l.text.is_some() || l.chat.is_some() || l.web.is_some())
                    && l.phone.iter().chain(&l.text).all(digits)
            }),
            "a line needs a phone number, a text number, a chat or a page",
        ),
        (
            lines.iter().all(|l| l.chat.iter().chain(&l.web).all(bare)),
            "a chat or a page is an address without https://",
        ),
        (lines.iter().all(|l| !l.serves.is_empty()), "a line needs whom it serves"),
        (
            lines.iter().all(|l| is_address(&l.source)),
            "a number needs the address of the page where it was read",
        ),
    ];
    rules.iter().find(|(holds, _)| !holds).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests;
