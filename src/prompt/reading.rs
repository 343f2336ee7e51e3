//! What a style code says: its nearest prototypes, as shares of emotions and head acts.
//!
//! logits = scale · cos(P, prototype); shares = softmax(logits), over the moods and over the movements apart. The pack has
//! the prototypes, and scales that make the shares likeliest on words that its towers were not trained on, so that a
//! share can be read as how sure the reading is. Costs a product of [prototypes, d_p] with one code.

use crate::error::Result;
use crate::limits;
use crate::pack::{Pack, StyleReaderConfig};

use super::ngrams::Ngrams;
use super::said::{self, Prototypes, Said};

/// A name and its share, 0..1.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Of an emotion or a head act.
    pub name: String,
    /// How likely it is meant.
    pub share: f32,
}

/// What a prompt or a picture says to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptReading {
    /// Every emotion that the model knows, the neutral one first; their shares sum to 1.
    pub emotions: Vec<Share>,
    /// Every head act that the model knows; the share that is left of 1 is none.
    pub head_acts: Vec<Share>,
    /// How strong the likeliest emotion is, 0..1; 0 for the neutral one.
    pub strength: f32,
    /// How strong the likeliest head act is, 0..1; 0 where none is likelier.
    pub head_strength: f32,
    /// How likely the reading is right: the product of the largest share of either kind, 0..1.
    pub confidence: f32,
    /// Neither an emotion nor a head act is read, and no word for the neutral face stands in the prompt: the face will be
    /// the neutral one.
    pub says_nothing: bool,
    /// Words that the model knows, nearest to those of a prompt that says nothing; without any like them the names of the
    /// emotions and head acts. Empty where something was read.
    pub nearest_words: Vec<String>,
}

impl PromptReading {
    /// The likeliest emotion.
    ///
    /// # Panics
    /// Without emotions: no reading of a model is.
    pub fn emotion(&self) -> &Share {
        largest(&self.emotions).expect("a reader has at least one emotion")
    }

    /// The likeliest head act, where it is likelier than none.
    pub fn head_act(&self) -> Option<&Share> {
        let none = 1.0 - self.head_acts.iter().map(|act| act.share).sum::<f32>();
        largest(&self.head_acts).filter(|act| act.share > none)
    }

    /// One line: `happy .92, strong · nod .88 · sure .81`.
    pub fn summary(&self) -> String {
        let strong = |strength: f32| match strength {
            s if s < 0.45 => "mild",
            s if s < 0.75 => "medium",
            _ => "strong",
        };
        let emotion = self.emotion();
        let how = if self.strength > 0.0 { format!(", {}", strong(self.strength)) } else { String::new() };
        let mut parts = vec![format!("{} {:.2}{how}", emotion.name, emotion.share)];
        let mut others: Vec<&Share> = self.emotions.iter().filter(|other| *other != emotion).collect();
        others.sort_by(|a, b| b.share.total_cmp(&a.share));
        let others = others.into_iter().take_while(|other| other.share >= WORTH_TELLING);
        parts.extend(others.map(|other| format!("{} {:.2}", other.name, other.share)));
        parts.extend(
            self.head_act().map(|act| format!("{} {:.2}, {}", act.name, act.share, strong(self.head_strength))),
        );
        format!("{} · sure {:.2}", parts.join(" · "), self.confidence)
    }

    /// The [warning](Self::warning) where there is one, else the [summary](Self::summary).
    pub fn explanation(&self, prompt: &str) -> String {
        self.warning(prompt).unwrap_or_else(|| self.summary())
    }

    /// Why a prompt that says nothing does so, and what would say something; `None` where something was read.
    pub fn warning(&self, prompt: &str) -> Option<String> {
        let words = || self.nearest_words.join(", ");
        self.says_nothing.then(|| {
            format!(
                "the style {prompt} says nothing to this model, so the face stays neutral; words it knows: {}",
                words()
            )
        })
    }
}

/// A second emotion of less is noise.
const WORTH_TELLING: f32 = 0.15;

