//! Play, as gears have it: a head stays where it is until it is asked to be further away than that.
//!
//! Sampled heads are never quite still: what a network is unsure of moves a little in every frame. People hold still and then move.

/// The play operator (backlash) over a rotation: it follows what it is asked for at the distance of the play, and rests within.
#[derive(Debug, Clone, Default)]
pub(crate) struct Play {
    /// radians
    most: f32,
    /// Where the head is, axis-angle.
    at: Option<[f32; 3]>,
}

impl Play {
    pub(crate) fn new(most_deg: f32) -> Self {
        Self { most: most_deg.to_radians(), at: None }
    }

    /// The next frame's rotation, axis-angle, as far as it is `free` (0..1); the first is taken as it is.
    pub(crate) fn follow(&mut self, rotation: &mut [f32], free: f32) {
        if self.most == 0.0 {
            return;
        }
        let at = self.at.get_or_insert([rotation[0], rotation[1], rotation[2]]);
        // Heads turn far less than half a circle from frame to frame: axis-angles are as good as rotations.
        let way = [rotation[0] - at[0], rotation[1] - at[1], rotation[2] - at[2]];
        let far = (way[0] * way[0] + way[1] * way[1] + way[2] * way[2]).sqrt();
        let held = if far > self.most { self.most / far } else { 1.0 };
        rotation.iter_mut().zip(way).for_each(|(angle, way)| *angle -= way * held * free);
        at.copy_from_slice(&rotation[..3]);
    }

    /// As before the first frame.
    pub(crate) fn restart(&mut self) {
        self.at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(asked: &[[f32; 3]], free: f32) -> Vec<[f32; 3]> {
        let mut play = Play::new(1.0_f32.to_degrees());
        let follow = |rotation: &[f32; 3]| {
            let mut rotation = *rotation;
            play.follow(&mut rotation, free);
            rotation
        };
        asked.iter().map(follow).collect()
    }

    #[test]
    fn head_rests_within_its_play_and_follows_at_its_distance() {
        let asked =
            [[0.5, 0.0, 0.0], [1.25, 0.0, 0.0], [0.0, 0.5, 0.0], [0.5, 3.0, 0.0], [0.5, 2.5, 0.0], [0.5, 1.5, 0.0]];
        let rests = [0.5, 0.0, 0.0];
        let there = [0.5, 2.0, 0.0];
        assert_eq!(followed(&asked, 1.0), [rests, rests, rests, there, there, there]);
    }

    #[test]
    fn held_frames_are_as_they_were_asked_for_and_the_head_is_there() {
        let asked = [[0.0; 3], [0.5, 0.0, 0.0], [0.25, 0.0, 0.0]];
        assert_eq!(followed(&asked, 0.0), asked);
        assert_eq!(followed(&asked, 0.5), [[0.0; 3], [0.25, 0.0, 0.0], [0.25, 0.0, 0.0]]);
        let mut play = Play::new(0.0);
        let mut rotation = [1.0, 2.0, 3.0];
        play.follow(&mut [0.0; 3], 1.0);
        play.follow(&mut rotation, 1.0);
        assert_eq!(rotation, [1.0, 2.0, 3.0], "without play");
    }
}
