-- What became of each parameter of a turn: {name: why} as JSON text, which nobody searches in.
-- Rows of before keep their list of names; whoever reads them knows both.
ALTER TABLE turns ALTER COLUMN ignored_parameters TYPE text USING array_to_json(ignored_parameters)::text;
