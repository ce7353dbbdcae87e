# SPDX-License-Identifier: Apache-2.0
"""pamola_core.utils.tasks.base_task where no pamola_core is installed: rota.BaseTask."""

from rota import BaseTask

__all__ = ["BaseTask"]
