//! Reading files of one JSON object a line.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::CorpusError;

/// Reads every `PREFIX*.jsonl` of a folder, by name. Blank lines are skipped.
pub(super) fn folder<T: DeserializeOwned>(
    folder: &Path,
    prefix: &str,
    mut check: impl FnMut(&T) -> Result<(), String>,
) -> Result<Vec<T>, CorpusError> {
    let open = |source| CorpusError::Open { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for file in fs::read_dir(folder).map_err(open)? {
        let path = file.map_err(open)?.path();
        let name = path.file_name().and_then(|n| n.to_str());
        if name.is_some_and(|n| n.starts_with(prefix)) && path.extension().is_some_and(|e| e == "jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        all.extend(file(&path, &mut check)?);
    }
    Ok(all)
}

/// Reads one file.
pub(crate) fn file<T: DeserializeOwned>(
    path: &Path,
    check: &mut impl FnMut(&T) -> Result<(), String>,
) -> Result<Vec<T>, CorpusError> {
    let text =
        fs::read_to_string(path).map_err(|source| CorpusError::Open { path: path.to_owned(), source })?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            let wrong = |problem| CorpusError::Line { file: path.to_owned(), line: at + 1, problem };
            let item: T = serde_json::from_str(line).map_err(|e| wrong(e.to_string()))?;
            check(&item).map_err(wrong)?;
            Ok(item)
        })
        .collect()
}
