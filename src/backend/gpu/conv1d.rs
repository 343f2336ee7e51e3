//! The op `conv1d` on a device: shaders/conv1d.comp.

use std::ops::Range;

use crate::error::Result;
use crate::plan::{View, ops};

use super::lowering::{Lower, Lowering};
use super::parts;
use super::product::{self, Add, Geometry, Product};
use super::weights::Layout;

impl Lower for ops::Conv1d {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::Conv1d { x, weight, bias, stride, pad, dilation, groups, activation, residual, out } = self;
        let (inputs, taps) = (weight.shape()[1], weight.shape()[2]);
        // Rows of x that some rows of out see.
        let seen = |rows: &Range<usize>| {
            let first = (rows.start * stride).saturating_sub(*pad).min(x.rows);
            let end = ((rows.end - 1) * stride + (taps - 1) * dilation + 1).saturating_sub(*pad).min(x.rows);
            first..end.max(first)
        };
        let added: Vec<View> = residual.iter().copied().collect();
        let fits = |items: Range<usize>, rows: Range<usize>| {
            let outs = [*out].into_iter().chain(added.iter().copied());
            let outs = outs.map(|view| view.batch(items.clone()).rows(rows.clone()));
            parts::fits(lowering, outs.chain([x.batch(items.clone()).rows(seen(&rows))]))
        };
        let items_step = parts::most(out.batch, |n| fits(0..n, 0..out.rows));
        // A window in the middle of the clip, which sees no padding, is the widest.
        let rows_step = parts::most(out.rows, |n| fits(0..1, out.rows - n..out.rows) && fits(0..1, 0..n));
        for items in parts::ranges(out.batch, items_step) {
            for rows in parts::ranges(out.rows, rows_step) {
                let part = |view: View, rows: &Range<usize>| view.batch(items.clone()).rows(rows.clone());
                let product = Product {
                    stem: "conv1d",
                    x: part(*x, &seen(&rows)),
                    weight,
                    layout: Layout::Matrix { groups: *groups },
                    bias: bias.as_ref(),
                    activation: *activation,
                    add: residual.map_or(Add::Nothing, |residual| Add::After(part(residual, &rows))),
                    out: part(*out, &rows),
                    groups: *groups,
                    cols: out.cols / groups,
                    inputs,
                    taps,
                    rows: rows.len(),
                    geometry: Geometry {
                        first_row: rows.start as u32,
                        first_source: seen(&rows).start as u32,
                        source_rows: x.rows as u32,
                        stride: *stride as u32,
                        pad: *pad as u32,
                        dilation: *dilation as u32,
                        ..Geometry::default()
                    },
                    constant: 0,
                };
                product::lower(product, lowering)?;
            }
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        use super::tests::weight;
        use crate::plan::Activation;

        for full in [false, true] {
            let (x, out) = (plan.input("x", 2, 9, 16).1, plan.output("out", 2, 9, 8).1);
            plan.push(Self {
                x,
                weight: weight(&[8, 16, 3]),
                bias: full.then(|| weight(&[8])),
                stride: 1,
                pad: 1,
                dilation: 1,
                groups: 1,
                activation: Activation::Gelu,
                residual: full.then_some(out),
                out,
            });
        }
    }
}
