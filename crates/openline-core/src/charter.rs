//! The charter of a line and the instrument that founds it (`spec/charter.md` section 5).
//!
//! `bytes → Charter` has passed rules C9 to C12 and those of its credentials; [`Instrument`] also C13 and C14 (what
//! signatures there are, are right); [`Founded`] also C15. Each type can be had in no other way.

#[cfg(test)]
pub(crate) mod fixture;
mod instrument;
mod terms;

pub use instrument::{CharterSignature, Founded, INSTRUMENT_FILE_MAX, Instrument};
pub use terms::{
    CharterTerms, Clock, EVERY_DAY, Matching, Receipts, SealBeat, TestSchedule, WatchShown, is_zone,
};

use crate::cbor::{MapKeys, Reader, Writer};
use crate::credential::{Credential, VerifiedCredential};
use crate::id::{LineId, PartyId};
use crate::keys::VerifyingKeys;
use crate::limits::{CHARTER_MAX, PARTIES_MAX, PARTIES_MIN, POST_MAX, POSTS_MAX};
use crate::rule::Rule;

const VERSION: u64 = 1;
const NONCE_LEN: usize = 16;
const KEYS: usize = 19;
const CONTEXT: &[u8] = b"openline/charter/v1\n";

/// The post that is the node itself; no charter lists it.
pub const NODE_POST: &str = "node";

/// A party of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its credential when the charter was made.
    pub credential: VerifiedCredential,
    /// Its posts, each once.
    pub posts: Vec<String>,
    /// Its IANA time zone.
    pub zone: String,
}

impl Member {
    /// The party.
    #[must_use]
    pub fn party_id(&self) -> PartyId {
        self.credential.party_id()
    }

    /// The party's name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        self.credential.name()
    }

    /// The node keys that the charter gives it.
    #[must_use]
    pub fn keys(&self) -> &VerifyingKeys {
        self.credential.keys()
    }

    /// True when the charter lists the post for this party.
    #[must_use]
    pub fn has_post(&self, post: &str) -> bool {
        self.posts.iter().any(|listed| listed == post)
    }

    fn check(&self) -> Result<(), Rule> {
        let posts = &self.posts;
        let is_right = (1..=POSTS_MAX).contains(&posts.len())
            && posts.iter().all(|post| is_post(post) && post != NODE_POST)
            && !has_repeats(posts)
            && is_zone(&self.zone);
        if is_right {
            Ok(())
        } else {
            Err(Rule::CharterMember)
        }
    }
}

/// A post's name is 1 to 64 bytes of `a-z`, `0-9` and `-`.
#[must_use]
pub fn is_post(name: &str) -> bool {
    (1..=POST_MAX).contains(&name.len())
        && name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Quadratic, for lists of at most a few dozen.
fn has_repeats<T: PartialEq>(items: &[T]) -> bool {
    items
        .iter()
        .enumerate()
        .any(|(at, item)| items[..at].contains(item))
}

/// What the parties of a line agree on. Holds the bytes it was read from, since those name the line and are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charter {
    bytes: Vec<u8>,
    line: LineId,
    terms: CharterTerms,
    members: Vec<Member>,
}

impl Charter {
    /// Writes a charter. Members may come in any order; `nonce` is 16 fresh random bytes.
    ///
    /// # Errors
    /// [`Rule::CharterMembers`], [`Rule::CharterMember`] or [`Rule::CharterTerms`].
    pub fn new(
        terms: CharterTerms,
        mut members: Vec<Member>,
        nonce: [u8; NONCE_LEN],
    ) -> Result<Self, Rule> {
        members.sort_by_key(Member::party_id);
        check_members(&members)?;
        members.iter().try_for_each(Member::check)?;
        terms.check()?;
        let bytes = encode(&terms, &members, &nonce);
        debug_assert!(
            bytes.len() <= CHARTER_MAX,
            "no charter within its limits comes near this"
        );
        Ok(Self {
            line: LineId::of(&bytes),
            bytes,
            terms,
            members,
        })
    }

    /// Reads a charter and verifies its credentials.
    ///
    /// # Errors
    /// The CBOR rules and [`Rule::CharterShape`]; those of each credential; then [`Rule::CharterMembers`],
    /// [`Rule::CharterMember`] and [`Rule::CharterTerms`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Draft::decode(bytes)?.check()
    }

    /// The bytes that are signed, hashed, stored and passed on.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The line that this charter founds.
    #[must_use]
    pub fn line(&self) -> LineId {
        self.line
    }

    /// The terms.
    #[must_use]
    pub fn terms(&self) -> &CharterTerms {
        &self.terms
    }

    /// The members, ascending by [`PartyId`].
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// What each member's node keys sign.
    #[must_use]
    fn signed_message(&self) -> Vec<u8> {
        [CONTEXT, &self.bytes].concat()
    }
}

