//! What a stage takes on the wall's, the processor's and the device's clock, and the medians of several takes.

use std::time::{Duration, Instant};

use media2face::Stage;
use media2face::vulkan::ProfileEntry;
use serde::Serialize;

use crate::process::usage;

/// The row of all stages together.
pub const WHOLE: &str = "whole";

/// One stage of the data path, or all.
#[derive(Clone, Serialize)]
pub struct StageTime {
    pub name: &'static str,
    pub wall_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ms: Option<f64>,
    /// On the device, op by op.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu_ms: Option<f64>,
}

/// Sum over all ops; `None` where none was measured.
pub fn gpu_ms(entries: &[ProfileEntry]) -> Option<f64> {
    (!entries.is_empty()).then(|| entries.iter().map(|entry| entry.ms).sum())
}

/// Wall, processor and device time, given to the stage that is under way.
pub struct Stopwatch<'a> {
    stages: Vec<StageTime>,
    name: &'static str,
    wall: Instant,
    cpu: Option<Duration>,
    gpu: Option<f64>,
    /// Milliseconds on the device so far.
    read_gpu: &'a dyn Fn() -> Option<f64>,
}

impl<'a> Stopwatch<'a> {
    pub fn start(name: &'static str, read_gpu: &'a dyn Fn() -> Option<f64>) -> Self {
        let (wall, cpu, gpu) = (Instant::now(), usage::cpu_time(), read_gpu());
        Self { stages: Vec::new(), name, wall, cpu, gpu, read_gpu }
    }

    pub fn now_in(&mut self, name: &'static str) {
        if name != self.name {
            self.split();
            self.name = name;
        }
    }

    fn split(&mut self) {
        let (wall, cpu, gpu) = (Instant::now(), usage::cpu_time(), (self.read_gpu)());
        let cpu_ms = cpu.zip(self.cpu).map(|(now, then)| milliseconds(now.saturating_sub(then)));
        let gpu_ms = gpu.zip(self.gpu).map(|(now, then)| now - then);
        self.stages.push(StageTime { name: self.name, wall_ms: milliseconds(wall - self.wall), cpu_ms, gpu_ms });
        (self.wall, self.cpu, self.gpu) = (wall, cpu, gpu);
    }

    pub fn stop(mut self) -> Vec<StageTime> {
        self.split();
        // Between the job's end and the first frame nothing is computed.
        self.stages.retain(|stage| stage.name != Stage::Done.name());
        self.stages
    }
}

/// The median of each stage that a take passed through, and last of the whole; a stage that a take was too quick to be
/// seen in counts as zero.
pub fn medians(takes: &[&[StageTime]]) -> Vec<StageTime> {
    let mut names: Vec<&'static str> = Vec::new();
    for stage in takes.iter().copied().flatten() {
        if !names.contains(&stage.name) {
            names.push(stage.name);
        }
    }
    names.sort_by_key(|name| *name == WHOLE);
    let times = |name: &str, time: &dyn Fn(&StageTime) -> f64| {
        let of_take = |take: &[StageTime]| take.iter().filter(|stage| stage.name == name).map(time).sum();
        median(takes.iter().copied().map(of_take))
    };
    let has_cpu = takes.iter().copied().flatten().all(|stage| stage.cpu_ms.is_some());
    names
        .into_iter()
        .map(|name| StageTime {
            name,
            wall_ms: times(name, &|stage| stage.wall_ms),
            cpu_ms: has_cpu.then(|| times(name, &|stage| stage.cpu_ms.unwrap_or_default())),
            gpu_ms: None,
        })
        .collect()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(stages: &[(&'static str, f64)]) -> Vec<StageTime> {
        let time = |&(name, wall_ms)| StageTime { name, wall_ms, cpu_ms: Some(2.0 * wall_ms), gpu_ms: None };
        stages.iter().map(time).collect()
    }

    #[test]
    fn medians_sum_what_a_stage_took_in_each_take() {
        let takes = [
            take(&[("speech", 1.0), ("motion", 5.0), ("speech", 2.0)]),
            take(&[("speech", 4.0), ("motion", 7.0), (WHOLE, 11.0)]),
            take(&[("motion", 6.0), ("weights", 1.0)]),
        ];
        let medians = medians(&takes.each_ref().map(Vec::as_slice));
        let rows: Vec<_> = medians.iter().map(|stage| (stage.name, stage.wall_ms, stage.cpu_ms)).collect();
        assert_eq!(
            rows,
            [
                ("speech", 3.0, Some(6.0)),
                ("motion", 6.0, Some(12.0)),
                ("weights", 0.0, Some(0.0)),
                (WHOLE, 0.0, Some(0.0))
            ]
        );
    }

    #[test]
    fn stopwatch_gives_every_stage_its_time_and_leaves_done_out() {
        let gpu = std::cell::Cell::new(1.0);
        let read_gpu = || Some(gpu.get());
        let whole = Instant::now();
        let mut watch = Stopwatch::start("input", &read_gpu);
        watch.now_in("speech");
        gpu.set(5.0);
        watch.now_in("speech");
        watch.now_in(Stage::Done.name());
        watch.now_in("face");
        let stages = watch.stop();
        let names: Vec<_> = stages.iter().map(|stage| stage.name).collect();
        assert_eq!(names, ["input", "speech", "face"]);
        let sum: f64 = stages.iter().map(|stage| stage.wall_ms).sum();
        assert!(sum > 0.0 && sum <= milliseconds(whole.elapsed()), "stages follow each other");
        assert_eq!(stages.iter().map(|stage| stage.gpu_ms).collect::<Vec<_>>(), [Some(0.0), Some(4.0), Some(0.0)]);
    }
}
