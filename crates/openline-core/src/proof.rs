//! Disclosure of one entry (`spec/record.md` section 11): a C2SP `tlog-proof` that a stranger can check without the record.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::admit::check_disclosed;
use crate::cbor::{Reader, Writer};
use crate::charter::Founded;
use crate::checkpoint::{
    CheckpointNote, CosignerLines, KeyRing, SignedCheckpoint, parse_decimal, parse_hash,
};
use crate::credential::VerifiedCredential;
use crate::entry::{RawEntry, VerifiedEntry};
use crate::id::{Hash, PartyIndex};
use crate::limits::{CREDENTIALS_MAX, PROOF_MAX};
use crate::rule::{Refused, Rule};
use crate::tree::{leaf_hash, verify_inclusion};

/// Longest proof file, bytes: charter, credentials, body and note at their longest, in base64, rounded up.
pub const PROOF_FILE_MAX: usize = 4 << 20;

const MAGIC: &str = "c2sp.org/tlog-proof@v1";

/// What the `extra` line carries: all that is needed to check the entry besides the proof itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// The instrument of the line.
    pub instrument: Vec<u8>,
    /// Credentials of key changes, of any party.
    pub credentials: Vec<Vec<u8>>,
    /// The entry; its body may be withheld.
    pub entry: RawEntry,
}

impl Disclosure {
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer
            .array(5)
            .bytes(&self.instrument)
            .array(self.credentials.len());
        for credential in &self.credentials {
            writer.bytes(credential);
        }
        writer.bytes(&self.entry.header);
        match &self.entry.body {
            Some((salt, body)) => writer.bytes(salt).bytes(body),
            None => writer.null().null(),
        };
        writer.into_bytes()
    }

    fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut reader = Reader::checked(bytes, Rule::ProofFormat)?;
        reader.array_exact(5)?;
        let instrument = reader.bytes()?.to_vec();
        let count = reader.array_max(CREDENTIALS_MAX, Rule::ProofFormat)?;
        let mut credentials = Vec::with_capacity(count);
        for _ in 0..count {
            credentials.push(reader.bytes()?.to_vec());
        }
        let header = reader.bytes()?.to_vec();
        let body = if reader.null()? {
            if !reader.null()? {
                return Err(Rule::ProofFormat);
            }
            None
        } else {
            Some((reader.bytes()?.to_vec(), reader.bytes()?.to_vec()))
        };
        Ok(Self {
            instrument,
            credentials,
            entry: RawEntry { header, body },
        })
    }
}

/// A disclosure proof. Nothing in it has been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The entry and what it takes to check it.
    pub disclosure: Disclosure,
    /// The entry's place in its log.
    pub index: u64,
    /// The inclusion proof, from the leaf's sibling to the root's child.
    pub path: Vec<Hash>,
    /// The signed note of the checkpoint, as it stands in the file.
    pub note: String,
}

impl Proof {
    /// Parses a proof file.
    ///
    /// # Errors
    /// [`Rule::ProofFormat`] for the file, then the CBOR rules and [`Rule::ProofFormat`] for what `extra` holds.
    pub fn parse(file: &[u8]) -> Result<Self, Rule> {
        let (extra, index, path, note) = parse(file).ok_or(Rule::ProofFormat)?;
        Ok(Self {
            disclosure: Disclosure::decode(&extra)?,
            index,
            path,
            note: note.to_owned(),
        })
    }

    /// Checks everything that can be checked of one entry without the record: see [`Disclosed`].
    ///
    /// # Errors
    /// The first rule that fails: those of the instrument and the credentials, [`Rule::NoteFormat`],
    /// [`Rule::CheckpointFormat`], [`Rule::CheckpointOrigin`], [`Rule::ProofInclusion`], the rules of the entry, and
    /// [`Rule::CheckpointSignature`] to [`Rule::CosignatureSignature`].
    pub fn verify(&self) -> Result<Disclosed, Refused> {
        let founded = Founded::decode(&self.disclosure.instrument)?;
        let ring = self.key_ring(&founded)?;
        let note = CheckpointNote::parse(&self.note)?;
        let party = ring.party_of_origin(&note.checkpoint.origin)?;
        self.check_inclusion(&note)?;
        let entry = check_disclosed(&founded, party, self.index, self.disclosure.entry.clone())?;
        let checkpoint = ring.checkpoint_signature(&note, party, |_| true)?;
        let lines = ring.cosigner_lines(&note)?;
        ring.verify_lines(&note.checkpoint, &lines, |_, _| true)?;
        Ok(Disclosed {
            founded,
            party,
            entry,
            checkpoint,
            lines,
        })
    }

