//! When lines are spoken, and whom everybody looks at meanwhile.

use super::faults::Faults;

/// What of a line decides when it is spoken.
pub struct Cue {
    pub place: String,
    /// The character that speaks it.
    pub speaker: usize,
    /// Of its sound; `None` where that could not be read.
    pub duration_s: Option<f64>,
    pub start_s: Option<f64>,
    /// Silence between the line before it and this one.
    pub pause_s: f64,
}

/// From when to when a line is spoken, seconds; `None` where it is not known.
pub type Span = Option<(f64, f64)>;

/// Lays lines one after another where they state no time; no character speaks two at once. `None` among the cues is a
/// line that could not be read.
pub fn lay(cues: &[Option<Cue>], lead_s: f64, faults: &mut Faults) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::with_capacity(cues.len());
    for cue in cues {
        let span = cue.as_ref().and_then(|cue| {
            let follows = || match spans.last() {
                None => Some(lead_s),
                Some(before) => before.map(|(_, end_s)| end_s + cue.pause_s),
            };
            let start_s = cue.start_s.or_else(follows)?;
            Some((start_s, start_s + cue.duration_s?))
        });
        if let (Some(cue), Some((start_s, end_s))) = (cue, span) {
            let own = cues
                .iter()
                .zip(&spans)
                .enumerate()
                .filter(|(_, (other, _))| other.as_ref().is_some_and(|other| other.speaker == cue.speaker));
            let clash = own.filter_map(|(number, (_, span))| Some((number, (*span)?)));
            for (number, (other_s, other_end_s)) in clash.filter(|(_, (s, e))| *s < end_s && start_s < *e) {
                let text = format!(
                    "spoken from {start_s:.2} to {end_s:.2} s, while the same character speaks line {} from {other_s:.2} to \
                     {other_end_s:.2} s",
                    number + 1
                );
                faults.add(&cue.place, text);
            }
        }
        spans.push(span);
    }
    spans
}

/// Whom or what somebody looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sight {
    /// Another's eyes.
    Character(usize),
    /// A point of the scene, metres.
    Point([f32; 3]),
}

/// A line that is spoken.
#[derive(Clone, Copy)]
pub struct Spoken {
    pub speaker: usize,
    pub start_s: f64,
    pub end_s: f64,
    /// At whom or what, where the script says so.
    pub at: Option<Sight>,
}

/// From when on a character looks somewhere, seconds. The first is from 0 on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    pub from_s: f64,
    pub at: Sight,
}

/// Whom each of `characters` looks at: speakers at whom their line says, else at who spoke last of the others or will speak
/// next; listeners at who began to speak last. `spoken` is in the order of its starts.
pub fn looks(characters: usize, spoken: &[Spoken]) -> Vec<Vec<Look>> {
    (0..characters).map(|own| looks_of(own, spoken)).collect()
}

fn looks_of(own: usize, spoken: &[Spoken]) -> Vec<Look> {
    // Of a time: the line that the character speaks then, else the last one of another that has begun.
    let sight = |time_s: f64| -> Option<Sight> {
        let begun = spoken.partition_point(|line| line.start_s <= time_s);
        let (before, after) = spoken.split_at(begun);
        let speaks = before.iter().rev().find(|line| line.speaker == own && line.end_s > time_s);
        let other = |line: &&Spoken| line.speaker != own;
        let partner = before.iter().rev().find(other).or_else(|| after.iter().find(other));
        let listens = partner.map(|line| Sight::Character(line.speaker));
        speaks.map_or(listens, |line| line.at.or(listens))
    };
    let mut times: Vec<f64> = spoken.iter().flat_map(|line| [line.start_s, line.end_s]).collect();
    times.push(0.0);
    times.sort_by(f64::total_cmp);
    let mut looks: Vec<Look> = Vec::new();
    for from_s in times {
        let Some(at) = sight(from_s) else { continue };
        if looks.last().is_none_or(|last| last.at != at) {
            looks.push(Look { from_s, at });
        }
    }
    looks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(speaker: usize, duration_s: impl Into<Option<f64>>, start_s: Option<f64>) -> Cue {
        Cue { place: "line".to_owned(), speaker, duration_s: duration_s.into(), start_s, pause_s: 0.25 }
    }

    #[test]
    fn lines_follow_each_other_unless_they_state_a_time() {
        let mut faults = Faults::default();
        let cues = [cue(0, 1.0, None), cue(1, 2.0, None), cue(0, 1.0, Some(2.0)), cue(1, 1.0, Some(4.0))].map(Some);
        let spans = lay(&cues, 0.5, &mut faults);
        assert_eq!(spans, [Some((0.5, 1.5)), Some((1.75, 3.75)), Some((2.0, 3.0)), Some((4.0, 5.0))]);
        assert!(faults.is_empty(), "characters may speak at once, each its own line");
    }

    #[test]
    fn character_that_would_speak_twice_at_once_is_named_with_both_lines() {
        let mut faults = Faults::default();
        lay(&[cue(0, 1.0, None), cue(1, 1.0, Some(0.5)), cue(0, 1.0, Some(1.25))].map(Some), 0.5, &mut faults);
        let report = faults.report("a").unwrap_err().to_string();
        assert!(
            report.contains("from 1.25 to 2.25 s, while the same character speaks line 1 from 0.50 to 1.50 s"),
            "{report}"
        );
    }

    #[test]
    fn what_follows_an_unknown_line_is_unknown_until_a_time_is_stated() {
        let mut faults = Faults::default();
        let known = |start_s| Some(cue(0, 1.0, start_s));
        let cues = [Some(cue(0, None, None)), known(None), None, known(Some(0.5)), known(None)];
        let spans = lay(&cues, 0.5, &mut faults);
        assert_eq!(spans, [None, None, None, Some((0.5, 1.5)), Some((1.75, 2.75))]);
        assert!(faults.is_empty());
    }

    #[test]
    fn listeners_look_at_the_speaker_and_speakers_where_their_line_says() {
        let line = |speaker, start_s, end_s, at| Spoken { speaker, start_s, end_s, at };
        let point = Sight::Point([0.0, 0.0, 1.0]);
        let spoken = [line(0, 0.5, 1.0, None), line(1, 1.5, 2.0, Some(point)), line(2, 1.75, 3.0, None)];
        let looks = looks(3, &spoken);
        let look = |from_s, at| Look { from_s, at };
        let [a, b, c] = [0, 1, 2].map(Sight::Character);
        assert_eq!(looks[0], [look(0.0, b), look(1.75, c)], "the next one at first, then whoever begins");
        assert_eq!(looks[1], [look(0.0, a), look(1.5, point), look(2.0, c)], "back to the other when its line ends");
        assert_eq!(looks[2], [look(0.0, a), look(1.5, b)]);
        assert!(super::looks(1, &spoken[..1])[0].is_empty(), "nobody else is there");
    }
}
