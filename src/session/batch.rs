//! Several sessions in one job: their clips are denoised in the same batches.

use std::sync::{Arc, MutexGuard};

use crate::error::{Error, Result};
use crate::motion::SampleOptions;

use super::clip::Input;
use super::job::{animate, first_stage};
use super::session::{Phase, Session};
use super::work::{Course, Work};

impl Session {
    /// Ends the input of several sessions of one model; the work on all of them begins, as one job: windows of several clips
    /// are denoised in one batch, which fills a device that one clip leaves idle. Each session has its own result, the same
    /// as if it were alone. They end together: what fails or cancels one does so to all.
    ///
    /// # Errors
    /// `InvalidArgument` without a session, for the same one twice, for sessions of different models or with different
    /// steps, η or noise scale; `InvalidAudio` when nothing was pushed to one; `InvalidState` when one was finished before;
    /// `OutOfMemory` when no worker can be started; the failure of one that has one already, such as `Cancelled`. Then
    /// none has begun. A session stays as it was, also one without samples: it takes more and can be finished later.
    pub fn finish_together(sessions: &[&Self]) -> Result<()> {
        let [first, others @ ..] = sessions else {
            return Err(Error::InvalidArgument("no session to finish".to_owned()));
        };
        let options = |session: &Self| Ok::<_, Error>(session.options.for_sampler(session.model.sampler()?));
        let common = options(first)?;
        for session in others {
            let own = options(session)?;
            if !Arc::ptr_eq(&session.model, &first.model) {
                return Err(Error::InvalidArgument("the sessions are of different models".to_owned()));
            }
            let key = |options: &SampleOptions| (options.steps, options.eta.to_bits(), options.noise_scale.to_bits());
            if key(&own) != key(&common) {
                return Err(Error::InvalidArgument("the sessions have different steps, eta or noise scale".to_owned()));
            }
        }
        let mut phases = lock_all(sessions)?;
        phases.iter().try_for_each(|phase| check_input(phase))?;
        let clips =
            sessions.iter().zip(&mut phases).filter_map(|(session, phase)| Some(session.clip(take_input(phase)?)));
        let (model, course, clips) = (&first.model, Arc::<Course>::default(), clips.collect::<Vec<_>>());
        course.show(first_stage(&clips), 0.0);
        let job = animate(Arc::clone(model), common, clips, Arc::clone(&course));
        let begun = Work::begin(model, course, Box::pin(job));
        for (clip, (session, phase)) in sessions.iter().zip(&mut phases).enumerate() {
            match &begun {
                Ok(work) => **phase = Phase::Work(Arc::clone(work), clip),
                Err(error) => session.fail(phase, error),
            }
        }
        begun.map(drop)
    }
}

/// The input of a phase that was checked; the phase is another one soon.
fn take_input(phase: &mut Phase) -> Option<Input> {
    match std::mem::replace(phase, Phase::Failed(Error::Cancelled)) {
        Phase::Input(input) => Some(input),
        other => {
            *phase = other;
            None
        }
    }
}

/// The phases of all sessions, in their order. Locks are taken in the order of addresses, so that two calls with the same
/// sessions cannot block each other.
fn lock_all<'a>(sessions: &[&'a Session]) -> Result<Vec<MutexGuard<'a, Phase>>> {
    let mut order: Vec<usize> = (0..sessions.len()).collect();
    let address = |i: &usize| std::ptr::from_ref(sessions[*i]);
    order.sort_by_key(address);
    if order.windows(2).any(|pair| address(&pair[0]) == address(&pair[1])) {
        return Err(Error::InvalidArgument("the same session is given twice".to_owned()));
    }
    let mut locked: Vec<(usize, MutexGuard<'a, Phase>)> = order.into_iter().map(|i| (i, sessions[i].lock())).collect();
    locked.sort_by_key(|(i, _)| *i);
    Ok(locked.into_iter().map(|(_, phase)| phase).collect())
}

/// An error unless the phase is an input that can be ended.
fn check_input(phase: &Phase) -> Result<()> {
    match phase {
        Phase::Input(input) if input.is_empty() => Err(Error::InvalidAudio("the clip has no samples".to_owned())),
        Phase::Input(_) => Ok(()),
        Phase::Failed(error) => Err(error.clone()),
        Phase::Work(work, clip) => {
            work.outcome(*clip)?;
            Err(Error::InvalidState("the input was finished before".to_owned()))
        }
    }
}
