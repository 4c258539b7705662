# SPDX-License-Identifier: Apache-2.0
"""Havn: the software that an alliance against child sexual abuse online runs on."""

__version__ = "0.1.0"
