//! Conversion to 16 kHz mono: the resampler against the judge's figures, and the edges.

use std::f64::consts::TAU;

use media2face::audio::{Converter, Resampler};
use media2face::error::Error;

const AMPLITUDE: f64 = 0.5;

fn tone(hz: f64, rate_hz: u32, samples: usize) -> Vec<f32> {
    (0..samples).map(|i| (AMPLITUDE * (TAU * hz * i as f64 / f64::from(rate_hz) + 0.3).sin()) as f32).collect()
}

fn convert(rate_hz: u32, channels: u32, interleaved: &[f32]) -> Vec<f32> {
    let mut converter = Converter::new(rate_hz, channels).expect("valid format");
    converter.push_f32(interleaved).expect("finite samples");
    converter.finish().expect("a whole clip")
}

fn decibels(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-12).log10()
}

/// Without the first and last eighth, where the clip's ends ring: (first index, samples).
fn middle(samples: &[f32]) -> (usize, &[f32]) {
    let margin = samples.len() / 8;
    (margin, &samples[margin..samples.len() - margin])
}

/// Least-squares sine at `hz`: amplitude, phase, root mean square of what is left.
fn fit(samples: &[f32], hz: f64) -> (f64, f64, f64) {
    let (first, samples) = middle(samples);
    let angle = |i: usize| TAU * hz * (first + i) as f64 / 16_000.0;
    let (mut ss, mut sc, mut cc, mut xs, mut xc) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (i, x) in samples.iter().enumerate() {
        let ((s, c), x) = (angle(i).sin_cos(), f64::from(*x));
        (ss, sc, cc, xs, xc) = (ss + s * s, sc + s * c, cc + c * c, xs + x * s, xc + x * c);
    }
    let determinant = ss * cc - sc * sc;
    let (a, b) = ((xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant);
    let rest = samples.iter().enumerate().map(|(i, x)| {
        let (s, c) = angle(i).sin_cos();
        (f64::from(*x) - a * s - b * c).powi(2)
    });
    (a.hypot(b), b.atan2(a), (rest.sum::<f64>() / samples.len() as f64).sqrt())
}

#[test]
fn pass_band_is_flat_up_to_nine_tenths_of_nyquist() {
    for rate_hz in [48_000, 44_100, 32_000, 22_050, 96_000, 192_000, 8_000, 11_025, 15_999, 16_001, 64_111] {
        for part in [0.01, 0.25, 0.5, 0.8, 0.85, 0.9] {
            let hz = part * f64::from(rate_hz.min(16_000)) / 2.0;
            let (amplitude, ..) = fit(&convert(rate_hz, 1, &tone(hz, rate_hz, 2 * rate_hz as usize)), hz);
            let gain = decibels(amplitude / AMPLITUDE);
            assert!(gain.abs() <= 0.05, "{rate_hz} Hz, tone at {hz} Hz: {gain} dB");
        }
    }
}

#[test]
fn tones_above_the_band_leave_no_alias() {
    for rate_hz in [48_000, 44_100, 32_000, 22_050] {
        for hz in [8_020.0, 8_800.0, 9_500.0, 10_500.0, 12_000.0, 15_000.0, 21_000.0] {
            if hz < 0.98 * f64::from(rate_hz) / 2.0 {
                let out = convert(rate_hz, 1, &tone(hz, rate_hz, 2 * rate_hz as usize));
                let (_, out) = middle(&out);
                let energy = out.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / out.len() as f64;
                let alias = decibels((2.0 * energy).sqrt() / AMPLITUDE);
                assert!(alias <= -100.0, "{rate_hz} Hz, tone at {hz} Hz: {alias} dB");
            }
        }
    }
}

#[test]
fn tone_keeps_its_phase_and_gains_no_noise() {
    for rate_hz in [48_000, 44_100, 8_000, 11_025, 22_050, 192_000, 12_345] {
        let (amplitude, phase, rest) = fit(&convert(rate_hz, 1, &tone(1000.0, rate_hz, 2 * rate_hz as usize)), 1000.0);
        let snr = decibels(amplitude / 2f64.sqrt() / rest);
        assert!(snr >= 110.0, "{rate_hz} Hz: {snr} dB");
        assert!((phase - 0.3).abs() < 1e-5, "{rate_hz} Hz: delayed by {} rad", phase - 0.3);
    }
}

#[test]
fn tone_of_a_low_rate_leaves_no_image() {
    for rate_hz in [8_000u32, 11_025, 12_000] {
        let hz = 0.45 * f64::from(rate_hz);
        let (amplitude, _, rest) = fit(&convert(rate_hz, 1, &tone(hz, rate_hz, 2 * rate_hz as usize)), hz);
        let image = decibels(2f64.sqrt() * rest / amplitude);
        assert!(image <= -97.0, "{rate_hz} Hz: {image} dB");
    }
}

#[test]
fn long_sound_does_not_drift() {
    // At 4 kHz an error of 1e-5 is 0.4 ns. The sine is turned from sample to sample, and starts again each second.
    let (rate_hz, hz, seconds) = (11_025, 4000.0, 600);
    let mut resampler = Resampler::new(rate_hz).unwrap();
    let (mut given, mut worst) = (0u64, 0f64);
    let mut compare = |x: f32| {
        if given >= 16_000 * (seconds - 1) && given < 16_000 * seconds - 100 {
            let exact = (TAU * (hz * given as f64 / 16_000.0).fract()).sin();
            worst = worst.max((f64::from(x) - exact).abs());
        }
        given += 1;
    };
    let (sine, cosine) = (TAU * hz / f64::from(rate_hz)).sin_cos();
    for _ in 0..seconds {
        let (mut y, mut x) = (0.0, 1.0);
        for _ in 0..rate_hz {
            resampler.push(y, &mut compare).unwrap();
            (y, x) = (y * cosine + x * sine, x * cosine - y * sine);
        }
    }
    resampler.finish(&mut compare).unwrap();
    assert_eq!(given, 16_000 * seconds);
    assert!(worst <= 1e-5, "{} dB", decibels(worst));
}

#[test]
fn sample_is_given_within_the_stated_delay_of_its_time() {
    for rate_hz in [4_000, 4_001, 8_000, 11_025, 16_000, 16_001, 44_100, 48_000, 192_000, 767_999] {
        let mut resampler = Resampler::new(rate_hz).unwrap();
        let stated = resampler.delay_s() * f64::from(rate_hz);
        let (mut given, mut latest) = (0u32, 0f64);
        for pushed in 0..rate_hz / 4 {
            let mut late = |_| {
                latest = latest.max(f64::from(pushed) - f64::from(given) * f64::from(rate_hz) / 16_000.0);
                given += 1;
            };
            resampler.push(0.0, &mut late).unwrap();
        }
        assert!(stated <= 0.005 * f64::from(rate_hz), "{rate_hz} Hz: {stated} samples");
        let reached = stated - 1.0 <= latest + 1e-6 && latest <= stated;
        assert!(reached, "{rate_hz} Hz: {latest} samples late, {stated} stated");
    }
}

#[test]
fn impulse_comes_out_at_its_time() {
    for (rate_hz, at, expected) in [(44_100, 4_410, 1_600), (8_000, 1_000, 2_000), (767_999, 767_999, 16_000)] {
        let mut samples = vec![0.0; at + rate_hz as usize / 50];
        samples[at] = 1.0;
        let out = convert(rate_hz, 1, &samples);
        let place = |i: usize| i.abs_diff(expected);
        let peak = (0..out.len()).max_by(|a, b| out[*a].abs().total_cmp(&out[*b].abs()));
        assert_eq!(peak, Some(expected), "{rate_hz} Hz");
        for i in expected - 64..expected {
            let (left, right) = (out[i], out[expected + place(i)]);
            assert!((left - right).abs() <= 1e-6 * out[expected], "{rate_hz} Hz, {} off: {left} {right}", place(i));
        }
        let outside = out.iter().enumerate().filter(|(i, _)| place(*i) > 72).all(|(_, x)| *x == 0.0);
        assert!(outside, "{rate_hz} Hz: longer than 4.5 ms to a side");
    }
}

#[test]
fn resampler_alone_has_the_bits_of_a_clip_and_after_a_reset_again() {
    for rate_hz in [8_000, 16_000, 44_100, 65_535] {
        let samples = tone(440.0, rate_hz, 12_345);
        let clip = convert(rate_hz, 1, &samples);
        let mut resampler = Resampler::new(rate_hz).unwrap();
        for _ in 0..2 {
            let mut live = Vec::new();
            samples.iter().for_each(|x| resampler.push(f64::from(*x), &mut |x| live.push(x)).unwrap());
            resampler.finish(&mut |x| live.push(x)).unwrap();
            assert_eq!(live, clip, "{rate_hz} Hz");
            // A reset also forgets a sound that was not finished.
            resampler.reset().unwrap();
            samples[..777].iter().for_each(|x| resampler.push(f64::from(*x), &mut |_| ()).unwrap());
            resampler.reset().unwrap();
        }
    }
}

#[test]
fn any_length_gives_the_rounded_length() {
    for (rate_hz, samples, expected) in [
        (48_000, 48_000, 16_000),
        (44_100, 44_100, 16_000),
        (44_100, 12_345, 4_479),
        (48_000, 4, 1),
        (48_000, 5, 2),
        (8_000, 3, 6),
        (192_000, 1, 1),
        (8_000, 1, 2),
        (16_000, 1, 1),
        (48_000, 1, 1),
    ] {
        assert_eq!(convert(rate_hz, 1, &vec![0.25; samples]).len(), expected, "{samples} at {rate_hz} Hz");
    }
}

#[test]
fn mono_at_16_khz_passes_bit_for_bit() {
    let samples = [0.1, -0.0, f32::MIN_POSITIVE / 4.0, 1.5, -3.0e38, 1e-20];
    let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&convert(16_000, 1, &samples)), bits(&samples));
}

