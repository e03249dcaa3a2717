//! What both kinds of measurement need: the CPU time of this thread, and the order of many times.

use std::time::Duration;

/// CPU time of this thread; the wall's where the system does not tell.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn cpu_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let on_cpu = schedule.and_then(|text| text.split(' ').next()?.parse().ok());
    on_cpu.map_or_else(|| START.get_or_init(std::time::Instant::now).elapsed(), Duration::from_nanos)
}

/// The middle one; the values are sorted afterwards.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
