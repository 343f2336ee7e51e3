//! Libraries as Unity imports them: where each lies in the package, and the settings that say which platform loads it.

use std::fmt::Write as _;

use crate::interop::unity::guid;

/// A library of an archive.
pub(crate) struct Plugin {
    pub(crate) triple: &'static str,
    /// In the archive.
    pub(crate) library: &'static str,
    /// In the package.
    pub(crate) path: &'static str,
    /// What Unity calls the platform that a game is built for.
    pub(crate) platform: &'static str,
    cpu: &'static str,
    /// The system whose editor loads it, too.
    editor: Option<&'static str>,
}

pub(crate) const PLUGINS: [Plugin; 5] = [
    Plugin {
        triple: "x86_64-unknown-linux-gnu",
        library: "lib/libmedia2face.so",
        path: "Plugins/Linux/libmedia2face.so",
        platform: "Standalone: Linux64",
        cpu: "x86_64",
        editor: Some("Linux"),
    },
    Plugin {
        triple: "x86_64-pc-windows-gnu",
        library: "bin/media2face.dll",
        path: "Plugins/Windows/media2face.dll",
        platform: "Standalone: Win64",
        cpu: "x86_64",
        editor: Some("Windows"),
    },
    Plugin {
        triple: "aarch64-apple-darwin",
        library: "lib/libmedia2face.dylib",
        path: "Plugins/macOS/libmedia2face.dylib",
        platform: "Standalone: OSXUniversal",
        cpu: "ARM64",
        editor: Some("OSX"),
    },
    Plugin {
        triple: "aarch64-linux-android",
        library: "lib/libmedia2face.so",
        path: "Plugins/Android/arm64-v8a/libmedia2face.so",
        platform: "Android: Android",
        cpu: "ARM64",
        editor: None,
    },
    Plugin {
        triple: "aarch64-apple-ios",
        library: "lib/libmedia2face.a",
        path: "Plugins/iOS/libmedia2face.a",
        platform: "iPhone: iOS",
        cpu: "ARM64",
        editor: None,
    },
];

/// Every platform that Unity could think a library is for, and its word in the list of those that are left out.
const PLATFORMS: [(&str, &str); 6] = [
    ("Android: Android", "Android"),
    ("Standalone: Linux64", "Linux64"),
    ("Standalone: OSXUniversal", "OSXUniversal"),
    ("Standalone: Win", "Win"),
    ("Standalone: Win64", "Win64"),
    ("iPhone: iOS", "iOS"),
];

const HEAD: &str = "\
PluginImporter:
  externalObjects: {}
  serializedVersion: 2
  iconMap: {}
  executionOrder: {}
  defineConstraints: []
  isPreloaded: 0
  isOverridable: 0
  isExplicitlyReferenced: 0
  validateReferences: 1
  platformData:
";

impl Plugin {
    /// The text of its `.meta` file, as Unity 2020 writes it.
    pub(crate) fn meta(&self) -> String {
        let mut out = format!("fileFormatVersion: 2\nguid: {:032x}\n{HEAD}", guid(self.path));
        let mut left_out = format!("Exclude Editor: {}", u8::from(self.editor.is_none()));
        for (platform, word) in PLATFORMS {
            let _ = write!(left_out, "\n        Exclude {word}: {}", u8::from(platform != self.platform));
        }
        out.push_str(&section(": Any", false, &left_out));
        out.push_str("  - first:\n      Any:\n    second:\n      enabled: 0\n      settings: {}\n");
        let system = self.editor.map_or("AnyOS", |system| system);
        let settings = format!("CPU: {}\n        DefaultValueInitialized: true\n        OS: {system}", self.cpu);
        out.push_str(&section("Editor: Editor", self.editor.is_some(), &settings));
        for (platform, _) in PLATFORMS {
            let is_own = platform == self.platform;
            let cpu = if is_own { self.cpu } else { "None" };
            let settings = match platform {
                "iPhone: iOS" if is_own => format!("AddToEmbeddedBinaries: false\n        CPU: {cpu}"),
                _ => format!("CPU: {cpu}"),
            };
            out.push_str(&section(platform, is_own, &settings));
        }
        out + "  userData:\n"
    }
}

fn section(platform: &str, enabled: bool, settings: &str) -> String {
    let enabled = u8::from(enabled);
    format!(
        "  - first:\n      {platform}\n    second:\n      enabled: {enabled}\n      settings:\n        {settings}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{PLATFORMS, PLUGINS};

    /// Lines of a platform's section, without what is before its name.
    fn section<'a>(meta: &'a str, platform: &str) -> Vec<&'a str> {
        let (_, rest) = meta.split_once(&format!("  - first:\n      {platform}\n")).expect("a section");
        rest.split("  - first:").next().unwrap_or_default().lines().map(str::trim).collect()
    }

    #[test]
    fn each_is_for_its_platform_alone() {
        for plugin in &PLUGINS {
            let meta = plugin.meta();
            for (platform, word) in PLATFORMS {
                let is_own = platform == plugin.platform;
                let own = section(&meta, platform);
                assert!(own.contains(&format!("enabled: {}", u8::from(is_own)).as_str()), "{platform}: {own:?}");
                let cpu = if is_own { plugin.cpu } else { "None" };
                assert!(own.contains(&format!("CPU: {cpu}").as_str()), "{platform}: {own:?}");
                assert!(meta.contains(&format!("Exclude {word}: {}\n", u8::from(!is_own))), "{word}: {meta}");
            }
            assert!(section(&meta, ": Any").contains(&"enabled: 0"));
        }
    }

    #[test]
    fn editors_load_what_is_for_their_system() {
        let of = |triple: &str| PLUGINS.iter().find(|plugin| plugin.triple == triple).expect("a plugin").meta();
        let windows = of("x86_64-pc-windows-gnu");
        assert!(section(&windows, "Editor: Editor").contains(&"OS: Windows") && windows.contains("Exclude Editor: 0"));
        let android = of("aarch64-linux-android");
        assert!(section(&android, "Editor: Editor").contains(&"enabled: 0") && android.contains("Exclude Editor: 1"));
    }
}
