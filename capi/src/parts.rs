//! `m2f_mesh_part`: what a face's mesh is made of, in which colours, and the pictures on it.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use media2face::Model;

use super::buffer::Buffer;
use super::device::fill;
use super::error::{Failure, m2f_status};
use super::guard::{get, given, guard, not_null};
use super::identity::m2f_identity;
use super::model::{m2f_model, nth, topology};
use super::options::{self, Options};

/// m2f_mesh_part: the part has no texture.
pub const M2F_NO_TEXTURE: u32 = u32::MAX;

/// A part of a face's mesh: skin, an eye, hair. [`m2f_identity_describe_part`] fills it in.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_mesh_part {
    /// Size of this struct in bytes. [`m2f_identity_describe_part`] sets it.
    pub struct_size: u32,
    /// Its first vertex.
    pub first_vertex: u32,
    /// Its vertices: those of its triangles, and of no other part's.
    pub vertex_count: u32,
    /// Its first triangle.
    pub first_triangle: u32,
    /// Its triangles. 0 if this face goes without the part, as without another person's hair: do not draw it.
    pub triangle_count: u32,
    /// Number of its texture, for `m2f_model_read_texture`; `M2F_NO_TEXTURE` if it has none.
    pub texture: u32,
    /// Number of the texture of its folds, dark where a line may be; `M2F_NO_TEXTURE` if it has none. Draw them where the skin is
    /// pressed together.
    pub fold_texture: u32,
    /// How deep they are at rest, 0..1.
    pub fold_rest: f32,
    /// Its colour, linear RGB, 0..1. A renderer multiplies it with the texture.
    pub colour: [f32; 3],
    /// Its name, such as `hair_bob`: UTF-8 with a NUL.
    pub name: [c_char; 64],
}

// SAFETY: repr(C), struct_size first; integers and floats.
unsafe impl Options for m2f_mesh_part {
    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            texture: M2F_NO_TEXTURE,
            fold_texture: M2F_NO_TEXTURE,
            ..Self::zero()
        }
    }
}

/// Counts the parts of the mesh. They are in the order of vertices and triangles, and each is one material.
///
/// Parameters: `model`; `out`, receives the count.
/// Returns: OK; INVALID_ARGUMENT; MISSING_PART if the model has no mesh. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_part_count(model: Option<&m2f_model>, out: Option<&mut MaybeUninit<u32>>) -> m2f_status {
    get(model, "model", out, |model| Ok(topology(&model.0)?.parts.len() as u32))
}

/// Describes a part of the mesh as a face wears it: where it is, its colour and its texture. A mix looks as the greatest of its
/// shares does, a mesh of your own as the pack's first identity.
///
/// Parameters: `index`, below `m2f_model_part_count`; `out`, `size` writable bytes; `size`, sizeof *out.
/// Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_identity_describe_part(
    identity: Option<&m2f_identity>,
    index: u32,
    out: *mut m2f_mesh_part,
    size: usize,
) -> m2f_status {
    guard(|| {
        let identity = &given(identity, "identity")?.0;
        not_null(out, "out")?;
        options::check_size(size)?;
        let parts = identity.parts();
        let none = || Failure::argument(format!("index {index} is not below {}", parts.len()));
        let part = parts.get(index as usize).ok_or_else(none)?;
        let textures = textures(identity.model());
        let number = |name: Option<&String>| {
            let number = name.and_then(|name| textures.iter().position(|texture| texture == name));
            number.map_or(M2F_NO_TEXTURE, |number| number as u32)
        };
        let mut described = m2f_mesh_part {
            first_vertex: part.vertices[0] as u32,
            vertex_count: (part.vertices[1] - part.vertices[0]) as u32,
            first_triangle: part.triangles[0] as u32,
            triangle_count: (part.triangles[1] - part.triangles[0]) as u32,
            texture: number(part.texture.as_ref()),
            fold_texture: number(part.folds.as_ref().map(|folds| &folds.texture)),
            fold_rest: part.folds.as_ref().map_or(0.0, |folds| folds.rest),
            colour: part.colour,
            ..m2f_mesh_part::defaults()
        };
        fill(&mut described.name, &part.name);
        // SAFETY: not NULL, and by its docs of `size` writable bytes.
        unsafe { options::write(&described, out, size) }
    })
}

/// Reads where the vertices lie on the textures of their parts: u, v of every vertex, 0..1, v downwards.
///
/// Parameters: `buffer` with room for `capacity` floats, or NULL and 0 to query; `count`, receives the number of floats (2 a
/// vertex; may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART if the model has no mesh, or no textures. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_read_texcoord(
    model: Option<&m2f_model>,
    buffer: *mut f32,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| {
        let none = || Failure::new(m2f_status::M2F_STATUS_MISSING_PART, "this model has no textures");
        to.fill(topology(&given(model, "model")?.0)?.texcoord.as_ref().ok_or_else(none)?.as_flattened())
    })
}

/// Reads a texture: a whole JPEG or PNG file, for the decoder of your engine.
///
/// Parameters: `index`, of a part's `texture`; `buffer` with room for `capacity` bytes, or NULL and 0 to query; `count`, receives
/// the number of bytes (may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART if the model has no mesh. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_read_texture(
    model: Option<&m2f_model>,
    index: u32,
    buffer: *mut u8,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| {
        let model = &given(model, "model")?.0;
        topology(model)?;
        to.fill(model.texture(nth(textures(model), index)?)?.as_ref())
    })
}

fn textures(model: &Model) -> &[String] {
    model.manifest().topology.as_ref().map_or(&[], |topology| &topology.textures)
}
