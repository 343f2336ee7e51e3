//! Every network, the sampler and the whole against vectors that nobody here made.
#![allow(missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod clip;
mod ddim;
mod denoiser;
mod finder;
mod generator;
mod mapping;
mod mel;
mod picture;
mod sampling;
mod tokenizer;
mod wav2vec2;
