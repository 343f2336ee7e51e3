//! One call each.

use std::ffi::CString;
use std::ptr;

use media2face_capi::*;

use super::host::{defaults, to, well};
use super::input::Input;
use super::options::{channel, identity_names};
use super::{Host, MOST_FRAMES, MOST_UNITS};

/// Most seconds of what is composed: time follows from it.
const MOST_COMPOSED_S: f64 = 60.0;

impl Host {
    /// The call that the first byte names; its arguments follow.
    pub(super) fn call(&mut self, input: &mut Input<'_>) {
        match input.byte() % 29 {
            0 => self.create(input),
            1 => self.push(input),
            2 => self.finish(input),
            3 => self.finish_together(input),
            4 => self.step(input),
            5 => self.wait(input),
            6 => self.progress(input),
            7 => self.cancel(input),
            8 => self.pull(input),
            9 => self.destroy(input),
            10 => self.style(input),
            11 => self.strength(input),
            12 => self.curve(input),
            13 => self.isolate(input),
            14 | 15 => self.keyframe(input),
            16 => self.revise(input),
            17 => self.compose(input),
            18 => self.adjust(input),
            19 => self.identity(input),
            20 => self.bind(input),
            21 => self.solver(input),
            22 => self.read(input),
            23 => self.sample(input),
            24 => self.set_channel(input),
            25 => self.ask(input),
            26 => self.prompt(input),
            27 => self.names(input),
            _ => self.runtime(input),
        }
    }

    fn create(&mut self, input: &mut Input<'_>) {
        let model = self.world.model;
        if self.sessions.have_room() {
            let identity = self.identities.pick(input);
            let sessions = &mut self.sessions;
            self.world.session_options(input, identity, |options| {
                // SAFETY: the model is live, and so is what the options point to.
                sessions.add(|out| unsafe { m2f_session_create(Some(model), options, Some(out)) });
            });
        }
    }

    fn push(&mut self, input: &mut Input<'_>) {
        let session = self.sessions.pick(input);
        let count = input.of(&[0usize, 1, 7, 160, 1600, 8000, 16_001, 333]);
        self.frames += count;
        if self.frames > MOST_FRAMES {
            return;
        }
        // As many as the most channels take.
        let samples = input.floats(count * 64);
        let halves = vec![12_345i16; if input.byte() == 7 { count * 64 } else { 0 }];
        // SAFETY: the session is live or NULL; there are samples for any number of channels.
        unsafe {
            match halves.is_empty() {
                true => well(m2f_session_push_f32(session.as_ref(), samples.as_ptr(), count)),
                false => well(m2f_session_push_i16(session.as_ref(), halves.as_ptr(), count)),
            };
        }
    }

    fn finish(&mut self, input: &mut Input<'_>) {
        // SAFETY: live or NULL.
        well(unsafe { m2f_session_finish(self.sessions.pick(input).as_ref()) });
    }

    fn finish_together(&mut self, input: &mut Input<'_>) {
        let count = input.below(4);
        // SAFETY: live or NULL.
        let sessions: Vec<_> = (0..count).map(|_| unsafe { self.sessions.pick(input).as_ref() }).collect();
        // SAFETY: as many as are told.
        well(unsafe { m2f_session_finish_together(sessions.as_ptr(), count) });
    }

    fn step(&mut self, input: &mut Input<'_>) {
        self.units += 1;
        if self.units < MOST_UNITS {
            // SAFETY: live or NULL.
            well(unsafe { m2f_session_step(self.sessions.pick(input).as_ref(), 0) });
        }
    }

    fn wait(&mut self, input: &mut Input<'_>) {
        self.units += 1;
        if self.units < MOST_UNITS {
            let session = self.sessions.pick(input);
            // SAFETY: live or NULL.
            well(unsafe { m2f_session_wait(session.as_ref(), input.of(&[0, M2F_WAIT_FOREVER])) });
        }
    }

    fn progress(&mut self, input: &mut Input<'_>) {
        let mut progress = m2f_progress { stage: 9, fraction: 9.0 };
        // SAFETY: live or NULL, and a place for the answer.
        if well(unsafe { m2f_session_progress(self.sessions.pick(input).as_ref(), to(&mut progress)) }) {
            assert!((0.0..=1.0).contains(&progress.fraction) && progress.stage <= 4, "{progress:?}");
        }
    }

