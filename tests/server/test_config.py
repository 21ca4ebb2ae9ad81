"""A wrong setting must be said by its name, not found out by a citizen."""

from __future__ import annotations

import pytest

from minhu.server.config import Config, ConfigError


def test_defaults_are_a_private_machine() -> None:
    config = Config.read({})
    assert config.address() == ("127.0.0.1", 8712)
    assert not config.demo
    assert not config.owner
    assert not config.debug


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MINHU_DEMO", "perhaps"),
        ("MINHU_THREADS", "0"),
        ("MINHU_THREADS", "many"),
        ("MINHU_UPLOAD_MB", "-1"),
        ("MINHU_WORKER", "outside"),
        ("MINHU_LOG_LEVEL", "loud"),
        ("MINHU_EMBEDDING", "remote"),
        ("MINHU_EMBEDDING_URL", "ftp://host"),
    ],
)
def test_wrong_value_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=variable):
        Config.read({variable: value})


@pytest.mark.parametrize("listen", ["8712", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", ":", "host:port"])
def test_wrong_address_is_refused(listen: str) -> None:
    with pytest.raises(ConfigError, match="MINHU_LISTEN"):
        Config.read({"MINHU_LISTEN": listen}).address()


def test_address_of_version_six() -> None:
    assert Config.read({"MINHU_LISTEN": "[::1]:9000"}).address() == ("::1", 9000)
