//! Runs a recorded network once.

use std::sync::Arc;

use media2face::internals::plan::{Backend, PlanBuilder, View};

/// The outputs of `network` for inputs of the given shapes and values.
pub fn run_once(
    backend: &dyn Backend,
    inputs: &[([usize; 3], &[f32])],
    network: impl FnOnce(&mut PlanBuilder, &[View]) -> Vec<View>,
) -> Vec<Vec<f32>> {
    let mut plan = PlanBuilder::new();
    let section = plan.section("network");
    let (ports, views): (Vec<_>, Vec<_>) =
        inputs.iter().map(|([batch, rows, cols], _)| plan.input("input", *batch, *rows, *cols)).unzip();
    let results = network(&mut plan, &views);
    let mut output = |view: View| {
        let (port, out) = plan.output("output", view.batch, view.rows, view.cols);
        plan.copy(view, out);
        (port, view.len())
    };
    let outputs: Vec<_> = results.into_iter().map(&mut output).collect();
    let mut executable = backend.compile(Arc::new(plan.finish())).expect("compiles");
    let mut state = executable.create_state().expect("state");
    for (port, (_, values)) in ports.iter().zip(inputs) {
        executable.write(*port, values).expect("write");
    }
    executable.run(section, &mut state).expect("run");
    let mut read = |(port, len)| {
        let mut values = vec![0.0; len];
        executable.read(port, &mut values).expect("read");
        values
    };
    outputs.into_iter().map(&mut read).collect()
}
