//! The binary interface, include/media2face.abi: what programs that were linked against an earlier library rely on.
//!
//! It is libabigail's description of the headers: every function, struct and number in them. The headers are the library's, as the
//! checks of the header, of the symbols and `tests/ffi/layout.rs` show. A description of the library itself would hold the
//! types of Rust behind the handles, and would change with the compiler.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{command, output, root, run, target, text};
use crate::header;

const BASELINE: &str = "include/media2face.abi";

/// Writes the description, or compares the committed one with the headers.
pub(crate) fn run_all(check: bool) -> Result<()> {
    let headers = header::committed()?;
    let described = describe(&headers)?;
    let baseline = root().join(BASELINE);
    if !check {
        std::fs::copy(&described, &baseline)?;
        println!("wrote {BASELINE}");
        return Ok(());
    }
    let report = compare(&baseline, &described)?;
    let verdict = judge(&report, &growing(&headers))?;
    match verdict {
        Verdict::Same => println!("{BASELINE} is the headers'"),
        Verdict::Grown => println!("{report}\nthe interface has grown: take that into {BASELINE} by cargo xtask abi"),
        Verdict::Broken(lines) => bail!(
            "programs that were linked against an earlier library break. If that is meant, run cargo xtask abi.\n{}\n\nall of it:\n{report}",
            lines.join("\n")
        ),
    }
    Ok(())
}

/// What a comparison says to a program that was linked before.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Same,
    /// There are functions, numbers, or fields at the ends of structs that tell their size.
    Grown,
    /// With the lines of the report that say so.
    Broken(Vec<String>),
}

/// libabigail's description of the headers.
fn describe(headers: &str) -> Result<PathBuf> {
    let folder = target().join("abi");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("media2face.c"), definitions(headers)?)?;
    // In the folder, so that no path of this machine is written.
    let compile = ["-std=c99", "-g", "-O0", "-fPIC", "-shared", "-w", "media2face.c", "-o", "libmedia2face.so"];
    run(command("gcc", &compile).arg(format!("-I{}", root().join("include").display())).current_dir(&folder))?;
    let mut abidw = command("abidw", &["--no-show-locs", "--no-corpus-path", "--no-comp-dir-path", "--no-elf-needed"]);
    // Ids by what they stand for change only where that changes.
    abidw.args(["--no-parameter-names", "--type-id-style", "hash"]);
    let description = output(abidw.arg("libmedia2face.so").current_dir(&folder))?;
    let described = folder.join("media2face.abi");
    std::fs::write(&described, description)?;
    Ok(described)
}

/// The headers as a library: each function has a body, and each list of numbers has a name and a function that takes it, because
/// only what a function takes is described.
fn definitions(headers: &str) -> Result<String> {
    let mut out = String::new();
    let mut numbers = Vec::new();
    let mut last_type = None;
    let mut in_functions = false;
    for line in headers.lines() {
        if line.starts_with("extern \"C\" {") {
            in_functions = true;
        } else if line.starts_with("}  // extern \"C\"") {
            in_functions = false;
        }
        match (line, last_type) {
            ("enum {", Some(name)) => {
                numbers.push(name);
                writeln!(out, "enum {name}_numbers {{")?;
            }
            (declaration, _) if in_functions && declaration.ends_with(");") => {
                writeln!(out, "{} {{ __builtin_trap(); }}", declaration.trim_end_matches(';'))?;
            }
            (other, _) => {
                out += other;
                out.push('\n');
            }
        }
        last_type = line.strip_prefix("typedef uint32_t ").and_then(|name| name.strip_suffix(';'));
    }
    ensure!(!numbers.is_empty(), "no numbers found in the headers: the reader is broken");
    for name in numbers {
        writeln!(out, "void {name}_numbers(enum {name}_numbers number) {{ (void)number; }}")?;
    }
    Ok(out)
}

/// Structs that tell their size in their first field, so that they may grow at the end.
fn growing(headers: &str) -> BTreeSet<&str> {
    let structs = headers.split("typedef struct ").skip(1).filter_map(|text| text.split_once(" {\n"));
    let sized = structs.filter(|(_, fields)| {
        let first = fields.lines().find(|line| !line.trim_start().starts_with(['/', '*']));
        first.is_some_and(|field| field.trim() == "uint32_t struct_size;")
    });
    sized.map(|(name, _)| name).collect()
}

/// libabigail's report of what is different.
fn compare(baseline: &Path, described: &Path) -> Result<String> {
    let mut abidiff = command("abidiff", &["--leaf-changes-only", "--no-show-locs", "--no-architecture"]);
    abidiff.arg(baseline).arg(described);
    let result = abidiff.output().with_context(|| format!("cannot start {}", text(&abidiff)))?;
    let said = String::from_utf8(result.stdout)?;
    // The status is a sum: 1 and 2 are its own failures, 4 and 8 are changes.
    ensure!(
        matches!(result.status.code(), Some(0 | 4 | 8 | 12)),
        "{} failed: {said}{}",
        text(&abidiff),
        String::from_utf8_lossy(&result.stderr)
    );
    Ok(said)
}

