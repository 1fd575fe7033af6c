//! Reading a fault specification.

use http::StatusCode;

use super::{Fault, Faults, Nulls, PathKind, RetryAfter, Rule};
use crate::registry;

/// Why a fault specification cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No colon, so no telling where it strikes.
    #[error("`{rule}` has no scope: write `PART:FAULT`, `PART.KIND:FAULT` or `*:FAULT`")]
    NoScope {
        /// The rule.
        rule: String,
    },
    /// No such part.
    #[error("`{part}` is no part of the sandbox; there are: {known}")]
    UnknownPart {
        /// What was written.
        part: String,
        /// What could have been.
        known: String,
    },
    /// No such kind of path.
    #[error("`{kind}` is no kind of path; there are: {known}")]
    UnknownKind {
        /// What was written.
        kind: String,
        /// What could have been.
        known: String,
    },
    /// No such fault.
    #[error("`{fault}` is no fault that the sandbox knows; see the table in its documentation")]
    UnknownFault {
        /// What was written.
        fault: String,
    },
    /// No such option.
    #[error(
        "`{option}` is no option of a fault: use after, times, every, path, retryAfter or retryAfterDate"
    )]
    UnknownOption {
        /// What was written.
        option: String,
    },
    /// A value is missing or of the wrong kind.
    #[error("`{name}` needs {expected}, not `{value}`")]
    BadValue {
        /// The fault or option.
        name: String,
        /// What it needs.
        expected: &'static str,
        /// What was written.
        value: String,
    },
    /// An option that belongs to another fault.
    #[error("`{option}` goes with `status` only")]
    MisplacedOption {
        /// The option.
        option: String,
    },
}

pub(super) fn faults(spec: &str) -> Result<Faults, FaultError> {
    spec.split(';')
        .map(str::trim)
        .filter(|rule| !rule.is_empty())
        .map(rule)
        .collect::<Result<Vec<_>, _>>()
        .map(Faults)
}

fn rule(text: &str) -> Result<Rule, FaultError> {
    let (scope, rest) = text.split_once(':').ok_or_else(|| FaultError::NoScope {
        rule: text.to_owned(),
    })?;
    let (part, kind) = self::scope(scope.trim())?;
    let mut words = rest.split(',').map(str::trim);
    let fault = self::fault(words.next().unwrap_or_default())?;
    let mut rule = Rule {
        text: text.to_owned(),
        part,
        kind,
        path: None,
        after: 0,
        times: None,
        every: 1,
        fault,
    };
    for option in words.filter(|word| !word.is_empty()) {
        apply_option(&mut rule, option)?;
    }
    Ok(rule)
}

fn scope(text: &str) -> Result<(Option<&'static str>, Option<PathKind>), FaultError> {
    let (part, kind) = match text.split_once('.') {
        Some((part, kind)) => (part, Some(kind)),
        None => (text, None),
    };
    let kind = kind.map(path_kind).transpose()?;
    if part == "*" {
        return Ok((None, kind));
    }
    let parts = || registry::IDS.iter().copied().chain(["platform"]);
    let part = parts()
        .find(|known| *known == part)
        .ok_or_else(|| FaultError::UnknownPart {
            part: part.to_owned(),
            known: parts().collect::<Vec<_>>().join(", "),
        })?;
    Ok((Some(part), kind))
}

