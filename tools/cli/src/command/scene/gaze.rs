//! Where the eyes have to turn: from the places of characters and their eyes to angles in the looker's own space.

use media2face::limits::MAX_LOOK_RAD;
use media2face::output::GazeTarget;
use media2face::{Identity, Model};

use super::timeline::{Look, Sight};
use crate::render::placement::Placement;
use crate::render::vector::{Vec3, add, scale, sub};

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

/// The targets of one character's looks, each until the next. `eyes` are those of all characters with their places. What is
/// behind somebody is looked for at the side.
pub fn targets(own: usize, looks: &[Look], eyes: &[(Placement, Vec3)]) -> Vec<GazeTarget> {
    let (placement, own_eyes) = eyes[own];
    let from = placement.to_scene_mm(own_eyes);
    let target = |(number, look): (usize, &Look)| {
        let to = match look.at {
            Sight::Character(other) => eyes[other].0.to_scene_mm(eyes[other].1),
            Sight::Point(point_m) => scale(point_m, 1e3),
        };
        let [x, y, z] = placement.to_own(sub(to, from));
        let yaw_rad = x.atan2(z).clamp(-MAX_LOOK_RAD, MAX_LOOK_RAD);
        let end_s = looks.get(number + 1).map_or(f64::INFINITY, |next| next.from_s);
        GazeTarget { start_s: look.from_s, end_s, ..GazeTarget::new(yaw_rad, -y.atan2((x * x + z * z).sqrt())) }
    };
    looks.iter().enumerate().map(target).collect()
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
        let [left, right] = [0, 1].map(|own| targets(own, &look(1 - own), &eyes)[0]);
        assert!((left.yaw_rad - right_angle).abs() < 1e-5 && (right.yaw_rad + right_angle).abs() < 1e-5);
        assert!((left.pitch_rad + (0.1f32 / 0.6).atan()).abs() < 1e-5 && left.pitch_rad == -right.pitch_rad);
        assert_eq!((left.start_s, left.end_s), (1.0, f64::INFINITY));
    }

    #[test]
    fn each_target_ends_where_the_next_begins_and_none_is_behind() {
        let eyes = [(Placement { position_m: [0.0; 3], facing_deg: 0.0 }, [0.0; 3])];
        let look = |from_s, z| Look { from_s, at: Sight::Point([0.1, 0.0, z]) };
        let targets = targets(0, &[look(0.0, 1.0), look(2.0, -1.0)], &eyes);
        assert_eq!((targets[0].end_s, targets[1].start_s, targets[1].yaw_rad), (2.0, 2.0, MAX_LOOK_RAD));
    }

    #[test]
    fn point_before_a_turned_character_is_straight_ahead() {
        let eyes = [(Placement { position_m: [1.0, 0.0, 2.0], facing_deg: 90.0 }, [0.0, 0.0, 100.0])];
        let look = Look { from_s: 0.0, at: Sight::Point([3.0, 0.0, 2.0]) };
        let gaze = targets(0, &[look], &eyes)[0];
        assert!(gaze.yaw_rad.abs() < 1e-5 && gaze.pitch_rad.abs() < 1e-5, "{gaze:?}");
    }
}
