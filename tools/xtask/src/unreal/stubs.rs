//! Headers of the engine for compilers: each leads to `Tests/Stubs/Unreal.h`. What Unreal's header tool would write for a class is
//! written here, as much as stubs need.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::{PLUGIN, sources};
use crate::command::root;

/// Writes the headers; gives their folder.
pub(super) fn write(folder: &Path) -> Result<PathBuf> {
    let to = folder.join("stubs");
    let _ = std::fs::remove_dir_all(&to);
    for (header, _) in headers()? {
        let file = to.join(header);
        std::fs::create_dir_all(file.parent().unwrap_or(&to))?;
        std::fs::write(file, "#include \"Unreal.h\"\n")?;
    }
    for module in ["Media2Face", "Media2FaceEditor"] {
        for header in sources(&format!("Source/{module}/Public"), "h")? {
            let text = std::fs::read_to_string(&header)?;
            let stem = header.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let bodies = bodies(&text).with_context(|| stem.clone())?;
            let includes: Vec<&str> = text.lines().filter(|line| line.starts_with("#include")).collect();
            if !bodies.is_empty() {
                let last = format!("#include \"{stem}.generated.h\"");
                ensure!(includes.last() == Some(&last.as_str()), "{stem}.h must include {stem}.generated.h last");
            }
            std::fs::write(to.join(format!("{stem}.generated.h")), bodies)?;
        }
    }
    Ok(to)
}

/// The engine's headers that the plugin includes, each with its module.
pub(super) fn headers() -> Result<Vec<(String, String)>> {
    let list = root().join(PLUGIN).join("Tests/Stubs/headers.txt");
    let text = std::fs::read_to_string(&list).with_context(|| list.display().to_string())?;
    let pair = |line: &str| line.split_once(' ').map(|(header, module)| (header.to_owned(), module.to_owned()));
    text.lines()
        .map(|line| pair(line).with_context(|| format!("headers.txt: {line:?} is no header and module")))
        .collect()
}

/// What `GENERATED_BODY()` becomes, by its line.
fn bodies(text: &str) -> Result<String> {
    let mut out = String::new();
    let mut declared = None;
    for (number, line) in (1..).zip(text.lines()) {
        let is_class = line.starts_with("class ");
        if (is_class || line.starts_with("struct ")) && !line.trim_end().ends_with(';') {
            declared = line.split_once(": public ").map(|(_, base)| (is_class, base.trim().to_owned()));
        }
        if line.trim() == "GENERATED_BODY()" {
            let (is_class, base) = declared.take().with_context(|| format!("line {number}: of which class?"))?;
            // After it the members of a class are private, as in Unreal.
            let after = if is_class { " private:" } else { "" };
            writeln!(out, "#undef STUB_BODY_{number}")?;
            writeln!(
                out,
                "#define STUB_BODY_{number} public: using Super = {base}; static UClass* StaticClass();{after}"
            )?;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::bodies;

    #[test]
    fn classes_are_private_behind_their_body_and_structs_are_not() {
        let text = "class UOther;\nUCLASS()\nclass A_API UOne : public UObject\n{\n\tGENERATED_BODY()\n};\n\
                    USTRUCT()\nstruct FTwo : public FBase\n{\n\tGENERATED_BODY()\n};\n";
        let found = bodies(text).unwrap();
        let lines: Vec<&str> = found.lines().collect();
        assert_eq!(lines[0], "#undef STUB_BODY_5");
        assert!(lines[1].contains("Super = UObject;") && lines[1].ends_with("private:"), "{}", lines[1]);
        assert!(lines[3].contains("STUB_BODY_10") && lines[3].contains("Super = FBase;"), "{}", lines[3]);
        assert!(!lines[3].contains("private"));
        assert!(bodies("\tGENERATED_BODY()\n").unwrap_err().to_string().contains("line 1"));
    }
}
