-- How many seconds of a step were counted: less than its length where the process started or stopped within it. Kept for the
-- whole balancer; a rate is a count divided by it. Steps stored before are taken as whole.
ALTER TABLE series_10s ADD COLUMN seconds INTEGER NOT NULL DEFAULT 10;
ALTER TABLE series_1m ADD COLUMN seconds INTEGER NOT NULL DEFAULT 60;
ALTER TABLE series_1h ADD COLUMN seconds INTEGER NOT NULL DEFAULT 3600;

-- Pools that an event touches, each between commas (",app,shop,"), for events that touch more than the one in `pool`.
ALTER TABLE events ADD COLUMN pools TEXT;
