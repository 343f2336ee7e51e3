//! `m2f devices`, `--backend` and `--device`, on machines with a Vulkan loader and without.

use serde_json::Value;

use crate::extent::left_out;
use crate::{Bench, assert_failed, names};

/// The list of this machine; `None` without a loader.
fn devices(bench: &Bench) -> Option<Vec<Value>> {
    let output = bench.m2f(&["devices", "--json"]);
    if !output.status.success() {
        assert_failed(&output, "Vulkan");
        return None;
    }
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn list_has_every_device_in_text_and_json() {
    let bench = Bench::new();
    let Some(devices) = devices(&bench) else {
        assert_failed(&bench.m2f(&["devices"]), "Vulkan");
        assert!(std::env::var("M2F_TEST_VULKAN").as_deref() != Ok("require"));
        return left_out("no Vulkan loader");
    };
    let text = bench.m2f(&["devices"]);
    let text = String::from_utf8_lossy(&text.stdout);
    for (i, device) in devices.iter().enumerate() {
        assert_eq!(device["index"], i);
        assert!(text.contains(device["name"].as_str().unwrap()) && text.contains(device["uuid"].as_str().unwrap()));
        assert!(device["tier"].is_null() != device["fault"].is_null(), "{device}");
        assert_eq!(device["uuid"].as_str().unwrap().len(), 36);
    }
}

#[test]
fn device_that_is_not_there_is_an_error_and_makes_nothing() {
    let bench = Bench::new();
    let count = devices(&bench).map_or(0, |devices| devices.len());
    for name in [count.to_string(), "no such device".to_owned(), "0f".repeat(16)] {
        assert_failed(&bench.animate("out", &["--device", &name]), if count == 0 { "Vulkan" } else { &name });
        assert!(!bench.path("out").exists());
    }
    assert_failed(&bench.animate("out", &["--device", "0", "--backend", "cpu"]), "--backend cpu");
    assert_eq!(bench.animate("out", &["--backend", "gpu"]).status.code(), Some(2));
}

#[test]
fn vulkan_without_a_loader_is_an_error_never_the_cpu() {
    let bench = Bench::new();
    if devices(&bench).is_none_or(|devices| devices.is_empty()) {
        assert_failed(&bench.animate("out", &["--backend", "vulkan"]), "Vulkan");
        assert!(!bench.path("out").exists());
    }
}

#[test]
fn automatic_choice_always_computes() {
    let bench = Bench::new();
    let output = bench.animate("out", &["--backend", "auto", "--emit", "csv", "--steps", "2"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(&bench.path("out")), ["hum.csv", "hum.provenance.json"]);
}
