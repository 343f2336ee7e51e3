//! Programs that are kept, so that a second clip of the same shape records and prepares nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Result;
use crate::unit::Unit;

use super::builder::Plan;
use super::exec::{Backend, Program};

/// A program and what is known of its plan: ports, sections.
pub struct Recorded<P> {
    /// What its recording gave beside the plan.
    pub ports: P,
    /// The program.
    pub program: Arc<dyn Program>,
}

/// The programs of one network on one backend, by what they were recorded for. The last one asked for stays, and so do those
/// before it as long as all of them fit a bound.
pub struct Programs<K, P> {
    most_bytes: usize,
    /// The last one asked for first.
    kept: Mutex<Vec<Kept<K, P>>>,
}

struct Kept<K, P> {
    key: K,
    recorded: Arc<Recorded<P>>,
    bytes: usize,
}

impl<K: PartialEq, P> Programs<K, P> {
    /// None yet; of at most so many bytes.
    pub fn new(most_bytes: usize) -> Self {
        Self { most_bytes, kept: Mutex::default() }
    }

    /// The program of this key.
    pub fn get(&self, key: &K) -> Option<Arc<Recorded<P>>> {
        let mut kept = self.lock();
        let at = kept.iter().position(|kept| kept.key == *key)?;
        kept[..=at].rotate_right(1);
        Some(Arc::clone(&kept[0].recorded))
    }

    /// The program of this key, which is recorded and prepared where there is none. Two that ask at the same time may both do
    /// so; one of theirs is kept.
    ///
    /// # Errors
    /// Those of the recording and the backend.
    pub async fn get_or_prepare(
        &self,
        backend: &dyn Backend,
        key: K,
        record: impl Future<Output = Result<(P, Arc<Plan>)>>,
        unit: &Unit,
    ) -> Result<Arc<Recorded<P>>> {
        if let Some(recorded) = self.get(&key) {
            return Ok(recorded);
        }
        let recorded = Arc::new(prepare(backend, record, unit).await?);
        self.keep(key, &recorded);
        Ok(recorded)
    }

    fn keep(&self, key: K, recorded: &Arc<Recorded<P>>) {
        let mut kept = self.lock();
        kept.retain(|kept| kept.key != key);
        let bytes = recorded.program.bytes();
        kept.insert(0, Kept { key, recorded: Arc::clone(recorded), bytes });
        let mut sum = 0usize;
        let fits = |kept: &Kept<K, P>| {
            sum = sum.saturating_add(kept.bytes);
            sum <= self.most_bytes
        };
        let fitting = kept.iter().map(fits).take_while(|fits| *fits).count();
        kept.truncate(fitting.max(1));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept<K, P>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records and prepares a program in bounded parts.
///
/// # Errors
/// Those of the recording and the backend.
pub async fn prepare<P>(
    backend: &dyn Backend,
    record: impl Future<Output = Result<(P, Arc<Plan>)>>,
    unit: &Unit,
) -> Result<Recorded<P>> {
    let (ports, plan) = record.await?;
    let mut preparation = backend.prepare(plan)?;
    loop {
        unit.pause().await;
        if let Some(program) = preparation.advance()? {
            return Ok(Recorded { ports, program });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Executable, Plan, PlanBuilder, Preparation, Tensor, prepared_at_once};
    use super::*;
    use crate::error::Error;
    use crate::unit;

    /// A program of so many bytes, which cannot run.
    struct Heavy(Arc<Plan>, usize);

    impl Program for Heavy {
        fn plan(&self) -> &Arc<Plan> {
            &self.0
        }

        fn executable(self: Arc<Self>) -> Result<Box<dyn Executable>> {
            Err(nothing())
        }

        fn bytes(&self) -> usize {
            self.1
        }
    }

    /// Prepares programs of so many bytes.
    struct Preparing(usize);

    impl Backend for Preparing {
        fn name(&self) -> String {
            "preparing".to_owned()
        }

        fn prepare(&self, plan: Arc<Plan>) -> Result<Box<dyn Preparation>> {
            Ok(prepared_at_once(Heavy(plan, self.0)))
        }

        fn create_tensor(&self, _: usize) -> Result<Tensor> {
            Err(nothing())
        }

        fn read_tensor(&self, _: &Tensor, _: usize, _: &mut [f32]) -> Result<()> {
            Err(nothing())
        }

        fn write_tensor(&self, _: &mut Tensor, _: usize, _: &[f32]) -> Result<()> {
            Err(nothing())
        }

        fn frames_per_run(&self) -> usize {
            1
        }
    }

    fn nothing() -> Error {
        Error::Unsupported("nothing runs here".to_owned())
    }

    #[test]
    fn programs_stay_within_the_bound_and_the_last_one_whatever_it_takes() {
        let programs = Programs::new(100);
        let ask = |key: u32, bytes: usize| {
            let record = async { Ok((key, Arc::new(PlanBuilder::new().finish()))) };
            let unit = Unit::default();
            let asked = unit::finish(programs.get_or_prepare(&Preparing(bytes), key, record, &unit));
            assert_eq!(asked.expect("a program").ports, key);
            programs.lock().iter().map(|kept| kept.key).collect::<Vec<_>>()
        };
        assert_eq!(ask(1, 40), [1]);
        assert_eq!(ask(2, 40), [2, 1]);
        assert_eq!(ask(1, 40), [1, 2], "it was asked for again");
        assert_eq!(ask(3, 40), [3, 1], "the one that was not goes");
        assert_eq!(ask(4, 1000), [4], "it is past the bound alone");
        assert_eq!(ask(5, 100), [5]);
    }

    #[test]
    fn program_that_is_kept_is_not_recorded_again() {
        let (programs, unit) = (Programs::new(100), Unit::default());
        let record = async { Ok(((), Arc::new(PlanBuilder::new().finish()))) };
        let first = unit::finish(programs.get_or_prepare(&Preparing(1), 7, record, &unit)).expect("a program");
        let never = async { Err(nothing()) };
        let again = unit::finish(programs.get_or_prepare(&Preparing(1), 7, never, &unit)).expect("the same");
        assert!(Arc::ptr_eq(&first, &again));
        let failing = async { Err::<((), _), _>(nothing()) };
        assert!(unit::finish(programs.get_or_prepare(&Preparing(1), 8, failing, &unit)).is_err());
    }
}
