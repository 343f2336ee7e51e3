//! Faces into memory of a host's own layout, where the backend computes.

use crate::plan::{Tensor, TimelineSignal, VertexLayout};

/// Where frames go: frame 0 of the layouts takes the first that is read.
pub struct ExportTarget<'a> {
    /// Memory of the backend that decodes, such as an adopted vertex buffer.
    pub tensor: &'a mut Tensor,
    /// Of the offsets or positions.
    pub points: VertexLayout,
    /// True for positions, neutral + offsets, with w = 1; false for offsets, with w = 0. Both in mm, without the head pose.
    pub positions: bool,
    /// Of the unit normals, w = 0; they are not computed without. Their bytes are others than those of the points.
    pub normals: Option<VertexLayout>,
    /// Reached when all frames are written.
    pub signal: Option<TimelineSignal>,
}