    /// Every listed credential counts as a key of its party; one of a party that is not of the line counts for nothing.
    fn key_ring(&self, founded: &Founded) -> Result<KeyRing, Rule> {
        let mut ring = KeyRing::of(founded);
        for bytes in &self.disclosure.credentials {
            let credential = VerifiedCredential::decode(bytes)?;
            if let Some(party) = founded.index_of(&credential.party_id()) {
                ring.add(party, credential.keys());
            }
        }
        Ok(ring)
    }

    fn check_inclusion(&self, note: &CheckpointNote) -> Result<(), Rule> {
        let leaf = leaf_hash(&self.disclosure.entry.header);
        let (size, root) = (note.checkpoint.size, note.checkpoint.root);
        let is_included =
            self.index < size && verify_inclusion(leaf, self.index, size, &self.path, root);
        if is_included {
            Ok(())
        } else {
            Err(Rule::ProofInclusion)
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{MAGIC}\nextra {}\nindex {}",
            STANDARD.encode(self.disclosure.encode()),
            self.index
        )?;
        self.path
            .iter()
            .try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash.0)))?;
        write!(f, "\n{}", self.note)
    }
}

/// The parts of the file: what `extra` holds, the index, the path and the note.
type Parts<'a> = (Vec<u8>, u64, Vec<Hash>, &'a str);

fn parse(file: &[u8]) -> Option<Parts<'_>> {
    if file.len() > PROOF_FILE_MAX {
        return None;
    }
    let (head, note) = std::str::from_utf8(file).ok()?.split_once("\n\n")?;
    let mut lines = head.split('\n');
    if lines.next()? != MAGIC {
        return None;
    }
    let extra = STANDARD
        .decode(lines.next()?.strip_prefix("extra ")?)
        .ok()?;
    let index = parse_decimal(lines.next()?.strip_prefix("index ")?)?;
    let path = lines
        .take(PROOF_MAX + 1)
        .map(parse_hash)
        .collect::<Option<Vec<_>>>()?;
    if path.len() > PROOF_MAX {
        return None;
    }
    Some((extra, index, path, note))
}

/// What a right proof shows: this party put this entry in its log at this index, and these cosigners said they hold it.
///
/// It shows inclusion, not order, and nothing about who the parties are: their ids are to be compared with what the
/// reader knows of them. With a body withheld it shows the header only.
#[derive(Debug, Clone)]
pub struct Disclosed {
    /// The line, as its instrument founds it.
    pub founded: Founded,
    /// Whose log it is.
    pub party: PartyIndex,
    /// The entry. Its Lamport number is not known, since that takes the record.
    pub entry: VerifiedEntry,
    /// The checkpoint that covers it.
    pub checkpoint: SignedCheckpoint,
    /// Cosignatures and seals over the checkpoint, all verified.
    pub lines: CosignerLines,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{EMPTY_BODY, encode_founding};
    use crate::charter::fixture::{self, Party};
    use crate::checkpoint::{Cosignature, Seal};
    use crate::entry::{Header, Kind, MessageType};
    use crate::tree::node_hash;

    const A: PartyIndex = PartyIndex(0);
    const B: PartyIndex = PartyIndex(1);
    const SALT: [u8; 16] = [5; 16];

    fn entry(kind: Kind, index: u64, body: &[u8]) -> RawEntry {
        let header = Header {
            kind,
            seen: vec![index, 0],
            post: "node".to_owned(),
            message_type: MessageType::Real,
            time: 0,
            refs: Vec::new(),
            body_hash: Hash::of(&[&SALT, body]),
        };
        RawEntry {
            header: header.encode(),
            body: Some((SALT.to_vec(), body.to_vec())),
        }
    }

