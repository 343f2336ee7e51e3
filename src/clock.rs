//! Time, for the whole library: a platform without a clock of the standard library's puts its own here.

pub use std::time::Duration;

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use std::time::Instant;

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub use host::Instant;

/// A WebAssembly module without a system asks its host for the time.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod host {
    use std::ops::Add;
    use std::time::Duration;

    #[link(wasm_import_module = "media2face")]
    unsafe extern "C" {
        /// Milliseconds since a moment that stays the same, as `performance.now()` has them. Never goes back.
        safe fn m2f_host_now_ms() -> f64;
    }

    /// A moment, by the host's clock.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub struct Instant(Duration);

    impl Instant {
        pub fn now() -> Self {
            Self(Duration::try_from_secs_f64(m2f_host_now_ms() / 1e3).unwrap_or_default())
        }

        pub fn elapsed(&self) -> Duration {
            Self::now().duration_since(*self)
        }

        pub fn duration_since(&self, earlier: Self) -> Duration {
            self.saturating_duration_since(earlier)
        }

        pub fn saturating_duration_since(&self, earlier: Self) -> Duration {
            self.0.saturating_sub(earlier.0)
        }

        pub fn checked_add(&self, after: Duration) -> Option<Self> {
            self.0.checked_add(after).map(Self)
        }
    }

    impl Add<Duration> for Instant {
        type Output = Self;

        fn add(self, after: Duration) -> Self {
            Self(self.0.saturating_add(after))
        }
    }
}

/// A moment `after` from now; a time too far to be one is an hour.
pub fn deadline(after: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(after).unwrap_or(now + Duration::from_secs(3600))
}
