# SPDX-License-Identifier: Apache-2.0
"""What rota.pamola puts into the place of modules of pamola_core, and how. Private: use rota.pamola."""
