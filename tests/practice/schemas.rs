//! What is printed with `--json` is what the schemas in `docs/schemas/` say.

use serde_json::{Value, json};

use super::Home;

#[path = "../support/schema.rs"]
mod schema;

use schema::Check;

const DANGER: &str = "I am going to kill myself tonight.";

/// A file of `docs/schemas/`.
struct Schema {
    name: &'static str,
    root: Value,
    seen: Vec<&'static str>,
}

impl Schema {
    fn of(name: &'static str) -> Self {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
        let text = std::fs::read_to_string(folder.join(format!("{name}.schema.json"))).unwrap();
        Self { name, root: serde_json::from_str(&text).unwrap(), seen: Vec::new() }
    }

    /// Checks what a command printed against its part, and that nothing may be added to it.
    fn check(&mut self, part: &'static str, value: &Value) {
        let of_it = &self.root["$defs"][part];
        assert!(of_it.is_object(), "{}: there is no {part}", self.name);
        let faults = Check::fits_part(&self.root, of_it, value);
        assert_eq!(faults, Vec::<String>::new(), "{} {part}: {value}", self.name);
        assert_eq!(Check::fits(&self.root, value), Vec::<String>::new(), "{} as a whole", self.name);
        let mut more = value.clone();
        more["total_of_everything"] = json!(1);
        assert_eq!(Check::fits_part(&self.root, of_it, &more).len(), 1, "{} {part}", self.name);
        let mut less = value.clone();
        less.as_object_mut().unwrap().remove("schema");
        assert!(!Check::fits_part(&self.root, of_it, &less).is_empty(), "{} {part}", self.name);
        self.seen.push(part);
    }

    /// Every output that the file names was looked at.
    fn is_whole(&self) {
        for output in self.root["anyOf"].as_array().unwrap() {
            let part = output["$ref"].as_str().unwrap().strip_prefix("#/$defs/").unwrap();
            assert!(self.seen.contains(&part), "{}: {part} was not tried", self.name);
        }
    }
}

fn printed(home: &Home, arguments: &[&str], input: &str) -> Value {
    serde_json::from_str(&home.says(&[arguments, &["--json"]].concat(), input)).unwrap()
}

#[test]
fn questionnaires_print_what_their_schema_says() {
    let home = Home::new();
    home.says(&["checkin", "mood 4"], "");
    let mut schema = Schema::of("questionnaire");
    let listed = printed(&home, &["questionnaire", "list"], "");
    schema.check("list", &listed);
    for one in listed["questionnaires"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        schema.check("questionnaire", &printed(&home, &["questionnaire", "show", id], ""));
    }
    let pcl = ["2"; 20].join(",");
    for (id, answers) in [
        ("hiq", "5,5,5,5,5,5,5,5,5,5,5,5,5,5,5"),
        ("phq-9", "1,1,1,1,1,-,1,0,2,1"),
        ("phq-9", "0,0,0,0,0,0,0,0,0"),
        ("phq-2", "1,2"),
        ("gad-7", "3,3,3,3,3,3,3"),
        ("gad-2", "1,2"),
        ("pc-ptsd-5", "1,1,1,1,1,0"),
        ("pc-ptsd-5", "0,-,-,-,-,-"),
        ("pcl-5", pcl.as_str()),
        ("audit-c", "4,3,2"),
    ] {
        let take = ["questionnaire", "take", id, "--answers", answers, "--country", "IE"];
        schema.check("sheet", &printed(&home, &take, ""));
    }
    schema.check("left", &printed(&home, &["questionnaire", "take", "gad-7"], "1\nq\n"));
    schema.check("history", &printed(&home, &["questionnaire", "history"], ""));
    schema.is_whole();
}

#[test]
fn check_ins_print_what_their_schema_says() {
    let home = Home::new();
    let mut schema = Schema::of("checkin");
    let line = "mood 4 stress 7 sleep 6.5 caffeine 2 alcohol 0 walked 20 tension 6 fatigue 5 anxiety 3 \
                helped:refused='the boxes' felt tired with 'lunch with Ana' 8 coped 'a walk' 7 note 'a line'";
    let first = printed(&home, &["checkin", line], "");
    schema.check("checkin", &first);
    schema.check("checkin", &printed(&home, &["checkin", "mood 4"], ""));
    schema.check("checkin", &printed(&home, &["checkin", &format!("note '{DANGER}'")], ""));
    schema.check("checkin", &printed(&home, &["checkin", "show", first["id"].as_str().unwrap()], ""));
    schema.check("list", &printed(&home, &["checkin", "list"], ""));
    schema.check("nothing", &printed(&home, &["checkin"], "q\n"));
    schema.check("deleted", &printed(&home, &["checkin", "delete", first["id"].as_str().unwrap()], ""));
    schema.is_whole();
}

