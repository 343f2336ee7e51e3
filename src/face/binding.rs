//! Another mesh on the model's chart: bound once, then moved by what is decoded for the model's own.
//!
//! Every vertex of the other mesh has a place in the chart, which lies in a triangle of the model's skin; it moves as that
//! point of the triangle does: offset = Σ_k w_k · offset[corner k], w barycentric in the chart. It reads decoded vertices
//! and not the map, because those keep the lips apart where a texel straddles the slit. Three products a coordinate and
//! frame on the host, whatever backend decoded the frame.

use crate::error::{Error, Result};
use crate::limits::{MAX_CHART_DISTANCE, MAX_VERTICES};

use super::chart_triangles::{ChartTriangles, Place};
use super::shape::{self, CHECKED_POINTS, Pair};
use super::topology::{Topology, check_points};

/// How errors name the mesh.
const MESH: &str = "bound mesh";
/// The place of a vertex that is not on the chart.
const OFF_CHART: [f32; 2] = [-1.0; 2];

/// Vertices of a mesh as points of the skin's triangles. Immutable; share it between threads.
#[derive(Debug)]
pub struct Binding {
    model_vertices: usize,
    /// A place for each vertex; weights are 0 off the chart.
    places: Vec<Place>,
}

impl Binding {
    /// Binds the vertices at `uv`, chart coordinates with v downwards, (−1, −1) for a vertex that is not on the chart: it
    /// stands still. With `neutral_mm` [n, 3], the mesh at rest in the model's space, its size and the direction of its
    /// coordinates and axes are checked too, against `reference_mm`, a neutral face on the topology.
    ///
    /// # Errors
    /// `InvalidArgument`, naming the vertex or the unit: no vertices or too many, coordinates that are not finite, outside
    /// the unit square or far from the skin, no vertex on the chart, a mesh of another count, not in millimetres, by other axes,
    /// or whose coordinates run the other way; `MissingPart` without a chart.
    pub fn new(
        topology: &Topology,
        reference_mm: Option<&[f32]>,
        uv: &[[f32; 2]],
        neutral_mm: Option<&[f32]>,
    ) -> Result<Self> {
        let chart = topology.require_chart()?;
        check_uv(uv)?;
        if let Some(neutral_mm) = neutral_mm {
            if neutral_mm.len() != uv.len() * 3 {
                return Err(invalid(&format!("{} numbers, expected {} vertices × 3", neutral_mm.len(), uv.len())));
            }
            check_points(MESH, neutral_mm)?;
        }
        let triangles = ChartTriangles::new(topology, chart);
        if let Some(neutral_mm) = neutral_mm {
            let points = uv.iter().zip(neutral_mm.as_chunks::<3>().0);
            let charted: Vec<_> = points.filter(|(uv, _)| **uv != OFF_CHART).map(|(uv, point)| (*uv, *point)).collect();
            // What is not on the chart may be a whole body.
            chart.check_size(MESH, &charted.iter().map(|(_, point)| *point).collect::<Vec<_>>())?;
            if let Some(reference_mm) = reference_mm {
                check_direction(&triangles, reference_mm, &charted)?;
            }
        }
        let place = |(i, &point): (usize, &[f32; 2])| {
            if point == OFF_CHART {
                return Ok(Place::default());
            }
            let [u, v] = point;
            triangles.place(point).ok_or_else(|| {
                invalid(&format!(
                    "vertex {i} at ({u}, {v}) is more than {MAX_CHART_DISTANCE} from the skin in the chart; a vertex that \
                     is not on it has (-1, -1)"
                ))
            })
        };
        let places = uv.iter().enumerate().map(place).collect::<Result<_>>()?;
        Ok(Self { model_vertices: topology.vertices, places })
    }

    /// Vertices of the bound mesh, n.
    pub fn vertices(&self) -> usize {
        self.places.len()
    }

