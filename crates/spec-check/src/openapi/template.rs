//! Path templates: `/contacts/{id}`.

/// A path with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    text: String,
}

impl Template {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }

    /// As it stands in the description.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Segments that are no placeholders: of two templates that fit, the one with more is meant.
    pub(crate) fn literals(&self) -> usize {
        self.text
            .split('/')
            .filter(|segment| placeholder(segment).is_none())
            .count()
    }

    /// The placeholders' values in a path, decoded, where the path fits.
    pub(crate) fn fit(&self, path: &str) -> Option<Vec<(String, String)>> {
        let mut values = Vec::new();
        let mut given = path.split('/');
        for expected in self.text.split('/') {
            let segment = given.next()?;
            match placeholder(expected) {
                Some(name) if !segment.is_empty() => {
                    values.push((name.to_owned(), decoded(segment)));
                }
                None if segment == expected => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(values)
    }
}

fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn decoded(segment: &str) -> String {
    // A plus sign is itself in a path, and a blank in a form.
    let form = segment.replace('+', "%2B");
    url::form_urlencoded::parse(form.as_bytes())
        .next()
        .map_or_else(|| segment.to_owned(), |(text, _)| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_its_template_and_no_other() {
        let template = Template::new("/contacts/{id}/roles");
        let value = |path| template.fit(path).map(|values| values[0].1.clone());
        assert_eq!(
            value("/contacts/a%2Fb%2B/roles").as_deref(),
            Some("a/b+"),
            "values are decoded"
        );
        for path in [
            "/contacts//roles",
            "/contacts/a/roles/",
            "/contacts/a",
            "/people/a/roles",
        ] {
            assert_eq!(value(path), None, "{path} is another path");
        }
    }
}
