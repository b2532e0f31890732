//! What can be typed beside the talk itself.

use std::path::PathBuf;

use crate::parts::{Field, Role, Tie};

/// A line that was typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// What the person says.
    Said(String),
    /// Nothing.
    Nothing,
    /// A command.
    Command(Command),
    /// Something that begins like a command and is none, with what would be right.
    Unknown(&'static str),
}

/// What a person can ask for at any time.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    Pause,
    GoOn,
    Ground,
    Stop,
    Lines,
    History,
    Part,
    Map(Option<PathBuf>),
    Name(String),
    Role(Role),
    Keep(Field, String),
    Agreement(String),
    Quote(String),
    Tie(Tie, String),
    Open,
}

/// What `/help` lists.
pub(super) const HELP: [(&str, &str); 16] = [
    ("/stop", "end, with thanks; you can keep a note"),
    ("/pause", "leave it as it is, for now"),
    ("/go", "go on, after a pause or after help"),
    ("/ground", "leave the work and come back to the room"),
    ("/lines", "people to talk to"),
    ("/map", "the parts you know; /map FILE.svg or FILE.dot draws them"),
    ("/part", "what you have confirmed about this part"),
    ("/name NAME", "what you call it"),
    ("/role ROLE", "manager, firefighter, exile or self"),
    ("/keep WHAT WORDS", "place, look, job, fear, age, since or needs"),
    ("/agreed WORDS", "something you agreed with it"),
    ("/quote WORDS", "its own words"),
    ("/protects NAME", "another part that it protects"),
    ("/against NAME", "another part that it pulls against"),
    ("/history", "what was said so far"),
    ("/open", "come back to what you said no to"),
];

/// Reads a line.
pub(super) fn read(line: &str) -> Typed {
    let line = line.trim();
    let Some(rest) = line.strip_prefix('/') else {
        return if line.is_empty() { Typed::Nothing } else { Typed::Said(line.to_owned()) };
    };
    let (name, words) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let words = words.trim();
    let told = |make: fn(String) -> Command, hint| {
        if words.is_empty() { Typed::Unknown(hint) } else { Typed::Command(make(words.to_owned())) }
    };
    let command = match name.to_lowercase().as_str() {
        "help" | "?" => Command::Help,
        "pause" => Command::Pause,
        "go" | "resume" | "safe" => Command::GoOn,
        "ground" => Command::Ground,
        "stop" | "quit" | "exit" | "end" => Command::Stop,
        "lines" | "help-lines" => Command::Lines,
        "history" => Command::History,
        "part" => Command::Part,
        "open" => Command::Open,
        "map" => Command::Map((!words.is_empty()).then(|| PathBuf::from(words))),
        "name" => return told(Command::Name, "Write what you call it: /name the Lid"),
        "agreed" => return told(Command::Agreement, "Write what you agreed: /agreed ask me first"),
        "quote" => return told(Command::Quote, "Write its words: /quote not today"),
        "protects" => {
            return told(|other| Command::Tie(Tie::Protects, other), "Write whom: /protects the small one");
        }
        "against" => {
            return told(|other| Command::Tie(Tie::Against, other), "Write whom: /against the drinker");
        }
        "role" => match Role::ALL.into_iter().find(|role| role.slug() == words.to_lowercase()) {
            Some(role) => Command::Role(role),
            None => return Typed::Unknown("A role is manager, firefighter, exile or self."),
        },
        "keep" => {
            let (field, words) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
            match Field::ALL.into_iter().find(|one| one.slug() == field.to_lowercase()) {
                Some(field) if !words.trim().is_empty() => Command::Keep(field, words.trim().to_owned()),
                _ => return Typed::Unknown("Write what and its words: /keep place in my throat"),
            }
        }
        _ => return Typed::Unknown("I don't know that one. /help lists what there is."),
    };
    Typed::Command(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        assert_eq!(read("  it is in my throat "), Typed::Said("it is in my throat".into()));
        assert_eq!(read("   "), Typed::Nothing);
        assert_eq!(read("/PAUSE"), Typed::Command(Command::Pause));
        assert_eq!(read("/map a.svg"), Typed::Command(Command::Map(Some("a.svg".into()))));
        assert_eq!(
            read("/keep place my throat"),
            Typed::Command(Command::Keep(Field::Place, "my throat".into()))
        );
        assert_eq!(read("/role Exile"), Typed::Command(Command::Role(Role::Exile)));
        for wrong in ["/name", "/role king", "/keep place", "/keep hat blue", "/what"] {
            assert!(matches!(read(wrong), Typed::Unknown(_)), "{wrong}");
        }
    }
}
