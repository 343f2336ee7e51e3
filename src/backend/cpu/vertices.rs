//! Points into memory of a host's own layout.

use half::f16;

use crate::plan::{VertexFormat, VertexLayout};

/// Writes frames of [V, 3] values from `first_frame` on, `base` (V × 3) added where there is one. The layout has been
/// checked against `words`.
pub(super) fn write(
    values: &[f32],
    base: Option<&[f32]>,
    vertices: usize,
    layout: &VertexLayout,
    first_frame: usize,
    words: &mut [f32],
) {
    let word = |bytes: u64| (bytes / 4) as usize;
    let w = if base.is_some() { 1.0 } else { 0.0 };
    for (i, point) in values.as_chunks::<3>().0.iter().enumerate() {
        let (frame, v) = (first_frame + i / vertices, i % vertices);
        let add = |c: usize| base.map_or(point[c], |base| point[c] + base[v * 3 + c]);
        let vertex = [add(0), add(1), add(2), w];
        let at =
            word(layout.offset_bytes) + frame * word(layout.frame_stride_bytes) + v * word(layout.vertex_stride_bytes);
        let to = &mut words[at..at + word(layout.format.bytes())];
        match layout.format {
            VertexFormat::F32x3 => to.copy_from_slice(&vertex[..3]),
            VertexFormat::F32x4 => to.copy_from_slice(&vertex),
            VertexFormat::F16x4 => {
                bytemuck::cast_slice_mut(to).copy_from_slice(&vertex.map(|c| f16::from_f32(c).to_bits()))
            }
        }
    }
}
