//! The crates that are linked into what is shipped, and whether their licences are among those of deny.toml.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command::{cargo, output, root};
use crate::wheel;

/// What is shipped: the library, the command.
pub(crate) const LIBRARY: &str = "media2face-c";
pub(crate) const COMMAND: &str = "m2f";
/// And the Python package, which is a workspace of its own.
pub(crate) const PACKAGE: &str = "media2face-python";
/// What is linked depends on the platform; this one is built and tested, and the same list comes out on any machine.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// A linked crate.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Linked {
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression.
    pub(crate) licence: String,
    pub(crate) folder: PathBuf,
    pub(crate) authors: Vec<String>,
}

/// The crates of others that are linked into a package on Linux.
pub(crate) fn linked(package: &str) -> Result<BTreeSet<Linked>> {
    linked_for(package, PLATFORM)
}

/// The crates of others that are linked into a package. What runs while compiling (build scripts, macros) is not.
pub(crate) fn linked_for(package: &str, platform: &str) -> Result<BTreeSet<Linked>> {
    let metadata = ["metadata", "--format-version", "1", "--locked", "--filter-platform", platform];
    let own: &[&str] = if package == PACKAGE { &["--manifest-path", wheel::MANIFEST] } else { &[] };
    let metadata: Value = serde_json::from_str(&output(cargo(&metadata).args(own))?)?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages: BTreeMap<String, Value> =
        list(&metadata["packages"]).into_iter().map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<String, Value> =
        list(&metadata["resolve"]["nodes"]).into_iter().map(|node| (text(&node["id"]), node)).collect();
    let is_macro = |id: &str| {
        let kinds = list(&packages[id]["targets"]).into_iter().flat_map(|target| list(&target["kind"]));
        kinds.into_iter().any(|kind| kind == "proc-macro")
    };
    let start = packages.iter().find(|(_, found)| found["name"] == package).map(|(id, _)| id.clone());
    let mut open = vec![start.with_context(|| format!("there is no package {package}"))?];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if is_macro(&id) || !seen.insert(id.clone()) {
            continue;
        }
        let usual = |dependency: &Value| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
        let dependencies = list(&nodes[&id]["deps"]).into_iter().filter(usual);
        open.extend(dependencies.map(|dependency| text(&dependency["pkg"])));
    }
    let foreign = seen.iter().map(|id| &packages[id]).filter(|found| !found["source"].is_null());
    let linked = foreign.map(|found| Linked {
        name: text(&found["name"]),
        version: text(&found["version"]),
        licence: text(&found["license"]),
        folder: PathBuf::from(text(&found["manifest_path"])).with_file_name(""),
        authors: list(&found["authors"]).iter().map(text).collect(),
    });
    Ok(linked.collect())
}

/// Licences that may be linked: of the library, and more of them in the command, by crate.
pub(crate) struct Allowed {
    everywhere: Vec<String>,
    exceptions: BTreeMap<String, Vec<String>>,
}

impl Allowed {
    /// Those of deny.toml.
    pub(crate) fn read() -> Result<Self> {
        let deny: toml::Table = std::fs::read_to_string(root().join("deny.toml"))?.parse()?;
        let licences = deny.get("licenses").context("deny.toml: licenses")?;
        let names = |list: Option<&toml::Value>| -> Vec<String> {
            let list = list.and_then(toml::Value::as_array).into_iter().flatten();
            list.filter_map(|name| name.as_str().map(str::to_owned)).collect()
        };
        let exceptions = licences.get("exceptions").and_then(toml::Value::as_array).into_iter().flatten();
        let exceptions =
            exceptions.filter_map(|one| Some((one.get("crate")?.as_str()?.to_owned(), names(one.get("allow")))));
        Ok(Self { everywhere: names(licences.get("allow")), exceptions: exceptions.collect() })
    }