fn largest(shares: &[Share]) -> Option<&Share> {
    shares.iter().max_by(|a, b| a.share.total_cmp(&b.share))
}

/// The prototypes of a pack.
pub(super) struct StyleReader {
    config: StyleReaderConfig,
    /// Rows of length 1, [rows, projection_dim].
    moods: Vec<f32>,
    movements: Vec<f32>,
}

impl StyleReader {
    /// The tensors `style_reader.*` of a [checked](crate::pack::Manifest::check) manifest.
    ///
    /// # Errors
    /// `InvalidPack` for a missing tensor or a wrong shape.
    pub(super) fn load(pack: &Pack, config: &StyleReaderConfig, width: usize) -> Result<Self> {
        let [moods, movements] = config.rows();
        let rows = |name: &str, count: usize| {
            let mut rows = pack.tensor(&format!("style_reader.{name}"), &[count, width])?.to_f32()?;
            rows.chunks_exact_mut(width).for_each(normalize);
            crate::error::Result::Ok(rows)
        };
        let (moods, movements) = (rows("moods", moods)?, rows("movements", movements)?);
        Ok(Self { config: config.clone(), moods, movements })
    }

    /// What a code says. `prompt` is the text that was encoded; `None` for a picture.
    pub(super) fn read(&self, code: &[f32], prompt: Option<&str>) -> PromptReading {
        let reading = self.nearest(code, prompt.is_none());
        self.finished(reading, prompt)
    }

    /// What something that a prompt says is to the model.
    pub(super) fn read_said(&self, said: &Said, ngrams: &Ngrams, prompt: &str) -> PromptReading {
        self.finished(said.reading(&self.config, &ngrams.config), Some(prompt))
    }

    /// The style code of something that a text says.
    pub(super) fn code(&self, said: &Said, ngrams: &Ngrams) -> Vec<f32> {
        let rows = Prototypes { moods: &self.moods, movements: &self.movements, energy: &ngrams.energy };
        said::code(said, &self.config, &ngrams.config, &rows)
    }

    /// By the prototypes nearest to a code.
    fn nearest(&self, code: &[f32], is_picture: bool) -> PromptReading {
        let config = &self.config;
        let mut code = code.to_vec();
        normalize(&mut code);
        let of_source = if is_picture { config.scales.picture } else { 1.0 };
        let moods = shares(&self.moods, &code, config.scales.emotions * of_source);
        let movements = shares(&self.movements, &code, config.scales.head_acts * of_source);
        let (neutral, emotions) = named(&moods, &config.emotions[1..], config.strengths.len());
        let (_, head_acts) = named(&movements, &config.head_acts, config.levels.len());
        let emotions: Vec<Share> =
            [Share { name: config.emotions[0].clone(), share: neutral }].into_iter().chain(emotions).collect();
        PromptReading {
            confidence: 0.0,
            strength: strength(&moods, &emotions[1..], &config.strengths),
            head_strength: strength(&movements, &head_acts, &config.levels),
            emotions,
            head_acts,
            says_nothing: false,
            nearest_words: Vec::new(),
        }
    }

    /// With how sure it is, and what to say of a prompt that says nothing.
    fn finished(&self, mut reading: PromptReading, prompt: Option<&str>) -> PromptReading {
        let config = &self.config;
        let act = reading.head_act().map(|act| act.share);
        let still = 1.0 - reading.head_acts.iter().map(|act| act.share).sum::<f32>();
        reading.confidence = reading.emotion().share * act.unwrap_or(still);
        if reading.emotion().name == config.emotions[0] {
            reading.strength = 0.0;
            reading.says_nothing = act.is_none() && !prompt.is_some_and(|prompt| self.says_neutral(prompt));
        }
        if act.is_none() {
            reading.head_strength = 0.0;
        }
        if reading.says_nothing {
            reading.nearest_words = self.nearest_words(prompt.unwrap_or_default());
        }
        reading
    }

