"""UsageRecorded -> roll-ups, each event once."""
