//! A small renderer of faces in software, and what is drawn with it: contact sheets and films.

mod camera;
pub mod canvas;
pub mod film;
mod folds;
mod font;
pub mod mesh;
mod occlusion;
pub mod placement;
pub mod puppet;
mod raster;
mod shade;
pub mod sheet;
pub mod stage;
pub mod stage_sheet;
pub mod texture;
pub mod vector;

use std::thread;

/// `draw` of every item, on `threads` threads, in the items' order.
fn each<T: Sync, R: Send>(items: &[T], threads: usize, draw: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let share = items.len().div_ceil(threads.max(1)).max(1);
    thread::scope(|scope| {
        let draw = &draw;
        let workers: Vec<_> =
            items.chunks(share).map(|items| scope.spawn(move || items.iter().map(draw).collect::<Vec<_>>())).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a renderer does not panic")).collect()
    })
}
