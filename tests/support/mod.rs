//! What the integration tests share: golden vectors, the f64 oracle, comparison.
#![allow(dead_code, missing_docs, unreachable_pub)]

pub mod denoiser;
pub mod extent;
pub mod fnv;
pub mod golden;
mod oracle;
pub mod reference;
pub mod run;
pub mod tiny_face;
pub mod tolerance;
pub mod vulkan;
pub mod windows;

use std::sync::Arc;

use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::plan::{Backend, DeviceFrames};
use media2face::signal::Frames;
use tolerance::Precision;

/// Every backend that keeps f32, the oracle first.
pub fn backends() -> Vec<Arc<dyn Backend>> {
    let cpu = |threads, portable| -> Arc<dyn Backend> {
        Arc::new(CpuBackend::new(&CpuOptions { threads, portable }).expect("CPU backend"))
    };
    vec![Arc::new(reference::Reference), cpu(2, false), cpu(1, true)]
}

/// A backend with what it keeps in half precision.
pub struct Tested {
    pub name: String,
    pub backend: Arc<dyn Backend>,
    pub precision: Precision,
}

impl Tested {
    /// Whether it is the oracle, which takes its time, or that with the storage of a device.
    pub fn is_oracle(&self) -> bool {
        self.name.starts_with(&reference::Reference.name())
    }
}

/// Every backend that networks run on: those of [`backends`], the oracle with the storage of devices, the devices.
pub fn every_backend() -> Vec<Tested> {
    let of = |backend: Arc<dyn Backend>, precision| Tested { name: backend.name(), backend, precision };
    let mut all: Vec<_> = backends().into_iter().map(|backend| of(backend, Precision::F32)).collect();
    all.extend([Precision::F16Weights, Precision::F16].map(|rounds| of(Arc::new(reference::Twin(rounds)), rounds)));
    all.extend(vulkan::devices().iter().filter(|device| device.networks).map(|device| Tested {
        name: device.name.to_owned(),
        backend: device.backend.clone(),
        precision: if device.half { Precision::F16 } else { Precision::F16Weights },
    }));
    all
}

/// Rows in the memory of a backend.
pub fn upload(backend: &dyn Backend, frames: &Frames) -> DeviceFrames {
    DeviceFrames::upload(backend, frames.width.max(1), &frames.data).expect("memory")
}

/// Largest absolute difference; panics on different lengths or a NaN on either side.
pub fn max_difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len(), "lengths differ");
    found.iter().zip(expected).fold(0.0, |worst, (f, e)| {
        assert!(f.is_finite() && e.is_finite(), "not finite: {f} against {e}");
        worst.max((f - e).abs())
    })
}

/// Panics with the name and the figure when `found` is further than `tolerance` from `expected`.
#[track_caller]
pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    let difference = max_difference(found, expected);
    assert!(difference <= tolerance, "{what}: differs by {difference:e}, allowed {tolerance:e}");
}
