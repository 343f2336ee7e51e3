//! `m2f devices`, and the device that `--device` names.

use std::fmt::Write;

use anyhow::{Result, anyhow, bail};
use media2face::BackendChoice;
use media2face::vulkan::{self, DeviceChoice, DeviceInfo, VulkanOptions};
use serde::Serialize;

use crate::command::args::{Backend, Devices};

/// A device, as `--json` writes it.
#[derive(Serialize)]
struct Row<'a> {
    index: usize,
    name: &'a str,
    kind: &'static str,
    uuid: String,
    vendor_id: u32,
    vendor: Option<&'static str>,
    driver: &'a str,
    api_version: String,
    memory_bytes: u64,
    tier: Option<&'static str>,
    fault: Option<&'a str>,
}

/// Lists the devices.
pub fn run(args: &Devices) -> Result<String> {
    let devices = vulkan::devices()?;
    let rows: Vec<Row> = devices.iter().map(row).collect();
    if args.json {
        return Ok(serde_json::to_string_pretty(&rows)?);
    }
    if rows.is_empty() {
        return Ok("no Vulkan devices".to_owned());
    }
    Ok(rows.iter().map(text).collect::<Result<Vec<_>, _>>()?.join("\n"))
}

/// What is to compute; naming a device asks for Vulkan.
pub fn choice(backend: Backend, device: Option<&str>, portable: bool) -> Result<BackendChoice> {
    let options = |device| VulkanOptions { device, ..VulkanOptions::default() };
    match (backend, device) {
        (Backend::Vulkan, _) if portable => {
            bail!("--portable is for the CPU, --backend vulkan uses a device: leave one out")
        }
        (_, None) if portable => Ok(BackendChoice::Cpu),
        (Backend::Auto, None) => Ok(BackendChoice::default()),
        (Backend::Cpu, None) => Ok(BackendChoice::Cpu),
        (Backend::Cpu, Some(_)) => bail!("--device chooses a Vulkan device, --backend cpu uses none: leave one out"),
        (Backend::Vulkan, None) => Ok(BackendChoice::Vulkan(VulkanOptions::default())),
        (_, Some(text)) => Ok(BackendChoice::Vulkan(options(find(&vulkan::devices()?, text)?))),
    }
}

/// Digits of the longest index: a longer number, such as 4090, is a part of a name.
const INDEX_DIGITS: usize = 3;

/// The device that `text` names by its index, its UUID, or a part of its name that no other has.
fn find(devices: &[DeviceInfo], text: &str) -> Result<DeviceChoice> {
    let names = || devices.iter().map(|d| format!("{} {}", d.index, d.name)).collect::<Vec<_>>().join(", ");
    let none = || match devices {
        [] => anyhow!("no device {text:?}: there are no Vulkan devices on this machine"),
        _ => anyhow!("no device {text:?}; there are: {}", names()),
    };
    if let Some(uuid) = uuid(text) {
        let known = devices.iter().any(|device| device.uuid == uuid);
        return if known { Ok(DeviceChoice::Uuid(uuid)) } else { Err(none()) };
    }
    if let Some(index) = text.parse::<usize>().ok().filter(|_| text.len() <= INDEX_DIGITS) {
        return if index < devices.len() { Ok(DeviceChoice::Index(index)) } else { Err(none()) };
    }
    let part = text.to_lowercase();
    let mut found = devices.iter().filter(|device| device.name.to_lowercase().contains(&part));
    match (found.next(), found.next()) {
        (Some(device), None) => Ok(DeviceChoice::Index(device.index)),
        (None, _) => Err(none()),
        (Some(_), Some(_)) => Err(anyhow!("several devices have {text:?} in their names: {}", names())),
    }
}

/// 32 hexadecimal digits, with hyphens or without.
fn uuid(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let hexadecimal = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u128::from_str_radix(&digits, 16).ok().filter(|_| hexadecimal).map(u128::to_be_bytes)
}

