//! What the files of a source are, told from what is in them.

use super::error::Place;
use super::source::Bundle;
use super::table::{Header, TableKind};
use super::{BodyError, Format, Options, fitbit, garmin, oura};

/// A file that is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Apple,
    Fitbit(fitbit::List),
    Oura,
    Table(TableKind),
    GarminNight,
}

impl Kind {
    pub(super) fn format(self) -> Format {
        match self {
            Self::Apple => Format::AppleHealth,
            Self::Fitbit(_) | Self::Table(TableKind::Fitbit(_)) => Format::FitbitTakeout,
            Self::Oura | Self::Table(TableKind::Oura(_)) => Format::Oura,
            Self::Table(TableKind::Garmin(_)) | Self::GarminNight => Format::Garmin,
        }
    }
}

/// The files to read, by their numbers, and what each is. Others are passed over.
pub(super) fn kinds(
    bundle: &mut Bundle,
    name: &str,
    options: &Options,
) -> Result<Vec<(usize, Kind)>, BodyError> {
    let names = bundle.names().to_vec();
    let (mut kinds, mut empty, mut strange) = (Vec::new(), 0, None);
    for (number, file) in names.iter().enumerate() {
        let head = bundle.head(number)?;
        if head.iter().all(u8::is_ascii_whitespace) {
            empty += 1;
            continue;
        }
        match text(&head, options) {
            Some(head) => kinds.extend(kind(file, head).map(|kind| (number, kind))),
            None => strange = Some(file),
        }
    }
    if !kinds.is_empty() {
        return Ok(kinds);
    }
    if empty == names.len() {
        return Err(BodyError::Empty { file: name.to_owned() });
    }
    match strange {
        Some(file) if names.len() == 1 => Err(BodyError::NotText { place: Place::whole(file) }),
        _ => Ok(kinds),
    }
}

/// The beginning of a file as text, up to its last whole character.
fn text<'a>(head: &'a [u8], options: &Options) -> Option<&'a str> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    let cut = head.len() as u64 + 8 > options.limits.head;
    let nearly_all = text.len() + 3 >= head.len() && cut || text.len() == head.len();
    // A header that can be read is enough: what is wrong further on is told with its line.
    ((nearly_all || text.contains('\n')) && !text.contains('\0')).then_some(text)
}

fn kind(file: &str, head: &str) -> Option<Kind> {
    let base = file.rsplit('/').next().unwrap_or(file);
    let start = head.trim_start();
    if start.starts_with('<') {
        let apple = start.contains("<HealthData") || start.contains("<!DOCTYPE HealthData");
        return (apple || start.contains("<!ENTITY")).then_some(Kind::Apple);
    }
    if start.starts_with(['[', '{']) {
        return match fitbit::list(base, start) {
            Some(list) => Some(Kind::Fitbit(list)),
            None => oura::is_json(start).then_some(Kind::Oura),
        };
    }
    if garmin::is_night(start) {
        return Some(Kind::GarminNight);
    }
    let header = Header::in_head(head)?;
    if let Some(table) = fitbit::table(base, &header) {
        return Some(Kind::Table(TableKind::Fitbit(table)));
    }
    if let Some(table) = garmin::table(&header) {
        return Some(Kind::Table(TableKind::Garmin(table)));
    }
    oura::table(&header).map(|table| Kind::Table(TableKind::Oura(table)))
}
