//! Which of a person's choices decide what people are told of failures.

use serde_json::{Map, Value};

use crate::preferences::Preferences;

/// Choices about how the app looks and lives on this desktop; any other is about what people are told.
const OF_THE_DESKTOP: [&str; 3] = ["theme", "textSize", "stayInTray"];

/// The names of those that differ, for the audit log.
pub(crate) fn changed(before: &Preferences, after: &Preferences) -> Vec<String> {
    let (before, after) = (fields(before), fields(after));
    after
        .into_iter()
        .filter(|(name, value)| {
            !OF_THE_DESKTOP.contains(&name.as_str()) && before.get(name) != Some(value)
        })
        .map(|(name, _)| name)
        .collect()
}

fn fields(preferences: &Preferences) -> Map<String, Value> {
    match serde_json::to_value(preferences) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preferences::Theme;

    #[test]
    fn what_people_are_told_is_named_and_how_the_app_looks_is_not() {
        let before = Preferences::default();
        let look = Preferences {
            theme: Theme::Dark,
            text_size: 125,
            stay_in_tray: !before.stay_in_tray,
            ..before.clone()
        };
        assert!(changed(&before, &look).is_empty());
        let quiet = Preferences {
            notifications: !before.notifications,
            ..look
        };
        assert_eq!(changed(&before, &quiet), ["notifications"]);
    }
}
