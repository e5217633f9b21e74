//! Watch statements: what a party says of its own posts, signed, beside the record (`spec/line.md` section 6; rules L13 and L14).

use crate::body::{in_range, is_language};
use crate::cbor::{Reader, Writer};
use crate::charter::is_post;
use crate::entry::read_time;
use crate::id::{Hash, LineId, PartyIndex};
use crate::keys::{SecretKeys, VerifyingKeys, verify_ed};
use crate::limits::{LANGUAGES_MAX, NOTICES_MAX, POSTS_MAX, SUBJECT_MAX};
use crate::numbered::numbered;
use crate::rule::Rule;

const CONTEXT: &[u8] = b"openline/watch/v1\n";
const VERSION: u64 = 1;

/// What a party says of one of its posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostWatch {
    /// The post.
    pub post: String,
    /// Whether somebody has the watch.
    pub is_attended: bool,
    /// Until when that is so, ms, where it is told.
    pub until: Option<i64>,
    /// Languages on watch, where they are told.
    pub languages: Vec<String>,
}

numbered! {
    /// What a notice says.
    NoticeKind {
        /// Nobody is on watch until a time.
        OffWatch = "off watch",
        /// Something is broken at this side.
        TechnicalFault = "technical fault",
        /// No contact is taken until the next window begins.
        Declining = "declining",
        /// A drill is on; alarms may be part of it.
        Drill = "drill",
    }
}

/// A notice that a party has given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it says.
    pub kind: NoticeKind,
    /// From when, ms.
    pub from: i64,
    /// Until when, ms; for [`NoticeKind::Declining`] when the next window begins.
    pub until: Option<i64>,
    /// Words.
    pub words: Option<String>,
}

impl Notice {
    /// Whether it is in force at `now`, ms.
    #[must_use]
    pub fn is_in_force(&self, now: i64) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

/// All that a party says of its posts on one line, as of one time. The latest by `issued` counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchStatement {
    /// The line.
    pub line: LineId,
    /// The party that speaks.
    pub party: PartyIndex,
    /// When, ms, by its clock.
    pub issued: i64,
    /// Its posts, as far as the charter lets it tell.
    pub posts: Vec<PostWatch>,
    /// Its notices.
    pub notices: Vec<Notice>,
}

/// A watch statement with its signature, as it travels and is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedWatch {
    /// The statement's bytes.
    pub bytes: Vec<u8>,
    /// Ed25519 by the party's node key over the context and the bytes.
    pub signature: [u8; 64],
}

impl WatchStatement {
    /// Signs the statement.
    #[must_use]
    pub fn sign(&self, keys: &SecretKeys) -> SignedWatch {
        let bytes = self.encode();
        let signature = keys.sign_ed(&signed_message(&bytes));
        SignedWatch { bytes, signature }
    }

    /// Whether others would take it, once it is signed.
    ///
    /// # Errors
    /// [`Rule::WatchShape`].
    pub fn check(&self) -> Result<(), Rule> {
        Self::decode(&self.encode()).map(|_| ())
    }

    fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(6)
            .uint(VERSION)
            .bytes(&self.line.0.0)
            .uint(u64::from(self.party.0))
            .int(self.issued)
            .array(self.posts.len());
        for post in &self.posts {
            w.array(4)
                .text(&post.post)
                .uint(u64::from(post.is_attended));
            write_time(&mut w, post.until);
            w.texts(&post.languages);
        }
        w.array(self.notices.len());
        for notice in &self.notices {
            w.array(4).uint(notice.kind.number()).int(notice.from);
            write_time(&mut w, notice.until);
            match &notice.words {
                Some(words) => w.text(words),
                None => w.null(),
            };
        }
        w.into_bytes()
    }

    /// Rule L13.
    fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::WatchShape)?;
        r.array_exact(6)?;
        if r.uint()? != VERSION {
            return Err(Rule::WatchShape);
        }
        let line = LineId(Hash(r.array_of()?));
        let party = PartyIndex(u8::try_from(r.uint()?).map_err(|_| Rule::WatchShape)?);
        let issued = in_range(read_time(&mut r)?).ok_or(Rule::WatchShape)?;
        let posts = (0..r.array_max(POSTS_MAX, Rule::WatchShape)?)
            .map(|_| read_post(&mut r))
            .collect::<Result<Vec<_>, _>>()?;
        let notices = (0..r.array_max(NOTICES_MAX, Rule::WatchShape)?)
            .map(|_| read_notice(&mut r))
            .collect::<Result<_, _>>()?;
        let is_repeated = |(at, post): (usize, &PostWatch)| {
            posts[..at].iter().any(|other| other.post == post.post)
        };
        if posts.iter().enumerate().any(is_repeated) {
            return Err(Rule::WatchShape);
        }
        Ok(Self {
            line,
            party,
            issued,
            posts,
            notices,
        })
    }
}

