//! The shared library exports the headers' functions and no other.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};

use crate::command::{command, output};
use crate::header;

/// Compares the dynamic symbols of `library` with the headers.
pub(crate) fn check(library: &Path) -> Result<()> {
    let listing = output(&mut command("nm", &["-D", "--defined-only", &library.to_string_lossy()]))?;
    let exported = listing.lines().filter_map(|line| line.split_whitespace().nth(2)).map(str::to_owned).collect();
    compare(&library.display().to_string(), &exported)
}

/// What a library shows is what the headers declare.
pub(crate) fn compare(library: &str, exported: &BTreeSet<String>) -> Result<()> {
    let declared: BTreeSet<String> = declared_names()?.into_iter().collect();
    let missing: Vec<_> = declared.difference(exported).collect();
    let extra: Vec<_> = exported.difference(&declared).collect();
    if !missing.is_empty() || !extra.is_empty() {
        bail!("symbols of {library}: missing {missing:?}, not in the headers {extra:?}");
    }
    println!("   {library}: {} symbols, the headers'", exported.len());
    Ok(())
}

/// The functions of the headers, in their order.
pub(crate) fn declared_names() -> Result<Vec<String>> {
    Ok(declared(&header::committed()?).map(str::to_owned).collect())
}

/// Names before an opening parenthesis that start with `m2f_`, outside comments; callbacks are typedefs `(*name)`.
pub(crate) fn declared(header: &str) -> impl Iterator<Item = &str> {
    let code = header.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    code.filter_map(|line| {
        let before = line.split_once('(')?.0;
        let name = before.rsplit([' ', '*']).next()?;
        name.starts_with("m2f_").then_some(name)
    })
}
