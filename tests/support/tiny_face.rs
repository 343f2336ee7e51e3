//! A small face pack: the golden networks on a synthetic mesh.
//!
//! The skin is a curved grid of 7 × 7 vertices on a chart of 32² texels; behind it stand two quads of teeth, the upper one
//! following the head, the lower one the skin's lower rows. Motion rows are z (12) and a head pose (6).

use std::collections::BTreeMap;
use std::sync::Arc;

use media2face::internals::tensor::{Bytes, DType, Weight};
use media2face::pack::{Manifest, Pack};

use super::golden::golden;

pub const RES: usize = 32;
pub const GRID: usize = 7;
pub const SKIN: usize = GRID * GRID;
pub const VERTICES: usize = SKIN + 8;
pub const D_Z: usize = 12;
pub const MOTION: usize = D_Z + 6;
pub const CENTRE: [f32; 3] = [0.0, 5.0, 20.0];
pub const EXTENT: f32 = 110.0;

/// Manifest and tensors of a pack, to be spoilt at will.
pub struct TinyFace {
    pub manifest: Manifest,
    pub tensors: BTreeMap<String, Weight>,
}

impl TinyFace {
    /// All parts; identities `ada`, and `ben`, who is larger and brings his map.
    pub fn new() -> Self {
        let names: Vec<String> = (0..52).map(|i| format!("channel{i}")).collect();
        let part = |name: &str, vertices: [usize; 2], triangles: [usize; 2], follow: &str| serde_json::json!({"name": name, "vertices": vertices, "triangles": triangles, "follow": follow});
        let skin_triangles = 2 * (GRID - 1) * (GRID - 1);
        let manifest = serde_json::json!({
            "format": "media2face/1",
            "gnpfa": {"res": RES, "ch": [8, 16, 16], "d_z": D_Z, "groups": 4, "w_dim": 16, "scale": 2.0},
            "denoiser": {"d_x": MOTION, "d_z": D_Z, "d_pose": 6, "d_a": 8, "d_p": 4, "d": 32, "layers": 1, "heads": 4,
                         "ff": 64, "window": 20},
            "diffusion": {"hop": 15},
            "topology": {"vertices": VERTICES, "triangles": skin_triangles + 4, "parts": [
                part("skin", [0, SKIN], [0, skin_triangles], "map"),
                part("teeth_upper", [SKIN, SKIN + 4], [skin_triangles, skin_triangles + 2], "head"),
                part("teeth_lower", [SKIN + 4, VERTICES], [skin_triangles + 2, skin_triangles + 4], "jaw"),
            ]},
            "blendshapes": {"names": names},
            "identities": {"names": ["ada", "ben"]},
        });
        let mut face = Self { manifest: serde_json::from_value(manifest).expect("manifest"), tensors: BTreeMap::new() };
        let networks = golden("gen_tiny");
        face.tensors.extend(networks.weights("gen.", "gnpfa.generator.", false));
        face.tensors.extend(networks.weights("enc.", "gnpfa.encoder.", false));
        face.tensors.extend(golden("mapping").weights("", "gnpfa.", false));
        face.add_mesh();
        face
    }

    pub fn pack(&self) -> Pack {
        Pack::from_parts(self.manifest.clone(), self.tensors.clone())
    }

    pub fn set(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        self.tensors.insert(name.to_owned(), Weight::from_f32(name, shape, values));
    }

    pub fn set_indices(&mut self, name: &str, shape: &[usize], values: &[i32]) {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let bytes = Bytes::new(Arc::new(bytes.clone()), 0..bytes.len());
        self.tensors.insert(name.to_owned(), Weight::new(name, shape, DType::I32, bytes).expect("fits"));
    }

    /// Removes all tensors of a part.
    pub fn drop_part(&mut self, prefix: &str) {
        self.tensors.retain(|name, _| !name.starts_with(prefix));
    }

