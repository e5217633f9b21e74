//! Programs not written here read what this crate writes: notes, checkpoints, cosignatures, seals and proofs of
//! <https://c2sp.org>, by the crates `signed_note`, `tlog_tiles`, `ed25519-dalek` and `ml-dsa`.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature as EdSignature, VerifyingKey};
use ml_dsa::{MlDsa44, Signature as PqSignature, VerifyingKey as PqVerifyingKey};
use openline_core::checkpoint::{Checkpoint, Cosignature, Seal, SignedCheckpoint};
use openline_core::keys::SecretKeys;
use openline_core::tree::{TreeReader, leaf_hash, root_of};
use openline_core::{Hash, PartyId};
use signed_note::{Note, NoteError, Signature, StandardVerifier, Verifier, VerifierList};
use tlog_tiles::{Hash as TlogHash, check_record, check_tree};

const TIME: u64 = 1_687_000_000;
/// Sizes and indices below this are all tried.
const SIZES: u64 = 40;

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// Proofs over leaves, by this crate, from nodes computed anew each time.
fn proofs(leaves: &[Hash]) -> TreeReader<impl FnMut(u32, u64) -> Result<Hash, Infallible> + '_> {
    TreeReader::new(|level, index| {
        let width = 1usize << level;
        let first = usize::try_from(index).expect("a small tree") * width;
        Ok(root_of(leaves[first..first + width].iter().copied()))
    })
}

fn theirs(hashes: &[Hash]) -> Vec<TlogHash> {
    hashes.iter().map(|hash| TlogHash(hash.0)).collect()
}

#[test]
fn inclusion_proofs_are_accepted_and_changed_ones_are_not() {
    let all = leaves(SIZES);
    for size in 1..=SIZES {
        let root = TlogHash(root_of(all[..size as usize].iter().copied()).0);
        for index in 0..size {
            let path = proofs(&all).inclusion(index, size).expect("in memory");
            let leaf = TlogHash(all[index as usize].0);
            let path = theirs(&path);
            assert!(check_record(&path, size, root, index, leaf).is_ok());
            let other = TlogHash(leaf_hash(b"other").0);
            assert!(check_record(&path, size, root, index, other).is_err());
        }
    }
}

#[test]
fn consistency_proofs_are_accepted_and_changed_ones_are_not() {
    let all = leaves(SIZES);
    let root = |size: u64| TlogHash(root_of(all[..size as usize].iter().copied()).0);
    for new in 1..=SIZES {
        for old in 1..=new {
            let path = proofs(&all).consistency(old, new).expect("in memory");
            let path = theirs(&path);
            assert!(check_tree(&path, new, root(new), old, root(old)).is_ok());
            if old < new {
                assert!(check_tree(&path, new, root(new), old, root(new)).is_err());
            }
        }
    }
}

struct World {
    author: SecretKeys,
    cosigner: SecretKeys,
    cosigner_id: PartyId,
    signed: SignedCheckpoint,
    note: String,
}

fn world() -> World {
    let keys = |seed| SecretKeys::from_seeds([seed; 32], [seed ^ 0xff; 32]);
    let (author, cosigner) = (keys(1), keys(2));
    let cosigner_id = PartyId(Hash::of(&[b"cosigner"]));
    let checkpoint = Checkpoint {
        origin: format!("openline/v1/{}/{}", "ab".repeat(32), "cd".repeat(32)),
        size: 7,
        root: root_of(leaves(7)),
    };
    let signed = SignedCheckpoint::sign(checkpoint, &author);
    let cosignature = Cosignature::sign(&signed.checkpoint, &cosigner, TIME);
    let seal = Seal::sign(&signed.checkpoint, &cosigner_id, &cosigner, TIME);
    let note = signed.to_note(
        author.ed_public(),
        &[(cosigner_id, cosigner.public(), &cosignature)],
        &[(cosigner_id, cosigner.public(), &seal)],
    );
    World {
        note: note.to_string(),
        author,
        cosigner,
        cosigner_id,
        signed,
    }
}

/// A cosigner's key for `signed_note`, written from the text of tlog-cosignature.
struct Cosigner {
    name: String,
    type_byte: u8,
    key: Vec<u8>,
}

