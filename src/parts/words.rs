//! The person's own words: which of them a reply can quote, and what they call the part.

use super::rules::plain;
use super::stage::{Speaker, Turn};
use crate::entry::clauses;

/// Words of a quotation.
const LEAST: usize = 2;
const MOST: usize = 9;
/// Words of a part's name at most.
const NAME: usize = 6;

/// Words that a quotation does not begin with: they lean on what stood before.
const LEANING: [&str; 36] = [
    "and", "but", "so", "because", "cause", "cos", "or", "then", "like", "yeah", "yes", "yep", "ok", "okay",
    "well", "um", "uh", "idk", "lol", "honestly", "tbh", "actually", "no", "nah", "maybe", "just", "also",
    "plus", "since", "which", "that", "than", "though", "anyway", "ah", "oh",
];
/// Nor end with: they wait for what would follow.
const HANGING: [&str; 44] = [
    "am", "are", "is", "was", "were", "be", "and", "but", "or", "the", "a", "an", "to", "of", "that",
    "because", "if", "so", "with", "for", "my", "your", "his", "her", "their", "its", "i", "im", "in", "on",
    "at", "by", "from", "like", "when", "where", "than", "as", "about", "just", "not", "dont", "says",
    "said",
];
/// Nor begin with: half of a condition, or a question.
const HALVES: [&str; 20] = [
    "if", "when", "whenever", "while", "until", "unless", "how", "why", "what", "where", "who", "do", "does",
    "did", "is", "are", "could", "would", "should", "can",
];
/// What trails after a clause and adds nothing to it.
const TRAILING: [&str; 14] = [
    " i guess",
    " i suppose",
    " i think",
    " idk",
    " lol",
    " haha",
    " tbh",
    " you know",
    " or something",
    " btw",
    " lmao",
    " ffs",
    " though",
    " actually",
];
/// What is no answer, and reads as a reproach when it is given back.
const NO_ANSWERS: [&str; 8] = [
    "i dont know",
    "dont know",
    "i dunno",
    "i dont care",
    "dont care",
    "not really",
    "not sure",
    "im not sure",
];
/// A clause that holds one of these speaks to the guide or swears; given back it sounds like mockery.
const NOT_GIVEN_BACK: [&str; 18] = [
    "you", "u", "ur", "your", "youre", "robot", "bot", "fuck", "fucking", "shit", "crap", "ffs", "wtf",
    "omg", "bruh", "bro", "stupid", "dumb",
];
/// Words of what goes on inside: a clause that holds one is worth giving back before others.
const INNER: &str = "part parts voice critic inside feel feels felt feeling angry anger sad scared afraid \
    fear ashamed shame guilty guilt lonely alone tired worn numb empty heavy tight hot cold \
    warm fond proud sorry hate love hurt hurts ache aches cry crying panic shaky quiet loud \
    small young old head chest throat stomach belly jaw shoulders shoulder neck back hands \
    eyes heart wants want needs need says tells protects guards hides holds carries keeps \
    pushes stops watches waits door wall rest safe thanked lid knot";
/// Words that carry nothing by themselves.
const EMPTY: [&str; 70] = [
    "i", "im", "ive", "id", "ill", "me", "my", "it", "its", "is", "was", "are", "were", "be", "been", "the",
    "a", "an", "to", "of", "in", "on", "at", "and", "but", "or", "so", "that", "this", "there", "he", "she",
    "they", "we", "you", "his", "her", "their", "not", "no", "yes", "do", "dont", "did", "didnt", "does",
    "has", "have", "had", "just", "if", "then", "what", "when", "how", "for", "with", "as", "up", "out",
    "can", "cant", "will", "would", "get", "really", "thats", "thing", "things", "theres",
];

/// Words of a turn that say something, as they stand in it.
fn telling(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace()
        .map(plain)
        .filter(|word| word.chars().count() > 2 && !EMPTY.contains(&word.as_str()))
}

/// Whether a reply takes up a word of the turn.
#[must_use]
pub fn takes_up(reply: &str, turn: &str) -> bool {
    let said: Vec<String> = telling(turn).collect();
    telling(reply).any(|word| said.contains(&word))
}

