# SPDX-License-Identifier: Apache-2.0
"""What each country's law says, criterion by criterion, and where two laws leave a gap between them."""