#[test]
fn practice_prints_what_its_schema_says() {
    let home = Home::new();
    let mut schema = Schema::of("practice");
    schema.check("next", &printed(&home, &["practice", "next"], ""));
    let plan =
        ["practice", "plan", "door", "--when", "2999-01-02", "--who", "Ana", "--predict", "They sigh."];
    let planned = printed(&home, &plan, "");
    schema.check("planned", &planned);
    schema.check("planned", &printed(&home, &["practice", "plan", "advice", "--who", DANGER], ""));
    schema.check("next", &printed(&home, &["practice", "next"], ""));
    let id = planned["practice"]["id"].as_str().unwrap();
    let record = [
        "practice",
        "record",
        id,
        "--happened",
        "They smiled.",
        "--distress",
        "15",
        "--against",
        "better",
        "--surprise",
        "How short it was.",
    ];
    schema.check("recorded", &printed(&home, &record, ""));
    let own = printed(&home, &["practice", "add", "2", "Ask", "for", "a", "lift"], "");
    schema.check("added", &own);
    schema.check("ladder", &printed(&home, &["practice"], ""));
    schema.check("history", &printed(&home, &["practice", "history"], ""));
    schema.check("deleted", &printed(&home, &["practice", "remove", own["id"].as_str().unwrap()], ""));
    schema.check("deleted", &printed(&home, &["practice", "delete", id], ""));
    schema.is_whole();
}

#[test]
fn people_print_what_their_schema_says() {
    let home = Home::new();
    let mut schema = Schema::of("people");
    let add = ["people", "add", "Ana", "--yes", "reliable,available", "--no", "volatile", "--shared", DANGER];
    let output = home.run(&add, "");
    // The quality has a longer name; a slip prints no JSON.
    assert_eq!(output.status.code(), Some(2));
    let add = ["people", "add", "Ana", "--yes", "reliable", "--unsure", "not-volatile", "--shared", DANGER];
    schema.check("person", &printed(&home, &add, ""));
    schema.check("person", &printed(&home, &["people", "edit", "Ana", "--note", "A line."], ""));
    schema.check("person", &printed(&home, &["people", "show", "Ana"], ""));
    schema.check("list", &printed(&home, &["people"], ""));
    schema.check("deleted", &printed(&home, &["people", "delete", "Ana"], ""));
    schema.is_whole();
}

#[test]
fn reflections_print_what_their_schema_says() {
    let home = Home::new();
    let mut schema = Schema::of("reflect");
    let listed = printed(&home, &["reflect", "list"], "");
    schema.check("list", &listed);
    for one in listed["reflections"].as_array().unwrap() {
        schema.check("reflection", &printed(&home, &["reflect", "show", one["id"].as_str().unwrap()], ""));
    }
    schema
        .check("reflected", &printed(&home, &["reflect", "take", "attachment"], "\n1 2\nIt depends.\nq\n\n"));
    let now = r#"{"answers":[{"question":"abusive","ticked":["now"],"words":"I am going to kill myself tonight."}]}"#;
    let take = ["reflect", "take", "adulthood", "--answers", "-"];
    let kept = printed(&home, &take, now);
    schema.check("reflected", &kept);
    schema.check("reflected", &printed(&home, &[&take[..], &["--no-keep"]].concat(), now));
    let id = kept["id"].as_str().unwrap();
    schema.check("reflected", &printed(&home, &["reflect", "show", id], ""));
    schema.check("responses", &printed(&home, &["reflect", "show"], ""));
    schema.check("nothing", &printed(&home, &["reflect", "take", "impact"], "\n1\nq\nn\n"));
    schema.check("deleted", &printed(&home, &["reflect", "delete", id], ""));
    schema.is_whole();
}

#[test]
fn reminders_print_what_their_schema_says() {
    let home = Home::new();
    let mut schema = Schema::of("remind");
    let file = home.0.path().join("reminder.ics");
    schema.check("reminder", &printed(&home, &["remind", file.to_str().unwrap()], ""));
    schema.is_whole();
}
