"""The desktop's side of notifications: what Chromium shows arrives here, and a test can click on it."""

import asyncio
import ctypes
import platform
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusDict, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_signal

Strings = Annotated[list[str], DBusSignature("as")]
NumberAndText = Annotated[tuple[int, str], DBusSignature("us")]
NumberAndNumber = Annotated[tuple[int, int], DBusSignature("uu")]
FourTexts = Annotated[tuple[str, str, str, str], DBusSignature("ssss")]

BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""

DISMISSED_BY_THE_PERSON = 2


@dataclass(frozen=True)
class Notice:
    """A notification as the system was asked to show it; `buttons` are their labels, in order."""

    number: int
    title: str
    body: str
    buttons: tuple[str, ...]


def missing_packages() -> list[str]:
    """Debian packages to install before Chromium's notifications can be clicked; none on other systems."""
    if platform.system() != "Linux":
        return []
    missing = [] if shutil.which("dbus-daemon") else ["dbus-daemon"]
    try:
        ctypes.CDLL("libnotify.so.4")
    except OSError:
        missing.append("libnotify4")
    return missing


class NotificationCentre:
    """A private D-Bus with a notification server. Give `address` to Chromium as DBUS_SESSION_BUS_ADDRESS."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="relais-bus-"))
        configuration = self._folder / "bus.conf"
        configuration.write_text(BUS_CONFIGURATION.format(folder=self._folder))
        self._daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._daemon.stdout is not None
        self.address = self._daemon.stdout.readline().strip()
        self._changed = threading.Condition()
        self._notices: dict[int, Notice] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._bus, self._interface = self._run(self._serve())

    @property
    def notices(self) -> list[Notice]:
        """What the person sees now, oldest first."""
        with self._changed:
            return list(self._notices.values())

    def wait_for(self, count: int = 1, timeout: float = 30) -> list[Notice]:
        """Return what is shown once there are `count` notices; AssertionError after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._notices) >= count, timeout):
                raise AssertionError(f"{len(self._notices)} of {count} notices shown: {self.notices}")
            return list(self._notices.values())

    def click(self, notice: Notice, button: str | None = None) -> None:
        """Click on the notice, or on the button with this label."""
        if button is not None and button not in notice.buttons:
            raise AssertionError(f"no button {button!r} on {notice}")
        key = "default" if button is None else str(notice.buttons.index(button))
        self._run(self._tell(notice, key))

    def dismiss(self, notice: Notice) -> None:
        """Swipe the notice away."""
        self._run(self._tell(notice, None))

    def clear(self) -> None:
        """Forget what is shown, between two tests."""
        with self._changed:
            self._notices.clear()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._bus.disconnect)
        self._run(self._bus.wait_for_disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()
        self._daemon.terminate()
        self._daemon.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, coroutine):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=10)

    async def _serve(self) -> "tuple[MessageBus, _Interface]":
        bus = await MessageBus(bus_address=self.address).connect()
        interface = _Interface(self)
        bus.export("/org/freedesktop/Notifications", interface)
        await bus.request_name("org.freedesktop.Notifications")
        return bus, interface

    async def _tell(self, notice: Notice, key: str | None) -> None:
        if key is not None:
            self._interface.ActionInvoked(notice.number, key)
        self._interface.NotificationClosed(notice.number, DISMISSED_BY_THE_PERSON)
        self._forget(notice.number)

    def _show(self, notice: Notice) -> None:
        with self._changed:
            self._notices[notice.number] = notice
            self._changed.notify_all()

    def _forget(self, number: int) -> None:
        with self._changed:
            self._notices.pop(number, None)
            self._changed.notify_all()


class _Interface(ServiceInterface):
    """The freedesktop.org notification server; its names are the standard's."""

    def __init__(self, centre: NotificationCentre) -> None:
        super().__init__("org.freedesktop.Notifications")
        self._centre = centre
        self._last = 0

    @dbus_method()
    def GetCapabilities(self) -> Strings:
        return ["actions", "body", "persistence"]

    @dbus_method()
    def GetServerInformation(self) -> FourTexts:
        return ("relais-tests", "relais", "1", "1.2")

    @dbus_method()
    def Notify(
        self,
        app: DBusStr,
        replaces: DBusUInt32,
        icon: DBusStr,
        summary: DBusStr,
        body: DBusStr,
        actions: Strings,
        hints: DBusDict,
        timeout: DBusInt32,
    ) -> DBusUInt32:
        self._last += 1
        number = replaces or self._last
        # The list alternates key and label; Chromium adds keys of its own ("default", "settings").
        pairs = dict(zip(actions[::2], actions[1::2], strict=True))
        buttons = tuple(label for key, label in pairs.items() if key.isdigit())
        self._centre._show(Notice(number, summary, body, buttons))
        return number

    @dbus_method()
    def CloseNotification(self, number: DBusUInt32) -> None:
        self._centre._forget(number)
        self.NotificationClosed(number, 3)

    @dbus_signal()
    def ActionInvoked(self, number: DBusUInt32, key: DBusStr) -> NumberAndText:
        return [number, key]

    @dbus_signal()
    def NotificationClosed(self, number: DBusUInt32, reason: DBusUInt32) -> NumberAndNumber:
        return [number, reason]
