//! Which version of a library a project uses, as its requirement files say: the nearest one above a file that names it.
//!
//! Reads tolerantly and only what it is handed: what cannot be read states nothing. It resolves nothing and asks no index.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::models::schema::VersionRange;

/// What the requirement files of a run state, by folder.
#[derive(Debug, Default)]
pub struct Versions {
    folders: BTreeMap<PathBuf, BTreeMap<String, Stated>>,
}

/// Whether a behaviour holds for the version in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Nothing says which version is in use, or what says it leaves both possible.
    Unknown,
}

/// The part of a version that orders releases: `2.15.1` as numbers.
#[derive(Clone, Debug)]
struct Release(Vec<u64>);

/// The versions that one requirement allows: from `low`, and below `high`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stated {
    low: Option<Release>,
    high: Option<Release>,
}

impl PartialEq for Release {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Release {}

impl PartialOrd for Release {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Release {
    /// `2` and `2.0` are the same release.
    fn cmp(&self, other: &Self) -> Ordering {
        let longest = self.0.len().max(other.0.len());
        let part = |release: &Self, at: usize| release.0.get(at).copied().unwrap_or_default();
        (0..longest)
            .map(|at| part(self, at).cmp(&part(other, at)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl Release {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['v', '=']).trim();
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
        let numbers: Option<Vec<u64>> =
            text[..end].trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect();
        numbers.filter(|numbers| !numbers.is_empty()).map(Self)
    }

    /// The first release after all that share the first `parts` numbers.
    fn after(&self, parts: usize) -> Self {
        let mut numbers: Vec<u64> = self.0.iter().copied().take(parts.max(1)).collect();
        if let Some(last) = numbers.last_mut() {
            *last = last.saturating_add(1);
        }
        Self(numbers)
    }
}

impl Stated {
    fn exactly(release: Release) -> Self {
        let mut next = release.clone();
        // A release of its own: nothing lies between it and itself with one more number.
        next.0.push(1);
        Self { low: Some(release), high: Some(next) }
    }

    fn is_exact(&self) -> bool {
        matches!((&self.low, &self.high), (Some(low), Some(high)) if high.0.len() == low.0.len() + 1 && high.0.starts_with(&low.0))
    }

    /// A specification such as `>=2.0,<3`, `~=2.4`, `^2.0`, `==1.*`; nothing where it allows everything.
    fn parse(specification: &str) -> Option<Self> {
        let mut stated = Self::default();
        for clause in specification.split(',').map(str::trim).filter(|clause| !clause.is_empty()) {
            let at = clause.find(|letter: char| letter.is_ascii_digit() || letter == 'v').unwrap_or(clause.len());
            let (operator, version) = clause.split_at(at);
            let Some(release) = Release::parse(version) else { continue };
            let parts = release.0.len();
            let is_wild = version.contains('*');
            match operator.trim() {
                "==" | "===" | "" | "=" if is_wild => {
                    stated.high = Some(release.after(parts));
                    stated.low = Some(release);
                }
                "==" | "===" | "" | "=" => stated = Self::exactly(release),
                ">=" | ">" => stated.low = Some(release),
                "<" => stated.high = Some(release),
                "<=" => stated.high = Self::exactly(release).high,
                "~=" => {
                    stated.high = Some(release.after(parts.saturating_sub(1)));
                    stated.low = Some(release);
                }
                "~" => {
                    stated.high = Some(release.after(parts.min(2)));
                    stated.low = Some(release);
                }
                "^" => {
                    let significant = release.0.iter().take_while(|number| **number == 0).count() + 1;
                    stated.high = Some(release.after(significant));
                    stated.low = Some(release);
                }
                _ => {}
            }
        }
        (stated.low.is_some() || stated.high.is_some()).then_some(stated)
    }

    fn fits(&self, range: &VersionRange) -> Fit {
        let since = range.since.as_deref().and_then(Release::parse);
        let before = range.before.as_deref().and_then(Release::parse);
        let is_below = |release: &Option<Release>, bound: &Option<Release>| match (release, bound) {
            (Some(release), Some(bound)) => release <= bound,
            _ => false,
        };
        if is_below(&self.high, &since) || is_below(&before, &self.low) {
            return Fit::No;
        }
        let starts_inside = since.is_none() || is_below(&since, &self.low);
        let ends_inside = before.is_none() || is_below(&self.high, &before);
        if starts_inside && ends_inside { Fit::Yes } else { Fit::Unknown }
    }
}

impl Versions {
    /// What files of these paths and texts state.
    pub fn of(files: &[(PathBuf, String)]) -> Self {
        let mut versions = Self::default();
        for (path, text) in files {
            for (library, stated) in stated_in(path, text) {
                versions.add(folder_of(path), library, stated);
            }
        }
        versions
    }

    /// A pinned version says more than an allowed range.
    fn add(&mut self, folder: PathBuf, library: String, stated: Stated) {
        let known = self.folders.entry(folder).or_default();
        if !known.get(&library).is_some_and(Stated::is_exact) {
            known.insert(library, stated);
        }
    }

    /// Whether a behaviour of a library's versions holds for the code in a file.
    pub fn fit(&self, file: &Path, library: &str, range: &VersionRange) -> Fit {
        if range.since.is_none() && range.before.is_none() {
            return Fit::Yes;
        }
        let library = normal(library);
        let file = crate::root::absolute(file);
        let mut folders = file.ancestors().skip(1).filter_map(|folder| self.folders.get(folder)?.get(&library));
        folders.next().map_or(Fit::Unknown, |stated| stated.fits(range))
    }
}

/// Whether a file of this name states versions.
pub fn states_versions(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_text = matches!(name.rsplit_once('.'), Some((_, "txt" | "in")));
    let is_requirements = is_text && (name.contains("requirements") || name.contains("constraints"));
    let is_in_folder = is_text && is_requirements_folder(path.parent());
    let is_known =
        ["pyproject.toml", "pipfile", "pipfile.lock", "poetry.lock", "uv.lock", "setup.cfg"].contains(&name.as_str());
    is_requirements || is_in_folder || is_known
}

fn is_requirements_folder(folder: Option<&Path>) -> bool {
    let name = folder.and_then(Path::file_name).unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    matches!(name.as_str(), "requirements" | "reqs")
}

/// The folder that a file speaks for: `requirements/base.txt` speaks for the one above.
fn folder_of(path: &Path) -> PathBuf {
    let path = crate::root::absolute(path);
    let folder = path.parent().unwrap_or(Path::new(""));
    if is_requirements_folder(Some(folder)) {
        return folder.parent().unwrap_or(folder).to_path_buf();
    }
    folder.to_path_buf()
}

/// PEP 503: names differ neither in case nor in `-`, `_` and `.`.
fn normal(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace(['_', '.'], "-")
}

fn stated_in(path: &Path, text: &str) -> Vec<(String, Stated)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match name.as_str() {
        "poetry.lock" | "uv.lock" => locked_packages(text),
        "pipfile.lock" => locked_by_pipenv(text),
        "pyproject.toml" | "pipfile" => {
            text.parse::<toml::Table>().map(|table| required_by_tables(&table)).unwrap_or_default()
        }
        "setup.cfg" => required_by_setup(text),
        _ => text.lines().filter_map(requirement).collect(),
    }
}

/// One requirement: `PyJWT[crypto]>=2.0,<3 ; python_version < "3.12"  # comment`.
fn requirement(line: &str) -> Option<(String, Stated)> {
    let line = line.split(" #").next().unwrap_or_default().split(';').next().unwrap_or_default();
    let line = line.split(" --hash").next().unwrap_or_default().trim().trim_end_matches('\\').trim();
    if line.starts_with(['-', '#']) || line.contains('@') {
        return None;
    }
    let end = line.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter))?;
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let specification = if rest.starts_with('[') { rest.split_once(']')?.1 } else { rest };
    let specification = specification.trim().trim_start_matches('(').trim_end_matches(')');
    Some((normal(name), Stated::parse(specification)?))
}

/// `[[package]]` tables, each with its `name` and `version`. Read by line: lock files are long and made by machines.
fn locked_packages(text: &str) -> Vec<(String, Stated)> {
    let value = |line: &str, key: &str| {
        let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        Some(rest.trim().trim_matches('"').to_owned())
    };
    let mut found = Vec::new();
    let mut package: Option<String> = None;
    for line in text.lines() {
        if line.starts_with('[') {
            package = None;
        } else if let Some(name) = value(line, "name") {
            package = Some(normal(&name));
        } else if let Some(version) = value(line, "version")
            && let (Some(name), Some(release)) = (package.take(), Release::parse(&version))
        {
            found.push((name, Stated::exactly(release)));
        }
    }
    found
}

fn locked_by_pipenv(text: &str) -> Vec<(String, Stated)> {
    let Ok(lock) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
    let groups = ["default", "develop"].into_iter().filter_map(|group| lock.get(group)?.as_object());
    let packages = groups.flatten().filter_map(|(name, package)| {
        let specification = package.get("version")?.as_str()?;
        Some((normal(name), Stated::parse(specification)?))
    });
    packages.collect()
}

/// Lists of requirements, and tables of package names, wherever they stand.
fn required_by_tables(table: &toml::Table) -> Vec<(String, Stated)> {
    let mut found = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) if key.ends_with("dependencies") || key.ends_with("packages") => {
                found.extend(inner.iter().filter_map(|(name, value)| named_requirement(name, value)));
                // `[project.optional-dependencies]` holds lists.
                found.extend(inner.values().filter_map(toml::Value::as_array).flat_map(|list| listed(list)));
            }
            toml::Value::Table(inner) if key == "dependency-groups" => {
                found.extend(inner.values().filter_map(toml::Value::as_array).flat_map(|list| listed(list)));
            }
            toml::Value::Table(inner) => found.extend(required_by_tables(inner)),
            toml::Value::Array(list) if key == "dependencies" => found.extend(listed(list)),
            _ => {}
        }
    }
    found
}

