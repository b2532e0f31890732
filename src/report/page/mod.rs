//! The report as one HTML file that loads nothing and runs nothing: for reading on a screen, for
//! printing, and for scripts that the PDF's typefaces lack.

mod svg;

use minijinja::{AutoEscape, Environment, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::story::{Block, tell};
use super::{Report, ReportError, base64};

const FAILED: ReportError = ReportError::Made { form: "page" };
const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

/// Width and height of a chart, in its own units.
const CHART: (f32, f32) = (471.0, 112.0);

#[derive(Serialize)]
struct Context<'c> {
    title: &'c str,
    style: Value,
    style_hash: Value,
    blocks: Vec<Shown<'c>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Shown<'c> {
    Chart { kind: &'static str, svg: Value },
    Block(&'c Block),
}

/// The bytes of a report.
pub(super) fn make(report: &Report) -> Result<Vec<u8>, ReportError> {
    let story = tell(report);
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page.html", TEMPLATE).map_err(|_| FAILED)?;
    let context = Context {
        title: &story.title,
        style: Value::from_safe_string(STYLE.to_owned()),
        style_hash: Value::from_safe_string(base64::of(&Sha256::digest(STYLE.as_bytes()))),
        blocks: story
            .blocks
            .iter()
            .map(|block| match block {
                Block::Chart(chart) => {
                    Shown::Chart { kind: "chart", svg: Value::from_safe_string(svg::of(chart, CHART)) }
                }
                block => Shown::Block(block),
            })
            .collect(),
    };
    let template = environment.get_template("page.html").map_err(|_| FAILED)?;
    let mut page = template.render(minijinja::value::Serde(&context)).map_err(|_| FAILED)?;
    if !page.ends_with('\n') {
        page.push('\n');
    }
    // HTML has no place for a zero byte.
    Ok(page.replace('\0', "").into_bytes())
}
