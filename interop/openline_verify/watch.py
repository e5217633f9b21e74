"""Watch statements (line.md section 6, rules L13 and L14)."""

from .cbor import decode
from .charter import language_ok, post_ok
from .rules import NOTICES_MAX, PARTIES_MAX, length_ok, require, time_ok
from .shape import ARRAY, EITHER, INT, LIST, NULL, SIZED, TEXT, UINT
from .signature import ed25519_ok

DOMAIN = b"openline/watch/v1\n"
VERSION = 1
POSTS_MAX = LANGUAGES_MAX = 16
TIME = EITHER(INT, NULL)
POST = ARRAY(TEXT, UINT, TIME, LIST(TEXT))
NOTICE = ARRAY(UINT, INT, TIME, EITHER(TEXT, NULL))
STATEMENT = ARRAY(UINT, SIZED(32), UINT, INT, LIST(POST), LIST(NOTICE))


def _moment_ok(time):
    return time is None or time_ok(time)


def _post_ok(post, attended, until, languages):
    return (post_ok(post) and attended <= 1 and _moment_ok(until)
            and len(languages) <= LANGUAGES_MAX and all(map(language_ok, languages)))


def _notice_ok(kind, begin, end, words):
    return (kind <= 3 and time_ok(begin) and _moment_ok(end) and (end is None or end > begin)
            and (words is None or length_ok(words)))


def parse_statement(raw):
    """The CBOR rules and L13."""
    statement = decode(raw)
    require(STATEMENT(statement), "watch-shape", "not of its form")
    version, _, party, issued, posts, notices = statement
    names = [post[0] for post in posts]
    require(version == VERSION and party < PARTIES_MAX and time_ok(issued), "watch-shape", "version, party or time")
    require(len(posts) <= POSTS_MAX and len(set(names)) == len(names), "watch-shape", "too many posts, or one twice")
    require(all(_post_ok(*post) for post in posts), "watch-shape", "a post")
    require(len(notices) <= NOTICES_MAX, "watch-shape", "too many notices")
    require(all(_notice_ok(*notice) for notice in notices), "watch-shape", "a notice")
    return statement


def open_watch(raw, signature, line_id, party, node_ed):
    """L13, then L14: the statement of this party on this line, by its node key in force."""
    statement = parse_statement(raw)
    require(statement[1] == line_id and statement[2] == party, "watch-signature", "of another line or party")
    require(ed25519_ok(node_ed, signature, DOMAIN + raw), "watch-signature", "wrong")
    return {"issued": statement[3], "posts": [post[0] for post in statement[4]], "notices": len(statement[5])}
