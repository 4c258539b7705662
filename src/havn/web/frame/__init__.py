# SPDX-License-Identifier: Apache-2.0
"""What all audiences share: layout, form renderer, headers, language, errors; no audience, no domain."""
