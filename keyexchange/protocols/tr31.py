"""TR-31 / X9.143: a key goes from the KDH to the KRD in a key block under a KEK that both hold."""

from __future__ import annotations

from datetime import datetime

from keyexchange import tr31
from keyexchange.protocols.messages import HeldKey, KeyBlock, KeyToMove
from keyexchange.protocols.steps import (
    CHECK_ALIAS,
    PROVIDE_KEY,
    Given,
    Scene,
    Step,
    Workflow,
    compare_kcv,
    find_import,
    has_alias,
    require_equal_kcv,
    require_header,
    set_alias,
)


def hold_kek(scene: Scene, _given: Given) -> HeldKey:
    """Look at the KEK that an earlier run established at the receiver."""
    held: HeldKey = scene.krd.held_key(scene.krd_kek)
    return held


def send_key_block(scene: Scene, given: Given) -> KeyBlock:
    """Export the key under the KEK and look at what came.

    Raises:
        RuleError: rules kek-strength; attributes-kept: the block's header is not what the reviewed file says.
        KcvMismatchError: the sender itself states another check value than before.
    """
    key: KeyToMove = given["key"]
    kek: KeyToMove = given["kek"]
    scene.require_strength(kek.attributes.algorithm, key.attributes.algorithm, "the KEK")
    block: KeyBlock = scene.kdh.export_tr31(key, kek=kek)
    require_header(tr31.parse(block.text).header, key.attributes, "block")
    assert key.kcv is not None
    require_equal_kcv(block.kcv, key.kcv, key=key.name, left_name="in the sender's reply", right_name="before")
    return block


def receive_key_block(scene: Scene, given: Given) -> HeldKey:
    held: HeldKey = scene.krd.import_tr31(given["block"], key=given["key"], kek=given["kek_held"], mark=scene.mark)
    return held


def find_received(scene: Scene, given: Given, since: datetime) -> HeldKey | None:
    return find_import(scene, given["block"].kcv, since)


KNOWN_KEK = Workflow(
    "known-kek",
    (
        *PROVIDE_KEY,
        Step("hold-kek", "look at the KEK that an earlier run established", "krd", "held_key",
             hold_kek, gives="held", early=True),
        Step("agree-on-kek", "compare the check values of the KEK on both sides", "both", "",
             compare_kcv("key", "held", attributes=False), needs=("key", "held"), gives="kcv", early=True),
    ),
)  # fmt: skip
"""The KEK is the same on both sides, before anything is wrapped under it."""

KEY_BLOCK = Workflow(
    "tr31",
    (
        CHECK_ALIAS,
        *PROVIDE_KEY,
        Step("send-key-block", "export the key in a TR-31 block under the KEK, check its header", "kdh", "export_tr31",
             send_key_block, needs=("key", "kek"), gives="block"),
        Step("receive-key-block", "import the TR-31 block", "krd", "import_tr31",
             receive_key_block, needs=("block", "key", "kek_held"), gives="held", reconcile=find_received,
             renew=("block",), final=True),
        Step("compare-kcv", "compare the check values of both sides", "both", "",
             compare_kcv("block", "held"), needs=("block", "held"), gives="kcv"),
        Step("set-alias", "name the key at the receiver", "krd", "set_alias",
             set_alias("held"), needs=("held",), gives="named", when=has_alias),
    ),
    given=("kek", "kek_held"),
)  # fmt: skip
