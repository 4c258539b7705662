# SPDX-License-Identifier: Apache-2.0
"""The compiled search: Numba functions only, over contiguous arrays, each defined by _reference and equal to _plain.

What a damaged file could hold is bounded here: no offset, rank or position is used beyond its array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, njit, types
from numba.extending import intrinsic

from havn.lib.matching._kernel_cache import kernel_folder

TABLE = (
    "words", "buckets", "positions", "lists", "qualities", "cut", "bucket_starts", "masks", "shares", "firsts",
    "flips", "allowed", "starts", "ends", "ranks", "rank_ends", "asked", "found", "near",
)  # fmt: skip
AHEAD = 6  # probes whose peeks are asked for before they are needed
REGISTER = 64  # bytes of peeks looked at together: one register of AVX-512, a line of cache; smaller machines take it in parts


@intrinsic
def prefetch(_context: Any, array: Any, index: Any) -> Any:
    """Ask for the memory of `array[index]`; an address outside is no fault."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        place = builder.bitcast(builder.gep(made.data, [arguments[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        builder.call(function, [place, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate


@intrinsic
def bit_count(_context: Any, value: Any) -> Any:
    """Return how many bits of an integer are set."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return value(value), generate


@intrinsic
def near_peeks_at(_context: Any, peeks: Any, first: Any, peek: Any, most: Any) -> Any:
    """Return which of the 64 bytes of peeks from `peeks[first]` on differ from `peek` in at most `most` bits: a bit a peek.

    Numba does not turn the loop into this by itself; what LLVM makes of it is one load, one XOR, one count of bits
    and one comparison for 32 peeks of 16 bits.
    """
    lanes = REGISTER * 8 // peeks.dtype.bitwidth

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lane = ir.IntType(signature.args[0].dtype.bitwidth)
        vector = ir.VectorType(lane, lanes)
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
        nothing = ir.Constant(vector, ir.Undefined)

        def everywhere(value: Any) -> Any:
            narrow = builder.trunc(value, lane) if value.type.width > lane.width else value
            return builder.shuffle_vector(
                builder.insert_element(nothing, narrow, ir.IntType(32)(0)), nothing, zeros
            )

        made = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(made.data, [arguments[1]]), vector.as_pointer())
        loaded = builder.load(place)
        loaded.align = lane.width // 8
        kind = ir.FunctionType(vector, [vector])
        name = f"llvm.ctpop.v{lanes}i{lane.width}"
        count = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        differ = builder.call(count, [builder.xor(loaded, everywhere(arguments[2]))])
        near = builder.icmp_unsigned("<=", differ, everywhere(arguments[3]))
        return (
            builder.zext(builder.bitcast(near, ir.IntType(lanes)), ir.IntType(64))
            if lanes < 64
            else builder.bitcast(near, ir.IntType(64))
        )

    return types.uint64(peeks, types.uint64, types.uint16, types.uint16), generate


@intrinsic
def near_pairs_at(_context: Any, peeks: Any, first: Any, peek: Any, most: Any) -> Any:
    """Return the same for 32 peeks of 12 bits, two in three bytes, from byte `peeks[first]` on: 48 bytes of a register."""
    lanes = 32
    places = [3 * (lane // 2) + lane % 2 + half for lane in range(lanes) for half in range(2)]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte, lane, number = ir.IntType(8), ir.IntType(16), ir.IntType(32)
        bytes_, vector = ir.VectorType(byte, REGISTER), ir.VectorType(lane, lanes)
        nothing = ir.Constant(vector, ir.Undefined)
        zeros = ir.Constant(ir.VectorType(number, lanes), [0] * lanes)

        def everywhere(value: Any) -> Any:
            return builder.shuffle_vector(
                builder.insert_element(nothing, value, number(0)), nothing, zeros
            )

        made = context.make_array(signature.args[0])(context, builder, arguments[0])
        loaded = builder.load(
            builder.bitcast(builder.gep(made.data, [arguments[1]]), bytes_.as_pointer())
        )
        loaded.align = 1
        spread = ir.Constant(ir.VectorType(number, REGISTER), places)
        pairs = builder.bitcast(
            builder.shuffle_vector(loaded, ir.Constant(bytes_, ir.Undefined), spread), vector
        )
        low = builder.and_(pairs, ir.Constant(vector, [0x0FFF, 0xFFFF] * (lanes // 2)))
        single = builder.lshr(low, ir.Constant(vector, [0, 4] * (lanes // 2)))
        name = f"llvm.ctpop.v{lanes}i16"
        kind = ir.FunctionType(vector, [vector])
        count = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        differ = builder.call(count, [builder.xor(single, everywhere(arguments[2]))])
        near = builder.icmp_unsigned("<=", differ, everywhere(arguments[3]))
        return builder.zext(builder.bitcast(near, number), ir.IntType(64))

    return types.uint64(peeks, types.uint64, types.uint16, types.uint16), generate


@intrinsic
def lowest_bit(_context: Any, value: Any) -> Any:
    """Return the number of the lowest bit that is set in an integer other than 0."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(1))

    return types.uint64(types.uint64), generate


