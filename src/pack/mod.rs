//! The model pack (`.m2f`): read, check, write, convert. docs/model-pack.md is its specification.
//!
//! A pack is a manifest and named tensors. It comes from a file, memory or a reader callback (`read`), from upstream
//! checkpoints (`convert`), or from a seed (`random`); all of them are held against one table of the tensors that the
//! manifest calls for (`layout`) before a network sees any of them (`check`). A pack may hold only some of the parts:
//! the absence is reported by who needs it.

mod adjustments;
mod arkit;
mod check;
mod convert;
mod eyes;
pub(crate) mod finder;
mod header;
mod layout;
mod live;
mod manifest;
mod merge;
mod mesh;
mod parse;
mod random;
mod read;
mod style;
mod write;

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::memory;

pub use crate::tensor::{Bytes, DType, Weight};
pub use adjustments::AdjustmentsConfig;
pub use arkit::ARKIT_NAMES;
pub use convert::{Checkpoint, convert, convert_clip, convert_wav2vec2};
pub use eyes::EyesConfig;
pub use finder::FinderConfig;
pub use live::LiveConfig;
pub use manifest::{
    Align, AudioConfig, Concat, DenoiserConfig, DiffusionConfig, FrontEnd, GnpfaConfig, Manifest, MelNorm, Names,
    Spacing,
};
pub use mesh::{Folds, Identities, Look, Part, TopologyConfig};
pub use random::{Size, random, random_live};
pub use read::ReadAt;
pub use style::{
    ClipConfig, ClipTextConfig, ClipVisionConfig, EmojiConfig, NgramsConfig, StyleReaderConfig, StyleReaderScales,
};

/// An opened pack: manifest and tensors. The tensors share the mapped file or memory.
#[derive(Debug, Clone)]
pub struct Pack {
    manifest: Manifest,
    tensors: BTreeMap<String, Weight>,
}

impl Pack {
    /// A pack of parts that are at hand already; [`Pack::check`] tells whether they fit each other.
    pub fn from_parts(manifest: Manifest, tensors: impl IntoIterator<Item = (String, Weight)>) -> Self {
        Self { manifest, tensors: tensors.into_iter().collect() }
    }

    /// Checks the manifest, and the names, shapes and element types of all tensors against it, as opening does.
    ///
    /// # Errors
    /// `InvalidPack`; `Unsupported` for a schedule or a layer of another version.
    pub fn check(&self) -> Result<()> {
        self.manifest.check()?;
        let declared = self.tensors.iter().map(|(name, w)| (name.as_str(), (w.dtype(), w.shape()))).collect();
        check::declared(&self.manifest, &declared)?;
        check::topology(self)
    }

    /// Checks that every weight is finite, which [`Pack::tensor`] does for those that are taken. Cost: one pass over
    /// the file.
    ///
    /// # Errors
    /// `InvalidPack`, naming the tensor.
    pub fn verify(&self) -> Result<()> {
        self.tensors.values().try_for_each(check::finite)
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Names and tensors, sorted by name.
    pub fn tensors(&self) -> &BTreeMap<String, Weight> {
        &self.tensors
    }

    /// True when the pack holds this tensor.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// A tensor of a known shape. All its bytes are read once, to see that they are finite.
    ///
    /// # Errors
    /// `InvalidPack`, naming the tensor and what was expected, or that it holds a NaN or an infinity.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Weight> {
        let weight = self.any_shape(name)?;
        if weight.shape() != shape {
            return Err(Error::InvalidPack(format!(
                "tensor {name} has shape {:?}, expected {shape:?}",
                weight.shape()
            )));
        }
        Ok(weight)
    }

    /// A tensor whose shape the caller checks. All its bytes are read once, to see that they are finite.
    ///
    /// # Errors
    /// `InvalidPack`, naming the tensor, when it is missing or holds a NaN or an infinity.
    pub fn any_shape(&self, name: &str) -> Result<Weight> {
        memory::check(name)?;
        let weight = self.tensors.get(name).ok_or_else(|| Error::InvalidPack(format!("tensor {name} is missing")))?;
        check::finite(weight)?;
        Ok(weight.clone())
    }
}
