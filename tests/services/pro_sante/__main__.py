"""`python -m tests.services.pro_sante` installs the provider, where Node.js is."""

import sys

from tests.services.pro_sante import ProviderMissing, install

try:
    install()
except ProviderMissing as missing:
    sys.exit(str(missing))
