//! `m2f_device`: the Vulkan devices of this machine.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use media2face::vulkan::{self, DeviceInfo, DeviceKind, Tier};

use super::error::{Failure, m2f_status};
use super::guard::{given, guard, not_null};
use super::options::{self, Options};

/// The kind of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_device_kind {
    /// None of the kinds below.
    M2F_DEVICE_OTHER = 0,
    /// It shares memory with the CPU.
    M2F_DEVICE_INTEGRATED = 1,
    /// It has its own memory.
    M2F_DEVICE_DISCRETE = 2,
    /// It is part of another machine's device.
    M2F_DEVICE_VIRTUAL = 3,
    /// It is the CPU, through a software driver.
    M2F_DEVICE_SOFTWARE = 4,
}

/// How the kernels run on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum m2f_tier {
    /// They cannot run.
    M2F_TIER_NONE = 0,
    /// Halves in memory, products by cooperative matrices.
    M2F_TIER_MATRIX = 1,
    /// Halves in memory, sums over subgroups.
    M2F_TIER_HALF = 2,
    /// Weights as packed halves, everything else in single precision. Any Vulkan 1.1 device can do this.
    M2F_TIER_PACKED = 3,
}

/// A device. [`m2f_device_describe`] fills it in.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_device_info {
    /// Size of this struct in bytes. [`m2f_device_describe`] sets it.
    pub struct_size: u32,
    /// Place in the list of devices: the `device_index` of the runtime's options.
    pub index: u32,
    /// An `m2f_device_kind`.
    pub kind: u32,
    /// An `m2f_tier`.
    pub tier: u32,
    /// UUID, which is the same on every run: the `device_uuid` of the runtime's options.
    pub uuid: [u8; 16],
    /// PCI vendor number.
    pub vendor_id: u32,
    /// Vulkan version, first part.
    pub api_major: u32,
    /// Vulkan version, second part.
    pub api_minor: u32,
    /// Always 0.
    pub reserved: u32,
    /// Bytes of memory on the device.
    pub memory_bytes: u64,
    /// Name of the device, from its driver, UTF-8.
    pub name: [c_char; 256],
    /// Driver and its version, in the driver's own words.
    pub driver: [c_char; 512],
    /// Why the device cannot be used, in one line. Empty if it can.
    pub fault: [c_char; 256],
}

// SAFETY: repr(C), struct_size first; integers.
unsafe impl Options for m2f_device_info {
    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>() as u32,
            kind: m2f_device_kind::M2F_DEVICE_OTHER as u32,
            tier: m2f_tier::M2F_TIER_NONE as u32,
            ..Self::zero()
        }
    }
}

/// Counts the Vulkan devices of this machine, usable or not.
///
/// Parameters: `out`, receives the count.
/// Returns: OK; INVALID_ARGUMENT; UNSUPPORTED without a Vulkan loader (the text of `m2f_last_error` says why).
/// Threads: any. Cost: tens to hundreds of milliseconds, because Vulkan's drivers are loaded.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_device_count(out: Option<&mut MaybeUninit<u32>>) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        out.write(vulkan::devices()?.len() as u32);
        Ok(())
    })
}

/// Describes a device: its name, kind, tier, driver and memory, and why it cannot be used.
///
/// Parameters: `index`, below `m2f_device_count`; `out`, `size` writable bytes; `size`, sizeof *out.
/// Returns: OK; INVALID_ARGUMENT; INVALID_STRUCT_SIZE; UNSUPPORTED without a Vulkan loader.
/// Threads: any. Cost: as for [`m2f_device_count`].
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_device_describe(index: u32, out: *mut m2f_device_info, size: usize) -> m2f_status {
    guard(|| {
        not_null(out, "out")?;
        options::check_size(size)?;
        let devices = vulkan::devices()?;
        let none = || Failure::argument(format!("index {index} is not below {}", devices.len()));
        let info = convert(devices.get(index as usize).ok_or_else(none)?);
        // SAFETY: not NULL, and by its docs of `size` writable bytes.
        unsafe { options::write(&info, out, size) }
    })
}

fn convert(info: &DeviceInfo) -> m2f_device_info {
    let mut out = m2f_device_info {
        index: info.index as u32,
        kind: match info.kind {
            DeviceKind::Other => m2f_device_kind::M2F_DEVICE_OTHER,
            DeviceKind::Integrated => m2f_device_kind::M2F_DEVICE_INTEGRATED,
            DeviceKind::Discrete => m2f_device_kind::M2F_DEVICE_DISCRETE,
            DeviceKind::Virtual => m2f_device_kind::M2F_DEVICE_VIRTUAL,
            DeviceKind::Cpu => m2f_device_kind::M2F_DEVICE_SOFTWARE,
        } as u32,
        tier: match info.tier {
            None => m2f_tier::M2F_TIER_NONE,
            Some(Tier::Matrix) => m2f_tier::M2F_TIER_MATRIX,
            Some(Tier::Half) => m2f_tier::M2F_TIER_HALF,
            Some(Tier::Packed) => m2f_tier::M2F_TIER_PACKED,
        } as u32,
        uuid: info.uuid,
        vendor_id: info.vendor_id,
        api_major: info.api_version.0,
        api_minor: info.api_version.1,
        memory_bytes: info.memory_bytes,
        ..m2f_device_info::defaults()
    };
    fill(&mut out.name, &info.name);
    fill(&mut out.driver, &info.driver);
    fill(&mut out.fault, info.fault.as_deref().unwrap_or_default());
    out
}

/// Copies as much of a text as fits before a NUL. A character is copied whole or not at all.
pub(super) fn fill(field: &mut [c_char], text: &str) {
    let most = text.len().min(field.len() - 1);
    let end = (0..=most).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    let text = &text[..end];
    field.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from as c_char);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_name_is_cut_between_characters_and_ends_with_nul() {
        let filled = |text: &str| {
            let mut field = [0 as c_char; 6];
            fill(&mut field, text);
            field.map(|c| c as u8)
        };
        assert_eq!(filled("GPU"), *b"GPU\0\0\0");
        assert_eq!(filled("abcde"), *b"abcde\0");
        assert_eq!(filled("abcdé"), *b"abcd\0\0");
    }
}
