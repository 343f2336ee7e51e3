//! Whose face it is: one of the pack's, a mix of them, a neutral mesh on the model's topology, or another mesh that is bound
//! to the model's chart.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::pack::Part;
use media2face::signal::FrameRate;
use media2face::{Animation, Binding, Identity, Model, Reader};

use crate::input::obj::{self, Corner, Obj};
use crate::input::order::{self, Order};
use crate::render::mesh::Mesh;

/// Colour of a mesh from a file, linear.
const CLAY: [f32; 3] = [0.6, 0.45, 0.38];

/// The identity that `--identity` names: `NAME`, or a mix `NAME=WEIGHT,NAME=WEIGHT`.
pub fn identity(model: &Arc<Model>, wanted: &str) -> Result<Arc<Identity>> {
    if !wanted.contains('=') || model.identity_names().iter().any(|name| name == wanted) {
        return Ok(model.identity(wanted)?);
    }
    let pair = |part: &'_ str| -> Result<(String, f32)> {
        let (name, weight) =
            part.split_once('=').ok_or_else(|| anyhow!("{part:?} in --identity is not NAME=WEIGHT"))?;
        let weight =
            weight.trim().parse().map_err(|_| anyhow!("{part:?} in --identity: its weight is not a number"))?;
        Ok((name.trim().to_owned(), weight))
    };
    let mix = wanted.split(',').map(pair).collect::<Result<Vec<_>>>()?;
    let mix: Vec<(&str, f32)> = mix.iter().map(|(name, weight)| (name.as_str(), *weight)).collect();
    Ok(model.identity_mix(wanted, &mix)?)
}

/// A mesh of a file, as the model takes it.
pub enum Brought {
    /// On the model's topology: a face of its own.
    Identity(Arc<Identity>),
    /// Any other, which follows the model's face.
    Bound(Arc<Bound>),
}

/// A mesh that is bound to the model's chart.
pub struct Bound {
    mesh: Mesh,
    binding: Arc<Binding>,
    /// The mesh's vertex of each bound point: one that lies on a seam of the chart has several, and moves as their mean.
    owners: Vec<u32>,
    /// Bound points of each vertex; none off the chart.
    copies: Vec<f32>,
}

/// Reads the mesh of `--mesh`; gives warnings to `warn`.
pub fn bring(model: &Arc<Model>, path: &Path, warn: impl Fn(&str)) -> Result<Brought> {
    brought(model, path, &obj::read(path)?, warn)
}

/// As [`bring`], of a mesh that was read from there.
pub fn brought(model: &Arc<Model>, path: &Path, obj: &Obj, warn: impl Fn(&str)) -> Result<Brought> {
    let topology = model.topology().ok_or_else(|| anyhow!("the model has no mesh, so it takes none"))?;
    let what = || format!("the mesh {}", path.display());
    if obj.passed_over > 0 {
        warn(&format!("{}: {} faces of fewer than three corners were passed over", what(), obj.passed_over));
    }
    let bind = || Bound::new(model, obj, topology.vertices, topology.head_pivot);
    let name = path.file_stem().map_or("mesh".into(), |stem| stem.to_string_lossy());
    let identity = || model.identity_from_vertices(&name, obj.vertices.as_flattened()).with_context(what);
    let order = (obj.vertices.len() == topology.vertices).then(|| order::compare(obj, topology));
    let reason = match order {
        None => None,
        Some(Order::Same) => return Ok(Brought::Identity(identity()?)),
        Some(Order::Other(reason)) => Some(reason),
        Some(Order::OtherCoordinates(reason)) => match (identity(), bind()) {
            // Coordinates of another chart.
            (Ok(identity), _) => return Ok(Brought::Identity(identity)),
            (Err(error), Err(_)) => return Err(error),
            (Err(_), Ok(_)) => Some(reason),
        },
    };
    let bound = bind().with_context(|| reason.as_ref().map_or_else(what, |reason| format!("{}: {reason}", what())))?;
    if let Some(reason) = reason {
        warn(&format!("{}: {reason}: bound by its texture coordinates instead", what()));
    }
    let still = bound.copies.len() - bound.charted().len();
    if still > 0 {
        warn(&format!("{}: {still} of {} vertices are not on the chart and stand still", what(), bound.copies.len()));
    }
    Ok(Brought::Bound(Arc::new(bound)))
}

