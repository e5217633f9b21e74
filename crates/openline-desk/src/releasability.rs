//! What a readout or public statement would give away: values of fields that their author has not marked releasable, and words
//! of another party's messages that it has not released (`spec/readouts.md` section 5).
//!
//! It finds slips, not intent: a value in other words is not found.

use std::collections::{BTreeMap, BTreeSet};

use openline_core::PartyIndex;
use openline_core::entry::Ref;
use openline_core::message::Message;

use crate::tokens::{Token, tokens};

/// Letters and digits below which a value is not looked for: it would be found everywhere.
pub const SOUGHT_MIN: usize = 4;
/// Weight of a run of words from which it is a quotation: a word weighs 2, a character of a script without spaces 1.
pub const RUN_MIN: usize = 20;

/// What a message holds.
#[derive(Debug, Clone)]
pub struct Held {
    /// Where it stands.
    pub place: Ref,
    /// The message.
    pub message: Message,
}

/// What is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The value of a field that is not releasable, by the field's name.
    Field(String),
    /// Words of the message, as the account has them.
    Words(String),
}

/// Something of the record that an account would give away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flag {
    /// The message that holds it.
    pub place: Ref,
    /// What of it.
    pub what: What,
    /// Whether the message is the author's own, so that its releaser may confirm it.
    pub is_own: bool,
}

/// What is found in an account, and what was not looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// In the order of places.
    pub flags: Vec<Flag>,
    /// Fields that are not releasable, whose values are too short to be looked for.
    pub unsought: Vec<(Ref, String)>,
}

/// Checks an account that `author` is about to release, against all messages of the line, and against the accounts that each
/// party has released before.
#[must_use]
pub fn check(
    author: PartyIndex,
    account: &[&str],
    messages: &[Held],
    released: &[(PartyIndex, String)],
) -> Found {
    let account: Vec<Said<'_>> = account.iter().map(|text| Said::new(text)).collect();
    let open = Open::of(author, messages, released);
    let mut found = Found::default();
    let mut places: Vec<&Held> = messages.iter().collect();
    places.sort_by_key(|held| held.place);
    for held in places {
        fields(&account, held, &open, author, &mut found);
        if held.place.party != author {
            words(&account, held, &open, &mut found);
        }
    }
    found
}

/// A text and its tokens.
struct Said<'a> {
    text: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Said<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: tokens(text),
        }
    }

    fn contains(&self, wanted: &[Token]) -> bool {
        let same = |window: &[Token]| window.iter().zip(wanted).all(|(a, b)| a.text == b.text);
        !wanted.is_empty() && self.tokens.windows(wanted.len()).any(same)
    }

    /// The runs of words that would be quotations, with where each begins and ends.
    fn runs(&self) -> impl Iterator<Item = (Vec<&str>, usize, usize)> {
        (0..self.tokens.len()).filter_map(|first| {
            let mut weight = 0;
            let length = self.tokens[first..].iter().position(|token| {
                weight += if token.is_character { 1 } else { 2 };
                weight >= RUN_MIN
            })?;
            let run = &self.tokens[first..=first + length];
            let words = run.iter().map(|token| token.text.as_str()).collect();
            Some((words, run[0].start, run[length].end))
        })
    }
}

/// What may be said already.
struct Open<'a> {
    /// Accounts and releasable values, by whose they are.
    released: BTreeMap<PartyIndex, Vec<Said<'a>>>,
    /// Texts of the author's own messages: words of its own.
    own: Vec<Said<'a>>,
}

impl<'a> Open<'a> {
    fn of(author: PartyIndex, messages: &'a [Held], accounts: &'a [(PartyIndex, String)]) -> Self {
        let mut released: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (party, text) in accounts {
            released.entry(*party).or_default().push(Said::new(text));
        }
        let mut own = Vec::new();
        for held in messages {
            let fields = held
                .message
                .fields
                .iter()
                .filter(|field| field.is_releasable);
            let values = fields.map(|field| Said::new(&field.value));
            released.entry(held.place.party).or_default().extend(values);
            if held.place.party == author {
                own.extend(held.message.texts.iter().map(|text| Said::new(&text.text)));
            }
        }
        Self { released, own }
    }

    fn by(&self, party: PartyIndex) -> &[Said<'a>] {
        self.released.get(&party).map_or(&[], Vec::as_slice)
    }
}

