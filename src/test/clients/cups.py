"""libcups as a client: cups.py PORT HOW PATH...; prints for each answer its status, whether it came within TLS, its size and sum.

HOW is "asking" (the first request asks for TLS itself), "required" (libcups is to have TLS before any request) or
"refused" (libcups fetches a file, and turns to TLS when it is told 426).
"""
import ctypes
import os
import sys
import tempfile
import zlib

IF_REQUESTED, REQUIRED = 0, 2           # http_encryption_t
CONNECTION, UPGRADE = 3, 24             # http_field_t
CONTINUE = 100
TAKES = {
    "httpConnect2": (ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_void_p]),
    "httpGet": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p]),
    "httpSetField": (None, [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p]),
    "httpClearFields": (None, [ctypes.c_void_p]),
    "httpUpdate": (ctypes.c_int, [ctypes.c_void_p]),
    "httpRead2": (ctypes.c_ssize_t, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]),
    "httpIsEncrypted": (ctypes.c_int, [ctypes.c_void_p]),
    "httpClose": (None, [ctypes.c_void_p]),
    "cupsGetFile": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]),
    "cupsLastErrorString": (ctypes.c_char_p, []),
}
cups = ctypes.CDLL("libcups.so.2")
for name, (result, arguments) in TAKES.items():
    getattr(cups, name).restype = result
    getattr(cups, name).argtypes = arguments


def tell(http, status, content):
    print(status, "encrypted" if cups.httpIsEncrypted(http) else "clear", len(content), zlib.crc32(content))
    if len(content) < 2000:
        print(content.decode())


def get(http, path, fields):
    cups.httpClearFields(http)
    for field, value in fields.items():
        cups.httpSetField(http, field, value)
    if cups.httpGet(http, path) != 0:
        return 0, b""
    status = CONTINUE
    while status == CONTINUE:
        status = cups.httpUpdate(http)
    content, part = b"", ctypes.create_string_buffer(65536)
    count = cups.httpRead2(http, part, len(part))
    while count > 0:
        content += part.raw[:count]
        count = cups.httpRead2(http, part, len(part))
    return status, content


def fetch(http, path):
    with tempfile.NamedTemporaryFile() as file:
        status = cups.cupsGetFile(http, path, file.name.encode())
        return status, open(file.name, "rb").read()


port, how, paths = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
with tempfile.TemporaryDirectory() as home:
    os.environ["HOME"] = home           # where it would keep certificates
    http = cups.httpConnect2(b"127.0.0.1", port, None, 0, REQUIRED if how == "required" else IF_REQUESTED, 1, 30000, None)
    if not http:
        sys.exit("no connection: " + cups.cupsLastErrorString().decode())
    asks = {CONNECTION: b"Upgrade", UPGRADE: b"TLS/1.2,TLS/1.1,TLS/1.0"} if how == "asking" else {}
    for path in paths:
        tell(http, *(fetch(http, path.encode()) if how == "refused" else get(http, path.encode(), asks)))
        asks = {}
    cups.httpClose(http)
