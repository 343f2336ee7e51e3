//! Choice of a backend.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::Backend;

use super::cpu::{CpuBackend, CpuOptions};

/// The CPU backend with its own threads.
pub fn cpu(options: &CpuOptions) -> Result<Arc<dyn Backend>> {
    Ok(Arc::new(CpuBackend::new(options)?))
}
