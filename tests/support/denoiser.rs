//! The tiny random denoisers of the golden vectors as packs.

use media2face::internals::tensor::Weight;
use media2face::pack::{Manifest, Pack};

use super::golden::golden;

/// Golden file `name` (`den_tiny`, `den_tiny_align1` or `den_tiny_token`) as a pack: window 20, hop 12, 500 timesteps,
/// motion not standardised; with `half`, matrices are rounded to f16.
pub fn pack(name: &str, half: bool) -> Pack {
    pack_with(name, half, |_| ())
}

/// The same with another manifest.
pub fn pack_with(name: &str, half: bool, change: impl FnOnce(&mut Manifest)) -> Pack {
    let concat = if name.ends_with("token") { "token" } else { "feature" };
    let manifest = serde_json::json!({
        "format": "media2face/1",
        "denoiser": { "d_x": 22, "d_z": 16, "d_pose": 6, "d_a": 24, "d_p": 16, "d": 32, "layers": 2, "heads": 4, "ff": 64,
                      "window": 20, "concat": concat, "align": usize::from(name.ends_with("align1")) },
        "diffusion": { "steps": 10, "hop": 12 },
    });
    let mut manifest = serde_json::from_value(manifest).expect("manifest");
    change(&mut manifest);
    let mut tensors = golden(name).weights("", "denoiser.", half);
    tensors.push(("denoiser.mean".to_owned(), Weight::from_f32("denoiser.mean", &[22], &[0.0; 22])));
    tensors.push(("denoiser.std".to_owned(), Weight::from_f32("denoiser.std", &[22], &[1.0; 22])));
    Pack::from_parts(manifest, tensors)
}

/// `den_tiny` as a network that reads strengths: to it u is what column 0 of the audio is, and p what column 1 is.
pub fn pack_that_reads() -> Pack {
    let plain = pack_with("den_tiny", false, |manifest| manifest.diffusion.distilled = true);
    let mut manifest = plain.manifest().clone();
    manifest.denoiser.as_mut().expect("denoiser").d_s = 2;
    let wider =
        |values: &[f32]| values.chunks_exact(24 + 16).flat_map(|row| [row, &row[..2]].concat()).collect::<Vec<f32>>();
    let mut tensors = golden("den_tiny").weights("", "denoiser.", false);
    for (name, weight) in tensors.iter_mut().filter(|(name, _)| name == "denoiser.cond_proj.weight") {
        *weight = Weight::from_f32(name, &[32, 24 + 16 + 2], &wider(&weight.to_f32().expect("values")));
    }
    tensors.push(("denoiser.mean".to_owned(), Weight::from_f32("denoiser.mean", &[22], &[0.0; 22])));
    tensors.push(("denoiser.std".to_owned(), Weight::from_f32("denoiser.std", &[22], &[1.0; 22])));
    Pack::from_parts(manifest, tensors)
}
