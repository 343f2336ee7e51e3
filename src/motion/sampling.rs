//! Recording a whole sampling as one plan: x stays on the device from the first step to the last.
//!
//! Sections, in the order of a run; those of a batch of windows, see [`Batches`], exist once per [`Group`]:
//! ```text
//! sampling   x ← noise; keys and values of ∅
//! for each of K steps, and each of its loops:
//!   select     row k of the tables of timesteps and coefficients, in the first loop
//!   condition  audio features and codes under the windows → keys and values, where their slot holds another group's
//!   step       x under the windows → denoiser → guided x0 of each window
//!   blend      windows' x0 → x0 over each clip; known motion; x ← DDIM step; known motion, diffused
//!   again      x ← x, diffused, where a loop follows
//! motion     x → output
//! ```
//! Batches, blend and again of a loop are those of the clips that have so many; blend and again exist once per number of
//! loops.
//!
//! State: x and x0 over all clips, one after another, x0 of every window, keys and values of every slot. All but these
//! are scratch of one section, so memory beyond them is that of one batch.

use std::sync::Arc;

use crate::error::Result;
use crate::plan::{Executable, Plan, PlanBuilder, Port, Programs, Section, View};
use crate::signal::try_zeros;
use crate::unit::Unit;

use super::batches::{BatchViews, Batches};
use super::denoiser::Denoiser;
use super::groups::Group;
use super::layout::{Layout, LayoutKey, Pass};
use super::sampler::Sampler;
use super::terms::{Factors, Terms};
use super::update::Update;

/// Programs of samplings, kept by what they were recorded for.
pub struct SamplePrograms(pub(super) Programs<LayoutKey, Sampling>);

impl SamplePrograms {
    /// None yet; of at most so many bytes.
    pub fn new(most_bytes: usize) -> Self {
        Self(Programs::new(most_bytes))
    }
}

/// A recorded sampling.
pub(super) struct Sampling {
    /// A of each clip, [frames, d_a].
    pub(super) audio: Vec<Port>,
    /// Style codes, zeros first, [styles + 1, d_p].
    pub(super) codes: Port,
    /// u and p of every frame, [rows, d_s], where the network reads them.
    pub(super) strengths: Option<Port>,
    /// Guidance weights: group by group, branch by branch, window by window, N values each.
    pub(super) weights: Port,
    /// Codes of the timesteps, [K, d].
    pub(super) times: Port,
    /// [`Factors`], [K, [`Factors::COUNT`]].
    pub(super) coefficients: Port,
    /// Standard normal values, a matrix [rows, d_x] for each purpose of a pass; the first is what x starts from before.
    pub(super) noise: Port,
    /// Known motion, [rows, d_x], and its [`Inpaint::weights`](super::edit::Inpaint::weights), those of all rows.
    pub(super) known: Option<(Port, Port)>,
    /// x, [rows, d_x].
    pub(super) motion: Port,
    /// What a sampling runs, in order.
    pub(super) sections: Vec<Section>,
    /// The passes, each with the number of sections that are done after it.
    pub(super) passes: Vec<(Pass, usize)>,
    /// The last of them, which copies x to the output and may run between two others.
    pub(super) end: Section,
}

/// Sections of a plan before they are put in order.
struct Parts {
    start: Section,
    /// By step.
    select: Vec<Section>,
    batches: Batches,
    /// By level.
    blend: Vec<Section>,
    again: Vec<Option<Section>>,
    end: Section,
}

impl Sampling {
    /// Records all of it, in bounded parts.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub(super) async fn record(denoiser: &Denoiser, layout: &Layout, unit: &Unit) -> Result<(Self, Arc<Plan>)> {
        let config = denoiser.config();
        let Layout { tracks, groups, steps, fresh, .. } = layout;
        let steps = *steps;
        let (rows, known_weights) = (layout.rows(), layout.known_weights());
        let mut builder = PlanBuilder::new();
        let plan = &mut builder;

        let audio = tracks.iter().map(|track| plan.input("audio features", 1, track.rows.len(), config.d_a));
        let (audio, audio_views): (Vec<_>, Vec<_>) = audio.unzip();
        let (codes, codes_view) = plan.input("style codes", 1, layout.code_rows(), config.d_p);
        let (strengths, strengths_view) =
            (config.d_s > 0).then(|| plan.input("strengths", 1, rows, config.d_s)).unzip();
        let weight_rows = groups.iter().map(Group::weight_rows).sum();
        let (weights, weights_view) = plan.input("guidance weights", 1, weight_rows, 1);
        let (times, times_view) = plan.input("timesteps", 1, steps, config.d);
        let (coefficients, coefficients_view) = plan.input("coefficients", 1, steps, Factors::COUNT);
        let (noise, noise_view) = plan.input("noise", fresh.len().max(1), rows, config.d_x);
        let (motion, motion_view) = plan.output("motion", 1, rows, config.d_x);
        let known = (known_weights > 0).then(|| known_motion(plan, known_weights, rows, config.d_x));
        let (known, known_views) = known.unzip();