/// The words of a turn that read best in quotation marks: a short clause that stands by itself.
#[must_use]
pub fn quotable(turn: &str) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    // Who writes in small letters only ends sentences with a full stop all the same.
    let all: Vec<&str> = clauses(turn).into_iter().flat_map(|range| ended(&turn[range])).collect();
    let count = all.len();
    for (place, clause) in all.into_iter().enumerate() {
        let Some(words) = trimmed(clause) else { continue };
        let number = words.split_whitespace().count();
        let says = telling(words).count();
        if says == 0 {
            continue;
        }
        // A few telling words, of a length that reads at once, late rather than early.
        let length = if (3..=7).contains(&number) { 4 } else { 0 };
        let is_inner = |word: &str| INNER.split(' ').any(|inner| inner == plain(word));
        let inner = 6 * usize::from(words.split_whitespace().any(is_inner));
        let score = 2 * says.min(3) + length + inner + (place * 3) / count.max(1);
        if best.is_none_or(|(least, _)| score >= least) {
            best = Some((score, words));
        }
    }
    best.map(|(_, words)| words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text cut after each mark that ends a sentence.
fn ended(text: &str) -> impl Iterator<Item = &str> {
    let mut before = ' ';
    text.split_inclusive(move |c: char| {
        let ends = c.is_whitespace() && matches!(before, '.' | '?' | '!');
        before = c;
        ends
    })
}

/// A clause without what it leans on; `None` if it does not read in quotation marks.
fn trimmed(clause: &str) -> Option<&str> {
    let marks =
        |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '-' | '–' | '—' | '…' | '(' | ')');
    let mut words = clause.trim_matches(marks);
    loop {
        let (first, rest) = words.split_once(char::is_whitespace)?;
        if !LEANING.contains(&plain(first).as_str()) {
            break;
        }
        words = rest.trim_matches(marks);
    }
    while let Some(rest) = TRAILING.iter().find_map(|end| {
        let at = words.len().checked_sub(end.len()).filter(|at| words.is_char_boundary(*at))?;
        words[at..].eq_ignore_ascii_case(end).then(|| &words[..at])
    }) {
        words = rest.trim_matches(marks);
    }
    let count = words.split_whitespace().count();
    let says_nothing = NO_ANSWERS.contains(&plain(words).as_str());
    let half = words.split_whitespace().next().is_some_and(|word| HALVES.contains(&plain(word).as_str()));
    let last = words.split_whitespace().next_back().map(plain).unwrap_or_default();
    let odd = words.contains(['?', '!', '"', '“', '”', '{', '}', '<', '>', '*', '/', '@', '#'])
        || words.split_whitespace().any(|w| w.starts_with(['\'', '\u{2018}']) || w.ends_with('\''));
    let shouts = words.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let reads = (LEAST..=MOST).contains(&count)
        && !odd
        && !half
        && !says_nothing
        && !words.split_whitespace().any(|word| NOT_GIVEN_BACK.contains(&plain(word).as_str()))
        && !shouts
        && !HANGING.contains(&last.as_str());
    reads.then_some(words)
}

/// What the part is called, as far as the talk says it in so many words: "the Lid", "the one who
/// never asks". It is a proposal; only the person's word makes it a name.
#[must_use]
pub fn part_name(history: &[Turn]) -> Option<String> {
    // What both say is surest; then what the guide took up; the latest first.
    let of = |from: Speaker| -> Vec<String> {
        let turns = history.iter().filter(|turn| turn.from == from);
        turns.flat_map(|turn| names(&turn.text)).collect()
    };
    let (guide, person) = (of(Speaker::Guide), of(Speaker::Person));
    let same = |a: &String, b: &String| plain(a) == plain(b);
    let both = guide.iter().rev().find(|name| person.iter().any(|other| same(name, other)));
    let sure = |name: &&String| is_title(name) || name.starts_with("the one ");
    // "You be the one who hears it", says the guide, and means nobody.
    let title = |name: &&String| is_title(name);
    let named = both.or_else(|| guide.iter().rev().find(title)).or_else(|| person.iter().rev().find(sure));
    named.cloned()
}

/// A name with a capital: "the Lid". What has figures or capitals only is a road or a cry: "the A4", "the SHOUTING".
fn is_title(name: &str) -> bool {
    name.split(' ').nth(1).is_some_and(|word| {
        let small = |c: char| c.is_lowercase();
        word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().any(small)
            && !word.contains(char::is_numeric)
    })
}

/// Words after which "the …" is no part's name, though they sound like one.
const THINGS: [&str; 50] = [
    "other", "others", "floor", "door", "answer", "water", "weather", "matter", "corner", "paper", "letter",
    "number", "order", "shower", "dinner", "summer", "winter", "computer", "mirror", "doctor", "teacher",
    "manager", "mother", "father", "brother", "sister", "daughter", "river", "power", "former", "latter",
    "chapter", "center", "paper", "counter", "elevator", "monitor", "color", "author", "error", "folder",
    "drawer", "freezer", "finger", "shoulder", "corridor", "motor", "sensor", "charger", "quarter",
];
/// Names that people give to parts, beside those that end like "fixer".
const KNOWN: [&str; 30] = [
    "critic",
    "voice",
    "guard",
    "wall",
    "fog",
    "judge",
    "boss",
    "nag",
    "soldier",
    "child",
    "kid",
    "girl",
    "boy",
    "lid",
    "shield",
    "mask",
    "gate",
    "armour",
    "armor",
    "rage",
    "worry",
    "blank",
    "captain",
    "perfectionist",
    "pessimist",
    "clown",
    "rebel",
    "bully",
    "coach",
    "lookout",
];
/// Words between "the one" and what it does.
const RELATIVES: [&str; 10] = ["who", "that", "with", "on", "in", "under", "behind", "at", "from", "by"];
/// Words that end what it does.
const ENDING: [&str; 30] = [
    "is", "was", "are", "were", "and", "but", "would", "could", "can", "will", "has", "had", "does", "did",
    "if", "when", "now", "here", "there", "right", "let", "for", "you", "today", "just", "about", "to", "as",
    "than", "look",
];