    fn cancel(&mut self, input: &mut Input<'_>) {
        if input.flag() {
            // SAFETY: live or NULL.
            well(unsafe { m2f_session_cancel(self.sessions.pick(input).as_ref()) });
        }
    }

    fn pull(&mut self, input: &mut Input<'_>) {
        if self.results.have_room() {
            let session = self.sessions.pick(input);
            // SAFETY: live or NULL, and a place for the handle.
            self.results.add(|out| unsafe { m2f_session_pull(session.as_ref(), Some(out)) });
        }
    }

    fn destroy(&mut self, input: &mut Input<'_>) {
        match input.below(5) {
            0 => self.sessions.destroy_one(input),
            1 => self.results.destroy_one(input),
            2 => self.identities.destroy_one(input),
            3 => self.bindings.destroy_one(input),
            _ => self.solvers.destroy_one(input),
        }
    }

    fn style(&mut self, input: &mut Input<'_>) {
        let session = self.sessions.pick(input);
        let (set, number) = (input.below(4) == 3, input.count());
        self.world.style_options(input, |options| {
            let mut added = 77;
            // SAFETY: live or NULL; what the options point to is there.
            unsafe {
                match set {
                    true => drop(well(m2f_session_set_style(session.as_ref(), number, options))),
                    false => {
                        assert!(well(m2f_session_add_style(session.as_ref(), options, to(&mut added))) || added == 77)
                    }
                }
            }
        });
    }

    fn strength(&mut self, input: &mut Input<'_>) {
        let session = self.sessions.pick(input);
        // SAFETY: live or NULL.
        well(unsafe { m2f_session_set_style_strength(session.as_ref(), input.count(), input.float()) });
    }

    fn curve(&mut self, input: &mut Input<'_>) {
        let (session, which, count) = (self.sessions.pick(input), input.count() % 3, input.below(6));
        let times: Vec<f64> = (0..count).map(|_| input.double()).collect();
        let values: Vec<f32> = (0..count).map(|_| input.float()).collect();
        // SAFETY: live or NULL; as many times and values as are told.
        well(unsafe {
            m2f_session_set_guidance_curve(session.as_ref(), which, times.as_ptr(), values.as_ptr(), count)
        });
    }

    fn isolate(&mut self, input: &mut Input<'_>) {
        let session = self.sessions.pick(input);
        // SAFETY: live or NULL.
        well(unsafe { m2f_session_isolate_styles(session.as_ref(), input.count() % 3) });
    }

    fn keyframe(&mut self, input: &mut Input<'_>) {
        let session = self.sessions.pick(input);
        let (set, number) = (input.below(4) == 3, input.count());
        self.world.keyframe_options(input, |options| {
            let mut added = 77;
            // SAFETY: live or NULL; what the options point to is there.
            unsafe {
                match set {
                    true => drop(well(m2f_session_set_keyframe(session.as_ref(), number, options))),
                    false => assert!(
                        well(m2f_session_add_keyframe(session.as_ref(), options, to(&mut added))) || added == 77
                    ),
                }
            }
        });
    }

    fn revise(&mut self, input: &mut Input<'_>) {
        if self.sessions.have_room() {
            let (result, start_s, end_s) = (self.results.pick(input), input.double(), input.double());
            let identity = self.identities.pick(input);
            let sessions = &mut self.sessions;
            self.world.session_options(input, identity, |options| {
                // SAFETY: live or NULL; what the options point to is there.
                sessions.add(|out| unsafe { m2f_result_revise(result.as_ref(), options, start_s, end_s, Some(out)) });
            });
        }
    }

