//! Files as they are, and as they should not be.

use std::cell::RefCell;

use media2face::output::Rig;

use super::*;
use crate::allocations::{MOST_BYTES, peak_of};
use crate::emit::track::tests::short;
use crate::emit::{a2f, csv, json, table};

/// Reads a file of this text; the warnings too.
fn read(text: &str, fps: Option<f32>) -> Result<(Recorded, Vec<String>), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.txt");
    std::fs::write(&path, text).unwrap();
    let told = RefCell::new(Vec::new());
    let shorter = |text: &str| text.replace(&path.display().to_string(), "F");
    let read = super::read(&path, fps.map(Into::into), &|message| told.borrow_mut().push(shorter(message)));
    read.map(|recorded| (recorded, told.take())).map_err(|error| shorter(&format!("{error:#}")))
}

fn text(write: impl Fn(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Every form of the same frames.
fn forms() -> [String; 4] {
    let track = short();
    [
        text(|out| json::write(&track, Some(7), None, None, out)),
        text(|out| a2f::write(&track, "hello.wav", out)),
        text(|out| csv::write(&track, out)),
        text(|out| table::write(&track, out)),
    ]
}

fn near(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 2e-6)
}

#[test]
fn what_was_written_is_read_from_every_form() {
    let wanted = short();
    for (number, form) in forms().iter().enumerate() {
        let (Recorded { track, seed }, told) = read(form, (number == 2).then_some(30.0)).unwrap();
        assert!(told.is_empty(), "{told:?}");
        assert_eq!((track.fps, track.frame_count()), (wanted.fps, 3), "{number}");
        assert_eq!(seed, (number == 0).then_some(7));
        for name in &wanted.names {
            let column = |track: &Track| {
                let at = track.column(name).unwrap();
                (0..3).map(|frame| track.row(frame)[at]).collect::<Vec<_>>()
            };
            assert!(near(&column(&track), &column(&wanted)), "{number}: {name}");
        }
        // Audio2Face has no head, Live Link no place of it.
        let heads = [true, false, true, true][number];
        let turned = if heads { wanted.heads[1].rotation } else { HeadPose::default().rotation };
        assert!(near(&track.heads[1].rotation, &turned), "{number}: {:?}", track.heads[1]);
        if number != 2 {
            assert_eq!(track.names, wanted.names);
        }
    }
}

#[test]
fn exact_numbers_come_back_exactly_from_json() {
    let mut track = short();
    track.weights = vec![0.1, 1.0 / 3.0, f32::MIN_POSITIVE, 0.0, 1.0, 0.999_999_94];
    track.fps = "24000/1001".parse().unwrap();
    for form in [text(|out| json::write(&track, Some(7), None, None, out)), text(|out| a2f::write(&track, "a", out))] {
        let (read, _) = read(&form, None).unwrap();
        assert_eq!((read.track.weights, read.track.fps), (track.weights.clone(), track.fps));
    }
}

#[test]
fn rate_of_a_table_is_that_of_its_times() {
    for rate in ["24", "30", "60", "30000/1001", "24000/1001", "60000/1001"] {
        let mut track = short();
        track.fps = rate.parse().unwrap();
        track.weights = vec![0.5; 2 * 200];
        track.heads = vec![HeadPose::default(); 200];
        let told = |form: &str| read(form, None).unwrap().0.track;
        assert_eq!(told(&text(|out| table::write(&track, out))).fps, track.fps);
        let live = told(&text(|out| csv::write(&track, out)));
        if rate.contains('/') {
            // Counted as if it were whole: that is what such a timecode says.
            assert_eq!(live.fps.denominator(), 1);
            if track.fps.numerator() != 24000 {
                track.drop_frame = true;
                let dropped = told(&text(|out| csv::write(&track, out)));
                assert_eq!((dropped.fps, dropped.drop_frame), (track.fps, true));
            }
        } else {
            assert_eq!((live.fps, live.drop_frame), (track.fps, false));
        }
    }
}

#[test]
fn weights_a_little_outside_are_brought_in_with_one_warning() {
    let form = forms()[1].replace("[1.0,0.125]", "[1.2,-0.01]");
    let (recorded, told) = read(&form, None).unwrap();
    assert_eq!(recorded.track.row(2), [1.0, 0.0]);
    let warning = "F: 2 weights are outside 0 to 1 and were brought into it, the first jawOpen 1.2 in frame 2";
    assert_eq!(told, [warning]);
    let percent = read(&forms()[1].replace("[1.0,0.125]", "[100.0,0.125]"), None).err().unwrap();
    assert!(percent.contains("frame 2: ") && percent.contains("they seem to be percentages"), "{percent}");
}

#[test]
fn frames_in_which_the_app_saw_no_face_have_the_one_before() {
    let form = "Timecode,BlendShapeCount,JawOpen,HeadYaw,HeadPitch,HeadRoll\n00:00:00:00.000,0\n\
                00:00:00:01.000,61,0.5,0.1,0,0\n00:00:00:02.000,0,,,,\n";
    let (recorded, told) = read(form, Some(60.0)).unwrap();
    assert_eq!(recorded.track.weights, [0.0, 0.5, 0.5]);
    assert_eq!(recorded.track.heads[2], recorded.track.heads[1]);
    assert_eq!(told, ["F: 2 frames have no face, and have the one before"]);
}

#[test]
fn faults_are_named_with_their_place() {
    let [own, other, live, table] = forms();
    for (form, reason) in [
        (String::new(), "it begins with \"\": expected the JSON"),
        ("a,b\n1,2\n".to_owned(), "it begins with \"a\""),
        ("{}".to_owned(), "it has neither names nor facsNames"),
        ("{\"names\": [\"a\"]}".to_owned(), "it has neither weights nor weightMat"),
        ("{\"names\":[],\"weights\":[],\"fps\":30}".to_owned(), "it has no channels"),
        ("{\"names\":[\"a\"],\"weights\":[],\"fps\":30}".to_owned(), "it has no frames"),
        ("{\"names\":[\"a\",\"a\"],\"weights\":[[0,0]],\"fps\":30}".to_owned(), "it has the channel \"a\" twice"),
        ("{\"names\":[\"a\"],\"weights\":[[0]]}".to_owned(), "it tells no rate: say --fps"),
        (other.replace("\"exportFps\":30.0", "\"exportFps\":0"), "fps: "),
        (own.replace("[30,1]", "[30,0]"), "frame_rate: "),
        (other.replace("[1.0,0.125]", "[1.0]"), "frame 2 has 1 weights for 2 names"),
        (other.replace("[1.0,0.125]", "[1e39,0.125]"), "frame 2: jawOpen is not finite"),
        (other.replace("[1.0,0.125]", "[null,0.125]"), "at line 1 column"),
        (other.replace("\"numFrames\":3", "\"numFrames\":4"), "it has 3 frames, and says 4"),
        (own.replace("\"rotation\":[0.0,0.0,0.0,1.0]", "\"rotation\":[0.0,0.0,0.0,2.0]"), "the head in frame 0"),
        (live.clone(), "it tells no rate: say --fps"),
        (live.replace("00:00:00:01.000", "1.5"), "line 3: \"1.5\" is no timecode"),
        (live.replace("00:00:00:01.000", "00:00:00:-1"), "line 3: \"00:00:00:-1\" is no timecode"),
        (live.replace(",0.250000,", ",nan,"), "line 3: column EyeBlinkLeft: \"nan\" is not a finite number"),
        (
            live.replace("HeadYaw", "HeadTurn"),
            "of the head it has only some of the columns HeadYaw, HeadPitch, HeadRoll",
        ),
        (live.lines().next().unwrap().to_owned() + "\n", "it tells no rate"),
        (table.replace(",0.500000,", ",0.5x,"), "line 3: column jawOpen: \"0.5x\" is not a finite number"),
        (table.replace("0.033333,", "0.9,"), "its times are not even: frame 1 at 0.9 s"),
        (table.replace("0.033333,", "inf,"), "line 3: column time_s: \"inf\" is no time"),
        (table.replace("0.066667,", "0,"), "its times do not rise"),
        (table.replace("0.995004", "0.5"), "line 3: the head's rotation is no unit quaternion"),
        (table.lines().take(2).collect::<Vec<_>>().join("\n"), "it tells no rate"),
    ] {
        let told = read(&form, None).err().unwrap_or_else(|| panic!("{reason}: taken"));
        assert!(told.starts_with("cannot read F: ") && told.contains(reason), "{reason}\n{told}");
    }
}

#[test]
fn every_cut_of_a_file_is_an_error_or_whole_frames() {
    for (number, form) in forms().iter().enumerate() {
        for end in 0..form.len() {
            let Ok((recorded, _)) = read(&form[..end], Some(30.0)) else { continue };
            // A table may end behind any row, and within the digits of its last number; JSON only at its end.
            assert!(number >= 2 || form[end..].trim().is_empty(), "{number}, {end}");
            let track = recorded.track;
            assert_eq!(track.weights.len(), track.frame_count() * track.names.len());
            assert!(track.weights.iter().all(|weight| (0.0..=1.0).contains(weight)));
            assert!(track.driven(Rig::find("vrm1").unwrap()).is_ok());
        }
    }
}

#[test]
fn small_files_take_little_memory_whatever_they_say() {
    for (begin, again) in [
        ("{\"names\":[", "\"\","),
        ("{\"weights\":[", "[],"),
        ("{\"weights\":[", "[0],"),
        ("{\"head\":", "["),
        ("{\"a\":", "["),
        ("time_s,", ","),
        ("time_s,", "a,"),
        ("time_s,a\n", "\n"),
        ("time_s,a\n", "0,0\n"),
        ("Timecode,a\n", "0:0:0:0\n"),
        ("Timecode,BlendShapeCount", ",a"),
        ("Timecode,BlendShapeCount,\"", "a"),
    ] {
        let text = begin.to_owned() + &again.repeat((100_000 - begin.len()) / again.len());
        let (read, bytes) = peak_of(|| read(&text, None));
        assert!(bytes <= MOST_BYTES, "{begin:?} {again:?}: {bytes}, {:?}", read.err());
    }
    // Short rows that stand for many values.
    let names: Vec<String> = (0..120).map(|number| number.to_string()).collect();
    let text = format!("Timecode,BlendShapeCount,{}\n{}", names.join(","), "0:0:0:0,0\n".repeat(9_000));
    let (read, bytes) = peak_of(|| read(&text, Some(30.0)));
    assert!(read.is_ok() && bytes <= MOST_BYTES, "{bytes}");
}
