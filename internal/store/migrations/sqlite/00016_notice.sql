-- +goose Up
-- What people are told. Notices follow from acts, up to the one at which the cursor stands; letters are what goes out of the house.
CREATE TABLE notice_cursor (
  name TEXT    NOT NULL PRIMARY KEY,
  act  INTEGER NOT NULL                     -- the newest act of which the notices are made
) STRICT, WITHOUT ROWID;
-- An installation that had acts before there were notices tells nobody of them.
INSERT INTO notice_cursor (name, act) SELECT 'acts', MAX(number) FROM record_act HAVING MAX(number) IS NOT NULL;

CREATE TABLE notice (
  person TEXT    NOT NULL,
  act    INTEGER NOT NULL REFERENCES record_act (number),
  kind   TEXT    NOT NULL,
  type   TEXT    NOT NULL,
  record TEXT    NOT NULL,
  at     TEXT    NOT NULL,                  -- RFC 3339, UTC
  seen   TEXT    NOT NULL,                  -- '' while it is not read
  PRIMARY KEY (person, act)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_unread ON notice (person, act) WHERE seen = '';

CREATE TABLE notice_preference (
  person  TEXT NOT NULL PRIMARY KEY,
  content TEXT NOT NULL                     -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE notice_feed (
  person TEXT NOT NULL PRIMARY KEY,
  hash   TEXT NOT NULL UNIQUE               -- of the secret in its address
) STRICT, WITHOUT ROWID;

CREATE TABLE letter (
  id      TEXT    NOT NULL PRIMARY KEY,     -- the same for the same thing told to the same person by the same channel
  channel TEXT    NOT NULL,
  about   TEXT    NOT NULL,
  person  TEXT    NOT NULL,                 -- '' for a reader
  address TEXT    NOT NULL,                 -- '' where it is looked up when the letter goes out
  subject TEXT    NOT NULL,
  facts   TEXT    NOT NULL,                 -- JSON
  lang    TEXT    NOT NULL,
  bundle  TEXT    NOT NULL,                 -- what has the same goes out as one message
  message TEXT    NOT NULL,                 -- identifier of the message in which it went out first
  made    TEXT    NOT NULL,                 -- RFC 3339, UTC, as are those below
  due     TEXT    NOT NULL,
  until   TEXT    NOT NULL,
  held    TEXT    NOT NULL,                 -- somebody hands it over until then; '' for nobody
  tries   INTEGER NOT NULL,
  state   TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped', 'dead')),
  ended   TEXT    NOT NULL,
  fault   TEXT    NOT NULL                  -- JSON, of the last try
) STRICT, WITHOUT ROWID;
CREATE INDEX letter_due ON letter (channel, due, id) WHERE state = 'waiting';
CREATE INDEX letter_bundle ON letter (bundle) WHERE state = 'waiting';
CREATE INDEX letter_ended ON letter (state, ended) WHERE state <> 'waiting';
CREATE INDEX letter_address ON letter (address, about) WHERE address <> '';

CREATE TABLE subscription (
  id      TEXT NOT NULL PRIMARY KEY,
  address TEXT NOT NULL,
  topic   TEXT NOT NULL,                    -- path of the page that is followed
  lang    TEXT NOT NULL,
  confirm TEXT NOT NULL,                    -- hash of the link that takes it into use; '' once it was followed
  stop    TEXT NOT NULL UNIQUE,             -- secret by which it is ended
  made    TEXT NOT NULL,
  began   TEXT NOT NULL,                    -- '' before its reader has said yes
  told    TEXT NOT NULL,                    -- minute of the newest release that they were told of
  UNIQUE (address, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_confirm ON subscription (confirm) WHERE confirm <> '';

CREATE TABLE channel_token (
  channel TEXT NOT NULL PRIMARY KEY,
  value   TEXT NOT NULL                     -- what the channel gave last, such as the token for the next use
) STRICT, WITHOUT ROWID;
