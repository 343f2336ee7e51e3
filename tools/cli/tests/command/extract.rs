//! `m2f extract`: what comes into the data set of pictures, boxes and sound, and what is refused.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::{Bench, INTEGERS, assert_failed, has_ffmpeg, names};

impl Bench {
    /// `frames/`: rendered pictures of half a second at 10 a second, with `boxes.csv`.
    pub(crate) fn with_frames() -> Self {
        let bench = Self::new();
        let made = bench.animate("out", &["--emit", "frames", "--size", "64", "--fps", "10", "--tail", "0"]);
        assert!(made.status.success(), "{made:?}");
        fs::rename(bench.path("out/hum.frames"), bench.path("frames")).unwrap();
        bench
    }

    /// Of these faces a finder knows none: their boxes are given, or all of the picture.
    pub(crate) fn extract(&self, more: &[&str]) -> Output {
        let args = ["extract", "frames", "--model", "tiny.m2f", "--out", "set", "--fps", "10", "--quiet"];
        let given = more.iter().any(|arg| arg.starts_with("--box"));
        let whole: &[&str] = if given { &[] } else { &["--whole"] };
        self.m2f(&[&args, whole, more].concat())
    }

    fn rows(&self) -> Vec<Value> {
        let index = fs::read_to_string(self.path("set/index.jsonl")).unwrap();
        index.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Header and data of an array of a clip.
    pub(crate) fn array(&self, clip: u32, name: &str) -> (String, Vec<u8>) {
        let file = fs::File::open(self.path(&format!("set/clips/{clip:07}.npz"))).unwrap();
        let mut zip = zip::ZipArchive::new(file).unwrap();
        let mut bytes = Vec::new();
        zip.by_name(&format!("{name}.npy")).unwrap().read_to_end(&mut bytes).unwrap();
        taken_apart(&bytes)
    }
}

fn taken_apart(npy: &[u8]) -> (String, Vec<u8>) {
    let data = 10 + usize::from(u16::from_le_bytes([npy[8], npy[9]]));
    (String::from_utf8(npy[10..data].to_vec()).unwrap(), npy[data..].to_vec())
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|&value| f32::from_le_bytes(value)).collect()
}

