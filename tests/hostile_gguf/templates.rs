//! Templates that never end, nest without end, or are none.

use crate::check::Then::{Error, Works};
use crate::check::{check, with};
use crate::hostile::{text, unsigned};

#[test]
fn templates_that_never_end_or_nest_without_end_are_refused() {
    let template = |source: &str| with("tokenizer.chat_template", text(source));
    let nested = "{% for m in messages %}".repeat(5_000) + &"{% endfor %}".repeat(5_000);
    let list = "{{ ".to_owned() + &"[".repeat(100_000) + &"]".repeat(100_000) + " }}";
    let deep = |show: &str| {
        template(&format!(
            "{{% set n = namespace(x=[]) %}}{{% for i in range(99999) %}}{{% set n.x = [n.x] %}}{show}{{% endfor %}}"
        ))
    };
    let shallow =
        "{% set n = namespace(x=[]) %}{% for i in range(2500) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}";
    check(vec![
        ("a template that is not one", template("{% for %}"), Error("template")),
        (
            "a loop without end",
            template("{% for i in range(99999) %}{% for j in range(99999) %}{{ i }}{% endfor %}{% endfor %}"),
            Error("template"),
        ),
        (
            "a macro that calls itself",
            template("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
            Error("template"),
        ),
        (
            "a text that doubles",
            template(
                "{% set n = namespace(x='x') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
            ),
            Error("template"),
        ),
        ("a text repeated", template("{{ 'x' * 99999999999 }}"), Error("template")),
        ("a text indented", template("{{ 'x'|indent(99999999999, true) }}"), Error("template")),
        (
            "a text padded",
            template("{{ '%99999999999d' % 1 }}{{ '{:99999999999}'.format(1) }}"),
            Error("template"),
        ),
        ("loops in loops", template(&nested), Error("template")),
        ("lists in lists", template(&list), Error("template")),
        ("lists that grow inwards", deep(""), Error("template")),
        ("lists that grow inwards and are shown", template(shallow), Error("template")),
        (
            "lists that grow inwards and are compared",
            deep("{% if n.x == [n.x] %}{% endif %}"),
            Error("template"),
        ),
        ("a template that refuses", template("{{ raise_exception('no') }}"), Error("template")),
        ("a template of nothing", template(""), Error("template")),
        ("a long template", template(&"{{ a }}".repeat(200_000)), Error("template")),
        ("a template that is a number", with("tokenizer.chat_template", unsigned(1)), Error("template")),
        (
            "one that asks for a message that is not there",
            template("\u{f5d0}99\u{f5d1}\u{f5d0}x"),
            Error("template"),
        ),
        (
            "one that asks for more messages",
            template("{{ messages[1].content }}\u{f5d0}99\u{f5d1}\u{f5d0}x"),
            Works,
        ),
    ]);
}