compiled = njit(
    nogil=True, cache=kernel_folder() is not None, boundscheck=False, error_model="numpy"
)


@compiled
def place_of(rank: Any, peek_width: int) -> Any:
    """Return where in the array of peeks the peek of this rank is, or the pair that it belongs to."""
    return (rank * np.uint64(3)) >> np.uint64(1) if peek_width == 12 else rank


@compiled
def key_at(words: Any, at: Any, offset: int, width: int) -> Any:
    """Return `width` bits from bit `offset` of the four words that begin at `words[at]`."""
    word = np.uint64(at) + np.uint64(offset >> 6)
    shift = np.uint64(offset & 63)
    key = words[word] >> shift
    if (offset & 63) + width > 64:
        key |= words[word + np.uint64(1)] << (np.uint64(64) - shift)
    return key & ((np.uint64(1) << np.uint64(width)) - np.uint64(1))


@compiled
def distance_at(words: Any, at: int, queries: Any, of: int) -> Any:
    """Return in how many bits the four words at `words[at]` differ from those at `queries[of]`."""
    a = np.uint64(at)
    b = np.uint64(of)
    return (
        bit_count(words[a] ^ queries[b])
        + bit_count(words[a + np.uint64(1)] ^ queries[b + np.uint64(1)])
        + bit_count(words[a + np.uint64(2)] ^ queries[b + np.uint64(2)])
        + bit_count(words[a + np.uint64(3)] ^ queries[b + np.uint64(3)])
    )


@compiled
def wanted(
    position: int, removed: Any, lists: Any, wanted_lists: Any, qualities: Any, floor: int
) -> bool:
    """Say whether an entry counts: it is not removed, on a wanted list, of sufficient quality."""
    if len(removed) and removed[position >> 3] >> np.uint8(position & 7) & np.uint8(1):
        return False
    if len(wanted_lists):
        number = lists[position] if len(lists) else 0
        if number >= len(wanted_lists) or not wanted_lists[number]:
            return False
    return not (len(qualities) and qualities[position] < floor)


@compiled
def seen_before(
    words: Any, at: int, queries: Any, of: int, band: int, cut: Any, shares: Any, masks: Any
) -> bool:
    """Say whether an entry is already found by a band before `band`, so that each is told once."""
    count = len(shares)
    for each in range(band):
        after = each + 1 if each + 1 < count else 0
        near = bit_count(
            key_at(words, at, cut[each], cut[count + each])
            ^ key_at(queries, of, cut[each], cut[count + each])
        )
        if np.int64(near) >= shares[each]:
            continue
        differ = key_at(words, at, cut[after], cut[count + after]) ^ key_at(
            queries, of, cut[after], cut[count + after]
        )
        if (
            np.int64(near) + np.int64(bit_count(differ & masks[each]))
            < shares[each] + shares[after]
        ):
            return True
    return False


@compiled
def scan(
    words: Any, queries: Any, of: int, radius: int, removed: Any, lists: Any, wanted_lists: Any, qualities: Any,
    floor: int, found: Any, near: Any, at: int,
) -> int:  # fmt: skip
    """Compare one query with every entry; return where the results end, or -1 where they did not fit."""
    limit = np.uint64(radius)
    for position in range(len(words) >> 2):
        distance = distance_at(words, position << 2, queries, of)
        if distance <= limit and wanted(position, removed, lists, wanted_lists, qualities, floor):
            if at >= len(found):
                return -1
            found[at] = position
            near[at] = distance
            at += 1
    return at


