from pathlib import Path

import pytest

from tests.messages.line import Papers


@pytest.fixture(scope="package")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    folder: Path = tmp_path_factory.mktemp("papers")
    return Papers(folder)
