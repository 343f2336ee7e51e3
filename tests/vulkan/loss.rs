//! A device lost at any submission: an error, and the next backend works.

use media2face::Error;

use crate::{network_devices, sample};

#[test]
fn loss_at_any_submission_is_an_error_and_a_new_backend_works() {
    for device in network_devices() {
        let expected = sample(&device.open(|_| ()), 1);
        assert!(expected.is_ok(), "{}: {expected:?}", device.name);
        // How many submissions a sampling takes is the device's pace: the last is the one before what goes well.
        for n in 0.. {
            let backend = device.open(|_| ());
            backend.lose_at(n);
            let found = sample(&backend, 1);
            if found.is_ok() {
                assert!(n >= 3 && found == expected, "{}: lived on at {n}", device.name);
                break;
            }
            assert!(matches!(found, Err(Error::DeviceLost(_))), "{}: {found:?} at {n}", device.name);
            let again = sample(&backend, 1);
            assert!(matches!(again, Err(Error::DeviceLost(_))), "{}: came back at {n}", device.name);
        }
    }
}
