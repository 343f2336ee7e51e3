//! The tensors that a manifest calls for: names, shapes and element types, one file per part of the pack.
//!
//! One table serves three: the reader checks a pack against it before anything is loaded, the converter fills it from
//! an upstream checkpoint, and random packs are drawn from it. A few sizes are no key of the manifest (hidden width of the
//! mapping nets, lengths of index lists): they are taken from the tensors that are there.

mod audio;
mod clip;
mod denoiser;
mod face;
mod finder;

use std::collections::BTreeMap;

use super::Manifest;
use crate::error::{Error, Result};
use crate::tensor::DType;

/// Names, element types and shapes of the tensors at hand.
pub(super) type Declared<'a> = BTreeMap<&'a str, (DType, &'a [usize])>;

/// What a tensor is, which decides its element type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Matrices, convolutions, token embeddings: f16 or f32.
    Matrix,
    /// Norms, biases, positions, means, scales, coordinates: f32.
    Vector,
    /// Index lists: i32.
    Index,
    /// A file of its own, such as a picture: u8.
    File,
}

impl Role {
    /// True when the role may be stored so.
    pub(super) fn allows(self, dtype: DType) -> bool {
        match self {
            Self::Matrix => matches!(dtype, DType::F16 | DType::F32),
            Self::Vector => dtype == DType::F32,
            Self::Index => dtype == DType::I32,
            Self::File => dtype == DType::U8,
        }
    }

    /// The rule in words.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Self::Matrix => "matrices and convolutions are F16 or F32",
            Self::Vector => "norms, biases, positions and coordinates are F32",
            Self::Index => "index lists are I32",
            Self::File => "files are U8",
        }
    }
}

/// One expected tensor.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) role: Role,
}

/// The table.
pub(super) struct Layout<'a> {
    declared: &'a Declared<'a>,
    slots: Vec<Slot>,
}

impl<'a> Layout<'a> {
    /// All tensors that `manifest` calls for, given those that are there. The manifest must have been checked.
    ///
    /// # Errors
    /// `InvalidPack` when a size that is taken from a tensor contradicts the manifest.
    pub(super) fn of(manifest: &Manifest, declared: &'a Declared<'a>) -> Result<Vec<Slot>> {
        let mut layout = Self { declared, slots: Vec::new() };
        if let Some(config) = &manifest.audio {
            layout.audio(config);
        }
        if let Some(config) = &manifest.clip {
            layout.clip(config);
        }
        if let (Some(emoji), Some(clip)) = (&manifest.emoji, &manifest.clip)
            && layout.has("emoji.codes")
        {
            layout.matrix("emoji.codes".to_owned(), &[emoji.names.len(), clip.projection_dim]);
        }
        if let (Some(reader), Some(clip)) = (&manifest.style_reader, &manifest.clip) {
            let [moods, movements] = reader.rows();
            layout.matrix("style_reader.moods".to_owned(), &[moods, clip.projection_dim]);
            layout.matrix("style_reader.movements".to_owned(), &[movements, clip.projection_dim]);
            if let Some(ngrams) = &manifest.ngrams {
                layout.index("ngrams.known".to_owned(), &[ngrams.known]);
                layout.vector("ngrams.weight".to_owned(), &[ngrams.buckets]);
                layout.matrix("ngrams.table".to_owned(), &[ngrams.buckets, reader.said_columns()]);
                layout.vector("ngrams.bias".to_owned(), &[reader.said_columns()]);
                layout.vector("ngrams.energy".to_owned(), &[clip.projection_dim]);
            }
        }
        if let Some(config) = &manifest.denoiser {
            layout.denoiser("denoiser", config);
            if let Some(live) = &manifest.live {
                layout.denoiser("live", &live.network);
            }
            if !manifest.presets.is_empty() {
                layout.matrix("presets.codes".to_owned(), &[manifest.presets.names.len(), config.d_p]);
            }
        }
        if let Some(config) = &manifest.gnpfa {
            layout.gnpfa(config, manifest.blendshapes.names.len())?;
        }
        if let Some(config) = &manifest.topology {
            layout.topology(config, manifest)?;
        }
        if let Some(config) = &manifest.finder {
            layout.finder(config);
        }
        Ok(layout.slots)
    }

    fn has(&self, name: &str) -> bool {
        self.declared.contains_key(name)
    }

    /// True when a tensor of this prefix is there.
    fn has_any(&self, prefix: &str) -> bool {
        self.declared.range(prefix..).next().is_some_and(|(name, _)| name.starts_with(prefix))
    }

    /// A dimension that only the tensor itself states; 1 when it is missing, which is reported as such later.
    fn dimension(&self, name: &str, axis: usize) -> usize {
        self.declared.get(name).and_then(|(_, shape)| shape.get(axis)).copied().unwrap_or(1)
    }

    fn add(&mut self, name: String, shape: &[usize], role: Role) {
        self.slots.push(Slot { name, shape: shape.to_vec(), role });
    }

    fn matrix(&mut self, name: String, shape: &[usize]) {
        self.add(name, shape, Role::Matrix);
    }

    fn vector(&mut self, name: String, shape: &[usize]) {
        self.add(name, shape, Role::Vector);
    }

    fn index(&mut self, name: String, shape: &[usize]) {
        self.add(name, shape, Role::Index);
    }

    /// `{prefix}.weight` [outputs, inputs] and `{prefix}.bias`.
    fn linear(&mut self, prefix: &str, inputs: usize, outputs: usize) {
        self.convolution(prefix, &[outputs, inputs]);
    }

    /// `{prefix}.weight` of this shape and `{prefix}.bias` of its outputs.
    fn convolution(&mut self, prefix: &str, shape: &[usize]) {
        self.matrix(format!("{prefix}.weight"), shape);
        self.vector(format!("{prefix}.bias"), &shape[..1]);
    }

    /// `{prefix}.weight` and `{prefix}.bias` of a norm.
    fn norm(&mut self, prefix: &str, width: usize) {
        self.vector(format!("{prefix}.weight"), &[width]);
        self.vector(format!("{prefix}.bias"), &[width]);
    }
}

fn contradiction(detail: String) -> Error {
    Error::InvalidPack(detail)
}
