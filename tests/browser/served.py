"""A report to look at: `heloscope serve` on a made store, in a folder of its own.  Ends what it started."""

import http.client
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

START_S = 30


class NotFollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Served:
    """base: "http://127.0.0.1:PORT".  `arguments`: more of them for `heloscope serve`; `store`: one that is there already."""

    def __init__(self, heloscope, demo, arguments=(), store=None):
        self.heloscope, self.demo = heloscope, demo
        self.folder = tempfile.mkdtemp(prefix="heloscope-browser-")
        self.process = None
        try:
            self.store = store or os.path.join(self.folder, "demo.db")
            if store is None:
                subprocess.run([demo, self.store], check=True, timeout=120)
            self.said = open(os.path.join(self.folder, "said"), "w+b")
            self.process = subprocess.Popen(
                [heloscope, "serve", "--store", self.store, "--listen", "127.0.0.1:0", *arguments],
                stdout=self.said, stderr=subprocess.STDOUT)
            self.base = self._address()
        except BaseException:
            self.end()
            raise

    def words(self):
        self.said.seek(0)
        return self.said.read().decode("utf-8", "replace")

    def _address(self):
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            found = re.search(r"https?://127\.0\.0\.1:\d+", self.words())
            if found:
                return found.group()
            time.sleep(0.05)
        raise RuntimeError("heloscope serve did not start: " + self.words())

    def get(self, path, head=None):
        """(status, header fields, body); redirects are not followed; 599 = it broke off."""
        request = urllib.request.Request(self.base + path, headers=head or {})
        opener = urllib.request.build_opener(NotFollowed)
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()
        except (OSError, http.client.HTTPException) as fault:
            return 599, {}, repr(fault).encode()

    def end(self):
        """What was wrong with how it ended, or None."""
        wrong = None
        if self.process is not None:
            self.process.terminate()
            try:
                status = self.process.wait(20)
                wrong = None if status == 0 else f"heloscope serve ended with {status}: {self.words()}"
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
                wrong = "heloscope serve did not end by SIGTERM"
            self.process = None
            self.said.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return wrong
