//! Writing JSON straight into bytes: the records of a million contacts are rendered once, at the
//! start, and a tree of values for each would take most of that time.

/// JSON text under construction. The caller keeps it well-formed.
#[derive(Debug, Default)]
pub(crate) struct JsonText(pub(crate) Vec<u8>);

impl JsonText {
    /// Text that is JSON already, or punctuation.
    pub(crate) fn raw(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// A string, quoted and escaped.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        // Writing to memory does not fail, and a string always serialises.
        let _ = serde_json::to_writer(&mut self.0, text);
        self
    }

    /// A member: its key (as `"key":` with what stands before it) and a string or null.
    pub(crate) fn member(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        self.raw(key);
        match value {
            Some(value) => self.text(value),
            None => self.raw("null"),
        }
    }

    /// A member that is true, false or null.
    pub(crate) fn flag(&mut self, key: &str, value: Option<bool>) -> &mut Self {
        self.raw(key).raw(match value {
            Some(true) => "true",
            Some(false) => "false",
            None => "null",
        })
    }
}
