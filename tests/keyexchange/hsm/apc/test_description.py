"""Descriptions of services: what botocore's own reader makes of the same files."""

import botocore.model
import pytest
from botocore.loaders import Loader

from keyexchange.hsm.apc.description import ListShape, MapShape, Shape, Shapes, StringShape, StructureShape
from keyexchange.hsm.apc.model import CONTROL_PLANE, DATA_PLANE, load

TRAITS = ("min", "max", "pattern", "sensitive", "union", "exception")


def botocore_model(name: str) -> botocore.model.ServiceModel:
    return botocore.model.ServiceModel(Loader().load_service_model(name, "service-2"), name)


def assert_same(ours: Shape, theirs: botocore.model.Shape) -> None:
    assert (ours.name, ours.type_name) == (theirs.name, theirs.type_name)
    assert [ours.metadata.get(trait) for trait in TRAITS] == [theirs.metadata.get(trait) for trait in TRAITS]


@pytest.mark.parametrize("name", [CONTROL_PLANE, DATA_PLANE])
def test_every_shape_is_what_botocore_reads(name: str) -> None:
    service, model = load(name), botocore_model(name)
    for shape in model.shape_names:
        ours, theirs = service.shape(shape), model.shape_for(shape)
        assert_same(ours, theirs)
        if isinstance(theirs, botocore.model.StructureShape):
            assert isinstance(ours, StructureShape)
            assert ours.required_members == list(theirs.required_members)
            assert list(ours.members) == list(theirs.members)
            for member in ours.members:
                assert_same(ours.members[member], theirs.members[member])
        elif isinstance(theirs, botocore.model.ListShape):
            assert isinstance(ours, ListShape)
            assert_same(ours.member, theirs.member)
        elif isinstance(theirs, botocore.model.MapShape):
            assert isinstance(ours, MapShape)
            assert_same(ours.key, theirs.key)
            assert_same(ours.value, theirs.value)
        elif isinstance(theirs, botocore.model.StringShape):
            assert isinstance(ours, StringShape)
            assert ours.enum == list(theirs.enum)


@pytest.mark.parametrize("name", [CONTROL_PLANE, DATA_PLANE])
def test_every_operation_is_what_botocore_reads(name: str) -> None:
    service, model = load(name), botocore_model(name)
    assert list(service.operations) == list(model.operation_names)
    assert service.signing_name == model.signing_name
    for operation, ours in service.operations.items():
        theirs = model.operation_model(operation)
        assert ours.input.name == theirs.input_shape.name
        assert (ours.output and ours.output.name) == (theirs.output_shape and theirs.output_shape.name)
        assert (ours.method, ours.uri) == (theirs.http["method"], theirs.http["requestUri"])
        assert ours.errors == {error.name for error in theirs.error_shapes}


def test_a_member_adds_traits_of_its_own() -> None:
    shapes = Shapes(
        {
            "Box": {
                "type": "structure",
                "members": {"lid": {"shape": "Text", "sensitive": True}, "box": {"shape": "Box"}},
            },
            "Text": {"type": "string", "max": 3},
        }
    )
    box = shapes.named("Box")
    assert isinstance(box, StructureShape)
    assert box.members["lid"].metadata == {"type": "string", "max": 3, "sensitive": True}
    assert shapes.named("Text").metadata == {"type": "string", "max": 3}
    assert box.members["box"] is box