#[test]
fn clip_is_laid_out_as_the_training_reads_it() {
    let bench = Bench::with_frames();
    let output = bench.extract(&["--boxes", "frames/boxes.csv", "--audio", "hum.wav"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "clip 0 in set: 5 frames, 5 with a face");
    assert!(output.stderr.is_empty(), "{output:?}");

    let (audio, samples) = bench.array(0, "audio");
    assert!(audio.contains("'<i2'") && audio.contains("(8000,)") && samples.len() == 16_000, "{audio}");
    let expected = ((1.0f32 * 0.05).sin() * 0.25 * 32_767.0) as i16;
    assert_eq!(i16::from_le_bytes([samples[2], samples[3]]), expected);
    let (weights, data) = bench.array(0, "weights");
    assert!(weights.contains("'<f2'") && weights.contains("(5, 52)") && data.len() == 5 * 52 * 2, "{weights}");
    let (pose, data) = bench.array(0, "pose");
    assert!(pose.contains("'<f4'") && pose.contains("(5, 6)"), "{pose}");
    for row in floats(&data).chunks_exact(6) {
        assert!(row[..3].iter().any(|angle| *angle != 0.0) && row[3..] == [0.0; 3], "{row:?}");
    }
    let (valid, data) = bench.array(0, "valid");
    assert!(valid.contains("'|b1'") && valid.contains("(5,)") && data == [1; 5], "{valid}");
    let (latents, data) = taken_apart(&fs::read(bench.path("set/latents/0000000.npy")).unwrap());
    assert!(latents.contains("'<f2'") && latents.contains("(5, 12)") && data.len() == 5 * 12 * 2, "{latents}");

    let rows = bench.rows();
    assert_eq!(rows.len(), 1);
    for (key, value) in [
        ("number", 0.into()),
        ("split", "captured".into()),
        ("text", "".into()),
        ("source", "frames".into()),
        ("samples", 8000.into()),
        ("frames", 5.into()),
        ("valid", 5.into()),
        ("seconds", 0.5.into()),
        ("fps", 10.0.into()),
        ("phones", Value::Array(vec![])),
    ] {
        assert_eq!(rows[0][key], value, "{key}");
    }
}

#[test]
fn second_clip_gets_the_next_number_and_a_given_one_is_replaced() {
    let bench = Bench::with_frames();
    for expected in ["clip 0", "clip 1"] {
        let output = bench.extract(&["--audio", "hum.wav"]);
        assert!(String::from_utf8_lossy(&output.stdout).starts_with(expected), "{output:?}");
    }
    let first = bench.array(0, "pose");
    assert_eq!(first, bench.array(1, "pose"), "the same pictures");
    assert!(bench.extract(&["--audio", "hum.wav", "--number", "0", "--box", "10,12,40,36"]).status.success());
    assert!(bench.array(0, "pose") != first, "another box");
    let numbers: Vec<_> = bench.rows().iter().map(|row| row["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [0, 1]);
    assert_eq!(names(&bench.path("set")), [".lock", "clips", "index.jsonl", "latents"]);
    assert_eq!(names(&bench.path("set/clips")), ["0000000.npz", "0000001.npz"]);
}

#[test]
fn frames_without_a_box_are_invalid_and_zero() {
    let bench = Bench::with_frames();
    fs::write(bench.path("boxes.csv"), "frame,x,y,w,h\n0,10,10,40,40\n2,,,,\n4,12,10,40,40\n").unwrap();
    let output = bench.extract(&["--boxes", "boxes.csv", "--audio", "hum.wav"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("5 frames, 2 with a face"), "{output:?}");
    assert_eq!(bench.array(0, "valid").1, [1, 0, 0, 0, 1]);
    let poses = floats(&bench.array(0, "pose").1);
    for (frame, row) in poses.chunks_exact(6).enumerate() {
        assert_eq!(row == [0.0; 6], [1, 2, 3].contains(&frame), "{row:?}");
    }
    assert_eq!(bench.rows()[0]["valid"], 2);

    for (boxes, reason) in [
        ("frame,x,y,w,h\n", "none of the 5 frames shows a face"),
        ("frame,x,y,w,h\n5,1,1,9,9\n", "a box for frame 5, but the clip has 5 frames"),
        ("frame,x,y,w,h\n0,1,1,9,wide\n", "boxes.csv line 2: column h: \"wide\" is not a number"),
        ("frame,x,y,w,h\n0,99,1,9,9\n", "0000000.png: the face box 99,1,9,9 is outside the picture of 64×64"),
    ] {
        fs::write(bench.path("boxes.csv"), boxes).unwrap();
        assert_failed(&bench.extract(&["--boxes", "boxes.csv", "--audio", "hum.wav"]), reason);
    }
    assert_eq!(bench.rows().len(), 1);
}

#[test]
fn broken_picture_is_named_or_marked_invalid() {
    let bench = Bench::with_frames();
    let whole = fs::read(bench.path("frames/0000002.png")).unwrap();
    fs::write(bench.path("frames/0000002.png"), &whole[..whole.len() / 2]).unwrap();
    assert_failed(&bench.extract(&["--audio", "hum.wav"]), "frames/0000002.png: the PNG file is damaged");
    assert!(!bench.path("set").exists(), "nothing is made of a clip that failed");
    let output = bench.extract(&["--audio", "hum.wav", "--keep-going"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.starts_with("warning: frames/0000002.png: "), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("4 with a face, 1 could not be read"), "{output:?}");
    assert_eq!(bench.array(0, "valid").1, [1, 1, 0, 1, 1]);
}

#[test]
fn hidden_files_are_no_frames_and_no_frame_changes_its_place() {
    let bench = Bench::with_frames();
    assert!(bench.extract(&["--audio", "hum.wav", "--boxes", "frames/boxes.csv"]).status.success());
    let [valid, pose, weights] = ["valid", "pose", "weights"].map(|name| bench.array(0, name));
    // What systems leave in folders.
    for name in [".DS_Store", "._0000000.png", "._0000003.png", ".hidden.jpg", "Thumbs.db", "desktop.ini"] {
        fs::write(bench.path("frames").join(name), "no picture").unwrap();
    }
    let output = bench.extract(&["--audio", "hum.wav", "--boxes", "frames/boxes.csv", "--keep-going"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!([valid, pose.clone(), weights], ["valid", "pose", "weights"].map(|name| bench.array(1, name)));

    // A number that is left out, a broken picture, one of another kind: all others are what they were.
    let row = |pose: &(String, Vec<u8>), frame: usize| pose.1[frame * 24..][..24].to_vec();
    let kept = bench.path("frames/0000002.png");
    let picture = fs::read(&kept).unwrap();
    fs::remove_file(&kept).unwrap();
    for (number, (name, reason)) in [
        ("none", "there is no picture with the number 2"),
        ("0000002.webp", "neither a PNG nor a JPEG"),
        ("0000002.png", "damaged"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = bench.path("frames").join(name);
        if name != "none" {
            fs::write(&path, if name.ends_with("webp") { b"RIFF" } else { &picture[..picture.len() / 2] }).unwrap();
        }
        let output = bench.extract(&["--audio", "hum.wav", "--boxes", "frames/boxes.csv", "--keep-going"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && stderr.contains(reason) && stderr.contains("marked invalid"), "{stderr}");
        let clip = 2 + number as u32;
        assert_eq!(bench.array(clip, "valid").1, [1, 1, 0, 1, 1], "{name}");
        let found = bench.array(clip, "pose");
        assert!([0, 1, 3, 4].iter().all(|&frame| row(&found, frame) == row(&pose, frame)), "{name}");
        let _ = fs::remove_file(&path);
    }
    let output = bench.extract(&["--audio", "hum.wav"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.contains("the numbers leave out 1, the first is 2"), "{stderr}");
    assert_eq!(bench.array(5, "valid").1, [1; 4]);
}

#[test]
fn picture_on_its_side_is_read_upright() {
    let bench = Bench::with_frames();
    assert!(bench.extract(&["--audio", "hum.wav", "--boxes", "frames/boxes.csv"]).status.success());
    // The same pictures, stored on their side with the tag that says so.
    for frame in 0..5 {
        let path = bench.path(&format!("frames/{frame:07}.png"));
        let mut decoder =
            png::Decoder::new(std::io::BufReader::new(fs::File::open(&path).unwrap())).read_info().unwrap();
        let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
        let info = decoder.next_frame(&mut pixels).unwrap();
        let (side, channels) = (info.width as usize, pixels.len() / (info.width * info.height) as usize);
        let at = |x: usize, y: usize| &pixels[(y * side + x) * channels..][..channels];
        // Orientation 6: what is seen is stored a quarter turn to the left.
        let stored: Vec<u8> = (0..side * side).flat_map(|i| at(side - 1 - i / side, i % side)).copied().collect();
        let mut info = png::Info::with_size(info.width, info.height);
        (info.color_type, info.bit_depth) = (decoder.info().color_type, decoder.info().bit_depth);
        let tag = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        info.exif_metadata = Some(tag.to_vec().into());
        let encoder = png::Encoder::with_info(fs::File::create(&path).unwrap(), info).unwrap();
        encoder.write_header().unwrap().write_image_data(&stored).unwrap();
    }
    assert!(bench.extract(&["--audio", "hum.wav", "--boxes", "frames/boxes.csv"]).status.success());
    assert_eq!(bench.array(0, "pose"), bench.array(1, "pose"));
    assert_eq!(bench.array(0, "weights"), bench.array(1, "weights"));
}

#[test]
fn sound_of_another_length_is_refused_and_none_is_silence() {
    let bench = Bench::with_frames();
    bench.wav("long.wav", INTEGERS, (0..40_000).map(|_| 0.1));
    assert_failed(
        &bench.extract(&["--audio", "long.wav"]),
        "the sound lasts 2.50 s, but 5 frames at 10 a second last 0.50 s",
    );
    let output = bench.extract(&[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("warning: there is no sound"), "{output:?}");
    assert!(bench.array(0, "audio").1 == [0; 16_000]);
}

#[test]
fn what_is_no_clip_is_one_clear_error() {
    let bench = Bench::with_frames();
    fs::create_dir(bench.path("empty")).unwrap();
    fs::create_dir(bench.path("generated")).unwrap();
    fs::write(bench.path("generated/dataset.json"), "{}").unwrap();
    let extract = |args: &[&str]| bench.m2f(&[&["extract", "--model", "tiny.m2f", "--quiet"], args].concat());
    assert_failed(&extract(&["empty", "--out", "set"]), "empty holds no PNG or JPEG pictures");
    assert_failed(&extract(&["none.mp4", "--out", "set"]), "cannot read none.mp4");
    let generated = extract(&["frames", "--out", "generated", "--fps", "10", "--audio", "hum.wav"]);
    assert_failed(&generated, "generated is a generated data set");
}

#[test]
fn pack_without_vision_encoders_is_told() {
    let bench = Bench::with_frames();
    for part in ["gnpfa.expression_encoder", "gnpfa.pose_encoder"] {
        bench.pack("blind.m2f", |_| (), |name| !name.starts_with(part));
        let output = bench.m2f(&["extract", "frames", "--model", "blind.m2f", "--out", "set"]);
        assert_failed(&output, part);
    }
}

#[test]
fn film_without_ffmpeg_says_how_to_get_it_and_pictures_need_none() {
    let bench = Bench::with_frames();
    fs::write(bench.path("film.mp4"), "film").unwrap();
    let film = ["extract", "film.mp4", "--model", "tiny.m2f", "--out", "set"];
    assert_failed(&bench.alone(&film), "ffmpeg is not on the PATH; it comes with apt install ffmpeg");
    let pictures =
        ["extract", "frames", "--fps", "10", "--audio", "hum.wav", "--model", "tiny.m2f", "--out", "set", "--whole"];
    assert!(bench.alone(&pictures).status.success());
}

#[test]
fn film_gives_frames_and_sound() {
    if !has_ffmpeg() {
        return;
    }
    let bench = Bench::new();
    assert!(bench.animate("out", &["--emit", "mp4", "--size", "64", "--tail", "0"]).status.success());
    let extract =
        |film: &str| bench.m2f(&["extract", film, "--model", "tiny.m2f", "--out", "set", "--quiet", "--whole"]);
    let output = extract("out/hum.mp4");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.starts_with("clip 0 in set: 15 frames, 15 with a face"), "{output:?}");
    let samples = bench.array(0, "audio").1;
    assert_eq!(samples.len(), 2 * 8_000);
    let loudest = samples.as_chunks::<2>().0.iter().map(|&bytes| i16::from_le_bytes(bytes).unsigned_abs()).max();
    assert!(loudest.unwrap() > 4_000, "{loudest:?}");

    mute(&bench.path("out/hum.mp4"), &bench.path("mute.mp4"));
    let output = extract("mute.mp4");
    assert!(String::from_utf8_lossy(&output.stderr).contains("warning: there is no sound"), "{output:?}");
    assert_eq!(bench.rows()[1]["frames"], 15);
    fs::write(bench.path("text.mp4"), "This is not a film.").unwrap();
    assert_failed(&extract("text.mp4"), "ffmpeg cannot read the sound of text.mp4: ");
    fs::copy(bench.path("hum.wav"), bench.path("sound.mp4")).unwrap();
    assert_failed(&extract("sound.mp4"), "ffmpeg cannot read sound.mp4: ");
}

#[test]
fn clip_without_a_face_that_is_found_is_refused() {
    let bench = Bench::with_frames();
    for more in [&[][..], &["--box", "0,0,0,0"]] {
        let args = [
            "extract", "frames", "--model", "tiny.m2f", "--out", "set", "--fps", "10", "--quiet", "--audio", "hum.wav",
        ];
        assert_failed(&bench.m2f(&[&args, more].concat()), "no face was found in any of 5 frames; say where it is");
    }
}

fn mute(from: &Path, to: &Path) {
    let mut command = Command::new("ffmpeg");
    command.args(["-loglevel", "error", "-i"]).arg(from).args(["-an", "-c:v", "copy"]).arg(to);
    assert!(command.status().unwrap().success());
}
