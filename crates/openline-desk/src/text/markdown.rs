//! Texts as Markdown, out and in. What was written is read again as the same text, word by word.

use openline_core::body::is_language;
use openline_core::text::{Paragraph, TextProposal};

use super::notation::{self, NotationError};

/// What stands for a language version that is missing.
const MISSING: &str = "---";

/// Why a Markdown file is no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// A paragraph is not right.
    #[error("paragraph {number} ({language}): {error}")]
    Paragraph {
        /// Which, from 1.
        number: usize,
        /// In which language.
        language: String,
        /// What is wrong.
        error: NotationError,
    },
    /// There is no paragraph.
    #[error("there is no paragraph; put an empty line between paragraphs")]
    Empty,
    /// Language versions do not go together.
    #[error(
        "{0} has another number of paragraphs than {1}; write {MISSING} for one that is missing"
    )]
    Uneven(String, String),
}

/// Writes a text: a title, and a section for each language with numbered paragraphs in bracket notation.
#[must_use]
pub fn write(text: &TextProposal, names: &[String]) -> String {
    let mut markdown = format!(
        "# {}\n\nLanguages: {}\n",
        escaped(&text.title),
        text.languages.join(", ")
    );
    for language in &text.languages {
        markdown.push_str(&format!("\n## {language}\n"));
        for (at, paragraph) in text.paragraphs.iter().enumerate() {
            let words = match paragraph.version(language) {
                Some(pieces) => escaped_notation(&notation::write(pieces, names)),
                None => MISSING.to_owned(),
            };
            markdown.push_str(&format!("\n{}. {words}\n", at + 1));
        }
    }
    markdown
}

/// Reads a text: as [`write()`] writes it, or any Markdown with a title and paragraphs in the language given.
///
/// # Errors
/// What is wrong, and in which paragraph.
pub fn read(markdown: &str, language: &str, names: &[String]) -> Result<TextProposal, ImportError> {
    let mut blocks = blocks(markdown).into_iter().peekable();
    let title = blocks.next_if(|block| block.starts_with("# "));
    let title = title.map_or_else(String::new, |title| plain(&title[2..]));
    let named = blocks.next_if(|block| block.starts_with("Languages: "));
    let languages: Vec<String> = match &named {
        Some(line) => line["Languages: ".len()..]
            .split(',')
            .map(|language| language.trim().to_owned())
            .filter(|language| is_language(language))
            .collect(),
        None => vec![language.to_owned()],
    };
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for block in blocks {
        let section = block.strip_prefix("## ").map(str::trim);
        match section.filter(|name| named.is_some() && languages.iter().any(|l| l == name)) {
            Some(name) => sections.push((name.to_owned(), Vec::new())),
            None => match sections.last_mut() {
                Some((_, paragraphs)) => paragraphs.push(block),
                None => sections.push((language.to_owned(), vec![block])),
            },
        }
    }
    Ok(TextProposal {
        title,
        languages,
        paragraphs: tied(&sections, names)?,
    })
}

/// The n-th paragraph of every section is one paragraph.
fn tied(
    sections: &[(String, Vec<String>)],
    names: &[String],
) -> Result<Vec<Paragraph>, ImportError> {
    let (first, paragraphs) = sections.first().ok_or(ImportError::Empty)?;
    let mut tied = vec![Paragraph { versions: vec![] }; paragraphs.len()];
    if tied.is_empty() {
        return Err(ImportError::Empty);
    }
    for (language, paragraphs) in sections {
        if paragraphs.len() != tied.len() {
            return Err(ImportError::Uneven(language.clone(), first.clone()));
        }
        let is_numbered = paragraphs
            .iter()
            .enumerate()
            .all(|(at, block)| block.starts_with(&format!("{}. ", at + 1)));
        for (at, block) in paragraphs.iter().enumerate() {
            let number = at + 1;
            let words = match block.strip_prefix(&format!("{number}. ")) {
                Some(words) if is_numbered => words,
                _ => block.trim_start_matches('#'),
            };
            if words.trim() == MISSING {
                continue;
            }
            let pieces = notation::parse(words, names).map_err(|error| ImportError::Paragraph {
                number,
                language: language.clone(),
                error,
            })?;
            tied[at].versions.push((language.clone(), pieces));
        }
    }
    match tied
        .iter()
        .position(|paragraph| paragraph.versions.is_empty())
    {
        Some(at) => Err(ImportError::Paragraph {
            number: at + 1,
            language: first.clone(),
            error: NotationError::Empty,
        }),
        None => Ok(tied),
    }
}

