-- +goose Up
-- A run may see less than all messages up to read_to: the content of a release that is being prepared. A release is such a set too.
ALTER TABLE run ADD COLUMN read_only TEXT NOT NULL DEFAULT '';       -- the messages that it could see, "1-48,50"; '' for all up to read_to
ALTER TABLE release ADD COLUMN as_of_only TEXT NOT NULL DEFAULT '';  -- the messages that it holds; '' for all up to as_of_message