fn encode(terms: &CharterTerms, members: &[Member], nonce: &[u8; NONCE_LEN]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.map(KEYS).uint(0).uint(VERSION);
    terms.encode_head(&mut writer);
    writer.uint(3).array(members.len());
    for member in members {
        writer
            .array(3)
            .bytes(member.credential.bytes())
            .texts(&member.posts)
            .text(&member.zone);
    }
    terms.encode_tail(&mut writer);
    writer.uint(15).bytes(nonce);
    terms.encode_end(&mut writer);
    writer.into_bytes()
}

/// A charter of the right shape (rule C9), of which nothing else has been checked.
struct Draft<'a> {
    bytes: &'a [u8],
    members: Vec<DraftMember<'a>>,
    terms: terms::DraftTerms,
}

struct DraftMember<'a> {
    credential: &'a [u8],
    posts: Vec<String>,
    zone: String,
}

impl<'a> Draft<'a> {
    fn decode(bytes: &'a [u8]) -> Result<Self, Rule> {
        if bytes.len() > CHARTER_MAX {
            return Err(Rule::CharterShape);
        }
        let mut reader = Reader::checked(bytes, Rule::CharterShape)?;
        let mut fields = Fields::open(&mut reader)?;
        if fields.next()?.uint()? != VERSION {
            return Err(Rule::CharterShape);
        }
        let mut terms = terms::DraftTerms::decode_head(&mut fields)?;
        let members = decode_members(fields.next()?)?;
        terms.decode_tail(&mut fields)?;
        fields.next()?.array_of::<NONCE_LEN>()?;
        terms.decode_end(&mut fields)?;
        fields.finish()?;
        Ok(Self {
            bytes,
            members,
            terms,
        })
    }

    fn check(self) -> Result<Charter, Rule> {
        let mut members = Vec::with_capacity(self.members.len().min(PARTIES_MAX));
        for member in self.members {
            let credential = Credential::decode(member.credential)?.verify()?;
            members.push(Member {
                credential,
                posts: member.posts,
                zone: member.zone,
            });
        }
        check_members(&members)?;
        members.iter().try_for_each(Member::check)?;
        let terms = self.terms.check()?;
        Ok(Charter {
            line: LineId::of(self.bytes),
            bytes: self.bytes.to_vec(),
            terms,
            members,
        })
    }
}

/// The charter's map, whose keys are 0 to 18 without a gap.
struct Fields<'r, 'a> {
    reader: &'r mut Reader<'a>,
    keys: MapKeys,
    expected: u64,
}

impl<'r, 'a> Fields<'r, 'a> {
    fn open(reader: &'r mut Reader<'a>) -> Result<Self, Rule> {
        let keys = reader.map()?;
        Ok(Self {
            reader,
            keys,
            expected: 0,
        })
    }

    /// Moves to the next field, which must be there.
    fn next(&mut self) -> Result<&mut Reader<'a>, Rule> {
        if self.keys.next(self.reader)? != Some(self.expected) {
            return Err(Rule::CharterShape);
        }
        self.expected += 1;
        Ok(self.reader)
    }

    /// Requires that no field follows.
    fn finish(mut self) -> Result<(), Rule> {
        if self.keys.next(self.reader)?.is_none() {
            Ok(())
        } else {
            Err(Rule::CharterShape)
        }
    }
}

fn decode_members<'a>(reader: &mut Reader<'a>) -> Result<Vec<DraftMember<'a>>, Rule> {
    let count = reader.array()?;
    let mut members = Vec::new();
    for _ in 0..count {
        reader.array_exact(3)?;
        let credential = reader.bytes()?;
        let posts = reader.texts(POSTS_MAX)?;
        members.push(DraftMember {
            credential,
            posts,
            zone: reader.text()?.to_owned(),
        });
    }
    Ok(members)
}

