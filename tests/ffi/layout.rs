//! Sizes and offsets of every struct, as a C compiler sees the committed header.

use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

use media2face::ffi::*;

macro_rules! layout {
    ($($name:ident { $($field:ident),* $(,)? })*) => {
        fn rust() -> Vec<(String, usize)> {
            let mut rows = Vec::new();
            $(
                rows.push((format!("sizeof({})", stringify!($name)), size_of::<$name>()));
                $(rows.push((format!("offsetof({}, {})", stringify!($name), stringify!($field)), offset_of!($name, $field)));)*
            )*
            rows
        }
    };
}

layout! {
    m2f_runtime_options { struct_size, thread_count, flags, log_level, log, log_user, allocate, free, memory_user }
    m2f_model_options { struct_size, reserved, path, data, data_size, read, read_size, read_user }
    m2f_identity_options { struct_size, vertex_count, name, vertices_mm }
    m2f_session_options {
        struct_size, mode, sample_rate_hz, channel_count, seed, step_count, eta, guidance_audio, guidance_style, style_strength, ring_ms,
        style_text, style_picture, style_picture_size, style_code, style_code_count, identity,
    }
    m2f_progress { stage, fraction }
    m2f_channel { gain, offset, minimum, maximum }
}

#[test]
fn c_compiler_agrees_on_every_size_and_offset() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let rows = rust();
    let stages = m2f_stage::M2F_STAGE_DONE as usize;
    let rows: Vec<(String, usize)> = rows.into_iter().chain([("M2F_STAGE_DONE".to_owned(), stages)]).collect();
    let prints: String =
        rows.iter().map(|(what, _)| format!("    printf(\"%lu\\n\", (unsigned long){what});\n")).collect();
    let code = format!("#include <media2face.h>\n#include <stdio.h>\nint main(void)\n{{\n{prints}    return 0;\n}}\n");
    let (source, program) = (folder.join("layout.c"), folder.join("layout"));
    std::fs::write(&source, code).expect("written");
    let include = root.join("include");
    let options = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"];
    let gcc = Command::new("gcc").args(options).arg(include).arg(&source).arg("-o").arg(&program).status();
    assert!(gcc.expect("gcc").success(), "the header does not compile as C99");
    let output = Command::new(&program).output().expect("runs").stdout;
    let sizes: Vec<usize> =
        String::from_utf8(output).expect("text").lines().map(|l| l.parse().expect("a number")).collect();
    assert_eq!(sizes.len(), rows.len());
    for ((what, rust), c) in rows.iter().zip(&sizes) {
        assert_eq!(rust, c, "{what}");
    }
}
