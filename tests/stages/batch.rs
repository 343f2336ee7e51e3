//! Several sessions in one job: each as if it were alone; how they end.

use std::sync::Arc;
use std::time::Duration;

use media2face::error::Error;
use media2face::{Animation, Model, Session, SessionOptions, Stage, Style, StyleTrack};

use super::session::{animate, model, options, runtime, tiny, tone};

const LENGTHS_S: [f32; 3] = [1.5, 0.4, 1.5];

/// Three characters: one styled throughout, one plain with other guidance, one in a style for a while.
fn scene() -> [SessionOptions; 3] {
    let text = |text: &str| Style::Text(text.to_owned());
    let range = StyleTrack { start_s: 0.5, end_s: 0.9, ..StyleTrack::new(text("sad")) };
    [
        SessionOptions { style: Some(text("happy")), seed: 1, ..options(16_000, 1) },
        SessionOptions { guidance_audio: Some(1.0), seed: 2, ..options(16_000, 1) },
        SessionOptions { styles: vec![range], seed: 3, ..options(16_000, 1) },
    ]
}

fn pushed(model: &Arc<Model>) -> Vec<Session> {
    let pushed = |(options, seconds)| {
        let session = Session::new(model, options).expect("session");
        session.push_f32(&tone(16_000, 1, seconds)).expect("push");
        session
    };
    scene().into_iter().zip(LENGTHS_S).map(pushed).collect()
}

fn together(sessions: &[Session]) -> Result<(), Error> {
    Session::finish_together(&sessions.iter().collect::<Vec<_>>())
}

fn result(session: &Session) -> Arc<Animation> {
    session.pull().expect("job").expect("done")
}

#[test]
fn sessions_together_give_what_each_gives_alone() {
    for threads in [0, 1, 2] {
        let model = Model::new(&runtime(threads), tiny()).expect("model");
        let alone = scene().into_iter().zip(LENGTHS_S).map(|(o, s)| animate(&model, o, &tone(16_000, 1, s)));
        let alone: Vec<_> = alone.collect();
        let sessions = pushed(&model);
        together(&sessions).expect("begun");
        // The last one to be asked may well be a follower.
        for session in sessions.iter().rev() {
            assert!(session.wait(None).expect("job"));
        }
        for (session, alone) in sessions.iter().zip(&alone) {
            assert_eq!(result(session).motion(), alone.motion(), "{threads} threads");
            assert_eq!(result(session).duration_s(), alone.duration_s());
            assert_eq!(session.progress().fraction, 1.0);
        }
    }
}

#[test]
fn follower_can_do_the_work_step_by_step() {
    let model = Model::new(&runtime(0), tiny()).expect("model");
    let sessions = pushed(&model);
    together(&sessions).expect("begun");
    assert!(matches!(sessions[2].pull(), Ok(None)));
    let mut steps = 0;
    while !sessions[steps % 3].step(Duration::ZERO).expect("step") {
        steps += 1;
        let seen = sessions.iter().map(Session::progress).collect::<Vec<_>>();
        assert!(seen.iter().all(|progress| *progress == seen[0]), "{seen:?}");
    }
    assert!(steps > 3 && sessions.iter().all(|session| session.progress().stage == Stage::Done));
}

#[test]
fn cancelling_one_cancels_all() {
    for (threads, cancelled) in [(0, 0), (0, 2), (1, 0), (1, 1)] {
        let model = Model::new(&runtime(threads), tiny()).expect("model");
        let sessions = pushed(&model);
        together(&sessions).expect("begun");
        sessions[cancelled].cancel();
        let waited: Vec<_> = sessions.iter().map(|session| session.wait(None)).collect();
        // A worker may have been quicker; then nobody is cancelled.
        let all = |outcome| waited.iter().all(|waited| *waited == outcome);
        assert!(all(Err(Error::Cancelled)) || threads == 1 && all(Ok(true)), "{waited:?}");
    }
}

#[test]
fn sessions_that_do_not_go_together_are_refused_and_stay_as_they_are() {
    let model = model();
    let sessions = pushed(&model);
    let refused = |sessions: &[&Session], words: &str| {
        let error = Session::finish_together(sessions).expect_err("an error");
        assert!(error.to_string().contains(words), "{error}");
    };
    refused(&[], "no session");
    refused(&[&sessions[0], &sessions[1], &sessions[0]], "twice");
    let other = pushed(&self::model());
    refused(&[&sessions[0], &other[0]], "different models");
    let steps = Session::new(&model, SessionOptions { steps: Some(5), ..options(16_000, 1) }).expect("session");
    refused(&[&sessions[0], &steps], "different steps");
    let empty = Session::new(&model, options(16_000, 1)).expect("session");
    refused(&[&sessions[0], &empty], "no samples");
    other[1].finish().expect("alone");
    refused(&[&other[0], &other[1]], "finished before");
    together(&sessions).expect("they are as they were");
    assert!(sessions[1].wait(None).expect("job"));
}