    fn add_mesh(&mut self) {
        let quad = |a: i32| [a, a + 2, a + 1, a + 1, a + 2, a + 3];
        let mut triangles = Vec::new();
        for (j, i) in (0..GRID - 1).flat_map(|j| (0..GRID - 1).map(move |i| (j, i))) {
            let a = (j * GRID + i) as i32;
            let (right, below) = (a + 1, a + GRID as i32);
            triangles.extend([a, below, right, right, below, below + 1]);
        }
        triangles.extend(quad(SKIN as i32));
        triangles.extend(quad(SKIN as i32 + 4));
        self.set_indices("topology.triangles", &[triangles.len() / 3, 3], &triangles);

        let mut uv: Vec<f32> = (0..SKIN).flat_map(chart_position).collect();
        uv.resize(VERTICES * 2, -1.0);
        self.set("topology.uv", &[VERTICES, 2], &uv);
        self.add_gather(&uv);
        self.add_raster();
        self.set_indices("topology.lip", &[3], &[30, 31, 32]);
        self.set_indices("topology.upper", &[4], &[0, 1, 2, 3]);
        self.set_indices("topology.lip_inner", &[2, 2], &[24, 31, 25, 32]);
        self.set("topology.head_pivot", &[3], &[0.0, -60.0, -40.0]);
        self.set("topology.centre", &[3], &CENTRE);
        self.set("topology.extent", &[1], &[EXTENT]);

        let ada = neutral(1.0);
        let chin: Vec<i32> = (35..SKIN as i32).collect();
        self.set_indices("topology.follow.jaw.index", &[chin.len()], &chin);
        self.set("topology.follow.jaw.matrix", &[6, 3 * chin.len()], &rigid_fit(&ada, &chin));
        self.set("identities.0.vertices", &[VERTICES, 3], &ada);
        let ben = neutral(1.1);
        self.set("identities.1.vertices", &[VERTICES, 3], &ben);
        let map = self.rasterise(&ben);
        self.set("identities.1.map", &[3, RES, RES], &map);
    }

    /// Bilinear samples.
    fn add_gather(&mut self, uv: &[f32]) {
        let (mut index, mut weight) = (Vec::new(), Vec::new());
        for v in 0..VERTICES {
            if v >= SKIN {
                index.extend([0; 4]);
                weight.extend([0.0; 4]);
                continue;
            }
            let [x, y] = [uv[v * 2], uv[v * 2 + 1]].map(|c| c * RES as f32 - 0.5);
            let (left, top, fx, fy) = (x.floor() as i32, y.floor() as i32, x.fract(), y.fract());
            for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                index.push((top + dy) * RES as i32 + left + dx);
                weight.push((if dx == 1 { fx } else { 1.0 - fx }) * (if dy == 1 { fy } else { 1.0 - fy }));
            }
        }
        self.set_indices("topology.gather_index", &[VERTICES, 4], &index);
        self.set("topology.gather_weight", &[VERTICES, 4], &weight);
    }

    /// Barycentric coordinates at texel centres, the border repeated outwards.
    fn add_raster(&mut self) {
        let (mut index, mut weight) = (Vec::new(), Vec::new());
        for (y, x) in (0..RES).flat_map(|y| (0..RES).map(move |x| (y, x))) {
            let grid = |texel: usize| {
                let at = ((texel as f32 + 0.5) / RES as f32 - 0.05) / 0.9 * (GRID - 1) as f32;
                let at = at.clamp(0.0, (GRID - 1) as f32);
                let cell = (at as usize).min(GRID - 2);
                (cell, at - cell as f32)
            };
            let ((i, fx), (j, fy)) = (grid(x), grid(y));
            let a = (j * GRID + i) as i32;
            let (right, below) = (a + 1, a + GRID as i32);
            if fx + fy <= 1.0 {
                index.extend([a, right, below]);
                weight.extend([1.0 - fx - fy, fx, fy]);
            } else {
                index.extend([below + 1, right, below]);
                weight.extend([fx + fy - 1.0, 1.0 - fy, 1.0 - fx]);
            }
        }
        self.set_indices("topology.raster_index", &[RES * RES, 3], &index);
        self.set("topology.raster_weight", &[RES * RES, 3], &weight);
    }

    /// The map of a mesh, [3, res, res].
    pub fn rasterise(&self, vertices_mm: &[f32]) -> Vec<f32> {
        let index = self.tensors["topology.raster_index"].to_i32().expect("memory");
        let weight = self.tensors["topology.raster_weight"].to_f32().expect("memory");
        let point = |k: usize, c: usize| weight[k] * vertices_mm[index[k] as usize * 3 + c];
        let texel = |c: usize, t: usize| (0..3).map(|k| point(t * 3 + k, c)).sum::<f32>();
        (0..3)
            .flat_map(|c| (0..RES * RES).map(move |t| (c, t)))
            .map(|(c, t)| (texel(c, t) - CENTRE[c]) / EXTENT)
            .collect()
    }
}

