//! JSON → manifest, in memory by its bytes: what the manifest does not know is passed over and never kept.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::header::in_brief;
use super::{FrontEnd, Manifest};
use crate::error::{Error, Result};
use crate::limits;

/// Letters of a pack's own that an error repeats.
const MOST_TOLD: usize = 200;

/// Read before all the rest: a newer pack may say the rest in forms that this version cannot read.
#[derive(Deserialize)]
struct Needs {
    #[serde(default)]
    requires: Vec<String>,
}

/// Which keys of the speech encoder are there.
#[derive(Deserialize)]
struct Stated {
    audio: Option<StatedAudio>,
}

#[derive(Deserialize)]
struct StatedAudio {
    num_hidden_layers: Option<IgnoredAny>,
}

impl Manifest {
    /// Parses the JSON. A log-mel encoder that states no `num_hidden_layers` has none.
    ///
    /// # Errors
    /// `InvalidPack` with what the pack requires and this version lacks, else the parser's words.
    pub fn from_json(json: &str) -> Result<Self> {
        if json.len() > limits::MAX_MANIFEST_BYTES {
            return Err(Error::InvalidPack(format!("manifest of {} bytes", json.len())));
        }
        let needs: Needs = read(json)?;
        let lacking: Vec<&str> =
            needs.requires.iter().map(String::as_str).filter(|name| !Self::KNOWN.contains(name)).collect();
        if !lacking.is_empty() {
            return Err(Error::InvalidPack(format!(
                "the pack needs what media2face {} lacks: {}; use a newer library",
                env!("CARGO_PKG_VERSION"),
                lacking.join(", ").chars().take(MOST_TOLD).collect::<String>()
            )));
        }
        let mut manifest: Self = read(json)?;
        if let Some(audio) = manifest.audio.as_mut().filter(|audio| audio.front_end == FrontEnd::Mel) {
            let stated = read::<Stated>(json)?.audio.is_some_and(|stated| stated.num_hidden_layers.is_some());
            if !stated {
                audio.num_hidden_layers = 0;
            }
        }
        Ok(manifest)
    }
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| Error::InvalidPack(format!("manifest: {}", in_brief(&e))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_newer_pack_requires_is_named() {
        let json =
            |requires: &str| format!(r#"{{"format": "media2face/1", {requires} "sampler": {{"kind": "flow"}}}}"#);
        assert!(Manifest::from_json(&json("")).is_ok(), "what is not known and not required is passed over");
        let error = Manifest::from_json(&json(r#""requires": ["flow sampler", "tongue"], "audio": 7,"#)).unwrap_err();
        assert!(error.to_string().contains("lacks: flow sampler, tongue; use a newer library"), "{error}");
    }

    #[test]
    fn log_mel_encoder_has_the_layers_that_it_states() {
        let layers = |audio: &str| {
            let json = format!(r#"{{"format": "media2face/1", "audio": {audio}}}"#);
            Manifest::from_json(&json).expect("a manifest").audio.expect("speech").num_hidden_layers
        };
        assert_eq!(layers(r#"{"front_end": "mel"}"#), 0);
        assert_eq!(layers(r#"{"front_end": "mel", "num_hidden_layers": 2}"#), 2);
        assert_eq!(layers("{}"), 12);
    }
}
