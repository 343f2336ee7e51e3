//! The sound of a clip: 16 kHz mono, as long as its frames.

use std::path::Path;

use anyhow::{Result, ensure};
use media2face::signal::FrameRate;

use crate::input::ffmpeg::{self, SOUND_RATE_HZ};
use crate::input::sound::Sound;

/// How much longer or shorter than the frames a sound may be, seconds: the ends of films differ by that.
const MOST_DIFFERENCE_S: f64 = 0.5;

/// The sound at `audio`, else that of the film; none where there is none.
pub fn read(input: &Path, audio: Option<&Path>, warn: &dyn Fn(&str)) -> Result<Option<Vec<i16>>> {
    let samples = match audio {
        Some(path) => Sound::open(path)?.mono(warn)?.samples,
        None if input.is_dir() => return Ok(None),
        None => match ffmpeg::sound(input)? {
            // As ffmpeg mixes them, channels of opposite phase would be silence.
            Some(sound) => Sound::of_stream(input, sound)?.mono(warn)?.samples,
            None => return Ok(None),
        },
    };
    Ok(Some(samples.iter().map(|sample| (sample * 32768.0).round().clamp(-32768.0, 32767.0) as i16).collect()))
}

/// An error for a sound and frames of different lengths.
pub fn check_length(samples: &[i16], frames: usize, fps: FrameRate) -> Result<()> {
    let sound_s = samples.len() as f64 / f64::from(SOUND_RATE_HZ);
    let frames_s = fps.time_s(frames);
    ensure!(
        (sound_s - frames_s).abs() <= MOST_DIFFERENCE_S,
        "the sound lasts {sound_s:.2} s, but {frames} frames at {fps} a second last {frames_s:.2} s"
    );
    Ok(())
}

/// Cut, or filled up with silence, to the length of the frames.
pub fn fitted(mut samples: Vec<i16>, frames: usize, fps: FrameRate) -> Vec<i16> {
    let length_s = fps.time_s(frames);
    samples.resize((length_s * f64::from(SOUND_RATE_HZ)).round() as usize, 0);
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_takes_the_length_of_the_frames() {
        assert_eq!(fitted(Vec::new(), 3, 30.0.into()), vec![0; 1600]);
        assert_eq!(fitted(vec![5; 16_100], 30, 30.0.into()).len(), 16_000);
        let longer = fitted(vec![5; 15_000], 30, 30.0.into());
        assert_eq!((longer.len(), longer[14_999], longer[15_000]), (16_000, 5, 0));
    }

    #[test]
    fn lengths_may_differ_by_half_a_second() {
        assert!(
            check_length(&[0; 23_900], 30, 30.0.into()).is_ok() && check_length(&[0; 8_100], 30, 30.0.into()).is_ok()
        );
        for length in [24_100, 7_900] {
            let error = check_length(&vec![0; length], 30, 30.0.into()).unwrap_err().to_string();
            assert!(error.ends_with("but 30 frames at 30 a second last 1.00 s"), "{error}");
        }
    }
}