    /// Whether one of its words is listed for the neutral emotion.
    fn says_neutral(&self, prompt: &str) -> bool {
        let known = self.config.words.get(&self.config.emotions[0]);
        known.is_some_and(|known| words(prompt).any(|word| known.contains(&word)))
    }

    /// Listed words that are spelt like one of the prompt's, the nearest first; else all names.
    fn nearest_words(&self, prompt: &str) -> Vec<String> {
        let mut near: Vec<(usize, &str)> = Vec::new();
        for word in words(prompt).take(MOST_WORDS) {
            // Of a shorter word one letter makes another word.
            let least = match word.chars().count() {
                ..=3 => 0,
                4..=5 => 1,
                _ => 2,
            };
            let distance = |known: &str| strsim::osa_distance(&word, known);
            let listed = self.config.words.values().flatten().filter(|known| known.len() <= 2 * MOST_WORD_BYTES);
            near.extend(
                listed.map(|known| (distance(known), known.as_str())).filter(|(distance, _)| *distance <= least),
            );
        }
        near.sort_unstable_by_key(|&(distance, word)| (word, distance));
        near.dedup_by_key(|(_, word)| *word);
        near.sort_unstable();
        // Its own words, where the model knows some of them.
        if near.first().is_some_and(|(distance, _)| *distance == 0) {
            near.retain(|(distance, _)| *distance == 0);
        }
        if near.is_empty() {
            return self.config.emotions[1..].iter().chain(&self.config.head_acts).cloned().collect();
        }
        near.into_iter().take(MOST_NEAR).map(|(_, word)| word.to_owned()).collect()
    }
}

/// Words of a prompt that are compared with those that a pack lists, and how many of the nearest are told.
const MOST_WORDS: usize = 64;
const MOST_NEAR: usize = 5;
/// Longer words are no misspelling of a listed one.
const MOST_WORD_BYTES: usize = 64;

/// Lower case, without what is no letter.
fn words(prompt: &str) -> impl Iterator<Item = String> {
    let end = prompt.len().min(limits::MAX_READ_PROMPT_BYTES);
    let end = (0..=end).rev().find(|&end| prompt.is_char_boundary(end)).unwrap_or(0);
    let words = prompt[..end].split(|letter: char| !letter.is_alphabetic());
    words.filter(|word| (1..=MOST_WORD_BYTES).contains(&word.len())).map(str::to_lowercase)
}

/// To length 1; zero stays zero.
fn normalize(row: &mut [f32]) {
    let length = row.iter().map(|v| v * v).sum::<f32>().sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|v| *v /= length);
    }
}

/// Softmax of the cosines with the rows of a table, times a scale.
fn shares(rows: &[f32], code: &[f32], scale: f32) -> Vec<f32> {
    let cosine = |row: &[f32]| row.iter().zip(code).map(|(a, b)| a * b).sum::<f32>();
    let logits: Vec<f32> = rows.chunks_exact(code.len()).map(|row| cosine(row) * scale).collect();
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares: Vec<f32> = logits.iter().map(|logit| (logit - most).exp()).collect();
    let sum: f32 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}

/// The share of the first row, and of each name the sum of its rows'.
fn named(shares: &[f32], names: &[String], rows: usize) -> (f32, Vec<Share>) {
    let of = shares[1..].chunks_exact(rows).map(|rows| rows.iter().sum());
    (shares[0], names.iter().zip(of).map(|(name, share)| Share { name: name.clone(), share }).collect())
}

