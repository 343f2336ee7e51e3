//! `<stem>.usdc`: faces with their blendshapes and joints, animated; USD, metres, +Y up, a time code a frame.
//!
//! A `SkelRoot` a face. Its `skeleton` has the joints `head`, which turns about the head's pivot, and `head/eye_left` and
//! `head/eye_right`, which turn about their middles. The mesh `face` hangs on the head and has a `BlendShape` for each weight; those
//! of the eyes hang on theirs and have none, so that nothing turns an eye twice. The skeleton's `animation` has the weights, turns
//! and places. Parts are subsets of the meshes' triangles with a `UsdPreviewSurface` each, and their colours stand in `displayColor`
//! too. In a scene of several each `SkelRoot` stands in its place below `scene`, under its character's name. The file of the sound
//! is named in the layer's `customLayerData`.

mod correct;
mod layer;
mod motion;
mod surface;

use std::collections::HashMap;
use std::io::Write;

use anyhow::Result;
use openusd::gf::Matrix4d;
use openusd::sdf::{FieldKey, Path, Value};

use self::layer::{Layer, Names, tokens};
use crate::emit::glb::{Figure, METRES};
use crate::render::placement::Placement;
use crate::render::vector::{Vec3, rotate};

/// The prim of a face alone.
const ALONE: &str = "media2face";
/// The prim above several.
const SCENE: &str = "scene";

/// Writes the file; `sound` is the name of the file that is heard with it.
pub fn write(figures: &[Figure], sound: &str, out: &mut impl Write) -> Result<()> {
    figures.iter().try_for_each(Figure::check)?;
    let mut layer = Layer::new();
    let (root, mut names) = (Path::abs_root(), Names::default());
    match figures {
        [figure] if figure.stands.is_none() => {
            let prim = layer.prim(&root, ALONE, "SkelRoot", &[])?;
            layer.figure(&prim, figure)?;
            layer.say(FieldKey::DefaultPrim, Value::Token(ALONE.into()));
        }
        _ => {
            let scene = layer.prim(&root, SCENE, "Xform", &[])?;
            for figure in figures {
                let (name, place) = figure.stands.map_or(("face", None), |(name, place)| (name, Some(place)));
                let prim = layer.prim(&scene, &names.take(name), "SkelRoot", &[])?;
                if let Some(place) = place {
                    layer.attribute(&prim, "xformOp:transform", "matrix4d", Value::Matrix4d(stands(place)))?;
                    layer.uniform(&prim, "xformOpOrder", "token[]", tokens(&["xformOp:transform"]))?;
                }
                layer.figure(&prim, figure)?;
            }
            layer.say(FieldKey::DefaultPrim, Value::Token(SCENE.into()));
        }
    }
    let Some(Figure { track, .. }) = figures.first() else { return layer.finish(out) };
    layer.say("upAxis", Value::Token("Y".into()));
    layer.say("metersPerUnit", Value::Double(1.0));
    layer.say(FieldKey::StartTimeCode, Value::Double(0.0));
    layer.say(FieldKey::EndTimeCode, Value::Double(track.frame_count().saturating_sub(1) as f64));
    layer.say(FieldKey::TimeCodesPerSecond, Value::Double(track.fps.hz()));
    layer.say(FieldKey::FramesPerSecond, Value::Double(track.fps.hz()));
    let sound = HashMap::from([("sound".to_owned(), Value::String(sound.to_owned()))]);
    layer.say(FieldKey::CustomLayerData, Value::Dictionary(sound));
    layer.finish(out)
}

impl Layer {
    /// All of a face below its root.
    fn figure(&mut self, root: &Path, figure: &Figure) -> Result<()> {
        let skeleton = self.skeleton(root, figure)?;
        self.surfaces(root, figure, &skeleton)
    }
}

/// A place in metres; rows are what becomes of the axes, the last one of the origin.
fn stands(place: Placement) -> Matrix4d {
    matrix(
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|axis| rotate(place.rotation(), axis)),
        place.position_m,
    )
}

fn matrix(axes: [Vec3; 3], origin: Vec3) -> Matrix4d {
    let row = |[x, y, z]: Vec3, w: f64| [f64::from(x), f64::from(y), f64::from(z), w];
    Matrix4d::from([row(axes[0], 0.0), row(axes[1], 0.0), row(axes[2], 0.0), row(origin, 1.0)])
}

#[cfg(test)]
mod tests;
