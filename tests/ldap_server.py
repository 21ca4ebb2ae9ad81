"""A small real directory server (ldaptor) in a process of its own: `ldap_server.py FOLDER tls|starttls|plain`.

FOLDER holds `key.pem` and `cert.pem`; the port is printed when it listens.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ldaptor.inmemory import fromLDIFFile
from ldaptor.interfaces import IConnectedLDAPEntry
from ldaptor.protocols import pureldap
from ldaptor.protocols.ldap.ldapserver import LDAPServer
from twisted.internet import defer, reactor, ssl
from twisted.internet.protocol import ServerFactory
from twisted.python.components import registerAdapter

STARTTLS = b"1.3.6.1.4.1.1466.20037"
LDIF = b"""dn: dc=city,dc=example
objectClass: dcObject
dc: city

dn: ou=people,dc=city,dc=example
objectClass: organizationalUnit
ou: people

dn: uid=searcher,dc=city,dc=example
objectClass: account
uid: searcher
userPassword: search-secret

dn: uid=dispatcher,ou=people,dc=city,dc=example
objectClass: account
uid: dispatcher
userPassword: ldap-secret

dn: uid=stranger,ou=people,dc=city,dc=example
objectClass: account
uid: stranger
userPassword: ldap-secret

dn: cn=double one,ou=people,dc=city,dc=example
objectClass: account
cn: double one
uid: leader
userPassword: ldap-secret

dn: cn=double two,ou=people,dc=city,dc=example
objectClass: account
cn: double two
uid: leader
userPassword: ldap-secret

"""


class Server(LDAPServer):  # type: ignore[misc]
    """With STARTTLS, as RFC 4511 (4.14) has it."""

    def extendedRequest_STARTTLS(self, data: object, reply: Any) -> Any:  # noqa: N802 - found by its name
        """Say yes, then speak TLS."""
        reply(pureldap.LDAPExtendedResponse(resultCode=0, responseName=STARTTLS))
        self.transport.startTLS(self.factory.options)
        return defer.succeed(None)

    extendedRequest_STARTTLS.oid = STARTTLS  # type: ignore[attr-defined]


class Tree(ServerFactory):
    """The one tree that all connections see."""

    protocol = Server
    root: Any = None
    options: Any = None


def main() -> None:
    """Serve until the process is ended."""
    import io

    folder, kind = Path(sys.argv[1]), sys.argv[2]
    registerAdapter(lambda factory: factory.root, Tree, IConnectedLDAPEntry)
    tree = Tree()
    loaded = fromLDIFFile(io.BytesIO(LDIF))
    context = ssl.DefaultOpenSSLContextFactory(str(folder / "key.pem"), str(folder / "cert.pem"))
    tree.options = context

    def listen(root: Any) -> None:
        tree.root = root
        port = (
            reactor.listenSSL(0, tree, context, interface="127.0.0.1")
            if kind == "tls"
            else reactor.listenTCP(0, tree, interface="127.0.0.1")
        )
        print(port.getHost().port, flush=True)

    loaded.addCallback(listen)
    reactor.run()


if __name__ == "__main__":
    main()
