//! The registry: which models are known, with their checksums and where their bytes come from.
//! Ours is `models/registry.toml`; a person's own additions stand in `registry.toml` of the cache.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{Checksum, FileUrl, ModelName, Quantisation, WeightsError};

const BUILT_IN: &str = include_str!("../../models/registry.toml");

/// The name of the person's own registry inside the cache folder.
pub(super) const OWN_REGISTRY: &str = "registry.toml";

/// One model: what it is, the checksum its file must have, and where to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpec {
    /// Its name in the registry and in the cache.
    pub name: ModelName,
    /// One line that says what it is good for.
    pub summary: String,
    /// The GGUF architecture (`llama`, `qwen2`, …), or `unknown`.
    pub architecture: String,
    /// An SPDX expression, or `unknown`.
    pub licence: String,
    /// What else a careful person would want to know.
    pub note: Option<String>,
    /// Length of the GGUF file, in bytes. Nothing longer is ever kept.
    pub bytes: u64,
    /// SHA-256 of the GGUF file.
    pub sha256: Checksum,
    /// Whether it is used when the person names none. The last such model wins.
    pub default: bool,
    /// How it comes to be here.
    pub origin: Origin,
}

/// How a model comes to be on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is fetched from one of these, tried in order.
    Fetched(Vec<Source>),
    /// It is made on the machine itself, from a model that was fetched.
    Merged(Recipe),
}

/// What a model is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The model that is fetched.
    pub base: ModelName,
    /// The adapter merged into it.
    pub adapter: ModelName,
    /// How the weights that the adapter changes are written.
    pub quantisation: Quantisation,
}

impl ModelSpec {
    /// What it is made of, if it is made and not fetched.
    #[must_use]
    pub const fn recipe(&self) -> Option<&Recipe> {
        match &self.origin {
            Origin::Merged(recipe) => Some(recipe),
            Origin::Fetched(_) => None,
        }
    }
}

/// [`ModelSpec`] as it stands in a file: `sources`, or `base`, `adapter` and `quantisation`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpecFields {
    name: ModelName,
    summary: String,
    architecture: String,
    licence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    bytes: u64,
    sha256: Checksum,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    default: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<ModelName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adapter: Option<ModelName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantisation: Option<Quantisation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<Vec<Source>>,
}

impl TryFrom<SpecFields> for ModelSpec {
    type Error = String;

    fn try_from(fields: SpecFields) -> Result<Self, String> {
        let SpecFields { name, summary, architecture, licence, note, bytes, sha256, default, .. } = fields;
        let origin = match (fields.sources, fields.base, fields.adapter, fields.quantisation) {
            (Some(sources), None, None, None) => Origin::Fetched(sources),
            (None, Some(base), Some(adapter), Some(quantisation)) => {
                Origin::Merged(Recipe { base, adapter, quantisation })
            }
            _ => {
                return Err(format!(
                    "{name} needs either sources, or base, adapter and quantisation, and not some of both"
                ));
            }
        };
        Ok(Self { name, summary, architecture, licence, note, bytes, sha256, default, origin })
    }
}

impl From<ModelSpec> for SpecFields {
    fn from(spec: ModelSpec) -> Self {
        let ModelSpec { name, summary, architecture, licence, note, bytes, sha256, default, origin } = spec;
        let (sources, recipe) = match origin {
            Origin::Fetched(sources) => (Some(sources), None),
            Origin::Merged(recipe) => (None, Some(recipe)),
        };
        let quantisation = recipe.as_ref().map(|recipe| recipe.quantisation);
        let (base, adapter) = recipe.map(|recipe| (recipe.base, recipe.adapter)).unzip();
        Self {
            name,
            summary,
            architecture,
            licence,
            note,
            bytes,
            sha256,
            default,
            base,
            adapter,
            quantisation,
            sources,
        }
    }
}

/// A place that a model's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Source {
    /// Members of one or more Python wheels, fetched with the machine's own pip. A wheel is only
    /// unzipped, never installed or imported.
    Wheel(WheelSource),
    /// One plain file behind an address.
    Https {
        /// The address of the file.
        url: FileUrl,
    },
}

/// Which wheels, and which files in them, make up a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WheelFields")]
pub struct WheelSource {
    /// The package name; `{part}` in it stands for 1, 2, … up to `parts`.
    package: String,
    version: String,
    parts: u32,
    members: Vec<String>,
}

/// [`WheelSource`] as it stands in a file, unchecked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WheelFields {
    package: String,
    version: String,
    #[serde(default = "one")]
    parts: u32,
    members: Vec<String>,
}

const fn one() -> u32 {
    1
}

impl TryFrom<WheelFields> for WheelSource {
    type Error = String;

