-- +goose Up
-- How a derived figure was made from what its lineage names, so that it can be said in a sentence later.
ALTER TABLE lineage ADD COLUMN formula TEXT NOT NULL DEFAULT ''; -- JSON of a formula; '' for what was derived before formulas were kept
