"""証明書の発行: what every issuer of certificates does, on a municipality's own server and in the shared cloud alike. Whose registers it reads is given."""
