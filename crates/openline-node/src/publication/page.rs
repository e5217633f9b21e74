//! The page: HTML without scripts, to be read without a style sheet, and printed.

use openline_core::message::Text;
use openline_core::readout::Extent;

use super::item::{Item, Opened, marked, ms, words};
use super::proof_name;

const STYLE: &str = "body{font:1em/1.5 serif;max-width:44em;margin:2em auto;padding:0 1em}dt{font-weight:bold}dd{margin:0 0 .5em 1em;overflow-wrap:anywhere}section{border-top:1px solid;margin-top:2em}@media print{body{margin:0;max-width:none}section{break-inside:avoid-page}}";
/// SHA-256 of the style sheet, in base64: the page allows it and nothing else.
const STYLE_HASH: &str = "e9DlGKsh+QhQ4KVyQkFQasmOL9SySEUVpVAg2SU14r8=";
const EXPLANATION: &str = "Under \u{201c}Proven\u{201d} stands what the proof files show to anyone who checks them: who signed which bytes, in which log, and who else signed that it holds them, since when. It is theirs if these party ids are theirs. Under \u{201c}Claimed\u{201d} stands what the signer says and nobody else has confirmed: its own time, its post, and that what the text says is so. To check: openline verify DIRECTORY";

/// The page.
pub(super) fn page(items: &[Item]) -> String {
    let first = &items[0].entry;
    let title = &first.disclosed.founded.terms().title;
    let title = escape(&marked(first.message_type(), title.clone()));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"alternate\" type=\"application/feed+json\" href=\"feed.json\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1 dir=\"auto\">{title}</h1>\n<p>{EXPLANATION}</p>\n"
    );
    for item in items {
        section(&mut out, item);
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn section(out: &mut String, item: &Item) {
    let entry = &item.entry;
    out.push_str(&format!(
        "<section id=\"entry-{}-{}\">\n<h2 dir=\"auto\">{}</h2>\n",
        entry.place.party,
        entry.place.index,
        escape(&item.heading())
    ));
    for (at, text) in item.texts.iter().enumerate() {
        if at > 0 {
            out.push_str(&format!(
                "<h3>Courtesy translation: {}</h3>\n",
                escape(&text.language)
            ));
        }
        paragraph(out, text);
    }
    proven(out, entry);
    claimed(out, entry);
    cited(out, item);
    out.push_str("</section>\n");
}

fn paragraph(out: &mut String, text: &Text) {
    let lines: Vec<String> = text.text.split('\n').map(escape).collect();
    out.push_str(&format!(
        "<p lang=\"{}\" dir=\"auto\">{}</p>\n",
        escape(&text.language),
        lines.join("<br>\n")
    ));
}

fn proven(out: &mut String, entry: &Opened) {
    let proof = proof_name(entry.place);
    out.push_str(&format!(
        "<h3>Proven</h3>\n<dl>\n<dt>Signed by</dt>\n<dd dir=\"auto\">{}</dd>\n<dt>Party id</dt>\n<dd>{}</dd>\n\
         <dt>Entry</dt>\n<dd>{} of line {}</dd>\n<dt>Leaf hash</dt>\n<dd>{}</dd>\n<dt>Proof</dt>\n<dd><a href=\"{proof}\">{proof}</a></dd>\n",
        escape(&entry.signer()),
        entry.signer_id(),
        entry.place_text(),
        entry.line(),
        entry.leaf(),
    ));
    let holders = entry.holders();
    for holder in &holders {
        out.push_str(&format!(
            "<dt>Held by</dt>\n<dd dir=\"auto\">{}, who signed so at {}</dd>\n",
            escape(&holder.name),
            words(ms(holder.since))
        ));
    }
    if holders.is_empty() {
        out.push_str("<dt>Held by</dt>\n<dd>no other party has signed that it holds it</dd>\n");
    }
    out.push_str("</dl>\n");
}

fn claimed(out: &mut String, entry: &Opened) {
    let header = entry.disclosed.entry.header();
    out.push_str(&format!(
        "<h3>Claimed</h3>\n<dl>\n<dt>Time</dt>\n<dd>{}</dd>\n<dt>Post</dt>\n<dd dir=\"auto\">{}</dd>\n<dt>Content</dt>\n<dd>what the text says</dd>\n</dl>\n",
        words(header.time),
        escape(&header.post)
    ));
}

fn cited(out: &mut String, item: &Item) {
    if item.cited.is_empty() {
        return;
    }
    out.push_str("<h3>Disclosed of the record</h3>\n<ul>\n");
    for (opened, extent) in &item.cited {
        let proof = proof_name(opened.place);
        out.push_str(&format!(
            "<li dir=\"auto\">{} {}, signed by {}: {}. <a href=\"{proof}\">{proof}</a></li>\n",
            opened.kind().word(),
            opened.place_text(),
            escape(&opened.signer()),
            extent_words(*extent, opened)
        ));
    }
    out.push_str("</ul>\n");
}

fn extent_words(extent: Extent, opened: &Opened) -> &'static str {
    match extent {
        Extent::Cited => "that it is there, not what it says",
        Extent::Quoted => "that it is there; that the words quoted are its own is claimed",
        Extent::Whole if opened.disclosed.entry.body().is_none() => {
            "that it is there; its body is withheld"
        }
        Extent::Whole => "the whole of it, in the proof file",
    }
}

/// Text for HTML; a control character but for tab becomes U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' => out.push(c),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;

    #[test]
    fn the_style_sheet_is_the_one_that_the_policy_allows() {
        let hash = openline_core::Hash::of(&[STYLE.as_bytes()]);
        assert_eq!(
            base64::engine::general_purpose::STANDARD.encode(hash.0),
            STYLE_HASH
        );
    }

    #[test]
    fn what_means_something_in_html_is_escaped() {
        assert_eq!(
            escape("<b a=\"1\">&'\u{0}\t\u{85}"),
            "&lt;b a=&quot;1&quot;&gt;&amp;&#39;\u{fffd}\t\u{fffd}"
        );
    }
}