    /// The licences by which a crate is used, the first that is allowed of those to choose from.
    pub(crate) fn choose(&self, linked: &Linked) -> Result<Vec<String>> {
        let more = self.exceptions.get(&linked.name).into_iter().flatten();
        let allowed: Vec<&str> = self.everywhere.iter().chain(more).map(String::as_str).collect();
        let what = || format!("{} {}: {:?}", linked.name, linked.version, linked.licence);
        match chosen(&linked.licence, &allowed).with_context(what)? {
            Some(licences) => Ok(licences),
            None => bail!("{}: not among the licences of deny.toml", what()),
        }
    }
}

/// Every crate that is linked has an allowed licence, and those of the exceptions are in the command alone.
pub(crate) fn check() -> Result<()> {
    let allowed = Allowed::read()?;
    for linked in linked(COMMAND)? {
        allowed.choose(&linked)?;
    }
    let library = linked(LIBRARY)?;
    for linked in &library {
        allowed.choose(linked)?;
        if allowed.exceptions.contains_key(&linked.name) {
            bail!("{} is linked into the library, where its licence has no place", linked.name);
        }
    }
    for linked in linked(PACKAGE)? {
        allowed.choose(&linked)?;
    }
    println!("{} crates are linked into the library, all under licences of deny.toml", library.len());
    Ok(())
}

/// What an SPDX expression lets one choose: the licences that all have to be kept; of several ways the one whose first
/// licence stands first among those allowed. `None` where there is no allowed way.
fn chosen(expression: &str, allowed: &[&str]) -> Result<Option<Vec<String>>> {
    // Older crates wrote a slash for `OR`.
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let found = either(&mut words, allowed)?;
    match words.next() {
        None => Ok(found),
        Some(word) => bail!("{word:?} is not expected"),
    }
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>, allowed: &[&str]) -> Result<Option<Vec<String>>> {
    let mut ways = vec![both(words, allowed)?];
    while words.next_if_eq(&"OR").is_some() {
        ways.push(both(words, allowed)?);
    }
    let place = |way: &Vec<String>| way.first().and_then(|name| allowed.iter().position(|allowed| allowed == name));
    Ok(ways.into_iter().flatten().min_by_key(place))
}

fn both(words: &mut Words<'_>, allowed: &[&str]) -> Result<Option<Vec<String>>> {
    let mut all = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        let more = one(words, allowed)?;
        all = all.zip(more).map(|(all, more)| [all, more].concat());
    }
    Ok(all)
}

fn one(words: &mut Words<'_>, allowed: &[&str]) -> Result<Option<Vec<String>>> {
    let mut name = match words.next() {
        Some("(") => {
            let inner = either(words, allowed)?;
            if words.next() != Some(")") {
                bail!("a bracket is not closed");
            }
            return Ok(inner);
        }
        Some(name) if !["OR", "AND", "WITH", ")"].contains(&name) => name.to_owned(),
        _ => bail!("a licence is expected"),
    };
    if words.next_if_eq(&"WITH").is_some() {
        name = format!("{name} WITH {}", words.next().context("an exception is expected")?);
    }
    Ok(allowed.contains(&name.as_str()).then(|| vec![name]))
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn expressions_are_chosen_from_by_the_order_of_what_is_allowed() {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"];
        for (expression, expected) in [
            ("MIT", Some(vec!["MIT"])),
            ("Apache-2.0 OR MIT", Some(vec!["MIT"])),
            ("Unlicense/MIT", Some(vec!["MIT"])),
            ("Apache-2.0 WITH LLVM-exception OR Apache-2.0", Some(vec!["Apache-2.0"])),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", Some(vec!["MIT", "Unicode-3.0"])),
            ("MIT AND GPL-3.0-only", None),
            ("GPL-2.0 OR LGPL-2.1", None),
        ] {
            let found = chosen(expression, &allowed).unwrap();
            assert_eq!(found, expected.map(|names| names.into_iter().map(str::to_owned).collect()), "{expression}");
        }
        for broken in ["", "MIT OR", "(MIT", "MIT Apache-2.0", "AND"] {
            assert!(chosen(broken, &allowed).is_err(), "{broken:?}");
        }
    }
}
