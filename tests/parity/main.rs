//! Every network, the sampler and the whole against vectors that nobody here made.
#![allow(missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod ddim;
mod denoiser;
mod mel;
mod picture;
mod sampling;
mod wav2vec2;