    /// The second of two entries of the first party's log, under a checkpoint that `node` signs and the other party holds.
    fn proof_signed_by(parties: &[Party], node: &Party, credentials: &[&Party]) -> Proof {
        let founded = fixture::found(parties);
        let founding = entry(Kind::Founding, 0, &encode_founding(&founded.line()));
        let mark = entry(Kind::Mark, 1, EMPTY_BODY);
        let sibling = leaf_hash(&founding.header);
        let root = node_hash(&sibling, &leaf_hash(&mark.header));
        let checkpoint = crate::checkpoint::Checkpoint {
            origin: founded.origin(A).to_owned(),
            size: 2,
            root,
        };
        let holder = &parties[1].node;
        let cosignature = Cosignature::sign(&checkpoint, holder, 9);
        let seal = Seal::sign(&checkpoint, &founded.party_id(B), holder, 9);
        let lines = (founded.party_id(B), founded.keys(B));
        let note = SignedCheckpoint::sign(checkpoint, &node.node).to_note(
            node.node.ed_public(),
            &[(lines.0, lines.1, &cosignature)],
            &[(lines.0, lines.1, &seal)],
        );
        let credentials = credentials
            .iter()
            .map(|party| party.credential.bytes().to_vec())
            .collect();
        let disclosure = Disclosure {
            instrument: founded.instrument().encode(),
            credentials,
            entry: mark,
        };
        Proof {
            disclosure,
            index: 1,
            path: vec![sibling],
            note: note.to_string(),
        }
    }

    fn proof() -> Proof {
        let parties = fixture::parties(2);
        proof_signed_by(&parties, &parties[0], &[])
    }

    fn rule(proof: &Proof) -> Option<Rule> {
        proof.verify().err().map(|refused| refused.rule)
    }

    #[test]
    fn a_proof_reads_back_and_verifies() {
        let proof = proof();
        let read = Proof::parse(proof.to_string().as_bytes()).expect("own output");
        assert_eq!(read, proof);
        let disclosed = read.verify().expect("right");
        assert_eq!((disclosed.party, disclosed.entry.index()), (A, 1));
        assert_eq!(disclosed.checkpoint.checkpoint.size, 2);
        assert_eq!(
            (
                disclosed.lines.cosignatures.len(),
                disclosed.lines.seals.len()
            ),
            (1, 1)
        );
    }

    #[test]
    fn a_withheld_body_leaves_the_header_proven() {
        let mut proof = proof();
        proof.disclosure.entry.body = None;
        let read = Proof::parse(proof.to_string().as_bytes()).expect("own output");
        assert_eq!(read, proof);
        assert!(
            read.verify()
                .is_ok_and(|disclosed| disclosed.entry.body().is_none())
        );
    }

    #[test]
    fn each_rule_is_named() {
        let good = proof();
        let with = |change: &dyn Fn(&mut Proof)| {
            let mut proof = good.clone();
            change(&mut proof);
            rule(&proof)
        };
        assert_eq!(with(&|_| ()), None);
        assert_eq!(
            with(&|p| p.disclosure.instrument = vec![0x80]),
            Some(Rule::InstrumentShape)
        );
        assert_eq!(
            with(&|p| p.disclosure.credentials.push(vec![0x80])),
            Some(Rule::CredentialShape)
        );
        assert_eq!(with(&|p| p.note.clear()), Some(Rule::NoteFormat));
        assert_eq!(
            with(&|p| p.note = p.note.replacen("\n2\n", "\n02\n", 1)),
            Some(Rule::CheckpointFormat)
        );
        assert_eq!(with(&|p| p.index = 0), Some(Rule::ProofInclusion));
        assert_eq!(with(&|p| p.index = 2), Some(Rule::ProofInclusion));
        assert_eq!(with(&|p| p.path.clear()), Some(Rule::ProofInclusion));
        assert_eq!(with(&|p| p.path[0].0[0] ^= 1), Some(Rule::ProofInclusion));
        assert_eq!(
            with(&|p| p.disclosure.entry.header.push(0)),
            Some(Rule::ProofInclusion)
        );
        let origin = |p: &Proof| p.note.lines().next().expect("a line").to_owned();
        assert_eq!(
            with(&|p| p.note = p.note.replacen(&origin(p), "elsewhere", 1)),
            Some(Rule::CheckpointOrigin)
        );
        let body = |p: &mut Proof, salt: &[u8], body: &[u8]| {
            p.disclosure.entry.body = Some((salt.to_vec(), body.to_vec()))
        };
        assert_eq!(
            with(&|p| body(p, &SALT[1..], EMPTY_BODY)),
            Some(Rule::SaltSize)
        );
        assert_eq!(with(&|p| body(p, &SALT, &[0xa1])), Some(Rule::BodyHash));
    }

