//! Times, as CRMs write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The year 1900, in Unix seconds. A time before it is a CRM's word for "none": .NET writes
/// `0001-01-01`, others 1753 or 1899.
const YEAR_1900: i64 = -2_208_988_800;

/// Reads a time in ISO 8601 form, with any number of decimals and with or without a zone.
///
/// A time without a zone is taken as UTC, and a date alone as its midnight in UTC: a CRM that means
/// local time must say so in its adapter, with the fact sheet at hand. None where the text is not a
/// time, and for the placeholders that stand for "never" (`0001-01-01T00:00:00`).
#[must_use]
pub fn parse_timestamp(raw: &str) -> Option<Timestamp> {
    let raw = raw.trim();
    // Nothing of this form is longer but by decimals or by a bracketed zone name.
    if raw.len() > 128 {
        return None;
    }
    let shortened;
    let text = match beyond_nanoseconds(raw) {
        Some((before, after)) => {
            shortened = [before, after].concat();
            shortened.as_str()
        }
        None => raw,
    };
    let moment = text.parse::<Timestamp>().ok().or_else(|| {
        let civil = match text.parse::<DateTime>() {
            Ok(civil) => civil,
            Err(_) => text.parse::<Date>().ok()?.at(0, 0, 0, 0),
        };
        TimeZone::UTC.to_timestamp(civil).ok()
    })?;
    (moment.as_second() >= YEAR_1900).then_some(moment)
}

/// The text around the decimals beyond the ninth, where there are such.
fn beyond_nanoseconds(text: &str) -> Option<(&str, &str)> {
    let point = text.find(['.', ','])?;
    let decimals = text.get(point + 1..)?;
    let count = decimals.bytes().take_while(u8::is_ascii_digit).count();
    (count > 9).then_some(())?;
    Some((text.get(..point + 10)?, decimals.get(count..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_form_is_read() {
        for (raw, expected) in [
            ("2024-03-01T09:30:00Z", "2024-03-01T09:30:00Z"),
            ("2024-03-01T09:30:00+01:00", "2024-03-01T08:30:00Z"),
            (
                "2024-03-01T09:30:00.1234567Z",
                "2024-03-01T09:30:00.1234567Z",
            ),
            (
                "2024-03-01T09:30:00.1234567891234Z",
                "2024-03-01T09:30:00.123456789Z",
            ),
            (
                "2024-03-01T09:30:00.1234567891",
                "2024-03-01T09:30:00.123456789Z",
            ),
            ("2024-03-01T09:30:00", "2024-03-01T09:30:00Z"),
            ("2024-03-01 09:30:00", "2024-03-01T09:30:00Z"),
            ("1900-01-01", "1900-01-01T00:00:00Z"),
            (" 2024-03-01 ", "2024-03-01T00:00:00Z"),
        ] {
            let expected: Timestamp = expected.parse().unwrap();
            assert_eq!(parse_timestamp(raw), Some(expected), "{raw:?}");
        }
    }

    #[test]
    fn what_is_no_time_or_means_never_is_none() {
        for raw in [
            "",
            "yesterday",
            "2024-13-01",
            "2024-02-30T00:00:00Z",
            "0001-01-01T00:00:00",
            "1753-01-01T00:00:00Z",
            "1899-12-30",
            "01/02/2024",
        ] {
            assert_eq!(parse_timestamp(raw), None, "{raw:?}");
        }
    }
}
