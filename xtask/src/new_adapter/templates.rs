//! What a new CRM begins with: the text of its files, with the places to fill in marked.

/// The files of an adapter, the same in each folder.
pub(super) const ADAPTER: [(&str, &str); 10] = [
    ("mod.rs", include_str!("../../templates/adapter/mod.rs.txt")),
    (
        "spec.rs",
        include_str!("../../templates/adapter/spec.rs.txt"),
    ),
    (
        "auth.rs",
        include_str!("../../templates/adapter/auth.rs.txt"),
    ),
    (
        "wire.rs",
        include_str!("../../templates/adapter/wire.rs.txt"),
    ),
    ("map.rs", include_str!("../../templates/adapter/map.rs.txt")),
    (
        "errors.rs",
        include_str!("../../templates/adapter/errors.rs.txt"),
    ),
    (
        "sync.rs",
        include_str!("../../templates/adapter/sync.rs.txt"),
    ),
    (
        "push.rs",
        include_str!("../../templates/adapter/push.rs.txt"),
    ),
    (
        "webhook.rs",
        include_str!("../../templates/adapter/webhook.rs.txt"),
    ),
    (
        "verify.rs",
        include_str!("../../templates/adapter/verify.rs.txt"),
    ),
];

/// The files of a simulator.
pub(super) const SIMULATOR: [(&str, &str); 3] = [
    (
        "mod.rs",
        include_str!("../../templates/simulator/mod.rs.txt"),
    ),
    (
        "routes.rs",
        include_str!("../../templates/simulator/routes.rs.txt"),
    ),
    (
        "state.rs",
        include_str!("../../templates/simulator/state.rs.txt"),
    ),
];

/// The adapter's test among those of conformance.
pub(super) const CONFORMANCE: &str = include_str!("../../templates/conformance.rs.txt");

/// What marks a place to fill in; put together here so that this file does not hold it itself.
const MARK: &str = concat!("FILL", ":");

/// A template with the CRM's id, and the name that follows from it, in their places.
pub(super) fn filled(template: &str, id: &str) -> String {
    template.replace("@ID@", id).replace("@NAME@", &name(id))
}

/// The id with a capital: the name of the adapter's type.
pub(super) fn name(id: &str) -> String {
    let mut letters = id.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Lines with a mark, and what they ask for.
pub(super) fn marks_in(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter_map(|(number, line)| {
        let (_, what) = line.split_once(MARK)?;
        Some((number, what.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_filled_and_opens_with_its_purpose() {
        for (file, template) in ADAPTER.iter().chain(&SIMULATOR) {
            let text = filled(template, "acme");
            assert!(
                text.starts_with("//! ") && !text.contains('@'),
                "{file} must be whole: {text}"
            );
        }
    }

    #[test]
    fn every_file_but_the_adapter_s_head_has_something_to_fill_in() {
        let without: Vec<&str> = ADAPTER
            .iter()
            .chain(&SIMULATOR)
            .filter(|(_, template)| marks_in(template).next().is_none())
            .map(|(file, _)| *file)
            .collect();
        assert_eq!(without, ["mod.rs"], "the head is the same for every CRM");
        let asked: Vec<_> = marks_in(CONFORMANCE).collect();
        assert_eq!(asked.len(), 1, "and so has the test: {asked:?}");
    }
}
