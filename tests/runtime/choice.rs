//! Which backend computes, and why: on machines with a Vulkan loader and without.

use std::sync::{Arc, Mutex};

use media2face::Error;
use media2face::internals::backend::vulkan::{self, DeviceChoice, VulkanOptions};
use media2face::{BackendChoice, LogLevel, Runtime, RuntimeOptions};

use super::{animate, model, runtime};

fn has_gpu() -> bool {
    vulkan::devices().is_ok_and(|devices| devices.iter().any(|d| d.kind.is_gpu() && d.fault.is_none()))
}

#[test]
fn automatic_choice_is_a_gpu_or_the_cpu_with_the_reason() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let options = RuntimeOptions {
        threads: Some(0),
        log_level: LogLevel::Info,
        log: Some(Arc::new(move |_, line: &str| log.lock().expect("log").push(line.to_owned()))),
        ..RuntimeOptions::default()
    };
    let runtime = Runtime::new(&options).expect("runtime");
    let reason = runtime.backend_reason();
    if has_gpu() {
        assert!(runtime.backend_name().starts_with("vulkan "), "{}", runtime.backend_name());
    } else {
        assert!(runtime.backend_name().starts_with("cpu "), "{}", runtime.backend_name());
        match vulkan::devices() {
            Err(error) => assert_eq!(reason, error.to_string()),
            Ok(devices) if devices.is_empty() => assert_eq!(reason, "no Vulkan device on this machine"),
            Ok(devices) => assert!(devices.iter().all(|device| reason.contains(&device.name)), "{reason}"),
        }
    }
    assert!(!reason.is_empty() && reason.lines().count() == 1, "{reason:?}");
    let lines = lines.lock().expect("log");
    assert_eq!(*lines, [format!("computing on {}: {reason}", runtime.backend_name())]);
}

#[test]
fn device_that_is_not_there_is_an_error_and_automatically_the_cpu() {
    for device in [DeviceChoice::Index(1000), DeviceChoice::Uuid([0xfe; 16])] {
        let options = VulkanOptions { device, ..VulkanOptions::default() };
        let error = runtime(BackendChoice::Vulkan(options.clone())).err().expect("never the CPU");
        assert!(matches!(error, Error::InvalidArgument(_) | Error::Unsupported(_)), "{error:?}");
        let fallback = runtime(BackendChoice::Auto(options)).expect("the CPU");
        assert!(fallback.backend_name().starts_with("cpu "));
        assert_eq!(fallback.backend_reason(), error.to_string());
    }
}

#[test]
fn budget_out_of_range_is_refused_on_every_machine() {
    for budget_ms in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let options = VulkanOptions { budget_ms, ..VulkanOptions::default() };
        for choice in [BackendChoice::Auto(options.clone()), BackendChoice::Vulkan(options)] {
            assert!(matches!(runtime(choice), Err(Error::InvalidArgument(text)) if text.contains("budget")));
        }
    }
}

#[test]
fn cpu_has_no_device_memory_and_says_so() {
    let runtime = runtime(BackendChoice::Cpu).expect("runtime");
    assert_eq!(runtime.backend_reason(), "asked for");
    animate(&model(&runtime)).expect("job");
    assert_eq!(runtime.gpu_memory(), media2face::GpuMemory::default());
    runtime.trim().expect("nothing to hand back");
    assert!(matches!(runtime.set_gpu_budget_ms(5.0), Err(Error::Unsupported(_))));
    assert!(matches!(runtime.pipeline_cache(), Err(Error::Unsupported(_))));
}

#[test]
fn warm_up_takes_lengths_that_a_clip_can_have() {
    let model = model(&runtime(BackendChoice::Cpu).expect("runtime"));
    model.warm_up(0.7).expect("warm");
    for duration_s in [0.0, -1.0, f32::NAN, 1e9] {
        assert!(matches!(model.warm_up(duration_s), Err(Error::InvalidArgument(_))), "{duration_s}");
    }
}