    /// Whether a vertex is on the chart, and moves.
    pub fn is_bound(&self, vertex: usize) -> bool {
        self.places[vertex].weights != [0.0; 3]
    }

    /// Offsets of the bound mesh [frames, n, 3] from those of the model's [frames, V, 3].
    ///
    /// # Panics
    /// If the lengths are not of as many frames.
    pub fn apply(&self, offsets_mm: &[f32], bound_mm: &mut [f32]) {
        let (from, to) = (self.model_vertices * 3, self.places.len() * 3);
        let frames = bound_mm.len() / to;
        assert!(bound_mm.len() == frames * to && offsets_mm.len() == frames * from, "lengths of frames differ");
        for (offsets, bound) in offsets_mm.chunks_exact(from).zip(bound_mm.chunks_exact_mut(to)) {
            let offsets = offsets.as_chunks::<3>().0;
            for (place, out) in self.places.iter().zip(bound.as_chunks_mut::<3>().0) {
                *out = place.of(offsets);
            }
        }
    }
}

fn check_uv(uv: &[[f32; 2]]) -> Result<()> {
    if uv.is_empty() || uv.len() > MAX_VERTICES {
        return Err(invalid(&format!("{} vertices, expected 1..={MAX_VERTICES}", uv.len())));
    }
    for (i, &[u, v]) in uv.iter().enumerate() {
        let inside = [u, v].iter().all(|c| (0.0..=1.0).contains(c));
        if !inside && [u, v] != OFF_CHART {
            let detail = format!("vertex {i} at ({u}, {v}): chart coordinates are 0 to 1, (-1, -1) off the chart");
            return Err(invalid(&detail));
        }
    }
    if uv.iter().all(|&point| point == OFF_CHART) {
        return Err(invalid("no vertex is on the chart"));
    }
    Ok(())
}

/// Coordinates that lie much worse on the face than their mirror images are mirrored, and a mesh that does so by its own axes
/// than by others stands by those. On a face that is the same on both sides a mirrored mesh and mirrored coordinates look
/// alike.
fn check_direction(triangles: &ChartTriangles, reference_mm: &[f32], charted: &[([f32; 2], [f32; 3])]) -> Result<()> {
    let reference = reference_mm.as_chunks::<3>().0;
    let step = charted.len().div_ceil(CHECKED_POINTS);
    let pairs = |mirror: Mirror| -> Vec<Pair> {
        let pair =
            |&(uv, point): &([f32; 2], [f32; 3])| triangles.place(mirror(uv)).map(|place| [point, place.of(reference)]);
        charted.iter().step_by(step).filter_map(pair).collect()
    };
    let given = pairs(|uv| uv);
    let ((axes, told), believed) = (shape::other_axes(&given), shape::shape_distance(&given) * shape::BELIEVED);
    let mirrors: [(&str, Mirror); 3] = [
        ("v runs upwards: pass 1 - v", |[u, v]| [u, 1.0 - v]),
        ("u runs to the left: pass 1 - u, or, if the mesh is mirrored, -x", |[u, v]| [1.0 - u, v]),
        ("both run backwards: pass 1 - u and 1 - v", |[u, v]| [1.0 - u, 1.0 - v]),
    ];
    for (what, mirror) in mirrors {
        let distance = shape::shape_distance(&pairs(mirror));
        if distance < believed && distance < axes + AS_WELL {
            return Err(invalid(&format!("its chart coordinates are flipped, {what}")));
        }
    }
    if axes < believed { Err(invalid(&told)) } else { Ok(()) }
}

/// A chart point on the chart seen in a mirror.
type Mirror = fn([f32; 2]) -> [f32; 2];

/// Flipped coordinates are the likelier fault where they explain a mesh about as well as other axes do: how much further
/// apart, sizes of the face.
const AS_WELL: f64 = 0.05;

fn invalid(detail: &str) -> Error {
    Error::InvalidArgument(format!("{MESH}: {detail}"))
}
