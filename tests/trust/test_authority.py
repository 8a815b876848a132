import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.trust.town import NOW, der, jpki_root, p256_key, party_root, rsa_key, stream
from trust import authority


@pytest.mark.parametrize("key", [rsa_key("root one"), p256_key("root")], ids=["rsa", "p256"])
def test_the_same_key_token_and_time_make_the_same_root(key):
    first, second = (authority.create_root("見本 認証局", key, NOW, stream("seed")) for _ in range(2))
    other = authority.create_root("見本 認証局", key, NOW, stream("other seed"))

    assert der(first.certificate) == der(second.certificate)
    assert der(first.certificate) != der(other.certificate)


def test_a_root_says_specimen_or_is_not_made():
    with pytest.raises(ValueError, match="見本"):
        authority.create_root("公的個人認証局", rsa_key("root one"), NOW, stream("seed"))

    assert "見本" in jpki_root().certificate.subject.rfc4514_string()


def test_a_root_may_sign_certificates_but_no_further_authorities():
    extensions = party_root().certificate.extensions
    assert extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(ca=True, path_length=0)
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_cert_sign and not usage.digital_signature


def test_a_saved_authority_comes_back_and_its_key_is_its_owners_alone(tmp_path):
    certificate_file, key_file = tmp_path / "ca.pem", tmp_path / "ca.key"
    authority.save(jpki_root(), certificate_file, key_file)
    authority.save(jpki_root(), certificate_file, key_file)

    back = authority.load(certificate_file, key_file)

    assert (back.name, back.certificate) == (jpki_root().name, jpki_root().certificate)
    assert back.key.private_numbers() == jpki_root().key.private_numbers()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ca.key", "ca.pem"]


def test_a_key_of_somebody_else_is_refused_at_loading(tmp_path):
    certificate_file, key_file = tmp_path / "ca.pem", tmp_path / "ca.key"
    authority.save_certificate(jpki_root().certificate, certificate_file)
    authority.save_key(rsa_key("card"), key_file)

    with pytest.raises(authority.KeyUnusable, match="not the key"):
        authority.load(certificate_file, key_file)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_without_a_key_is_named_and_not_quoted(tmp_path, content):
    file = tmp_path / "party.key"
    file.write_bytes(content)

    with pytest.raises(authority.KeyUnusable, match=r"party\.key") as caught:
        authority.load_key(file)
    assert "AAAA" not in str(caught.value)
    with pytest.raises(authority.KeyUnusable):
        authority.load_certificate(file)


def test_a_key_on_another_curve_is_refused(tmp_path):
    authority.save_key(ec.generate_private_key(ec.SECP384R1()), tmp_path / "p384.key")
    with pytest.raises(authority.KeyUnusable):
        authority.load_key(tmp_path / "p384.key")


def test_a_serial_number_is_positive_and_fits_twenty_octets():
    for token in (lambda n: b"\0" * n, lambda n: b"\xff" * n):
        assert 0 < authority.serial_from(token) < 1 << 159
