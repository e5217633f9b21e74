"""The charter and the instrument that founds a line (charter.md section 5)."""

import re
from dataclasses import dataclass
from hashlib import sha256

from .base import armour_decode
from .cbor import decode
from .identity import Credential, has_control, parse_credential
from .rules import (CHARTER_MAX, INSTRUMENT_FILE_MAX, LANGUAGE_MAX, PARTIES_MAX, PICKS_MAX, POST_MAX,
                    RETENTION_DAYS_MAX, RUNS_MAX, TERM_SECONDS_MAX, WORD_LIMIT_MAX, Refused, require)
from .shape import ARRAY, BYTES, LIST, MAP, SIZED, TEXT, UINT
from .signature import ed25519_ok, ml_dsa_ok

CHARTER_MAGIC = "openline-charter/v1"
DOMAIN = b"openline/charter/v1\n"
POST = re.compile(r"[a-z0-9-]{1,%d}" % POST_MAX)
LANGUAGE = re.compile(r"(?=[A-Za-z])[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*")
ZONE = re.compile(r"[A-Za-z0-9/_+-]{1,64}")
CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

INSTRUMENT = ARRAY(BYTES, LIST(ARRAY(UINT, SIZED(64), SIZED(2420))))
MEMBER = ARRAY(BYTES, LIST(TEXT), TEXT)
CLOCK = ARRAY(UINT, UINT, UINT)
CHARTER = MAP({
    0: UINT, 1: TEXT, 2: TEXT, 3: LIST(MEMBER), 4: UINT, 5: ARRAY(TEXT, LIST(TEXT), UINT, UINT),
    6: ARRAY(CLOCK, CLOCK, CLOCK, CLOCK), 7: LIST(TEXT), 8: UINT, 9: LIST(TEXT), 10: UINT,
    11: ARRAY(UINT, UINT), 12: UINT, 13: UINT, 14: UINT, 15: SIZED(16),
    16: ARRAY(UINT, UINT, UINT, UINT), 17: UINT, 18: ARRAY(UINT, UINT),
})


@dataclass(frozen=True)
class Party:
    index: int
    credential: Credential
    posts: tuple
    zone: str

    @property
    def name(self):
        return self.credential.certificate.name

    @property
    def id(self):
        return self.credential.certificate.party_id


class Line:
    """What a charter founds: the parties, their names in logs, and the terms."""

    def __init__(self, charter_raw, terms, parties):
        self.id = sha256(DOMAIN + charter_raw).digest()
        self.terms = terms
        self.parties = parties
        self.title = terms[1]
        self.attachment_limit = terms[12]
        self.picks = terms[18][0]
        self.tolerance_ms = terms[13] * 1000
        self.posts = [set(party.posts) for party in parties]

    def origin(self, party):
        """The origin of a party's log (record.md section 3)."""
        return f"openline/v1/{self.id.hex()}/{self.parties[party].id.hex()}"

    def cosigner(self, party):
        """The cosigner name of a party (record.md section 3)."""
        return f"openline/v1/{self.parties[party].id.hex()}"


def post_ok(post):
    """The form of a post's name (record.md section 4)."""
    return POST.fullmatch(post) is not None


def language_ok(tag):
    """The form of a language tag (record.md section 4)."""
    return 2 <= len(tag) <= LANGUAGE_MAX and LANGUAGE.fullmatch(tag) is not None


def languages_differ(tags):
    """Whether no tag occurs twice, without regard to the case of letters."""
    return len({tag.lower() for tag in tags}) == len(tags)


def zone_ok(zone):
    """The form of a zone (charter.md section 6)."""
    return ZONE.fullmatch(zone) is not None


def _text_ok(text, most=None):
    length = len(text.encode())
    return length >= 1 and (most is None or length <= most) and not has_control(text)


def _parse_charter(raw):
    """Rule C9."""
    require(len(raw) <= CHARTER_MAX, "charter-shape", "over 1 MiB")
    terms = decode(raw)
    require(CHARTER(terms), "charter-shape", "not of its form")
    require(terms[0] == 1, "charter-shape", "another version")
    return terms


def _parse_members(members):
    """Rules C2, C1, C3 and C4 for each member."""
    parties = []
    for index, (credential, posts, zone) in enumerate(members):
        try:
            parties.append(Party(index, parse_credential(credential), tuple(posts), zone))
        except Refused as refused:
            raise refused.at(member=index)
    return parties


