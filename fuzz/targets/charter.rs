//! Charters and instruments: they are kept as they came, within their limits.
#![no_main]

use openline_core::charter::{Charter, Founded, Instrument};
use openline_core::limits::{CHARTER_MAX, PARTIES_MAX, PARTIES_MIN};
use openline_fuzz::accepted;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(charter) = accepted(Charter::decode(bytes)) {
        check(&charter);
        assert_eq!(charter.bytes(), bytes);
        let proposed = Instrument::propose(charter);
        assert_eq!(
            accepted(Instrument::decode(&proposed.encode())),
            Some(proposed)
        );
    }
    if let Some(instrument) = accepted(Instrument::decode(bytes)) {
        check(instrument.charter());
        assert_eq!(instrument.encode(), bytes);
        let is_founded = instrument.is_founded();
        assert_eq!(instrument.missing().next().is_none(), is_founded);
        assert_eq!(accepted(Founded::decode(bytes)).is_some(), is_founded);
    }
    if let Some(instrument) = accepted(Instrument::parse_file(bytes)) {
        let again = accepted(Instrument::parse_file(instrument.to_file().as_bytes()));
        assert_eq!(again, Some(instrument));
    }
});

fn check(charter: &Charter) {
    assert!(charter.bytes().len() <= CHARTER_MAX);
    assert!((PARTIES_MIN..=PARTIES_MAX).contains(&charter.members().len()));
    let ids: Vec<_> = charter
        .members()
        .iter()
        .map(|member| member.party_id())
        .collect();
    assert!(ids.is_sorted_by(|a, b| a < b));
}
