# SPDX-License-Identifier: Apache-2.0
"""The same scan on the machines of a Ray cluster: lists are placed once a node, files are read where Ray runs the work.

Needs the extra `ray`; importing this does not.
"""

from havn.kit.cluster._carrying import Carried, carry, place
from havn.kit.cluster._spreading import ClusterError, Spread, is_address

__all__ = ["Carried", "ClusterError", "Spread", "carry", "is_address", "place"]
