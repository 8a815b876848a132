from pathlib import Path

import pytest

from konbini.serve import PARTIES
from tests.konbini.told import konbini


@pytest.mark.parametrize("party", sorted(PARTIES))
@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"name": 7}', b"\xff"], ids=["missing", "empty", "incomplete", "wrong-type", "not-text"])
def test_a_configuration_that_cannot_be_used_is_said_in_one_sentence(tmp_path: Path, party: str, content: bytes | None) -> None:
    file = tmp_path / "config.json"
    if content is not None:
        file.write_bytes(content)
    told = konbini("serve", party, "--config", file)
    assert (told.status, told.out) == (2, "")
    assert told.errors.startswith(f"{party}: ") and told.errors.count("\n") == 1 and file.name in told.errors
