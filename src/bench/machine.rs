//! What the machine is, as far as it matters for speed. No name of a host or of a person.

use serde::Serialize;

/// Features of a processor that kernels choose by.
const FEATURES: [&str; 18] = [
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "f16c",
    "bmi2",
    "avx_vnni",
    "avx512f",
    "avx512bw",
    "avx512vl",
    "avx512_vnni",
    "avx512_bf16",
    "amx_int8",
    "asimd",
    "asimddp",
    "i8mm",
    "sve",
    "bf16",
];

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The processor, as it names itself.
    pub processor: String,
    /// Those of its features that matter.
    pub features: Vec<String>,
    /// Logical processors that this process may use.
    pub cores: usize,
    /// Memory in bytes; none if the system does not tell.
    pub memory_bytes: Option<u64>,
    /// System and architecture.
    pub system: String,
    /// Version of the kernel.
    pub kernel: Option<String>,
    /// How busy the machine was when measuring began (processes ready to run, over one minute).
    /// Well above 0 means that something else ran, and figures are too low.
    pub load_average: Option<String>,
}

impl Machine {
    /// Asks the system.
    #[must_use]
    pub fn ask() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let processors = read("/proc/cpuinfo").unwrap_or_default();
        let (processor, features) = processor(&processors);
        Self {
            processor: processor.unwrap_or_else(|| "unknown".to_owned()),
            features,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: read("/proc/meminfo").and_then(|text| kilobytes(&text, "MemTotal:")),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            kernel: read("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()),
            load_average: read("/proc/loadavg").and_then(|t| t.split(' ').next().map(str::to_owned)),
        }
    }
}

/// Name and features of the first processor in `/proc/cpuinfo`.
fn processor(text: &str) -> (Option<String>, Vec<String>) {
    let value = |names: [&str; 2]| {
        text.lines().filter_map(|line| line.split_once(':')).find_map(|(key, value)| {
            names.contains(&key.trim()).then(|| value.trim().to_owned()).filter(|v| !v.is_empty())
        })
    };
    let flags = value(["flags", "Features"]).unwrap_or_default();
    let features = FEATURES.iter().filter(|f| flags.split(' ').any(|flag| flag == **f));
    (value(["model name", "CPU part"]), features.map(|f| (*f).to_owned()).collect())
}

/// Peak resident memory of a process in bytes, from its `/proc/PID/status`.
pub(super) fn peak_memory(status: &str) -> Option<u64> {
    kilobytes(status, "VmHWM:")
}

/// Peak resident memory of this process in bytes, where the system tells.
pub(super) fn own_peak_memory() -> Option<u64> {
    peak_memory(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Resident memory of this process now, in bytes.
pub(super) fn own_memory() -> Option<u64> {
    kilobytes(&std::fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

fn kilobytes(text: &str, key: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(key))?;
    value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_is_described_by_what_matters() {
        let text = "processor\t: 0\nmodel name\t: A Chip\nflags\t\t: fpu avx2 fma avx512_vnni\nbugs\t\t:\n";
        let (name, features) = processor(text);
        assert_eq!(name.as_deref(), Some("A Chip"));
        assert_eq!(features, ["avx2", "fma", "avx512_vnni"]);
        assert_eq!(processor(""), (None, Vec::new()));
    }

    #[test]
    fn peak_memory_is_read_in_bytes() {
        assert_eq!(peak_memory("Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t 1 kB\n"), Some(2_097_152));
        assert_eq!(peak_memory("Name:\tx\nState:\tZ (zombie)\n"), None);
    }
}
