//! Enumerations whose values are numbers on the wire, from 0, and words for people.

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value, in the order of its numbers from 0.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The number on the wire.
            #[must_use]
            pub fn number(self) -> u64 {
                self as u64
            }

            /// The value of a number on the wire.
            #[must_use]
            pub fn from_number(number: u64) -> Option<Self> {
                usize::try_from(number).ok().and_then(|n| Self::ALL.get(n).copied())
            }

            /// The word for it, as people and the command line write it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The value of a word, as [`Self::word`] gives it.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}

pub(crate) use numbered;
