//! What a pack must satisfy before anything is loaded from it: a manifest within the limits, every tensor that the
//! manifest calls for and no other, index lists that stay inside their arrays, weights that are finite.

mod finder;
mod manifest;
mod mesh;
mod topology;

pub(super) use topology::topology;

use std::collections::BTreeSet;

use half::f16;

use super::Manifest;
use super::layout::{Declared, Layout, Slot};
use crate::error::{Error, Result};
use crate::tensor::{DType, Weight};

/// Most unknown tensors that an error names.
const NAMED: usize = 5;

/// Names, element types and shapes against the table of the manifest, which must have been checked.
pub(super) fn declared(manifest: &Manifest, declared: &Declared<'_>) -> Result<()> {
    let slots = Layout::of(manifest, declared)?;
    names_and_shapes(&slots, declared)?;
    for slot in slots {
        let (dtype, _) = declared[slot.name.as_str()];
        if !slot.role.allows(dtype) {
            return Err(Error::InvalidPack(format!("tensor {} is {dtype:?}: {}", slot.name, slot.role.rule())));
        }
    }
    Ok(())
}

/// Every slot has its tensor, of its shape, and there is no other tensor.
pub(super) fn names_and_shapes(slots: &[Slot], declared: &Declared<'_>) -> Result<()> {
    for slot in slots {
        let name = &slot.name;
        let Some((_, shape)) = declared.get(name.as_str()) else {
            return Err(Error::InvalidPack(format!("tensor {name} {:?} is missing", slot.shape)));
        };
        if *shape != slot.shape {
            return Err(Error::InvalidPack(format!("tensor {name} has shape {shape:?}, expected {:?}", slot.shape)));
        }
    }
    if slots.len() == declared.len() {
        return Ok(()); // every slot has its tensor, so that no tensor is left over
    }
    let known: BTreeSet<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
    let unknown: Vec<&str> = declared.keys().copied().filter(|name| !known.contains(name)).collect();
    let more = if unknown.len() > NAMED { ", …" } else { "" };
    let named = unknown[..unknown.len().min(NAMED)].join(", ");
    Err(Error::InvalidPack(format!("{} tensors that the manifest does not call for: {named}{more}", unknown.len())))
}

/// True for what upstream checkpoints carry and no network here reads; a pack may hold it.
pub(super) fn is_leftover(name: &str) -> bool {
    let audio = name.strip_prefix("audio.").is_some_and(|rest| {
        rest == "masked_spec_embed" || ["lm_head.", "quantizer.", "project_"].iter().any(|p| rest.starts_with(p))
    });
    let clip = name
        .strip_prefix("clip.")
        .is_some_and(|rest| rest == "logit_scale" || rest.rsplit('.').next() == Some("position_ids"));
    audio || clip
}

/// No NaN and no infinity. Cost: one pass over the bytes.
pub(super) fn finite(weight: &Weight) -> Result<()> {
    let bytes = weight.bytes();
    // The exponent of all ones; without a branch inside, so that the loop is vectorised.
    let broken = match weight.dtype() {
        DType::F32 => any_of(bytes.as_chunks().0, |b: [u8; 4]| {
            u32::from_le_bytes(b) & f32::INFINITY.to_bits() == f32::INFINITY.to_bits()
        }),
        DType::F16 => any_of(bytes.as_chunks().0, |b: [u8; 2]| {
            u16::from_le_bytes(b) & f16::INFINITY.to_bits() == f16::INFINITY.to_bits()
        }),
        DType::I32 | DType::U8 => false,
    };
    if broken { Err(Error::InvalidPack(format!("tensor {} is not finite", weight.name()))) } else { Ok(()) }
}

fn any_of<T: Copy>(elements: &[T], test: impl Fn(T) -> bool) -> bool {
    elements.chunks(1024).any(|chunk| chunk.iter().fold(false, |any, &element| any | test(element)))
}
