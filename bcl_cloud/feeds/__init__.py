"""連携用データ: what a tenant uploads, whole or in part, and the fast lane for what must stop a paper at once."""
