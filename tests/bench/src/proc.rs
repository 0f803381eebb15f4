//! What Linux tells of a process, in `/proc`.

use std::{fs, io};

/// How many of them `/proc` counts in a second, on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system time so far, in seconds. It is counted in hundredths.
pub fn cpu_seconds(process: u32) -> io::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    cpu_ticks(&stat)
        .map(|ticks| ticks as f64 / TICKS_PER_SECOND)
        .ok_or_else(|| io::Error::other("/proc/PID/stat has another form here"))
}

/// The most memory that it ever had, in MiB.
pub fn memory_peak_mib(process: u32) -> io::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.map(|kib| kib / 1_024.0).ok_or_else(|| io::Error::other("/proc/PID/status has no VmHWM here"))
}

fn cpu_ticks(stat: &str) -> Option<u64> {
    // The name in parentheses may hold spaces; the numbers come after it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_an_odd_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 31 9 9 20 0 4 0 100 1 1";
        assert_eq!(cpu_ticks(stat), Some(281));
        assert_eq!(cpu_ticks(""), None);
    }
}
