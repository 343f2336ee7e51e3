//! One motion on several faces.

use std::sync::Arc;

use media2face::{BackendChoice, Error};

use super::{animate, faces, model, runtime};

#[test]
fn motion_on_another_face_keeps_its_weights_and_moves_that_mesh() {
    let runtime = runtime(BackendChoice::Cpu).expect("runtime");
    let model = model(&runtime);
    let animation = animate(&model).expect("job");
    let [first, second] = [0, 1].map(|i| model.identity(&model.identity_names()[i]).expect("identity"));
    let (weights, offsets) = faces(&animation).expect("faces");
    let on_itself = animation.on(&first).expect("the same face");
    assert_eq!(faces(&on_itself).expect("faces"), (weights.clone(), offsets.clone()));
    let other = animation.on(&second).expect("another face");
    assert!(Arc::ptr_eq(&other.identity().expect("identity"), &second));
    let (other_weights, other_offsets) = faces(&other).expect("faces");
    assert_eq!(other_weights, weights);
    assert_ne!(other_offsets, offsets);
    assert_eq!((other.seed(), other.duration_s()), (animation.seed(), animation.duration_s()));
}

#[test]
fn face_of_another_model_is_refused() {
    let runtime = runtime(BackendChoice::Cpu).expect("runtime");
    let animation = animate(&model(&runtime)).expect("job");
    let stranger = model(&runtime).default_identity().expect("identity");
    let Err(Error::InvalidArgument(text)) = animation.on(&stranger) else { panic!("not refused") };
    assert!(text.contains("another model"), "{text}");
}
