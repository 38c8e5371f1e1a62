-- Null: nobody has shown yet that they read what is sent to the address. Accounts of a version before count as confirmed.
ALTER TABLE users ADD COLUMN email_confirmed_at bigint;
UPDATE users SET email_confirmed_at = created_at;

-- A token that was sent to an address to confirm it. Using one removes all of its user's.
CREATE TABLE email_confirmations (
  token_hash text COLLATE "C" PRIMARY KEY,
  user_id    text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL CHECK (expires_at > created_at)
);
CREATE INDEX email_confirmations_by_user ON email_confirmations (user_id, created_at);
CREATE INDEX email_confirmations_by_age ON email_confirmations (created_at);