fn path_kind(text: &str) -> Result<PathKind, FaultError> {
    PathKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| FaultError::UnknownKind {
            kind: text.to_owned(),
            known: PathKind::ALL
                .iter()
                .map(|kind| kind.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
}

fn fault(text: &str) -> Result<Fault, FaultError> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    Ok(match name {
        "status" => Fault::Status {
            code: status(name, value)?,
            retry_after: None,
        },
        "cut" => Fault::Cut,
        "truncate" => Fault::Truncate,
        "html" => Fault::Html,
        "malformed" => Fault::Malformed,
        "wrongType" => Fault::WrongType,
        "recordWrongType" => Fault::RecordWrongType,
        "renamedList" => Fault::RenamedList,
        "renamedKeys" => Fault::RenamedKeys,
        "renamedField" if value.is_empty() => return Err(bad(name, "a member's name", value)),
        "renamedField" => Fault::RenamedField {
            name: value.to_owned(),
        },
        "refuseRows" => Fault::RefuseRows {
            count: number(name, value)?,
        },
        "oversized" => Fault::Oversized {
            mib: number(name, value)?,
        },
        "slow" => Fault::Slow {
            ms: number(name, value)?,
        },
        "hang" => Fault::Hang,
        "redirect" => {
            let url = value.replace("%2C", ",").replace("%3B", ";");
            if url.is_empty() {
                return Err(bad(name, "an address", value));
            }
            Fault::Redirect { url }
        }
        "shortListing" => Fault::ShortListing {
            at: number(name, value)?,
        },
        "empty" => Fault::Empty,
        "unmappable" => Fault::Unmappable {
            count: number(name, value)?,
        },
        "expireToken" => Fault::ExpireToken,
        "revokeToken" => Fault::RevokeToken,
        "missingScope" => Fault::MissingScope,
        "wrongTenant" => Fault::WrongTenant,
        "repeatPage" => Fault::RepeatPage,
        "firstPage" => Fault::FirstPage,
        "skipPage" => Fault::SkipPage,
        "totalGrows" => Fault::TotalGrows {
            by: number(name, value)?,
        },
        "extraFields" => Fault::ExtraFields,
        "nulls" => Fault::Nulls(match value {
            "values" => Nulls::Values,
            "objects" => Nulls::Objects,
            _ => return Err(bad(name, "`values` or `objects`", value)),
        }),
        "zoneless" => Fault::Zoneless,
        "clockChange" => Fault::ClockChange,
        "gzipBomb" => Fault::GzipBomb {
            mib: number(name, value)?,
        },
        "echo" => Fault::Echo {
            code: status(name, value)?,
        },
        "skewedDate" => Fault::SkewedDate {
            seconds: number(name, value)?,
        },
        "limitHeaders" => Fault::LimitHeaders,
        _ => {
            return Err(FaultError::UnknownFault {
                fault: name.to_owned(),
            });
        }
    })
}

fn apply_option(rule: &mut Rule, option: &str) -> Result<(), FaultError> {
    let (name, value) = option.split_once('=').unwrap_or((option, ""));
    match name {
        "after" => rule.after = number(name, value)?,
        "times" => rule.times = Some(number(name, value)?),
        "every" => {
            rule.every = number(name, value)?;
            if rule.every == 0 {
                return Err(bad(name, "a number from 1 on", value));
            }
        }
        "path" => rule.path = Some(value.replace("%2C", ",").replace("%3B", ";")),
        "retryAfter" => set_retry_after(rule, name, RetryAfter::Seconds(number(name, value)?))?,
        "retryAfterDate" => set_retry_after(rule, name, RetryAfter::Date(number(name, value)?))?,
        _ => {
            return Err(FaultError::UnknownOption {
                option: option.to_owned(),
            });
        }
    }
    Ok(())
}

fn set_retry_after(rule: &mut Rule, name: &str, wait: RetryAfter) -> Result<(), FaultError> {
    match &mut rule.fault {
        Fault::Status { retry_after, .. } => {
            *retry_after = Some(wait);
            Ok(())
        }
        _ => Err(FaultError::MisplacedOption {
            option: name.to_owned(),
        }),
    }
}

fn status(name: &str, value: &str) -> Result<StatusCode, FaultError> {
    value
        .parse::<u16>()
        .ok()
        .filter(|code| (200..600).contains(code))
        .and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or_else(|| bad(name, "a status from 200 to 599", value))
}

fn number<N: std::str::FromStr>(name: &str, value: &str) -> Result<N, FaultError> {
    value
        .parse()
        .map_err(|_| bad(name, "a whole number", value))
}

fn bad(name: &str, expected: &'static str, value: &str) -> FaultError {
    FaultError::BadValue {
        name: name.to_owned(),
        expected,
        value: value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_with_everything_is_read() {
        let faults = faults(
            " platform.batch:status=429,retryAfter=2,after=3,times=2,every=5,path=/v1/ ; *:cut",
        )
        .unwrap();
        let rule = &faults.0[0];
        assert_eq!(rule.part, Some("platform"));
        assert_eq!(rule.kind, Some(PathKind::Batch));
        assert_eq!((rule.after, rule.times, rule.every), (3, Some(2), 5));
        assert_eq!(rule.path.as_deref(), Some("/v1/"));
        assert_eq!(
            rule.fault,
            Fault::Status {
                code: StatusCode::TOO_MANY_REQUESTS,
                retry_after: Some(RetryAfter::Seconds(2))
            }
        );
        assert_eq!(faults.0[1].part, None, "a star is every part");
    }

    #[test]
    fn an_address_keeps_its_colons() {
        let faults = faults("platform:redirect=https://wifi.example.com:8443/in%2Cout").unwrap();
        assert_eq!(
            faults.0[0].fault,
            Fault::Redirect {
                url: "https://wifi.example.com:8443/in,out".to_owned()
            }
        );
    }

    #[test]
    fn errors_say_what_would_have_been_right() {
        for (spec, expected) in [
            ("cut", "has no scope"),
            ("nowhere:cut", "there are:"),
            ("platform.cellar:cut", "there are: token"),
            ("platform:explode", "no fault"),
            ("platform:cut,sometimes", "no option"),
            ("platform:status=999", "200 to 599"),
            ("platform:slow=soon", "a whole number"),
            ("platform:nulls=some", "`objects`"),
            ("platform:cut,every=0", "from 1 on"),
            ("platform:cut,retryAfter=1", "with `status` only"),
        ] {
            let error = faults(spec).unwrap_err().to_string();
            assert!(error.contains(expected), "{spec}: {error}");
        }
        assert_eq!(faults(" ; "), Ok(Faults::default()), "nothing is no fault");
    }
}
