//! `<stem>.png`: faces at even times over the sound's waveform and the jaw's curve, to be judged at a glance.

use std::io::Write;

use anyhow::Result;
use media2face::signal::{FrameRate, HeadPose};

use crate::render::camera::Camera;
use crate::render::canvas::{Area, Canvas, Colour};
use crate::render::each;
use crate::render::font;
use crate::render::mesh::Mesh;
use crate::render::raster::Raster;
use crate::render::shade::{SUPERSAMPLING, resolve};

/// Faces of a sheet.
const COLUMNS: usize = 6;
const ROWS: usize = 4;
pub(super) const WIDTH: usize = 1600;
pub(super) const MARGIN: usize = 20;
pub(super) const GAP: usize = 8;
const TILE_WIDTH: usize = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;
const TILE_HEIGHT: usize = 296;
const STRIP_HEIGHT: usize = 168;
/// Times under the waveform.
pub(super) const AXIS_HEIGHT: usize = 26;
pub(super) const LETTER: usize = 2;

/// The head is turned a little, so that lips and nose show their depth.
pub(super) const YAW: f32 = 0.2;
/// The crown and the neck's end touch the tile's border.
const FILL: f32 = 1.0;

pub(super) const PAPER: Colour = [22, 24, 29];
pub(super) const TILE: [Colour; 2] = [[52, 56, 65], [34, 37, 44]];
pub(super) const STRIP: [Colour; 2] = [[34, 37, 44], [29, 31, 37]];
pub(super) const WAVE: Colour = [96, 124, 158];
pub(super) const JAW: Colour = [246, 170, 84];
pub(super) const TICK: Colour = [150, 156, 168];
pub(super) const INK: Colour = [196, 201, 211];

/// A face of the sheet.
pub struct Pose {
    /// Frame of the animation.
    pub frame: usize,
    /// `vertices × 3` mm from the neutral.
    pub offsets_mm: Vec<f32>,
    /// Head pose.
    pub head: HeadPose,
}

/// What the sheet shows beside its faces.
pub struct Timeline<'a> {
    /// Length of the sound, seconds.
    pub duration_s: f64,
    /// Frames per second.
    pub fps: FrameRate,
    /// Loudest sample of each of many equal stretches, 0..1.
    pub envelope: &'a [f32],
    /// jawOpen of every frame; empty where the model has none.
    pub jaw: &'a [f32],
}

/// The frames that a sheet shows of an animation.
pub fn chosen_frames(frame_count: usize) -> Vec<usize> {
    even_frames(frame_count, COLUMNS * ROWS)
}

/// At most `most` frames, in the middle of equal stretches.
pub(super) fn even_frames(frame_count: usize, most: usize) -> Vec<usize> {
    let count = frame_count.min(most);
    (0..count).map(|i| (2 * i + 1) * frame_count / (2 * count)).collect()
}

/// Draws the sheet, the faces on `threads` threads, and writes it as PNG.
pub fn write(mesh: &Mesh, poses: &[Pose], timeline: &Timeline, threads: usize, out: impl Write) -> Result<()> {
    let rows = poses.len().div_ceil(COLUMNS);
    let strip_y = MARGIN + rows * (TILE_HEIGHT + GAP) + GAP;
    let mut canvas = Canvas::new(WIDTH, strip_y + STRIP_HEIGHT + MARGIN, PAPER);

    let faces = portraits(mesh, poses, [TILE_WIDTH, TILE_HEIGHT], FILL, threads);
    for (number, (pose, face)) in poses.iter().zip(faces).enumerate() {
        let area = Area {
            x: MARGIN + number % COLUMNS * (TILE_WIDTH + GAP),
            y: MARGIN + number / COLUMNS * (TILE_HEIGHT + GAP),
            width: TILE_WIDTH,
            height: TILE_HEIGHT,
        };
        canvas.panel(area, 10.0, TILE[0], TILE[1]);
        paint(&mut canvas, area, &face);
        label(&mut canvas, area, &format!("{:.2} s", seconds(pose.frame, timeline)), INK);
    }
    let strip = Area { x: MARGIN, y: strip_y, width: WIDTH - 2 * MARGIN, height: STRIP_HEIGHT };
    draw_strip(&mut canvas, strip, poses, timeline);
    canvas.write_png(out)
}