/// Reads a report. Whatever is not known to be harmless breaks: libabigail itself tells apart only what it removes.
fn judge(report: &str, growing: &BTreeSet<&str>) -> Result<Verdict> {
    let mut broken = Vec::new();
    let mut grown = false;
    // Of the struct that is spoken of: whether it may grow, and its size before, bits.
    let (mut may_grow, mut size_before) = (false, u64::MAX);
    let number = |text: &str| text.split(' ').next().and_then(|word| word.parse::<u64>().ok()).context("a number");
    for line in report.lines() {
        let words = line.trim();
        if let Some(name) = words.strip_prefix("'struct ").and_then(|rest| rest.strip_suffix("' changed:")) {
            (may_grow, size_before) = (growing.contains(name), u64::MAX);
        } else if let Some(sizes) = words.strip_prefix("type size changed from ").filter(|_| may_grow) {
            size_before = number(sizes)?;
        } else if let Some((_, offset)) = words.split_once("', at offset ").filter(|_| may_grow) {
            grown = true;
            if number(offset)? < size_before {
                broken.push(line.to_owned());
            }
        } else if words.starts_with("[A] 'function ") {
            grown = true;
        } else if !is_head(words) {
            broken.push(line.to_owned());
        }
    }
    Ok(match (broken.is_empty(), grown) {
        (false, _) => Verdict::Broken(broken),
        (true, true) => Verdict::Grown,
        (true, false) => Verdict::Same,
    })
}

/// Lines that say nothing but what follows them.
fn is_head(words: &str) -> bool {
    let counted = words.trim_start_matches(|c: char| c.is_ascii_digit());
    let counts = ["Leaf changes summary:", "Changed leaf types summary:", "Removed/Changed/Added "];
    words.is_empty()
        || counts.iter().any(|count| words.starts_with(count))
        || [" data member insertion:", " data member insertions:", " Added function:", " Added functions:"]
            .contains(&counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: &str = "typedef struct m2f_grows {\n    /** Size. */\n    uint32_t struct_size;\n} m2f_grows;\n\
                           typedef struct m2f_fixed {\n    float gain;\n} m2f_fixed;\n";

    fn verdict(report: &str) -> Verdict {
        judge(report, &growing(HEADERS)).unwrap()
    }

    fn change(name: &str, lines: &str) -> String {
        format!("Leaf changes summary: 1 artifact changed\n\n'struct {name}' changed:\n  {lines}\n")
    }

    #[test]
    fn fields_at_the_end_of_structs_that_tell_their_size_are_growth() {
        let appended = "type size changed from 64 to 128 (in bits)\n  1 data member insertion:\n    'uint64_t more', at offset 64 (in bits)";
        assert_eq!(verdict(&change("m2f_grows", appended)), Verdict::Grown);
        assert!(matches!(verdict(&change("m2f_fixed", appended)), Verdict::Broken(_)));
        let padding =
            "type size hasn't changed\n  1 data member insertion:\n    'uint32_t more', at offset 32 (in bits)";
        assert!(matches!(verdict(&change("m2f_grows", padding)), Verdict::Broken(_)));
        let inside = "type size changed from 64 to 96 (in bits)\n  1 data member insertion:\n    'uint32_t more', at offset 32 (in bits)";
        assert!(matches!(verdict(&change("m2f_grows", inside)), Verdict::Broken(_)));
    }

    #[test]
    fn whatever_moves_or_goes_breaks() {
        let moved =
            "there are data member changes:\n    'float eta' offset changed from 192 to 256 (in bits) (by +64 bits)";
        assert!(matches!(verdict(&change("m2f_grows", moved)), Verdict::Broken(_)));
        for line in
            ["1 Removed function:", "  [D] 'function void m2f_x()'    {m2f_x}", "something that no version said before"]
        {
            assert_eq!(verdict(line), Verdict::Broken(vec![line.to_owned()]));
        }
        assert_eq!(verdict("1 Added function:\n\n  [A] 'function void m2f_x()'    {m2f_x}\n"), Verdict::Grown);
        assert_eq!(verdict("Leaf changes summary: 0 artifact changed (1 filtered out)\n"), Verdict::Same);
    }

    #[test]
    fn functions_get_bodies_and_numbers_get_names() {
        let headers = "typedef uint32_t m2f_kind;\nenum {\n    M2F_KIND_A = 0,\n};\nextern \"C\" {\nM2F_API m2f_kind m2f_x(void);\n}  // extern \"C\"\n";
        let found = definitions(headers).unwrap();
        assert!(
            found.contains("enum m2f_kind_numbers {\n") && found.contains("m2f_x(void) { __builtin_trap(); }\n"),
            "{found}"
        );
        assert!(found.contains("void m2f_kind_numbers(enum m2f_kind_numbers number)"), "{found}");
    }
}
