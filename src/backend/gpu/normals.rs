//! The op `normals` on a device: shaders/normals.comp.

use crate::backend::mesh;
use crate::error::Result;
use crate::plan::{View, ops};
use crate::tensor::Weight;

use super::element::{self, GROUP, Shape};
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::parts;
use super::weights::Layout;

params! {
    struct Params {
        shape: Shape,
        offsets: Span,
        neutral: Span,
        out: Span,
    }
}

impl Lower for ops::Normals {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Normals { offsets, neutral, triangles, first, incident, out } = self;
        mesh(out.rows, triangles, first, incident)?;
        for items in parts::items(lowering, &[*offsets, *out]) {
            let views = [offsets.batch(items.clone()), *neutral, out.batch(items)];
            lower_part(views, [triangles, first, incident], lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        let (offsets, neutral) = (plan.input("offsets", 2, 4, 3).1, plan.input("neutral", 1, 4, 3).1);
        let (_, out) = plan.output("out", 2, 4, 3);
        // A square of two triangles.
        let triangles = Weight::from_i32("triangles", &[2, 3], &[0, 1, 2, 0, 2, 3]);
        let first = Weight::from_i32("first", &[5], &[0, 2, 3, 5, 6]);
        let incident = Weight::from_i32("incident", &[6], &[0, 1, 0, 0, 1, 1]);
        plan.push(Self { offsets, neutral, triangles, first, incident, out });
    }
}

/// Constants: workgroup, by four, offsets half, neutral half, out half.
fn lower_part([offsets, neutral, out]: [View; 3], lists: [&Weight; 3], lowering: &mut Lowering) -> Result<()> {
    let mut call = Call::new("normals");
    let offsets_span = lowering.read(&mut call, "offsets", offsets)?;
    let neutral_span = lowering.read(&mut call, "neutral", neutral)?;
    for (name, list) in ["triangles", "first", "incident"].into_iter().zip(lists) {
        lowering.weight(&mut call, name, list, Layout::List)?;
    }
    let out_span = lowering.write(&mut call, "out", out)?;
    let half = |view| u32::from(lowering.is_half(view));
    let constants = vec![GROUP, 0, half(offsets), half(neutral), half(out)];
    let params = Params { shape: Shape::of(out), offsets: offsets_span, neutral: neutral_span, out: out_span };
    let module = lowering.variant("normals");
    lowering.dispatch(call, module, constants, &params, element::row_grid(out), 0);
    Ok(())
}
