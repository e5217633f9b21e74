"""A publication: page and feed are made again from the proofs, and compared (readouts.md section 6)."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

from . import proof
from .cbor import decode
from .entry import (ACCORD, ANNOUNCEMENT, ANSWER, CHUNK, CONFIRMATION, CONSENT, FINDING, FOUNDING, GLOSSARY, KEY_CHANGE,
                    MARK, MESSAGE, ORIGIN_QUERY, PUBLIC_STATEMENT, PURGE, READOUT, RECEIPT, STATUS)
from .keys import COSIGNATURE
from .readout import EXTENTS, WHOLE
from .rules import Refused, Unusable, require

PAGE, FEED = "index.html", "feed.json"
ITEMS_MAX, PUBLISHED_MAX = 256, 64 << 20
KINDS = {
    FOUNDING: "founding", MESSAGE: "message", CHUNK: "chunk", RECEIPT: "receipt", MARK: "mark", KEY_CHANGE: "key change",
    PURGE: "purge", CONSENT: "purge consent", CONFIRMATION: "confirmation", ANSWER: "answer", STATUS: "line status",
    GLOSSARY: "glossary", ACCORD: "accord", ORIGIN_QUERY: "origin query", FINDING: "finding",
    ANNOUNCEMENT: "announcement", READOUT: "readout", PUBLIC_STATEMENT: "public statement",
    **dict(enumerate(("text", "amendment", "initial", "signature", "encounter", "encounter step", "contact", "topic", "position", "undertaking", "account"), 16)),
    **dict(enumerate(("slot request", "slot commitment", "slot evaluation", "slot result", "sealed offer", "slot opening", "slot confirmation", "slot withdrawal"), 40)),
}
TYPES = ("real", "exercise", "test")
DATED = range(-62_135_596_800_000, 253_402_300_800_000)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

STYLE = ("body{font:1em/1.5 serif;max-width:44em;margin:2em auto;padding:0 1em}dt{font-weight:bold}"
         "dd{margin:0 0 .5em 1em;overflow-wrap:anywhere}section{border-top:1px solid;margin-top:2em}"
         "@media print{body{margin:0;max-width:none}section{break-inside:avoid-page}}")
STYLE_HASH = "e9DlGKsh+QhQ4KVyQkFQasmOL9SySEUVpVAg2SU14r8="
EXPLANATION = (
    "Under \u201cProven\u201d stands what the proof files show to anyone who checks them: who signed which bytes, in which "
    "log, and who else signed that it holds them, since when. It is theirs if these party ids are theirs. Under "
    "\u201cClaimed\u201d stands what the signer says and nobody else has confirmed: its own time, its post, and that what "
    "the text says is so. To check: openline verify DIRECTORY")
EXTENT_WORDS = ("that it is there, not what it says",
                "that it is there; that the words quoted are its own is claimed",
                "the whole of it, in the proof file")
WITHHELD = "that it is there; its body is withheld"


class Entry:
    """An entry whose proof holds."""

    def __init__(self, place, data):
        try:
            self.line, self.checkpoint, index, self.header, body, lines = proof.verify_entry(data)
        except Refused as refused:
            raise refused.at(proof=_proof_name(place)) from None
        require((self.checkpoint.party, index) == place, "publication-differs", "the proof is of another entry",
                file=_proof_name(place))
        self.place, self.text_place = place, f"{place[0]}/{place[1]}"
        self.body = None if body is None else body
        self.signer, self.leaf = self.line.parties[place[0]], self.header.leaf.hex()
        self.proof = _proof_name(place)
        held = sorted((one.time, one.by) for one in lines if one.kind == COSIGNATURE)
        self.holders = [(self.line.parties[party], since) for since, party in held]

    @property
    def kind(self):
        return KINDS.get(self.header.kind, "unknown kind")

    def marked(self, heading):
        """The type in capitals before a heading, unless it is real."""
        return heading if self.header.type == 0 else f"{TYPES[self.header.type].upper()}: {heading}"


class Item:
    """A statement or readout, with what it discloses."""

    def __init__(self, entry, opened):
        require(entry.header.kind in (READOUT, PUBLIC_STATEMENT) and entry.body is not None, "publication-unfit",
                "neither a public statement nor a readout with its body", place=entry.text_place)
        body, self.entry, self.cited = decode(entry.body), entry, []
        if entry.header.kind == READOUT:
            title, self.texts, extents = f"Readout of {entry.signer.name}", body[0], []
        else:
            title, self.texts, extents = body[0], body[1], body.get(2, [])
        self.heading = entry.marked(title)
        for ref, extent in zip(entry.header.refs, extents):
            cited = opened(tuple(ref))
            require(cited.line.id == entry.line.id, "publication-unfit", "of another line", place=cited.text_place)
            self.cited.append((cited, extent))


def _proof_name(place):
    return f"proofs/{place[0]}-{place[1]}.tlog-proof"


def _at(ms):
    return EPOCH + timedelta(seconds=ms // 1000) if ms in DATED else None


def _stamp(at, pattern):
    """A time; the year always in four digits."""
    return at.strftime(pattern.replace("%Y", f"{at.year:04}"))


def _words(ms):
    at = _at(ms)
    return f"{ms} ms from 1970 UTC" if at is None else _stamp(at, "%A %Y-%m-%d %H:%M:%S UTC")


def _ms(seconds):
    return min(seconds * 1000, 2**63 - 1)


def _escape(text):
    special = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\t": "\t"}
    control = {chr(code): "\ufffd" for code in (*range(32), *range(127, 160))}
    table = {**control, **special}
    return "".join(table.get(char, char) for char in text)


def _feed_item(item):
    entry, (language, _, text) = item.entry, item.texts[0]
    header, dated = entry.header, _at(entry.header.time)
    value = {"id": entry.leaf, "title": item.heading, "language": language, "content_text": text}
    if dated is not None:
        value["date_published"] = _stamp(dated, "%Y-%m-%dT%H:%M:%SZ")
    value["authors"] = [{"name": entry.signer.name}]
    value["attachments"] = [{"url": one.proof, "mime_type": "text/plain"}
                            for one in (entry, *(cited for cited, _ in item.cited))]
    value["_openline"] = {
        "place": entry.text_place, "kind": entry.kind, "type": TYPES[header.type],
        "proven": {
            "signed_by": entry.signer.name, "party_id": entry.signer.id.hex(), "line": entry.line.id.hex(),
            "leaf": entry.leaf, "log_size": entry.checkpoint.size,
            "held_by": [{"name": party.name, "party_id": party.id.hex(), "signed_since": _ms(since) // 1000}
                        for party, since in entry.holders]},
        "claimed": {"time_ms": header.time, "post": header.post},
        "translations": [{"language": language, "text": text} for language, _, text in item.texts[1:]],
        "disclosed": [{"place": cited.text_place, "extent": EXTENTS[extent], "kind": cited.kind,
                       "signed_by": cited.signer.name, "leaf": cited.leaf, "proof": cited.proof}
                      for cited, extent in item.cited]}
    return value


def _title(items):
    return items[0].entry.marked(items[0].entry.line.title)


def feed(items):
    """The bytes of the feed."""
    value = {"version": "https://jsonfeed.org/version/1.1", "title": _title(items), "items": [*map(_feed_item, items)]}
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _section(item):
    entry = item.entry
    yield f'<section id="entry-{entry.place[0]}-{entry.place[1]}">\n<h2 dir="auto">{_escape(item.heading)}</h2>\n'
    for at, (language, _, text) in enumerate(item.texts):
        if at:
            yield f"<h3>Courtesy translation: {_escape(language)}</h3>\n"
        lines = "<br>\n".join(map(_escape, text.split("\n")))
        yield f'<p lang="{_escape(language)}" dir="auto">{lines}</p>\n'
    yield (f'<h3>Proven</h3>\n<dl>\n<dt>Signed by</dt>\n<dd dir="auto">{_escape(entry.signer.name)}</dd>\n'
           f"<dt>Party id</dt>\n<dd>{entry.signer.id.hex()}</dd>\n"
           f"<dt>Entry</dt>\n<dd>{entry.text_place} of line {entry.line.id.hex()}</dd>\n"
           f"<dt>Leaf hash</dt>\n<dd>{entry.leaf}</dd>\n"
           f'<dt>Proof</dt>\n<dd><a href="{entry.proof}">{entry.proof}</a></dd>\n')
    for party, since in entry.holders:
        at = _words(_ms(since))
        yield f'<dt>Held by</dt>\n<dd dir="auto">{_escape(party.name)}, who signed so at {at}</dd>\n'
    if not entry.holders:
        yield "<dt>Held by</dt>\n<dd>no other party has signed that it holds it</dd>\n"
    yield (f"</dl>\n<h3>Claimed</h3>\n<dl>\n<dt>Time</dt>\n<dd>{_words(entry.header.time)}</dd>\n"
           f'<dt>Post</dt>\n<dd dir="auto">{_escape(entry.header.post)}</dd>\n'
           "<dt>Content</dt>\n<dd>what the text says</dd>\n</dl>\n")
    if item.cited:
        yield "<h3>Disclosed of the record</h3>\n<ul>\n"
        for cited, extent in item.cited:
            words = WITHHELD if extent == WHOLE and cited.body is None else EXTENT_WORDS[extent]
            yield (f'<li dir="auto">{cited.kind} {cited.text_place}, signed by {_escape(cited.signer.name)}: {words}. '
                   f'<a href="{cited.proof}">{cited.proof}</a></li>\n')
        yield "</ul>\n"
    yield "</section>\n"


def page(items):
    """The bytes of the page."""
    title = _escape(_title(items))
    head = ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            f"style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n"
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
            f'<link rel="alternate" type="application/feed+json" href="feed.json">\n<style>{STYLE}</style>\n</head>\n<body>\n'
            f'<h1 dir="auto">{title}</h1>\n<p>{EXPLANATION}</p>\n')
    sections = "".join(part for item in items for part in _section(item))
    return (head + sections + "</body>\n</html>\n").encode()


def _read(folder, name):
    try:
        with open(Path(folder) / name, "rb") as file:
            data = file.read(PUBLISHED_MAX + 1)
    except OSError:
        raise Refused("publication-missing", name) from None
    require(len(data) <= PUBLISHED_MAX, "publication-missing", "too long", file=name)
    return data


def _places(data):
    """The places that a feed names, in its order."""
    try:
        names = [item["_openline"]["place"].split("/") for item in json.loads(data)["items"]]
        return [(int(party), int(index)) for party, index in names]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused("publication-differs", "not a feed", file=FEED) from None


def verify(folder):
    """Everything in the folder against its proofs; the summary."""
    if not Path(folder).is_dir():
        raise Unusable("not a folder")
    held_page, held_feed, proofs = _read(folder, PAGE), _read(folder, FEED), set()
    places = _places(held_feed)
    require(1 <= len(places) <= ITEMS_MAX, "publication-unfit", "number of items")

    def opened(place):
        proofs.add(place)
        return Entry(place, _read(folder, _proof_name(place)))

    items = [Item(opened(place), opened) for place in places]
    alike = {(item.entry.line.id, item.entry.header.type) for item in items}
    require(len(alike) == 1 and len(set(places)) == len(places), "publication-unfit", "lines, types or an entry twice")
    require(held_page == page(items), "publication-differs", "not what the proofs make", file=PAGE)
    require(held_feed == feed(items), "publication-differs", "not what the proofs make", file=FEED)
    line = items[0].entry.line
    return {"format": "publication", "title": line.title, "line": line.id.hex(),
            "parties": [{"index": party.index, "id": party.id.hex(), "name": party.name} for party in line.parties],
            "items": [{"place": item.entry.text_place, "title": item.heading, "signed_by": item.entry.signer.name}
                      for item in items],
            "proofs": len(proofs), "cosignatures": sum(len(item.entry.holders) for item in items)}
