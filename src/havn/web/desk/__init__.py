# SPDX-License-Identifier: Apache-2.0
"""The desk: pages for staff behind password and second factor, under /desk/{lang}/."""
