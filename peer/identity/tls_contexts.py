"""TLS contexts: 1.3 only, the site root as the only anchor, strict X.509.

Rules of this file:
1. No system store, no resumption (a resumed handshake would not show the certificate again), no
   older version. Names mean nothing here: who the other end is, `membership` says from its leaf.
2. Links are mutual. Only the invitation's listener asks for no certificate: its caller has none.
3. The key is read from the identity's file, because `ssl` takes keys only from files.
"""

import ssl
from pathlib import Path

VERIFY_STRICT = ssl.VerifyFlags.VERIFY_X509_STRICT  # Python 3.13's default; here on all versions


def link_server(root_der: bytes, link_file: Path) -> ssl.SSLContext:
    """Accepts links: asks for a certificate under the root and refuses who shows none."""
    context = _listener(root_der, link_file)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def link_client(root_der: bytes, link_file: Path) -> ssl.SSLContext:
    """Dials links, showing its own certificate."""
    context = applicant_client(root_der)
    context.load_cert_chain(link_file)
    return context


def invitation_server(root_der: bytes, link_file: Path) -> ssl.SSLContext:
    """Waits for one applicant, who has no certificate yet and proves a secret instead."""
    return _listener(root_der, link_file)


def applicant_client(root_der: bytes) -> ssl.SSLContext:
    """Calls an inviter: trusts the root of the invitation only, shows no certificate."""
    context = _tls13(ssl.PROTOCOL_TLS_CLIENT, root_der)
    context.check_hostname = False  # addresses are hints; the certificate's key is the identity
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _listener(root_der: bytes, link_file: Path) -> ssl.SSLContext:
    context = _tls13(ssl.PROTOCOL_TLS_SERVER, root_der)
    context.num_tickets = 0
    context.load_cert_chain(link_file)
    return context


def _tls13(protocol: int, root_der: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_COMPRESSION
    context.verify_flags |= VERIFY_STRICT
    context.load_verify_locations(cadata=root_der)
    return context