@compiled
def scan_newest(
    words: Any, count: int, queries: Any, begin: int, radius: int, found: Any, near: Any, last: Any
) -> int:
    """Compare queries from `begin` on with the first `count` entries, as long as their results fit; return the first left.

    `words` (n, 4) and `queries` (q, 4) are as given; `last[i]` is where query i's results end in `found` and `near`.
    """
    limit = np.uint64(radius)
    at = 0
    for query in range(begin, len(queries)):
        end = at
        for position in range(count):
            distance = (
                bit_count(words[position, 0] ^ queries[query, 0])
                + bit_count(words[position, 1] ^ queries[query, 1])
                + bit_count(words[position, 2] ^ queries[query, 2])
                + bit_count(words[position, 3] ^ queries[query, 3])
            )
            if distance <= limit:
                if end >= len(found):
                    return query
                found[end] = position
                near[end] = distance
                end += 1
        at = end
        last[query] = at
    return len(queries)


@compiled
def open_buckets(
    queries: Any, of: int, cut: Any, bucket_starts: Any, firsts: Any, flips: Any, buckets: Any, peeks: Any,
    peek_width: int, entries: Any, starts: Any, ends: Any,
) -> Any:  # fmt: skip
    """Write where each probed bucket's entries lie in the rows of peeks; return how many entries that are."""
    count = len(bucket_starts)
    one = np.uint64(1)
    for band in range(count):
        base = np.uint64(bucket_starts[band])
        key = key_at(queries, of, cut[band], cut[count + band])
        for probe in range(firsts[band], firsts[band + 1]):
            prefetch(buckets, base + (key ^ np.uint64(flips[probe])))
    touched = np.uint64(0)
    for band in range(count):
        key = key_at(queries, of, cut[band], cut[count + band])
        base = np.uint64(bucket_starts[band])
        row = np.uint64(band) * entries
        for probe in range(firsts[band], firsts[band + 1]):
            bucket = base + (key ^ np.uint64(flips[probe]))
            end = min(np.uint64(buckets[bucket + one]), entries)
            start = min(np.uint64(buckets[bucket]), end)
            starts[probe] = row + start
            ends[probe] = row + end
            touched += end - start
            prefetch(peeks, place_of(row + start, peek_width))
    return np.int64(touched)


@compiled
def near_peeks(
    peeks: Any, peek_width: int, asked: Any, firsts: Any, allowed: Any, starts: Any, ends: Any, ranks: Any,
    rank_ends: Any,
) -> Any:  # fmt: skip
    """Write the ranks of the entries whose peeks allow a match, band by band; return how many, or -1 for too many."""
    count = np.uint64(0)
    one = np.uint64(1)
    lanes = np.uint64(64 if peek_width == 8 else 32)
    room = np.uint64(len(ranks))
    last = len(starts)
    for band in range(len(firsts) - 1):
        peek = asked[band]
        for probe in range(firsts[band], firsts[band + 1]):
            if probe + AHEAD < last:
                line = starts[probe + AHEAD]
                while line < ends[probe + AHEAD]:
                    prefetch(peeks, place_of(line, peek_width))
                    line += lanes
            most = allowed[probe]
            first = starts[probe]
            end = ends[probe]
            while first < end:
                before = np.uint64(0)
                if peek_width == 12:
                    before = first & one  # a pair begins with an even rank
                    first -= before
                    near = (
                        near_pairs_at(peeks, place_of(first, peek_width), peek, most)
                        >> before
                        << before
                    )
                else:
                    near = near_peeks_at(peeks, first, peek, most)
                if end - first < lanes:
                    near &= (one << (end - first)) - one
                if count + lanes > room:
                    return -1
                while near:
                    ranks[count] = first + lowest_bit(near)
                    count += one
                    near &= near - one
                first += lanes
        rank_ends[band] = count
    return np.int64(count)