fn fields(
    account: &[Said<'_>],
    held: &Held,
    open: &Open<'_>,
    author: PartyIndex,
    found: &mut Found,
) {
    for field in held
        .message
        .fields
        .iter()
        .filter(|field| !field.is_releasable)
    {
        let wanted = tokens(&field.value);
        let size: usize = wanted.iter().map(|token| token.text.chars().count()).sum();
        let is_released = open
            .by(held.place.party)
            .iter()
            .any(|said| said.contains(&wanted));
        if size < SOUGHT_MIN {
            found.unsought.push((held.place, field.name.clone()));
        } else if !is_released && account.iter().any(|said| said.contains(&wanted)) {
            found.flags.push(Flag {
                place: held.place,
                what: What::Field(field.name.clone()),
                is_own: held.place.party == author,
            });
        }
    }
}

fn words(account: &[Said<'_>], held: &Held, open: &Open<'_>, found: &mut Found) {
    let texts = held.message.texts.iter().map(|text| text.text.as_str());
    let texts: Vec<Said<'_>> = texts
        .chain(held.message.subject.as_deref())
        .map(Said::new)
        .collect();
    let mut theirs: BTreeSet<Vec<&str>> = texts
        .iter()
        .flat_map(Said::runs)
        .map(|(run, _, _)| run)
        .collect();
    for said in open.by(held.place.party).iter().chain(&open.own) {
        said.runs().for_each(|(run, _, _)| {
            theirs.remove(&run);
        });
    }
    for said in account {
        let mut quoted: Option<(usize, usize)> = None;
        for (_, start, end) in said.runs().filter(|(run, _, _)| theirs.contains(run)) {
            quoted = match quoted {
                Some((from, to)) if start <= to => Some((from, end)),
                Some(before) => {
                    flag_words(said, before, held, found);
                    Some((start, end))
                }
                None => Some((start, end)),
            };
        }
        if let Some(last) = quoted {
            flag_words(said, last, held, found);
        }
    }
}

fn flag_words(said: &Said<'_>, (from, to): (usize, usize), held: &Held, found: &mut Found) {
    found.flags.push(Flag {
        place: held.place,
        what: What::Words(said.text[from..to].to_owned()),
        is_own: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, message_of};
    use openline_core::field::Field;
    use openline_core::message::Form;

    const ME: PartyIndex = PartyIndex(0);
    const THEIRS: &str =
        "We are prepared to withdraw two patrol boats from the strait before the end of the month";

    fn held(party: u8, text: &str, value: &str, is_releasable: bool) -> Held {
        let mut message = message_of(Form::Message, None, text);
        message.fields = vec![Field {
            name: "route".to_owned(),
            value: value.to_owned(),
            is_critical: false,
            is_releasable,
        }];
        Held {
            place: at(party, 3),
            message,
        }
    }

    fn flags(
        account: &str,
        messages: &[Held],
        released: &[(PartyIndex, String)],
    ) -> Vec<(What, bool)> {
        let found = check(ME, &[account], messages, released);
        found
            .flags
            .into_iter()
            .map(|flag| (flag.what, flag.is_own))
            .collect()
    }

    #[test]
    fn a_value_that_is_not_releasable_is_found_whatever_its_punctuation() {
        let route = || What::Field("route".to_owned());
        let account = "They sail on route ALPHA 12.";
        assert_eq!(
            flags(account, &[held(1, "Text.", "Alpha-12", false)], &[]),
            [(route(), false)]
        );
        assert_eq!(
            flags(account, &[held(0, "Text.", "Alpha-12", false)], &[]),
            [(route(), true)]
        );
        assert!(flags(account, &[held(1, "Text.", "Alpha-12", true)], &[]).is_empty());
        assert!(
            flags("Alpha 123", &[held(1, "Text.", "Alpha 12", false)], &[]).is_empty(),
            "whole words"
        );
    }

    #[test]
    fn what_its_author_has_said_is_released_and_not_what_we_have() {
        let messages = [held(1, "Text.", "Alpha-12", false)];
        let said = |party| vec![(PartyIndex(party), "Our route is Alpha 12.".to_owned())];
        assert!(flags("By Alpha-12.", &messages, &said(1)).is_empty());
        assert_eq!(flags("By Alpha-12.", &messages, &said(0)).len(), 1);
    }

    #[test]
    fn words_of_theirs_are_found_and_names_are_not() {
        let messages = [held(1, THEIRS, "none at all", false)];
        let account = format!("They said: «{}». We take note.", THEIRS.to_uppercase());
        assert_eq!(
            flags(&account, &messages, &[]),
            [(What::Words(THEIRS.to_uppercase()), false)]
        );
        let few = "They may withdraw two patrol boats from the strait.";
        assert!(flags(few, &messages, &[]).is_empty());
        assert!(flags(&account, &messages, &[(PartyIndex(1), THEIRS.to_owned())]).is_empty());
        let ours = [
            held(1, THEIRS, "none at all", false),
            held(0, THEIRS, "none at all", true),
        ];
        assert!(
            flags(&account, &ours, &[]).is_empty(),
            "words that are our own too"
        );
    }

    #[test]
    fn a_short_value_is_named_as_not_looked_for() {
        let found = check(ME, &["Yes, 12."], &[held(1, "Text.", "12", false)], &[]);
        assert_eq!(found.unsought, [(at(1, 3), "route".to_owned())]);
        assert!(found.flags.is_empty());
    }
}
