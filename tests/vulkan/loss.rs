//! A device lost at any submission: an error, and the next backend works.

use media2face::Error;

use crate::{network_devices, sample};

#[test]
fn loss_at_any_submission_is_an_error_and_a_new_backend_works() {
    for device in network_devices() {
        let backend = device.open(|_| ());
        let expected = sample(&backend, 1).expect("samples");
        let submissions = backend.submissions();
        assert!(submissions >= 3, "{}: {submissions} submissions", device.name);
        for n in 0..submissions {
            let backend = device.open(|_| ());
            backend.lose_at(n);
            let Err(Error::DeviceLost(_)) = sample(&backend, 1) else { panic!("{}: lived on at {n}", device.name) };
            let Err(Error::DeviceLost(_)) = sample(&backend, 1) else { panic!("{}: came back at {n}", device.name) };
            drop(backend);
        }
        assert_eq!(sample(&device.open(|_| ()), 1), Ok(expected), "{}", device.name);
    }
}
