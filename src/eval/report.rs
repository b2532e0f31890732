//! What a suite found: figures by name for machines, tables of 72 columns for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::EvalError;
use super::suite::{Gate, Kind, Suite};
use crate::assistant::ModelBody;

/// Width of the printed tables.
const WIDTH: usize = 72;
/// Width of a column of figures.
const FIGURE: usize = 7;

/// A named row of figures; `None` where there is nothing to measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What the figures are of.
    pub name: String,
    /// One for each column.
    pub values: Vec<Option<f64>>,
}

/// A table of figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// Names of the columns of figures. `n` and those that begin with `n ` hold counts.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Table {
    pub(super) fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|c| (*c).to_owned()).collect();
        Self { title: title.into(), columns, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, name: impl Into<String>, values: Vec<Option<f64>>) {
        self.rows.push(Row { name: name.into(), values });
    }
}

/// An item that was answered badly, by its id.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Miss {
    /// The item.
    pub id: String,
    /// What went wrong, without its words.
    pub what: String,
    /// Its text: our own, shown only on demand and never written out.
    #[serde(skip)]
    pub text: String,
}

/// Whether a gate held.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateResult {
    /// The gate.
    #[serde(flatten)]
    pub gate: Gate,
    /// The figure; `None` where this run did not measure it.
    pub value: Option<f64>,
    /// Whether it held; `None` where it was not judged, because the run had no model.
    pub held: Option<bool>,
}

/// What a suite found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Name of the suite.
    pub suite: String,
    /// What it measures.
    pub kind: Kind,
    /// Number of items.
    pub items: usize,
    /// Whether the model was left out.
    pub rules_only: bool,
    /// The model that answered.
    pub model: Option<ModelBody>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Names of the figures that stand first.
    pub headline: Vec<String>,
    /// Every figure, by name.
    pub metrics: BTreeMap<String, f64>,
    /// Details.
    pub tables: Vec<Table>,
    /// The worst answers, the worst first.
    pub misses: Vec<Miss>,
    /// Every gate.
    pub gates: Vec<GateResult>,
    /// What a reader should know beside the figures.
    pub notes: Vec<String>,
}

/// What a suite's measuring hands over.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) items: usize,
    pub(super) metrics: BTreeMap<String, f64>,
    pub(super) tables: Vec<Table>,
    pub(super) misses: Vec<Miss>,
    pub(super) notes: Vec<String>,
}

impl Findings {
    /// Keeps a figure, if there is one.
    pub(super) fn metric(&mut self, name: impl Into<String>, value: Option<f64>) {
        if let Some(value) = value {
            self.metrics.insert(name.into(), value);
        }
    }
}

impl Report {
    pub(super) fn new(
        suite: &Suite,
        found: Findings,
        model: Option<ModelBody>,
        seconds: f64,
    ) -> Result<Self, EvalError> {
        let rules_only = model.is_none();
        let gates = suite
            .gates
            .iter()
            .map(|gate| {
                let value = found.metrics.get(&gate.metric).copied();
                let judged = !(gate.needs_model && rules_only);
                let held = match value {
                    _ if !judged => None,
                    Some(value) => Some(gate.holds(value)),
                    None => return Err(EvalError::UnknownMetric(gate.metric.clone())),
                };
                Ok(GateResult { gate: gate.clone(), value, held })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            suite: suite.name.clone(),
            kind: suite.kind,
            items: found.items,
            rules_only,
            model,
            seconds,
            headline: suite.metrics.clone(),
            metrics: found.metrics,
            tables: found.tables,
            misses: found.misses,
            gates,
            notes: found.notes,
        })
    }

    /// The gates that did not hold.
    #[must_use]
    pub fn failed_gates(&self) -> Vec<&GateResult> {
        self.gates.iter().filter(|gate| gate.held == Some(false)).collect()
    }

    /// The report for people, 72 columns wide. Misses are named by id.
    #[must_use]
    pub fn table(&self) -> String {
        self.print(false)
    }

    /// As [`Report::table`], with the texts of the misses. They are our own, made for this.
    #[must_use]
    pub fn table_with_texts(&self) -> String {
        self.print(true)
    }

    fn print(&self, with_texts: bool) -> String {
        let mut out = String::new();
        let by = self.model.as_ref().map_or("phrase rules alone", |model| model.name.as_str());
        line(&mut out, &format!("{}: {} items, {by}, {:.1} s", self.suite, self.items, self.seconds));
        for name in &self.headline {
            if let Some(value) = self.metrics.get(name) {
                let interval =
                    self.metrics.get(&format!("{name}.low")).zip(self.metrics.get(&format!("{name}.high")));
                let interval =
                    interval.map_or_else(String::new, |(low, high)| format!("  ({low:.3} to {high:.3})"));
                line(&mut out, &format!("  {name:<36}{value:>8.3}{interval}"));
            }
        }
        for table in &self.tables {
            print_table(&mut out, table);
        }
        if !self.misses.is_empty() {
            line(&mut out, "\nWorst answers");
            for miss in &self.misses {
                wrap(&mut out, &format!("{}  {}", miss.id, miss.what), "  ");
                if with_texts {
                    wrap(&mut out, &miss.text, "      ");
                }
            }
        }
        if !self.gates.is_empty() {
            line(&mut out, "\nGates");
        }
        for gate in &self.gates {
            print_gate(&mut out, gate);
        }
        for note in &self.notes {
            out.push('\n');
            wrap(&mut out, note, "");
        }
        out
    }
}