impl Verifier for Cosigner {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        signed_note::key_id(&self.name, &[&[self.type_byte][..], &self.key].concat())
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let (time, signature) = signature.split_at(8);
        match self.type_byte {
            4 => {
                let time = u64::from_be_bytes(time.try_into().expect("eight bytes"));
                let head = format!("cosignature/v1\ntime {time}\n");
                let key = VerifyingKey::from_bytes(self.key[..].try_into().expect("32 bytes"));
                let signature = EdSignature::from_slice(signature).expect("64 bytes");
                let message = [head.as_bytes(), text].concat();
                key.expect("a point")
                    .verify_strict(&message, &signature)
                    .is_ok()
            }
            _ => {
                let key =
                    PqVerifyingKey::<MlDsa44>::decode(&self.key[..].try_into().expect("a key"));
                let signature = PqSignature::decode(&signature.try_into().expect("2420 bytes"));
                let message = self.sealed(text, time);
                key.verify_with_context(&message, &[], &signature.expect("well-formed"))
            }
        }
    }
}

impl Cosigner {
    /// `cosigned_message` of tlog-cosignature, for a whole tree.
    fn sealed(&self, text: &[u8], time: &[u8]) -> Vec<u8> {
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(text).expect("a checkpoint");
        let opaque =
            |text: &str| [&[u8::try_from(text.len()).expect("short")], text.as_bytes()].concat();
        [
            b"subtree/v1\n\0",
            &opaque(&self.name)[..],
            time,
            &opaque(checkpoint.origin()),
            &[0; 8],
            &checkpoint.size().to_be_bytes(),
            &checkpoint.hash().0,
        ]
        .concat()
    }
}

fn verifiers(world: &World) -> VerifierList {
    let key = VerifyingKey::from_bytes(world.author.ed_public()).expect("a point");
    // The verifier key format of signed-note: name, key id, and type byte 0x01 with the key.
    let typed = [&[1][..], key.as_bytes()].concat();
    let origin = &world.signed.checkpoint.origin;
    let id = signed_note::key_id(origin, &typed);
    let vkey = format!("{origin}+{id:08x}+{}", STANDARD.encode(&typed));
    let author = StandardVerifier::new(&vkey).expect("a verifier key");
    let cosigner = |type_byte, key: &[u8]| Cosigner {
        name: world.cosigner_id.cosigner_name(),
        type_byte,
        key: key.to_vec(),
    };
    VerifierList::new(vec![
        Box::new(author),
        Box::new(cosigner(4, world.cosigner.ed_public())),
        Box::new(cosigner(6, world.cosigner.pq_public())),
    ])
}

#[test]
fn a_note_with_cosignature_and_seal_is_verified_in_full() {
    let world = world();
    let note = Note::from_bytes(world.note.as_bytes()).expect("a note");
    let (verified, unverified) = note.verify(&verifiers(&world)).expect("all are right");
    assert_eq!((verified.len(), unverified.len()), (3, 0));
    assert_eq!(note.to_bytes(), world.note.as_bytes());
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).expect("a checkpoint");
    let ours = &world.signed.checkpoint;
    assert_eq!(
        (checkpoint.origin(), checkpoint.size(), checkpoint.hash().0),
        (ours.origin.as_str(), ours.size, ours.root.0)
    );
    assert_eq!(checkpoint.extension(), "");
}

#[test]
fn a_note_over_another_root_is_refused_by_each_of_them() {
    let world = world();
    let (root, other) = (world.signed.checkpoint.root, leaf_hash(b"other"));
    let changed = world
        .note
        .replacen(&STANDARD.encode(root.0), &STANDARD.encode(other.0), 1);
    let lines: Vec<&str> = changed.split_inclusive('\n').collect();
    let (text, signatures) = lines.split_at(4);
    for line in signatures {
        let one = format!("{}{line}", text.concat());
        let note = Note::from_bytes(one.as_bytes()).expect("a note");
        let refused = note.verify(&verifiers(&world));
        assert!(
            matches!(refused, Err(NoteError::InvalidSignature { .. })),
            "{line}"
        );
    }
    assert_eq!(signatures.len(), 3);
    let parsed = Signature::from_bytes(signatures[1].trim_end().as_bytes()).expect("a line");
    assert_eq!(parsed.name(), world.cosigner_id.cosigner_name());
}
