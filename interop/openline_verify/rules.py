"""A broken rule (record.md sections 2 and 9, loop.md section 9, charter.md section 6) and the named limits."""

PARTIES_MAX = 16
NOTES_MAX = 1 << 24
HEADER_MAX = 2048
BODY_MAX = 65536
SALT_LEN = 16
CHUNK_MAX = 32768
POST_MAX = 64
REFS_MAX = 32
ADDRESSEES_MAX = 64
TEXTS_MAX = 16
LANGUAGE_MAX = 35
SUBJECT_MAX = 1024
ATTACHMENTS_MAX = 16
STAGES_MAX = 16
PURGE_MAX = 256
PARAGRAPHS_MAX = 256
BRACKET_DEPTH_MAX = 8
OPERATIONS_MAX = 64
FIELDS_MAX = 64
FIELD_MAX = 4096
CLASSES_MAX = 16
TERMS_MAX = 64
PARTICIPANTS_MAX = 64
CLAIMS_MAX = 16
WORDS_MAX = 16384
NOTICES_MAX = 8
TIME_MAX = 2**53 - 1
NOTE_MAX = 131072
SIGNATURES_MAX = 64
FORKS_MAX = 64
CREDENTIALS_MAX = 64
PROOF_MAX = 63
PROOF_FILE_MAX = 1 << 22
INSTRUMENT_FILE_MAX = 1 << 21
CARD_MAX = 32768
CHARTER_MAX = 1 << 20
TERM_SECONDS_MAX = 31622400
RETENTION_DAYS_MAX = 36525
WORD_LIMIT_MAX = 65535
PICKS_MAX = 64
SLOTS_MAX = 8192
SLOT_MINUTES_MAX = 10080
RUNS_MAX = 64
UINT64_MAX = 2**64 - 1


class Refused(Exception):
    """One rule is broken: its id, where (party and entry index, or note, or member), and why."""

    def __init__(self, rule, why="", **where):
        super().__init__(rule, why)
        self.rule = rule
        self.why = why
        self.where = where

    def at(self, **where):
        """Add what is known of the place; what is already known stays."""
        self.where = {**where, **self.where}
        return self

    def __str__(self):
        place = ", ".join(f"{key} {value}" for key, value in self.where.items())
        return self.rule + (f" at {place}" if place else "") + (f": {self.why}" if self.why else "")


class Unusable(Exception):
    """The input is not something this program can judge."""


def require(condition, rule, why="", **where):
    """Refuse with this rule unless the condition holds."""
    if not condition:
        raise Refused(rule, why, **where)


def length_ok(text, most=SUBJECT_MAX):
    """1 to so many bytes of UTF-8."""
    return 1 <= len(text.encode()) <= most


def time_ok(value):
    """A time is within +-TIME_MAX (record.md section 2)."""
    return -TIME_MAX <= value <= TIME_MAX
