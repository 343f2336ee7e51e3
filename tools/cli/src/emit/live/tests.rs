//! After the first frame no encoder asks for memory.

use super::frame::Frame;
use super::live_link_face::{LiveLinkFace, WIDTH};
use super::ndjson;
use super::pace::{Clock, Pace};
use super::vmc::{HEAD_OVER_NECK_M, Naming, Vmc};
use crate::allocations::pieces;

/// A clock that never waits.
struct Still(u64);

impl Clock for Still {
    fn now_ns(&mut self) -> u64 {
        self.0
    }

    fn sleep_ns(&mut self, ns: u64) {
        self.0 += ns;
    }
}

/// What the second to the hundredth call take.
fn taken(mut encode: impl FnMut(u64)) -> usize {
    encode(0);
    let before = pieces();
    (1..100).for_each(&mut encode);
    pieces() - before
}

#[test]
fn frames_after_the_first_allocate_nothing() {
    let names: Vec<String> = (0..52).map(|number| format!("weight{number}")).collect();
    // Numbers of the same length in JSON, so that lines do not grow.
    let weights = vec![0.12345678f32; names.len()];
    let frame = |number: u64| Frame {
        sample: 100_000 + number,
        time_s: 10.5,
        names: &names,
        weights: &weights,
        head: Frame::HEAD_AT_REST,
    };
    let mut out = Vec::new();
    let live_link = LiveLinkFace::new("m2f", [60, 1], 0.0).unwrap();
    let row = [0.25; WIDTH];
    assert_eq!(taken(|number| live_link.encode(number as f64 / 60.0, &row, &mut out)), 0);
    let vmc = Vmc::new(&names, Naming::Capital, HEAD_OVER_NECK_M).unwrap();
    assert_eq!(taken(|number| vmc.encode(&frame(number), &mut out)), 0);
    assert_eq!(taken(|number| ndjson::encode(&frame(number), &mut out).unwrap()), 0);
    let mut clock = Still(0);
    let mut pace = Pace::new([60_000, 1001], &mut clock).unwrap();
    assert_eq!(taken(|_| assert_eq!(pace.wait(&mut clock).skipped, 0)), 0);
}