#[test]
fn pieces_of_any_size_give_the_same_bits() {
    let samples: Vec<f32> =
        (0..30_011 * 3).map(|i| ((i % 7919 * (i % 104_729) % 7919) as f32 / 7919.0) - 0.5).collect();
    let whole = convert(44_100, 3, &samples);
    for sizes in [[1, 2, 5], [997, 1, 4410], [1764, 1764, 1764]] {
        let mut converter = Converter::new(44_100, 3).unwrap();
        let (mut rest, mut turn) = (&samples[..], 0);
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at(sizes[turn % 3].min(rest.len()));
            converter.push_f32(piece).unwrap();
            (rest, turn) = (tail, turn + 1);
        }
        assert_eq!(converter.finish().unwrap(), whole, "{sizes:?}");
    }
}

#[test]
fn channels_are_averaged() {
    let interleaved: Vec<f32> = (0..100).flat_map(|i| [0.01 * i as f32, 0.25, -0.5, 0.0]).collect();
    let out = convert(16_000, 4, &interleaved);
    assert_eq!(out.len(), 100);
    for (i, x) in out.iter().enumerate() {
        assert!((x - (0.01 * i as f32 - 0.25) / 4.0).abs() < 1e-7);
    }
    assert_eq!(convert(48_000, 64, &vec![0.5; 64 * 4800]).len(), 1600);
}

