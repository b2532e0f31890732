//! Files that are one entry.

use std::io::Read;

use super::{Fault, Source};
use crate::entry::Limit;

/// Keys of front matter that hold what a person wrote.
const TITLES: [&str; 4] = ["title", "subtitle", "summary", "description"];

/// The text of a file, and of a Markdown file what its front matter is called.
pub(super) fn whole(source: Source, is_markdown: bool) -> Result<(String, Option<String>), Fault> {
    // A scalar value takes four bytes at most; one more tells that there is too much.
    let most = Limit::Screening.characters() as u64 * 4;
    let mut bytes = Vec::new();
    source.take(most + 1).read_to_end(&mut bytes).map_err(|error| Fault::unreadable(&error))?;
    if bytes.len() as u64 > most {
        return Err(Fault::new("too_long", format!("It is longer than {most} bytes. Send it in parts.")));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Fault::new("not_utf8", format!("It is not valid UTF-8 (from byte {at}). Save it as UTF-8."))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(match is_markdown.then(|| front_matter(text)).flatten() {
        Some((matter, body)) => (body.to_owned(), titles(matter)),
        None => (text.to_owned(), None),
    })
}

/// What stands between two lines of `---` at the head of a file, and what follows.
fn front_matter(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("---")?;
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if matches!(line.trim_end(), "---" | "...") {
            return Some((&rest[..at], &rest[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

/// What front matter says in words: a title can hold what matters most.
fn titles(matter: &str) -> Option<String> {
    let found: Vec<&str> = matter
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(key, _)| TITLES.contains(&key.trim().to_ascii_lowercase().as_str()))
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']))
        .filter(|value| !value.is_empty())
        .collect();
    (!found.is_empty()).then(|| found.join(". "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    fn read(text: &[u8], is_markdown: bool) -> Result<(String, Option<String>), Fault> {
        whole(Box::new(std::io::Cursor::new(text.to_vec())), is_markdown)
    }

    #[test]
    fn front_matter_is_no_part_of_the_entry_but_its_title_is_kept() {
        let text = "\u{feff}---\r\ntitle: \"A long day\"\r\ntags: [a]\r\n---\r\nI went home.\r\n";
        let (body, title) = read(text.as_bytes(), true).unwrap();
        assert_eq!((body.as_str(), title.as_deref()), ("I went home.\r\n", Some("A long day")));
        for plain in ["--- not front matter", "---\nnever closed", "A day.\n---\nb\n---\n"] {
            assert_eq!(read(plain.as_bytes(), true).unwrap(), (plain.to_owned(), None));
        }
        assert_eq!(read(b"---\na\n---\nb", false).unwrap().0, "---\na\n---\nb");
    }

    #[test]
    fn what_is_not_text_is_told() {
        assert_eq!(read(b"ab\xff", false).unwrap_err().kind, "not_utf8");
    }
}
