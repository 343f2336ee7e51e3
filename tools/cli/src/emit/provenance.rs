//! Where an animation comes from: what it takes to make it again. It stands in the .glb (`asset.extras.provenance`), in the JSON,
//! at the head of curves, and in a file of its own beside files that have no place for it.
//!
//! Nothing of the machine is in it: no time, no path. So the same work gives the same bytes anywhere.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

/// What an animation was made by and from.
#[derive(Clone, Serialize)]
pub struct Provenance {
    generator: &'static str,
    version: &'static str,
    model: Origin,
    /// `None` before the sound is heard, where the seed follows from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    /// SHA-256 of a scene's script: of its values, whatever its spaces and comments.
    #[serde(skip_serializing_if = "Option::is_none")]
    script_sha256: Option<String>,
    /// SHA-256 of the sound's file, of a line of a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    sound_sha256: Option<String>,
    /// What a line of a table states.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<BTreeMap<&'static str, String>>,
    /// Options that decide the result, as they were given; those that name files without the folders.
    options: Vec<String>,
}

/// The model pack.
#[derive(Clone, Serialize)]
struct Origin {
    name: String,
    version: String,
    sha256: String,
}

impl Provenance {
    /// Of work with a pack, whose bytes have this hash.
    pub fn new(manifest: &media2face::pack::Manifest, pack_sha256: String, options: &[String]) -> Self {
        let model = Origin { name: manifest.name.clone(), version: manifest.version.clone(), sha256: pack_sha256 };
        let (generator, version) = ("media2face", env!("CARGO_PKG_VERSION"));
        let options = options.to_vec();
        Self { generator, version, model, seed: None, script_sha256: None, sound_sha256: None, line: None, options }
    }

    /// Of work by a script.
    pub fn with_script(self, sha256: String) -> Self {
        Self { script_sha256: Some(sha256), ..self }
    }

    /// Of a line of a table, and its sound.
    pub fn with_line(self, sound_sha256: String, line: BTreeMap<&'static str, String>) -> Self {
        Self { sound_sha256: Some(sound_sha256), line: Some(line), ..self }
    }

    /// Of one animation, whose seed is known.
    pub fn with_seed(&self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self.clone() }
    }
}

/// `<stem>.provenance.json`.
pub fn write(provenance: &Provenance, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, provenance)?;
    out.write_all(b"\n")
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Of a pack without a name.
    pub fn short() -> Provenance {
        let pack = media2face::pack::Pack::from_parts(manifest(), []);
        Provenance::new(pack.manifest(), "00ff".to_owned(), &[]).with_seed(7)
    }

    fn manifest() -> media2face::pack::Manifest {
        media2face::pack::Manifest::from_json(r#"{"format":"media2face/1"}"#).unwrap()
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let mut bytes = Vec::new();
        write(&short(), &mut bytes).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let expected = serde_json::json!({
            "generator": "media2face",
            "version": env!("CARGO_PKG_VERSION"),
            "model": { "name": "", "version": "", "sha256": "00ff" },
            "seed": 7,
            "options": [],
        });
        assert_eq!(value, expected);
        let script = short().with_script("abc".to_owned());
        assert_eq!(serde_json::to_value(&script).unwrap()["script_sha256"], "abc");
    }
}