#[test]
fn integers_and_floats_agree() {
    let integers: Vec<i16> = (0..5000).map(|i| (i * 37 % 65_536 - 32_768) as i16).collect();
    let floats: Vec<f32> = integers.iter().map(|x| f32::from(*x) / 32_768.0).collect();
    let mut converter = Converter::new(22_050, 1).unwrap();
    converter.push_i16(&integers).unwrap();
    assert_eq!(converter.finish().unwrap(), convert(22_050, 1, &floats));
}

#[test]
fn fingerprint_is_the_pushed_samples_alone() {
    let of = |rate_hz, channels, push: &dyn Fn(&mut Converter)| {
        let mut converter = Converter::new(rate_hz, channels).unwrap();
        push(&mut converter);
        converter.fingerprint()
    };
    let integers = [1i16, -2, 300, -32_768];
    // By hand: FNV-1a over 1, -2, 300, -32768 as u16, finished as MurmurHash3 does, its upper half.
    let expected = 2_974_885_073;
    let floats = integers.map(|x| f32::from(x) / 32_768.0);
    assert_eq!(of(16_000, 1, &|c| c.push_i16(&integers).unwrap()), expected);
    assert_eq!(of(44_100, 1, &|c| c.push_i16(&integers).unwrap()), expected, "whatever the rate");
    assert_eq!(of(16_000, 1, &|c| c.push_f32(&floats).unwrap()), expected);
    // Less than half a step of 16 bits off, and past full scale.
    let nearly = [1.4 / 32_768.0, -2.4 / 32_768.0, 299.6 / 32_768.0, -1.5];
    assert_eq!(of(16_000, 1, &|c| c.push_f32(&nearly).unwrap()), expected);
    let pieces = |c: &mut Converter| floats.iter().for_each(|x| c.push_f32(&[*x]).unwrap());
    assert_eq!(of(48_000, 1, &pieces), expected);
    let doubled = integers.map(|x| [x, x]);
    assert_eq!(of(16_000, 2, &|c| c.push_i16(doubled.as_flattened()).unwrap()), expected, "equal channels are one");
    assert_eq!(of(16_000, 2, &|c| c.push_i16(&[1, 2, 3, 3]).unwrap()), 4_254_574_648, "others count");

    let silence = |samples| of(16_000, 1, &|c| c.push_i16(&vec![0; samples]).unwrap());
    assert_ne!(silence(1000), silence(1001), "silences differ by their lengths");
    let other = [1i16, -2, 301, -32_768];
    assert_ne!(of(16_000, 1, &|c| c.push_i16(&other).unwrap()), expected);
}

