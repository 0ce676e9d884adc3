"""Pages and files travel compressed: a phone on a bad network waits for bytes, not for our processor. Streams never.

Compressing secrets beside words that an attacker chose tells their lengths (BREACH). Three things keep that
oracle shut. No signed-in page repeats free text of its address. The CSRF token is no constant: Flask-WTF signs it
with the second it was made in, so its unguessable part lives one second, and an oracle needs thousands of tries at
the same one. And what another site makes the browser ask for (a link that it opens carries our Lax cookie) is
answered uncompressed, so that this site has no length to compare.
"""

from flask import Flask, Request, Response, request
from flask_compress import Compress

pages = Compress()
files = Compress()


class CompressedFiles(dict[str, bytes]):
    """As Flask-Compress asks one."""

    set = dict.__setitem__


def init_app(app: Flask) -> None:
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_STREAMS=False,  # A compressor holds back what `/live` must say at once.
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
    )
    pages.init_app(app)
    app.config.update(COMPRESS_CACHE_BACKEND=CompressedFiles, COMPRESS_CACHE_KEY=path_of)
    files.init_app(app)
    app.after_request(compress)


def path_of(asked: Request) -> str:
    """A file is compressed once per process; what follows `?` is left out, so that nobody can fill the cache."""
    return asked.path


def compress(response: Response) -> Response:
    if response.direct_passthrough:  # A file, that the server would have streamed.
        return compress_file(response)
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return response
    compressed: Response = pages.after_request(response)
    return compressed


def compress_file(response: Response) -> Response:
    """Whole files of a compressible kind; an image is small already, and a part of a file cannot be unpacked."""
    if response.status_code != 200 or response.mimetype not in files.compress_mimetypes_set:
        return response
    response.direct_passthrough = False
    response.make_sequence()
    compressed: Response = files.after_request(response)
    return compressed