/// The mean strength of the rows of the largest of `named`, by their shares.
fn strength(shares: &[f32], named: &[Share], strengths: &[f32]) -> f32 {
    let largest = named.iter().enumerate().max_by(|(_, a), (_, b)| a.share.total_cmp(&b.share));
    let Some((at, share)) = largest else { return 0.0 };
    let rows = shares[1 + at * strengths.len()..].iter().zip(strengths);
    rows.map(|(row, strength)| row * strength).sum::<f32>() / share.share.max(f32::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::StyleReaderScales;

    /// Two emotions beside the neutral one, each mild and strong, and one head act at one level: axes of seven dimensions.
    fn reader() -> StyleReader {
        let row = |at: usize| (0..7).map(move |i| f32::from(u8::from(i == at)));
        let text = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let words = [("plain", vec!["plain", "ordinary"]), ("glad", vec!["glad", "gladdened"]), ("nod", vec!["nods"])];
        StyleReader {
            config: StyleReaderConfig {
                emotions: text(&["plain", "glad", "cross"]),
                strengths: vec![0.25, 0.8],
                head_acts: text(&["nod"]),
                levels: vec![1.0],
                scales: StyleReaderScales { emotions: 20.0, head_acts: 20.0, picture: 0.25 },
                words: words.into_iter().map(|(name, list)| (name.to_owned(), text(&list))).collect(),
            },
            moods: (0..5).flat_map(row).collect(),
            movements: [5, 6].into_iter().flat_map(row).collect(),
        }
    }

    fn code(parts: &[(usize, f32)]) -> Vec<f32> {
        let mut code = vec![0.0; 7];
        parts.iter().for_each(|&(at, value)| code[at] = value);
        code
    }

    #[test]
    fn nearest_prototypes_are_read_with_their_strength() {
        let reading = reader().read(&code(&[(2, 3.0), (6, 3.0)]), Some("glad and nods"));
        assert_eq!((reading.emotion().name.as_str(), reading.head_act().unwrap().name.as_str()), ("glad", "nod"));
        assert!((reading.strength - 0.8).abs() < 0.01 && reading.head_strength > 0.99 && !reading.says_nothing);
        assert!(reading.confidence > 0.98 && reading.nearest_words.is_empty());
        let emotions: f32 = reading.emotions.iter().map(|emotion| emotion.share).sum();
        assert!((emotions - 1.0).abs() < 1e-5);
        assert!(reading.summary().starts_with("glad 1.00, strong · nod 1.00, strong · sure "), "{}", reading.summary());
        assert_eq!(reading.warning("x"), None);
    }

    #[test]
    fn picture_is_read_with_less_certainty_than_the_same_code_of_a_text() {
        let code = code(&[(1, 1.0), (5, 1.0)]);
        let [text, picture] = [Some("glad"), None].map(|prompt| reader().read(&code, prompt));
        assert_eq!(text.emotion().name, picture.emotion().name);
        assert!(picture.confidence < text.confidence && picture.confidence > 0.3);
        assert!((text.strength - 0.25).abs() < 0.01);
    }

    #[test]
    fn prompt_that_says_nothing_names_words_spelt_like_its_own_or_all() {
        let nothing = code(&[(0, 1.0), (5, 1.0)]);
        let near = |prompt| reader().read(&nothing, Some(prompt)).nearest_words;
        assert_eq!(near("very gald"), ["glad"]);
        assert_eq!(near("gladened"), ["gladdened"]);
        assert_eq!(near("not GLAD, gladened"), ["glad"], "a word of its own that the model knows");
        assert_eq!(near("not"), ["glad", "cross", "nod"], "too short to be misspelt");
        assert_eq!(near("asdf qwer"), ["glad", "cross", "nod"]);
        assert_eq!(near(""), ["glad", "cross", "nod"]);
        let reading = reader().read(&nothing, Some("asdf"));
        assert!(reading.says_nothing && reading.strength == 0.0);
        assert!(reading.warning("\"asdf\"").unwrap().ends_with("words it knows: glad, cross, nod"));
        assert!(!reader().read(&nothing, Some("an Ordinary voice")).says_nothing, "it asks for the neutral face");
        assert!(reader().read(&nothing, None).says_nothing, "a picture has no words");
    }

    #[test]
    fn code_of_zeros_and_endless_prompts_are_read() {
        let long = "glaad ".repeat(1 << 18);
        let reading = reader().read(&[0.0; 7], Some(&long));
        assert!(reading.emotions.iter().all(|emotion| emotion.share.is_finite()));
        assert_ne!(reading.emotion().name, "plain", "each other one has two of five rows");
    }
}
