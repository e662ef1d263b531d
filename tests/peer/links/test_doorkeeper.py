from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.ids import DeviceId
from peer.links.doorkeeper import Doorkeeper, Limits


def test_strangers_are_counted_in_all_and_per_address():
    door = Doorkeeper(Limits(strangers=3, strangers_per_address=2))
    came = [door.admit_stranger(each) for each in ("x", "x", "x", "y", "z")]
    assert came == [True, True, False, True, False]
    door.stranger_left("x")
    assert door.admit_stranger("z")
    assert door.statistics() == {"strangers": 3, "members": 0, "refused": 2}


def test_strangers_never_take_a_members_place():
    door = Doorkeeper(Limits())
    for number in range(100):
        door.admit_stranger(str(number))
    seated = [door.seat(DeviceId(bytes([number]) * 32)) for number in range(65)]
    assert seated == [True] * 64 + [False]


def test_a_refusal_is_logged_once_a_minute_and_the_memory_of_it_is_bounded():
    door = Doorkeeper(Limits())
    assert [door.may_log("x", now) for now in (0, 1, 59, 60, 61)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    for number in range(1000):
        door.may_log(str(number), 62)
    assert len(door._logged) == 64


@settings(max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=60))
def test_places_come_back(steps):
    door, inside = Doorkeeper(Limits(members=4, per_device=2)), []
    for come, number in steps:
        device = DeviceId(bytes([number]) * 32)
        if come:
            if door.seat(device):
                inside.append(device)
        elif device in inside:
            inside.remove(device)
            door.member_left(device)
        assert door.statistics()["members"] == len(inside) <= 4
        assert inside.count(device) <= 2