fn chart_position(v: usize) -> [f32; 2] {
    [v % GRID, v / GRID].map(|i| 0.05 + 0.9 * i as f32 / (GRID - 1) as f32)
}

/// The mesh of an identity, mm.
pub fn neutral(size: f32) -> Vec<f32> {
    let skin = (0..SKIN).flat_map(|v| {
        let [u, v] = chart_position(v).map(|c| c - 0.5);
        [160.0 * u, -200.0 * v, 60.0 - 90.0 * (u * u + v * v)]
    });
    let teeth = [-30.0, -45.0]
        .into_iter()
        .flat_map(|y| [[-20.0, y, 40.0], [20.0, y, 40.0], [-20.0, y - 10.0, 42.0], [20.0, y - 10.0, 42.0]].concat());
    skin.chain(teeth).map(|c| c * size).collect()
}

/// Centre of the lower teeth, mm.
pub fn jaw_centre(vertices_mm: &[f32]) -> [f64; 3] {
    let teeth = vertices_mm[(SKIN + 4) * 3..].chunks_exact(3);
    std::array::from_fn(|c| teeth.clone().map(|p| f64::from(p[c])).sum::<f64>() / 4.0)
}

/// Least squares: offsets of the listed vertices → rotation vector and translation about the lower teeth's centre, to
/// first order. Rows of (AᵀA)⁻¹Aᵀ, with A from (r, t) to r × (p − c) + t.
fn rigid_fit(vertices_mm: &[f32], index: &[i32]) -> Vec<f32> {
    let centre = jaw_centre(vertices_mm);
    let mut a: Vec<[f64; 6]> = Vec::new();
    for &v in index {
        let [x, y, z]: [f64; 3] = std::array::from_fn(|c| f64::from(vertices_mm[v as usize * 3 + c]) - centre[c]);
        a.push([0.0, z, -y, 1.0, 0.0, 0.0]);
        a.push([-z, 0.0, x, 0.0, 1.0, 0.0]);
        a.push([y, -x, 0.0, 0.0, 0.0, 1.0]);
    }
    let columns = a.len();
    // [AᵀA | Aᵀ], brought to [1 | (AᵀA)⁻¹Aᵀ].
    let mut rows: Vec<Vec<f64>> = (0..6)
        .map(|i| {
            let normal = (0..6).map(|j| a.iter().map(|row| row[i] * row[j]).sum::<f64>());
            normal.chain(a.iter().map(|row| row[i])).collect()
        })
        .collect();
    for pivot in 0..6 {
        let best = (pivot..6).max_by(|&p, &q| rows[p][pivot].abs().total_cmp(&rows[q][pivot].abs())).expect("rows");
        rows.swap(pivot, best);
        let lead = rows[pivot].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            let factor = if i == pivot { 1.0 - 1.0 / lead[pivot] } else { row[pivot] / lead[pivot] };
            row.iter_mut().zip(&lead).for_each(|(r, l)| *r -= factor * l);
        }
    }
    rows.iter().flat_map(|row| row[6..6 + columns].iter().map(|v| *v as f32)).collect()
}
