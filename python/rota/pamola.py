# SPDX-License-Identifier: Apache-2.0
"""Programs written for pamola_core, on Rota.

    import rota.pamola
    rota.pamola.install()
    from pamola_core.utils.tasks.task_registry import register_task_class

or, with a script as it is: `python -m rota.pamola script.py`. A process that multiprocessing starts by "spawn" or
"forkserver" imports anew and has to call install() itself.
"""

from __future__ import annotations

import sys

from rota._pamola.face import install, refresh_json_log, uninstall

__all__ = ["install", "refresh_json_log", "uninstall"]

if __name__ == "__main__":
    from rota._pamola.run_script import main

    sys.exit(main())
