# SPDX-License-Identifier: Apache-2.0
"""Views of the desk: each calls the domain once and shows a page or the next one."""
