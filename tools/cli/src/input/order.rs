//! Whether a mesh of a file that has as many vertices as the model's topology has them in the same order: what its faces and
//! its texture coordinates say. (What its positions say is the library's to judge.)

use std::collections::HashSet;

use media2face::Topology;

use crate::input::obj::Obj;

/// Share of the vertices that may stand at other faces or other chart coordinates than the model's: edits of a mesh.
const MOST_ODD: f64 = 0.01;
/// Chart coordinates nearer than this are the same, sides of the square.
const SAME_PLACE: f32 = 0.01;

/// What a mesh's own faces and coordinates say of the order of its vertices.
#[derive(Debug, PartialEq)]
pub enum Order {
    /// The model's.
    Same,
    /// Faces are the model's, texture coordinates are not: another order of a face that is the same on both sides, or
    /// coordinates of another chart.
    OtherCoordinates(String),
    /// Not the model's.
    Other(String),
}

/// Compares a mesh with the topology, of which it has as many vertices.
pub fn compare(obj: &Obj, topology: &Topology) -> Order {
    let odd = by_faces(obj, topology);
    if let Some(odd) = told(&odd) {
        return Order::Other(format!(
            "it has the model's number of vertices, but {odd} have other neighbours than the model's"
        ));
    }
    match told(&by_coordinates(obj, topology)) {
        Some(odd) => Order::OtherCoordinates(format!("{odd} have other texture coordinates than the model's")),
        None => Order::Same,
    }
}

/// `N of M vertices`, where more of those that tell something are odd than edits explain.
fn told(odd: &[Option<bool>]) -> Option<String> {
    let known = odd.iter().flatten().count();
    let count = odd.iter().flatten().filter(|odd| **odd).count();
    (count as f64 > MOST_ODD * known as f64).then(|| format!("{count} of {known} vertices"))
}

/// Of each vertex whether none of its faces' sides is one of the model's; nothing of one without faces. Sides of faces, not
/// faces: quads and triangles of one mesh have most of them in common.
fn by_faces(obj: &Obj, topology: &Topology) -> Vec<Option<bool>> {
    let key = |a: u32, b: u32| (a.min(b), a.max(b));
    let own: HashSet<(u32, u32)> =
        topology.triangles.iter().flat_map(|&[a, b, c]| [key(a, b), key(b, c), key(c, a)]).collect();
    let mut odd = vec![None; topology.vertices];
    for &[from, to] in &obj.sides {
        let other = !own.contains(&key(from, to));
        for vertex in [from, to] {
            odd[vertex as usize] = Some(odd[vertex as usize].unwrap_or(true) && other);
        }
    }
    odd
}

/// Of each vertex of the chart whether none of its texture coordinates is the model's; nothing of one that has none. One on
/// the chart's cut has several.
fn by_coordinates(obj: &Obj, topology: &Topology) -> Vec<Option<bool>> {
    let mut odd = vec![None; topology.vertices];
    for corner in obj.triangles.as_flattened() {
        let (Some(at), [u, v]) = (corner.uv, topology.uv[corner.vertex as usize]) else { continue };
        let [file_u, file_v] = obj.uv[at as usize];
        if (0.0..=1.0).contains(&u) && (0.0..=1.0).contains(&v) {
            // v runs upwards in the file and downwards in the chart.
            let other = (file_u - u).abs().max((1.0 - file_v - v).abs()) > SAME_PLACE;
            let odd = &mut odd[corner.vertex as usize];
            *odd = Some(odd.unwrap_or(true) && other);
        }
    }
    odd
}
