# SPDX-License-Identifier: Apache-2.0
"""The body guard around the application, and guarded requests to the outside."""
