//! Whose turn it is: jobs of one runtime work one unit at a time each, in the order that they came, so that each unit has all
//! threads and no more of them compute than were asked for.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Thread;

/// The jobs that take turns.
#[derive(Default)]
pub(crate) struct Turns(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    /// Number of the job whose turn it is.
    holder: Option<u64>,
    /// Those behind it, the next one first.
    waiting: VecDeque<(u64, Thread)>,
    /// Jobs so far.
    count: u64,
    /// Every turn so far, by number.
    #[cfg(test)]
    history: Vec<u64>,
}

/// A job's place, as long as it lives; on the thread that took it.
pub(crate) struct Place<'a> {
    turns: &'a Turns,
    number: u64,
    urgent: bool,
}

impl Turns {
    /// A place behind all others.
    pub(crate) fn join(&self) -> Place<'_> {
        self.enter(false)
    }

    /// A place before all others but the one whose turn it is, also after each of its own turns.
    pub(crate) fn join_urgent(&self) -> Place<'_> {
        self.enter(true)
    }

    fn enter(&self, urgent: bool) -> Place<'_> {
        let mut queue = self.lock();
        let number = queue.count;
        queue.count += 1;
        queue.wait(number, urgent);
        if queue.holder.is_none() {
            queue.next();
        }
        Place { turns: self, number, urgent }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn history(&self) -> Vec<u64> {
        self.lock().history.clone()
    }
}

impl Queue {
    /// Lets the calling thread wait behind all others, or before them.
    fn wait(&mut self, number: u64, urgent: bool) {
        let place = (number, std::thread::current());
        match urgent {
            true => self.waiting.push_front(place),
            false => self.waiting.push_back(place),
        }
    }

    /// Gives the turn to the next one, if there is one.
    fn next(&mut self) {
        self.holder = None;
        if let Some((number, thread)) = self.waiting.pop_front() {
            self.holder = Some(number);
            #[cfg(test)]
            self.history.push(number);
            thread.unpark();
        }
    }
}

impl Place<'_> {
    /// Until it is this one's turn.
    pub(crate) fn wait(&self) {
        while self.turns.lock().holder != Some(self.number) {
            std::thread::park();
        }
    }

    /// Ends its turn: it is the last one now.
    pub(crate) fn pass(&self) {
        let mut queue = self.turns.lock();
        queue.wait(self.number, self.urgent);
        queue.next();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut queue = self.turns.lock();
        queue.waiting.retain(|(number, _)| *number != self.number);
        if queue.holder == Some(self.number) {
            queue.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;
    use crate::pack::{self, Size};
    use crate::{BackendChoice, Model, Runtime, RuntimeOptions, Session, SessionOptions};

    #[test]
    fn turns_go_round_whoever_is_quick() {
        let (turns, all) = (Turns::default(), Barrier::new(4));
        std::thread::scope(|scope| {
            for worker in 0..4 {
                let (turns, all) = (&turns, &all);
                scope.spawn(move || {
                    let place = turns.join();
                    all.wait();
                    for turn in 0..50 {
                        place.wait();
                        if (worker + turn) % 7 == 0 {
                            std::thread::yield_now();
                        }
                        place.pass();
                    }
                });
            }
        });
        let history = turns.history();
        let (first, rest) = (&history[..4], &history[4..196]);
        assert!(rest.iter().zip(first.iter().cycle()).all(|(turn, round)| turn == round), "{history:?}");
    }

    #[test]
    fn place_that_is_given_up_holds_nobody_back() {
        let turns = Turns::default();
        let (first, second, third) = (turns.join(), turns.join(), turns.join());
        first.wait();
        drop((first, second));
        third.wait();
        third.pass();
        third.wait();
    }

    /// Three equal sessions on one thread: after each turn of one, each of the others has one.
    #[test]
    fn equal_sessions_never_differ_by_more_than_one_unit() {
        let options = RuntimeOptions { threads: Some(1), backend: BackendChoice::Cpu, ..RuntimeOptions::default() };
        let runtime = Runtime::new(&options).expect("runtime");
        let model = Model::new(&runtime, pack::random(Size::Tiny, 1).expect("pack")).expect("model");
        let sessions = [0, 1, 2].map(|_| {
            let options = SessionOptions { steps: Some(200), ..SessionOptions::new(16_000, 1) };
            let session = Session::new(&model, options).expect("session");
            session.push_f32(&vec![0.1; 80_000]).expect("push");
            session
        });
        // None works before all are there.
        let gate = runtime.turns.join();
        gate.wait();
        sessions.iter().for_each(|session| session.finish().expect("finish"));
        while runtime.turns.lock().waiting.len() < 3 {
            std::thread::yield_now();
        }
        drop(gate);
        sessions.iter().for_each(|session| assert!(session.wait(None).expect("job")));
        let history = runtime.turns.history();
        let turns = &history[1..];
        let last = |number: u64| turns.iter().rposition(|turn| *turn == number).expect("a turn");
        let until = [1, 2, 3].map(last).into_iter().min().expect("three");
        let mut counts = [0u32; 3];
        for turn in &turns[..until] {
            counts[*turn as usize - 1] += 1;
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{counts:?}");
        }
        assert!(counts[0] > 10, "{counts:?}");
    }
}
