//! The pipeline cache on its way through a host's hands.

use crate::{network_devices, sample};

#[test]
fn cache_of_an_earlier_run_is_taken_and_a_damaged_or_foreign_one_harmless() {
    let mut foreign = None;
    for device in network_devices() {
        let first = device.open(|_| ());
        let expected = sample(&first, 1).expect("samples");
        let blob = first.pipeline_cache().expect("a cache");
        let mut damaged = blob.clone();
        *damaged.last_mut().expect("bytes") ^= 1;
        let cut = blob[..blob.len() / 2].to_vec();
        let others = foreign.replace(blob.clone());
        for (what, blob) in [
            ("its own", Some(blob)),
            ("a damaged one", Some(damaged)),
            ("a cut one", Some(cut)),
            ("noise", Some(vec![0xa5; 4096])),
            ("an empty one", Some(Vec::new())),
            ("another device's", others),
        ] {
            let again = device.open(|options| options.pipeline_cache = blob);
            assert_eq!(sample(&again, 1).as_ref(), Ok(&expected), "{} with {what}", device.name);
        }
    }
}