@compiled
def near_entries(
    words: Any, positions: Any, width: int, queries: Any, of: int, radius: int, cut: Any, shares: Any, masks: Any,
    ranks: Any, rank_ends: Any, removed: Any, lists: Any, wanted_lists: Any, qualities: Any, floor: int,
    found: Any, near: Any, at: int,
) -> int:  # fmt: skip
    """Write every entry among `ranks` that is within the radius, once; return the end, or -1 where it did not fit."""
    count = np.int64(rank_ends[len(rank_ends) - 1])
    entries = np.uint64(len(words) >> 2)
    wide = np.uint64(width)
    for each in range(count):
        prefetch(positions, ranks[each] * wide)
    for each in range(count):
        place = ranks[each] * wide
        position = np.uint64(positions[place]) | np.uint64(
            positions[place + np.uint64(1)]
        ) << np.uint64(8)
        position |= np.uint64(positions[place + np.uint64(2)]) << np.uint64(16)
        if width == 4:
            position |= np.uint64(positions[place + np.uint64(3)]) << np.uint64(24)
        position = min(position, entries - np.uint64(1))
        ranks[each] = position
        prefetch(words, position << np.uint64(2))
    limit = np.uint64(radius)
    first = np.int64(0)
    for band in range(len(rank_ends)):
        for each in range(first, np.int64(rank_ends[band])):
            position = ranks[each]
            place = position << np.uint64(2)
            distance = distance_at(words, place, queries, of)
            if (
                distance <= limit
                and wanted(position, removed, lists, wanted_lists, qualities, floor)
                and not seen_before(words, place, queries, of, band, cut, shares, masks)
            ):
                if at >= len(found):
                    return -1
                found[at] = position
                near[at] = distance
                at += 1
        first = np.int64(rank_ends[band])
    return at


@intrinsic
def pointer_to(_context: Any, address: Any, kind: Any) -> Any:
    """Return an address as a pointer to values of `kind`."""
    pointer = types.CPointer(kind.dtype)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(pointer))

    return pointer(types.int64, kind), generate


@compiled
def array_at(table: Any, row: int, kind: Any) -> Any:
    """Return the array whose address and length stand in a row of `table`."""
    return carray(pointer_to(table[2 * row], kind), (table[2 * row + 1],), kind)


@compiled
def search(
    table: Any, peeks: Any, peek_width: int, removed: Any, wanted_lists: Any, floor: int, width: int,
    queries: Any, begin: int, radius: int, listed: bool, last: Any, touched: Any,
) -> int:  # fmt: skip
    """Search for queries from `begin` on, as long as their results fit; return the first query not answered.

    `table` holds address and length of the arrays in the order of TABLE: handing over one array instead of twenty
    halves what a single query costs. `last[i]` is where query i's results end in `found` and `near`; `touched[i]`
    how many entries' peeks were looked at (every entry for a query that the scan answered, as it does where fewer
    are not `listed`).
    """
    words, buckets = array_at(table, 0, np.uint64), array_at(table, 1, np.uint32)
    positions, lists = array_at(table, 2, np.uint8), array_at(table, 3, np.uint16)
    qualities, cut = array_at(table, 4, np.uint8), array_at(table, 5, np.int64)
    bucket_starts, masks = array_at(table, 6, np.int64), array_at(table, 7, np.uint64)
    shares, firsts = array_at(table, 8, np.int64), array_at(table, 9, np.int64)
    flips, allowed = array_at(table, 10, np.uint32), array_at(table, 11, np.uint16)
    starts, ends = array_at(table, 12, np.uint64), array_at(table, 13, np.uint64)
    ranks, rank_ends = array_at(table, 14, np.uint64), array_at(table, 15, np.uint64)
    asked, found = array_at(table, 16, np.uint16), array_at(table, 17, np.int64)
    near = array_at(table, 18, np.uint8)
    at = 0
    count = len(bucket_starts)
    entries = len(words) >> 2
    for query in range(begin, len(queries) >> 2):
        of = query << 2
        candidates = -1
        opened = entries
        if listed:
            opened = open_buckets(
                queries, of, cut, bucket_starts, firsts, flips, buckets, peeks, peek_width, np.uint64(entries),
                starts, ends,
            )  # fmt: skip
            if opened <= entries:
                for band in range(count):
                    after = band + 1 if band + 1 < count else 0
                    asked[band] = key_at(queries, of, cut[after], cut[count + after]) & masks[band]
                candidates = near_peeks(
                    peeks, peek_width, asked, firsts, allowed, starts, ends, ranks, rank_ends
                )
        if candidates >= 0:
            touched[query] = opened
            end = near_entries(
                words, positions, width, queries, of, radius, cut, shares, masks, ranks, rank_ends,
                removed, lists, wanted_lists, qualities, floor, found, near, at,
            )  # fmt: skip
        else:
            touched[query] = entries
            end = scan(
                words,
                queries,
                of,
                radius,
                removed,
                lists,
                wanted_lists,
                qualities,
                floor,
                found,
                near,
                at,
            )
        if end < 0:
            return query
        at = end
        last[query] = at
    return len(queries) >> 2