/// What a turn calls a part.
fn names(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let the = words.iter().enumerate().filter(|(_, word)| plain(word) == "the");
    the.filter_map(|(at, _)| name_at(&words[at + 1..])).collect()
}

/// The name that stands after a "the".
fn name_at(words: &[&str]) -> Option<String> {
    let bare = |word: &str| {
        word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '\u{2019}'))
            .trim_matches('\'')
            .to_owned()
    };
    let ends = |word: &str| word.ends_with(['.', ',', ';', ':', '?', '!', '"', '\u{201d}']);
    let first = words.first()?;
    let small = plain(first);
    if small == "one" {
        let relative =
            words.get(1).filter(|word| RELATIVES.contains(&plain(word).as_str()) && !ends(first))?;
        let mut name = vec!["the".to_owned(), "one".to_owned(), bare(relative)];
        let mut rest = words.iter().skip(2).peekable();
        while let Some(word) = rest.next_if(|word| !ENDING.contains(&plain(word).as_str())) {
            name.push(bare(word));
            if ends(word) {
                break;
            }
        }
        // A long one cut short names nobody.
        return (4..=NAME + 1).contains(&name.len()).then(|| name.join(" "));
    }
    let word = bare(first);
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("\u{2019}s")).unwrap_or(&word).to_owned();
    let capital = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    if capital(&word) {
        let second = words.get(1).map(|word| bare(word)).filter(|second| capital(second) && !ends(first));
        return Some(second.map_or_else(|| format!("the {word}"), |second| format!("the {word} {second}")));
    }
    let does = ["er", "or", "ist"].iter().any(|end| small.ends_with(end)) && small.chars().count() > 4;
    let known = KNOWN.contains(&small.as_str());
    ((does || known) && !THINGS.contains(&small.as_str())).then(|| format!("the {word}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_road_and_a_cry_are_no_names() {
        for turn in ["I was driving home on the A4 in the rain", "I want to stop the SHOUTING"] {
            assert_eq!(part_name(&[Turn::person(turn)]), None, "{turn}");
        }
    }

    #[test]
    fn a_short_telling_clause_is_quoted() {
        for (turn, words) in [
            ("throat?? like a lid", Some("a lid")),
            ("boxes come. i like boxes", Some("i like boxes")),
            ("idk", None),
            ("calm i suppose", None),
            ("its like a motor i guess. boring", Some("its like a motor")),
            ("if something's broken you fix it", None),
            ("no", None),
            (
                "The wine. Not the wine. The bit before the wine. About ten past six.",
                Some("About ten past six"),
            ),
            ("yeah. blanket over the head", Some("blanket over the head")),
            ("WHY WOULD I", None),
            ("you did it again ffs. are you even reading this", None),
            ("its weird as fuck", None),
            ("That's the thing", None),
            (
                "she drains everything i make. i study illustration btw, mostly ravens. its heavy in my chest. it is tuesday today",
                Some("its heavy in my chest"),
            ),
            ("Nobody thanked me. That's what moved. We ate at the table", Some("Nobody thanked me")),
            ("😀 😀", None),
        ] {
            assert_eq!(quotable(turn).as_deref(), words, "{turn}");
        }
    }

    #[test]
    fn a_name_is_what_the_talk_calls_it() {
        let talk = |lines: &[(&str, &str)]| -> Vec<Turn> {
            lines.iter().flat_map(|(g, p)| [Turn::guide(*g), Turn::person(*p)]).collect()
        };
        let name = |lines: &[(&str, &str)]| part_name(&talk(lines));
        assert_eq!(name(&[("How do you feel toward the Lid?", "fine")]).as_deref(), Some("the Lid"));
        assert_eq!(
            name(&[("Where is the critic?", "the critic is in my head")]).as_deref(),
            Some("the critic")
        );
        assert_eq!(
            name(&[("Who is it?", "the one who never asks")]).as_deref(),
            Some("the one who never asks")
        );
        assert_eq!(name(&[("Could you be the one who hears it?", "yes")]), None);
        assert_eq!(name(&[("Where is the one who says it's fine before anybody has asked?", "idk")]), None);
        assert_eq!(name(&[("How was it, seeing the folder down?", "the folder can stay")]), None);
        assert_eq!(name(&[("What brought you to the kitchen?", "the kitchen is cold")]), None);
        assert_eq!(name(&[("Where in the body?", "idk")]), None);
    }

    #[test]
    fn a_reply_takes_up_a_telling_word() {
        assert!(takes_up("The lid can stay on.", "its like a lid"));
        assert!(!takes_up("It can stay as it is.", "it is what it is"));
    }
}
