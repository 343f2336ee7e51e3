//! The headers in `include/` from `capi/src` by cbindgen.

use anyhow::{Context, Result, bail};

use crate::command::root;

/// A header and what it is made of.
struct Header {
    name: &'static str,
    settings: &'static str,
    /// In the order of use, so that the header reads in it.
    sources: &'static [&'static str],
}

const HEADERS: [Header; 2] = [
    Header {
        name: "media2face.h",
        settings: "cbindgen.toml",
        sources: &[
            "error.rs",
            "version.rs",
            "memory.rs",
            "device.rs",
            "runtime.rs",
            "model.rs",
            "identity.rs",
            "parts.rs",
            "session.rs",
            "style.rs",
            "reading.rs",
            "result.rs",
            "keyframe.rs",
            "faces.rs",
            "adjustments.rs",
            "binding.rs",
            "solver.rs",
            "stream_options.rs",
            "stream.rs",
        ],
    },
    Header {
        name: "media2face_vulkan.h",
        settings: "cbindgen_vulkan.toml",
        sources: &["vulkan.rs", "vulkan_frames.rs"],
    },
];

/// Writes the headers, or compares the committed ones.
pub(crate) fn run(check: bool) -> Result<()> {
    for header in &HEADERS {
        let (name, generated) = (header.name, generate(header)?);
        let path = root().join("include").join(name);
        if !check {
            std::fs::write(&path, generated)?;
            println!("wrote include/{name}");
            continue;
        }
        let committed = std::fs::read_to_string(&path).with_context(|| format!("include/{name}"))?;
        if let Some(line) = committed.lines().zip(generated.lines()).position(|(a, b)| a != b) {
            bail!("include/{name} differs from capi/src at line {}: run cargo xtask header", line + 1);
        }
        if committed != generated {
            bail!("include/{name} differs from capi/src in length: run cargo xtask header");
        }
    }
    Ok(())
}

/// The text of all committed headers.
pub(crate) fn committed() -> Result<String> {
    let read = |header: &Header| std::fs::read_to_string(root().join("include").join(header.name));
    Ok(HEADERS.iter().map(read).collect::<std::io::Result<Vec<_>>>()?.concat())
}

fn generate(header: &Header) -> Result<String> {
    let settings = root().join("include").join(header.settings);
    let config = cbindgen::Config::from_file(settings).map_err(anyhow::Error::msg)?;
    let sources = header.sources.iter().map(|source| root().join("capi/src").join(source));
    let builder = sources.fold(cbindgen::Builder::new().with_config(config), cbindgen::Builder::with_src);
    let mut text = Vec::new();
    builder.generate().with_context(|| format!("cbindgen: {}", header.name))?.write(&mut text);
    Ok(tidy(&String::from_utf8(text)?))
}

/// Rust's documentation links and safety heads mean nothing to a C programmer, and an enum is a number with names.
fn tidy(header: &str) -> String {
    let header = plain_enums(header);
    let mut lines: Vec<&str> = Vec::new();
    let mut skipping = false;
    for line in header.lines() {
        let comment = line.trim_start();
        if comment.starts_with("* # Safety") {
            skipping = true;
            while lines.last().is_some_and(|last| last.trim() == "*") {
                lines.pop();
            }
        } else if skipping && comment.starts_with("*/") {
            skipping = false;
        }
        if !skipping {
            lines.push(line);
        }
    }
    collapse(&lines).join("\n").replace("[`", "").replace("`]", "").replace('`', "") + "\n"
}

/// cbindgen gives an enum one type in C99 and another in C23 and C++. Here it is the same number in all of them, and an enum
/// without a name has its constants.
fn plain_enums(header: &str) -> String {
    let mut lines = header.lines();
    let mut out: Vec<String> = Vec::new();
    let mut after_enum = false;
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("enum ") {
            out.extend([format!("typedef uint32_t {name};"), "enum {".to_owned()]);
            // The underlying type and the brace.
            lines.find(|line| line.trim() == "{");
            after_enum = true;
        } else if after_enum && line == "#ifndef __cplusplus" {
            // Its typedef.
            lines.find(|line| line.starts_with("#endif // __cplusplus"));
            after_enum = false;
        } else {
            out.push(line.to_owned());
        }
    }
    out.join("\n")
}

/// Comments of one sentence take one line.
fn collapse(lines: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let one = match lines[at..] {
            [open, text, close, ..] if open.trim() == "/**" && close.trim() == "*/" => {
                text.trim().strip_prefix("* ").map(|text| format!("{}/** {text} */", &open[..open.len() - 3]))
            }
            _ => None,
        };
        at += if one.is_some() { 3 } else { 1 };
        out.push(one.unwrap_or_else(|| lines[at - 1].to_owned()));
    }
    out
}
