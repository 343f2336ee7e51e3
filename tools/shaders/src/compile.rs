//! GLSL to SPIR-V by the pinned glslang.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use glslang::error::GlslangError;
use glslang::include::{IncludeHandler, IncludeResult, IncludeType};
use glslang::{
    Compiler, CompilerOptions, ShaderInput, ShaderMessage, ShaderSource, ShaderStage, SourceLanguage, SpirvVersion,
    Target, VulkanVersion,
};

use crate::sources::included;
use crate::variants::Module;

/// Compiles one module of the table in `folder`: little endian, with the names of variables and members and without the
/// source's text.
pub(crate) fn compile(folder: &Path, module: &Module) -> Result<Vec<u8>> {
    let path = folder.join(&module.source);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let (version, spirv_version) = match module.is_matrix() {
        true => (VulkanVersion::Vulkan1_3, SpirvVersion::SPIRV1_6),
        false => (VulkanVersion::Vulkan1_1, SpirvVersion::SPIRV1_3),
    };
    let options = CompilerOptions {
        source_language: SourceLanguage::GLSL,
        target: Target::Vulkan { version, spirv_version },
        version_profile: None,
        messages: ShaderMessage::VULKAN_RULES | ShaderMessage::SPV_RULES,
    };
    let preamble = module.preamble();
    let compiler = Compiler::acquire().context("glslang does not start")?;
    let mut includes = Includes { folder, missing: None };
    let source = ShaderSource::from(text);
    let none: Option<&[(&str, Option<&str>)]> = None;
    let words =
        ShaderInput::new(&source, ShaderStage::Compute, &options, none, Some(&mut includes)).and_then(|input| {
            let mut builder = glslang::Shader::new(compiler, input);
            builder.preamble(&preamble);
            builder.parse()?.compile()
        });
    if let Some(missing) = includes.missing {
        return Err(anyhow!(missing)).with_context(|| path.display().to_string());
    }
    let words = words.map_err(|error| anyhow!("{}:\n{}", module.name, describe(&error, &path)))?;
    Ok(words.iter().flat_map(|word| word.to_le_bytes()).collect())
}

/// `#include`.
struct Includes<'a> {
    folder: &'a Path,
    missing: Option<String>,
}

impl IncludeHandler for Includes<'_> {
    fn include(&mut self, _: IncludeType, name: &str, includer: &str, _depth: usize) -> Option<IncludeResult> {
        let beside = Path::new(includer).parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let found = included(self.folder, &beside, name);
        let text = found.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        let (Some(found), Some(data)) = (found, text) else {
            self.missing.get_or_insert_with(|| format!("#include {name:?}: no such file"));
            return None;
        };
        Some(IncludeResult { name: found.to_string_lossy().into_owned(), data })
    }
}

/// The compiler's messages as FILE:LINE; it knows files that are included by name and the first as 0.
fn describe(error: &GlslangError, path: &Path) -> String {
    let (GlslangError::ParseError(log) | GlslangError::PreprocessError(log) | GlslangError::LinkError(log)) = error
    else {
        return error.to_string();
    };
    let own = format!(": {}:", path.display());
    let lines = log.log.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| line.replacen(": 0:", &own, 1)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "#version 460\n#extension GL_GOOGLE_include_directive : require\n";
    const BODY: &str =
        "layout(set = 0, binding = 0) buffer Out { float values[]; };\nvoid main() { values[0] = VALUE; }\n";

    /// Compiles `source` beside `lib.glsl` in a folder of its own.
    fn compiled(source: &str, library: &str, value: &str) -> Result<Vec<u8>> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("a.comp"), format!("{HEAD}{source}{BODY}"))?;
        std::fs::write(folder.path().join("lib.glsl"), library)?;
        let defines = [("VALUE".to_owned(), value.to_owned())].into();
        compile(folder.path(), &Module { source: "a.comp".into(), name: "a.packed".into(), defines })
    }

    #[test]
    fn same_sources_give_the_same_bytes_with_their_names() {
        let include = "#include \"lib.glsl\"\n";
        let first = compiled(include, "", "1.0").expect("compiles");
        assert!(first == compiled(include, "", "1.0").expect("compiles"));
        assert!(first != compiled(include, "", "2.0").expect("compiles"));
        assert!(first == compiled(include, "// another\n", "1.0").expect("compiles"));
        assert!(first.windows(6).any(|bytes| bytes == b"values"), "names are kept");
    }

    #[test]
    fn faults_are_told_with_file_and_line() {
        let fault = |source, library| match compiled(source, library, "1.0") {
            Ok(_) => panic!("{source} compiles"),
            Err(fault) => format!("{fault:#}"),
        };
        assert!(fault("float f() { return x; }\n", "").contains("a.comp:3: 'x'"));
        assert!(fault("#include \"lib.glsl\"\n", "\nfloat f() { return x; }\n").contains("lib.glsl:2: 'x'"));
        assert!(fault("#include \"none.glsl\"\n", "").contains("#include \"none.glsl\": no such file"));
    }
}