impl SignedWatch {
    /// Opens a statement that must be `party`'s on `line`, signed by `keys`.
    ///
    /// # Errors
    /// The CBOR rules and [`Rule::WatchShape`]; [`Rule::WatchSignature`].
    pub fn open(
        &self,
        line: &LineId,
        party: PartyIndex,
        keys: &VerifyingKeys,
    ) -> Result<WatchStatement, Rule> {
        let statement = WatchStatement::decode(&self.bytes)?;
        let is_theirs = statement.line == *line
            && statement.party == party
            && verify_ed(&keys.ed, &signed_message(&self.bytes), &self.signature);
        if is_theirs {
            Ok(statement)
        } else {
            Err(Rule::WatchSignature)
        }
    }
}

fn signed_message(bytes: &[u8]) -> Vec<u8> {
    [CONTEXT, bytes].concat()
}

fn write_time(w: &mut Writer, time: Option<i64>) {
    match time {
        Some(time) => w.int(time),
        None => w.null(),
    };
}

fn read_optional_time(r: &mut Reader<'_>) -> Result<Option<i64>, Rule> {
    if r.null()? {
        return Ok(None);
    }
    in_range(read_time(r)?).map(Some).ok_or(Rule::WatchShape)
}

fn read_post(r: &mut Reader<'_>) -> Result<PostWatch, Rule> {
    r.array_exact(4)?;
    let post = r.text()?.to_owned();
    let is_attended = match r.uint()? {
        0 => false,
        1 => true,
        _ => return Err(Rule::WatchShape),
    };
    let until = read_optional_time(r)?;
    let languages = (0..r.array_max(LANGUAGES_MAX, Rule::WatchShape)?)
        .map(|_| r.text().map(str::to_owned))
        .collect::<Result<Vec<_>, _>>()?;
    if !is_post(&post) || !languages.iter().all(|tag| is_language(tag)) {
        return Err(Rule::WatchShape);
    }
    Ok(PostWatch {
        post,
        is_attended,
        until,
        languages,
    })
}

fn read_notice(r: &mut Reader<'_>) -> Result<Notice, Rule> {
    r.array_exact(4)?;
    let kind = NoticeKind::from_number(r.uint()?).ok_or(Rule::WatchShape)?;
    let from = in_range(read_time(r)?).ok_or(Rule::WatchShape)?;
    let until = read_optional_time(r)?;
    let words = if r.null()? {
        None
    } else {
        Some(r.text()?.to_owned())
    };
    let is_right = until.is_none_or(|until| until > from)
        && words
            .as_ref()
            .is_none_or(|words| (1..=SUBJECT_MAX).contains(&words.len()));
    if !is_right {
        return Err(Rule::WatchShape);
    }
    Ok(Notice {
        kind,
        from,
        until,
        words,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> WatchStatement {
        WatchStatement {
            line: LineId(Hash([9; 32])),
            party: PartyIndex(1),
            issued: 1_000,
            posts: vec![PostWatch {
                post: "watch".into(),
                is_attended: true,
                until: Some(9_000),
                languages: vec!["en".into(), "ru".into()],
            }],
            notices: vec![Notice {
                kind: NoticeKind::Declining,
                from: 1_000,
                until: Some(5_000),
                words: None,
            }],
        }
    }

    #[test]
    fn a_statement_is_its_partys_on_its_line_or_refused() {
        let keys = SecretKeys::from_seeds([1; 32], [2; 32]);
        let signed = statement().sign(&keys);
        let open = |line: u8, party| {
            signed.open(&LineId(Hash([line; 32])), PartyIndex(party), keys.public())
        };
        assert_eq!(open(9, 1), Ok(statement()));
        assert_eq!(statement().check(), Ok(()));
        assert_eq!(open(8, 1), Err(Rule::WatchSignature));
        assert_eq!(open(9, 0), Err(Rule::WatchSignature));
        let others = SecretKeys::from_seeds([3; 32], [4; 32]);
        let stranger = statement().sign(&others);
        let opened = stranger.open(&LineId(Hash([9; 32])), PartyIndex(1), keys.public());
        assert_eq!(opened, Err(Rule::WatchSignature));
    }

    #[test]
    fn what_is_not_of_its_form_is_refused() {
        type Spoil = fn(&mut WatchStatement);
        let broken: [Spoil; 4] = [
            |s| s.posts.push(s.posts[0].clone()),
            |s| s.posts[0].post = "Watch".into(),
            |s| s.notices[0].until = Some(1_000),
            |s| s.notices = vec![s.notices[0].clone(); NOTICES_MAX + 1],
        ];
        for spoil in broken {
            let mut spoilt = statement();
            spoil(&mut spoilt);
            assert_eq!(spoilt.check(), Err(Rule::WatchShape));
        }
    }

    #[test]
    fn a_notice_is_in_force_from_its_beginning_to_its_end() {
        let notice = &statement().notices[0];
        assert_eq!(
            [999, 1_000, 4_999, 5_000].map(|now| notice.is_in_force(now)),
            [false, true, true, false]
        );
    }
}
