//! A text as one HTML page: for a browser, for print, and plain enough for word processors to open and save as DOCX.

use openline_core::text::{Alternative, Piece, TextProposal};

/// What is said under a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Colophon {
    /// How far it is, in words.
    pub standing: String,
    /// The hash, hex.
    pub hash: String,
    /// A line for each initial and signature that counts.
    pub assents: Vec<String>,
}

const STYLE: &str = "body{font-family:serif;max-width:46em;margin:2em auto;line-height:1.5}\
table{width:100%;border-collapse:collapse}td{vertical-align:top;padding:.3em .6em}\
.bracket{font-weight:bold}.wanted{font-size:70%;vertical-align:super}.colophon{font-size:80%;border-top:1px solid}\
.hash{font-family:monospace;overflow-wrap:anywhere}\
@page{size:A4;margin:25mm 20mm}\
@media print{body{margin:0;max-width:none}p,tr{break-inside:avoid}h1{break-after:avoid}}";

/// Writes the page. It is well-formed XML too.
#[must_use]
pub fn write(text: &TextProposal, names: &[String], colophon: &Colophon) -> String {
    let language = text.languages.first().map_or("", String::as_str);
    let title = escaped(&text.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    if text.languages.len() == 1 {
        one_language(&mut page, text, names, language);
    } else {
        side_by_side(&mut page, text, names);
    }
    page.push_str(&format!(
        "<div class=\"colophon\">\n<p>{}</p>\n<p class=\"hash\">{}</p>\n",
        escaped(&colophon.standing),
        escaped(&colophon.hash)
    ));
    for line in &colophon.assents {
        page.push_str(&format!("<p>{}</p>\n", escaped(line)));
    }
    page.push_str("</div>\n</body>\n</html>\n");
    page
}

fn one_language(page: &mut String, text: &TextProposal, names: &[String], language: &str) {
    let attributes = attributes(language);
    for (at, paragraph) in text.paragraphs.iter().enumerate() {
        let words = version(paragraph.version(language), names);
        page.push_str(&format!("<p{attributes}>{}. {words}</p>\n", at + 1));
    }
}

fn side_by_side(page: &mut String, text: &TextProposal, names: &[String]) {
    page.push_str("<table>\n");
    for (at, paragraph) in text.paragraphs.iter().enumerate() {
        page.push_str(&format!("<tr><td>{}.</td>", at + 1));
        for language in &text.languages {
            let words = version(paragraph.version(language), names);
            page.push_str(&format!("<td{}>{words}</td>", attributes(language)));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table>\n");
}

/// Language and direction of what stands in it.
fn attributes(language: &str) -> String {
    let primary = language.split('-').next().unwrap_or_default();
    let is_leftward = ["ar", "fa", "he", "ps", "ur"]
        .iter()
        .any(|other| primary.eq_ignore_ascii_case(other));
    let direction = if is_leftward { " dir=\"rtl\"" } else { "" };
    format!(" lang=\"{language}\"{direction}")
}

fn version(pieces: Option<&[Piece]>, names: &[String]) -> String {
    let mut html = String::new();
    match pieces {
        Some(pieces) => write_pieces(&mut html, pieces, names),
        None => html.push('…'),
    }
    html
}

fn write_pieces(html: &mut String, pieces: &[Piece], names: &[String]) {
    for piece in pieces {
        match piece {
            Piece::Words(words) => html.push_str(&escaped(words)),
            Piece::Bracket(alternatives) => {
                html.push_str(&mark("["));
                for (at, alternative) in alternatives.iter().enumerate() {
                    if at > 0 {
                        html.push_str(&format!(" {} ", mark("/")));
                    }
                    write_alternative(html, alternative, names);
                }
                html.push_str(&mark("]"));
            }
        }
    }
}

fn write_alternative(html: &mut String, alternative: &Alternative, names: &[String]) {
    let wanted: Vec<&str> = alternative
        .wanted_by
        .iter()
        .filter_map(|party| names.get(party.at()).map(String::as_str))
        .collect();
    if !wanted.is_empty() {
        let wanted = escaped(&wanted.join(", "));
        html.push_str(&format!("<span class=\"wanted\">{wanted}: </span>"));
    }
    write_pieces(html, &alternative.pieces, names);
}

fn mark(mark: &str) -> String {
    format!("<b class=\"bracket\">{mark}</b>")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use openline_core::text::Paragraph;

    use super::*;
    use crate::text::notation;

    #[test]
    fn languages_stand_side_by_side_and_nothing_typed_becomes_markup() {
        let names = vec!["A & B".to_owned(), "Beta".to_owned()];
        let pieces = |text: &str| notation::parse(text, &names).expect("sound");
        let mut text = TextProposal {
            title: "<script>".to_owned(),
            languages: vec!["en".to_owned(), "ar".to_owned()],
            paragraphs: vec![Paragraph {
                versions: vec![
                    (
                        "en".to_owned(),
                        pieces("They [#0: shall / Beta: should] \"meet\"."),
                    ),
                    ("ar".to_owned(), pieces("[#0: يجب / Beta: ينبغي]")),
                ],
            }],
        };
        let page = write(&text, &names, &Colophon::default());
        assert!(!page.contains("<script>"));
        assert!(page.contains("<td lang=\"ar\" dir=\"rtl\"><b class=\"bracket\">[</b>"));
        assert!(page.contains("A &amp; B: </span>shall <b class=\"bracket\">/</b> "));
        text.languages.pop();
        let page = write(&text, &names, &Colophon::default());
        assert!(page.contains("<p lang=\"en\">1. They "), "{page}");
    }
}
