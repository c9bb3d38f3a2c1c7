"""Privacy: who somebody is to the tables, erasure, retention, exports of one's own data, consents."""
