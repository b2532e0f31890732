//! Names, checksums and addresses that have been checked once.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ureq::http::Uri;

use super::WeightsError;

/// The name of a model: 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`, beginning with a letter or a
/// digit. So it can stand in a file name and on a command line without harm.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelName(String);

impl ModelName {
    /// The longest name, in characters.
    pub const LONGEST: usize = 64;

    /// Checks a name.
    ///
    /// # Errors
    /// [`WeightsError::BadName`] when it breaks the rule above.
    pub fn new(name: impl Into<String>) -> Result<Self, WeightsError> {
        let name = name.into();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        let begins_well = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if begins_well && name.len() <= Self::LONGEST && name.bytes().all(allowed) {
            Ok(Self(name))
        } else {
            Err(WeightsError::BadName { name: shown(&name) })
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ModelName {
    type Err = WeightsError;
    fn from_str(name: &str) -> Result<Self, WeightsError> {
        Self::new(name)
    }
}

impl TryFrom<String> for ModelName {
    type Error = WeightsError;
    fn try_from(name: String) -> Result<Self, WeightsError> {
        Self::new(name)
    }
}

impl From<ModelName> for String {
    fn from(name: ModelName) -> Self {
        name.0
    }
}

/// A SHA-256 checksum; written as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Checksum([u8; 32]);

impl Checksum {
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Reads 64 hexadecimal digits, in either case.
impl FromStr for Checksum {
    type Err = WeightsError;
    fn from_str(text: &str) -> Result<Self, WeightsError> {
        let bad = || WeightsError::BadChecksum { text: shown(text) };
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Checksum {
    type Error = WeightsError;
    fn try_from(text: String) -> Result<Self, WeightsError> {
        text.parse()
    }
}

impl From<Checksum> for String {
    fn from(checksum: Checksum) -> Self {
        checksum.to_string()
    }
}

/// The address of one plain file: `https://` anywhere, `http://` only on this machine (a loopback
/// address), without a user name or password in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileUrl(String);

impl FileUrl {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a plain `http://` address of this machine.
    pub(super) fn is_loopback_http(&self) -> bool {
        self.0.parse::<Uri>().is_ok_and(|uri| uri.scheme_str() == Some("http"))
    }
}

impl fmt::Display for FileUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for FileUrl {
    type Err = WeightsError;
    fn from_str(text: &str) -> Result<Self, WeightsError> {
        match text.parse::<Uri>() {
            Ok(uri) if may_fetch_from(&uri) => Ok(Self(text.to_owned())),
            _ => Err(WeightsError::BadAddress { address: shown(text) }),
        }
    }
}

impl TryFrom<String> for FileUrl {
    type Error = WeightsError;
    fn try_from(text: String) -> Result<Self, WeightsError> {
        text.parse()
    }
}

impl From<FileUrl> for String {
    fn from(url: FileUrl) -> Self {
        url.0
    }
}

/// The rule of [`FileUrl`], also for where a redirect leads.
pub(super) fn may_fetch_from(uri: &Uri) -> bool {
    let Some(authority) = uri.authority() else {
        return false;
    };
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return false;
    }
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_loopback(authority.host()),
        _ => false,
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Which model a person means: one of the registry, or a file of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelRef {
    /// A model of the registry.
    Named(ModelName),
    /// A GGUF file.
    Path(PathBuf),
}

/// Reads what stands after `--model`: a path if it holds a separator, or if it ends in `.gguf` and
/// such a file exists here; else a name. Whether a path exists is found out when it is opened.
impl FromStr for ModelRef {
    type Err = WeightsError;
    fn from_str(text: &str) -> Result<Self, WeightsError> {
        let path = Path::new(text);
        let is_gguf = path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("gguf"));
        if text.contains(std::path::is_separator) || (is_gguf && path.is_file()) {
            return Ok(Self::Path(path.to_owned()));
        }
        ModelName::new(text).map(Self::Named)
    }
}

impl fmt::Display for ModelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => name.fmt(f),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

/// A wrong input as an error may show it: short, and without control characters.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_that_could_leave_the_cache_are_refused() {
        for bad in ["", ".", "..", "../x", "a/b", "a\\b", "-x", ".x", "A", "ä", "a b", "a\0", &"x".repeat(65)]
        {
            assert!(ModelName::new(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "qwen2.5-0.5b_q4", &"x".repeat(64)] {
            assert_eq!(ModelName::new(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn plain_http_is_only_for_this_machine() {
        for good in
            ["https://example.org/m.gguf", "http://127.0.0.1:8080/m", "http://[::1]/m", "http://localhost/m"]
        {
            assert!(good.parse::<FileUrl>().is_ok(), "{good}");
        }
        for bad in [
            "http://example.org/m",
            "http://127.0.0.1@example.org/m",
            "https://user:word@example.org/m",
            "http://127.0.0.1.example.org/m",
            "http://0.0.0.0/m",
            "ftp://example.org/m",
            "file:///etc/passwd",
            "/m",
            "",
        ] {
            assert!(bad.parse::<FileUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_model_is_a_path_when_it_looks_like_one() {
        assert_eq!("./m.gguf".parse::<ModelRef>().unwrap(), ModelRef::Path("./m.gguf".into()));
        assert_eq!("/models/m".parse::<ModelRef>().unwrap(), ModelRef::Path("/models/m".into()));
        assert!(matches!("not-here.gguf".parse::<ModelRef>().unwrap(), ModelRef::Named(_)));
        assert!("No Such Name".parse::<ModelRef>().is_err());
    }

    proptest! {
        #[test]
        fn checksums_read_back_as_written(bytes in any::<[u8; 32]>()) {
            let checksum = Checksum::from_bytes(bytes);
            prop_assert_eq!(checksum.to_string().parse::<Checksum>().unwrap(), checksum);
            prop_assert_eq!(checksum.to_string().to_uppercase().parse::<Checksum>().unwrap(), checksum);
        }

        #[test]
        fn no_text_makes_the_parsers_fail_badly(text in "\\PC{0,80}") {
            if let Ok(name) = ModelName::new(text.clone()) {
                prop_assert_eq!(Path::new(name.as_str()).components().count(), 1);
            }
            let _ = text.parse::<Checksum>();
            let _ = text.parse::<FileUrl>();
            let _ = text.parse::<ModelRef>();
        }
    }
}
