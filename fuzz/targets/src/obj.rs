//! Meshes of `--mesh`: indices lie within what was read, and a mesh becomes a face of the tiny model or not.

use m2f::reads;

use crate::folder;
use crate::world::{model, well_told};

pub(crate) const WORDS: &[&str] = &[
    "v ",
    "vt ",
    "vn ",
    "f ",
    "\n",
    "\r",
    "\\\n",
    "#",
    "/",
    "//",
    "-1",
    "0",
    "1",
    "1e999",
    "nan",
    "inf",
    "-inf",
    "1e-45",
    "3e38",
    "99999999999999999999",
    "v 0 0 0\n",
    "vt 0 0\n",
    "f 1 2 3\n",
    "f -1 -1 -1\n",
    "f 1/1 2/1 3/1\n",
    "\u{FEFF}",
    ",",
];

pub(crate) fn run(input: &[u8]) {
    let path = folder::write("a.obj", input);
    let Some(obj) = well_told(reads::obj(&path)) else { return };
    let (vertices, uv) = (obj.vertices.len(), obj.uv.len());
    let corners = obj.triangles.as_flattened();
    assert!(corners.iter().all(|corner| (corner.vertex as usize) < vertices), "a corner without a vertex");
    assert!(corners.iter().all(|corner| corner.uv.is_none_or(|at| (at as usize) < uv)), "a corner without coordinates");
    assert!(obj.sides.as_flattened().iter().all(|&vertex| (vertex as usize) < vertices), "a side without a vertex");
    let _ = well_told(reads::mesh(&model(), &path));
}

/// The tiny model's own face.
fn own_face() -> String {
    let model = model();
    let identity = model.default_identity().expect("a face");
    let topology = model.topology().expect("a mesh");
    let points = identity.vertices_mm().chunks_exact(3).map(|p| format!("v {} {} {}\n", p[0], p[1], p[2]));
    let mut text: String = points.collect();
    let uv = topology.uv.iter().map(|p| format!("vt {} {}\n", p[0], 1.0 - p[1]));
    text.extend(uv);
    let corner = |v: u32| format!("{0}/{0}", v + 1);
    let faces = topology.triangles.iter().map(|t| format!("f {} {} {}\n", corner(t[0]), corner(t[1]), corner(t[2])));
    text.extend(faces);
    text
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let square =
        "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0.4 0.4\nvt 0.6 0.4\nvt 0.6 0.6\nvt 0.4 0.6\nf 1/1 2/2 3/3 4/4\n";
    let texts = [
        square.to_owned(),
        square.replace('\n', "\r\n"),
        square.replace("f 1/1 2/2 3/3 4/4", "f -4/-4 \\\n -3/-3 -2/-2\nf 1 2\nl 1 2\n# end"),
        square.replace("f 1/1 2/2 3/3 4/4", "vn 0 0 1\nf 1//1 2//1 3//1"),
        own_face(),
    ];
    let mut seeds: Vec<Vec<u8>> = texts.map(String::into_bytes).to_vec();
    seeds.push([0xFEFF].into_iter().chain(square.encode_utf16()).flat_map(u16::to_le_bytes).collect());
    seeds.push(b"o K\xF6pfchen\nv 0,5 0 0\n".to_vec());
    seeds
}
