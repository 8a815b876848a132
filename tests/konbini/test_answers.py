import json

import pytest

from konbini.answers import fail, print_json


def test_an_answer_is_one_line_of_sorted_json_with_japanese_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"b": "見本", "a": [1, None]})
    assert capsys.readouterr().out == '{"a":[1,null],"b":"見本"}\n'


@pytest.mark.parametrize(("as_json", "status"), [(True, 1), (False, 2)])
def test_a_failure_says_its_sentence_to_people_and_its_code_to_programs(capsys: pytest.CaptureFixture[str], as_json: bool, status: int) -> None:
    with pytest.raises(SystemExit) as ended:
        fail("busy", "混み合っています。", as_json=as_json, status=status, tries_left=2)
    said = capsys.readouterr()
    assert ended.value.code == status
    assert said.err == "混み合っています。\n"
    assert (json.loads(said.out) if as_json else said.out) == (
        {"error": "busy", "sentence": "混み合っています。", "tries_left": 2} if as_json else ""
    )
