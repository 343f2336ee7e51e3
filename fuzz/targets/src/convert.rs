//! Checkpoints: a config as JSON, NUL, a safetensors header as JSON, and perhaps NUL and its data; without, the data are
//! zeros, as many as the header speaks of.

use media2face::pack::{Checkpoint, Pack, convert, convert_clip, convert_wav2vec2};
use serde_json::Value;

use crate::world::{assembled, file, taken_apart, well};

/// Most zeros.
const MOST_BYTES: u64 = 1 << 20;

pub(crate) fn run(input: &[u8]) {
    let mut parts = input.splitn(3, |&byte| byte == 0);
    let (Some(config), Some(header)) = (parts.next(), parts.next()) else { return };
    let data = parts.next().map_or_else(|| vec![0; stated_bytes(header)], <[u8]>::to_vec);
    let Some(checkpoint) = well(Checkpoint::from_bytes(assembled(header, &data))) else { return };
    let config = String::from_utf8_lossy(config);
    for made in [convert, convert_wav2vec2, convert_clip].map(|convert| well(convert(&config, &checkpoint))) {
        let Some(bytes) = made.as_ref().and_then(|pack: &Pack| well(pack.to_bytes())) else { continue };
        well(Pack::from_bytes(bytes)).expect("what was converted can be read");
    }
}

/// The end of the last tensor.
fn stated_bytes(header: &[u8]) -> usize {
    let header: Value = serde_json::from_slice(header).unwrap_or_default();
    let ends = header.as_object().into_iter().flat_map(|entries| entries.values());
    let end = ends.filter_map(|entry| entry["data_offsets"][1].as_u64()).max().unwrap_or_default();
    if end > MOST_BYTES { 0 } else { end as usize }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let seed = |name: &str| {
        let config = file(&format!("tests/data/golden/{name}.json"));
        let checkpoint = file(&format!("tests/data/golden/{name}.safetensors"));
        [&config, &b"\0"[..], taken_apart(&checkpoint).0].concat()
    };
    let mut seeds = ["w2v_base_tiny", "w2v_large_tiny", "clip_tiny"].map(seed).to_vec();
    seeds.push(b"{}\0{}".to_vec());
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_three_seeds_convert() {
        for seed in &seeds()[..3] {
            let (config, header) = seed.split_at(seed.iter().position(|&byte| byte == 0).expect("a NUL"));
            let bytes = assembled(&header[1..], &vec![0; stated_bytes(&header[1..])]);
            let checkpoint = Checkpoint::from_bytes(bytes).expect("a checkpoint");
            convert(&String::from_utf8_lossy(config), &checkpoint).expect("a pack");
        }
    }
}