    #[test]
    fn signatures_come_last_in_their_order() {
        let good = proof();
        let with_line = |at: usize, change: &dyn Fn(&mut Vec<u8>)| {
            let mut note = crate::note::Note::parse(&good.note).expect("own output");
            change(&mut note.signatures[at].bytes);
            rule(&Proof {
                note: note.to_string(),
                ..good.clone()
            })
        };
        assert_eq!(
            with_line(0, &|bytes| bytes[0] ^= 1),
            Some(Rule::CheckpointSignature)
        );
        for at in [1, 2] {
            assert_eq!(
                with_line(at, &|bytes| bytes.truncate(9)),
                Some(Rule::CosignatureFormat)
            );
            assert_eq!(
                with_line(at, &|bytes| bytes[30] ^= 1),
                Some(Rule::CosignatureSignature)
            );
        }
    }

    #[test]
    fn a_changed_key_counts_when_its_credential_is_listed() {
        let parties = fixture::parties(2);
        let seed = if parties[0].credential.party_id() == Party::new(1).credential.party_id() {
            1
        } else {
            2
        };
        let renewed = Party::renewed(seed, 150, 2);
        assert_eq!(
            rule(&proof_signed_by(&parties, &renewed, &[])),
            Some(Rule::CheckpointSignature)
        );
        assert_eq!(
            rule(&proof_signed_by(&parties, &renewed, &[&renewed])),
            None
        );
        let stranger = Party::new(9);
        assert_eq!(
            rule(&proof_signed_by(&parties, &stranger, &[&stranger])),
            Some(Rule::CheckpointSignature)
        );
    }

    #[test]
    fn other_forms_are_refused() {
        let good = proof().to_string();
        let head = good.find("\nindex").expect("an index line");
        let extra = &good["c2sp.org/tlog-proof@v1\n".len()..head];
        let hash = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n";
        let path = |count: usize| {
            good.replacen(
                "\nindex 1\n",
                &format!("\nindex 1\n{}", hash.repeat(count)),
                1,
            )
        };
        assert!(Proof::parse(good.as_bytes()).is_ok());
        assert!(Proof::parse(path(PROOF_MAX - 1).as_bytes()).is_ok());
        let empty = good.replacen(extra, "extra ", 1);
        assert_eq!(Proof::parse(empty.as_bytes()), Err(Rule::CborMalformed));
        for bad in [
            String::new(),
            good.replacen("@v1", "@v2", 1),
            good.replacen(&format!("{extra}\n"), "", 1),
            good.replacen(extra, "extra gA==", 1),
            good.replacen(extra, &extra.replacen("extra ", "extra  ", 1), 1),
            good.replacen("index 1\n", "", 1),
            good.replacen("index 1\n", "index 01\n", 1),
            good.replacen("index 1\n", "index -1\n", 1),
            good.replacen("index 1\n", "index 1\nAAAA\n", 1),
            path(PROOF_MAX),
            good.replace("\n\n", "\n"),
            "t".repeat(PROOF_FILE_MAX + 1),
        ] {
            assert_eq!(
                Proof::parse(bad.as_bytes()),
                Err(Rule::ProofFormat),
                "{:.60}",
                bad
            );
        }
        assert_eq!(
            Proof::parse(&[good.as_bytes(), &[0xff]].concat()),
            Err(Rule::ProofFormat)
        );
    }

    #[test]
    fn the_disclosure_is_exact() {
        let good = proof().disclosure;
        assert_eq!(Disclosure::decode(&good.encode()), Ok(good.clone()));
        let encode = |credentials: usize, finish: &dyn Fn(&mut Writer)| {
            let mut writer = Writer::new();
            writer.array(5).bytes(&good.instrument).array(credentials);
            for _ in 0..credentials {
                writer.bytes(&[]);
            }
            writer.bytes(&good.entry.header);
            finish(&mut writer);
            Disclosure::decode(&writer.into_bytes()).err()
        };
        let salt = |writer: &mut Writer| {
            writer.bytes(&[1]).null();
        };
        let body = |writer: &mut Writer| {
            writer.null().bytes(&[1]);
        };
        let neither = |writer: &mut Writer| {
            writer.null().null();
        };
        assert_eq!(encode(CREDENTIALS_MAX, &neither), None);
        assert_eq!(
            encode(CREDENTIALS_MAX + 1, &neither),
            Some(Rule::ProofFormat)
        );
        assert_eq!(encode(0, &salt), Some(Rule::ProofFormat));
        assert_eq!(encode(0, &body), Some(Rule::ProofFormat));
    }
}
