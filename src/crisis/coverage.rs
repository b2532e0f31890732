//! How much of a text the screen could read. Rules and model know English; what they cannot
//! read is said, and never passed as safe.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use whatlang::{Lang, Script};

/// How much of a text was screened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// By rules and by the model.
    Full,
    /// By rules alone: no model was there.
    RulesOnly,
    /// Not reliably: the text is not in English.
    UnsupportedLanguage,
}

impl Coverage {
    /// Its name in JSON and in tables.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::RulesOnly => "rules_only",
            Self::UnsupportedLanguage => "unsupported_language",
        }
    }
}

/// Common words of English that are no words of its neighbours ("me", "no", "die", "was" and
/// their like are left out): a text of which a fair share are among them is taken as English,
/// however it is spelt otherwise.
const COMMON: &str = " the be to and that have i it for not with you this but by from they \
say her she my one all would there their what up out if about who get which when make can like \
time just him know take into your good some could them see other than then now only come its think also back \
after use how our work well want because any these are been i'm im dont don't cant can't didn't \
isn't it's feel feels felt really very still never always should why where help day today need had has did does more \
much too off down here last got going went being mum mom dad friend home sleep tired hate love life every again \
idk dunno maybe guess yeah doesnt didnt nothing everything everyone nobody something people thing things before without myself himself herself wish hope ";

/// Whether a text is in English, as far as can be told: short texts get the benefit of the doubt
/// as long as they are written in Latin letters.
#[must_use]
pub(super) fn is_english(text: &str) -> bool {
    let (mut letters, mut foreign) = (0, 0);
    if text.is_ascii() {
        letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    } else {
        for c in text.chars().filter(|c| c.is_alphabetic()) {
            letters += 1;
            foreign += usize::from(!is_latin(c));
        }
    }
    if letters == 0 || foreign * 5 > letters {
        return letters == 0;
    }
    let (mut words, mut common) = (0, 0);
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()) {
        words += 1;
        common += usize::from(is_common(word));
    }
    if common * 4 >= words {
        return true;
    }
    match whatlang::detect(text) {
        Some(info) if info.script() == Script::Latin => {
            info.lang() == Lang::Eng || !(info.is_reliable() || words >= 6 && common * 8 < words)
        }
        Some(_) => false,
        None => true,
    }
}

fn is_common(word: &str) -> bool {
    /// By their first letter.
    static WORDS: LazyLock<[Vec<&str>; 26]> = LazyLock::new(|| {
        let mut words = [const { Vec::new() }; 26];
        for word in COMMON.split_whitespace() {
            if let Some(list) = place(word).and_then(|place| words.get_mut(place)) {
                list.push(word);
            }
        }
        words
    });
    fn place(word: &str) -> Option<usize> {
        let first = word.bytes().next().filter(u8::is_ascii_alphabetic)?;
        Some(usize::from(first.to_ascii_lowercase() - b'a'))
    }
    if !word.is_ascii() {
        let lower = word.to_lowercase();
        return lower.is_ascii() && is_common(&lower);
    }
    place(word).is_some_and(|place| WORDS[place].iter().any(|common| word.eq_ignore_ascii_case(common)))
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | 'ª' | 'º')
}

#[cfg(test)]
mod tests {
    use super::is_english;

    #[test]
    fn english_is_english_however_it_is_spelt() {
        for text in [
            "i feel like shit",
            "cant sleep again",
            "He is fed up with me.",
            "102 this morning, so I stayed home.",
            "kms",
            "hope i dont wake up. goodnite",
            "maybe doesnt mind. dunno\nidk\nok",
            "!!! :(",
            "Dinner at Nonna's. Tiramisu, naturellement.",
        ] {
            assert!(is_english(text), "{text}");
        }
    }

    #[test]
    fn other_languages_are_noticed() {
        for text in [
            "Ich kann nicht mehr und will nicht mehr leben.",
            "Je ne veux plus vivre, tout le monde serait mieux sans moi.",
            "No quiero seguir viviendo, soy una carga para todos.",
            "Я больше не хочу жить",
            "もう生きていたくない",
            "لا أريد أن أعيش",
            "Ik wil niet meer leven en niemand zal me missen",
            "no puedo más, no quiero vivir, me siento una carga",
        ] {
            assert!(!is_english(text), "{text}");
        }
    }
}
