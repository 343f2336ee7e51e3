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
}

pub(crate) fn run(input: &[u8]) {
    let mut host = Host {
        world: World::get(),
        sessions: Handles::new(4, m2f_session_destroy),
        results: Handles::new(5, m2f_result_destroy),
        identities: Handles::new(4, m2f_identity_destroy),
        bindings: Handles::new(3, m2f_binding_destroy),
        solvers: Handles::new(3, m2f_solver_destroy),
        units: 0,
        frames: 0,
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
}

/// Calls as `Host::call` numbers them.
mod number {
    pub(super) const CREATE: u8 = 0;
    pub(super) const PUSH: u8 = 1;
    pub(super) const FINISH: u8 = 2;
    pub(super) const WAIT: u8 = 5;
    pub(super) const PULL: u8 = 8;
    pub(super) const STYLE: u8 = 10;
    pub(super) const KEYFRAME: u8 = 14;
    pub(super) const REVISE: u8 = 16;
    pub(super) const COMPOSE: u8 = 17;
    pub(super) const LIVEN: u8 = 18;
    pub(super) const IDENTITY: u8 = 19;
    pub(super) const BINDING: u8 = 20;
    pub(super) const SOLVER: u8 = 21;
    pub(super) const READ: u8 = 22;
    pub(super) const SAMPLE: u8 = 23;
    pub(super) const ASK: u8 = 25;
}

/// Jobs as hosts do them, each with something of its own; zeros behind a call's number are its usual arguments.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    use number::*;
    let arguments = |call: u8| [vec![call], vec![0; 12]].concat();
    let job = |before: &[u8], after: &[u8]| {
        let of = |calls: &[u8]| calls.iter().flat_map(|&call| arguments(call)).collect::<Vec<u8>>();
        // 8000 frames into the first session, which is waited for without end.
        let push = [vec![PUSH, 0, 5], vec![0; 3]].concat();
        let wait = vec![WAIT, 0, 1];
        [vec![0], of(&[CREATE]), of(before), push, vec![FINISH, 0], wait, vec![PULL, 0], of(after)].concat()
    };
    vec![
        job(&[], &[READ, SAMPLE]),
        job(&[STYLE, STYLE], &[LIVEN, READ, SAMPLE]),
        job(&[KEYFRAME], &[COMPOSE, READ]),
        job(&[IDENTITY], &[REVISE, PUSH, FINISH, WAIT]),
        job(&[BINDING, SOLVER], &[READ, READ, ASK]),
        (0..60).flat_map(|number| [number, 0, 1, 2]).collect(),
    ]
}
