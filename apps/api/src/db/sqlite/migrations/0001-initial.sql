CREATE TABLE users (
  id            TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
  email         TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(email) BETWEEN 3 AND 320),
  name          TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  password_hash TEXT NOT NULL,
  role          TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'operator', 'admin')),
  created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE refresh_tokens (
  id         TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  family     TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL,
  CHECK (expires_at > created_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_user ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

CREATE TABLE api_tokens (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  token_hash   TEXT NOT NULL UNIQUE,
  role         TEXT NOT NULL CHECK (role IN ('user', 'operator', 'admin')),
  created_by   TEXT NOT NULL,
  expires_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at   INTEGER,
  created_at   INTEGER NOT NULL,
  CHECK (expires_at > created_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,
  actor      TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  action     TEXT NOT NULL,
  target     TEXT NOT NULL,
  change     TEXT CHECK (json_valid(change))
) STRICT;
CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_target ON audit (target, id);
CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: the search index knows listings by seq, so that of a removed listing must never come back.
CREATE TABLE listings (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
  seller_id   TEXT NOT NULL REFERENCES users (id),
  title       TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
  description TEXT NOT NULL CHECK (length(description) <= 5000),
  category    TEXT NOT NULL CHECK (length(category) BETWEEN 1 AND 40),
  price_cents INTEGER NOT NULL CHECK (price_cents BETWEEN 0 AND 1000000000),
  currency    TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  condition   TEXT NOT NULL CHECK (condition IN ('new', 'like_new', 'good', 'fair', 'poor')),
  location    TEXT CHECK (length(location) BETWEEN 1 AND 120),
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  CHECK (updated_at >= created_at)
) STRICT;
-- Each ends in the row's seq, and so serves a page in (created_at, seq) order.
CREATE INDEX listings_by_age ON listings (created_at);
CREATE INDEX listings_by_category ON listings (category, created_at);
CREATE INDEX listings_by_seller ON listings (seller_id, created_at);

CREATE TABLE notifications (
  id         TEXT PRIMARY KEY,
  user_id    TEXT REFERENCES users (id) ON DELETE CASCADE,
  email      TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
  template   TEXT NOT NULL CHECK (length(template) BETWEEN 1 AND 64),
  data       TEXT NOT NULL CHECK (json_valid(data) AND json_type(data) = 'object'),
  due_at     INTEGER NOT NULL,
  status     TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sending', 'sent', 'failed')),
  claimed_at INTEGER,
  claimed_by TEXT,
  attempts   INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  sent_at    INTEGER,
  error      TEXT,
  message_id TEXT,
  created_at INTEGER NOT NULL,
  CHECK ((claimed_at IS NULL) = (claimed_by IS NULL)),
  CHECK ((status = 'sending') = (claimed_at IS NOT NULL)),
  CHECK ((status = 'sent') = (sent_at IS NOT NULL)),
  CHECK (status <> 'failed' OR error IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_due ON notifications (template, due_at) WHERE status = 'pending';
CREATE INDEX notifications_claimed ON notifications (claimed_at) WHERE status = 'sending';
CREATE INDEX notifications_by_user ON notifications (user_id, created_at) WHERE user_id IS NOT NULL;

CREATE TABLE search_changes (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  listing_seq INTEGER NOT NULL,
  at          INTEGER NOT NULL
) STRICT;

-- Two indexes: one that searches read, and one for a rebuild beside it. They hold no text of their own, only where
-- each word of which listing stands (rowid = listings.seq), so a removed or edited text is nowhere kept.
CREATE VIRTUAL TABLE search_a USING fts5 (
  title, description, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE search_b USING fts5 (
  title, description, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
-- FTS5 merges as it writes, by an estimate that is off by far for removals: one could take a second. We merge by the page.
INSERT INTO search_a (search_a, rank) VALUES ('automerge', 0), ('deletemerge', 0), ('crisismerge', 1000);
INSERT INTO search_b (search_b, rank) VALUES ('automerge', 0), ('deletemerge', 0), ('crisismerge', 1000);

CREATE TABLE search_state (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  live     TEXT NOT NULL CHECK (live IN ('a', 'b')),
  -- Entries of the live index that were replaced or removed, and still take up space and time.
  dead     INTEGER NOT NULL DEFAULT 0 CHECK (dead >= 0),
  -- The rebuild under way: the other index fills up, and this is its builder's mark.
  build_id TEXT
) STRICT;
INSERT INTO search_state (id, live) VALUES (1, 'a');
