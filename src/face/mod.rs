//! Motion and identity to offsets, weights and head pose: the fifth stage, and GNPFA of the paper (section 3.1).
//!
//! In: motion rows [frames, d_z + d_pose] from `motion`, one row per frame, and an identity's neutral mesh [V, 3] mm.
//! Out: offsets from that neutral [frames, V, 3] mm, blendshape weights [frames, n] in 0..1, head poses. The way back,
//! from a mesh or from weights to z, is [`FaceEncoder`]'s; from pictures to z and the head's rotation, [`VisionReader`]'s.
//! A mesh of another topology moves along through its places in the chart: [`Binding`].
//!
//! Maps are channels last, [res², channels]. Weights cost three small matrix products a frame; offsets cost the whole
//! generator, which grows with res² · channels² (networks: 0.85 GFLOP a frame at 128², 17 at 256²). What depends on the
//! identity alone is computed once, when the identity is made.

mod batch;
mod binding;
mod chart;
mod chart_triangles;
mod decoder;
mod encoder;
mod export;
mod eyes;
mod finder;
mod generator;
mod identity;
mod latent;
mod lists;
mod mapping;
mod reader;
mod rigid;
mod shape;
mod surface;
mod topology;
mod vision;

pub use batch::FacePrograms;
pub use binding::Binding;
pub use chart::Chart;
pub use decoder::FaceDecoder;
pub use encoder::{Encoder, EncoderSizes};
pub use export::ExportTarget;
pub use eyes::{Eyeball, Eyes};
pub use finder::{FaceFinder, FinderNetworks, FoundFace, KEY_POINTS};
pub use generator::Generator;
pub use identity::Identity;
pub use latent::{FaceEncoder, LatentReader};
pub use mapping::Mapping;
pub use reader::FaceReader;
pub use topology::Topology;
pub use vision::{PictureCodes, VisionEncoder, VisionReader};

use crate::error::{Error, Result};
use crate::pack::{GnpfaConfig, Pack};

/// What GroupNorm adds to the variance, in every network of this stage.
const EPS: f32 = 1e-5;

/// The pack's face networks, as the manifest states them; it is checked.
fn config(pack: &Pack) -> Result<&GnpfaConfig> {
    pack.manifest().check()?;
    pack.manifest().gnpfa.as_ref().ok_or_else(|| missing("face networks (gnpfa)"))
}

/// The pack does not hold this part.
fn missing(part: &str) -> Error {
    Error::MissingPart(format!("the pack has no {part}"))
}

/// True when the pack holds a tensor of this part.
fn holds(pack: &Pack, prefix: &str) -> bool {
    pack.tensors().range(prefix.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(prefix))
}
