"""The API's types: what goes over the network between the server and its clients.

The console and the API share these and nothing else. All times are integers in
milliseconds since the Unix epoch. Texts shown to people are `Text`: a sentence by
language tag, ``zh`` always among them.
"""

from __future__ import annotations

from queue_server.wire.behalf import *  # noqa: F403 - the types of one area, as if they stood here
from queue_server.wire.cases import *  # noqa: F403
from queue_server.wire.devices import *  # noqa: F403
from queue_server.wire.editions import *  # noqa: F403
from queue_server.wire.exchange import *  # noqa: F403
from queue_server.wire.exits import *  # noqa: F403
from queue_server.wire.floor import *  # noqa: F403
from queue_server.wire.hall import *  # noqa: F403
from queue_server.wire.kiosk import *  # noqa: F403
from queue_server.wire.people import *  # noqa: F403
from queue_server.wire.tickets import *  # noqa: F403
from queue_server.wire.windows import *  # noqa: F403
from queue_server.wire.words import *  # noqa: F403
