"""The adapter's side of dual control: one challenge, a file for the answer, a clear instruction."""

import pytest

from adapters.atalla.adapter import ADAPTER
from adapters.atalla.face import FACE
from adapters.atalla.settings import AtallaSettings
from keyexchange.errors import ConfigError, DeviceRefusedError, ProtocolError, RunPausedError
from tests.faces import running_face
from tests.misbehaviour import reply_each, scripted_server

from .conftest import MASTER, open_adapter
from .raw import ask

BLOCK_HEADER = "1kREE000"


@pytest.fixture(scope="module")
def strict_port():
    """A face whose officers are people."""
    with running_face(FACE) as port:
        yield port


@pytest.fixture
def strict(strict_port):
    side = open_adapter(strict_port)
    side.identify()
    yield side
    side.close()


def paused(side, certificate, folder):
    with pytest.raises(RunPausedError) as pause:
        side.accept_receiver(certificate, folder)
    (challenge,) = folder.glob("*.challenge")
    return challenge.read_text().strip(), challenge.with_suffix(".answer"), pause.value


def approved(port, challenge):
    ask(port, f"<9012#ALICE#{challenge}#>")
    return ask(port, f"<9012#BOB#{challenge}#>").split("#")[2]


def test_the_instruction_names_challenge_file_and_screen(strict, strict_port, receiver, tmp_path):
    challenge, answer, pause = paused(strict, receiver[0], tmp_path / "run")
    assert challenge in pause.message
    assert str(answer) in pause.message
    assert "administration screen" in pause.hint
    assert "dual control" in pause.hint
    answer.write_text(f" {approved(strict_port, challenge)}\n")
    accepted = strict.accept_receiver(receiver[0], tmp_path / "run")
    assert accepted.reference == MASTER.wrap_public(BLOCK_HEADER, receiver[1].public_key())


def test_a_refused_answer_is_moved_aside_and_a_new_challenge_asked_for(strict, receiver, tmp_path):
    _, answer, _ = paused(strict, receiver[0], tmp_path)
    answer.write_text("00000000")
    _, _, pause = paused(strict, receiver[0], tmp_path)
    assert str(answer) in pause.message
    assert not answer.exists()
    assert answer.with_name(answer.name + ".refused").read_text() == "00000000"


def test_an_answer_that_is_none_is_not_sent(strict, receiver, tmp_path):
    _, answer, _ = paused(strict, receiver[0], tmp_path)
    for text in ("", "<b>#", "x" * 100):
        answer.write_text(text)
        with pytest.raises(ConfigError, match="no answer"):
            strict.accept_receiver(receiver[0], tmp_path)


def test_a_folder_that_cannot_be_written_is_named(strict, receiver, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot write"):
        strict.accept_receiver(receiver[0], tmp_path / "file" / "run")


def test_nothing_is_sent_while_the_officers_have_not_answered(receiver, tmp_path):
    with scripted_server(reply_each(b"<22A#CHALLENGE#0123ABCD#>")) as (port, received):
        side = ADAPTER.open(AtallaSettings(host="127.0.0.1", port=port))
        paused(side, receiver[0], tmp_path)
        again = paused(side, receiver[0], tmp_path)
        side.close()
    assert again[0] == "0123ABCD"
    assert len(received) == 1


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (b"<22A#8F3A 11C0#>", "8F3A 11C0"),
        (b"<22A#NUMBER 17#3#>", "NUMBER 17 3"),
        (b"<22A#%s#>" % (b"x" * 65), None),
    ],
)
def test_a_challenge_of_another_form_is_shown_or_the_screen_is_named(reply, shown, receiver, tmp_path):
    with scripted_server(reply_each(reply)) as (port, _):
        side = ADAPTER.open(AtallaSettings(host="127.0.0.1", port=port))
        if shown is None:
            with pytest.raises((RunPausedError, ProtocolError)) as caught:
                side.accept_receiver(receiver[0], tmp_path)
            assert "x" * 65 not in caught.value.message
        else:
            assert paused(side, receiver[0], tmp_path)[0] == shown
        side.close()


def test_a_block_with_another_key_is_not_believed(receiver, authority, tmp_path):
    other = MASTER.wrap_public(BLOCK_HEADER, authority[1].public_key())
    for text in (other, "1kREE000", ""):
        with scripted_server(reply_each(f"<22A#OK#{text}#>".encode())) as (port, _):
            side = ADAPTER.open(AtallaSettings(host="127.0.0.1", port=port))
            with pytest.raises(ProtocolError, match="12A"):
                side.accept_receiver(receiver[0], tmp_path)
            side.close()


def test_12a_that_is_not_enabled_is_no_question_for_officers(receiver, tmp_path):
    with running_face(FACE, disabled_commands=["12A"]) as port:
        side = open_adapter(port)
        with pytest.raises(DeviceRefusedError, match="23") as refused:
            side.accept_receiver(receiver[0], tmp_path)
        side.close()
    assert "security officers" in refused.value.hint
    assert not list(tmp_path.iterdir())


def test_a_simulator_that_approves_by_itself_needs_no_pause_and_a_real_device_is_never_tried(
    face_port, receiver, tmp_path
):
    side = open_adapter(face_port)
    challenge, answer, _ = paused(side, receiver[0], tmp_path)  # nobody has asked yet what it is
    side.identify()
    answer.write_text(challenge)
    assert side.accept_receiver(receiver[0], tmp_path).reference.startswith(BLOCK_HEADER)
    assert side.accept_receiver(receiver[0], tmp_path / "new").reference.startswith(BLOCK_HEADER)
    side.close()