fn print_gate(out: &mut String, result: &GateResult) {
    let verdict = match result.held {
        Some(true) => "holds",
        Some(false) => "FAILS",
        None => "not judged",
    };
    let bounds = match (result.gate.at_least, result.gate.at_most) {
        (Some(least), Some(most)) => format!("{least:.3} to {most:.3}"),
        (Some(least), None) => format!("at least {least:.3}"),
        (None, Some(most)) => format!("at most {most:.3}"),
        (None, None) => String::new(),
    };
    let value = result.value.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"));
    line(out, &format!("  {verdict:<11}{:<32}{value:>6}  {bounds}", result.gate.metric));
}

fn print_table(out: &mut String, table: &Table) {
    let names = WIDTH.saturating_sub(FIGURE * table.columns.len());
    let mut head = format!("\n{:<names$}", cut(&table.title, names));
    for column in &table.columns {
        let _ = write!(head, "{:>FIGURE$}", cut(column, FIGURE - 1));
    }
    line(out, &head);
    for row in &table.rows {
        let mut text = format!("{:<names$}", cut(&format!("  {}", row.name), names));
        for (column, value) in table.columns.iter().zip(&row.values) {
            match value {
                Some(count) if column == "n" || column.starts_with("n ") => {
                    let _ = write!(text, "{count:>FIGURE$.0}");
                }
                Some(figure) => {
                    let _ = write!(text, "{figure:>FIGURE$.3}");
                }
                None => {
                    let _ = write!(text, "{:>FIGURE$}", "-");
                }
            }
        }
        line(out, &text);
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

fn wrap(out: &mut String, text: &str, indent: &str) {
    let options = textwrap::Options::new(WIDTH).initial_indent(indent).subsequent_indent(indent);
    for part in textwrap::wrap(text, options) {
        line(out, &part);
    }
}

/// The text as far as it fits, with a space left at its end.
fn cut(text: &str, width: usize) -> String {
    text.chars().take(width).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    fn suite(gates: &str) -> Suite {
        toml::from_str(&format!(
            "name = \"s\"\nkind = \"path\"\nitems = \"x\"\nmetrics = [\"passed\", \"absent\"]\ngates = [{gates}]"
        ))
        .unwrap()
    }

    fn found() -> Findings {
        let mut found = Findings { items: 3, ..Findings::default() };
        found.metric("passed", Some(0.75));
        found.metric("passed.low", Some(0.5));
        found.metric("passed.high", Some(1.0));
        found.metric("nothing", None);
        let mut table = Table::new("By group", &["n", "passed"]);
        table.row(
            "a group with a name much longer than the room that a table can give it",
            vec![Some(3.0), None],
        );
        found.tables.push(table);
        found.misses.push(Miss {
            id: "p-1".into(),
            what: "tier none".into(),
            text: "my own words ".repeat(20),
        });
        found
    }

    #[test]
    fn gates_are_judged_and_printed() {
        let suite = suite(
            "{ metric = \"passed\", at_least = 0.8 }, { metric = \"late\", at_least = 1.0, needs_model = true }",
        );
        let report = Report::new(&suite, found(), None, 0.1).unwrap();
        assert_eq!(report.failed_gates().len(), 1);
        assert_eq!(report.gates[1].held, None);
        let table = report.table();
        assert!(table.contains("FAILS") && table.contains("not judged"), "{table}");
        assert!(table.contains("(0.500 to 1.000)"), "{table}");
    }

    #[test]
    fn a_gate_on_an_unknown_figure_is_an_error() {
        let suite = suite("{ metric = \"late\", at_least = 1.0 }");
        assert!(matches!(Report::new(&suite, found(), None, 0.1), Err(EvalError::UnknownMetric(_))));
    }

    #[test]
    fn tables_are_72_columns_wide_and_show_texts_only_on_demand() {
        let report = Report::new(&suite(""), found(), None, 0.1).unwrap();
        for text in [report.table(), report.table_with_texts()] {
            assert!(text.lines().all(|l| l.chars().count() <= WIDTH), "{text}");
        }
        assert!(!report.table().contains("own words"));
        assert!(report.table_with_texts().contains("own words"));
        assert!(!serde_json::to_string(&report).unwrap().contains("own words"));
    }
}
