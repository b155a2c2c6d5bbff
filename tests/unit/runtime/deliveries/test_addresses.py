"""Which addresses are outside: a webhook is no door into the house."""

from ipaddress import ip_address

import pytest

from gehoor.runtime.deliveries.webhooks import is_outside


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",  # noqa: S104 - an address that is asked about
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_an_address_of_our_own_network_is_inside(inside: str) -> None:
    assert not is_outside(ip_address(inside))


@pytest.mark.parametrize("outside", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_a_public_address_is_outside(outside: str) -> None:
    assert is_outside(ip_address(outside))
