import numpy as np
import pytest

from datagen.exports.salesforce_ids import PREFIXES, complete_id, list_ids


@pytest.mark.parametrize(
    ("fifteen", "eighteen"),
    [
        # an id of a real org
        ("00QEc00000BBaeX", "00QEc00000BBaeXMAT"),
        # by hand: no capitals gives A three times, only capitals gives 5 three times
        ("000000000000000", "000000000000000AAA"),
        ("AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA555"),
        # the first character of each block is the lowest bit
        ("A0000a0000A0000", "A0000a0000A0000BAB"),
    ],
)
def test_checksum_follows_the_capitals(fifteen: str, eighteen: str) -> None:
    assert complete_id(fifteen) == eighteen


def test_an_id_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="15 characters"):
        complete_id("00Q")


def test_ids_are_distinct_and_carry_their_prefix() -> None:
    ids = list_ids("lead", np.arange(5000))
    assert len(set(ids)) == 5000
    assert {identity[:3] for identity in ids} == {"00Q"}
    assert all(complete_id(identity[:15]) == identity for identity in ids)


def test_some_ids_differ_by_case_only_before_the_checksum() -> None:
    ids = [identity[:15] for identity in list_ids("lead", np.arange(200_000))]
    assert len({identity.lower() for identity in ids}) < len(set(ids))


def test_every_object_has_a_prefix_of_its_own() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)
