//! Sees to it that the mean of all channels, which the model hears, is not much quieter than one of them alone: channels of
//! opposite phase cancel each other, and a voice in one of many channels drowns. There the loudest channel takes the place of
//! all. Elsewhere samples pass as they are.
//!
//! By the energies of blocks of 20 ms, a fifth of a second to both sides, which is also how much is held back.

use std::collections::VecDeque;

use anyhow::Result;

/// Blocks in a second.
const BLOCKS_A_SECOND: u32 = 50;
/// Most samples that wait for what follows them.
const MOST_WAITING: usize = 1 << 21;
/// Blocks to each side that a choice looks at.
const REACH: usize = 10;
/// Where there is less than this share of the power that was there lately, the choice stays: pauses tell nothing.
const PAUSE: f64 = 0.003;
/// What is kept of that power from block to block.
const KEPT: f64 = 0.998;
/// The loudest channel is taken where the mean has less of its power than this, −10 dB; given up above twice that. The mean of
/// two channels that have nothing in common has half of it, that of a voice and silence a quarter.
const LOST: f64 = 0.1;
/// Below this share of what unlike channels would give, they cancel each other.
const CANCELLED: f64 = 0.3;

/// What passes interleaved samples on.
pub struct Mix {
    channels: usize,
    rate_hz: u32,
    /// Samples of a block, over all channels.
    block: usize,
    /// Blocks to each side that a choice looks at.
    reach: usize,
    /// Less than a block.
    partial: Vec<f32>,
    waiting: VecDeque<Vec<f32>>,
    /// Of the last `reach` blocks that were passed on, and of all that wait.
    energies: VecDeque<Energies>,
    passed: usize,
    chosen: Option<usize>,
    /// The most power of late.
    loud: f64,
    told: Told,
}

/// Sums of squares of a block.
struct Energies {
    channels: Vec<f64>,
    mean: f64,
}

/// For the warning.
#[derive(Default)]
struct Told {
    frames: u64,
    chosen_frames: u64,
    /// Of each channel.
    chosen: Vec<u64>,
    /// Where a channel was chosen: of it, of the mean, and of the mean if the channels were unlike.
    alone: f64,
    mean: f64,
    unlike: f64,
}

impl Mix {
    /// For a sound of this rate and so many channels.
    pub fn new(rate_hz: u32, channels: u32) -> Self {
        let channels = channels as usize;
        let block = (rate_hz / BLOCKS_A_SECOND).max(1) as usize * channels;
        let reach = (MOST_WAITING / block).clamp(1, REACH);
        let told = Told { chosen: vec![0; channels], ..Told::default() };
        let (partial, waiting, energies) = (Vec::new(), VecDeque::new(), VecDeque::new());
        Self { channels, rate_hz, block, reach, partial, waiting, energies, passed: 0, chosen: None, loud: 0.0, told }
    }

    /// The next samples; hands on those whose surroundings are known.
    pub fn add(&mut self, piece: &[f32], take: &mut impl FnMut(&[f32]) -> Result<()>) -> Result<()> {
        if self.channels == 1 {
            return if piece.is_empty() { Ok(()) } else { take(piece) };
        }
        self.partial.extend_from_slice(piece);
        let whole = self.partial.len() / self.block * self.block;
        let rest = self.partial.split_off(whole);
        for block in std::mem::replace(&mut self.partial, rest).chunks_exact(self.block) {
            self.push(block.to_vec());
            if self.waiting.len() > self.reach {
                self.pass(take)?;
            }
        }
        Ok(())
    }

    /// Hands on what is left.
    pub fn finish(&mut self, take: &mut impl FnMut(&[f32]) -> Result<()>) -> Result<()> {
        let rest = std::mem::take(&mut self.partial);
        if !rest.is_empty() {
            self.push(rest);
        }
        while !self.waiting.is_empty() {
            self.pass(take)?;
        }
        Ok(())
    }