        let terms = Terms::record(plan, known_weights > 0, !fresh.is_empty(), rows, config.d_x);
        let estimates = plan.state("x0 of the windows", 1, layout.estimate_rows(), config.d_x);
        plan.keep_f32(estimates);
        let time = plan.state("timestep", 1, 1, config.d);
        let factors = Factors::record(plan);

        let start = plan.section("sampling");
        plan.copy(noise_view.batch(0..1), terms.x());
        let known_weights = known_views.map(|(_, weights)| weights);
        let update = Update { layout, terms, estimates, factors, noise: noise_view, known_weights, d_z: config.d_z };
        if let Some((known, _)) = known_views {
            plan.copy(known, terms.known());
            update.record_given(plan);
        }
        let views = BatchViews {
            audio: &audio_views,
            codes: codes_view,
            strengths: strengths_view,
            weights: weights_view,
            time,
            x: terms.x(),
            estimates,
        };
        let batches = Batches::record(plan, denoiser, layout, &views, unit).await;

        let select = (0..steps).map(|k| {
            let section = plan.section("select");
            plan.copy(times_view.rows(k..k + 1), time);
            plan.copy(coefficients_view.rows(k..k + 1), factors.as_row());
            section
        });
        let select = select.collect();

        let (mut blend, mut again) = (Vec::new(), Vec::new());
        for loops in layout.levels() {
            blend.push(plan.section("blend"));
            update.record_step(plan, loops, unit).await?;
            again.push((loops > 1).then(|| plan.section("again")));
            if loops > 1 {
                update.record_again(plan, loops);
            }
        }

        let end = plan.section("motion");
        plan.copy(terms.x(), motion_view);

        let parts = Parts { start, select, batches, blend, again, end };
        let (sections, passes) = order(&parts, layout);
        unit.pause().await;
        let plan = Arc::new(builder.finish());
        let ports =
            Self { audio, codes, strengths, weights, times, coefficients, noise, known, motion, sections, passes, end };
        Ok((ports, plan))
    }
}

impl Sampling {
    /// Writes what each step takes of its timestep.
    ///
    /// # Errors
    /// `OutOfMemory`; those of the backend.
    pub(super) fn write_schedule(
        &self,
        executable: &mut dyn Executable,
        sampler: &Sampler,
        timesteps: &[(usize, Option<usize>)],
        eta: f64,
    ) -> Result<()> {
        let denoiser = sampler.denoiser();
        let d = denoiser.config().d;
        let mut times = try_zeros(timesteps.len(), d)?;
        let codes = times.chunks_exact_mut(d).zip(timesteps);
        codes.for_each(|(row, (timestep, _))| denoiser.encode_time(*timestep, row));
        executable.write(self.times, &times)?;
        let factors = timesteps.iter().flat_map(|&(from, to)| Factors::values(sampler.schedule(), from, to, eta));
        executable.write(self.coefficients, &factors.collect::<Vec<f32>>())
    }
}

/// Ports and views of known motion and of the weights of it.
fn known_motion(plan: &mut PlanBuilder, weights: usize, rows: usize, d_x: usize) -> ((Port, Port), (View, View)) {
    let (known, view) = plan.input("known motion", 1, rows, d_x);
    let (mask, mask_view) = plan.input("weights of known motion", weights, rows, 1);
    ((known, mask), (view, mask_view))
}

/// Puts the sections in the order of a run. A condition is computed again whenever its slot was another group's.
fn order(parts: &Parts, layout: &Layout) -> (Vec<Section>, Vec<(Pass, usize)>) {
    let (levels, mut holds) = (layout.levels(), vec![None; layout.slots]);
    let (mut sections, mut passes) = (vec![parts.start], Vec::new());
    for pass in layout.passes() {
        sections.extend((pass.left + 1 == pass.loops).then(|| parts.select[pass.step]));
        let groups = layout.groups.iter().enumerate().filter(|(_, group)| group.loops > pass.left);
        for (at, group) in groups {
            if holds[group.slot].replace(at) != Some(at) {
                sections.extend(parts.batches.condition[at]);
            }
            sections.push(parts.batches.step[at]);
        }
        let level = levels.partition_point(|loops| *loops <= pass.left);
        sections.push(parts.blend[level]);
        sections.extend(parts.again[level].filter(|_| pass.left > 0));
        passes.push((pass, sections.len()));
    }
    sections.push(parts.end);
    (sections, passes)
}
