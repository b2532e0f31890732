//! The rules that a questionnaire's file keeps. What breaks one is told by its place.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;

use super::file::{
    AdviceFile, BandFile, DangerFile, File, ItemFile, MissingFile, ScaleFile, SourceFile, SubscaleFile,
};
use super::instrument::{
    Advice, Band, Change, Choice, Criterion, Cutoff, DangerRule, Item, Missing, Pattern, Questionnaire,
    Source, Subscale,
};

/// The byte where a rule is broken, and the rule.
type Broken = (usize, String);
type Checked<T> = Result<T, Broken>;

/// Characters of a line of a fixed text, and of a whole one, as in `content/escalation.toml`.
const LINE: usize = 160;
const TEXT: usize = 450;
/// What a text of ours never says of the person.
const NEVER: [&str; 4] = ["you have ", "you suffer", "you are ", "you're "];

pub(super) fn checked(name: &str, file: File) -> Checked<Questionnaire> {
    let File { id, edition, short, scale, item, band, .. } = file;
    kebab(&id)?;
    rule(&id, name.strip_suffix(".toml") == Some(id.get_ref()), "the id is the file's name.")?;
    rule(&edition, *edition.get_ref() >= 1, "editions are counted from 1.")?;
    rule(&file.resume_days, *file.resume_days.get_ref() >= 1, "a half-finished sheet lasts a day at least.")?;
    let verdict = own(&file.verdict)?;
    rule(&file.verdict, verdict.matches("{band}").count() == 1, "a verdict has {band} in it, once.")?;
    let validated = *file.validated.get_ref();
    rule(
        &file.validated,
        validated || file.local_code.is_some(),
        "what is not validated has a local_code of its own.",
    )?;

    let items = items(&scale, item)?;
    let missing = missing(&file.missing, items.iter().filter(|item| item.scored).count())?;
    let mut questionnaire = Questionnaire {
        id: id.into_inner(),
        edition: edition.into_inner(),
        short: published(&short)?,
        name: published(&file.name)?,
        about: own(&file.about)?,
        asks_about: published(&file.asks_about)?,
        lead: published(&file.lead)?,
        verdict,
        validated,
        local_code: file.local_code.as_ref().map(published).transpose()?,
        resume_days: file.resume_days.into_inner(),
        limits: own(&file.limits)?,
        licence: published(&file.licence)?,
        not_found: file.not_found.iter().map(published).collect::<Checked<_>>()?,
        loinc_panel: loinc(&file.loinc.panel)?,
        loinc_total: loinc(&file.loinc.total)?,
        missing,
        items,
        bands: Vec::new(),
        cutoffs: Vec::new(),
        subscales: Vec::new(),
        pattern: None,
        change: None,
        advice: None,
        sources: file.source.into_iter().map(|one| source(one, validated)).collect::<Checked<_>>()?,
    };
    if questionnaire.sources.is_empty() {
        return Err((0, "there is no source; what was not read anywhere has no place here.".to_owned()));
    }
    let range = questionnaire.range();
    questionnaire.bands = bands(band, range)?;
    for one in file.cutoff {
        let fits = (range.0 + 1..=range.1).contains(one.at.get_ref());
        rule(&one.at, fits, "a cut-off lies between the least and the greatest total.")?;
        let rises = questionnaire.cutoffs.last().is_none_or(|last: &Cutoff| last.at < *one.at.get_ref());
        rule(&one.at, rises, "cut-offs rise.")?;
        questionnaire.cutoffs.push(Cutoff { at: *one.at.get_ref(), about: own(&one.about)? });
    }
    questionnaire.subscales = subscales(file.subscale, &questionnaire.items)?;
    if let Some(one) = file.pattern {
        let criteria = !questionnaire.subscales.is_empty()
            && questionnaire.subscales.iter().all(|subscale| subscale.criterion.is_some());
        rule(&one, criteria, "a pattern needs subscales that all have a criterion.")?;
        let span = one.span();
        let text = one.into_inner();
        for said in [&text.met, &text.not_met] {
            kind(&span, said)?;
        }
        questionnaire.pattern = Some(Pattern { name: text.name, met: text.met, not_met: text.not_met });
    }
    if let Some(one) = file.change {
        let fits = (1..range.1 - range.0).contains(one.reliable.get_ref());
        rule(&one.reliable, fits, "a reliable change is less than the whole scale.")?;
        let why = own(&one.why)?;
        questionnaire.change = Some(Change { reliable: one.reliable.into_inner(), why });
    }
    questionnaire.advice = advice(file.advice, &questionnaire.bands)?;
    Ok(questionnaire)
}