fn check_members(members: &[Member]) -> Result<(), Rule> {
    let is_ascending = members
        .windows(2)
        .all(|pair| pair[0].party_id() < pair[1].party_id());
    let names: Vec<_> = members.iter().map(Member::name).collect();
    if !(PARTIES_MIN..=PARTIES_MAX).contains(&members.len()) || !is_ascending || has_repeats(&names)
    {
        return Err(Rule::CharterMembers);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fixture::{Party, parties};
    use super::*;

    fn charter(terms: CharterTerms) -> Result<Charter, Rule> {
        Charter::new(
            terms,
            parties(2).iter().map(Party::member).collect(),
            [7; 16],
        )
    }

    /// Encodes without any check, then decodes.
    fn decode(terms: &CharterTerms, members: &[Member]) -> Option<Rule> {
        Charter::decode(&encode(terms, members, &[7; 16])).err()
    }

    #[test]
    fn a_charter_reads_back_as_written() {
        let written = charter(CharterTerms::default()).expect("right");
        let read = Charter::decode(written.bytes()).expect("own output");
        assert_eq!(read, written);
        assert_eq!(read.line(), LineId::of(written.bytes()));
        let ids: Vec<_> = read.members().iter().map(Member::party_id).collect();
        assert!(ids[0] < ids[1]);
    }

    #[test]
    fn members_may_be_given_in_any_order() {
        let mut members: Vec<_> = parties(3).iter().map(Party::member).collect();
        let one = Charter::new(CharterTerms::default(), members.clone(), [7; 16]);
        members.reverse();
        assert_eq!(one, Charter::new(CharterTerms::default(), members, [7; 16]));
        assert!(one.is_ok());
    }

    #[test]
    fn members_have_their_rules() {
        let terms = CharterTerms::default();
        let members: Vec<_> = parties(17).iter().map(Party::member).collect();
        assert_eq!(decode(&terms, &members[..16]), None);
        assert_eq!(decode(&terms, &members), Some(Rule::CharterMembers));
        assert_eq!(decode(&terms, &members[..1]), Some(Rule::CharterMembers));
        assert_eq!(
            decode(&terms, &[members[1].clone(), members[0].clone()]),
            Some(Rule::CharterMembers)
        );
        assert_eq!(
            decode(&terms, &[members[0].clone(), members[0].clone()]),
            Some(Rule::CharterMembers)
        );
        assert_eq!(
            Charter::new(terms, members, [7; 16]),
            Err(Rule::CharterMembers)
        );
    }

    #[test]
    fn two_members_may_not_share_a_name() {
        let (one, two) = (Party::new(1), Party::new(2));
        let node = &two.node;
        let namesake = Credential::issue(
            &two.root,
            "Party 1",
            1,
            node.ed_public(),
            node.pq_public(),
            0,
        );
        let credential = namesake
            .and_then(Credential::verify)
            .expect("right in itself");
        let members = vec![
            one.member(),
            Member {
                credential,
                ..two.member()
            },
        ];
        assert_eq!(
            Charter::new(CharterTerms::default(), members, [7; 16]),
            Err(Rule::CharterMembers)
        );
    }

    #[test]
    fn posts_and_zones_have_their_rules() {
        let with = |posts: &[&str], zone: &str| {
            let mut members: Vec<_> = parties(2).iter().map(Party::member).collect();
            members[1].posts = posts.iter().map(|post| (*post).to_owned()).collect();
            members[1].zone = zone.to_owned();
            decode(&CharterTerms::default(), &members)
        };
        let long = "p".repeat(65);
        let names: Vec<_> = (0..17).map(|n| format!("p{n}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert_eq!(with(&names[..16], "Etc/GMT+12"), None);
        for posts in [
            &[][..],
            &names,
            &["a", "a"],
            &["node"],
            &[""],
            &["Duty"],
            &["a b"],
            &[&*long],
        ] {
            assert_eq!(with(posts, "UTC"), Some(Rule::CharterMember), "{posts:?}");
        }
        for zone in ["", "Europe Vienna", "Европа", &"z".repeat(65)] {
            assert_eq!(with(&["duty"], zone), Some(Rule::CharterMember), "{zone:?}");
        }
    }

    #[test]
    fn a_wrong_credential_is_named_before_the_members_rules() {
        let terms = CharterTerms {
            title: String::new(),
            ..CharterTerms::default()
        };
        let right = Party::new(1).member();
        let credential = right.credential.bytes().to_vec();
        let bytes = encode(&terms, &[right.clone(), right], &[7; 16]);
        let at = bytes
            .windows(credential.len())
            .rposition(|window| window == credential)
            .expect("it is there");
        let mut broken = bytes.clone();
        broken[at + credential.len() - 1] ^= 1;
        assert_eq!(Charter::decode(&broken), Err(Rule::CredentialHash));
        assert_eq!(Charter::decode(&bytes), Err(Rule::CharterMembers));
    }

    #[test]
    fn the_shape_is_exact() {
        let bytes = charter(CharterTerms::default())
            .expect("right")
            .bytes()
            .to_vec();
        let decode = |bytes: &[u8]| Charter::decode(bytes).err();
        let change = |at: usize, to: u8| [&bytes[..at], &[to], &bytes[at + 1..]].concat();
        assert_eq!(
            decode(&change(2, 2)),
            Some(Rule::CharterShape),
            "another version"
        );
        assert_eq!(decode(&[0xa0]), Some(Rule::CharterShape));
        assert_eq!(decode(&[0x80]), Some(Rule::CharterShape));
        assert_eq!(
            decode(&[&bytes[..], &[0]].concat()),
            Some(Rule::CborTrailing)
        );
        assert_eq!(decode(&bytes[..bytes.len() - 1]), Some(Rule::CborMalformed));
        let without_last = [&[0xb2], &bytes[1..bytes.len() - 4]].concat();
        assert_eq!(decode(&without_last), Some(Rule::CharterShape));
        let with_more = [&[0xb4], &bytes[1..], &[0x13, 0x00]].concat();
        assert_eq!(decode(&with_more), Some(Rule::CharterShape));
        let nonce = bytes.len() - 14 - 17;
        let short_nonce = [&bytes[..nonce], &[0x4f], &bytes[nonce + 2..]].concat();
        assert_eq!(decode(&short_nonce), Some(Rule::CharterShape));
        let mut over = Writer::new();
        over.bytes(&vec![0; CHARTER_MAX]);
        assert_eq!(decode(&over.into_bytes()), Some(Rule::CharterShape));
    }
}
