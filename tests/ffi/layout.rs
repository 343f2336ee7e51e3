//! Sizes and offsets of every struct, as a C compiler sees the committed headers.

use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

use media2face_capi::*;

use super::extent::left_out;

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
    m2f_runtime_options {
        struct_size, thread_count, flags, log_level, log, log_user, backend, device_index, device_uuid,
        gpu_budget_ms, gpu_low_priority, gpu_memory_cap_bytes, pipeline_cache, pipeline_cache_size, max_picture_pixels,
    }
    m2f_device_info {
        struct_size, index, kind, tier, uuid, vendor_id, api_major, api_minor, reserved, memory_bytes, name, driver, fault,
    }
    m2f_vulkan_requirement_list {
        struct_size, api_version, extension_count, feature_count, optional_extension_count, optional_feature_count, extensions,
        features, optional_extensions, optional_features,
    }
    m2f_vulkan_adopt_options {
        struct_size, api_version, get_instance_proc_addr, instance, physical_device, device, queue, queue_family_index, tier, optional,
        reserved, lock, unlock, user,
    }
    m2f_vulkan_vertex_layout { format, reserved, offset_bytes, vertex_stride_bytes, frame_stride_bytes }
    m2f_vulkan_frame_target { struct_size, flags, buffer, buffer_bytes, points, normals, semaphore, value }
    m2f_model_options {
        struct_size, reserved, path, data, data_size, read, read_size, read_user, face_finder_path, face_finder_data,
        face_finder_size, face_finder_read, face_finder_read_size, face_finder_user,
    }
    m2f_identity_options {
        struct_size, vertex_count, name, vertices_mm, mix_names, mix_weights, mix_count, reserved,
    }
    m2f_mesh_part {
        struct_size, first_vertex, vertex_count, first_triangle, triangle_count, texture, fold_texture, fold_rest, colour, name,
    }
    m2f_binding_options { struct_size, vertex_count, uv, vertices_mm }
    m2f_solver_options { struct_size, shape_count, names, offsets_mm, binding, smoothing_s, sparsity }
    m2f_session_options {
        struct_size, sample_rate_hz, channel_count, step_count, seed, eta, guidance_audio, guidance_style, style_strength,
        style_text, style_picture, style_picture_size, style_code, style_code_count, identity, editable,
        repaint_loops, noise_scale, no_default_style, pack_adjustments, tail_s,
    }
    m2f_style_options {
        struct_size, strength, start_s, end_s, ramp_s, text, picture, picture_size, code, code_count, preset,
    }
    m2f_keyframe_options {
        struct_size, hold, start_s, end_s, ramp_s, latent, latent_count, weights, weight_count, mesh_mm, mesh_count,
        picture, picture_size, picture_box, picture_parts, reserved, head, expression,
    }
    m2f_prompt_reading {
        struct_size, says_nothing, confidence, strength, head_strength, emotion_count, head_act_count, reserved, emotions,
        head_acts,
    }
    m2f_part { result, start_s, end_s }
    m2f_gaze_target { start_s, end_s, yaw_rad, pitch_rad, head_share, ramp_s }
    m2f_adjustment_options {
        struct_size, expression_gain, seed, head_gain, smoothing_s, head_smoothing_s, blink_limit, blinks_per_minute, gaze_gain,
        gaze_limit_rad, saccades_per_minute, saccade_rad, eye_range_rad, channel_count, channel_names, channels, targets,
        target_count,
    }
    m2f_progress { stage, fraction }
    m2f_channel { gain, offset, minimum, maximum }
}

#[test]
fn c_compiler_agrees_on_every_size_and_offset() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let rows = rust();
    let enums = [
        ("M2F_STAGE_DONE", m2f_stage::M2F_STAGE_DONE as usize),
        ("M2F_BACKEND_VULKAN", m2f_backend::M2F_BACKEND_VULKAN as usize),
        ("M2F_DEVICE_SOFTWARE", m2f_device_kind::M2F_DEVICE_SOFTWARE as usize),
        ("M2F_TIER_PACKED", m2f_tier::M2F_TIER_PACKED as usize),
        ("M2F_VULKAN_VERTEX_FORMAT_F16X4", m2f_vulkan_vertex_format::M2F_VULKAN_VERTEX_FORMAT_F16X4 as usize),
    ];
    let enums = enums.map(|(name, value)| (name.to_owned(), value));
    let rows: Vec<(String, usize)> = rows.into_iter().chain(enums).collect();
    let prints: String =
        rows.iter().map(|(what, _)| format!("    printf(\"%lu\\n\", (unsigned long){what});\n")).collect();
    let code =
        format!("#include <media2face_vulkan.h>\n#include <stdio.h>\nint main(void)\n{{\n{prints}    return 0;\n}}\n");
    let (source, program) = (folder.join("layout.c"), folder.join("layout"));
    std::fs::write(&source, code).expect("written");
    let include = root.join("include");
    let options = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"];
    let gcc = Command::new("gcc").args(options).arg(include).arg(&source).arg("-o").arg(&program).status();
    let Ok(gcc) = gcc else { return left_out("no gcc on the PATH") };
    assert!(gcc.success(), "the headers do not compile as C99");
    let output = Command::new(&program).output().expect("runs").stdout;
    let sizes: Vec<usize> =
        String::from_utf8(output).expect("text").lines().map(|l| l.parse().expect("a number")).collect();
    assert_eq!(sizes.len(), rows.len());
    for ((what, rust), c) in rows.iter().zip(&sizes) {
        assert_eq!(rust, c, "{what}");
    }
}
