//! What pages say, in the languages of the United Nations: Fluent files, which a party can correct.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    En,
    Zh,
    Ru,
    Fr,
    Es,
    Ar,
}

impl Language {
    pub(crate) const ALL: [Self; 6] = [Self::En, Self::Zh, Self::Ru, Self::Fr, Self::Es, Self::Ar];

    /// Its BCP 47 tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
            Self::Ru => "ru",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::Ar => "ar",
        }
    }

    /// Its own name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "中文",
            Self::Ru => "Русский",
            Self::Fr => "Français",
            Self::Es => "Español",
            Self::Ar => "العربية",
        }
    }

    /// `ltr` or `rtl`.
    pub(crate) fn direction(self) -> &'static str {
        direction_of(self.tag())
    }

    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag
            .trim()
            .split(['-', ';', '_'])
            .next()?
            .to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|language| language.tag() == primary)
    }

    /// The first language of an `Accept-Language` header that we have; its order is taken for the reader's preference.
    pub(crate) fn wanted(header: &str) -> Option<Self> {
        header.split(',').find_map(Self::from_tag)
    }
}

/// The writing direction of a language, by its BCP 47 tag.
pub(crate) fn direction_of(tag: &str) -> &'static str {
    let primary = tag.split('-').next().unwrap_or_default();
    let is_rtl = matches!(
        primary,
        "ar" | "fa" | "he" | "ur" | "ps" | "sd" | "ug" | "yi" | "dv"
    );
    if is_rtl { "rtl" } else { "ltr" }
}

/// Why corrected words can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LocaleError {
    /// The file can't be read.
    #[error("{} can't be read: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The file is not as Fluent wants it.
    #[error("{}: {why}; see docs/console.md", .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        why: String,
    },
}

type Bundle = FluentBundle<FluentResource>;

/// The files of all languages: one for each part of the console.
macro_rules! files {
    ($($part:literal),* $(,)?) => {
        const fn files(language: Language) -> &'static [(&'static str, &'static str)] {
            match language {
                Language::En => &[$(($part, include_str!(concat!("../locales/en/", $part, ".ftl")))),*],
                Language::Zh => &[$(($part, include_str!(concat!("../locales/zh/", $part, ".ftl")))),*],
                Language::Ru => &[$(($part, include_str!(concat!("../locales/ru/", $part, ".ftl")))),*],
                Language::Fr => &[$(($part, include_str!(concat!("../locales/fr/", $part, ".ftl")))),*],
                Language::Es => &[$(($part, include_str!(concat!("../locales/es/", $part, ".ftl")))),*],
                Language::Ar => &[$(($part, include_str!(concat!("../locales/ar/", $part, ".ftl")))),*],
            }
        }
    };
}

files![
    "common",
    "terms",
    "acts",
    "board",
    "traffic",
    "substance",
    "sentences",
    "keeping",
    "signing",
    "templates"
];

/// The words of every language.
pub(crate) struct Locales {
    bundles: BTreeMap<Language, Arc<Bundle>>,
}

impl std::fmt::Debug for Locales {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Locales").finish_non_exhaustive()
    }
}

impl Locales {
    /// Our own words, and over them what a party has corrected: `LANGUAGE.ftl` in a folder.
    pub(crate) fn load(corrections: Option<&Path>) -> Result<Self, LocaleError> {
        let mut bundles = BTreeMap::new();
        for language in Language::ALL {
            let mut bundle = own(language)?;
            if let Some(folder) = corrections {
                correct(&mut bundle, &folder.join(format!("{}.ftl", language.tag())))?;
            }
            bundles.insert(language, Arc::new(bundle));
        }
        Ok(Self { bundles })
    }

    /// The words of a language.
    pub(crate) fn words(&self, language: Language) -> Words {
        let bundle = self.bundles.get(&language).cloned();
        let english = self.bundles.get(&Language::En).cloned();
        Words {
            language,
            bundles: bundle.into_iter().chain(english).collect(),
        }
    }
}

fn own(language: Language) -> Result<Bundle, LocaleError> {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Names and numbers stand in their own direction within a sentence of the other one; elsewhere marks would only be in the way.
    bundle.set_use_isolating(language.direction() == "rtl");
    for (part, text) in files(language) {
        let path = PathBuf::from(format!("locales/{}/{part}.ftl", language.tag()));
        bundle.add_resource_overriding(parse(text.to_string(), &path)?);
    }
    Ok(bundle)
}

