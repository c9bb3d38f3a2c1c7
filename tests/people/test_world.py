"""The cast itself."""

from tests.world import World


def test_every_member_of_the_cast_can_be_made(world: World) -> None:
    names = [name for name in dir(World) if not name.startswith("_") and name.islower()]

    for name in names:
        assert getattr(world, name) is not None
