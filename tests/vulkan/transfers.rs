//! Values on their way between the host, tensors and executables, mapped and staged.

use media2face::Error;
use media2face::internals::plan::{Backend, Executable};

use crate::support::vulkan::devices;
use crate::{copy, network_devices};

const VALUES: [f32; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

#[test]
fn tensor_carries_values_from_one_executable_to_another() {
    for device in devices() {
        let backend = &*device.backend;
        let (plan, x_port, y_port, [_, section]) = copy();
        let mut executable = backend.compile(plan).expect("compiles");
        let mut state = executable.create_state().expect("state");
        let mut tensor = backend.create_tensor(8).expect("tensor");
        backend.write_tensor(&mut tensor, 1, &VALUES).expect("fits");
        executable.load(x_port, &tensor, 1).expect("fits");
        executable.run(section, &mut state).expect("runs");
        executable.store(y_port, 2..5, &mut tensor, 0).expect("fits");
        let mut found = [f32::NAN; 8];
        backend.read_tensor(&tensor, 0, &mut found).expect("fits");
        assert_eq!(found, [3.0, 4.0, 5.0, 3.0, 4.0, 5.0, 6.0, 0.0], "{}", device.name);
        let refused = |result: media2face::Result<()>| assert!(matches!(result, Err(Error::InvalidArgument(_))));
        refused(executable.load(x_port, &tensor, 3));
        refused(executable.store(y_port, 2..7, &mut tensor, 0));
        refused(executable.store(y_port, 0..6, &mut tensor, 3));
        refused(backend.read_tensor(&tensor, 3, &mut [0.0; 6]));
        refused(backend.write_tensor(&mut tensor, usize::MAX, &VALUES));
    }
}

#[test]
fn what_was_written_last_is_what_a_section_reads() {
    for device in devices() {
        let backend = &*device.backend;
        let (plan, x_port, y_port, sections) = copy();
        let mut executable = backend.compile(plan).expect("compiles");
        let mut state = executable.create_state().expect("state");
        let mut run = |executable: &mut dyn Executable| {
            let mut found = [f32::NAN; 6];
            assert_eq!(executable.advance(&sections[..1], &mut state), Ok(1), "a section without ops is complete");
            assert_eq!(executable.advance(&sections, &mut state), Ok(2));
            executable.read(y_port, &mut found).expect("fits");
            found
        };
        assert_eq!(run(&mut *executable), [0.0; 6], "inputs are zero at first");
        let mut tensor = backend.create_tensor(6).expect("tensor");
        backend.write_tensor(&mut tensor, 0, &VALUES).expect("fits");
        executable.load(x_port, &tensor, 0).expect("fits");
        executable.write(x_port, &[7.0; 6]).expect("fits");
        assert_eq!(run(&mut *executable), [7.0; 6], "{}", device.name);
        executable.write(x_port, &[8.0; 6]).expect("fits");
        executable.load(x_port, &tensor, 0).expect("fits");
        assert_eq!(run(&mut *executable), VALUES, "{}", device.name);
    }
}

#[test]
fn what_is_of_another_executable_or_device_is_refused() {
    let all: Vec<_> = network_devices().collect();
    for (i, device) in all.iter().enumerate() {
        let (plan, x_port, y_port, [_, section]) = copy();
        let compile = || device.backend.compile(plan.clone()).expect("compiles");
        let (mut executable, other) = (compile(), compile());
        let refused = |result: media2face::Result<()>| assert!(matches!(result, Err(Error::InvalidArgument(_))));
        refused(executable.run(section, &mut other.create_state().expect("state")));
        refused(executable.write(y_port, &VALUES));
        refused(executable.write(x_port, &VALUES[1..]));
        refused(executable.read(x_port, &mut [0.0; 6]));
        refused(executable.read(y_port, &mut [0.0; 5]));
        let mut foreign = all[(i + 1) % all.len()].backend.create_tensor(6).expect("tensor");
        if all.len() > 1 {
            refused(executable.load(x_port, &foreign, 0));
            refused(executable.store(y_port, 0..6, &mut foreign, 0));
        }
    }
}
