//! What a text says, in numbers, and the style code that says it.
//!
//! ```text
//! P = L·(unit(Σ shares·moods + Σ acts·(movement − no movement)) + surplus of arousal · energy)
//! ```
//!
//! Moods and movements are the prototypes of the [style reader](super::reading): a mood is an emotion at one of its strengths, a
//! movement a head act at one of its levels. An intensity or a level between two of them is shared by both.

use crate::pack::{NgramsConfig, StyleReaderConfig};

use super::reading::{PromptReading, Share};

/// What a text says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    /// Shares of the reader's emotions, the neutral one first; they sum to 1.
    pub(super) emotions: Vec<f32>,
    /// How strongly it shows, 0..1.
    pub(super) intensity: f32,
    /// Energy of face and head, −1..1.
    pub(super) arousal: f32,
    /// Level of each of the reader's head acts, 1 the smallest; 0 where it is not asked for.
    pub(super) acts: Vec<f32>,
    /// True when the text had more words than are read.
    pub(super) truncated: bool,
}

impl Said {
    /// Shares of the moods, in the order of `style_reader.moods`.
    pub(super) fn moods(&self, reader: &StyleReaderConfig, config: &NgramsConfig) -> Vec<f32> {
        let shown = (self.intensity / config.least_intensity).min(1.0);
        let strengths = between(self.intensity, &reader.strengths);
        let others = self.emotions[1..].iter().flat_map(|share| strengths.iter().map(move |part| share * shown * part));
        std::iter::once(self.emotions[0] * shown + 1.0 - shown).chain(others).collect()
    }

    /// Shares of the movements but for none at all, in the order of `style_reader.movements`; each act's sum to 1.
    pub(super) fn movements(&self, reader: &StyleReaderConfig) -> Vec<f32> {
        let levels: Vec<f32> = (1..=reader.levels.len()).map(|level| level as f32).collect();
        let of = |level: &f32| if *level > 0.0 { between(*level, &levels) } else { vec![0.0; levels.len()] };
        self.acts.iter().flat_map(of).collect()
    }

    /// Energy beyond what its emotions bring along, −1..1.
    pub(super) fn surplus(&self, config: &NgramsConfig) -> f32 {
        let usual: f32 = self.emotions.iter().zip(&config.usual_arousal).map(|(share, usual)| share * usual).sum();
        (self.arousal - usual * self.intensity).clamp(-1.0, 1.0)
    }

    /// What the model takes from it, but for the nearest words of a prompt that says nothing.
    pub(super) fn reading(&self, reader: &StyleReaderConfig, config: &NgramsConfig) -> PromptReading {
        let moods = self.moods(reader, config);
        let of_emotions = moods[1..].chunks_exact(reader.strengths.len()).map(|parts| parts.iter().sum());
        let shares = std::iter::once(moods[0]).chain(of_emotions);
        let emotions: Vec<Share> = named(&reader.emotions, shares);
        let whole: f32 = self.acts.iter().map(|level| level.min(1.0)).sum::<f32>().max(1.0);
        let head_acts = named(&reader.head_acts, self.acts.iter().map(|level| level.min(1.0) / whole));
        let levels: Vec<f32> = (1..=reader.levels.len()).map(|level| level as f32).collect();
        let likeliest = (0..head_acts.len()).max_by(|a, b| head_acts[*a].share.total_cmp(&head_acts[*b].share));
        let head_strength = likeliest.map_or(0.0, |act| {
            let parts = between(self.acts[act], &levels);
            parts.iter().zip(&reader.levels).map(|(part, level)| part * level).sum()
        });
        PromptReading {
            confidence: 0.0,
            strength: self.intensity,
            head_strength,
            emotions,
            head_acts,
            says_nothing: false,
            nearest_words: Vec::new(),
        }
    }
}

/// The code of something said, `width` values, of prototypes of length 1.
pub(super) fn code(said: &Said, reader: &StyleReaderConfig, config: &NgramsConfig, rows: &Prototypes<'_>) -> Vec<f32> {
    let width = rows.energy.len();
    let mut code = vec![0.0; width];
    let mut add = |share: f32, row: &[f32]| code.iter_mut().zip(row).for_each(|(sum, value)| *sum += share * value);
    for (share, row) in said.moods(reader, config).into_iter().zip(rows.moods.chunks_exact(width)) {
        add(share, row);
    }
    let (none, moved) = rows.movements.split_at(width);
    for (share, row) in said.movements(reader).into_iter().zip(moved.chunks_exact(width)) {
        add(share, row);
        add(-share, none);
    }
    let length = code.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    let surplus = said.surplus(config);
    for (value, energy) in code.iter_mut().zip(rows.energy) {
        *value = config.length * (*value / length + surplus * energy);
    }
    code
}

/// Directions that a code is made of.
pub(super) struct Prototypes<'a> {
    /// [moods, width], each of length 1.
    pub(super) moods: &'a [f32],
    /// [1 + movements, width], each of length 1, no movement first.
    pub(super) movements: &'a [f32],
    /// `width` values.
    pub(super) energy: &'a [f32],
}