def _check_members(parties):
    """Rules C10 and C11."""
    require(2 <= len(parties) <= PARTIES_MAX, "charter-members", "number of members")
    ids, names = [party.id for party in parties], [party.name for party in parties]
    require(all(a < b for a, b in zip(ids, ids[1:])), "charter-members", "not ascending by PartyId")
    require(len(set(names)) == len(names), "charter-members", "a name twice")
    for party in parties:
        _check_posts(party)


def _check_posts(party):
    posts, where = party.posts, {"member": party.index}
    require(1 <= len(posts) <= 16, "charter-member", "number of posts", **where)
    require(all(post_ok(post) and post != "node" for post in posts), "charter-member", "a post's name", **where)
    require(len(set(posts)) == len(posts), "charter-member", "a post twice", **where)
    require(zone_ok(party.zone), "charter-member", "zone", **where)


def _check_terms(terms):
    """Rule C12."""
    zone, times, days, by_person = terms[5]
    checks = (
        (_text_ok(terms[1], 256), "title"),
        (_text_ok(terms[2], 64), "level"),
        (1 <= terms[4] <= 86400, "contact interval"),
        (zone_ok(zone) and len(times) <= 48, "test schedule"),
        (all(CLOCK_TIME.fullmatch(time) for time in times), "test times"),
        (1 <= days <= 127 and by_person <= 1, "test days, or by whom"),
        (1 <= len(terms[7]) <= 16 and all(map(language_ok, terms[7])), "languages"),
        (languages_differ(terms[7]), "a language twice"),
        (terms[8] <= 1, "receipts"),
        (len(terms[9]) <= 16 and all(map(_text_ok, terms[9])), "what stays open"),
        (all(second <= TERM_SECONDS_MAX for clock in terms[6] for second in clock), "clocks"),
        (terms[10] <= RETENTION_DAYS_MAX, "retention"),
        (min(terms[11]) >= 1 and terms[11][1] <= TERM_SECONDS_MAX, "beat of the seals"),
        (terms[13] <= TERM_SECONDS_MAX, "tolerance"),
        (terms[12] <= 1073741824, "attachment limit"),
        (terms[14] <= 86400000, "settle delay"),
        (all(limit <= WORD_LIMIT_MAX for limit in terms[16]), "word limits"),
        (terms[17] <= 2, "what of the watch is shown"),
        (1 <= terms[18][0] <= PICKS_MAX and terms[18][1] <= RUNS_MAX, "matching"),
    )
    for good, why in checks:
        require(good, "charter-terms", why)


def _check_signatures(signatures, charter_raw, parties):
    """Rule C14."""
    signed = DOMAIN + charter_raw
    for index, ed, pq in signatures:
        credential = parties[index].credential
        good = ed25519_ok(credential.node_ed, ed, signed) and ml_dsa_ok(credential.node_pq, pq, signed)
        require(good, "instrument-signature", member=index)


def verify_instrument(raw, founded):
    """Rules C13, C9, the members' rules, C10, C11, C12, C14, and C15 where a founded line is needed."""
    value = decode(raw)
    require(INSTRUMENT(value), "instrument-shape", "not of its form")
    charter_raw, signatures = value
    signers = [signature[0] for signature in signatures]
    good = all(a < b for a, b in zip(signers, signers[1:])) and all(signer < PARTIES_MAX for signer in signers)
    require(good, "instrument-shape", "signatures not ascending, or of no possible member")
    terms = _parse_charter(charter_raw)
    require(all(signer < len(terms[3]) for signer in signers), "instrument-shape", "signature of no member")
    parties = _parse_members(terms[3])
    _check_members(parties)
    _check_terms(terms)
    _check_signatures(signatures, charter_raw, parties)
    require(not founded or len(signers) == len(parties), "instrument-incomplete")
    line = Line(charter_raw, terms, parties)
    line.signed_by = signers
    return line


def verify_charter_file(data, founded=False):
    """An instrument as a file."""
    raw = armour_decode(data, CHARTER_MAGIC) if len(data) <= INSTRUMENT_FILE_MAX else None
    require(raw is not None, "instrument-shape", "the file is not of its form")
    return verify_instrument(raw, founded)
