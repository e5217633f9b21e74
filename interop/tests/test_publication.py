"""Rules R1 to R5 of readouts.md, and a publication that the other program made."""

import shutil
from pathlib import Path

import pytest
from builder import World
from openline_verify import export, publication
from openline_verify.__main__ import main
from openline_verify.rules import Refused

KEPT = Path(__file__).parent / "publication"
TEXT = ["en", 0, "Both sides met."]

# kind, body, number of references, rule
BAD = [
    (32, {0: [TEXT]}, 0, "readout-refs"), (32, {0: []}, 1, "account-texts"), (32, {0: [["en", 1, "w"]]}, 1, "account-texts"),
    (32, {0: [TEXT, ["EN", 1, "w"]]}, 1, "account-texts"), (32, {0: [["en", 0, ""]]}, 1, "account-texts"),
    (32, {0: [TEXT], 1: []}, 1, "readout-quotes"), (32, {0: [TEXT], 1: [[1, "met"]]}, 1, "readout-quotes"),
    (32, {0: [TEXT], 1: [[0, "Met"]]}, 1, "readout-quotes"), (32, {0: [TEXT], 1: [[0, ""]]}, 1, "readout-quotes"),
    (32, {}, 1, "body-shape"), (32, {0: [TEXT], 1: [[-1, "met"]]}, 1, "body-shape"),
    (33, {0: "", 1: [TEXT]}, 0, "statement-title"), (33, {0: "a\nb", 1: [TEXT]}, 0, "statement-title"),
    (33, {0: "a", 1: []}, 0, "account-texts"), (33, {0: "a", 1: [TEXT], 2: []}, 0, "statement-extents"),
    (33, {0: "a", 1: [TEXT]}, 1, "statement-extents"), (33, {0: "a", 1: [TEXT], 2: [3]}, 1, "statement-extents"),
    (33, {0: "a", 1: [TEXT], 2: [0, 0]}, 1, "statement-extents"), (33, {1: [TEXT]}, 0, "body-shape"),
]


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(KEPT, tmp_path / "public"))


def test_what_the_other_program_made(folder):
    values = publication.verify(folder)
    assert [item["title"] for item in values["items"]] == ["On the <talks> & after", "Readout of Alpha"]
    assert (values["proofs"], values["cosignatures"]) == (4, 2)
    assert main(["publication", str(folder)]) == 0
    assert main(["publication", str(folder / "nothing")]) == 2


def files():
    return sorted(str(path.relative_to(KEPT)) for path in KEPT.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", files())
def test_a_changed_byte_is_found(folder, name):
    sound = (folder / name).read_bytes()
    for at in range(0, len(sound), max(1, len(sound) // 40)):
        changed = bytes([sound[at] ^ 1])
        (folder / name).write_bytes(sound[:at] + changed + sound[at + 1:])
        with pytest.raises(Refused):
            publication.verify(folder)
    for wrong in (sound + b"\n", sound[:-1], b""):
        (folder / name).write_bytes(wrong)
        with pytest.raises(Refused):
            publication.verify(folder)
    (folder / name).unlink()
    with pytest.raises(Refused, match="publication-missing"):
        publication.verify(folder)
    assert main(["publication", str(folder)]) == 1


def test_a_proof_of_another_entry(folder):
    one, other = sorted((folder / "proofs").iterdir())[:2]
    shutil.copy(one, other)
    with pytest.raises(Refused, match="publication-differs"):
        publication.verify(folder)


@pytest.mark.parametrize(("kind", "body", "refs", "rule"), BAD)
def test_bodies(kind, body, refs, rule):
    world = World(2).found()
    message = world.message(1, 0)
    world.add(0, kind, body, refs=[message][:refs])
    with pytest.raises(Refused) as caught:
        export.verify_export(world.export())
    assert caught.value.rule == rule