/// How much a value is of each of the rising `centres`: of the two that it lies between, or of the first or last.
fn between(value: f32, centres: &[f32]) -> Vec<f32> {
    let above = centres.partition_point(|centre| *centre <= value);
    let mut parts = vec![0.0; centres.len()];
    match above {
        0 => parts[0] = 1.0,
        _ if above == centres.len() => parts[above - 1] = 1.0,
        _ => {
            let part = (value - centres[above - 1]) / (centres[above] - centres[above - 1]);
            (parts[above - 1], parts[above]) = (1.0 - part, part);
        }
    }
    parts
}

fn named(names: &[String], shares: impl Iterator<Item = f32>) -> Vec<Share> {
    names.iter().zip(shares).map(|(name, share)| Share { name: name.clone(), share }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::pack::StyleReaderScales;

    fn reader() -> StyleReaderConfig {
        let text = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        StyleReaderConfig {
            emotions: text(&["plain", "glad", "cross"]),
            strengths: vec![0.3, 0.6, 0.9],
            head_acts: text(&["nod", "sway"]),
            levels: vec![0.35, 0.65, 1.0],
            scales: StyleReaderScales { emotions: 20.0, head_acts: 20.0, picture: 0.25 },
            words: BTreeMap::default(),
        }
    }

    fn config() -> NgramsConfig {
        NgramsConfig {
            buckets: 4,
            known: 1,
            sharper: 1.5,
            least_level: 0.6,
            least_intensity: 0.2,
            usual_arousal: vec![0.0, 0.5, 0.5],
            length: 10.0,
        }
    }

    fn said(emotions: [f32; 3], intensity: f32, arousal: f32, acts: [f32; 2]) -> Said {
        Said { emotions: emotions.to_vec(), intensity, arousal, acts: acts.to_vec(), truncated: false }
    }

    #[test]
    fn intensities_and_levels_are_shared_by_their_neighbours() {
        let near = |value, centres: &[f32], want: [f32; 3]| {
            let found = between(value, centres);
            assert!(found.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-5), "{value}: {found:?}");
        };
        near(0.1, &[0.3, 0.6, 0.9], [1.0, 0.0, 0.0]);
        near(0.75, &[0.3, 0.6, 0.9], [0.0, 0.5, 0.5]);
        near(1.0, &[0.3, 0.6, 0.9], [0.0, 0.0, 1.0]);
        near(1.25, &[1.0, 2.0, 3.0], [0.75, 0.25, 0.0]);
    }

    #[test]
    fn shares_are_of_what_is_said() {
        let mixed = said([0.2, 0.5, 0.3], 0.6, 0.0, [0.0, 2.0]);
        let near = |found: Vec<f32>, want: &[f32]| {
            assert!(
                found.len() == want.len() && found.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-6),
                "{found:?}"
            );
        };
        near(mixed.moods(&reader(), &config()), &[0.2, 0.0, 0.5, 0.0, 0.0, 0.3, 0.0]);
        near(mixed.movements(&reader()), &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        let hardly = said([0.0, 1.0, 0.0], 0.05, 0.0, [0.0; 2]).moods(&reader(), &config());
        assert!((hardly[0] - 0.75).abs() < 1e-6 && (hardly.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{hardly:?}");
        assert!((said([0.0, 1.0, 0.0], 0.8, 0.1, [0.0; 2]).surplus(&config()) + 0.3).abs() < 1e-6);
    }

    #[test]
    fn reading_has_the_shares_and_the_strengths() {
        let reading = said([0.2, 0.5, 0.3], 0.6, 0.0, [0.7, 1.5]).reading(&reader(), &config());
        assert_eq!((reading.emotion().name.as_str(), reading.strength), ("glad", 0.6));
        let act = reading.head_act().expect("an act");
        assert_eq!(act.name, "sway");
        assert!((act.share - 1.0 / 1.7).abs() < 1e-6 && (reading.head_strength - 0.5).abs() < 1e-6);
        let none = said([1.0, 0.0, 0.0], 0.0, 0.0, [0.0; 2]).reading(&reader(), &config());
        assert!(none.head_act().is_none() && none.emotion().share == 1.0);
    }

    #[test]
    fn code_is_the_sum_of_its_prototypes() {
        let axis = |at: usize| (0..15).map(move |i| f32::from(u8::from(i == at)));
        let (moods, movements): (Vec<f32>, Vec<f32>) =
            ((0..7).flat_map(axis).collect(), (7..14).flat_map(axis).collect());
        let energy: Vec<f32> = axis(14).map(|value| 0.5 * value).collect();
        let rows = Prototypes { moods: &moods, movements: &movements, energy: &energy };
        let made = code(&said([0.0, 1.0, 0.0], 0.9, 0.05, [3.0, 0.0]), &reader(), &config(), &rows);
        let third = 10.0 / 3.0f32.sqrt();
        for (at, want) in [(3, third), (7, -third), (10, third), (14, -2.0)] {
            assert!((made[at] - want).abs() < 1e-4, "{at}: {made:?}");
        }
    }
}