    fn push(&mut self, block: Vec<f32>) {
        let mut energies = Energies { channels: vec![0.0; self.channels], mean: 0.0 };
        for frame in block.chunks_exact(self.channels) {
            let mut sum = 0.0;
            for (energy, sample) in energies.channels.iter_mut().zip(frame) {
                let sample = f64::from(*sample);
                *energy += sample * sample;
                sum += sample;
            }
            energies.mean += (sum / self.channels as f64).powi(2);
        }
        self.energies.push_back(energies);
        self.waiting.push_back(block);
    }

    /// Hands on the first block that waits.
    fn pass(&mut self, take: &mut impl FnMut(&[f32]) -> Result<()>) -> Result<()> {
        let Some(mut block) = self.waiting.pop_front() else { return Ok(()) };
        let chosen = self.choice(self.chosen);
        // The first block has nothing to go over from.
        let before = if self.told.frames == 0 { chosen } else { self.chosen };
        self.chosen = chosen;
        self.tell(block.len() / self.channels);
        if before.is_some() || self.chosen.is_some() {
            blend(&mut block, self.channels, before, self.chosen);
        }
        self.passed += 1;
        if self.passed > self.reach {
            self.energies.pop_front();
            self.passed = self.reach;
        }
        take(&block)
    }

    /// The channel that is taken at the next block.
    fn choice(&mut self, before: Option<usize>) -> Option<usize> {
        let around = self.energies.iter().take(self.passed + 1 + self.reach);
        let (mut sums, mut mean) = (vec![0.0; self.channels], 0.0);
        for energies in around {
            sums.iter_mut().zip(&energies.channels).for_each(|(sum, energy)| *sum += energy);
            mean += energies.mean;
        }
        let loudest = (0..self.channels).max_by(|&a, &b| sums[a].total_cmp(&sums[b]).then(b.cmp(&a)))?;
        let most = sums[loudest];
        self.loud = most.max(KEPT * self.loud);
        match before {
            _ if most <= PAUSE * self.loud => before,
            None => (mean < LOST * most).then_some(loudest),
            Some(_) if mean > 2.0 * LOST * most => None,
            // As long as it is loud, it is kept: a change can be heard.
            Some(channel) if sums[channel] > 0.5 * most => Some(channel),
            Some(_) => Some(loudest),
        }
    }

    fn tell(&mut self, frames: usize) {
        self.told.frames += frames as u64;
        let (Some(channel), Some(energies)) = (self.chosen, self.energies.get(self.passed)) else { return };
        self.told.chosen_frames += frames as u64;
        self.told.chosen[channel] += frames as u64;
        self.told.alone += energies.channels[channel];
        self.told.mean += energies.mean;
        self.told.unlike += energies.channels.iter().sum::<f64>() / (self.channels * self.channels) as f64;
    }

    /// Where channels were taken alone, and why.
    pub fn note(&self) -> Option<String> {
        let told = &self.told;
        let channel = 1 + (0..self.channels).max_by_key(|&channel| (told.chosen[channel], usize::MAX - channel))?;
        if told.chosen_frames == 0 {
            return None;
        }
        let seconds = |frames: u64| frames as f64 / f64::from(self.rate_hz);
        let span = if told.chosen_frames == told.frames {
            String::new()
        } else {
            format!(" for {:.1} of {:.1} s", seconds(told.chosen_frames), seconds(told.frames))
        };
        let lost_db = 10.0 * (told.alone / told.mean).log10();
        let lost = if lost_db < 60.0 { format!("{lost_db:.0} dB") } else { "more than 60 dB".to_owned() };
        let how = if told.mean < CANCELLED * told.unlike {
            "its channels are of opposite phase and cancel each other: together they are"
        } else {
            "its channels together are"
        };
        let which = if told.chosen[channel - 1] == told.chosen_frames {
            format!("channel {channel} alone is taken")
        } else {
            format!("the loudest alone is taken, mostly channel {channel}")
        };
        Some(format!("{how} {lost} quieter than the loudest; {which}{span}"))
    }
}

