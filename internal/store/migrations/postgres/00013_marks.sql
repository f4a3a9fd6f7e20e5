-- +goose Up
-- What a run rests on, part by part, so that a later look reads again only what a message has touched since.
ALTER TABLE run ADD COLUMN marks TEXT NOT NULL DEFAULT ''; -- JSON: a hash of each input; '' for runs made before marks were kept
