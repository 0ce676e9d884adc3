"""Whether this process was asked to stop. Whoever works for long looks here, and ends what is in hand first."""

import threading

asked = threading.Event()
