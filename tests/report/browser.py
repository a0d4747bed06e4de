"""A few WebDriver calls to a headless Chromium, with the standard library only."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

_ARGUMENTS = [
    "--headless",
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--disable-extensions",
    # one process shows all pages: starting one for each page costs more than showing it
    "--process-per-site", "--renderer-process-limit=1", "--disable-site-isolation-trials",
    "--disable-renderer-backgrounding", "--disable-features=BackForwardCache,SpareRendererForSitePerProcess",
]  # fmt: skip


PATIENCE = 240
"""Seconds for one page or script: a busy machine is slow, not wrong."""


class Browser:
    def __init__(self, profile: Path) -> None:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        assert DRIVER is not None
        self._driver = subprocess.Popen(
            [DRIVER, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._base = f"http://127.0.0.1:{port}"
        options = {
            "binary": CHROMIUM,
            "args": [*_ARGUMENTS, f"--user-data-dir={profile}", "--window-size=1200,900"],
        }
        wanted = {
            "alwaysMatch": {
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL"},
                "timeouts": {"script": PATIENCE * 1000, "pageLoad": PATIENCE * 1000},
            }
        }
        for _ in range(100):
            try:
                self._session = self._call("POST", "/session", {"capabilities": wanted})["sessionId"]
                break
            except urllib.error.HTTPError as error:
                message = error.read().decode()[:400]
                self._driver.kill()
                raise RuntimeError(message) from error
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        else:
            self._driver.kill()
            raise RuntimeError("chromedriver does not answer")

    def _call(self, method: str, path: str, data: Any = None) -> Any:
        body = None if method == "GET" else json.dumps(data or {}).encode()
        request = urllib.request.Request(self._base + path, body, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE + 60) as answer:
            return json.load(answer)["value"]

    def _in(self, path: str, data: Any = None) -> Any:
        return self._call("POST", f"/session/{self._session}{path}", data)

    def hide(self) -> None:
        """Puts another tab in front. Pages are laid out as before when a script asks, but nobody paints them."""
        here = self._call("GET", f"/session/{self._session}/window")
        front = self._in("/window/new", {"type": "tab"})["handle"]
        self._in("/window", {"handle": here})
        self.devtools("Target.activateTarget", targetId=front)

    def open(self, url: str) -> None:
        self._in("/url", {"url": url})

    def run(self, script: str, *args: Any) -> Any:
        return self._in("/execute/sync", {"script": script, "args": list(args)})

    def devtools(self, command: str, **params: Any) -> Any:
        return self._in("/goog/cdp/execute", {"cmd": command, "params": params})

    def screen(self, width: int, height: int = 800) -> None:
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def media(self, kind: str = "", **features: str) -> None:
        self.devtools(
            "Emulation.setEmulatedMedia",
            media=kind,
            features=[{"name": k.replace("_", "-"), "value": v} for k, v in features.items()],
        )

    def later(self, script: str, *args: Any) -> Any:
        """What the script hands to the function that it gets as its last argument."""
        return self._in("/execute/async", {"script": script, "args": list(args)})

    def console(self) -> list[str]:
        entries = self._in("/se/log", {"type": "browser"})
        return [e["message"] for e in entries if e["level"] in ("SEVERE", "WARNING")]

    def close(self) -> None:
        try:
            self._call("DELETE", f"/session/{self._session}")
        finally:
            self._driver.terminate()
            self._driver.wait(10)
