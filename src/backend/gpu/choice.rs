//! Which device of a machine's list.

use std::cmp::Reverse;

use crate::backend::device::{DeviceChoice, DeviceInfo, DeviceKind};
use crate::error::{Error, Result};

/// Place of the chosen one in the list of devices that an interface shows.
pub(crate) fn choose(interface: &str, infos: &[DeviceInfo], choice: &DeviceChoice) -> Result<usize> {
    match choice {
        DeviceChoice::Index(index) => Ok(*index),
        DeviceChoice::Uuid(uuid) => {
            let found = infos.iter().position(|info| info.uuid == *uuid);
            let none = || format!("no {interface} device with this UUID on this machine");
            found.ok_or_else(|| Error::InvalidArgument(none()))
        }
        DeviceChoice::Best => {
            let none = || format!("no {interface} device on this machine that can compute");
            best(infos, |_| true).ok_or_else(|| Error::Unsupported(none()))
        }
        DeviceChoice::Gpu => {
            best(infos, DeviceKind::is_gpu).ok_or_else(|| Error::Unsupported(no_gpu(interface, infos)))
        }
    }
}

/// Of the best kind, with the best tier, first in the list.
fn best(infos: &[DeviceInfo], wanted: impl Fn(DeviceKind) -> bool) -> Option<usize> {
    let usable = infos.iter().filter(|info| info.fault.is_none() && wanted(info.kind));
    let order = |info: &&DeviceInfo| (rank(info.kind), Reverse(info.tier.map(|tier| tier as u32)), Reverse(info.index));
    usable.max_by_key(order).map(|info| info.index)
}

/// Which is chosen first: the highest.
fn rank(kind: DeviceKind) -> u32 {
    match kind {
        DeviceKind::Discrete => 4,
        DeviceKind::Integrated => 3,
        DeviceKind::Virtual => 2,
        DeviceKind::Other => 1,
        DeviceKind::Cpu => 0,
    }
}

/// Why none of them is a GPU that can compute, in one line.
fn no_gpu(interface: &str, infos: &[DeviceInfo]) -> String {
    let gpus = infos.iter().filter(|info| info.kind.is_gpu());
    let faults: Vec<_> = gpus.filter_map(|info| Some(format!("{}: {}", info.name, info.fault.as_ref()?))).collect();
    if !faults.is_empty() {
        return faults.join("; ");
    }
    let names = infos.iter().map(|info| info.name.as_str()).collect::<Vec<_>>().join(", ");
    match infos {
        [] => format!("no {interface} device on this machine"),
        _ if infos.iter().all(|info| info.kind == DeviceKind::Cpu) => format!("only software devices: {names}"),
        _ => format!("no discrete or integrated device among {names}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(index: usize, name: &str, kind: DeviceKind, fault: Option<&str>) -> DeviceInfo {
        DeviceInfo {
            index,
            name: name.to_owned(),
            kind,
            uuid: [index as u8; 16],
            vendor_id: 0,
            driver: String::new(),
            api_version: (1, 3),
            memory_bytes: 0,
            tier: None,
            fault: fault.map(str::to_owned),
        }
    }

    #[test]
    fn discrete_device_comes_first_and_a_faulty_one_never() {
        let infos = [
            device(0, "software", DeviceKind::Cpu, None),
            device(1, "small", DeviceKind::Integrated, None),
            device(2, "broken", DeviceKind::Discrete, Some("older than Vulkan 1.1")),
            device(3, "large", DeviceKind::Discrete, None),
            device(4, "large", DeviceKind::Discrete, None),
        ];
        assert_eq!(best(&infos, DeviceKind::is_gpu), Some(3));
        assert_eq!(best(&infos[..3], DeviceKind::is_gpu), Some(1));
        assert_eq!(best(&infos[..1], DeviceKind::is_gpu), None);
        assert_eq!(best(&infos[..1], |_| true), Some(0));
    }

    #[test]
    fn reason_without_a_gpu_names_the_devices() {
        let software = [device(0, "llvmpipe", DeviceKind::Cpu, None), device(1, "SwiftShader", DeviceKind::Cpu, None)];
        assert_eq!(no_gpu("Vulkan", &[]), "no Vulkan device on this machine");
        assert_eq!(no_gpu("Vulkan", &software), "only software devices: llvmpipe, SwiftShader");
        let far = device(2, "far", DeviceKind::Virtual, None);
        assert_eq!(no_gpu("Vulkan", &[far]), "no discrete or integrated device among far");
        let old = device(0, "GT 210", DeviceKind::Discrete, Some("older than Vulkan 1.1"));
        assert_eq!(no_gpu("Vulkan", &[old, software[1].clone()]), "GT 210: older than Vulkan 1.1");
    }
}
