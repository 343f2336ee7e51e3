//! Parts of a face, their colours and textures, through the C ABI.

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::ptr;

use media2face_capi::m2f_status as S;
use media2face_capi::*;

use super::host::*;

fn identity(model: *const m2f_model, name: &CStr) -> *mut m2f_identity {
    let mut out = ptr::null_mut();
    unsafe {
        let mut options = std::mem::zeroed::<m2f_identity_options>();
        ok(m2f_identity_options_init(&raw mut options, size_of_val(&options)));
        options.name = name.as_ptr();
        ok(m2f_identity_create(model.as_ref(), &raw const options, to(&mut out)));
    }
    out
}

fn parts(model: *const m2f_model, name: &CStr) -> Vec<m2f_mesh_part> {
    let (mut count, identity) = (0, identity(model, name));
    unsafe {
        ok(m2f_model_part_count(model.as_ref(), to(&mut count)));
        let part = |index| {
            let mut part = std::mem::zeroed::<m2f_mesh_part>();
            ok(m2f_identity_describe_part(identity.as_ref(), index, &raw mut part, size_of_val(&part)));
            part
        };
        let parts = (0..count).map(part).collect();
        let mut past = std::mem::zeroed::<m2f_mesh_part>();
        let described = m2f_identity_describe_part(identity.as_ref(), count, &raw mut past, size_of_val(&past));
        fails(described, S::M2F_STATUS_INVALID_ARGUMENT, "is not below");
        m2f_identity_destroy(owned(identity));
        parts
    }
}

#[test]
fn parts_of_the_starter_cover_its_mesh_and_their_textures_are_files() {
    let pack = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/starter.m2f")).expect("the starter");
    let runtime = runtime(0);
    let model = model_of(runtime, &pack);
    let (amara, ida) = (parts(model, c"amara"), parts(model, c"ida"));
    let mut vertices = 0;
    let mut used = BTreeSet::new();
    for (a, b) in amara.iter().zip(&ida) {
        assert_eq!((a.first_vertex, a.name, a.struct_size as usize), (vertices, b.name, size_of::<m2f_mesh_part>()));
        vertices += a.vertex_count;
        used.extend([a.texture, a.fold_texture].into_iter().filter(|&texture| texture != M2F_NO_TEXTURE));
    }
    let worn = |parts: &[m2f_mesh_part]| parts.iter().filter(|part| part.triangle_count > 0).count();
    assert!(worn(&amara) < amara.len() && amara[0].colour != ida[0].colour);
    unsafe {
        let (mut total, mut count) = (0, 0);
        ok(m2f_model_vertex_count(model.as_ref(), to(&mut total)));
        assert_eq!(total, vertices);
        ok(m2f_model_read_texcoord(model.as_ref(), ptr::null_mut(), 0, &raw mut count));
        assert_eq!(count, 2 * vertices as usize);
        assert_eq!(used, (0..used.len() as u32).collect(), "textures are numbered");
        for texture in used.iter().copied() {
            ok(m2f_model_read_texture(model.as_ref(), texture, ptr::null_mut(), 0, &raw mut count));
            let mut file = vec![0; count];
            ok(m2f_model_read_texture(model.as_ref(), texture, file.as_mut_ptr(), count, ptr::null_mut()));
            assert_eq!(file[..3], [0xff, 0xd8, 0xff], "a JPEG file");
        }
        let past = used.len() as u32;
        let read = m2f_model_read_texture(model.as_ref(), past, ptr::null_mut(), 0, &raw mut count);
        fails(read, S::M2F_STATUS_INVALID_ARGUMENT, "is not below");
        m2f_model_destroy(owned(model));
        m2f_runtime_destroy(owned(runtime));
    }
}