fn listed(list: &[toml::Value]) -> Vec<(String, Stated)> {
    list.iter().filter_map(toml::Value::as_str).filter_map(requirement).collect()
}

/// `pyjwt = "^2.0"`, `pyjwt = {version = "^2.0", extras = […]}`.
fn named_requirement(name: &str, value: &toml::Value) -> Option<(String, Stated)> {
    let specification = value.as_str().or_else(|| value.get("version")?.as_str())?;
    Some((normal(name), Stated::parse(specification)?))
}

/// The indented lines below `install_requires`.
fn required_by_setup(text: &str) -> Vec<(String, Stated)> {
    let lines = text.lines().skip_while(|line| !line.trim_start().starts_with("install_requires")).skip(1);
    lines.take_while(|line| line.starts_with([' ', '\t']) || line.trim().is_empty()).filter_map(requirement).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(files: &[(&str, &str)], file: &str, range: (&str, &str)) -> Fit {
        let files: Vec<_> = files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
        let bound = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let range = VersionRange { since: bound(range.0), before: bound(range.1) };
        Versions::of(&files).fit(Path::new(file), "PyJWT", &range)
    }

    #[test]
    fn every_kind_of_file_states_a_version() {
        let old = [
            ("requirements.txt", "flask\nPyJWT==1.7.1  # pinned\n"),
            ("requirements-dev.txt", "pyjwt[crypto] ~= 1.6 ; python_version < '4'\n"),
            ("requirements/base.txt", "PyJWT>=1.5,<2\n"),
            ("pyproject.toml", "[project]\nname = 'a'\ndependencies = ['pyjwt<2']\n"),
            ("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.9'\npyjwt = { version = '^1.7' }\n"),
            ("pyproject.toml", "[tool.poetry.group.web.dependencies]\nPyJWT = '~1.7'\n"),
            ("pyproject.toml", "[project.optional-dependencies]\nauth = ['PyJWT==1.*']\n"),
            ("pyproject.toml", "[dependency-groups]\nauth = ['PyJWT==1.7.1']\n"),
            ("Pipfile", "[packages]\npyjwt = '==1.7.1'\n"),
            ("Pipfile.lock", r#"{"default": {"pyjwt": {"hashes": [], "version": "==1.7.1"}}}"#),
            ("poetry.lock", "[[package]]\nname = \"pyjwt\"\nversion = \"1.7.1\"\n"),
            ("uv.lock", "version = 1\n\n[[package]]\nname = \"pyjwt\"\nversion = \"1.7.1\"\nsource = { }\n"),
            ("setup.cfg", "[options]\ninstall_requires =\n    flask\n    PyJWT<2.0\n\n[bdist_wheel]\n"),
        ];
        for (path, text) in old {
            assert!(states_versions(Path::new(path)), "{path}");
            assert_eq!(fit(&[(path, text)], "app.py", ("", "2.0")), Fit::Yes, "{path}: {text}");
            assert_eq!(fit(&[(path, text)], "app.py", ("2.0", "")), Fit::No, "{path}: {text}");
        }
    }

    #[test]
    fn what_leaves_both_possible_states_nothing() {
        for text in
            ["PyJWT\n", "PyJWT>=1.7\n", "PyJWT @ git+https://example.com/pyjwt\n", "-r base.txt\n", "\u{0}[[[\n", ""]
        {
            assert_eq!(fit(&[("requirements.txt", text)], "app.py", ("", "2.0")), Fit::Unknown, "{text}");
        }
        assert_eq!(fit(&[("pyproject.toml", "= not toml [")], "app.py", ("", "2.0")), Fit::Unknown);
        assert_eq!(fit(&[("Pipfile.lock", "{")], "app.py", ("", "2.0")), Fit::Unknown);
        assert_eq!(fit(&[], "app.py", ("", "")), Fit::Yes, "what holds for every version needs no file");
    }

    #[test]
    fn the_nearest_file_counts_and_a_pin_before_a_range() {
        let files = [("requirements.txt", "PyJWT==1.7.1"), ("new/requirements.txt", "PyJWT>=2.0")];
        assert_eq!(fit(&files, "new/api/views.py", ("2.0", "")), Fit::Yes);
        assert_eq!(fit(&files, "old/views.py", ("2.0", "")), Fit::No);
        let locked = [
            ("uv.lock", "[[package]]\nname = \"pyjwt\"\nversion = \"2.9.0\"\n"),
            ("pyproject.toml", "[project]\ndependencies = ['pyjwt>=1.7']\n"),
        ];
        assert_eq!(fit(&locked, "app.py", ("2.0", "")), Fit::Yes);
        assert_eq!(fit(&locked, "app.py", ("2.9.0", "2.9.1")), Fit::Yes);
    }
}