fn items(scales: &[ScaleFile], items: Vec<ItemFile>) -> Checked<Vec<Item>> {
    let mut names = BTreeSet::new();
    for scale in scales {
        rule(&scale.id, names.insert(scale.id.get_ref()), "a scale has a name of its own.")?;
        rule(&scale.id, scale.choices.len() >= 2, "a scale has two answers at least.")?;
        for pair in scale.choices.windows(2) {
            let [before, after] = pair else { continue };
            let rises = before.get_ref().value < after.get_ref().value;
            rule(after, rises, "the values of a scale rise from answer to answer.")?;
        }
    }
    let used: BTreeSet<String> = items.iter().map(|item| item.scale.get_ref().clone()).collect();
    let mut ids = BTreeSet::new();
    let mut codes = BTreeSet::new();
    let mut checked: Vec<Item> = Vec::new();
    for one in items {
        rule(&one.id, ids.insert(one.id.get_ref().clone()), "an item has an id of its own.")?;
        kebab(&one.id)?;
        let scale = scales.iter().find(|scale| scale.id.get_ref() == one.scale.get_ref());
        let Some(scale) = scale else {
            return Err((one.scale.span().start, "an item's scale is one of [[scale]].".to_owned()));
        };
        let code = loinc(&one.loinc)?;
        let unused = code.as_ref().is_none_or(|code| codes.insert(code.clone()));
        rule(&one.loinc, unused, "two items don't share a LOINC code.")?;
        let choices = scale.choices.iter().map(choice).collect::<Checked<Vec<_>>>()?;
        let scored = one.scored.unwrap_or(true);
        let mut item = Item {
            id: one.id.get_ref().clone(),
            text: published(&one.text)?,
            loinc: code,
            choices,
            scored,
            ends_at: None,
            danger: None,
        };
        if let Some(gate) = one.gate {
            rule(&gate, !scored && checked.is_empty(), "a gate is the first item and is not scored.")?;
            let ends_at = gate.get_ref().ends_at;
            rule(&gate, item.answer(ends_at).is_some(), "a gate ends at an answer of its scale.")?;
            item.ends_at = Some(ends_at);
        }
        item.danger = one.danger.map(|danger| danger_rule(danger, &item)).transpose()?;
        checked.push(item);
    }
    for scale in scales {
        rule(&scale.id, used.contains(scale.id.get_ref()), "a scale is used by an item.")?;
    }
    if checked.iter().any(|item| item.scored) {
        return Ok(checked);
    }
    Err((0, "an item at least counts for the total.".to_owned()))
}

fn choice(one: &Spanned<super::file::ChoiceFile>) -> Checked<Choice> {
    let choice = one.get_ref();
    rule(one, !choice.label.trim().is_empty(), "an answer has a label.")?;
    let code = &choice.loinc;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let shaped = code.strip_prefix("LA").and_then(|rest| rest.split_once('-'));
    let fits =
        code.is_empty() || shaped.is_some_and(|(n, check)| digits(n) && digits(check) && check.len() == 1);
    rule(one, fits, "the LOINC code of an answer looks like LA6568-5; leave it empty where none was found.")?;
    Ok(Choice {
        value: choice.value,
        label: choice.label.clone(),
        loinc: (!code.is_empty()).then(|| code.clone()),
    })
}

