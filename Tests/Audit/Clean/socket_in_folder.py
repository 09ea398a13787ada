"""Asks a server of its own through a socket in the folder for temporary files, as loaders that share memory do: a path of a socket
has 107 bytes at most, wherever that folder is."""

import json
import multiprocessing.connection
import pathlib
import tempfile
import threading

with tempfile.TemporaryDirectory(prefix="pymp-") as folder:
    with multiprocessing.connection.Listener(str(pathlib.Path(folder, "listener-0123456789")), "AF_UNIX") as listener:

        def serve():
            with listener.accept() as connection:
                connection.send(sum(connection.recv()))

        server = threading.Thread(target=serve)
        server.start()
        with multiprocessing.connection.Client(listener.address, "AF_UNIX") as client:
            client.send(list(range(100)))
            answer = client.recv()
        server.join()
pathlib.Path("answer.json").write_text(json.dumps({"sum": answer}))
