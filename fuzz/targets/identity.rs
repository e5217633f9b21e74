//! Certificates, credentials, cards in both their forms, and endpoints.
#![no_main]

use openline_core::card::{Card, Short, is_endpoint};
use openline_core::credential::{Certificate, Credential, VerifiedCredential, is_name};
use openline_core::limits::{CARD_MAX, ENDPOINTS_MAX};
use openline_fuzz::accepted;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(certificate) = accepted(Certificate::decode(bytes)) {
        assert_eq!(certificate.bytes(), bytes);
        assert!(is_name(&certificate.name) && certificate.serial > 0);
    }
    if let Some(credential) = accepted(Credential::decode(bytes)) {
        assert_eq!(credential.bytes(), bytes);
        let verified = accepted(VerifiedCredential::decode(bytes));
        assert_eq!(verified, accepted(credential.verify()));
    }
    if let Some(card) = accepted(Card::decode(bytes)) {
        assert_eq!(card.bytes(), bytes);
        check(&card);
    }
    if let Some(card) = accepted(Card::parse_file(bytes)) {
        assert!(bytes.len() <= CARD_MAX);
        check(&card);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Some(short) = accepted(Short::parse(text)) {
        assert_eq!(short.to_text(), text);
    }
});

fn check(card: &Card) {
    assert!(card.endpoints().len() <= ENDPOINTS_MAX);
    assert!(
        card.endpoints()
            .iter()
            .all(|endpoint| is_endpoint(endpoint))
    );
    let short = accepted(Short::parse(&card.short().to_text())).expect("it is part of the card");
    assert_eq!(short, card.short());
    if let Ok(again) = Card::parse_file(card.to_file().as_bytes()) {
        assert_eq!(&again, card);
    }
}
