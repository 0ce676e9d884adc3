"""A push service that says 201 to whatever it is sent: `python -m tests.bench.push_sink`, one process of its own.

It prints its port. What is posted under /slow/ is answered 100 ms later. GET /count says how many messages came.
"""

import asyncio

SLOW = 0.1
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nTTL: 60\r\n\r\n"


class Sink(asyncio.Protocol):
    """As little of HTTP/1.1 as a client notices, so that the sink is never what is measured."""

    count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.pending = transport, b""

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while (end := self.pending.find(b"\r\n\r\n")) >= 0:
            head = self.pending[:end].lower()
            _, found, length = head.partition(b"content-length: ")
            whole = end + 4 + (int(length.partition(b"\r\n")[0]) if found else 0)
            if len(self.pending) < whole:
                return
            self.pending = self.pending[whole:]
            self.answer(head)

    def answer(self, head: bytes) -> None:
        if head.startswith(b"get"):
            text = b"%d" % Sink.count
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
            return
        Sink.count += 1
        if head.startswith(b"post /slow/"):
            asyncio.get_running_loop().call_later(SLOW, self.transport.write, CREATED)
        else:
            self.transport.write(CREATED)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
