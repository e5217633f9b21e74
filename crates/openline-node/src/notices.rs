//! Our notices as they are kept between two runs.

use openline_core::watch::{Notice, NoticeKind};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Kept {
    kind: u64,
    from: i64,
    until: Option<i64>,
    words: Option<String>,
}

pub(crate) fn encode(notices: &[Notice]) -> Vec<u8> {
    let kept: Vec<Kept> = notices
        .iter()
        .map(|notice| Kept {
            kind: notice.kind.number(),
            from: notice.from,
            until: notice.until,
            words: notice.words.clone(),
        })
        .collect();
    serde_json::to_vec(&kept).expect("plain data has a JSON form")
}

/// Reads what [`encode`] wrote; a notice that can't be read is none.
pub(crate) fn decode(bytes: &[u8]) -> Option<Vec<Notice>> {
    let kept: Vec<Kept> = serde_json::from_slice(bytes).ok()?;
    kept.into_iter()
        .map(|kept| {
            Some(Notice {
                kind: NoticeKind::from_number(kept.kind)?,
                from: kept.from,
                until: kept.until,
                words: kept.words,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_kept_as_they_were_given() {
        let notices = vec![Notice {
            kind: NoticeKind::Declining,
            from: -5,
            until: Some(9),
            words: Some("next window".to_owned()),
        }];
        assert_eq!(decode(&encode(&notices)), Some(notices));
        assert_eq!(decode(b"[{}]"), None);
    }
}
