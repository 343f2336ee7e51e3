//! What every compiled plan promises: bits, refusals, concurrent use.

use std::sync::Arc;

use media2face::Error;
use media2face::internals::backend::cpu::{CpuBackend, CpuOptions};
use media2face::internals::plan::{Activation, Backend, Plan, PlanBuilder, Port, Section, ops};
use media2face::limits::MAX_PLAN_BYTES;

use crate::bench::Random;

fn cpu(threads: usize) -> CpuBackend {
    CpuBackend::new(&CpuOptions { threads, portable: false }).expect("CPU")
}

/// x·W, 300 × 200, W drawn from `seed`.
fn product(seed: u64) -> (Arc<Plan>, Port, Port, Section) {
    let mut plan = PlanBuilder::new();
    let section = plan.section("main");
    let (x_port, x) = plan.input("x", 1, 300, 200);
    let (y_port, out) = plan.output("y", 1, 300, 200);
    let weight = Random::new(seed).matrix(&[200, 200], 200);
    plan.push(ops::Linear { x, weight, bias: None, activation: Activation::None, residual: None, out });
    (Arc::new(plan.finish()), x_port, y_port, section)
}

fn run(backend: &CpuBackend, seed: u64, times: usize) -> Vec<f32> {
    let (plan, x_port, y_port, section) = product(seed);
    let mut executable = backend.compile(plan).expect("compiles");
    let mut state = executable.create_state().expect("state");
    executable.write(x_port, &Random::new(seed).values(300 * 200)).expect("fits");
    let mut found = vec![f32::NAN; 300 * 200];
    for _ in 0..times {
        executable.run(section, &mut state).expect("runs");
        executable.read(y_port, &mut found).expect("fits");
    }
    found
}

#[test]
fn executables_on_several_threads_at_once_do_not_disturb_each_other() {
    let backend = cpu(2);
    let alone: Vec<_> = (0..3).map(|seed| run(&backend, seed, 1)).collect();
    std::thread::scope(|scope| {
        for (seed, expected) in alone.iter().enumerate() {
            let backend = &backend;
            scope.spawn(move || assert_eq!(&run(backend, seed as u64, 40), expected));
        }
    });
}

#[test]
fn sections_share_their_state() {
    let mut plan = PlanBuilder::new();
    let memory = plan.state("memory", 1, 2, 3);
    let keep = plan.section("keep");
    let (x_port, x) = plan.input("x", 1, 2, 3);
    plan.copy(x, memory);
    let recall = plan.section("recall");
    let (y_port, y) = plan.output("y", 1, 2, 3);
    plan.copy(memory, y);
    let mut executable = cpu(1).compile(Arc::new(plan.finish())).expect("compiles");
    let (mut first, mut second) =
        (executable.create_state().expect("state"), executable.create_state().expect("state"));
    let recalled = |executable: &mut dyn media2face::internals::plan::Executable, state: &mut _| {
        let mut found = [f32::NAN; 6];
        executable.run(recall, state).expect("runs");
        executable.read(y_port, &mut found).expect("fits");
        found
    };
    executable.write(x_port, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).expect("fits");
    executable.run(keep, &mut first).expect("runs");
    assert_eq!(recalled(&mut *executable, &mut second), [0.0; 6], "a new state is zero");
    assert_eq!(recalled(&mut *executable, &mut first), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
}

#[test]
fn tensor_carries_values_from_one_executable_to_another() {
    let backend = cpu(1);
    let copy = || {
        let mut plan = PlanBuilder::new();
        let section = plan.section("copy");
        let (x_port, x) = plan.input("x", 1, 2, 3);
        let (y_port, y) = plan.output("y", 1, 2, 3);
        plan.copy(x, y);
        (Arc::new(plan.finish()), x_port, y_port, section)
    };
    let (plan, x_port, y_port, section) = copy();
    let mut executable = backend.compile(plan).expect("compiles");
    let mut state = executable.create_state().expect("state");
    let mut tensor = backend.create_tensor(8).expect("tensor");
    backend.write_tensor(&mut tensor, 1, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).expect("fits");
    executable.load(x_port, &tensor, 1).expect("fits");
    executable.run(section, &mut state).expect("runs");
    executable.store(y_port, 2..5, &mut tensor, 0).expect("fits");
    let mut found = [f32::NAN; 8];
    backend.read_tensor(&tensor, 0, &mut found).expect("fits");
    assert_eq!(found, [3.0, 4.0, 5.0, 3.0, 4.0, 5.0, 6.0, 0.0]);
    assert!(matches!(executable.load(x_port, &tensor, 3), Err(Error::InvalidArgument(_))));
    assert!(matches!(executable.store(y_port, 2..7, &mut tensor, 0), Err(Error::InvalidArgument(_))));
    assert!(matches!(executable.store(y_port, 0..6, &mut tensor, 3), Err(Error::InvalidArgument(_))));
}

#[test]
fn wrong_lengths_ports_and_states_are_refused() {
    let (plan, x_port, y_port, section) = product(1);
    let mut executable = cpu(1).compile(plan).expect("compiles");
    let refused = |result: media2face::Result<()>| assert!(matches!(result, Err(Error::InvalidArgument(_))));
    refused(executable.write(x_port, &[0.0; 7]));
    refused(executable.write(y_port, &vec![0.0; 300 * 200]));
    refused(executable.read(x_port, &mut vec![0.0; 300 * 200]));
    refused(executable.read(y_port, &mut [0.0; 7]));
    let mut foreign = cpu(1).compile(product(1).0).expect("compiles").create_state().expect("state");
    refused(executable.run(section, &mut foreign));
}

#[test]
fn plan_past_the_bound_of_memory_is_refused_before_any_is_taken() {
    let copy = |rows: usize| {
        let mut plan = PlanBuilder::new();
        plan.section("copy");
        let (_, x) = plan.input("x", 1, rows, 1 << 14);
        let (_, out) = plan.output("y", 1, rows, 1 << 14);
        plan.copy(x, out);
        Arc::new(plan.finish())
    };
    let rows = MAX_PLAN_BYTES as usize / 2 / (4 << 14);
    assert_eq!(copy(rows).bytes(), MAX_PLAN_BYTES);
    assert!(copy(rows).check_memory(0).is_ok() && copy(rows).check_memory(1).is_err());
    let Err(Error::OutOfMemory(detail)) = cpu(1).compile(copy(rows + 1)).map(drop) else { panic!("compiled") };
    assert!(detail.contains("copy") && detail.contains("4096"), "{detail}");
}