fn danger_rule(danger: DangerFile, item: &Item) -> Checked<DangerRule> {
    let at = danger.tiers.span();
    let broken = |what: &str| (at.start, what.to_owned());
    let mut tiers = std::collections::BTreeMap::new();
    for (value, tier) in danger.tiers.get_ref() {
        let answer = value.parse().ok().and_then(|value| item.answer(value));
        let answer = answer.ok_or_else(|| broken("a tier stands for an answer of the item's scale."))?;
        if !tier.escalates() {
            return Err(broken("the tier of an answer that speaks of danger is urgent or emergency."));
        }
        tiers.insert(answer.value(), *tier);
    }
    let (least, _) = item.range();
    // So that no answer above the least goes by unseen.
    if !item.choices.iter().all(|choice| choice.value == least || tiers.contains_key(&choice.value)) {
        return Err(broken("every answer above the least has a tier."));
    }
    rule(&danger.messages, danger.messages.get_ref().len() >= 2, "a message has two variants at least.")?;
    for message in danger.messages.get_ref() {
        fixed(&danger.messages.span(), message, 3..7)?;
    }
    let messages = danger.messages.into_inner().into_iter().map(|lines| lines.join("\n")).collect();
    Ok(DangerRule { case: danger.case, tiers, messages })
}

fn missing(file: &Spanned<MissingFile>, scored: usize) -> Checked<Missing> {
    let MissingFile { rule: name, at_most, why } = file.get_ref();
    let why = own(why)?;
    match (name.get_ref().as_str(), at_most) {
        ("refuse", None) => Ok(Missing::Refuse { why }),
        ("prorate", Some(at_most)) if (1..scored).contains(at_most) => {
            Ok(Missing::Prorate { at_most: *at_most, why })
        }
        _ => Err((
            name.span().start,
            "the rule for missing answers is \"refuse\", or \"prorate\" with at_most below the count of items."
                .to_owned(),
        )),
    }
}

fn bands(files: Vec<BandFile>, (least, most): (u16, u16)) -> Checked<Vec<Band>> {
    let mut bands: Vec<Band> = Vec::new();
    let mut end = 0;
    for one in files {
        snake(&one.id)?;
        rule(&one.id, bands.iter().all(|band| band.id != *one.id.get_ref()), "a band has an id of its own.")?;
        let due = bands.last().map_or(least, |last| last.to + 1);
        rule(
            &one.from,
            *one.from.get_ref() == due,
            &format!("this band begins at {due}, so that no total is left out or named twice."),
        )?;
        rule(&one.to, one.to.get_ref() >= one.from.get_ref(), "a band ends where it begins or later.")?;
        rule(&one.to, *one.to.get_ref() <= most, &format!("the greatest total is {most}."))?;
        end = one.to.span().start;
        bands.push(Band {
            id: one.id.get_ref().clone(),
            name: own(&one.name)?,
            from: one.from.into_inner(),
            to: one.to.into_inner(),
            means: own(&one.means)?,
            advice: one.advice,
        });
    }
    if bands.last().is_some_and(|last| last.to == most) {
        return Ok(bands);
    }
    Err((end, format!("the last band ends at {most}, the greatest total.")))
}

fn subscales(files: Vec<SubscaleFile>, items: &[Item]) -> Checked<Vec<Subscale>> {
    let mut taken = BTreeSet::new();
    let mut subscales: Vec<Subscale> = Vec::new();
    for one in files {
        snake(&one.id)?;
        let unused = subscales.iter().all(|other| other.id != *one.id.get_ref());
        rule(&one.id, unused, "a subscale has an id of its own.")?;
        let mut places = Vec::new();
        for id in &one.items {
            let place = items.iter().position(|item| item.id == *id.get_ref() && item.scored);
            let Some(place) = place else {
                return Err((id.span().start, "a subscale names items that are scored.".to_owned()));
            };
            rule(id, taken.insert(place), "an item belongs to one subscale.")?;
            places.push(place);
        }
        let criterion = match &one.criterion {
            None => None,
            Some(criterion) => {
                let Criterion { answer, needed } =
                    Criterion { answer: criterion.get_ref().answer, needed: criterion.get_ref().needed };
                let on_scale = places.iter().all(|place| items[*place].answer(answer).is_some());
                rule(criterion, on_scale, "a criterion's answer is on the scale of its items.")?;
                let fits = (1..=places.len()).contains(&needed);
                rule(criterion, fits, "a criterion needs one item at least and no more than there are.")?;
                Some(Criterion { answer, needed })
            }
        };
        subscales.push(Subscale {
            id: one.id.get_ref().clone(),
            name: own(&one.name)?,
            items: places,
            criterion,
        });
    }
    Ok(subscales)
}

