//! Parameters of a kernel: one block of push constants, declared here and in the shader. Builds with debug assertions
//! compare the two whenever a kernel is dispatched: `Kernel::new`.

use bytemuck::NoUninit;

use super::lowering::Span;

/// Words in the order of the shader's block.
pub(super) trait Params: NoUninit {
    /// Appends the shader's names of what is called `name` here.
    fn names(name: &str, names: &mut Vec<String>);
}

impl Params for u32 {
    fn names(name: &str, names: &mut Vec<String>) {
        names.push(name.to_owned());
    }
}

impl Params for f32 {
    fn names(name: &str, names: &mut Vec<String>) {
        names.push(name.to_owned());
    }
}

impl Params for Span {
    fn names(name: &str, names: &mut Vec<String>) {
        names.extend(["offset", "batch", "row"].map(|part| format!("{name}_{part}")));
    }
}

/// Declares a block, or a part that several blocks share.
macro_rules! params {
    ($(#[$doc:meta])* $seen:vis struct $name:ident { $($(#[$field_doc:meta])* $field_seen:vis $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, bytemuck::NoUninit)]
        #[repr(C)]
        $seen struct $name {
            $($(#[$field_doc])* $field_seen $field: $kind),*
        }

        impl $crate::backend::gpu::params::Params for $name {
            fn names(_: &str, names: &mut Vec<String>) {
                $(<$kind as $crate::backend::gpu::params::Params>::names(stringify!($field), names);)*
            }
        }
    };
}
pub(super) use params;