/// Colour and cover of every pixel of a picture, row by row.
pub(super) type Pixels = Vec<(Colour, f32)>;

/// Draws a picture as large as an area into it.
pub(super) fn paint(canvas: &mut Canvas, area: Area, pixels: &Pixels) {
    for (place, &(colour, cover)) in pixels.iter().enumerate() {
        canvas.blend(area.x + place % area.width, area.y + place / area.width, colour, cover);
    }
}

/// Writes into the lower left corner of an area.
pub(super) fn label(canvas: &mut Canvas, area: Area, text: &str, colour: Colour) {
    let (x, y) = (area.x + 12, area.y + area.height - 12 - font::HEIGHT * LETTER);
    let (width, height) = (text.len() * font::ADVANCE * LETTER, font::HEIGHT * LETTER);
    canvas.fill(Area { x: x - 5, y: y - 5, width: width + 8, height: height + 10 }, PAPER, 0.62);
    canvas.text(x, y, LETTER, text, colour);
}

/// Renders every pose as a portrait of this width and height.
pub(super) fn portraits(
    mesh: &Mesh,
    poses: &[Pose],
    [width, height]: [usize; 2],
    fill: f32,
    threads: usize,
) -> Vec<Pixels> {
    let (width, height) = (width * SUPERSAMPLING, height * SUPERSAMPLING);
    let camera = Camera::framing(&mesh.head_mm(), YAW, width, height, fill);
    each(poses, threads, |pose| {
        let positions = mesh.posed(&mesh.moved(&pose.offsets_mm), &pose.head);
        resolve(&Raster::draw(mesh, &positions, &camera, width, height), mesh)
    })
}

fn draw_strip(canvas: &mut Canvas, strip: Area, poses: &[Pose], timeline: &Timeline) {
    canvas.panel(strip, 10.0, STRIP[0], STRIP[1]);
    let plot = Area {
        x: strip.x + MARGIN,
        y: strip.y + 30,
        width: strip.width - 2 * MARGIN,
        height: strip.height - 30 - AXIS_HEIGHT,
    };
    for pose in poses {
        let x = place(plot, seconds(pose.frame, timeline), timeline.duration_s);
        let tick = Area { x, y: plot.y, width: 1, height: plot.height };
        canvas.fill(tick, TICK, 0.45);
    }
    draw_waveform(canvas, plot, timeline.envelope, WAVE);
    canvas.curve(plot, timeline.jaw, JAW);
    draw_axis(canvas, plot, timeline.duration_s);
    let mut x = plot.x;
    for (name, colour, shown) in [("sound", WAVE, true), ("jaw open", JAW, !timeline.jaw.is_empty())] {
        if shown {
            canvas.fill(Area { x, y: strip.y + 13, width: 18, height: 6 }, colour, 1.0);
            canvas.text(x + 26, strip.y + 9, LETTER, name, INK);
            x += 26 + (name.len() + 3) * font::ADVANCE * LETTER;
        }
    }
}

/// Where a time lies in a plot, pixels from the picture's left.
pub(super) fn place(plot: Area, time_s: f64, duration_s: f64) -> usize {
    plot.x + (time_s / duration_s * (plot.width - 1) as f64).round() as usize
}

