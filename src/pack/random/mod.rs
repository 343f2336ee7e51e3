//! Packs of seeded random weights: the whole job runs on them, so that tests, benchmarks and ports need no model.
//!
//! Weights are drawn from a counter keyed by seed and tensor name, scaled by fan-in so that activations stay near one:
//! the same seed gives the same bytes on every platform. The face is a plain ellipsoid with mouth, eyes, teeth and
//! tongue.

mod chart;
mod fit;
mod head;
mod sizes;

use std::collections::BTreeMap;

use super::layout::{Declared, Layout, Role, Slot};
use super::{DenoiserConfig, LiveConfig, Manifest, Pack};
use crate::error::{Error, Result};
use crate::tensor::{DType, Weight};

pub use sizes::Size;

/// A pack of this size with all its parts, drawn from `seed`.
///
/// # Errors
/// `InvalidPack` never for the sizes here: the pack is checked like any other.
pub fn random(size: Size, seed: u64) -> Result<Pack> {
    let mut manifest = size.manifest(seed);
    let head = head::Head::new(size.grid());
    manifest.topology = Some(head.config());
    let res = manifest.gnpfa.as_ref().map_or(0, |gnpfa| gnpfa.res);
    let mut tensors: BTreeMap<String, Weight> = head.tensors(res).into_iter().collect();

    // The sizes that no key of the manifest states.
    let optional = size.optional_shapes();
    let mut declared: Declared = tensors.iter().map(|(name, w)| (name.as_str(), (w.dtype(), w.shape()))).collect();
    declared.extend(optional.iter().map(|(name, shape)| (name.as_str(), (DType::F16, shape.as_slice()))));
    let slots = Layout::of(&manifest, &declared)?;
    for slot in slots {
        tensors.entry(slot.name.clone()).or_insert_with(|| draw(&slot, &manifest, seed));
    }
    let pack = Pack::from_parts(manifest, tensors);
    pack.check()?;
    Ok(pack)
}

/// The pack with a live network of its denoiser's sizes, for windows of `window` frames, drawn from `seed`: to measure by, for
/// it has learned nothing.
///
/// # Errors
/// `MissingPart` without a denoiser; `InvalidPack` for a window that no network takes.
pub fn random_live(pack: &Pack, window: usize, seed: u64) -> Result<Pack> {
    let mut manifest = pack.manifest().clone();
    let denoiser = manifest.denoiser.clone();
    let denoiser = denoiser.ok_or_else(|| Error::MissingPart("the pack has no denoiser".to_owned()))?;
    manifest.live = Some(LiveConfig { network: DenoiserConfig { window, ..denoiser }, trained: false });
    let mut tensors = pack.tensors().clone();
    for statistics in ["mean", "std"] {
        tensors.insert(format!("live.{statistics}"), pack.any_shape(&format!("denoiser.{statistics}"))?);
    }
    let declared: Declared = tensors.iter().map(|(name, w)| (name.as_str(), (w.dtype(), w.shape()))).collect();
    let slots = Layout::of(&manifest, &declared)?;
    for slot in slots.iter().filter(|slot| slot.name.starts_with("live.")) {
        tensors.entry(slot.name.clone()).or_insert_with(|| draw(slot, &manifest, seed));
    }
    let pack = Pack::from_parts(manifest, tensors);
    pack.check()?;
    Ok(pack)
}

fn draw(slot: &Slot, manifest: &Manifest, seed: u64) -> Weight {
    let Slot { name, shape, role } = slot;
    let count: usize = shape.iter().product();
    let uniform = |centre: f32, deviation: f32| -> Vec<f32> {
        let mut values = Uniform::new(seed, name);
        (0..count).map(|_| centre + deviation * values.next()).collect()
    };
    if *role == Role::Matrix {
        let fan_in: usize = shape[1..].iter().product();
        return Weight::from_f32_as_f16(name, shape, &uniform(0.0, 1.0 / (fan_in as f32).sqrt()));
    }
    let values = match name.as_str() {
        "denoiser.mean" => vec![0.0; count],
        // z, then axis-angle in rad, then translation in mm
        "denoiser.std" => {
            let d_z = manifest.denoiser.as_ref().map_or(0, |d| d.d_z);
            (0..count).map(|i| if (d_z..d_z + 3).contains(&i) { 0.05 } else { 1.0 }).collect()
        }
        "audio.mel.mean" => vec![-10.0; count],
        // the length of the drawn directions over outputs and inputs
        gain if gain.ends_with("original0") => {
            let width = manifest.audio.as_ref().map_or(0, |audio| audio.hidden_size);
            vec![(width as f32 / count as f32).sqrt(); count]
        }
        norm if norm.contains("norm") && norm.ends_with(".weight") => uniform(1.0, 0.05),
        _ => uniform(0.0, 0.02),
    };
    Weight::from_f32(name, shape, &values)
}

/// Uniform numbers of mean 0 and deviation 1: splitmix64 over a counter.
struct Uniform(u64);

impl Uniform {
    /// Keyed by the seed and the FNV-1a hash of the name.
    fn new(seed: u64, name: &str) -> Self {
        let hash =
            name.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        Self(mix(seed).wrapping_add(hash))
    }

    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let unit = (mix(self.0) >> 40) as f32 / (1u64 << 24) as f32;
        (unit - 0.5) * 3.464_101_6 // √12
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
