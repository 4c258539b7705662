# SPDX-License-Identifier: Apache-2.0
"""Writes every value of every table of a node to standard output: what lies packed or split in files is whole here."""

import sys


def main():
    from havn.cli import start

    start.prepare("worker")
    from django.db import connection

    out = sys.stdout.buffer
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor:
                out.write(f"{table}: ".encode())
                for value in row:
                    is_bytes = isinstance(value, bytes | memoryview)
                    out.write(bytes(value) if is_bytes else str(value).encode())
                    out.write(b" | ")
                out.write(b"\n")


if __name__ == "__main__":
    main()
