//! Rows that stay where the backend computes, on their way from one stage to the next.

use crate::error::{Error, Result};
use crate::unit::Unit;

use super::exec::{Backend, Tensor};

/// A row-major matrix of one row per frame in a backend's memory.
pub struct DeviceFrames {
    /// `rows × width` values.
    pub tensor: Tensor,
    /// Columns.
    pub width: usize,
    /// Frames.
    pub rows: usize,
}

impl DeviceFrames {
    /// Zeros.
    ///
    /// # Errors
    /// `OutOfMemory`, and those of the backend.
    pub fn zeros(backend: &dyn Backend, rows: usize, width: usize) -> Result<Self> {
        let len = rows.checked_mul(width);
        let len = len.ok_or_else(|| Error::OutOfMemory(format!("no memory for {rows} × {width} values")))?;
        Ok(Self { tensor: backend.create_tensor(len)?, width, rows })
    }

    /// Rows of `width` columns from the host.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    ///
    /// # Panics
    /// If `values` are not whole rows.
    pub fn upload(backend: &dyn Backend, width: usize, values: &[f32]) -> Result<Self> {
        assert!(width > 0 && values.len().is_multiple_of(width), "{} values in rows of {width}", values.len());
        let mut frames = Self::zeros(backend, values.len() / width, width)?;
        backend.write_tensor(&mut frames.tensor, 0, values)?;
        Ok(frames)
    }

    /// Ends them, in bounded parts.
    pub async fn free(mut self, backend: &dyn Backend, unit: &Unit) {
        while !backend.free_part(&mut self.tensor) {
            unit.pause().await;
        }
    }

    /// Copies all rows to the host; `backend` is the one that made them.
    ///
    /// # Errors
    /// Those of the backend.
    ///
    /// # Panics
    /// If `values` has another length.
    pub fn download(&self, backend: &dyn Backend, values: &mut [f32]) -> Result<()> {
        assert_eq!(values.len(), self.rows * self.width, "values for {} rows of {}", self.rows, self.width);
        backend.read_tensor(&self.tensor, 0, values)
    }
}
