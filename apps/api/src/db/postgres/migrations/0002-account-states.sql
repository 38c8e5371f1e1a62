ALTER TABLE users ADD COLUMN disabled_at bigint;
ALTER TABLE users ADD COLUMN must_change_password integer NOT NULL DEFAULT 0
  CHECK (must_change_password IN (0, 1));

-- One row for each login that lasts; its id is the family of its refresh tokens, and is named in its access tokens.
CREATE TABLE sessions (
  id           text COLLATE "C" PRIMARY KEY,
  user_id      text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  address      text,
  user_agent   text,
  created_at   bigint NOT NULL,
  last_used_at bigint NOT NULL,
  expires_at   bigint NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
SELECT family, user_id, min(created_at), max(created_at), max(expires_at)
FROM refresh_tokens GROUP BY family, user_id HAVING max(revoked_at) IS NULL;

-- A reset link that was given out. Using one removes all of its user's.
CREATE TABLE password_resets (
  token_hash text COLLATE "C" PRIMARY KEY,
  user_id    text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL CHECK (expires_at > created_at)
);
CREATE INDEX password_resets_by_user ON password_resets (user_id);
CREATE INDEX password_resets_by_expiry ON password_resets (expires_at);
