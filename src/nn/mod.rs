//! Building blocks of the networks: load weights from a pack, record ops into a plan.
//!
//! Each block is a struct of [`Weight`](crate::tensor::Weight)s with `load(pack, prefix, sizes)`, which checks every shape, and `record(…)`,
//! which appends ops. Blocks are loaded once per model and recorded into as many plans as there are shapes, so that a
//! backend packs each weight once.

mod conv2d;
mod depthwise;
mod group_norm;
mod linear;
mod norm;
mod transformer;

pub use conv2d::Conv2d;
pub use depthwise::DepthwiseBlock;
pub use group_norm::GroupNorm;
pub use linear::Linear;
pub use norm::LayerNorm;
pub use transformer::{LayerConfig, LayerNames, NormOrder, TransformerLayer};