    /// Package and version become an argument of pip, so they may hold nothing but names.
    fn try_from(fields: WheelFields) -> Result<Self, String> {
        let WheelFields { package, version, parts, members } = fields;
        let plain = |text: &str, more: &[u8]| {
            text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
        };
        if !plain(&package.replacen("{part}", "1", 1), b"-_.") {
            return Err(format!("\"{package}\" is not the name of a package."));
        }
        if !plain(&version, b".+!_-") {
            return Err(format!("\"{version}\" is not a version."));
        }
        if !(1..=1000).contains(&parts) || (parts > 1) != package.contains("{part}") {
            return Err(
                "parts must be 1 to 1000, and above 1 the package needs {part} in its name.".to_owned()
            );
        }
        if members.is_empty() || members.iter().any(String::is_empty) {
            return Err("members must name at least one file of the package.".to_owned());
        }
        Ok(Self { package, version, parts, members })
    }
}

impl WheelSource {
    /// What pip is asked for, one requirement a part, in the order in which they are joined.
    pub(super) fn requirements(&self) -> impl ExactSizeIterator<Item = String> + '_ {
        (0..self.parts).map(|part| {
            let package = self.package.replacen("{part}", &(part + 1).to_string(), 1);
            format!("{package}=={}", self.version)
        })
    }

    /// Patterns of the members' names, in the order in which they are joined. `*` stands for any
    /// run of characters but `/`.
    pub(super) fn members(&self) -> &[String] {
        &self.members
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryFile {
    #[serde(default)]
    model: Vec<Spanned<SpecFields>>,
}

#[derive(Serialize)]
struct NewRegistryFile {
    model: Vec<SpecFields>,
}

/// All models that are known, ours first, then the person's own.
#[derive(Debug, Clone)]
pub struct Registry {
    models: Vec<ModelSpec>,
}

impl Registry {
    /// Reads our registry and the person's own additions in `cache_dir`, if there are any. Where
    /// both have a name, the person's own model is meant.
    ///
    /// # Errors
    /// [`WeightsError::BadRegistry`] when a file is not a registry, [`WeightsError::Io`] when the
    /// person's own cannot be read.
    pub fn load(cache_dir: &Path) -> Result<Self, WeightsError> {
        let mut models = parse(Path::new("models/registry.toml"), BUILT_IN)?;
        for own in read_own(cache_dir)? {
            models.retain(|ours| ours.name != own.name);
            models.push(own);
        }
        Ok(Self { models })
    }

    /// All models.
    #[must_use]
    pub fn models(&self) -> &[ModelSpec] {
        &self.models
    }

    /// The model of this name.
    ///
    /// # Errors
    /// [`WeightsError::UnknownModel`], which lists the names there are.
    pub fn find(&self, name: &ModelName) -> Result<&ModelSpec, WeightsError> {
        self.models.iter().find(|model| model.name == *name).ok_or_else(|| {
            let known = self.models.iter().map(|m| m.name.as_str()).collect::<Vec<_>>().join(", ");
            WeightsError::UnknownModel { name: name.clone(), known }
        })
    }

    /// The model that is used when the person names none. A person's own model may take this
    /// place with `default = true`.
    ///
    /// # Errors
    /// [`WeightsError::BadRegistry`] if no model is marked; ours always is, and a test sees to it.
    pub fn default_model(&self) -> Result<&ModelSpec, WeightsError> {
        self.models.iter().rev().find(|model| model.default).ok_or_else(|| WeightsError::BadRegistry {
            path: OWN_REGISTRY.into(),
            reason: "no model is marked as the default.".to_owned(),
        })
    }
}

/// The person's own models, in the order in which they were added.
pub(super) fn read_own(cache_dir: &Path) -> Result<Vec<ModelSpec>, WeightsError> {
    let path = cache_dir.join(OWN_REGISTRY);
    match fs::read_to_string(&path) {
        Ok(text) => parse(&path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(WeightsError::io(&path, "read", error)),
    }
}

/// The person's own models as the text of their registry.
pub(super) fn own_as_text(models: Vec<ModelSpec>) -> Result<String, String> {
    let file = NewRegistryFile { model: models.into_iter().map(SpecFields::from).collect() };
    let body = toml::to_string(&file).map_err(|error| error.to_string())?;
    Ok(format!("# Models that you added with `evenkeel models add`.\n\n{body}"))
}

fn parse(path: &Path, text: &str) -> Result<Vec<ModelSpec>, WeightsError> {
    let bad = |at: usize, reason: &str| {
        let line = 1 + text.get(..at).unwrap_or(text).matches('\n').count();
        let reason = format!("line {line}: {}.", reason.trim_end_matches('.'));
        WeightsError::BadRegistry { path: path.to_owned(), reason }
    };
    let file: RegistryFile = toml::from_str(text)
        .map_err(|error| bad(error.span().map_or(0, |span| span.start), error.message()))?;
    let mut models: Vec<ModelSpec> = Vec::with_capacity(file.model.len());
    for entry in file.model {
        let at = entry.span().start;
        let model = ModelSpec::try_from(entry.into_inner()).map_err(|reason| bad(at, &reason))?;
        if models.iter().any(|earlier| earlier.name == model.name) {
            return Err(bad(at, &format!("{} stands in it twice", model.name)));
        }
        models.push(model);
    }
    Ok(models)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn ours() -> Vec<ModelSpec> {
        parse(Path::new("models/registry.toml"), BUILT_IN).unwrap()
    }

    #[test]
    fn our_registry_reads_and_has_one_default() {
        let defaults: Vec<_> = ours().into_iter().filter(|model| model.default).collect();
        assert_eq!(defaults.len(), 1);
        assert_eq!(defaults[0].name.as_str(), "evenkeel-135m-3");
        assert_eq!(defaults[0].recipe().unwrap().base.as_str(), "smollm2-135m-instruct-q4_1");
        for model in ours() {
            assert!(model.bytes > 0, "{}", model.name);
            match &model.origin {
                Origin::Fetched(sources) => assert!(!sources.is_empty(), "{}", model.name),
                Origin::Merged(recipe) => {
                    let base = ours().into_iter().find(|base| base.name == recipe.base).unwrap();
                    assert!(base.recipe().is_none(), "{} is made from what is made", model.name);
                }
            }
        }
    }

    #[test]
    fn a_registry_survives_being_written_and_read() {
        let text = own_as_text(ours()).unwrap();
        assert_eq!(parse(Path::new("x"), &text).unwrap(), ours());
    }

    #[test]
    fn parts_are_counted_from_one() {
        let fields = |package: &str, version: &str, parts| WheelFields {
            package: package.to_owned(),
            version: version.to_owned(),
            parts,
            members: vec!["*/m.gguf".to_owned()],
        };
        let source = WheelSource::try_from(fields("tiny-part{part}", "0.2.0", 3)).unwrap();
        assert_eq!(
            source.requirements().collect::<Vec<_>>(),
            ["tiny-part1==0.2.0", "tiny-part2==0.2.0", "tiny-part3==0.2.0"]
        );
        for (package, version, parts) in [
            ("--index-url", "1", 1),
            ("a b", "1", 1),
            ("a@http://x", "1", 1),
            ("a", "1 --pre", 1),
            ("a", "", 1),
            ("a", "1", 2),
            ("a{part}", "1", 1),
            ("a{part}{part}", "1", 2),
        ] {
            assert!(
                WheelSource::try_from(fields(package, version, parts)).is_err(),
                "{package} {version} {parts}"
            );
        }
    }

    #[test]
    fn a_damaged_registry_names_the_line() {
        let error = parse(Path::new("own.toml"), "\n[[model]]\nname = \"../x\"\n").unwrap_err().to_string();
        assert!(error.contains("own.toml") && error.contains("line"), "{error}");
    }

    const MERGED: &str = "[[model]]
name = \"m\"
summary = \"\"
architecture = \"llama\"
licence = \"x\"
bytes = 1
sha256 = \"b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53\"
";

    #[test]
    fn a_model_is_fetched_or_made_and_never_half_of_each() {
        let recipe = "base = \"b\"\nadapter = \"a\"\nquantisation = \"q5_1\"\n";
        let made = parse(Path::new("x"), &format!("{MERGED}{recipe}")).unwrap();
        let made_of = made[0].recipe().unwrap();
        assert_eq!((made_of.base.as_str(), made_of.adapter.as_str()), ("b", "a"));
        assert_eq!(made_of.quantisation, Quantisation::Q5_1);
        assert_eq!(parse(Path::new("x"), &own_as_text(made.clone()).unwrap()).unwrap(), made);

        let good = format!("# Two models\n\n{MERGED}sources = []\n\n");
        let sources = format!("{recipe}sources = []\n");
        let second = MERGED.replace("\"m\"", "\"n\"");
        for (fields, line, word) in [
            ("", 12, "either sources"),
            ("base = \"b\"\nadapter = \"a\"\n", 12, "either sources"),
            ("adapter = \"a\"\nsources = []\n", 12, "either sources"),
            (&sources, 12, "either sources"),
            ("base = \"b\"\nadapter = \"../a\"\nquantisation = \"q8_0\"\n", 20, "can't be the name"),
            ("base = \"b\"\nadapter = \"a\"\nquantisation = \"q2_k\"\n", 21, "q2_k"),
        ] {
            let error =
                parse(Path::new("own.toml"), &format!("{good}{second}{fields}")).unwrap_err().to_string();
            assert!(error.contains("own.toml"), "{error}");
            assert!(error.contains(&format!("line {line}:")) && error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_model_without_a_checksum_is_not_read() {
        let text = own_as_text(ours()).unwrap();
        let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("sha256")).collect();
        let without = lines.join("\n");
        assert!(parse(Path::new("x"), &without).is_err());
    }
}
