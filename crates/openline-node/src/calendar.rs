//! iCalendar (RFC 5545): the lines that the rota and the encounters write alike, encounters for other programs, and what other
//! programs' files (iTIP, RFC 5546) stand for.

pub(crate) mod encounter;
pub(crate) mod itip;
pub(crate) mod lines;
