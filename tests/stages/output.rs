//! Channels, angles, normals and sampling.

use std::f32::consts::{FRAC_PI_2, PI};

use media2face::Error;
use media2face::output::{
    ARKIT_NAMES, Channel, ChannelMap, EyeChannels, EyeRange, HeadAngles, LIVE_LINK_WIDTH, LiveLinkMap, MotionSampler,
    check_weights, find_channel, live_link_columns, vertex_normals,
};
use media2face::signal::pose::{axis_angle_from_quaternion, quaternion_from_axis_angle};
use media2face::signal::{Frames, HeadPose};

use crate::support::assert_close;

const RANGE: EyeRange = EyeRange { in_rad: 0.4, out_rad: 0.3, up_rad: 0.2, down_rad: 0.1 };

/// As recordings of the application begin, after `Timecode,BlendShapeCount,`.
const HEADER: &str = "EyeBlinkLeft,EyeLookDownLeft,EyeLookInLeft,EyeLookOutLeft,EyeLookUpLeft,EyeSquintLeft,\
EyeWideLeft,EyeBlinkRight,EyeLookDownRight,EyeLookInRight,EyeLookOutRight,EyeLookUpRight,EyeSquintRight,EyeWideRight,\
JawForward,JawRight,JawLeft,JawOpen,MouthClose,MouthFunnel,MouthPucker,MouthRight,MouthLeft,MouthSmileLeft,\
MouthSmileRight,MouthFrownLeft,MouthFrownRight,MouthDimpleLeft,MouthDimpleRight,MouthStretchLeft,MouthStretchRight,\
MouthRollLower,MouthRollUpper,MouthShrugLower,MouthShrugUpper,MouthPressLeft,MouthPressRight,MouthLowerDownLeft,\
MouthLowerDownRight,MouthUpperUpLeft,MouthUpperUpRight,BrowDownLeft,BrowDownRight,BrowInnerUp,BrowOuterUpLeft,\
BrowOuterUpRight,CheekPuff,CheekSquintLeft,CheekSquintRight,NoseSneerLeft,NoseSneerRight,TongueOut,HeadYaw,HeadPitch,\
HeadRoll,LeftEyeYaw,LeftEyePitch,LeftEyeRoll,RightEyeYaw,RightEyePitch,RightEyeRoll";

#[test]
fn live_link_columns_are_the_application_s() {
    let columns: Vec<String> = live_link_columns().collect();
    assert_eq!((columns.join(",").as_str(), columns.len()), (HEADER, LIVE_LINK_WIDTH));
}

#[test]
fn channels_are_found_by_name_in_either_case() {
    assert_eq!(find_channel(&ARKIT_NAMES, "jawOpen"), Some(17));
    assert_eq!(find_channel(&ARKIT_NAMES, "JawOpen"), Some(17));
    assert_eq!(find_channel(&["", "é"], "é"), Some(1));
}

#[test]
fn channels_are_found_by_the_names_of_other_programs() {
    let spelt = |name: &str, separator: &str, capital: bool| {
        let word = |c: char| {
            if c.is_uppercase() {
                format!("{separator}{}", if capital { c } else { c.to_ascii_lowercase() })
            } else {
                c.to_string()
            }
        };
        name.chars().map(word).collect::<String>()
    };
    for (at, name) in ARKIT_NAMES.iter().enumerate() {
        let snake = spelt(name, "_", false);
        for other in
            [snake.clone(), snake.to_uppercase(), spelt(name, " ", true), spelt(name, "-", false), name.to_lowercase()]
        {
            assert_eq!(find_channel(&ARKIT_NAMES, &other), Some(at), "{other}");
        }
        let side = name.replace("Left", "_L").replace("Right", "_R");
        assert_eq!(find_channel(&ARKIT_NAMES, &side), Some(at), "{side}");
    }
    for other in ["jaw", "open", "_neutral", "jawOpenLeft", "eyeBlinkL", "", "_", "mouth_LeftX"] {
        assert_eq!(find_channel(&ARKIT_NAMES, other), None, "{other}");
    }
    let own = ["jaw_open", "JawOpen", "jawOpen", ""];
    assert_eq!(
        ["jawOpen", "jaw_open", "JAWOPEN", ""].map(|name| find_channel(&own, name)),
        [Some(2), Some(0), Some(0), Some(3)]
    );
}

