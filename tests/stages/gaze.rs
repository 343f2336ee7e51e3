//! Gaze over made-up weights and heads: targets are met and left in time, own gaze is limited, saccades follow their seed.

use media2face::output::{ARKIT_NAMES, EyeChannels, EyeRange, Gaze, GazeTarget};
use media2face::signal::HeadPose;
use media2face::signal::pose::rotate;

const FPS: f32 = 30.0;
const DEGREE: f32 = std::f32::consts::PI / 180.0;
const RANGE: EyeRange = EyeRange { in_rad: 0.6, out_rad: 0.6, up_rad: 0.5, down_rad: 0.5 };

fn eyes() -> EyeChannels {
    EyeChannels::find(&ARKIT_NAMES).expect("all names")
}

fn at(name: &str) -> usize {
    ARKIT_NAMES.iter().position(|other| *other == name).expect("a name")
}

/// Where the left eye looks in the body, degrees, and the head's own yaw and pitch, for each frame of a clip whose own
/// weights and head pose are these.
fn looks(
    gaze: &Gaze,
    seed: u64,
    frames: usize,
    own: &[(&str, f32)],
    head: impl Fn(usize) -> [f32; 3],
) -> Vec<[[f32; 2]; 2]> {
    let track = gaze.track(RANGE, seed, frames, FPS);
    let direction = |rotation, [yaw, pitch]: [f32; 2]| {
        let [yaw, pitch] = [yaw, pitch].map(f64::from);
        let [x, y, z] = rotate(rotation, [yaw.sin() * pitch.cos(), -pitch.sin(), yaw.cos() * pitch.cos()]);
        [x.atan2(z), (-y).asin()].map(|angle| (angle as f32) / DEGREE)
    };
    let frame = |i: usize| {
        let mut weights = [0.0; 52];
        own.iter().for_each(|(name, value)| weights[at(name)] = *value);
        let [x, y, z] = head(i);
        let mut columns = [x, y, z, 1.0, 2.0, 3.0];
        track.turn_head(i, &mut columns);
        assert_eq!(columns[3..], [1.0, 2.0, 3.0], "the head does not move aside");
        let pose = HeadPose::from_columns(&columns);
        track.turn_eyes(i, &eyes(), &pose, &mut weights);
        let [left, right] = eyes().angles(&weights, &RANGE);
        assert!(left.iter().zip(right).all(|(l, r)| (l - r).abs() < 1e-6), "eyes look the same way");
        [direction(pose.rotation, left), direction(pose.rotation, [0.0; 2])]
    };
    (0..frames).map(frame).collect()
}

fn towards(targets: Vec<GazeTarget>) -> Gaze {
    Gaze { targets, ..Gaze::default() }
}

fn over(start_s: f64, end_s: f64, yaw: f32, pitch: f32) -> GazeTarget {
    GazeTarget { start_s, end_s, ..GazeTarget::new(yaw * DEGREE, pitch * DEGREE) }
}

#[track_caller]
fn close(found: [f32; 2], expected: [f32; 2], tolerance: f32) {
    assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() <= tolerance), "{found:?}, expected {expected:?}");
}

#[test]
fn eyes_jump_to_a_target_and_hold_it_while_the_head_follows_and_nods() {
    let nod = |i: usize| [0.08 * (i as f32 * 0.7).sin(), 0.05 * (i as f32 * 0.4).cos(), 0.03];
    let found = looks(&towards(vec![over(1.0, 2.0, 20.0, -6.0)]), 0, 120, &[], nod);
    let before = looks(&Gaze::default(), 0, 120, &[], nod);
    for (i, [eye, head]) in found.iter().enumerate() {
        match i {
            // A tenth of a second after its start, up to the end, whatever the head does.
            33..=60 => close(*eye, [20.0, -6.0], 0.01),
            i if i <= 30 || i >= 60 + 12 => assert_eq!([*eye, *head], before[i], "frame {i}"),
            _ => {}
        }
    }
    // The head is still on its way when the eyes are there, and then has its share.
    let turned = |i: usize| found[i][1][0] - before[i][1][0];
    assert!(turned(33) < 4.0 && (turned(50) - 8.0).abs() < 0.5, "{} {}", turned(33), turned(50));
}

