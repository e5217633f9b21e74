//! The templates of a home: those that come with the program, and the party's own files below `templates/`.
//!
//! An own file is named after its template, `ID.toml`, and goes before a shipped one of that name. A file that is wrong is
//! told, and never quietly replaced by the shipped one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use openline_desk::template::{Kept, TEMPLATE_MAX, Templates};

/// Most own template files that are read.
pub const TEMPLATES_MAX: usize = 256;

/// An own template file that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub words: String,
}

/// What a home holds.
#[derive(Debug, Clone, Default)]
pub struct HomeTemplates {
    /// The templates that can be used.
    pub templates: Templates,
    /// Own files that can't.
    pub unusable: Vec<Unusable>,
}

impl HomeTemplates {
    /// The folder of a home's own templates.
    #[must_use]
    pub fn folder(home: &Path) -> PathBuf {
        home.join("templates")
    }

    /// Reads the templates of a home; a home without the folder has the shipped ones.
    #[must_use]
    pub fn read(home: &Path) -> Self {
        let mut read = Self {
            templates: Templates::shipped(),
            unusable: Vec::new(),
        };
        let folder = Self::folder(home);
        let files = match toml_files(&folder) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return read,
            Err(error) => {
                read.refuse(folder, error.to_string());
                return read;
            }
        };
        for (number, path) in files.into_iter().enumerate() {
            if number >= TEMPLATES_MAX {
                read.refuse(
                    path,
                    format!("only the first {TEMPLATES_MAX} files are read"),
                );
            } else if let Err(words) = read.take(&path) {
                read.refuse(path, words);
            }
        }
        read
    }

    /// The template that a name means.
    ///
    /// # Errors
    /// The own file of that name that can't be used, or that there is none.
    pub fn find(&self, name: &str) -> Result<&Kept, String> {
        let (id, _) = name.split_once('/').unwrap_or((name, ""));
        let is_its = |unusable: &&Unusable| stem(&unusable.path) == Some(id);
        if let Some(unusable) = self.unusable.iter().find(is_its) {
            return Err(format!(
                "the own template {} can't be used: {}",
                unusable.path.display(),
                unusable.words
            ));
        }
        self.templates.find(name).ok_or_else(|| {
            format!("there is no template \"{name}\"; openline template list shows all")
        })
    }

    fn take(&mut self, path: &Path) -> Result<(), String> {
        let length = fs::metadata(path).map_err(|error| error.to_string())?.len();
        if length > TEMPLATE_MAX as u64 {
            return Err(format!("it is longer than {TEMPLATE_MAX} bytes"));
        }
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let template = openline_desk::template::Template::parse(&text);
        let template = template.map_err(|faults| faults.to_string())?;
        if stem(path) != Some(template.id()) {
            return Err(format!(
                "its id is \"{}\": name the file {}.toml",
                template.id(),
                template.id()
            ));
        }
        self.templates
            .add(&text)
            .map_err(|faults| faults.to_string())
    }

    fn refuse(&mut self, path: PathBuf, words: String) {
        self.unusable.push(Unusable { path, words });
    }
}

fn stem(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()
}

fn toml_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for item in fs::read_dir(folder)? {
        let path = item?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_desk::template::{SHIPPED, Source};

    #[test]
    fn own_files_go_first_and_a_wrong_one_is_not_replaced_by_the_shipped_one() {
        let home = tempfile::tempdir().expect("a folder");
        let all = HomeTemplates::read(home.path());
        assert_eq!(all.templates.iter().count(), SHIPPED.len());
        assert!(all.unusable.is_empty());

        let folder = HomeTemplates::folder(home.path());
        fs::create_dir(&folder).expect("made");
        let (id, text) = SHIPPED[0];
        let put = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
        put(
            &format!("{id}.toml"),
            &text.replace("version = 1", "version = 2"),
        );
        put("notes.txt", "not a template");
        put("other-name.toml", text);
        put(&format!("{}.toml", SHIPPED[1].0), "id = 1");
        let all = HomeTemplates::read(home.path());
        assert_eq!(all.find(id).expect("own").source, Source::Own);
        assert!(all.find(&format!("{id}/2")).is_ok());
        let said = all.find(SHIPPED[1].0).expect_err("wrong");
        assert!(said.contains("can't be used"), "{said}");
        let said = all.find("other-name").expect_err("misnamed");
        assert!(said.contains(&format!("name the file {id}.toml")), "{said}");
        assert!(
            all.find("nothing")
                .expect_err("none")
                .contains("template list")
        );
    }
}
