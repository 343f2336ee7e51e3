//! The model pack (`.m2f`): read, check, write, convert. docs/model-pack.md is its specification.

mod manifest;

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::tensor::Weight;

pub use manifest::{
    Align, AudioConfig, ClipConfig, ClipTextConfig, ClipVisionConfig, Concat, DenoiserConfig, DiffusionConfig,
    FrontEnd, GnpfaConfig, Manifest, MelNorm, Names, Part, Spacing, TopologyConfig,
};

/// An opened pack: manifest and tensors. The tensors share the mapped file or memory.
#[derive(Debug, Clone)]
pub struct Pack {
    manifest: Manifest,
    tensors: BTreeMap<String, Weight>,
}

impl Pack {
    /// A pack of parts that are at hand already.
    pub fn from_parts(manifest: Manifest, tensors: impl IntoIterator<Item = (String, Weight)>) -> Self {
        Self { manifest, tensors: tensors.into_iter().collect() }
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

    /// A tensor of a known shape.
    ///
    /// # Errors
    /// `InvalidPack`, naming the tensor and what was expected.
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

    /// A tensor whose shape the caller checks.
    ///
    /// # Errors
    /// `InvalidPack`, naming the tensor.
    pub fn any_shape(&self, name: &str) -> Result<Weight> {
        self.tensors.get(name).cloned().ok_or_else(|| Error::InvalidPack(format!("tensor {name} is missing")))
    }
}