impl Bound {
    fn new(model: &Arc<Model>, obj: &Obj, own_vertices: usize, head_pivot_mm: [f32; 3]) -> Result<Self> {
        let count = obj.vertices.len();
        if obj.triangles.as_flattened().iter().all(|corner| corner.uv.is_none()) {
            ensure!(
                count != own_vertices,
                "export its vertices in the model's order, or with vt coordinates in the model's chart"
            );
            bail!(
                "it has {count} vertices, the model's topology {own_vertices}, and no vt coordinates in the model's chart"
            );
        }
        // The points of a vertex: its places in the chart, each once.
        let mut places: BTreeMap<Corner, [f32; 2]> = BTreeMap::new();
        for corner in obj.triangles.as_flattened() {
            let Some(at) = corner.uv else { continue };
            // v runs upwards in the file and downwards in the chart; other tiles than the first are not on it.
            let [u, v] = obj.uv[at as usize];
            if (0.0..=1.0).contains(&u) && (0.0..=1.0).contains(&v) {
                places.insert(*corner, [u, 1.0 - v]);
            } else if !(u.is_finite() && v.is_finite()) {
                bail!("vt {} is not finite", at + 1);
            }
        }
        let owners: Vec<u32> = places.keys().map(|corner| corner.vertex).collect();
        let uv: Vec<[f32; 2]> = places.into_values().collect();
        let neutral: Vec<f32> = owners.iter().flat_map(|&vertex| obj.vertices[vertex as usize]).collect();
        if let Some(at) = obj.vertices.as_flattened().iter().position(|v| !v.is_finite()) {
            bail!("vertex {} is not finite", at / 3 + 1);
        }
        ensure!(!uv.is_empty(), "all its vt coordinates are outside the unit square");
        let binding = model.bind(&uv, Some(&neutral))?;
        let mut copies = vec![0.0f32; count];
        owners.iter().for_each(|&vertex| copies[vertex as usize] += 1.0);
        let triangles: Vec<[u32; 3]> =
            obj.triangles.iter().map(|triangle| triangle.map(|corner| corner.vertex)).collect();
        let part = Part {
            name: "mesh".to_owned(),
            vertices: [0, count],
            triangles: [0, triangles.len()],
            follow: "map".to_owned(),
            colour: CLAY,
            texture: None,
            folds: None,
        };
        let (vertices_mm, parts, textures) = (obj.vertices.clone(), vec![part], Arc::default());
        let mesh = Mesh { vertices_mm, triangles, parts, textures, head_pivot_mm, eyes: None };
        Ok(Self { mesh, binding, owners, copies })
    }

    /// The vertices that are on the chart.
    fn charted(&self) -> Vec<usize> {
        (0..self.copies.len()).filter(|&vertex| self.copies[vertex] > 0.0).collect()
    }

    /// What its bound points follow.
    pub fn binding(&self) -> &Arc<Binding> {
        &self.binding
    }

    /// Offsets of the bound points from those of the vertices [shapes, vertices, 3].
    pub fn of_points(&self, vertices_mm: &[f32]) -> Vec<f32> {
        let shapes = vertices_mm.as_chunks::<3>().0.chunks_exact(self.copies.len());
        shapes.flat_map(|shape| self.owners.iter().flat_map(|&owner| shape[owner as usize])).collect()
    }

    /// Offsets of the vertices [frames, vertices, 3] from those of the bound points.
    fn gathered(&self, points_mm: &[f32]) -> Vec<f32> {
        let (from, to) = (self.owners.len() * 3, self.copies.len());
        let mut all = Vec::with_capacity(points_mm.len() / from * to * 3);
        for frame in points_mm.chunks_exact(from) {
            let mut sums = vec![[0.0f32; 3]; to];
            for (&owner, point) in self.owners.iter().zip(frame.as_chunks::<3>().0) {
                let share = 1.0 / self.copies[owner as usize];
                sums[owner as usize].iter_mut().zip(point).for_each(|(sum, c)| *sum += share * c);
            }
            all.extend_from_slice(sums.as_flattened());
        }
        all
    }
}

/// A face, and the mesh that files and pictures show it on.
#[derive(Clone)]
pub struct Face {
    /// The neutral mesh.
    pub mesh: Mesh,
    /// Vertices that span the face, from the chin to the brows.
    pub span: Vec<usize>,
    identity: Arc<Identity>,
    bound: Option<Arc<Bound>>,
}

impl Face {
    /// That of an animation, on the model's own mesh or on the bound one.
    pub fn of(animation: &Animation, bound: Option<&Arc<Bound>>) -> Result<Self> {
        Self::on(animation.identity()?, bound)
    }

    /// That of somebody, on the model's own mesh or on the bound one.
    pub fn on(identity: Arc<Identity>, bound: Option<&Arc<Bound>>) -> Result<Self> {
        let mesh = Mesh::of(&identity)?;
        if let Some(bound) = bound {
            return Ok(Self {
                mesh: bound.mesh.clone(),
                span: bound.charted(),
                identity,
                bound: Some(Arc::clone(bound)),
            });
        }
        let upper = mesh.parts.iter().filter(|part| ["brow", "eye"].iter().any(|name| part.name.starts_with(name)));
        let upper = upper.flat_map(|part| part.vertices[0]..part.vertices[1]);
        let lip = identity.model().topology().map_or(&[][..], |topology| &topology.lip);
        let span = lip.iter().map(|&vertex| vertex as usize).chain(upper).collect();
        Ok(Self { mesh, span, identity, bound: None })
    }

    /// Whose it is.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// Offsets of the mesh, frames at a rate, [count, vertices, 3] mm.
    pub fn offsets_mm(&self, reader: &mut Reader, fps: FrameRate, first: usize, count: usize) -> Result<Vec<f32>> {
        let Some(bound) = &self.bound else { return Ok(reader.offsets_mm(fps, first, count)?) };
        let mut points = vec![0.0; count * bound.owners.len() * 3];
        reader.bound_offsets_mm_into(&bound.binding, fps, first, &mut points)?;
        Ok(bound.gathered(&points))
    }

    /// Offsets of the mesh for each blendshape at full weight, [names, vertices, 3] mm.
    pub fn blendshape_offsets_mm(&self, model: &Model) -> Result<Vec<f32>> {
        let own = model.blendshape_offsets_mm(&self.identity)?;
        let Some(bound) = &self.bound else { return Ok(own) };
        let mut points = vec![0.0; model.blendshape_names().len() * bound.owners.len() * 3];
        bound.binding.apply(&own, &mut points);
        Ok(bound.gathered(&points))
    }
}
