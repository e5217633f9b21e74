//! The templates that a party has: those that come with the program, and its own files, which go before.

use super::{SHIPPED, Template, TemplateFaults};

/// Where a template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It comes with the program.
    Shipped,
    /// A file of the party.
    Own,
}

impl Source {
    /// The words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Shipped => "comes with the program",
            Self::Own => "own file",
        }
    }
}

/// A template with its file.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The template.
    pub template: Template,
    /// The file's text.
    pub text: String,
    /// Where it comes from.
    pub source: Source,
}

/// Templates, each identifier once.
#[derive(Debug, Clone, Default)]
pub struct Templates(Vec<Kept>);

impl Templates {
    /// The templates that come with the program.
    ///
    /// # Panics
    /// Never: a test reads every one of them.
    #[must_use]
    pub fn shipped() -> Self {
        let kept = |(_, text): &(&str, &str)| Kept {
            template: Template::parse(text).expect("a shipped template is sound"),
            text: (*text).to_owned(),
            source: Source::Shipped,
        };
        Self(SHIPPED.iter().map(kept).collect())
    }

    /// Takes up a file of the party; it goes in the place of what had its identifier.
    ///
    /// # Errors
    /// What is wrong with it; nothing is changed then.
    pub fn add(&mut self, text: &str) -> Result<(), TemplateFaults> {
        let kept = Kept {
            template: Template::parse(text)?,
            text: text.to_owned(),
            source: Source::Own,
        };
        let id = kept.template.id().to_owned();
        match self.0.iter_mut().find(|other| other.template.id() == id) {
            Some(other) => *other = kept,
            None => self.0.push(kept),
        }
        Ok(())
    }

    /// The template that an identifier means, or `id/version` where it has that version.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Kept> {
        let (id, version) = match name.split_once('/') {
            Some((id, version)) => (id, Some(version)),
            None => (name, None),
        };
        self.0.iter().find(|kept| {
            let is_version =
                version.is_none_or(|version| kept.template.version().to_string() == version);
            kept.template.id() == id && is_version
        })
    }

    /// The template of a message, of whatever version it is here.
    #[must_use]
    pub fn of_message(&self, name: &str) -> Option<&Template> {
        let (id, _) = name.split_once('/')?;
        self.find(id).map(|kept| &kept.template)
    }

    /// Every template.
    pub fn iter(&self) -> impl Iterator<Item = &Kept> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_file_goes_before_the_shipped_one_or_beside_it() {
        let mut templates = Templates::shipped();
        let count = templates.iter().count();
        let own = SHIPPED[0].1.replace("version = 1", "version = 7");
        templates.add(&own).expect("sound");
        let id = SHIPPED[0].0;
        let found = templates.find(id).expect("there");
        assert_eq!((found.template.version(), found.source), (7, Source::Own));
        assert!(templates.find(&format!("{id}/1")).is_none());
        assert!(templates.of_message(&format!("{id}/1")).is_some());
        assert_eq!(templates.iter().count(), count);
        let other = own.replace(&format!("id = \"{id}\""), "id = \"mine\"");
        templates.add(&other).expect("sound");
        assert!(templates.find("mine/7").is_some());
        assert!(templates.add("id = 1").is_err());
        assert_eq!(templates.iter().count(), count + 1);
    }
}
