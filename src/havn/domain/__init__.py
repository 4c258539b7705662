# SPDX-License-Identifier: Apache-2.0
"""What Havn knows and decides: Django apps named after the work."""
