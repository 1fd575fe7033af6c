//! Small sums over what was measured.

use serde_json::Value;

/// A number, or none where there is none.
pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// The middle one; of an even count, the upper of the two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The milliseconds that so many requests take at least where so many are allowed in a second: a
/// window's worth goes at once, then one each second.
pub(crate) fn least_ms(requests: f64, a_second: f64) -> f64 {
    ((requests / a_second).ceil() - 1.0).max(0.0) * 1000.0
}

/// KiB as MiB.
pub(crate) fn mebibytes(kib: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "memory sizes are far below 2^52"
    )]
    let kib = kib as f64;
    kib / 1024.0
}
