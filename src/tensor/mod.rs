//! Shapes, element types and constant tensors. No arithmetic.

mod weight;

pub use weight::{Bytes, DType, Weight};
