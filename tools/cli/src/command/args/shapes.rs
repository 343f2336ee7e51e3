//! A rig's own blendshapes, whose weights are written in place of the model's.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use media2face::output::SolverOptions;
use media2face::{Model, Solver, limits};

use super::value::{number, share};
use crate::input::face::Brought;
use crate::input::shapes::{self, NEUTRAL};

/// Which shapes, and how their weights are found.
#[derive(Args)]
#[allow(clippy::struct_field_names)] // they name the options
pub struct Shapes {
    /// Folder of a rig's own blendshapes, whose weights json and table then have in place of the model's: neutral.obj, which is
    /// taken as --mesh takes a mesh, and an OBJ file for each shape, named by it, with the same vertices in the same order
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["mesh", "rig"])]
    pub shapes: Option<PathBuf>,
    /// Time constant of the smoothing of these weights, seconds; 0 for none
    #[arg(
        long, value_name = "SECONDS", default_value_t = SolverOptions::default().smoothing_s, requires = "shapes",
        value_parser = smoothing, allow_negative_numbers = true
    )]
    pub shapes_smoothing: f32,
    /// How much a shape must explain to be used at all, 0 to 1; more leaves fewer shapes in use
    #[arg(
        long, value_name = "X", default_value_t = SolverOptions::default().sparsity, requires = "shapes",
        value_parser = share, allow_negative_numbers = true
    )]
    pub shapes_sparsity: f32,
}

impl Shapes {
    /// The file of the rig's face at rest.
    pub fn neutral(&self) -> Option<PathBuf> {
        self.shapes.as_ref().map(|folder| folder.join(NEUTRAL))
    }

    /// The name that stands for the rig.
    pub fn name(&self) -> Option<String> {
        self.shapes.as_deref().map(shapes::name)
    }

    /// The neutral as the model takes it, and what solves for the shapes.
    pub fn bring(&self, model: &Arc<Model>, warn: impl Fn(&str)) -> Result<Option<(Brought, Arc<Solver>)>> {
        let Self { shapes, shapes_smoothing, shapes_sparsity } = self;
        let options = SolverOptions { smoothing_s: *shapes_smoothing, sparsity: *shapes_sparsity };
        shapes.as_ref().map(|folder| shapes::bring(model, folder, options, warn)).transpose()
    }
}

fn smoothing(text: &str) -> Result<f32, String> {
    number(text, 0.0, limits::MAX_SMOOTHING_S)
}
