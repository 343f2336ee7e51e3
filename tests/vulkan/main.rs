//! What the Vulkan backend promises beyond its ops: transfers, submissions, memory, allocations, loss, and the whole job
//! as the CPU does it.
#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod allocations;
mod cache;
mod edits;
mod job;
mod loss;
mod memory;
mod streams;
mod styles;
mod submissions;
mod transfers;

use std::sync::Arc;

use media2face::Result;
use media2face::internals::backend::select::BackendChoice;
use media2face::internals::motion::{Clip, SampleJob, SampleOptions, Sampler, Style};
use media2face::internals::plan::{Backend, DeviceFrames, Plan, PlanBuilder, Port, Section};
use media2face::pack::{self, Size};
use media2face::signal::Frames;
use media2face::{Animation, Model, Runtime, RuntimeOptions, Session, SessionOptions};

use support::denoiser;
use support::golden::golden;
use support::vulkan::{Device, devices};

/// The devices that have a driver of their own, mapped and staged.
fn network_devices() -> impl Iterator<Item = &'static Device> {
    devices().iter().filter(|device| device.networks)
}

/// The tiny pack on each of them, with a worker.
fn network_models() -> impl Iterator<Item = (&'static str, Arc<Model>)> {
    network_devices().map(|device| {
        let backend = BackendChoice::Vulkan(device.options.clone());
        let runtime = Runtime::new(&RuntimeOptions { threads: Some(1), backend, ..RuntimeOptions::default() });
        let model = Model::new(&runtime.expect("runtime"), pack::random(Size::Tiny, 1).expect("a pack"));
        (device.name, model.expect("model"))
    })
}

/// Two seconds of a tone in three steps, directed by the options.
fn animate(model: &Arc<Model>, options: SessionOptions) -> Arc<Animation> {
    let session = Session::new(model, SessionOptions { steps: Some(3), ..options }).expect("session");
    session.push_f32(&(0..32_000).map(|i| 0.3 * (i as f32 * 0.06).sin()).collect::<Vec<_>>()).expect("push");
    finished(&session)
}

fn finished(session: &Session) -> Arc<Animation> {
    session.finish().expect("finish");
    assert!(session.wait(None).expect("job"));
    session.pull().expect("job").expect("done")
}

/// A sampling of 44 frames by the tiny denoiser in so many steps.
fn sampling(backend: &dyn Backend, steps: usize) -> Result<SampleJob> {
    let vectors = golden("e2e");
    let sampler = Arc::new(Sampler::load(&denoiser::pack("den_tiny", false))?);
    let audio = Frames::new(24, vectors.f32("A"));
    let audio = DeviceFrames::upload(backend, audio.width, &audio.data)?;
    let styles = vec![Style { code: vectors.f32("P"), strength: 1.0, weights: None }];
    let options = SampleOptions { steps, ..sampler.defaults().clone() };
    SampleJob::new(sampler, vec![Clip { styles, ..Clip::new(audio) }], &options)
}

/// Its motion.
fn sample(backend: &dyn Backend, steps: usize) -> Result<Vec<f32>> {
    let mut job = sampling(backend, steps)?;
    while !job.advance(backend)? {}
    Ok(job.finish()?.remove(0).data)
}

/// A copy of 2 × 3 values, in a section of its own behind an empty one.
fn copy() -> (Arc<Plan>, Port, Port, [Section; 2]) {
    let mut plan = PlanBuilder::new();
    let empty = plan.section("nothing");
    let section = plan.section("copy");
    let (x_port, x) = plan.input("x", 1, 2, 3);
    let (y_port, y) = plan.output("y", 1, 2, 3);
    plan.copy(x, y);
    (Arc::new(plan.finish()), x_port, y_port, [empty, section])
}
