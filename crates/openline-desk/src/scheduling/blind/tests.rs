//! RFC 9497 appendix A.1.2, and the match as a function of two lists.

use openline_core::{Hash, PartyIndex};
use rand_core::{CryptoRng, RngCore};

use super::*;

fn private(party: u8, slots: &[u16], count: usize) -> Private {
    Private {
        party: PartyIndex(party),
        run: Hash([9; 32]),
        secret: [party + 1; 32],
        picks: Picks::new(slots, count).expect("ascending"),
    }
}

fn common(a: &[u16], b: &[u16], count: usize) -> Vec<u16> {
    let (a, b) = (private(0, a, count), private(1, b, count));
    let (from_a, from_b) = (a.commit(), b.commit());
    let (answer_a, answer_b) = (
        a.evaluate(&from_b).expect("elements"),
        b.evaluate(&from_a).expect("elements"),
    );
    assert!(is_proved(&from_b, &from_a, &answer_a));
    assert!(is_proved(&from_a, &from_b, &answer_b));
    let at_a = a.compare(&from_b, &answer_b).expect("proved");
    let at_b = b.compare(&from_a, &answer_a).expect("proved");
    assert_eq!(at_a, at_b, "both find the same");
    at_a.slots().to_vec()
}

#[test]
fn both_find_what_is_common_and_nothing_else() {
    assert_eq!(common(&[1, 5, 9], &[2, 5, 9, 11], 4), [5, 9]);
    assert_eq!(common(&[1, 2], &[3, 4], 4), [] as [u16; 0]);
    assert_eq!(common(&[], &[], 1), [] as [u16; 0], "dummies never meet");
    assert_eq!(common(&[0, 1, 2], &[0, 1, 2], 3), [0, 1, 2]);
}

#[test]
fn what_is_sent_is_of_one_size_whatever_the_picks_are() {
    let len = |slots: &[u16]| {
        let private = private(0, slots, 12);
        let commitment = private.commit();
        let answer = private.evaluate(&commitment).expect("elements");
        (
            commitment.blinded.len(),
            answer.evaluated.len(),
            answer.tags.len(),
        )
    };
    assert_eq!(len(&[]), (12, 12, 12));
    assert_eq!(len(&(0..12).collect::<Vec<_>>()), (12, 12, 12));
}

#[test]
fn an_evaluation_with_another_key_is_not_proved_and_not_used() {
    let (a, b) = (private(0, &[1], 2), private(1, &[1], 2));
    let other_key = Private {
        secret: [77; 32],
        ..b.clone()
    };
    let (from_a, from_b) = (a.commit(), b.commit());
    let answer = other_key.evaluate(&from_a).expect("elements");
    assert!(!is_proved(&from_a, &from_b, &answer));
    assert_eq!(a.compare(&from_b, &answer), Err(Unusable::Proof));
    let mut mixed = b.evaluate(&from_a).expect("elements");
    mixed.evaluated.swap(0, 1);
    assert!(
        !is_proved(&from_a, &from_b, &mixed),
        "one key, in one order"
    );
    let mut unit = b.evaluate(&from_a).expect("elements");
    unit.evaluated[0] = [0; 32];
    assert_eq!(a.compare(&from_b, &unit), Err(Unusable::Element));
    assert_eq!(
        a.evaluate(&Commitment {
            blinded: vec![[0xff; 32]; 2],
            ..from_b
        }),
        Err(Unusable::Element)
    );
}

/// Gives out bytes that a vector names, each scalar as 64 bytes of which 32 are zero.
struct Named(Vec<u8>);

impl RngCore for Named {
    fn next_u32(&mut self) -> u32 {
        unreachable!("scalars are read as bytes")
    }
    fn next_u64(&mut self) -> u64 {
        unreachable!("scalars are read as bytes")
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&std::mem::replace(&mut self.0, rest));
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Named {}

fn named(scalars: &[&str]) -> Named {
    let bytes = scalars
        .iter()
        .flat_map(|scalar| [unhex(scalar), vec![0; 32]].concat());
    Named(bytes.collect())
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex"))
        .collect()
}

/// Inputs, blinds, blinded elements, evaluated elements, the proof, its scalar, the outputs.
type Case<'a> = (
    &'a [&'a str],
    &'a [&'a str],
    &'a [&'a str],
    &'a [&'a str],
    &'a str,
    &'a str,
    &'a [&'a str],
);

#[test]
fn the_vectors_of_rfc_9497_hold() {
    let server = Server::new_from_seed(&[0xa3; 32], b"test key").expect("a key");
    let public: [u8; 32] = Ristretto255::serialize_elem(server.get_public_key()).into();
    assert_eq!(
        server.serialize().as_slice(),
        [unhex(SECRET_KEY), public.to_vec()].concat()
    );
    assert_eq!(public.to_vec(), unhex(PUBLIC_KEY));
    for (inputs, blinds, blinded, evaluated, proof, scalar, outputs) in CASES {
        let mut blinds = named(blinds);
        let inputs: Vec<_> = inputs.iter().map(|input| unhex(input)).collect();
        let results: Vec<_> = inputs
            .iter()
            .map(|input| Client::blind(input, &mut blinds).expect("blinded"))
            .collect();
        let messages: Vec<_> = results.iter().map(|r| r.message.clone()).collect();
        let clients: Vec<_> = results.into_iter().map(|r| r.state).collect();
        let bytes: Vec<_> = messages.iter().map(|m| m.serialize().to_vec()).collect();
        assert_eq!(bytes, blinded.iter().map(|e| unhex(e)).collect::<Vec<_>>());
        let result = server.batch_blind_evaluate(&mut named(&[scalar]), &messages);
        let result = result.expect("evaluated");
        let bytes: Vec<_> = result
            .messages
            .iter()
            .map(|m| m.serialize().to_vec())
            .collect();
        assert_eq!(
            bytes,
            evaluated.iter().map(|e| unhex(e)).collect::<Vec<_>>()
        );
        assert_eq!(result.proof.serialize().to_vec(), unhex(proof));
        let found = Client::batch_finalize(
            &inputs,
            &clients,
            &result.messages,
            &result.proof,
            server.get_public_key(),
        )
        .expect("proved")
        .map(|output| output.expect("an output").to_vec());
        assert_eq!(
            found.collect::<Vec<_>>(),
            outputs.iter().map(|o| unhex(o)).collect::<Vec<_>>()
        );
    }
}

const SECRET_KEY: &str = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909";
const PUBLIC_KEY: &str = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e";

const CASES: [Case<'static>; 3] = [
    (
        &["00"],
        &["64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"],
        &["863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"],
        &["aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"],
        "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd066d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
        "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e",
        &[
            "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
        ],
    ),
    (
        &["5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"],
        &["64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"],
        &["cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c"],
        &["60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468"],
        "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02",
        "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e",
        &[
            "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
        ],
    ),
    (
        &["00", "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"],
        &[
            "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706",
            "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e",
        ],
        &[
            "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
            "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654",
        ],
        &[
            "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
            "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a",
        ],
        "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08",
        "419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c",
        &[
            "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
            "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
        ],
    ),
];
