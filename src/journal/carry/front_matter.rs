//! The lines between `---` and `---` at the head of a Markdown file, as far as journals use them:
//! `name: value`, and lists in brackets or one item a line. What is nested deeper is left alone.

/// What stands under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    One(String),
    Many(Vec<String>),
}

impl Value {
    /// The words of a list, or of a line with commas.
    pub(super) fn words(&self) -> Vec<&str> {
        match self {
            Self::One(line) => line.split(',').map(str::trim).collect(),
            Self::Many(words) => words.iter().map(String::as_str).collect(),
        }
    }
}

/// A name, its value, and the line that it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) line: usize,
}

/// The fields at the head of a text and what follows them; a text that has no head has no fields.
pub(super) fn split(text: &str) -> (Vec<Field>, &str) {
    let none = || (Vec::new(), text);
    let mut rest = text;
    let mut number = 0;
    let mut next = || {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let whole = !rest.is_empty();
        rest = after;
        number += 1;
        whole.then_some((number, line.trim_end_matches('\r'), after))
    };
    if next().is_none_or(|(_, line, _)| line.trim_end() != "---") {
        return none();
    }
    let mut fields: Vec<Field> = Vec::new();
    while let Some((line, words, after)) = next() {
        if matches!(words.trim_end(), "---" | "...") {
            return (fields, after);
        }
        let is_item =
            words.trim_start().strip_prefix('-').filter(|item| item.is_empty() || item.starts_with(' '));
        if let (Some(item), Some(field)) = (is_item, fields.last_mut()) {
            let item = unquoted(item.trim());
            match &mut field.value {
                Value::Many(items) => items.push(item),
                Value::One(empty) if empty.is_empty() => field.value = Value::Many(vec![item]),
                Value::One(_) => {}
            }
            continue;
        }
        // What is set in belongs to what is above it.
        if words.starts_with([' ', '\t', '#']) {
            continue;
        }
        let Some((name, value)) = words.split_once(':') else { continue };
        fields.push(Field {
            name: unquoted(name.trim()).to_lowercase(),
            value: value_of(value.trim()),
            line,
        });
    }
    none()
}

fn value_of(text: &str) -> Value {
    match text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => Value::Many(items(inner)),
        None => Value::One(unquoted(text)),
    }
}

/// Items between commas that stand in no quotes.
fn items(text: &str) -> Vec<String> {
    let (mut items, mut item, mut quote, mut escaped) = (Vec::new(), String::new(), None, false);
    for c in text.chars() {
        match (quote, c) {
            (None, ',') => items.push(std::mem::take(&mut item)),
            (None, '"' | '\'') if item.trim().is_empty() => {
                quote = Some(c);
                item.push(c);
            }
            (Some(open), c) => {
                if c == open && !escaped {
                    quote = None;
                }
                escaped = c == '\\' && !escaped;
                item.push(c);
            }
            (None, c) => item.push(c),
        }
    }
    items.push(item);
    items.iter().map(|item| unquoted(item.trim())).filter(|item| !item.is_empty()).collect()
}

fn unquoted(text: &str) -> String {
    let inside = |quote| text.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    if let Some(inner) = inside('"') {
        return serde_json::from_str(text).unwrap_or_else(|_| inner.to_owned());
    }
    inside('\'').map_or_else(|| text.to_owned(), |inner| inner.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_read_as_journals_write_them() {
        let text = "---\r\ntitle: \"A: day\"\r\ndate: 2024-01-15T10:00:00+01:00\nTags: [a, \"b, c\", 'd''s']\naliases:\n  - one\n- two\nplace:\n  city: x\nempty:\n---\nText\n---\n";
        let (fields, rest) = split(text);
        assert_eq!(rest, "Text\n---\n");
        let told: Vec<(&str, usize)> = fields.iter().map(|field| (field.name.as_str(), field.line)).collect();
        assert_eq!(
            told,
            [("title", 2), ("date", 3), ("tags", 4), ("aliases", 5), ("place", 8), ("empty", 10)]
        );
        assert_eq!(fields[0].value, Value::One("A: day".into()));
        assert_eq!(fields[1].value, Value::One("2024-01-15T10:00:00+01:00".into()));
        assert_eq!(fields[2].value.words(), ["a", "b, c", "d's"]);
        assert_eq!(fields[3].value.words(), ["one", "two"]);
        assert_eq!(Value::One("a, b".into()).words(), ["a", "b"]);
    }

    #[test]
    fn a_line_is_no_head() {
        for text in ["", "---", "---\nno end\n", "Text\n---\na: b\n---\n", "--- \nx\n"] {
            let (fields, rest) = split(text);
            assert!(fields.is_empty() && rest == text, "{text}");
        }
        assert_eq!(split("---\n---\nx").1, "x");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stop(text in "(---\n)?(\\PC|\n){0,80}(\n---\n)?") {
            let (_, rest) = split(&text);
            prop_assert!(text.ends_with(rest));
        }
    }
}
