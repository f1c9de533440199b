"""Salesforce record ids: a key prefix, a base-62 body and the three-character checksum.

The checksum makes ids comparable without case: each block of five characters becomes one character
whose bits say which of the five are upper case (Salesforce help: "18-character IDs").
"""

import numpy as np

_BASE62 = np.frombuffer(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8
)
_CHECKSUM = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
_POD = b"Ec0"
_BODY_DIGITS = 9
# as in an org, ids count up: every 26 records two of them differ by case only
_FIRST_NUMBER = 11 * 62**5

PREFIXES = {
    "account": "001",
    "contact": "003",
    "user": "005",
    "opportunity": "006",
    "opportunity_history": "008",
    "lead_history": "017",
    "opportunity_contact_role": "00K",
    "lead": "00Q",
    "task": "00T",
    "campaign_member": "00v",
    "campaign": "701",
    "event": "00U",
}


def append_checksums(characters: np.ndarray) -> np.ndarray:
    """Extend an (n, 15) uint8 matrix of id characters to (n, 18)."""
    blocks = characters.reshape(len(characters), 3, 5)
    is_upper = (blocks >= ord("A")) & (blocks <= ord("Z"))
    index = (is_upper * np.array([1, 2, 4, 8, 16])).sum(axis=2)
    return np.concatenate([characters, _CHECKSUM[index]], axis=1)


def complete_id(fifteen: str) -> str:
    """The 18-character form of one 15-character id; ValueError for another length."""
    if len(fifteen) != 15:
        raise ValueError(f"a Salesforce id without checksum has 15 characters: {fifteen!r}")
    characters = np.frombuffer(fifteen.encode("ascii"), dtype=np.uint8).reshape(1, 15)
    return append_checksums(characters).tobytes().decode("ascii")


def make_ids(object_name: str, numbers: np.ndarray) -> np.ndarray:
    """The ids (dtype S18) of records 0, 1, 2 … of an object."""
    value = np.asarray(numbers, dtype=np.int64) + _FIRST_NUMBER
    characters = np.empty((len(value), 15), dtype=np.uint8)
    characters[:, :3] = np.frombuffer(PREFIXES[object_name].encode("ascii"), dtype=np.uint8)
    characters[:, 3:6] = np.frombuffer(_POD, dtype=np.uint8)
    for position in range(14, 14 - _BODY_DIGITS, -1):
        characters[:, position] = _BASE62[value % 62]
        value = value // 62
    return np.ascontiguousarray(append_checksums(characters)).view("S18").ravel()


def list_ids(object_name: str, numbers: np.ndarray) -> list[str]:
    """The same ids as Python strings."""
    return [value.decode("ascii") for value in make_ids(object_name, numbers)]
