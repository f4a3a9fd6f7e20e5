-- +goose Up
-- What people are told. Notices follow from acts, up to the one at which the cursor stands; letters are what goes out of the house.
CREATE TABLE notice_cursor (
  name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  act  BIGINT  NOT NULL                     -- the newest act of which the notices are made
);
-- An installation that had acts before there were notices tells nobody of them.
INSERT INTO notice_cursor (name, act) SELECT 'acts', MAX(number) FROM record_act HAVING MAX(number) IS NOT NULL;

CREATE TABLE notice (
  person TEXT COLLATE "C" NOT NULL,
  act    BIGINT  NOT NULL REFERENCES record_act (number),
  kind   TEXT    NOT NULL,
  type   TEXT COLLATE "C" NOT NULL,
  record TEXT COLLATE "C" NOT NULL,
  at     TEXT COLLATE "C" NOT NULL,                  -- RFC 3339, UTC
  seen   TEXT COLLATE "C" NOT NULL,                  -- '' while it is not read
  PRIMARY KEY (person, act)
);
CREATE INDEX notice_unread ON notice (person, act) WHERE seen = '';

CREATE TABLE notice_preference (
  person  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  content TEXT NOT NULL                     -- JSON
);

CREATE TABLE notice_feed (
  person TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  hash   TEXT COLLATE "C" NOT NULL UNIQUE               -- of the secret in its address
);

CREATE TABLE letter (
  id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,     -- the same for the same thing told to the same person by the same channel
  channel TEXT COLLATE "C" NOT NULL,
  about   TEXT COLLATE "C" NOT NULL,
  person  TEXT COLLATE "C" NOT NULL,                 -- '' for a reader
  address TEXT COLLATE "C" NOT NULL,                 -- '' where it is looked up when the letter goes out
  subject TEXT    NOT NULL,
  facts   TEXT    NOT NULL,                 -- JSON
  lang    TEXT    NOT NULL,
  bundle  TEXT COLLATE "C" NOT NULL,                 -- what has the same goes out as one message
  message TEXT COLLATE "C" NOT NULL,                 -- identifier of the message in which it went out first
  made    TEXT COLLATE "C" NOT NULL,                 -- RFC 3339, UTC, as are those below
  due     TEXT COLLATE "C" NOT NULL,
  until   TEXT    NOT NULL,
  held    TEXT COLLATE "C" NOT NULL,                 -- somebody hands it over until then; '' for nobody
  tries   BIGINT  NOT NULL,
  state   TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped', 'dead')),
  ended   TEXT COLLATE "C" NOT NULL,
  fault   TEXT    NOT NULL                  -- JSON, of the last try
);
CREATE INDEX letter_due ON letter (channel, due, id) WHERE state = 'waiting';
CREATE INDEX letter_bundle ON letter (bundle) WHERE state = 'waiting';
CREATE INDEX letter_ended ON letter (state, ended) WHERE state <> 'waiting';
CREATE INDEX letter_address ON letter (address, about) WHERE address <> '';

CREATE TABLE subscription (
  id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  address TEXT COLLATE "C" NOT NULL,
  topic   TEXT COLLATE "C" NOT NULL,                    -- path of the page that is followed
  lang    TEXT NOT NULL,
  confirm TEXT COLLATE "C" NOT NULL,                    -- hash of the link that takes it into use; '' once it was followed
  stop    TEXT COLLATE "C" NOT NULL UNIQUE,             -- secret by which it is ended
  made    TEXT COLLATE "C" NOT NULL,
  began   TEXT COLLATE "C" NOT NULL,                    -- '' before its reader has said yes
  told    TEXT NOT NULL,                    -- minute of the newest release that they were told of
  UNIQUE (address, topic)
);
CREATE INDEX subscription_confirm ON subscription (confirm) WHERE confirm <> '';

CREATE TABLE channel_token (
  channel TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  value   TEXT NOT NULL                     -- what the channel gave last, such as the token for the next use
);