/// Puts a channel in the place of all, going over from one choice to the other.
fn blend(block: &mut [f32], channels: usize, before: Option<usize>, now: Option<usize>) {
    let frames = block.len() / channels;
    for (number, frame) in block.chunks_exact_mut(channels).enumerate() {
        if before == now {
            let sample = now.map(|channel| frame[channel]);
            sample.into_iter().for_each(|sample| frame.fill(sample));
            continue;
        }
        let share = (number + 1) as f32 / frames as f32;
        let [old, new] = [before, now].map(|choice| choice.map(|channel| frame[channel]));
        for sample in frame {
            let (old, new) = (old.unwrap_or(*sample), new.unwrap_or(*sample));
            *sample = old + (new - old) * share;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 16_000;

    /// What comes out of interleaved samples that come in odd pieces.
    fn mixed(samples: &[f32], channels: u32) -> (Vec<f32>, Option<String>) {
        let (mut mix, mut out) = (Mix::new(RATE_HZ, channels), Vec::new());
        let mut take = |block: &[f32]| {
            out.extend_from_slice(block);
            Ok(())
        };
        samples.chunks(channels as usize * 777).for_each(|piece| mix.add(piece, &mut take).unwrap());
        mix.finish(&mut take).unwrap();
        (out, mix.note())
    }

    fn voice(frame: usize) -> f32 {
        (frame as f32 * 0.07).sin() * 0.3 * (frame as f32 * 0.0005).sin().abs()
    }

    fn stereo(frames: usize, sample: impl Fn(usize) -> [f32; 2]) -> Vec<f32> {
        (0..frames).flat_map(sample).collect()
    }

    #[test]
    fn channels_of_opposite_phase_become_the_louder_one() {
        let (out, note) = mixed(&stereo(40_000, |i| [-0.8 * voice(i), voice(i)]), 2);
        assert_eq!(out.len(), 80_000);
        assert!(out.chunks(2).enumerate().all(|(i, frame)| frame == [voice(i); 2]));
        let note = note.unwrap();
        assert!(note.contains("opposite phase") && note.ends_with("channel 2 alone is taken"), "{note}");
    }

    #[test]
    fn other_channels_pass_bit_for_bit() {
        let speakers = |i: usize| if (i / 16_000).is_multiple_of(2) { [voice(i), 0.0] } else { [0.0, voice(i)] };
        let unlike = |i: usize| [voice(i), voice(i + 5000)];
        for samples in [stereo(50_000, |i| [voice(i); 2]), stereo(50_000, speakers), stereo(50_000, unlike)] {
            assert_eq!(mixed(&samples, 2), (samples, None));
        }
        assert_eq!(mixed(&[0.0; 90_000], 2), (vec![0.0; 90_000], None));
        assert_eq!(mixed(&[0.5, 0.25], 2), (vec![0.5, 0.25], None));
        assert_eq!(mixed(&[0.5, 0.25], 1), (vec![0.5, 0.25], None));
    }

    #[test]
    fn voice_in_one_of_many_channels_does_not_drown() {
        let six: Vec<f32> = (0..40_000).flat_map(|i| [0.0, 0.0, voice(i), 0.0, 0.0, 0.0]).collect();
        let (out, note) = mixed(&six, 6);
        assert!(out.chunks(6).enumerate().all(|(i, frame)| frame == [voice(i); 6]));
        let note = note.unwrap();
        assert!(note.contains("16 dB quieter") && note.ends_with("channel 3 alone is taken"), "{note}");
    }

    #[test]
    fn phase_that_turns_on_the_way_is_followed() {
        let (out, note) = mixed(&stereo(96_000, |i| [voice(i), if i < 48_000 { voice(i) } else { -voice(i) }]), 2);
        let heard = |frames: std::ops::Range<usize>| {
            let power = |i: usize| f64::from(out[2 * i].midpoint(out[2 * i + 1])).powi(2);
            let own = |i: usize| f64::from(voice(i)).powi(2);
            frames.clone().map(power).sum::<f64>() / frames.map(own).sum::<f64>()
        };
        assert!((heard(0..45_000) - 1.0).abs() < 1e-6);
        assert!((heard(52_000..96_000) - 1.0).abs() < 1e-6);
        // What lies around the turn belongs to neither side; most of it is heard.
        assert!(heard(45_000..52_000) > 0.5, "{}", heard(45_000..52_000));
        assert!(note.unwrap().contains(" of 6.0 s"));
    }
}