fn advice(file: Option<Spanned<AdviceFile>>, bands: &[Band]) -> Checked<Option<Advice>> {
    let wanted = bands.iter().any(|band| band.advice);
    match file {
        None if wanted => Err((0, "a band asks for advice, and there is no [advice].".to_owned())),
        None => Ok(None),
        Some(one) => {
            rule(&one, wanted, "there is advice, and no band asks for it.")?;
            let span = one.span();
            let AdviceFile { case, message, steps } = one.into_inner();
            fixed(&span, &message, 3..7)?;
            fixed(&span, &steps, 3..6)?;
            Ok(Some(Advice { case, message: message.join("\n"), steps }))
        }
    }
}

fn source(one: SourceFile, validated: bool) -> Checked<Source> {
    let address = one.address.get_ref();
    let is_page = address.starts_with("https://") || address.starts_with("http://");
    let explained = address.is_empty() && one.note.is_some() && !validated;
    rule(
        &one.address,
        is_page || explained,
        "a source is the address of a page that was opened; only what is not validated may explain itself in a note.",
    )?;
    Ok(Source {
        of: published(&one.of)?,
        address: is_page.then(|| address.clone()),
        note: one.note,
        seen: one.seen,
    })
}

fn rule<T>(at: &Spanned<T>, holds: bool, what: &str) -> Checked<()> {
    if holds { Ok(()) } else { Err((at.span().start, what.to_owned())) }
}

/// A text of somebody else: not blank, on one line.
fn published(text: &Spanned<String>) -> Checked<String> {
    let fits = !text.get_ref().trim().is_empty() && !text.get_ref().contains('\n');
    rule(text, fits, "there is a text here, on one line.")?;
    Ok(text.get_ref().clone())
}

/// A text of ours: also never one that says what the person is or has.
fn own(text: &Spanned<String>) -> Checked<String> {
    let said = published(text)?;
    kind(&text.span(), &said)?;
    Ok(said)
}

fn kind(at: &Range<usize>, text: &str) -> Checked<()> {
    let lower = text.to_lowercase();
    match NEVER.iter().find(|words| lower.contains(*words)) {
        None => Ok(()),
        Some(words) => {
            Err((at.start, format!("a text of ours never says \"{}\" of a person.", words.trim())))
        }
    }
}

/// Lines of a fixed text.
fn fixed(at: &Range<usize>, lines: &[String], count: Range<usize>) -> Checked<()> {
    let broken = |what: String| Err((at.start, what));
    if !count.contains(&lines.len()) {
        return broken(format!("it has {} to {} lines.", count.start, count.end - 1));
    }
    let is_line =
        |line: &String| !line.trim().is_empty() && line.chars().count() <= LINE && !line.contains('\n');
    if !lines.iter().all(is_line) || lines.join("\n").chars().count() > TEXT {
        return broken(format!("a line has 1 to {LINE} characters and a text {TEXT} at most."));
    }
    lines.iter().try_for_each(|line| kind(at, line))
}

fn kebab(id: &Spanned<String>) -> Checked<()> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let holds = !id.get_ref().is_empty() && id.get_ref().chars().all(fits);
    rule(id, holds, "an id has small letters, digits and hyphens.")
}

fn snake(id: &Spanned<String>) -> Checked<()> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let holds = !id.get_ref().is_empty() && id.get_ref().chars().all(fits);
    rule(id, holds, "this id has small letters, digits and underscores.")
}

/// A LOINC code, whose last digit checks the others (the algorithm of Luhn), or none.
fn loinc(code: &Spanned<String>) -> Checked<Option<String>> {
    let text = code.get_ref();
    if text.is_empty() {
        return Ok(None);
    }
    let holds = text.split_once('-').is_some_and(|(number, check)| {
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let sum: u32 = number
            .bytes()
            .rev()
            .enumerate()
            .map(|(n, b)| match (n % 2, u32::from(b.wrapping_sub(b'0'))) {
                (0, digit) if digit > 4 => 2 * digit - 9,
                (0, digit) => 2 * digit,
                (_, digit) => digit,
            })
            .sum();
        (1..=7).contains(&number.len())
            && digits(number)
            && check.len() == 1
            && digits(check)
            && check.parse() == Ok((10 - sum % 10) % 10)
    });
    rule(
        code,
        holds,
        "a LOINC code looks like 44249-1 and its last digit fits; leave it empty where none was found.",
    )?;
    Ok(Some(text.clone()))
}
