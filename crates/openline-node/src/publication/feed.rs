//! The feed: JSON Feed 1.1, with what is proven apart from what is claimed.

use openline_core::readout::Extent;
use serde::Serialize;

use super::item::{Holder, Item, Opened, marked, ms, rfc3339};
use super::proof_name;

#[derive(Serialize)]
struct Feed {
    version: &'static str,
    title: String,
    items: Vec<FeedItem>,
}

#[derive(Serialize)]
struct FeedItem {
    id: String,
    title: String,
    language: String,
    content_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    authors: Vec<Author>,
    attachments: Vec<Attachment>,
    _openline: More,
}

#[derive(Serialize)]
struct Author {
    name: String,
}

#[derive(Serialize)]
struct Attachment {
    url: String,
    mime_type: &'static str,
}

#[derive(Serialize)]
struct More {
    place: String,
    kind: &'static str,
    #[serde(rename = "type")]
    message_type: &'static str,
    proven: Proven,
    claimed: Claimed,
    translations: Vec<Translation>,
    disclosed: Vec<Cited>,
}

#[derive(Serialize)]
struct Proven {
    signed_by: String,
    party_id: String,
    line: String,
    leaf: String,
    log_size: u64,
    held_by: Vec<Held>,
}

#[derive(Serialize)]
struct Held {
    name: String,
    party_id: String,
    signed_since: u64,
}

#[derive(Serialize)]
struct Claimed {
    time_ms: i64,
    post: String,
}

#[derive(Serialize)]
struct Translation {
    language: String,
    text: String,
}

#[derive(Serialize)]
struct Cited {
    place: String,
    extent: &'static str,
    kind: &'static str,
    signed_by: String,
    leaf: String,
    proof: String,
}

/// The feed's bytes, a line break at the end.
pub(super) fn feed(items: &[Item]) -> Vec<u8> {
    let first = &items[0].entry;
    let feed = Feed {
        version: "https://jsonfeed.org/version/1.1",
        title: marked(
            first.message_type(),
            first.disclosed.founded.terms().title.clone(),
        ),
        items: items.iter().map(feed_item).collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&feed).expect("texts and numbers only");
    bytes.push(b'\n');
    bytes
}

fn feed_item(item: &Item) -> FeedItem {
    let entry = &item.entry;
    let header = entry.disclosed.entry.header();
    let proofs = std::iter::once(entry).chain(item.cited.iter().map(|(cited, _)| cited));
    FeedItem {
        id: entry.leaf(),
        title: item.heading(),
        language: item.texts[0].language.clone(),
        content_text: item.texts[0].text.clone(),
        date_published: rfc3339(header.time),
        authors: vec![Author {
            name: entry.signer(),
        }],
        attachments: proofs
            .map(|opened| Attachment {
                url: proof_name(opened.place),
                mime_type: "text/plain",
            })
            .collect(),
        _openline: More {
            place: entry.place_text(),
            kind: header.kind.word(),
            message_type: header.message_type.word(),
            proven: proven(entry),
            claimed: Claimed {
                time_ms: header.time,
                post: header.post.clone(),
            },
            translations: item.texts[1..]
                .iter()
                .map(|text| Translation {
                    language: text.language.clone(),
                    text: text.text.clone(),
                })
                .collect(),
            disclosed: item.cited.iter().map(cited).collect(),
        },
    }
}

fn proven(entry: &Opened) -> Proven {
    let held = |holder: Holder| Held {
        name: holder.name,
        party_id: holder.id,
        signed_since: u64::try_from(ms(holder.since) / 1000).unwrap_or(0),
    };
    Proven {
        signed_by: entry.signer(),
        party_id: entry.signer_id(),
        line: entry.line(),
        leaf: entry.leaf(),
        log_size: entry.disclosed.checkpoint.checkpoint.size,
        held_by: entry.holders().into_iter().map(held).collect(),
    }
}

fn cited((opened, extent): &(Opened, Extent)) -> Cited {
    Cited {
        place: opened.place_text(),
        extent: extent.word(),
        kind: opened.kind().word(),
        signed_by: opened.signer(),
        leaf: opened.leaf(),
        proof: proof_name(opened.place),
    }
}
