//! Which model, and what computes.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use media2face::limits::{MAX_PICTURE_PIXELS, MAX_THREADS};
use media2face::{RuntimeOptions, pack};

use super::value::count;
use crate::command::devices;
use crate::input::model;

/// Which model.
#[derive(Args)]
pub struct Pack {
    /// Model pack; the starter model by default
    #[arg(long, value_name = "PACK")]
    pub model: Option<PathBuf>,
}

impl Pack {
    /// Opens it.
    pub fn open(&self) -> Result<pack::Pack> {
        model::open_pack(self.model.as_deref())
    }

    /// SHA-256 of its bytes.
    pub fn sha256(&self) -> Result<String> {
        model::sha256(self.model.as_deref())
    }
}

/// What [`RuntimeOptions`] is made of.
#[derive(Args)]
pub struct Compute {
    /// Threads that compute; all cores by default
    #[arg(long, value_name = "N", value_parser = count(MAX_THREADS), allow_negative_numbers = true)]
    pub threads: Option<u32>,
    /// A GPU where there is one, else the CPU; the CPU; or a Vulkan device and nothing else
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub backend: Backend,
    /// The Vulkan device, as `m2f devices` lists it: its index, its UUID, or a part of its name
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// Compute on the CPU without what only some processors have: the same bits on every machine, at several times the cost
    #[arg(long, conflicts_with = "device")]
    pub portable: bool,
}

/// Name of a backend.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    Auto,
    Cpu,
    Vulkan,
}

impl Compute {
    /// As the library takes it.
    pub fn options(&self) -> Result<RuntimeOptions> {
        let Self { threads, backend, device, portable } = self;
        // All cores are this command's, unless it was told otherwise.
        let cores = || std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS as usize);
        Ok(RuntimeOptions {
            threads: Some(threads.map_or_else(cores, |count| count as usize)),
            portable: *portable,
            backend: devices::choice(*backend, device.as_deref(), *portable)?,
            // The user chose the files.
            max_picture_pixels: MAX_PICTURE_PIXELS,
            ..RuntimeOptions::default()
        })
    }
}
