//! Whole runtimes: choice of the backend, jobs on a Vulkan device, its loss.
#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod choice;
mod job;
mod loss;
mod other_faces;

use std::sync::Arc;

use media2face::Result;
use media2face::pack::{self, Size};
use media2face::{Animation, BackendChoice, Model, Runtime, RuntimeOptions, Session, SessionOptions};

/// A runtime that works on the calling thread alone.
fn runtime(backend: BackendChoice) -> Result<Arc<Runtime>> {
    Runtime::new(&RuntimeOptions { threads: Some(0), backend, ..RuntimeOptions::default() })
}

fn vulkan() -> Option<Arc<Runtime>> {
    support::vulkan::options().map(|options| runtime(BackendChoice::Vulkan(options)).expect("a Vulkan runtime"))
}

fn model(runtime: &Arc<Runtime>) -> Arc<Model> {
    Model::new(runtime, pack::random(Size::Tiny, 1).expect("pack")).expect("model")
}

/// A session that has its input: `seconds` of a rising tone.
fn session(model: &Arc<Model>, seconds: f32, steps: usize) -> Session {
    let options = SessionOptions { steps: Some(steps), ..SessionOptions::new(16_000, 1) };
    let session = Session::new(model, options).expect("session");
    let samples: Vec<f32> =
        (0..(seconds * 16_000.0) as usize).map(|i| 0.3 * (0.02 * i as f32 * (1.0 + i as f32 / 8000.0)).sin()).collect();
    session.push_f32(&samples).expect("push");
    session.finish().expect("finish");
    session
}

fn animate(model: &Arc<Model>) -> Result<Arc<Animation>> {
    let session = session(model, 0.5, 3);
    session.wait(None)?;
    Ok(session.pull()?.expect("waited for"))
}

/// Weights and offsets of all frames at the native rate.
fn faces(animation: &Arc<Animation>) -> Result<(Vec<f32>, Vec<f32>)> {
    let (fps, mut reader) = (animation.native_fps(), animation.reader()?);
    let frames = animation.frame_count(fps)?;
    Ok((reader.weights(fps, 0, frames)?, reader.offsets_mm(fps, 0, frames)?))
}
