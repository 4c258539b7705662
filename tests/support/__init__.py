# SPDX-License-Identifier: Apache-2.0
"""What several tests share: waiting, PostgreSQL, the browser, the pages."""
