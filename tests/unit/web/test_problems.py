import json
import re
from pathlib import Path

import pytest

from web.problems import PROBLEMS, Problem, problem_response


@pytest.mark.parametrize("code", list(PROBLEMS))
def test_each_problem_tells_its_code_status_and_request(code: str) -> None:
    response = problem_response(Problem(code, "why", option="minutes"), instance="/x", request_id="r")
    body = json.loads(bytes(response.body))
    assert response.media_type == "application/problem+json"
    assert (body["code"], body["status"], body["detail"]) == (code, PROBLEMS[code].status, "why")
    assert (body["option"], body["instance"], body["request_id"]) == ("minutes", "/x", "r")
    assert ("www-authenticate" in response.headers) is (PROBLEMS[code].status == 401)


def test_every_code_that_is_raised_is_in_the_table_and_none_is_unused() -> None:
    web = Path(__file__).resolve().parents[3] / "web"
    source = "\n".join(path.read_text() for path in web.rglob("*.py") if path.name != "problems.py")
    raised = set(re.findall(r'Problem\(\s*"([a-z_]+)"', source))
    assert raised <= set(PROBLEMS)
    assert {code for code in PROBLEMS if f'"{code}"' not in source} == set()
