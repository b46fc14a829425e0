"""The console: two officers, one after the other, and what it says when there is nothing to approve."""

from adapters.atalla.console import main
from adapters.atalla.face import FACE
from tests.faces import running_face

from .raw import ask


def test_the_second_officer_is_shown_the_answer(capsys):
    with running_face(FACE) as port:
        first_step = f"<12A#1kREE000#010001#{'B1' * 256}"
        challenge = ask(port, f"{first_step}##>").split("#")[2]
        words = [challenge, "--port", str(port), "--officer"]
        assert main([*words, "ALICE"]) == 0
        assert "another one is needed" in capsys.readouterr().out
        assert main([*words, "BOB"]) == 0
        answer = capsys.readouterr().out.removeprefix("answer: ").strip()
        assert ask(port, f"{first_step}#{answer}#>").startswith("<22A#OK#1kREE000,")


def test_a_challenge_that_does_not_wait_is_an_error(capsys):
    with running_face(FACE) as port:
        assert main(["0123ABCD", "--port", str(port), "--officer", "ALICE"]) == 4
    assert "no challenge to verify" in capsys.readouterr().err
