//! The texts of an archive: files of tools/xtask/package with the names of a target in place of `@WORDS@`.

use anyhow::{Result, bail};

use super::library::major;
use super::target::{GLIBC, System, Target};

const CONFIG: &str = include_str!("../../package/media2face-config.cmake");
const CONFIG_VERSION: &str = include_str!("../../package/media2face-config-version.cmake");
const PKG_CONFIG: &str = include_str!("../../package/media2face.pc");
const README: &str = include_str!("../../package/README.md");
const SAMPLES: &str = include_str!("../../package/samples.cmake");

/// Where each text goes, and the text.
pub(crate) fn texts(target: &Target, version: &str) -> Result<Vec<(&'static str, String)>> {
    let templates = [
        ("README.md", README),
        ("lib/cmake/media2face/media2face-config.cmake", CONFIG),
        ("lib/cmake/media2face/media2face-config-version.cmake", CONFIG_VERSION),
        ("lib/pkgconfig/media2face.pc", PKG_CONFIG),
        ("samples/CMakeLists.txt", SAMPLES),
    ];
    let words = words(target, version);
    templates.into_iter().map(|(path, template)| Ok((path, fill(template, &words)?))).collect()
}

fn words(target: &Target, version: &str) -> Vec<(&'static str, String)> {
    let soname = target.soname(major(version));
    let windows = target.system == System::Windows;
    let shared = format!("{}/{soname}", if windows { "bin" } else { "lib" });
    let shared_property = match target.system {
        System::Windows => "IMPORTED_IMPLIB \"${_media2face_root}/lib/media2face.lib\"".to_owned(),
        System::MacOs | System::Ios => format!("IMPORTED_SONAME \"@rpath/{soname}\""),
        System::Linux | System::Android => format!("IMPORTED_SONAME \"{soname}\""),
    };
    let arguments = target.static_libraries();
    let libraries = arguments.iter().map(|name| name.trim_start_matches("-l")).collect::<Vec<_>>().join(";");
    let imports =
        if windows { ", the import libraries `media2face.lib` (MSVC) and `libmedia2face.dll.a` (MinGW)" } else { "" };
    let notes = match target.system {
        System::Linux => format!(
            "The programs need the GNU C library {}.{} or later, and nothing else. Vulkan is opened at run time, where there is any.",
            GLIBC.0, GLIBC.1
        ),
        System::Windows => {
            "The static library is for MinGW-w64 alone. Programs of MSVC link the DLL through `lib/media2face.lib`."
                .to_owned()
        }
        System::MacOs | System::Ios | System::Android => {
            "Nothing here is signed. The programs were linked on another system, and not run.".to_owned()
        }
    };
    vec![
        ("VERSION", version.to_owned()),
        ("MAJOR", major(version).to_owned()),
        ("TARGET", target.triple.to_owned()),
        ("COMMAND", target.command().to_owned()),
        ("SHARED", shared),
        ("SHARED_PROPERTY", shared_property),
        ("STATIC_LIBRARIES", libraries),
        ("STATIC_ARGUMENTS", arguments.join(" ")),
        ("IMPORTS", imports.to_owned()),
        ("NOTES", notes),
    ]
}

/// Every `@WORD@` replaced; one that has no value is an error.
fn fill(template: &str, words: &[(&str, String)]) -> Result<String> {
    let mut parts = template.split('@');
    let mut text = parts.next().unwrap_or_default().to_owned();
    while let Some(word) = parts.next() {
        let Some((_, value)) = words.iter().find(|(name, _)| *name == word) else {
            bail!("a template has @{word}@, which has no value");
        };
        text += value;
        text += parts.next().unwrap_or_default();
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{fill, texts};
    use crate::package::target::{TARGETS, find};

    #[test]
    fn words_of_templates_are_replaced_and_unknown_ones_refused() {
        let words = [("A", "1".to_owned()), ("B", "2".to_owned())];
        assert_eq!(fill("x @A@ y @B@@A@", &words).unwrap(), "x 1 y 21");
        assert!(fill("@C@", &words).unwrap_err().to_string().contains("@C@"));
    }

    #[test]
    fn every_target_has_all_texts_with_nothing_open() {
        for target in TARGETS {
            for (path, text) in texts(target, "0.2.0").unwrap() {
                let open = text.split('@').nth(1).is_some_and(|word| word.chars().all(|c| c.is_ascii_uppercase()));
                assert!(!open && text.contains("0.2.0"), "{}: {path}", target.triple);
            }
        }
    }

    #[test]
    fn cmake_and_pkg_config_name_the_files_of_the_archive() {
        let text = |triple: &str, path: &str| {
            let texts = texts(find(triple).unwrap(), "0.2.0").unwrap();
            texts.into_iter().find(|(at, _)| at.ends_with(path)).expect("a text").1
        };
        let linux = text("x86_64-unknown-linux-gnu", "media2face-config.cmake");
        assert!(
            linux.contains("/lib/libmedia2face.so.0\"") && linux.contains("IMPORTED_SONAME \"libmedia2face.so.0\"")
        );
        assert!(linux.contains("\"gcc_s;util;rt;pthread;m;dl;c\""));
        let windows = text("x86_64-pc-windows-gnu", "media2face-config.cmake");
        assert!(windows.contains("/bin/media2face.dll\"") && windows.contains("IMPORTED_IMPLIB"));
        let pkg_config = text("x86_64-unknown-linux-gnu", "media2face.pc");
        assert!(pkg_config.contains("Libs.private: -lgcc_s") && pkg_config.contains("prefix=${pcfiledir}/../.."));
        assert!(text("x86_64-unknown-linux-gnu", "config-version.cmake").contains("STREQUAL \"0\""));
    }
}