fn row(device: &DeviceInfo) -> Row<'_> {
    let digits = device.uuid.map(|byte| format!("{byte:02x}")).concat();
    let (major, minor) = device.api_version;
    Row {
        index: device.index,
        name: &device.name,
        kind: device.kind.name(),
        uuid: [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"),
        vendor_id: device.vendor_id,
        vendor: vendor(device.vendor_id),
        driver: &device.driver,
        api_version: format!("{major}.{minor}"),
        memory_bytes: device.memory_bytes,
        tier: device.tier.map(vulkan::Tier::name),
        fault: device.fault.as_deref(),
    }
}

fn text(row: &Row) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{}  {}", row.index, row.name)?;
    let vendor = row.vendor.map_or_else(|| format!("vendor {:#06x}", row.vendor_id), str::to_owned);
    let memory_gib = row.memory_bytes as f64 / f64::from(1 << 30);
    writeln!(out, "   {vendor}, {}, {memory_gib:.1} GiB, Vulkan {}, {}", row.kind, row.api_version, row.driver)?;
    writeln!(out, "   uuid {}", row.uuid)?;
    match (row.tier, row.fault) {
        (_, Some(fault)) => write!(out, "   cannot be used: {fault}")?,
        (tier, None) => write!(out, "   kernels: {}", tier.unwrap_or("none"))?,
    }
    Ok(out)
}

fn vendor(id: u32) -> Option<&'static str> {
    Some(match id {
        0x1002 => "AMD",
        0x1010 => "Imagination",
        0x106b => "Apple",
        0x10de => "NVIDIA",
        0x13b5 => "Arm",
        0x1ae0 => "Google",
        0x5143 => "Qualcomm",
        0x8086 => "Intel",
        0x0001_0005 => "Mesa",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use media2face::vulkan::{DeviceKind, Tier};

    use super::*;

    fn device(index: usize, name: &str) -> DeviceInfo {
        DeviceInfo {
            index,
            name: name.to_owned(),
            kind: DeviceKind::Discrete,
            uuid: [index as u8 + 0xa0; 16],
            vendor_id: 0x10de,
            driver: "NVIDIA 580.1".to_owned(),
            api_version: (1, 4),
            memory_bytes: 8 << 30,
            tier: Some(Tier::Half),
            fault: None,
        }
    }

    #[test]
    fn device_is_named_by_index_uuid_or_part_of_its_name() {
        let devices = [device(0, "GeForce RTX 4090"), device(1, "GeForce RTX 4090"), device(2, "Arc A770")];
        let found = |text: &str| find(&devices, text).map_err(|error| error.to_string());
        assert_eq!(found("1"), Ok(DeviceChoice::Index(1)));
        assert_eq!(found("arc"), Ok(DeviceChoice::Index(2)));
        assert_eq!(found("A1A1a1a1-a1a1-a1a1-a1a1-a1a1a1a1a1a1"), Ok(DeviceChoice::Uuid([0xa1; 16])));
        assert_eq!(found(&"a0".repeat(16)), Ok(DeviceChoice::Uuid([0xa0; 16])));
        assert!(found("4090").unwrap_err().starts_with("several devices have \"4090\" in their names: 0 GeForce"));
        assert!(found("3").unwrap_err().starts_with("no device \"3\"; there are: 0 GeForce RTX 4090, "));
        assert!(found(&"ff".repeat(16)).is_err());
        assert!(find(&[], "0").unwrap_err().to_string().contains("no Vulkan devices"));
    }

    #[test]
    fn row_names_vendor_and_fault() {
        let broken = DeviceInfo { tier: None, fault: Some("older than Vulkan 1.1".to_owned()), ..device(3, "Old") };
        let text = text(&row(&broken)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "3  Old");
        assert_eq!(lines[1], "   NVIDIA, discrete, 8.0 GiB, Vulkan 1.4, NVIDIA 580.1");
        assert_eq!(lines[2], "   uuid a3a3a3a3-a3a3-a3a3-a3a3-a3a3a3a3a3a3");
        assert_eq!(lines[3], "   cannot be used: older than Vulkan 1.1");
    }
}