/// Runs of lines that are not empty, each as one line.
fn blocks(markdown: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for line in markdown.lines().map(str::trim).chain([""]) {
        let is_heading = line.starts_with('#');
        if (line.is_empty() || is_heading) && !open.is_empty() {
            blocks.push(open.join(" "));
            open.clear();
        }
        if is_heading {
            blocks.push(line.to_owned());
        } else if !line.is_empty() {
            open.push(line);
        }
    }
    blocks
}

/// Marks that Markdown would take for its own, each with a backslash, which the notation takes off again.
fn escaped_notation(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '_' | '`' | '<' | '&' | '#') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    // A paragraph that is only the mark for a missing one.
    if escaped == MISSING {
        escaped.insert(0, '\\');
    }
    escaped
}

fn escaped(text: &str) -> String {
    escaped_notation(&text.replace('\\', "\\\\"))
}

/// Takes backslashes before punctuation off.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(next)) if next.is_ascii_punctuation() => {
                plain.extend(chars.next());
            }
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        vec!["Alpha".to_owned(), "Beta".to_owned()]
    }

    #[test]
    fn what_is_written_is_read_again() {
        let paragraph = |versions: &[(&str, &str)]| Paragraph {
            versions: versions
                .iter()
                .map(|(language, text)| {
                    let pieces = notation::parse(text, &names()).expect("sound");
                    ((*language).to_owned(), pieces)
                })
                .collect(),
        };
        let text = TextProposal {
            title: "Minutes_of the #3 *meeting* \\".to_owned(),
            languages: vec!["en".to_owned(), "fr".to_owned()],
            paragraphs: vec![
                paragraph(&[
                    ("en", "They [Alpha: shall / Beta: should] <meet> _often_."),
                    ("fr", "Elles [Alpha: se réunissent / Beta: se réuniront]."),
                ]),
                paragraph(&[("en", "1. One \\[sic\\] & 2 * 3.")]),
                paragraph(&[("en", "#3"), ("fr", "## en")]),
                paragraph(&[("fr", "---")]),
            ],
        };
        let markdown = write(&text, &names());
        assert_eq!(read(&markdown, "en", &names()), Ok(text), "{markdown}");
    }

    #[test]
    fn plain_markdown_is_read_in_the_language_given() {
        let markdown = "# Draft minutes\n\nThe Parties\n[shall / should] meet.\n\n## Article 2\n\nThey take note.\n";
        let text = read(markdown, "en", &names()).expect("sound");
        assert_eq!(
            (text.title.as_str(), text.paragraphs.len()),
            ("Draft minutes", 3)
        );
        assert_eq!(
            notation::write(&text.paragraphs[1].versions[0].1, &names()),
            "Article 2"
        );
        let bad = read("One.\n\n[Two", "en", &names());
        assert_eq!(
            bad.expect_err("open").to_string(),
            "paragraph 2 (en): 1 brackets are not closed; write \\[ for the mark itself"
        );
        assert_eq!(
            read("# Only a title", "en", &names()),
            Err(ImportError::Empty)
        );
        let uneven = "# T\n\nLanguages: en, fr\n\n## en\n\nOne.\n\nTwo.\n\n## fr\n\nUn.\n";
        assert!(matches!(
            read(uneven, "en", &names()),
            Err(ImportError::Uneven(..))
        ));
    }
}