#[test]
fn weights_that_count_to_a_hundred_are_told() {
    let told =
        |weights: [f32; 2]| check_weights(&["jawOpen", "mouthClose"], &weights).map_err(|error| error.to_string());
    assert_eq!(told([0.0, 1.0]), Ok(()));
    let percent = "jawOpen is 80, expected 0 to 1; they seem to be percentages: divide all weights by 100";
    assert_eq!(told([80.0, 0.0]), Err(percent.to_owned()));
    for weights in [[1.5, 0.0], [80.0, -1.0], [180.0, 0.0], [f32::NAN, 80.0]] {
        let told = told(weights).unwrap_err();
        assert!(told.starts_with("jawOpen is ") && told.ends_with("expected 0 to 1"), "{told}");
    }
}

#[test]
fn live_link_row_matches_channels_by_name_and_leaves_absent_ones_at_zero() {
    let names = ["jawOpen", "somethingElse", "eyeLookOutLeft", "eyeLookDownRight"];
    let head = HeadPose { rotation: quaternion_from_axis_angle([0.0, 0.3, 0.0]), translation_mm: [1.0, 2.0, 3.0] };
    let row = LiveLinkMap::new(&names, RANGE).row(&[0.7, 0.9, 0.5, 0.25], &head);
    let mut expected = [0.0; LIVE_LINK_WIDTH];
    (expected[17], expected[3], expected[8]) = (0.7, 0.5, 0.25);
    (expected[52], expected[55], expected[59]) = (0.3, 0.5 * RANGE.out_rad, 0.25 * RANGE.down_rad);
    assert_close("row", &row, &expected, 1e-6);
}

#[test]
fn both_eyes_looking_left_have_the_same_yaw() {
    let mut weights = [0.0; 52];
    let mut set = |name: &str, value: f32| weights[find_channel(&ARKIT_NAMES, name).expect("a channel")] = value;
    set("eyeLookOutLeft", 0.8);
    set("eyeLookInRight", 0.6);
    set("eyeLookUpLeft", 0.5);
    set("eyeLookUpRight", 0.5);
    let eyes = EyeChannels::find(&ARKIT_NAMES).expect("all channels");
    let [left, right] = eyes.angles(&weights, &RANGE);
    assert_eq!((left, right), ([0.8 * RANGE.out_rad, -0.5 * RANGE.up_rad], left));
}

#[test]
fn gain_offset_and_limit_act_in_this_order() {
    let mut map = ChannelMap::new(3);
    map.set(1, Channel { gain: 2.0, offset: 0.1, min: 0.2, max: 0.9 }).expect("channel");
    let mut weights = [0.5, 0.3, 1.0, 0.25, 0.0, 0.5, 0.75, 0.6, 0.0];
    map.apply(&mut weights);
    assert_close("weights", &weights, &[0.5, 0.7, 1.0, 0.25, 0.2, 0.5, 0.75, 0.9, 0.0], 1e-6);
}

#[test]
fn wrong_channels_are_refused() {
    let mut map = ChannelMap::new(2);
    let channel = Channel::default();
    for (index, channel) in [
        (2, channel),
        (0, Channel { gain: f32::NAN, ..channel }),
        (0, Channel { offset: f32::INFINITY, ..channel }),
        (0, Channel { min: 0.6, max: 0.5, ..channel }),
    ] {
        assert!(matches!(map.set(index, channel), Err(Error::InvalidArgument(_))), "{channel:?}");
    }
    assert_eq!(map, ChannelMap::new(2), "nothing was changed");
}

/// The quaternion of two turns, `b` first.
fn product(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    let ([ax, ay, az, aw], [bx, by, bz, bw]) = (a, b);
    [
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    ]
}

fn turn(yaw: f32, pitch: f32, roll: f32) -> [f32; 4] {
    let [yaw, pitch, roll] = [[0.0, yaw, 0.0], [pitch, 0.0, 0.0], [0.0, 0.0, roll]].map(quaternion_from_axis_angle);
    product(yaw, product(pitch, roll))
}