/// Times under a plot.
pub(super) fn draw_axis(canvas: &mut Canvas, plot: Area, duration_s: f64) {
    let spacing_s = label_spacing_s(duration_s, plot.width);
    for number in 0..=(duration_s / spacing_s) as usize {
        let time_s = number as f64 * spacing_s;
        let x = place(plot, time_s, duration_s);
        let below = plot.y + plot.height;
        canvas.fill(Area { x, y: below + 2, width: 1, height: 5 }, TICK, 1.0);
        let label = if spacing_s < 1.0 { format!("{time_s:.1}") } else { format!("{time_s:.0}") };
        let half = label.len() * font::ADVANCE * LETTER / 2;
        canvas.text(x.saturating_sub(half).max(4), below + 9, 1 + LETTER / 2, &label, INK);
    }
}

/// The loudest sample of each column, as a bar about the middle; scaled to the loudest of all.
pub(super) fn draw_waveform(canvas: &mut Canvas, plot: Area, envelope: &[f32], colour: Colour) {
    let loudest = envelope.iter().copied().fold(0.0, f32::max).max(1e-6);
    for x in 0..plot.width {
        let from = x * envelope.len() / plot.width;
        let to = ((x + 1) * envelope.len() / plot.width).max(from + 1).min(envelope.len());
        let peak = envelope[from.min(to)..to].iter().copied().fold(0.0, f32::max) / loudest;
        let height = ((peak * plot.height as f32) as usize).max(1);
        let bar = Area { x: plot.x + x, y: plot.y + (plot.height - height) / 2, width: 1, height };
        canvas.fill(bar, colour, 0.85);
    }
}

fn seconds(frame: usize, timeline: &Timeline) -> f64 {
    timeline.fps.time_s(frame).min(timeline.duration_s)
}

/// The smallest of 0.1, 0.2, 0.5, 1, 2, 5, … seconds at which labels do not meet.
fn label_spacing_s(duration_s: f64, width: usize) -> f64 {
    let least = duration_s * 70.0 / width as f64;
    let steps = (-1..5).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
    steps.into_iter().find(|&step| step >= least).unwrap_or(duration_s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::mesh::tests::ball;

    #[test]
    fn chosen_frames_are_even_and_inside() {
        assert_eq!(chosen_frames(1), [0]);
        assert_eq!(chosen_frames(3), [0, 1, 2]);
        let frames = chosen_frames(240);
        assert_eq!(frames.len(), 24);
        assert_eq!((frames[0], frames[1], frames[23]), (5, 15, 235));
    }

    #[test]
    fn labels_keep_their_distance() {
        assert_eq!(label_spacing_s(2.0, 1520), 0.1);
        assert_eq!(label_spacing_s(10.0, 1520), 0.5);
        assert_eq!(label_spacing_s(100.0, 1520), 5.0);
    }

    #[test]
    fn sheet_shows_faces_waveform_and_curve() {
        let mesh = ball();
        let still = vec![0.0; mesh.vertices_mm.len() * 3];
        let poses: Vec<Pose> = chosen_frames(3)
            .into_iter()
            .map(|frame| Pose { frame, offsets_mm: still.clone(), head: HeadPose::default() })
            .collect();
        let timeline =
            Timeline { duration_s: 0.1, fps: 30.0.into(), envelope: &[0.1, 1.0, 0.4, 0.0], jaw: &[0.0, 1.0, 0.0] };
        let mut bytes = Vec::new();
        write(&mesh, &poses, &timeline, 2, &mut bytes).unwrap();

        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width as usize, WIDTH);
        let pixel = |x: usize, y: usize| -> [u8; 3] { pixels[(y * WIDTH + x) * 3..][..3].try_into().unwrap() };

        let middle = pixel(MARGIN + TILE_WIDTH / 2, MARGIN + TILE_HEIGHT / 2);
        assert!(middle[0] > middle[2] + 30, "skin is warm, not {middle:?}");
        let reds = (0..info.height as usize * WIDTH).filter(|i| pixels[i * 3..][..3] == JAW).count();
        assert!(reds > 100, "{reds} pixels of the jaw's curve");
        let empty = MARGIN + 4 * (TILE_WIDTH + GAP);
        assert_eq!(pixel(empty, MARGIN + 30), PAPER, "no tile without a frame");
    }
}
