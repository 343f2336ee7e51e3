//! The device is lost: at every submission of a job the job ends with that status, others live on, a new runtime works.

use media2face::BackendChoice;
use media2face::Error;

use super::{animate, faces, model, runtime, session, vulkan};

#[test]
fn loss_at_any_submission_ends_the_job_and_a_new_runtime_cures_it() {
    let Some(device) = vulkan() else { return };
    let other = model(&device);
    let expected = faces(&animate(&other).expect("job")).expect("faces");

    let cpu = model(&runtime(BackendChoice::Cpu).expect("runtime"));
    // How many submissions a job takes is the device's pace: the last is the one before what goes well.
    for lost_at in 0.. {
        let runtime = vulkan().expect("a new runtime after each loss");
        let backend = runtime.vulkan().expect("on Vulkan");
        backend.lose_at(lost_at);
        let model = model(&runtime);
        let outcome = animate(&model).and_then(|animation| faces(&animation));
        if outcome.is_ok() {
            assert!(lost_at > 3, "lived on at submission {lost_at}");
            assert_eq!(outcome, Ok(expected), "a new runtime cures it");
            break;
        }
        assert!(matches!(outcome, Err(Error::DeviceLost(_))), "submission {lost_at}: {:?}", outcome.err());
        let again = animate(&model).and_then(|animation| faces(&animation));
        assert!(matches!(again, Err(Error::DeviceLost(_))), "a lost device stays lost: {:?}", again.err());
        drop((model, runtime));
        if lost_at % 8 == 0 {
            assert_eq!(faces(&animate(&other).expect("job")).expect("faces"), expected, "another runtime");
            animate(&cpu).expect("the CPU");
        }
    }
}

#[test]
fn loss_ends_every_session_of_its_runtime_with_a_text_that_says_what_to_do() {
    let Some(runtime) = vulkan() else { return };
    let model = model(&runtime);
    let animation = animate(&model).expect("job");
    let mut reader = animation.reader().expect("reader");
    let (first, second) = (session(&model, 0.5, 3), session(&model, 0.5, 3));
    runtime.vulkan().expect("on Vulkan").lose_at(0);
    for session in [&first, &second] {
        let Err(Error::DeviceLost(text)) = session.wait(None) else { panic!("not lost") };
        assert!(text.contains("a new runtime cures it"), "{text}");
        assert!(matches!(session.pull(), Err(Error::DeviceLost(_))), "the failure is kept");
    }
    assert!(matches!(reader.offsets_mm(30.0, 0, 1), Err(Error::DeviceLost(_))));
}