fn correct(bundle: &mut Bundle, path: &Path) -> Result<(), LocaleError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            let path = path.to_owned();
            return Err(LocaleError::Read { path, error });
        }
    };
    bundle.add_resource_overriding(parse(text, path)?);
    Ok(())
}

fn parse(text: String, path: &Path) -> Result<FluentResource, LocaleError> {
    FluentResource::try_new(text).map_err(|(resource, errors)| LocaleError::Parse {
        path: path.to_owned(),
        why: errors.first().map_or_else(String::new, |error| {
            let before = resource.source().bytes().take(error.pos.start);
            let line = before.filter(|byte| *byte == b'\n').count() + 1;
            format!("line {line}: {error}")
        }),
    })
}

/// The words of one language; what it lacks is said in English.
#[derive(Clone)]
pub(crate) struct Words {
    language: Language,
    bundles: Vec<Arc<Bundle>>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl Words {
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A message without arguments.
    pub(crate) fn say(&self, id: &str) -> String {
        self.with(id, &[])
    }

    /// A message with its arguments. One that no language has is shown as its id, which a test finds.
    pub(crate) fn with(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.find(id, args).unwrap_or_else(|| id.to_owned())
    }

    /// A word of the record or the façade in this language, by its kind: `term("state", "node down")` is the message `state-node-down`.
    /// A word that has no message is shown as it is: it was chosen elsewhere.
    pub(crate) fn term(&self, kind: &str, word: &str) -> String {
        let plain = |c: char| match c {
            ' ' | '/' | '\'' => '-',
            'é' => 'e',
            c => c,
        };
        let word_id: String = word.chars().map(plain).collect();
        let id = format!("{kind}-{word_id}");
        self.find(&id, &[]).unwrap_or_else(|| word.to_owned())
    }

    /// A part of a sentence of the façade; none where no language says it.
    pub(crate) fn said(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> Option<String> {
        self.find(&format!("tells-{id}"), args)
    }

    /// What a template that came with the program calls itself, or a field. None for a template in which a party calls it otherwise.
    pub(crate) fn of_template(
        &self,
        template: &str,
        field: Option<&str>,
        label: &str,
    ) -> Option<String> {
        let mut id = format!("template-{template}");
        if let Some(field) = field {
            id.push('-');
            id.push_str(&field.replace('_', "-"));
        }
        let (_, ours) = files(Language::En)
            .iter()
            .find(|(part, _)| *part == "templates")?;
        let is_ours = ours.lines().any(|line| {
            let rest = line.strip_prefix(id.as_str());
            rest.and_then(|rest| rest.strip_prefix(" = ")) == Some(label)
        });
        is_ours.then(|| self.find(&id, &[])).flatten()
    }

    fn find(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> Option<String> {
        let mut given = FluentArgs::new();
        for (name, value) in args {
            given.set(Cow::Owned((*name).to_owned()), value.clone());
        }
        self.bundles.iter().find_map(|bundle| {
            let pattern = bundle.get_message(id)?.value()?;
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, Some(&given), &mut errors);
            Some(text.into_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_changes_what_it_names_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let before = Locales::load(Some(folder.path())).expect("nothing is corrected");
        let before = before.words(Language::En);
        assert_eq!(before.term("state", "unattended"), "Unattended");
        let text = "state-unattended = Nobody on watch\n";
        std::fs::write(folder.path().join("en.ftl"), text).expect("written");
        let locales = Locales::load(Some(folder.path())).expect("a correction");
        let words = locales.words(Language::En);
        assert_eq!(words.term("state", "unattended"), "Nobody on watch");
        assert_eq!(words.say("sign-out"), before.say("sign-out"));
        let french = locales.words(Language::Fr);
        assert_ne!(french.term("state", "unattended"), "Nobody on watch");
    }

    #[test]
    fn a_broken_correction_is_refused_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("en.ftl");
        std::fs::write(&path, "yes = aye\nsign-out\nno = nay\n").expect("written");
        let said = Locales::load(Some(folder.path()))
            .expect_err("broken")
            .to_string();
        let place = format!("{}: line 2: ", path.display());
        assert!(said.starts_with(&place), "{said}");
    }
}