#[test]
fn head_angles_undo_yaw_pitch_roll() {
    for (yaw, pitch, roll) in [(0.0, 0.0, 0.0), (0.4, -0.3, 0.2), (-2.5, 1.2, -3.0), (3.0, -1.5, 0.01)] {
        let found = HeadAngles::from_quaternion(turn(yaw, pitch, roll));
        assert_close("angles", &[found.yaw_rad, found.pitch_rad, found.roll_rad], &[yaw, pitch, roll], 2e-5);
    }
}

#[test]
fn head_angles_at_the_poles_are_the_same_rotation() {
    for pitch in [FRAC_PI_2, -FRAC_PI_2] {
        let q = turn(0.3, pitch, 0.5);
        let found = HeadAngles::from_quaternion(q);
        assert!([found.yaw_rad, found.pitch_rad, found.roll_rad].iter().all(|a| a.is_finite()));
        let back = turn(found.yaw_rad, found.pitch_rad, found.roll_rad);
        let cosine: f32 = q.iter().zip(&back).map(|(a, b)| a * b).sum();
        assert!(cosine.abs() > 0.99999, "{pitch}: {cosine}");
    }
}

#[test]
fn normals_weigh_triangles_by_area_and_point_outwards() {
    // A large triangle in the plane z = 0 and a small one in x = 0 share the vertices 0 and 1.
    let neutral = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, -4.0, 0.0, 0.0, 0.0, 0.0, -1.0];
    let triangles = [[0, 1, 2], [0, 3, 1]];
    let mut normals = [f32::NAN; 12];
    vertex_normals(&neutral, &[0.0; 12], &triangles, &mut normals);
    let length = 17f32.sqrt();
    let shared = [1.0 / length, 0.0, 4.0 / length];
    assert_close("normals", &normals, &[shared, shared, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]].concat(), 1e-6);
}

#[test]
fn normals_follow_the_offsets_and_survive_flat_triangles() {
    let neutral = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 5.0, 5.0, 5.0];
    let mut normals = [f32::NAN; 12];
    // The triangle is turned to face −Z; the last vertex belongs to a triangle without area.
    let offsets = [0.0, 0.0, 0.0, -2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    vertex_normals(&neutral, &offsets, &[[0, 1, 2], [3, 3, 3]], &mut normals);
    let (back, front) = ([0.0, 0.0, -1.0], [0.0, 0.0, 1.0]);
    assert_eq!(normals.to_vec(), [back, back, back, front].concat());
}

/// Two columns of z, and a head that turns about Y.
fn motion() -> Frames {
    let row = |i: usize| [i as f32, -2.0 * i as f32, 0.0, 0.4 * i as f32, 0.0, 3.0 * i as f32, 0.0, 0.0];
    Frames::new(8, (0..5).flat_map(row).collect())
}

#[test]
fn between_frames_latent_is_linear_and_pose_by_slerp() {
    let motion = motion();
    let sampler = MotionSampler::new(&motion, 25.0, 2).expect("sampler");
    let mut row = [0.0; 8];
    sampler.row_at(1.25 / 25.0, &mut row).expect("row");
    assert_close("row", &row, &[1.25, -2.5, 0.0, 0.5, 0.0, 3.75, 0.0, 0.0], 1e-5);
}

#[test]
fn pose_takes_the_shorter_way_past_half_a_turn() {
    let a = [0.0, PI - 0.1, 0.0];
    let b = axis_angle_from_quaternion(quaternion_from_axis_angle([0.0, PI + 0.1, 0.0]));
    let motion = Frames::new(6, [a, [0.0; 3], b, [0.0; 3]].concat());
    let mut row = [0.0; 6];
    MotionSampler::new(&motion, 1.0, 0).expect("sampler").row_at(0.25, &mut row).expect("row");
    assert_close("row", &row[..3], &[0.0, PI - 0.05, 0.0], 1e-5);
}

#[test]
fn sampling_at_the_motion_s_own_rate_is_the_motion_bit_for_bit() {
    let motion = motion();
    let sampler = MotionSampler::new(&motion, 29.97, 2).expect("sampler");
    assert_eq!(sampler.rows(29.97, 0, 5).expect("rows"), motion);
}

