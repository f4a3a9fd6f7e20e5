-- +goose Up
-- Further ways by which people prove who they are. None of it is a record.
ALTER TABLE account ADD COLUMN locked TEXT NOT NULL DEFAULT ''; -- RFC 3339, UTC: since when nobody signs in as this person; '' for never

-- A token lets a program act as a person, within bounds. Only its hash is kept.
CREATE TABLE person_token (
  id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  hash          TEXT COLLATE "C" NOT NULL UNIQUE,       -- SHA-256 in hexadecimal
  person        TEXT COLLATE "C" NOT NULL,
  name          TEXT NOT NULL,              -- by which the person knows it
  types         TEXT NOT NULL,              -- of records, with blanks between; '' for all
  acts          BIGINT NOT NULL CHECK (acts IN (0, 1)), -- it may change something
  organisations TEXT NOT NULL,              -- at which roles count, with blanks between; '' for all
  made          TEXT NOT NULL,              -- RFC 3339, UTC, as are the others
  ends          TEXT COLLATE "C" NOT NULL,
  used          TEXT NOT NULL,              -- about when it was used last; '' for never
  ended         TEXT NOT NULL,              -- '' while it is good
  ended_by      TEXT NOT NULL
);
CREATE INDEX person_token_person ON person_token (person);

-- A browser that has been let in before: wrong passwords of others do not make it wait.
CREATE TABLE browser (
  hash     TEXT COLLATE "C" NOT NULL PRIMARY KEY,       -- of what the browser has
  person   TEXT COLLATE "C" NOT NULL,
  failures BIGINT NOT NULL,
  retry    TEXT NOT NULL,
  ends     TEXT COLLATE "C" NOT NULL
);

-- Who somebody is at a provider of sign-in (OpenID Connect).
CREATE TABLE identity (
  issuer  TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  person  TEXT COLLATE "C" NOT NULL,
  made    TEXT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX identity_person ON identity (person);

CREATE TABLE passkey (
  id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,     -- of the credential, base64url
  person     TEXT COLLATE "C" NOT NULL,
  name       TEXT NOT NULL,
  credential TEXT NOT NULL,                 -- JSON: its public key, its counter
  made       TEXT NOT NULL,
  used       TEXT NOT NULL
);
CREATE INDEX passkey_person ON passkey (person);

-- What is asked of a browser and must come back once: a challenge to a passkey, a way to a provider and back.
CREATE TABLE challenge (
  hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,           -- of the secret by which it is known
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  ends TEXT COLLATE "C" NOT NULL
);
CREATE INDEX challenge_ends ON challenge (ends);
