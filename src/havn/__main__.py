# SPDX-License-Identifier: Apache-2.0
"""`python -m havn` is the `havn` command."""

from havn.cli import main

if __name__ == "__main__":
    main()
