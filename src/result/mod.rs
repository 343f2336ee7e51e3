//! What a job gives: an [`Animation`], the motion of a clip, which a [`Reader`] decodes. Other motions are made of it
//! ([`Animation::adjust`], [`Animation::compose`]), other meshes and a host's own blendshapes follow it. The way back, from pictures, is
//! an [`Extractor`]'s.

pub(crate) mod adjustments;
pub(crate) mod animation;
mod binding;
mod blendshapes;
mod compose;
mod decoding;
pub(crate) mod extractor;
pub(crate) mod latents;
mod reader;

pub use crate::face::{ExportTarget, Eyeball};
pub use adjustments::Adjustments;
pub use animation::Animation;
pub use binding::{Binding, Solver};
pub use compose::Part;
pub use extractor::{Extracted, Extractor};
pub use reader::Reader;
