"""The command line and the runner of vectors."""

import base64
import json

from builder import Person, armour, enc
from openline_verify import vectors
from openline_verify.__main__ import main
from test_accept import busy, fork_of


def run(tmp_path, capsys, data, *more, name="file"):
    path = tmp_path / name
    path.write_bytes(data)
    code = main(["verify", str(path), *more])
    return code, capsys.readouterr().out


def test_each_kind(tmp_path, capsys):
    world = busy(2)
    for data in (world.export(), world.proof(0, 1), Person("Anna").card(),
                 armour("openline-charter/v1", world.instrument)):
        assert run(tmp_path, capsys, data)[0] == 0
        code, out = run(tmp_path, capsys, data, "--json")
        assert code == 0 and json.loads(out)["result"] == "ok"
    (tmp_path / "charter").write_bytes(armour("openline-charter/v1", world.instrument))
    evidence = enc(fork_of(world))
    assert run(tmp_path, capsys, evidence, "--charter", str(tmp_path / "charter"))[0] == 0
    assert run(tmp_path, capsys, evidence)[0] == 2


def test_json_of_an_export(tmp_path, capsys):
    world = busy(2)
    out = json.loads(run(tmp_path, capsys, world.export(), "--json")[1])
    assert out["rule"] is None and out["where"] is None and out["title"] == "Test line"
    assert [party["entries"] for party in out["parties"]] == [4, 5]
    assert out["receipts"][0]["first"]["by"] == 1


def test_refused_and_unusable(tmp_path, capsys):
    world = busy(2)
    world.logs[1][2].salt = bytes(15)
    code, out = run(tmp_path, capsys, world.export())
    assert code == 1 and "salt-size" in out and "party 1, index 2" in out
    out = json.loads(run(tmp_path, capsys, world.export(), "--json")[1])
    assert (out["result"], out["rule"], out["where"]) == ("refused", "salt-size", {"party": 1, "index": 2})
    assert run(tmp_path, capsys, world.export(magic=b"openline-export/v9\n"))[0] == 1
    assert run(tmp_path, capsys, b"hello")[0] == 2
    assert run(tmp_path, capsys, b"")[0] == 2
    assert main(["verify", str(tmp_path / "missing")]) == 2


def test_vectors(tmp_path, capsys):
    def write(name, **vector):
        vector = {"name": name, "about": "x", "input": "", "type": "cbor", "expect": "ok", **vector}
        vector["input"] = base64.b64encode(vector["input"] or b"\0").decode()
        (tmp_path / f"{name}.json").write_text(json.dumps(vector))
    world = busy(2)
    header = world.logs[0][0].header
    write("good")
    write("bad", input=b"\0\0", expect="cbor-trailing")
    write("founding", type="header", input=header, result={"kind": 0})
    broken = world.export(after=b"\0")
    write("export", type="export", input=broken, expect="export-end")
    write("result", type="export", input=world.export(), result={"record_root": world.root().hex()})
    lines = []
    assert vectors.run(tmp_path, lines.append) == 0 and lines == ["5 passed, 0 failed"]
    write("node", type="session")
    lines.clear()
    assert vectors.run(tmp_path, lines.append) == 0
    assert lines == ["5 passed, 0 failed; 1 of type session left out: they take a node"]
    write("type", type="other")
    write("context", context={"other": 1})
    write("expect", expect="cbor-malformed")
    write("key", result={"other": 1})
    write("value", type="export", input=world.export(), result={"settled": 999})
    write("extra", more=1)
    (tmp_path / "json.json").write_text("{")
    lines.clear()
    assert vectors.run(tmp_path, lines.append) == 7 and lines[-1].startswith("5 passed, 7 failed; 1 of")
