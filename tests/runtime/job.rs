//! Jobs on a Vulkan device: against the CPU, under a cap, cancelled, with everything handed back at the end.

use std::time::Duration;

use media2face::Error;
use media2face::internals::backend::vulkan::VulkanOptions;
use media2face::{BackendChoice, GpuMemory};

use super::{animate, faces, model, runtime, session, support, vulkan};

/// Largest difference of a weight between a device with halves in memory and the CPU.
const WEIGHT_TOLERANCE: f32 = 0.01;

#[test]
fn device_gives_the_weights_of_the_cpu() {
    let Some(device) = vulkan() else { return };
    let (weights, offsets) = faces(&animate(&model(&device)).expect("job")).expect("faces");
    let cpu = model(&runtime(BackendChoice::Cpu).expect("runtime"));
    let (cpu_weights, cpu_offsets) = faces(&animate(&cpu).expect("job")).expect("faces");
    support::assert_close("weights", &weights, &cpu_weights, WEIGHT_TOLERANCE);
    let scale = cpu_offsets.iter().fold(0.0f32, |most, v| most.max(v.abs()));
    support::assert_close("offsets", &offsets, &cpu_offsets, 0.02 * scale);
}

#[test]
fn everything_destroyed_leaves_no_device_memory_after_a_trim() {
    let Some(runtime) = vulkan() else { return };
    let model = model(&runtime);
    let animation = animate(&model).expect("job");
    let mut reader = animation.reader().expect("reader");
    reader.offsets_mm(30.0, 0, 2).expect("faces");
    let held = runtime.gpu_memory();
    assert!(held.used_bytes > 0 && held.reserved_bytes >= held.used_bytes, "{held:?}");
    runtime.trim().expect("in use: nothing happens");
    reader.offsets_mm(30.0, 0, 2).expect("faces");
    drop((reader, animation, model));
    assert_eq!(runtime.gpu_memory().used_bytes, 0);
    runtime.trim().expect("trim");
    assert_eq!(runtime.gpu_memory(), GpuMemory::default());
    animate(&super::model(&runtime)).expect("works after a trim");
}

#[test]
fn cap_of_memory_fails_the_job_and_nothing_else() {
    let Some(options) = support::vulkan::options() else { return };
    let capped = VulkanOptions { memory_cap_bytes: 10_000, ..options };
    let runtime = runtime(BackendChoice::Vulkan(capped)).expect("runtime");
    let model = model(&runtime);
    assert!(matches!(animate(&model), Err(Error::OutOfMemory(_))));
    assert_eq!(runtime.gpu_memory().used_bytes, 0, "a failed job leaks nothing");
}

#[test]
fn warm_runtime_makes_no_new_pipelines_for_a_clip() {
    let Some(runtime) = vulkan() else { return };
    let model = model(&runtime);
    model.warm_up(0.5).expect("warm");
    let warm = runtime.pipeline_cache().expect("blob").len();
    assert!(warm > 0);
    faces(&animate(&model).expect("job")).expect("faces");
    assert_eq!(runtime.pipeline_cache().expect("blob").len(), warm);
}

#[test]
fn cancel_ends_the_job_between_two_submissions() {
    let Some(runtime) = vulkan() else { return };
    runtime.set_gpu_budget_ms(1.0).expect("budget");
    let model = model(&runtime);
    animate(&model).expect("kernels are compiled");
    let backend = runtime.vulkan().expect("on Vulkan");
    let session = session(&model, 4.0, 200);
    // A step works until one unit is done: style and speech, the plan, then submissions.
    let begun = backend.submissions();
    while backend.submissions() < begun + 8 {
        assert!(!session.step(Duration::ZERO).expect("job"), "200 steps take more than 8 submissions");
    }
    let before = backend.submissions();
    session.cancel();
    assert!(matches!(session.wait(None), Err(Error::Cancelled)));
    assert_eq!(backend.submissions(), before, "nothing is submitted after a cancel");
    animate(&model).expect("the runtime works on");
}

#[test]
fn job_dropped_in_flight_leaves_the_device_to_others() {
    let Some(options) = support::vulkan::options() else { return };
    let threaded = media2face::RuntimeOptions {
        threads: Some(1),
        backend: BackendChoice::Vulkan(options),
        ..media2face::RuntimeOptions::default()
    };
    let runtime = media2face::Runtime::new(&threaded).expect("runtime");
    let model = model(&runtime);
    let expected = faces(&animate(&model).expect("job")).expect("faces");
    let other = session(&model, 0.5, 3);
    for _ in 0..3 {
        drop(session(&model, 2.0, 50));
    }
    other.wait(None).expect("the other job");
    let found = faces(&other.pull().expect("done").expect("waited for")).expect("faces");
    assert_eq!(found, expected, "same seed, same bytes");
}
