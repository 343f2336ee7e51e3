//! Times of ops on a device, for `m2f bench`.

use std::fmt::Write;

use media2face::vulkan::ProfileEntry;
use serde::Serialize;

/// Time of one op in one section of the plans.
#[derive(Debug, PartialEq, Serialize)]
pub struct OpTime {
    section: String,
    op: &'static str,
    runs: u64,
    gpu_ms: f64,
}

/// What was added between two readings of a runtime's sums, the longest first.
pub fn between(before: &[ProfileEntry], after: Vec<ProfileEntry>) -> Vec<OpTime> {
    let earlier = |entry: &ProfileEntry| {
        let found = before.iter().find(|b| (&b.section, b.op) == (&entry.section, entry.op));
        found.map_or((0, 0.0), |found| (found.runs, found.ms))
    };
    let time = |entry: ProfileEntry| {
        let (runs, ms) = earlier(&entry);
        OpTime { section: entry.section, op: entry.op, runs: entry.runs - runs, gpu_ms: entry.ms - ms }
    };
    let mut times: Vec<OpTime> = after.into_iter().map(time).filter(|time| time.runs > 0).collect();
    times.sort_by(|a, b| b.gpu_ms.total_cmp(&a.gpu_ms));
    times
}

/// A row for each.
pub fn text(times: &[OpTime]) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{:<24}{:<16}{:>10}{:>12}", "section", "op", "runs", "gpu ms")?;
    for OpTime { section, op, runs, gpu_ms } in times {
        writeln!(out, "{section:<24}{op:<16}{runs:>10}{gpu_ms:>12.3}")?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(section: &str, op: &'static str, runs: u64, ms: f64) -> ProfileEntry {
        ProfileEntry { section: section.to_owned(), op, runs, ms }
    }

    #[test]
    fn only_what_ran_in_between_is_told_longest_first() {
        let before = [entry("step", "linear", 10, 1.0), entry("speech", "conv1d", 4, 8.0)];
        let after = vec![
            entry("speech", "conv1d", 4, 8.0),
            entry("step", "linear", 30, 4.0),
            entry("step", "attention", 5, 7.0),
        ];
        let times = between(&before, after);
        let rows: Vec<_> = times.iter().map(|t| (t.section.as_str(), t.op, t.runs, t.gpu_ms)).collect();
        assert_eq!(rows, [("step", "attention", 5, 7.0), ("step", "linear", 20, 3.0)]);
        assert_eq!(text(&times).unwrap().lines().count(), 3);
    }
}