#[test]
fn head_takes_what_the_eyes_do_not_reach() {
    for (yaw, pitch, share) in
        [(60.0, 0.0, 0.0), (-80.0, 10.0, 0.4), (5.0, -40.0, 0.2), (20.0, 20.0, 1.0), (24.0, 0.0, 0.0)]
    {
        let target = GazeTarget { head_share: share, ..over(0.0, f64::INFINITY, yaw, pitch) };
        let [eye, head] = looks(&towards(vec![target]), 0, 1, &[], |_| [0.0; 3])[0];
        let part = |angle: f32| (angle * share).abs().max(angle.abs() - 25.0) * angle.signum();
        close(head, [part(yaw), part(pitch)], 0.01);
        // Axes are shared out one by one, which is exact where only one of them is large.
        close(eye, [yaw, pitch], if yaw.abs() > 30.0 && pitch != 0.0 { 1.5 } else { 0.3 });
    }
}

#[test]
fn targets_that_meet_pass_the_gaze_on_without_a_look_ahead() {
    let found = looks(&towards(vec![over(0.0, 1.0, 20.0, 0.0), over(1.0, 9.0, 10.0, 0.0)]), 0, 60, &[], |_| [0.0; 3]);
    for (i, [eye, head]) in found.iter().enumerate() {
        assert!((9.99..=20.01).contains(&eye[0]) && (3.99..=8.01).contains(&head[0]), "frame {i}: {eye:?} {head:?}");
    }
    close(found[0][0], [20.0, 0.0], 0.01);
    close(found[59][0], [10.0, 0.0], 0.01);
}

#[test]
fn own_gaze_is_scaled_limited_and_turned_off() {
    let own = [("eyeLookOutLeft", 0.5), ("eyeLookInRight", 0.5), ("eyeLookDownLeft", 0.4), ("eyeLookDownRight", 0.4)];
    let look = |gain: f32, limit: f32| {
        let gaze = Gaze { gain, limit_rad: limit * DEGREE, ..Gaze::default() };
        looks(&gaze, 0, 1, &own, |_| [0.0; 3])[0][0]
    };
    let (yaw, pitch) = (0.3 / DEGREE, 0.2 / DEGREE);
    close(look(1.0, f32::INFINITY), [yaw, pitch], 1e-3);
    close(look(0.5, f32::INFINITY), [0.5 * yaw, 0.5 * pitch], 1e-3);
    close(look(1.0, 12.0), [12.0, pitch], 1e-3);
    assert_eq!(look(0.0, f32::INFINITY), [0.0; 2]);
    // Weights that pull both ways at once are let go too.
    let mut both = [0.0; 52];
    ["eyeLookInLeft", "eyeLookOutLeft"].iter().for_each(|name| both[at(name)] = 0.2);
    let off = Gaze { gain: 0.0, ..Gaze::default() };
    off.track(RANGE, 0, 1, FPS).turn_eyes(0, &eyes(), &HeadPose::default(), &mut both);
    assert_eq!(both, [0.0; 52]);
}

#[test]
fn saccades_have_their_rate_and_size_and_follow_the_seed() {
    let gaze = Gaze { saccades_per_minute: 40.0, saccade_rad: 3.0 * DEGREE, ..Gaze::default() };
    let found = looks(&gaze, 4, 18_000, &[], |_| [0.0; 3]);
    let yaw: Vec<f32> = found.iter().map(|[eye, _]| eye[0]).collect();
    // A look lasts; where it changes it does so within two frames.
    let moves = yaw.windows(2).filter(|pair| (pair[1] - pair[0]).abs() > 1e-4).count();
    let rests = yaw.windows(3).filter(|three| three[0] != three[1] && three[1] == three[2]).count();
    assert!((340..=460).contains(&rests) && moves < 3 * rests, "{rests} saccades in ten minutes, {moves} frames");
    let deviation = |of: usize| (found.iter().map(|[eye, _]| eye[of].powi(2)).sum::<f32>() / found.len() as f32).sqrt();
    assert!((deviation(0) - 3.0).abs() < 0.4 && (deviation(1) - 1.5).abs() < 0.25, "{} {}", deviation(0), deviation(1));
    assert_eq!(looks(&gaze, 4, 300, &[], |_| [0.0; 3]), found[..300]);
    assert_ne!(looks(&gaze, 5, 300, &[], |_| [0.0; 3]), found[..300]);
}

#[test]
fn names_that_are_missing_are_told() {
    let names: Vec<&str> = ARKIT_NAMES.into_iter().filter(|name| *name != "eyeLookInRight").collect();
    let error = EyeChannels::find(&names).expect_err("a missing name").to_string();
    assert!(error.contains("eyeLookInRight"), "{error}");
}
