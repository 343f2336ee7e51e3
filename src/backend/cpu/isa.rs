//! The instruction set, found when the backend is made.

use super::gemm::Tiles;
#[cfg(target_arch = "aarch64")]
use super::simd::neon;
use super::simd::portable;
use super::simd::{Kernel, Simd};
#[cfg(target_arch = "x86_64")]
use super::simd::{avx2, avx512};

/// An instruction set that this processor has: values come from [`Isa::available`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Isa {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Portable,
}

impl Isa {
    /// All that this processor has, the widest first.
    pub(super) fn available() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                all.push(Self::Avx512);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                all.push(Self::Avx2);
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Self::Neon);
        all.push(Self::Portable);
        all
    }

    /// The widest one here; the portable one on request.
    pub(super) fn detect(portable: bool) -> Self {
        if portable { Self::Portable } else { Self::available()[0] }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "neon",
            Self::Portable => "portable",
        }
    }

    /// Tile kernels of the matrix product.
    pub(super) fn tiles(self) -> &'static Tiles {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => &avx512::TILES,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => &avx2::TILES,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => &neon::TILES,
            Self::Portable => &portable::TILES,
        }
    }

    /// Runs a kernel compiled for this instruction set.
    ///
    /// # Safety
    /// The kernel's pointers are as its type says.
    pub(super) unsafe fn run<K: Kernel>(self, kernel: K) {
        // SAFETY: a value of this type proves that the processor has the instruction set.
        unsafe {
            match self {
                #[cfg(target_arch = "x86_64")]
                Self::Avx512 => avx512::Avx512::enter(kernel),
                #[cfg(target_arch = "x86_64")]
                Self::Avx2 => avx2::Avx2::enter(kernel),
                #[cfg(target_arch = "aarch64")]
                Self::Neon => neon::Neon::enter(kernel),
                Self::Portable => portable::Portable::enter(kernel),
            }
        }
    }
}
