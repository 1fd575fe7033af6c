//! Who is at work, for the audit log.

/// The name of the system's account under which this process works, by its environment, else by what
/// the system says: a service or a timer has none of the variables.
#[must_use]
pub fn account(env: impl Fn(&str) -> Option<String>) -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .filter_map(env)
        .find(|name| !name.is_empty())
        .or_else(by_the_system)
        .unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(target_os = "linux")]
fn by_the_system() -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;

    let id = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id).then(|| name.to_owned())
    });
    Some(named.unwrap_or_else(|| format!("uid {id}")))
}

#[cfg(not(target_os = "linux"))]
const fn by_the_system() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_by_its_environment() {
        let env = |name: &str| match name {
            "USER" => Some(String::new()),
            "LOGNAME" => Some("ada".to_owned()),
            _ => None,
        };
        assert_eq!(account(env), "ada");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn whoever_works_without_a_session_has_a_name_all_the_same() {
        let name = account(|_| None);
        assert!(!name.is_empty() && name != "unknown", "{name}");
    }
}
