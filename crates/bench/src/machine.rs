//! The machine that the figures are of.

/// Processors, memory and system, in a few words.
pub(crate) fn name() -> String {
    let memory = memory_gib();
    let memory = memory.map_or_else(String::new, |gib| format!(", {gib} GiB of memory"));
    format!("{}{memory}, {}", processors(), system())
}

/// Its processors.
fn processors() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let model = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{cores} cores, {model}")
}

/// Its memory, in GiB.
fn memory_gib() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib.div_ceil(1024 * 1024))
}

/// Its system, by the system's own name.
fn system() -> String {
    let named = std::fs::read_to_string("/etc/os-release")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("PRETTY_NAME="))?;
            Some(line.split_once('=')?.1.trim_matches('"').to_owned())
        });
    named.unwrap_or_else(|| std::env::consts::OS.to_owned())
}

/// The day, in this machine's zone.
#[expect(
    clippy::disallowed_methods,
    reason = "the day of a measurement is the machine's own"
)]
pub(crate) fn today() -> String {
    let now = jiff::Timestamp::now();
    now.to_zoned(jiff::tz::TimeZone::system())
        .date()
        .to_string()
}