#[test]
fn times_outside_are_the_first_and_last_frame() {
    let motion = motion();
    let sampler = MotionSampler::new(&motion, 30.0, 2).expect("sampler");
    let mut row = [0.0; 8];
    for (time_s, frame) in [(-1.0, 0), (f64::NEG_INFINITY, 0), (4.0 / 30.0, 4), (9.0, 4), (f64::INFINITY, 4)] {
        sampler.row_at(time_s, &mut row).expect("row");
        assert_eq!(row, motion.row(frame), "{time_s} s");
    }
    let rows = sampler.rows(60.0, 7, 3).expect("rows");
    assert_eq!((rows.row(1), rows.row(2)), (motion.row(4), motion.row(4)));
    assert_close("half way", &rows.row(0)[..2], &[3.5, -7.0], 1e-6);
}

#[test]
fn frame_count_is_the_rounded_duration_and_never_zero() {
    let motion = Frames::zeros(45, 3);
    let sampler = MotionSampler::new(&motion, 30.0, 3).expect("sampler");
    assert_eq!(sampler.duration_s(), 1.5);
    for (rate_hz, frames) in [(30.0, 45), (60.0, 90), (24.0, 36), (25.0, 38), (1.0, 2), (1000.0, 1500)] {
        assert_eq!(sampler.frame_count(rate_hz).expect("count"), frames, "{rate_hz} Hz");
    }
    let motion = Frames::zeros(1, 3);
    assert_eq!(MotionSampler::new(&motion, 30.0, 3).expect("sampler").frame_count(1.0).expect("count"), 1);
}

#[test]
fn frames_of_slowed_rates_stand_exactly_where_they_belong_after_an_hour() {
    // Rows that rise by one, modulo a power of two, so that a position reads back to a ten-thousandth of a frame.
    let rows = 3600 * 30;
    let motion = Frames::new(1, (0..rows).map(|i| (i % 64) as f32).collect());
    let sampler = MotionSampler::new(&motion, 30.0, 1).expect("sampler");
    let mut row = [0.0];
    for (hz, n) in [(23.976f32, 24_000u64), (29.97, 30_000), (59.94, 60_000)] {
        assert_eq!(sampler.frame_count(hz).expect("count") as u64, (3600 * n + 500) / 1001);
        for hz in [hz, (n as f64 / 1001.0) as f32] {
            for frame in (3599 * n / 1001 - 40)..(3599 * n / 1001) {
                // frame · 1001/n seconds, in thirtieths.
                let (whole, rest) = (frame * 1001 * 30 / n, frame * 1001 * 30 % n);
                sampler.row(hz, frame as usize, &mut row).expect("row");
                let expected = (whole % 64) as f64 + rest as f64 / n as f64;
                if whole % 64 != 63 {
                    assert!((f64::from(row[0]) - expected).abs() < 1e-5, "{hz} Hz, frame {frame}: {row:?}, {expected}");
                }
                let mut at = [0.0];
                sampler.row_at(frame as f64 * 1001.0 / n as f64, &mut at).expect("row");
                assert!((at[0] - row[0]).abs() < 1e-4, "the same by its time");
            }
        }
    }
}

#[test]
fn wrong_rates_times_and_shapes_are_refused() {
    let motion = motion();
    for (fps, d_z) in [(0.0, 2), (f32::NAN, 2), (1e4, 2), (30.0, 3), (30.0, 9)] {
        assert!(matches!(MotionSampler::new(&motion, fps, d_z), Err(Error::InvalidArgument(_))), "{fps} {d_z}");
    }
    assert!(MotionSampler::new(&Frames::zeros(0, 8), 30.0, 2).is_err(), "no frames");
    let sampler = MotionSampler::new(&motion, 30.0, 2).expect("sampler");
    assert!(matches!(sampler.rows(30.0, 0, usize::MAX / 4), Err(Error::OutOfMemory(_))));
    assert!(sampler.rows(f32::INFINITY, 0, 1).is_err() && sampler.frame_count(-1.0).is_err());
    assert!(sampler.row_at(f64::NAN, &mut [0.0; 8]).is_err() && sampler.row_at(0.0, &mut [0.0; 7]).is_err());
}
