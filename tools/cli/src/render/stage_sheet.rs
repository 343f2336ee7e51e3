//! `scene.png`: a scene at even times, the stage above a portrait of everybody, over a lane of sound for each character. Who
//! speaks has a frame around the portrait.

use std::io::Write;

use anyhow::Result;
use media2face::signal::FrameRate;

use crate::render::canvas::{Area, Canvas, Colour};
use crate::render::font;
use crate::render::sheet::{
    AXIS_HEIGHT, GAP, INK, JAW, LETTER, MARGIN, PAPER, Pixels, Pose, STRIP, TICK, TILE, WAVE, WIDTH, draw_axis,
    draw_waveform, even_frames, label, paint, place, portraits,
};
use crate::render::stage::{Actor, Stage};

/// Times of a sheet.
const COLUMNS: usize = 4;
const ROWS: usize = 3;
/// Between times.
const SPACE: usize = 20;
const CARD_WIDTH: usize = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * SPACE) / COLUMNS;
const STAGE_HEIGHT: usize = 190;
const PORTRAIT_HEIGHT: usize = 206;
/// Share of a portrait that the head takes: it turns to others.
const FILL: f32 = 0.98;
/// Portraits beside each other.
const ABREAST: usize = 3;
const LANE_HEIGHT: usize = 56;
const NAME_WIDTH: usize = 170;
const FRAME: usize = 3;

/// A character of the sheet.
pub struct Role<'a> {
    pub name: &'a str,
    pub actor: Actor<'a>,
    /// At the sheet's times.
    pub poses: Vec<Pose>,
    /// Loudest sample of each of many equal stretches of its sound, 0..1.
    pub envelope: &'a [f32],
    /// From when to when it speaks, seconds.
    pub spoken: Vec<(f64, f64)>,
}

impl Role<'_> {
    fn speaks(&self, time_s: f64) -> bool {
        self.spoken.iter().any(|(start_s, end_s)| (*start_s..*end_s).contains(&time_s))
    }

    fn ink(&self, time_s: f64) -> Colour {
        if self.speaks(time_s) { JAW } else { INK }
    }
}

/// The frames that a sheet shows of a scene.
pub fn chosen_frames(frame_count: usize) -> Vec<usize> {
    even_frames(frame_count, COLUMNS * ROWS)
}

/// Draws the sheet, on `threads` threads, and writes it as PNG.
pub fn write(roles: &[Role], fps: FrameRate, duration_s: f64, threads: usize, out: impl Write) -> Result<()> {
    let Some(first) = roles.first() else { return Ok(()) };
    let frames: Vec<usize> = first.poses.iter().map(|pose| pose.frame).collect();
    let abreast = roles.len().min(ABREAST);
    let card_height = STAGE_HEIGHT + roles.len().div_ceil(abreast) * (GAP + PORTRAIT_HEIGHT);
    let lanes_y = MARGIN + frames.len().div_ceil(COLUMNS) * (card_height + SPACE);
    let lanes_height = roles.len() * LANE_HEIGHT + AXIS_HEIGHT + MARGIN;
    let mut canvas = Canvas::new(WIDTH, lanes_y + lanes_height + MARGIN, PAPER);

    let actors: Vec<Actor> = roles.iter().map(|role| role.actor).collect();
    let stage = Stage::new(&actors, [CARD_WIDTH, STAGE_HEIGHT]);
    let poses: Vec<&[Pose]> = roles.iter().map(|role| &role.poses[..]).collect();
    let stages = stage.figures(&poses, threads);
    let size = [(CARD_WIDTH - (abreast - 1) * GAP) / abreast, PORTRAIT_HEIGHT];
    let faces: Vec<Vec<Pixels>> =
        roles.iter().map(|role| portraits(role.actor.mesh, &role.poses, size, FILL, threads)).collect();

    for (number, (frame, figures)) in frames.iter().zip(&stages).enumerate() {
        let time_s = fps.time_s(*frame).min(duration_s);
        let (x, y) =
            (MARGIN + number % COLUMNS * (CARD_WIDTH + SPACE), MARGIN + number / COLUMNS * (card_height + SPACE));
        let above = Area { x, y, width: CARD_WIDTH, height: STAGE_HEIGHT };
        canvas.panel(above, 10.0, TILE[0], TILE[1]);
        figures.iter().for_each(|figure| paint(&mut canvas, above, figure));
        label(&mut canvas, above, &format!("{time_s:.2} s"), INK);
        for (role, (own, pictures)) in roles.iter().zip(&faces).enumerate() {
            let area = Area {
                x: x + role % abreast * (size[0] + GAP),
                y: y + STAGE_HEIGHT + GAP + role / abreast * (PORTRAIT_HEIGHT + GAP),
                width: size[0],
                height: PORTRAIT_HEIGHT,
            };
            canvas.panel(area, 10.0, TILE[0], TILE[1]);
            paint(&mut canvas, area, &pictures[number]);
            if own.speaks(time_s) {
                canvas.frame(area, FRAME, JAW);
            }
            label(&mut canvas, area, &shortened(own.name, size[0]), own.ink(time_s));
        }
    }
    let times_s: Vec<f64> = frames.iter().map(|frame| fps.time_s(*frame)).collect();
    let lanes = Area { x: MARGIN, y: lanes_y, width: WIDTH - 2 * MARGIN, height: lanes_height };
    draw_lanes(&mut canvas, lanes, roles, &times_s, duration_s);
    canvas.write_png(out)
}