    fn compose(&mut self, input: &mut Input<'_>) {
        let count = input.below(4);
        let part = |input: &mut Input<'_>| m2f_part {
            result: self.results.pick(input),
            start_s: input.double(),
            end_s: input.double(),
        };
        let parts: Vec<m2f_part> = (0..count).map(|_| part(input)).collect();
        let blend_s = input.double();
        let total_s: f64 = parts.iter().map(|part| duration_s(part.result)).sum();
        if self.results.have_room() && total_s < MOST_COMPOSED_S {
            // SAFETY: live or NULL, and as many as are told.
            self.results.add(|out| unsafe { m2f_result_compose(parts.as_ptr(), count, blend_s, out.as_mut_ptr()) });
        }
    }

    fn adjust(&mut self, input: &mut Input<'_>) {
        if self.results.have_room() {
            let result = self.results.pick(input);
            let results = &mut self.results;
            super::options::adjustments(input, |options| {
                // SAFETY: live or NULL; what the options point to is there.
                results.add(|out| unsafe { m2f_result_adjust(result.as_ref(), options, Some(out)) });
            });
        }
    }

    fn identity(&mut self, input: &mut Input<'_>) {
        if !self.identities.have_room() {
            return;
        }
        let world = self.world;
        let own = identity_names(world.model);
        let (text, mut mesh, count) = (input.text(), world.neutral.clone(), input.below(4));
        let names: Vec<_> = (0..count).map(|at| own[at % own.len()].as_ptr()).collect();
        let weights: Vec<f32> = (0..count).map(|_| input.float()).collect();
        let mut options = defaults(m2f_identity_options_init);
        match input.below(5) {
            0 => {}
            1 => options.name = own[0].as_ptr(),
            2 => options.name = text.as_ptr(),
            3 => {
                input.disturb(&mut mesh);
                options.vertices_mm = mesh.as_ptr();
                options.vertex_count = world.vertices as u32 - u32::from(input.byte() == 1);
            }
            _ => {
                (options.mix_names, options.mix_weights, options.mix_count) =
                    (names.as_ptr(), weights.as_ptr(), count as u32)
            }
        }
        // SAFETY: the model is live; what the options point to is there.
        self.identities.add(|out| unsafe { m2f_identity_create(Some(world.model), &raw const options, Some(out)) });
    }

    fn bind(&mut self, input: &mut Input<'_>) {
        if !self.bindings.have_room() {
            return;
        }
        let count = input.below(20);
        let (uv, points) = (input.floats(count * 2), input.floats(count * 3));
        let mut options = defaults(m2f_binding_options_init);
        (options.uv, options.vertex_count) = (uv.as_ptr(), count as u32);
        if input.flag() {
            options.vertices_mm = points.as_ptr();
        }
        let model = self.world.model;
        // SAFETY: the model is live; what the options point to is there.
        self.bindings.add(|out| unsafe { m2f_binding_create(Some(model), &raw const options, Some(out)) });
    }

    fn solver(&mut self, input: &mut Input<'_>) {
        if !self.solvers.have_room() {
            return;
        }
        let binding = if input.flag() { self.bindings.pick(input) } else { ptr::null_mut() };
        let count = input.below(5);
        let name = |at: usize, input: &mut Input<'_>| match input.byte() {
            250.. => input.text(),
            _ => CString::new(format!("s{at}")).expect("no NUL"),
        };
        let names: Vec<CString> = (0..count).map(|at| name(at, input)).collect();
        let pointers: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
        // As many as the larger of the meshes has.
        let offsets = input.floats(count * 3 * self.world.vertices.max(20));
        let mut options = defaults(m2f_solver_options_init);
        (options.shape_count, options.names, options.offsets_mm) = (count as u32, pointers.as_ptr(), offsets.as_ptr());
        (options.binding, options.smoothing_s, options.sparsity) = (binding, input.float(), input.float());
        let model = self.world.model;
        // SAFETY: the model is live, the binding live or NULL; what the options point to is there.
        self.solvers.add(|out| unsafe { m2f_solver_create(Some(model), &raw const options, Some(out)) });
    }

    fn set_channel(&mut self, input: &mut Input<'_>) {
        let (result, channel, index) = (self.results.pick(input), channel(input), input.count() % 60);
        // SAFETY: live or NULL.
        well(unsafe { m2f_result_set_channel(result, index, Some(&channel)) });
    }
}

/// 0 where there is no result.
fn duration_s(result: *const m2f_result) -> f64 {
    let mut duration_s = 0.0;
    // SAFETY: live or NULL, and a place for the answer.
    well(unsafe { m2f_result_duration_s(result.as_ref(), to(&mut duration_s)) });
    assert!(duration_s.is_finite() && duration_s >= 0.0, "{duration_s} s");
    duration_s
}
