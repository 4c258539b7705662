# SPDX-License-Identifier: Apache-2.0
"""Pages and programming interfaces, one package per audience over one frame."""