/// A lane of sound for each character, over the times.
fn draw_lanes(canvas: &mut Canvas, lanes: Area, roles: &[Role], times_s: &[f64], duration_s: f64) {
    canvas.panel(lanes, 10.0, STRIP[0], STRIP[1]);
    let plot = Area {
        x: lanes.x + NAME_WIDTH,
        y: lanes.y + MARGIN / 2,
        width: lanes.width - NAME_WIDTH - MARGIN,
        height: lanes.height - MARGIN / 2 - AXIS_HEIGHT,
    };
    for time_s in times_s {
        let x = place(plot, time_s.min(duration_s), duration_s);
        canvas.fill(Area { x, y: plot.y, width: 1, height: plot.height }, TICK, 0.45);
    }
    for (number, role) in roles.iter().enumerate() {
        let lane = Area { y: plot.y + number * LANE_HEIGHT, height: LANE_HEIGHT - GAP, ..plot };
        for (start_s, end_s) in &role.spoken {
            let x = place(plot, *start_s, duration_s);
            let width = place(plot, end_s.min(duration_s), duration_s) - x;
            canvas.fill(Area { x, width, ..lane }, JAW, 0.16);
        }
        draw_waveform(canvas, lane, role.envelope, WAVE);
        let y = lane.y + (lane.height - font::HEIGHT * LETTER) / 2;
        canvas.text(lanes.x + 12, y, LETTER, &shortened(role.name, NAME_WIDTH), INK);
    }
    draw_axis(canvas, plot, duration_s);
}

/// As much of a name as there is room for, in the letters that there are.
fn shortened(name: &str, width: usize) -> String {
    let most = (width - 24) / (font::ADVANCE * LETTER);
    name.chars().take(most).collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::mesh::tests::ball;
    use crate::render::placement::Placement;
    use media2face::signal::HeadPose;

    #[test]
    fn speaker_has_a_frame_and_the_listener_none() {
        let mesh = ball();
        let still = vec![0.0; mesh.vertices_mm.len() * 3];
        let poses = || {
            let pose = |frame| Pose { frame, offsets_mm: still.clone(), head: HeadPose::default() };
            chosen_frames(2).into_iter().map(pose).collect()
        };
        let role = |name, x, spoken| Role {
            name,
            actor: Actor { mesh: &mesh, placement: Placement { position_m: [x, 0.0, 0.0], facing_deg: 0.0 } },
            poses: poses(),
            envelope: &[0.5, 0.1],
            spoken,
        };
        let roles = [role("Ann", -0.2, vec![(0.0, 0.02)]), role("ben", 0.2, vec![(0.03, 0.06)])];
        let mut bytes = Vec::new();
        write(&roles, 30.0.into(), 0.07, 2, &mut bytes).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let framed = |x: usize| {
            let y = MARGIN + STAGE_HEIGHT + GAP + PORTRAIT_HEIGHT / 2;
            pixels[(y * WIDTH + x + 1) * 3..][..3] == JAW
        };
        let portrait = (CARD_WIDTH - GAP) / 2 + GAP;
        let places = [0, portrait, CARD_WIDTH + SPACE, CARD_WIDTH + SPACE + portrait];
        assert_eq!(places.map(|x| framed(MARGIN + x)), [true, false, false, true]);
    }
}
