//! Several sessions in one job: their clips are denoised in the same batches.

use std::sync::{Arc, MutexGuard};

use crate::error::{Error, Result};
use crate::motion::SampleOptions;

use super::clip::Clip;
use super::job::Job;
use super::session::Session;
use super::shared::Phase;

impl Session {
    /// Ends the input of several sessions of one model; the work on all of them begins, as one job: windows of several clips
    /// are denoised in one batch, which fills a device that one clip leaves idle. Each session has its own result, the same
    /// as if it were alone. They end together: what fails or cancels one does so to all.
    ///
    /// # Errors
    /// `InvalidArgument` without a session, for the same one twice, for sessions of different models or with different
    /// steps, η or noise scale; `InvalidAudio` when nothing was pushed to one; `InvalidState` when one was finished before;
    /// `OutOfMemory` when no worker can be started; the failure of one that has one already, such as `Cancelled`. Then
    /// none is begun. A session stays as it was, also one without samples: it takes more and can be finished later.
    pub fn finish_together(sessions: &[&Self]) -> Result<()> {
        let [leader, others @ ..] = sessions else {
            return Err(Error::InvalidArgument("no session to finish".to_owned()));
        };
        let options = |session: &Self| Ok::<_, Error>(session.options.for_sampler(session.shared.model.sampler()?));
        let common = options(leader)?;
        for session in others {
            let own = options(session)?;
            if !Arc::ptr_eq(&session.shared.model, &leader.shared.model) {
                return Err(Error::InvalidArgument("the sessions are of different models".to_owned()));
            }
            let key = |options: &SampleOptions| (options.steps, options.eta.to_bits(), options.noise_scale.to_bits());
            if key(&own) != key(&common) {
                return Err(Error::InvalidArgument("the sessions have different steps, eta or noise scale".to_owned()));
            }
        }
        let mut phases = lock_all(sessions)?;
        phases.iter().try_for_each(|phase| check_input(phase))?;
        let inputs: Vec<Clip> = sessions.iter().zip(&mut phases).map(|(session, phase)| session.clip(phase)).collect();
        let job = Box::new(Job::new(&leader.shared.model, common, inputs));
        leader.shared.lead(others.iter().map(|session| Arc::clone(&session.shared)).collect());
        leader.shared.show(&job);
        for phase in &mut phases[1..] {
            **phase = Phase::Following(Arc::clone(&leader.shared));
        }
        match leader.begin(job) {
            Ok(begun) => {
                *phases[0] = begun;
                Ok(())
            }
            Err(error) => {
                leader.shared.lead(Vec::new());
                for (session, phase) in sessions.iter().zip(&mut phases) {
                    session.shared.settle(phase, Phase::Done(Err(error.clone())));
                }
                Err(error)
            }
        }
    }
}

/// The phases of all sessions, in their order. Locks are taken in the order of addresses, so that two calls with the same
/// sessions cannot block each other.
fn lock_all<'a>(sessions: &[&'a Session]) -> Result<Vec<MutexGuard<'a, Phase>>> {
    let mut order: Vec<usize> = (0..sessions.len()).collect();
    let address = |i: &usize| Arc::as_ptr(&sessions[*i].shared);
    order.sort_by_key(address);
    if order.windows(2).any(|pair| address(&pair[0]) == address(&pair[1])) {
        return Err(Error::InvalidArgument("the same session twice".to_owned()));
    }
    let mut locked: Vec<(usize, MutexGuard<'a, Phase>)> =
        order.into_iter().map(|i| (i, sessions[i].shared.lock())).collect();
    locked.sort_by_key(|(i, _)| *i);
    Ok(locked.into_iter().map(|(_, phase)| phase).collect())
}

/// An error unless the phase is an input that can be ended.
fn check_input(phase: &Phase) -> Result<()> {
    match phase {
        Phase::Input(input) if input.is_empty() => Err(Error::InvalidAudio("the clip has no samples".to_owned())),
        Phase::Input(_) => Ok(()),
        Phase::Done(Err(error)) => Err(error.clone()),
        _ => Err(Error::InvalidState("the input was finished before".to_owned())),
    }
}
