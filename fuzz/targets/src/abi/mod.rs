//! The C ABI: a sequence of calls with arguments out of the input, on a runtime without threads and the tiny pack. Every handle
//! is live and every buffer as large as it says; all else may be anything.

mod calls;
mod host;
mod input;
mod options;
mod reads;

use media2face_capi::*;

use host::{Handles, World};
use input::Input;

/// Most calls of one input, and most units of work and pushed frames: time follows from them.
const MOST_CALLS: usize = 120;
const MOST_UNITS: usize = 60;
const MOST_FRAMES: usize = 60_000;

/// What one input has made.
pub(crate) struct Host {
    world: &'static World,
    sessions: Handles<m2f_session>,
    results: Handles<m2f_result>,
    identities: Handles<m2f_identity>,
    bindings: Handles<m2f_binding>,
    solvers: Handles<m2f_solver>,
    units: usize,
    frames: usize,
    /// That were read.
    values: usize,
}

pub(crate) fn run(input: &[u8]) {
    let _ = played(input);
}

/// Plays the calls; gives the results that were made and the values that were read of them.
fn played(input: &[u8]) -> (usize, usize) {
    let mut host = Host {
        world: World::get(),
        sessions: Handles::new(4, m2f_session_destroy),
        results: Handles::new(5, m2f_result_destroy),
        identities: Handles::new(4, m2f_identity_destroy),
        bindings: Handles::new(3, m2f_binding_destroy),
        solvers: Handles::new(3, m2f_solver_destroy),
        units: 0,
        frames: 0,
        values: 0,
    };
    let mut input = Input(input);
    // Parents may go first.
    let parents_first = input.flag();
    for _ in 0..MOST_CALLS {
        if input.is_empty() {
            break;
        }
        host.call(&mut input);
    }
    if parents_first {
        host.bindings.destroy_all();
        host.identities.destroy_all();
    }
    (host.results.made(), host.values)
}

/// Calls with usual arguments, as `Host::call` reads them.
mod usual {
    pub(super) const CREATE: &[u8] = &[0, 0, 0, 0, 0, 0, 0];
    /// 8000 frames.
    pub(super) const PUSH: &[u8] = &[1, 0, 5, 0, 0, 0];
    pub(super) const FINISH: &[u8] = &[2, 0];
    /// Without end.
    pub(super) const WAIT: &[u8] = &[5, 0, 1];
    pub(super) const PULL: &[u8] = &[8, 0];
    pub(super) const STYLE: &[u8] = &[10, 0, 0, 0, 0, 0, 0, 0, 0];
    /// Of weights.
    pub(super) const KEYFRAME: &[u8] = &[14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    /// From 0 to 30 seconds.
    pub(super) const REVISE: &[u8] = &[16, 0, 6, 0, 6, 13, 0, 0, 0, 0, 0, 0];
    /// One whole result.
    pub(super) const COMPOSE: &[u8] = &[17, 1, 0, 6, 0, 6, 6, 6, 0];
    pub(super) const ADJUST: &[u8] = &[18, 0, 0, 0, 0];
    /// The pack's first.
    pub(super) const IDENTITY: &[u8] = &[19, 0, 0, 0];
    pub(super) const BINDING: &[u8] = &[20, 3, 0, 0, 0, 0, 0];
    /// Two shapes of the model's own mesh.
    pub(super) const SOLVER: &[u8] = &[21, 0, 2, 0, 0, 0, 0, 0, 0];
    /// Two frames of each kind of read.
    pub(super) const READS: &[u8] = &[
        22, 0, 0, 0, 0, 2, 0, 0, 22, 0, 1, 0, 0, 2, 0, 0, 22, 0, 2, 0, 0, 2, 0, 0, 22, 0, 3, 0, 0, 2, 0, 0, 22, 0, 4,
        0, 0, 2, 0, 0, 22, 0, 5, 0, 0, 2, 0, 0,
    ];
    pub(super) const SAMPLE: &[u8] = &[23, 0, 6, 0];
    pub(super) const ASK: &[u8] = &[25, 0, 0, 26, 0, 0, 0, 0, 0, 27, 0, 0];
}

/// Jobs as hosts do them, each with something of its own.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    use usual::*;
    let job = |before: &[&[u8]], after: &[&[u8]]| {
        [&[&[0], CREATE], before, &[PUSH, FINISH, WAIT, PULL], after].concat().concat()
    };
    vec![
        job(&[], &[READS, SAMPLE, ASK]),
        job(&[STYLE, STYLE], &[ADJUST, READS, SAMPLE]),
        job(&[KEYFRAME], &[COMPOSE, READS]),
        job(&[IDENTITY, CREATE], &[REVISE, PUSH, FINISH, WAIT, PULL, READS]),
        job(&[BINDING, SOLVER], &[READS]),
        (0..60).flat_map(|number| [number, 0, 1, 2]).collect(),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn jobs_among_the_seeds_are_done_and_read() {
        let seeds = super::seeds();
        let jobs = &seeds[..5];
        for (number, seed) in jobs.iter().enumerate() {
            let (results, values) = super::played(seed);
            assert!(results > 0 && values > 0, "seed {number}: {results} results, {values} values");
        }
        assert!(super::played(&jobs[1]).0 > 1 && super::played(&jobs[2]).0 > 1, "nothing was adjusted or composed");
    }
}
