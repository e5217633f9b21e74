"""The command line. Exit 0: verified; 1: refused; 2: unusable input."""

import argparse
import json
import sys
from pathlib import Path

from . import charter, export, fork, identity, proof, publication, vectors
from .rules import Refused, Unusable


def _card(data):
    card = identity.verify_card(data)
    certificate = card.credential.certificate
    return {"format": "card", "name": certificate.name, "party_id": certificate.party_id.hex(),
            "serial": certificate.serial, "endpoints": card.endpoints}


def _short(data):
    certificate, endpoints = identity.verify_short(data.decode("utf-8", "replace").rstrip("\n"))
    return {"format": "short", "name": certificate.name, "party_id": certificate.party_id.hex(),
            "serial": certificate.serial, "endpoints": endpoints}


def _fork(data, charter_path):
    if charter_path is None:
        raise Unusable("fork evidence needs the charter (--charter FILE)")
    line = charter.verify_charter_file(_read(charter_path), founded=True)
    return {"format": "fork", "title": line.title, **fork.verify_fork(data, line)}


def _read(path):
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Unusable(str(error)) from None


def verify(path, charter_path=None):
    """The summary of a file, whose kind its first line tells."""
    data = _read(path)
    first = data.split(b"\n", 1)[0]
    if first == charter.CHARTER_MAGIC.encode():
        return vectors.charter_summary(charter.verify_charter_file(data))
    if first == identity.CARD_MAGIC.encode():
        return _card(data)
    if first.startswith(identity.SHORT_MAGIC.encode()):
        return _short(data)
    if first == proof.MAGIC.encode():
        return proof.verify_proof(data)
    if first.startswith(b"openline-export/"):
        return export.summary(export.verify_export(data))
    if data[:1] == b"\x84":
        return _fork(data, charter_path)
    raise Unusable("not an export, a disclosure, a card, a charter or fork evidence")


def _show(values):
    """The summary for people."""
    for key, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            print(f"{key}:")
            for item in value:
                print("  " + ", ".join(f"{name} {part}" for name, part in item.items()))
        else:
            print(f"{key}: {value}")


def _verify_command(arguments):
    return _report(arguments, lambda: verify(arguments.file, arguments.charter))


def _publication_command(arguments):
    return _report(arguments, lambda: publication.verify(arguments.dir))


def _report(arguments, run):
    """Runs a verification and says what came of it; the exit code."""
    try:
        values = {"result": "ok", "rule": None, "where": None, **run()}
    except Unusable as error:
        print(f"unusable: {error}", file=sys.stderr)
        return 2
    except Refused as refused:
        if arguments.json:
            print(json.dumps({"result": "refused", "rule": refused.rule, "where": refused.where or None,
                              "why": refused.why}))
        else:
            print(f"refused: {refused}")
        return 1
    if arguments.json:
        print(json.dumps(values))
    else:
        _show(values)
    return 0


def _vectors_command(arguments):
    if not Path(arguments.dir).is_dir():
        print("unusable: not a folder", file=sys.stderr)
        return 2
    return 1 if vectors.run(arguments.dir) else 0


def main(argv=None):
    parser = argparse.ArgumentParser(prog="openline_verify", description="Verify openline records.")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("verify", help="verify one file")
    one.add_argument("file")
    one.add_argument("--json", action="store_true")
    one.add_argument("--charter", help="the charter file, for fork evidence")
    one.set_defaults(run=_verify_command)
    many = commands.add_parser("vectors", help="run every vector under a folder")
    many.add_argument("dir")
    many.set_defaults(run=_vectors_command)
    public = commands.add_parser("publication", help="verify the folder of a publication")
    public.add_argument("dir")
    public.add_argument("--json", action="store_true")
    public.set_defaults(run=_publication_command)
    arguments = parser.parse_args(argv)
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