#[test]
fn sample_that_is_not_finite_is_named_and_its_piece_refused() {
    let mut converter = Converter::new(48_000, 2).unwrap();
    converter.push_f32(&[0.0; 7]).unwrap();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let Err(Error::InvalidAudio(detail)) = converter.push_f32(&[0.0, 0.0, bad, bad]) else { panic!("accepted") };
        assert!(detail.contains("sample 9 "), "{detail}");
    }
    converter.push_f32(&[0.0]).unwrap();
    assert_eq!(converter.finish().unwrap().len(), 1, "four frames of two channels: the refused piece left no trace");
}

#[test]
fn format_outside_the_limits_is_refused() {
    for (rate_hz, channels) in [(0, 1), (3_999, 1), (768_001, 1), (48_000, 0), (48_000, 65)] {
        assert!(
            matches!(Converter::new(rate_hz, channels), Err(Error::InvalidArgument(_))),
            "{rate_hz} Hz, {channels}"
        );
    }
}

#[test]
fn rate_with_little_in_common_with_16_khz_is_converted() {
    for rate_hz in [37_800, 44_056, 47_952, 50_000, 65_535, 95_904, 191_808, 767_984] {
        assert_eq!(convert(rate_hz, 1, &vec![0.0; rate_hz as usize / 4]).len(), 4_000, "{rate_hz} Hz");
    }
    let (amplitude, phase, rest) = fit(&convert(767_999, 1, &tone(1000.0, 767_999, 153_600)), 1000.0);
    assert!(decibels(amplitude / rest) >= 110.0 && (phase - 0.3).abs() < 1e-5, "{amplitude} {phase} {rest}");
}

#[test]
fn clip_without_samples_or_with_half_a_frame_is_refused() {
    assert!(matches!(Converter::new(48_000, 2).unwrap().finish(), Err(Error::InvalidAudio(_))));
    let mut converter = Converter::new(48_000, 2).unwrap();
    converter.push_f32(&[0.0; 3]).unwrap();
    assert!(matches!(converter.finish(), Err(Error::InvalidAudio(_))));
}

#[test]
fn clip_longer_than_the_limit_is_refused() {
    let mut converter = Converter::new(4_000, 2).unwrap();
    converter.push_i16(&[0]).unwrap();
    let rest = vec![0i16; 2 * 4_000 * media2face::limits::MAX_CLIP_S as usize];
    assert!(matches!(converter.push_i16(&rest), Err(Error::InvalidAudio(_))));
}
