# SPDX-License-Identifier: Apache-2.0
"""Files with genuine messages and named attacks, and the scripts that make them."""
