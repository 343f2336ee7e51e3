//! The op list: every op of every network, declared once. A file for each has its formula, its shapes and what it costs.

use crate::tensor::Weight;

use super::view::View;

/// Gives the list of ops to a macro: the stem that names an op's files, and its struct.
#[doc(hidden)]
#[macro_export]
macro_rules! each_op {
    ($take:ident) => {
        $take! {
            linear Linear,
            conv1d Conv1d,
            conv2d Conv2d,
            depthwise2d Depthwise2d,
            max_pool2d MaxPool2d,
            attention Attention,
            layer_norm LayerNorm,
            group_norm GroupNorm,
            map Map,
            prelu Prelu,
            combine Combine,
            interpolate Interpolate,
            gather Gather,
            rigid_motion RigidMotion,
            normals Normals,
        }
    };
}

/// What an op tells about itself. `x` is read, `out` is written whole and overlaps no input, except where `residual`, `add` or the
/// op's own words say otherwise: those may be the same view as `out`.
///
/// Shapes are [batch, rows, cols] of the views; `B`, `N`, `T` are counts, `I`, `O`, `C` channels.
pub(super) trait Declared {
    /// The view that is written.
    fn output(&self) -> View;

    /// The views that are read, in no particular order.
    fn inputs(&self) -> Vec<View>;

    /// Multiplications and additions of the products as defined (not of a cleverer algorithm), for profiles.
    fn flops(&self) -> u64 {
        0
    }

    /// Panics when the shapes do not fit.
    fn check(&self);
}

macro_rules! declare {
    ($($stem:ident $Name:ident),* $(,)?) => {
        $(
            mod $stem;
            pub use $stem::$Name;
        )*

        /// One op.
        #[derive(Debug, Clone)]
        pub enum Op {
            $(
                #[doc = concat!("See [`", stringify!($Name), "`].")]
                $Name($Name),
            )*
        }

        $(
            impl From<$Name> for Op {
                fn from(op: $Name) -> Self {
                    Self::$Name(op)
                }
            }
        )*

        impl Op {
            /// Names of the ops' kernels, in the order of the list.
            pub const STEMS: &[&str] = &[$(stringify!($stem)),*];

            /// The op's stem: names of its kernels, its tests and its line in a profile.
            pub fn stem(&self) -> &'static str {
                match self {
                    $(Self::$Name(_) => stringify!($stem),)*
                }
            }

            fn declared(&self) -> &dyn Declared {
                match self {
                    $(Self::$Name(op) => op,)*
                }
            }
        }
    };
}

each_op!(declare);

pub use depthwise2d::MAX_KERNEL;

impl Op {
    /// The view that is written.
    pub fn output(&self) -> View {
        self.declared().output()
    }

    /// The views that are read, in no particular order.
    pub fn inputs(&self) -> Vec<View> {
        self.declared().inputs()
    }

    /// Multiplications and additions of the products as defined (not of a cleverer algorithm), for profiles.
    pub fn flops(&self) -> u64 {
        self.declared().flops()
    }

    /// Panics when the shapes do not fit.
    pub(super) fn check(&self) {
        self.declared().check();
    }
}

/// A function of one value, fused into the op before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// x
    None,
    /// x·Φ(x), exact with erf.
    Gelu,
    /// x·σ(1.702·x), CLIP's.
    QuickGelu,
    /// x·σ(x)
    Silu,
}

/// Which keys a query of [`Attention`] sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mask {
    /// All.
    None,
    /// Key j ≤ query i.
    Causal,
    /// Query row 0 sees all; row i > 0 is frame i − 1 and sees keys with |i − 1 − j| < width.
    Band {
        /// Half-width in frames; at least 1.
        width: usize,
    },
}

/// Panics unless both views have one shape.
fn same(stem: &str, a: View, b: View) {
    assert_eq!(a.shape(), b.shape(), "{stem}: shapes differ");
}

/// Panics unless both views have as many items, and channels.
fn same_channels(stem: &str, a: View, b: View) {
    assert_eq!((a.batch, a.cols), (b.batch, b.cols), "{stem}: items or channels differ");
}

/// Multiplications and additions where every row of the output meets every value of the weight once.
fn products(out: View, weight: &Weight) -> u64 {
    2 * (out.batch * out.rows * weight.len()) as u64
}

/// Panics unless the weight is a vector of so many values.
fn vector(stem: &str, weight: &Weight, len: usize) {
    assert_eq!(weight.shape(), [len], "{stem}: {} is not a vector of {len}", weight.name());
}

/// Those of the views that there are.
fn views<const N: usize>(views: [Option<View>; N]) -> Vec<View> {
    views.into_iter().flatten().collect()
}
