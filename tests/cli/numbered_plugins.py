# SPDX-License-Identifier: Apache-2.0
"""Many plugins made of one by writing another number into each copy, and ways to damage one."""
import os
import pathlib
import struct

TEMPLATE = (pathlib.Path(os.environ["ROTA_TEST_PLUGINS"]) / "numbered" / "numbered.so").read_bytes()
NUMBER = b"t_number_000000"


def task_id(number):
    return f"t_number_{number:06d}"


def content(number):
    return TEMPLATE.replace(NUMBER, task_id(number).encode())


def write(file, data):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    file.chmod(0o644)


def _patched(data, offset, new):
    return data[:offset] + new + data[offset + len(new):]


def _segment(data, kind):
    """The offset of the first program header of this kind."""
    start, = struct.unpack_from("<Q", data, 32)
    count, = struct.unpack_from("<H", data, 56)
    return next(start + 56 * at for at in range(count) if struct.unpack_from("<I", data, start + 56 * at)[0] == kind)


def _load(data):
    start, = struct.unpack_from("<Q", data, 32)
    count, = struct.unpack_from("<H", data, 56)
    return [start + 56 * at for at in range(count) if struct.unpack_from("<I", data, start + 56 * at)[0] == 1][-1]


def _id_record(data):
    return data.index(NUMBER) - 4


# Twenty ways to damage a plugin: bytes of a sound one -> bytes, and the reason that is given.
DAMAGES = {
    "empty": (lambda d: b"", "not_elf"),
    "text": (lambda d: b"hello, world\n", "not_elf"),
    "three_bytes": (lambda d: d[:3], "not_elf"),
    "header_cut": (lambda d: d[:40], "truncated"),
    "first_page_only": (lambda d: d[:4096], "truncated"),
    "32_bit": (lambda d: _patched(d, 4, b"\x01"), "other_machine"),
    "big_endian": (lambda d: _patched(d, 5, b"\x02"), "other_machine"),
    "other_machine": (lambda d: _patched(d, 18, struct.pack("<H", 0x1234)), "other_machine"),
    "an_object_file": (lambda d: _patched(d, 16, struct.pack("<H", 1)), "other_machine"),
    "program_headers_far_away": (lambda d: _patched(d, 32, struct.pack("<Q", 1 << 40)), "truncated"),
    "program_headers_of_odd_size": (lambda d: _patched(d, 54, struct.pack("<H", 7)), "truncated"),
    "too_many_program_headers": (lambda d: _patched(d, 56, struct.pack("<H", 65535)), "truncated"),
    "code_beyond_the_end": (lambda d: _patched(d, _load(d) + 32, struct.pack("<Q", 1 << 40)), "truncated"),
    "notes_beyond_the_end": (lambda d: _patched(d, _segment(d, 4) + 32, struct.pack("<Q", 1 << 63)), "truncated"),
    "record_past_the_end": (lambda d: _patched(d, _id_record(d) + 2, b"\xff\xff"), "malformed_note"),
    "no_id": (lambda d: _patched(d, _id_record(d), b"\x63"), "malformed_note"),
    "id_not_utf_8": (lambda d: d.replace(NUMBER, b"\xff" + NUMBER[1:]), "malformed_note"),
    "id_not_valid": (lambda d: d.replace(NUMBER, b"9" + NUMBER[1:]), "invalid_task"),
    "newer_interface": (lambda d: _patched(d, _id_record(d) - 8, struct.pack("<H", 99)), "abi_differs"),
    "other_cxx_library": (lambda d: _patched(d, _id_record(d) - 4, struct.pack("<I", 0xABCD)), "cxx_abi_differs"),
}
