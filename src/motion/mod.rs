//! Features, style and seed to motion: the fourth stage of the data path.
//!
//! In: audio features A, [frames, d_a] at the pack's frame rate; styles, each a code of d_p values with a strength and
//! weights over time; known motion to keep; a seed. Out: motion, [frames, d_z + d_pose] in the model's own units:
//! expression latent, then head pose (axis-angle in rad, translation in mm). Cost grows as steps × branches × frames.
//!
//! [`Sampler::load`] once per model, a [`SampleJob`] for one [`Clip`] or several at once: it denoises overlapping windows of
//! them with the [`Denoiser`], weighs the branches by guidance and walks down the [`Schedule`] by DDIM.

mod batches;
mod clip;
mod denoiser;
mod edit;
mod groups;
mod guidance;
mod job;
mod layout;
mod live;
mod live_batches;
mod live_network;
mod noise;
mod sampler;
mod sampling;
mod schedule;
mod terms;
mod update;
mod windows;

pub use clip::Clip;
pub use denoiser::{Denoiser, DenoiserPlan, Shape};
pub use edit::{Inpaint, InpaintMode};
pub use guidance::Style;
pub use job::SampleJob;
pub use live::{LiveMotion, LiveWindow};
pub use live_batches::{KeptBatches, LiveBatches};
pub use sampler::{SampleOptions, Sampler};
pub use sampling::SamplePrograms;
pub use schedule::{Schedule, Step};
