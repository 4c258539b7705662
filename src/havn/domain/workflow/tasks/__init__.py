# SPDX-License-Identifier: Apache-2.0
"""Background work of a node (`casework`) and of a hub (`hub`); settings name the half that runs."""
