//! The cap of device memory, and that nothing is kept.

use media2face::Error;

use crate::{network_devices, sample};

#[test]
fn every_allocation_past_the_cap_is_an_error_that_leaves_nothing_behind() {
    for device in network_devices() {
        let free = device.open(|_| ());
        let expected = sample(&free, 1).expect("samples");
        assert_eq!(free.memory_bytes(), 0, "{}: all is dropped", device.name);
        let (mut cap, mut failures) = (1u64, 0);
        loop {
            let capped = device.open(|options| options.memory_cap_bytes = cap);
            match sample(&capped, 1) {
                Ok(found) => {
                    assert_eq!(found, expected, "{}", device.name);
                    break;
                }
                Err(Error::OutOfMemory(text)) => assert!(text.contains("cap"), "{text}"),
                Err(error) => panic!("{}: {error}", device.name),
            }
            assert_eq!(capped.memory_bytes(), 0, "{}: a failure leaves nothing behind", device.name);
            (cap, failures) = (cap * 4, failures + 1);
        }
        assert!(failures > 3, "{}: {failures} failures", device.name);
        assert_eq!(sample(&free, 1), Ok(expected), "{}: other runtimes live on", device.name);
    }
}
