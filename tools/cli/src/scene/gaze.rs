//! Where the eyes have to turn: from the places of characters and their eyes to angles in the looker's own space.

use media2face::session::{Identity, Model};

use super::timeline::{Look, Sight};
use crate::placement::Placement;
use crate::vector::{Vec3, add, scale, sub};

/// A direction to look in, from a time (s) on. Angles as those of heads: yaw to the own left, pitch down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaze {
    pub from_s: f64,
    pub yaw_rad: f32,
    pub pitch_rad: f32,
}

/// Between the eyes, mm in the face's own space: the middle of the parts that are eyes; the origin where there are none.
pub fn eyes_mm(model: &Model, identity: &Identity) -> Vec3 {
    let Some(topology) = model.topology() else { return [0.0; 3] };
    let vertices = identity.vertices_mm().as_chunks::<3>().0;
    let eyes = topology.parts.iter().filter(|part| part.name.starts_with("eye"));
    let (mut sum, mut count) = ([0.0; 3], 0);
    for &vertex in eyes.flat_map(|part| &vertices[part.vertices[0]..part.vertices[1]]) {
        (sum, count) = (add(sum, vertex), count + 1);
    }
    scale(sum, 1.0 / (count as f32).max(1.0))
}

/// The directions of one character's looks. `eyes` are those of all characters with their places.
pub fn directions(own: usize, looks: &[Look], eyes: &[(Placement, Vec3)]) -> Vec<Gaze> {
    let (placement, own_eyes) = eyes[own];
    let from = placement.to_scene_mm(own_eyes);
    let direction = |look: &Look| {
        let to = match look.at {
            Sight::Character(other) => eyes[other].0.to_scene_mm(eyes[other].1),
            Sight::Point(point_m) => scale(point_m, 1e3),
        };
        let [x, y, z] = placement.to_own(sub(to, from));
        Gaze { from_s: look.from_s, yaw_rad: x.atan2(z), pitch_rad: -y.atan2(x.hypot(z)) }
    };
    looks.iter().map(direction).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_who_face_the_camera_turn_to_each_other_and_the_taller_one_down() {
        let place = |x, y| Placement { position_m: [x, y, 0.0], facing_deg: 0.0 };
        let eyes = [(place(-0.3, 0.0), [0.0, 50.0, 80.0]), (place(0.3, 0.1), [0.0, 50.0, 80.0])];
        let look = |other| [Look { from_s: 1.0, at: Sight::Character(other) }];
        let right_angle = std::f32::consts::FRAC_PI_2;
        let [left, right] = [0, 1].map(|own| directions(own, &look(1 - own), &eyes)[0]);
        assert!((left.yaw_rad - right_angle).abs() < 1e-5 && (right.yaw_rad + right_angle).abs() < 1e-5);
        assert!((left.pitch_rad + (0.1f32 / 0.6).atan()).abs() < 1e-5 && left.pitch_rad == -right.pitch_rad);
        assert_eq!(left.from_s, 1.0);
    }

    #[test]
    fn point_before_a_turned_character_is_straight_ahead() {
        let eyes = [(Placement { position_m: [1.0, 0.0, 2.0], facing_deg: 90.0 }, [0.0, 0.0, 100.0])];
        let look = Look { from_s: 0.0, at: Sight::Point([3.0, 0.0, 2.0]) };
        let gaze = directions(0, &[look], &eyes)[0];
        assert!(gaze.yaw_rad.abs() < 1e-5 && gaze.pitch_rad.abs() < 1e-5, "{gaze:?}");
    }
}
