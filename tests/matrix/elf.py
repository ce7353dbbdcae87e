# SPDX-License-Identifier: Apache-2.0
"""What the headers of a 64-bit little-endian ELF file say (System V ABI), read apart from the library under test,
and changes to them that real tools have made. Does not know what a note says."""
import struct

EHDR = struct.Struct("<16sHHIQQQIHHHHHH")
PHDR = struct.Struct("<IIQQQQQQ")
PT_NULL, PT_NOTE = 0, 4


def program_headers(data):
    """(offset in the file, type, offset, size) of each segment."""
    header = EHDR.unpack_from(data)
    offset, count = header[5], header[10]
    for at in range(offset, offset + count * PHDR.size, PHDR.size):
        segment = PHDR.unpack_from(data, at)
        yield at, segment[0], segment[2], segment[5]


def notes_of_owner(data, owner):
    """The descriptors of the notes of `owner` in the PT_NOTE segments aligned to 4."""
    found = []
    for _, kind, at, size in program_headers(data):
        end = at + size
        while kind == PT_NOTE and end - at >= 12:
            name_size, size_of_it, _ = struct.unpack_from("<III", data, at)
            descriptor = at + 12 + (name_size + 3) // 4 * 4
            if data[at + 12:at + 12 + name_size] == owner.encode() + b"\0":
                found.append(data[descriptor:descriptor + size_of_it])
            at = descriptor + (size_of_it + 3) // 4 * 4
    return found


def without_section_headers(data):
    """The table of section headers overwritten with zeros, and no word of it in the header."""
    header = list(EHDR.unpack_from(data))
    offset, entry_size, count = header[6], header[11], header[12]
    changed = bytearray(data)
    changed[offset:offset + entry_size * count] = bytes(entry_size * count)
    header[6] = header[12] = header[13] = 0
    EHDR.pack_into(changed, 0, *header)
    return bytes(changed)


def without_note_segments(data):
    """No PT_NOTE left, the sections untouched: what old versions of patchelf made when they moved sections."""
    changed = bytearray(data)
    for at, kind, _, _ in program_headers(data):
        if kind == PT_NOTE:
            struct.pack_into("<I", changed, at, PT_NULL)
    return bytes(changed)
