//! Sound of a scene: 16 kHz mono, as the model hears it. A line each, a track each character, and all of them together.

use media2face::SessionOptions;
use media2face::audio::RATE_HZ;

/// Options of a session that hears it.
pub fn heard() -> SessionOptions {
    SessionOptions { editable: false, ..SessionOptions::new(RATE_HZ, 1) }
}

/// Samples of a time.
pub fn samples_of(time_s: f64) -> usize {
    (time_s * f64::from(RATE_HZ)).round() as usize
}

/// Lines on silence, each from its time (s) on.
pub fn track<'a>(lines: impl IntoIterator<Item = (f64, &'a [f32])>, samples: usize) -> Vec<f32> {
    let mut track = vec![0.0; samples];
    for (start_s, line) in lines {
        let start = samples_of(start_s).min(samples);
        track[start..].iter_mut().zip(line).for_each(|(sum, sample)| *sum += sample);
    }
    track
}

/// All tracks together; quieter where their sum would be cut off.
pub fn mix<'a>(tracks: impl IntoIterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut mix: Vec<f32> = Vec::new();
    for track in tracks {
        mix.resize(mix.len().max(track.len()), 0.0);
        mix.iter_mut().zip(track).for_each(|(sum, sample)| *sum += sample);
    }
    let peak = mix.iter().fold(1.0f32, |peak, sample| peak.max(sample.abs()));
    mix.iter_mut().for_each(|sample| *sample /= peak);
    mix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lie_on_silence_and_end_with_the_scene() {
        let line = [0.5f32; 32];
        let track = track([(0.001, &line[..]), (0.004, &line[..])], 80);
        let heard: Vec<usize> = (0..80).filter(|&i| track[i] > 0.0).collect();
        assert_eq!(heard, (16..48).chain(64..80).collect::<Vec<_>>());
    }

    #[test]
    fn mix_that_would_be_cut_off_is_quieter_as_a_whole() {
        assert_eq!(mix([&[0.5f32, -0.25][..], &[0.25, 0.25]]), [0.75, 0.0]);
        assert_eq!(mix([&[1.0f32, 0.5][..], &[1.0, 0.0]]), [1.0, 0.25]);
    }
}
