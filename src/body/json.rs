//! JSON lists, one entry at a time.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::marker::PhantomData;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::guard::{Nesting, Text, Track, explain};
use super::{BodyError, Limits, Place, Reading};

/// Reads the entries of a list, or of all lists below the named keys of an object.
pub(super) fn each<T, R, F>(
    text: Text<R>,
    file: &str,
    sections: &'static [&'static str],
    reading: &mut Reading<'_>,
    take: F,
) -> Result<(), BodyError>
where
    T: DeserializeOwned,
    R: Read,
    F: FnMut(T, &dyn Fn() -> Place, &mut Reading<'_>) -> Result<(), BodyError>,
{
    let track = text.track();
    let limits = reading.options.limits;
    let bytes = BufReader::new(Nesting::new(text, &limits));
    let mut json = serde_json::Deserializer::from_reader(bytes);
    let mut fault = None;
    let mut entries = Entries {
        take,
        reading,
        track: &track,
        file,
        sections,
        count: 0,
        fault: &mut fault,
        of: PhantomData,
    };
    let result = (&mut entries).deserialize(&mut json).and_then(|()| json.end());
    match (fault, result) {
        (Some(fault), _) => Err(fault),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) => Err(broken(error, file, &limits)),
    }
}

fn broken(error: serde_json::Error, file: &str, limits: &Limits) -> BodyError {
    let place = Place::line(file, error.line().max(1) as u64);
    match error.classify() {
        serde_json::error::Category::Eof => BodyError::Cut { place },
        serde_json::error::Category::Io => explain(io::Error::from(error), place, limits),
        serde_json::error::Category::Data => {
            BodyError::Broken { place, what: "an entry is not as the format has it" }
        }
        serde_json::error::Category::Syntax => BodyError::Broken { place, what: "this is not valid JSON" },
    }
}

struct Entries<'a, 'r, T, F> {
    take: F,
    reading: &'a mut Reading<'r>,
    track: &'a Track,
    file: &'a str,
    sections: &'static [&'static str],
    count: u64,
    fault: &'a mut Option<BodyError>,
    of: PhantomData<T>,
}

impl<'de, T, F> DeserializeSeed<'de> for &mut Entries<'_, '_, T, F>
where
    T: DeserializeOwned,
    F: FnMut(T, &dyn Fn() -> Place, &mut Reading<'_>) -> Result<(), BodyError>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T, F> Visitor<'de> for &mut Entries<'_, '_, T, F>
where
    T: DeserializeOwned,
    F: FnMut(T, &dyn Fn() -> Place, &mut Reading<'_>) -> Result<(), BodyError>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            self.track.whole();
            let Some(entry) = list.next_element::<T>()? else { return Ok(()) };
            self.count += 1;
            self.reading.record();
            let (file, count) = (self.file, self.count);
            if let Err(fault) = (self.take)(entry, &|| Place::record(file, count), self.reading) {
                *self.fault = Some(fault);
                return Err(A::Error::custom("stopped"));
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.track.whole();
            if self.sections.contains(&key.as_str()) {
                map.next_value_seed(&mut *self)?;
            } else {
                map.next_value_seed(Passed(self.track))?;
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A section that is not taken in. Its entries may be many, so each is a part of its own.
struct Passed<'a>(&'a Track);

impl<'de> DeserializeSeed<'de> for Passed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Passed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {
            self.0.whole();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(Passed(self.0))?;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
